"""From numbers to orders: each record with its exact share of the sums and the members it names."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Any

from zhenshu.demo.like.orders import Order
from zhenshu.demo.like.recipes import Recipe
from zhenshu.demo.like.record_making import periods_of
from zhenshu.demo.like.system import Name, System
from zhenshu.demo.like.trial import Population, Sort, bounds_of
from zhenshu.ground.packs.registry import library
from zhenshu.ground.packs.schema import DossierKind

STEADY = 0.5  # how far from even the shares of a sum are at most


def share_out(total: int, parts: int, low: int, high: int | None, rng: random.Random) -> list[int]:
    """Return *parts* whole numbers from *low* to *high* that add up to *total*, unevenly."""
    if parts == 0:
        return []
    found = [low] * parts
    rest = total - low * parts
    weights = [rng.uniform(1 - STEADY, 1 + STEADY) for _ in found]
    whole = sum(weights)
    for place, weight in enumerate(weights):
        more = int(rest * weight / whole)
        found[place] += more if high is None else min(more, high - low)
    left = total - sum(found)
    while left > 0:
        left = _hand_out(found, left, high, rng)
    return found


def _hand_out(found: list[int], left: int, high: int | None, rng: random.Random) -> int:
    """Give what is left by ones, or in even parts where it is much; return what is left then."""
    open_places = [place for place, one in enumerate(found) if high is None or one < high]
    if not open_places:
        raise ValueError("the parts can't hold their sum")
    step = max(1, left // len(open_places))
    rng.shuffle(open_places)
    for place in open_places:
        more = min(step, left) if high is None else min(step, left, high - found[place])
        found[place] += more
        left -= more
        if not left:
            break
    return left


class Orders:
    """The orders of a solved system, block by block; hosts before the readings that hang on them."""

    def __init__(self, system: System, values: Mapping[Name, int], rng: random.Random) -> None:
        self._system, self._values, self._rng = system, values, rng
        self._serials: dict[tuple[str, str], int] = {}

    def of(self, population: Population) -> tuple[list[Order], list[Order]]:
        """Return the orders for records of a kind, and for readings on them."""
        sorts = self._system.sorts[population]
        records: list[Order] = []
        hosts: dict[int, list[Order]] = {}
        for place, sort in enumerate(sorts):
            if not sort.recipe.series:
                made = self._records(population, place, sort)
                hosts[id(sort.recipe)] = made
                records += made
        return records, list(self._readings(population, sorts, hosts))

    def _records(self, population: Population, place: int, sort: Sort) -> list[Order]:
        key = (population.block, population.kind, place)
        number = self._values.get(("n", *key), 0)
        amounts = self._amounts(key, sort, number)
        members = {name: self._members(key, sort, name, number) for name in _named(sort)}
        return [
            Order(
                sort.recipe,
                {name: parts[one] for name, parts in amounts.items()},
                {name: parts[one] for name, parts in members.items()},
            )
            for one in range(number)
        ]

    def _amounts(self, key: Name, sort: Sort, parts: int) -> dict[str, list[Any]]:
        found: dict[str, list[Any]] = {}
        for name in dict.fromkeys(sort.shares.values()):
            unit = self._system.unit(sort, name)
            total = self._values.get(("x", *key, name), 0)
            low, most = bounds_of(sort.recipe, name)
            high = None if most is None else int(most / unit)
            least = -int(-low / unit // 1)
            least = max(least, 1) if total >= parts else least
            shares = share_out(total, parts, least, high, self._rng)
            found[name] = [_plain(share * unit) for share in shares]
        return found

    def _members(self, key: Name, sort: Sort, name: str, parts: int) -> list[int]:
        """Return for each record whom it names: every member at least once, none shared with another sort."""
        several = self._values.get(("d", *key, name), 0) or min(parts, 1)
        first = self._serials.get((sort.recipe.kind, name), 0)
        self._serials[sort.recipe.kind, name] = first + several
        return [first + one % several for one in range(parts)]

    def _readings(
        self, population: Population, sorts: Sequence[Sort], hosts: Mapping[int, Sequence[Order]]
    ) -> list[Order]:
        used: dict[tuple[int, str, int], int] = {}
        found: list[Order] = []
        for place, sort in enumerate(sorts):
            recipe = sort.recipe
            if not recipe.series or not self._values.get(("n", population.block, population.kind, place)):
                continue
            group = (id(recipe.host), recipe.series, recipe.year)
            number = self._values["n", population.block, population.kind, place]
            first = used.get(group, 0)
            used[group] = first + number
            key = (population.block, population.kind, place)
            found += self._series(key, sort, list(hosts[id(recipe.host)]), first, number)
        return found

    def _series(self, key: Name, sort: Sort, hosts: Sequence[Order], first: int, number: int) -> list[Order]:
        """Return the readings of one sort: all periods of the year on each host, or single events."""
        recipe = sort.recipe
        periods = _periods(recipe)
        whole = sort.number > 1 or len(periods) == 1
        slots = [
            (hosts[(first + one) % len(hosts)], period)
            for one in range(number)
            for period in (periods if whole else [periods[((first + one) // len(hosts)) % len(periods)]])
        ]
        last = {name for term, name in sort.shares.items() if term.way == "last"}
        amounts = (
            self._amounts(key, sort, len(slots))
            if not last
            else self._levels(key, sort, number, len(periods))
        )
        return [
            Order(recipe, {name: parts[one] for name, parts in amounts.items()}, {}, period, host)
            for one, (host, period) in enumerate(slots)
        ]

    def _levels(self, key: Name, sort: Sort, number: int, periods: int) -> dict[str, list[Any]]:
        """Return what lasts: each host keeps its level over the year and ends it at its share."""
        ends = self._amounts(key, sort, number)
        return {name: [share for share in shares for _ in range(periods)] for name, shares in ends.items()}


def _periods(recipe: Recipe) -> list[str]:
    kind = library().kind(recipe.kind)
    assert isinstance(kind, DossierKind)
    return periods_of(kind.readings[recipe.series].every, recipe.year)


def _named(sort: Sort) -> list[str]:
    return list(dict.fromkeys((*sort.members.values(), *sort.recipe.members)))


def _plain(value: Fraction) -> int | float:
    return int(value) if value.denominator == 1 else float(value)
