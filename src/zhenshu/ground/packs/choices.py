"""What a pack decides about one matter: its limits, its offices, the indicators that count it."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from zhenshu.ground.packs.conditions import Test, compile_condition
from zhenshu.ground.packs.measures import Counted, MeasureError, Shelf, counted_of, read_part, terms_for
from zhenshu.ground.packs.schema import CaseKind, DirectoryRule, Pack, ScaleKind
from zhenshu.ground.packs.terms import facts_of
from zhenshu.ground.worktime.limits import Limit


def limit_for(kind: CaseKind, clock: str, facts: Mapping[str, Any]) -> tuple[Limit, str]:
    """Return the limit of *clock* for a matter with these facts, and its basis.

    The first rule whose condition holds wins, then the deepest category with a limit of its own, then the
    clock's own limit.
    """
    declared = kind.clocks[clock]
    for rule, holds in zip(declared.limits, _limit_tests(_Itself(kind), clock), strict=True):
        if holds(facts):
            return rule.limit, rule.basis or declared.basis
    for category in reversed(kind.categories_above(str(facts.get("category") or ""))):
        if clock in category.limits:
            return category.limits[clock], category.basis or declared.basis
    return declared.limit, declared.basis


class _Itself:
    """A kind as the key of a cache: told apart by being the very same, not by all that it declares."""

    __slots__ = ("kind",)

    def __init__(self, kind: CaseKind) -> None:
        self.kind = kind

    def __hash__(self) -> int:
        return id(self.kind)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Itself) and self.kind is other.kind


@lru_cache(maxsize=1024)
def _limit_tests(of: _Itself, clock: str) -> tuple[Test, ...]:
    """Return the conditions of a clock's limits, made ready once: each matter asks for them."""
    kind = of.kind
    facts = facts_of(kind)
    return tuple(compile_condition(rule.when, kind.fields, facts) for rule in kind.clocks[clock].limits)


def directory_line(kind: CaseKind, facts: Mapping[str, Any]) -> DirectoryRule | None:
    """Return the first line of the dispatch directory that holds; a category's own office comes first."""
    for category in reversed(kind.categories_above(str(facts.get("category") or ""))):
        if category.office:
            return DirectoryRule(office=category.office)
    for line in kind.directory:
        if compile_condition(line.when, kind.fields, facts_of(kind))(facts):
            return line
    return None


def counted_by(
    kind: CaseKind, facts: Mapping[str, Any], pack: Pack, shelf: Shelf
) -> dict[str, tuple[bool, ...]]:
    """Return the indicators of *pack* over matters of *kind*, each with whether its parts count this one."""
    found: dict[str, tuple[bool, ...]] = {}
    for code, indicator in pack.indicators.items():
        parts = [counted_of(indicator, pack, shelf), *_sides(indicator.share or indicator.ratio, pack, shelf)]
        hits = [counts(part, facts) for part in parts if part is not None and part.kind == kind]
        if hits:
            found[code] = tuple(hits)
    return found


def _sides(parts: Any, pack: Pack, shelf: Shelf) -> list[Counted | None]:
    read = []
    for part in parts or ():
        try:
            side = read_part(part, pack, shelf)
        except MeasureError:
            continue  # names a pack that is not loaded
        read.append(side if isinstance(side, Counted) else None)
    return read


def counts(counted: Counted, facts: Mapping[str, Any]) -> bool:
    """Tell whether a record with these facts is among those that *counted* adds up."""
    fields, known = terms_for(counted)
    if counted.exclude and compile_condition(counted.exclude, fields, known)(facts):
        return False
    return compile_condition(counted.where, fields, known)(facts)


def score_on(scale: ScaleKind, values: Mapping[str, float]) -> tuple[float, str]:
    """Return the score on *scale*, the product of its factors, and the colour of the band it reaches."""
    score = 1.0
    for key in scale.factors:
        score *= float(values[key])
    return score, scale.band_for(score).colour
