"""Answers for everybody, at the desk: what can be published, what waits for a second person, what is out."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from django import forms
from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from zhenshu.doors.desk.access import FORM, DeskRequest, go_to, page
from zhenshu.doors.desk.components import Cell, Column, Link, Row
from zhenshu.doors.desk.context import OVERSEERS
from zhenshu.doors.desk.form_pages import attempt, form_page
from zhenshu.doors.desk.lists import Asked, Listing, condition_bar, crumbs, read_asked, show_listing
from zhenshu.ground.people.models import Role
from zhenshu.registers.cases.models import Case
from zhenshu.registers.cases.visibility import find_case, visible_cases
from zhenshu.registers.portal.errors import PublicationError
from zhenshu.registers.portal.models import Publication, PublicationState
from zhenshu.registers.portal.publishing import (
    DECIDERS,
    PROPOSERS,
    Wording,
    consent,
    propose,
    proposed_wording,
    publishable,
    refuse,
    withdraw,
)
from zhenshu.registers.portal.spots import KEEPERS

READERS = OVERSEERS | {Role.OFFICER}
FREE = "free"
TABS = {
    FREE: gettext_lazy("May be published"),
    PublicationState.PROPOSED: gettext_lazy("Waiting for consent"),
    PublicationState.PUBLISHED: gettext_lazy("Published"),
    PublicationState.REFUSED: gettext_lazy("Not published"),
    PublicationState.WITHDRAWN: gettext_lazy("Taken from the portal"),
}
STATES = {
    PublicationState.PROPOSED: "waiting", PublicationState.PUBLISHED: "confirmed",
    PublicationState.REFUSED: "failed", PublicationState.WITHDRAWN: "archived",
}  # fmt: skip


class WordingForm(forms.Form):
    """What everybody will read; persons are to be taken out."""

    title = forms.CharField(label=gettext_lazy("Title"), max_length=120)
    question = forms.CharField(
        label=gettext_lazy("Message"), widget=forms.Textarea(attrs={"rows": 5}), max_length=5000
    )
    answer = forms.CharField(
        label=gettext_lazy("The answer"), widget=forms.Textarea(attrs={"rows": 7}), max_length=5000
    )


@page(roles=READERS)
def list_answers(request: DeskRequest) -> HttpResponse:
    """Show the matters whose answer may be published, and what became of those put forward."""
    asked = read_asked(request, ["state"])
    here = asked.get("state") if asked.get("state") in TABS else FREE
    tabs = list(_tabs(request, asked, here))
    listing = _free(request) if here == FREE else _kept(request, here)
    return show_listing(
        request, listing, asked, bar=condition_bar(asked, [], views=tabs), buttons=list(_buttons(request))
    )


def _tabs(request: DeskRequest, asked: Asked, here: str) -> Iterable[Link]:
    for key, title in TABS.items():
        records = publishable(request.scope) if key == FREE else _seen(request, key)
        yield Link(title=str(title), url=asked.address(state=key), active=key == here, count=records.count())


def _buttons(request: DeskRequest) -> Iterable[Link]:
    yield Link(title=_("Open the portal"), url=reverse("portal:entrance"), icon="external-link")
    if request.scope.has_role(KEEPERS):
        yield Link(title=_("Signs with codes"), url=reverse("desk:spots"), icon="map-pin")


def _seen(request: DeskRequest, state: str) -> QuerySet[Publication]:
    seen = visible_cases(request.scope)
    found = Publication.objects.filter(state=state, case__in=seen).select_related(
        "case", "proposed_by", "decided_by"
    )
    return found.order_by("-proposed_at", "-pk")


def _free(request: DeskRequest) -> Listing:
    may = request.scope.has_role(PROPOSERS)
    cases = publishable(request.scope).select_related("lead_office").order_by("-answered_at", "-pk")

    def rows(some: Sequence[Case]) -> Iterable[Row]:
        for case in some:
            ask = reverse("desk:propose_answer", args=[case.number])
            yield Row(
                cells=[
                    Cell(text=case.title, url=reverse("desk:case", args=[case.number]), below=case.number),
                    Cell(text=case.lead_office.name if case.lead_office else ""),
                    Cell(text=_day(case.answered_at)),
                    Cell(text=_("Put forward") if may else "", url=ask if may else ""),
                ]
            )

    columns = [
        Column(title=_("Message"), width="wide"), Column(title=_("Answered by"), phone=False),
        Column(title=_("Answered on")), Column(title=""),
    ]  # fmt: skip
    empty = _("No answered message waits whose author agreed to publication.")
    return Listing(
        name=_("May be published"), columns=columns, records=cases, rows=rows, empty=empty, export=False
    )


def _kept(request: DeskRequest, state: str) -> Listing:
    def rows(some: Sequence[Publication]) -> Iterable[Row]:
        for one in some:
            yield Row(
                cells=[
                    Cell(
                        text=one.title,
                        url=reverse("desk:decide_answer", args=[one.pk]),
                        below=one.case.number,
                    ),
                    Cell(text=one.office),
                    Cell(text=one.proposed_by.name, below=_day(one.proposed_at)),
                    Cell(text=one.decided_by.name if one.decided_by else "–", below=_day(one.decided_at)),
                    Cell(text=one.get_state_display(), state=STATES[PublicationState(one.state)]),
                ]
            )

    columns = [
        Column(title=_("Message"), width="wide"), Column(title=_("Answered by"), phone=False),
        Column(title=_("Put forward by")), Column(title=_("Decided by")), Column(title=_("State")),
    ]  # fmt: skip
    return Listing(
        name=str(TABS[state]), columns=columns, records=_seen(request, state), rows=rows,
        empty=_("Nothing stands here yet."),
    )  # fmt: skip


def _day(moment: object) -> str:
    return f"{timezone.localtime(moment):%Y-%m-%d}" if moment else ""  # type: ignore[arg-type]


@page(roles=PROPOSERS, methods=FORM)
def propose_answer(request: DeskRequest, number: str) -> HttpResponse:
    """Word message and answer for everybody; the personal data that can be recognised is hidden already."""
    case = find_case(number, request.scope)
    words = proposed_wording(case)
    initial = {"title": words.title, "question": words.question, "answer": words.answer}
    form = WordingForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        wording = Wording(**form.cleaned_data)
        done = attempt(
            lambda: propose(number, wording, by=request.scope, at=timezone.now()), form, PublicationError
        )
        if done:
            messages.success(request, _("Put forward; another person consents."))
            return go_to(request, "desk:public_answers")
    way = crumbs((_("Portal"), "public_answers"), here=number)
    title = _("Put forward for publication: read every word, take out who can be recognised")
    return form_page(request, title, forms=[form], breadcrumbs=way, submit=_("Put forward"))


@page(roles=READERS, methods=FORM)
def decide_answer(request: DeskRequest, answer_id: int) -> HttpResponse:
    """Show an answer as everybody reads it; a second person publishes, refuses or takes it away."""
    one = Publication.objects.select_related("case", "proposed_by", "decided_by").filter(pk=answer_id).first()
    if one is None:
        return go_to(request, "desk:public_answers")
    find_case(one.case_id, request.scope)
    problem = _decide(request, one) if request.method == "POST" else ""
    if request.method == "POST" and not problem:
        messages.success(request, _("Done."))
        return go_to(request, "desk:decide_answer", one.pk)
    decides = request.scope.has_role(DECIDERS)
    context = {
        "page_title": one.title,
        "breadcrumbs": crumbs((_("Portal"), "public_answers"), here=one.case.number),
        "one": one,
        "state": STATES[PublicationState(one.state)],
        "problem": problem,
        "own": one.proposed_by_id == request.user.pk,
        "may_decide": decides and one.state == PublicationState.PROPOSED,
        "may_withdraw": decides and one.state == PublicationState.PUBLISHED,
    }
    return render(request, "portal/desk_answer.html", context, status=422 if problem else 200)


def _decide(request: DeskRequest, one: Publication) -> str:
    """Take the decision; return what is wrong with it, or nothing."""
    at, reason = timezone.now(), request.POST.get("reason", "")
    try:
        match request.POST.get("act"):
            case "consent":
                consent(one.pk, by=request.scope, at=at)
            case "refuse":
                refuse(one.pk, reason, by=request.scope, at=at)
            case "withdraw":
                withdraw(one.pk, reason, by=request.scope, at=at)
            case _other:
                return _("This is not possible here.")
    except PublicationError as error:
        return str(error)
    return ""
