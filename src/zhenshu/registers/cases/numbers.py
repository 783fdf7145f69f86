"""Case numbers: ``pack-year-serial``, without gaps."""

from __future__ import annotations

from datetime import datetime

from django.db import connection

from zhenshu.registers.cases.models import Serial


def take_numbers(pack: str, moment: datetime, count: int = 1) -> list[str]:
    """Return the next *count* numbers of the series; must run in the transaction that stores the cases.

    The counter's row stays locked until that transaction ends, so a refused case leaves no gap.
    """
    year = moment.year
    last = _advance(pack, year, count)
    if last is None:
        Serial.objects.get_or_create(pack=pack, year=year)
        last = _advance(pack, year, count) or count
    return [f"{pack}-{year}-{serial:06d}" for serial in range(last - count + 1, last + 1)]


def _advance(pack: str, year: int, count: int) -> int | None:
    """Move the series on and return its last number, None when it has not begun.

    Written as SQL: Django's update cannot return what it wrote, and would need a second question.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE cases_serial SET last = last + %s WHERE pack = %s AND year = %s RETURNING last",
            [count, pack, year],
        )
        found = cursor.fetchone()
    return int(found[0]) if found else None
