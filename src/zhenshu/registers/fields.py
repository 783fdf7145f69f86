"""Check and clean what is entered into the fields of packs; cases and dossiers use the same rules."""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Callable, Mapping
from decimal import Decimal, InvalidOperation
from typing import Any

from django.utils.translation import gettext as _

from zhenshu.ground.packs.schema import FieldKind, FieldType
from zhenshu.registers.references import ReferenceProblem, References
from zhenshu.registers.spelled_dates import SpellingError, parse_day, parse_moment

TEXT_LIMIT = 500
LONGTEXT_LIMIT = 20_000
NUMBER_LIMIT = 10**15
YES = frozenset({"是", "有", "对", "√", "✓", "y", "yes", "true", "t", "1", "1.0", "已"})
NO = frozenset({"否", "无", "没有", "不是", "错", "×", "✗", "x", "n", "no", "false", "f", "0", "0.0", "未"})
# China lies between these degrees; outside, a point is a slip of the hand.
LONGITUDES, LATITUDES = (73.0, 136.0), (3.0, 54.0)

_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff\ufffe\uffff]")
_PHONE = re.compile(r"\+?\d[\d\- ]{3,18}\d(?:转\d{1,6})?")
_SEPARATORS = re.compile(r"[、,，;；|/]+")
_ID_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_ID_CHECKS = "10X98765432"


class FieldProblem(ValueError):
    """A value doesn't fit its field; the text is a sentence for the person."""


Values = dict[str, Any]
Problems = dict[str, str]


def clean_fields(
    kinds: Mapping[str, FieldKind],
    raw: Mapping[str, Any],
    *,
    complete: bool,
    references: References | None = None,
) -> tuple[Values, Problems]:
    """Return the clean values of *raw* as JSON can hold them, and one sentence per field that is wrong.

    *complete* asks for every required field and fills in defaults, as for a new record; without it only
    the fields given are looked at, as for a correction, where an empty value clears the field.
    *references* remembers looked-up areas, offices and dossiers over many rows.
    """
    found = references or References()
    values: Values = {}
    problems = {key: _unknown(key, kinds) for key in raw if key not in kinds}
    for key, kind in kinds.items():
        if key not in raw and not complete:
            continue
        try:
            value = _clean_one(kind, raw.get(key), found, complete=complete)
        except (FieldProblem, SpellingError, ReferenceProblem) as problem:
            problems[key] = _("%(name)s: %(problem)s") % {"name": kind.name, "problem": problem}
        else:
            if value is not None or not complete:
                values[key] = value
    return values, problems


def _unknown(key: str, kinds: Mapping[str, FieldKind]) -> str:
    known = "、".join(f"{code} ({kind.name})" for code, kind in kinds.items()) or _("none")
    return _("There is no field “%(key)s” here. Fields are: %(known)s.") % {"key": key[:60], "known": known}


def _clean_one(kind: FieldKind, value: Any, references: References, *, complete: bool) -> Any:
    if is_blank(value) and complete:
        value = kind.default
    cleaned = None if is_blank(value) else _clean_value(kind, value, references)
    # A value may turn out to hold nothing, such as a lone separator in a list of choices.
    if not is_blank(cleaned):
        return cleaned
    if kind.required:
        raise FieldProblem(_("Please fill this in."))
    return None


def _clean_value(kind: FieldKind, value: Any, references: References) -> Any:
    if kind.type in REFERENCES:
        return references.find(kind.type.value, value, of=kind.of)
    return CLEANERS[kind.type](kind, value)


def is_blank(value: Any) -> bool:
    """Tell whether nothing was entered; zero and False are something."""
    return value is None or (isinstance(value, str) and not value.strip()) or value in ([], {})


# ── one cleaner per type ──────────────────────────────────────────────────────────────────────────────


def clean_text(value: Any, *, limit: int = TEXT_LIMIT) -> str:
    """Return *value* as text without control characters; emoji, rare characters and a leading = stay.

    A spreadsheet's 13800001234.0 becomes 13800001234. Nothing here evaluates a formula; exports write
    text cells as text.
    """
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    text = _CONTROL.sub("", str(value)).replace("\r\n", "\n").replace("\r", "\n").strip()
    if len(text) > limit:
        raise FieldProblem(
            _("The text has %(length)d characters; %(limit)d fit here.")
            % {"length": len(text), "limit": limit}
        )
    return text


def _text(kind: FieldKind, value: Any) -> str:
    return clean_text(value)


def _longtext(kind: FieldKind, value: Any) -> str:
    return clean_text(value, limit=LONGTEXT_LIMIT)


def _number(kind: FieldKind, value: Any) -> Decimal:
    """Return the number that was entered, between the bounds of its field."""
    text = unicodedata.normalize("NFKC", str(value)).strip().replace(",", "").replace(" ", "")
    for ending in filter(None, (kind.unit, "元" if kind.type is FieldType.MONEY else "", "%")):
        text = text.removesuffix(ending)
    try:
        number = Decimal(text)
    except InvalidOperation:
        raise FieldProblem(_("“%(value)s” is not a number.") % {"value": str(value)[:40]}) from None
    if not number.is_finite() or abs(number) >= NUMBER_LIMIT:
        raise FieldProblem(_("“%(value)s” is not a number that can be right.") % {"value": str(value)[:40]})
    _refuse_out_of_bounds(kind, number)
    return number


