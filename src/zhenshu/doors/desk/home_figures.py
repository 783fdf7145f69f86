"""The figures and pictures of the home pages, read in a handful of queries over what one may see."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from statistics import quantiles
from typing import Any

from django.db.models import Count, Q
from django.db.models.functions import TruncHour
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from zhenshu.doors.desk.case_lists import moment_of
from zhenshu.doors.desk.counting import open_cases
from zhenshu.ground.areas.models import Area, Level
from zhenshu.ground.people.scope import Scope
from zhenshu.registers.cases.models import Case, Satisfied, Supervision, SupervisionState
from zhenshu.registers.cases.visibility import visible_cases

USUAL_DAYS = 28
RECENT = timedelta(days=30)
MOST_POINTS = 800
MOST_OFFICES = 10
HOURS = range(24)


# ── how many come in by the hour, against the usual ───────────────────────────────────────────────────


def inflow_chart(scope: Scope) -> dict[str, Any]:
    """Return today's arrivals by hour within the band of the middle half of the last four weeks."""
    today = moment_of().tomorrow - timedelta(days=1)
    since = today - timedelta(days=USUAL_DAYS)
    hours = (
        visible_cases(scope)
        .filter(opened_at__gte=since)
        .annotate(hour=TruncHour("opened_at"))
        .values_list("hour")
        .annotate(number=Count("pk"))
        .order_by("hour")
    )
    seen = {timezone.localtime(hour): number for hour, number in hours}
    now = timezone.localtime()
    values = [seen.get(today + timedelta(hours=hour), 0) for hour in HOURS if hour < max(1, now.hour)]
    low, high = _usual_band(seen, today)
    return {
        "kind": "line",
        "label": _("Hour"),
        "unit": _("matters"),
        "x": [f"{hour:02}" for hour in HOURS],
        "band": {"name": _("Usual range"), "low": low, "high": high},
        "series": [{"name": _("Today"), "values": values, "area": True}],
    }


def _usual_band(seen: Mapping[datetime, int], today: datetime) -> tuple[list[float], list[float]]:
    """Return the first and third quartile of arrivals for each hour of the day."""
    low, high = [], []
    for hour in HOURS:
        days = [
            seen.get(today - timedelta(days=back) + timedelta(hours=hour), 0)
            for back in range(1, USUAL_DAYS + 1)
        ]
        first, _middle, third = quantiles(days, n=4, method="inclusive")
        low.append(round(first, 1))
        high.append(round(third, 1))
    return low, high


# ── who has how much on the table ─────────────────────────────────────────────────────────────────────


def load_chart(scope: Scope) -> dict[str, Any]:
    """Return the open matters by lead office: on time, near due, overdue; the fullest tables first."""
    now = timezone.now()
    late, near = Q(queue_at__lt=now), Q(queue_at__gte=now, near_at__lte=now)
    rows = list(
        open_cases(scope)
        .filter(lead_office__isnull=False)
        .values("lead_office_id", "lead_office__name", "lead_office__short_name")
        .annotate(all=Count("pk"), late=Count("pk", filter=late), near=Count("pk", filter=near))
        .order_by("-all", "lead_office_id")[:MOST_OFFICES]
    )
    series = (
        (_("On time"), "good", [row["all"] - row["late"] - row["near"] for row in rows]),
        (_("Near due"), "warn", [row["near"] for row in rows]),
        (_("Past due"), "bad", [row["late"] for row in rows]),
    )
    return {
        "kind": "across",
        "label": _("Office"),
        "stacked": True,
        "x": [row["lead_office__short_name"] or row["lead_office__name"] for row in rows],
        "series": [{"name": name, "values": values, "tone": tone} for name, tone, values in series],
        "links": [f"{reverse('desk:cases')}?list=open&office={row['lead_office_id']}" for row in rows],
    }


# ── where the open matters lie ────────────────────────────────────────────────────────────────────────


def today_map(scope: Scope) -> dict[str, Any]:
    """Return the villages with their number of open matters, and the matters that have a point."""
    cases = open_cases(scope)
    counts = dict(cases.values_list("village_id").annotate(number=Count("pk")).order_by())
    points = cases.exclude(lon=None).order_by("queue_at")[:MOST_POINTS]
    features = [_point(case) for case in points.only("number", "title", "lon", "lat", "queue_at", "near_at")]
    return {
        "areas": {"type": "FeatureCollection", "features": village_features(scope, counts)},
        "points": {"type": "FeatureCollection", "features": features},
    }


