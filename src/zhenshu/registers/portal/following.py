"""What the holder of a query code sees of the matter and may do: judge, open again, urge, take back.

Only what the pack says may be shown; never a person, never another matter.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.utils import timezone
from django.utils.translation import gettext as _

from zhenshu.ground.ledger.history import entries_of
from zhenshu.ground.ledger.record import subject_kind_of
from zhenshu.ground.packs.registry import case_kind_of
from zhenshu.ground.packs.schema import CaseKind, Stage
from zhenshu.ground.people.scope import Scope
from zhenshu.registers.cases.errors import StepIncompleteError, StepNotLawfulError
from zhenshu.registers.cases.loop import STEPS, Given, lawful_steps, take_step
from zhenshu.registers.cases.models import Case, Outcome, Satisfied, Solved
from zhenshu.registers.cases.steps.aside import reopening_ends

# The steps a citizen takes, besides judging.
ACTS = ("reopen", "withdraw", "urge")
# Once an answer was found true (or nobody verifies), it is told.
TOLD_FROM = Stage.VERIFIED


@dataclass(frozen=True, slots=True)
class Mark:
    """A stage in words: reached (with its day, where it is known), the present one, or ahead."""

    title: str
    state: str
    at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Progress:
    """A matter as its reporter sees it."""

    number: str
    title: str
    kind: str
    reported_at: datetime
    marks: list[Mark]
    sentence: str
    due: datetime | None
    office: str
    answer: str
    outcome: str
    facts: list[tuple[str, str]]
    judged: str
    acts: frozenset[str]
    reasons: list[tuple[str, str]]


def progress_of(case: Case, by: Scope) -> Progress:
    """Return what may be shown of a matter to *by*, who holds its number and code."""
    kind = case_kind_of(case.pack_version_id, case.kind)
    shows = kind.portal.shows if kind.portal is not None else ()
    told = _reached(case, TOLD_FROM) or (not case.is_open and TOLD_FROM not in kind.stages)
    return Progress(
        number=case.number,
        title=case.title,
        kind=(kind.portal.name if kind.portal is not None else "") or kind.name,
        reported_at=case.reported_at,
        marks=marks_of(case, kind),
        sentence=sentence_of(case, kind),
        due=case.promise_due_at if "due" in shows and case.is_open else None,
        office=case.lead_office.name if "office" in shows and case.lead_office is not None else "",
        answer=case.answer if "answer" in shows and told else "",
        outcome=str(Outcome(case.outcome).label) if "outcome" in shows and case.outcome else "",
        facts=list(_facts(case, kind, shows)),
        judged=judgement_of(case),
        acts=acts_of(case, by),
        reasons=list(reasons_for(case, "reopen").items()),
    )


def _reached(case: Case, stage: Stage) -> bool:
    order = list(Stage)
    return order.index(Stage(case.stage)) >= order.index(stage)


def _facts(case: Case, kind: CaseKind, shows: tuple[str, ...]) -> list[tuple[str, str]]:
    """Return the fields of the kind that the pack shows; sensitive ones are refused when it is loaded."""
    found = []
    for key in shows:
        field = kind.fields.get(key)
        value = case.fields.get(key)
        if field is not None and not field.sensitive and value not in (None, "", []):
            found.append((field.name, field.options.get(str(value), str(value))))
    return found


def marks_of(case: Case, kind: CaseKind) -> list[Mark]:
    """Return the stages of the kind with the days they were reached on."""
    days = {
        Stage.ACCEPTED: case.opened_at,
        Stage.DISPATCHED: case.dispatched_at,
        Stage.ANSWERED: case.answered_at,
        Stage.CALLED_BACK: case.called_back_at,
        Stage.CLOSED: case.closed_at,
    }
    here = Stage(case.stage)
    shown = [stage for stage in kind.stages if stage is not Stage.ARCHIVED]
    if here not in shown:
        here = shown[-1]
    ended = shown.index(here)
    marks = []
    for place, stage in enumerate(shown):
        state = "done" if place < ended or not case.is_open else "now" if place == ended else "ahead"
        skipped = not case.is_open and days.get(stage) is None and stage in days
        if not skipped:
            marks.append(Mark(stage_words(stage, kind), state, days.get(stage) if state != "ahead" else None))
    return marks


def stage_words(stage: Stage, kind: CaseKind) -> str:
    """Return a stage in plain words."""
    plain = {
        Stage.ACCEPTED: _("We have it"),
        Stage.DISPATCHED: _("Given to an office"),
        Stage.HANDLING: _("Being handled"),
        Stage.ANSWERED: _("Office has answered"),
        Stage.VERIFIED: _("Answer checked"),
        Stage.CALLED_BACK: _("You were asked"),
        Stage.CLOSED: _("Concluded"),
    }
    return kind.stage_names.get(stage) or plain.get(stage, str(stage))


def sentence_of(case: Case, kind: CaseKind) -> str:
    """Return in one sentence where the matter stands."""
    if case.outcome == Outcome.MERGED:
        return _("Somebody reported the same before; both are handled together.")
    if case.outcome == Outcome.REJECTED:
        return _("The matter could not be taken on: %(reason)s") % {"reason": _refusal(case, kind)}
    if case.outcome == Outcome.WITHDRAWN:
        return _("You took this report back.")
    if not case.is_open:
        return _("The matter is concluded.")
    if case.parked:
        return _("This cannot be solved for now; it is on the list of known problems and not forgotten.")
    if case.paused:
        return _("The handling rests for now; it goes on as soon as what is lacking is there.")
    sentences = {
        Stage.ACCEPTED: _("We have your report and will give it to the office in charge."),
        Stage.DISPATCHED: _("The office in charge has your report."),
        Stage.HANDLING: _("The office in charge is working on it."),
        Stage.ANSWERED: _("The office has answered; the answer is being checked."),
        Stage.VERIFIED: _("There is an answer. Please tell us whether the matter is solved."),
        Stage.CALLED_BACK: _("Thank you for your judgement; the matter will be concluded."),
    }
    return sentences.get(Stage(case.stage), "")


def _refusal(case: Case, kind: CaseKind) -> str:
    """Return the pack's words of why a matter was not taken on."""
    reasons = kind.reasons.get("reject", {})
    entry = _last_note(case, "case.reject")
    return reasons[entry].name if entry in reasons else _("please call us for the reason")


