"""The demands as rules over how many records of which sort there are, and what they share out."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

from zhenshu.demo.like.demands import FINEST, Demand, digits_of
from zhenshu.demo.like.forms import Form, Term
from zhenshu.demo.like.magnitudes import PLAIN, Key, magnitudes_of
from zhenshu.demo.like.naming import member_kind, most_members
from zhenshu.demo.like.solving import Rule, Solution, Unknown, solve_most
from zhenshu.demo.like.trial import Population, Sort, bounds_of, field_of
from zhenshu.ground.packs.base import FieldType
from zhenshu.ground.packs.registry import library
from zhenshu.ground.packs.schema import DossierKind
from zhenshu.measures.indicators.definitions import Quantity, catalogue, quantities_in

MOST = {"cases": 80_000, "dossiers": 16_000, "plans": 3_000, "readings": 3_000}
MOST_RECORDS = 20_000
SEVERAL = 12  # records that share a sum of which no figure tells the number
MANY = 60  # records under a share of which no figure tells the number
EVENTS = 300  # readings of one dossier in a year, where they come as events

Name = Any  # a tuple that says of what kind and sort
Unit = Fraction


def populations_of(demands: Iterable[Demand]) -> list[Population]:
    """Return the kinds of record that the demands speak of, each with all that is wanted of it."""
    known = _quantities()
    found: dict[tuple[str, str], dict[Term, Quantity]] = {}
    for demand in demands:
        for term in terms_in(demand):
            if term.way != "told":
                quantity = known[term.name]
                counted = quantity.counted
                found.setdefault((counted.block, counted.full_code), {})[term] = quantity
    return [Population(block, kind, tuple(terms.items())) for (block, kind), terms in found.items()]


def _quantities() -> dict[str, Quantity]:
    plans = catalogue().plans.values()
    return {one.digest: one for plan in plans for one in quantities_in(plan.node)}


def terms_in(demand: Demand) -> list[Term]:
    return list(dict.fromkeys((*demand.ratio.top.terms, *demand.ratio.bottom.terms)))


@dataclass(slots=True)
class System:
    """Unknowns and rules of all demands together, and the unit in which each sum is shared out."""

    demands: Sequence[Demand]
    sorts: Mapping[Population, Sequence[Sort]]
    pools: Mapping[FieldType, int] = field(default_factory=dict)
    unknowns: dict[Name, Unknown] = field(default_factory=dict)
    rules: list[Rule] = field(default_factory=list)
    units: dict[tuple[Any, ...], Unit] = field(default_factory=dict)
    told: dict[Term, Unit] = field(default_factory=dict)
    of_term: dict[Term, list[tuple[Name, Fraction]]] = field(default_factory=dict)
    magnitudes: dict[Key, Fraction] = field(default_factory=dict)

    def write(self) -> None:
        """Write down what must hold."""
        self._choose_units()
        self.magnitudes = magnitudes_of(self.demands, _quantities_once())
        for population, sorts in self.sorts.items():
            for place, sort in enumerate(sorts):
                self._write_sort(population, place, sort)
            if population.block == "dossiers":
                self._write_hosts(population, sorts)
            self._write_named(population, sorts)
        for number, demand in enumerate(self.demands):
            self._write_demand(number, demand)

    # ── units ─────────────────────────────────────────────────────────────────────────────────────────

    def _choose_units(self) -> None:
        """Share each sum out in the coarsest decimal unit in which all figures about it can be told."""
        for demand in self.demands:
            digits = max(digits_of(demand.low), digits_of(demand.high)) if demand.ratio.is_sum else 0
            for term in terms_in(demand):
                if term.way == "told":
                    self.told[term] = min(self.told.get(term, Fraction(1)), self._told_unit(demand, term))
                else:
                    self._choose_unit(term, digits)

    def _told_unit(self, demand: Demand, term: Term) -> Unit:
        factor = demand.ratio.top.terms.get(term, Fraction(1))
        value = demand.low / factor if factor else demand.low
        return Fraction(1, 10 ** max(digits_of(value), 0 if demand.ratio.is_sum else 2))

    def _choose_unit(self, term: Term, digits: int) -> None:
        counted = _quantities_once()[term.name].counted
        key = (counted.full_code, counted.reading, counted.field)
        unit = Fraction(1) if _is_whole(counted) else Fraction(1, 10 ** min(digits, FINEST))
        self.units[key] = min(self.units.get(key, Fraction(1)), unit)

    def unit(self, sort: Sort, name: str) -> Unit:
        return self.units[(sort.recipe.kind, sort.recipe.series or None, name)]

    # ── sorts ─────────────────────────────────────────────────────────────────────────────────────────

    def _write_sort(self, population: Population, place: int, sort: Sort) -> None:
        key = (population.block, population.kind, place)
        count = ("n", *key)
        block = "readings" if sort.recipe.series else population.block
        weight = sort.recipe.weight * (sort.number if sort.recipe.series else 1)
        self.unknowns[count] = Unknown(count, MOST.get(block, MOST_RECORDS), weight)
        for term, number in sort.counts.items():
            self._add(term, count, Fraction(number))
        for name in dict.fromkeys(sort.shares.values()):
            self._write_amount(key, count, sort, name)
        for name in dict.fromkeys(sort.members.values()):
            self._write_members(key, count, sort, name)

    def _write_amount(self, key: Name, count: Name, sort: Sort, name: str) -> None:
        amount, unit = ("x", *key, name), self.unit(sort, name)
        most = self._most(sort, name) / unit
        self.unknowns[amount] = Unknown(amount, round(most) + 1, 0.0)
        low, high = bounds_of(sort.recipe, name)
        number = sort.number
        least = Fraction(number) * max(low / unit, Fraction(0))
        self.rules.append(Rule({amount: Fraction(1), count: -least}, low=Fraction(0)))
        ceiling = most + 1 if high is None else min(most + 1, number * high / unit)
        self.rules.append(Rule({amount: Fraction(1), count: -Fraction(round(ceiling))}, high=Fraction(0)))
        for term, of in sort.shares.items():
            if of == name:
                self._add(term, amount, unit)

    def _most(self, sort: Sort, name: str) -> Fraction:
        """Return the most a sum can come to: twice the greatest value demanded of it, or a plain size."""
        key = (sort.recipe.kind, sort.recipe.series or None, name)
        return 2 * max(self.magnitudes.get(key, PLAIN), PLAIN)

    def _write_members(self, key: Name, count: Name, sort: Sort, name: str) -> None:
        members = ("d", *key, name)
        there = most_members(name, field_of(sort.recipe, name), self.pools)
        self.unknowns[members] = Unknown(members, MOST_RECORDS if there is None else there, 0.0)
        most = Fraction(MOST.get(sort.recipe.block, MOST_RECORDS))
        self.rules.append(Rule({members: Fraction(1), count: Fraction(-1)}, high=Fraction(0)))
        self.rules.append(Rule({count: Fraction(1), members: -most}, high=Fraction(0)))
        for term, of in sort.members.items():
            if of == name:
                self._add(term, members, Fraction(1))

    def _write_named(self, population: Population, sorts: Sequence[Sort]) -> None:
        """Let no more members be named than there are: villages, offices, dossiers that are counted too."""
        named: dict[str, list[tuple[Name, Sort]]] = {}
        for place, sort in enumerate(sorts):
            for name in dict.fromkeys(sort.members.values()):
                members = ("d", population.block, population.kind, place, name)
                named.setdefault(name, []).append((members, sort))
        for name, several in named.items():
            declared = field_of(several[0][1].recipe, name)
            terms: dict[Name, Fraction] = {members: Fraction(1) for members, _sort in several}
            there = most_members(name, declared, self.pools)
            if there is not None:
                self.rules.append(Rule(terms, high=Fraction(there)))
            code = member_kind(population.kind, population.block, name, declared)
            held = self._records_of(code) if code != population.kind else []
            if held:
                self.rules.append(Rule(terms | dict.fromkeys(held, Fraction(-1)), high=Fraction(0)))

    def _records_of(self, code: str) -> list[Name]:
        """Return how many dossiers of a kind there are of each sort; none where no figure speaks of them."""
        return [
            ("n", population.block, population.kind, place)
            for population, sorts in self.sorts.items()
            if population.block == "dossiers" and population.kind == code
            for place, sort in enumerate(sorts)
            if not sort.recipe.series
        ]

    def _write_hosts(self, population: Population, sorts: Sequence[Sort]) -> None:
        """Let no more dossiers be read than there are; those read as events are read more than once."""
        hosts = {id(s.recipe): place for place, s in enumerate(sorts) if not s.recipe.series}
        groups: dict[tuple[Any, ...], list[int]] = {}
        for place, sort in enumerate(sorts):
            if sort.recipe.series:
                host = hosts[id(sort.recipe.host)]
                groups.setdefault((host, sort.recipe.series, sort.recipe.year), []).append(place)
        for (host, _series, _year), places in groups.items():
            often = 1 if sorts[places[0]].number > 1 or _yearly(sorts[places[0]]) else EVENTS
            terms = {("n", population.block, population.kind, place): Fraction(1) for place in places}
            terms[("n", population.block, population.kind, host)] = Fraction(-often)
            self.rules.append(Rule(terms, high=Fraction(0)))

    def _add(self, term: Term, name: Name, factor: Fraction) -> None:
        self.of_term.setdefault(term, []).append((name, factor))

    # ── demands ───────────────────────────────────────────────────────────────────────────────────────

    def _write_demand(self, number: int, demand: Demand) -> None:
        top, bottom = self._spelled(demand.ratio.top), self._spelled(demand.ratio.bottom)
        if demand.ratio.is_sum:
            shift = demand.ratio.top.constant
            self.rules.append(Rule(top, demand.low - shift, demand.high - shift, wish=number))
            self._write_niceties(demand, top)
            return
        for limit, sign in ((demand.low, 1), (demand.high, -1)):
            terms = _sum(top, bottom, -limit)
            constant = demand.ratio.top.constant - limit * demand.ratio.bottom.constant
            turned = {name: sign * factor for name, factor in terms.items()}
            self.rules.append(Rule(turned, low=-sign * constant, wish=number))
        self.rules.append(Rule(bottom, low=Fraction(1), wish=number))
        if all(abs(factor) >= 1 for factor in demand.ratio.bottom.terms.values()):
            self.rules.append(Rule(bottom, low=Fraction(MANY), wish=number, soft=True))

    def _spelled(self, form: Form) -> dict[Name, Fraction]:
        found: dict[Name, Fraction] = {}
        for term, factor in form.terms.items():
            if term.way == "told":
                name = ("told", term)
                self.unknowns.setdefault(name, Unknown(name, None, 0.0))
                found[name] = found.get(name, Fraction(0)) + factor * self.told[term]
                continue
            for name, each in self.of_term.get(term, ()):
                found[name] = found.get(name, Fraction(0)) + factor * each
        return found

    def _write_niceties(self, demand: Demand, terms: Mapping[Name, Fraction]) -> None:
        """Let a sum be shared by several records, as far as nothing else tells their number."""
        counts = {("n", *name[1:4]): Fraction(1) for name in terms if name[0] == "x"}
        if counts and demand.low > 0:
            self.rules.append(Rule(counts, low=Fraction(SEVERAL), wish=-1, soft=True))

    # ── solving ───────────────────────────────────────────────────────────────────────────────────────

    def solve(self, progress: Callable[[float], None] = lambda done: None) -> Solution:
        """Return the numbers of all parts that have nothing to do with one another, found one by one."""
        found = Solution()
        parts = list(self._parts())
        for place, (names, rules) in enumerate(parts):
            progress(place / len(parts))
            one = solve_most([self.unknowns[name] for name in names], rules)
            found.values |= one.values
            found.left_out |= one.left_out
        return found

    def _parts(self) -> Iterable[tuple[list[Name], list[Rule]]]:
        above: dict[Name, Name] = {name: name for name in self.unknowns}

        def top(name: Name) -> Name:
            while above[name] != name:
                above[name] = above[above[name]]
                name = above[name]
            return name

        for rule in self.rules:
            names: list[Name] = list(rule.terms)
            for name in names[1:]:
                above[top(name)] = top(names[0])
        members: dict[Name, list[Name]] = {}
        for name in self.unknowns:
            members.setdefault(top(name), []).append(name)
        own: dict[Any, list[Rule]] = {}
        for rule in self.rules:
            first = next(iter(rule.terms), None)
            own.setdefault(top(first) if first else ("nothing", rule.wish), []).append(rule)
        for root, names in members.items():
            yield names, own.pop(root, [])
        for rules in own.values():
            yield [], rules


_known: dict[int, dict[str, Quantity]] = {}


def _quantities_once() -> dict[str, Quantity]:
    """Return every quantity by its digest, worked out once per catalogue."""
    key = id(catalogue())
    if key not in _known:
        _known.clear()
        _known[key] = _quantities()
    return _known[key]


def _sum(
    one: Mapping[Name, Fraction], other: Mapping[Name, Fraction], factor: Fraction
) -> dict[Name, Fraction]:
    names = {**one, **other}
    found = {name: one.get(name, Fraction(0)) + factor * other.get(name, Fraction(0)) for name in names}
    return {name: each for name, each in found.items() if each}


def _is_whole(counted: Any) -> bool:
    if counted.way != "sum" or not counted.field:
        return True
    fields = counted.kind.readings[counted.reading].fields if counted.reading else None
    kind = (fields or {}).get(counted.field) or getattr(counted.kind, "fields", {}).get(counted.field)
    return kind is not None and kind.type is FieldType.INTEGER


def _yearly(sort: Sort) -> bool:
    kind = library().kind(sort.recipe.kind)
    return isinstance(kind, DossierKind) and kind.readings[sort.recipe.series].every == "year"
