"""Shapes of webhooks and of what was sent to them."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import Field

from zhenshu.doors.api.schemas.common import Identifier, InputSchema, ListQuerySchema, OutputSchema

Event = Annotated[str, Field(pattern=r"^(case|dossier)\.(\*|[a-z_]+)$", max_length=60)]
Url = Annotated[str, Field(min_length=1, max_length=500, pattern=r"^https?://")]


class WebhookInputSchema(InputSchema):
    """A new webhook."""

    name: str = Field(min_length=1, max_length=60, pattern=r"^[^\x00]*$")
    url: Url = Field(examples=["http://10.20.30.40/zhenshu"])
    events: list[Event] = Field(min_length=1, max_length=50, examples=[["case.opened", "case.closed"]])
    area: Identifier | None = Field(None, description="Only matters in this area and below.")


class WebhookChangeSchema(InputSchema):
    """What to change of a webhook; what is left out stays."""

    name: str | None = Field(None, min_length=1, max_length=60, pattern=r"^[^\x00]*$")
    url: Url | None = None
    events: list[Event] | None = Field(None, min_length=1, max_length=50)
    active: bool | None = None


class WebhookSchema(OutputSchema):
    """A webhook with how its messages stand."""

    id: int
    name: str
    url: str
    events: list[str]
    area_id: int | None
    active: bool
    created_at: datetime


class WebhookStateSchema(WebhookSchema):
    """A webhook and the number of messages in each send state."""

    messages: dict[str, int]


class NewWebhookSchema(WebhookSchema):
    """A webhook just made; its secret is shown this once."""

    secret: str


class DeliveryQuerySchema(ListQuerySchema):
    """Which messages, newest first."""

    send_state: Literal["waiting", "sent", "failed", "gave_up"] | None = None


class DeliverySchema(OutputSchema):
    """One message and its send state."""

    message_id: UUID
    seq: int
    event: str
    send_state: str
    attempts: int
    last_error: str
    created_at: datetime
    next_try_at: datetime | None
    sent_at: datetime | None
    payload: dict[str, Any]
