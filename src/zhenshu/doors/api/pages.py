"""Pages of a list by cursor: opaque, and stable while rows are added."""

from __future__ import annotations

import base64
import binascii
import json
from dataclasses import dataclass
from datetime import date
from typing import Any, TypeVar

from django.core.exceptions import ValidationError
from django.db.models import Model, Q, QuerySet
from django.utils.dateparse import parse_date, parse_datetime

from zhenshu.doors.api.errors import CursorError

DEFAULT_LIMIT = 50
MOST = 200

Row = TypeVar("Row", bound=Model)


@dataclass(frozen=True, slots=True)
class Order:
    """The order of a list: a column and the primary key after it, both in one direction."""

    name: str
    column: str
    descending: bool = False

    @property
    def keys(self) -> tuple[str, ...]:
        sign = "-" if self.descending else ""
        return (f"{sign}pk",) if self.column == "pk" else (f"{sign}{self.column}", f"{sign}pk")

    def after(self, value: Any, key: int) -> Q:
        """Match the rows behind the one with this value and key."""
        beyond = "lt" if self.descending else "gt"
        if self.column == "pk":
            return Q(**{f"pk__{beyond}": key})
        # The first condition alone bounds the walk along the index.
        bound = Q(**{f"{self.column}__{beyond}e": value})
        return bound & (Q(**{f"{self.column}__{beyond}": value}) | Q(**{f"pk__{beyond}": key}))


def write_cursor(order: Order, row: Model) -> str:
    """Return where the next page starts: behind *row*."""
    value = None if order.column == "pk" else getattr(row, order.column)
    written = value.isoformat() if isinstance(value, date) else value
    raw = json.dumps([order.name, written, row.pk], separators=(",", ":"), ensure_ascii=False)
    return base64.urlsafe_b64encode(raw.encode()).decode().rstrip("=")


def read_cursor(order: Order, text: str) -> Q:
    """Return the condition for the rows behind a cursor; raise CursorError for a foreign one."""
    try:
        name, value, key = json.loads(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))
        moment = _moment(value) if isinstance(value, str) else None
    except (ValueError, TypeError, binascii.Error, RecursionError) as error:
        raise CursorError from error
    known = name == order.name and isinstance(key, int) and not isinstance(key, bool) and 0 <= key < 2**63
    if not known or isinstance(value, (list, dict)) or "\x00" in str(value):
        raise CursorError
    return order.after(moment or value, key)


def _moment(text: str) -> date | None:
    """Return the day or the moment that *text* writes; a moment is a day too."""
    return parse_date(text) if len(text) == len("2024-05-01") else parse_datetime(text)


def take_page(rows: QuerySet[Row], order: Order, *, cursor: str, limit: int) -> tuple[list[Row], str | None]:
    """Return one page of *rows* and the cursor of the next, None at the end."""
    if cursor:
        try:
            rows = rows.filter(read_cursor(order, cursor))
        except (ValidationError, TypeError, ValueError) as error:  # no value that this column can hold
            raise CursorError from error
    found = list(rows.order_by(*order.keys)[: limit + 1])
    return found[:limit], write_cursor(order, found[limit - 1]) if len(found) > limit else None
