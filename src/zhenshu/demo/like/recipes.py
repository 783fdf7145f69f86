"""Which sorts of records could make figures differ: field values that conditions tell apart, and years.

Nothing here decides which sort counts where; `probing` makes one of each and looks.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction
from itertools import product
from typing import Any

from zhenshu.ground.packs.base import FieldKind, FieldType
from zhenshu.ground.packs.conditions import Group, Leaf, Term, parse_condition
from zhenshu.ground.packs.measures import Counted, terms_for
from zhenshu.ground.packs.schema import CaseKind, DossierKind, PlanKind
from zhenshu.ground.packs.terms import facts_of, fields_of

MOST_SORTS = 40  # assignments of one kind that are tried in full
LIFE_FACTS = frozenset({
    "stage", "outcome", "in_time", "overdue", "solved", "satisfied", "kept", "missed", "reopened", "returned",
    "parked", "supervised", "extended", "merged", "first", "raised", "kind", "state", "title", "done", "lamp",
    "progress", "level", "office", "area",
})  # fmt: skip
LIFE_DATES = frozenset({"dispatched", "answered", "called_back", "closed", "due"})


class _Mark:
    """A value that stands for what each record gets for itself."""

    def __init__(self, name: str) -> None:
        self.name = name

    def __repr__(self) -> str:
        return self.name


ABSENT = _Mark("absent")
GIVEN = _Mark("given")  # a share of a sum, or one of several members


@dataclass(frozen=True, slots=True)
class InYear:
    """A day of a year, another one for each record."""

    year: int


@dataclass(frozen=True, slots=True)
class Between:
    """A number from *low* to *high*, another one for each record; None leaves it open."""

    low: Fraction
    high: Fraction | None


@dataclass(frozen=True, slots=True)
class Life:
    """How a record goes: *way* is usual, late, open or left (closed in January of the next year)."""

    way: str = "usual"
    solved: str = "yes"
    satisfied: str = "yes"
    outcome: str = "resolved"
    ended: int | None = None  # the year in which a dossier closes, a plan item is done


USUAL = Life()
Span = tuple[int, int | None]  # the years in which a dossier opens and, perhaps, closes
WEIGHTS = {"usual": 1.0, "late": 1.5, "left": 2.0, "open": 3.0}


@dataclass(frozen=True, slots=True)
class Recipe:
    """One sort of record: its kind, the year it begins in, its life, and the values that matter.

    *amounts* are the fields that get a share of a sum, *members* those that name one of several. A reading
    is of *series* and hangs on a dossier of the sort *host*.
    """

    block: str
    kind: str
    year: int
    assigned: tuple[tuple[str, Any], ...] = ()
    life: Life = USUAL
    amounts: tuple[str, ...] = ()
    members: tuple[str, ...] = ()
    series: str = ""
    host: Recipe | None = None

    @property
    def weight(self) -> float:
        return WEIGHTS.get(self.life.way, 1.0)

    def value(self, name: str) -> Any:
        """Return what is set for *name*; None when nothing is."""
        return dict(self.assigned).get(name)


# ── what the conditions of a kind tell apart ──────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class Asked:
    """All that the wanted quantities ask of the records of one kind, or of its readings of one *series*.

    What is asked of the readings of a dossier is asked of the dossier too, as far as it is the one to answer.
    """

    counted: tuple[Counted, ...]
    years: tuple[int, ...]
    series: str | None = None

    @property
    def kind(self) -> Any:
        return self.counted[0].kind

    @property
    def own(self) -> tuple[Counted, ...]:
        return tuple(one for one in self.counted if one.reading == self.series)

    @property
    def dates(self) -> set[str]:
        return {one.at for one in self.own}

    def leaves(self) -> list[Leaf]:
        return [leaf for one in self.counted for leaf in leaves_of(one)]

    def amounts(self) -> tuple[str, ...]:
        """Return the fields that are summed."""
        summed = (one.field for one in self.own if one.way == "sum" and one.field)
        return tuple(dict.fromkeys(summed))

    def members(self) -> tuple[str, ...]:
        named = (one.field for one in self.own if one.way == "distinct" and one.field)
        return tuple(dict.fromkeys(named))


def leaves_of(counted: Counted) -> Iterator[Leaf]:
    """Yield the comparisons of a quantity's conditions, exclusions too."""
    fields, facts = terms_for(counted)
    for where in (counted.where, counted.exclude):
        yield from _leaves(parse_condition(where, fields, facts))


