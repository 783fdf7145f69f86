"""Matches at the desk: who fits which clause or offer, why, and what came of it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any
from urllib.parse import urlencode

from django import forms
from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from zhenshu.doors.desk.access import FORM, DeskRequest, go_to, page
from zhenshu.doors.desk.components import Cell, Column, Link, Option, Row
from zhenshu.doors.desk.dossiers import title_for
from zhenshu.doors.desk.engine_parts import KEEPERS, act_or_form, kind_or_404, leaves, named, trail
from zhenshu.doors.desk.lists import Asked, Condition, Listing, condition_bar, read_asked, show_listing
from zhenshu.ground.packs.schema import MatchKind
from zhenshu.ground.people.scope import Scope
from zhenshu.registers.dossiers.visibility import find_dossier
from zhenshu.registers.engines import matches
from zhenshu.registers.engines.kinds import subject_kind
from zhenshu.registers.engines.matches import Found
from zhenshu.registers.engines.models import MatchState

UNTOUCHED = "none"


class TakeUpForm(forms.Form):
    """What came of a match, and whether a matter is opened for it."""

    state = forms.ChoiceField(
        label=gettext_lazy("What came of it"), choices=MatchState.choices, widget=forms.RadioSelect
    )
    note = forms.CharField(label=gettext_lazy("Note"), max_length=200, required=False)

    def __init__(self, kind: MatchKind, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if kind.raises:
            self.fields["opens"] = forms.BooleanField(label=_("Open a matter for it"), required=False)


@page()
def list_matches(request: DeskRequest, code: str) -> HttpResponse:
    """Show every match of today's records with its reasons."""
    kind = kind_or_404(code, MatchKind)
    states = [Option(value=str(state), title=str(MatchState(state).label)) for state in MatchState]
    conditions = [
        Condition("state", _("State"), options=[Option(value=UNTOUCHED, title=_("Not taken up")), *states])
    ]
    if kind.clauses:
        clauses = [Option(value=key, title=name) for key, name in named(kind.clauses)]
        conditions.insert(0, Condition("clause", _("Clause"), options=clauses))
    asked = read_asked(request, ["clause", "state"])
    listing = Listing(
        name=kind.name,
        columns=_clause_columns() if kind.clauses else _pair_columns(),
        records=[one for one in matches.find_matches(kind, request.scope) if _fits(one, asked)],
        rows=lambda some: _rows(some, kind, request.scope),
        empty=_("Nothing fits today."),
        export=leaves(kind, kind.need, kind.offer),
    )
    bar = condition_bar(asked, conditions)
    return show_listing(request, listing, asked, bar=bar, breadcrumbs=trail(kind, "matches"))


def _clause_columns() -> list[Column]:
    return [
        Column(title=_("Dossier"), width="wide"),
        Column(title=_("Clause"), width="wide"),
        Column(title=_("Amount"), numeric=True),
        Column(title=_("Unit"), phone=False),
        Column(title=_("Until"), phone=False),
        Column(title=_("Basis"), width="wide", phone=False),
        Column(title=_("What came of it")),
    ]


def _pair_columns() -> list[Column]:
    return [
        Column(title=_("Need"), width="wide"),
        Column(title=_("Offer"), width="wide"),
        Column(title=_("Score"), numeric=True, unit="%"),
        Column(title=_("Agrees in")),
        Column(title=_("Differs in"), phone=False),
        Column(title=_("What came of it")),
    ]


def _fits(one: Found, asked: Asked) -> bool:
    clause, state = asked.get("clause"), asked.get("state")
    held = one.done.state if one.done else UNTOUCHED
    return (not clause or (one.clause is not None and one.clause.code == clause)) and (
        not state or held == state
    )


def _rows(found: Sequence[Found], kind: MatchKind, scope: Scope) -> Iterable[Row]:
    fields = subject_kind(kind, kind.need).fields
    for one in found:
        done = str(MatchState(one.done.state).label) if one.done else ""
        number = one.done.case.number if one.done and one.done.case else ""
        last = Cell(text=done, below=number)
        need = Cell(text=title_for(one.need, scope), url=reverse("desk:dossier", args=[one.need.pk]))
        middle = _clause_cells(one) if one.clause else _pair_cells(one, fields, scope)
        action = Link(title=_("Take up"), url=_take_up_url(kind, one))
        yield Row(cells=[need, *middle, last], actions=[action] if scope.has_role(KEEPERS) else [])


def _clause_cells(one: Found) -> list[Cell]:
    assert one.clause is not None
    amount = f"{one.clause.amount:g}" if one.clause.amount is not None else ""
    return [
        Cell(text=one.clause.name),
        Cell(text=amount),
        Cell(text=one.clause.unit),
        Cell(text=one.clause.until),
        Cell(text=one.clause.basis),
    ]


def _pair_cells(one: Found, fields: Any, scope: Scope) -> list[Cell]:
    assert one.offer is not None
    assert one.pair is not None

    def names(codes: Iterable[str]) -> str:
        return "、".join(fields[code].name if code in fields else code for code in codes)

    return [
        Cell(text=title_for(one.offer, scope), url=reverse("desk:dossier", args=[one.offer.pk])),
        Cell(text=str(round(one.pair.score * 100))),
        Cell(text=names(one.pair.equal)),
        Cell(text=names(one.pair.unequal)),
    ]


def _take_up_url(kind: MatchKind, one: Found) -> str:
    said = {"clause": one.clause.code} if one.clause else {"offer": one.offer.pk if one.offer else ""}
    return f"{reverse('desk:take_up_match', args=[kind.full_code, one.need.pk])}?{urlencode(said)}"


@page(roles=KEEPERS, methods=FORM)
def take_up_match(request: DeskRequest, code: str, need_id: int) -> HttpResponse:
    """Note what came of a match; where the pack says so, open a matter for it."""
    kind = kind_or_404(code, MatchKind)
    need = find_dossier(need_id, request.scope)
    offer, clause = request.GET.get("offer", ""), request.GET.get("clause", "")
    form = TakeUpForm(kind, request.POST or None)
    sides = {"offer_id": int(offer) if offer.isdigit() else None, "clause": clause}
    about = kind.clauses[clause].name if clause in kind.clauses else kind.name
    title = f"{title_for(need, request.scope)} · {about}"
    return act_or_form(
        request,
        form,
        lambda said: _take_up(kind, need_id, sides, said, request.scope),
        title=title,
        way=trail(kind, "matches", _("Take up")),
        words=lambda _made: _("Noted."),
        to=lambda _made: go_to(request, "desk:matches", code),
    )


def _take_up(kind: MatchKind, need_id: int, sides: Any, said: Any, scope: Scope) -> Any:
    match = matches.take_up(
        kind, need_id, state=MatchState(said["state"]), note=said["note"], by=scope, **sides
    )
    return matches.open_for(match, kind, by=scope) if said.get("opens") else match
