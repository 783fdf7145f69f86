"""Areas: the tree as a list, one area on its map, names and numbers corrected."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from django import forms
from django.contrib import messages
from django.db.models import Q
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from zhenshu.doors.desk.access import FORM, WRITING, DeskRequest, go_to, page
from zhenshu.doors.desk.components import Cell, Column, Link, Option, Row
from zhenshu.doors.desk.context import ADMINISTRATORS
from zhenshu.doors.desk.dossiers import area_options
from zhenshu.doors.desk.form_pages import attempt
from zhenshu.doors.desk.lists import (
    Condition,
    Listing,
    cases_url,
    condition_bar,
    crumbs,
    read_asked,
    show_listing,
)
from zhenshu.ground.areas import tree
from zhenshu.ground.areas.errors import AreaError
from zhenshu.ground.areas.models import Area, Level
from zhenshu.ground.people.administration import require_administrator
from zhenshu.ground.people.models import Office


class AreaForm(forms.Form):
    """What may be corrected of an area without ending it."""

    name = forms.CharField(label=gettext_lazy("Name"), max_length=100)
    short_name = forms.CharField(label=gettext_lazy("Short name"), max_length=50, required=False)
    households = forms.IntegerField(label=gettext_lazy("Households"), min_value=0, required=False)
    population = forms.IntegerField(label=gettext_lazy("Population"), min_value=0, required=False)
    note = forms.CharField(label=gettext_lazy("Why"), max_length=200, required=False)


@page(roles=ADMINISTRATORS)
def list_areas(request: DeskRequest) -> HttpResponse:
    """Show the tree, each area below the one it belongs to."""
    asked = read_asked(request, ["q", "below", "level"])
    found = Area.objects.open().order_by("path").defer("boundary")
    if asked.get("q"):
        words = asked.get("q")
        found = found.filter(Q(name__icontains=words) | Q(code=words) | Q(pinyin__startswith=words.lower()))
    if asked.get("below"):
        above = asked.area("below")
        found = found.under(above) if above else found.none()
    level = asked.number("level")
    if level is not None:
        found = found.filter(level=level)
    levels = [Option(value=str(level.value), title=str(level.label)) for level in Level]
    listing = Listing(
        name=_("Areas"),
        columns=[
            Column(title=_("Area"), width="wide"),
            Column(title=_("Level")),
            Column(title=_("Division code"), phone=False),
            Column(title=_("Households"), numeric=True, phone=False),
            Column(title=_("Population"), numeric=True),
            Column(title=_("In force since"), phone=False),
        ],
        records=found,
        rows=area_rows,
        empty=_("No area yet. Take the tree in from a spreadsheet or GeoJSON."),
        export=False,
        size=100,
    )
    conditions = [
        Condition("q", _("Name, code or initials"), kind="text"),
        Condition("below", _("Below"), options=area_options(deepest=Level.VILLAGE)),
        Condition("level", _("Level"), options=levels),
    ]
    return show_listing(
        request,
        listing,
        asked,
        bar=condition_bar(asked, conditions),
        breadcrumbs=crumbs((_("Administration"), "administration"), here=_("Areas")),
        buttons=_buttons(),
    )


def _buttons() -> list[Link]:
    return [
        Link(title="Excel", url=reverse("desk:export_areas", args=["xlsx"]), icon="file-spreadsheet"),
        Link(title="GeoJSON", url=reverse("desk:export_areas", args=["geojson"]), icon="download"),
        Link(title=_("From a file"), url=reverse("desk:import_areas"), icon="upload", active=True),
    ]


def area_rows(areas: Sequence[Area]) -> Iterable[Row]:
    for area in areas:
        url = reverse("desk:area", args=[area.pk])
        cells = [
            Cell(text="　" * (area.level - 1) + area.name, url=url),
            Cell(text=str(Level(area.level).label)),
            Cell(text=area.code or ""),
            Cell(text=_count(area.households)),
            Cell(text=_count(area.population)),
            Cell(text=f"{area.valid_from:%Y-%m-%d}"),
        ]
        yield Row(cells=cells, url=url)


def _count(number: int | None) -> str:
    return "" if number is None else f"{number:,}"


@page(roles=ADMINISTRATORS, methods=FORM)
def show_area(request: DeskRequest, area_id: int) -> HttpResponse:
    """Show one area with what lies below it; correct its name and numbers."""
    area = get_object_or_404(Area.objects.select_related("parent"), pk=area_id)
    names = ("name", "short_name", "households", "population")
    form = AreaForm(request.POST or None, initial={name: getattr(area, name) for name in names})
    if request.method == "POST" and form.is_valid():
        require_administrator(request.scope, area.path)
        if attempt(lambda: _correct(area, form.cleaned_data, request), form, AreaError):
            messages.success(request, _("Corrected."))
            return go_to(request, "desk:area", area.pk)
    children = list(area.children.filter(valid_to=None).order_by("path"))
    context = {
        "page_title": area.name,
        "page_note": str(Level(area.level).label),
        "breadcrumbs": _way(area),
        "area": area,
        "form": form,
        "children": children,
        "offices": Office.objects.filter(area=area, closed_on=None).order_by("pk"),
        "place": _map(area, children),
        "cases_url": cases_url(area=area.pk),
        "history_url": f"{reverse('desk:ledger')}?kind=areas.area&id={area.pk}",
    }
    return render(request, "desk/admin/area.html", context, status=422 if form.errors else 200)


def _way(area: Area) -> list[Link]:
    above = Area.objects.filter(pk__in=area.ancestor_ids[:-1]).order_by("level").values_list("pk", "name")
    links = [Link(title=name, url=reverse("desk:area", args=[pk])) for pk, name in above]
    return [*crumbs((_("Areas"), "areas"), here="")[:-1], *links, Link(title=area.name)]


def _correct(area: Area, said: dict[str, Any], request: DeskRequest) -> Area:
    """Return the area corrected; a new name is an act of its own."""
    by, note = request.scope.actor, said["note"]
    if said["name"].strip() != area.name:
        area = tree.rename_area(area, said["name"], by=by, note=note)
    changed = {
        name: said[name]
        for name in ("short_name", "households", "population")
        if said[name] != getattr(area, name)
    }
    return tree.correct_area(area, by=by, note=note, **changed) if changed else area


def _map(area: Area, children: Sequence[Area]) -> dict[str, Any] | None:
    shown = [one for one in children if one.boundary] or ([area] if area.boundary else [])
    features = [
        {
            "type": "Feature",
            "geometry": one.boundary,
            "properties": {"name": one.name, "url": reverse("desk:area", args=[one.pk])},
        }
        for one in shown
    ]
    return {"areas": {"type": "FeatureCollection", "features": features}, "plain": True} if features else None


@page(roles=ADMINISTRATORS, methods=WRITING)
def close_area(request: DeskRequest, area_id: int) -> HttpResponse:
    """End an area today; refused while areas below it are open."""
    area = get_object_or_404(Area, pk=area_id)
    require_administrator(request.scope, area.path)
    try:
        tree.close_area(area, on=timezone.localdate(), by=request.scope.actor)
    except AreaError as error:
        messages.error(request, str(error))
        return go_to(request, "desk:area", area.pk)
    messages.success(request, _("%(name)s has ended.") % {"name": area.name})
    return go_to(request, "desk:areas")
