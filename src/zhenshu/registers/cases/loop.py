"""The closed loop: open a case, take a step. Every door and import calls these two functions."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from zhenshu.ground.ledger.models import Entry
from zhenshu.ground.ledger.record import record, subject_kind_of
from zhenshu.ground.packs.registry import case_kind_of
from zhenshu.ground.people.scope import Scope
from zhenshu.ground.statements import Select, update_row
from zhenshu.registers.cases.drafts import Draft
from zhenshu.registers.cases.errors import (
    CaseChangedError,
    CaseNotFoundError,
    StepIncompleteError,
    StepNotAllowedError,
    StepNotLawfulError,
)
from zhenshu.registers.cases.facts import PLAIN, case_facts
from zhenshu.registers.cases.given import Given
from zhenshu.registers.cases.models import Assignment, Case, Clock, Notice
from zhenshu.registers.cases.opening import open_case, store_new
from zhenshu.registers.cases.steps.table import STEPS, Right, Step, rights_of, roles_under
from zhenshu.registers.cases.turn import Turn
from zhenshu.registers.cases.visibility import covers_case, may_see
from zhenshu.registers.fields import clean_fields

__all__ = [
    "STEPS",
    "Draft",
    "Given",
    "Step",
    "last_change",
    "lawful_steps",
    "may_take",
    "open_case",
    "take_step",
]

# A step reads these each time; their statements are composed once.
CASE_TO_CHANGE = Select(Case, "id = %s", lock=True)
NUMBER_TO_CHANGE = Select(Case, "number = %s", lock=True)
SHARES_OF = Select(Assignment, "case_id = %s", order="id")
CLOCKS_OF = Select(Clock, "case_id = %s", order="id")

# Columns a step may change that are no facts of their own: they follow from the clocks.
DERIVED = ("near_at", "queue_at", "changed_at", "version")
CONTENT_NAMES: dict[str, str | Promise] = {
    "opinion": gettext_lazy("Opinion"),
    "category": gettext_lazy("Category"),
    "office": gettext_lazy("Office"),
    "handler": gettext_lazy("Handler"),
    "reason": gettext_lazy("Reason"),
    "granted": gettext_lazy("Decision"),
    "solved": gettext_lazy("Solved or not"),
    "satisfied": gettext_lazy("Satisfied or not"),
    "outcome": gettext_lazy("Outcome"),
    "into": gettext_lazy("Number of the other matter"),
    "limit": gettext_lazy("Limit"),
    "due": gettext_lazy("Due"),
    "attachment": gettext_lazy("Attachment"),
}


def take_step(
    name: int | str,
    action: str,
    *,
    by: Scope,
    given: Given | None = None,
    version: int | None = None,
    at: datetime | None = None,
    also: Callable[[Case], None] | None = None,
) -> Case:
    """Take the step *action* on the case with this id or number and return it; one transaction, one entry.

    *also* writes what is to be stored together with the step or not at all, such as the answer to a request.
    With *version* the step is refused with CaseChangedError when the case changed since it was read.
    """
    step = STEPS.get(action)
    if step is None:
        raise StepNotLawfulError(_("There is no step %(action)s.") % {"action": str(action)[:40]})
    with transaction.atomic():
        turn = load_turn(name, by=by, given=given or Given(), at=at or timezone.now())
        before = case_facts(turn.case)
        check_step(turn, step, version)
        _take_fields(turn, step)
        step.act(turn)
        _end_clocks_by(turn, step)
        turn.settle_dates()
        after = case_facts(turn.case)
        _store(turn, before, after)
        record(
            turn.by.actor,
            f"case.{step.action}",
            turn.case,
            area_id=turn.case.area_id,
            before=before,
            after=after,
            note=turn.given.opinion or turn.given.reason,
            at=turn.at,
        )
        if also is not None:
            also(turn.case)
    return turn.case


def load_turn(name: int | str, *, by: Scope, given: Given, at: datetime) -> Turn:
    """Lock the case and read what a step works on; raise CaseNotFoundError when *by* may not see it.

    A step is never dated before the one before it, even when the machine's clock was set back.
    """
    case = (CASE_TO_CHANGE if isinstance(name, int) else NUMBER_TO_CHANGE).first(name)
    if case is None:
        raise CaseNotFoundError(name)
    shares = SHARES_OF.rows(case.pk)
    case._prefetched_objects_cache = {"assignments": shares}  # type: ignore[attr-defined]
    if not may_see(case, by):
        raise CaseNotFoundError(case.number)
    clocks = CLOCKS_OF.rows(case.pk)
    for share in shares:
        share.case = case
    for clock in clocks:
        clock.case = case
    moment = max(at, case.changed_at)
    return Turn(case, case_kind_of(case.pack_version_id, case.kind), by, given, moment, shares, clocks)


# ── may this step be taken ────────────────────────────────────────────────────────────────────────────


def check_step(turn: Turn, step: Step, version: int | None) -> None:
    """Refuse early: wrong stage, changed meanwhile, wrong person, incomplete."""
    if not step.lawful(turn.case, turn.kind):
        sentence = _("“%(step)s” is not possible now. %(last)s")
        raise StepNotLawfulError(sentence % {"step": step.name, "last": last_change(turn.case)})
    if version is not None and version != turn.case.version:
        raise CaseChangedError(last_change(turn.case))
    if not may_take(turn, step):
        raise StepNotAllowedError(_("“%(step)s” is not yours to do here.") % {"step": step.name})
    problems = missing_contents(turn, step)
    if problems:
        raise StepIncompleteError(problems)


def last_change(case: Case) -> str:
    """Return who did what last, for the one who came second."""
    mine = Entry.objects.filter(subject_kind=subject_kind_of(case), subject_id=case.pk)
    entry = mine.exclude(action="case.viewed").order_by("-seq").first()
    if entry is None:
        return ""
    action = entry.action.removeprefix("case.")
    return _("%(who)s took the step “%(step)s” on %(when)s.") % {
        "who": entry.actor_name,
        "step": STEPS[action].name if action in STEPS else action,
        "when": timezone.localtime(entry.at).strftime("%Y-%m-%d %H:%M"),
    }


def may_take(turn: Turn, step: Step) -> bool:
    """Tell whether this person may take *step* here, by role, office and area; note the roles that count."""
    if step.other and turn.has_handled(turn.by.user_id):
        return False
    for right in rights_of(step, turn.kind):
        turn.roles = roles_under(right, step, turn.kind)
        if _holds(right, turn):
            return True
    return False


def _holds(right: Right, turn: Turn) -> bool:
    match right:
        case Right.OVERSEE:
            return covers_case(turn.case, turn.by, turn.roles)
        case Right.LEAD:
            return turn.lead is not None and turn.acts_for(turn.lead.office_id)
        case Right.ASSIST:
            return any(turn.acts_for(share.office_id) for share in turn.awaited())
        case Right.SUPERVISED:
            offices = {post.office_id for post in turn.by.posts if post.role in turn.roles}
            return turn.case.supervisions.filter(state="open", office_id__in=offices).exists()
        case Right.REPORTER:
            mine = turn.by.user_id is not None and turn.case.reported_by_id == turn.by.user_id
            return mine or turn.case.pk in turn.by.holds
        case Right.HOLDER:
            return turn.case.pk in turn.by.holds
        case Right.SEE:
            return True


def missing_contents(turn: Turn, step: Step) -> dict[str, str]:
    """Return a sentence for each thing the step must carry and does not."""
    problems = {}
    for key in required_contents(turn, step):
        if _lacks(turn, key):
            field = turn.kind.fields.get(key)
            name = (
                field.name if field else CONTENT_NAMES.get(key.removesuffix("s"), CONTENT_NAMES.get(key, key))
            )
            problems[key] = _("%(name)s is needed for this step.") % {"name": name}
    reasons = turn.kind.reasons.get(step.reasons, {}) if step.reasons else {}  # type: ignore[call-overload]
    if reasons and turn.given.reason not in reasons:
        listed = "、".join(f"{key} ({reason.name})" for key, reason in reasons.items())
        problems["reason"] = _("Choose one of the reasons: %(reasons)s.") % {"reasons": listed}
    return problems


def required_contents(turn: Turn, step: Step) -> list[str]:
    """Return what *step* must carry: by the table, and by the kind's pack."""
    rule = turn.kind.steps.get(step.action)
    return list(dict.fromkeys([*step.require, *(rule.require if rule else ())]))


