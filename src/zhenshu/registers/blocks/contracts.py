"""Contracts: what falls due when, what was paid, what is in arrears, what is about to end.

The schedule follows from the first and last day, the rhythm of the pack and the amount of an instalment;
payments are set against it in order, the oldest due first.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from decimal import Decimal

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from zhenshu.ground.packs.schema import ContractKind
from zhenshu.ground.people.scope import Scope
from zhenshu.ground.worktime.calendars import WorkCalendar
from zhenshu.ground.worktime.deadlines import near_due
from zhenshu.ground.worktime.limits import Limit
from zhenshu.ground.worktime.periods import add_months
from zhenshu.registers.blocks.acts import (
    RecordDraft,
    hold_record,
    keep_record,
    record_facts,
    save_record,
)
from zhenshu.registers.blocks.errors import RecordStateError
from zhenshu.registers.blocks.kinds import record_kind, refuse
from zhenshu.registers.blocks.models import Payment, Record, State
from zhenshu.registers.blocks.visibility import standing_records
from zhenshu.registers.cases.clocks import work_calendar

MONTHS = {"month": 1, "quarter": 3, "half_year": 6, "year": 12}
DAYS = {"day": 1, "week": 7, "ten_days": 10}
ZERO = Decimal(0)


@dataclass(frozen=True, slots=True)
class Instalment:
    """One due of a contract, and what of it has been paid."""

    due: date
    amount: Decimal
    paid: Decimal = ZERO

    @property
    def open(self) -> Decimal:
        return self.amount - self.paid


def due_days(start: date, end: date, every: str) -> list[date]:
    """Return the days on which an instalment falls due, from *start* to *end*, both included.

    ``once`` and ``event`` fall due on the first day alone.
    """
    if every in MONTHS:
        step = MONTHS[every]
        days: list[date] = []
        while (day := add_months(start, step * len(days))) <= end:
            days.append(day)
        return days
    if every in DAYS:
        return [start + timedelta(days=n) for n in range(0, (end - start).days + 1, DAYS[every])]
    return [start]


def schedule(days: Iterable[date], amount: Decimal, paid: Decimal) -> list[Instalment]:
    """Return the instalments with what was paid set against them in order; nothing is lost or made."""
    found, rest = [], paid
    for day in days:
        part = min(amount, rest)
        rest -= part
        found.append(Instalment(day, amount, part))
    return found


def arrears(instalments: Iterable[Instalment], today: date) -> Decimal:
    """Return what is overdue today: due before today and not paid."""
    return sum((one.open for one in instalments if one.due < today), ZERO)


def contract_kind(kept: Record) -> ContractKind:
    kind = record_kind(kept.kind)
    assert isinstance(kind, ContractKind)
    return kind


def instalments_of(kept: Record, kind: ContractKind | None = None) -> list[Instalment]:
    """Return the schedule of a contract as it stands; nothing falls due after it has ended."""
    declared = kind or contract_kind(kept)
    if declared.money == "none" or kept.amount is None:
        return []
    last = (kept.ended_on or kept.day) - timedelta(days=1)
    return schedule(due_days(kept.day, max(last, kept.day), declared.due), kept.amount, kept.settled)


def last_day_of(kept: Record) -> date | None:
    """Return the last day of a contract, itself included; None where it has no end."""
    return kept.ended_on - timedelta(days=1) if kept.ended_on else None


def next_open(instalments: Sequence[Instalment]) -> date | None:
    """Return the day of the oldest instalment that is not wholly paid."""
    return next((one.due for one in instalments if one.open > 0), None)


# ── acts ──────────────────────────────────────────────────────────────────────────────────────────────


@transaction.atomic
def sign_contract(draft: RecordDraft, *, last_day: date, by: Scope, note: str = "") -> Record:
    """Return the contract in force from its day until *last_day* included, its first due worked out."""
    if last_day < draft.day:
        raise refuse(last_day=_("A contract ends no earlier than it begins."))
    ended_on = last_day + timedelta(days=1)
    kind = record_kind(draft.kind)
    days = due_days(draft.day, last_day, kind.due) if isinstance(kind, ContractKind) else []
    money = isinstance(kind, ContractKind) and kind.money != "none"
    made = replace(draft, ended_on=ended_on, due=days[0] if days and money else None)
    return keep_record(made, by=by, note=note)


@transaction.atomic
def add_payment(
    kept: Record, amount: Decimal, *, day: date, by: Scope, note: str = "", at: datetime | None = None
) -> Record:
    """Return the contract with a payment of *day* set against the oldest dues."""
    kept = hold_record(kept.pk, version=None, by=by, right="pay")
    whole = sum((one.amount for one in instalments_of(kept)), ZERO)
    if amount <= 0:
        raise refuse(amount=_("A payment is more than nothing."))
    if kept.settled + amount > whole:
        words = {"open": f"{whole - kept.settled:f}"}
        raise refuse(amount=_("Only %(open)s 元 are open under this contract.") % words)
    if day < kept.day or day > timezone.localdate():
        raise refuse(day=_("A payment lies between the beginning of the contract and today."))
    before = record_facts(kept)
    made_at = at or timezone.now()
    Payment.objects.create(record=kept, day=day, amount=amount, note=note[:200], made_at=made_at)
    kept.settled += amount
    kept.due = next_open(instalments_of(kept))
    kept.done_on = day if kept.due is None else None
    return save_record(kept, before, "record.paid", by=by, note=note)


@transaction.atomic
def end_contract(kept: Record, *, last_day: date, reason: str, version: int, by: Scope) -> Record:
    """Return the contract ended early: what falls due after *last_day* is no longer owed."""
    kept = hold_record(kept.pk, version=version, by=by, right="pay")
    if not reason.strip():
        raise refuse(reason=_("Say why it ends early."))
    if last_day < kept.day or (kept.ended_on is not None and last_day >= kept.ended_on):
        raise refuse(last_day=_("An early end lies within the contract."))
    before = record_facts(kept)
    kept.ended_on, kept.state = last_day + timedelta(days=1), State.ENDED
    if sum((one.amount for one in instalments_of(kept)), ZERO) < kept.settled:
        raise RecordStateError(_("More has been paid than fell due until that day."))
    kept.due = next_open(instalments_of(kept))
    return save_record(kept, before, "record.ended", by=by, note=reason.strip()[:200])


@transaction.atomic
def renew_contract(kept: Record, *, last_day: date, amount: Decimal | None, by: Scope) -> Record:
    """Return the contract that follows one, from the day after its end, with the same sides and fields.

    A contract is renewed once; the new one names the old.
    """
    kept = hold_record(kept.pk, version=None, by=by, right="pay")
    if kept.ended_on is None:
        raise RecordStateError(_("This contract has no end to be renewed after."))
    fields = {**kept.fields, **({} if amount is None else {"amount": str(amount)})}
    draft = RecordDraft(
        kind=kept.kind, day=kept.ended_on, subject=kept.subject_id, party=kept.party_id, area=kept.area_id,
        title=kept.title, office=kept.office_id, holder=kept.holder_id, key=f"renews:{kept.pk}",
        fields=fields, detail={"renews": kept.pk},
    )  # fmt: skip
    return sign_contract(draft, last_day=last_day, by=by)


# ── lists ─────────────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class Owing:
    """A contract on which something is overdue, due soon, or which ends soon."""

    contract: Record
    arrears: Decimal
    since: date | None
    due_soon: bool
    ends_soon: bool


def owing(kind: ContractKind, scope: Scope, *, today: date | None = None) -> list[Owing]:
    """Return the contracts that need somebody today: in arrears, due soon or ending soon, worst first."""
    standing = standing_records(scope).filter(kind=kind.full_code).select_related("subject", "party", "area")
    return owing_among(standing, kind, today or timezone.localdate())


def owing_among(contracts: Iterable[Record], kind: ContractKind, day: date) -> list[Owing]:
    """Return which of these contracts of one kind need somebody on *day*, worst first."""
    calendar = work_calendar()
    found = []
    for contract in contracts:
        parts = instalments_of(contract, kind)
        late, oldest = arrears(parts, day), next_open(parts)
        ends = last_day_of(contract)
        one = Owing(
            contract,
            late,
            oldest if late else None,
            due_soon=is_near(oldest, kind.remind, day, calendar),
            ends_soon=is_near(ends, kind.remind_end, day, calendar),
        )
        if late or one.due_soon or one.ends_soon:
            found.append(one)
    return sorted(found, key=lambda one: (-one.arrears, one.since or date.max, one.contract.pk))


def is_near(day: date | None, before: Limit | None, today: date, calendar: WorkCalendar) -> bool:
    """Tell whether *today* lies in the time that reminds of *day*; the day itself included, later not."""
    if day is None or before is None or today > day:
        return False
    end = timezone.make_aware(datetime(day.year, day.month, day.day, 23, 59))
    return timezone.localtime(near_due(end, before, calendar)).date() <= today
