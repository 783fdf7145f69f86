"""Shapes of dossiers."""

from __future__ import annotations

from datetime import date, datetime
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


class DossierInputSchema(InputSchema):
    """A new dossier."""

    kind: Code = Field(examples=["enterprises.enterprise"])
    area: Identifier
    opened_on: Day | None = Field(None, description="Today when left out.")
    fields: Values
    note: str = Field("", max_length=500)


class DossierCorrectionSchema(InputSchema):
    """Fields to correct; an empty value clears a field."""

    version: int = Field(ge=1, le=2**31 - 1)
    area: Identifier | None = None
    fields: Values = {}
    note: str = Field("", max_length=500)


class ReadingInputSchema(InputSchema):
    """What a series said for one period, signed by who answers for it."""

    series: str = Field(pattern=r"^[a-z][a-z0-9_]*$", max_length=40)
    period: str = Field(min_length=4, max_length=20, pattern=r"^[^\x00]*$", examples=["2023-05"])
    values: Values
    signer: str = Field(min_length=1, max_length=80, pattern=r"^[^\x00]*$")
    source: str = Field("", max_length=120, pattern=r"^[^\x00]*$")
    reason: str = Field("", max_length=500, pattern=r"^[^\x00]*$", description="Why a reading is replaced.")


class DossierQuerySchema(ListQuerySchema):
    """Which dossiers, ordered by identifier."""

    kind: Code | None = None
    area: Identifier | None = Field(None, description="In this area and below.")
    state: Literal["active", "closed", "merged"] | None = "active"
    text: str | None = Field(None, min_length=1, max_length=60, pattern=r"^[^\x00]*$")


class DossierSummarySchema(OutputSchema):
    """A dossier as a line of a list."""

    id: int
    kind: str
    title: str
    area: ReferenceSchema
    state: str
    opened_on: date
    closed_on: date | None
    changed_at: datetime
    version: int


class DossierSchema(DossierSummarySchema):
    """A dossier as a whole; sensitive fields are masked without the right to them."""

    fields: dict[str, Any]
    masked: list[str]
    sensitive: bool
    merged_into: int | None


class ReadingSchema(OutputSchema):
    """One reading of a series."""

    id: int
    series: str
    period: str
    on: date
    values: dict[str, Any]
    source: str
    signer: str
    recorded_at: datetime
