"""The lamp of an item on a day, by the thresholds of its kind."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from functools import cache
from typing import Any

from zhenshu.ground.packs.registry import UnknownKindError, library
from zhenshu.ground.packs.schema import LampRule
from zhenshu.ground.worktime import WorkCalendar
from zhenshu.registers.cases.clocks import work_calendar
from zhenshu.registers.plans.models import PlanFacts, PlanItem, State
from zhenshu.registers.plans.progress import (
    LIGHT_RULE,
    Colour,
    Standing,
    Status,
    Thresholds,
    expected_progress,
    standing,
)

DEFAULT_LAMP = LampRule()


@cache
def _thresholds(yellow: float, red: float, near: int) -> Thresholds:
    return Thresholds(Decimal(f"{yellow:g}"), Decimal(f"{red:g}"), near)


def thresholds_of(kind: str) -> Thresholds:
    """Return the thresholds that the pack of *kind* declares; those of a kind without pack by default."""
    try:
        lamp = library().plan_kind(kind).lamp
    except UnknownKindError:
        lamp = DEFAULT_LAMP
    return _thresholds(lamp.yellow, lamp.red, lamp.near)


def standing_of(item: PlanFacts, today: date, calendar: WorkCalendar | None = None) -> Standing:
    """Return where an item stands on *today*; what is done is done, what is cancelled has no lamp."""
    known = calendar or work_calendar()
    if item.state != State.OPEN:
        expected = expected_progress(item.start, item.due, today, known) if item.start and item.due else None
        status = Status.DONE if item.state == State.DONE else Status.NO_DATES
        return Standing(item.progress, expected, status)
    return standing(
        item.progress,
        start=item.start,
        due=item.due,
        today=today,
        thresholds=thresholds_of(item.kind),
        calendar=known,
    )


def light(item: PlanItem, today: date) -> None:
    """Set status, lamp and overdue of *item* as they are on *today*."""
    item.lit_on = today
    if item.state == State.CANCELLED:
        item.status, item.lamp, item.overdue = Status.NO_DATES.value, Colour.GREY.value, False
        return
    stands = standing_of(item, today)
    item.status, item.lamp = stands.status.value, stands.status.colour.value
    late_done = item.done_on is not None and item.due is not None and item.done_on > item.due
    item.overdue = stands.status is Status.OVERDUE or late_done


def light_rule(kind: str) -> tuple[str, Mapping[str, Any]]:
    """Return the message id of the rule printed beside a lamp, and the values in it."""
    return LIGHT_RULE, thresholds_of(kind).rule_values()
