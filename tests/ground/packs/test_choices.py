"""What a pack decides about one matter."""

from __future__ import annotations

from typing import Any

import pytest

from zhenshu.ground.packs.choices import counted_by, directory_line, limit_for, score_on
from zhenshu.ground.packs.registry import library


@pytest.mark.parametrize(
    ("kind", "clock", "facts", "limit"),
    [
        ("grid.event", "handle", {}, "5 工作日"),
        ("grid.event", "handle", {"category": "fire/exit"}, "8 工作时"),
        ("grid.event", "handle", {"category": "fire/equipment"}, "1 工作日"),
        ("grid.event", "handle", {"category": "fire/unknown"}, "1 工作日"),
        ("grid.event", "handle", {"category": "fire/exit", "priority": "major"}, "2 小时"),
        ("urban.case", "handle", {"category": "municipal", "area_class": "a"}, "8 工作时"),
        ("urban.case", "handle", {"category": "municipal/manhole", "area_class": "a"}, "4 小时"),
        ("urban.case", "handle", {"category": "municipal/light", "area_class": "a"}, "1 工作日"),
        ("urban.case", "handle", {"category": "emergency/collapse", "area_class": "c"}, "4 小时"),
    ],
)
def test_the_limit_that_holds(kind: str, clock: str, facts: dict[str, Any], limit: str) -> None:
    assert str(limit_for(library().case_kind(kind), clock, facts)[0]) == limit


def test_each_limit_tells_its_basis() -> None:
    kind = library().case_kind("hotline.ticket")
    assert "消防隐患一个工作日" in limit_for(kind, "handle", {"category": "fire"})[1]
    assert "山东省" in limit_for(kind, "handle", {"nature": "complaint"})[1]


def test_the_directory_line_that_holds() -> None:
    kind = library().case_kind("grid.event")
    line = directory_line(kind, {"category": "labour"})
    assert line is not None
    assert (line.office, line.assist) == ("petitions", ("justice",))
    assert directory_line(kind, {"category": "other"}) is None


def test_the_office_of_a_category_comes_before_the_directory() -> None:
    line = directory_line(library().case_kind("hotline.ticket"), {"category": "petition"})
    assert line is not None
    assert line.office == "petitions"


def test_the_indicators_that_count_a_matter() -> None:
    found = library()
    facts = {"outcome": "resolved", "in_time": False}
    said = counted_by(found.case_kind("grid.event"), facts, found.pack("grid"), found)
    assert said["grid.events.in_time_share"] == (False, True)


def test_a_score_falls_into_the_band_it_reaches() -> None:
    scale = library().pack("safety").scales["lec"]
    assert [score_on(scale, {"l": 1, "e": e, "c": c}) for e, c in ((7, 10), (69, 1), (16, 10), (32, 10))] == [
        (70.0, "yellow"), (69.0, "blue"), (160.0, "orange"), (320.0, "red"),
    ]  # fmt: skip
