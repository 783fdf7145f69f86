"""Steps beside the main track: objection, extension, pause, return, reopening, parking, refusal."""

from __future__ import annotations

from datetime import datetime

from django.utils.translation import gettext as _

from zhenshu.ground.packs.schema import ClockScope, ReopenRule, Stage
from zhenshu.ground.worktime import deadlines
from zhenshu.ground.worktime.limits import LimitError, parse_limit
from zhenshu.registers.cases import clocks as clockwork
from zhenshu.registers.cases.errors import StepIncompleteError, StepNotAllowedError, StepNotLawfulError
from zhenshu.registers.cases.models import (
    Assignment,
    AssignmentState,
    Clock,
    ClockState,
    Extension,
    Objection,
    Outcome,
    Pause,
    RequestState,
)
from zhenshu.registers.cases.steps.track import drop_requests, end_pause, finish, stop_objection_clock
from zhenshu.registers.cases.turn import Turn

PARKED = "parked"


# ── objection and taking back ─────────────────────────────────────────────────────────────────────────


def object_to_dispatch(turn: Turn) -> None:
    """Say why the matter is not this office's; the dispatcher must answer. An office objects once."""
    lead = turn.lead
    if lead is None:
        raise StepNotLawfulError(_("The matter is not with an office."))
    if turn.case.objections and lead.objections.exists():
        raise StepNotLawfulError(_("The dispatcher has decided on the objection of this office."))
    turn.keep(
        Objection(
            case=turn.case,
            assignment=lead,
            reason=turn.given.reason,
            text=turn.given.opinion,
            asked_by_id=turn.by.user_id,
            asked_at=turn.at,
        )
    )
    turn.case.objections += 1
    turn.case.objecting = True
    turn.add_clocks(clockwork.clocks_of_scope(turn.case, turn.kind, ClockScope.OBJECTION, turn.at))


def decide_objection(turn: Turn) -> None:
    """Answer the objection: grant it and take the matter back, or refuse it with the reason."""
    objection = turn.case.objection_rows.get(state=RequestState.PENDING)
    _decide(turn, objection)
    turn.case.objecting = False
    stop_objection_clock(turn)
    told = _("Your objection was decided: %(number)s") % {"number": turn.case.number}
    turn.notify(objection.asked_by_id, "objection", told)
    if turn.given.granted:
        take_back(turn)


def _decide(turn: Turn, request: Objection | Extension) -> None:
    """Write the decision on a request; never by the person who asked."""
    if turn.given.granted is None:
        raise StepIncompleteError({"granted": _("Say whether it is granted.")})
    if request.asked_by_id == turn.by.user_id:
        raise StepNotAllowedError(_("Another person than the one who asked decides."))
    request.state = RequestState.GRANTED if turn.given.granted else RequestState.REFUSED
    request.decided_by_id, request.decided_at = turn.by.user_id, turn.at
    request.decision = turn.given.opinion
    turn.keep(request)


def take_back(turn: Turn) -> None:
    """Take the matter back for a new dispatch; the case's own clocks run on."""
    drop_requests(turn)
    taken = [share for share in [turn.lead, *turn.awaited()] if share]
    for share in taken:
        share.state, share.live = AssignmentState.TAKEN_BACK, False
        turn.keep(share)
    ids = {share.pk for share in taken}
    turn.stop_clocks([clock for clock in turn.clocks if clock.assignment_id in ids], cancelled=True)
    turn.case.stage, turn.case.lead_office, turn.case.handler = Stage.ACCEPTED, None, None
    _wait_for_dispatch(turn)


def _wait_for_dispatch(turn: Turn) -> None:
    """Start the clocks of the dispatcher anew: those that end with the dispatch."""
    live = {clock.key for clock in turn.live_clocks()}
    keys = clockwork.keys_starting(turn.kind, after=None, upto=Stage.ACCEPTED)
    ending = [k for k in keys if k not in live and turn.kind.clocks[k].until is Stage.DISPATCHED]
    turn.add_clocks(clockwork.start_clocks(turn.case, turn.kind, ending, at=turn.at, lead=None))


