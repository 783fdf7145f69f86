"""What follows from a matter that is being typed: where it lies, who takes it, until when."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils import timezone

from zhenshu.doors.desk.case_rows import category_name
from zhenshu.doors.desk.case_view import area_words
from zhenshu.doors.desk.pack_fields import entered_fields
from zhenshu.ground.areas.geometry import describe_outside
from zhenshu.ground.areas.models import Area
from zhenshu.ground.packs.schema import CaseKind
from zhenshu.ground.people.scope import Scope
from zhenshu.registers.cases.clocks import applies, start_clock
from zhenshu.registers.cases.drafts import set_area
from zhenshu.registers.cases.models import Case
from zhenshu.registers.cases.routing import Matter, suggest
from zhenshu.registers.cases.suggestions.duplicates import Duplicate
from zhenshu.registers.cases.visibility import may_see
from zhenshu.registers.fields import clean_fields

LEAST_TEXT = 4  # characters before a text says anything


@dataclass(frozen=True, slots=True)
class Following:
    """What can be said so far; an empty part means that not enough is known for it."""

    area: str = ""
    area_words: tuple[str, ...] = ()
    outside: str = ""
    category: str = ""
    category_key: str = ""
    category_words: tuple[str, ...] = ()
    office: str = ""
    office_words: tuple[str, ...] = ()
    due: datetime | None = None
    limit: str = ""
    basis: str = ""
    likes: tuple[Duplicate, ...] = ()


def follow_matter(kind: CaseKind, posted: Mapping[str, Any], scope: Scope) -> Following:
    """Return what follows from what was typed so far."""
    matter = _matter(kind, posted)
    if len(matter.text.strip()) < LEAST_TEXT and matter.lon is None and not matter.address:
        return Following()
    outside = ""
    if matter.lon is not None and matter.lat is not None:
        outside = describe_outside(matter.lon, matter.lat)
    found = suggest(matter)
    area = found.area.area if found.area else None
    category = found.categories[0] if found.categories else None
    due, limit, basis = _promise(kind, matter, area, category.label if category else "")
    return Following(
        area=area_words(area) if area else "",
        area_words=found.area.words if found.area else (),
        outside=outside,
        category=category_name(category.label, kind) if category else "",
        category_key=category.label if category else "",
        category_words=category.words if category else (),
        office=found.office.office.name if found.office else "",
        office_words=found.office.words if found.office else (),
        due=due,
        limit=limit,
        basis=basis,
        likes=tuple(like for like in found.duplicates if like.case.is_open and _seen(like.case, scope)),
    )


def _seen(case: Case, scope: Scope) -> bool:
    return may_see(case, scope)


def _matter(kind: CaseKind, posted: Mapping[str, Any]) -> Matter:
    fields, _problems = clean_fields(kind.fields, entered_fields(kind.fields, posted), complete=False)
    area = str(posted.get("area", ""))
    return Matter(
        text=f"{posted.get('title', '')} {posted.get('description', '')}"[:4000],
        kind=kind.full_code,
        category=str(posted.get("category", ""))[:80],
        address=str(posted.get("address", ""))[:200],
        lon=_degree(posted.get("lon")),
        lat=_degree(posted.get("lat")),
        area_id=int(area) if area.isdigit() and Area.objects.filter(pk=int(area)).exists() else None,
        phone=str(posted.get("reporter_phone", ""))[:40],
        channel=str(posted.get("channel", ""))[:30],
        priority=str(posted.get("priority") or "normal")[:20],
        fields={key: value for key, value in fields.items() if value is not None},
        at=timezone.now(),
    )


def _degree(value: Any) -> float | None:
    try:
        return float(value)
    except (TypeError, ValueError):
        return None


def _promise(
    kind: CaseKind, matter: Matter, area: Area | None, category: str
) -> tuple[datetime | None, str, str]:
    """Return until when the matter would have to be settled, with limit and basis."""
    key = kind.main_clock()
    if key is None:
        return None, "", ""
    now = timezone.now()
    case = Case(
        kind=kind.full_code, category=category, channel=matter.channel, priority=matter.priority,
        fields=dict(matter.fields), opened_at=now, reported_at=now, changed_at=now,
    )  # fmt: skip
    if area is not None:
        set_area(case, area)
    if not applies(case, kind, kind.clocks[key]):
        return None, "", ""
    clock = start_clock(case, kind, key, at=now)
    return clock.due_at, clock.limit, clock.basis
