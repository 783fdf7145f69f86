"""A composed report states the recount of its records, each figure with its source."""

from __future__ import annotations

import io
import json
from decimal import Decimal

import docx
import pytest

from zhenshu.ground.people.errors import NotAllowedError
from zhenshu.measures.indicators.explain import explain
from zhenshu.measures.indicators.targets import set_target
from zhenshu.papers.writing.command import run
from zhenshu.papers.writing.compose import compose
from zhenshu.papers.writing.layout import write_official
from zhenshu.papers.writing.report_paper import facts_of, numeral, paper_of


def sentence(petitions, year=2023):
    composed = compose(petitions.town.town, year, scope=petitions.secretary)
    found = [one.text for section in composed.part("review") for one in section.sentences]
    return found[0] if found else ""


def test_the_sentence_states_the_recount(year):
    expected = "共接待来访5批9人次，其中领导干部定点接访、约访3批6人次，走访下访2批3人次。"
    assert sentence(year) == expected


def test_changing_one_record_changes_the_sentence(year):
    case = year.visit("2023-12-01", 4)
    assert "来访6批13人次" in sentence(year)
    year.correct(case, 5)
    assert "来访6批14人次" in sentence(year)


def test_a_year_without_records_says_nothing(year):
    assert sentence(year, 2021) == ""


def test_sections_stand_under_their_business_line(year):
    composed = compose(year.town.town, 2023, scope=year.secretary)
    assert [(one.part, one.line) for one in composed.sections] == [("review", "petitions")]


def test_a_village_has_its_own_report(year):
    assert compose(year.town.villages[0], 2023, scope=year.secretary).figures[0].value == 5
    assert compose(year.town.villages[1], 2023, scope=year.secretary).figures == ()


def test_who_oversees_nothing_there_is_refused(year, scope_of_post):
    with pytest.raises(NotAllowedError):
        compose(year.town.town, 2023, scope=scope_of_post("officer"))
    with pytest.raises(NotAllowedError):
        compose(year.town.villages[0], 2023, scope=scope_of_post("viewer"))


def test_each_figure_says_how_many_records_it_rests_on(year):
    composed = compose(year.town.town, 2023, scope=year.secretary)
    for figure in composed.figures:
        found = explain(figure.code, year.town.town, "2023", scope=year.secretary)
        assert figure.n == found.groups[0].count
        assert figure.link.startswith(f"/reports/figures/{figure.code}/?")
        assert figure.definition
        assert figure.made_from == "records"


# ── last year ─────────────────────────────────────────────────────────────────────────────────────────


def test_last_year_is_compared_where_it_was_kept(year):
    for day in ("2022-01-05", "2022-03-04", "2022-08-01", "2022-09-01"):
        year.visit(day, 1)
    assert sentence(year).endswith("，接待来访批次同比增长25%。")


def test_a_decline_is_told_as_such(year):
    for month in range(1, 11):
        year.visit(f"2022-{month:02d}-05", 1)
    assert sentence(year).endswith("，接待来访批次同比下降50%。")


def test_a_last_year_begun_in_its_middle_is_no_base(year):
    year.visit("2022-11-05", 1)
    assert "同比" not in sentence(year)
    figures = compose(year.town.town, 2023, scope=year.secretary).figures
    assert {figure.last for figure in figures} == {None}


def test_the_same_as_last_year_is_not_a_growth(year):
    for month in range(1, 6):
        year.visit(f"2022-{month:02d}-05", 1)
    assert sentence(year).endswith("，接待来访批次与上年持平。")


def test_figures_stand_beside_last_year(year):
    year.visit("2022-01-05", 2)
    first = compose(year.town.town, 2023, scope=year.secretary).figures[0]
    assert (first.value, first.last, first.growth) == (5, 1, Decimal("400.0"))


# ── the plan ──────────────────────────────────────────────────────────────────────────────────────────


def test_the_plan_states_the_targets_of_the_next_year(year):
    code = "petitions.closed_in_time_share"
    set_target(code, year.town.town, 2024, Decimal("98.5"), unit="%", by=year.secretary)
    composed = compose(year.town.town, 2023, scope=year.secretary)
    (section,) = composed.part("plan")
    assert section.text == "健全领导干部接访下访和包案制度，信访按期办结率保持98.5%以上。"
    assert [figure.view for figure in composed.figures if figure.code == code] == ["target"]


def test_without_a_target_the_plan_promises_nothing(year):
    assert compose(year.town.town, 2023, scope=year.secretary).part("plan") == ()


# ── documents ─────────────────────────────────────────────────────────────────────────────────────────


def test_the_document_carries_its_sources(year, tmp_path):
    path = tmp_path / "report.docx"
    composed = compose(year.town.town, 2023, scope=year.secretary)
    write_official(paper_of(composed), path, provenance="appendix")
    word = docx.Document(str(path))
    text = "\n".join(paragraph.text for paragraph in word.paragraphs)
    assert "澄江镇2023年工作报告" in text
    assert "（一）信访、矛盾纠纷与法治" in text
    assert sentence(year) in text
    rows = [[cell.text for cell in row.cells] for row in word.tables[-1].rows]
    assert len(rows) == 1 + len({(one.shown, one.name) for one in composed.figures})
    assert any(row[1] == "5批" and "5条" in row for row in rows)


def test_json_of_the_command(year, tmp_path):
    path = tmp_path / "report.json"
    assert run(year.town.town.code, 2023, to=path) == 0
    told = json.loads(path.read_text(encoding="utf-8"))
    first = told["sections"][0]["sentences"][0]
    assert first["text"] == sentence(year)
    assert {"indicator", "value", "unit", "as_of", "n", "link"} <= first["figures"][0].keys()
    assert (first["figures"][0]["value"], first["figures"][0]["n"]) == (5, 5)


def test_the_command_prints_the_report(year, capsys):
    out = io.StringIO()
    assert run("", 2023, out=out) == 0
    assert sentence(year) in out.getvalue()


def test_an_unknown_area_is_said(year, capsys):
    assert run("无此镇", 2023) == 2
    assert "无此镇" in capsys.readouterr().err


def test_facts_name_every_figure_once(year):
    composed = compose(year.town.town, 2023, scope=year.secretary)
    facts = facts_of(composed)
    figures = [one for section in facts["sections"] for s in section["sentences"] for one in s["figures"]]
    assert len(figures) == len(composed.figures)


@pytest.mark.parametrize(
    ("number", "words"), [(1, "一"), (10, "十"), (12, "十二"), (20, "二十"), (29, "二十九")]
)
def test_numbers_of_headings(number, words):
    assert numeral(number) == words
