"""A reported stage puts its line into the outbox, in the transaction of the step: nothing untrue is told,
nothing is forgotten."""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from zhenshu.ground.ledger.models import Entry
from zhenshu.ground.ledger.record import SYSTEM, Change, record_many
from zhenshu.ground.packs.schema import ExchangeKind
from zhenshu.registers.exchanges.incoming import hash_of
from zhenshu.registers.exchanges.keeping import change_of
from zhenshu.registers.exchanges.kinds import exchanges_of
from zhenshu.registers.exchanges.models import Channel, Direction, Item, State
from zhenshu.registers.exchanges.reports import row_of, stage_to_report

CASE = "cases.case"
# The sign before a number that the intake made up for a row that had none.
MADE_UP = "#"


class ExchangeFollower:
    """The ledger's follower that writes what the systems above want to hear."""

    def follow(self, changes: Sequence[Change], entries: Sequence[Entry]) -> None:
        """Look at what happened to cases; nothing is asked of the database unless something is to be told."""
        waiting = [
            queue(exchange, channel, change.subject_id, change.after or {}, stage=stage, at=entry.at)
            for change, entry in zip(changes, entries, strict=True)
            for exchange, stage in _to_tell(change)
            for channel in Channel.objects.select_related("area").filter(
                exchange=exchange.full_code, direction=Direction.OUT, active=True
            )
        ]
        if waiting:
            record_many(SYSTEM, [change_of(item, "queued", None) for item in waiting])


def _to_tell(change: Change) -> Iterator[tuple[ExchangeKind, str]]:
    before, after = change.before, change.after
    if change.subject_kind != CASE or before is None or after is None:
        return
    number = after.get("source_number", "")
    if not number or number.startswith(MADE_UP):
        return
    for exchange in exchanges_of(after["kind"], after["source"]):
        stage = stage_to_report(exchange, before, after)
        if stage:
            yield exchange, stage


def queue(
    exchange: ExchangeKind,
    channel: Channel,
    case_id: int,
    facts: Mapping[str, Any],
    *,
    stage: str,
    at: datetime,
) -> Item:
    """Store one report that waits to be sent; the caller writes the ledger entry."""
    message = uuid.uuid4()
    row = row_of(exchange, facts, stage=stage, message=message, at=at)
    item = Item(
        channel=channel,
        number=facts["source_number"],
        message=message,
        case_id=case_id,
        stage=stage,
        payload=row,
        payload_hash=hash_of(row),
        created_at=at,
        next_try_at=at,
    )
    item.state = State.WAITING
    item.save(force_insert=True)
    return item
