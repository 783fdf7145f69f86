"""What all makers of line records share: ground, people, days, and values for the fields of any kind."""

from __future__ import annotations

import random
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from functools import cached_property
from typing import Any

from zhenshu.demo.like.field_values import Sources, fill
from zhenshu.demo.like.recipes import ABSENT
from zhenshu.demo.lines.words import office_of, range_of, said, words
from zhenshu.demo.matters import World
from zhenshu.demo.targets import FIRST_YEAR
from zhenshu.ground.areas.models import Area
from zhenshu.ground.packs.base import FieldKind, FieldType
from zhenshu.ground.packs.conditions import DOSSIER_FACTS, ConditionError, Group, Leaf, parse_condition
from zhenshu.ground.packs.registry import library
from zhenshu.ground.packs.schema import DossierKind, MatchKind
from zhenshu.ground.people.models import Office, User
from zhenshu.ground.people.scope import Scope
from zhenshu.registers.references import References

TEXTS = (FieldType.TEXT, FieldType.LONGTEXT)
# A day whose name has one of these words lies ahead of the day a record begins.
AHEAD = ("到期", "有效", "截止", "届满", "期限", "计划", "拟", "预计", "下次")
NAMED = ("人", "员", "长", "姓名", "主任", "书记", "业主", "法人", "代表", "医生", "教师", "户主")
NUMBERED = ("号", "编号", "代码", "文号")
YEARS = ("年份", "建成年", "年度")
SHARED_SIZE = 1200
PLAIN_NUMBER = {"gte": 1.05, "gt": 1.1, "lte": 0.9, "lt": 0.85}


