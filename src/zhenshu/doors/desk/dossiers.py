"""Dossiers: the kinds there are, the list of a kind, and what each list may be narrowed to."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Q, QuerySet
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from zhenshu.doors.desk.access import DeskRequest, page
from zhenshu.doors.desk.components import Cell, Column, Link, Option, Row
from zhenshu.doors.desk.lists import (
    Asked,
    Condition,
    Listing,
    condition_bar,
    crumbs,
    read_asked,
    show_listing,
)
from zhenshu.ground.areas.models import Area, Level
from zhenshu.ground.packs.registry import UnknownKindError, library
from zhenshu.ground.packs.schema import NUMBERS, DossierKind, FieldKind, FieldType
from zhenshu.ground.people.masking import mask
from zhenshu.ground.people.scope import Scope
from zhenshu.registers.dossiers.acts import note_views
from zhenshu.registers.dossiers.errors import DossierNotAllowedError
from zhenshu.registers.dossiers.models import Dossier, State
from zhenshu.registers.dossiers.visibility import RIGHTS, may_see_sensitive, require, visible_dossiers
from zhenshu.registers.fields import REFERENCES
from zhenshu.registers.references import names_of
from zhenshu.registers.shown import text_of

SHOWN_FIELDS = 5
CHOICE_FILTERS = 4
LONG = frozenset({FieldType.LONGTEXT, FieldType.POINT})


def dossier_kind(code: str) -> DossierKind:
    """Return the kind; a code no pack declares is a page that doesn't exist."""
    try:
        return library().dossier_kind(code)
    except UnknownKindError as error:
        raise Http404(str(error)) from error


def may(right: str, scope: Scope, *, area_path: str, sensitive: bool) -> bool:
    """Tell whether an act is open to this person there, so that its button is drawn."""
    try:
        require(right, scope, area_path=area_path, sensitive=sensitive)
    except DossierNotAllowedError:
        return False
    return True


def may_somewhere(right: str, scope: Scope, kind: DossierKind) -> bool:
    """Tell whether an act on dossiers of a kind is open to this person in any area."""
    return any(post.role in RIGHTS[right] and (post.sensitive or not kind.sensitive) for post in scope.posts)


def title_for(dossier: Dossier, scope: Scope) -> str:
    """Return the title, masked where its field is sensitive and this person may not read it: 王**."""
    kind = library().dossier_kinds.get(dossier.kind)
    secret = kind is not None and kind.fields[kind.title].sensitive
    if not secret or may_see_sensitive(dossier.area.path, scope):
        return dossier.title
    return mask("name", dossier.title)


# ── the kinds ─────────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class KindCard:
    """A kind of dossier with how many there are."""

    kind: DossierKind
    count: int
    url: str


@page()
def list_kinds(request: DeskRequest) -> HttpResponse:
    """Show every kind of dossier by business line, with how many this person may see."""
    active = visible_dossiers(request.scope).filter(state=State.ACTIVE).order_by()
    counts = dict(active.values_list("kind").annotate(number=Count("pk")))
    lines: defaultdict[str, list[KindCard]] = defaultdict(list)
    for code, kind in library().dossier_kinds.items():
        card = KindCard(kind, counts.get(code, 0), reverse("desk:dossiers_of", args=[code]))
        lines[library().packs[kind.pack].name].append(card)
    context = {
        "page_title": _("Dossiers: %(count)d") % {"count": sum(counts.values())},
        "lines": list(lines.items()),
    }
    return render(request, "desk/dossiers/kinds.html", context)


# ── the list of a kind ────────────────────────────────────────────────────────────────────────────────


@page()
def list_dossiers(request: DeskRequest, code: str) -> HttpResponse:
    """Show the dossiers of a kind; those of a sensitive kind leave a line each and no Excel file."""
    kind = dossier_kind(code)
    conditions = _conditions(kind)
    asked = read_asked(request, [one.name for one in conditions])
    found = find_dossiers(kind, asked, request.scope)
    shown = shown_fields(kind)
    listing = Listing(
        name=kind.name,
        columns=_columns(kind, shown, wide=asked.excel),
        records=found.select_related("area").defer("area__boundary").order_by("title", "pk"),
        rows=lambda some: _rows(kind, list(some), request.scope, wide=asked.excel),
        empty=_("No dossier of this kind yet. Create the first, or import a spreadsheet."),
        numbered=True,
        export=not kind.sensitive,
    )
    return show_listing(
        request,
        listing,
        asked,
        bar=condition_bar(asked, conditions),
        breadcrumbs=crumbs((_("Dossiers"), "dossiers"), here=kind.name),
        buttons=list(_buttons(kind, request.scope)),
    )


def find_dossiers(kind: DossierKind, asked: Asked, scope: Scope) -> QuerySet[Dossier]:
    """Return the dossiers asked for that this person may see, the active ones unless told otherwise."""
    found = visible_dossiers(scope).filter(kind=kind.full_code)
    state = asked.get("state") or State.ACTIVE
    if state != "all":
        found = found.filter(state=state)
    words = asked.get("q")
    if words:
        found = found.filter(
            Q(title__icontains=words) | Q(identity=words) | Q(initials__startswith=words.lower())
        )
    if asked.get("area"):
        area = asked.area("area")
        found = found.filter(area__path__startswith=area.path) if area else found.none()
    for code in _choice_fields(kind):
        value = asked.get(code)
        if value:
            found = found.filter(**{f"fields__{code}": kind.fields[code].type is FieldType.BOOLEAN or value})
    return found


