"""Set a channel up, change it, switch it off; each act leaves its ledger line."""

from __future__ import annotations

from typing import Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from zhenshu.ground.areas.models import Area
from zhenshu.ground.ledger.record import record
from zhenshu.ground.people.models import Role
from zhenshu.ground.people.scope import Scope
from zhenshu.ground.receivers import url_problems
from zhenshu.registers.exchanges.errors import ExchangeInvalidError, ExchangeNotAllowedError
from zhenshu.registers.exchanges.keeping import channel_facts
from zhenshu.registers.exchanges.kinds import find_exchange
from zhenshu.registers.exchanges.models import Channel, Direction, FileFormat, Transport

CHANGEABLE = frozenset({"transport", "area", "file_format", "url", "token", "active"})


def set_up_channel(exchange: str, direction: str, *, area: Area, by: Scope, **said: Any) -> Channel:
    """Return a new channel; *said*: transport, file_format, url, token, active."""
    find_exchange(exchange)
    _require_administrator(area, by)
    channel = Channel(exchange=exchange, direction=direction, area=area)
    _take(channel, said)
    _refuse_problems(channel)
    try:
        with transaction.atomic():
            channel.save(force_insert=True)
            after = channel_facts(channel)
            record(by.actor, "exchange.set_up", channel, area_id=channel.area_id, before=None, after=after)
    except IntegrityError as error:
        problem = {"direction": _("This direction of the exchange is set up already.")}
        raise ExchangeInvalidError(problem) from error
    return channel


@transaction.atomic
def change_channel(channel: Channel, *, by: Scope, **said: Any) -> Channel:
    """Return the channel changed; an empty token leaves the one that is kept."""
    channel = Channel.objects.select_for_update(of=("self",)).select_related("area").get(pk=channel.pk)
    _require_administrator(channel.area, by)
    before = channel_facts(channel)
    if not said.get("token"):
        said.pop("token", None)
    _take(channel, said)
    _require_administrator(channel.area, by)
    _refuse_problems(channel)
    channel.save()
    after = channel_facts(channel)
    record(by.actor, "exchange.changed_channel", channel, area_id=channel.area_id, before=before, after=after)
    return channel


def _take(channel: Channel, said: dict[str, Any]) -> None:
    unknown = sorted(said.keys() - CHANGEABLE)
    if unknown:
        raise TypeError(f"a channel has no {', '.join(unknown)}")
    for name, value in said.items():
        setattr(channel, name, value)


def _require_administrator(area: Area, by: Scope) -> None:
    if not by.covers(area.path, {Role.ADMINISTRATOR}):
        raise ExchangeNotAllowedError


def _refuse_problems(channel: Channel) -> None:
    problems: dict[str, str] = {}
    if channel.direction not in Direction.values:
        problems["direction"] = _("Choose a direction.")
    if channel.transport not in Transport.values:
        problems["transport"] = _("Choose how it travels.")
    if channel.file_format not in FileFormat.values:
        problems["file_format"] = _("Choose a form of file.")
    if channel.transport == Transport.PUSH:
        if channel.direction == Direction.IN:
            problems["transport"] = _("What comes down comes as a file or by our API.")
        problems |= url_problems(channel.url)
    if problems:
        raise ExchangeInvalidError(problems)
