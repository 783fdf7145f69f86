"""A report from the field: a sentence, a place, perhaps a picture; sent often, it is taken in once."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.http import QueryDict
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _

from zhenshu.doors.desk.taking_in import open_once
from zhenshu.doors.desk.uploads import keep_files
from zhenshu.ground.areas.geometry import locate
from zhenshu.ground.packs.registry import library
from zhenshu.ground.packs.schema import CaseKind
from zhenshu.ground.people.models import Role
from zhenshu.ground.people.scope import Scope
from zhenshu.registers.cases.errors import CaseInvalidError
from zhenshu.registers.cases.loop import Draft
from zhenshu.registers.cases.models import Case
from zhenshu.registers.cases.routing import Matter, suggest_areas

CHANNELS = ("grid_worker", "patrol")
OLDEST = timedelta(days=30)  # a moment further back is the slip of a phone's clock
LONGEST_TITLE = 60


@dataclass(frozen=True, slots=True)
class Sent:
    """What became of a report: its number, and whether it had come in before."""

    number: str
    again: bool


def quick_kinds(scope: Scope) -> list[CaseKind]:
    """Return the kinds that a sentence and a place are enough for, those of the grid first."""
    kinds = [kind for kind in library().kinds_for_new_case(scope.roles) if _is_quick(kind)]
    return sorted(kinds, key=lambda kind: kind.pack != "grid")


def _is_quick(kind: CaseKind) -> bool:
    """Tell whether matters of this kind come from the field and ask for nothing more."""
    asks = any(field.required for field in kind.fields.values())
    subject = kind.subject is not None and kind.subject.required
    return not asks and not subject and not set(CHANNELS).isdisjoint(kind.channels)


def take_in_report(posted: QueryDict, files: list[UploadedFile[Any]], by: Scope) -> Sent:
    """Take in a report with its pictures and return its number; the same mark again returns the same number.

    Raise CaseInvalidError with a sentence per field when it cannot be taken in.
    """

    def also(case: Case) -> None:
        keep_files(files, case, by=by, step="opened")

    case, again = open_once(draft_of(posted, by), by=by, mark=posted.get("once", ""), also=also)
    return Sent(case.number, again)


def draft_of(posted: QueryDict, by: Scope) -> Draft:
    """Return the matter that a report tells of."""
    text = posted.get("text", "").strip()
    if not text:
        raise CaseInvalidError({"text": _("Say in one sentence what you see.")})
    kind = _kind(posted.get("kind", ""), by)
    lon, lat, area = _place(posted, text, by)
    return Draft(
        kind=kind.full_code,
        title=_title(text),
        description=text,
        category=posted.get("category", ""),
        channel=next((channel for channel in CHANNELS if channel in kind.channels), ""),
        priority="urgent" if posted.get("urgent") and "urgent" in kind.priorities else "normal",
        area=area,
        lon=lon,
        lat=lat,
        address=posted.get("address", ""),
        reported_at=_moment(posted.get("at", "")),
    )


def _kind(code: str, by: Scope) -> CaseKind:
    kinds = {kind.full_code: kind for kind in quick_kinds(by)}
    if code in kinds:
        return kinds[code]
    if code or not kinds:
        raise CaseInvalidError({"kind": _("Choose a kind that your post takes in.")})
    return next(iter(kinds.values()))


def _title(text: str) -> str:
    """Return the first sentence, short enough for a list."""
    first = text.replace("\r", "").split("\n")[0]
    for mark in "。！？；":
        first = first.split(mark)[0]
    return first if len(first) <= LONGEST_TITLE else f"{first[: LONGEST_TITLE - 1]}…"


def _place(posted: QueryDict, text: str, by: Scope) -> tuple[float | None, float | None, int]:
    """Return point and area: where the phone is if that lies in the township, what the words name, else the
    worker's own grid. A phone that is lost must not lose the report."""
    lon, lat = _degree(posted.get("lon")), _degree(posted.get("lat"))
    if lon is not None and lat is not None:
        found = locate(lon, lat)
        if found is not None:
            return lon, lat, found
    named = suggest_areas(Matter(text=text, address=posted.get("address", "")))
    if named:
        return None, None, named[0].area.pk
    return None, None, own_area(by)


def own_area(by: Scope) -> int:
    """Return the narrowest area of this person's posts, the grid worker's own grid first."""
    posts = sorted(by.posts, key=lambda post: (post.role != Role.GRID_WORKER, -post.area_level))
    return posts[0].area_id if posts else 0


def _degree(value: str | None) -> float | None:
    try:
        return float(value) if value else None
    except ValueError:
        return None


def _moment(text: str) -> datetime | None:
    """Return when the report was written; a phone whose clock is wrong does not stop it from coming in."""
    try:
        moment = parse_datetime(text)
    except ValueError:
        return None
    if moment is None or timezone.is_naive(moment):
        return None
    now = timezone.now()
    return moment if now - OLDEST <= moment <= now else None


def last_reports(by: Scope, most: int = 10) -> list[Case]:
    """Return what this person reported last."""
    mine = Case.objects.filter(reported_by_id=by.user_id or 0).select_related("area", "lead_office")
    return list(mine.defer("area__boundary").order_by("-opened_at")[:most])