def _lacks(turn: Turn, key: str) -> bool:
    if key in ("attachment", "attachments"):
        return not turn.given.attachments and not turn.case.attachments.exists()
    if key in turn.kind.fields:
        return turn.given.fields.get(key, turn.case.fields.get(key)) in (None, "")
    if key == "category":
        return not turn.case.category
    return getattr(turn.given, key, None) in (None, "")


def lawful_steps(case: Case, *, by: Scope) -> list[Step]:
    """Return the steps that *by* may take on a case now, for the buttons of a page."""
    kind = case_kind_of(case.pack_version_id, case.kind)
    turn = Turn(case, kind, by, Given(), timezone.now(), list(case.assignments.all()), [])
    return [step for step in STEPS.values() if step.lawful(case, kind) and may_take(turn, step)]


# ── what a step does besides its act ──────────────────────────────────────────────────────────────────


def _take_fields(turn: Turn, step: Step) -> None:
    """A step may fill fields of its kind, such as the number of an order or a penalty."""
    if not turn.given.fields or step.action == "correct":
        return
    values, problems = clean_fields(turn.kind.fields, turn.given.fields, complete=False)
    if problems:
        raise StepIncompleteError({f"fields.{key}": sentence for key, sentence in problems.items()})
    turn.case.fields = {**turn.case.fields, **values}


def _end_clocks_by(turn: Turn, step: Step) -> None:
    """Stop the clocks whose pack says that this step ends them, such as the contact with the caller."""
    declared = turn.kind.clocks
    turn.stop_clocks(c for c in turn.clocks if c.key in declared and declared[c.key].ended_by == step.action)


def _store(turn: Turn, before: Mapping[str, Any], after: Mapping[str, Any]) -> None:
    """Write the columns of the case that changed and every row the step touched."""
    turn.case.version += 1
    turn.case.changed_at = turn.at
    changed = [name for name in (*PLAIN, "fields") if before[name] != after[name]]
    update_row(turn.case, [*changed, *DERIVED])
    stored = [row for row in turn.kept if row.pk is not None]
    store_new([row for row in turn.kept if row.pk is None])
    for row in stored:
        update_row(row)
    if turn.notices:
        Notice.objects.bulk_create(turn.notices)