def _choice_fields(kind: DossierKind) -> list[str]:
    sorts = (FieldType.CHOICE, FieldType.BOOLEAN)
    found = [code for code, one in kind.fields.items() if one.type in sorts and not one.sensitive]
    return found[:CHOICE_FILTERS]


def _conditions(kind: DossierKind) -> list[Condition]:
    states = [Option(value=str(state), title=str(State(state).label)) for state in State]
    chosen = [
        Condition(code, kind.fields[code].name, options=_field_options(kind.fields[code]), more=place > 1)
        for place, code in enumerate(_choice_fields(kind))
    ]
    return [
        Condition("q", _("Name, initials or number"), kind="text"),
        Condition("area", _("Area"), options=area_options()),
        *chosen,
        Condition("state", _("State"), options=[*states, Option(value="all", title=_("All"))], more=True),
    ]


def _field_options(field: FieldKind) -> list[Option]:
    if field.type is FieldType.BOOLEAN:
        return [Option(value="yes", title=_("yes"))]
    return [Option(value=value, title=title) for value, title in field.options.items()]


def area_options(*, deepest: int = Level.GRID) -> list[Option]:
    """Return the areas from the town down, each village before its grids."""
    areas = Area.objects.open().filter(level__gte=Level.TOWN, level__lte=deepest).order_by("path")
    rows = areas.values_list("pk", "name", "level")
    return [Option(value=str(pk), title=name, depth=level - Level.TOWN) for pk, name, level in rows]


def _buttons(kind: DossierKind, scope: Scope) -> Iterable[Link]:
    args = [kind.full_code]
    if may_somewhere("merge", scope, kind):
        yield Link(title=_("Doubles"), url=reverse("desk:dossier_doubles", args=args), icon="git-merge")
    if may_somewhere("import", scope, kind):
        yield Link(title=_("Import"), url=reverse("desk:import_dossiers", args=args), icon="upload")
    if may_somewhere("create", scope, kind):
        yield Link(title=_("New"), url=reverse("desk:new_dossier", args=args), icon="plus", active=True)


def shown_fields(kind: DossierKind) -> list[str]:
    """Return the fields a list shows: the first plain ones beside the title."""
    plain = [
        code
        for code, one in kind.fields.items()
        if code != kind.title and not one.sensitive and one.type not in LONG
    ]
    return plain[:SHOWN_FIELDS]


def _all_fields(kind: DossierKind) -> list[str]:
    return [code for code, one in kind.fields.items() if code != kind.title and not one.sensitive]


def _columns(kind: DossierKind, shown: Iterable[str], *, wide: bool) -> list[Column]:
    codes = _all_fields(kind) if wide else list(shown)
    fields = [_column(kind.fields[code], place) for place, code in enumerate(codes)]
    return [
        Column(title=kind.fields[kind.title].name, width="wide"),
        *fields,
        Column(title=_("Area")),
        Column(title=_("State"), phone=False),
    ]


def _column(field: FieldKind, place: int) -> Column:
    return Column(title=field.name, numeric=field.type in NUMBERS, unit=field.unit, phone=place < 1)


def _rows(kind: DossierKind, dossiers: Sequence[Dossier], scope: Scope, *, wide: bool) -> Iterable[Row]:
    codes = _all_fields(kind) if wide else shown_fields(kind)
    note_views(list(dossiers), by=scope)
    names = reference_names(kind, codes, dossiers)
    for dossier in dossiers:
        url = reverse("desk:dossier", args=[dossier.pk])
        texts = [Cell(text=field_text(kind.fields[code], dossier.fields.get(code), names)) for code in codes]
        state = "" if dossier.state == State.ACTIVE else "closed"
        cells = [
            Cell(text=title_for(dossier, scope), url=url),
            *texts,
            Cell(text=dossier.area.name),
            Cell(text=str(State(dossier.state).label), state=state),
        ]
        yield Row(cells=cells, url=url)


Names = Mapping[tuple[str, int], str]


def reference_names(kind: DossierKind, codes: Iterable[str], dossiers: Iterable[Dossier]) -> Names:
    """Return the names of the records that fields of these dossiers point to, one query per sort."""
    wanted: defaultdict[str, set[int]] = defaultdict(set)
    codes = [code for code in codes if kind.fields[code].type in REFERENCES]
    for dossier in dossiers if codes else ():
        for code in codes:
            if dossier.fields.get(code):
                wanted[kind.fields[code].type.value].add(dossier.fields[code])
    return {(sort, pk): name for sort, ids in wanted.items() for pk, name in names_of(sort, ids).items()}


def field_text(field: FieldKind, value: Any, names: Names) -> str:
    """Return the text of a value in a list."""
    if value in (None, "", []):
        return ""
    if field.type in REFERENCES:
        return names.get((field.type.value, value), "")
    return text_of(field, value)
