"""Days and moments as sheets and people spell them: 2023-5-6, 2023年5月6日 14:03, 二〇二三年五月六日."""

from __future__ import annotations

import re
import unicodedata
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _

CHINA = ZoneInfo("Asia/Shanghai")
YEARS = range(1900, 2101)
# Excel counts days from here on (its day 60, 29 February 1900, never was).
EXCEL_EPOCH = datetime(1899, 12, 30)
SERIALS = range(10_000, 73_416)  # to the end of 2100

_NUMERALS = str.maketrans("〇○零一二三四五六七八九", "000123456789")
_DAY = re.compile(
    r"(?P<year>\d{4}|\d{2})\s*(?:[-/.年]\s*(?P<month>\d{1,2})\s*[-/.月]\s*(?P<day>\d{1,2})\s*[日号]?)"
)
_PACKED = re.compile(r"(?P<year>(?:19|20|21)\d{2})(?P<month>\d{2})(?P<day>\d{2})")
_PACKED_MOMENT = re.compile(r"(\d{8})(\d{2})(\d{2})(\d{2})?")
_CLOCK = re.compile(
    r"(?P<half>上午|中午|下午|晚上|凌晨)?\s*(?P<hour>\d{1,2})\s*[:时点]\s*(?:(?P<minute>\d{1,2})\s*(?:[:分]\s*"
    r"(?:(?P<second>\d{1,2})(?:\.\d+)?\s*秒?)?)?)?"
)
_TENS = re.compile(r"(?<=[年月\s-])(二|三)?十(一|二|三|四|五|六|七|八|九)?(?=[月日号])")
_WEEKDAY = re.compile(r"^[(（]?(星期|周)[一二三四五六日天0-9][)）]?\s*")
_AFTERNOON = ("下午", "晚上")


class SpellingError(ValueError):
    """A text names no day or moment; the text of the error is a sentence for the person."""


def parse_day(value: Any) -> date:
    """Return the day that *value* names: a date, a text in any usual spelling, or an Excel serial number."""
    if isinstance(value, datetime):
        return _local(value).date()
    if isinstance(value, date):
        return value
    if _is_serial(value):
        return (EXCEL_EPOCH + timedelta(days=float(value))).date()
    text = _tidy(value)
    return (_from_iso(text) or _assemble(text)).date()


def parse_moment(value: Any) -> datetime:
    """Return the moment that *value* names, aware: Beijing time without a zone, midnight without an hour."""
    if isinstance(value, datetime):
        return _local(value)
    if isinstance(value, date):
        return datetime.combine(value, time(), CHINA)
    if _is_serial(value):
        # Serial numbers carry seconds as a fraction of the day; rounding removes the noise of the float.
        seconds = round(float(value) * 86_400)
        return (EXCEL_EPOCH + timedelta(seconds=seconds)).replace(tzinfo=CHINA)
    text = _tidy(value)
    return _from_iso(text) or _assemble(text)


def _assemble(text: str) -> datetime:
    day, rest = _split(text)
    return datetime.combine(day, _clock(rest, text), CHINA)


def _local(value: datetime) -> datetime:
    return value.astimezone(CHINA) if value.tzinfo else value.replace(tzinfo=CHINA)


def _is_serial(value: Any) -> bool:
    if isinstance(value, bool):
        return False
    if isinstance(value, str) and re.fullmatch(r"\d{5}(\.\d+)?", value.strip()):
        value = float(value)
    return isinstance(value, (int, float)) and SERIALS.start <= value < SERIALS.stop


def _from_iso(text: str) -> datetime | None:
    """Return the moment of a text such as ``2023-05-06T14:03:22+08:00``; only such texts carry a zone."""
    if "T" not in text:
        return None
    try:
        moment = _local(datetime.fromisoformat(text))
    except (ValueError, OverflowError):
        return None
    _refuse_odd_year(moment.date(), text)
    return moment


def _tidy(value: Any) -> str:
    text = unicodedata.normalize("NFKC", str(value)).strip()
    if re.fullmatch(r"\d+\.0", text):
        text = text[:-2]
    return _TENS.sub(_spelled_ten, text).translate(_NUMERALS)


def _spelled_ten(match: re.Match[str]) -> str:
    """Return 十 as 10, 十二 as 12, 二十 as 20, 二十三 as 23."""
    tens = {"二": "2", "三": "3"}.get(match[1] or "", "1")
    return tens + (match[2] or "0")


def _split(text: str) -> tuple[date, str]:
    packed = _PACKED_MOMENT.fullmatch(text)
    if packed:
        text = f"{packed[1]} {packed[2]}:{packed[3]}:{packed[4] or '00'}"
    match = _DAY.match(text) or _PACKED.match(text)
    if not match:
        raise SpellingError(_refusal(text))
    return _day(match, text), text[match.end() :].strip(" T,，")


def _refusal(text: str) -> str:
    if re.fullmatch(r"\d{4}\s*[-/.年]\s*\d{1,2}\s*月?", text):
        return _("“%(text)s” names a month; please name the day too, such as 2023-05-06.") % {
            "text": text[:40]
        }
    return _("“%(text)s” is not a date; write it such as 2023-05-06 or 2023年5月6日.") % {"text": text[:40]}


def _day(match: re.Match[str], text: str) -> date:
    year = int(match["year"]) + (2000 if len(match["year"]) == 2 else 0)
    try:
        day = date(year, int(match["month"]), int(match["day"]))
    except ValueError:
        raise SpellingError(_("There is no day “%(text)s” in the calendar.") % {"text": text[:40]}) from None
    _refuse_odd_year(day, text)
    return day


def _refuse_odd_year(day: date, text: str) -> None:
    if day.year not in YEARS:
        raise SpellingError(_("The year of “%(text)s” can't be right.") % {"text": text[:40]})


def _clock(rest: str, text: str) -> time:
    rest = _WEEKDAY.sub("", rest)
    if not rest:
        return time()
    match = _CLOCK.match(rest)
    if not match:
        raise SpellingError(_refusal(text))
    hour = int(match["hour"])
    if match["half"] in _AFTERNOON and hour < 12:
        hour += 12
    try:
        return time(hour, int(match["minute"] or 0), int(match["second"] or 0))
    except ValueError:
        raise SpellingError(_("There is no time “%(text)s” of the day.") % {"text": text[:40]}) from None