@dataclass(slots=True)
class Stock:
    """The township as the lines find it; *by* plants, *now* is the end of what can have happened."""

    world: World
    town: Area
    villages: Sequence[Area]
    sources: Sources
    by: Scope
    now: datetime
    references: References = field(default_factory=References)
    names: set[tuple[str, str]] = field(default_factory=set)  # kind and title of dossiers
    told: frozenset[str] = frozenset()  # kinds whose first year the yearbook tells in full
    refused: list[str] = field(default_factory=list)

    @property
    def rng(self) -> random.Random:
        return self.world.rng

    @property
    def today(self) -> date:
        return self.now.date()

    @property
    def years(self) -> list[int]:
        return list(range(FIRST_YEAR, self.today.year + 1))

    def village(self, number: int) -> Area:
        return self.villages[number % len(self.villages)]

    def office(self, pack: str) -> Office:
        """Return the office that leads a line."""
        return self.world.made.offices[office_of(pack)]

    def officer(self, pack: str) -> User:
        return self.world.made.handler(self.office(pack), self.rng)

    def acting(self, pack: str) -> Scope:
        """Return who acts for the office of a line, as wide as the planter."""
        office, officer = self.office(pack), self.officer(pack)
        post = replace(self.by.posts[0], office_id=office.pk, office_name=office.name)
        return Scope(officer.pk, officer.name, (post,))

    def dossiers(self, code: str) -> list[int]:
        return self.sources.dossiers.get(code, [])

    def past_days(self, count: int, kind: str = "") -> list[date]:
        """Return *count* days up to yesterday, the last of them of this week, the others spread evenly."""
        first = date(FIRST_YEAR + (kind in self.told), 1, 10)
        whole = max(1, (self.today - first).days - 4)
        days = [first + timedelta(days=whole * place // max(1, count - 1)) for place in range(count)]
        return [min(day, self.today - timedelta(days=1)) for day in days]

    # ── values ────────────────────────────────────────────────────────────────────────────────────────

    def values(
        self, fields: Mapping[str, FieldKind], own: Mapping[str, Any], *, day: date, pack: str
    ) -> dict[str, Any]:
        """Return values for *fields*: *own* ones, those the phrases know, and plausible ones."""
        assigned = {
            name: value
            for name, kind in fields.items()
            if name not in own and (value := self._value(kind, day)) is not None
        }
        return fill(fields, assigned, dict(own), day=day, pack=pack, sources=self.sources)

    def _value(self, kind: FieldKind, day: date) -> Any:
        """Return what suits a field better than what merely fits its type; None leaves it to that."""
        match kind.type:
            case FieldType.TEXT | FieldType.LONGTEXT:
                return self._text(kind)
            case FieldType.DATE:
                return self._day(kind, day).isoformat()
            case FieldType.PERCENT:
                low, high = kind.min or 0.0, kind.max if kind.max is not None else 100.0
                return round(low + (high - low) * self.rng.uniform(0.62, 0.99), 1)
            case FieldType.INTEGER if any(word in kind.name for word in YEARS):
                return max(int(kind.min or 0), min(day.year, int(kind.max or day.year)))
            case FieldType.INTEGER | FieldType.DECIMAL if kind.max is None:
                usual = range_of(kind.name, kind.unit or "")
                return self.rng.randint(*usual) if usual else None
        return None

    def _text(self, kind: FieldKind) -> Any:
        known = said(kind.name, self.rng)
        if known is not None:
            return known
        fits = kind.required or kind.name.endswith((*NAMED, *NUMBERED))
        return None if fits else ABSENT

    def _day(self, kind: FieldKind, day: date) -> date:
        if any(word in kind.name for word in AHEAD):
            return day + timedelta(days=self.rng.randint(40, 500))
        return min(day + timedelta(days=self.rng.randrange(6)), self.today)


# ── what conditions ask for ───────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True)
class Asked:
    """Which values of the dossiers of a kind the conditions of the packs ask for, one mapping each."""

    kind: DossierKind

    @cached_property
    def wishes(self) -> list[dict[str, Any]]:
        found = [self._values(where) for where in _conditions_on(self.kind)]
        return [one for one in (*found, *_equal_sides(self.kind)) if one]

    def _values(self, where: Mapping[str, Any]) -> dict[str, Any]:
        found: dict[str, Any] = {}
        own = {name: value for name, value in where.items() if "." not in name}  # no latest readings
        try:
            asked = parse_condition(own, self.kind.fields, DOSSIER_FACTS)
        except ConditionError:  # it asks for readings further in: such a dossier is not made to order
            return {}
        for leaf in _leaves(asked):
            declared = self.kind.fields.get(leaf.name)
            value = None if declared is None else _fulfilling(leaf, declared)
            if value is not None:
                found[leaf.name] = value
        return found


def _conditions_on(kind: DossierKind) -> Iterable[Mapping[str, Any]]:
    """Yield every condition that a block of any pack puts on dossiers of *kind*."""
    for one in library().kinds.values():
        of = getattr(one, "of", None) or getattr(one, "need", None)
        if not isinstance(of, str) or (of if "." in of else f"{one.pack}.{of}") != kind.full_code:
            continue
        whole = dict(getattr(one, "among", None) or getattr(one, "entitled", None) or {})
        parts = [*getattr(one, "rates", {}).values(), *getattr(one, "clauses", {}).values()]
        parts += [rule for step in getattr(one, "steps", {}).values() for rule in step.criteria.values()]
        for part in parts:
            yield {**whole, **part.when}
        if whole or not parts:
            yield whole


def _equal_sides(kind: DossierKind) -> Iterable[dict[str, Any]]:
    """Yield, for each match by equal fields that *kind* is a side of, values that both sides share."""
    for one in library().kinds.values():
        if not isinstance(one, MatchKind) or not one.offer:
            continue
        need, offer = (of if "." in of else f"{one.pack}.{of}" for of in (one.need, one.offer))
        kinds = library().dossier_kinds
        if kind.full_code in (need, offer) and need in kinds and offer in kinds:
            pairs = [(kinds[need].fields.get(a), kinds[offer].fields.get(b)) for a, b in one.on.items()]
            names = [*one.on] if kind.full_code == need else [*one.on.values()]
            yield {
                name: _shared(a, b, kind.fields[name])
                for name, (a, b) in zip(names, pairs, strict=True)
                if a is not None and b is not None and name in kind.fields
            }


def _shared(need: FieldKind, offer: FieldKind, own: FieldKind) -> Any:
    """Return a value that two fields can have both, in the shape of one of them."""
    options = next((list(one.options) for one in (need, offer) if one.options), [])
    if own.type in (FieldType.INTEGER, FieldType.DECIMAL, FieldType.MONEY):
        return SHARED_SIZE
    value = options[0] if options else _shared_text(need, offer)
    return [value] if own.type is FieldType.CHOICES else value


def _shared_text(*sides: FieldKind) -> str:
    """Return what two text fields say alike."""
    known = (words()["fields"].get(one.name) for one in sides)
    return str(next((some[0] for some in known if some), words()["fields"]["产业链"][0]))


def _leaves(node: Leaf | Group) -> Iterable[Leaf]:
    if isinstance(node, Leaf):
        yield node
        return
    if node.how == "not":
        return
    some = node.parts[:1] if node.how == "any" else node.parts
    for one in some:
        yield from _leaves(one)


def _fulfilling(leaf: Leaf, declared: FieldKind) -> Any:
    """Return a value of the field that makes a comparison true; None where none can be told."""
    many = declared.type is FieldType.CHOICES
    match leaf.operator:
        case "is" | "has":
            return [leaf.value] if many else leaf.value
        case "in":
            first = list(leaf.value)[0]
            return [first] if many else first
        case "gte" | "gt" | "lte" | "lt" if isinstance(leaf.value, (int, float)):
            value = leaf.value * PLAIN_NUMBER[leaf.operator]
            whole = declared.type is FieldType.INTEGER
            return int(leaf.value + (1 if leaf.operator == "gt" else 0)) if whole else round(value, 2)
    return None
