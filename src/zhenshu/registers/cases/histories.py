"""Bring in matters that were handled before: each lands where it got to, its clocks judged on their days."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from itertools import islice
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from zhenshu.ground.ledger.record import Actor, Change, record_many, subject_kind_of
from zhenshu.ground.packs.schema import CaseKind, ClockScope, Stage
from zhenshu.ground.people.models import User
from zhenshu.ground.people.scope import Scope
from zhenshu.ground.rows import give_ids, many_rows
from zhenshu.registers.cases import clocks as clockwork
from zhenshu.registers.cases.bulk import BATCH, Intake, Reject, number_cases, store_prepared
from zhenshu.registers.cases.drafts import Draft, Lookups
from zhenshu.registers.cases.errors import CaseError, CaseInvalidError
from zhenshu.registers.cases.facts import case_facts
from zhenshu.registers.cases.given import Given
from zhenshu.registers.cases.models import AssignmentRole, AssignmentState
from zhenshu.registers.cases.opening import (
    Prepared,
    check_opening_right,
    find_kind,
    new_share,
    prepare_case,
)
from zhenshu.registers.cases.steps import track
from zhenshu.registers.cases.turn import Turn


@dataclass(frozen=True, slots=True)
class Past:
    """A matter as it went: what was said, and when which stage was reached.

    *draft* carries its ``received_at``. *reached* maps stages to moments, in order; the matter stops where
    they end, so that an open one lands open, its clocks running. People are user ids; who acted and is not
    named is taken to be the one who brings it in.
    """

    draft: Draft
    reached: Mapping[str, datetime]
    office: int | None = None
    assist: tuple[int, ...] = ()
    reporter: int | None = None
    handler: int | None = None
    verifier: int | None = None
    answer: str = ""
    solved: str = "yes"
    satisfied: str = "yes"
    outcome: str = "resolved"
    fields: Mapping[str, Any] = field(default_factory=dict)


def import_finished(pasts: Iterable[Past], *, by: Scope, step_by_step: bool = True) -> Intake:
    """Store many past matters with their clocks and ledger entries, a thousand per transaction.

    *step_by_step*: one entry for each stage, dated as it went and signed by who acted; without it one entry
    ``case.imported`` holds the whole result, for archives of which only the result matters.
    """
    intake, lookups = Intake(), Lookups()
    numbered = enumerate(pasts)
    while chunk := list(islice(numbered, BATCH)):
        with many_rows():
            _import_chunk(chunk, intake, by=by, lookups=lookups, step_by_step=step_by_step)
    return intake


def _import_chunk(
    chunk: Sequence[tuple[int, Past]], intake: Intake, *, by: Scope, lookups: Lookups, step_by_step: bool
) -> None:
    ready: list[tuple[int, Past, CaseKind, Prepared]] = []
    now = timezone.now()
    for place, past in chunk:
        try:
            kind = find_kind(past.draft.kind)
            check_opening_right(kind, by)
            _check_order(past, now)
            ready.append((place, past, kind, prepare_case(past.draft, kind, by=by, at=now, lookups=lookups)))
        except CaseError as error:
            intake.rejects.append(Reject(place, error))
    scopes = _scopes((past for _, past, _, _ in ready), by)
    with transaction.atomic():
        cases = [prepared.case for _, _, _, prepared in ready]
        number_cases([(kind.pack, prepared.case.opened_at, prepared.case) for _, _, kind, prepared in ready])
        give_ids(cases)
        changes: list[Change] = []
        for _, past, kind, prepared in ready:
            lived = list(_live(past, kind, prepared, _Cast(by, scopes, lookups)))
            changes += lived if step_by_step else [_summary(lived)]
        store_prepared([prepared for _, _, _, prepared in ready])
        if changes:
            record_many(by.actor, changes)
    intake.cases += cases
    intake.places += [place for place, _, _, _ in ready]


def _check_order(past: Past, now: datetime) -> None:
    """Refuse dates that run backwards or lie ahead."""
    moments = [past.draft.received_at, *(past.reached[stage] for stage in _stages_of(past))]
    if None in moments:
        raise CaseInvalidError({"received_at": _("Say when the matter was received.")})
    dated = [moment for moment in moments if moment is not None]
    if dated != sorted(dated) or dated[-1] > now:
        raise CaseInvalidError({"reached": _("The dates of the stages must follow one another, up to now.")})


def _stages_of(past: Past) -> list[Stage]:
    return [stage for stage in Stage if stage in past.reached]


@dataclass(frozen=True, slots=True)
class _Cast:
    """Who brings the past in, and who acted in it."""

    by: Scope
    scopes: Mapping[int, Scope]
    lookups: Lookups

    def scope(self, user_id: int | None) -> Scope:
        return self.scopes.get(user_id, self.by) if user_id else self.by


def _scopes(pasts: Iterable[Past], by: Scope) -> dict[int, Scope]:
    """Return who acted, by user id; names only, since what happened is not judged by today's posts."""
    wanted = {user for past in pasts for user in (past.handler, past.verifier) if user}
    found = User.objects.filter(pk__in=wanted).values_list("pk", "name")
    return {pk: Scope(pk, name, ()) for pk, name in found}


