"""The table of steps: who may take each, from where, and what it must carry.

A kind changes the roles and contents of a step in its pack (``steps: {verify: {roles: [leader]}}``);
where a step starts from is the loop's own order and not for packs to change.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from zhenshu.ground.packs.schema import CaseKind, Stage
from zhenshu.registers.cases.models import Case
from zhenshu.registers.cases.steps import aside, correct, together, track
from zhenshu.registers.cases.turn import Turn


class Right(StrEnum):
    """By what title a step is taken."""

    OVERSEE = "oversee"  # one of the roles, over an area that holds the case
    LEAD = "lead"  # one of the roles, in the lead office
    ASSIST = "assist"  # one of the roles, in an assisting office that has not answered
    SUPERVISED = "supervised"  # one of the roles, in an office that an open order went to
    REPORTER = "reporter"  # who reported it
    HOLDER = "holder"  # who shows its number and query code
    SEE = "see"  # everybody who sees it


Lawful = Callable[[Case, CaseKind], bool]


def follows(stage: Stage) -> Lawful:
    """Lawful when the case stands right before *stage* in the order of its kind, and does not stand still."""

    def lawful(case: Case, kind: CaseKind) -> bool:
        if stage not in kind.stages or case.paused or case.parked:
            return False
        place = kind.stages.index(stage)
        return place > 0 and case.stage == kind.stages[place - 1]

    return lawful


def within(*stages: Stage, still: bool | None = False) -> Lawful:
    """Lawful in these stages of an open case; *still*: whether it stands still (None: either way)."""

    def lawful(case: Case, kind: CaseKind) -> bool:
        if not case.is_open or case.stage not in stages:
            return False
        return still is None or (case.paused or case.parked) == still

    return lawful


def ended(case: Case, kind: CaseKind) -> bool:
    return not case.is_open and case.outcome != "merged"


def always(case: Case, kind: CaseKind) -> bool:
    return True


def grouped(case: Case, kind: CaseKind) -> bool:
    return case.parent_id is not None


def supervised(case: Case, kind: CaseKind) -> bool:
    return case.supervised


def paused(case: Case, kind: CaseKind) -> bool:
    return case.is_open and case.paused


def parked(case: Case, kind: CaseKind) -> bool:
    return case.is_open and case.parked


def parkable(case: Case, kind: CaseKind) -> bool:
    return case.is_open and not case.parked


def objecting(case: Case, kind: CaseKind) -> bool:
    return with_office(case, kind) and case.objecting


def extending(case: Case, kind: CaseKind) -> bool:
    return in_hand(case, kind) and case.extending


def objectable(case: Case, kind: CaseKind) -> bool:
    """Offices may object as often as the pack says; then the dispatcher's word stands."""
    return with_office(case, kind) and not case.objecting and case.objections < kind.returns_before_decision


def extendable(case: Case, kind: CaseKind) -> bool:
    return in_hand(case, kind) and not case.extending


def in_hand(case: Case, kind: CaseKind) -> bool:
    """Lawful while the office works on the matter; a kind that is not dispatched begins in its hands."""
    start = () if Stage.DISPATCHED in kind.stages else (Stage.ACCEPTED,)
    return within(*start, Stage.DISPATCHED, Stage.HANDLING)(case, kind)


def dispatched(case: Case, kind: CaseKind) -> bool:
    return case.is_open and case.stage != Stage.ACCEPTED


OPEN = (Stage.ACCEPTED, Stage.DISPATCHED, Stage.HANDLING, Stage.ANSWERED, Stage.VERIFIED, Stage.CALLED_BACK)
with_office = within(Stage.DISPATCHED, Stage.HANDLING)

DISPATCHER, OFFICER, WORKER, LEADER, SECRETARY = "dispatcher", "officer", "grid_worker", "leader", "secretary"
HANDLERS = (OFFICER, WORKER)
# What an outside company does with its share: what an officer does, and nothing that moves other offices.
PROVIDER = "provider"
OUTSIDE = frozenset({"accept", "contact", "answer", "reply_assist", "object", "ask_extension",
                     "reply_supervision"})  # fmt: skip
