"""Who works which channel, and the one way a change of an item reaches the ledger."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db.models import QuerySet

from zhenshu.ground.ledger.record import Actor, Change, record, subject_kind_of
from zhenshu.ground.people.models import Role
from zhenshu.ground.people.scope import HeldPost, Scope
from zhenshu.registers.exchanges.errors import ExchangeNotAllowedError, ExchangeNotFoundError
from zhenshu.registers.exchanges.models import Channel, Item, Reconciliation

KEEPERS = frozenset({Role.DISPATCHER, Role.ADMINISTRATOR})
# Never the token, and of a row only its hash: what was said of people stands once, in the item.
CHANNEL_FACTS = ("exchange", "direction", "transport", "area_id", "file_format", "url", "active")
ITEM_FACTS = (
    "number", "case_id", "stage", "state", "tries", "last_error", "note", "payload_hash", "changed",
)  # fmt: skip


def channel_facts(channel: Channel) -> dict[str, Any]:
    """Return what the ledger keeps of a channel."""
    return {**{name: getattr(channel, name) for name in CHANNEL_FACTS}, "has_token": bool(channel.token)}


def item_facts(item: Item) -> dict[str, Any]:
    """Return what the ledger keeps of an item."""
    facts = {name: getattr(item, name) for name in ITEM_FACTS}
    return {**facts, "exchange": item.channel.exchange, "direction": item.channel.direction}


def note_item(item: Item, action: str, before: Mapping[str, Any] | None, *, by: Actor) -> None:
    """Write what changed on *item*; must run in the transaction of the change."""
    record(
        by, f"exchange.{action}", item, area_id=item.channel.area_id, before=before, after=item_facts(item)
    )


def change_of(item: Item, action: str, before: Mapping[str, Any] | None) -> Change:
    """Return the change of *item* for a batch of entries."""
    return Change(
        f"exchange.{action}",
        subject_kind_of(item),
        item.pk,
        item.channel.area_id,
        before,
        item_facts(item),
    )


# ── who may ───────────────────────────────────────────────────────────────────────────────────────────


def own_scope(channel: Channel, name: str) -> Scope:
    """Return who acts when tickets come by themselves: the exchange, over its area, without an account."""
    area = channel.area
    post = HeldPost(
        id=0, role=Role.ADMINISTRATOR, office_id=0, office_name="", area_id=area.pk, area_path=area.path,
        area_level=area.level, sensitive=True,
    )  # fmt: skip
    return Scope(None, name, (post,))


def keeps(channel: Channel | Reconciliation, by: Scope) -> bool:
    """Tell whether *by* works the queue of this area: a dispatcher or administrator over it."""
    return by.covers(channel.area.path, KEEPERS)


def require_keeper(channel: Channel | Reconciliation, by: Scope) -> None:
    if not keeps(channel, by):
        raise ExchangeNotAllowedError


def visible_channels(scope: Scope) -> list[Channel]:
    """Return the channels that *scope* works, those that are set up; there are few."""
    found = Channel.objects.select_related("area").order_by("exchange", "direction")
    return [channel for channel in found if keeps(channel, scope)]


def visible_items(scope: Scope) -> QuerySet[Item]:
    """Return everything in the queues that *scope* works."""
    return Item.objects.filter(channel__in=visible_channels(scope)).select_related("channel__area", "case")


def find_channel(exchange: str, direction: str, by: Scope) -> Channel:
    """Return a channel that is set up; raise ExchangeNotFoundError for one that is not, or not theirs."""
    found = Channel.objects.select_related("area").filter(exchange=exchange, direction=direction).first()
    if found is None or not keeps(found, by):
        raise ExchangeNotFoundError(exchange)
    return found


def find_item(item_id: int, by: Scope) -> Item:
    """Return an item of the queue; raise ExchangeNotFoundError when *by* does not work it."""
    found = visible_items(by).filter(pk=item_id).first()
    if found is None:
        raise ExchangeNotFoundError(item_id)
    return found
