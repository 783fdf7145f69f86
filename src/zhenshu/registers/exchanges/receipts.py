"""Receipts: what the system above says of what we sent. Once counts, late counts too, never is listed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from zhenshu.ground.packs.schema import ExchangeKind
from zhenshu.ground.people.scope import Scope
from zhenshu.ground.tables import heading_text
from zhenshu.registers.exchanges.incoming import touch
from zhenshu.registers.exchanges.keeping import item_facts, note_item, require_keeper
from zhenshu.registers.exchanges.models import Channel, Item, State
from zhenshu.registers.exchanges.sending import word_of


class Heard(StrEnum):
    """What became of a receipt. LATE: it came after we had given up."""

    CONFIRMED = "confirmed"
    LATE = "late"
    REFUSED = "refused"
    REPEATED = "repeated"
    CONTRADICTED = "contradicted"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Receipt:
    """One receipt: about our *message*, or the last we sent about their *number*."""

    accepted: bool
    message: str = ""
    number: str = ""
    reason: str = ""


def read_receipts(exchange: ExchangeKind, rows: Sequence[Mapping[str, Any]]) -> list[Receipt]:
    """Return the receipts that stand in *rows*, in their columns."""
    rule = exchange.acknowledge

    def first(row: Mapping[str, Any], headings: Sequence[str]) -> str:
        return next((word_of(row[name]) for name in map(heading_text, headings) if row.get(name)), "")

    tidy = [{heading_text(key): value for key, value in row.items()} for row in rows]
    return [
        Receipt(
            accepted=first(row, rule.result) in rule.accepted,
            message=first(row, rule.message),
            number=first(row, rule.number),
            reason=first(row, rule.reason),
        )
        for row in tidy
    ]


def acknowledge(
    channel: Channel, receipts: Sequence[Receipt], *, by: Scope, at: datetime | None = None
) -> list[Heard]:
    """Note what the system above says; one answer per receipt, in order."""
    require_keeper(channel, by)
    moment = at or timezone.now()
    heard = [_hear(channel, receipt, by=by, at=moment) for receipt in receipts]
    touch(channel, at=moment)
    return heard


@transaction.atomic
def _hear(channel: Channel, receipt: Receipt, *, by: Scope, at: datetime) -> Heard:
    item = _find(channel, receipt)
    if item is None:
        return Heard.UNKNOWN
    if item.state == State.ACKNOWLEDGED:
        return Heard.REPEATED if receipt.accepted else _contradict(item, receipt, by=by)
    if item.state == State.REFUSED and not receipt.accepted:
        return Heard.REPEATED
    before, late = item_facts(item), item.state == State.FAILED
    item.state = State.ACKNOWLEDGED if receipt.accepted else State.REFUSED
    item.next_try_at = None
    item.sent_at = item.sent_at or at
    item.acknowledged_at = at if receipt.accepted else None
    item.last_error = "" if receipt.accepted else (receipt.reason or _("Turned down without a reason."))[:300]
    if late:
        item.note = _("The receipt came after we had given up.")
    item.save()
    note_item(item, "acknowledged" if receipt.accepted else "refused", before, by=by.actor)
    if not receipt.accepted:
        return Heard.REFUSED
    return Heard.LATE if late else Heard.CONFIRMED


def _find(channel: Channel, receipt: Receipt) -> Item | None:
    """Return what a receipt is about: by our number, else the last that went out about theirs."""
    items = Item.objects.select_for_update(of=("self",)).select_related("channel__area")
    ours = items.filter(channel=channel)
    if receipt.message:
        message = _uuid(receipt.message)
        return ours.filter(message=message).first() if message else None
    if not receipt.number:
        return None
    sent = ours.filter(number=receipt.number, tries__gt=0)
    return sent.order_by("-pk").first()


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


def _contradict(item: Item, receipt: Receipt, *, by: Scope) -> Heard:
    """The first word counts; that another came later is noted for a person to ask about."""
    before = item_facts(item)
    words = _("Confirmed first, turned down later: %(reason)s")
    item.note = (words % {"reason": receipt.reason or "—"})[:300]
    if item.note != before["note"]:
        item.save(update_fields=["note"])
        note_item(item, "contradicted", before, by=by.actor)
    return Heard.CONTRADICTED
