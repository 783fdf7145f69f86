"""Shapes of what is looked up: areas, offices, packs, the caller."""

from __future__ import annotations

from datetime import date
from typing import Any, Literal

from pydantic import ConfigDict, Field

from zhenshu.doors.api.schemas.common import (
    CoordinateSystem,
    Identifier,
    Latitude,
    ListQuerySchema,
    Longitude,
    OutputSchema,
    ReferenceSchema,
)


class AreaSchema(OutputSchema):
    """A node of the area tree."""

    id: int
    name: str
    short_name: str
    level: int = Field(description="1 district, 2 town, 3 village, 4 grid, 5 micro-grid")
    code: str | None
    parent_id: int | None
    path: str
    valid_from: date
    valid_to: date | None
    households: int | None
    population: int | None


class AreaQuerySchema(ListQuerySchema):
    """Which areas."""

    level: int | None = Field(None, ge=1, le=5)
    under: Identifier | None = Field(None, description="This area and all below it.")
    code: str | None = Field(None, pattern=r"^[0-9]{1,17}$")


class GeoQuerySchema(OutputSchema):
    """Which boundaries."""

    model_config = ConfigDict(extra="ignore")

    level: int = Field(3, ge=1, le=5)
    under: Identifier | None = None


class FeatureSchema(OutputSchema):
    """An area as a GeoJSON feature."""

    type: Literal["Feature"]
    geometry: dict[str, Any] | None
    properties: dict[str, Any]


class FeatureCollectionSchema(OutputSchema):
    """Areas as GeoJSON (RFC 7946)."""

    type: Literal["FeatureCollection"]
    features: list[FeatureSchema]


class PositionQuerySchema(OutputSchema):
    """A position."""

    model_config = ConfigDict(extra="ignore")

    lon: Longitude
    lat: Latitude
    crs: CoordinateSystem = "wgs84"


class LocatedSchema(OutputSchema):
    """The areas at a position, widest first; *detail* says why there is none."""

    areas: list[AreaSchema]
    detail: str


class OfficeSchema(OutputSchema):
    """An organisational unit."""

    id: int
    name: str
    short_name: str
    key: str
    parent_id: int | None
    area: ReferenceSchema
    duties: list[str]
    phone: str
    closed_on: date | None


class OfficeQuerySchema(ListQuerySchema):
    """Which offices."""

    key: str | None = Field(None, max_length=40, pattern=r"^[a-z0-9_]*$")
    area: Identifier | None = Field(None, description="Whose area lies in this one.")
    closed: bool = False


class PackSummarySchema(OutputSchema):
    """A business line."""

    pack: str
    name: str
    line: str
    basis: str
    effective: date
    case_kinds: list[str]
    dossier_kinds: list[str]


class PackProblemSchema(OutputSchema):
    """What is wrong in a pack file, where, and how it is mended."""

    file: str
    line: int
    place: str
    severity: str
    message: str


class PacksSchema(OutputSchema):
    """The packs in force, and what is wrong with those that are not."""

    items: list[PackSummarySchema]
    problems: list[PackProblemSchema]


class FieldSchema(OutputSchema):
    """One typed field."""

    code: str
    name: str
    type: str
    required: bool
    options: dict[str, str]
    min: float | None
    max: float | None
    unit: str
    sensitive: bool
    help: str


class DeadlineSchema(OutputSchema):
    """A clock of a kind with the basis of its limit."""

    code: str
    name: str
    limit: str
    extend: str | None
    scope: str
    start: str
    until: str
    promise: bool
    basis: str


class CategorySchema(OutputSchema):
    """A category by its slash path."""

    path: str
    name: str
    filing: str
    closing: str


class CaseKindSchema(OutputSchema):
    """What a kind of matter asks, the stages it passes, its deadlines."""

    code: str
    name: str
    pack: str
    basis: str
    stages: list[str]
    stage_names: dict[str, str]
    channels: dict[str, str]
    priorities: dict[str, str]
    categories: list[CategorySchema]
    fields: list[FieldSchema]
    deadlines: list[DeadlineSchema]
    reasons: dict[str, dict[str, str]]
    opened_by: list[str]
    may_open: bool


class SeriesSchema(OutputSchema):
    """A series of readings kept on dossiers of a kind."""

    code: str
    name: str
    every: str
    fields: list[FieldSchema]


class DossierKindSchema(OutputSchema):
    """What a kind of dossier holds."""

    code: str
    name: str
    pack: str
    basis: str
    title: str
    identity: list[str]
    sensitive: bool
    fields: list[FieldSchema]
    readings: list[SeriesSchema]
    relations: dict[str, str]


class PackSchema(PackSummarySchema):
    """A business line with all its kinds."""

    cases: list[CaseKindSchema]
    dossiers: list[DossierKindSchema]


class PostSchema(OutputSchema):
    """A post of the caller."""

    id: int
    role: str
    office: ReferenceSchema
    area_id: int
    sensitive: bool


class MeSchema(OutputSchema):
    """Who is calling and what they may do."""

    id: int
    username: str
    name: str
    posts: list[PostSchema]
    scopes: list[str] | None = Field(description="What the token is for; null for a session of the desk.")
