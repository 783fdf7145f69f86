"""Three lists held against each other (三方对账): what they sent, what we took, what we answered.

Each number has exactly one standing; a standing that is a difference is settled by an act, taking in,
answering again, or by a reason that a person gives, which holds until the standing changes.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from zhenshu.ground.areas.models import Area
from zhenshu.ground.ledger.record import record, record_many
from zhenshu.ground.packs.schema import ExchangeKind, Stage
from zhenshu.ground.people.scope import Scope
from zhenshu.ground.tables import heading_text
from zhenshu.registers.cases.models import Case
from zhenshu.registers.cases.sheets import read_rows, tidy_line
from zhenshu.registers.exchanges.errors import (
    ExchangeInvalidError,
    ExchangeNotAllowedError,
    ExchangeStateError,
)
from zhenshu.registers.exchanges.incoming import Result, payload_of, receive
from zhenshu.registers.exchanges.keeping import (
    KEEPERS,
    change_of,
    find_channel,
    item_facts,
    require_keeper,
)
from zhenshu.registers.exchanges.kinds import find_exchange, shape_of
from zhenshu.registers.exchanges.models import (
    Direction,
    Item,
    Reconciliation,
    ReconciliationLine,
    Standing,
    State,
)
from zhenshu.registers.exchanges.outbox import MADE_UP
from zhenshu.registers.exchanges.reports import ORDER, is_answer
from zhenshu.registers.exchanges.working import report_again, try_again

CHUNK = 500
DAYS = {"day": 1, "week": 7, "month": 31}
MOST_DAYS = 400
# What is no difference: nobody has to do anything.
EVEN = frozenset({Standing.AGREED, Standing.OPEN})
TO_TAKE = frozenset({Standing.NOT_TAKEN, Standing.REFUSED_HERE})
TO_ANSWER = frozenset({Standing.NOT_SENT, Standing.UNANSWERED, Standing.UNCONFIRMED, Standing.REFUSED_THERE})
TAKEN_IN, ANSWERED_AGAIN, EXPLAINED = "taken_in", "answered_again", "explained"


@dataclass(frozen=True, slots=True)
class Theirs:
    """One number of their list: their word for its state, and the row as it stands there."""

    number: str
    state: str
    answered: bool
    row: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Side:
    """What is known of one number. *answer* is the state of the last report that is an answer, None when
    there is none; *there*: their list says that it is answered; *concluded*: here it got that far."""

    listed: bool
    taken: bool
    refused_here: bool = False
    answer: str | None = None
    concluded: bool = False
    there: bool = False


def standing_of(side: Side) -> Standing:
    """Return the one standing of a number."""
    if not side.taken:
        return Standing.REFUSED_HERE if side.refused_here else Standing.NOT_TAKEN
    if not side.listed:
        return Standing.UNKNOWN_THERE
    if side.answer is None:
        if side.there:
            return Standing.ANSWERED_THERE
        return Standing.UNANSWERED if side.concluded else Standing.OPEN
    if side.there:
        return Standing.AGREED
    return _OF_ANSWER[State(side.answer)]


_OF_ANSWER = {
    State.ACKNOWLEDGED: Standing.AGREED,
    State.WAITING: Standing.NOT_SENT,
    State.FAILED: Standing.NOT_SENT,
    State.SENT: Standing.UNCONFIRMED,
    State.REFUSED: Standing.REFUSED_THERE,
}


# ── their list ────────────────────────────────────────────────────────────────────────────────────────


def read_list(exchange: ExchangeKind, content: bytes) -> list[dict[str, Any]]:
    """Return the rows of their list (xlsx, csv, NDJSON …); raise TableError when it is none."""
    known = [*number_headings(exchange), *exchange.reconcile.state]
    known += [name for names in shape_of(exchange).columns.values() for name in names]
    return [dict(row.cells) for row in read_rows(content, known=known).rows]


def number_headings(exchange: ExchangeKind) -> tuple[str, ...]:
    return exchange.reconcile.number or shape_of(exchange).columns["number"]


def read_theirs(exchange: ExchangeKind, rows: Iterable[Mapping[str, Any]]) -> tuple[dict[str, Theirs], int]:
    """Return what their list says by number, and how many rows named one a second time.

    Raise ExchangeInvalidError when no row has a number: it is another list then.
    """
    found: dict[str, Theirs] = {}
    repeated = 0
    for raw in rows:
        row = {heading_text(key): value for key, value in raw.items()}
        number = _first(row, number_headings(exchange))
        number = number[:-2] if number.endswith(".0") and number[:-2].isdigit() else number
        state = _first(row, exchange.reconcile.state)
        if not number:
            continue
        repeated += number in found
        one = Theirs(number[:80], state[:60], state in exchange.reconcile.answered, payload_of(row))
        # Of two rows the one that says more counts: answered.
        if number not in found or (one.answered and not found[number].answered):
            found[number] = one
    if not found:
        words = {"headings": "、".join(number_headings(exchange))}
        raise ExchangeInvalidError(
            {"file": _("No row has a number. It is looked for under: %(headings)s.") % words}
        )
    return found, repeated


def _first(row: Mapping[str, Any], headings: Sequence[str]) -> str:
    return next((tidy_line(row[h]) for h in map(heading_text, headings) if row.get(h) not in (None, "")), "")


# ── the three lists ───────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class Span:
    """The days, both included, whose tickets their list holds."""

    since: date
    until: date

    def check(self) -> None:
        if self.until < self.since:
            raise ExchangeInvalidError({"until": _("The span ends before it begins.")})
        if self.until - self.since > timedelta(days=MOST_DAYS):
            raise ExchangeInvalidError({"until": _("At most %(days)d days at once.") % {"days": MOST_DAYS}})

    def moments(self) -> tuple[datetime, datetime]:
        start = timezone.make_aware(datetime.combine(self.since, time.min))
        return start, timezone.make_aware(datetime.combine(self.until + timedelta(days=1), time.min))


@transaction.atomic
def reconcile(
    code: str,
    rows: Iterable[Mapping[str, Any]],
    span: Span,
    *,
    area: Area,
    by: Scope,
    source: str = "",
    at: datetime | None = None,
) -> Reconciliation:
    """Store and return the balance of an exchange over *span*: their *rows* against what stands here.

    A report that their list shows as answered is confirmed by it, late ones too.
    """
    if not by.covers(area.path, KEEPERS):
        raise ExchangeNotAllowedError
    span.check()
    exchange, moment = find_exchange(code), at or timezone.now()
    theirs, repeated = read_theirs(exchange, rows)
    balance = Reconciliation.objects.create(
        exchange=code, area=area, since=span.since, until=span.until, source=source[:200], made_at=moment,
        made_by_id=by.user_id, repeated=repeated,
    )  # fmt: skip
    lines = list(_lines(balance, exchange, theirs, span))
    _confirm(lines, by=by, at=moment)
    _carry_reasons(balance, lines)
    ReconciliationLine.objects.bulk_create(lines, batch_size=CHUNK)
    balance.counts = dict(Counter(str(line.standing) for line in lines))
    balance.save(update_fields=["counts"])
    after = {"exchange": code, "since": span.since, "until": span.until, "counts": balance.counts}
    record(by.actor, "exchange.reconciled", balance, area_id=area.pk, before=None, after=after, at=moment)
    return balance


def _lines(
    balance: Reconciliation, exchange: ExchangeKind, theirs: Mapping[str, Theirs], span: Span
) -> Iterator[ReconciliationLine]:
    cases = _cases(exchange, theirs, span)
    numbers = sorted(theirs.keys() | cases.keys())
    refused, answers = _items(exchange, numbers)
    for number in numbers:
        case, item, listed = cases.get(number), answers.get(number), theirs.get(number)
        side = Side(
            listed=listed is not None,
            taken=case is not None,
            refused_here=number in refused,
            answer=str(item.state) if item else None,
            concluded=case is not None and _is_concluded(exchange, case),
            there=bool(listed and listed.answered) and not _is_fresh(item),
        )
        yield ReconciliationLine(
            reconciliation=balance,
            number=number,
            standing=standing_of(side),
            theirs=dict(listed.row) if listed else {},
            their_state=listed.state if listed else "",
            sent_by_them=side.listed,
            taken=side.taken,
            answered=bool(item and item.sent_at),
            confirmed=side.there or side.answer == State.ACKNOWLEDGED,
            case=case,
            item=item or refused.get(number),
        )


def _cases(exchange: ExchangeKind, theirs: Mapping[str, Theirs], span: Span) -> dict[str, Case]:
    """Return what was taken from this source in the span, and what their list names, by their number."""
    here = Case.objects.filter(source=exchange.source, kind=exchange.kind_code)
    start, end = span.moments()
    found = {
        case.source_number: case
        for case in here.filter(opened_at__gte=start, opened_at__lt=end)
        if not case.source_number.startswith(MADE_UP)
    }
    for numbers in _chunks(sorted(theirs.keys() - found.keys())):
        found |= {case.source_number: case for case in here.filter(source_number__in=numbers)}
    return found


def _items(exchange: ExchangeKind, numbers: Sequence[str]) -> tuple[dict[str, Item], dict[str, Item]]:
    """Return the tickets refused here and the last answers that went up, by their number."""
    refused: dict[str, Item] = {}
    answers: dict[str, Item] = {}
    ours = Item.objects.filter(channel__exchange=exchange.full_code).select_related("channel__area")
    for some in _chunks(numbers):
        for item in ours.filter(number__in=some).order_by("pk"):
            if item.channel.direction == Direction.OUT and is_answer(exchange, item.stage):
                answers[item.number] = item
            elif item.channel.direction == Direction.IN and item.state == State.REFUSED:
                refused[item.number] = item
    return refused, answers


def _chunks(numbers: Sequence[str]) -> Iterator[Sequence[str]]:
    return (numbers[start : start + CHUNK] for start in range(0, len(numbers), CHUNK))


def _is_fresh(item: Item | None) -> bool:
    """Tell whether an answer never left: what their list calls answered is then an earlier one."""
    return item is not None and item.state == State.WAITING and item.tries == 0


def _is_concluded(exchange: ExchangeKind, case: Case) -> bool:
    return case.outcome in exchange.outcomes or ORDER[case.stage] >= ORDER[str(Stage(exchange.answer))]


def _confirm(lines: Sequence[ReconciliationLine], *, by: Scope, at: datetime) -> None:
    """Their list is a receipt: what it shows as answered was received, even if we had given up."""
    late = [
        line.item
        for line in lines
        if line.standing == Standing.AGREED and line.item and line.item.state != State.ACKNOWLEDGED
    ]
    changes = []
    for item in late:
        before = item_facts(item)
        item.state, item.next_try_at, item.acknowledged_at = State.ACKNOWLEDGED, None, at
        item.sent_at = item.sent_at or at
        item.note = _("Confirmed by their list.")
        item.save()
        changes.append(change_of(item, "acknowledged", before))
    if changes:
        record_many(by.actor, changes, at=at)


def _carry_reasons(balance: Reconciliation, lines: Sequence[ReconciliationLine]) -> None:
    """A difference that was explained stays explained while it is the same difference."""
    different = {line.number: line for line in lines if line.standing not in EVEN}
    before = ReconciliationLine.objects.filter(
        reconciliation__exchange=balance.exchange, settled=EXPLAINED
    ).exclude(reconciliation=balance)
    for numbers in _chunks(sorted(different)):
        for old in before.filter(number__in=numbers).order_by("pk"):
            line = different[old.number]
            if line.standing == old.standing:
                line.settled, line.reason = EXPLAINED, old.reason
                line.settled_at, line.settled_by = old.settled_at, old.settled_by


def is_late(exchange: ExchangeKind, last: date | None, today: date) -> bool:
    """Tell whether the lists should have been compared again by now, as the pack asks."""
    return last is None or (today - last).days > DAYS[exchange.reconcile.every]


# ── settling a difference ─────────────────────────────────────────────────────────────────────────────


def line_facts(line: ReconciliationLine) -> dict[str, Any]:
    """Return what the ledger keeps of a line that was settled."""
    return {
        "exchange": line.reconciliation.exchange,
        "number": line.number,
        "standing": str(line.standing),
        "settled": line.settled,
        "reason": line.reason,
    }


def take_line_in(line: ReconciliationLine, *, by: Scope, at: datetime | None = None) -> ReconciliationLine:
    """Take in the ticket that stands on their list and not here; raise ExchangeStateError with the reason."""
    _require(line, TO_TAKE, by)
    channel = find_channel(line.reconciliation.exchange, Direction.IN, by)
    answer = receive(channel, [line.theirs], by=by, at=at)[0]
    if answer.result == Result.REFUSED:
        raise ExchangeStateError(answer.reason)
    line.case = Case.objects.get(number=answer.case)
    return _settle(line, TAKEN_IN, "", by=by, at=at)


def answer_line_again(
    line: ReconciliationLine, *, by: Scope, at: datetime | None = None
) -> ReconciliationLine:
    """Send our answer again, or for the first time where it never went."""
    _require(line, TO_ANSWER, by)
    if line.item is not None and line.item.state == State.WAITING:
        raise ExchangeStateError(_("The answer waits to be sent already."))
    if line.item is not None:
        try_again(line.item, by=by, at=at)
    elif line.case is not None:
        line.item = report_again(line.reconciliation.exchange, line.case, by=by, at=at)
    return _settle(line, ANSWERED_AGAIN, "", by=by, at=at)


def explain_line(
    line: ReconciliationLine, reason: str, *, by: Scope, at: datetime | None = None
) -> ReconciliationLine:
    """Mark a difference as explained, with the reason."""
    _require(line, frozenset(Standing) - EVEN, by)
    if not reason.strip():
        raise ExchangeInvalidError({"reason": _("Give the reason.")})
    return _settle(line, EXPLAINED, reason.strip(), by=by, at=at)


def _require(line: ReconciliationLine, standings: frozenset[Standing], by: Scope) -> None:
    require_keeper(line.reconciliation, by)
    if line.standing not in standings or line.settled in (TAKEN_IN, ANSWERED_AGAIN):
        raise ExchangeStateError(_("This line needs no such act."))


@transaction.atomic
def _settle(
    line: ReconciliationLine, how: str, reason: str, *, by: Scope, at: datetime | None
) -> ReconciliationLine:
    before = line_facts(line)
    line.settled, line.reason = how, reason[:300]
    line.settled_at, line.settled_by = at or timezone.now(), by.name[:60]
    line.save()
    area = line.reconciliation.area_id
    record(by.actor, "exchange.settled", line, area_id=area, before=before, after=line_facts(line))
    return line