def _live(past: Past, kind: CaseKind, prepared: Prepared, cast: _Cast) -> Iterator[Change]:
    """Lead the case through its stages in memory; yield one change for each."""
    case = prepared.case
    case.changed_at, case.reported_by_id = case.opened_at, past.reporter
    turn = Turn(case, kind, cast.by, Given(), case.opened_at, prepared.shares, prepared.clocks)
    facts = case_facts(case)
    yield _change("case.opened", turn, None, facts, cast.by.actor)
    for stage in _stages_of(past):
        if stage not in kind.stages or stage is Stage.ACCEPTED:
            continue
        action, act = ACTS[stage]
        turn.at = case.changed_at = past.reached[stage]
        turn.by = cast.scope(_who(stage, past))
        act(turn, past, cast)
        case.version += 1
        turn.settle_dates()
        before, facts = facts, case_facts(case)
        yield _change(f"case.{action}", turn, before, facts, _signed(turn, past, cast))


def _change(action: str, turn: Turn, before: Any, after: Any, actor: Actor) -> Change:
    case = turn.case
    note = turn.given.opinion
    return Change(
        action, subject_kind_of(case), case.pk, case.area_id, before, after, note, at=turn.at, by=actor
    )


def _signed(turn: Turn, past: Past, cast: _Cast) -> Actor:
    """Sign with the name of who acted, and the lead office for those who act there."""
    if turn.by is cast.by:
        return cast.by.actor
    office = cast.lookups.office(past.office)
    return Actor(
        turn.by.user_id, turn.by.name, office.name if office and turn.by.user_id == past.handler else ""
    )


def _summary(lived: Sequence[Change]) -> Change:
    """Return one change from nothing to where the case got to."""
    return replace(lived[-1], action="case.imported", before=None, note="")


# ── the stages, as they were reached ──────────────────────────────────────────────────────────────────


def _who(stage: Stage, past: Past) -> int | None:
    if stage in (Stage.HANDLING, Stage.ANSWERED):
        return past.handler
    return past.verifier if stage is Stage.VERIFIED else None


def _dispatch(turn: Turn, past: Past, cast: _Cast) -> None:
    turn.given = Given()
    office = cast.lookups.office(past.office)
    if office is not None:
        turn.add_share(new_share(turn.case, office, AssignmentRole.LEAD, turn.at))
    turn.case.lead_office, turn.case.dispatched_at = office, turn.at
    turn.move_to(Stage.DISPATCHED)
    for office_id in past.assist:
        helper = cast.lookups.office(office_id)
        if helper is not None:
            share = new_share(turn.case, helper, AssignmentRole.ASSIST, turn.at)
            turn.add_share(share)
            turn.add_clocks(
                clockwork.clocks_of_scope(turn.case, turn.kind, ClockScope.ASSIST, turn.at, share)
            )


def _accept(turn: Turn, past: Past, cast: _Cast) -> None:
    track.accept(turn)


def _answer(turn: Turn, past: Past, cast: _Cast) -> None:
    turn.given = Given(opinion=past.answer)
    turn.case.fields = {**turn.case.fields, **past.fields}
    for share in turn.awaited():
        share.state, share.answered_at = AssignmentState.ANSWERED, turn.at
        turn.stop_clocks(clock for clock in turn.clocks if clock.assignment is share)
    track.answer(turn)


def _verify(turn: Turn, past: Past, cast: _Cast) -> None:
    turn.given = Given()
    track.verify(turn)


def _call_back(turn: Turn, past: Past, cast: _Cast) -> None:
    turn.given = Given(solved=past.solved, satisfied=past.satisfied)
    track.call_back(turn)


def _close(turn: Turn, past: Past, cast: _Cast) -> None:
    turn.given = Given()
    track.finish(turn, past.outcome)


def _archive(turn: Turn, past: Past, cast: _Cast) -> None:
    track.archive(turn)


Act = Callable[[Turn, Past, _Cast], None]
ACTS: Mapping[Stage, tuple[str, Act]] = {
    Stage.DISPATCHED: ("dispatch", _dispatch),
    Stage.HANDLING: ("accept", _accept),
    Stage.ANSWERED: ("answer", _answer),
    Stage.VERIFIED: ("verify", _verify),
    Stage.CALLED_BACK: ("call_back", _call_back),
    Stage.CLOSED: ("close", _close),
    Stage.ARCHIVED: ("archive", _archive),
}
