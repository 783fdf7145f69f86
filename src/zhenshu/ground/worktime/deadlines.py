"""When a limit runs out, how much of it has gone, and when it gets near.

The rules, one for every clock of the house:

* **工作时, 小时** run from the start (次日起: from the opening of the next working day, or the next
  midnight) and stop for every pause, to the microsecond.
* **工作日** end when the office closes on the N-th working day. 当日起 counts the day of the start
  unless the office has already closed on it; 次日起 counts from the next working day.
* **日, 个月** end when the office closes on the last day (Civil Code 民法典 art. 203: where there
  are business hours, the last day ends with them). 次日起 does not count the day of the start
  (art. 201); months end on the corresponding day, or the last of a shorter month (art. 202). With
  `roll` a last day that is a rest day becomes the next working day (art. 203).
* 即时起 counts a day as 24 hours, a working day as the office time of a full day.
* A pause moves a limit in hours by the time it held up, one in 工作日 by each closing of the office
  that falls into it, one in 日 or 月 by each midnight. Pauses come from the stage history; overlaps
  count once, and what lies after the due moment or before counting starts does not count.
* 当日 is due when the office closes, or by midnight when it has closed already.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from fractions import Fraction
from typing import Protocol

from zhenshu.ground.worktime.calendars import WorkCalendar
from zhenshu.ground.worktime.limits import Limit, StartRule, Unit
from zhenshu.ground.worktime.periods import add_months

EPOCH = datetime(2000, 1, 1, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)
HOUR = timedelta(hours=1)
ONE_DAY = timedelta(days=1)


class OpenPauseError(ValueError):
    """A due moment was asked for while the clock stands still."""

    def __init__(self, since: datetime) -> None:
        super().__init__(f"The clock is paused since {since.isoformat()}; it is due again once it resumes.")


@dataclass(frozen=True, slots=True)
class Pause:
    """A stretch of the stage history in which the clock stood still; without end it still does."""

    start: datetime
    end: datetime | None = None

    def __post_init__(self) -> None:
        if self.end is not None and self.end < self.start:
            raise ValueError(f"The pause ends at {self.end}, before it starts at {self.start}.")


def due(
    start: datetime,
    limit: Limit,
    calendar: WorkCalendar,
    *,
    rule: StartRule = StartRule.NEXT_DAY,
    pauses: Sequence[Pause] = (),
    roll: bool = False,
) -> datetime:
    """The moment *limit* runs out for a clock started at *start*, on the office's own clock.

    Raises `OpenPauseError` while a pause has no end, `CalendarRangeError` beyond the calendar.
    """
    begin = calendar.local(start)
    ruler = _ruler(limit.unit, rule, calendar, roll)
    target = _target(begin, limit, calendar, rule)
    floor = begin
    for held in _settled(pauses, _counting_from(begin, limit, rule)):
        if held.start >= ruler.moment(target, floor):
            break
        if held.end is None:
            raise OpenPauseError(held.start)
        before = ruler.position(held.start)
        target = max(target, before) + ruler.position(held.end) - before
        floor = calendar.local(held.end)
    return ruler.moment(target, floor)


def elapsed(
    start: datetime,
    end: datetime,
    unit: Unit,
    calendar: WorkCalendar,
    *,
    pauses: Sequence[Pause] = (),
) -> timedelta:
    """What has passed from *start* to *end* outside the pauses, in the time of *unit*.

    For 工作时 and 小时 the running time; for 工作日 whole days, one per closing of the office; for
    日 and 月 whole days, one per midnight. A pause without end lasts until *end*. Stretches add up.
    """
    ruler = _ruler(unit, StartRule.NEXT_DAY, calendar, roll=False)
    passed = ruler.position(end) - ruler.position(start)
    for held in _settled(pauses, start):
        until = end if held.end is None else min(held.end, end)
        if held.start < until:
            passed -= ruler.position(until) - ruler.position(held.start)
    return passed * (ONE_DAY if unit.counts_whole_days else MICROSECOND)


def remaining(now: datetime, due_at: datetime, unit: Unit, calendar: WorkCalendar) -> timedelta:
    """What is left from *now* to *due_at* in the time of *unit*; negative when overdue."""
    return elapsed(now, due_at, unit, calendar)


def near_due(due_at: datetime, threshold: Limit, calendar: WorkCalendar) -> datetime:
    """The moment from which *due_at* is near: *threshold* before it, counted backwards.

    For 工作日 and 日 it is the closing (the same time of day) that many days earlier.
    """
    at = calendar.local(due_at)
    match threshold.unit:
        case Unit.HOUR:
            return at - _hours(threshold)
        case Unit.WORKING_HOUR:
            return calendar.moment_of_work(calendar.work_before(at) - _microseconds(threshold))
        case Unit.WORKING_DAY:
            earlier = calendar.add_working_days(at.date(), -int(threshold.value))
            return datetime.combine(earlier, at.timetz())
        case Unit.DAY:
            return at - int(threshold.value) * ONE_DAY
        case Unit.MONTH:
            return datetime.combine(add_months(at.date(), -int(threshold.value)), at.timetz())


def part_way(
    start: datetime,
    due_at: datetime,
    share: Fraction,
    calendar: WorkCalendar,
    *,
    working: bool = True,
) -> datetime:
    """The moment *share* of the time from *start* to *due_at* has passed (时限过半: one half).

    Counted in office time, or by the wall clock when not *working* or when no office time lies between.
    """
    begin, end = calendar.local(start), calendar.local(due_at)
    first, last = calendar.work_before(begin), calendar.work_before(end)
    if not working or first == last:
        return begin + int((end - begin) // MICROSECOND * share) * MICROSECOND
    return max(begin, calendar.moment_of_work(max(1, first + int((last - first) * share))))


class _Ruler(Protocol):
    """A way to measure time as whole positions: microseconds or days, with or without rest."""

    def position(self, moment: datetime) -> int: ...

    def moment(self, target: int, floor: datetime) -> datetime: ...


@dataclass(frozen=True, slots=True)
class _WallClock:
    calendar: WorkCalendar

    def position(self, moment: datetime) -> int:
        return (moment - EPOCH) // MICROSECOND

    def moment(self, target: int, floor: datetime) -> datetime:
        return self.calendar.local(EPOCH + target * MICROSECOND)


@dataclass(frozen=True, slots=True)
class _OfficeTime:
    calendar: WorkCalendar

    def position(self, moment: datetime) -> int:
        return self.calendar.work_before(moment)

    def moment(self, target: int, floor: datetime) -> datetime:
        return self.calendar.moment_of_work(target)


@dataclass(frozen=True, slots=True)
class _WorkingDays:
    calendar: WorkCalendar

    def position(self, moment: datetime) -> int:
        return self.calendar.closings_before(moment)

    def moment(self, target: int, floor: datetime) -> datetime:
        return self.calendar.closing(self.calendar.working_day_at(target))


@dataclass(frozen=True, slots=True)
class _Days:
    calendar: WorkCalendar
    roll: bool

    def position(self, moment: datetime) -> int:
        return self.calendar.local(moment).toordinal()

    def moment(self, target: int, floor: datetime) -> datetime:
        day = date.fromordinal(target)
        closing = self.calendar.closing(self.calendar.next_working_day(day) if self.roll else day)
        return closing if closing > floor else _end_of_day(closing)


def _ruler(unit: Unit, rule: StartRule, calendar: WorkCalendar, roll: bool) -> _Ruler:
    at_once = rule is StartRule.AT_ONCE
    match unit:
        case Unit.WORKING_HOUR:
            return _OfficeTime(calendar)
        case Unit.WORKING_DAY:
            return _OfficeTime(calendar) if at_once else _WorkingDays(calendar)
        case Unit.HOUR:
            return _WallClock(calendar)
        case Unit.DAY | Unit.MONTH:
            return _WallClock(calendar) if at_once else _Days(calendar, roll)


def _target(begin: datetime, limit: Limit, calendar: WorkCalendar, rule: StartRule) -> int:
    """The position of the last day or microsecond of *limit*, before any pause."""
    match limit.unit:
        case Unit.WORKING_HOUR:
            return calendar.work_before(_counting_from(begin, limit, rule)) + _microseconds(limit)
        case Unit.HOUR:
            begins = _counting_from(begin, limit, rule)
            return _WallClock(calendar).position(begins) + _microseconds(limit)
        case Unit.WORKING_DAY:
            return _last_working_day(begin, int(limit.value), calendar, rule)
        case Unit.DAY | Unit.MONTH:
            return _last_day(begin, limit, calendar, rule)


def _counting_from(begin: datetime, limit: Limit, rule: StartRule) -> datetime:
    """The moment counting starts: the next midnight for 次日起, else the start itself.

    Calendar days are counted by midnights, so there the next midnight is the first that counts.
    """
    if rule is StartRule.NEXT_DAY and limit.unit not in (Unit.DAY, Unit.MONTH):
        return _next_midnight(begin)
    return begin


def _last_working_day(begin: datetime, days: int, calendar: WorkCalendar, rule: StartRule) -> int:
    match rule:
        case StartRule.SAME_DAY:
            return calendar.closings_before(begin) + days - 1
        case StartRule.NEXT_DAY:
            return calendar.working_days_before(begin.date() + ONE_DAY) + days - 1
        case StartRule.AT_ONCE:
            return calendar.work_before(begin) + days * calendar.hours_on(begin.date()).length


def _last_day(begin: datetime, limit: Limit, calendar: WorkCalendar, rule: StartRule) -> int:
    last = _plain_last_day(begin.date(), limit)
    match rule:
        case StartRule.SAME_DAY:
            return max(begin.toordinal(), last.toordinal() - 1)
        case StartRule.NEXT_DAY:
            return last.toordinal()
        case StartRule.AT_ONCE if limit.is_same_day:
            return _WallClock(calendar).position(_end_of_day(begin))
        case StartRule.AT_ONCE:
            return _WallClock(calendar).position(datetime.combine(last, begin.timetz()))


def _plain_last_day(begin: date, limit: Limit) -> date:
    if limit.unit is Unit.MONTH:
        return add_months(begin, int(limit.value))
    return begin + int(limit.value) * ONE_DAY


def _settled(pauses: Iterable[Pause], begin: datetime) -> list[Pause]:
    """The pauses after *begin* in order, overlapping ones made one."""
    settled: list[Pause] = []
    for pause in sorted(pauses, key=lambda each: each.start):
        if pause.end is not None and pause.end <= begin:
            continue
        start = max(pause.start, begin)
        if settled and (settled[-1].end is None or start <= settled[-1].end):
            settled[-1] = Pause(settled[-1].start, _later(settled[-1].end, pause.end))
        else:
            settled.append(Pause(start, pause.end))
    return settled


def _later(one: datetime | None, other: datetime | None) -> datetime | None:
    return None if one is None or other is None else max(one, other)


def _hours(limit: Limit) -> timedelta:
    return _microseconds(limit) * MICROSECOND


def _microseconds(limit: Limit) -> int:
    return int(limit.value * (HOUR // MICROSECOND))


def _next_midnight(moment: datetime) -> datetime:
    return moment.replace(hour=0, minute=0, second=0, microsecond=0) + ONE_DAY


def _end_of_day(moment: datetime) -> datetime:
    return moment.replace(hour=23, minute=59, second=59, microsecond=0)
