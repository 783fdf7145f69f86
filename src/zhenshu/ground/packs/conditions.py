"""The closed condition language of packs: refused when built, never evaluated as code.

A condition is a mapping; all its entries must hold. An entry is a name with a value (equal), with a list
(one of), or with operators; ``any: […]``, ``all: […]`` and ``not: {…}`` combine conditions::

    {channel: leader}
    {category: [city, fire/exit]}          # a category holds for everything below it
    {people: {gte: 5}, not: {outcome: merged}}
    any: [{overdue: true}, {people: {gte: 20}}]

What is unknown (no value) fulfils nothing, so ``not`` of it holds.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db.models import Q

from zhenshu.ground.packs.base import FieldKind, FieldType

Test = Callable[[Mapping[str, Any]], bool]

# Which operators each type of value allows. "is" and "in" are what a plain value and a list mean.
OPERATORS: dict[str, tuple[str, ...]] = {
    "text": ("is", "in", "contains", "starts", "set"),
    "number": ("is", "in", "gte", "gt", "lte", "lt", "set"),
    "boolean": ("is", "set"),
    "date": ("is", "gte", "gt", "lte", "lt", "set"),
    "choice": ("is", "in", "set"),
    "choices": ("is", "in", "has", "set"),
    "path": ("is", "in", "set"),
    "reference": ("set",),
}
COMBINED = ("any", "all", "not")

TYPE_OF_FIELD: dict[FieldType, str] = {
    FieldType.TEXT: "text",
    FieldType.LONGTEXT: "text",
    FieldType.INTEGER: "number",
    FieldType.DECIMAL: "number",
    FieldType.MONEY: "number",
    FieldType.PERCENT: "number",
    FieldType.BOOLEAN: "boolean",
    FieldType.DATE: "date",
    FieldType.DATETIME: "date",
    FieldType.CHOICE: "choice",
    FieldType.CHOICES: "choices",
    FieldType.AREA: "reference",
    FieldType.OFFICE: "reference",
    FieldType.USER: "reference",
    FieldType.DOSSIER: "reference",
    FieldType.PHONE: "text",
    FieldType.ID_NUMBER: "text",
    FieldType.POINT: "reference",
}


@dataclass(frozen=True, slots=True)
class Term:
    """A name that conditions may ask for: its type and, where it is closed, what it may be."""

    type: str
    options: tuple[str, ...] = ()


STAGES = ("accepted", "dispatched", "handling", "answered", "verified", "called_back", "closed", "archived")
OUTCOMES = ("resolved", "unresolved", "rejected", "withdrawn", "merged")

# What every case says of itself besides its fields.
CASE_FACTS: dict[str, Term] = {
    "kind": Term("text"),
    "stage": Term("choice", STAGES),
    "outcome": Term("choice", OUTCOMES),
    "category": Term("path"),
    "channel": Term("choice"),
    "priority": Term("choice"),
    "area": Term("reference"),
    "office": Term("reference"),
    "solved": Term("choice", ("yes", "partly", "no", "unreached")),
    "satisfied": Term("choice", ("yes", "mostly", "no", "unreached")),
    "in_time": Term("boolean"),
    "overdue": Term("boolean"),
    "reopened": Term("number"),
    "returned": Term("number"),
    "merged": Term("boolean"),
    "first": Term("boolean"),
    "parked": Term("boolean"),
    "supervised": Term("boolean"),
    "extended": Term("boolean"),
    "raised": Term("boolean"),
    "kept": Term("choices"),
    "missed": Term("choices"),
}
DOSSIER_FACTS: dict[str, Term] = {
    "state": Term("choice", ("active", "closed", "merged")),
    "title": Term("text"),
    "area": Term("reference"),
}
PLAN_FACTS: dict[str, Term] = {
    "stage": Term("choice"),
    "category": Term("choice"),
    "level": Term("choice", ("goal", "task", "project", "milestone")),
    "area": Term("reference"),
    "office": Term("reference"),
    "progress": Term("number"),
    "done": Term("boolean"),
    "overdue": Term("boolean"),
    "lamp": Term("choice", ("green", "yellow", "red")),
}
RECORD_FACTS: dict[str, Term] = {
    "state": Term("text"),
    "area": Term("reference"),
    "office": Term("reference"),
}


class ConditionError(ValueError):
    """A condition that cannot be built: *kind* of refusal, *place* inside the condition, and the *facts*."""

    def __init__(self, kind: str, place: tuple[str | int, ...], **facts: Any) -> None:
        self.kind, self.place, self.facts = kind, place, facts
        super().__init__(f"{kind} at {'.'.join(map(str, place))}: {facts}")


@dataclass(frozen=True, slots=True)
class Leaf:
    """One comparison: *name* *operator* *value*, over a value of *type*."""

    name: str
    operator: str
    value: Any
    type: str


@dataclass(frozen=True, slots=True)
class Group:
    """Comparisons joined by *how*: all, any or not (of all)."""

    how: str
    parts: tuple[Leaf | Group, ...]


Fields = Mapping[str, "FieldKind | Term"]


def parse_condition(
    where: Mapping[str, Any], fields: Fields, facts: Mapping[str, Term] = CASE_FACTS
) -> Group:
    """Return *where* as a checked tree; raise ConditionError with the place of the first wrong thing."""
    return _group("all", where, {**facts, **{key: _term(kind) for key, kind in fields.items()}}, ())


def compile_condition(
    where: Mapping[str, Any], fields: Fields, facts: Mapping[str, Term] = CASE_FACTS
) -> Test:
    """Return a function that tells whether a record, given as a flat mapping, fulfils *where*."""
    return _test(parse_condition(where, fields, facts))


def names_in(where: Mapping[str, Any]) -> set[str]:
    """Return the names a condition asks for."""
    return {name for name, _ in _names(where)}


def _names(where: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    for name, value in where.items():
        if name not in COMBINED:
            yield name, value
            continue
        for part in value if isinstance(value, (list, tuple)) else (value,):
            yield from _names(part)


# ── building ──────────────────────────────────────────────────────────────────────────────────────────


def _term(kind: FieldKind | Term) -> Term:
    return kind if isinstance(kind, Term) else Term(TYPE_OF_FIELD[kind.type], tuple(kind.options))


def _group(how: str, where: Any, terms: Mapping[str, Term], place: tuple[str | int, ...]) -> Group:
    if not isinstance(where, Mapping):
        raise ConditionError("condition_shape", place, value=where)
    return Group(how, tuple(_entry(name, value, terms, (*place, name)) for name, value in where.items()))


def _entry(name: str, value: Any, terms: Mapping[str, Term], place: tuple[str | int, ...]) -> Leaf | Group:
    if name == "not":
        return _group("not", value, terms, place)
    if name in ("any", "all"):
        return _list(name, value, terms, place)
    term = terms.get(name)
    if term is None:
        raise ConditionError("condition_name", place, name=name, allowed=sorted(terms))
    if isinstance(value, Mapping):
        leaves = tuple(_leaf(name, term, operator, v, (*place, operator)) for operator, v in value.items())
        return Group("all", leaves)
    return _leaf(name, term, "in" if isinstance(value, (list, tuple)) else "is", value, place)


def _list(how: str, value: Any, terms: Mapping[str, Term], place: tuple[str | int, ...]) -> Group:
    if not isinstance(value, (list, tuple)) or not value:
        raise ConditionError("condition_list", place, how=how)
    return Group(how, tuple(_group("all", part, terms, (*place, i)) for i, part in enumerate(value)))


def _leaf(name: str, term: Term, operator: str, value: Any, place: tuple[str | int, ...]) -> Leaf:
    allowed = OPERATORS[term.type]
    if operator not in allowed:
        raise ConditionError(
            "condition_operator", place, name=name, operator=operator, type=term.type, allowed=list(allowed)
        )
    values = value if operator == "in" else [value]
    if operator == "in" and (not isinstance(value, (list, tuple)) or not value):
        raise ConditionError("condition_list", place, how=name)
    for one in values:
        _check_value(name, term, "boolean" if operator == "set" else term.type, one, place)
    plain = tuple(_plain(v) for v in values) if operator == "in" else _plain(value)
    return Leaf(name, operator, plain, term.type)


VALUE_TYPES: dict[str, tuple[type, ...]] = {
    "text": (str,),
    "number": (int, float),
    "boolean": (bool,),
    "date": (date,),
    "choice": (str,),
    "choices": (str,),
    "path": (str,),
}


def _check_value(name: str, term: Term, kind: str, value: Any, place: tuple[str | int, ...]) -> None:
    fits = isinstance(value, VALUE_TYPES[kind]) and (kind == "boolean" or not isinstance(value, bool))
    if not fits:
        raise ConditionError("condition_value", place, name=name, value=value, type=kind)
    if kind in ("choice", "choices") and term.options and value not in term.options:
        raise ConditionError("condition_option", place, name=name, value=value, allowed=list(term.options))


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, date) else value


# ── testing a record ──────────────────────────────────────────────────────────────────────────────────


def _test(node: Leaf | Group) -> Test:
    if isinstance(node, Leaf):
        return _leaf_test(node)
    tests = [_test(part) for part in node.parts]
    if node.how == "any":
        return lambda record: any(test(record) for test in tests)
    if node.how == "not":
        return lambda record: not all(test(record) for test in tests)
    if len(tests) == 1:
        return tests[0]
    return lambda record: all(test(record) for test in tests)


def _leaf_test(leaf: Leaf) -> Test:
    name, compare, value = leaf.name, COMPARE[leaf.operator], leaf.value
    if leaf.operator == "set":
        return lambda record: is_set(record.get(name)) is value
    if leaf.type == "path":
        paths = value if leaf.operator == "in" else (value,)
        return lambda record: any(is_under(record.get(name) or "", path) for path in paths)
    if leaf.type == "choices":
        wanted = set(value if leaf.operator == "in" else (value,))
        return lambda record: not wanted.isdisjoint(record.get(name) or ())
    return lambda record: is_set(found := _comparable(record.get(name))) and compare(found, value)


def is_set(value: Any) -> bool:
    """Tell whether a value says anything: nothing, an empty text and an empty list do not."""
    return value is not None and value != "" and value != []


def is_under(path: str, prefix: str) -> bool:
    """Tell whether the category *path* is *prefix* or lies below it."""
    return path == prefix or path.startswith(f"{prefix}/")


def _comparable(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.date().isoformat()
    return value.isoformat() if isinstance(value, date) else value


COMPARE: dict[str, Callable[[Any, Any], bool]] = {
    "is": lambda found, value: bool(found == value),
    "in": lambda found, value: found in value,
    "gte": lambda found, value: bool(found >= value),
    "gt": lambda found, value: bool(found > value),
    "lte": lambda found, value: bool(found <= value),
    "lt": lambda found, value: bool(found < value),
    "contains": lambda found, value: value.lower() in found.lower(),
    "starts": lambda found, value: bool(found.lower().startswith(value.lower())),
    "has": lambda found, value: value in found,
    "set": lambda found, value: is_set(found) is value,
}


# ── asking the database ───────────────────────────────────────────────────────────────────────────────

Columns = Mapping[str, str | Callable[[Leaf], Q]]
LOOKUPS = {
    "gte": "gte",
    "gt": "gt",
    "lte": "lte",
    "lt": "lt",
    "contains": "icontains",
    "starts": "istartswith",
}


def to_q(
    where: Mapping[str, Any],
    columns: Columns,
    fields: Fields,
    *,
    facts: Mapping[str, Term] = CASE_FACTS,
) -> Q:
    """Return *where* as a Django condition that finds the records `compile_condition` accepts.

    *columns* names the look-up path of each fact (``fields__people`` for a field kept in JSON), or gives a
    function from the comparison to a condition for what no single column holds.
    """
    return _q(parse_condition(where, fields, facts), columns, negated=False)


def _q(node: Leaf | Group, columns: Columns, *, negated: bool) -> Q:
    """Push *negated* down to the leaves, where what is unknown can be told apart."""
    if isinstance(node, Leaf):
        return _leaf_q(node, columns, negated=negated)
    inner = negated != (node.how == "not")
    parts = [_q(part, columns, negated=inner) for part in node.parts]
    joined_by_or = (node.how == "any") != inner
    result = Q()
    for part in parts:
        result = result | part if joined_by_or else result & part
    if joined_by_or and not parts:
        return Q(pk__in=[])
    return result


def _leaf_q(leaf: Leaf, columns: Columns, *, negated: bool) -> Q:
    column = columns[leaf.name]
    if not isinstance(column, str):
        found = column(leaf)
        return ~found if negated else found
    # A field of a JSON column may be absent, or be there and hold nothing.
    unknown = Q(**{f"{column}__isnull": True}) | Q(**{column: None})
    if leaf.type not in ("number", "boolean", "date"):
        unknown |= Q(**{column: [] if leaf.type == "choices" else ""})
    if leaf.operator == "set":
        return ~unknown if leaf.value != negated else unknown
    found = _comparison(leaf, column)
    return (~found | unknown) if negated else (found & ~unknown)


def _comparison(leaf: Leaf, column: str) -> Q:
    values = leaf.value if leaf.operator == "in" else (leaf.value,)
    if leaf.type == "path":
        return _either(Q(**{column: v}) | Q(**{f"{column}__startswith": f"{v}/"}) for v in values)
    if leaf.type == "choices":
        return _either(Q(**{f"{column}__icontains": f'"{v}"'}) for v in values)
    if leaf.operator in LOOKUPS:
        return Q(**{f"{column}__{LOOKUPS[leaf.operator]}": leaf.value})
    return _either(Q(**{column: v}) for v in values)


def _either(parts: Iterator[Q]) -> Q:
    found = Q()
    for part in parts:
        found |= part
    return found
