"""Rules of the packs that propose a supervision order; a person orders or dismisses it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction

from django.db import transaction
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext as _

from zhenshu.ground.ledger.record import SYSTEM
from zhenshu.ground.packs.registry import library
from zhenshu.ground.packs.schema import CaseKind, SupervisionTrigger
from zhenshu.ground.people.models import Role
from zhenshu.ground.people.scope import Scope
from zhenshu.ground.worktime import deadlines
from zhenshu.registers.cases import clocks as clockwork
from zhenshu.registers.cases.errors import CaseNotFoundError, StepNotAllowedError
from zhenshu.registers.cases.ladder import dispatchers_of
from zhenshu.registers.cases.models import (
    Assignment,
    AssignmentRole,
    AssignmentState,
    Case,
    Clock,
    ClockState,
    Notice,
    Proposal,
    ProposalState,
)
from zhenshu.registers.cases.noting import note_on_case
from zhenshu.registers.cases.visibility import covers_case

DECIDING_ROLES = (Role.DISPATCHER, Role.LEADER, Role.SECRETARY)
HALF = Fraction(1, 2)


@dataclass(frozen=True, slots=True)
class Ask:
    """What a rule asks: of which kind, by which trigger, as of when."""

    kind: CaseKind
    trigger: SupervisionTrigger
    now: datetime

    def is_over(self, since: datetime) -> bool:
        """Tell whether the rule's time has passed since then; a rule without a time speaks at once."""
        if self.trigger.after is None:
            return since <= self.now
        return deadlines.due(since, self.trigger.after, clockwork.work_calendar()) <= self.now


def propose_orders(*, now: datetime | None = None) -> int:
    """Propose an order for every open case that fulfils a rule of its pack; return how many were new."""
    moment = now or timezone.now()
    proposed = 0
    for kind in library().case_kinds.values():
        rules = kind.supervision.triggers.values() if kind.supervision else ()
        for trigger in rules:
            found = set(FINDERS[trigger.on](Ask(kind, trigger, moment)))
            known = Proposal.objects.filter(trigger=trigger.code, case_id__in=found)
            for case_id in sorted(found - set(known.values_list("case_id", flat=True))):
                proposed += _propose(case_id, trigger, moment)
    return proposed


def _propose(case_id: int, trigger: SupervisionTrigger, now: datetime) -> bool:
    """Store the proposal and tell the dispatchers, once per case and rule."""
    with transaction.atomic():
        case = Case.objects.select_for_update(of=("self",)).get(pk=case_id)
        text = _("%(rule)s: %(number)s %(title)s") % {
            "rule": trigger.name,
            "number": case.number,
            "title": case.title,
        }
        wanted = {"text": text[:200], "proposed_at": now}
        _proposal, new = Proposal.objects.get_or_create(case=case, trigger=trigger.code, defaults=wanted)
        if not new:
            return False
        users = sorted(set(dispatchers_of(case, now).values_list("user_id", flat=True)))
        Notice.objects.bulk_create(
            Notice(user_id=user, case=case, kind="proposed", text=text[:200], at=now) for user in users
        )
        note_on_case(case, SYSTEM, "case.order_proposed", text, at=now)
    return True


def dismiss_proposal(proposal_id: int, *, by: Scope, opinion: str, at: datetime | None = None) -> Proposal:
    """Say that no order is needed, and why. To order is the step ``supervise`` with the rule as reason."""
    moment = at or timezone.now()
    with transaction.atomic():
        proposal = Proposal.objects.select_related("case").filter(pk=proposal_id).first()
        if proposal is None:
            raise CaseNotFoundError(proposal_id)
        if not covers_case(proposal.case, by, DECIDING_ROLES):
            raise StepNotAllowedError(_("Your post does not decide on supervision here."))
        decided = Proposal.objects.filter(pk=proposal_id, state=ProposalState.PENDING).update(
            state=ProposalState.DISMISSED, decided_by=by.user_id, decided_at=moment
        )
        if decided:
            note_on_case(proposal.case, by.actor, "case.order_dismissed", opinion, at=moment)
        proposal.refresh_from_db()
    return proposal


# ── one finder per kind of rule: the ids of the open cases that fulfil it ─────────────────────────────


def _half_time_idle(ask: Ask) -> Iterator[int]:
    """Half of the promised time is gone and nothing was done since the office was given the matter."""
    for clock in _main_clocks(ask):
        half = deadlines.part_way(clock.started_at, clock.due_at, HALF, clockwork.work_calendar())
        case = clock.case
        given = case.dispatched_at or case.opened_at
        if half <= ask.now and case.changed_at <= given:
            yield case.pk


def _overdue(ask: Ask) -> Iterator[int]:
    """The promised time has run out, and the rule's time since then."""
    for clock in _main_clocks(ask):
        if clock.due_at <= ask.now and ask.is_over(clock.due_at):
            yield clock.case_id


def _main_clocks(ask: Ask) -> Iterator[Clock]:
    running = Clock.objects.filter(
        state=ClockState.RUNNING,
        key=ask.kind.main_clock() or "",
        case__is_open=True,
        case__kind=ask.kind.full_code,
    )
    return running.select_related("case").iterator(chunk_size=2000)


def _reported_again(ask: Ask) -> Iterator[int]:
    """Somebody with the same telephone number reported again, or another report was merged into it."""
    open_cases = Case.objects.filter(is_open=True, kind=ask.kind.full_code)
    yield from open_cases.filter(merged__isnull=False).values_list("pk", flat=True)
    by_phone: dict[str, list[tuple[datetime, int]]] = defaultdict(list)
    phones = open_cases.exclude(reporter_phone="").values_list("reporter_phone", "opened_at", "pk")
    for phone, opened_at, pk in phones.order_by("opened_at", "pk"):
        by_phone[phone].append((opened_at, pk))
    for reports in by_phone.values():
        for (earlier, pk), (later, _other) in zip(reports, reports[1:], strict=False):
            if not Ask(ask.kind, ask.trigger, later).is_over(earlier) or ask.trigger.after is None:
                yield pk


def _returned_idle(ask: Ask) -> Iterator[int]:
    """An answer was returned and nothing followed."""
    returned = Case.objects.filter(
        is_open=True, kind=ask.kind.full_code, returned__gt=0, stage="handling", paused=False, parked=False
    )
    for pk, changed_at in returned.values_list("pk", "changed_at"):
        if ask.is_over(changed_at):
            yield pk


def _assist_silent(ask: Ask) -> Iterator[int]:
    """An assisting office has not replied."""
    waiting = Assignment.objects.filter(live=True, role=AssignmentRole.ASSIST, case__kind=ask.kind.full_code)
    silent = waiting.exclude(state=AssignmentState.ANSWERED).annotate(held=F("case__paused"))
    for case_id, sent_at, held in silent.values_list("case_id", "sent_at", "held"):
        if not held and ask.is_over(sent_at):
            yield case_id


FINDERS: Mapping[str, Callable[[Ask], Iterator[int]]] = {
    "half_time_idle": _half_time_idle,
    "overdue": _overdue,
    "reported_again": _reported_again,
    "returned_idle": _returned_idle,
    "assist_silent": _assist_silent,
}
