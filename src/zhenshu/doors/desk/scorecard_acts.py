"""Forms of scorecards: begin, enter points, publish, withdraw, make final, object, answer, print."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from zhenshu.doors.desk.access import FORM, WRITING, DeskRequest, go_to, page
from zhenshu.doors.desk.components import Cell, Column, Link, Row
from zhenshu.doors.desk.context import OFFICE_ROLES
from zhenshu.doors.desk.form_pages import attempt, form_page
from zhenshu.doors.desk.indicator_pages import number_words
from zhenshu.doors.desk.lists import Listing, crumbs, read_asked, show_listing
from zhenshu.doors.desk.scorecard_view import (
    asked_period,
    find_card,
    home_town,
    plain_context,
    points_words,
    shown_of,
    value_words,
)
from zhenshu.ground.worktime.periods import parse_period
from zhenshu.measures.scorecards import acts, appeals
from zhenshu.measures.scorecards.compute import compute_now
from zhenshu.measures.scorecards.content import standing_of
from zhenshu.measures.scorecards.errors import (
    ScorecardError,
    ScorecardNotAllowedError,
    ScorecardNotFoundError,
)
from zhenshu.measures.scorecards.history import Changed, changes_since
from zhenshu.measures.scorecards.models import Appeal, Scorecard, State
from zhenshu.measures.scorecards.rights import (
    find_scorecard,
    may_answer,
    may_keep,
    may_mark,
    visible_scorecards,
)
from zhenshu.measures.scorecards.standing import Item, Result
from zhenshu.measures.scorecards.units import card_kind

UPHELD, REFUSED = "upheld", "refused"


class VersionForm(forms.Form):
    """Carries the version a person saw through a form."""

    version = forms.IntegerField(widget=forms.HiddenInput)


class ReasonForm(VersionForm):
    reason = forms.CharField(
        label=gettext_lazy("Reason"), max_length=300, widget=forms.Textarea(attrs={"rows": 3})
    )


class MarkForm(forms.Form):
    points = forms.DecimalField(
        label=gettext_lazy("Points earned"), min_value=0, max_digits=8, decimal_places=2
    )
    reason = forms.CharField(
        label=gettext_lazy("Reason"), max_length=300, widget=forms.Textarea(attrs={"rows": 3})
    )
    signer = forms.CharField(label=gettext_lazy("Signer"), max_length=80)


class ObjectionForm(forms.Form):
    reason = forms.CharField(
        label=gettext_lazy("What is wrong, and what proves it"),
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 4}),
    )


class AnswerForm(forms.Form):
    decision = forms.ChoiceField(
        label=gettext_lazy("Decision"),
        choices=[(UPHELD, gettext_lazy("Upheld")), (REFUSED, gettext_lazy("Not upheld"))],
        widget=forms.RadioSelect,
    )
    points = forms.DecimalField(
        label=gettext_lazy("Corrected points"), min_value=0, max_digits=8, decimal_places=2, required=False
    )
    answer = forms.CharField(
        label=gettext_lazy("Answer given"), max_length=500, widget=forms.Textarea(attrs={"rows": 4})
    )

    def clean(self) -> dict[str, Any]:
        said = super().clean() or {}
        if said.get("decision") == UPHELD and said.get("points") is None:
            self.add_error("points", _("Say how many points are right."))
        return said


# ── keeping a card ────────────────────────────────────────────────────────────────────────────────────


@page(roles=OFFICE_ROLES, methods=WRITING)
def begin_scorecard(request: DeskRequest, code: str) -> HttpResponse:
    """Begin the scorecard of a period."""
    card = find_card(code)
    period = asked_period(request, card)
    try:
        acts.begin(code, home_town(request.scope), period, by=request.scope)
    except ScorecardNotAllowedError as error:
        raise PermissionDenied(str(error)) from error
    except ScorecardError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, _("The scorecard is begun; enter what is given by hand, then publish it."))
    return go_to(request, f"{reverse('desk:scorecard', args=[code])}?period={period.key}")


@page(roles=OFFICE_ROLES, methods=FORM)
def publish_scorecard(request: DeskRequest, scorecard_id: int) -> HttpResponse:
    """Publish a draft after a second look at it."""
    edition = _kept(request, scorecard_id)
    form = VersionForm(request.POST or None, initial={"version": edition.version})

    def act() -> Scorecard:
        return acts.publish(edition, version=form.cleaned_data["version"], by=request.scope)

    if request.method == "POST" and form.is_valid() and attempt(act, form, ScorecardError) is not None:
        messages.success(request, _("The scores are published and sealed; units may object now."))
        return _to_board(request, edition)
    result = compute_now(edition)
    context = {
        "page_title": _("Publish: %(title)s") % {"title": _title(edition)},
        "breadcrumbs": crumbs((_("Assessment"), "scorecards"), here=_title(edition)),
        "form": form,
        "edition": edition,
        "result": result,
        "open_marks": list(_open_marks(result)),
        "appeal_days": card_kind(edition.kind).appeal_days,
        "board_url": _board_url(edition),
    }
    return render(request, "desk/scorecards/publish.html", context, status=422 if form.errors else 200)


def _open_marks(result: Result) -> Iterable[str]:
    """Yield the items given by hand that have no points yet, with how many units."""
    for item in result.items:
        waiting = sum(one.scores[item.code].points is None for one in result.scored)
        if item.way == "given" and waiting:
            yield _("%(item)s: %(count)d units without points; it is left out of their sum") % {
                "item": item.name,
                "count": waiting,
            }


@page(roles=OFFICE_ROLES, methods=FORM)
def withdraw_scorecard(request: DeskRequest, scorecard_id: int) -> HttpResponse:
    """Withdraw an edition with the reason; the period may be begun anew."""
    edition = _kept(request, scorecard_id)
    form = ReasonForm(request.POST or None, initial={"version": edition.version})
    return _form(
        request, edition, form, lambda: acts.withdraw(edition, by=request.scope, **form.cleaned_data),
        _("Withdraw: %(title)s") % {"title": _title(edition)},
        _("Withdrawn; what was published stays readable."),
    )  # fmt: skip


@page(roles=OFFICE_ROLES, methods=FORM)
def close_scorecard(request: DeskRequest, scorecard_id: int) -> HttpResponse:
    """Make an edition final."""
    edition = _kept(request, scorecard_id)
    form = VersionForm(request.POST or None, initial={"version": edition.version})
    return _form(
        request, edition, form, lambda: acts.close(edition, by=request.scope, **form.cleaned_data),
        _("Make final: %(title)s") % {"title": _title(edition)}, _("The scorecard is final."),
    )  # fmt: skip


@page(roles=OFFICE_ROLES, methods=FORM)
def mark_score(request: DeskRequest, scorecard_id: int, unit_id: int, item_code: str) -> HttpResponse:
    """Enter the points of one item of one unit, with reason and signer."""
    edition = _find(request, scorecard_id)
    card = card_kind(edition.kind)
    if item_code not in card.items or card.items[item_code].way != "given":
        raise Http404
    if not may_mark(request.scope, card, item_code, edition.area):
        raise PermissionDenied
    mark = edition.marks.filter(unit_id=unit_id, item=item_code, replaced_by=None).first()
    initial = {"points": mark.points, "reason": mark.reason, "signer": mark.signer} if mark else {}
    form = MarkForm(request.POST or None, initial=initial or {"signer": request.scope.name})
    item = card.items[item_code]
    return _form(
        request, edition, form,
        lambda: acts.enter_mark(edition, unit_id, item_code, by=request.scope, **form.cleaned_data),
        _("%(unit)s · %(item)s, full mark %(full)s")
        % {"unit": _unit_name(edition, unit_id), "item": item.name, "full": f"{item.full:g}"},
        _("The points are entered."),
    )  # fmt: skip


def _unit_name(edition: Scorecard, unit_id: int) -> str:
    mine = (
        compute_now(edition).unit(unit_id)
        if edition.state == State.DRAFT
        else standing_of(edition).unit(unit_id)
    )
    if mine is None:
        raise Http404
    return mine.unit.name


# ── objections ────────────────────────────────────────────────────────────────────────────────────────


@page(roles=OFFICE_ROLES, methods=FORM)
def object_to_score(request: DeskRequest, scorecard_id: int, unit_id: int, item_code: str) -> HttpResponse:
    """Object to a published score for one's own unit."""
    edition = _find(request, scorecard_id)
    if not appeals.may_object(edition, unit_id, request.scope):
        raise PermissionDenied(_("Only the unit itself objects, within the days set."))
    mine = standing_of(edition).unit(unit_id)
    item = next((one for one in standing_of(edition).items if one.code == item_code), None)
    if mine is None or item is None:
        raise Http404
    form = ObjectionForm(request.POST or None)
    words = {"unit": mine.unit.name, "item": item.name, "points": points_words(mine.scores[item_code].points)}
    return _form(
        request, edition, form,
        lambda: appeals.object_to(edition, unit_id, item_code, by=request.scope, **form.cleaned_data),
        _("Object: %(unit)s · %(item)s, %(points)s points") % words,
        _("The objection is sent; somebody else answers it."),
    )  # fmt: skip


