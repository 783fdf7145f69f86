"""Reports that are kept: a line of the list, and an edition with its sentences and figures."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from pydantic import Field

from zhenshu.doors.api.schemas.common import Identifier, ListQuerySchema, OutputSchema


class ReportQuerySchema(ListQuerySchema):
    """Which reports, ordered by identifier."""

    year: int | None = Field(None, ge=1949, le=2200)
    area: Identifier | None = None
    state: Literal["draft", "published", "withdrawn"] | None = "published"


class ReportSummarySchema(OutputSchema):
    """An edition of a report as a line of a list."""

    id: int
    area_id: int
    year: int
    edition: int
    state: str
    title: str
    as_of: datetime
    published_at: datetime | None
    published_by: str
    seal: str = Field(description="Hash over the edition and over the seal before it; empty for a draft.")
    entry: int | None = Field(description="The ledger entry of its publication.")


class OverrideSchema(OutputSchema):
    """What the ledger tells where somebody wrote another figure."""

    derived: str
    reason: str
    by: str
    at: datetime


class ReportFigureSchema(OutputSchema):
    """A figure as it stood; *link* opens its records in the desk."""

    indicator: str
    name: str
    view: str
    shown: str
    value: float | None
    unit: str
    n: int
    excluded: int
    as_of: datetime
    definition: str
    version: str
    made_from: str
    signers: list[str]
    last: float | None
    growth: float | None
    link: str
    override: OverrideSchema | None


class ReportSentenceSchema(OutputSchema):
    """A sentence with its figures in their order."""

    text: str
    figures: list[ReportFigureSchema]


class ReportSectionSchema(OutputSchema):
    """What a report says of one business line."""

    part: Literal["review", "plan"]
    line: str
    title: str
    sentences: list[ReportSentenceSchema]


class ReportSchema(ReportSummarySchema):
    """An edition whole; the figures are those that were frozen with it."""

    opening: str
    closing: str
    withdrawn_at: datetime | None
    withdrawn_reason: str
    sections: list[ReportSectionSchema]
