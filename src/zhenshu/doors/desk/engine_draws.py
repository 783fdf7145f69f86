"""Draws at the desk: their numbered list, freezing a list, drawing, publishing, what was drawn."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from zhenshu.doors.desk.access import FORM, WRITING, DeskRequest, go_to, page
from zhenshu.doors.desk.components import Cell, Column, Link, Option, Row
from zhenshu.doors.desk.dossiers import title_for
from zhenshu.doors.desk.engine_parts import (
    OFFICERS,
    AreaField,
    ReasonForm,
    act_or_form,
    kind_or_404,
    leaves,
    trail,
)
from zhenshu.doors.desk.lists import Condition, Listing, condition_bar, read_asked, show_listing
from zhenshu.ground.packs.schema import DrawKind
from zhenshu.ground.people.models import User
from zhenshu.ground.people.scope import Scope
from zhenshu.registers.cases.errors import CaseError
from zhenshu.registers.dossiers.errors import DossierError
from zhenshu.registers.dossiers.visibility import visible_dossiers
from zhenshu.registers.engines import draws
from zhenshu.registers.engines.errors import EngineError, EngineNotFoundError
from zhenshu.registers.engines.kinds import full_code, subject_kind
from zhenshu.registers.engines.models import Draw, DrawnObject, DrawState


class FreezeForm(forms.Form):
    """Ground, time, where the seed comes from, and who must not go where."""

    period = forms.CharField(
        label=gettext_lazy("Period"), max_length=30, help_text=gettext_lazy("Such as 2024-Q2 or 2024-05")
    )
    seed_source = forms.CharField(
        label=gettext_lazy("Source of the seed"),
        max_length=200,
        help_text=gettext_lazy(
            "A public number nobody knows yet, such as the lottery's of the day of the draw"
        ),
    )
    conflicts = forms.CharField(
        label=gettext_lazy("Who must not go where"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=gettext_lazy("One a line: the inspector's name, a space, the number of the dossier"),
    )
    reason = forms.CharField(
        label=gettext_lazy("Why it is drawn again"), max_length=200, required=False,
        help_text=gettext_lazy("Only for a second draw of the same time and ground"),
    )  # fmt: skip

    def __init__(self, kind: DrawKind, scope: Scope, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.kind, self.scope = kind, scope
        before = [
            (str(one.pk), f"{one.number} · {one.period}") for one in draws.visible_draws(kind, scope)[:50]
        ]
        self.fields["area"] = AreaField(scope, label=_("Area"))
        self.fields["repeats"] = forms.ChoiceField(
            label=_("Repeats draw"), required=False, choices=[("", _("None, it is the first")), *before]
        )
        self.order_fields(["area", "period", "seed_source", "conflicts", "repeats", "reason"])

    def clean_conflicts(self) -> frozenset[tuple[int, int]]:
        """Return pairs of user and dossier; a line that names nobody or nothing is refused."""
        lines = [line.split() for line in self.cleaned_data["conflicts"].splitlines() if line.strip()]
        return frozenset(self._conflict(parts) for parts in lines)

    def _conflict(self, parts: Sequence[str]) -> tuple[int, int]:
        name, number = parts[0], parts[1] if len(parts) > 1 else ""
        users = list(User.objects.filter(name=name, is_active=True).values_list("pk", flat=True)[:2])
        seen = visible_dossiers(self.scope).filter(kind=full_code(self.kind, self.kind.of))
        if len(users) != 1 or not number.isdigit() or not seen.filter(pk=int(number)).exists():
            raise forms.ValidationError(
                _("“%(line)s” names no inspector and dossier.") % {"line": " ".join(parts)}
            )
        return users[0], int(number)

    def draft(self) -> draws.DrawDraft:
        """Return what was entered as the register takes it."""
        said = self.cleaned_data
        repeats = int(said["repeats"]) if said["repeats"] else None
        words = {name: said[name] for name in ("area", "period", "seed_source", "conflicts", "reason")}
        return draws.DrawDraft(**words, repeats=repeats)


class SeedForm(forms.Form):
    """The seed, taken from the source that was named."""

    seed = forms.CharField(
        label=gettext_lazy("Seed"), max_length=200, required=False,
        help_text=gettext_lazy("Left empty, one is rolled and published with the result"),
    )  # fmt: skip


# ── the list ──────────────────────────────────────────────────────────────────────────────────────────


@page()
def list_draws(request: DeskRequest, code: str) -> HttpResponse:
    """Show every draw of a kind by number, repeated and cancelled ones among them."""
    kind = kind_or_404(code, DrawKind)
    states = [Option(value=str(state), title=str(DrawState(state).label)) for state in DrawState]
    conditions = [Condition("state", _("State"), options=states)]
    asked = read_asked(request, ["state"])
    found = draws.visible_draws(kind, request.scope)
    listing = Listing(
        name=kind.name,
        columns=[
            Column(title=_("No."), numeric=True),
            Column(title=_("Period")),
            Column(title=_("Area")),
            Column(title=_("State")),
            Column(title=_("Drawn on"), phone=False),
            Column(title=_("Publish by"), phone=False),
            Column(title=_("Published"), phone=False),
            Column(title=_("Reason"), width="wide", phone=False),
        ],
        records=found.filter(state=asked.get("state")) if asked.get("state") else found,
        rows=_draw_rows,
        empty=_("Nothing has been drawn yet."),
    )
    new = Link(
        title=_("Freeze a list"), url=reverse("desk:freeze_draw", args=[code]), icon="plus", active=True
    )
    return show_listing(
        request,
        listing,
        asked,
        bar=condition_bar(asked, conditions),
        breadcrumbs=trail(kind, "draws"),
        buttons=[new] if request.scope.has_role(OFFICERS) else [],
    )


def _draw_rows(some: Sequence[Draw]) -> Iterable[Row]:
    today = timezone.localdate()
    for one in some:
        url = reverse("desk:draw", args=[one.pk])
        late = bool(one.publish_due and not one.published_on and one.publish_due < today)
        again = _("repeats draw %(number)s") % {"number": one.repeats.number} if one.repeats else ""
        cells = [
            Cell(text=str(one.number), url=url),
            Cell(text=one.period, below=again),
            Cell(text=one.area.name),
            Cell(text=str(DrawState(one.state).label)),
            Cell(text=_day(one.drawn_on)),
            Cell(text=_day(one.publish_due), state="overdue" if late else ""),
            Cell(text=_day(one.published_on)),
            Cell(text=one.reason),
        ]
        yield Row(cells=cells, url=url)


def _day(day: Any) -> str:
    return f"{day:%Y-%m-%d}" if day else ""


# ── one draw ──────────────────────────────────────────────────────────────────────────────────────────


def draw_or_404(draw_id: int, scope: Scope) -> tuple[Draw, DrawKind]:
    try:
        return draws.find_draw(draw_id, scope)
    except EngineNotFoundError as error:
        raise Http404(str(error)) from error


@page()
def show_draw(request: DeskRequest, draw_id: int) -> HttpResponse:
    """Show a draw: its list's digest, its seed, what was drawn, and that it can be worked out again."""
    draw, kind = draw_or_404(draw_id, request.scope)
    asked = read_asked(request, [])
    drawn = list(draw.objects_drawn.select_related("subject__area", "case").order_by("place"))
    listing = Listing(
        name=f"{kind.name} {draw.number}",
        columns=[
            Column(title=_("Place"), numeric=True),
            Column(title=_("Object"), width="wide"),
            Column(title=_("Number of dossier"), numeric=True, phone=False),
            Column(title=_("Group")),
            Column(title=_("Inspectors")),
            Column(title=_("Matter")),
        ],
        records=drawn,
        rows=lambda some: _object_rows(some, kind, request.scope),
        empty=_("Nothing is drawn yet; the list is frozen."),
        export=leaves(kind, kind.of),
        size=500,
    )
    return show_listing(
        request,
        listing,
        asked,
        page_title=listing.name,
        breadcrumbs=trail(kind, "draws", str(draw.number)),
        buttons=list(_buttons(draw, kind, drawn, request.scope)),
        extra="desk/engines/facts.html",
        facts=list(_facts(draw, kind)),
    )


