"""Duty rosters at the desk: who is on duty today, the roster, swaps, hand-over notes, what happened."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import timedelta
from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from zhenshu.doors.desk.access import FORM, DeskRequest, go_to, page
from zhenshu.doors.desk.components import Cell, Column, Link, Row
from zhenshu.doors.desk.engine_parts import AreaField, day_input, kind_or_404, trail, try_act
from zhenshu.doors.desk.form_pages import form_page
from zhenshu.doors.desk.lists import Condition, Listing, Tile, condition_bar, read_asked, show_listing
from zhenshu.doors.desk.record_forms import RecordForm
from zhenshu.ground.areas.models import Area
from zhenshu.ground.packs.schema import DutyKind
from zhenshu.ground.people.models import User
from zhenshu.ground.people.scope import Scope
from zhenshu.registers.engines import duties
from zhenshu.registers.engines.duties import PLANNERS, OnDuty
from zhenshu.registers.engines.errors import EngineInvalidError, EngineNotFoundError
from zhenshu.registers.engines.models import DutyTurn

AHEAD = timedelta(days=31)
WEEKDAYS = "一二三四五六日"


class RosterForm(forms.Form):
    """For which area and days, and among whom, in the order in which they take turns."""

    first = forms.DateField(label=gettext_lazy("From"), widget=day_input())
    last = forms.DateField(label=gettext_lazy("To"), widget=day_input())

    def __init__(self, kind: DutyKind, scope: Scope, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        posts = [post for post in scope.posts if post.role in PLANNERS]
        area = Area.objects.get(pk=posts[0].area_id) if posts else None
        offered = duties.people_for(kind, area) if area else []
        self.fields["area"] = AreaField(scope, label=_("Area"), initial=str(area.pk) if area else "")
        self.fields["people"] = forms.MultipleChoiceField(
            label=_("Who takes turns"),
            choices=[(str(one.pk), one.name) for one in offered],
            widget=forms.CheckboxSelectMultiple,
        )
        self.order_fields(["area", "first", "last", "people"])


class StandInForm(forms.Form):
    """Who stands in for whom, or which turn is taken in exchange."""

    reason = forms.CharField(label=gettext_lazy("Why"), max_length=200)

    def __init__(self, turn: OnDuty, others: Sequence[OnDuty], people: Sequence[User], *args: Any) -> None:
        super().__init__(*args)
        mine = list(zip(turn.turn.people, turn.names, strict=True))
        theirs = [
            (f"{one.turn.pk}:{who}", f"{_day_words(one.turn)} {one.kind.shifts[one.turn.shift].name} {name}")
            for one in others
            for who, name in zip(one.turn.people, one.names, strict=True)
        ]
        self.fields["out"] = forms.ChoiceField(
            label=_("Who gives the turn away"), choices=[(str(who), name) for who, name in mine]
        )
        self.fields["into"] = forms.ChoiceField(
            label=_("Who stands in"),
            choices=[("", "–"), *((str(one.pk), one.name) for one in people)],
            required=False,
        )
        self.fields["other"] = forms.ChoiceField(
            label=_("Or in exchange for"), choices=[("", "–"), *theirs], required=False
        )
        self.order_fields(["out", "into", "other", "reason"])


class HandOverForm(forms.Form):
    """What those on duty leave to the next ones, besides what the pack asks."""

    note = forms.CharField(
        label=gettext_lazy("Hand-over note"),
        max_length=4000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
    )


class EventForm(forms.Form):
    """What happened on duty."""

    title = forms.CharField(label=gettext_lazy("What happened"), max_length=120)
    description = forms.CharField(
        label=gettext_lazy("Description"),
        max_length=4000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 4}),
    )


def duty_tiles(scope: Scope) -> list[Tile]:
    """Return who is on duty now and later today (今日值班), as tiles for any page."""
    now = timezone.now()
    return [
        Tile(
            f"{one.kind.name} · {one.kind.shifts[one.turn.shift].name}",
            "、".join(one.names),
            reverse("desk:duty_turn", args=[one.turn.pk]),
            icon="phone-call" if one.runs(now) else "clock",
            note=f"{one.begins:%H:%M}–{one.ends:%H:%M}",
        )
        for one in duties.on_duty(scope)
    ]


# ── the roster ────────────────────────────────────────────────────────────────────────────────────────


@page()
def list_turns(request: DeskRequest, code: str) -> HttpResponse:
    """Show the roster from today on, or of the days asked for."""
    kind = kind_or_404(code, DutyKind)
    conditions = [Condition("day", _("Days"), kind="dates")]
    asked = read_asked(request, ["day", "day_until"])
    first = asked.day("day") or timezone.localdate()
    last = asked.day("day_until") or first + AHEAD
    listing = Listing(
        name=kind.name,
        columns=[
            Column(title=_("Day")),
            Column(title=_("Weekday"), phone=False),
            Column(title=_("Shift")),
            Column(title=_("Time"), phone=False),
            Column(title=_("On duty"), width="wide"),
            Column(title=_("Area"), phone=False),
            Column(title=_("Hand-over note"), width="wide", phone=False),
        ],
        records=visible_between(kind, request.scope, first, last),
        rows=lambda some: _rows(some, kind),
        empty=_("No roster has been made for these days."),
    )
    new = Link(
        title=_("Make a roster"), url=reverse("desk:make_roster", args=[code]), icon="plus", active=True
    )
    return show_listing(
        request,
        listing,
        asked,
        bar=condition_bar(asked, conditions),
        breadcrumbs=trail(kind, "duties"),
        tiles=duty_tiles(request.scope),
        buttons=[new] if request.scope.has_role(PLANNERS) else [],
    )


def visible_between(kind: DutyKind, scope: Scope, first: Any, last: Any) -> Any:
    return duties.visible_turns(kind, scope).filter(day__range=(first, last))


def _rows(turns: Sequence[DutyTurn], kind: DutyKind) -> Iterable[Row]:
    for one in duties.described(list(turns), kind):
        turn = one.turn
        url = reverse("desk:duty_turn", args=[turn.pk])
        cells = [
            Cell(text=f"{turn.day:%Y-%m-%d}", url=url),
            Cell(text=WEEKDAYS[turn.day.weekday()]),
            Cell(text=kind.shifts[turn.shift].name),
            Cell(text=f"{one.begins:%H:%M}–{one.ends:%H:%M}"),
            Cell(text="、".join(one.names)),
            Cell(text=turn.area.name),
            Cell(text=turn.note[:80]),
        ]
        yield Row(cells=cells, url=url)


def _day_words(turn: DutyTurn) -> str:
    return f"{turn.day:%m-%d} {WEEKDAYS[turn.day.weekday()]}"


@page(roles=PLANNERS, methods=FORM)
def make_roster(request: DeskRequest, code: str) -> HttpResponse:
    """Make a roster over the working calendar; turns that stand already stay."""
    kind = kind_or_404(code, DutyKind)
    today = timezone.localdate()
    form = RosterForm(
        kind, request.scope, request.POST or None, initial={"first": today, "last": today + AHEAD}
    )
    if request.method == "POST" and form.is_valid():
        said = form.cleaned_data
        people = [int(pk) for pk in said["people"]]
        # An empty roster is an answer too: everything stood already.
        made = try_act(
            lambda: (
                duties.make_roster(kind, said["area"], said["first"], said["last"], people, by=request.scope),
            ),
            form,
        )
        if made:
            messages.success(request, _("Turns made: %(count)d.") % {"count": len(made[0])})
            return go_to(request, "desk:duties", code)
    title = _("Make a roster")
    return form_page(request, title, forms=[form], breadcrumbs=trail(kind, "duties", title))


# ── one turn ──────────────────────────────────────────────────────────────────────────────────────────


def turn_or_404(turn_id: int, scope: Scope) -> OnDuty:
    try:
        turn, kind = duties.find_turn(turn_id, scope)
    except EngineNotFoundError as error:
        raise Http404(str(error)) from error
    found = duties.described([turn], kind)
    if not found:
        raise Http404(turn_id)
    return found[0]


@page()
def show_turn(request: DeskRequest, turn_id: int) -> HttpResponse:
    """Show a turn: who stands it, what was handed over, what happened."""
    one = turn_or_404(turn_id, request.scope)
    turn, kind = one.turn, one.kind
    listing = Listing(
        name=f"{kind.name} {_day_words(turn)} {kind.shifts[turn.shift].name}",
        columns=[Column(title=_("Matter")), Column(title=_("What happened"), width="wide")],
        records=list(turn.events.select_related("case").order_by("pk")),
        rows=lambda some: (_event_row(event) for event in some),
        empty=_("Nothing happened on this turn."),
    )
    return show_listing(
        request,
        listing,
        read_asked(request, []),
        page_title=listing.name,
        breadcrumbs=trail(kind, "duties", _day_words(turn)),
        buttons=list(_buttons(one, request.scope)),
        extra="desk/engines/facts.html",
        facts=list(_facts(one)),
    )


def _event_row(event: Any) -> Row:
    url = reverse("desk:case", args=[event.case.number])
    return Row(cells=[Cell(text=event.case.number, url=url), Cell(text=event.case.title)], url=url)


def _facts(one: OnDuty) -> Iterable[tuple[str, str]]:
    turn = one.turn
    yield _("Time"), f"{one.begins:%Y-%m-%d %H:%M}–{one.ends:%m-%d %H:%M}"
    yield _("On duty"), "、".join(one.names)
    for code, field in one.kind.hand_over.items():
        yield field.name, str(turn.hand_over.get(code, ""))
    yield _("Hand-over note"), turn.note
    if turn.handed_over_at:
        who = turn.handed_over_by.name if turn.handed_over_by else ""
        yield _("Handed over"), f"{timezone.localtime(turn.handed_over_at):%Y-%m-%d %H:%M} {who}"


def _buttons(one: OnDuty, scope: Scope) -> Iterable[Link]:
    if scope.user_id not in one.turn.people and not scope.covers(one.turn.area.path, PLANNERS):
        return
    args = [one.turn.pk]
    if one.turn.day >= timezone.localdate():
        yield Link(title=_("Swap"), url=reverse("desk:swap_duty", args=args), icon="switch-horizontal")
    if one.turn.day <= timezone.localdate():
        if one.kind.raises:
            yield Link(title=_("Something happened"), url=reverse("desk:duty_event", args=args), icon="bell")
        yield Link(title=_("Hand over"), url=reverse("desk:hand_over", args=args), icon="notes", active=True)


@page(methods=FORM)
def swap_duty(request: DeskRequest, turn_id: int) -> HttpResponse:
    """Let somebody stand in, or exchange two turns."""
    one = turn_or_404(turn_id, request.scope)
    coming = visible_between(one.kind, request.scope, timezone.localdate(), one.turn.day + AHEAD)
    others = duties.described(coming.filter(area=one.turn.area).exclude(pk=turn_id), one.kind)
    people = duties.people_for(one.kind, one.turn.area)
    form = StandInForm(one, others, people, request.POST or None)
    sent = request.method == "POST" and form.is_valid()
    if sent and try_act(lambda: _swap(turn_id, form.cleaned_data, request.scope), form):
        messages.success(request, _("The roster is changed."))
        return go_to(request, "desk:duty_turn", turn_id)
    return form_page(
        request, _("Swap a turn"), forms=[form], breadcrumbs=trail(one.kind, "duties", _("Swap"))
    )


def _swap(turn_id: int, said: Any, scope: Scope) -> Any:
    out, reason = int(said["out"]), said["reason"]
    if bool(said["into"]) == bool(said["other"]):
        raise EngineInvalidError({"into": _("Name either who stands in or the turn in exchange.")})
    if said["into"]:
        return duties.replace(turn_id, out=out, into=int(said["into"]), reason=reason, by=scope)
    other, _colon, theirs = said["other"].partition(":")
    return duties.swap(turn_id, int(other), mine=out, theirs=int(theirs), reason=reason, by=scope)


@page(methods=FORM)
def hand_over(request: DeskRequest, turn_id: int) -> HttpResponse:
    """Write down what is left to the next ones."""
    one = turn_or_404(turn_id, request.scope)
    given = request.POST or None
    fields = RecordForm(one.kind.hand_over, given, scope=request.scope, values=one.turn.hand_over)
    form = HandOverForm(given, initial={"note": one.turn.note})
    if request.method == "POST" and form.is_valid():
        note = form.cleaned_data["note"]
        if try_act(lambda: duties.hand_over(turn_id, fields.typed(), note=note, by=request.scope), form):
            messages.success(request, _("Handed over."))
            return go_to(request, "desk:duty_turn", turn_id)
    title = _("Hand over")
    return form_page(request, title, forms=[fields, form], breadcrumbs=trail(one.kind, "duties", title))


@page(methods=FORM)
def duty_event(request: DeskRequest, turn_id: int) -> HttpResponse:
    """Open a matter for what happened on duty."""
    one = turn_or_404(turn_id, request.scope)
    form = EventForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        said = form.cleaned_data
        case = try_act(
            lambda: duties.open_event(turn_id, said["title"], said["description"], by=request.scope), form
        )
        if case:
            return go_to(request, "desk:case", case.number)
    title = _("Something happened")
    return form_page(request, title, forms=[form], breadcrumbs=trail(one.kind, "duties", title))