def _leaves(node: Leaf | Group) -> Iterator[Leaf]:
    if isinstance(node, Leaf):
        yield node
        return
    for part in node.parts:
        yield from _leaves(part)


def _rated(name: str, word: str) -> Life:
    return Life(solved=word) if name == "solved" else Life(satisfied=word)


# ── values to try ─────────────────────────────────────────────────────────────────────────────────────


def values_to_try(
    asked: Asked, fields: Mapping[str, FieldKind], facts: Mapping[str, Term]
) -> dict[str, list[Any]]:
    """Return for each name that matters the values worth telling apart, the most ordinary first."""
    found: dict[str, list[Any]] = {}
    by_name: dict[str, list[Leaf]] = {}
    for leaf in asked.leaves():
        by_name.setdefault(leaf.name, []).append(leaf)
    for name, leaves in by_name.items():
        if name in fields or (name in facts and name not in LIFE_FACTS):
            found[name] = _distinct(_values(leaves, fields.get(name), facts.get(name)))
    for name in asked.dates & fields.keys():
        found[name] = [InYear(year) for year in asked.years] + [ABSENT]
    for name in asked.amounts():
        if name in fields:
            found.setdefault(name, [GIVEN])
    for name in asked.members():
        if name in fields:
            found[name] = [GIVEN] if fields[name].required else [GIVEN, ABSENT]
    return found


def _distinct(values: Iterable[Any]) -> list[Any]:
    found: list[Any] = []
    for value in values:
        if not any(value is one or (type(value) is type(one) and value == one) for one in found):
            found.append(value)
    return found


def _values(leaves: Sequence[Leaf], field: FieldKind | None, fact: Term | None) -> Iterator[Any]:
    kind = leaves[0].type
    asked = [value for leaf in leaves if leaf.operator != "set" for value in _listed(leaf)]
    yield from VALUES[kind](asked, leaves, field, fact)
    if field is None or not (field.required or field.type is FieldType.BOOLEAN):
        yield ABSENT


def _listed(leaf: Leaf) -> tuple[Any, ...]:
    return tuple(leaf.value) if leaf.operator == "in" else (leaf.value,)


def _choices(asked: Sequence[Any], leaves: Sequence[Leaf], field: Any, fact: Any) -> Iterator[Any]:
    options = list(field.options) if field is not None else list(fact.options) if fact is not None else []
    others = [one for one in options if one not in asked]
    yield from others[:1]
    yield from asked
    if not others and not asked:
        yield from options[:1]


def _many_choices(asked: Sequence[Any], leaves: Sequence[Leaf], field: Any, fact: Any) -> Iterator[Any]:
    for one in _choices(asked, leaves, field, fact):
        yield (one,)
    if len(set(asked)) > 1:
        yield tuple(dict.fromkeys(asked))


def _texts(asked: Sequence[Any], leaves: Sequence[Leaf], field: Any, fact: Any) -> Iterator[Any]:
    yield "一般" if any(leaf.operator != "set" for leaf in leaves) else "有"
    yield from asked


def _booleans(asked: Sequence[Any], leaves: Sequence[Leaf], field: Any, fact: Any) -> Iterator[Any]:
    yield from (False, True)


def _numbers(asked: Sequence[Any], leaves: Sequence[Leaf], field: Any, fact: Any) -> Iterator[Any]:
    """Yield the stretches of numbers between which conditions tell no difference."""
    whole = field is not None and field.type is FieldType.INTEGER
    step = Fraction(1) if whole else Fraction(1, 100)
    low = Fraction(str(field.min)) if field is not None and field.min is not None else Fraction(0)
    high = Fraction(str(field.max)) if field is not None and field.max is not None else None
    starts = {low} | {start for leaf in leaves if leaf.operator != "set" for start in _starts(leaf, step)}
    edges = sorted(edge for edge in starts if edge >= low and (high is None or edge <= high))
    for place, edge in enumerate(edges):
        yield Between(edge, edges[place + 1] - step if place + 1 < len(edges) else high)


def _starts(leaf: Leaf, step: Fraction) -> Iterator[Fraction]:
    """Yield where a comparison begins to hold, or ceases to."""
    for value in _listed(leaf):
        number = Fraction(str(value))
        if leaf.operator in ("gte", "lt", "is", "in"):
            yield number
        if leaf.operator in ("gt", "lte", "is", "in"):
            yield number + step


