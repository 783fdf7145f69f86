"""The working calendar: which days are worked (调休 included) and how much work lies before a moment.

Every look-up goes to arrays built once per calendar: working days and working microseconds before
each day. Nothing walks from day to day, so a limit of ten years costs what a limit of an hour costs.
"""

from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Mapping
from datetime import date, datetime, timedelta
from itertools import accumulate
from pathlib import Path
from zoneinfo import ZoneInfo

from chinese_calendar import constants

from zhenshu.ground.worktime.calendar_tables import CalendarTables, DayKind, read_tables, tables_stamp
from zhenshu.ground.worktime.office_hours import DEFAULT_HOURS, OfficeHours

CHINA = ZoneInfo("Asia/Shanghai")
FIRST_DAY = date(2000, 1, 1)
LAST_DAY = date(2060, 12, 31)
COVERED_YEARS = frozenset(day.year for day in constants.holidays)

# 全国年节及纪念日放假办法 (2024 revision) art. 2: the holidays that have a fixed date.
FIXED_HOLIDAYS = frozenset({(1, 1), (5, 1), (5, 2), (10, 1), (10, 2), (10, 3)})

_MICROSECOND = timedelta(microseconds=1)
_FIRST = FIRST_DAY.toordinal()


class CalendarRangeError(ValueError):
    """A day the calendar does not reach."""

    def __init__(self, when: object) -> None:
        super().__init__(f"The working calendar covers {FIRST_DAY} to {LAST_DAY}, but {when} was asked for.")