def _object_rows(drawn: Sequence[DrawnObject], kind: DrawKind, scope: Scope) -> Iterable[Row]:
    names = draws.names_of_users(one.inspectors for one in drawn)
    field = subject_kind(kind, kind.of).fields.get(kind.by)
    for one in drawn:
        number = one.case.number if one.case else ""
        cells = [
            Cell(text=str(one.place)),
            Cell(text=title_for(one.subject, scope), url=reverse("desk:dossier", args=[one.subject_id])),
            Cell(text=str(one.subject_id)),
            Cell(text=field.options.get(one.group, one.group) if field else one.group),
            Cell(text="、".join(names.get(pk, str(pk)) for pk in one.inspectors)),
            Cell(text=number, url=reverse("desk:case", args=[number]) if number else ""),
        ]
        yield Row(cells=cells)


def _facts(draw: Draw, kind: DrawKind) -> Iterable[tuple[str, str]]:
    yield _("Period"), draw.period
    yield _("Area"), draw.area.name
    yield _("State"), str(DrawState(draw.state).label)
    if draw.repeats:
        yield _("Repeats draw"), str(draw.repeats.number)
    if draw.reason:
        yield _("Reason"), draw.reason
    yield _("On the frozen list"), str(len(draw.frozen["objects"]))
    yield _("SHA-256 of the list"), draw.digest
    yield _("Frozen at"), f"{timezone.localtime(draw.frozen_at):%Y-%m-%d %H:%M}"
    yield _("Source of the seed"), draw.seed_source
    if draw.state == DrawState.DRAWN:
        yield _("Seed"), draw.seed
        yield _("Drawn on"), _day(draw.drawn_on)
        yield _("Publish by"), _day(draw.publish_due)
        yield _("Published"), _day(draw.published_on)
        yield (
            _("Worked out again"),
            _("the same") if draws.work_out_again(draw) else _("something else comes out"),
        )
    yield (
        _("How to work it out"),
        _(
            "Each object gets the SHA-256 of seed|digest|day|number; the smallest of each group are drawn. "
            "Inspectors: the smallest of seed|digest|day|number|inspector."
        ),
    )
    yield _("Basis"), kind.basis


