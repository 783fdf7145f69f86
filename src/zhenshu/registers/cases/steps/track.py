"""The main track: dispatch, accept, answer, verify, call back, close, archive."""

from __future__ import annotations

from django.utils.translation import gettext as _

from zhenshu.ground.packs.schema import ClockScope, Stage
from zhenshu.ground.people.models import Office
from zhenshu.ground.statements import Select
from zhenshu.registers.cases import clocks as clockwork
from zhenshu.registers.cases.errors import StepIncompleteError, StepNotLawfulError
from zhenshu.registers.cases.models import (
    Assignment,
    AssignmentRole,
    AssignmentState,
    Clock,
    Outcome,
    RequestState,
    Satisfied,
    Solved,
    SupervisionState,
)
from zhenshu.registers.cases.turn import Turn

# Every dispatch asks for its office.
WORKING_OFFICE = Select(Office, "id = %s AND closed_on IS NULL")

# How a case may end by the step "close"; the other outcomes have steps of their own.
CLOSING_OUTCOMES = (Outcome.RESOLVED, Outcome.UNRESOLVED)


def dispatch(turn: Turn) -> None:
    """Give the case to a lead office and, if named, to assisting offices."""
    office = find_dutiful_office(turn, turn.given.office)
    turn.add_share(_share(turn, office, AssignmentRole.LEAD))
    turn.case.lead_office = office
    turn.case.dispatched_at = turn.at
    turn.move_to(Stage.DISPATCHED)
    for office_id in turn.given.assist:
        add_assisting(turn, office_id)


def add_assist(turn: Turn) -> None:
    """Ask a further office to assist."""
    add_assisting(turn, turn.given.office)


def add_assisting(turn: Turn, office_id: int | None) -> None:
    """Add an assisting share with its own clock; an office shares in a case once."""
    office = find_dutiful_office(turn, office_id)
    if any(share.office_id == office.pk for share in [*turn.assisting(), turn.lead] if share):
        sentence = _("%(office)s already has a share in this matter.") % {"office": office.name}
        raise StepIncompleteError({"office": sentence})
    share = _share(turn, office, AssignmentRole.ASSIST)
    turn.add_share(share)
    turn.add_clocks(clockwork.clocks_of_scope(turn.case, turn.kind, ClockScope.ASSIST, turn.at, share))


def _share(turn: Turn, office: Office, role: AssignmentRole) -> Assignment:
    return Assignment(
        case=turn.case,
        office=office,
        role=role,
        instruction=turn.given.opinion,
        sent_at=turn.at,
        opened_at=turn.case.opened_at,
    )


def find_dutiful_office(turn: Turn, office_id: int | None) -> Office:
    """Return the office if it exists, works, and has this kind on its list of duties.

    A community may not be given what its list of duties does not hold (北京市接诉即办工作条例第十七条).
    """
    office = find_working_office(office_id)
    if office.duties and turn.kind.full_code not in office.duties and turn.kind.pack not in office.duties:
        sentence = _("%(kind)s is not on the list of duties of %(office)s.")
        raise StepIncompleteError({"office": sentence % {"kind": turn.kind.name, "office": office.name}})
    return office


def find_working_office(office_id: int | None) -> Office:
    """Return the office if it exists today; raise StepIncompleteError otherwise."""
    office = WORKING_OFFICE.first(office_id) if office_id else None
    if office is None:
        raise StepIncompleteError({"office": _("Choose an office that exists today.")})
    return office


def accept(turn: Turn) -> None:
    """Sign for the case on behalf of the lead office; who signs, handles."""
    lead = turn.lead
    if lead is not None:
        lead.state, lead.signed_at, lead.handler_id = AssignmentState.SIGNED, turn.at, turn.by.user_id
        turn.keep(lead)
    turn.case.handler_id = turn.by.user_id
    turn.move_to(Stage.HANDLING)


def contact(turn: Turn) -> None:
    """Note that the caller was contacted; the clocks that wait for it stop with this step."""


def answer(turn: Turn) -> None:
    """Report the result of the lead office; what it still asked for is no longer needed."""
    lead = turn.lead
    if lead is not None:
        lead.state, lead.answered_at, lead.handler_id = AssignmentState.ANSWERED, turn.at, turn.by.user_id
        lead.reply = turn.given.opinion
        turn.keep(lead)
    turn.case.handler_id = turn.by.user_id
    turn.case.answer = turn.given.opinion
    turn.case.answered_at = turn.at
    drop_objection(turn)
    turn.move_to(Stage.ANSWERED)


