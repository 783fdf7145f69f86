"""Bookings: the slots of a place that can be booked, and a booking that two people never get.

The key of a booking holds place, hour and seat, and the database refuses a second one: whoever comes at the
same instant gets the next seat, or the sentence that all are taken.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from zhenshu.ground.packs.schema import BookingKind
from zhenshu.ground.people.scope import Scope
from zhenshu.ground.worktime.calendars import WorkCalendar
from zhenshu.ground.worktime.deadlines import due, near_due
from zhenshu.ground.worktime.limits import StartRule
from zhenshu.registers.blocks.acts import RecordDraft, hold_record, keep_record, record_facts, save_record
from zhenshu.registers.blocks.errors import RecordStateError, RecordTakenError
from zhenshu.registers.blocks.kinds import record_kind, refuse
from zhenshu.registers.blocks.models import Record, State
from zhenshu.registers.cases.clocks import work_calendar

WEEKDAYS = "一二三四五六日"
_HOURS = re.compile(r"(\d{1,2}):(\d{2})\s*[-–—至到~]\s*(\d{1,2}):(\d{2})")
_SPAN = re.compile(r"周([一二三四五六日天])\s*[至到\-–—~]\s*周?([一二三四五六日天])")
_DAY = re.compile(r"周([一二三四五六日天])")
WHOLE_DAY = ((time(8, 30), time(17, 30)),)


@dataclass(frozen=True, slots=True)
class Opening:
    """When a place can be booked: weekdays (0 is Monday), hours; *working* follows the working calendar."""

    weekdays: frozenset[int]
    hours: tuple[tuple[time, time], ...]
    working: bool

    def is_open(self, day: date, calendar: WorkCalendar) -> bool:
        """Tell whether a day can be booked; Monday to Friday means the days that are worked."""
        return calendar.is_working_day(day) if self.working else day.weekday() in self.weekdays


def read_opening(text: str) -> Opening:
    """Return the opening hours written as ``周一至周五 08:30-11:30、14:00-17:00``; empty: office hours."""
    hours = tuple((time(int(a), int(b)), time(int(c), int(d))) for a, b, c, d in _HOURS.findall(text))
    days = _weekdays(text)
    return Opening(days, hours or WHOLE_DAY, working=days == frozenset(range(5)))


def _weekdays(text: str) -> frozenset[int]:
    span = _SPAN.search(text)
    if span:
        first, last = (_number(letter) for letter in span.groups())
        return frozenset(range(first, last + 1))
    named = {_number(letter) for letter in _DAY.findall(text)}
    if "每天" in text or "每日" in text:
        return frozenset(range(7))
    return frozenset(named or range(5))


def _number(letter: str) -> int:
    return WEEKDAYS.index("日" if letter == "天" else letter)


def slots_of(kind: BookingKind, day: date, calendar: WorkCalendar) -> list[datetime]:
    """Return when the slots of a day begin; a slot ends within the opening hours."""
    opening = read_opening(kind.open)
    if not opening.is_open(day, calendar):
        return []
    step = timedelta(minutes=kind.minutes)
    found = []
    for first, last in opening.hours:
        start, end = (timezone.make_aware(datetime.combine(day, one)) for one in (first, last))
        while start + step <= end:
            found.append(start)
            start += step
    return found


@dataclass(frozen=True, slots=True)
class Slot:
    """One hour of a place and how many of its places are free."""

    start: datetime
    free: int


def free_slots(
    kind: BookingKind, subject_id: int, day: date, *, now: datetime | None = None
) -> list[Slot]:  # fmt: skip
    """Return the slots of a day with the places still free; what has begun cannot be booked."""
    moment = now or timezone.now()
    slots = slots_of(kind, day, work_calendar())
    taken = _booked(kind, subject_id).filter(starts_at__in=slots).values_list("starts_at", flat=True)
    counts: dict[datetime, int] = {}
    for start in taken:
        counts[start] = counts.get(start, 0) + 1
    return [Slot(one, kind.places - counts.get(one, 0)) for one in slots if one > moment]


def _booked(kind: BookingKind, subject_id: int) -> Any:
    records = Record.objects.filter(kind=kind.full_code, subject_id=subject_id)
    return records.exclude(state=State.WITHDRAWN)


def last_bookable(kind: BookingKind, now: datetime) -> date | None:
    """Return the last day that can be booked today; None where any day can."""
    if kind.ahead is None:
        return None
    return timezone.localtime(due(now, kind.ahead, work_calendar(), rule=StartRule.NEXT_DAY)).date()


def book(
    kind: BookingKind, subject_id: int, start: datetime, *, by: Scope, title: str = "",
    fields: Mapping[str, Any] | None = None, now: datetime | None = None,
) -> Record:  # fmt: skip
    """Return the booking of a slot; raise RecordTakenError when all its places are taken."""
    moment = now or timezone.now()
    _refuse_wrong_time(kind, start, moment)
    for seat in range(kind.places):
        key = f"{subject_id}:{timezone.localtime(start):%Y-%m-%dT%H:%M}:{seat}"
        if _booked(kind, subject_id).filter(key=key).exists():
            continue
        draft = RecordDraft(
            kind=kind.full_code, subject=subject_id, day=timezone.localtime(start).date(), starts_at=start,
            title=title, key=key, fields=fields or {}, holder=by.user_id,
        )  # fmt: skip
        try:
            return keep_record(draft, by=by, at=now)
        except RecordTakenError:
            continue  # somebody took this place meanwhile; the next may be free
    raise RecordTakenError(_("All places of this time are taken."))


def _refuse_wrong_time(kind: BookingKind, start: datetime, now: datetime) -> None:
    day = timezone.localtime(start).date()
    if start not in slots_of(kind, day, work_calendar()):
        raise refuse(start=_("This time cannot be booked: %(open)s") % {"open": kind.open})
    if start <= now:
        raise refuse(start=_("This time has passed."))
    last = last_bookable(kind, now)
    if last is not None and day > last:
        raise refuse(start=_("It can be booked until %(day)s for now.") % {"day": f"{last:%Y-%m-%d}"})


@transaction.atomic
def cancel_booking(
    kept: Record, *, reason: str, version: int, by: Scope, now: datetime | None = None
) -> Record:
    """Return the booking cancelled, its place free again; refused when it is too late for that."""
    kept = hold_record(kept.pk, version=version, by=by, right="keep")
    kind, moment = record_kind(kept.kind), now or timezone.now()
    if not isinstance(kind, BookingKind) or kept.starts_at is None:
        raise RecordStateError(_("This is not a booking."))
    if not reason.strip():
        raise refuse(reason=_("Say why it is cancelled."))
    latest = near_due(kept.starts_at, kind.cancel, work_calendar()) if kind.cancel else kept.starts_at
    if moment > latest:
        words = {"moment": f"{timezone.localtime(latest):%Y-%m-%d %H:%M}"}
        raise RecordStateError(_("It could be cancelled until %(moment)s.") % words)
    before = record_facts(kept)
    kept.state = State.WITHDRAWN
    return save_record(kept, before, "record.cancelled", by=by, note=reason.strip()[:200])