# ── more time ─────────────────────────────────────────────────────────────────────────────────────────


def ask_extension(turn: Turn) -> None:
    """Ask for more time on the promised clock; given once per case, with the reason."""
    clock = turn.main_clock()
    declared = turn.kind.clocks.get(clock.key) if clock else None
    if clock is None or declared is None or declared.extend is None or clock.stopped_at is not None:
        raise StepNotLawfulError(_("The deadline of this matter cannot be extended."))
    if turn.case.extended:
        raise StepNotLawfulError(_("The deadline was extended already; that is possible once."))
    turn.case.extending = True
    turn.keep(
        Extension(
            case=turn.case,
            clock=clock,
            reason=turn.given.opinion,
            limit=_extension_limit(turn, str(declared.extend)),
            asked_by_id=turn.by.user_id,
            asked_at=turn.at,
        )
    )


def _extension_limit(turn: Turn, most: str) -> str:
    """Return the extension asked for, at most what the pack allows."""
    if not turn.given.limit:
        return most
    try:
        asked, allowed = parse_limit(turn.given.limit), parse_limit(most)
    except LimitError as error:
        raise StepIncompleteError({"limit": str(error)}) from error
    if asked.unit != allowed.unit or asked.value > allowed.value:
        raise StepIncompleteError({"limit": _("The extension may be at most %(most)s.") % {"most": most}})
    return str(asked)


def decide_extension(turn: Turn) -> None:
    """Grant or refuse the extension; never by the person who asked."""
    extension = turn.case.extensions.get(state=RequestState.PENDING)
    _decide(turn, extension)
    turn.case.extending = False
    told = _("Your extension was decided: %(number)s") % {"number": turn.case.number}
    turn.notify(extension.asked_by_id, "extension", told)
    clock = next((c for c in turn.clocks if c.pk == extension.clock_id), None)
    if turn.given.granted and clock is not None:
        clock.extended_by = extension.limit
        clockwork.set_due(clock, turn.kind.clocks.get(clock.key), turn.pauses())
        turn.case.extended = True
        turn.keep(clock)


# ── standing still ────────────────────────────────────────────────────────────────────────────────────


def pause(turn: Turn) -> None:
    """Let the clocks that may pause stand still, for a reason the pack names."""
    _stand_still(turn, turn.given.reason)
    turn.case.paused = True


def park(turn: Turn) -> None:
    """Move what cannot be solved now into the pool of known problems (挂账); its clocks stand still."""
    end_pause(turn)
    _stand_still(turn, turn.given.reason or PARKED)
    turn.case.parked = True


def _stand_still(turn: Turn, reason: str) -> None:
    turn.keep(Pause(case=turn.case, reason=reason, started_at=turn.at))
    for clock in turn.clocks:
        if clock.state == ClockState.RUNNING and clock.pauses:
            clock.state = ClockState.PAUSED
            turn.keep(clock)


def resume(turn: Turn) -> None:
    """Let the clocks run on; their ends move by what the pause took."""
    end_pause(turn)
    pauses = turn.pauses()
    for clock in turn.clocks:
        if clock.state == ClockState.PAUSED:
            clock.state = ClockState.RUNNING
            clockwork.set_due(clock, turn.kind.clocks.get(clock.key), pauses)
            turn.keep(clock)


# ── back for more work ────────────────────────────────────────────────────────────────────────────────


def send_back(turn: Turn) -> None:
    """Return the answer for more work: the clocks that the answer stopped run on towards their old end."""
    stage = Stage.HANDLING if Stage.HANDLING in turn.kind.stages else _stage_before_answer(turn)
    turn.case.returned += 1
    _forget_result(turn)
    lead = turn.lead
    if lead is not None:
        lead.state, lead.answered_at = AssignmentState.SIGNED, None
        turn.keep(lead)
    _rewind_clocks(turn, stage)
    turn.case.stage = stage
    told = _("Returned for more work: %(number)s") % {"number": turn.case.number}
    turn.notify(turn.case.handler_id, "returned", told)


