"""Dates that promises carry: 一季度, 上半年, 10月底前, 年内."""

from __future__ import annotations

import re

_MONTH_END = (31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)
_DUE = re.compile(
    r"(?:(?P<year>20\d{2})年)?(?:(?P<quarter>[一二三四1-4])季度|(?P<half>上半年)|"
    r"(?P<month>1[0-2]|[1-9])月(?:份|底)?(?:前|底)?"
    r"|(?P<end>年底前?|年末|年内|全年|下半年|今年|明年|到年底))"
)
_QUARTERS = {"一": 3, "二": 6, "三": 9, "四": 12, "1": 3, "2": 6, "3": 9, "4": 12}


def due_date(words: str, year: int | None) -> str | None:
    """Return the last day of the period *words* name in *year* as an ISO date, or the bare year."""
    found = _DUE.search(words)
    stated = re.search(r"(20\d{2})年", words)
    year = int(found["year"]) if found and found["year"] else int(stated[1]) if stated else year
    if year is None:
        return None
    if found is None or found["end"]:
        return f"{year}-12-31" if found and found["end"] and "年底" in found["end"] else str(year)
    month = 6 if found["half"] else int(found["month"]) if found["month"] else _QUARTERS[found["quarter"]]
    day = 29 if month == 2 and year % 4 == 0 else _MONTH_END[month - 1]
    return f"{year}-{month:02d}-{day}"


def names_period(words: str) -> bool:
    """Tell whether *words* name a date or period by which something is due."""
    return bool(_DUE.search(words))
