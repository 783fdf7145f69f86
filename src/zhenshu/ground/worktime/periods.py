"""Periods that figures are about: a key, a first day, the day after the last, a Chinese name.

Keys: `2023`, `2023-H1`, `2023-Q1`, `2023-05`, `2023-W07` (ISO week), `2023-05-01`, and stretches of
one kind: `2023-01..2023-10` (1–10月), `2021..2025` (a five-year plan), `2023-01-01..2023-05-16`.
"""

import re
from calendar import monthrange
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

ONE_DAY = timedelta(days=1)
ORDINALS = "一二三四五六七八九十"


class Kind(StrEnum):
    """The grain of a period, from long to short."""

    YEAR = "year"
    HALF = "half"
    QUARTER = "quarter"
    MONTH = "month"
    WEEK = "week"
    DAY = "day"

    @property
    def months(self) -> int:
        """How many months one period of this kind has; 0 for weeks and days."""
        return MONTHS_OF.get(self, 0)


MONTHS_OF = {Kind.YEAR: 12, Kind.HALF: 6, Kind.QUARTER: 3, Kind.MONTH: 1}
KEY_PATTERNS = {
    Kind.YEAR: re.compile(r"((?:19|20|21)\d{2})()"),
    Kind.HALF: re.compile(r"((?:19|20|21)\d{2})-H([12])"),
    Kind.QUARTER: re.compile(r"((?:19|20|21)\d{2})-Q([1-4])"),
    Kind.MONTH: re.compile(r"((?:19|20|21)\d{2})-(0[1-9]|1[0-2])"),
    Kind.WEEK: re.compile(r"((?:19|20|21)\d{2})-W(\d{2})"),
    Kind.DAY: re.compile(r"((?:19|20|21)\d{2})-(\d{2}-\d{2})"),
}


class PeriodError(ValueError):
    """A period that can't be understood, or a stretch that can't be divided as asked."""


@dataclass(frozen=True, slots=True, order=True)
class Period:
    """The days from *start* to before *end*, with the key it is stored and linked by."""

    start: date
    end: date
    key: str
    kind: Kind

    @property
    def name_zh(self) -> str:
        """The period as a Chinese text writes it: 2023年1–10月, “十四五”时期, 2023年一季度."""
        return _stretch_name(self) if self.is_stretch else _NAMES[self.kind](self.start)

    @property
    def is_stretch(self) -> bool:
        """True for several periods of one kind taken together."""
        return ".." in self.key

    @property
    def last_day(self) -> date:
        """The last day that belongs to the period."""
        return self.end - ONE_DAY

    @property
    def days(self) -> int:
        """How many days the period has."""
        return (self.end - self.start).days

    def __contains__(self, day: date) -> bool:
        return self.start <= day < self.end

    def __str__(self) -> str:
        return self.key


def parse_period(key: str) -> Period:
    """The period of *key*; raises `PeriodError` with the key and the forms that are understood."""
    first, dots, last = key.strip().partition("..")
    if not dots:
        return _parse_single(first)
    begin, finish = _parse_single(first), _parse_single(last)
    if begin.kind is not finish.kind or begin.start > finish.start:
        raise PeriodError(f"The period {key!r} must join two of one kind in order, like 2023-01..2023-10.")
    return stretch(begin, finish)


def period_of(day: date, kind: Kind) -> Period:
    """The period of *kind* that *day* lies in."""
    start = _start_of(day, kind)
    return Period(start, _step(start, kind, 1), _KEYS[kind](start), kind)


def stretch(first: Period, last: Period) -> Period:
    """The days from *first* to *last*, both included, named by their kind; one alone is itself."""
    if first == last:
        return first
    return Period(
        first.start, last.end, f"{first.key.split('..')[0]}..{last.key.split('..')[-1]}", first.kind
    )


def split(period: Period, kind: Kind) -> tuple[Period, ...]:
    """The periods of *kind* that make up *period*; refused when its edges do not fall on theirs."""
    parts = tuple(_periods_between(period.start, period.end, kind))
    if parts[0].start != period.start or parts[-1].end != period.end:
        raise PeriodError(f"The period {period.key} can't be divided into whole periods of kind {kind}.")
    return parts


def months(period: Period) -> tuple[Period, ...]:
    """The months that make up *period*."""
    return split(period, Kind.MONTH)


def previous(period: Period) -> Period:
    """The stretch of the same kind and length just before *period* (环比)."""
    count = _length(period)
    return _run(_step(period.start, period.kind, -count), period.kind, count)


def same_period_last_year(period: Period) -> Period:
    """The same months or days a year earlier, the same ISO week number for weeks (上年同期).

    29 February becomes 28 February, week 53 the last week of a year of 52.
    """
    if not period.is_stretch:
        return _year_earlier(period)
    first = _year_earlier(period_of(period.start, period.kind))
    last = _year_earlier(period_of(period.last_day, period.kind))
    return stretch(first, last)


def year_to(period: Period) -> Period:
    """From the first such period of the year to the end of *period* (累计): 2023-10 → 2023-01..2023-10."""
    last = period_of(period.last_day, period.kind)
    year_start = date(_iso_year(last.start) if period.kind is Kind.WEEK else last.start.year, 1, 4)
    first = year_start if period.kind is Kind.WEEK else year_start.replace(day=1)
    return stretch(period_of(first, period.kind), last)


def five_year_plan(day: date) -> Period:
    """The national five-year plan *day* lies in: 2021..2025 is the fourteenth (十四五)."""
    first = day.year - (day.year - 1) % 5
    return parse_period(f"{first}..{first + 4}")