def _stage_before_answer(turn: Turn) -> Stage:
    return turn.kind.stages[turn.kind.stages.index(Stage.ANSWERED) - 1]


def _forget_result(turn: Turn) -> None:
    """What was found before the return stays in the ledger; the case waits for a new result."""
    turn.case.answered_at = turn.case.called_back_at = turn.case.verifier = None
    turn.case.solved = turn.case.satisfied = ""


def _rewind_clocks(turn: Turn, stage: Stage) -> None:
    """Clocks that span *stage* run on; those that start behind it no longer apply until it is left again."""
    pauses = turn.pauses()
    reached = clockwork.ORDER[stage]
    woken: set[str] = set()
    for clock in reversed(turn.clocks):
        declared = clockwork.follows_stage(clock, turn.kind)
        if declared is None or clock.state == ClockState.CANCELLED or _is_past(turn, clock):
            continue
        if clockwork.ORDER[clockwork.starting_stage(declared, turn.kind)] > reached:
            turn.stop_clocks([clock], cancelled=True)
        elif clockwork.ORDER[declared.until] > reached and clock.stopped_at and clock.key not in woken:
            clockwork.run_again(clock, declared, pauses)
            woken.add(clock.key)
            turn.keep(clock)


def _is_past(turn: Turn, clock: Clock) -> bool:
    """Tell whether a stopped clock belongs to an office or a round that lies behind."""
    newer = any(other.key == clock.key and other.started_at > clock.started_at for other in turn.clocks)
    return clock.stopped_at is not None and newer


def reopen(turn: Turn) -> None:
    """Open a closed case again, within the window and as often as its kind allows; its clocks start anew."""
    _check_window(turn)
    case, lead = turn.case, turn.lead
    turn.stop_clocks(turn.clocks, cancelled=True)
    case.reopened += 1
    case.is_open, case.outcome, case.closed_at, case.in_time = True, "", None, None
    _forget_result(turn)
    if lead is not None and lead.office.closed_on is not None:
        lead.state, lead.live = AssignmentState.TAKEN_BACK, False
        turn.keep(lead)
        lead, case.lead_office, case.handler = None, None, None
    case.stage = Stage.ACCEPTED
    if lead is not None:
        _wake_share(turn, lead)
    turn.start_between(None, turn.stage)
    told = _("Opened again: %(number)s") % {"number": case.number}
    turn.notify(case.handler_id, "reopened", told)


def _wake_share(turn: Turn, lead: Assignment) -> None:
    """The office that led the case leads it again."""
    lead.state, lead.live, lead.answered_at, lead.signed_at = AssignmentState.SENT, True, None, None
    turn.keep(lead)
    if Stage.DISPATCHED in turn.kind.stages:
        turn.case.stage = Stage.DISPATCHED


def reopening_ends(closed_at: datetime, rule: ReopenRule) -> datetime:
    """Return until when a matter that was closed then may be opened again."""
    return deadlines.due(closed_at, rule.within, clockwork.work_calendar())


def _check_window(turn: Turn) -> None:
    rule = turn.kind.reopen
    if rule is None:
        raise StepNotLawfulError(_("Matters of this kind are not opened again; report a new one."))
    if turn.case.reopened >= rule.times:
        raise StepNotLawfulError(_("This matter was already opened again as often as its kind allows."))
    last = reopening_ends(turn.case.closed_at or turn.at, rule)
    if turn.at > last:
        sentence = _("The window for opening again ended on %(day)s; report a new matter.")
        raise StepNotLawfulError(sentence % {"day": f"{last:%Y-%m-%d}"})


# ── ends without a result ─────────────────────────────────────────────────────────────────────────────


def reject(turn: Turn) -> None:
    """Do not take the matter on, for a reason the pack names (不予受理)."""
    finish(turn, Outcome.REJECTED)


def withdraw(turn: Turn) -> None:
    """Take the report back before it is handled."""
    finish(turn, Outcome.WITHDRAWN)
