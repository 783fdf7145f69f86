"""Send what waits: to their address, signed with their token; again after growing pauses; given up at last.

The message number is the idempotency key: a report that was sent by a worker that died is sent again with the
same number, and counts once.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.db.models import Exists, OuterRef
from django.utils import timezone
from django.utils.translation import gettext as _

from zhenshu import __version__
from zhenshu.ground.ledger.record import SYSTEM, Actor
from zhenshu.ground.packs.schema import ExchangeKind
from zhenshu.ground.receivers import leads_astray
from zhenshu.ground.worktime.deadlines import due
from zhenshu.registers.cases.clocks import work_calendar
from zhenshu.registers.exchanges.errors import ExchangeNotFoundError
from zhenshu.registers.exchanges.incoming import touch
from zhenshu.registers.exchanges.keeping import item_facts, note_item
from zhenshu.registers.exchanges.kinds import find_exchange
from zhenshu.registers.exchanges.models import Direction, Item, State, Transport
from zhenshu.registers.exchanges.reports import in_order

if TYPE_CHECKING:
    import httpx

TIMEOUT_SECONDS = 10.0
# An item taken by a worker that died is free again after this long.
LEASE = timedelta(minutes=10)
BATCH = 100
# Of a reply as much is read as a receipt needs.
MOST_REPLY = 64 * 1024
# They say that the row itself is wrong: sending it again would change nothing. 409: they have it already.
WRONG, ALREADY = frozenset({400, 422}), 409


@dataclass(frozen=True, slots=True)
class Reply:
    """What became of one try: the new state, with the words of a failure or refusal."""

    state: State
    words: str = ""


@dataclass(frozen=True, slots=True)
class Sent:
    """How a round went."""

    sent: int = 0
    failed: int = 0
    gave_up: int = 0


def push_waiting(*, at: datetime | None = None, limit: int = BATCH) -> Sent:
    """Send what is due to their addresses, oldest first; a channel that fails rests for the round."""
    import httpx  # only the worker sends: the server's processes need not carry it

    moment = at or timezone.now()
    states: list[str] = []
    silent: set[int] = set()
    with httpx.Client(timeout=TIMEOUT_SECONDS, follow_redirects=False, trust_env=False) as client:
        for item in claim(moment, limit):
            if item.channel_id in silent:
                release(item, moment)
                continue
            reply = _push(client, item, moment)
            states.append(store_reply(item, reply, at=moment))
            if reply.state == State.WAITING:
                silent.add(item.channel_id)
    failed, gave_up = states.count(State.WAITING), states.count(State.FAILED)
    return Sent(len(states) - failed - gave_up, failed, gave_up)


@transaction.atomic
def claim(at: datetime, limit: int) -> list[Item]:
    """Return reports that are due and let no other worker take them meanwhile.

    One about the same ticket that waits from before goes first, or they would hear of things backwards.
    """
    found = due_items(at).filter(channel__transport=Transport.PUSH)
    items = list(
        found.select_for_update(of=("self",), skip_locked=True)
        .select_related("channel__area")
        .order_by("next_try_at", "pk")[:limit]
    )
    Item.objects.filter(pk__in=[item.pk for item in items]).update(next_try_at=at + LEASE)
    return items


def due_items(at: datetime) -> Any:
    """Return the reports whose time has come, on channels in use, without those that must wait their turn."""
    earlier = Item.objects.filter(
        channel=OuterRef("channel"), number=OuterRef("number"), state=State.WAITING, pk__lt=OuterRef("pk")
    )
    waiting = Item.objects.filter(state=State.WAITING, next_try_at__lte=at)
    return waiting.filter(channel__active=True, channel__direction=Direction.OUT).exclude(Exists(earlier))


def release(item: Item, at: datetime) -> None:
    """Let a report that was not tried wait for the next round."""
    Item.objects.filter(pk=item.pk, state=State.WAITING).update(next_try_at=at + timedelta(minutes=1))


def _push(client: httpx.Client, item: Item, at: datetime) -> Reply:
    import httpx

    channel = item.channel
    headers = {
        "Content-Type": "application/json",
        "User-Agent": f"zhenshu/{__version__}",
        "Idempotency-Key": str(item.message),
    }
    if channel.token:
        headers["Authorization"] = f"Bearer {channel.token}"
    body = {"message": str(item.message), "number": item.number, "stage": item.stage}
    try:
        exchange = find_exchange(channel.exchange)
        if leads_astray(channel.url):
            return Reply(State.WAITING, _("Nothing is sent to this address."))
        row = in_order(exchange, item.payload)
        content = json.dumps({**body, "row": row}, ensure_ascii=False).encode()
        with client.stream("POST", channel.url, content=content, headers=headers) as response:
            return _read_reply(exchange, response.status_code, _head_of(response))
    except ExchangeNotFoundError as error:
        return Reply(State.WAITING, str(error))
    except (httpx.HTTPError, httpx.InvalidURL, OSError, UnicodeError) as error:
        return Reply(State.WAITING, f"{type(error).__name__}: {error}")


def _head_of(response: httpx.Response) -> bytes:
    """Return the beginning of a reply: it may be without end."""
    read = b""
    for piece in response.iter_bytes():
        read += piece
        if len(read) > MOST_REPLY:
            break
    return read[:MOST_REPLY]


def _read_reply(exchange: ExchangeKind, status: int, body: bytes) -> Reply:
    """Return what a reply means under the exchange's rule."""
    rule = exchange.acknowledge
    if status == ALREADY:
        return Reply(State.ACKNOWLEDGED)
    told = _told_in(body)
    reason = next((str(told[key]) for key in rule.reason if told.get(key)), "")
    if status in WRONG:
        return Reply(State.REFUSED, reason or f"HTTP {status}")
    if not 200 <= status < 300:
        return Reply(State.WAITING, f"HTTP {status} {reason}".strip())
    result = next((told[key] for key in rule.result if key in told), None)
    if result is not None and word_of(result) not in rule.accepted:
        return Reply(State.REFUSED, reason or word_of(result))
    return Reply(State.ACKNOWLEDGED if rule.by == "reply" else State.SENT)