def _refuse_out_of_bounds(kind: FieldKind, number: Decimal) -> None:
    if kind.min is not None and number < Decimal(str(kind.min)):
        raise FieldProblem(
            _("%(value)s is below the least, %(least)g.") % {"value": number, "least": kind.min}
        )
    if kind.max is not None and number > Decimal(str(kind.max)):
        raise FieldProblem(_("%(value)s is above the most, %(most)g.") % {"value": number, "most": kind.max})


def _integer(kind: FieldKind, value: Any) -> int:
    if isinstance(value, bool):
        raise FieldProblem(_("“%(value)s” is not a number.") % {"value": value})
    number = _number(kind, value)
    if number != number.to_integral_value():
        raise FieldProblem(_("%(value)s is not a whole number.") % {"value": number})
    return int(number)


def _decimal(kind: FieldKind, value: Any) -> int | float:
    """Return a plain JSON number; whole numbers stay whole."""
    if isinstance(value, bool) or (isinstance(value, float) and not math.isfinite(value)):
        raise FieldProblem(_("“%(value)s” is not a number.") % {"value": value})
    number = _number(kind, value)
    return int(number) if number == number.to_integral_value() else float(number)


def _boolean(kind: FieldKind, value: Any) -> bool:
    word = str(value).strip().lower()
    if word in YES:
        return True
    if word in NO:
        return False
    raise FieldProblem(_("“%(value)s” is neither 是 nor 否.") % {"value": str(value)[:40]})


def _date(kind: FieldKind, value: Any) -> str:
    return parse_day(value).isoformat()


def _datetime(kind: FieldKind, value: Any) -> str:
    return parse_moment(value).isoformat()


def _choice(kind: FieldKind, value: Any) -> str:
    text = clean_text(value)
    if text in kind.options:
        return text
    by_name = {name: key for key, name in kind.options.items()}
    if text in by_name:
        return by_name[text]
    raise FieldProblem(
        _("“%(value)s” is not among %(options)s.")
        % {"value": text[:40], "options": "、".join(kind.options.values())}
    )


def _choices(kind: FieldKind, value: Any) -> list[str]:
    parts = value if isinstance(value, (list, tuple)) else _SEPARATORS.split(str(value))
    return list(dict.fromkeys(_choice(kind, part) for part in parts if not is_blank(part)))


def _phone(kind: FieldKind, value: Any) -> str:
    text = unicodedata.normalize("NFKC", clean_text(value)).replace("—", "-").replace("–", "-")
    if not _PHONE.fullmatch(text):
        raise FieldProblem(
            _("“%(value)s” is not a telephone number, such as 13800001234 or 0571-12345678.")
            % {"value": text[:40]}
        )
    return text.replace(" ", "")


def _id_number(kind: FieldKind, value: Any) -> str:
    """Return an identity number whose check digit fits (GB 11643—1999); the old 15 digits pass."""
    text = unicodedata.normalize("NFKC", clean_text(value)).upper().replace(" ", "")
    if re.fullmatch(r"\d{15}", text):
        return text
    if not re.fullmatch(r"\d{17}[\dX]", text):
        raise FieldProblem(_("An identity number has 18 digits, the last may be X."))
    total = sum(int(digit) * weight for digit, weight in zip(text[:17], _ID_WEIGHTS, strict=True))
    if _ID_CHECKS[total % 11] != text[17]:
        raise FieldProblem(
            _("The last digit of the identity number doesn't fit the others; one digit is wrong.")
        )
    return text


def _point(kind: FieldKind, value: Any) -> list[float]:
    """Return ``[longitude, latitude]``; two numbers the wrong way round are told, not turned."""
    if isinstance(value, Mapping):
        value = [value.get("lon"), value.get("lat")]
    parts = (
        value if isinstance(value, (list, tuple)) else re.split(r"[,，;；\s]+", str(value).strip(" ()（）[]"))
    )
    try:
        lon, lat = (float(part) for part in parts)
    except (TypeError, ValueError):
        raise FieldProblem(_("A point is a longitude and a latitude, such as 120.15,30.28.")) from None
    if _inside(lon, LONGITUDES) and _inside(lat, LATITUDES):
        return [round(lon, 6), round(lat, 6)]
    if _inside(lat, LONGITUDES) and _inside(lon, LATITUDES):
        raise FieldProblem(_("Longitude and latitude seem to be the wrong way round; longitude comes first."))
    raise FieldProblem(_("The point %(lon)s, %(lat)s lies outside China.") % {"lon": lon, "lat": lat})


def _inside(degree: float, bounds: tuple[float, float]) -> bool:
    return bounds[0] <= degree <= bounds[1]


# Fields that point to another record; the record's number is stored.
REFERENCES = frozenset({FieldType.AREA, FieldType.OFFICE, FieldType.USER, FieldType.DOSSIER})
CLEANERS: Mapping[FieldType, Callable[[FieldKind, Any], Any]] = {
    FieldType.TEXT: _text,
    FieldType.LONGTEXT: _longtext,
    FieldType.INTEGER: _integer,
    FieldType.DECIMAL: _decimal,
    FieldType.MONEY: _decimal,
    FieldType.PERCENT: _decimal,
    FieldType.BOOLEAN: _boolean,
    FieldType.DATE: _date,
    FieldType.DATETIME: _datetime,
    FieldType.CHOICE: _choice,
    FieldType.CHOICES: _choices,
    FieldType.PHONE: _phone,
    FieldType.ID_NUMBER: _id_number,
    FieldType.POINT: _point,
}
