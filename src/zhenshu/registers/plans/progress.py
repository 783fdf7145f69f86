"""How far a plan item is, how far it should be, and the light that follows: one rule each.

The texts of the rules are message ids to be printed beside the number; thresholds are arguments,
for they differ from place to place.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from enum import StrEnum
from fractions import Fraction

from django.utils.translation import gettext_noop

from zhenshu.ground.worktime import WorkCalendar

PROGRESS_RULE = gettext_noop(
    "An item without parts has the progress entered for it; an item with parts has the mean of its "
    "parts' progress, weighted by their weights (all alike when no part has a weight)."
)
SCHEDULE_RULE = gettext_noop(
    "Progress by the calendar is the share of the item's working days that are over, today not yet counted."
)
LIGHT_RULE = gettext_noop(
    "Red: overdue, or %(red)s points or more behind the calendar. Yellow: %(yellow)s points or more "
    "behind, or due within %(near)s working days. Green: all others. Grey: no dates."
)
FULL = Decimal(100)
TENTH = Decimal("0.1")
ONE_DAY = timedelta(days=1)


class ProgressError(ValueError):
    """A progress or weight that can't be, or parts that hold themselves."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One item as the progress rule sees it; *progress* is the entered percentage."""

    id: int
    parent: int | None = None
    weight: Decimal | int = 0
    progress: Decimal | int = 0

    def __post_init__(self) -> None:
        if not 0 <= self.progress <= FULL:
            raise ProgressError(f"The progress of item {self.id} is {self.progress}; give 0 to 100.")
        if self.weight < 0:
            raise ProgressError(f"The weight of item {self.id} is {self.weight}; give 0 or more.")


class Colour(StrEnum):
    """The lamp; never shown without its status in words."""

    RED = "red"
    YELLOW = "yellow"
    GREEN = "green"
    GREY = "grey"


class Status(StrEnum):
    """Why the lamp has its colour; the value is the message id of the word shown."""

    DONE = gettext_noop("Done")
    OVERDUE = gettext_noop("Overdue")
    FAR_BEHIND = gettext_noop("Far behind")
    BEHIND = gettext_noop("Behind")
    DUE_SOON = gettext_noop("Due soon")
    NOT_BEGUN = gettext_noop("Not begun yet")
    ON_SCHEDULE = gettext_noop("On schedule")
    NO_DATES = gettext_noop("No dates")

    @property
    def colour(self) -> Colour:
        """The lamp of this status."""
        return COLOURS[self]


COLOURS = {
    Status.DONE: Colour.GREEN,
    Status.OVERDUE: Colour.RED,
    Status.FAR_BEHIND: Colour.RED,
    Status.BEHIND: Colour.YELLOW,
    Status.DUE_SOON: Colour.YELLOW,
    Status.NOT_BEGUN: Colour.GREEN,
    Status.ON_SCHEDULE: Colour.GREEN,
    Status.NO_DATES: Colour.GREY,
}


@dataclass(frozen=True, slots=True)
class Thresholds:
    """Points behind the calendar for yellow and red, and working days before the due day for yellow."""

    yellow_gap: Decimal
    red_gap: Decimal
    near_days: int

    def __post_init__(self) -> None:
        if not 0 < self.yellow_gap <= self.red_gap:
            raise ProgressError(
                f"Yellow starts {self.yellow_gap} and red {self.red_gap} points behind; "
                "yellow must be more than 0 and not more than red."
            )

    def rule_values(self) -> dict[str, str]:
        """The values that belong into `LIGHT_RULE`."""
        return {"red": str(self.red_gap), "yellow": str(self.yellow_gap), "near": str(self.near_days)}


@dataclass(frozen=True, slots=True)
class Standing:
    """Where an item stands on a day: its progress, the calendar's, and the status that follows."""

    progress: Decimal
    expected: Decimal | None
    status: Status

    @property
    def gap(self) -> Decimal:
        """Points behind the calendar; negative when ahead."""
        return (self.expected or Decimal(0)) - self.progress


def progress_of(parts: Iterable[Part]) -> dict[int, Decimal]:
    """The progress of every item by `PROGRESS_RULE`, exact inside and rounded to a tenth at the end."""
    items = {part.id: part for part in parts}
    children: dict[int | None, list[int]] = defaultdict(list)
    for part in items.values():
        children[part.parent if part.parent in items else None].append(part.id)
    order = list(children[None])
    for number in order:
        order.extend(children[number])
    if len(order) < len(items):
        raise ProgressError(f"The items {sorted(set(items) - set(order))} are parts of one another.")
    exact: dict[int, Fraction] = {}
    for number in reversed(order):
        mean = _mean(children[number], items, exact)
        exact[number] = Fraction(items[number].progress) if mean is None else mean
    return {number: _rounded(exact[number]) for number in sorted(exact)}


def expected_progress(start: date, due: date, today: date, calendar: WorkCalendar) -> Decimal:
    """The progress by the calendar (序时进度) on the morning of *today*, by `SCHEDULE_RULE`."""
    if today > due:
        return FULL
    total = calendar.working_days_between(start, due)
    if total == 0 or today <= start:
        return Decimal(0)
    return _rounded(Fraction(calendar.working_days_between(start, today - ONE_DAY), total) * 100)


def standing(
    progress: Decimal,
    *,
    start: date | None,
    due: date | None,
    today: date,
    thresholds: Thresholds,
    calendar: WorkCalendar,
) -> Standing:
    """Where an item stands on *today*, by `LIGHT_RULE`; without start it is judged by its due day alone."""
    expected = expected_progress(start, due, today, calendar) if start and due else None
    if progress >= FULL:
        return Standing(progress, expected, Status.DONE)
    if due is None:
        return Standing(progress, expected, Status.NO_DATES)
    if today > due:
        return Standing(progress, expected, Status.OVERDUE)
    behind = Standing(progress, expected, Status.ON_SCHEDULE).gap
    near = calendar.working_days_between(today, due) <= thresholds.near_days
    begun = start is None or today >= start
    return Standing(progress, expected, _status(behind, thresholds, near=near, begun=begun))


def _status(behind: Decimal, thresholds: Thresholds, *, near: bool, begun: bool) -> Status:
    if begun and behind >= thresholds.red_gap:
        return Status.FAR_BEHIND
    if begun and behind >= thresholds.yellow_gap:
        return Status.BEHIND
    if near:
        return Status.DUE_SOON
    return Status.ON_SCHEDULE if begun else Status.NOT_BEGUN


def _mean(numbers: list[int], items: Mapping[int, Part], exact: Mapping[int, Fraction]) -> Fraction | None:
    """The weighted mean of the children, None for an item without any."""
    if not numbers:
        return None
    weights = [Fraction(items[number].weight) for number in numbers]
    if not any(weights):
        weights = [Fraction(1)] * len(numbers)
    pairs = zip(numbers, weights, strict=True)
    return sum((exact[number] * weight for number, weight in pairs), Fraction()) / sum(weights)


def _rounded(value: Fraction) -> Decimal:
    exact = Decimal(value.numerator) / Decimal(value.denominator)
    return exact.quantize(TENTH, rounding=ROUND_HALF_UP)