def village_features(scope: Scope, counts: Mapping[int | None, int]) -> list[dict[str, Any]]:
    """Return the villages of the posts as GeoJSON, each with its number and the address of its list."""
    paths = [post.area_path for post in scope.posts]
    villages = Area.objects.open().filter(level=Level.VILLAGE).exclude(boundary=None)
    return [
        {
            "type": "Feature",
            "geometry": area.boundary,
            "properties": {
                "name": area.name,
                "value": counts.get(area.pk, 0),
                "unit": _("matters"),
                "url": f"{reverse('desk:cases')}?list=open&area={area.level}-{area.pk}",
            },
        }
        for area in villages
        if any(area.path.startswith(path) or path.startswith(area.path) for path in paths)
    ]


def _point(case: Case) -> dict[str, Any]:
    return {
        "type": "Feature",
        "geometry": {"type": "Point", "coordinates": [case.lon, case.lat]},
        "properties": {
            "title": case.title,
            "note": case.number,
            "tone": tone_of(case),
            "url": reverse("desk:case", args=[case.number]),
        },
    }


def tone_of(case: Case) -> str:
    """Return bad for overdue, warn for near due, good else."""
    now = timezone.now()
    if case.queue_at < now:
        return "bad"
    return "warn" if case.near_at is not None and case.near_at <= now else "good"


# ── shares of the last thirty days ────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class Share:
    """A share with what it is of: *part* of *whole*."""

    part: int
    whole: int

    @property
    def percent(self) -> str:
        return f"{100 * self.part / self.whole:.1f}" if self.whole else "–"


def recent_shares(scope: Scope) -> dict[str, Share]:
    """Return how many of those closed in thirty days were in time, and of those reached were satisfied."""
    since = timezone.now() - RECENT
    reached = ~Q(satisfied__in=["", Satisfied.UNREACHED])
    pleased = Q(satisfied__in=[Satisfied.YES, Satisfied.MOSTLY])
    counts = visible_cases(scope).filter(is_open=False, closed_at__gte=since).aggregate(
        reached=Count("pk", filter=reached),
        pleased=Count("pk", filter=pleased),
        judged=Count("pk", filter=Q(in_time__isnull=False)),
        kept=Count("pk", filter=Q(in_time=True)),
    )  # fmt: skip
    return {
        "satisfied": Share(counts["pleased"], counts["reached"]),
        "in_time": Share(counts["kept"], counts["judged"]),
    }


# ── orders that wait ──────────────────────────────────────────────────────────────────────────────────


def open_orders(scope: Scope, *, most: int = 8, mine: bool = False) -> Sequence[Supervision]:
    """Return the supervision orders about matters one may see that still wait, first due first."""
    orders = Supervision.objects.filter(case__in=visible_cases(scope).filter(is_open=True, supervised=True))
    orders = orders.exclude(state=SupervisionState.CLOSED).select_related("office", "case")
    if mine:
        orders = orders.filter(office_id__in=scope.office_ids, state=SupervisionState.OPEN)
    return list(orders.order_by("due_at")[:most])


def closings_by_day(scope: Scope, days: int = 14) -> dict[str, Any]:
    """Return what came in and what was closed on each of the last days."""
    first = moment_of().tomorrow - timedelta(days=days)
    cases = visible_cases(scope).filter(Q(opened_at__gte=first) | Q(closed_at__gte=first))
    opened: Counter[str] = Counter()
    closed: Counter[str] = Counter()
    for opened_at, closed_at in cases.values_list("opened_at", "closed_at"):
        _count_day(opened, opened_at, first)
        _count_day(closed, closed_at, first)
    shown = [(first + timedelta(days=place)).strftime("%m-%d") for place in range(days)]
    return {
        "kind": "bar",
        "label": _("Day"),
        "unit": _("matters"),
        "x": shown,
        "series": [
            {"name": _("Came in"), "values": [opened[day] for day in shown]},
            {"name": _("Concluded"), "values": [closed[day] for day in shown], "tone": "good"},
        ],
    }


def _count_day(days: Counter[str], moment: datetime | None, first: datetime) -> None:
    if moment is not None and moment >= first:
        days[timezone.localtime(moment).strftime("%m-%d")] += 1
