"""Layers of lines at the desk: which are in force, take a new version in, test a plot or project."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import shapely
from django import forms
from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpResponse, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from shapely.geometry import mapping, shape
from shapely.geometry.base import BaseGeometry

from zhenshu.doors.desk.access import FORM, DeskRequest, go_to
from zhenshu.doors.desk.components import Cell, Column, Link, Option, Row, Table
from zhenshu.doors.desk.dossiers import title_for
from zhenshu.doors.desk.economy_parts import economy_page
from zhenshu.doors.desk.engine_parts import day_input
from zhenshu.doors.desk.exports import export_table
from zhenshu.doors.desk.form_pages import form_page
from zhenshu.doors.desk.lists import Condition, Listing, condition_bar, crumbs, read_asked, show_listing
from zhenshu.doors.desk.per_mu_pages import areas_to_assess
from zhenshu.ground.areas.models import Area
from zhenshu.ground.areas.surface import in_mu, square_metres
from zhenshu.ground.packs.schema import LayerKind
from zhenshu.ground.people.scope import Scope
from zhenshu.registers.dossiers.errors import DossierError
from zhenshu.registers.dossiers.models import Dossier, State
from zhenshu.registers.dossiers.visibility import find_dossier, visible_dossiers
from zhenshu.registers.layers import acts
from zhenshu.registers.layers.acts import KEEPERS, Met
from zhenshu.registers.layers.errors import LayerInvalidError, LayerNotFoundError
from zhenshu.registers.layers.measuring import polygons_of
from zhenshu.registers.layers.models import GroundTest, Layer
from zhenshu.registers.layers.reading import read_ground, read_layer

MOST_DRAWN = 2_000
# A degree is some 100 km: lines are drawn as fine as a pixel of a township's map.
FINE = 0.00002
TONES: Mapping[str, str] = {"red": "bad", "orange": "warn", "yellow": "amber", "blue": "plain"}
SYSTEMS = [
    ("wgs84", gettext_lazy("WGS84 or CGCS2000")),
    ("gcj02", gettext_lazy("GCJ-02 (map services)")),
]


def _file(label: Any, **kwargs: Any) -> forms.FileField:
    return forms.FileField(
        label=label, widget=forms.FileInput(attrs={"accept": ".geojson,.json,application/geo+json"}), **kwargs
    )


class LayerForm(forms.Form):
    """A new version of a layer: its kind, its ground, where it comes from and its file."""

    kind = forms.ChoiceField(label=gettext_lazy("Layer"))
    area = forms.ModelChoiceField(label=gettext_lazy("Area"), queryset=Area.objects.none(), empty_label=None)
    version_on = forms.DateField(label=gettext_lazy("Version of"), widget=day_input())
    source = forms.CharField(label=gettext_lazy("Source"), max_length=200)
    system = forms.ChoiceField(label=gettext_lazy("Coordinates"), choices=SYSTEMS)
    ground = _file(gettext_lazy("GeoJSON file with polygons"))

    def __init__(self, scope: Scope, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["kind"].choices = [(k.full_code, k.name) for k in acts.layer_kinds()]  # type: ignore[attr-defined]
        self.fields["area"].queryset = areas_to_assess(scope)  # type: ignore[attr-defined]


class GroundForm(forms.Form):
    """A piece of ground to be tested, and the plot or project the test is kept about."""

    dossier = forms.ChoiceField(
        label=gettext_lazy("Keep it about"), required=False,
        help_text=gettext_lazy("Without one the ground is only tested; nothing is kept."),
    )  # fmt: skip
    text = forms.CharField(
        label=gettext_lazy("Position or GeoJSON"), required=False, max_length=2_000_000,
        widget=forms.Textarea(attrs={"rows": 5, "spellcheck": "false"}),
        help_text=gettext_lazy("A point such as 120.1503, 31.0521 (longitude first), or GeoJSON."),
    )  # fmt: skip
    ground = _file(gettext_lazy("… or a GeoJSON file"), required=False)
    system = forms.ChoiceField(label=gettext_lazy("Coordinates"), choices=SYSTEMS)

    def __init__(self, scope: Scope, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["dossier"].choices = [("", "—"), *_offered(scope)]  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        said = super().clean() or {}
        if not said.get("text", "").strip() and not said.get("ground"):
            self.add_error("text", _("Give a position, GeoJSON, or a file."))
        return said

    def content(self) -> bytes | str:
        """Return what was sent: the file where there is one."""
        file = self.cleaned_data.get("ground")
        content: bytes | str = file.read() if file else self.cleaned_data["text"]
        return content


def _offered(scope: Scope) -> list[tuple[str, list[tuple[str, str]]]]:
    """Return the plots and projects one may test, by kind."""
    found = []
    for kind in acts.tested_kinds():
        some = visible_dossiers(scope).filter(kind=kind.full_code, state=State.ACTIVE).select_related("area")
        rows = [(str(one.pk), title_for(one, scope)) for one in some.order_by("title")[:500]]
        if rows:
            found.append((kind.name, rows))
    return found


# ── layers ────────────────────────────────────────────────────────────────────────────────────────────


@economy_page()
def show_layers(request: DeskRequest) -> HttpResponse:
    """Show the layers in force on a map and as a list; earlier versions when asked."""
    asked = read_asked(request, ["layer", "versions"])
    found = acts.visible_layers(request.scope)
    if asked.get("layer"):
        found = found.filter(kind=asked.get("layer"))
    current = found.filter(ended_on=None)
    table = _layers_table(found if asked.get("versions") else current, request.scope)
    if asked.excel:
        return export_table(table, name=_("Layers"))
    kinds = [Option(value=kind.full_code, title=kind.name) for kind in acts.layer_kinds()]
    versions = [Option(value="all", title=_("Earlier versions too"))]
    conditions = [
        Condition("layer", _("Layer"), options=kinds),
        Condition("versions", _("Versions"), options=versions),
    ]
    shown = current.exists()
    context = {
        "page_title": _("Layers of lines: %(count)d in force") % {"count": current.count()},
        "bar": condition_bar(asked, conditions),
        "table": table,
        "shown": shown,
        "cut": MOST_DRAWN if sum(current.values_list("count", flat=True)) > MOST_DRAWN else 0,
        "data_url": f"{reverse('desk:layer_map')}?layer={asked.get('layer')}",
        "kinds": [(kind, TONES[kind.colour]) for kind in acts.layer_kinds()],
        "may": request.scope.has_role(KEEPERS),
        "now": timezone.now(),
    }
    return render(request, "desk/layers/layers.html", context)


def _layers_table(layers: QuerySet[Layer], scope: Scope) -> Table:
    kinds = {kind.full_code: kind for kind in acts.layer_kinds()}
    columns = [
        Column(title=_("Layer"), width="wide"),
        Column(title=_("Area"), phone=False),
        Column(title=_("Version of")),
        Column(title=_("Polygons"), numeric=True),
        Column(title=_("Surface"), numeric=True, unit=_("mu")),
        Column(title=_("Source"), phone=False),
        Column(title=_("Replaced on"), phone=False),
    ]
    rows = [_layer_row(one, kinds[one.kind]) for one in layers]
    return Table(columns=columns, rows=rows, as_of=timezone.now(), export_url="?as=xlsx")


def _layer_row(one: Layer, kind: LayerKind) -> Row:
    side = _("limited inside") if kind.limits == "inside" else _("limited outside")
    cells = [
        Cell(text=kind.name, below=side),
        Cell(text=one.area.name),
        Cell(text=f"{one.version_on:%Y-%m-%d}"),
        Cell(text=str(one.count)),
        Cell(text=f"{in_mu(one.square_metres):,.1f}"),
        Cell(text=one.source, hint=one.digest),
        Cell(text=f"{one.ended_on:%Y-%m-%d}" if one.ended_on else ""),
    ]
    return Row(cells=cells, state="replaced" if one.ended_on else "")


@economy_page()
def layer_map(request: DeskRequest) -> HttpResponse:
    """Answer the polygons of the layers in force, as the map draws them."""
    asked = read_asked(request, ["layer"])
    layers = acts.visible_layers(request.scope).filter(ended_on=None)
    if asked.get("layer"):
        layers = layers.filter(kind=asked.get("layer"))
    return JsonResponse({"areas": _collection(_layer_features(layers))})


def _layer_features(layers: Iterable[Layer]) -> list[dict[str, Any]]:
    """Return the polygons of layers as features, at most as many as a map can draw."""
    kinds = {kind.full_code: kind for kind in acts.layer_kinds()}
    found: list[dict[str, Any]] = []
    for one in layers:
        kind = kinds[one.kind]
        for row in one.shapes.order_by("place")[: MOST_DRAWN - len(found)]:
            name = f"{kind.name} {row.name}".strip()
            found.append(_feature(shape(row.geometry), name, TONES[kind.colour]))
    return found


def _feature(geometry: BaseGeometry, name: str, tone: str) -> dict[str, Any]:
    drawn = mapping(shapely.simplify(geometry, FINE))
    properties = {"name": name, "tone": tone, "unnamed": True}
    return {"type": "Feature", "geometry": drawn, "properties": properties}


def _collection(features: Sequence[dict[str, Any]]) -> dict[str, Any]:
    return {"type": "FeatureCollection", "features": list(features)}


@economy_page(methods=FORM)
def take_in_layer(request: DeskRequest) -> HttpResponse:
    """Take a new version of a layer in from a GeoJSON file."""
    form = LayerForm(request.scope, request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        said = form.cleaned_data

        def act() -> Layer:
            drawn = read_layer(said["ground"].read(), crs=said["system"])
            return acts.take_in(
                acts.find_layer_kind(said["kind"]), drawn, area=said["area"],
                version_on=said["version_on"], source=said["source"], by=request.scope,
            )  # fmt: skip

        made = _try(act, form)
        if made is not None:
            words = {"count": made.count, "mu": f"{in_mu(made.square_metres):,.1f}"}
            messages.success(request, _("Taken in: %(count)d polygons, %(mu)s mu.") % words)
            return go_to(request, "desk:layers")
    title = _("Take in a layer")
    way = crumbs((_("Layers"), "layers"), here=title)
    return form_page(request, title, forms=[form], breadcrumbs=way, file=True, submit=_("Take the layer in"))


def _try(act: Any, form: forms.Form) -> Any:
    """Return what an act returns; None after a refusal, which then stands at the field it is about."""
    try:
        return act()
    except LayerInvalidError as error:
        for name, sentence in error.problems.items():
            # Ground that was typed is wrong where it was typed, not at the file that was not sent.
            place = "text" if name == "ground" and "text" in form.fields and not form.files else name
            form.add_error(place if place in form.fields else None, sentence)
    except DossierError as error:
        form.add_error(None, str(error))
    return None


# ── tests ─────────────────────────────────────────────────────────────────────────────────────────────


@economy_page(methods=FORM)
def lay_over_ground(request: DeskRequest) -> HttpResponse:
    """Test a piece of ground against the layers in force; kept where a plot or project is named."""
    wanted = request.GET.get("dossier", "")
    form = GroundForm(request.scope, request.POST or None, request.FILES or None, initial={"dossier": wanted})
    met: list[Met] = []
    ground: BaseGeometry | None = None
    if request.method == "POST" and form.is_valid():
        ground = _try(lambda: read_ground(form.content(), crs=form.cleaned_data["system"]), form)
        named = form.cleaned_data["dossier"]
        if ground is not None and named:
            kept = _try(lambda: acts.keep_test(int(named), ground, by=request.scope), form)
            if kept is not None:
                messages.success(request, _("The test is kept."))
                return go_to(request, "desk:ground_test", kept.pk)
            ground = None
        if ground is not None:
            met = acts.lay_over(ground, by=request.scope)
    title = _("Test a plot or project")
    context = {
        "page_title": title,
        "breadcrumbs": crumbs((_("Layers"), "layers"), here=title),
        "form": form,
        "tested": ground is not None,
        "table": _hits_table([one.as_json(square_metres(ground)) for one in met]) if ground else None,
        "size": _size_words(square_metres(ground), ground.geom_type) if ground else "",
        "map": _ground_map(ground, [one.layer for one in met]) if ground else None,
        "nothing": ground is not None and not met,
    }
    wrong = form.is_bound and bool(form.errors)
    return render(request, "desk/layers/test.html", context, status=422 if wrong else 200)


def _size_words(metres: float, kind: str) -> str:
    if kind == "Point":
        return _("a point")
    return _("%(mu)s mu (%(metres)s m²)") % {"mu": f"{in_mu(metres):,.2f}", "metres": f"{metres:,.1f}"}


def _hits_table(hits: Sequence[Mapping[str, Any]], export_url: str = "") -> Table:
    columns = [
        Column(title=_("Layer"), width="wide"),
        Column(title=_("Finding")),
        Column(title=_("Limited"), numeric=True, unit=_("mu")),
        Column(title=_("Limited"), numeric=True, unit="m²"),
        Column(title=_("Of the ground"), numeric=True, unit="%"),
        Column(title=_("Version of"), phone=False),
    ]
    return Table(columns=columns, rows=[_hit_row(hit) for hit in hits], export_url=export_url)


def _hit_row(hit: Mapping[str, Any]) -> Row:
    metres, share = float(hit["square_metres"]), hit["share"]
    word = _("Limited") if hit["touched"] else _("Not limited")
    cells = [
        Cell(text=str(hit["name"]), below=str(hit["source"])),
        Cell(text=word, state="overdue" if hit["touched"] else "normal"),
        Cell(text=rounded_mu(metres) if metres else ""),
        Cell(text=f"{metres:,.1f}" if metres else ""),
        Cell(text="" if share is None else f"{share:g}"),
        Cell(text=str(hit["version_on"])),
    ]
    return Row(cells=cells)


def rounded_mu(metres: float) -> str:
    """Return square metres in 亩 with two decimals."""
    return f"{in_mu(metres):,.2f}"


def _ground_map(ground: BaseGeometry, layers: Iterable[Layer]) -> dict[str, Any]:
    """Return the ground with the layers around it, the ground on top."""
    window = shapely.box(*ground.buffer(0.01).bounds)
    kinds = {kind.full_code: kind for kind in acts.layer_kinds()}
    features = [
        _feature(shapely.intersection(part, window), kinds[one.kind].name, TONES[kinds[one.kind].colour])
        for one in layers
        if one.kind in kinds
        for part in polygons_of(one).around(window)
    ]
    name = _("The ground tested")
    if ground.geom_type == "Point":
        point = {
            "type": "Feature",
            "geometry": mapping(ground),
            "properties": {"title": name, "tone": "plain"},
        }
        return {"areas": _collection(features), "points": _collection([point]), "plain": True}
    features.append(_feature(ground, name, "ground"))
    return {"areas": _collection(features), "plain": True}


@economy_page()
def show_ground_test(request: DeskRequest, test_id: int) -> HttpResponse:
    """Show a test that was kept, as it was on its day."""
    one = _find_test(test_id, request.scope)
    asked = read_asked(request, [])
    table = _hits_table(one.hits, export_url=asked.address(**{"as": "xlsx"}))
    here = _("test against the layers")
    title = f"{title_for(one.dossier, request.scope)} · {here}"
    if asked.excel:
        return export_table(table, name=title)
    ground = shape(one.geometry)
    layers = Layer.objects.filter(pk__in=[hit["layer"] for hit in one.hits])
    context = {
        "page_title": title,
        "page_note": "" if one.current else _("replaced by a later test"),
        "breadcrumbs": crumbs((_("Layers"), "layers"), (_("Tests kept"), "ground_tests"), here=title),
        "one": one,
        "table": table,
        "size": _size_words(one.square_metres, ground.geom_type),
        "map": _ground_map(ground, layers),
        "dossier_url": reverse("desk:dossier", args=[one.dossier_id]),
        "again_url": f"{reverse('desk:lay_over')}?dossier={one.dossier_id}",
    }
    return render(request, "desk/layers/kept.html", context)


def _find_test(test_id: int, scope: Scope) -> GroundTest:
    found = GroundTest.objects.select_related("dossier__area", "by").filter(pk=test_id).first()
    if found is None:
        raise LayerNotFoundError(test_id)
    find_dossier(found.dossier_id, scope)
    return found


@economy_page()
def list_ground_tests(request: DeskRequest) -> HttpResponse:
    """Show the tests kept about plots and projects, the newest first."""
    asked = read_asked(request, ["result", "versions"])
    seen = visible_dossiers(request.scope).values("pk")
    found = GroundTest.objects.filter(dossier__in=seen).select_related("dossier__area", "by")
    if not asked.get("versions"):
        found = found.filter(current=True)
    rows = [one for one in found if _has_result(one, asked.get("result"))]
    results = [Option(value="limited", title=_("Limited")), Option(value="free", title=_("Not limited"))]
    conditions = [
        Condition("result", _("Finding"), options=results),
        Condition("versions", _("Tests"), options=[Option(value="all", title=_("Replaced ones too"))]),
    ]
    listing = Listing(
        name=_("Tests kept"),
        columns=[
            Column(title=_("Plot or project"), width="wide"),
            Column(title=_("Area"), phone=False),
            Column(title=_("Size"), numeric=True, unit=_("mu")),
            Column(title=_("Limited by"), width="wide"),
            Column(title=_("Tested on")),
            Column(title=_("Tested by"), phone=False),
        ],
        records=rows,
        rows=lambda some: (_test_row(one, request.scope) for one in some),
        empty=_("No plot or project has been tested yet."),
    )
    way = crumbs((_("Layers"), "layers"), here=_("Tests kept"))
    new = Link(title=_("Test a plot or project"), url=reverse("desk:lay_over"), icon="stack-2", active=True)
    bar = condition_bar(asked, conditions)
    return show_listing(request, listing, asked, bar=bar, breadcrumbs=way, buttons=[new])


def _has_result(one: GroundTest, result: str) -> bool:
    limited = any(hit["touched"] for hit in one.hits)
    return not result or limited == (result == "limited")


def _test_row(one: GroundTest, scope: Scope) -> Row:
    url = reverse("desk:ground_test", args=[one.pk])
    cells = [
        Cell(text=title_for(one.dossier, scope), url=url, below="" if one.current else _("replaced")),
        Cell(text=one.dossier.area.name),
        Cell(text=rounded_mu(one.square_metres) if one.square_metres else ""),
        Cell(text=limits_words(one)),
        Cell(text=f"{timezone.localtime(one.at):%Y-%m-%d}"),
        Cell(text=one.by.name if one.by else ""),
    ]
    return Row(cells=cells, url=url)


def limits_words(one: GroundTest) -> str:
    """Return in words what limits a piece of ground: 永久基本农田 3.21 亩、…"""
    hits = [hit for hit in one.hits if hit["touched"]]
    if not hits:
        return _("free of all layers")
    words = [
        _("%(name)s %(mu)s mu") % {"name": hit["name"], "mu": rounded_mu(hit["square_metres"])}
        if hit["square_metres"]
        else str(hit["name"])
        for hit in hits
    ]
    return "、".join(words)


def ground_history(dossier: Dossier) -> list[tuple[GroundTest, str, str]]:
    """Return the tests about a dossier with their words and pages, the newest first."""
    return [
        (one, limits_words(one), reverse("desk:ground_test", args=[one.pk])) for one in acts.tests_of(dossier)
    ]


def is_tested(dossier: Dossier) -> bool:
    """Tell whether dossiers of this kind are tested against layers."""
    return dossier.kind in {kind.full_code for kind in acts.tested_kinds()}