def _buttons(draw: Draw, kind: DrawKind, drawn: Sequence[DrawnObject], scope: Scope) -> Iterable[Link]:
    if not scope.has_role(OFFICERS):
        return
    if draw.state == DrawState.FROZEN:
        yield Link(title=_("Cancel"), url=reverse("desk:cancel_draw", args=[draw.pk]), icon="x")
        yield Link(
            title=_("Draw"), url=reverse("desk:hold_draw", args=[draw.pk]), icon="arrows-shuffle", active=True
        )
    if draw.state == DrawState.DRAWN and not draw.published_on:
        yield Link(
            title=_("Published today"),
            url=reverse("desk:publish_draw", args=[draw.pk]),
            icon="send",
            post=True,
        )
    if kind.raises and any(one.case_id is None for one in drawn):
        url = reverse("desk:draw_cases", args=[draw.pk])
        yield Link(title=_("Open the inspections"), url=url, icon="inbox", post=True)


# ── acts ──────────────────────────────────────────────────────────────────────────────────────────────


@page(roles=OFFICERS, methods=FORM)
def freeze_draw(request: DeskRequest, code: str) -> HttpResponse:
    """Freeze the list of a draw before any seed is known."""
    kind = kind_or_404(code, DrawKind)
    form = FreezeForm(kind, request.scope, request.POST or None)
    title = _("Freeze a list")
    return act_or_form(
        request,
        form,
        lambda _said: draws.freeze(kind, form.draft(), by=request.scope),
        title=title,
        way=trail(kind, "draws", title),
        words=lambda made: _("The list of draw %(number)s is frozen.") % {"number": made.number},
        to=lambda made: go_to(request, "desk:draw", made.pk),
    )


@page(roles=OFFICERS, methods=FORM)
def hold_draw(request: DeskRequest, draw_id: int) -> HttpResponse:
    """Draw from the frozen list, once."""
    draw, kind = draw_or_404(draw_id, request.scope)
    form = SeedForm(request.POST or None)
    return act_or_form(
        request,
        form,
        lambda said: draws.hold_draw(draw.pk, seed=said["seed"], by=request.scope),
        title=_("Draw %(number)s: give the seed") % {"number": draw.number},
        way=trail(kind, "draws", _("Draw")),
        to=lambda _made: go_to(request, "desk:draw", draw.pk),
        submit=_("Draw"),
    )


@page(roles=OFFICERS, methods=FORM)
def cancel_draw(request: DeskRequest, draw_id: int) -> HttpResponse:
    """Cancel a draw whose list is frozen; it stays in the list."""
    draw, kind = draw_or_404(draw_id, request.scope)
    form = ReasonForm(request.POST or None)
    return act_or_form(
        request,
        form,
        lambda said: draws.cancel(draw.pk, reason=said["reason"], by=request.scope),
        title=_("Cancel draw %(number)s") % {"number": draw.number},
        way=trail(kind, "draws", _("Cancel")),
        to=lambda _made: go_to(request, "desk:draw", draw.pk),
    )


@page(roles=OFFICERS, methods=WRITING)
def publish_draw(request: DeskRequest, draw_id: int) -> HttpResponse:
    """Note that the result was made public today."""
    try:
        draws.publish(draw_id, on=timezone.localdate(), by=request.scope)
    except (EngineError, DossierError) as error:
        messages.error(request, str(error))
    return go_to(request, "desk:draw", draw_id)


@page(roles=OFFICERS, methods=WRITING)
def draw_cases(request: DeskRequest, draw_id: int) -> HttpResponse:
    """Open an inspection for each drawn object that has none."""
    try:
        opened = len(draws.open_cases(draw_id, by=request.scope))
    except (EngineError, DossierError, CaseError) as error:
        messages.error(request, str(error))
    else:
        words = ngettext("%(count)d matter is opened.", "%(count)d matters are opened.", opened) % {
            "count": opened
        }
        messages.success(request, words)
    return go_to(request, "desk:draw", draw_id)
