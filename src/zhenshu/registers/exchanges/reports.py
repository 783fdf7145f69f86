"""What goes up about a case: one row in the columns and words of the system above."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.utils import timezone
from django.utils.dateparse import parse_datetime

from zhenshu.ground.packs.schema import CaseKind, ExchangeKind, FieldKind, FieldType, Stage
from zhenshu.ground.people.models import Office, User
from zhenshu.registers.exchanges.kinds import case_kind_of_exchange

Facts = Mapping[str, Any]
ORDER = {str(stage): place for place, stage in enumerate(Stage)}
DAY_AND_TIME = frozenset(
    {"reported_at", "opened_at", "dispatched_at", "answered_at", "closed_at", "due_at", "at"}
)


def stage_to_report(exchange: ExchangeKind, before: Facts, after: Facts) -> str:
    """Return what this change is reported as: an ending, or a stage newly reached; empty for neither.

    Going back to an earlier stage is no report; reaching the stage again afterwards is one.
    """
    outcome = after["outcome"]
    if outcome != before["outcome"] and outcome in exchange.outcomes:
        return str(outcome)
    stage = after["stage"]
    forward = ORDER[stage] > ORDER[before["stage"]]
    return str(stage) if forward and stage in exchange.reports else ""


def is_answer(exchange: ExchangeKind, stage: str) -> bool:
    """Tell whether a report of *stage* is the answer that the system above waits for."""
    return stage == exchange.answer or stage in exchange.outcomes


def state_word(exchange: ExchangeKind, stage: str) -> str:
    """Return their word for what is reported."""
    reports = {str(key): word for key, word in exchange.reports.items()}
    outcomes = {str(key): word for key, word in exchange.outcomes.items()}
    return {**reports, **outcomes}.get(stage, stage)


def last_stage_of(exchange: ExchangeKind, case: Facts) -> str:
    """Return the furthest thing there is to report of a case; empty when there is nothing yet."""
    if case["outcome"] in exchange.outcomes:
        return str(case["outcome"])
    reached = [str(s) for s in exchange.reports if ORDER[str(s)] <= ORDER[case["stage"]]]
    return max(reached, key=lambda stage: ORDER[stage], default="")


def row_of(
    exchange: ExchangeKind, facts: Facts, *, stage: str, message: UUID, at: datetime
) -> dict[str, Any]:
    """Return the report of a case as one row, in the order of the columns that the pack declares."""
    kind = case_kind_of_exchange(exchange)
    known: dict[str, Any] = {
        **facts,
        "number": facts["source_number"],
        "our_number": facts["number"],
        "message": str(message),
        "state": state_word(exchange, stage),
        "at": at,
        "office": facts["lead_office_id"],
        "handler": facts["handler_id"],
    }
    return {heading: _cell(exchange, kind, told, known) for heading, told in exchange.columns.items()}


def in_order(exchange: ExchangeKind, row: Mapping[str, Any]) -> dict[str, Any]:
    """Return a stored row in the order of the columns: not every database keeps the order of keys."""
    return {heading: row[heading] for heading in exchange.columns if heading in row}


def _cell(exchange: ExchangeKind, kind: CaseKind, told: str, known: Facts) -> str | int | float | bool:
    field = kind.fields.get(told.removeprefix("fields.")) if told.startswith("fields.") else None
    value = known["fields"].get(field.code) if field is not None else known.get(told)
    words = exchange.values.get(told, {})
    key = "" if value is None else str(value)
    if key in words:
        return words[key]
    if told in SPOKEN:
        return SPOKEN[told](value, kind)
    if told in DAY_AND_TIME:
        return _moment(value, exchange.dates)
    return _field(value, field, exchange.dates) if field is not None else _plain(value)


def _plain(value: Any) -> str | int | float | bool:
    return value if isinstance(value, (bool, int, float)) else str(value or "")


def _moment(value: Any, pattern: str) -> str:
    """Return a moment in their writing, on the clock of the office."""
    moment = parse_datetime(value) if isinstance(value, str) else value
    if not isinstance(moment, datetime):
        return ""
    return timezone.localtime(moment).strftime(pattern)


def _field(value: Any, field: FieldKind, pattern: str) -> str | int | float | bool:
    """Return a field by its type: the names of options, dates in their writing, yes and no in words."""
    if value in (None, ""):
        return ""
    match field.type:
        case FieldType.CHOICE:
            return field.options.get(str(value), str(value))
        case FieldType.CHOICES:
            return "、".join(field.options.get(str(one), str(one)) for one in value)
        case FieldType.BOOLEAN:
            return YES if value else NO
        case FieldType.DATETIME:
            return _moment(value, pattern)
        case FieldType.DATE:
            return value.isoformat() if isinstance(value, date) else str(value)
        case FieldType.OFFICE:
            return _office(value, None)
        case _:
            return _plain(value)


# ── parts that are stored as keys and spoken as names ─────────────────────────────────────────────────

YES, NO = "是", "否"
_SOLVED = {"yes": "已解决", "partly": "部分解决", "no": "未解决", "unreached": "无法联系"}
_SATISFIED = {"yes": "满意", "mostly": "基本满意", "no": "不满意", "unreached": "无法联系"}


def _office(value: Any, kind: CaseKind | None) -> str:
    return Office.objects.filter(pk=value).values_list("name", flat=True).first() or "" if value else ""


def _person(value: Any, kind: CaseKind) -> str:
    return User.objects.filter(pk=value).values_list("name", flat=True).first() or "" if value else ""


def _category(value: Any, kind: CaseKind) -> str:
    return "-".join(one.name for one in kind.categories_above(value)) if value else ""


SPOKEN: Mapping[str, Callable[[Any, CaseKind], str]] = {
    "office": _office,
    "handler": _person,
    "category": _category,
    "solved": lambda value, kind: _SOLVED.get(value, ""),
    "satisfied": lambda value, kind: _SATISFIED.get(value, ""),
    "in_time": lambda value, kind: "" if value is None else YES if value else NO,
    "outcome": lambda value, kind: "",  # only where the pack has a word for it
}
