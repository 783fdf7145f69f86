"""What the worker does for the exchanges, and what a person does in the queue: look, count, try again."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Count, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from zhenshu.ground.people.scope import Scope
from zhenshu.registers.cases.facts import case_facts
from zhenshu.registers.cases.models import Case
from zhenshu.registers.cases.visibility import visible_cases
from zhenshu.registers.exchanges.errors import ExchangeStateError
from zhenshu.registers.exchanges.folders import Moved, move_files
from zhenshu.registers.exchanges.incoming import Result, hash_of, receive
from zhenshu.registers.exchanges.keeping import find_channel, item_facts, note_item, require_keeper
from zhenshu.registers.exchanges.kinds import find_exchange
from zhenshu.registers.exchanges.models import Channel, Direction, Item, State
from zhenshu.registers.exchanges.outbox import queue
from zhenshu.registers.exchanges.reports import last_stage_of, row_of
from zhenshu.registers.exchanges.sending import Sent, mark_sent, push_waiting

MOST_AT_ONCE = 500
AGAIN = (State.FAILED, State.REFUSED, State.SENT)


@dataclass(frozen=True, slots=True)
class Round:
    """One round of all exchanges: files moved, reports sent."""

    moved: Moved
    sent: Sent


def run_exchanges(*, at: datetime | None = None) -> Round:
    """Every minute: read the folders, write and send what waits; safe to run twice and to be stopped."""
    moment = at or timezone.now()
    return Round(move_files(at=moment), push_waiting(at=moment))


# ── what stands in the queue ──────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class Standings:
    """How many items of a channel stand where; *silent*: sent, and the receipt is overdue."""

    waiting: int = 0
    sent: int = 0
    acknowledged: int = 0
    refused: int = 0
    failed: int = 0
    silent: int = 0


def count_standings(channels: Sequence[Channel], at: datetime) -> Mapping[int, Standings]:
    """Return the counts of each channel by its id."""
    counted = {str(state): Count("pk", filter=Q(state=state)) for state in State}
    counted["silent"] = Count("pk", filter=is_silent(at))
    found = Item.objects.filter(channel__in=channels).values("channel_id").annotate(**counted).order_by()
    rows = found.values_list("channel_id", *counted)
    counts = {channel: Standings(**dict(zip(counted, numbers, strict=True))) for channel, *numbers in rows}
    return {channel.pk: counts.get(channel.pk, Standings()) for channel in channels}


def is_silent(at: datetime) -> Q:
    """Match what was sent and should have been confirmed by now."""
    return Q(state=State.SENT, due_at__lt=at)


# ── try again ─────────────────────────────────────────────────────────────────────────────────────────


def try_again(
    item: Item, *, by: Scope, at: datetime | None = None, row: Mapping[str, Any] | None = None
) -> Item:
    """Let a report be sent anew, with what the case says today; or read a refused ticket again, as it came
    or as a person mended it in *row*."""
    require_keeper(item.channel, by)
    moment = at or timezone.now()
    if item.channel.direction == Direction.IN:
        return _read_again(item, row or item.payload, by=by, at=moment)
    with transaction.atomic():
        locked = Item.objects.select_for_update(of=("self",)).select_related("channel__area").get(pk=item.pk)
        if locked.state not in AGAIN:
            raise ExchangeStateError(_("This one needs no other try: it waits for one, or is confirmed."))
        before = item_facts(locked)
        _rewrite(locked, moment)
        locked.state, locked.tries, locked.next_try_at = State.WAITING, 0, moment
        locked.last_error, locked.due_at = "", None
        locked.save()
        note_item(locked, "tried_again", before, by=by.actor)
    return locked


def _rewrite(item: Item, at: datetime) -> None:
    """Say what the case says now; other words than were sent go under another message number."""
    if item.case_id is None:
        return
    exchange = find_exchange(item.channel.exchange)
    facts = case_facts(Case.objects.get(pk=item.case_id))
    row = row_of(exchange, facts, stage=item.stage, message=item.message, at=item.created_at)
    if row == item.payload:
        return
    item.message = uuid.uuid4()
    item.payload = row_of(exchange, facts, stage=item.stage, message=item.message, at=at)
    item.payload_hash = hash_of(item.payload)


def _read_again(item: Item, row: Mapping[str, Any], *, by: Scope, at: datetime) -> Item:
    if item.state != State.REFUSED:
        raise ExchangeStateError(_("This ticket is here already."))
    answer = receive(item.channel, [row], by=by, at=at)[0]
    if answer.result == Result.REFUSED:
        raise ExchangeStateError(answer.reason)
    item.refresh_from_db()
    return item


def try_all_again(items: QuerySet[Item], *, by: Scope, at: datetime | None = None) -> tuple[int, int]:
    """Try again all of *items* that may be; return how many are on their way and how many were refused."""
    done = refused = 0
    for item in list(items.filter(state__in=AGAIN)[:MOST_AT_ONCE]):
        try:
            try_again(item, by=by, at=at)
            done += 1
        except ExchangeStateError:
            refused += 1
    return done, refused


def report_again(exchange_code: str, case: Case, *, by: Scope, at: datetime | None = None) -> Item:
    """Put the report of how a case stands into the outbox, whether or not it went up before."""
    channel = find_channel(exchange_code, Direction.OUT, by)
    exchange, facts, moment = find_exchange(exchange_code), case_facts(case), at or timezone.now()
    stage = last_stage_of(exchange, facts)
    if not stage:
        raise ExchangeStateError(_("There is nothing to report of this matter yet."))
    with transaction.atomic():
        item = queue(exchange, channel, case.pk, facts, stage=stage, at=moment)
        note_item(item, "queued", None, by=by.actor)
    return item


# ── by their call to us ───────────────────────────────────────────────────────────────────────────────


def hand_out(channel: Channel, *, limit: int, by: Scope, at: datetime | None = None) -> list[Item]:
    """Return the reports that are not confirmed, the oldest first; from now on they count as sent.

    Those of a confidential matter need the sensitive right, as the matter itself does.
    """
    require_keeper(channel, by)
    moment = at or timezone.now()
    open_still = Item.objects.filter(
        channel=channel, state__in=(State.WAITING, State.SENT), case__in=visible_cases(by)
    )
    items = list(open_still.select_related("channel__area").order_by("pk")[:limit])
    mark_sent([item for item in items if item.state == State.WAITING], at=moment, by=by.actor)
    return items
