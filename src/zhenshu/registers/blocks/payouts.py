"""Payouts: who is entitled today, the run of a period, its publication, its payment, and both mismatches.

A run makes one record per entitled person, period and standard. The key of a record holds the three, so a
person is listed once per period whoever runs it and however often.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from zhenshu.ground.ledger.record import Change, record_many, subject_kind_of
from zhenshu.ground.packs.blocks import PayRate
from zhenshu.ground.packs.conditions import names_in
from zhenshu.ground.packs.schema import PayoutKind
from zhenshu.ground.people.scope import Scope
from zhenshu.ground.worktime.deadlines import due
from zhenshu.ground.worktime.periods import Kind, Period, PeriodError, parse_period
from zhenshu.registers.blocks.acts import RecordDraft, keep_many, record_facts
from zhenshu.registers.blocks.among import dossiers_among, terms_of, test_of
from zhenshu.registers.blocks.errors import RecordInvalidError, RecordStateError
from zhenshu.registers.blocks.kinds import refuse, subject_kind
from zhenshu.registers.blocks.models import Record, State
from zhenshu.registers.blocks.visibility import require, standing_records
from zhenshu.registers.cases.clocks import work_calendar
from zhenshu.registers.dossiers.models import Dossier

GRAINS = {
    "day": Kind.DAY, "week": Kind.WEEK, "month": Kind.MONTH, "quarter": Kind.QUARTER,
    "half_year": Kind.HALF, "year": Kind.YEAR,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Entitled:
    """One person or household, the standard that holds for them, and the money of one period."""

    subject: Dossier
    rate: PayRate
    amount: Decimal


def roster(kind: PayoutKind, scope: Scope) -> list[Entitled]:
    """Return who is entitled today, with the first standard each fulfils; without amount nobody is listed."""
    of = subject_kind(kind)
    if of is None:
        return []
    subjects = dossiers_among(of, kind.entitled, scope)
    rates = [(rate, test_of(rate.when, of)) for rate in kind.rates.values()]
    terms = terms_of(subjects, of, {name for rate in kind.rates.values() for name in names_in(rate.when)})
    found = []
    for subject in subjects:
        rate = next((one for one, fits in rates if fits(terms[subject.pk])), None)
        amount = amount_of(rate, subject.fields) if rate is not None else None
        if rate is not None and amount is not None:
            found.append(Entitled(subject, rate, amount))
    return found


def amount_of(rate: PayRate, fields: Mapping[str, Any]) -> Decimal | None:
    """Return the money of one period in 元: the dossier's own amount where the standard points to it."""
    said = fields.get(rate.field) if rate.field else rate.amount
    return Decimal(str(said)) if isinstance(said, int | float) and said > 0 else None


def period_for(kind: PayoutKind, text: str) -> str:
    """Return the key of a period as the payout is paid by; raise RecordInvalidError for another grain."""
    wanted = GRAINS.get(kind.every)
    if wanted is None:
        return text.strip()[:20] or kind.every
    try:
        period: Period = parse_period(text)
    except PeriodError as error:
        raise refuse(period=str(error)) from error
    if period.kind is not wanted or period.is_stretch:
        raise refuse(period=_("%(name)s is paid by another period.") % {"name": kind.name})
    return period.key


def key_of(subject_id: int, period: str) -> str:
    """Return what makes a payment one of its kind: a person is paid once per period."""
    return f"{period}:{subject_id}"


@transaction.atomic
def prepare_run(kind: PayoutKind, period: str, *, by: Scope, at: datetime | None = None) -> list[Record]:
    """Return the new payments of a period: everybody entitled today who is not listed yet.

    Running it again lists only who was missing. Where the pack wants a publication, each payment waits
    until its last day (``due``) is over.
    """
    name, moment = period_for(kind, period), at or timezone.now()
    listed = set(_of_period(kind, name).values_list("subject_id", flat=True))
    public_until = _public_until(kind, moment)
    drafts = [
        RecordDraft(
            kind=kind.full_code, day=timezone.localtime(moment).date(), subject=one.subject.pk,
            due=public_until, key=key_of(one.subject.pk, name), bundle=name, state=State.LISTED,
            derived={"rate": one.rate.code, "amount": plain_number(one.amount), "people": 1, "paid": False},
        )
        for one in roster(kind, by)
        if one.subject.pk not in listed
    ]  # fmt: skip
    if drafts:
        _require_pay(by)
    return keep_many(drafts, by=by, at=moment, note=name)