@page(roles=OFFICE_ROLES, methods=FORM)
def answer_appeal(request: DeskRequest, appeal_id: int) -> HttpResponse:
    """Answer an objection: upheld with corrected points, or not, always with the reason."""
    visible = visible_scorecards(request.scope).values("pk")
    rows = Appeal.objects.select_related("scorecard__area").filter(scorecard_id__in=visible)
    appeal = rows.filter(pk=appeal_id).first()
    if appeal is None:
        raise Http404
    if not may_answer(request.scope, appeal):
        raise PermissionDenied(_("Somebody else answers: never who objected, nor anybody of that unit."))
    form = AnswerForm(request.POST or None)

    def act() -> Appeal:
        said = form.cleaned_data
        if said["decision"] == UPHELD:
            return appeals.uphold(appeal, said["points"], answer=said["answer"], by=request.scope)
        return appeals.refuse(appeal, answer=said["answer"], by=request.scope)

    words = {"unit": appeal.unit_name, "reason": appeal.reason}
    return _form(
        request, appeal.scorecard, form, act, _("%(unit)s objects: %(reason)s") % words,
        _("The objection is answered."),
    )  # fmt: skip


@page(roles=OFFICE_ROLES)
def list_appeals(request: DeskRequest, scorecard_id: int) -> HttpResponse:
    """Show the objections to an edition with their answers."""
    edition = _find(request, scorecard_id)
    items = {one["code"]: one["name"] for one in edition.content.get("items", ())}
    listing = Listing(
        name=_("Objections"),
        columns=[
            Column(title=_("Unit")),
            Column(title=_("Scored item")),
            Column(title=_("Objection"), width="wide"),
            Column(title=_("Points earned"), numeric=True),
            Column(title=_("State")),
            Column(title=_("Answer given"), width="wide", phone=False),
        ],
        records=edition.appeals.order_by("-raised_at"),
        rows=lambda some: [_appeal_row(one, edition, items) for one in some],
        empty=_("No unit has objected."),
        numbered=True,
    )
    return show_listing(
        request,
        listing,
        read_asked(request, ()),
        breadcrumbs=_trail(edition, _("Objections")),
        page_note=_title(edition),
    )


