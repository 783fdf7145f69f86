"""Kept records of every block: visits, sheets, contracts, payments, meetings, surveys and the like."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from django.utils import timezone

from zhenshu.demo.lines.stock import Stock
from zhenshu.demo.lines.words import plan_titles, words
from zhenshu.ground.packs.base import Packed
from zhenshu.ground.packs.registry import library
from zhenshu.ground.packs.schema import (
    BallotKind,
    BookingKind,
    ChecklistKind,
    ContractKind,
    FundKind,
    LearningKind,
    MeetingKind,
    PayoutKind,
    RoundKind,
    SurveyKind,
    TieKind,
)
from zhenshu.ground.people.models import Role, User
from zhenshu.ground.people.posts import posts_on
from zhenshu.registers.blocks.acts import RecordDraft, keep_many
from zhenshu.registers.blocks.ballots import Count, keep_ballot
from zhenshu.registers.blocks.bookings import book, free_slots
from zhenshu.registers.blocks.checklists import FAIL, PASS, Answer, fill_sheet
from zhenshu.registers.blocks.contracts import add_payment, instalments_of, sign_contract
from zhenshu.registers.blocks.errors import BlockError
from zhenshu.registers.blocks.kinds import own_fields, party_code, record_fields, subject_code
from zhenshu.registers.blocks.meetings import Decision, carry_out, hold_meeting, roll_of
from zhenshu.registers.blocks.models import Record
from zhenshu.registers.blocks.payouts import confirm_paid, prepare_run
from zhenshu.registers.blocks.surveys import start_survey, take_answers
from zhenshu.registers.blocks.ties import bind
from zhenshu.registers.cases.errors import CaseError
from zhenshu.registers.dossiers.errors import DossierError
from zhenshu.registers.dossiers.models import Dossier
from zhenshu.registers.plans.errors import PlanRegisterError

REFUSALS = (BlockError, CaseError, DossierError, PlanRegisterError)
VISITS, SHEETS, SESSIONS, HELD, MOVES = 10, 3, 8, 4, 8
ANSWERED = 8
LOAN = 3  # years a contract runs
AUTUMN = 200  # days before today that a survey began


def plant_records(stock: Stock) -> None:
    """Keep records of every kind of every block that has none."""
    for kind in library().kinds.values():
        maker = MAKERS.get(type(kind))
        if maker is None or Record.objects.filter(kind=kind.full_code).exists():
            continue
        try:
            maker(stock, kind)
        except REFUSALS as error:
            stock.refused.append(f"{kind.full_code}: {error}")


def subject_of(stock: Stock, kind: Packed, number: int) -> Dossier | None:
    """Return one of the dossiers a kind is about."""
    pool = stock.dossiers(subject_code(kind))
    found = Dossier.objects.select_related("area").filter(pk=pool[number % len(pool)]) if pool else None
    return found.first() if found is not None else None


def draft_for(stock: Stock, kind: Packed, day: date, number: int, **more: Any) -> RecordDraft:
    """Return a record of a kind on a day, about the *number*-th of the dossiers it may be about."""
    of = subject_code(kind)
    pool = stock.dossiers(of) if of else []
    fields = stock.values({**own_fields(kind), **record_fields(kind)}, {}, day=day, pack=kind.pack)
    area = None if pool else stock.town.pk
    said: dict[str, Any] = {"area": area, "office": stock.office(kind.pack).pk, **more}
    return RecordDraft(
        kind=kind.full_code, day=day, subject=pool[number % len(pool)] if pool else None, fields=fields,
        **said,
    )  # fmt: skip


# ── visits, sheets, sessions ──────────────────────────────────────────────────────────────────────────


def _rounds(stock: Stock, kind: RoundKind) -> None:
    drafts = [
        draft_for(stock, kind, day, number, holder=stock.officer(kind.pack).pk)
        for number, day in enumerate(stock.past_days(VISITS, kind.full_code))
    ]
    keep_many(drafts, by=stock.by)


def _learning(stock: Stock, kind: LearningKind) -> None:
    drafts = [
        draft_for(stock, kind, day, n, title=kind.name) for n, day in enumerate(stock.past_days(SESSIONS))
    ]
    keep_many(drafts, by=stock.by)


def _sheets(stock: Stock, kind: ChecklistKind) -> None:
    """Fill some sheets; on the newest one item has failed and has become a matter."""
    days = stock.past_days(SHEETS)
    for number, day in enumerate(days):
        subject = subject_of(stock, kind, number)
        if subject is None:
            return
        answers = {code: Answer(PASS) for code in kind.items}
        failing = {**answers, [*answers][-1]: Answer(FAIL, words()["notes"]["found"])}
        if number < SHEETS - 1 or not _sheet(stock, kind, failing, subject.pk, day):
            _sheet(stock, kind, answers, subject.pk, day)


def _sheet(stock: Stock, kind: ChecklistKind, answers: Mapping[str, Answer], subject: int, day: date) -> bool:
    """Fill one sheet; False where the matter of a failed item asks for more than a sheet knows."""
    fields = stock.values(kind.fields, {}, day=day, pack=kind.pack)
    try:
        fill_sheet(kind, answers, subject=subject, day=day, by=stock.acting(kind.pack), fields=fields)
    except CaseError:
        return False
    return True


# ── money ─────────────────────────────────────────────────────────────────────────────────────────────


def _contracts(stock: Stock, kind: ContractKind) -> None:
    """Sign some contracts: paid to the day, in arrears, about to end, begun this year."""
    today = stock.today
    for number, start in enumerate((today.replace(year=today.year - 2, day=1), date(today.year - 1, 3, 1),
                                    today - timedelta(days=100))):  # fmt: skip
        parties = stock.dossiers(party_code(kind)) if kind.party else []
        draft = draft_for(
            stock, kind, start, number, party=parties[number % len(parties)] if parties else None
        )
        if kind.money != "none":
            draft = replace(draft, fields={**draft.fields, "amount": 3_000 + 1_500 * number})
        last = today + timedelta(days=25) if number == 0 else start + timedelta(days=365 * LOAN)
        kept = sign_contract(draft, last_day=last, by=stock.by)
        _pay(stock, kept, kind, behind=1 if number == 1 else 0)


def _pay(stock: Stock, kept: Record, kind: ContractKind, *, behind: int) -> None:
    """Pay what has fallen due, *behind* of it not yet."""
    if kind.money == "none":
        return
    due = [one for one in instalments_of(kept, kind) if one.due < stock.today]
    paid = sum((one.amount for one in due[: len(due) - behind or None]), Decimal(0))
    if paid > 0 and len(due) > behind:
        add_payment(kept, paid, day=min(due[-1].due, stock.today - timedelta(days=1)), by=stock.by)


def _payouts(stock: Stock, kind: PayoutKind) -> None:
    """Run the payments of some periods, and the one of today whose list still stands in public."""
    periods = list(_pay_periods(kind, stock.today))
    for place, (period, moment) in enumerate(periods):
        if not prepare_run(kind, period, by=stock.by, at=moment):
            continue
        if place < len(periods) - 1:
            day = min((moment + timedelta(days=24)).date(), stock.today)
            confirm_paid(kind, period, day=day, by=stock.by)


def _pay_periods(kind: PayoutKind, today: date) -> Iterator[tuple[str, datetime]]:
    """Yield some periods and the moment their list is made: two years, two of the last, the one of now."""
    now = timezone.make_aware(datetime(today.year, today.month, today.day, 10))
    starts = [now.replace(year=today.year - ago, month=6, day=3) for ago in (2, 1)]
    starts.append(now - timedelta(days=60))
    for start in starts:
        yield _period(kind.every, start.date()), start
    if _period(kind.every, today) != _period(kind.every, starts[-1].date()):
        yield _period(kind.every, today), now


def _period(every: str, day: date) -> str:
    match every:
        case "month":
            return f"{day.year}-{day.month:02d}"
        case "quarter":
            return f"{day.year}-Q{(day.month + 2) // 3}"
        case "half_year":
            return f"{day.year}-H{1 if day.month < 7 else 2}"
    return f"{day.year}"


def _funds(stock: Stock, kind: FundKind) -> None:
    """Let money come in and go out; of a fund more comes than goes."""
    for number, day in enumerate(stock.past_days(MOVES)):
        uses = [*(kind.incoming if number % 2 == 0 else kind.outgoing)] or [*kind.incoming]
        draft = draft_for(stock, kind, day, 0)
        amount = (12_000 if number % 2 == 0 else 5_200) + 130 * number
        own = {"use": uses[number // 2 % len(uses)], "amount": amount}
        fields = {**draft.fields, **own}
        keep_many([replace(draft, fields=fields)], by=stock.by)


# ── meetings, questions, votes ────────────────────────────────────────────────────────────────────────


def _meetings(stock: Stock, kind: MeetingKind) -> None:
    """Hold some meetings with minutes and a decision each, the newest of which has become a task."""
    days = stock.past_days(HELD)
    for number, day in enumerate(days):
        leaders = [(one.pk, one.name) for one in stock.world.made.leaders]
        called = roll_of(kind, stock.town.path, day) or leaders
        texts = words()["decisions"]
        decision = Decision(
            texts[number % len(texts)], office=stock.office(kind.pack).pk, due=day + timedelta(days=45)
        )
        topic = stock.values(kind.topic, {}, day=day, pack=kind.pack) if kind.topic else None
        kept = hold_meeting(
            kind, day=day, area=stock.town.pk, by=stock.acting(kind.pack), called=called[:15],
            title=f"{day.year}年第{number + 1}次{kind.name}",
            present=[pk for pk, _name in called[:14]], topics=[topic] if topic else (),
            fields=stock.values(kind.fields, {}, day=day, pack=kind.pack), minutes=words()["minutes"],
            decisions=[decision],
        )  # fmt: skip
        if kind.decides and number == HELD - 1:
            carry_out(kept, 0, by=stock.by)


def _surveys(stock: Stock, kind: SurveyKind) -> None:
    """Ask a drawn sample, of whom some have answered."""
    day = stock.today - timedelta(days=AUTUMN)
    kept = start_survey(
        kind, day=day, area=stock.town.pk, seed=f"{day.isoformat()}公开抽取", by=stock.by,
        title=f"{day.year}年{kind.name}", last_day=stock.today + timedelta(days=12),
    )  # fmt: skip
    sample = kept.detail["sample"][:ANSWERED] if kind.of else [None] * ANSWERED
    for subject in sample:
        kept = take_answers(kept, subject, _full_answers(stock, kind, day), by=stock.by)


def _full_answers(stock: Stock, kind: SurveyKind, day: date) -> Mapping[str, Any]:
    return stock.values(kind.questions, {}, day=day, pack=kind.pack)


def _ballots(stock: Stock, kind: BallotKind) -> None:
    """Count a vote on candidates with a surplus, the first of which are chosen."""
    names = list(plan_titles("livelihood.real_thing")) + list(plan_titles("livelihood.candidate"))
    some = (names * 3)[: (kind.choose or 4) + 4]
    titles = [f"{name}（第{number}号）" for number, name in enumerate(some, start=1)]
    for year in stock.years:
        votes = tuple((name, 60 - 2 * place) for place, name in enumerate(titles))
        count = Count(roll=66, given=64, returned=64, invalid=1, votes=votes)
        day = min(date(year, 1, 20), stock.today)
        keep_ballot(kind, count, day=day, area=stock.town.pk, by=stock.by, title=f"{year}年{kind.name}")


# ── ties and bookings ─────────────────────────────────────────────────────────────────────────────────


def _ties(stock: Stock, kind: TieKind) -> None:
    """Bind people to what they answer for, each to one where the pack says so."""
    people = _holders(kind)
    since = date(stock.today.year - 1, 2, 1)
    for number, subject in enumerate(stock.dossiers(subject_code(kind))[:10]):
        holder = people[number % len(people)]
        if not kind.many and number >= len(people):
            return
        fields = stock.values(kind.fields, {}, day=since, pack=kind.pack)
        office = stock.office(kind.pack).pk
        bind(kind, subject, holder.pk, since=since, by=stock.by, fields=fields, office=office)


def _holders(kind: TieKind) -> list[User]:
    """Return who may answer: holders of the role, or for those outside the house anybody of it."""
    held = posts_on(timezone.localdate())
    posts = held.filter(role=kind.role) if kind.role in Role.values else held.filter(role=Role.OFFICER)
    return [post.user for post in posts.select_related("user").order_by("user_id")[:12]]


def _bookings(stock: Stock, kind: BookingKind) -> None:
    """Book times that are over and times to come."""
    for days_ago in (500, 300, 120, 30, 6, 0):
        moment = stock.now - timedelta(days=days_ago)
        subject = subject_of(stock, kind, days_ago)
        if subject is None:
            return
        start = _free(stock, kind, subject.pk, moment)
        if start is not None:
            fields = stock.values(kind.fields, {}, day=start.date(), pack=kind.pack)
            book(kind, subject.pk, start, by=stock.by, title=kind.name, fields=fields, now=moment)


def _free(stock: Stock, kind: BookingKind, subject: int, moment: datetime) -> datetime | None:
    """Return a time of the next days that can be booked."""
    for ahead in range(1, 8):
        day = (moment + timedelta(days=ahead)).date()
        free = [slot.start for slot in free_slots(kind, subject, day, now=moment) if slot.free > 0]
        if free:
            return free[len(free) // 2]
    return None


MAKERS: Mapping[type[Packed], Callable[[Stock, Any], None]] = {
    RoundKind: _rounds, LearningKind: _learning, ChecklistKind: _sheets, ContractKind: _contracts,
    PayoutKind: _payouts, FundKind: _funds, MeetingKind: _meetings, SurveyKind: _surveys,
    BallotKind: _ballots, TieKind: _ties, BookingKind: _bookings,
}  # fmt: skip
