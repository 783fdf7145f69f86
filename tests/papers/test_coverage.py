"""For each figure of a report it is said which indicator could yield it, from which records."""

import io
import json

import pytest

from zhenshu.ground.packs.registry import library
from zhenshu.measures.indicators.definitions import catalogue
from zhenshu.papers.coverage import cover_report, run, summarise
from zhenshu.papers.definition_words import way_of
from zhenshu.papers.linked import catalogue_of, read_linked

TEXT = (
    "一、2023年工作回顾\n共接待来访153批218人次。开出限期整改单122份，整改率100%。"
    "一般公共预算收入3.16亿元。拍摄纪录片7部。\n"
)


@pytest.fixture(scope="module")
def covered():
    return {one.value: one for one in cover_report(read_linked(TEXT, catalogue_of(library())))}


def test_a_counted_figure_names_its_records(covered):
    visits = covered[153]
    assert (visits.indicator, visits.yielded, visits.kinds) == (
        "petitions.visits",
        "records",
        ("petitions.visit",),
    )
    assert visits.way.startswith("计数：群众来访")


def test_a_summed_figure_names_its_field(covered):
    assert covered[218].way.startswith("合计：群众来访·人次")


def test_a_figure_nothing_yields_says_so(covered):
    lost = covered[7]
    assert (lost.indicator, lost.yielded, lost.way, lost.kinds) == (None, "none", "", ())


def test_every_indicator_can_be_put_in_words():
    for plan in catalogue().plans.values():
        words = way_of(plan)
        assert words
        assert "None" not in words
        assert "life." not in words


def test_lines_add_up(covered):
    lines = summarise(covered.values())
    assert sum(line.figures for line in lines) == len(covered)
    for line in lines:
        assert line.figures == line.records + line.reported + line.none
        assert 0 <= line.share <= 100


def test_json_lines(tmp_path):
    path, out = tmp_path / "report.txt", io.StringIO()
    path.write_text(TEXT, encoding="utf-8")
    assert run(path, jsonl=True, out=out) == 0
    rows = [json.loads(line) for line in out.getvalue().splitlines()]
    figures = [row for row in rows if row["type"] == "coverage"]
    lines = [row for row in rows if row["type"] == "line"]
    assert sum(line["figures"] for line in lines) == len(figures)
    assert all(TEXT[row["start"] : row["end"]] for row in figures)


def test_in_words(tmp_path):
    path, out = tmp_path / "report.txt", io.StringIO()
    path.write_text(TEXT, encoding="utf-8")
    run(path, jsonl=False, out=out)
    assert "台账可证" in out.getvalue()
    assert "信访、矛盾纠纷与法治" in out.getvalue()


def test_what_cannot_be_read_is_said(tmp_path, capsys):
    empty = tmp_path / "empty.txt"
    empty.write_text("", encoding="utf-8")
    assert run(empty, jsonl=False) == 2
    assert run(tmp_path / "none.txt", jsonl=False) == 2
    assert capsys.readouterr().err.count("\n") == 2