OVERSEE, LEAD, ASSIST, SUPERVISED = (Right.OVERSEE,), (Right.LEAD,), (Right.ASSIST,), (Right.SUPERVISED,)
REPORTER, EITHER = (Right.REPORTER,), (Right.OVERSEE, Right.LEAD)


@dataclass(frozen=True, slots=True)
class Step:
    """One row of the table. *other*: must be taken by another person than those who handled the case."""

    action: str
    name: str | Promise
    act: Callable[[Turn], None]
    lawful: Lawful
    rights: tuple[Right, ...]
    roles: tuple[str, ...]
    require: tuple[str, ...] = ()
    reasons: str = ""
    other: bool = False
    main: bool = False


_ROWS = (
    # The main track.
    Step("dispatch", _("Dispatch"), track.dispatch, follows(Stage.DISPATCHED),
         OVERSEE, (DISPATCHER,), ("office",), main=True),
    Step("accept", _("Sign for"), track.accept, follows(Stage.HANDLING), LEAD, HANDLERS, main=True),
    Step("answer", _("Answer"), track.answer, follows(Stage.ANSWERED),
         LEAD, HANDLERS, ("opinion",), main=True),
    Step("verify", _("Verify"), track.verify, follows(Stage.VERIFIED),
         OVERSEE, (DISPATCHER, LEADER, WORKER), other=True, main=True),
    Step("call_back", _("Call back"), track.call_back, follows(Stage.CALLED_BACK),
         OVERSEE, (DISPATCHER, SECRETARY), ("solved", "satisfied"), other=True, main=True),
    Step("close", _("Close"), track.close, follows(Stage.CLOSED),
         OVERSEE, (DISPATCHER, SECRETARY), main=True),
    Step("archive", _("Archive"), track.archive, follows(Stage.ARCHIVED),
         OVERSEE, (DISPATCHER, SECRETARY), main=True),
    # With the office.
    Step("contact", _("Contact the caller"), track.contact, within(*OPEN, still=None),
         EITHER, (DISPATCHER, *HANDLERS), ("opinion",)),
    Step("add_assist", _("Ask an office to assist"), track.add_assist, with_office,
         EITHER, (DISPATCHER, OFFICER), ("office",)),
    Step("reply_assist", _("Reply as assisting office"), track.reply_assist, dispatched,
         ASSIST, HANDLERS, ("opinion",)),
    Step("object", _("Object to the dispatch"), aside.object_to_dispatch, objectable,
         LEAD, HANDLERS, ("opinion",), "object"),
    Step("decide_objection", _("Decide the objection"), aside.decide_objection, objecting,
         OVERSEE, (DISPATCHER,), ("granted", "opinion")),
    Step("ask_extension", _("Ask for an extension"), aside.ask_extension, extendable,
         LEAD, HANDLERS, ("opinion",), "extend"),
    Step("decide_extension", _("Decide the extension"), aside.decide_extension, extending,
         OVERSEE, (LEADER, DISPATCHER), ("granted",)),
    Step("hand_over", _("Hand over to a colleague"), together.hand_over, in_hand,
         LEAD, HANDLERS, ("handler",)),
    # Standing still, going back, ending early.
    Step("pause", _("Pause"), aside.pause, within(Stage.ACCEPTED, Stage.DISPATCHED, Stage.HANDLING),
         EITHER, (DISPATCHER, OFFICER), ("reason", "opinion"), "pause"),
    Step("resume", _("Resume"), aside.resume, paused, EITHER, (DISPATCHER, OFFICER)),
    Step("park", _("Park as a known problem"), aside.park, parkable,
         OVERSEE, (DISPATCHER, LEADER), ("opinion",), "park"),
    Step("unpark", _("Take up again"), aside.resume, parked, OVERSEE, (DISPATCHER, LEADER)),
    Step("return", _("Return for more work"), aside.send_back,
         within(Stage.ANSWERED, Stage.VERIFIED, Stage.CALLED_BACK),
         OVERSEE, (DISPATCHER, LEADER), ("opinion",), "return"),
    Step("take_back", _("Take back the dispatch"), aside.take_back, within(Stage.DISPATCHED),
         OVERSEE, (DISPATCHER,), ("opinion",)),
    Step("reopen", _("Open again"), aside.reopen, ended,
         (Right.OVERSEE, Right.REPORTER), (DISPATCHER, LEADER), ("opinion",), "reopen"),
    Step("reject", _("Do not accept"), aside.reject, within(Stage.ACCEPTED),
         OVERSEE, (DISPATCHER,), ("reason",), "reject"),
    Step("withdraw", _("Withdraw"), aside.withdraw, within(Stage.ACCEPTED, Stage.DISPATCHED, still=None),
         REPORTER, (), (), "withdraw"),
    # Like matters, supervision, words.
    Step("merge", _("Merge into another"), together.merge, within(*OPEN, still=None),
         OVERSEE, (DISPATCHER,), ("into",)),
    Step("group", _("Put under a common problem"), together.group, always,
         OVERSEE, (DISPATCHER, SECRETARY), ("into",)),
    Step("ungroup", _("Take out of the common problem"), together.ungroup, grouped,
         OVERSEE, (DISPATCHER, SECRETARY)),
    Step("supervise", _("Supervise"), together.supervise, within(*OPEN, still=None),
         OVERSEE, (LEADER, SECRETARY, DISPATCHER), ("opinion",)),
    Step("reply_supervision", _("Reply to the order"), together.reply_supervision, supervised,
         SUPERVISED, HANDLERS, ("opinion",)),
    Step("settle_supervision", _("Settle the order"), together.settle_supervision, supervised,
         OVERSEE, (LEADER, SECRETARY, DISPATCHER)),
    Step("comment", _("Comment"), together.comment, always, (Right.SEE,), (), ("opinion",)),
    Step("urge", _("Urge"), together.urge, within(*OPEN, still=None),
         (Right.OVERSEE, Right.REPORTER), (DISPATCHER, LEADER, SECRETARY)),
    Step("correct", _("Correct"), correct.correct, within(*OPEN, still=None),
         OVERSEE, (DISPATCHER, SECRETARY)),
)  # fmt: skip

