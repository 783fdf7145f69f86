"""Points from values: within the full mark, higher for better, the total their sum."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zhenshu.ground.packs.schema import ScoreItem
from zhenshu.measures.scorecards.marking import Reading, mark, places
from zhenshu.measures.scorecards.standing import Item, Rules, Score, Unit, correct, stand, weakest_of

NOW = datetime(2023, 6, 1, tzinfo=UTC)
FULLS = st.integers(1, 100)
PERCENTS = st.decimals(0, 100, places=2)
VALUES = st.decimals(-1000, 1000, places=2)
WAYS = ("share", "target", "rank", "deduct", "bonus", "bands", "veto")


def item(way: str, full: float = 40, **more: object) -> ScoreItem:
    said = {"deduct": {"step": 2}, "bonus": {"step": 2}, "bands": {"bands": [{"from": 90, "points": full}]}}
    indicator = None if way == "given" else "scored.in_time"
    return ScoreItem.model_validate(
        {
            "code": way,
            "name": way,
            "way": way,
            "full": full,
            "indicator": indicator,
            **said.get(way, {}),
            **more,
        }
    )


def kept(code: str, full: int, way: str = "share") -> Item:
    return Item(code, code, Decimal(full), way, "", "period", "%", "", "", "")


@given(
    st.sampled_from(WAYS), FULLS, VALUES, st.decimals(0, 3, places=2), st.integers(1, 30), st.integers(0, 9)
)
def test_points_lie_between_nought_and_the_full_mark(way, full, value, ratio, place, more):
    reading = Reading(value, ratio=ratio, place=place, of=place + more)
    points = mark(item(way, full), reading).points
    assert 0 <= points <= full


@given(PERCENTS, PERCENTS)
def test_a_higher_share_never_earns_less(one, other):
    low, high = sorted((one, other))
    first, second = (mark(item("share"), Reading(value)).points for value in (low, high))
    assert first <= second


@given(st.integers(0, 60), st.integers(0, 60))
def test_more_occurrences_never_cost_less(one, other):
    few, many = sorted((one, other))
    first, second = (mark(item("deduct"), Reading(Decimal(n))).points for n in (few, many))
    assert first >= second


@given(st.lists(st.decimals(-50, 50, places=1) | st.none(), max_size=12))
def test_a_better_value_never_stands_behind_a_worse_one(values):
    taken = places(values, more=True)
    known = [(value, place) for value, place in zip(values, taken, strict=True) if value is not None]
    assert all((a < b) == (p > q) for a, p in known for b, q in known)
    assert [place for value, place in zip(values, taken, strict=True) if value is None] == [
        None
    ] * values.count(None)


@pytest.mark.parametrize(
    ("way", "more", "reading", "points", "line"),
    [
        ("share", {}, Reading(Decimal("92.5")), "37.00", "40 × 92.5 ÷ 100 = 37"),
        ("share", {"reach": 50}, Reading(Decimal(60)), "40.00", "40 × 60 ÷ 50 = 48 → 40"),
        ("target", {}, Reading(Decimal(3), ratio=Decimal("0.8")), "32.00", "40 × 80% = 32"),
        ("rank", {}, Reading(Decimal(7), place=2, of=4), "30.00", "40 × (4 − 2 + 1) ÷ 4 = 30"),
        ("rank", {"step": 3}, Reading(Decimal(7), place=3, of=4), "34.00", "40 − 3 × (3 − 1) = 34"),
        ("rank", {}, Reading(Decimal(0), place=1, of=9), "0", "0"),
        ("deduct", {}, Reading(Decimal(30)), "0.00", "40 − 2 × 30 = -20 → 0"),
        ("deduct", {"cap": 10}, Reading(Decimal(30)), "30.00", "40 − 2 × 30 = 30"),
        ("bonus", {"full": 5}, Reading(Decimal(9)), "5.00", "2 × 9 = 18 → 5"),
        ("bands", {}, Reading(Decimal(90)), "40.00", "90 ≥ 90 = 40"),
        ("bands", {}, Reading(Decimal("89.9")), "0", "0"),
    ],
)
def test_the_arithmetic_is_written_out(way, more, reading, points, line):
    marked = mark(item(way, **more), reading)
    assert (str(marked.points), marked.line) == (points, line)


def test_bands_of_what_should_be_little_take_the_lowest_limit_kept():
    bands = [{"from": 10, "points": 5}, {"from": 5, "points": 20}]
    points = [
        mark(item("bands", bands=bands), Reading(Decimal(n), more=False)).points for n in (3, 7, 10, 11)
    ]
    assert points == [20, 5, 5, 0]


def test_what_nothing_fell_due_for_is_left_out_unless_the_pack_says_otherwise():
    said = {
        empty: mark(item("share", empty=empty), Reading()).points for empty in ("left_out", "full", "none")
    }
    assert said == {"left_out": None, "full": 40, "none": 0}


@given(st.lists(st.tuples(FULLS, PERCENTS | st.none()), min_size=1, max_size=6))
def test_the_total_is_the_sum_of_the_items_and_the_score_the_same_scaled(pairs):
    items = [kept(f"i{n}", full) for n, (full, _share) in enumerate(pairs)]
    scores = {
        f"i{n}": Score(f"i{n}", mark(item("share", full), Reading(share)).points)
        for n, (full, share) in enumerate(pairs)
    }
    (one,) = stand(items, [(Unit(1, "甲", 1), scores)], as_of=NOW).units
    points = [score.points for score in scores.values() if score.points is not None]
    assert one.total == sum(points)
    if len(points) == len(items):
        assert one.score == one.total
    assert one.score is None or 0 <= one.score <= sum(full for full, _share in pairs)


def test_a_veto_takes_the_score_and_the_flag_goes_to_the_next():
    items = [kept("share", 60), kept("veto", 40, "veto")]
    rows = [
        (
            Unit(1, "甲", 1),
            {"share": Score("share", Decimal(60)), "veto": Score("veto", Decimal(0), veto=True)},
        ),
        (Unit(2, "乙", 2), {"share": Score("share", Decimal(30)), "veto": Score("veto", Decimal(40))}),
    ]
    first, second = stand(items, rows, as_of=NOW, rules=Rules(flags=1)).units
    assert [(one.unit.name, one.score, one.flag) for one in (first, second)] == [
        ("乙", 70, True),
        ("甲", 0, False),
    ]


def test_who_could_hardly_be_scored_has_no_place_and_ties_beyond_the_flags_get_none():
    items = [kept("a", 90), kept("b", 10)]
    full, thin = {"a": Score("a", Decimal(80)), "b": Score("b", Decimal(5))}, {"b": Score("b", Decimal(10))}
    rows = [(Unit(1, "甲", 1), full), (Unit(2, "乙", 2), full), (Unit(3, "丙", 3), thin)]
    found = stand(items, rows, as_of=NOW, rules=Rules(1, Decimal(50))).units
    assert [(one.unit.name, one.place, one.flag) for one in found] == [
        ("甲", 1, False), ("乙", 1, False), ("丙", None, False),
    ]  # fmt: skip


def test_a_correction_keeps_what_was_published_beside_it_and_moves_the_places():
    items = [kept("a", 100)]
    rows = [
        (Unit(1, "甲", 1), {"a": Score("a", Decimal(50))}),
        (Unit(2, "乙", 2), {"a": Score("a", Decimal(60))}),
    ]
    before = stand(items, rows, as_of=NOW)
    after = correct(before, {(1, "a"): (Decimal(90), "查实")})
    assert [one.unit.name for one in before.units] == ["乙", "甲"]
    assert [(one.unit.name, one.place) for one in after.units] == [("甲", 1), ("乙", 2)]
    assert (after.unit(1).scores["a"].points, after.unit(1).scores["a"].was) == (90, 50)


def test_the_weakest_items_are_those_that_lost_the_largest_share():
    items = [kept("a", 10), kept("b", 50), kept("c", 40)]
    scores = {"a": Score("a", Decimal(2)), "b": Score("b", Decimal(30)), "c": Score("c", Decimal(40))}
    (one,) = stand(items, [(Unit(1, "甲", 1), scores)], as_of=NOW).units
    assert [item.code for item in weakest_of(one, items)] == ["a", "b"]
