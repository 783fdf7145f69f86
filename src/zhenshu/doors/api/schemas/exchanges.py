"""Shapes of exchanges with a system above: tickets down, reports up, receipts, lists."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import BeforeValidator, Field, JsonValue

from zhenshu.doors.api.schemas.common import Day, InputSchema, OutputSchema

MOST_ROWS = 500
MOST_LISTED = 20_000


def _clean(value: Any) -> Any:
    """Refuse what no column holds; a cell is a word, a number or a yes, never a thing of its own."""
    if isinstance(value, dict) and any(isinstance(cell, (dict, list)) for cell in value.values()):
        raise ValueError("A cell is a text, a number, true, false or null.")
    return value


Row = Annotated[
    dict[Annotated[str, Field(min_length=1, max_length=100)], JsonValue],
    BeforeValidator(_clean),
    Field(min_length=1, max_length=200, examples=[{"工单编号": "SR20230515001", "问题描述": "路灯不亮"}]),
]


class TicketsSchema(InputSchema):
    """Tickets in the columns of the system above."""

    tickets: list[Row] = Field(min_length=1, max_length=MOST_ROWS)


class ReceivedSchema(OutputSchema):
    """What became of one ticket: *case* is our number, *reason* says why it was refused."""

    number: str
    result: Literal["taken", "known", "updated", "refused"]
    case: str
    reason: str


class ReceivedListSchema(OutputSchema):
    """One answer per ticket, in order."""

    items: list[ReceivedSchema]


class ReportSchema(OutputSchema):
    """One report that goes up: *row* in their columns, *message* is told back in the receipt."""

    message: UUID
    number: str
    stage: str
    state: str
    created_at: datetime
    row: dict[str, Any]


class ReportListSchema(OutputSchema):
    """The reports that are not confirmed, the oldest first."""

    items: list[ReportSchema]


class ReportQuerySchema(InputSchema):
    """How many reports at once."""

    model_config = InputSchema.model_config | {"strict": False}

    limit: int = Field(100, ge=1, le=MOST_ROWS)


class ReceiptSchema(InputSchema):
    """A receipt for *message*, or for the last report about *number*."""

    message: str = Field("", max_length=60, pattern=r"^[^\x00]*$")
    number: str = Field("", max_length=80, pattern=r"^[^\x00]*$")
    accepted: bool
    reason: str = Field("", max_length=300, pattern=r"^[^\x00]*$")


class ReceiptsSchema(InputSchema):
    """Receipts, in any order."""

    receipts: list[ReceiptSchema] = Field(min_length=1, max_length=MOST_ROWS)


class HeardSchema(OutputSchema):
    """What became of each receipt, in order."""

    items: list[Literal["confirmed", "late", "refused", "repeated", "contradicted", "unknown"]]


class TheirListSchema(InputSchema):
    """Their list for some days, both included."""

    since: Day
    until: Day
    rows: list[Row] = Field(min_length=1, max_length=MOST_LISTED)


class BalanceSchema(OutputSchema):
    """A reconciliation: how many numbers stand where."""

    id: int
    exchange: str
    counts: dict[str, int]
    repeated: int


class ChannelSchema(OutputSchema):
    """One direction of an exchange and how its items stand."""

    exchange: str
    name: str
    direction: str
    transport: str
    active: bool
    last_contact_at: datetime | None
    waiting: int
    sent: int
    acknowledged: int
    refused: int
    failed: int


class ChannelListSchema(OutputSchema):
    """The channels that the caller's posts work."""

    items: list[ChannelSchema]