STEPS: dict[str, Step] = {step.action: step for step in _ROWS}


def rights_of(step: Step, kind: CaseKind) -> tuple[Right, ...]:
    """Return the titles for *step*; where nobody verifies, the lead office may close its own case.

    Where the pack lets the citizen judge the result, their word at the portal is the call-back.
    """
    if step.action == "close" and Stage.VERIFIED not in kind.stages:
        return EITHER
    if step.action == "call_back" and kind.portal is not None and kind.portal.judged:
        return (*step.rights, Right.HOLDER)
    return step.rights


def roles_under(right: Right, step: Step, kind: CaseKind) -> tuple[str, ...]:
    """Return the roles that take *step* by this title: the pack's, or the usual ones.

    Where both the overseers and the lead office may take it, handling roles count in the office only: an
    officer's post over the whole township does not open the matters of other offices.
    """
    rule = kind.steps.get(step.action)
    roles = rule.roles if rule and rule.roles else step.roles
    if rights_of(step, kind) == EITHER:
        handling = tuple(role for role in roles if role in HANDLERS) or HANDLERS
        roles = handling if right is Right.LEAD else tuple(role for role in roles if role not in HANDLERS)
    shares = right in (Right.LEAD, Right.ASSIST, Right.SUPERVISED)
    return (*roles, PROVIDER) if shares and step.action in OUTSIDE and OFFICER in roles else roles
