"""Take in what the system above sends: their number is the key, the same ticket again is never a second case.

A ticket with other words than before leaves a note on its case and tells its handler; one that can't be taken
in stands in the queue with its reason, to be mended and tried again.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from hashlib import sha256
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from zhenshu.ground.ledger.record import plain
from zhenshu.ground.packs.schema import CaseKind, ExchangeKind
from zhenshu.ground.people.scope import Scope
from zhenshu.ground.tables import Row, heading_text
from zhenshu.registers.cases.columns import Columns, guess_columns, values_read_as
from zhenshu.registers.cases.drafts import Draft
from zhenshu.registers.cases.errors import AlreadyTakenInError, CaseError, CaseInvalidError
from zhenshu.registers.cases.histories import Past, import_finished
from zhenshu.registers.cases.intake_rows import Plan, RowReader, Told
from zhenshu.registers.cases.models import Case, Notice
from zhenshu.registers.cases.noting import note_on_case
from zhenshu.registers.cases.opening import open_case
from zhenshu.registers.cases.sheets import is_empty, tidy_text
from zhenshu.registers.exchanges.keeping import item_facts, note_item, require_keeper
from zhenshu.registers.exchanges.kinds import case_kind_of_exchange, find_exchange, shape_of
from zhenshu.registers.exchanges.models import Channel, Item, State

WORDS_SHOWN, COLUMNS_SHOWN = 40, 6
# What a note on the case does not repeat: who reported stands in its own place, under its own rules.
PERSONAL = frozenset({"reporter_name", "reporter_phone"})


class Result(StrEnum):
    """What became of a ticket that came down."""

    TAKEN = "taken"
    KNOWN = "known"
    UPDATED = "updated"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class Received:
    """The answer to one ticket: *number* theirs, *case* ours, *reason* when it was refused."""

    number: str
    result: Result
    case: str = ""
    reason: str = ""


def receive(
    channel: Channel, rows: Sequence[Mapping[str, Any]], *, by: Scope, at: datetime | None = None
) -> list[Received]:
    """Take the *rows*, in their columns, in: each in a transaction of its own, each with its answer."""
    require_keeper(channel, by)
    exchange = find_exchange(channel.exchange)
    cells = [{heading_text(key): value for key, value in row.items()} for row in rows]
    reader = reader_of(exchange, channel, dict.fromkeys(heading for row in cells for heading in row))
    moment = at or timezone.now()
    answers = [
        _receive(channel, reader, Row(place, row), by=by, at=moment)
        for place, row in enumerate(cells, start=1)
    ]
    touch(channel, at=moment)
    return answers


def touch(channel: Channel, *, at: datetime, error: str = "") -> None:
    """Note when this channel was last in contact, and what went wrong then."""
    Channel.objects.filter(pk=channel.pk).update(last_contact_at=at, last_error=error[:300])


def reader_of(exchange: ExchangeKind, channel: Channel, headings: Iterable[str]) -> RowReader:
    """Return what reads rows with these headings as matters of the exchange's kind."""
    kind, shape, ordered = case_kind_of_exchange(exchange), shape_of(exchange), tuple(headings)
    mapping = guess_columns(ordered, kind, shape)
    columns = Columns(mapping, shape, values_read_as(kind, shape), "given", ordered)
    return RowReader(Plan(kind, columns, exchange.source, channel.area_id, forgiving=True))


def _receive(channel: Channel, reader: RowReader, row: Row, *, by: Scope, at: datetime) -> Received:
    number = reader.number_of(row)
    if not number:
        return Received("", Result.REFUSED, reason=_("The ticket has no number."))
    try:
        told: Told | None = reader.read(row)
        refusal = ""
    except CaseInvalidError as error:
        told, refusal = None, _reasons(error)
    arrival = _Arrival(channel, reader.plan, number, row, by, at)
    for last in (False, True):
        try:
            with transaction.atomic():
                return arrival.settle(told, refusal)
        except IntegrityError:
            # The same ticket came twice at one moment; the other one is here now.
            if last:
                raise
    raise AssertionError("a ticket is settled at the second look")


