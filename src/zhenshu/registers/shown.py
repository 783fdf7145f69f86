"""How field values look to a person: options by name, dates in words, sensitive values masked."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.utils.translation import gettext as _

from zhenshu.ground.packs.schema import FieldKind, FieldType
from zhenshu.ground.people.masking import mask
from zhenshu.registers.fields import REFERENCES
from zhenshu.registers.references import names_of


@dataclass(frozen=True, slots=True)
class ShownField:
    """One field as a page or an export shows it; *reference* is the number of the record it points to."""

    code: str
    name: str
    text: str
    unit: str = ""
    masked: bool = False
    reference: int | None = None


def show_fields(
    kinds: Mapping[str, FieldKind], values: Mapping[str, Any], *, sensitive: bool
) -> list[ShownField]:
    """Return the filled fields in the order of the kind; without *sensitive* the sensitive ones masked."""
    filled = {code: kind for code, kind in kinds.items() if values.get(code) not in (None, "", [])}
    names = _reference_names(filled, values)
    return [_show(kind, code, values[code], names, sensitive=sensitive) for code, kind in filled.items()]


def _show(
    kind: FieldKind, code: str, value: Any, names: Mapping[tuple[str, int], str], *, sensitive: bool
) -> ShownField:
    hidden = kind.sensitive and not sensitive
    if kind.type in REFERENCES:
        text = names.get((kind.type.value, value), _("(removed)"))
        reference = None if hidden else value
    else:
        text, reference = text_of(kind, value), None
    return ShownField(
        code=code,
        name=kind.name,
        text=mask(kind.type.value, text) if hidden else text,
        unit="" if hidden else kind.unit,
        masked=hidden,
        reference=reference,
    )


def _reference_names(kinds: Mapping[str, FieldKind], values: Mapping[str, Any]) -> dict[tuple[str, int], str]:
    """Return the names of all records pointed to, one query per sort of record."""
    wanted: defaultdict[str, set[int]] = defaultdict(set)
    for code, kind in kinds.items():
        if kind.type in REFERENCES:
            wanted[kind.type.value].add(values[code])
    return {(sort, pk): name for sort, ids in wanted.items() for pk, name in names_of(sort, ids).items()}


def text_of(kind: FieldKind, value: Any) -> str:
    """Return the text of one stored value; references are shown by `show_fields`."""
    match kind.type:
        case FieldType.BOOLEAN:
            return "是" if value else "否"
        case FieldType.CHOICE:
            return kind.options.get(value, str(value))
        case FieldType.CHOICES:
            return "、".join(kind.options.get(part, str(part)) for part in value)
        case FieldType.DATE:
            return _day(date.fromisoformat(value))
        case FieldType.DATETIME:
            moment = datetime.fromisoformat(value)
            return f"{_day(moment.date())} {moment:%H:%M}"
        case FieldType.POINT:
            return f"{value[0]:.6f}, {value[1]:.6f}"
    return str(value)


def _day(day: date) -> str:
    return f"{day.year}-{day:%m-%d}"
