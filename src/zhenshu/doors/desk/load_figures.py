"""The figures of the offices' load: what lies on each table, what was closed, and how long it took."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.db.models import Count, Q, QuerySet
from django.db.models.functions import ExtractHour, ExtractIsoWeekDay, TruncDate
from django.utils import timezone
from django.utils.translation import gettext as _

from zhenshu.doors.desk.case_rows import kind_name
from zhenshu.doors.desk.lists import cases_url
from zhenshu.ground.people.models import Office
from zhenshu.registers.cases.models import Case

# How many closed matters are looked at for durations; the newest, and the page says how many there were.
MOST_TIMED = 50_000
MOST_SHOWN = 14
HOURS = 3600.0
PERCENTS = (25, 50, 75, 90)


@dataclass(frozen=True, slots=True)
class Span:
    """The days from which a figure is taken, both included."""

    first: date
    last: date

    @property
    def days(self) -> list[date]:
        return [self.first + timedelta(days=step) for step in range((self.last - self.first).days + 1)]

    @property
    def start(self) -> datetime:
        return timezone.make_aware(datetime.combine(self.first, datetime.min.time()))


def percentile(values: Sequence[float], percent: float) -> float:
    """Return the value below which *percent* of the sorted *values* lie, between neighbours in proportion."""
    if not values:
        raise ValueError("A percentile needs at least one value.")
    place = (len(values) - 1) * percent / 100
    below = int(place)
    above = min(below + 1, len(values) - 1)
    return values[below] + (values[above] - values[below]) * (place - below)


@dataclass(frozen=True, slots=True)
class Times:
    """How long matters took, as percentiles in hours, and how many they were."""

    n: int
    p25: float
    p50: float
    p75: float
    p90: float


def times_of(hours: Iterable[float]) -> Times:
    values = sorted(hours)
    return Times(len(values), *(round(percentile(values, percent), 1) for percent in PERCENTS))


# ── durations ─────────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class Closed:
    """A closed matter as durations need it."""

    office: int | None
    kind: str
    hours: float
    in_time: bool | None


def closed_within(cases: QuerySet[Case], span: Span) -> list[Closed]:
    """Return the matters closed in the span, the newest first, at most `MOST_TIMED`."""
    closed = (
        cases.filter(is_open=False, closed_at__gte=span.start).exclude(closed_at=None).order_by("-closed_at")
    )
    rows = closed.values_list("lead_office_id", "kind", "opened_at", "closed_at", "in_time")[:MOST_TIMED]
    return [
        Closed(office, kind, max(0.0, (end - start).total_seconds()) / HOURS, in_time)
        for office, kind, start, end, in_time in rows
        if end is not None
    ]


def grouped_times(closed: Iterable[Closed], key: Callable[[Closed], Hashable]) -> dict[Any, Times]:
    """Return the percentiles of each group."""
    groups: defaultdict[Hashable, list[float]] = defaultdict(list)
    for one in closed:
        groups[key(one)].append(one.hours)
    return {name: times_of(hours) for name, hours in groups.items()}


# ── the offices ───────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class OfficeLoad:
    """One line of the board."""

    office: Office
    open: int
    near: int
    late: int
    supervised: int
    closed: int
    judged: int
    kept: int
    times: Times | None

    @property
    def in_time(self) -> str:
        """Return the share closed in time of those that had a promise, or a dash without any."""
        return f"{100 * self.kept / self.judged:.1f}" if self.judged else "–"


def office_loads(cases: QuerySet[Case], closed: Sequence[Closed]) -> list[OfficeLoad]:
    """Return the load of every office that has or had something, the fullest tables first."""
    now = timezone.now()
    tables = _open_by_office(cases, now)
    times = grouped_times(closed, lambda one: one.office)
    judged = _judged_by_office(closed)
    wanted = {pk for pk in (*tables, *times) if pk is not None}
    offices = Office.objects.filter(pk__in=wanted).select_related(None)
    loads = [_office_load(office, tables, judged[office.pk], times.get(office.pk)) for office in offices]
    return sorted(loads, key=lambda load: (-load.late, -load.open, -load.closed, load.office.pk))


def _office_load(
    office: Office, tables: Mapping[int, tuple[int, ...]], judged: Sequence[int], times: Times | None
) -> OfficeLoad:
    here, near, late, supervised = tables.get(office.pk, (0, 0, 0, 0))
    closed, of_promise, kept = judged
    return OfficeLoad(office, here, near, late, supervised, closed, of_promise, kept, times)


def _open_by_office(cases: QuerySet[Case], now: datetime) -> dict[int, tuple[int, ...]]:
    rows = (
        cases.filter(is_open=True, lead_office__isnull=False)
        .order_by()
        .values_list("lead_office_id")
        .annotate(
            open=Count("pk"),
            near=Count("pk", filter=Q(queue_at__gte=now, near_at__lte=now)),
            late=Count("pk", filter=Q(queue_at__lt=now)),
            ordered=Count("pk", filter=Q(supervised=True)),
        )
    )
    return {office: tuple(numbers) for office, *numbers in rows}


def _judged_by_office(closed: Iterable[Closed]) -> Mapping[int, list[int]]:
    """Return for each office: closed, of these judged against a promise, of these kept."""
    counts: defaultdict[int, list[int]] = defaultdict(lambda: [0, 0, 0])
    for one in closed:
        if one.office is not None:
            row = counts[one.office]
            row[0] += 1
            row[1] += one.in_time is not None
            row[2] += one.in_time is True
    return counts


# ── pictures ──────────────────────────────────────────────────────────────────────────────────────────


def load_chart(loads: Sequence[OfficeLoad]) -> dict[str, Any]:
    """Return what lies on the fullest tables: on time, near due, overdue."""
    shown = sorted(loads, key=lambda load: -load.open)[:MOST_SHOWN]
    shown = [load for load in shown if load.open]
    series = (
        (_("On time"), "good", [load.open - load.near - load.late for load in shown]),
        (_("Near due"), "warn", [load.near for load in shown]),
        (_("Overdue"), "bad", [load.late for load in shown]),
    )
    return {
        "kind": "across",
        "stacked": True,
        "label": _("Office"),
        "x": [name_of(load.office) for load in shown],
        "series": [{"name": name, "tone": tone, "values": values} for name, tone, values in series],
        "links": [cases_url(office=load.office.pk) for load in shown],
    }


def name_of(office: Office) -> str:
    return office.short_name or office.name


def times_chart(named: Sequence[tuple[str, str, Times]], label: str) -> dict[str, Any]:
    """Return percentiles of time to close, in days; each row with its name and the list it opens."""
    shown = sorted(named, key=lambda row: -row[2].n)[:MOST_SHOWN]
    return {
        "kind": "percentiles",
        "label": label,
        "unit": _("days"),
        "x": [name for name, _url, _times in shown],
        "rows": [_in_days(times) for _name, _url, times in shown],
        "links": [url for _name, url, _times in shown],
    }


def _in_days(times: Times) -> dict[str, float]:
    parts = {f"p{percent}": round(getattr(times, f"p{percent}") / 24, 2) for percent in PERCENTS}
    return {**parts, "n": times.n}


def office_times(loads: Iterable[OfficeLoad], since: date) -> list[tuple[str, str, Times]]:
    return [
        (name_of(one.office), cases_url("closed", office=one.office.pk, closed=since), one.times)
        for one in loads
        if one.times
    ]


def kind_times(closed: Iterable[Closed], since: date) -> list[tuple[str, str, Times]]:
    times = grouped_times(closed, lambda one: one.kind)
    return [
        (kind_name(kind), cases_url("closed", kind=kind, closed=since), one) for kind, one in times.items()
    ]


def flow_chart(cases: QuerySet[Case], span: Span) -> dict[str, Any]:
    """Return how many came in and were closed on each day of the span."""
    came, gone = _by_day(cases, "opened_at", span), _by_day(cases, "closed_at", span)
    days = span.days
    return {
        "kind": "line",
        "label": _("Day"),
        "unit": _("matters"),
        "x": [f"{day:%m-%d}" for day in days],
        "series": [
            {"name": _("Came in"), "values": [came.get(day, 0) for day in days]},
            {"name": _("Concluded"), "tone": "good", "values": [gone.get(day, 0) for day in days]},
        ],
        "links": [cases_url("all", opened=day, opened_until=day) for day in days],
    }


def _by_day(cases: QuerySet[Case], column: str, span: Span) -> dict[date, int]:
    rows = cases.filter(**{f"{column}__gte": span.start}).order_by().annotate(day=TruncDate(column))
    return dict(rows.values_list("day").annotate(number=Count("pk")))


def heat_chart(cases: QuerySet[Case], span: Span) -> dict[str, Any]:
    """Return how many came in by day of the week and hour: when the counter should be staffed."""
    rows = cases.filter(opened_at__gte=span.start).order_by()
    rows = rows.annotate(weekday=ExtractIsoWeekDay("opened_at"), hour=ExtractHour("opened_at"))
    counts = rows.values_list("weekday", "hour").annotate(number=Count("pk"))
    return {
        "kind": "heat",
        "unit": _("matters"),
        "x": [f"{hour:02}" for hour in range(24)],
        "y": [_("Mon"), _("Tue"), _("Wed"), _("Thu"), _("Fri"), _("Sat"), _("Sun")],
        "cells": [[hour, weekday - 1, number] for weekday, hour, number in counts],
    }