def _appeal_row(appeal: Appeal, edition: Scorecard, items: dict[str, str]) -> Row:
    path = reverse("desk:score", args=[edition.kind, appeal.unit_id, appeal.item])
    url = f"{path}?period={edition.period}"
    points = points_words(appeal.before)
    if appeal.points is not None:
        points = f"{points} → {points_words(appeal.points)}"
    return Row(
        url=url,
        cells=[
            Cell(text=appeal.unit_name, url=url),
            Cell(text=items.get(appeal.item, appeal.item)),
            Cell(
                text=appeal.reason,
                below=f"{appeal.raised_by} {timezone.localtime(appeal.raised_at):%Y-%m-%d}",
            ),
            Cell(text=points),
            Cell(state="waiting" if appeal.state == "open" else "closed", text=appeal.get_state_display()),
            Cell(text=appeal.answer, below=appeal.answered_by),
        ],
    )


@page(roles=OFFICE_ROLES)
def list_changes(request: DeskRequest, scorecard_id: int) -> HttpResponse:
    """Show the published scores that the records tell otherwise now."""
    edition = _find(request, scorecard_id)
    if not edition.content:
        raise Http404
    items = {item.code: item for item in standing_of(edition).items}
    listing = Listing(
        name=_("Changed since publication"),
        columns=[
            Column(title=_("Unit")),
            Column(title=_("Scored item")),
            Column(title=_("Published"), numeric=True),
            Column(title=_("Now"), numeric=True),
            Column(title=_("Value then"), numeric=True, phone=False),
            Column(title=_("Value now"), numeric=True, phone=False),
            Column(title=_("Note"), phone=False),
        ],
        records=changes_since(edition),
        rows=lambda some: [_changed_row(one, edition, items[one.item]) for one in some],
        empty=_("The records tell what was published."),
        numbered=True,
    )
    note = _("What was published does not change; a unit may object, and the answer corrects it visibly.")
    return show_listing(
        request, listing, read_asked(request, ()), note=note, page_note=_title(edition),
        breadcrumbs=_trail(edition, _("Changed since publication")),
    )  # fmt: skip


