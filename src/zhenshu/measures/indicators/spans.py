"""How a period falls into whole months, which tallies hold, and single days, which the records tell."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from zhenshu.ground.worktime.periods import Period
from zhenshu.measures.indicators.columns import month_number


@dataclass(frozen=True, slots=True)
class Span:
    """The days from *start* to before *end*; months from *first* to before *last*; *edges* are left over."""

    period: Period
    start: date
    end: date
    first: int
    last: int
    edges: tuple[tuple[date, date], ...]

    @property
    def is_empty(self) -> bool:
        """True when the period lies wholly after the day the figure is told of."""
        return self.end <= self.start

    @property
    def stock_edge(self) -> tuple[date, date] | None:
        """The days of the last month that a stock has to look at, when the span ends within it."""
        return (self.end.replace(day=1), self.end) if self.end.day > 1 else None

    @property
    def stock_month(self) -> int:
        """The first month whose changes a stock at the end of the span does not hold in full."""
        return month_number(self.end)


def span_of(period: Period, on: date | None = None) -> Span:
    """Return the span of a period; what is dated after *on* is left out."""
    end = min(period.end, on + timedelta(days=1)) if on else period.end
    start = min(period.start, end)
    whole_from = start if start.day == 1 else _next_month(start)
    whole_to = end.replace(day=1)
    if whole_from > whole_to:
        return Span(period, start, end, month_number(start), month_number(start), ((start, end),))
    edges = tuple((a, b) for a, b in ((start, whole_from), (whole_to, end)) if a < b)
    return Span(period, start, end, month_number(whole_from), month_number(whole_to), edges)


def _next_month(day: date) -> date:
    return (day.replace(day=1) + timedelta(days=31)).replace(day=1)
