"""When things happen: by month, weekday and hour, and how long offices take, in office time."""

from __future__ import annotations

import random
from bisect import bisect
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import accumulate

from zhenshu.ground.worktime.calendars import WorkCalendar

MINUTE = 60 * 1_000_000  # office time is counted in microseconds


@dataclass(frozen=True, slots=True)
class Rhythm:
    """Relative weights of the twelve months, the seven weekdays (Monday first) and the 24 hours."""

    months: tuple[float, ...] = (0.8, 0.7, 1, 1, 1, 1.1, 1.2, 1.2, 1.1, 1, 1, 0.9)
    weekdays: tuple[float, ...] = (1.2, 1.1, 1, 1, 1, 0.7, 0.6)
    hours: tuple[float, ...] = (
        0.1, 0.05, 0.02, 0.02, 0.05, 0.2, 0.6, 1.2, 2.2, 2.6, 2.4, 1.8,
        1.0, 1.2, 1.9, 2.1, 1.9, 1.6, 1.4, 1.5, 1.4, 1.1, 0.7, 0.3,
    )  # fmt: skip

    @property
    def in_office(self) -> bool:
        """Tell whether it rests at weekends, as offices do."""
        return not self.weekdays[5]


OFFICE = Rhythm(months=(0.9, 0.8, 1.1, 1, 1, 1, 1, 1, 1, 0.95, 1, 1), weekdays=(1.2, 1.1, 1, 1, 1, 0, 0))
STREET = Rhythm(
    hours=(0.1, 0, 0, 0, 0, 0.5, 1.5, 2, 2, 2, 1.6, 1.4, 1, 1, 1.2, 1.4, 1.6, 2, 2.4, 2, 1.2, 0.6, 0.3, 0.1)
)


class Moments:
    """Draws moments between two days after a rhythm; office rhythms fall into office time.

    Where nobody works in a stretch (a week of holidays), the last working day before it counts.
    """

    def __init__(self, first: date, last: date, rhythm: Rhythm, calendar: WorkCalendar) -> None:
        self._calendar, self._rhythm = calendar, rhythm
        self._days = [first + timedelta(days=n) for n in range((last - first).days + 1)] or [last]
        while not any(self._weight(day) for day in self._days):
            self._days.insert(0, self._days[0] - timedelta(days=1))
        self._weights = list(accumulate(self._weight(day) for day in self._days))
        self._hours = list(accumulate(rhythm.hours))

    def _weight(self, day: date) -> float:
        works = self._calendar.is_working_day(day)
        if self._rhythm.weekdays[5] == 0:
            return self._rhythm.months[day.month - 1] * (
                self._rhythm.weekdays[day.weekday() % 5] if works else 0
            )
        return self._rhythm.months[day.month - 1] * self._rhythm.weekdays[day.weekday()]

    def draw(self, rng: random.Random) -> datetime:
        """Return a moment; those of an office rhythm lie in office hours."""
        day = self._days[bisect(self._weights, rng.random() * self._weights[-1])]
        if self._rhythm.in_office:
            start = self._calendar.work_before(self._calendar.opening(day))
            length = self._calendar.work_before(self._calendar.closing(day)) - start
            return self._calendar.moment_of_work(start + rng.randrange(5 * MINUTE, length - 10 * MINUTE))
        hour = bisect(self._hours, rng.random() * self._hours[-1])
        moment = datetime(day.year, day.month, day.day, hour, rng.randrange(60), rng.randrange(60))
        return self._calendar.local(moment.replace(tzinfo=self._calendar.opening(day).tzinfo))


def later(moment: datetime, minutes: float, calendar: WorkCalendar) -> datetime:
    """Return the moment *minutes* of office time after *moment*."""
    return calendar.moment_of_work(calendar.work_before(moment) + max(1, int(minutes * MINUTE)))


def spread(total: int, parts: int, rng: random.Random, least: int = 1) -> list[int]:
    """Return *parts* whole numbers of at least *least* that add up to *total*, most of them small."""
    numbers = [least] * parts
    for _ in range(total - least * parts):
        numbers[min(rng.randrange(parts), rng.randrange(parts))] += 1
    rng.shuffle(numbers)
    return numbers


def spread_decimal(total: float, parts: int, rng: random.Random, digits: int = 2) -> list[float]:
    """Return *parts* amounts that add up to *total* exactly at *digits* decimals."""
    unit = 10**digits
    whole = round(total * unit)
    cuts = sorted(rng.uniform(0.35, 1.0) for _ in range(parts))
    shares = [round(whole * cut / sum(cuts)) for cut in cuts]
    shares[-1] += whole - sum(shares)
    rng.shuffle(shares)
    return [share / unit for share in shares]


def pick(weights: Sequence[tuple[str, float]], rng: random.Random) -> str:
    """Return one of the names by its weight."""
    return rng.choices([name for name, _ in weights], [weight for _, weight in weights])[0]