def reply_assist(turn: Turn) -> None:
    """Report the result of an assisting office; its own clock stops, the case's clocks run on."""
    share = next(s for s in turn.awaited() if turn.acts_for(s.office_id))
    share.state, share.answered_at, share.handler_id = AssignmentState.ANSWERED, turn.at, turn.by.user_id
    share.reply = turn.given.opinion
    turn.keep(share)
    turn.stop_clocks(clock for clock in turn.clocks if clock.assignment_id == share.pk)
    if turn.lead is not None:
        told = _("An assisting office replied: %(number)s") % {"number": turn.case.number}
        turn.notify(turn.lead.handler_id, "assist_replied", told)


def verify(turn: Turn) -> None:
    """Confirm on the spot or on paper that the answer is true."""
    turn.case.verifier_id = turn.by.user_id
    turn.move_to(Stage.VERIFIED)


def call_back(turn: Turn) -> None:
    """Store what the caller says: solved, satisfied."""
    for key, allowed in (("solved", Solved), ("satisfied", Satisfied)):
        _check_choice(turn, key, allowed.values)
    turn.case.solved, turn.case.satisfied = turn.given.solved, turn.given.satisfied
    turn.case.called_back_at = turn.at
    turn.move_to(Stage.CALLED_BACK)


def _check_choice(turn: Turn, key: str, allowed: list[str]) -> None:
    given = getattr(turn.given, key)
    if given not in allowed:
        sentence = _("“%(value)s” is not among %(allowed)s.")
        raise StepIncompleteError({key: sentence % {"value": given, "allowed": ", ".join(allowed)}})


def close(turn: Turn) -> None:
    """End the loop. A supervised matter is closed when its order has been replied to."""
    waiting = (
        turn.case.supervisions.filter(state=SupervisionState.OPEN).first() if turn.case.supervised else None
    )
    if waiting is not None:
        sentence = _("The order %(number)s still waits for a reply of %(office)s.")
        raise StepNotLawfulError(sentence % {"number": waiting.number, "office": waiting.office.name})
    usual = Outcome.UNRESOLVED if turn.case.solved == Solved.NO else Outcome.RESOLVED
    if turn.given.outcome:
        _check_choice(turn, "outcome", [str(outcome) for outcome in CLOSING_OUTCOMES])
    finish(turn, turn.given.outcome or usual)


def finish(turn: Turn, outcome: str) -> None:
    """Close the case with *outcome*: settle its clocks, shares and open questions."""
    drop_requests(turn)
    end_pause(turn)
    if outcome in (Outcome.WITHDRAWN, Outcome.MERGED):
        turn.stop_clocks(turn.clocks, cancelled=True)
    turn.move_to(Stage.CLOSED)
    turn.stop_clocks([clock for clock in turn.clocks if not _outlives(turn, clock)], cancelled=True)
    for share in turn.assignments:
        if share.live:
            share.live = False
            turn.keep(share)
    turn.case.outcome, turn.case.is_open, turn.case.closed_at = outcome, False, turn.at


def _outlives(turn: Turn, clock: Clock) -> bool:
    """Tell whether a clock runs on behind the closing, such as the one for putting the file away."""
    declared = clockwork.follows_stage(clock, turn.kind)
    return declared is not None and declared.until is Stage.ARCHIVED


def archive(turn: Turn) -> None:
    """Put the whole file away."""
    turn.move_to(Stage.ARCHIVED)


# ── what several steps leave behind ───────────────────────────────────────────────────────────────────


def drop_requests(turn: Turn) -> None:
    """An objection or extension that waits for a decision needs none any more."""
    drop_objection(turn)
    if turn.case.extending:
        turn.case.extensions.filter(state=RequestState.PENDING).update(state=RequestState.VOID)
        turn.case.extending = False


def drop_objection(turn: Turn) -> None:
    """The objection that waits for a decision needs none any more."""
    if turn.case.objecting:
        turn.case.objection_rows.filter(state=RequestState.PENDING).update(state=RequestState.VOID)
        turn.case.objecting = False
        stop_objection_clock(turn, cancelled=True)


def stop_objection_clock(turn: Turn, *, cancelled: bool = False) -> None:
    """Stop the clock that waits for the dispatcher's decision."""
    declared = turn.kind.clocks
    turn.stop_clocks(
        [c for c in turn.clocks if c.key in declared and declared[c.key].scope is ClockScope.OBJECTION],
        cancelled=cancelled,
    )


def end_pause(turn: Turn) -> None:
    """End the stretch in which the case stands still, if it does."""
    if turn.case.paused or turn.case.parked:
        for held in turn.case.pauses.filter(ended_at=None):
            held.ended_at = turn.at
            turn.keep(held)
    turn.case.paused = turn.case.parked = False
