"""What stands on the slip (转办单) with which a matter goes to an office."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from itertools import zip_longest

from zhenshu.ground.areas.models import Area
from zhenshu.ground.packs.registry import case_kind_of
from zhenshu.ground.packs.schema import CaseKind
from zhenshu.ground.people.masking import mask_name, mask_phone
from zhenshu.ground.people.scope import Scope
from zhenshu.registers.cases.models import Assignment, AssignmentRole, AssignmentState, Case, Clock
from zhenshu.registers.cases.visibility import open_file


@dataclass(frozen=True, slots=True)
class SlipLimit:
    """One deadline with its basis, as the order must show it (北京市接诉即办工作条例第十三条)."""

    name: str
    limit: str
    due_at: datetime
    basis: str


@dataclass(frozen=True, slots=True)
class Slip:
    number: str
    kind: str
    title: str
    description: str
    category: str
    channel: str
    priority: str
    reporter: str
    phone: str
    area: str
    address: str
    reported_at: datetime
    opened_at: datetime
    lead: str
    assisting: tuple[str, ...]
    instruction: str
    sent_at: datetime | None
    limits: tuple[SlipLimit, ...]
    fields: tuple[tuple[str, str], ...]


def slip_of(name: str | int, by: Scope) -> Slip:
    """Return the slip of a case that *by* may see; a reporter's name and number are masked for those who
    neither handle the matter nor hold the sensitive right."""
    case = open_file(name, by)
    kind = case_kind_of(case.pack_version_id, case.kind)
    shares = [share for share in case.assignments.all() if share.state != AssignmentState.TAKEN_BACK]
    lead = next((share for share in shares if share.role == AssignmentRole.LEAD), None)
    plain = may_read_reporter(case, shares, by)
    return Slip(
        number=case.number,
        kind=kind.name,
        title=case.title,
        description=case.description,
        category=category_name(kind, case.category),
        channel=kind.channels.get(case.channel, case.channel),
        priority=kind.priorities.get(case.priority, case.priority),
        reporter=case.reporter_name if plain else mask_name(case.reporter_name),
        phone=case.reporter_phone if plain else mask_phone(case.reporter_phone),
        area=area_path(case.area),
        address=case.address,
        reported_at=case.reported_at,
        opened_at=case.opened_at,
        lead=lead.office.name if lead else "",
        assisting=tuple(share.office.name for share in shares if share.role == AssignmentRole.ASSIST),
        instruction=lead.instruction if lead else "",
        sent_at=lead.sent_at if lead else None,
        limits=tuple(_limits(case, kind)),
        fields=tuple(_fields(case, kind, by)),
    )


def may_read_reporter(case: Case, shares: list[Assignment], by: Scope) -> bool:
    """Tell whether the caller's name and number are needed: by those who handle, dispatch or reported it."""
    handles = any(share.office_id in by.office_ids for share in shares)
    return by.sensitive or handles or case.reported_by_id == by.user_id or "dispatcher" in by.roles


def category_name(kind: CaseKind, path: str) -> str:
    """Return the names down to a category: 市容环境/暴露垃圾."""
    parts = path.split("/") if path else []
    found = [kind.find_category("/".join(parts[: depth + 1])) for depth in range(len(parts))]
    return "/".join(category.name for category in found if category)


def area_path(area: Area) -> str:
    """Return the names from the town down to the area; a name that the next one begins with stands once.

    Grids are often called after their village (文昌社区第二网格), which the line would say twice.
    """
    names = dict(Area.objects.filter(pk__in=area.ancestor_ids).values_list("pk", "name"))
    line = [names[pk] for pk in area.ancestor_ids[1:] if pk in names]
    return (
        " ".join(name for name, below in zip_longest(line, line[1:]) if not _opens(name, below)) or area.name
    )


def _opens(name: str, below: str | None) -> bool:
    return below is not None and below.startswith(name)


def _limits(case: Case, kind: CaseKind) -> list[SlipLimit]:
    """Return the deadlines that still run, the nearest first."""
    clocks = Clock.objects.filter(case=case, state__in=("running", "paused")).order_by("due_at")
    return [
        SlipLimit(
            (kind.clocks[clock.key].name if clock.key in kind.clocks else "") or clock.key,
            clock.limit,
            clock.due_at,
            clock.basis,
        )
        for clock in clocks
    ]


def _fields(case: Case, kind: CaseKind, by: Scope) -> list[tuple[str, str]]:
    """Return the kind's own fields with their Chinese names and words."""
    shown = []
    for key, field in kind.fields.items():
        value = case.fields.get(key)
        if value in (None, "", []) or (field.sensitive and not by.sensitive):
            continue
        words = [
            field.options.get(str(each), str(each))
            for each in (value if isinstance(value, list) else [value])
        ]
        shown.append((field.name, "是" if value is True else "否" if value is False else "、".join(words)))
    return shown