def _changed_row(one: Changed, edition: Scorecard, item: Item) -> Row:
    url = f"{reverse('desk:score', args=[edition.kind, one.unit.id, one.item])}?period={edition.period}"
    return Row(
        url=url,
        cells=[
            Cell(text=one.unit.name, url=url),
            Cell(text=item.name),
            Cell(text=points_words(one.then.points)),
            Cell(text=points_words(one.now.points)),
            Cell(text=value_words(one.then, item)),
            Cell(text=value_words(one.now, item)),
            Cell(text=_("defined otherwise now") if one.redefined else ""),
        ],
    )


# ── paper ─────────────────────────────────────────────────────────────────────────────────────────────


@page(roles=OFFICE_ROLES)
def print_scorecard(request: DeskRequest, code: str) -> HttpResponse:
    """Show the bulletin (通报) of a period as a sheet of paper."""
    shown = shown_of(request, code)
    context = {
        **plain_context(shown),
        "page_title": shown.title,
        "rows": [
            (one, [points_words(one.scores[item.code].points) for item in shown.result.items])
            for one in shown.result.scored
        ],
        "items": [(item.name, number_words(item.full)) for item in shown.result.items],
        "paper": "a4",
    }
    return render(request, "desk/scorecards/print.html", context)


# ── around every form ─────────────────────────────────────────────────────────────────────────────────


def _find(request: DeskRequest, scorecard_id: int) -> Scorecard:
    try:
        return find_scorecard(scorecard_id, request.scope)
    except ScorecardNotFoundError as error:
        raise Http404(str(error)) from error


def _kept(request: DeskRequest, scorecard_id: int) -> Scorecard:
    """Return an edition that this person keeps."""
    edition = _find(request, scorecard_id)
    if not may_keep(request.scope, card_kind(edition.kind), edition.area):
        raise PermissionDenied
    return edition


def _form(
    request: DeskRequest,
    edition: Scorecard,
    form: forms.Form,
    act: Callable[[], object],
    title: str,
    done: str,
) -> HttpResponse:
    """Draw a form, or do what it asks and go back to the board."""
    if request.method == "POST" and form.is_valid() and attempt(act, form, ScorecardError) is not None:
        messages.success(request, done)
        return _to_board(request, edition)
    return form_page(
        request, title, forms=[form], breadcrumbs=_trail(edition, title), page_note=_title(edition)
    )


def _title(edition: Scorecard) -> str:
    name = str(edition.content.get("name") or card_kind(edition.kind).name)
    return f"{name} · {parse_period(edition.period).name_zh}"


def _trail(edition: Scorecard, here: str) -> list[Link]:
    board = Link(title=_title(edition), url=_board_url(edition))
    return [Link(title=_("Assessment"), url=reverse("desk:scorecards")), board, Link(title=here[:40])]


def _board_url(edition: Scorecard) -> str:
    return f"{reverse('desk:scorecard', args=[edition.kind])}?period={edition.period}"


def _to_board(request: DeskRequest, edition: Scorecard) -> HttpResponse:
    return go_to(request, _board_url(edition))
