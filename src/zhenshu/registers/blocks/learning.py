"""Learning: sessions held and topics passed on, by unit; which unit has none for the period that runs.

Attendance is a number. Nobody's name is kept and nobody is ranked.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.utils import timezone

from zhenshu.ground.packs.schema import LearningKind
from zhenshu.ground.people.models import Office
from zhenshu.ground.people.scope import Scope
from zhenshu.ground.worktime.periods import Kind, Period, period_of
from zhenshu.registers.blocks.models import Record
from zhenshu.registers.blocks.visibility import standing_records

GRAINS = {
    "day": Kind.DAY, "week": Kind.WEEK, "ten_days": Kind.MONTH, "month": Kind.MONTH,
    "quarter": Kind.QUARTER, "half_year": Kind.HALF, "year": Kind.YEAR,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class UnitSessions:
    """A unit with its sessions of a period."""

    office: Office
    sessions: tuple[Record, ...]


def sessions_by_unit(
    kind: LearningKind, scope: Scope, *, on: date | None = None
) -> tuple[Period | None, list[UnitSessions]]:
    """Return the period that runs and the units of one's areas with their sessions, those without first."""
    day = on or timezone.localdate()
    grain = GRAINS.get(kind.every)
    period = period_of(day, grain) if grain else None
    sessions = standing_records(scope).filter(kind=kind.full_code, office__isnull=False)
    if period is not None:
        sessions = sessions.filter(day__gte=period.start, day__lt=period.end)
    held: dict[int, list[Record]] = {}
    for one in sessions.order_by("day", "pk"):
        held.setdefault(one.office_id or 0, []).append(one)
    offices = Office.objects.filter(closed_on=None).select_related("area").order_by("pk")
    paths = [post.area_path for post in scope.posts]
    mine = [one for one in offices if any(one.area.path.startswith(path) for path in paths)]
    found = [UnitSessions(one, tuple(held.get(one.pk, ()))) for one in mine]
    return period, sorted(found, key=lambda one: (bool(one.sessions), one.office.pk))
