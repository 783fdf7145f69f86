"""Expressions that turn columns into months, amounts and members, alike on SQLite and PostgreSQL."""

from __future__ import annotations

from datetime import date, datetime
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from functools import lru_cache
from typing import Any

from django.db.models import BigIntegerField, Func, IntegerField, TextField
from django.db.models.expressions import Combinable, F
from django.utils import timezone

SCALE = 10_000  # tallies are kept in ten-thousandths
_ONE = Decimal(1)


def month_number(day: date) -> int:
    """Return the number of the month of *day*: years × 12 + months since January."""
    return day.year * 12 + day.month - 1


def month_of(value: Any) -> int | None:
    """Return the month of a day, of a moment (in local time), or of a day written as text."""
    if isinstance(value, datetime):
        return _month_of_moment(value)
    if isinstance(value, date):
        return month_number(value)
    if isinstance(value, str) and len(value) >= 7:
        return int(value[:4]) * 12 + int(value[5:7]) - 1
    return None


@lru_cache(maxsize=4096)
def _month_of_moment(moment: datetime) -> int:
    """Every indicator of a record asks for the month of the same few moments."""
    return month_number(timezone.localtime(moment) if timezone.is_aware(moment) else moment)


def scaled(value: Any) -> int | None:
    """Return a number in ten-thousandths, rounded half up; None when it is no number."""
    if value is None or isinstance(value, bool):
        return None
    if isinstance(value, int):
        return value * SCALE
    try:
        return int((Decimal(str(value)) * SCALE).quantize(_ONE, ROUND_HALF_UP))
    except InvalidOperation:
        return None


class JsonText(Func):
    """The value under a key of a JSON column, None where the key is absent or holds nothing.

    Written by hand because Django's own transform gives the text ``null`` for nothing on SQLite.
    """

    output_field = TextField()

    def __init__(self, column: str | Combinable, key: str) -> None:
        if not key.replace("_", "").isalnum():
            raise ValueError(f"{key!r} is not the key of a field.")
        super().__init__(F(column) if isinstance(column, str) else column)
        self.extra["key"] = key

    def as_sqlite(self, compiler: Any, connection: Any, **context: Any) -> Any:
        return self.as_sql(
            compiler, connection, template="JSON_EXTRACT(%(expressions)s, '$.%(key)s')", **context
        )

    def as_postgresql(self, compiler: Any, connection: Any, **context: Any) -> Any:
        return self.as_sql(compiler, connection, template="(%(expressions)s ->> '%(key)s')", **context)


class Scaled(Func):
    """A number in ten-thousandths, as `scaled` gives it."""

    output_field = BigIntegerField()

    def as_sqlite(self, compiler: Any, connection: Any, **context: Any) -> Any:
        template = f"CAST(ROUND(%(expressions)s * {SCALE}.0) AS INTEGER)"
        return self.as_sql(compiler, connection, template=template, **context)

    def as_postgresql(self, compiler: Any, connection: Any, **context: Any) -> Any:
        template = f"ROUND((%(expressions)s)::numeric * {SCALE})::bigint"
        return self.as_sql(compiler, connection, template=template, **context)


class MonthOfMoment(Func):
    """The month of a moment in local time as one number, 202305; `month_from` gives the month's number.

    Django's own truncation calls Python for each row on SQLite; a recount of a million cases cannot wait
    for that. The offset is today's: China has had one since 1991.
    """

    output_field = IntegerField()

    def as_sqlite(self, compiler: Any, connection: Any, **context: Any) -> Any:
        offset = timezone.localtime().utcoffset()
        minutes = int(offset.total_seconds() // 60) if offset else 0
        template = f"CAST(STRFTIME('%%%%Y%%%%m', %(expressions)s, '{minutes:+d} minutes') AS INTEGER)"
        return self.as_sql(compiler, connection, template=template, **context)

    def as_postgresql(self, compiler: Any, connection: Any, **context: Any) -> Any:
        zone = timezone.get_current_timezone_name()
        template = f"TO_CHAR(%(expressions)s AT TIME ZONE '{zone}', 'YYYYMM')::integer"
        return self.as_sql(compiler, connection, template=template, **context)


class MonthOfDay(Func):
    """The month of a date column as one number, 202305."""

    output_field = IntegerField()

    def as_sqlite(self, compiler: Any, connection: Any, **context: Any) -> Any:
        template = "CAST(STRFTIME('%%%%Y%%%%m', %(expressions)s) AS INTEGER)"
        return self.as_sql(compiler, connection, template=template, **context)

    def as_postgresql(self, compiler: Any, connection: Any, **context: Any) -> Any:
        template = "TO_CHAR(%(expressions)s, 'YYYYMM')::integer"
        return self.as_sql(compiler, connection, template=template, **context)


class MonthOfText(Func):
    """The month of a day written as text, such as a date field of a pack, as one number, 202305."""

    output_field = IntegerField()
    template = "CAST(REPLACE(SUBSTR(%(expressions)s, 1, 7), '-', '') AS INTEGER)"


def month_from(written: int) -> int:
    """Return the number of the month that the database wrote as 202305."""
    return written // 100 * 12 + written % 100 - 1
