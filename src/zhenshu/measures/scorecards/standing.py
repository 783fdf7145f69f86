"""Totals and places of units from the points of their items."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal

from zhenshu.measures.scorecards.marking import ZERO, Number, cents, places


@dataclass(frozen=True, slots=True)
class Unit:
    """What is assessed: an office, a village, a grid, the town itself, or an institution's dossier."""

    id: int
    name: str
    area_id: int


@dataclass(frozen=True, slots=True)
class Item:
    """An item as it stood: what is needed to read a score without the pack."""

    code: str
    name: str
    full: Decimal
    way: str
    indicator: str
    over: str
    unit: str
    office: str
    basis: str
    definition: str

    @property
    def adds(self) -> bool:
        """True for points on top of the full marks."""
        return self.way == "bonus"


@dataclass(frozen=True, slots=True)
class Score:
    """The points of one item of one unit; None where the item is left out. *line* is the arithmetic.

    *was* are the points as published where an objection was upheld; *why* the reason and signer of points
    given by hand or corrected.
    """

    item: str
    points: Number
    line: str = ""
    value: Number = None
    numerator: Number = None
    denominator: Number = None
    n: int = 0
    target: Number = None
    veto: bool = False
    why: str = ""
    was: Number = None


@dataclass(frozen=True, slots=True)
class UnitScores:
    """A unit with its scores, what they add up to, and its place.

    *total* is the sum of the points; *score* the same scaled to the full marks where items were left out,
    which is what places go by; None where nothing was scored. *thin* marks a unit without a place because
    too little of the full marks could be scored.
    """

    unit: Unit
    scores: Mapping[str, Score]
    total: Decimal = ZERO
    attainable: Decimal = ZERO
    score: Number = None
    vetoed: bool = False
    place: int | None = None
    flag: bool = False
    thin: bool = False


@dataclass(frozen=True, slots=True)
class Rules:
    """How a card ranks: so many red flags, at least so many per cent of the full marks for a place."""

    flags: int = 0
    least: Decimal = ZERO


@dataclass(frozen=True, slots=True)
class Result:
    """A scorecard worked out: its items, its units in the order of their places, the moment it stands for.

    *waiting* are items whose figures are being counted anew: until then nothing is known of them.
    """

    items: tuple[Item, ...]
    units: tuple[UnitScores, ...]
    full: Decimal
    as_of: datetime
    rules: Rules = Rules()
    waiting: tuple[str, ...] = ()

    def unit(self, unit_id: int) -> UnitScores | None:
        return next((one for one in self.units if one.unit.id == unit_id), None)

    def item(self, code: str) -> Item | None:
        return next((one for one in self.items if one.code == code), None)

    @property
    def scored(self) -> tuple[UnitScores, ...]:
        return tuple(one for one in self.units if one.score is not None)


def stand(
    items: Sequence[Item],
    scores: Iterable[tuple[Unit, Mapping[str, Score]]],
    *,
    as_of: datetime,
    rules: Rules | None = None,
) -> Result:
    """Return the units with totals and places, the first place first, those without a place last."""
    held = rules or Rules()
    full = sum((item.full for item in items if not item.adds), ZERO)
    summed = [_thinned(_sum(items, unit, mine, full), full, held.least) for unit, mine in scores]
    taken = places([None if one.thin else one.score for one in summed], more=True)
    ranked = [
        replace(one, place=place, flag=_has_flag(one, place, taken, held.flags))
        for one, place in zip(summed, taken, strict=True)
    ]
    ranked.sort(key=lambda one: (one.place is None, one.place or 0, one.score is None, one.unit.id))
    return Result(tuple(items), tuple(ranked), full, as_of, held)


def _thinned(one: UnitScores, full: Decimal, least: Decimal) -> UnitScores:
    return replace(one, thin=one.score is not None and one.attainable * 100 < full * least)


def _has_flag(one: UnitScores, place: int | None, taken: Sequence[int | None], flags: int) -> bool:
    """The first units get the flag; where more share a place than flags are left, nobody of them does."""
    if place is None or one.vetoed or not one.score:
        return False
    return place - 1 + taken.count(place) <= flags


def _sum(items: Sequence[Item], unit: Unit, scores: Mapping[str, Score], full: Decimal) -> UnitScores:
    counted = [item for item in items if _points(scores, item) is not None]
    ground = sum((_points(scores, item) or ZERO for item in counted if not item.adds), ZERO)
    extra = sum((_points(scores, item) or ZERO for item in counted if item.adds), ZERO)
    attainable = sum((item.full for item in counted if not item.adds), ZERO)
    vetoed = any(scores[item.code].veto for item in counted)
    score = cents(ground * full / attainable) + extra if attainable else None
    if vetoed and score is not None:
        score = ZERO
    return UnitScores(unit, scores, ground + extra, attainable, score, vetoed)


def _points(scores: Mapping[str, Score], item: Item) -> Number:
    found = scores.get(item.code)
    return found.points if found else None


def correct(result: Result, corrections: Mapping[tuple[int, str], tuple[Decimal, str]]) -> Result:
    """Return the standing with points corrected after objections, totals and places worked out anew.

    *corrections* gives for a unit and an item the points and the reason.
    """
    if not corrections:
        return result
    changed = [(one.unit, _corrected(one, corrections)) for one in result.units]
    return stand(result.items, changed, as_of=result.as_of, rules=result.rules)


def _corrected(
    one: UnitScores, corrections: Mapping[tuple[int, str], tuple[Decimal, str]]
) -> dict[str, Score]:
    scores = dict(one.scores)
    for (unit_id, item), (points, why) in corrections.items():
        if unit_id == one.unit.id and item in scores:
            held = scores[item]
            scores[item] = replace(held, points=points, was=held.points, why=why, veto=False)
    return scores


# ── what is weak ──────────────────────────────────────────────────────────────────────────────────────


def weakest_of(one: UnitScores, items: Sequence[Item], count: int = 2) -> list[Item]:
    """Return the items in which a unit lost the largest share of the full mark; none where it lost none."""
    lost = [
        (points / item.full, item)
        for item in items
        if not item.adds and (points := _points(one.scores, item)) is not None and points < item.full
    ]
    return [item for _share, item in sorted(lost, key=lambda pair: pair[0])[:count]]


def mean_share(result: Result, item: Item) -> Number:
    """Return how much of an item's full mark the units earned on average, in per cent."""
    known = [points for one in result.units if (points := _points(one.scores, item)) is not None]
    return sum(known, ZERO) * 100 / (item.full * len(known)) if known else None
