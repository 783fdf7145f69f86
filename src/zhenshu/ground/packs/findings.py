"""What a check of a pack finds, and the checks that every kind needs: known fields, sound conditions."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from zhenshu.ground.packs.base import Declared
from zhenshu.ground.packs.conditions import ConditionError, parse_condition
from zhenshu.ground.packs.schema import CaseKind, Packed
from zhenshu.ground.packs.terms import facts_of, fields_of

Place = tuple[str | int, ...]
Severity = Literal["error", "warning"]


@dataclass(frozen=True, slots=True)
class Finding:
    """A problem at a place of the pack; the loader adds file and line."""

    place: Place
    kind: str
    facts: Mapping[str, Any]
    severity: Severity = "error"


def walk(thing: Declared, place: Place = ()) -> Iterator[tuple[Place, Declared]]:
    """Yield every declared thing below *thing* with its place."""
    yield place, thing
    for name in type(thing).model_fields:
        value = getattr(thing, name)
        if value and isinstance(value, (Declared, dict, tuple)):  # most are plain words and numbers
            yield from _below(value, (*place, name))


def _below(value: Any, place: Place) -> Iterator[tuple[Place, Declared]]:
    if isinstance(value, Declared):
        yield from walk(value, place)
    elif isinstance(value, dict):
        for key, child in value.items():
            yield from _below(child, (*place, key))
    elif isinstance(value, tuple):
        for i, child in enumerate(value):
            yield from _below(child, (*place, i))


def known_fields(
    place: Place, names: Iterable[str], allowed: Iterable[str], kind: Packed
) -> Iterator[Finding]:
    """Yield a finding for each of *names* that is none of the *allowed* fields."""
    listed = list(allowed)
    for name in names:
        if name not in listed:
            facts = {"field": name, "kind": kind.full_code, "allowed": listed}
            yield Finding(place, "unknown_field", facts)


def check_condition(place: Place, where: Mapping[str, Any], kind: Packed) -> Iterator[Finding]:
    try:
        parse_condition(where, fields_of(kind), facts_of(kind))
    except ConditionError as error:
        yield Finding((*place, *error.place), error.kind, error.facts)
        return
    if isinstance(kind, CaseKind):
        yield from category_names(place, where, kind)


def category_names(place: Place, where: Any, kind: CaseKind) -> Iterator[Finding]:
    """Yield the categories a condition names that the kind does not have."""
    if isinstance(where, (list, tuple)):
        for i, part in enumerate(where):
            yield from category_names((*place, i), part, kind)
    if not isinstance(where, Mapping):
        return
    for name, value in where.items():
        if name in ("any", "all", "not"):
            yield from category_names((*place, name), value, kind)
        elif name == "category" and kind.categories:
            for path in value if isinstance(value, (list, tuple)) else (value,):
                if isinstance(path, str) and kind.find_category(path) is None:
                    facts = {"category": path, "name": path, "allowed": [p for p, _ in kind.category_paths()]}
                    yield Finding((*place, name), "unknown_category", facts)


def severity_of(problem: str) -> Severity:
    """What refers to a pack that is not usable today waits; everything else is an error."""
    return "warning" if problem == "pack_absent" else "error"
