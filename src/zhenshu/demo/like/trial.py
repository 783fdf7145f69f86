"""One record of each sort, made on trial in the township's own land: what it adds, term by term."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

from django.db import transaction

from zhenshu.demo.like.forms import Term
from zhenshu.demo.like.makers import Makers
from zhenshu.demo.like.orders import Order
from zhenshu.demo.like.probing import Listener, Share, Shares, listening
from zhenshu.demo.like.recipes import (
    Asked,
    Between,
    Recipe,
    Span,
    case_recipes,
    dossier_assignments,
    dossier_recipe,
    other_spans,
    plan_recipes,
    reading_recipes,
    record_recipes,
    telling_spans,
)
from zhenshu.demo.like.record_making import fields_known, periods_of
from zhenshu.ground.packs.base import FieldKind
from zhenshu.ground.packs.registry import library
from zhenshu.ground.packs.schema import DossierKind
from zhenshu.ground.packs.terms import fields_of
from zhenshu.measures.indicators.definitions import Quantity


@dataclass(slots=True)
class Sort:
    """A recipe with what one record of it adds: records counted, and shares of what field.

    A sort of readings adds a whole year of them on one dossier: *number* at once.
    """

    recipe: Recipe
    counts: dict[Term, int] = field(default_factory=dict)
    shares: dict[Term, str] = field(default_factory=dict)
    members: dict[Term, str] = field(default_factory=dict)
    number: int = 1

    @property
    def adds(self) -> tuple[object, ...]:
        """Return what tells this sort from others; sorts that add the same are one."""
        host = id(self.recipe.host) if self.recipe.host else 0
        bounds = tuple((name, bounds_of(self.recipe, name)) for name in dict.fromkeys(self.shares.values()))
        parts = (self.counts, self.shares, self.members)
        return (host, *(tuple(sorted(part.items())) for part in parts), bounds)


@dataclass(frozen=True, slots=True)
class Population:
    """All wanted quantities over one kind of record, by the terms they are wanted in."""

    block: str
    kind: str
    terms: tuple[tuple[Term, Quantity], ...]

    @property
    def years(self) -> tuple[int, ...]:
        return tuple(sorted({term.year for term, _ in self.terms}))

    def asked(self, series: str | None = None) -> Asked:
        """Return what is asked of the records themselves, or of their readings of one series."""
        quantities = {q.digest: q for _, q in self.terms}
        counted = [q.counted for q in quantities.values()]
        own = [one for one in counted if one.reading == series]
        others = [one for one in counted if one.reading != series] if series is None else []
        return Asked((*own, *others), self.years, series)

    @property
    def series(self) -> list[str]:
        return list(dict.fromkeys(q.counted.reading for _, q in self.terms if q.counted.reading))


def sorts_of(populations: Iterable[Population], makers: Callable[[], Makers]) -> dict[Population, list[Sort]]:
    """Return the sorts of each population that add something different, the plainest first."""
    found: dict[Population, list[Sort]] = {}
    for population in populations:
        with listening() as listener:
            made = makers()
            made.records.sources.filled = 0.0
            made.plant_pools(population.kind, population.block)
            found[population] = _tried(population, made, listener)
    return found


def _tried(population: Population, makers: Makers, listener: Listener) -> list[Sort]:
    if population.block == "dossiers":
        return _dossier_sorts(population, makers, listener)
    recipes = _recipes(population)
    return _different(_sort(one, shares, population) for one, shares in _heard(recipes, makers, listener))


def _recipes(population: Population) -> list[Recipe]:
    asked = population.asked()
    if population.block == "cases":
        return case_recipes(asked)
    if population.block == "plans":
        return plan_recipes(asked)
    return record_recipes(asked, population.block, fields_known(asked.kind))


def _heard(recipes: Sequence[Recipe], makers: Makers, listener: Listener) -> Iterable[tuple[Recipe, Shares]]:
    """Yield each recipe that could be made with what its record added."""
    for recipe in sorted(recipes, key=lambda one: one.weight):
        shares = _tried_one(trial_order(recipe, len(listener.heard)), makers, listener)
        if shares is not None:
            yield recipe, shares


def trial_order(recipe: Recipe, number: int, host: Order | None = None, period: str = "") -> Order:
    """Return an order for one record with the least share of each sum, itself the only member."""
    amounts = {name: least_of(recipe, name) for name in recipe.amounts}
    return Order(recipe, amounts, dict.fromkeys(recipe.members, number), period, host)


def field_of(recipe: Recipe, name: str) -> FieldKind | None:
    """Return the declaration of a field a recipe's records carry."""
    kind = library().kind(recipe.kind)
    if recipe.series and isinstance(kind, DossierKind):
        return kind.readings[recipe.series].fields.get(name)
    if recipe.block in ("cases", "dossiers", "plans"):
        return fields_of(kind).get(name)
    return fields_known(kind).get(name)