def plain_number(value: Decimal) -> int | float:
    """Return a number as JSON holds it; whole ones stay whole."""
    return int(value) if value == value.to_integral_value() else float(value)


def _require_pay(by: Scope) -> None:
    widest = min((post.area_path for post in by.posts), key=len, default="")
    require("pay", by, area_path=widest, sensitive=False)


def _of_period(kind: PayoutKind, period: str) -> Any:
    return Record.objects.filter(kind=kind.full_code, bundle=period).exclude(state=State.WITHDRAWN)


def _public_until(kind: PayoutKind, at: datetime) -> date | None:
    if kind.publish is None:
        return None
    return timezone.localtime(due(at, kind.publish, work_calendar())).date()


@transaction.atomic
def confirm_paid(
    kind: PayoutKind, period: str, *, day: date, by: Scope, only: Iterable[int] | None = None
) -> list[Record]:
    """Return the payments of a period now confirmed as paid on a day; each is paid once.

    *only* names records; without it all that wait are paid. Refuses while the list still stands in public.
    """
    waiting = _of_period(kind, period).filter(state=State.LISTED).select_related("area")
    seen = waiting.filter(pk__in=standing_records(by).order_by().values("pk"))
    if only is not None:
        seen = seen.filter(pk__in=set(only))
    records = list(seen.select_for_update(of=("self",)).order_by("pk"))
    if not records:
        raise RecordStateError(_("Nothing of this period waits to be paid."))
    for kept in records:
        require("pay", by, area_path=kept.area.path, sensitive=kept.sensitive)
        if kept.due is not None and day <= kept.due:
            words = {"day": f"{kept.due:%Y-%m-%d}"}
            raise RecordInvalidError({"day": _("The list stands in public until %(day)s.") % words})
    if day > timezone.localdate():
        raise refuse(day=_("A payment is confirmed when it was made, not before."))
    return _pay(records, day, by)


def _pay(records: list[Record], day: date, by: Scope) -> list[Record]:
    changes = []
    for kept in records:
        before = record_facts(kept)
        kept.state, kept.done_on, kept.day = State.PAID, day, day
        kept.settled = kept.amount or Decimal(0)
        kept.fields = {**kept.fields, "paid": True}
        kept.version += 1
        kept.save()
        kind = subject_kind_of(kept)
        changes.append(Change("record.paid", kind, kept.pk, kept.area_id, before, record_facts(kept)))
    record_many(by.actor, changes)
    return records


# ── mismatches ────────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class Balance:
    """A period compared with who is entitled today: paid, waiting, missing, paid without right."""

    paid: list[Record]
    waiting: list[Record]
    unpaid: list[Entitled]
    unentitled: list[Record]

    @property
    def paid_amount(self) -> Decimal:
        return sum((one.amount or Decimal(0) for one in self.paid), Decimal(0))


def balance(kind: PayoutKind, period: str, scope: Scope) -> Balance:
    """Return how a period stands: entitled but unpaid, and paid but not entitled (应享未享、不应享而享)."""
    related = ("subject__area", "area")
    here = standing_records(scope).filter(kind=kind.full_code, bundle=period).select_related(*related)
    records = list(here.order_by("pk"))
    entitled = {one.subject.pk: one for one in roster(kind, scope)}
    paid = [one for one in records if one.state == State.PAID]
    reached = {one.subject_id for one in paid}
    return Balance(
        paid=paid,
        waiting=[one for one in records if one.state == State.LISTED],
        unpaid=[one for pk, one in entitled.items() if pk not in reached],
        unentitled=[one for one in records if one.subject_id not in entitled],
    )
