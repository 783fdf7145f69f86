"""Webhooks: who is told of what, and how each message stands."""

from __future__ import annotations

from typing import Any

from django.db.models import Count
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from ninja import Path, Query, Router

from zhenshu.doors.api.answers import answer, place_of, reply
from zhenshu.doors.api.authentication import caller_of, needs
from zhenshu.doors.api.errors import PageMissingError
from zhenshu.doors.api.idempotency import once
from zhenshu.doors.api.models import SendState, Webhook
from zhenshu.doors.api.pages import Order, take_page
from zhenshu.doors.api.schemas.common import Identifier, ListQuerySchema, PageSchema
from zhenshu.doors.api.schemas.webhooks import (
    DeliveryQuerySchema,
    DeliverySchema,
    NewWebhookSchema,
    WebhookChangeSchema,
    WebhookInputSchema,
    WebhookSchema,
    WebhookStateSchema,
)
from zhenshu.doors.api.webhooks.acts import change_webhook, create_webhook, find_webhook, remove_webhook
from zhenshu.doors.api.webhooks.delivery import try_again

router = Router(tags=["webhooks"])
BY_ID = Order("id", "pk")
NEWEST = Order("newest", "seq", descending=True)


@router.get(
    "", response=PageSchema[WebhookSchema], auth=needs("webhooks"), operation_id="list_webhooks",
    summary="List the caller's webhooks",
)  # fmt: skip
def list_webhooks(request: HttpRequest, query: Query[ListQuerySchema]) -> HttpResponse:
    """Without their secrets, which are shown once, when they are made."""
    hooks = Webhook.objects.filter(owner=caller_of(request).user)
    rows, after = take_page(hooks, BY_ID, cursor=query.cursor, limit=query.limit)
    items = [WebhookSchema.model_validate(row) for row in rows]
    return reply(PageSchema[WebhookSchema].model_construct(items=items, next_cursor=after))


@router.post(
    "", response={201: NewWebhookSchema}, auth=needs("webhooks"), operation_id="create_webhook",
    summary="Set up a webhook", openapi_extra={"x-idempotent": True},
)  # fmt: skip
def post_webhook(request: HttpRequest, webhook: WebhookInputSchema) -> HttpResponse:
    """The answer carries the secret that signs every message; keep it."""
    caller = caller_of(request)

    def act() -> Any:
        hook = create_webhook(
            webhook.name,
            webhook.url,
            events=webhook.events,
            area=webhook.area,
            owner=caller.user,
            by=caller.scope,
        )
        return answer(NewWebhookSchema.model_validate(hook), status=201, location=place_of(request, hook.pk))

    return once(request, act)


@router.get(
    "/{webhook_id}", response=WebhookStateSchema, auth=needs("webhooks"), operation_id="get_webhook",
    summary="Read a webhook and how its messages stand",
)  # fmt: skip
def get_webhook(request: HttpRequest, webhook_id: Path[Identifier]) -> HttpResponse:
    """Return the number of messages in each send state."""
    hook = find_webhook(webhook_id, caller_of(request).user)
    counted = hook.deliveries.values_list("send_state").annotate(number=Count("pk"))
    messages = {str(state): 0 for state in SendState.values} | dict(counted)
    return reply(WebhookStateSchema(**WebhookSchema.model_validate(hook).model_dump(), messages=messages))


@router.patch(
    "/{webhook_id}", response=WebhookSchema, auth=needs("webhooks"), operation_id="change_webhook",
    summary="Change a webhook", openapi_extra={"x-idempotent": True},
)  # fmt: skip
def patch_webhook(
    request: HttpRequest, webhook_id: Path[Identifier], change: WebhookChangeSchema
) -> HttpResponse:
    """Switched off, a webhook hears of nothing and its waiting messages stay."""
    caller = caller_of(request)
    hook = find_webhook(webhook_id, caller.user)
    given = change.model_dump(exclude_unset=True, exclude_none=True)
    return once(
        request, lambda: answer(WebhookSchema.model_validate(change_webhook(hook, given, by=caller.scope)))
    )


@router.delete(
    "/{webhook_id}", response={204: None}, auth=needs("webhooks"), operation_id="remove_webhook",
    summary="Remove a webhook with its messages",
)  # fmt: skip
def delete_webhook(request: HttpRequest, webhook_id: Path[Identifier]) -> HttpResponse:
    """The ledger remembers that it was there."""
    caller = caller_of(request)
    remove_webhook(find_webhook(webhook_id, caller.user), by=caller.scope)
    return HttpResponse(status=204)


@router.get(
    "/{webhook_id}/deliveries", response=PageSchema[DeliverySchema], auth=needs("webhooks"),
    operation_id="list_deliveries", summary="List the messages of a webhook",
)  # fmt: skip
def list_deliveries(
    request: HttpRequest, webhook_id: Path[Identifier], query: Query[DeliveryQuerySchema]
) -> HttpResponse:
    """Newest first, each with its send state, attempts and last error."""
    messages = find_webhook(webhook_id, caller_of(request).user).deliveries.all()
    if query.send_state is not None:
        messages = messages.filter(send_state=query.send_state)
    rows, after = take_page(messages, NEWEST, cursor=query.cursor, limit=query.limit)
    items = [DeliverySchema.model_validate(row) for row in rows]
    return reply(PageSchema[DeliverySchema].model_construct(items=items, next_cursor=after))


@router.post(
    "/{webhook_id}/deliveries/{seq}/retry", response=DeliverySchema, auth=needs("webhooks"),
    operation_id="retry_delivery", summary="Send a message again soon",
)  # fmt: skip
def retry_delivery(request: HttpRequest, webhook_id: Path[Identifier], seq: Path[Identifier]) -> HttpResponse:
    """A message that was received is not sent again."""
    message = find_webhook(webhook_id, caller_of(request).user).deliveries.filter(seq=seq).first()
    if message is None:
        raise PageMissingError
    return reply(DeliverySchema.model_validate(try_again(message, at=timezone.now())))
