"""A matter as one line of a list: what stands in an inbox, on a home page, in an Excel file."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.urls import reverse
from django.utils.translation import gettext as _

from zhenshu.doors.desk.components import Column
from zhenshu.doors.desk.exports import Value
from zhenshu.doors.desk.states import look_of
from zhenshu.ground.areas.models import Area, Level
from zhenshu.ground.areas.revision import TreeMemory
from zhenshu.ground.packs.registry import library
from zhenshu.ground.packs.schema import CaseKind
from zhenshu.registers.cases.models import Case, Satisfied


@dataclass(frozen=True, slots=True)
class CaseRow:
    """What a line says of a matter, ready for the template."""

    number: str
    url: str
    title: str
    description: str
    kind: str
    icon: str
    area: str
    office: str
    stage: str
    stage_word: str
    due: datetime | None
    near: datetime | None
    done: datetime | None
    paused: bool
    parked: bool
    urgent: str
    supervised: bool
    reopened: bool
    opened: datetime
    closed: datetime | None


def kind_of(code: str) -> CaseKind | None:
    """Return the kind as it is named today; None when its pack has been taken away."""
    return library().case_kinds.get(code)


def kind_name(code: str) -> str:
    kind = kind_of(code)
    return kind.name if kind else code


def case_row(case: Case, villages: Mapping[int, str] | None = None) -> CaseRow:
    """Return the line of *case*; *villages* are the names to put before those of grids."""
    kind = kind_of(case.kind)
    usual = case.priority == "normal" or kind is None
    return CaseRow(
        number=case.number,
        url=reverse("desk:case", args=[case.number]),
        title=case.title,
        description=case.description,
        kind=kind.name if kind else case.kind,
        icon=kind.icon if kind else "clipboard-text",
        area=_area_words(case, villages or {}),
        office=(case.lead_office.short_name or case.lead_office.name) if case.lead_office else "",
        stage=case.stage,
        stage_word=stage_word(case.stage, kind),
        due=case.due_at if case.is_open else case.promise_due_at,
        near=case.near_at,
        done=None if case.is_open else case.closed_at,
        paused=case.paused or case.parked,
        parked=case.parked,
        urgent="" if usual or kind is None else kind.priorities.get(case.priority, ""),
        supervised=case.supervised and case.is_open,
        reopened=case.reopened > 0,
        opened=case.opened_at,
        closed=case.closed_at,
    )


def stage_word(stage: str, kind: CaseKind | None) -> str:
    """Return what this business line calls a stage, else its usual word."""
    named = {str(key): name for key, name in kind.stage_names.items()} if kind else {}
    return named.get(stage) or str(look_of(stage).word)


def case_rows(cases: Sequence[Case]) -> list[CaseRow]:
    """Return the lines of *cases*, with the villages they lie in."""
    villages = VILLAGES.current() if cases else {}
    return [case_row(case, villages) for case in cases]


def _village_names() -> dict[int, str]:
    """Return the names of all villages there are or were; a town has some dozens."""
    return dict(Area.objects.filter(level=Level.VILLAGE).values_list("pk", "name"))


VILLAGES = TreeMemory(_village_names)


def _area_words(case: Case, villages: Mapping[int, str]) -> str:
    village = villages.get(case.village_id or 0, "")
    said = case.area.name.startswith(village) or case.area_id == case.village_id
    return case.area.name if said else f"{village} {case.area.name}".strip()


# ── the same lines in an Excel file ───────────────────────────────────────────────────────────────────


def export_columns() -> list[Column]:
    """Return the heads of an exported list of matters."""
    titles = (
        (_("Number"), "middle"), (_("Matter"), "wide"), (_("Kind"), ""), (_("Category"), ""),
        (_("Stage"), ""), (_("Area"), ""), (_("Address"), "wide"), (_("Lead office"), ""),
        (_("Handler"), "narrow"), (_("Channel"), ""), (_("Priority"), "narrow"), (_("Opened at"), ""),
        (_("Due at"), ""), (_("Closed at"), ""), (_("In time"), "narrow"), (_("Satisfied or not"), ""),
        (_("Answer"), "wide"),
    )  # fmt: skip
    return [Column(title=title, width=width) for title, width in titles]


def export_values(case: Case) -> Sequence[Value]:
    """Return the cells of *case* under `export_columns`."""
    kind = kind_of(case.kind)
    return (
        case.number, case.title, kind.name if kind else case.kind, category_name(case.category, kind),
        stage_word(case.stage, kind), case.area.name, case.address,
        case.lead_office.name if case.lead_office else "", case.handler.name if case.handler else "",
        kind.channels.get(case.channel, case.channel) if kind else case.channel,
        kind.priorities.get(case.priority, case.priority) if kind else case.priority,
        case.opened_at, case.due_at or case.promise_due_at, case.closed_at, _in_time_word(case.in_time),
        str(Satisfied(case.satisfied).label) if case.satisfied else "", case.answer,
    )  # fmt: skip


def _in_time_word(in_time: bool | None) -> str:
    return "" if in_time is None else _("yes") if in_time else _("no")


def category_name(path: str, kind: CaseKind | None) -> str:
    """Return the names on the way down to a category, as 市容环境 / 占道经营."""
    above = kind.categories_above(path) if kind and path else []
    return " / ".join(category.name for category in above) or path
