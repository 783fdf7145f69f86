"""Months by their keys (``2026-10``): the one before, the same a year earlier, those of the year so far."""

from __future__ import annotations

from datetime import date

from zhenshu.ground.worktime.periods import Kind, Period, PeriodError, parse_period, period_of


def month_of(key: str) -> Period | None:
    """Return the month of a key; None when the text is no month."""
    try:
        period = parse_period(key)
    except PeriodError:
        return None
    return period if period.kind is Kind.MONTH and not period.is_stretch else None


def moved(key: str, months: int) -> str:
    """Return the month so many months later, or earlier where *months* is negative."""
    year, month = divmod(int(key[:4]) * 12 + int(key[5:7]) - 1 + months, 12)
    return f"{year}-{month + 1:02d}"


def year_so_far(key: str) -> list[str]:
    """Return the months from January to this one."""
    return [f"{key[:4]}-{month:02d}" for month in range(1, int(key[5:7]) + 1)]


def before_today(today: date) -> str:
    """Return the month that is over last: the one returns are awaited for."""
    return moved(period_of(today, Kind.MONTH).key, -1)


def in_words(key: str) -> str:
    """Return a month as a text writes it: 2026年10月."""
    return parse_period(key).name_zh
