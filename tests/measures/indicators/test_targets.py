"""Targets: what they bind, how far they are reached, which lamp by the stated rule."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from tests.measures.indicators.conftest import Records

from zhenshu.ground.ledger.models import Entry
from zhenshu.ground.worktime.periods import parse_period
from zhenshu.measures.indicators.compare import Growth, completion, elapsed
from zhenshu.measures.indicators.errors import ChangedMeanwhileError, RightMissingError, TargetError
from zhenshu.measures.indicators.models import Target
from zhenshu.measures.indicators.reported import report_value
from zhenshu.measures.indicators.targets import (
    RULE,
    change_target,
    end_target,
    lamp_of,
    set_target,
    target_states,
)


@pytest.fixture
def aim(records: Records) -> Any:
    def aim_at(
        value: Any, *, code: str = "counts.matters", unit: str = "件", by: str = "secretary", **more: Any
    ) -> Target:
        return set_target(code, records.town.town, 2023, value, unit=unit, by=records.scopes[by], **more)

    return aim_at


def state(target: Target, on: str) -> Any:
    return target_states([target], on=date.fromisoformat(on))[0]


def test_completion_is_held_against_the_time_elapsed(aim: Any, records: Records) -> None:
    target = aim(10)
    for day in ("2023-01-10", "2023-03-10", "2023-06-30", "2023-06-30", "2023-07-02"):
        records.matter(day)
    middle = state(target, "2023-07-02")
    assert (middle.value, middle.completion, round(middle.elapsed, 1)) == (5, 50, Decimal("50.1"))
    assert (middle.lamp, state(target, "2023-06-29").lamp, state(target, "2023-12-31").lamp) == (
        "yellow",
        "red",
        "red",
    )
    assert state(target, "2023-01-11").lamp == "green"


def test_statistics_are_held_against_the_months_they_speak_of(aim: Any, records: Records) -> None:
    target = aim(12, code="counts.revenue", unit="亿元")
    for month in range(1, 10):
        report_value(
            "counts.revenue",
            records.town.town,
            f"2023-{month:02d}",
            1,
            signer="李",
            by=records.scopes["secretary"],
        )
    found = state(target, "2023-11-22")
    assert (found.period.key, found.value, found.completion) == ("2023-01..2023-09", 9, 75)
    assert found.lamp == "green"


def test_growth_is_measured_against_last_year(aim: Any, records: Records) -> None:
    target = aim(8, code="counts.revenue", unit="%", measured="growth")
    for year, monthly in ((2022, 10), (2023, "10.9")):
        for month in range(1, 7):
            report_value(
                "counts.revenue", records.town.town, f"{year}-{month:02d}", monthly, signer="李",
                by=records.scopes["secretary"],
            )  # fmt: skip
    found = state(target, "2023-08-20")
    assert (found.value, found.lamp, found.period.key) == (9, "green", "2023-01..2023-06")


def test_without_a_value_there_is_no_lamp(aim: Any) -> None:
    assert state(aim(8, code="counts.revenue", unit="亿元"), "2023-08-20").lamp == "none"


@pytest.mark.parametrize(
    ("bound", "value", "lamp"),
    [
        ("at_least", 100, "green"), ("at_least", 96, "yellow"), ("at_least", 94, "red"),
        ("at_most", 100, "green"), ("at_most", 104, "yellow"), ("at_most", 106, "red"),
        ("about", 104, "green"), ("about", 92, "yellow"), ("about", 111, "red"),
    ],
)  # fmt: skip
def test_lamps_of_levels(bound: str, value: int, lamp: str) -> None:
    target = Target(value=Decimal(100), bound=bound)
    assert lamp_of(target, Decimal(value), Decimal(50), grows=False) == lamp


@pytest.mark.parametrize(
    ("bound", "value", "lamp"),
    [
        ("at_least", 50, "green"), ("at_least", 40, "yellow"), ("at_least", 39, "red"),
        ("at_most", 50, "green"), ("at_most", 60, "yellow"), ("at_most", 61, "red"), ("at_most", 101, "red"),
    ],
)  # fmt: skip
def test_lamps_of_figures_that_grow(bound: str, value: int, lamp: str) -> None:
    target = Target(value=Decimal(100), bound=bound)
    assert lamp_of(target, Decimal(value), Decimal(50), grows=True) == lamp


def test_the_rule_is_one_sentence_to_print() -> None:
    assert "elapsed" in str(RULE.sentence) or "序时" in str(RULE.sentence)


@pytest.mark.parametrize(
    "more",
    [
        {"unit": ""},
        {"unit": "亿元"},
        {"measured": "growth", "unit": "件"},
        {"measured": "mood"},
        {"bound": "exactly"},
        {"value": Decimal("NaN")},
    ],
)
def test_a_target_that_binds_nothing_is_refused(aim: Any, more: dict[str, Any]) -> None:
    with pytest.raises(TargetError, match="."):
        aim(more.pop("value", 10), **more)


def test_one_target_per_figure_area_office_and_year(aim: Any, offices: Any) -> None:
    aim(10)
    aim(3, office=offices["safety"])
    with pytest.raises(TargetError, match="事项数"):
        aim(11)
    with pytest.raises(TargetError, match="事项数"):
        aim(4, office=offices["safety"])


def test_changes_need_a_reason_and_the_version_seen(aim: Any, records: Records) -> None:
    secretary = records.scopes["secretary"]
    target = aim(10, quote="全年受理不少于10件", report_id=7, place="120-130")
    with pytest.raises(TargetError):
        change_target(target, version=1, by=secretary, reason="", value=12)
    change_target(target, version=1, by=secretary, reason="上级调整", value=12)
    with pytest.raises(ChangedMeanwhileError):
        change_target(target, version=1, by=secretary, reason="再调", value=13)
    end_target(target, version=2, by=secretary, reason="取消")
    assert [e.action for e in Entry.objects.filter(subject_kind="indicators.target").order_by("seq")] == [
        "target.set", "target.changed", "target.ended",
    ]  # fmt: skip
    aim(9)


def test_only_keepers_of_figures_set_targets(aim: Any, records: Records) -> None:
    for name in set(records.scopes) - {"secretary", "administrator"}:
        with pytest.raises(RightMissingError):
            aim(10, by=name)


@pytest.mark.parametrize(
    ("value", "base", "unit", "percent", "change"),
    [
        (110, 100, "件", 10, 10), (90, 100, "件", -10, -10), (5, 0, "件", None, 5), (5, -2, "件", None, 7),
        (None, 5, "件", None, None), (62, 60, "%", None, 2),
    ],
)  # fmt: skip
def test_growth_is_only_told_where_it_means_something(
    value: int | None, base: int, unit: str, percent: int | None, change: int | None
) -> None:
    told = Growth(None if value is None else Decimal(value), Decimal(base), unit)
    assert (told.percent, told.change, told.in_points) == (percent, change, unit == "%")


def test_completion_and_elapsed_have_sane_edges() -> None:
    year = parse_period("2023")
    assert completion(Decimal(3), Decimal(0)) is None
    assert [elapsed(year, date(*day)) for day in ((2022, 12, 1), (2023, 12, 31), (2024, 5, 1))] == [
        0,
        100,
        100,
    ]
