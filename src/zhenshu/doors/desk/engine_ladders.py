"""Ladders at the desk: who stands where, what the next rung still asks, the watch, reserves and titles."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django import forms
from django.http import Http404, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from zhenshu.doors.desk.access import FORM, DeskRequest, go_to, page
from zhenshu.doors.desk.components import Cell, Column, Link, Option, Row
from zhenshu.doors.desk.dossiers import area_options, title_for
from zhenshu.doors.desk.engine_parts import (
    OFFICERS,
    DossierField,
    ReasonForm,
    act_or_form,
    day_input,
    kind_or_404,
    leaves,
    named,
    trail,
)
from zhenshu.doors.desk.lists import Asked, Condition, Listing, Tile, condition_bar, read_asked, show_listing
from zhenshu.ground.packs.schema import LadderKind
from zhenshu.ground.people.masking import HIDDEN
from zhenshu.ground.people.scope import Scope
from zhenshu.registers.dossiers.models import Dossier
from zhenshu.registers.dossiers.visibility import find_dossier, may_see_sensitive
from zhenshu.registers.engines import ladders
from zhenshu.registers.engines.climbing import Checked, Climb, Ladder, Watch
from zhenshu.registers.engines.errors import EngineNotFoundError
from zhenshu.registers.engines.facts import records_of
from zhenshu.registers.engines.kinds import subject_kind
from zhenshu.registers.engines.models import LadderPlace, Standing
from zhenshu.registers.shown import text_of

WATCHES: Mapping[Watch, str | Promise] = {
    Watch.BELOW: gettext_lazy("Below its rung"),
    Watch.FALLING: gettext_lazy("Near to falling below"),
    Watch.READY: gettext_lazy("Fulfils the next rung"),
    Watch.RISING: gettext_lazy("Near to the next rung"),
}
PRESSING = frozenset({Watch.BELOW, Watch.FALLING})
Found = tuple[Dossier, Climb]


class EnterForm(forms.Form):
    """Which dossier goes into which rung, as a reserve or with its title, since when and why."""

    standing = forms.ChoiceField(label=gettext_lazy("As"), choices=Standing.choices, widget=forms.RadioSelect)
    since = forms.DateField(label=gettext_lazy("Since"), widget=day_input())
    reason = forms.CharField(label=gettext_lazy("Why"), max_length=200)

    def __init__(self, kind: LadderKind, scope: Scope, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["dossier"] = DossierField(kind, kind.of, scope, label=_("Dossier"))
        self.fields["step"] = forms.ChoiceField(label=_("Rung"), choices=named(kind.steps))
        self.order_fields(["dossier", "step", "standing", "since", "reason"])


class LeaveForm(ReasonForm):
    """Since when a place is given up, and why."""

    on = forms.DateField(label=gettext_lazy("Ended on"), widget=day_input())


# ── who stands where ──────────────────────────────────────────────────────────────────────────────────


@page()
def list_climbers(request: DeskRequest, code: str) -> HttpResponse:
    """Show where each dossier stands and what it lacks for the next rung, the value beside."""
    kind = kind_or_404(code, LadderKind)
    watches = [Option(value=str(watch), title=str(word)) for watch, word in WATCHES.items()]
    rungs = [Option(value=key, title=name) for key, name in named(kind.steps)]
    conditions = [
        Condition("watch", _("Watch"), options=watches),
        Condition("rung", _("Present rung"), options=rungs),
        Condition("area", _("Area"), options=area_options()),
    ]
    asked = read_asked(request, [one.name for one in conditions])
    found = _in_area(kind, asked, request.scope)
    listing = Listing(
        name=kind.name,
        columns=[
            Column(title=_("Dossier"), width="wide"),
            Column(title=_("Area"), phone=False),
            Column(title=_("Present rung")),
            Column(title=_("Next rung")),
            Column(title=_("Fulfilled"), phone=False),
            Column(title=_("Lacking"), width="wide"),
            Column(title=_("Watch")),
        ],
        records=[one for one in found if _fits(one[1], asked)],
        rows=lambda some: _climb_rows(some, kind, request.scope),
        empty=_("No dossier stands here."),
        export=leaves(kind, kind.of),
    )
    return show_listing(
        request,
        listing,
        asked,
        bar=condition_bar(asked, conditions),
        breadcrumbs=trail(kind, "ladders"),
        tiles=_watch_tiles(found, asked),
        buttons=list(_buttons(kind, request.scope)),
    )


def _in_area(kind: LadderKind, asked: Asked, scope: Scope) -> list[Found]:
    dossiers, area = ladders.climbers(kind, scope), asked.area("area")
    return ladders.climbs(kind, dossiers.filter(area__path__startswith=area.path) if area else dossiers)


def _fits(climb: Climb, asked: Asked) -> bool:
    rung, watch = asked.get("rung"), asked.get("watch")
    held = climb.present.code if climb.present else ""
    return (not rung or held == rung) and (not watch or climb.watch == watch)


def _watch_tiles(found: Sequence[Found], asked: Asked) -> list[Tile]:
    """Return how many stand under each watch, each opening its list."""
    counts = {watch: sum(climb.watch == watch for _dossier, climb in found) for watch in WATCHES}
    return [
        Tile(str(word), counts[watch], asked.address(watch=str(watch), page=None), icon="eye")
        for watch, word in WATCHES.items()
    ]


def _climb_rows(found: Sequence[Found], kind: LadderKind, scope: Scope) -> Iterable[Row]:
    for dossier, climb in found:
        url = reverse("desk:climber", args=[kind.full_code, dossier.pk])
        open_eyes = may_see_sensitive(dossier.area.path, scope)
        fulfilled = len(climb.of_next) - len(climb.lacking)
        cells = [
            Cell(text=title_for(dossier, scope), url=url),
            Cell(text=dossier.area.name),
            Cell(text=climb.present.name if climb.present else "–"),
            Cell(text=climb.next.name if climb.next else "–"),
            Cell(text=f"{fulfilled}/{len(climb.of_next)}" if climb.of_next else ""),
            Cell(text="；".join(_lack_words(one, open_eyes=open_eyes) for one in climb.lacking)),
            Cell(text=str(WATCHES[climb.watch]) if climb.watch else ""),
        ]
        yield Row(cells=cells, url=url, state="near" if climb.watch in PRESSING else "")


def _lack_words(one: Checked, *, open_eyes: bool) -> str:
    value = value_text(one, open_eyes=open_eyes)
    return f"{one.criterion.name}（{value}）" if value else one.criterion.name


def value_text(one: Checked, *, open_eyes: bool) -> str:
    """Return what the dossier says where a criterion names a field; nothing told is said so."""
    if one.field is None:
        return ""
    if one.value in (None, "", []):
        return _("not known")
    if one.field.sensitive and not open_eyes:
        return HIDDEN
    return f"{text_of(one.field, one.value)}{one.field.unit}"


def _buttons(kind: LadderKind, scope: Scope) -> Iterable[Link]:
    args = [kind.full_code]
    yield Link(title=_("Reserves and titles"), url=reverse("desk:ladder_places", args=args), icon="list")
    if scope.has_role(OFFICERS):
        yield Link(
            title=_("Enter the list"), url=reverse("desk:enter_ladder", args=args), icon="plus", active=True
        )


@page()
def show_climber(request: DeskRequest, code: str, dossier_id: int) -> HttpResponse:
    """Show each rung of one dossier: every criterion, fulfilled or not, with its value."""
    kind = kind_or_404(code, LadderKind)
    dossier = find_dossier(dossier_id, request.scope)
    open_eyes = may_see_sensitive(dossier.area.path, request.scope)
    ladder = Ladder(kind, subject_kind(kind, kind.of))
    record = records_of([dossier])[dossier.pk]
    checked = [(rung.name, one) for rung in ladder.rungs for one in ladder.check(rung, record)]
    name = title_for(dossier, request.scope)
    listing = Listing(
        name=f"{name} · {kind.name}",
        columns=[
            Column(title=_("Rung")),
            Column(title=_("Criterion"), width="wide"),
            Column(title=_("Value")),
            Column(title=_("Fulfilled")),
            Column(title=_("Basis"), width="wide", phone=False),
        ],
        records=checked,
        rows=lambda some: (_checked_row(rung, one, open_eyes=open_eyes) for rung, one in some),
        size=500,
    )
    dossier_link = Link(title=_("Dossier"), url=reverse("desk:dossier", args=[dossier.pk]), icon="folder")
    return show_listing(
        request, listing, read_asked(request, []), page_title=listing.name,
        breadcrumbs=trail(kind, "ladders", name), buttons=[dossier_link],
    )  # fmt: skip


def _checked_row(rung: str, one: Checked, *, open_eyes: bool) -> Row:
    near = _("near its limit") if one.near else ""
    cells = [
        Cell(text=rung),
        Cell(text=one.criterion.name),
        Cell(text=value_text(one, open_eyes=open_eyes), below=near),
        Cell(text=_("yes") if one.fulfilled else _("no")),
        Cell(text=one.criterion.basis),
    ]
    return Row(cells=cells)


# ── reserves and titles ───────────────────────────────────────────────────────────────────────────────


@page()
def list_places(request: DeskRequest, code: str) -> HttpResponse:
    """Show who is or was in reserve or held a title, with the reasons for going in and out."""
    kind = kind_or_404(code, LadderKind)
    standings = [Option(value=str(one), title=str(Standing(one).label)) for one in Standing]
    states = [Option(value="open", title=_("Now")), Option(value="ended", title=_("Ended"))]
    conditions = [
        Condition("standing", _("As"), options=standings),
        Condition("step", _("Rung"), options=[Option(value=k, title=n) for k, n in named(kind.steps)]),
        Condition("state", _("State"), options=states),
    ]
    asked = read_asked(request, [one.name for one in conditions])
    here = _("Reserves and titles")
    listing = Listing(
        name=f"{kind.name} · {here}",
        columns=[
            Column(title=_("Dossier"), width="wide"),
            Column(title=_("Rung")),
            Column(title=_("As")),
            Column(title=_("Since")),
            Column(title=_("Why it went in"), width="wide", phone=False),
            Column(title=_("Valid until"), phone=False),
            Column(title=_("Ended on")),
            Column(title=_("Why it left"), width="wide", phone=False),
        ],
        records=_found_places(kind, asked, request.scope),
        rows=lambda some: _place_rows(some, kind, request.scope),
        empty=_("Nobody has been entered yet."),
        export=leaves(kind, kind.of),
    )
    return show_listing(
        request,
        listing,
        asked,
        bar=condition_bar(asked, conditions),
        breadcrumbs=trail(kind, "ladders", here),
    )


def _found_places(kind: LadderKind, asked: Asked, scope: Scope) -> Any:
    found = ladders.places_of(kind, scope)
    exact = {key: asked.get(key) for key in ("standing", "step") if asked.get(key)}
    if asked.get("state"):
        found = found.filter(ended_on__isnull=asked.get("state") == "open")
    return found.filter(**exact)


def _place_rows(places: Sequence[LadderPlace], kind: LadderKind, scope: Scope) -> Iterable[Row]:
    today, may_end = timezone.localdate(), scope.has_role(OFFICERS)
    for one in places:
        step = kind.steps.get(one.step)
        over = bool(one.valid_until and not one.ended_on and one.valid_until < today)
        cells = [
            Cell(text=title_for(one.dossier, scope), url=reverse("desk:dossier", args=[one.dossier_id])),
            Cell(text=step.name if step else one.step),
            Cell(text=str(Standing(one.standing).label)),
            Cell(text=f"{one.since:%Y-%m-%d}"),
            Cell(text=one.reason_in),
            Cell(
                text=f"{one.valid_until:%Y-%m-%d}" if one.valid_until else "", state="overdue" if over else ""
            ),
            Cell(text=f"{one.ended_on:%Y-%m-%d}" if one.ended_on else ""),
            Cell(text=one.reason_out),
        ]
        out = Link(
            title="" if one.ended_on else _("Take out"), url=reverse("desk:leave_ladder", args=[one.pk])
        )
        yield Row(cells=cells, actions=[out] if may_end else [])


@page(roles=OFFICERS, methods=FORM)
def enter_ladder(request: DeskRequest, code: str) -> HttpResponse:
    """Enter a dossier into the reserve of a rung, or with its title."""
    kind = kind_or_404(code, LadderKind)
    form = EnterForm(kind, request.scope, request.POST or None, initial={"since": timezone.localdate()})

    def enter(said: Any) -> LadderPlace:
        words = {"since": said["since"], "reason": said["reason"], "by": request.scope}
        return ladders.enter(said["dossier"], kind, said["step"], Standing(said["standing"]), **words)

    return act_or_form(
        request,
        form,
        enter,
        title=_("Enter the list"),
        way=trail(kind, "ladders", _("Enter the list")),
        words=lambda made: _("%(title)s is entered.") % {"title": made.dossier.title},
        to=lambda _made: go_to(request, "desk:ladder_places", code),
    )


@page(roles=OFFICERS, methods=FORM)
def leave_ladder(request: DeskRequest, place_id: int) -> HttpResponse:
    """Take a dossier out of a reserve, or its title away, with the reason."""
    try:
        _place, kind = ladders.find_place(place_id, request.scope)
    except EngineNotFoundError as error:
        raise Http404(str(error)) from error
    form = LeaveForm(request.POST or None, initial={"on": timezone.localdate()})
    return act_or_form(
        request,
        form,
        lambda said: ladders.leave(place_id, on=said["on"], reason=said["reason"], by=request.scope),
        title=_("Take out"),
        way=trail(kind, "ladders", _("Take out")),
        words=lambda _made: _("It is out."),
        to=lambda _made: go_to(request, "desk:ladder_places", kind.full_code),
    )