def _days(asked: Sequence[Any], leaves: Sequence[Leaf], field: Any, fact: Any) -> Iterator[Any]:
    for text in asked:
        day = date.fromisoformat(str(text)[:10])
        yield from ((day + timedelta(days=step)).isoformat() for step in (-1, 0, 1))
    if not asked:
        yield "2020-06-01"


def _paths(asked: Sequence[Any], leaves: Sequence[Leaf], field: Any, fact: Any) -> Iterator[Any]:
    yield from asked


def _references(asked: Sequence[Any], leaves: Sequence[Leaf], field: Any, fact: Any) -> Iterator[Any]:
    yield GIVEN


VALUES: Mapping[str, Callable[[Sequence[Any], Sequence[Leaf], Any, Any], Iterator[Any]]] = {
    "text": _texts,
    "number": _numbers,
    "boolean": _booleans,
    "date": _days,
    "choice": _choices,
    "choices": _many_choices,
    "path": _paths,
    "reference": _references,
}


def combinations(
    choices: Mapping[str, Sequence[Any]], counted: Sequence[Counted]
) -> list[tuple[tuple[str, Any], ...]]:
    """Return the assignments to try: all of them when few, else those that single conditions ask for."""
    names = sorted(choices)
    total = 1
    for name in names:
        total *= len(choices[name])
    if total <= MOST_SORTS:
        return [tuple(zip(names, values, strict=True)) for values in product(*(choices[n] for n in names))]
    return _some(choices, counted, names)


