"""Packs in words: types of fields, starts of clocks, conditions, roles, as an officer would say them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from zhenshu.doors.desk.case_rows import stage_word
from zhenshu.ground.packs.schema import CaseKind, ClockKind, FieldKind, FieldType
from zhenshu.ground.people.models import Role
from zhenshu.ground.worktime.limits import StartRule

Words = str | Promise

FIELD_TYPES: Mapping[FieldType, Words] = {
    FieldType.TEXT: gettext_lazy("Text"),
    FieldType.LONGTEXT: gettext_lazy("Long text"),
    FieldType.INTEGER: gettext_lazy("Whole number"),
    FieldType.DECIMAL: gettext_lazy("Decimal number"),
    FieldType.MONEY: gettext_lazy("Amount"),
    FieldType.PERCENT: gettext_lazy("Percentage"),
    FieldType.BOOLEAN: gettext_lazy("Yes or no"),
    FieldType.DATE: gettext_lazy("Date"),
    FieldType.DATETIME: gettext_lazy("Day and time"),
    FieldType.CHOICE: gettext_lazy("One of"),
    FieldType.CHOICES: gettext_lazy("Several of"),
    FieldType.AREA: gettext_lazy("Area"),
    FieldType.OFFICE: gettext_lazy("Office"),
    FieldType.USER: gettext_lazy("Person"),
    FieldType.DOSSIER: gettext_lazy("Dossier"),
    FieldType.PHONE: gettext_lazy("Telephone"),
    FieldType.ID_NUMBER: gettext_lazy("Identity number"),
    FieldType.POINT: gettext_lazy("Place on the map"),
}
CLOCK_SCOPES: Mapping[str, Words] = {
    "case": gettext_lazy("the matter"),
    "lead": gettext_lazy("the lead office"),
    "assist": gettext_lazy("each assisting office"),
    "supervision": gettext_lazy("a supervision order"),
    "objection": gettext_lazy("an objection"),
}
FACTS: Mapping[str, Words] = {
    "category": gettext_lazy("Category"),
    "channel": gettext_lazy("Channel"),
    "priority": gettext_lazy("Priority"),
    "area": gettext_lazy("Area"),
}
REASONS: Mapping[str, Words] = {
    "return": gettext_lazy("for a return"),
    "object": gettext_lazy("for an objection"),
    "pause": gettext_lazy("for a pause"),
    "extend": gettext_lazy("for more time"),
    "reject": gettext_lazy("for not accepting"),
    "park": gettext_lazy("for parking"),
    "reopen": gettext_lazy("for opening again"),
    "withdraw": gettext_lazy("for withdrawing"),
    "exclude": gettext_lazy("for leaving out of a rate"),
}
TRIGGERS: Mapping[str, Words] = {
    "half_time_idle": gettext_lazy("half of the time is gone without a step"),
    "reported_again": gettext_lazy("it was reported again"),
    "returned_idle": gettext_lazy("it was returned and nothing happened since"),
    "assist_silent": gettext_lazy("an assisting office is silent"),
    "overdue": gettext_lazy("it is overdue"),
}
OPERATORS: Mapping[str, str] = {
    "eq": "=", "ne": "≠", "gt": ">", "gte": "≥", "ge": "≥", "lt": "<", "lte": "≤", "le": "≤", "min": "≥",
    "max": "≤", "above": ">", "below": "<",
}  # fmt: skip


def type_word(field: FieldKind) -> str:
    return str(FIELD_TYPES[field.type])


def role_words(roles: Iterable[str]) -> str:
    return "、".join(str(Role(role).label) if role in Role.values else role for role in roles)


def bounds_words(field: FieldKind) -> str:
    """Return what a value may be: its options, or its lowest and highest."""
    if field.options:
        return "、".join(field.options.values())
    low = f"≥ {field.min:g}" if field.min is not None else ""
    high = f"≤ {field.max:g}" if field.max is not None else ""
    return "，".join(part for part in (low, high) if part)


def start_words(clock: ClockKind, kind: CaseKind) -> str:
    """Return from when a clock counts: 受理，次日起."""
    return f"{stage_word(clock.start, kind)} · {StartRule(clock.rule).name_zh}"


def until_words(clock: ClockKind, kind: CaseKind) -> str:
    return stage_word(clock.until, kind)


def condition_words(
    where: Mapping[str, Any], fields: Mapping[str, FieldKind], kind: CaseKind | None = None
) -> str:
    """Return a condition of a pack as a phrase; empty when it always holds."""
    return "，".join(_part_words(name, value, fields, kind) for name, value in where.items())


def _part_words(name: str, value: Any, fields: Mapping[str, FieldKind], kind: CaseKind | None) -> str:
    if name in ("any", "all"):
        joined = _(" or ") if name == "any" else "，"
        return joined.join(f"({condition_words(part, fields, kind)})" for part in value)
    if name == "not":
        return _("not (%(condition)s)") % {"condition": condition_words(value, fields, kind)}
    field = fields.get(name)
    title = field.name if field else str(FACTS.get(name, name))
    if isinstance(value, Mapping):
        tests = [
            f"{OPERATORS.get(op, op)} {_value_words(one, name, field, kind)}" for op, one in value.items()
        ]
        return f"{title} {'，'.join(tests)}"
    return f"{title}：{_value_words(value, name, field, kind)}"


def _value_words(value: Any, name: str, field: FieldKind | None, kind: CaseKind | None) -> str:
    if isinstance(value, (list, tuple)):
        return "、".join(_value_words(one, name, field, kind) for one in value)
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if field and field.options:
        return field.options.get(str(value), str(value))
    if name == "category" and kind:
        return "/".join(one.name for one in kind.categories_above(str(value))) or str(value)
    if kind and name == "channel":
        return kind.channels.get(str(value), str(value))
    if kind and name == "priority":
        return kind.priorities.get(str(value), str(value))
    return str(value)
