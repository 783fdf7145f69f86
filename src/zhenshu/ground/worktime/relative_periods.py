"""Periods named by their place to today: this month, 今年以来, 上年同期, the last twelve months.

Each name yields one or several periods. "Last" means whole periods that are over; "to date" ends
with today, and its last year's counterpart ends with the same day a year earlier.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from types import MappingProxyType

from zhenshu.ground.worktime.periods import (
    Kind,
    Period,
    PeriodError,
    five_year_plan,
    last_full,
    parse_period,
    period_of,
    previous,
    same_period_last_year,
    split,
    stretch,
    up_to,
    year_to,
)


@dataclass(frozen=True, slots=True)
class RelativePeriod:
    """A name, its Chinese form and how it is resolved on a day."""

    name: str
    name_zh: str
    on: Callable[[date], tuple[Period, ...]]


def resolve(text: str, today: date) -> tuple[Period, ...]:
    """The periods *text* stands for on *today*: a key, a relative name, or its Chinese form."""
    relative = RELATIVE.get(text) or _BY_NAME_ZH.get(text)
    return relative.on(today) if relative else (_parse(text),)


def resolve_one(text: str, today: date) -> Period:
    """The single period *text* stands for on *today*; refused for a name that stands for several."""
    found = resolve(text, today)
    if len(found) != 1:
        raise PeriodError(f"{text!r} stands for {len(found)} periods, but one is needed.")
    return found[0]


def _parse(text: str) -> Period:
    try:
        return parse_period(text)
    except PeriodError as error:
        raise PeriodError(f"{error} Relative names are {', '.join(RELATIVE)}.") from error


def _this(kind: Kind) -> Callable[[date], tuple[Period, ...]]:
    return lambda today: (period_of(today, kind),)


def _last(kind: Kind, count: int = 1) -> Callable[[date], tuple[Period, ...]]:
    return lambda today: (last_full(today, kind, count),)


def _each(kind: Kind, count: int) -> Callable[[date], tuple[Period, ...]]:
    return lambda today: split(last_full(today, kind, count), kind)


def _parts(kind: Kind, of: Callable[[date], tuple[Period, ...]]) -> Callable[[date], tuple[Period, ...]]:
    return lambda today: split(of(today)[0], kind)


def _to_date(kind: Kind) -> Callable[[date], tuple[Period, ...]]:
    return lambda today: (
        stretch(period_of(period_of(today, kind).start, Kind.DAY), period_of(today, Kind.DAY)),
    )


def _last_year_to_date(today: date) -> tuple[Period, ...]:
    return (same_period_last_year(_to_date(Kind.YEAR)(today)[0]),)


def _year_to_this_month(today: date) -> tuple[Period, ...]:
    return (year_to(period_of(today, Kind.MONTH)),)


def _year_to_last_month(today: date) -> tuple[Period, ...]:
    return (year_to(previous(period_of(today, Kind.MONTH))),)


def _yesterday(today: date) -> tuple[Period, ...]:
    return (period_of(today - timedelta(days=1), Kind.DAY),)


_ROWS = (
    RelativePeriod("today", "今天", _this(Kind.DAY)),
    RelativePeriod("yesterday", "昨天", _yesterday),
    RelativePeriod("last_7_days", "近7天", lambda today: (up_to(today, Kind.DAY, 7),)),
    RelativePeriod("last_30_days", "近30天", lambda today: (up_to(today, Kind.DAY, 30),)),
    RelativePeriod("last_90_days", "近90天", lambda today: (up_to(today, Kind.DAY, 90),)),
    RelativePeriod("this_week", "本周", _this(Kind.WEEK)),
    RelativePeriod("last_week", "上周", _last(Kind.WEEK)),
    RelativePeriod("last_4_weeks", "近4周", _last(Kind.WEEK, 4)),
    RelativePeriod("this_month", "本月", _this(Kind.MONTH)),
    RelativePeriod("last_month", "上月", _last(Kind.MONTH)),
    RelativePeriod("last_3_months", "近3个月", _last(Kind.MONTH, 3)),
    RelativePeriod("last_6_months", "近6个月", _last(Kind.MONTH, 6)),
    RelativePeriod("last_12_months", "近12个月", _last(Kind.MONTH, 12)),
    RelativePeriod("each_of_last_6_months", "近6个月逐月", _each(Kind.MONTH, 6)),
    RelativePeriod("each_of_last_12_months", "近12个月逐月", _each(Kind.MONTH, 12)),
    RelativePeriod("each_of_last_24_months", "近24个月逐月", _each(Kind.MONTH, 24)),
    RelativePeriod("this_quarter", "本季度", _this(Kind.QUARTER)),
    RelativePeriod("last_quarter", "上季度", _last(Kind.QUARTER)),
    RelativePeriod("last_4_quarters", "近4个季度", _last(Kind.QUARTER, 4)),
    RelativePeriod("each_of_last_4_quarters", "近4个季度逐季", _each(Kind.QUARTER, 4)),
    RelativePeriod("this_half", "本半年", _this(Kind.HALF)),
    RelativePeriod("last_half", "上个半年", _last(Kind.HALF)),
    RelativePeriod("this_year", "今年", _this(Kind.YEAR)),
    RelativePeriod("last_year", "去年", _last(Kind.YEAR)),
    RelativePeriod("months_this_year", "今年逐月", _parts(Kind.MONTH, _this(Kind.YEAR))),
    RelativePeriod("months_last_year", "去年逐月", _parts(Kind.MONTH, _last(Kind.YEAR))),
    RelativePeriod("quarters_this_year", "今年逐季", _parts(Kind.QUARTER, _this(Kind.YEAR))),
    RelativePeriod("quarters_last_year", "去年逐季", _parts(Kind.QUARTER, _last(Kind.YEAR))),
    RelativePeriod("last_3_years", "近3年", _last(Kind.YEAR, 3)),
    RelativePeriod("last_5_years", "近5年", _last(Kind.YEAR, 5)),
    RelativePeriod("each_of_last_5_years", "近5年逐年", _each(Kind.YEAR, 5)),
    RelativePeriod("month_to_date", "本月以来", _to_date(Kind.MONTH)),
    RelativePeriod("quarter_to_date", "本季度以来", _to_date(Kind.QUARTER)),
    RelativePeriod("year_to_date", "今年以来", _to_date(Kind.YEAR)),
    RelativePeriod("same_period_last_year", "上年同期", _last_year_to_date),
    RelativePeriod("year_to_this_month", "本年累计至本月", _year_to_this_month),
    RelativePeriod("year_to_last_month", "本年累计至上月", _year_to_last_month),
    RelativePeriod("five_year_plan", "本五年规划", lambda today: (five_year_plan(today),)),
    RelativePeriod("years_of_plan", "本五年规划逐年", lambda today: split(five_year_plan(today), Kind.YEAR)),
)
RELATIVE: Mapping[str, RelativePeriod] = MappingProxyType({row.name: row for row in _ROWS})
_BY_NAME_ZH: Mapping[str, RelativePeriod] = MappingProxyType({row.name_zh: row for row in _ROWS})
