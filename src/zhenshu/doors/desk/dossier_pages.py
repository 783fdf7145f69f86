"""The page of one dossier (一企一档): what it says, what was read over time, what happened about it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Q
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from zhenshu.doors.desk.access import DeskRequest, page
from zhenshu.doors.desk.case_rows import case_rows, kind_name
from zhenshu.doors.desk.components import Cell, Column, Link, Row, StoryEntry
from zhenshu.doors.desk.dossier_file import export_url, file_context, file_tabs
from zhenshu.doors.desk.dossiers import dossier_kind, may, title_for
from zhenshu.doors.desk.economy_on_dossier import economy_context
from zhenshu.doors.desk.ledger_words import action_word
from zhenshu.doors.desk.lists import Listing, cases_url, crumbs, read_asked, show_listing
from zhenshu.ground.areas.models import Area, Level
from zhenshu.ground.ledger.history import entries_of
from zhenshu.ground.ledger.models import Entry
from zhenshu.ground.packs.schema import NUMBERS, DossierKind, FieldKind, ReadingKind
from zhenshu.ground.people.masking import HIDDEN
from zhenshu.ground.people.scope import Scope
from zhenshu.registers.cases.queries import Query, page_of
from zhenshu.registers.cases.visibility import visible_cases
from zhenshu.registers.dossiers.acts import open_dossier
from zhenshu.registers.dossiers.models import Dossier, Reading, Relation, State
from zhenshu.registers.dossiers.visibility import may_see_sensitive, visible_dossiers
from zhenshu.registers.fields import REFERENCES
from zhenshu.registers.references import names_of
from zhenshu.registers.shown import ShownField, show_fields, text_of

PERIODS = 24
MONTHS = 12
CASES = 8
STORY = 40
HEADLINES = 4


@dataclass(frozen=True, slots=True)
class Tie:
    """A tie as a page shows it, from either side."""

    name: str
    title: str
    url: str
    since: str = ""
    end_url: str = ""


@dataclass(frozen=True, slots=True)
class Picture:
    """One chart of a series."""

    id: str
    title: str
    spec: Mapping[str, Any]
    url: str
    wide: bool = False  # several lines need the whole width


@page()
def show_dossier(request: DeskRequest, dossier_id: int) -> HttpResponse:
    """Show one dossier whole; opening a sensitive one leaves a line in the ledger."""
    dossier = open_dossier(dossier_id, by=request.scope)
    kind = dossier_kind(dossier.kind)
    open_eyes = may_see_sensitive(dossier.area.path, request.scope)
    facts = show_fields(kind.fields, dossier.fields, sensitive=open_eyes)
    cases = visible_cases(request.scope).filter(subject=dossier)
    about = Query(filters={"subject": str(dossier.pk)}, state="all", sort="newest")
    context = {
        "page_title": title_for(dossier, request.scope),
        "breadcrumbs": [
            *crumbs((_("Dossiers"), "dossiers"), here="")[:-1],
            Link(title=kind.name, url=reverse("desk:dossiers_of", args=[kind.full_code])),
            Link(title=title_for(dossier, request.scope)),
        ],
        "dossier": dossier,
        "kind": kind,
        "facts": [with_link(fact, kind) for fact in facts],
        "tiles": list(_headlines(kind, dossier)),
        "pictures": list(_pictures(dossier, kind, open_eyes=open_eyes)),
        "series": series_links(dossier, kind),
        "cases": case_rows(page_of(request.scope, about, size=CASES).cases),
        "open_url": cases_url("open", subject=dossier.pk),
        "all_url": cases_url("all", subject=dossier.pk),
        "case_counts": cases.aggregate(all=Count("pk"), open=Count("pk", filter=Q(is_open=True))),
        "ties": list(_ties(dossier, kind, request.scope)),
        "story": story_of(dossier, kind, request.scope, open_eyes=open_eyes),
        "place": _place(dossier),
        "now": timezone.now(),
        "buttons": list(_buttons(dossier, request.scope)),
        "may_relate": bool(kind.relations) and _may("relate", dossier, request.scope),
        "merged_into": dossier.merged_into,
        "state_word": State(dossier.state).label,
        "tabs": file_tabs(dossier, "dossier"),
        "export_url": export_url(dossier),
        **file_context(dossier, request.scope),
        **economy_context(dossier, request.scope),
    }
    return render(request, "desk/dossiers/dossier.html", context)


def _may(right: str, dossier: Dossier, scope: Scope) -> bool:
    return may(right, scope, area_path=dossier.area.path, sensitive=dossier.sensitive)


def with_link(fact: ShownField, kind: DossierKind) -> tuple[ShownField, str]:
    """Return a fact with the page of the dossier it names, if it names one."""
    points = fact.reference is not None and kind.fields[fact.code].type.value == "dossier"
    return fact, reverse("desk:dossier", args=[fact.reference]) if points else ""


def _buttons(dossier: Dossier, scope: Scope) -> Iterable[Link]:
    args = [dossier.pk]
    if dossier.state == State.CLOSED and _may("reopen", dossier, scope):
        yield Link(
            title=_("Reopen"), url=reverse("desk:reopen_dossier", args=args), icon="arrow-back-up", post=True
        )
    if dossier.state != State.ACTIVE:
        return
    if _may("close", dossier, scope):
        yield Link(title=_("Close"), url=reverse("desk:close_dossier", args=args), icon="archive")
    if _may("correct", dossier, scope):
        yield Link(
            title=_("Correct"), url=reverse("desk:correct_dossier", args=args), icon="edit", active=True
        )


# ── readings ──────────────────────────────────────────────────────────────────────────────────────────


def current_readings(dossier: Dossier, series: str) -> list[Reading]:
    """Return the last readings of a series that stand, oldest first."""
    latest = dossier.readings.filter(series=series, replaced_by=None).order_by("-on", "-id")
    return list(reversed(latest[: PERIODS + MONTHS]))


def _pictures(dossier: Dossier, kind: DossierKind, *, open_eyes: bool) -> Iterable[Picture]:
    """Yield a chart for each unit of each series: what is measured alike is drawn together."""
    for series, declared in kind.readings.items():
        readings = current_readings(dossier, series)
        groups = _by_unit(declared, readings, open_eyes=open_eyes) if len(readings) > 1 else {}
        for place, (unit, fields) in enumerate(groups.items()):
            title = declared.name if len(fields) > 1 or not fields else f"{declared.name} · {fields[0].name}"
            url = reverse("desk:dossier_readings", args=[dossier.pk, series])
            yield Picture(
                f"reading-{series}-{place}",
                title,
                reading_chart(readings, fields, unit),
                url,
                len(fields) > 2,
            )


def _by_unit(
    declared: ReadingKind, readings: Sequence[Reading], *, open_eyes: bool
) -> dict[str, list[FieldKind]]:
    """Return the numbers of a series that were ever told, by their unit."""
    groups: defaultdict[str, list[FieldKind]] = defaultdict(list)
    for field in declared.fields.values():
        told = any(one.values.get(field.code) is not None for one in readings)
        if told and field.type in NUMBERS and (open_eyes or not field.sensitive):
            groups[field.unit].append(field)
    return groups


def reading_chart(readings: Sequence[Reading], fields: Sequence[FieldKind], unit: str) -> dict[str, Any]:
    """Return the last periods as lines; a single monthly value stands beside that of last year."""
    shown = readings[-PERIODS:]
    series: list[dict[str, Any]] = [
        {"name": field.name, "values": [one.values.get(field.code) for one in shown]} for field in fields
    ]
    before = _last_year(readings, shown, fields[0].code) if len(fields) == 1 else []
    if any(value is not None for value in before):
        series.append({"name": _("Last year"), "values": before, "dashed": True, "tone": "quiet"})
    return {
        "kind": "line",
        "label": _("Period"),
        "unit": unit,
        "x": [one.period for one in shown],
        "series": series,
    }


def _last_year(readings: Sequence[Reading], shown: Sequence[Reading], code: str) -> list[Any]:
    """Return for each month shown the value of the same month a year before."""
    known = {one.period: one.values.get(code) for one in readings}
    return [known.get(f"{int(one.period[:4]) - 1}{one.period[4:]}") for one in shown]


def series_links(dossier: Dossier, kind: DossierKind) -> list[Link]:
    """Return the series of a dossier with how many readings each has."""
    standing = dossier.readings.filter(replaced_by=None).order_by()
    counts = dict(standing.values_list("series").annotate(number=Count("pk")))
    return [
        Link(
            title=declared.name,
            url=reverse("desk:dossier_readings", args=[dossier.pk, series]),
            count=counts.get(series, 0),
        )
        for series, declared in kind.readings.items()
    ]


def _headlines(kind: DossierKind, dossier: Dossier) -> Iterable[dict[str, Any]]:
    """Yield the newest values of the first series as tiles, each with what it was a year before."""
    series = next(iter(kind.readings), "")
    readings = current_readings(dossier, series) if series else []
    if not readings:
        return
    last = readings[-1]
    fields = [
        one for one in kind.readings[series].fields.values() if one.type in NUMBERS and not one.sensitive
    ]
    for field in fields[:HEADLINES]:
        value = last.values.get(field.code)
        if value is not None:
            before = _last_year(readings, [last], field.code)[0]
            yield {
                "title": field.name, "value": f"{value:,}", "unit": field.unit, "note": last.period,
                "url": reverse("desk:dossier_readings", args=[dossier.pk, series]),
                "change": change_words(value, before),
            }  # fmt: skip


def change_words(value: float, before: float | None) -> str:
    """Return "+4.2 % on last year"; nothing where last year says nothing."""
    if not before:
        return ""
    return _("%(change)s %% on last year") % {"change": f"{100 * (value - before) / abs(before):+.1f}"}


@page()
def list_readings(request: DeskRequest, dossier_id: int, series: str) -> HttpResponse:
    """Show the readings of a series with who signed them; replaced ones stay in the list."""
    dossier = open_dossier(dossier_id, by=request.scope)
    kind = dossier_kind(dossier.kind)
    declared = kind.readings.get(series)
    asked = read_asked(request, [])
    if declared is None:
        return render(request, "desk/lists/missing.html", {"page_title": _("No such series")}, status=404)
    open_eyes = may_see_sensitive(dossier.area.path, request.scope)
    listing = Listing(
        name=f"{title_for(dossier, request.scope)} · {declared.name}",
        columns=[
            Column(title=_("Period")),
            *(Column(title=f.name, unit=f.unit, numeric=f.type in NUMBERS) for f in declared.fields.values()),
            Column(title=_("Signer")),
            Column(title=_("Source"), phone=False),
            Column(title=_("Recorded"), phone=False),
        ],
        records=dossier.readings.filter(series=series).order_by("-on", "-id"),
        rows=lambda some: _reading_rows(some, declared, open_eyes=open_eyes),
        empty=_("Nothing has been read yet."),
        export=not kind.sensitive,
    )
    add = reverse("desk:add_reading", args=[dossier.pk, series])
    writes = dossier.state == State.ACTIVE and _may("read_in", dossier, request.scope)
    return show_listing(
        request,
        listing,
        asked,
        breadcrumbs=[
            Link(title=_("Dossiers"), url=reverse("desk:dossiers")),
            Link(title=title_for(dossier, request.scope), url=reverse("desk:dossier", args=[dossier.pk])),
            Link(title=declared.name),
        ],
        buttons=[Link(title=_("Add a reading"), url=add, icon="plus", active=True)] if writes else [],
    )


def _reading_rows(readings: Sequence[Reading], declared: ReadingKind, *, open_eyes: bool) -> Iterable[Row]:
    for one in readings:
        cells = [
            Cell(text=one.period, below=_("replaced") if one.replaced_by_id else ""),
            *(Cell(text=_reading_text(f, one.values, open_eyes=open_eyes)) for f in declared.fields.values()),
            Cell(text=one.signer),
            Cell(text=one.source),
            Cell(text=f"{timezone.localtime(one.recorded_at):%Y-%m-%d %H:%M}"),
        ]
        yield Row(cells=cells, state="replaced" if one.replaced_by_id else "")


def _reading_text(field: FieldKind, values: Mapping[str, Any], *, open_eyes: bool) -> str:
    value = values.get(field.code)
    if value is None:
        return ""
    return text_of(field, value) if open_eyes or not field.sensitive else HIDDEN


# ── ties, place, story ────────────────────────────────────────────────────────────────────────────────


def _ties(dossier: Dossier, kind: DossierKind, scope: Scope) -> Iterable[Tie]:
    """Yield the ties that hold, from both sides, to dossiers this person may see."""
    seen = visible_dossiers(scope).values("pk")
    may_end = _may("relate", dossier, scope)
    for tie in dossier.relations.filter(ended_on=None, target__in=seen).select_related("target__area"):
        declared = kind.relations.get(tie.kind)
        name = declared.name if declared else tie.kind
        yield _tie(name, tie.target, tie, scope=scope, may_end=may_end)
    for tie in dossier.back_relations.filter(ended_on=None, source__in=seen).select_related("source__area"):
        declared = dossier_kind(tie.source.kind).relations.get(tie.kind)
        name = (declared.back or declared.name) if declared else tie.kind
        yield _tie(name, tie.source, tie, scope=scope, may_end=False)


def _tie(name: str, other: Dossier, tie: Relation, *, scope: Scope, may_end: bool) -> Tie:
    since = f"{tie.since:%Y-%m-%d}" if tie.since else ""
    end = reverse("desk:end_relation", args=[tie.pk]) if may_end else ""
    return Tie(name, title_for(other, scope), reverse("desk:dossier", args=[other.pk]), since, end)


def _place(dossier: Dossier) -> dict[str, Any] | None:
    """Return a small map of the village with its grids, the one of the dossier shaded, its point marked."""
    ids = [int(part) for part in dossier.area.path.strip("/").split("/") if part]
    village = Area.objects.filter(pk__in=ids, level=Level.VILLAGE).exclude(boundary=None).first()
    if village is None:
        return None
    grids = Area.objects.open().filter(village_id=village.pk, level=Level.GRID).exclude(boundary=None)
    features = [_area_feature(area, here=area.pk in ids) for area in grids] or [
        _area_feature(village, here=True)
    ]
    points = [
        {"type": "Feature", "geometry": {"type": "Point", "coordinates": value},
         "properties": {"title": dossier.title, "tone": "plain"}}
        for value in dossier.fields.values()
        if isinstance(value, list) and len(value) == 2 and all(isinstance(x, float) for x in value)
    ]  # fmt: skip
    return {
        "areas": {"type": "FeatureCollection", "features": features},
        "points": {"type": "FeatureCollection", "features": points},
        "plain": True,
    }


def _area_feature(area: Area, *, here: bool) -> dict[str, Any]:
    properties = {"name": area.name, "value": 1 if here else 0}
    return {"type": "Feature", "geometry": area.boundary, "properties": properties}


def story_of(dossier: Dossier, kind: DossierKind, scope: Scope, *, open_eyes: bool) -> list[StoryEntry]:
    """Return what happened to the dossier and the matters about it, newest first."""
    lines = entries_of("dossiers.dossier", dossier.pk).order_by("-seq")[:STORY]
    entries = [_line_entry(line, kind, open_eyes=open_eyes) for line in lines]
    cases = visible_cases(scope).filter(subject=dossier).order_by("-opened_at")
    for number, title, code, opened in cases.values_list("number", "title", "kind", "opened_at")[:STORY]:
        entries.append(StoryEntry(at=opened, title=f"{kind_name(code)} {number}", text=title, icon="inbox"))
    return sorted(entries, key=lambda entry: entry.at, reverse=True)[:STORY]


ICONS = {
    "created": "plus",
    "corrected": "edit",
    "closed": "archive",
    "absorbed": "git-merge",
    "viewed": "eye",
}


def _line_entry(line: Entry, kind: DossierKind, *, open_eyes: bool) -> StoryEntry:
    act = line.action.rpartition(".")[2]
    return StoryEntry(
        at=line.at,
        title=action_word(line.action),
        who=line.actor_name,
        office=line.actor_office,
        text=line.note,
        icon=ICONS.get(act, "point"),
        changes=[] if act == "created" else list(field_changes(line.changes, kind, open_eyes=open_eyes)),
        system=act == "viewed",
    )


def field_changes(
    changes: Mapping[str, Any], kind: DossierKind, *, open_eyes: bool
) -> Iterable[tuple[str, str, str]]:
    """Yield what changed in the words of the kind: field, before, after; masked where it must be."""
    for name, (before, after) in changes.items():
        field = kind.fields.get(name.removeprefix("fields.")) if name.startswith("fields.") else None
        if field is None:
            continue
        texts = [_change_text(field, value, open_eyes=open_eyes) for value in (before, after)]
        yield field.name, texts[0], texts[1]


def _change_text(field: FieldKind, value: Any, *, open_eyes: bool) -> str:
    if value in (None, "", []):
        return "–"
    if field.sensitive and not open_eyes:
        return HIDDEN
    if field.type in REFERENCES:
        return names_of(field.type.value, [value]).get(value, "–")
    return text_of(field, value)