def word_of(value: Any) -> str:
    """Return a result as the pack writes it: true, 0, 成功."""
    return str(value).lower() if isinstance(value, bool) else str(value).strip()


def _told_in(body: bytes) -> Mapping[str, Any]:
    try:
        told = json.loads(body)
    except ValueError:
        return {}
    return told if isinstance(told, dict) else {}


# ── what became of a try ──────────────────────────────────────────────────────────────────────────────


def store_reply(item: Item, reply: Reply, *, at: datetime, by: Actor = SYSTEM) -> str:
    """Store how a try went and return the state; a receipt that came meanwhile stands."""
    touch(item.channel, at=at, error=reply.words)
    with transaction.atomic():
        kept = Item.objects.select_for_update(of=("self",)).select_related("channel__area").get(pk=item.pk)
        if kept.state != State.WAITING:
            return str(kept.state)
        before = item_facts(kept)
        kept.tries += 1
        kept.last_error = reply.words[:300]
        _settle(kept, reply, at)
        kept.save()
        note_item(kept, _ACTIONS[State(kept.state)], before, by=by)
        return str(kept.state)


_ACTIONS = {
    State.WAITING: "not_sent", State.SENT: "sent", State.ACKNOWLEDGED: "acknowledged",
    State.REFUSED: "refused", State.FAILED: "given_up",
}  # fmt: skip


def _settle(item: Item, reply: Reply, at: datetime) -> None:
    exchange = _exchange_of(item)
    pauses: Sequence[int] = exchange.retry.minutes if exchange else ()
    if reply.state == State.WAITING:
        if item.tries > len(pauses):
            item.state, item.next_try_at = State.FAILED, None
        else:
            item.next_try_at = at + timedelta(minutes=pauses[item.tries - 1])
        return
    item.state, item.next_try_at = reply.state, None
    item.sent_at = item.sent_at or at
    if reply.state == State.SENT and exchange:
        item.due_at = due(at, exchange.acknowledge.within, work_calendar())
    if reply.state == State.ACKNOWLEDGED:
        item.acknowledged_at = at


def _exchange_of(item: Item) -> ExchangeKind | None:
    try:
        return find_exchange(item.channel.exchange)
    except ExchangeNotFoundError:
        return None


def mark_sent(items: Sequence[Item], *, at: datetime, by: Actor = SYSTEM) -> None:
    """Note that *items* left the house, in a file or by their call to us."""
    for item in items:
        store_reply(item, Reply(State.SENT), at=at, by=by)
