"""Clocks that ran out are told up the line, oldest first, one level after each further full limit."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from zhenshu.ground.ledger.record import SYSTEM
from zhenshu.ground.packs.registry import case_kind_of
from zhenshu.ground.packs.schema import CaseKind
from zhenshu.ground.worktime import deadlines
from zhenshu.ground.worktime.limits import StartRule
from zhenshu.registers.cases import clocks as clockwork
from zhenshu.registers.cases.ladder import ladder_of
from zhenshu.registers.cases.models import Case, Clock, ClockState, Notice
from zhenshu.registers.cases.noting import note_on_case

BATCH = 500


def escalate_due(*, now: datetime | None = None, at_most: int = BATCH) -> int:
    """Tell the next level of every clock that ran out, the longest overdue first; return how many were told.

    Safe to run in several workers at once: each clock is looked at again under the lock of its case.
    """
    moment = now or timezone.now()
    late = Clock.objects.filter(state=ClockState.RUNNING, escalate_at__lte=moment)
    ids = list(late.order_by("escalate_at").values_list("pk", "case_id")[:at_most])
    return sum(_escalate(clock_id, case_id, moment) for clock_id, case_id in ids)


def _escalate(clock_id: int, case_id: int, now: datetime) -> bool:
    with transaction.atomic():
        case = Case.objects.select_for_update(of=("self",)).get(pk=case_id)
        clock = (
            Clock.objects.select_related("assignment", "supervision")
            .filter(pk=clock_id, state=ClockState.RUNNING, escalate_at__lte=now)
            .first()
        )
        if clock is None:
            return False
        clock.case = case
        kind = case_kind_of(case.pack_version_id, case.kind)
        ladder = ladder_of(clock, kind, now)
        told = ladder[clock.escalated] if clock.escalated < len(ladder) else ()
        if told:
            _tell(clock, kind, told, now)
        clock.escalated += bool(told)
        clock.escalate_at = _next_time(clock, now) if clock.escalated < len(ladder) else None
        clock.save(update_fields=["escalated", "escalate_at"])
    return bool(told)


def _tell(clock: Clock, kind: CaseKind, users: tuple[int, ...], now: datetime) -> None:
    """Put the late clock under the bell of *users* and into the ledger."""
    case = clock.case
    declared = kind.clocks.get(clock.key)
    text = _("%(clock)s ran out on %(due)s: %(number)s %(title)s") % {
        "clock": (declared.name if declared else "") or clock.key,
        "due": f"{timezone.localtime(clock.due_at):%m-%d %H:%M}",
        "number": case.number,
        "title": case.title,
    }
    Notice.objects.bulk_create(
        Notice(user_id=user, case=case, kind="escalated", text=text[:200], at=now) for user in users
    )
    note_on_case(case, SYSTEM, "case.escalated", text, at=now)


def _next_time(clock: Clock, now: datetime) -> datetime:
    """Return when the level above hears of it: after a further full limit, never twice at one look."""
    after = _one_limit_after(clock, clock.escalate_at or now)
    return after if after > now else _one_limit_after(clock, now)


def _one_limit_after(clock: Clock, moment: datetime) -> datetime:
    if not clock.limit:
        return moment + (clock.due_at - clock.started_at)
    limit = clockwork.read_limit(clock.limit)
    rule = StartRule.NEXT_DAY if limit.unit.counts_whole_days else StartRule.AT_ONCE
    return deadlines.due(moment, limit, clockwork.work_calendar(), rule=rule)
