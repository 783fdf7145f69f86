"""The pack viewer: every business line, what each kind asks, its deadlines and their basis."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from zhenshu.doors.desk import pack_words as words
from zhenshu.doors.desk.access import DeskRequest, page
from zhenshu.doors.desk.case_rows import stage_word
from zhenshu.doors.desk.components import Cell, Column, Link, Row, Table
from zhenshu.doors.desk.context import OFFICE_ROLES
from zhenshu.doors.desk.lists import Listing, crumbs, read_asked, show_listing
from zhenshu.ground.packs.problems import Problem
from zhenshu.ground.packs.registry import Library, UnknownPackError, library
from zhenshu.ground.packs.schema import (
    LINES,
    CaseKind,
    Category,
    ClockKind,
    DossierKind,
    FieldKind,
    Pack,
    Packed,
    ReadingKind,
)
from zhenshu.ground.people.models import Office
from zhenshu.registers.cases.steps.table import STEPS

BLOCK_NAMES: Mapping[str, str | Promise] = {
    "cases": gettext_lazy("Kinds of matters"),
    "dossiers": gettext_lazy("Dossiers"),
    "plans": gettext_lazy("Tasks and projects"),
    "scales": gettext_lazy("Scales"),
    "scorecards": gettext_lazy("Scorecards"),
    "exchanges": gettext_lazy("Exchanges"),
    "checklists": gettext_lazy("Checklists"),
    "rounds": gettext_lazy("Rounds"),
    "contracts": gettext_lazy("Contracts"),
    "payouts": gettext_lazy("Payouts"),
    "bookings": gettext_lazy("Bookings"),
    "meetings": gettext_lazy("Meetings"),
    "thresholds": gettext_lazy("Thresholds"),
    "surveys": gettext_lazy("Surveys"),
    "coverage": gettext_lazy("Coverage"),
    "learning": gettext_lazy("Learning"),
    "points": gettext_lazy("Points"),
    "duties": gettext_lazy("Duty rosters"),
    "supplies": gettext_lazy("Supplies"),
    "draws": gettext_lazy("Draws"),
    "matches": gettext_lazy("Matches"),
    "ties": gettext_lazy("Persons in charge"),
    "ladders": gettext_lazy("Ladders"),
    "ballots": gettext_lazy("Ballots"),
    "funds": gettext_lazy("Funds"),
    "forms": gettext_lazy("Statistical forms"),
    "panels": gettext_lazy("Monthly panels"),
    "per_mu": gettext_lazy("Assessment by land"),
    "layers": gettext_lazy("Layers of lines"),
}


# ── business lines ────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class PackCard:
    """A pack on the overview, with how much it declares and what is wrong with its file."""

    pack: Pack
    cases: int
    dossiers: int
    indicators: int
    errors: int


@page(roles=OFFICE_ROLES)
def list_packs(request: DeskRequest) -> HttpResponse:
    """Show the business lines with the packs in force; a line without one says so."""
    shelf = library()
    others = [pack for pack in shelf.packs.values() if pack.line not in shelf.lines]
    lines = [
        (name, [_card(shelf, pack) for pack in _packs_of(shelf, line)]) for line, name in shelf.lines.items()
    ]
    context = {
        "page_title": _("Business lines with a pack in force: %(count)d") % {"count": len(shelf.packs)},
        "lines": [(name, cards) for name, cards in lines if cards],
        "missing": [name for name, cards in lines if not cards],
        "others": [_card(shelf, pack) for pack in others],
        "problems": len(shelf.problems),
        "errors": sum(problem.severity == "error" for problem in shelf.problems),
    }
    return render(request, "desk/packs/lines.html", context)


def _packs_of(shelf: Library, line: str) -> list[Pack]:
    return [pack for pack in shelf.packs.values() if pack.line == line]


def _card(shelf: Library, pack: Pack) -> PackCard:
    file = shelf.chosen[pack.pack].file
    errors = sum(problem.file == file and problem.severity == "error" for problem in shelf.problems)
    return PackCard(pack, len(pack.cases), len(pack.dossiers), len(pack.indicators), errors)


@page(roles=OFFICE_ROLES)
def list_problems(request: DeskRequest) -> HttpResponse:
    """Show what is wrong with pack files, each with its place and the fix."""
    asked = read_asked(request, [])
    listing = Listing(
        name=_("Problems of packs"),
        columns=[
            Column(title=_("File")),
            Column(title=_("Line"), numeric=True),
            Column(title=_("Place"), phone=False),
            Column(title=_("Problem"), width="wide"),
            Column(title=_("What to do"), width="wide"),
        ],
        records=library().problems,
        rows=_problem_rows,
        empty=_("No pack has a problem."),
    )
    return show_listing(
        request, listing, asked, breadcrumbs=crumbs((_("Business lines"), "packs"), here=_("Problems"))
    )


def _problem_rows(problems: Sequence[Problem]) -> Iterable[Row]:
    for problem in problems:
        allowed = "、".join(problem.allowed[:12])
        cells = [
            Cell(text=problem.file.rpartition("/")[2]),
            Cell(text=str(problem.line)),
            Cell(text=problem.place),
            Cell(
                text=problem.message,
                below=_("Allowed: %(allowed)s") % {"allowed": allowed} if allowed else "",
            ),
            Cell(text=problem.fix),
        ]
        yield Row(cells=cells, state="overdue" if problem.severity == "error" else "")


# ── one pack ──────────────────────────────────────────────────────────────────────────────────────────


def find_pack(key: str) -> Pack:
    try:
        return library().pack(key)
    except UnknownPackError as error:
        raise Http404(str(error)) from error


@page(roles=OFFICE_ROLES)
def show_pack(request: DeskRequest, key: str) -> HttpResponse:
    """Show what a business line declares."""
    pack = find_pack(key)
    blocks = [(title, _kind_table(pack, name, str(title))) for name, title in BLOCK_NAMES.items()]
    context = {
        "page_title": pack.name,
        "page_note": _("in force since %(day)s") % {"day": f"{pack.effective:%Y-%m-%d}"},
        "breadcrumbs": crumbs((_("Business lines"), "packs"), here=pack.name),
        "pack": pack,
        "line": LINES.get(pack.line, pack.line),
        "file": library().chosen[key].file.rpartition("/")[2],
        "blocks": [(title, table) for title, table in blocks if table.rows],
        "indicators": indicator_table(pack),
        "sentences": _sentences(pack),
    }
    return render(request, "desk/packs/pack.html", context)


def _kind_table(pack: Pack, block: str, title: str) -> Table:
    kinds: Mapping[str, Packed] = getattr(pack, block)
    columns = [
        Column(title=_("Name"), width="wide"),
        Column(title=_("Code"), phone=False),
        Column(title=_("What it holds")),
        Column(title=_("Basis"), width="wide", phone=False),
    ]
    return Table(columns=columns, rows=[_kind_row(pack, kind) for kind in kinds.values()], caption=title)


def _kind_row(pack: Pack, kind: Packed) -> Row:
    url = reverse("desk:pack_kind", args=[pack.pack, kind.code])
    cells = [
        Cell(text=kind.name, url=url),
        Cell(text=kind.full_code),
        Cell(text=_holds(kind)),
        Cell(text=getattr(kind, "basis", "")),
    ]
    return Row(cells=cells, url=url)


def _holds(kind: Packed) -> str:
    """Return in a line what a kind declares: 12 fields · 8 stages · 3 deadlines."""
    counted = (
        ("fields", _("%d fields")),
        ("stages", _("%d stages")),
        ("clocks", _("%d deadlines")),
        ("categories", _("%d categories")),
        ("readings", _("%d series")),
        ("relations", _("%d ties")),
        ("items", _("%d items")),
        ("factors", _("%d factors")),
        ("bands", _("%d bands")),
    )
    parts = ((phrase, getattr(kind, name, ())) for name, phrase in counted)
    return " · ".join(phrase % len(value) for phrase, value in parts if value)


def indicator_table(pack: Pack) -> Table:
    """Return the indicators of a pack with how each is counted."""
    columns = [
        Column(title=_("Indicator"), width="wide"),
        Column(title=_("Code"), phone=False),
        Column(title=_("Unit")),
        Column(title=_("How it is counted")),
    ]
    rows = []
    for code, one in pack.indicators.items():
        counted = one.model_dump(exclude_defaults=True, exclude={"code", "name", "unit", "pack", "aliases"})
        cells = [
            Cell(text=one.name, below="、".join(getattr(one, "aliases", ())[:6])),
            Cell(text=code),
            Cell(text=getattr(one, "unit", "")),
            Cell(text=plain_words(counted)),
        ]
        rows.append(Row(cells=cells))
    return Table(columns=columns, rows=rows, caption=_("Indicators"))


def plain_words(value: Any) -> str:
    """Return a declared value as one readable line."""
    if isinstance(value, Mapping):
        return "；".join(f"{key}: {plain_words(one)}" for key, one in value.items())
    if isinstance(value, (list, tuple)):
        return "、".join(plain_words(one) for one in value)
    return str(value)


def _sentences(pack: Pack) -> list[tuple[str, str]]:
    said = pack.sentences.model_dump(exclude_defaults=True)
    return [(name, plain_words(text)) for name, text in said.items() if text]


# ── one kind ──────────────────────────────────────────────────────────────────────────────────────────


@page(roles=OFFICE_ROLES)
def show_kind(request: DeskRequest, key: str, code: str) -> HttpResponse:
    """Show one kind whole: what it asks, who acts, its deadlines with their basis."""
    pack = find_pack(key)
    kind = pack.kinds().get(code)
    if kind is None:
        raise Http404
    context = {
        "page_title": kind.name,
        "breadcrumbs": [
            *crumbs((_("Business lines"), "packs"), here="")[:-1],
            Link(title=pack.name, url=reverse("desk:pack", args=[key])),
            Link(title=kind.name),
        ],
        "pack": pack,
        "kind": kind,
        "fields": fields_table(getattr(kind, "fields", {}), _("Fields")),
    }
    match kind:
        case CaseKind():
            return render(request, "desk/packs/case_kind.html", {**context, **_case_kind(kind, request)})
        case DossierKind():
            return render(request, "desk/packs/dossier_kind.html", {**context, **_dossier_kind(kind)})
    return render(request, "desk/packs/other_kind.html", {**context, "facts": _other_facts(kind)})


def fields_table(fields: Mapping[str, FieldKind], caption: str) -> Table:
    """Return the fields of a kind as a list."""
    columns = [
        Column(title=_("Field"), width="wide"),
        Column(title=_("Type")),
        Column(title=_("Required"), width="narrow"),
        Column(title=_("May be")),
        Column(title=_("Also called"), phone=False),
    ]
    rows = []
    for code, field in fields.items():
        marks = _("sensitive, masked without the right") if field.sensitive else ""
        cells = [
            Cell(text=field.name, below=" · ".join(part for part in (code, marks) if part)),
            Cell(text=words.type_word(field), below=field.unit),
            Cell(text=_("yes") if field.required else ""),
            Cell(text=words.bounds_words(field), below=field.help),
            Cell(text="、".join(field.aliases)),
        ]
        rows.append(Row(cells=cells))
    return Table(columns=columns, rows=rows, caption=caption)


def _case_kind(kind: CaseKind, request: DeskRequest) -> dict[str, Any]:
    may_open = request.scope.has_role(kind.opened_by)
    return {
        "stages": [stage_word(stage, kind) for stage in kind.stages],
        "clocks": clock_table(kind),
        "categories": category_table(kind),
        "directory": directory_table(kind),
        "steps": [
            (STEPS[a].name, words.role_words(r.roles))
            for a, r in kind.steps.items()
            if a in STEPS and r.roles
        ],
        "opened_by": words.role_words(kind.opened_by),
        "reasons": [(words.REASONS[use], list(found.values())) for use, found in kind.reasons.items()],
        "triggers": _triggers(kind),
        "new_url": reverse("desk:new_case_of", args=[kind.full_code]) if may_open else "",
        "now": timezone.now(),
    }


def _triggers(kind: CaseKind) -> list[dict[str, str]]:
    found = kind.supervision.triggers.values() if kind.supervision else ()
    return [
        {
            "name": one.name,
            "on": str(words.TRIGGERS[one.on]),
            "after": str(one.after or ""),
            "basis": one.basis,
        }
        for one in found
    ]


def clock_table(kind: CaseKind) -> Table:
    """Return the deadlines of a kind, each followed by its exceptions."""
    columns = [
        Column(title=_("Deadline"), width="wide"),
        Column(title=_("Limit")),
        Column(title=_("Counts from")),
        Column(title=_("Until"), phone=False),
        Column(title=_("For"), phone=False),
        Column(title=_("Extension"), phone=False),
        Column(title=_("Basis")),
    ]
    rows = [row for clock in kind.clocks.values() for row in _clock_rows(clock, kind)]
    return Table(columns=columns, rows=rows, caption=_("Deadlines"))


def _clock_rows(clock: ClockKind, kind: CaseKind) -> Iterable[Row]:
    holds = words.condition_words(clock.when, kind.fields, kind)
    promise = _("decides what is in time") if clock.promise else ""
    cells = [
        Cell(text=clock.name or clock.code, below=" · ".join(part for part in (holds, promise) if part)),
        Cell(text=str(clock.limit), below="" if clock.pauses else _("runs on during a pause")),
        Cell(text=words.start_words(clock, kind)),
        Cell(text=words.until_words(clock, kind)),
        Cell(text=str(words.CLOCK_SCOPES[str(clock.scope)])),
        Cell(text=str(clock.extend or "")),
        Cell(text=clock.basis),
    ]
    yield Row(cells=cells)
    for rule in clock.limits:
        condition = words.condition_words(rule.when, kind.fields, kind)
        exception = [Cell(below=condition), Cell(text=str(rule.limit)), *[Cell()] * 4, Cell(text=rule.basis)]
        yield Row(cells=exception)


def category_table(kind: CaseKind) -> Table:
    """Return the classification with its filing and closing conditions and its own limits."""
    columns = [
        Column(title=_("Category"), width="wide"),
        Column(title=_("Number"), phone=False),
        Column(title=_("Office"), phone=False),
        Column(title=_("Limits")),
        Column(title=_("Opened when"), phone=False),
        Column(title=_("Closed when"), phone=False),
    ]
    offices = _office_names({one.office for _path, one in kind.category_paths() if one.office})
    rows = [_category_row(path, one, kind, offices) for path, one in kind.category_paths()]
    return Table(columns=columns, rows=rows, caption=_("Categories"))


def _category_row(path: str, one: Category, kind: CaseKind, offices: Mapping[str, str]) -> Row:
    indent = "　" * path.count("/")
    limits = [f"{_clock_name(kind, clock)} {limit}" for clock, limit in one.limits.items()]
    limits += [
        f"{_clock_name(kind, clock)} "
        + "／".join(f"{_class_name(kind, clock, key)} {x}" for key, x in by.items())
        for clock, by in one.limits_by.items()
    ]
    cells = [
        Cell(text=f"{indent}{one.name}", below="、".join(one.words[:8])),
        Cell(text=one.number),
        Cell(text=offices.get(one.office or "", one.office or "")),
        Cell(text="，".join(limits)),
        Cell(text=one.filing),
        Cell(text=one.closing, below=one.basis),
    ]
    return Row(cells=cells)


def _clock_name(kind: CaseKind, code: str) -> str:
    return kind.clocks[code].name if code in kind.clocks else code


def _class_name(kind: CaseKind, clock: str, value: str) -> str:
    field = kind.fields.get(kind.clocks[clock].by) if clock in kind.clocks else None
    return field.options.get(value, value) if field else value


def directory_table(kind: CaseKind) -> Table:
    """Return the dispatch directory with the offices of this township behind the keys."""
    columns = [
        Column(title=_("When"), width="wide"),
        Column(title=_("Lead office")),
        Column(title=_("Assisting"), phone=False),
        Column(title=_("Basis"), phone=False),
    ]
    keys = {key for rule in kind.directory for key in (rule.office, *rule.assist)}
    names = _office_names(keys)
    rows = []
    for rule in kind.directory:
        cells = [
            Cell(text=words.condition_words(rule.when, kind.fields, kind) or _("else")),
            Cell(
                text=names.get(rule.office, ""), below="" if rule.office in names else _missing(rule.office)
            ),
            Cell(text="、".join(names.get(key, key) for key in rule.assist)),
            Cell(text=rule.basis),
        ]
        rows.append(Row(cells=cells))
    return Table(columns=columns, rows=rows, caption=_("Dispatch directory"))


def _missing(key: str) -> str:
    return _("no office here has the key %(key)s") % {"key": key}


def _office_names(keys: set[str]) -> dict[str, str]:
    """Return the offices of this township by their keys; many of one key are named by the first."""
    found: dict[str, list[str]] = {}
    for key, name in (
        Office.objects.filter(key__in=keys, closed_on=None).order_by("pk").values_list("key", "name")
    ):
        found.setdefault(key, []).append(name)
    more = _("%(name)s and %(more)d more")
    return {
        key: names[0] if len(names) == 1 else more % {"name": names[0], "more": len(names) - 1}
        for key, names in found.items()
    }


def _dossier_kind(kind: DossierKind) -> dict[str, Any]:
    shelf = library()
    ties = [
        (one.name, one.back, shelf.dossier_kinds.get(one.to if "." in one.to else f"{kind.pack}.{one.to}"))
        for one in kind.relations.values()
    ]
    return {
        "identity": "、".join(kind.fields[code].name for code in kind.identity),
        "series": [
            (one, EVERY.get(one.every, one.every), _series_table(one)) for one in kind.readings.values()
        ],
        "ties": ties,
        "list_url": reverse("desk:dossiers_of", args=[kind.full_code]),
    }


EVERY: Mapping[str, str | Promise] = {
    "day": gettext_lazy("each day"),
    "week": gettext_lazy("each week"),
    "month": gettext_lazy("each month"),
    "quarter": gettext_lazy("each quarter"),
    "year": gettext_lazy("each year"),
    "event": gettext_lazy("at each event"),
}


def _series_table(one: ReadingKind) -> Table:
    return fields_table(one.fields, f"{one.name} · {EVERY.get(one.every, one.every)}")


def _other_facts(kind: Packed) -> list[tuple[str, str]]:
    told = kind.model_dump(exclude_defaults=True, exclude={"code", "pack", "name", "fields"})
    return [(name, plain_words(value)) for name, value in told.items()]
