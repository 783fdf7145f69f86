"""The whole file about one subject (一企一档、一村一档、一户一档): records, tasks, rounds, growth chain.

Everything is what this person may see of it; the page of the dossier, the chain and the Excel file all ask
the same functions.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import groupby
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import Count, Max, Q
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from zhenshu.doors.desk.access import DeskRequest, page
from zhenshu.doors.desk.block_words import ICONS
from zhenshu.doors.desk.case_rows import kind_name
from zhenshu.doors.desk.components import Link
from zhenshu.doors.desk.dossier_area import lying_in
from zhenshu.doors.desk.dossiers import dossier_kind, title_for
from zhenshu.doors.desk.export_notes import NotedTable
from zhenshu.doors.desk.exports import CONTENT_TYPE, attachment_header
from zhenshu.doors.desk.file_sheets import write_file
from zhenshu.doors.desk.ledger_words import action_word
from zhenshu.ground.ledger.history import entries_of
from zhenshu.ground.ledger.record import record
from zhenshu.ground.packs.registry import library
from zhenshu.ground.packs.schema import DossierKind, Packed, RoundKind
from zhenshu.ground.people.scope import Scope
from zhenshu.registers.blocks.kinds import KEPT_BLOCKS, block_of, subject_code
from zhenshu.registers.blocks.models import Record
from zhenshu.registers.blocks.rounds import DueVisit, due_visit_of
from zhenshu.registers.blocks.visibility import may_somewhere, standing_records
from zhenshu.registers.cases.visibility import visible_cases
from zhenshu.registers.dossiers.acts import open_dossier
from zhenshu.registers.dossiers.models import Dossier
from zhenshu.registers.dossiers.visibility import may_see_sensitive, visible_dossiers
from zhenshu.registers.plans.models import PlanItem
from zhenshu.registers.plans.queries import WORKED_ON
from zhenshu.registers.plans.visibility import visible_items
from zhenshu.registers.shown import show_fields

SHOWN = 8


# ── what is kept about a subject ──────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class Kept:
    """The records of one kind about a subject: how many, the last one, where they are listed and made."""

    kind: Packed
    icon: str
    count: int
    last: date | None
    url: str
    new_url: str = ""


def records_about(dossier: Dossier, scope: Scope) -> Any:
    """Return the records that stand and name this dossier, as subject or as the other side."""
    named = Q(subject=dossier) | Q(party=dossier)
    return (
        standing_records(scope).filter(named).select_related("area", "holder", "office", "subject", "party")
    )


def kept_about(dossier: Dossier, scope: Scope) -> list[Kept]:
    """Return how many records there are of each kind about such a dossier, also where there are none."""
    rows = records_about(dossier, scope).order_by().values_list("kind")
    counts = {code: (n, last) for code, n, last in rows.annotate(n=Count("pk"), last=Max("day"))}
    return [
        _kept(kind, dossier, counts.get(code, (0, None)), scope)
        for code, kind in library().kinds.items()
        if block_of(kind) in KEPT_BLOCKS and (code in counts or subject_code(kind) == dossier.kind)
    ]


def _kept(kind: Packed, dossier: Dossier, told: tuple[int, date | None], scope: Scope) -> Kept:
    about = subject_code(kind) == dossier.kind
    listed = f"{reverse('desk:records_of', args=[kind.full_code])}?subject={dossier.pk}"
    made = f"{reverse('desk:new_record', args=[kind.full_code])}?subject={dossier.pk}"
    writes = about and dossier.state == "active" and may_somewhere("keep", scope)
    return Kept(kind, ICONS[block_of(kind)], told[0], told[1], listed, made if writes else "")


def rounds_of(dossier: Dossier) -> list[tuple[RoundKind, DueVisit]]:
    """Return the rounds this dossier is part of, with the day the next visit is due."""
    found = []
    for kind in library().kinds.values():
        due = due_visit_of(kind, dossier) if isinstance(kind, RoundKind) else None
        if isinstance(kind, RoundKind) and due is not None:
            found.append((kind, due))
    return found


def holders_of(dossier: Dossier, scope: Scope) -> list[Record]:
    """Return the ties that hold today: who answers for this dossier."""
    today = timezone.localdate()
    held = standing_records(scope).filter(subject=dossier, block="ties", day__lte=today)
    return list(held.exclude(ended_on__lte=today).select_related("holder").order_by("day"))


def plans_of(dossier: Dossier, scope: Scope) -> list[PlanItem]:
    """Return the tasks and projects about this dossier; about a village also those that lie in it."""
    about = Q(subject=dossier)
    if dossier_kind(dossier.kind).whole_area:
        about |= Q(area__path__startswith=dossier.area.path, level__in=WORKED_ON)
    return list(visible_items(scope).filter(about).order_by("-pk"))


def file_context(dossier: Dossier, scope: Scope) -> dict[str, Any]:
    """Return what the page of a dossier shows of the registers beside it."""
    records = records_about(dossier, scope).order_by("-day", "-pk")[:SHOWN]
    return {
        "kept": kept_about(dossier, scope),
        "records": [_line(one) for one in records],
        "rounds": rounds_of(dossier),
        "holders": holders_of(dossier, scope),
        "plans": plans_of(dossier, scope)[:SHOWN],
        "lying": lying_in(dossier, scope) if dossier_kind(dossier.kind).whole_area else [],
    }


def _line(one: Record) -> tuple[Record, str, str]:
    kind = library().kinds.get(one.kind)
    words = show_fields(kind.fields, one.fields, sensitive=False) if kind and hasattr(kind, "fields") else []
    return one, kind.name if kind else one.kind, " · ".join(f"{f.name} {f.text}{f.unit}" for f in words[:3])


# ── the growth chain ──────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class Milestone:
    """One thing that happened to a subject on a day."""

    day: date
    title: str
    text: str = ""
    url: str = ""
    icon: str = "point"


def growth_of(dossier: Dossier, kind: DossierKind, scope: Scope) -> list[Milestone]:
    """Return everything that happened about a subject, newest first (成长纪实链): from all registers."""
    found = [
        *_own_lines(dossier),
        *_from_cases(dossier, scope),
        *_from_records(dossier, scope),
        *_from_plans(dossier, scope),
        *_from_readings(dossier, kind, scope),
        *_from_ties(dossier, kind, scope),
    ]
    return sorted(found, key=lambda one: one.day, reverse=True)


def _own_lines(dossier: Dossier) -> Iterable[Milestone]:
    yield Milestone(dossier.opened_on, _("Dossier opened"), icon="folder")
    for line in entries_of("dossiers.dossier", dossier.pk):
        if line.action not in ("dossier.created", "dossier.viewed", "dossier.exported"):
            day = timezone.localtime(line.at).date()
            yield Milestone(day, action_word(line.action), line.note, icon="edit")


def _from_cases(dossier: Dossier, scope: Scope) -> Iterable[Milestone]:
    for case in visible_cases(scope).filter(subject=dossier):
        url = reverse("desk:case", args=[case.number])
        name = f"{kind_name(case.kind)} {case.number}"
        yield Milestone(timezone.localtime(case.opened_at).date(), name, case.title, url, "inbox")
        if case.closed_at is not None:
            day = timezone.localtime(case.closed_at).date()
            yield Milestone(day, _("Closed: %(name)s") % {"name": name}, case.title, url, "check")


def _from_records(dossier: Dossier, scope: Scope) -> Iterable[Milestone]:
    for one in records_about(dossier, scope):
        _record, name, words = _line(one)
        url = reverse("desk:record", args=[one.pk])
        yield Milestone(one.day, name, words, url, ICONS.get(one.block, "point"))
        if one.ended_on is not None and one.ended_on <= timezone.localdate():
            title = _("No longer in force: %(name)s") % {"name": name}
            yield Milestone(one.ended_on, title, "", url, "archive")


def _from_plans(dossier: Dossier, scope: Scope) -> Iterable[Milestone]:
    for item in plans_of(dossier, scope):
        url, kind = reverse("desk:plan", args=[item.pk]), library().plan_kinds.get(item.kind)
        yield Milestone(
            timezone.localtime(item.created_at).date(), item.title, _("Planned"), url, "target-arrow"
        )
        for stage, day in item.life.items():
            word = kind.life.get(stage, stage) if kind else stage
            yield Milestone(date.fromisoformat(day), word, item.title, url, "flag")
        if item.done_on is not None:
            yield Milestone(item.done_on, _("Done"), item.title, url, "check")


def _from_readings(dossier: Dossier, kind: DossierKind, scope: Scope) -> Iterable[Milestone]:
    """Yield the readings that are events, such as an honour; series by the month are charts."""
    events = {code: one for code, one in kind.readings.items() if one.every == "event"}
    eyes = may_see_sensitive(dossier.area.path, scope)
    for reading in dossier.readings.filter(series__in=events, replaced_by=None):
        declared = events[reading.series]
        shown = show_fields(declared.fields, reading.values, sensitive=eyes)
        url = reverse("desk:dossier_readings", args=[dossier.pk, reading.series])
        words = " · ".join(f"{one.name} {one.text}{one.unit}" for one in shown)
        yield Milestone(reading.on, declared.name, words, url, "chart-line")


def _from_ties(dossier: Dossier, kind: DossierKind, scope: Scope) -> Iterable[Milestone]:
    seen = visible_dossiers(scope).values("pk")
    for tie in dossier.relations.filter(target__in=seen, since__isnull=False).select_related("target__area"):
        declared = kind.relations.get(tie.kind)
        name = declared.name if declared else tie.kind
        url = reverse("desk:dossier", args=[tie.target_id])
        for day, word in ((tie.since, name), (tie.ended_on, _("Ended: %(name)s") % {"name": name})):
            if day is not None:
                yield Milestone(day, word, title_for(tie.target, scope), url, "link")


# ── pages ─────────────────────────────────────────────────────────────────────────────────────────────


def file_tabs(dossier: Dossier, here: str) -> list[Link]:
    """Return the tabs above the pages of a dossier."""
    pages = (("dossier", _("Overview"), "folder"), ("dossier_growth", _("Growth chain"), "timeline"))
    return [
        Link(title=title, url=reverse(f"desk:{name}", args=[dossier.pk]), icon=icon, active=name == here)
        for name, title, icon in pages
    ]


@page()
def show_growth(request: DeskRequest, dossier_id: int) -> HttpResponse:
    """Show everything that happened about a subject, year by year."""
    dossier = open_dossier(dossier_id, by=request.scope)
    kind = dossier_kind(dossier.kind)
    chain = growth_of(dossier, kind, request.scope)
    title = title_for(dossier, request.scope)
    context = {
        "page_title": _("%(title)s: growth chain") % {"title": title},
        "breadcrumbs": [
            Link(title=_("Dossiers"), url=reverse("desk:dossiers")),
            Link(title=kind.name, url=reverse("desk:dossiers_of", args=[kind.full_code])),
            Link(title=title, url=reverse("desk:dossier", args=[dossier.pk])),
            Link(title=_("Growth chain")),
        ],
        "tabs": file_tabs(dossier, "dossier_growth"),
        "years": by_year(chain),
        "export_url": export_url(dossier),
    }
    return render(request, "desk/dossiers/growth.html", context)


def by_year(chain: Sequence[Milestone]) -> list[tuple[int, list[Milestone]]]:
    """Return the chain cut into years, the newest first."""
    return [(year, list(some)) for year, some in groupby(chain, key=lambda one: one.day.year)]


def export_url(dossier: Dossier) -> str:
    """Return the address of the Excel file; a sensitive dossier leaves the house by no button."""
    return "" if dossier.sensitive else reverse("desk:dossier_file", args=[dossier.pk])


@page()
def export_file(request: DeskRequest, dossier_id: int) -> HttpResponse:
    """Give the whole file as one workbook; that it was taken out stands in the ledger."""
    dossier = open_dossier(dossier_id, by=request.scope)
    if dossier.sensitive:
        raise PermissionDenied
    kind = dossier_kind(dossier.kind)
    title = title_for(dossier, request.scope)
    body = write_file(
        dossier,
        kind,
        request.scope,
        title=title,
        chain=growth_of(dossier, kind, request.scope),
        records=list(records_about(dossier, request.scope).order_by("kind", "day", "pk")),
        plans=plans_of(dossier, request.scope),
    )
    with transaction.atomic():
        record(
            request.scope.actor, "dossier.exported", dossier, area_id=dossier.area_id, before=None, after=None
        )
    response = NotedTable(body, content_type=CONTENT_TYPE)
    response["Content-Disposition"] = attachment_header(f"{title}.xlsx")
    return response
