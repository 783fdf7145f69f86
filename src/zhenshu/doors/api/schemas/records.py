"""Shapes of kept records: visits, patrols, lessons, movements of a fund."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Any, Literal

from pydantic import Field

from zhenshu.doors.api.schemas.common import (
    Code,
    Day,
    Identifier,
    InputSchema,
    ListQuerySchema,
    OutputSchema,
    ReferenceSchema,
    Values,
)

Text = Field("", max_length=200, pattern=r"^[^\x00]*$")


class RecordInputSchema(InputSchema):
    """A new record. Without *area* it lies where its subject does, without *office* it is the caller's."""

    kind: Code = Field(examples=["rivers.patrol"])
    day: Day | None = Field(None, description="Today when left out.")
    subject: Identifier | None = Field(None, description="The dossier it is about.")
    party: Identifier | None = Field(None, description="The dossier of the other side.")
    area: Identifier | None = None
    office: Identifier | None = None
    title: str = Text
    fields: Values = {}
    note: str = Text


class RecordCorrectionSchema(InputSchema):
    """Fields to correct; an empty value clears a field."""

    version: int = Field(ge=1, le=2**31 - 1)
    fields: Values = {}
    note: str = Text


class RecordQuerySchema(ListQuerySchema):
    """Which records, newest first."""

    kind: Code | None = None
    area: Identifier | None = Field(None, description="In this area and below.")
    subject: Identifier | None = None
    state: Literal["kept", "paid", "ended", "withdrawn"] | None = None
    since: Day | None = Field(None, description="Of this day and later.")


class RecordSummarySchema(OutputSchema):
    """A record as a line of a list."""

    id: int
    block: str
    kind: str
    title: str
    area: ReferenceSchema
    subject: int | None
    office: int | None
    day: date
    due: date | None
    ended_on: date | None
    amount: Decimal | None
    state: str
    version: int


class RecordSchema(RecordSummarySchema):
    """A record as a whole; sensitive fields are masked without the right to them."""

    fields: dict[str, Any]
    masked: list[str]
    sensitive: bool
    made_at: datetime
