"""Figures read from a report name the indicator that the packs declare for them."""

import io
import json
from dataclasses import replace
from datetime import date

import pytest
from tests.papers.reading.scoring import FIXTURES

from zhenshu.ground.packs.registry import library
from zhenshu.papers.linked import (
    catalogue_at_hand,
    catalogue_of,
    entries_of,
    light_entries,
    read_linked,
    read_linked_file,
    run,
)
from zhenshu.papers.reading.linking import compile_catalogue

TEXT = "一、2023年工作回顾\n共接待来访153批218人次，开出限期整改单122份。种植向日葵三千株，完成投入7万元。\n"
PACK = """pack: {pack}
effective: {day}
indicators:
  {pack}.trees:
    name: {name}
    unit: 棵
    count: tree
sentences:
  review: []
"""


def by_value(report):
    return {figure.value: figure.indicator for figure in report.figures}


def test_figures_take_the_code_of_their_indicator():
    found = by_value(read_linked(TEXT))
    assert found[153] == "petitions.visits"
    assert found[218] == "petitions.visitors"
    assert found[122] == "safety.orders"


def test_what_no_pack_declares_stays_without_indicator():
    assert by_value(read_linked(TEXT))[7] is None


def test_names_read_alone_are_those_of_the_loaded_packs():
    assert catalogue_at_hand().exact.keys() == catalogue_of(library()).exact.keys()
    assert len(list(entries_of(library()))) == len(library().indicators)


def test_no_pack_is_in_force_before_its_day(tmp_path):
    text = PACK.format(pack="trees", day="2024-01-01", name="植树")
    (tmp_path / "trees.yaml").write_text(text, encoding="utf-8")
    assert list(light_entries([tmp_path], date(2023, 12, 31))) == []


def test_the_latest_pack_in_force_names_its_indicators(tmp_path):
    for day, name in (("2023-01-01", "植树"), ("2024-01-01", "栽种树木"), ("2030-01-01", "造林")):
        text = PACK.format(pack="trees", day=day, name=name)
        (tmp_path / f"trees-{day}.yaml").write_text(text, encoding="utf-8")
    assert [entry[1] for entry in light_entries([tmp_path], date(2025, 6, 1))] == ["栽种树木"]


def test_a_broken_pack_does_not_stop_the_others(tmp_path):
    good = PACK.format(pack="trees", day="2024-01-01", name="植树")
    (tmp_path / "good.yaml").write_text(good, encoding="utf-8")
    bad = "pack: bad\neffective: 2024-01-01\nindicators:\n  x: [\n"
    (tmp_path / "bad.yaml").write_text(bad, encoding="utf-8")
    assert [entry[0] for entry in light_entries([tmp_path], date(2025, 6, 1))] == ["trees.trees"]


def test_a_catalogue_of_ones_own_decides(tmp_path):
    catalogue = compile_catalogue([("x.sunflowers", "接待来访", "批", (), "petitions")])
    assert by_value(read_linked(TEXT, catalogue))[153] == "x.sunflowers"


def test_lines_of_a_file_carry_indicators(tmp_path):
    path = tmp_path / "report.txt"
    path.write_text(TEXT, encoding="utf-8")
    out = io.StringIO()
    assert run([path], jsonl=True, out=out) == 0
    rows = [json.loads(line) for line in out.getvalue().splitlines()]
    assert {row["indicator"] for row in rows if row["type"] == "figure"} >= {
        "petitions.visits",
        "safety.orders",
    }


def test_a_file_that_cannot_be_read_says_why(tmp_path):
    path = tmp_path / "empty.txt"
    path.write_text("", encoding="utf-8")
    assert read_linked_file(path).error


@pytest.mark.parametrize("workers", [1, 2])
def test_a_folder_is_linked_by_every_worker(tmp_path, workers):
    for number in range(3):
        (tmp_path / f"{number}.txt").write_text(TEXT, encoding="utf-8")
    out = io.StringIO()
    run([tmp_path], jsonl=True, out=out, workers=workers)
    rows = [json.loads(line) for line in out.getvalue().splitlines()]
    assert sum(row.get("indicator") == "petitions.visits" for row in rows) == 3


def test_linking_changes_nothing_else():
    path = FIXTURES / "wangshu-2024.txt"
    linked = read_linked(path)
    assert any(figure.indicator for figure in linked.figures)
    none = compile_catalogue([])
    plain = read_linked(path, none)
    assert [replace(figure, indicator=None) for figure in linked.figures] == plain.figures
