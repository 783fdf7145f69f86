"""What a person gives with a step, checked for shape before any rule is asked."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields
from datetime import datetime
from typing import Any

from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _

from zhenshu.registers.cases.errors import StepIncompleteError
from zhenshu.registers.fields import LONGTEXT_LIMIT, FieldProblem, clean_text


@dataclass(frozen=True, slots=True)
class Given:
    """What a person gives with a step; which of it is needed stands in the steps' table and the pack."""

    opinion: str = ""
    office: int | None = None
    assist: tuple[int, ...] = ()
    handler: int | None = None
    reason: str = ""
    granted: bool | None = None
    limit: str = ""
    due: datetime | None = None
    solved: str = ""
    satisfied: str = ""
    outcome: str = ""
    into: str = ""
    supervision: int | None = None
    changes: Mapping[str, Any] = field(default_factory=dict)
    fields: Mapping[str, Any] = field(default_factory=dict)
    attachments: int = 0

    @classmethod
    def from_mapping(cls, raw: Mapping[str, Any]) -> Given:
        """Return what *raw* gives; raise StepIncompleteError for unknown keys and values of wrong shape."""
        known = {f.name for f in fields(cls)}
        problems = {key: _unknown(key, known) for key in raw if key not in known}
        given: dict[str, Any] = {}
        for key in known & raw.keys():
            try:
                given[key] = SHAPES[key](raw[key])
            except (FieldProblem, ValueError, TypeError, OverflowError, KeyError) as problem:
                shown = problem if isinstance(problem, FieldProblem) else _("This is not what fits here.")
                problems[key] = f"{key}: {shown}"
        if problems:
            raise StepIncompleteError(problems)
        return cls(**given)


def _unknown(key: str, known: set[str]) -> str:
    sentence = _("%(key)s is not something a step can carry. Allowed: %(allowed)s.")
    return sentence % {"key": str(key)[:60], "allowed": ", ".join(sorted(known))}


def _long(value: Any) -> str:
    return "" if value is None else clean_text(value, limit=LONGTEXT_LIMIT)


def _short(value: Any) -> str:
    return "" if value is None else clean_text(value, limit=40)


def _number(value: Any) -> int | None:
    if value in (None, ""):
        return None
    number = int(value)
    if isinstance(value, bool) or not 0 < number < 2**63:
        raise ValueError(value)
    return number


def _numbers(value: Any) -> tuple[int, ...]:
    items = value if isinstance(value, (list, tuple)) else [value]
    return tuple(number for number in map(_number, items) if number is not None)


def _yes_or_no(value: Any) -> bool | None:
    if value in (None, ""):
        return None
    if isinstance(value, bool):
        return value
    return {"true": True, "1": True, "yes": True, "false": False, "0": False, "no": False}[str(value).lower()]


def _moment(value: Any) -> datetime | None:
    if value in (None, ""):
        return None
    moment = value if isinstance(value, datetime) else parse_datetime(str(value))
    if moment is None:
        raise ValueError(value)
    return timezone.make_aware(moment) if timezone.is_naive(moment) else moment


def _mapping(value: Any) -> dict[str, Any]:
    if value is None:
        return {}
    if not isinstance(value, Mapping):
        raise TypeError(value)
    return dict(value)


def _count(value: Any) -> int:
    return _number(value) or 0 if value else 0


SHAPES: Mapping[str, Callable[[Any], Any]] = {
    "opinion": _long,
    "office": _number,
    "assist": _numbers,
    "handler": _number,
    "reason": _short,
    "granted": _yes_or_no,
    "limit": _short,
    "due": _moment,
    "solved": _short,
    "satisfied": _short,
    "outcome": _short,
    "into": _short,
    "supervision": _number,
    "changes": _mapping,
    "fields": _mapping,
    "attachments": _count,
}
