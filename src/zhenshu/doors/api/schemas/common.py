"""What many shapes share: strict input, bounded identifiers, moments, references, pages."""

from __future__ import annotations

import re
from datetime import date, datetime
from typing import Annotated, Any, Generic, Literal, TypeVar

from django.utils.translation import gettext as _
from ninja import Query
from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, JsonValue, Strict

from zhenshu.doors.api.pages import DEFAULT_LIMIT, MOST

T = TypeVar("T")

Identifier = Annotated[int, Field(ge=1, le=2**63 - 1)]
Number = Annotated[
    str, Field(pattern=r"^[a-z][a-z0-9_]{0,29}-[0-9]{4}-[0-9]{1,12}$", examples=["grid-2023-000001"])
]
Code = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*(\.[a-z][a-z0-9_]*)+$", max_length=120)]
Longitude = Annotated[float, Field(ge=-180, le=180)]
Latitude = Annotated[float, Field(ge=-90, le=90)]
CoordinateSystem = Literal["wgs84", "cgcs2000", "gcj02"]
Values = Annotated[dict[str, JsonValue], Field(max_length=200)]
EARLIEST, LATEST = 1900, 9000


# Pydantic would also read a number of seconds; nobody means that here.
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")


def _written(value: Any) -> Any:
    if isinstance(value, (datetime, date)) or (isinstance(value, str) and _DAY.match(value)):
        return value
    raise ValueError(_("Write a day or moment as ISO 8601 text, such as 2024-05-01T08:30:00+08:00."))


def _likely(value: date) -> date:
    if not EARLIEST <= value.year < LATEST:
        raise ValueError(_("This year cannot be meant."))
    return value


Moment = Annotated[datetime, Strict(False), BeforeValidator(_written), AfterValidator(_likely)]
Day = Annotated[date, Strict(False), BeforeValidator(_written), AfterValidator(_likely)]


class InputSchema(BaseModel):
    """Base of what comes in: exact types, and no key that nobody reads."""

    model_config = ConfigDict(extra="forbid", strict=True)


class OutputSchema(BaseModel):
    """Base of what goes out."""

    model_config = ConfigDict(from_attributes=True)


class ReferenceSchema(OutputSchema):
    """Something named elsewhere."""

    id: int
    name: str


class PageSchema(OutputSchema, Generic[T]):
    """A page of a list. *next_cursor* is null on the last page."""

    items: list[T]
    next_cursor: str | None = None


class CountedPageSchema(PageSchema[T], Generic[T]):
    """A page with the number of all rows, if asked for; *count_capped*: there are more than *count*."""

    count: int | None = None
    count_capped: bool = False


class ListQuerySchema(BaseModel):
    """What every list takes."""

    model_config = ConfigDict(extra="ignore")

    limit: int = Field(DEFAULT_LIMIT, ge=1, le=MOST)
    cursor: str = Field("", max_length=400, pattern=r"^[A-Za-z0-9_-]*$")


ListQuery = Query[ListQuerySchema]


class ProblemSchema(OutputSchema):
    """What was refused and why (RFC 9457). *problems* holds one sentence per field."""

    type: str
    title: str
    status: int
    detail: str
    problems: dict[str, str] | None = None
    number: str | None = None