def _some(
    choices: Mapping[str, Sequence[Any]], counted: Sequence[Counted], names: Sequence[str]
) -> list[tuple[tuple[str, Any], ...]]:
    """Return each quantity's own names in all their values, the other names at their ordinary ones."""
    ordinary = {name: choices[name][0] for name in names}
    found: dict[tuple[tuple[str, Any], ...], None] = {tuple(ordinary.items()): None}
    for one in counted:
        own = sorted({leaf.name for leaf in leaves_of(one)} & choices.keys() | ({one.at} & choices.keys()))
        for values in list(product(*(choices[name] for name in own)))[:MOST_SORTS]:
            chosen = {**ordinary, **dict(zip(own, values, strict=True))}
            found[tuple(chosen.items())] = None
    rng = random.Random(len(names))
    for _ in range(MOST_SORTS // 2):
        found[tuple((name, rng.choice(list(choices[name]))) for name in names)] = None
    return list(found)[: 2 * MOST_SORTS]


# ── the sorts of each block ───────────────────────────────────────────────────────────────────────────


def case_recipes(asked: Asked) -> list[Recipe]:
    """Return the sorts of matters of a kind; categories that conditions name are taken at their leaves."""
    kind: CaseKind = asked.kind
    choices = values_to_try(asked, fields_of(kind), facts_of(kind))
    if "category" in choices:
        choices["category"] = _leaf_categories(kind, choices["category"])
    lives = list(_case_lives(asked))
    assigned = combinations(choices, asked.counted)
    first = min(asked.years)
    return [
        Recipe("cases", kind.full_code, year, values, life, asked.amounts(), asked.members())
        for year in (*asked.years, first - 1)
        for life in lives
        for values in assigned
        if year >= first or life.way == "left"
    ]


def _leaf_categories(kind: CaseKind, paths: Sequence[Any]) -> list[Any]:
    """Return a category without parts at or below each path, and one beside all of them."""
    leaves = [path for path, category in kind.category_paths() if not category.children]
    asked = [path for path in paths if path is not ABSENT]
    others = [leaf for leaf in leaves if not any(_below(leaf, path) for path in asked)]
    inside = [next((leaf for leaf in leaves if _below(leaf, path)), path) for path in asked]
    return [*others[:1], *inside, ABSENT]


def _below(leaf: str, path: str) -> bool:
    return leaf == path or leaf.startswith(f"{path}/")


def _case_lives(asked: Asked) -> Iterator[Life]:
    names = {leaf.name for leaf in asked.leaves()}
    yield USUAL
    if not (names & LIFE_FACTS or asked.dates & LIFE_DATES):
        return
    yield from (Life("late"), Life("open"), Life("left"))
    for leaf in asked.leaves():
        if leaf.name == "outcome":
            yield Life(outcome="unresolved")
        if leaf.name in ("solved", "satisfied") and leaf.operator != "set":
            others = ("no", *(str(one) for one in _listed(leaf) if one != "yes"))
            yield from (_rated(leaf.name, other) for other in dict.fromkeys(others))


def dossier_assignments(asked: Asked) -> list[tuple[tuple[str, Any], ...]]:
    """Return what dossiers of a kind may say, as far as it matters."""
    kind: DossierKind = asked.kind
    return combinations(values_to_try(asked, fields_of(kind), facts_of(kind)), asked.counted)


def dossier_recipe(asked: Asked, assigned: tuple[tuple[str, Any], ...], span: Span) -> Recipe:
    """Return the sort of dossiers that say this and stand from one year to another."""
    return Recipe(
        "dossiers",
        asked.kind.full_code,
        span[0],
        assigned,
        Life(ended=span[1]),
        asked.amounts(),
        asked.members(),
    )


def telling_spans(asked: Asked) -> list[Span]:
    """Return when a dossier stands so that all it may count for shows: long ago, and newly opened."""
    opened = any(one.at == "opened" and one.way != "stock" for one in asked.own)
    return [(min(asked.years) - 2, None), *([(max(asked.years), None)] if opened else [])]


def other_spans(asked: Asked) -> list[Span]:
    """Return when else a dossier may stand: opened in a year that matters, or closed in one."""
    found: list[Span] = []
    if len(asked.years) > 1 or len(telling_spans(asked)) > 1:
        found += [(year, None) for year in asked.years]
    if len(asked.years) > 1 or "closed" in asked.dates:
        found += [(min(asked.years) - 2, year) for year in asked.years]
    return [span for span in found if span not in telling_spans(asked)]


def reading_recipes(asked: Asked, hosts: Iterable[Recipe]) -> list[Recipe]:
    """Return the sorts of readings of a series, on each sort of dossier that may carry them."""
    kind: DossierKind = asked.kind
    series = asked.series or ""
    choices = values_to_try(asked, kind.readings[series].fields, {})
    return [
        Recipe("readings", kind.full_code, year, values, USUAL, asked.amounts(), (), series, host)
        for host in hosts
        for values in combinations(choices, asked.counted)
        for year in asked.years
        if host.year <= year and (host.life.ended is None or host.life.ended >= year)
    ]


def plan_recipes(asked: Asked) -> list[Recipe]:
    """Return the sorts of plan items: done or under way in each year, each stage of life reached in one."""
    kind: PlanKind = asked.kind
    choices = values_to_try(asked, fields_of(kind), facts_of(kind))
    return [
        Recipe(
            "plans",
            kind.full_code,
            year,
            (*values, *lived),
            Life(ended=ended),
            asked.amounts(),
            asked.members(),
        )
        for year in asked.years
        for ended in ((None, year) if _asks_for_end(asked) else (None,))
        for values in combinations(choices, asked.counted)
        for lived in _lives(asked, list(kind.life), year)
    ]


def _asks_for_end(asked: Asked) -> bool:
    ends = {"done", "progress", "overdue", "lamp", "stage"}
    return "done" in asked.dates or not ends.isdisjoint(leaf.name for leaf in asked.leaves())


def _lives(asked: Asked, life: Sequence[str], year: int) -> list[tuple[tuple[str, InYear], ...]]:
    """Return how far a project may come: some stages the year before, those after them in the year."""
    wanted = [stage for stage in life if f"life.{stage}" in asked.dates]
    if not wanted:
        return [()]
    return [
        tuple(
            (f"life.{stage}", InYear(year if place >= first else year - 1))
            for place, stage in enumerate(reached)
        )
        for far in range(len(wanted) + 1)
        for reached in (wanted[:far],)
        for first in sorted({0, max(far - 1, 0)})
    ]


def record_recipes(asked: Asked, block: str, fields: Mapping[str, FieldKind]) -> list[Recipe]:
    """Return the sorts of records of a general block; *fields* are those it may carry."""
    choices = values_to_try(asked, fields, facts_of(asked.kind))
    states = [str(one) for leaf in asked.leaves() if leaf.name == "state" for one in _listed(leaf)]
    if states:
        choices["state"] = [ABSENT, *dict.fromkeys(states)]
    return [
        Recipe(block, asked.kind.full_code, year, values, USUAL, asked.amounts(), asked.members())
        for year in asked.years
        for values in combinations(choices, asked.counted)
    ]
