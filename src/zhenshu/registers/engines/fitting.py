"""Who fits what, and why: clauses of a policy against a dossier, a need against offers by equal fields."""

from __future__ import annotations

import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from typing import Any

from zhenshu.ground.packs.blocks import MatchClause, MatchKind
from zhenshu.ground.packs.conditions import is_set
from zhenshu.ground.packs.schema import DossierKind
from zhenshu.ground.worktime import PeriodError, parse_period
from zhenshu.registers.engines.facts import Record, condition_on

BEST = 5  # so many offers are shown for each need


@dataclass(frozen=True, slots=True)
class Pair:
    """A need and an offer by their numbers; *equal* and *unequal* name the fields of the need asked for."""

    need: int
    offer: int
    equal: tuple[str, ...]
    unequal: tuple[str, ...]

    @property
    def score(self) -> Fraction:
        """The share of the fields asked for that agree."""
        return Fraction(len(self.equal), len(self.equal) + len(self.unequal))


def clauses_for(kind: MatchKind, subjects: DossierKind, on: date) -> Iterator[tuple[MatchClause, Any]]:
    """Yield the clauses in force on a day, each with its test on a record."""
    for clause in kind.clauses.values():
        if not has_ended(clause, on):
            yield clause, condition_on(subjects, clause.when)


def has_ended(clause: MatchClause, on: date) -> bool:
    """Tell whether the last day of a clause has passed; an end that is no date, such as 长期, never does."""
    try:
        return bool(clause.until) and parse_period(clause.until).last_day < on
    except PeriodError:
        return False


def pairs(kind: MatchKind, needs: Mapping[int, Record], offers: Mapping[int, Record]) -> list[Pair]:
    """Return for each need its best offers, the best first; offers that agree in nothing are left out."""
    index = _index(kind, offers)
    found = [pair for pk, need in needs.items() for pair in _best(kind, pk, need, offers, index)]
    return sorted(found, key=lambda pair: (-pair.score, pair.need, pair.offer))


Index = Mapping[tuple[str, str], set[int]]


def _index(kind: MatchKind, offers: Mapping[int, Record]) -> Index:
    """Return the offers by field and value, so that a need meets only those it agrees with in something."""
    index: defaultdict[tuple[str, str], set[int]] = defaultdict(set)
    for pk, offer in offers.items():
        for field in set(kind.on.values()):
            for value in values_of(offer.get(field)):
                index[field, value].add(pk)
    return index


def _best(
    kind: MatchKind, pk: int, need: Record, offers: Mapping[int, Record], index: Index
) -> Iterable[Pair]:
    met = {
        other
        for mine, its in kind.on.items()
        for v in values_of(need.get(mine))
        for other in index.get((its, v), ())
    }
    found = [_pair(kind, pk, other, need, offers[other]) for other in met if other != pk]
    return sorted(found, key=lambda pair: (-pair.score, pair.offer))[:BEST]


def _pair(kind: MatchKind, pk: int, other: int, need: Record, offer: Record) -> Pair:
    agrees = {
        mine: bool(values_of(need.get(mine)) & values_of(offer.get(its))) for mine, its in kind.on.items()
    }
    equal = tuple(field for field, yes in agrees.items() if yes)
    return Pair(pk, other, equal, tuple(field for field, yes in agrees.items() if not yes))


def values_of(value: Any) -> set[str]:
    """Return what a field says as plain words; several choices are several, nothing is none."""
    parts = value if isinstance(value, (list, tuple)) else (value,)
    return {_plain(part) for part in parts if is_set(part)}


def _plain(value: Any) -> str:
    return "".join(unicodedata.normalize("NFKC", str(value)).split()).casefold()
