"""Exchanges with a system above: it sends tickets down, fetches our reports, and confirms them."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from ninja import Path, Query, Router

from zhenshu.doors.api.answers import Answer, answer, place_of, reply
from zhenshu.doors.api.authentication import caller_of, needs
from zhenshu.doors.api.idempotency import once
from zhenshu.doors.api.schemas.common import Code
from zhenshu.doors.api.schemas.exchanges import (
    BalanceSchema,
    ChannelListSchema,
    ChannelSchema,
    HeardSchema,
    ReceiptsSchema,
    ReceivedListSchema,
    ReceivedSchema,
    ReportListSchema,
    ReportQuerySchema,
    ReportSchema,
    TheirListSchema,
    TicketsSchema,
)
from zhenshu.ground.packs.registry import library
from zhenshu.ground.packs.schema import ExchangeKind
from zhenshu.ground.people.scope import Scope
from zhenshu.registers.exchanges.errors import ExchangeNotFoundError
from zhenshu.registers.exchanges.incoming import receive
from zhenshu.registers.exchanges.keeping import find_channel, visible_channels
from zhenshu.registers.exchanges.kinds import find_exchange
from zhenshu.registers.exchanges.models import Channel, Direction, Item
from zhenshu.registers.exchanges.receipts import Receipt, acknowledge
from zhenshu.registers.exchanges.reconciling import Span, reconcile
from zhenshu.registers.exchanges.reports import in_order
from zhenshu.registers.exchanges.working import Standings, count_standings, hand_out

router = Router(tags=["exchanges"])
ONCE = {"x-idempotent": True}


@router.get(
    "", response=ChannelListSchema, auth=needs("exchanges"), operation_id="list_channels",
    summary="List the channels with what waits in them",
)  # fmt: skip
def list_channels(request: HttpRequest) -> HttpResponse:
    """Only those whose area the caller's posts oversee as dispatcher or administrator."""
    channels = visible_channels(caller_of(request).scope)
    counts = count_standings(channels, timezone.now())
    items = [_channel(channel, counts[channel.pk]) for channel in channels]
    return reply(ChannelListSchema(items=items))


def _channel(channel: Channel, counts: Standings) -> ChannelSchema:
    declared = library().exchanges.get(channel.exchange)
    return ChannelSchema(
        exchange=channel.exchange,
        name=declared.name if declared else channel.exchange,
        direction=channel.direction,
        transport=channel.transport,
        active=channel.active,
        last_contact_at=channel.last_contact_at,
        waiting=counts.waiting,
        sent=counts.sent,
        acknowledged=counts.acknowledged,
        refused=counts.refused,
        failed=counts.failed,
    )


@router.post(
    "/{code}/in", response=ReceivedListSchema, auth=needs("exchanges"), operation_id="send_tickets",
    summary="Send tickets down", openapi_extra=ONCE,
)  # fmt: skip
def send_tickets(request: HttpRequest, code: Path[Code], body: TicketsSchema) -> HttpResponse:
    """Each ticket stands for itself; its number makes it one matter however often it is sent."""
    by = caller_of(request).scope
    channel = find_channel(code, Direction.IN, by)

    def act() -> Answer:
        items = [ReceivedSchema.model_validate(one) for one in receive(channel, body.tickets, by=by)]
        return answer(ReceivedListSchema(items=items))

    return once(request, act)


@router.get(
    "/{code}/out", response=ReportListSchema, auth=needs("exchanges"), operation_id="fetch_reports",
    summary="Fetch the reports that are not confirmed",
)  # fmt: skip
def fetch_reports(request: HttpRequest, code: Path[Code], query: Query[ReportQuerySchema]) -> HttpResponse:
    """What was fetched counts as sent; it is handed out again until a receipt comes."""
    by = caller_of(request).scope
    channel = find_channel(code, Direction.OUT, by)
    exchange = find_exchange(code)
    items = hand_out(channel, limit=query.limit, by=by)
    return reply(ReportListSchema(items=[_report(item, exchange) for item in items]))


def _report(item: Item, exchange: ExchangeKind) -> ReportSchema:
    row = in_order(exchange, item.payload)
    return ReportSchema(
        message=item.message, number=item.number, stage=item.stage, state=item.state,
        created_at=item.created_at, row=row,
    )  # fmt: skip


@router.post(
    "/{code}/acks", response=HeardSchema, auth=needs("exchanges"), operation_id="send_receipts",
    summary="Confirm or refuse reports", openapi_extra=ONCE,
)  # fmt: skip
def send_receipts(request: HttpRequest, code: Path[Code], body: ReceiptsSchema) -> HttpResponse:
    """A receipt that comes twice counts once, one that comes late counts too."""
    by = caller_of(request).scope
    channel = find_channel(code, Direction.OUT, by)
    receipts = [Receipt(one.accepted, one.message, one.number, one.reason) for one in body.receipts]

    def act() -> Answer:
        heard = [str(one) for one in acknowledge(channel, receipts, by=by)]
        return answer(HeardSchema.model_validate({"items": heard}))

    return once(request, act)


@router.post(
    "/{code}/balances", response={201: BalanceSchema}, auth=needs("exchanges"),
    operation_id="compare_list", summary="Hold their list against ours", openapi_extra=ONCE,
)  # fmt: skip
def compare_list(request: HttpRequest, code: Path[Code], body: TheirListSchema) -> HttpResponse:
    """The differences stand at the desk, where people settle them."""
    by = caller_of(request).scope
    channel = _any_channel(code, by)

    def act() -> Answer:
        span = Span(body.since, body.until)
        made = reconcile(code, body.rows, span, area=channel.area, by=by, source="API")
        return answer(BalanceSchema.model_validate(made), status=201, location=place_of(request, made.pk))

    return once(request, act)


def _any_channel(code: str, by: Scope) -> Channel:
    found = next((channel for channel in visible_channels(by) if channel.exchange == code), None)
    if found is None:
        raise ExchangeNotFoundError(code)
    return found
