"""Matches: policies to those who fulfil them, offers to needs, and what came of those that were taken up."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from zhenshu.ground.ledger.record import record
from zhenshu.ground.packs.blocks import MatchClause
from zhenshu.ground.packs.schema import MatchKind
from zhenshu.ground.people.scope import Scope
from zhenshu.registers.cases.loop import Draft, open_case
from zhenshu.registers.dossiers.models import Dossier, State
from zhenshu.registers.dossiers.visibility import find_dossier, require, visible_dossiers
from zhenshu.registers.engines.errors import EngineInvalidError, EngineStateError
from zhenshu.registers.engines.facts import records_of
from zhenshu.registers.engines.fitting import Pair, clauses_for, pairs
from zhenshu.registers.engines.kinds import full_code, subject_kind
from zhenshu.registers.engines.models import Match, MatchState

KEPT = ("kind", "need_id", "offer_id", "clause", "state", "on", "note", "case_id")


@dataclass(frozen=True, slots=True)
class Found:
    """A match as a list shows it: a clause or an offer with its reasons, and what was done about it."""

    need: Dossier
    clause: MatchClause | None = None
    offer: Dossier | None = None
    pair: Pair | None = None
    done: Match | None = None


def match_facts(match: Match) -> dict[str, Any]:
    """Return what the ledger keeps of a match."""
    return {name: getattr(match, name) for name in KEPT}


# ── questions ─────────────────────────────────────────────────────────────────────────────────────────


def find_matches(kind: MatchKind, scope: Scope, *, on: date | None = None) -> list[Found]:
    """Return every match between dossiers this person may see, as of today's records."""
    needs = {one.pk: one for one in _active(kind, kind.need, scope)}
    done = _done(kind)
    if kind.clauses:
        return _clause_matches(kind, needs, done, on or timezone.localdate())
    offers = {one.pk: one for one in _active(kind, kind.offer or "", scope)}
    return [
        Found(
            needs[pair.need], offer=offers[pair.offer], pair=pair, done=done.get((pair.need, pair.offer, ""))
        )
        for pair in pairs(kind, records_of(needs.values()), records_of(offers.values()))
    ]


def _active(kind: MatchKind, of: str, scope: Scope) -> QuerySet[Dossier]:
    found = visible_dossiers(scope).filter(kind=full_code(kind, of), state=State.ACTIVE)
    return found.select_related("area").order_by("title", "pk")


def _done(kind: MatchKind) -> Mapping[tuple[int, int | None, str], Match]:
    matches = Match.objects.filter(kind=kind.full_code).select_related("case")
    return {(one.need_id, one.offer_id, one.clause): one for one in matches}


def _clause_matches(
    kind: MatchKind, needs: Mapping[int, Dossier], done: Mapping[Any, Match], on: date
) -> list[Found]:
    tests = list(clauses_for(kind, subject_kind(kind, kind.need), on))
    records = records_of(needs.values())
    return [
        Found(dossier, clause=clause, done=done.get((pk, None, clause.code)))
        for pk, dossier in needs.items()
        for clause, fulfils in tests
        if fulfils(records[pk])
    ]


# ── acts ──────────────────────────────────────────────────────────────────────────────────────────────


@transaction.atomic
def take_up(
    kind: MatchKind,
    need_id: int,
    *,
    offer_id: int | None = None,
    clause: str = "",
    state: MatchState,
    note: str = "",
    by: Scope,
) -> Match:
    """Return the match with what came of it; noted again, it is the same match with its new state."""
    need = find_dossier(need_id, by)
    require("correct", by, area_path=need.area.path, sensitive=need.sensitive)
    _check_sides(kind, need, offer_id, clause, by)
    Dossier.objects.select_for_update().get(pk=need.pk)
    named = {"kind": kind.full_code, "need": need, "offer_id": offer_id, "clause": clause}
    match = Match.objects.filter(**named).first()
    before = match_facts(match) if match else None
    match = match or Match(**named)
    match.state, match.note, match.on, match.by_id = (
        state,
        note.strip()[:200],
        timezone.localdate(),
        by.user_id,
    )
    match.save()
    after = match_facts(match)
    record(
        by.actor, f"match.{state}", match, area_id=need.area_id, before=before, after=after, note=match.note
    )
    return match


def _check_sides(kind: MatchKind, need: Dossier, offer_id: int | None, clause: str, by: Scope) -> None:
    wrong = need.kind != full_code(kind, kind.need)
    if kind.clauses:
        wrong = wrong or clause not in kind.clauses or offer_id is not None
    else:
        wrong = wrong or offer_id is None or bool(clause)
        wrong = wrong or find_dossier(offer_id or 0, by).kind != full_code(kind, kind.offer or "")
    if wrong:
        raise EngineInvalidError({"need": _("These two don't belong to this kind of match.")})


@transaction.atomic
def open_for(match: Match, kind: MatchKind, *, by: Scope) -> Match:
    """Return the match with the case opened for it (申报、对接); one match opens one."""
    match = Match.objects.select_for_update().get(pk=match.pk)
    need = find_dossier(match.need_id, by)
    if not kind.raises or match.case_id:
        raise EngineStateError(_("A matter was opened for it already, or this kind opens none."))
    about = kind.clauses[match.clause].name if match.clause else match.offer.title if match.offer else ""
    draft = Draft(
        kind=full_code(kind, kind.raises[0]),
        title=f"{kind.name}：{about}",
        description=match.note,
        area=need.area_id,
        subject=need.pk,
    )
    before = match_facts(match)
    match.case = open_case(draft, by=by)
    match.save(update_fields=["case"])
    after = match_facts(match)
    record(by.actor, "match.opened", match, area_id=need.area_id, before=before, after=after)
    return match