def bounds_of(recipe: Recipe, name: str) -> tuple[Fraction, Fraction | None]:
    """Return the least and the most of one record's share of a sum, as its field and sort bound it."""
    stretch = recipe.value(name)
    if isinstance(stretch, Between):
        return stretch.low, stretch.high
    kind = field_of(recipe, name)
    low = Fraction(str(kind.min)) if kind is not None and kind.min is not None else Fraction(0)
    return low, Fraction(str(kind.max)) if kind is not None and kind.max is not None else None


def least_of(recipe: Recipe, name: str) -> int | float:
    """Return a share that a record of this sort may have, one where that is allowed."""
    low, high = bounds_of(recipe, name)
    share = max(low, Fraction(1)) if high is None or high >= 1 else low
    return int(share) if share.denominator == 1 else float(share)


# ── dossiers with their readings ──────────────────────────────────────────────────────────────────────


def _dossier_sorts(population: Population, makers: Makers, listener: Listener) -> list[Sort]:
    """Return the sorts of dossiers, and of readings on each of them.

    What dossiers say is tried in the years that show all it counts for; what adds the same is tried once
    more only in the other years.
    """
    asked = population.asked()
    found: list[Sort] = []
    seen: dict[tuple[object, ...], tuple[tuple[str, Any], ...]] = {}
    for assigned in dossier_assignments(asked):
        tried = [
            _dossier(asked, assigned, span, population, makers, listener) for span in telling_spans(asked)
        ]
        tells = tuple(_tells(one) for one in tried)
        if any(one for one in tried) and tells not in seen:
            seen[tells] = assigned
            found += [sort for one in tried for sort in one]
    for assigned in seen.values():
        for span in other_spans(asked):
            found += _dossier(asked, assigned, span, population, makers, listener)
    return found


def _dossier(
    asked: Asked,
    assigned: tuple[tuple[str, Any], ...],
    span: Span,
    population: Population,
    makers: Makers,
    listener: Listener,
) -> list[Sort]:
    """Return one sort of dossiers and the readings on it; nothing where it can't be made."""
    order = trial_order(dossier_recipe(asked, assigned, span), len(listener.heard))
    shares = _tried_one(order, makers, listener)
    if shares is None:
        return []
    return [_sort(order.recipe, shares, population), *_readings_on(order, population, makers, listener)]


def _tells(sorts: Sequence[Sort]) -> tuple[object, ...]:
    return tuple((one.recipe.series, one.recipe.year, one.adds[1:]) for one in sorts)


def _tried_one(order: Order, makers: Makers, listener: Listener) -> Shares | None:
    """Return what one record adds; None where it can't be made."""
    listener.together = key = object()
    made = makers.try_one(order)
    listener.together = None
    return listener.heard.pop(key, {}) if made else None


def _readings_on(host: Order, population: Population, makers: Makers, listener: Listener) -> list[Sort]:
    return [
        sort
        for series in population.series
        for sort in _reading_sorts(series, host, population, makers, listener)
    ]


def _reading_sorts(
    series: str, host: Order, population: Population, makers: Makers, listener: Listener
) -> list[Sort]:
    asked = population.asked(series)
    tried = []
    for recipe in reading_recipes(asked, [host.recipe]):
        periods = periods_of(asked.kind.readings[series].every, recipe.year)
        # Taken back at once: the next one of this dossier and period would otherwise take its place.
        with transaction.atomic():
            shares = _tried_one(trial_order(recipe, 0, host, periods[-1]), makers, listener)
            transaction.set_rollback(True)
        if shares is not None:
            sort = _sort(recipe, shares, population)
            sort.number = len(periods) if len(periods) <= 12 else 1
            sort.counts = {term: n * sort.number for term, n in sort.counts.items()}
            tried.append(sort)
    return _different(tried)


# ── what a record adds ────────────────────────────────────────────────────────────────────────────────


def _sort(recipe: Recipe, shares: Shares, population: Population) -> Sort:
    sort = Sort(recipe)
    for term, quantity in population.terms:
        share = shares.get(quantity.digest)
        if share is not None:
            _put(sort, term, quantity, share)
    return sort


def _put(sort: Sort, term: Term, quantity: Quantity, share: Share) -> None:
    counted, stock = quantity.counted, quantity.posting == "stock"
    count = share.count_in(term.year, stock=stock)
    if counted.way == "distinct":
        if count:
            sort.members[term] = counted.field or ""
    elif counted.way != "sum":
        if count:
            sort.counts[term] = count
    elif count:
        sort.shares[term] = counted.field or ""


def _different(sorts: Iterable[Sort]) -> list[Sort]:
    """Return the sorts that add something, one for each way of adding."""
    found: dict[tuple[object, ...], Sort] = {}
    for sort in sorts:
        if sort.counts or sort.shares or sort.members:
            found.setdefault(sort.adds, sort)
    return list(found.values())
