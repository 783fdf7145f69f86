"""How a duty roster is made: everybody the same, on working days and on rest days apart."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from zhenshu.ground.packs.blocks import DutyKind, Shift
from zhenshu.ground.worktime import WorkCalendar


@dataclass(frozen=True, slots=True)
class Slot:
    """A shift of a day that wants so many people."""

    day: date
    shift: Shift
    rest: bool


def slots(kind: DutyKind, first: date, last: date, calendar: WorkCalendar) -> Iterator[Slot]:
    """Yield the shifts of each day in [first, last], in the order in which they begin."""
    for number in range((last - first).days + 1):
        day = first + timedelta(days=number)
        rest = not calendar.is_working_day(day)
        for shift in sorted(kind.shifts.values(), key=lambda one: one.start):
            if shift.days == "all" or (shift.days == "rest") == rest:
                yield Slot(day, shift, rest)


def assign(wanted: Iterable[Slot], people: Sequence[int]) -> list[tuple[Slot, tuple[int, ...]]]:
    """Return who stands each slot.

    Whoever had the fewest turns on days of that sort comes first, so that at any time two people differ by
    one turn at most on working days and on rest days; among those whoever had that shift least often, then
    whoever rested longest.
    """
    turns: Counter[tuple[int, bool]] = Counter()
    shifts: Counter[tuple[int, str]] = Counter()
    last = {who: number - len(people) for number, who in enumerate(people)}
    found = []
    for number, slot in enumerate(wanted):
        code, rest = slot.shift.code, slot.rest
        order = sorted((turns[who, rest], shifts[who, code], last[who], who) for who in people)
        chosen = tuple(who for *_rank, who in order[: slot.shift.people])
        for who in chosen:
            turns[who, rest] += 1
            shifts[who, code] += 1
            last[who] = number
        found.append((slot, chosen))
    return found