@dataclass(frozen=True, slots=True)
class _Arrival:
    """One ticket at the door."""

    channel: Channel
    plan: Plan
    number: str
    row: Row
    by: Scope
    at: datetime

    def settle(self, told: Told | None, refusal: str) -> Received:
        """Take the ticket in, know it again, note what changed, or put it into the queue with its reason."""
        item = self._item()
        case = item.case if item is not None and item.case else self._case()
        if case is not None:
            return self._again(item, case)
        if told is None:
            return self._refuse(item, refusal)
        try:
            with transaction.atomic():
                case = self._open(told)
        except AlreadyTakenInError as error:
            return self._again(self._item(), Case.objects.get(number=error.number))
        except CaseError as error:
            return self._refuse(item, _reasons(error))
        self._keep(item, case, State.ACKNOWLEDGED, "taken_in")
        return Received(self.number, Result.TAKEN, case.number)

    def _item(self) -> Item | None:
        found = Item.objects.select_for_update(of=("self",)).select_related("case", "channel")
        return found.filter(channel=self.channel, number=self.number, stage="").first()

    def _case(self) -> Case | None:
        return Case.objects.filter(source=self.plan.source, source_number=self.number).first()

    def _open(self, told: Told) -> Case:
        if isinstance(told.matter, Draft):
            return open_case(told.matter, by=self.by, at=self.at)
        return self._import(told.matter)

    def _import(self, past: Past) -> Case:
        intake = import_finished([past], by=self.by, step_by_step=False)
        for reject in intake.rejects:
            raise reject.error
        return intake.cases[0]

    def _refuse(self, item: Item | None, reason: str) -> Received:
        same = item is not None and item.last_error == reason[:300] and item.payload_hash == self._hash()
        if not same:
            self._keep(item, None, State.REFUSED, "refused_here", reason)
        return Received(self.number, Result.REFUSED, reason=reason)

    def _again(self, item: Item | None, case: Case) -> Received:
        """The ticket is here: as it was, with other words, or taken in by hand before."""
        if item is None or item.state != State.ACKNOWLEDGED:
            self._keep(item, case, State.ACKNOWLEDGED, "known_again")
            return Received(self.number, Result.KNOWN, case.number)
        if item.payload_hash == self._hash():
            return Received(self.number, Result.KNOWN, case.number)
        self._note(case, item.payload)
        item.changed += 1
        self._keep(item, case, State.ACKNOWLEDGED, "changed_there")
        return Received(self.number, Result.UPDATED, case.number)

    def _note(self, case: Case, before: Mapping[str, Any]) -> None:
        words = _("The system above changed this ticket: %(changes)s.")
        told = words % {"changes": self._changes(before) or _("details")}
        note_on_case(case, self.by.actor, "case.changed_above", told, at=self.at)
        if case.handler_id:
            Notice.objects.create(
                user_id=case.handler_id, case=case, kind="changed_above", text=told[:200], at=self.at
            )

    def _changes(self, before: Mapping[str, Any]) -> str:
        """Return the columns that differ, with both words where the case shows such words to everybody."""
        now = self._payload()
        headings = [one for one in {**before, **now} if before.get(one) != now.get(one)]
        told = [self._change(one, before.get(one), now.get(one)) for one in headings[:COLUMNS_SHOWN]]
        return "；".join([*told, "…"] if len(headings) > COLUMNS_SHOWN else told)

    def _change(self, heading: str, before: Any, now: Any) -> str:
        keys = self.plan.columns.mapping.get(heading, ())
        if not keys or any(key in PERSONAL or _is_sensitive(key, self.plan.kind) for key in keys):
            return heading
        return _("%(column)s: %(before)s → %(now)s") % {
            "column": heading,
            "before": _short(before),
            "now": _short(now),
        }

    # ── the row kept ──

    def _payload(self) -> dict[str, Any]:
        return payload_of(self.row.cells)

    def _hash(self) -> str:
        return hash_of(self._payload())

    def _keep(
        self, item: Item | None, case: Case | None, state: State, action: str, reason: str = ""
    ) -> None:
        before = None if item is None else item_facts(item)
        kept = item or Item(channel=self.channel, number=self.number[:80], created_at=self.at)
        kept.case, kept.state, kept.last_error = case, state, reason[:300]
        kept.payload, kept.payload_hash = self._payload(), self._hash()
        kept.acknowledged_at = self.at if state == State.ACKNOWLEDGED else None
        kept.save()
        note_item(kept, action, before, by=self.by.actor)


def payload_of(cells: Mapping[str, Any]) -> dict[str, Any]:
    """Return a row as JSON holds it: tidy text, no empty cells."""
    return {
        heading: tidy_text(cell) if isinstance(cell, str) else plain(cell)
        for heading, cell in cells.items()
        if not is_empty(cell)
    }


def hash_of(payload: Mapping[str, Any]) -> str:
    """Return what tells a row from the same row with other words, whatever the order of its columns."""
    return sha256(json.dumps(payload, ensure_ascii=False, sort_keys=True).encode()).hexdigest()


def _reasons(error: CaseError) -> str:
    return str(error)


def _is_sensitive(key: str, kind: CaseKind) -> bool:
    field = kind.fields.get(key.removeprefix("fields."))
    return key.startswith("fields.") and field is not None and field.sensitive


def _short(value: Any) -> str:
    text = " ".join(str("" if value is None else value).split())
    return f"“{text[: WORDS_SHOWN - 1]}…”" if len(text) > WORDS_SHOWN else f"“{text}”"