def _last_note(case: Case, action: str) -> str:
    notes = [entry.note for entry in entries_of(subject_kind_of(case), case.pk) if entry.action == action]
    return notes[-1] if notes else ""


def judgement_of(case: Case) -> str:
    """Return what was said when the caller was asked."""
    if not case.solved or not case.satisfied:
        return ""
    return f"{Solved(case.solved).label} · {Satisfied(case.satisfied).label}"


def acts_of(case: Case, by: Scope) -> frozenset[str]:
    """Return what the holder may do now; ``judge`` as a call-back, ``say`` as words beside the file."""
    lawful = {step.action for step in lawful_steps(case, by=by)}
    acts = lawful.intersection(ACTS)
    if not may_reopen(case, at=timezone.now()):
        acts.discard("reopen")
    if "call_back" in lawful:
        return frozenset({*acts, "judge"})
    told = _reached(case, TOLD_FROM) or not case.is_open
    return frozenset({*acts, "say"} if told and not case.solved else acts)


def may_reopen(case: Case, *, at: datetime) -> bool:
    """Tell whether the window for opening again is open, by the rule that the step itself keeps."""
    rule = case_kind_of(case.pack_version_id, case.kind).reopen
    if rule is None or case.closed_at is None or case.reopened >= rule.times:
        return False
    return at <= reopening_ends(case.closed_at, rule)


def judge(case: Case, *, solved: str, satisfied: str, words: str, by: Scope, at: datetime) -> Case:
    """Store the citizen's word: as the call-back where the kind lets them judge, else as a comment."""
    _check(solved, satisfied)
    acts = acts_of(case, by)
    given = Given.from_mapping({"opinion": words[:500], "solved": solved, "satisfied": satisfied})
    if "judge" in acts:
        return take_step(case.pk, "call_back", by=by, given=given, at=at)
    if "say" not in acts:
        raise StepNotLawfulError(_("The matter has been judged already, or has no answer yet."))
    verdict = f"{Solved(solved).label} · {Satisfied(satisfied).label}"
    said = _("The citizen judges: %(verdict)s. %(words)s") % {"verdict": verdict, "words": given.opinion}
    return take_step(case.pk, "comment", by=by, given=Given(opinion=said.strip()), at=at)


def _check(solved: str, satisfied: str) -> None:
    if solved not in (Solved.YES, Solved.PARTLY, Solved.NO):
        raise StepIncompleteError({"solved": _("Please say whether the matter is solved.")})
    if satisfied not in (Satisfied.YES, Satisfied.MOSTLY, Satisfied.NO):
        raise StepIncompleteError({"satisfied": _("Please say whether you are satisfied.")})


def act(case: Case, action: str, *, words: str, reason: str, by: Scope, at: datetime) -> Case:
    """Take one of the citizen's steps: open again with a reason, urge, take back."""
    if action not in ACTS:
        raise StepNotLawfulError(_("This is not possible here."))
    if action == "reopen" and not words.strip():
        raise StepIncompleteError({"words": _("Please say what is still not in order.")})
    known = reasons_for(case, action)
    chosen = reason if reason in known else next(iter(known), "") if len(known) == 1 else ""
    given = Given.from_mapping({"opinion": words[:500], "reason": chosen})
    return take_step(case.pk, action, by=by, given=given, at=at)


def reasons_for(case: Case, action: str) -> dict[str, str]:
    """Return the reasons that the pack gives for a step, by key."""
    kind = case_kind_of(case.pack_version_id, case.kind)
    listed = kind.reasons.get(STEPS[action].reasons, {})  # type: ignore[call-overload]
    return {key: reason.name for key, reason in listed.items()}
