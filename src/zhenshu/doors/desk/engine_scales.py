"""Risk grading at the desk: scores with their version, who must be graded anew, how often to visit."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from django import forms
from django.http import HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from zhenshu.doors.desk.access import FORM, DeskRequest, go_to, page
from zhenshu.doors.desk.components import Cell, Column, Link, Option, Row
from zhenshu.doors.desk.dossiers import area_options, title_for
from zhenshu.doors.desk.engine_parts import (
    KEEPERS,
    act_or_form,
    day_input,
    kind_or_404,
    named,
    trail,
)
from zhenshu.doors.desk.lists import Asked, Condition, Listing, Tile, condition_bar, read_asked, show_listing
from zhenshu.ground.packs.measure_kinds import ScaleFactor
from zhenshu.ground.packs.schema import ScaleKind
from zhenshu.ground.people.scope import Scope
from zhenshu.registers.dossiers.models import Dossier
from zhenshu.registers.dossiers.visibility import find_dossier
from zhenshu.registers.engines import scales
from zhenshu.registers.engines.models import Grading

NONE, ANEW = "none", "anew"
Found = tuple[Dossier, Grading | None]


class GradeForm(forms.Form):
    """A value for each factor of a scale."""

    on = forms.DateField(label=gettext_lazy("On"), widget=day_input())
    note = forms.CharField(label=gettext_lazy("Note"), max_length=200, required=False)

    def __init__(self, scale: ScaleKind, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.scale = scale
        for code, factor in scale.factors.items():
            self.fields[code] = _factor_field(factor)
        self.order_fields([*scale.factors, "on", "note"])

    def factors(self) -> dict[str, Any]:
        """Return the values by factor."""
        return {code: self.cleaned_data[code] for code in self.scale.factors}


def _factor_field(factor: ScaleFactor) -> forms.Field:
    if factor.values:
        choices = [(value, f"{value}　{meaning}") for value, meaning in factor.values.items()]
        return forms.ChoiceField(label=factor.name, choices=choices, widget=forms.RadioSelect)
    return forms.DecimalField(label=factor.name)


@page()
def list_graded(request: DeskRequest, code: str) -> HttpResponse:
    """Show every dossier with its present grading, the version that gave it and the visits that follow."""
    scale = kind_or_404(code, ScaleKind)
    bands = [Option(value=key, title=name) for key, name in named(scale.bands)]
    conditions = [
        Condition("band", _("Band"), options=[*bands, Option(value=NONE, title=_("Not graded"))]),
        Condition("list", _("List"), options=[Option(value=ANEW, title=_("To be graded anew"))]),
        Condition("area", _("Area"), options=area_options()),
    ]
    asked = read_asked(request, [one.name for one in conditions])
    found = list(scales.graded(scale, request.scope))
    listing = Listing(
        name=scale.name,
        columns=[
            Column(title=_("Dossier"), width="wide"),
            Column(title=_("Area"), phone=False),
            Column(title=_("Score"), numeric=True),
            Column(title=_("Band")),
            Column(title=_("Version"), phone=False),
            Column(title=_("Graded on"), phone=False),
            Column(title=_("Visit every")),
        ],
        records=[one for one in found if _fits(scale, one, asked)],
        rows=lambda some: _rows(some, scale, request.scope),
        empty=_("Nothing is graded on this scale."),
        export=not any(dossier.sensitive for dossier, _grading in found),
    )
    history = Link(title=_("All gradings"), url=reverse("desk:gradings", args=[code]), icon="list")
    return show_listing(
        request,
        listing,
        asked,
        bar=condition_bar(asked, conditions),
        breadcrumbs=trail(scale, "scales"),
        tiles=_tiles(scale, found, asked),
        buttons=[history],
        note=_("Version in force: %(version)s") % {"version": scale.version},
    )


def _fits(scale: ScaleKind, one: Found, asked: Asked) -> bool:
    dossier, grading = one
    band, area = asked.get("band"), asked.area("area")
    if area is not None and not dossier.area.path.startswith(area.path):
        return False
    if asked.get("list") == ANEW and not scales.wants_grading(scale, grading):
        return False
    return not band or band == (grading.band if grading else NONE)


def _tiles(scale: ScaleKind, found: Sequence[Found], asked: Asked) -> list[Tile]:
    anew = sum(scales.wants_grading(scale, grading) for _dossier, grading in found)
    bands = [
        Tile(
            name, sum(g is not None and g.band == key for _d, g in found), asked.address(band=key, list=None)
        )
        for key, name in named(scale.bands)
    ]
    return [*bands, Tile(_("To be graded anew"), anew, asked.address(list=ANEW, band=None), icon="refresh")]


def _rows(found: Sequence[Found], scale: ScaleKind, scope: Scope) -> Iterable[Row]:
    for dossier, one in found:
        anew = _("to be graded anew") if scales.wants_grading(scale, one) and one else ""
        cells = [
            Cell(text=title_for(dossier, scope), url=reverse("desk:dossier", args=[dossier.pk])),
            Cell(text=dossier.area.name),
            Cell(text=f"{one.score:g}" if one else ""),
            Cell(text=_band(scale, one) if one else _("Not graded")),
            Cell(text=one.version if one else "", below=anew),
            Cell(text=f"{one.on:%Y-%m-%d}" if one else ""),
            Cell(text=scales.frequency_of(scale, one)),
        ]
        grade = Link(title=_("Grade"), url=reverse("desk:grade", args=[scale.full_code, dossier.pk]))
        yield Row(cells=cells, actions=[grade] if scope.has_role(KEEPERS) else [])


def _band(scale: ScaleKind, one: Grading) -> str:
    return scale.bands[one.band].name if one.band in scale.bands else one.band


@page()
def list_gradings(request: DeskRequest, code: str) -> HttpResponse:
    """Show every grading ever made with its factors, the newest first."""
    scale = kind_or_404(code, ScaleKind)
    here, gradings = _("All gradings"), scales.gradings_of(scale, request.scope)
    listing = Listing(
        name=f"{scale.name} · {here}",
        columns=[
            Column(title=_("On")),
            Column(title=_("Dossier"), width="wide"),
            *(Column(title=one.name, numeric=True, phone=False) for one in scale.factors.values()),
            Column(title=_("Score"), numeric=True),
            Column(title=_("Band")),
            Column(title=_("Version"), phone=False),
            Column(title=_("Made by"), phone=False),
        ],
        records=gradings,
        rows=lambda some: (_grading_row(one, scale, request.scope) for one in some),
        empty=_("Nothing is graded on this scale."),
        export=not gradings.filter(dossier__sensitive=True).exists(),
    )
    return show_listing(request, listing, read_asked(request, []), breadcrumbs=trail(scale, "scales", here))


def _grading_row(one: Grading, scale: ScaleKind, scope: Scope) -> Row:
    factors = [Cell(text=f"{one.factors[code]:g}" if code in one.factors else "") for code in scale.factors]
    cells = [
        Cell(text=f"{one.on:%Y-%m-%d}"),
        Cell(text=title_for(one.dossier, scope), url=reverse("desk:dossier", args=[one.dossier_id])),
        *factors,
        Cell(text=f"{one.score:g}"),
        Cell(text=_band(scale, one), below="" if one.current else _("replaced")),
        Cell(text=one.version),
        Cell(text=one.by.name if one.by else ""),
    ]
    return Row(cells=cells)


@page(roles=KEEPERS, methods=FORM)
def grade_dossier(request: DeskRequest, code: str, dossier_id: int) -> HttpResponse:
    """Grade a dossier on the scale in force."""
    scale = kind_or_404(code, ScaleKind)
    dossier = find_dossier(dossier_id, request.scope)
    form = GradeForm(scale, request.POST or None, initial={"on": timezone.localdate()})

    def grade(said: Any) -> Grading:
        words = {"on": said["on"], "note": said["note"]}
        return scales.grade(dossier, scale, form.factors(), by=request.scope, **words)

    return act_or_form(
        request,
        form,
        grade,
        title=f"{title_for(dossier, request.scope)} · {scale.name}",
        way=trail(scale, "scales", _("Grade")),
        words=lambda made: (
            _("Score %(score)s: %(band)s.") % {"score": f"{made.score:g}", "band": _band(scale, made)}
        ),
        to=lambda _made: go_to(request, "desk:scales", code),
    )
