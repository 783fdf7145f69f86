"""How long a rule of a pack reaches: the period a cap holds for, the last day of a limit."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

from zhenshu.ground.packs.blocks import Every
from zhenshu.ground.worktime import Kind, Limit, add_months, deadlines, period_of
from zhenshu.registers.cases.clocks import work_calendar

KINDS = {
    "day": Kind.DAY, "week": Kind.WEEK, "month": Kind.MONTH, "quarter": Kind.QUARTER,
    "half_year": Kind.HALF, "year": Kind.YEAR,
}  # fmt: skip
FIRST, LAST = date.min, date.max
NOON = time(12)


def span_of(every: Every, day: date) -> tuple[date, date] | None:
    """Return the first and the last day of the period of *every* around *day*.

    The whole of time for what may happen once; None for what each event has for itself.
    """
    if every == "event":
        return None
    if every == "once":
        return FIRST, LAST
    if every == "ten_days":
        return _ten_days(day)
    period = period_of(day, KINDS[every])
    return period.start, period.last_day


def _ten_days(day: date) -> tuple[date, date]:
    """Return 上旬, 中旬 or 下旬; the last runs to the end of the month."""
    start = day.replace(day=(1, 11, 21)[min((day.day - 1) // 10, 2)])
    if start.day < 21:
        return start, start + timedelta(days=9)
    return start, add_months(day.replace(day=1), 1) - timedelta(days=1)


def last_day(start: date, limit: Limit) -> date:
    """Return the last day of a limit that begins on *start*, by the one rule for every clock of the house."""
    calendar = work_calendar()
    return deadlines.due(datetime.combine(start, NOON, calendar.zone), limit, calendar).date()