class WorkCalendar:
    """Working days and office hours of one installation, looked up without walking the days.

    For the years the public calendar covers, holidays and make-up days are those announced; for
    other years weekends and the holidays of fixed date are rest days, and `is_certain` says so.
    Rows of the installation's own table (`days`) win over both.
    """

    def __init__(
        self,
        *,
        days: Mapping[date, DayKind] | None = None,
        hours: OfficeHours = DEFAULT_HOURS,
        hours_from: Mapping[date, OfficeHours] | None = None,
        zone: ZoneInfo = CHINA,
    ) -> None:
        self.zone = zone
        self._days = dict(days or {})
        changes = sorted({FIRST_DAY: hours, **(hours_from or {})}.items())
        self._hours_since = [day.toordinal() for day, _ in changes]
        self._hours = [office_hours for _, office_hours in changes]
        flags = _working_flags(self._days)
        self._work_days = [_FIRST + index for index, works in enumerate(flags) if works]
        self._days_before = array("l", accumulate(flags, initial=0))
        lengths = (works and self._hours_of(_FIRST + i).length for i, works in enumerate(flags))
        self._work_before = array("q", accumulate(lengths, initial=0))

    @classmethod
    def load(cls, folder: Path | None = None) -> "WorkCalendar":
        """The calendar of a data folder with its tables, read again when one of them changes."""
        stamp = tables_stamp(folder)
        known = _loaded.get(folder)
        if known is None or known[0] != stamp:
            known = _loaded[folder] = (stamp, cls.from_tables(read_tables(folder)))
        return known[1]

    @classmethod
    def from_tables(cls, tables: CalendarTables) -> "WorkCalendar":
        """The calendar with the rows of *tables* laid over the public one."""
        return cls(days=tables.days, hours_from=tables.hours)

    def is_certain(self, year: int) -> bool:
        """Whether the holidays of *year* are announced, or stand in the table (with 元旦 and 国庆节)."""
        entered = all(day in self._days for day in (date(year, 1, 1), date(year, 10, 1)))
        return year in COVERED_YEARS or entered

    def is_working_day(self, day: date) -> bool:
        """Whether the office works on *day*."""
        index = _index(day)
        return self._days_before[index + 1] > self._days_before[index]

    def working_days_between(self, first: date, last: date) -> int:
        """How many working days lie in [first, last]."""
        return max(0, self.working_days_before(last + timedelta(days=1)) - self.working_days_before(first))

    def working_days_before(self, day: date) -> int:
        """The number of working days before *day*, counted from the calendar's first day."""
        return self._days_before[_index(day, LAST_DAY + timedelta(days=1))]

    def working_day_at(self, number: int) -> date:
        """The working day that has *number* working days before it."""
        if not 0 <= number < len(self._work_days):
            raise CalendarRangeError(f"working day number {number}")
        return date.fromordinal(self._work_days[number])

    def next_working_day(self, day: date) -> date:
        """*day* itself when it is worked, else the first working day after it."""
        return self.working_day_at(self.working_days_before(day))

    def add_working_days(self, day: date, count: int) -> date:
        """The working day *count* working days after *day* (before it when negative).

        A rest day counts as the next working day going forward and as the last one going back.
        """
        before = self.working_days_before(day)
        if count < 0 and not self.is_working_day(day):
            before -= 1
            count += 1
        return self.working_day_at(before + count)

    def hours_on(self, day: date) -> OfficeHours:
        """The office hours in force on *day*, whether it is worked or not."""
        return self._hours_of(day.toordinal())

    def opening(self, day: date) -> datetime:
        """When the office opens on *day*, or would if it were worked."""
        return self._at(day, self.hours_on(day).opens)

    def closing(self, day: date) -> datetime:
        """When the office closes on *day*, or would if it were worked."""
        return self._at(day, self.hours_on(day).closes)

    def local(self, moment: datetime) -> datetime:
        """*moment* on the clock of the office; naive moments are refused."""
        if moment.tzinfo is None:
            raise ValueError(f"The moment {moment.isoformat()} has no time zone; give an aware datetime.")
        return moment.astimezone(self.zone)

    def work_before(self, moment: datetime) -> int:
        """Microseconds of office time before *moment*, counted from the calendar's first day."""
        here = self.local(moment)
        index = _index(here.date())
        done = self._work_before[index]
        if self._work_before[index + 1] == done:
            return done
        return done + self.hours_on(here.date()).worked_until(_clock_of(here))

    def moment_of_work(self, worked: int) -> datetime:
        """The earliest moment with *worked* microseconds of office time before it."""
        index = bisect_left(self._work_before, worked) - 1
        if index < 0 or index >= len(self._work_before) - 1:
            raise CalendarRangeError(f"{timedelta(microseconds=worked)} of office time")
        day = date.fromordinal(_FIRST + index)
        return self._at(day, self.hours_on(day).clock_after(worked - self._work_before[index]))

    def closings_before(self, moment: datetime) -> int:
        """How many working days have closed by *moment* (a day that closes at it included)."""
        here = self.local(moment)
        before = self.working_days_before(here.date())
        closed = self.is_working_day(here.date()) and _clock_of(here) >= self.hours_on(here.date()).closes
        return before + closed

    def _hours_of(self, ordinal: int) -> OfficeHours:
        return self._hours[max(0, bisect_right(self._hours_since, ordinal) - 1)]

    def _at(self, day: date, clock: int) -> datetime:
        return datetime(day.year, day.month, day.day, tzinfo=self.zone) + timedelta(microseconds=clock)


_loaded: dict[Path | None, tuple[object, WorkCalendar]] = {}


def _index(day: date, last: date = LAST_DAY) -> int:
    if not FIRST_DAY <= day <= last:
        raise CalendarRangeError(day)
    return day.toordinal() - _FIRST


def _clock_of(moment: datetime) -> int:
    return (moment - moment.replace(hour=0, minute=0, second=0, microsecond=0)) // _MICROSECOND


def _working_flags(days: Mapping[date, DayKind]) -> list[bool]:
    """One flag per day from the first to the last: weekends, then announced days, then the table."""
    flags = [(ordinal + 6) % 7 < 5 for ordinal in range(_FIRST, LAST_DAY.toordinal() + 1)]
    announced = dict.fromkeys(constants.holidays, False) | dict.fromkeys(constants.workdays, True)
    entered = {day: kind is DayKind.WORK for day, kind in days.items()}
    for day, works in (_fixed_holidays() | announced | entered).items():
        if FIRST_DAY <= day <= LAST_DAY:
            flags[day.toordinal() - _FIRST] = works
    return flags


def _fixed_holidays() -> dict[date, bool]:
    years = set(range(FIRST_DAY.year, LAST_DAY.year + 1)) - COVERED_YEARS
    return {date(year, month, day): False for year in years for month, day in FIXED_HOLIDAYS}