def last_full(day: date, kind: Kind, count: int) -> Period:
    """The *count* whole periods of *kind* that ended before *day*'s own."""
    return _run(_step(_start_of(day, kind), kind, -count), kind, count)


def up_to(day: date, kind: Kind, count: int) -> Period:
    """The *count* periods of *kind* of which *day*'s own is the last."""
    return _run(_step(_start_of(day, kind), kind, 1 - count), kind, count)


def add_months(day: date, months: int) -> date:
    """The corresponding day *months* later, or the last day of a shorter month (民法典 art. 202)."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def _parse_single(key: str) -> Period:
    for kind, pattern in KEY_PATTERNS.items():
        match = pattern.fullmatch(key)
        if match:
            return _period_from(kind, match, key)
    raise PeriodError(
        f"The period {key!r} is not understood; write 2023, 2023-H1, 2023-Q1, 2023-05, 2023-W07, "
        "2023-05-01 or two of one kind joined like 2023-01..2023-10."
    )


def _period_from(kind: Kind, match: re.Match[str], key: str) -> Period:
    year, part = int(match[1]), match[2]
    try:
        match kind:
            case Kind.WEEK:
                day = date.fromisocalendar(year, int(part), 1)
            case Kind.DAY:
                day = date.fromisoformat(key)
            case _:
                day = date(year, (int(part or 1) - 1) * kind.months + 1, 1)
    except ValueError as error:
        raise PeriodError(f"The period {key!r} does not exist: {error}.") from error
    return period_of(day, kind)


def _start_of(day: date, kind: Kind) -> date:
    if kind is Kind.DAY:
        return day
    if kind is Kind.WEEK:
        return day - timedelta(days=day.weekday())
    return date(day.year, (day.month - 1) // kind.months * kind.months + 1, 1)


def _step(start: date, kind: Kind, count: int) -> date:
    if kind.months:
        return add_months(start, kind.months * count)
    return start + timedelta(days=count * (7 if kind is Kind.WEEK else 1))


def _length(period: Period) -> int:
    if not period.is_stretch:
        return 1
    if period.kind.months:
        return _months_apart(period.start, period.end) // period.kind.months
    return period.days // (7 if period.kind is Kind.WEEK else 1)


def _months_apart(start: date, end: date) -> int:
    return (end.year - start.year) * 12 + end.month - start.month


def _run(start: date, kind: Kind, count: int) -> Period:
    return stretch(period_of(start, kind), period_of(_step(start, kind, count - 1), kind))


def _periods_between(start: date, end: date, kind: Kind) -> Iterator[Period]:
    while start < end:
        period = period_of(start, kind)
        yield period
        start = period.end


def _year_earlier(single: Period) -> Period:
    if single.kind is not Kind.WEEK:
        return period_of(add_months(single.start, -12), single.kind)
    year, week, _ = single.start.isocalendar()
    last_week = date(year - 1, 12, 28).isocalendar().week
    return period_of(date.fromisocalendar(year - 1, min(week, last_week), 1), Kind.WEEK)


def _iso_year(day: date) -> int:
    return day.isocalendar().year


def _week_key(start: date) -> str:
    year, week, _ = start.isocalendar()
    return f"{year}-W{week:02d}"


def _week_name(start: date) -> str:
    year, week, _ = start.isocalendar()
    return f"{year}年第{week}周"


_KEYS: dict[Kind, Callable[[date], str]] = {
    Kind.YEAR: lambda day: f"{day.year:04d}",
    Kind.HALF: lambda day: f"{day.year:04d}-H{(day.month + 5) // 6}",
    Kind.QUARTER: lambda day: f"{day.year:04d}-Q{(day.month + 2) // 3}",
    Kind.MONTH: lambda day: f"{day.year:04d}-{day.month:02d}",
    Kind.WEEK: _week_key,
    Kind.DAY: date.isoformat,
}
_NAMES: dict[Kind, Callable[[date], str]] = {
    Kind.YEAR: lambda day: f"{day.year}年",
    Kind.HALF: lambda day: f"{day.year}年{'上' if day.month == 1 else '下'}半年",
    Kind.QUARTER: lambda day: f"{day.year}年{ORDINALS[(day.month - 1) // 3]}季度",
    Kind.MONTH: lambda day: f"{day.year}年{day.month}月",
    Kind.WEEK: _week_name,
    Kind.DAY: lambda day: f"{day.year}年{day.month}月{day.day}日",
}


def _stretch_name(period: Period) -> str:
    first = _NAMES[period.kind](period.start)
    last_start = period_of(period.last_day, period.kind).start
    last = _NAMES[period.kind](last_start)
    if period.kind is Kind.YEAR:
        return _years_name(period.start.year, last_start.year)
    if period.start.year != last_start.year or period.kind is Kind.WEEK:
        return f"{first}至{last}"
    if period.kind is Kind.MONTH:
        return f"{period.start.year}年{period.start.month}–{last_start.month}月"
    return f"{first}至{last.split('年', 1)[1]}"


def _years_name(first: int, last: int) -> str:
    if last - first == 4 and first % 5 == 1 and first >= 1981:
        return f"“{_numeral((first - 1951) // 5)}五”时期"
    return f"{first}–{last}年"


def _numeral(number: int) -> str:
    """Ten and more as 十, 十一 … 二十; below ten a single numeral."""
    tens, ones = divmod(number, 10)
    head = {0: "", 1: "十"}.get(tens) if tens < 2 else f"{ORDINALS[tens - 1]}十"
    return f"{head}{ORDINALS[ones - 1] if ones else ''}"
