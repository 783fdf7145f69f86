"""The state of every day survives: how many cases were open, near and overdue when it ended.

Days are worked out from what the cases and clocks say of themselves, so a night without a running machine
leaves no hole, and counting a day again gives the same.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from django.db import transaction
from django.db.models import Max, Min, Q
from django.utils import timezone

from zhenshu.ground.ledger.models import Entry
from zhenshu.ground.rows import give_ids, insert_rows
from zhenshu.registers.cases.models import Case, Clock, ClockState, DayState

ONE_DAY = timedelta(days=1)
COUNTED = ("open", "near", "overdue", "opened", "closed")
Key = tuple[str, int | None, int | None]  # kind, village, office
Span = tuple[date, date | None]  # from a day up to, not including, another


@dataclass(frozen=True, slots=True)
class _Days:
    first: date
    last: date

    def clip(self, spans: Iterable[Span]) -> set[date]:
        """Return the days of the run that lie in one of *spans*."""
        days: set[date] = set()
        for start, end in spans:
            low = max(start, self.first)
            high = min(end - ONE_DAY, self.last) if end else self.last
            days.update(low + n * ONE_DAY for n in range((high - low).days + 1))
        return days

    def __contains__(self, day: date) -> bool:
        return self.first <= day <= self.last


def catch_up(today: date | None = None) -> int:
    """Write the states of all days that are missing up to yesterday; return how many days were written."""
    yesterday = (today or timezone.localdate()) - ONE_DAY
    last_written = DayState.objects.aggregate(last=Max("day"))["last"]
    earliest = Case.objects.aggregate(first=Min("opened_at"))["first"]
    if earliest is None:
        return 0
    first = last_written + ONE_DAY if last_written else _day(earliest)
    if first > yesterday:
        return 0
    write_days(first, yesterday)
    return (yesterday - first).days + 1


def write_days(first: date, last: date) -> int:
    """Count the days from *first* to *last* and store them in place of what stood there; return the rows."""
    rows = [
        DayState(
            day=day, kind=key[0], village_id=key[1], office_id=key[2], **dict.fromkeys(COUNTED, 0) | counts
        )
        for (day, key), counts in sorted(count_days(first, last).items(), key=lambda item: str(item[0]))
    ]
    with transaction.atomic():
        DayState.objects.filter(day__gte=first, day__lte=last).delete()
        give_ids(rows)
        insert_rows(rows)
    return len(rows)


def count_days(first: date, last: date) -> dict[tuple[date, Key], Counter[str]]:
    """Return the counts by (day, (kind, village, office))."""
    days = _Days(first, last)
    found: dict[tuple[date, Key], Counter[str]] = defaultdict(Counter)
    begin, end = _midnight(first), _midnight(last + ONE_DAY)
    lived = Case.objects.filter(
        Q(is_open=True) | Q(closed_at__gte=begin) | Q(reopened__gt=0), opened_at__lt=end
    )
    reopened = _reopened_spans(lived)
    late = _clock_spans(lived)
    columns = ("pk", "kind", "village_id", "lead_office_id", "opened_at", "closed_at")
    for pk, kind, village, office, opened_at, closed_at in lived.values_list(*columns).iterator(
        chunk_size=5000
    ):
        key = (kind, village, office)
        spans = reopened.get(pk) or [(_day(opened_at), _day(closed_at) if closed_at else None)]
        open_days = days.clip(spans)
        overdue = days.clip(late[pk].overdue) & open_days if pk in late else set()
        near = (days.clip(late[pk].near) & open_days) - overdue if pk in late else set()
        for name, when in (("open", open_days), ("overdue", overdue), ("near", near)):
            for day in when:
                found[day, key][name] += 1
        for start, stop in spans:
            if start in days:
                found[start, key]["opened"] += 1
            if stop is not None and stop in days:
                found[stop, key]["closed"] += 1
    return found


@dataclass(slots=True)
class _Late:
    near: list[Span]
    overdue: list[Span]


def _clock_spans(cases: Iterable[Case]) -> dict[int, _Late]:
    """Return for each case on which days one of its clocks was near its end, and beyond it."""
    late: dict[int, _Late] = {}
    clocks = Clock.objects.filter(case__in=cases).exclude(state=ClockState.PAUSED)
    columns = ("case_id", "near_at", "due_at", "stopped_at")
    for case_id, near_at, due_at, stopped_at in clocks.values_list(*columns).iterator(chunk_size=5000):
        stop = _day(stopped_at) if stopped_at else None
        spans = late.setdefault(case_id, _Late([], []))
        if stopped_at is None or stopped_at > near_at:
            until = _day(due_at)
            spans.near.append((_day(near_at), min(until, stop) if stop else until))
        if stopped_at is None or stopped_at > due_at:
            spans.overdue.append((_day(due_at), stop))
    return late


def _reopened_spans(cases: Iterable[Case]) -> dict[int, list[Span]]:
    """Return the stretches in which cases that were opened again stood open, from the ledger."""
    again = {case.pk: case for case in Case.objects.filter(pk__in=cases.filter(reopened__gt=0).values("pk"))}  # type: ignore[attr-defined]
    spans: dict[int, list[Span]] = {pk: [(_day(case.opened_at), None)] for pk, case in again.items()}
    for case_id, at, is_open in _turns(again):
        opened, closed = spans[case_id][-1]
        if not is_open and closed is None:
            spans[case_id][-1] = (opened, _day(at))
        elif is_open and closed is not None:
            spans[case_id].append((_day(at), None))
    return spans


def _turns(cases: Iterable[int]) -> Iterator[tuple[int, datetime, bool]]:
    """Yield (case, moment, open from then on) for each closing and reopening."""
    entries = Entry.objects.filter(subject_kind="cases.case", subject_id__in=list(cases)).order_by("seq")
    for case_id, at, changes in entries.values_list("subject_id", "at", "changes"):
        if "is_open" in changes and changes["is_open"][0] is not None:
            yield case_id, at, bool(changes["is_open"][1])


def _day(moment: datetime) -> date:
    return timezone.localtime(moment).date()


def _midnight(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time.min))
