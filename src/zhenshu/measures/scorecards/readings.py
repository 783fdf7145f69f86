"""What every unit of a scorecard shows for every item: figures from the records, targets, places."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

from django.utils import timezone

from zhenshu.ground.areas.models import Area
from zhenshu.ground.packs.schema import ScorecardKind, ScoreItem
from zhenshu.ground.worktime.periods import Period, parse_period
from zhenshu.measures.indicators.compare import elapsed
from zhenshu.measures.indicators.definitions import Added, Plan, Series, catalogue
from zhenshu.measures.indicators.evaluate import Board, evaluate_board
from zhenshu.measures.indicators.models import Bound, Target
from zhenshu.measures.indicators.narrowed import SUBJECT, evaluate_units
from zhenshu.measures.indicators.targets import RULE, target_states
from zhenshu.measures.scorecards.marking import HUNDRED, Number, Reading, places
from zhenshu.measures.scorecards.standing import Unit
from zhenshu.measures.scorecards.units import year_to

ONE = Decimal(1)
Readings = dict[str, dict[int, Reading]]  # item -> unit -> what it shows


def span_for(item: ScoreItem, period: Period) -> Period:
    """Return the days an item looks at: the period, or the year up to its end."""
    return span_of_way(item.way, item.over, period)


def span_of_way(way: str, over: str, period: Period) -> Period:
    """Return the days that an item of this way looks at."""
    return year_to(period) if over == "year" or way == "target" else period


def by_of(card: ScorecardKind) -> str:
    """Return what gives the records of a card to its units; empty where areas do."""
    return {"office": card.by, "dossier": SUBJECT}.get(card.of, "")


@dataclass(frozen=True)
class Read:
    """What was read for a card; *waiting* are items whose figures the worker still has to count anew."""

    readings: Readings
    waiting: tuple[str, ...] = ()


def readings_of(card: ScorecardKind, area: Area, period: Period, units: Sequence[Unit]) -> Read:
    """Return what each unit shows for each item that has an indicator, read together."""
    known = catalogue().plans
    items = [item for item in card.items.values() if item.indicator in known]
    if not items or not units:
        return Read({item.code: {} for item in items})
    board = _board(card, area, period, items, units)
    units = _with_something(card, board, items, units, period)
    targets = _Targets(card, area, period, units)
    found: Readings = {}
    for item in items:
        mine = {unit.id: _reading(board, item, unit, period) for unit in units}
        found[item.code] = targets.with_ratios(item, mine) if item.way == "target" else _placed(mine)
    return Read(found, tuple(item.code for item in items if board.waits(str(item.indicator))))


def _board(
    card: ScorecardKind, area: Area, period: Period, items: Sequence[ScoreItem], units: Sequence[Unit]
) -> Board:
    codes = list(dict.fromkeys(str(item.indicator) for item in items))
    spans = list(dict.fromkeys(span_for(item, period) for item in items))
    ids = [unit.id for unit in units]
    if by_of(card):
        return evaluate_units(codes, area.pk, spans, by=by_of(card), units=ids)
    return evaluate_board(codes, ids, spans, comparisons=False)


def _with_something(
    card: ScorecardKind, board: Board, items: Sequence[ScoreItem], units: Sequence[Unit], period: Period
) -> Sequence[Unit]:
    """Return the units to be read: of offices and dossiers not named by the card those that have a record."""
    if not by_of(card) or card.offices:
        return units
    return [
        unit
        for unit in units
        if any(board.value(str(item.indicator), unit.id, span_for(item, period)).n for item in items)
    ]


def _reading(board: Board, item: ScoreItem, unit: Unit, period: Period) -> Reading:
    value = board.value(str(item.indicator), unit.id, span_for(item, period))
    more = board.plan(str(item.indicator)).kind.better != "less"
    return Reading(value.exact, value.numerator, value.denominator, value.n, more=more)


def _placed(mine: Mapping[int, Reading]) -> dict[int, Reading]:
    more = all(reading.more for reading in mine.values())
    taken = places([reading.value for reading in mine.values()], more=more)
    of = sum(place is not None for place in taken)
    return {
        unit: replace(reading, place=place, of=of)
        for (unit, reading), place in zip(mine.items(), taken, strict=True)
    }


# ── against targets ───────────────────────────────────────────────────────────────────────────────────


class _Targets:
    """The targets of the units for the year of a period, with what they have reached by its end."""

    def __init__(self, card: ScorecardKind, area: Area, period: Period, units: Sequence[Unit]) -> None:
        self._period, self._of_office = period, card.of == "office"
        self._day = min(timezone.localdate(), period.last_day)
        wanted = any(item.way == "target" for item in card.items.values())
        rows = (
            Target.objects.filter(year=period.last_day.year, ended=False) if wanted else Target.objects.none()
        )
        if self._of_office:
            rows = rows.filter(area=area, office_id__in=[unit.id for unit in units])
        else:
            rows = rows.filter(area_id__in=[unit.id for unit in units], office=None)
        # Of several targets of one figure the value goes first, then the growth.
        order = {"value": 0, "growth": 1, "change": 2}
        held = sorted(rows.select_related("area", "office"), key=lambda one: order.get(one.measured, 3))
        self._held: dict[tuple[str, int], Target] = {}
        for target in held:
            unit = target.office_id if self._of_office else target.area_id
            self._held.setdefault((target.indicator, int(unit or 0)), target)

    def with_ratios(self, item: ScoreItem, mine: Mapping[int, Reading]) -> dict[int, Reading]:
        """Return the readings with target and ratio; without a target an item has nothing to say."""
        return {unit: self._with_ratio(item, unit, reading) for unit, reading in mine.items()}

    def _with_ratio(self, item: ScoreItem, unit: int, reading: Reading) -> Reading:
        target = self._held.get((str(item.indicator), unit))
        if target is None:
            return replace(reading, ratio=None)
        value, passed = reading.value, self._elapsed(self._period.last_day.year, self._day)
        if not self._of_office:
            state = target_states([target], on=self._day)[0]
            value, passed = state.value, state.elapsed
        ratio = ratio_of(target, value, passed, catalogue().plan(target.indicator))
        return replace(reading, value=value, target=target.value, ratio=ratio)

    @staticmethod
    def _elapsed(year: int, day: date) -> Decimal:
        return elapsed(parse_period(str(year)), day)


def ratio_of(target: Target, value: Number, passed: Decimal, plan: Plan) -> Number:
    """Return how much of what could be asked by now is reached: 1 for all of it.

    What grows over the year is held against the share of the year elapsed (序时进度); a level, a rate or a
    growth against the target itself.
    """
    if value is None:
        return None
    if target.bound == Bound.AT_MOST:
        return ONE if value <= target.value else _part(target.value, value)
    if target.bound == Bound.ABOUT:
        near = abs(target.value) * RULE.near / HUNDRED
        off = abs(value - target.value)
        return ONE if off <= near else max(ONE - (off - near) / (abs(target.value) or ONE), Decimal(0))
    asked = target.value * passed / HUNDRED if _grows(target, plan) else target.value
    return ONE if value >= asked else _part(value, asked)


def _part(small: Decimal, large: Decimal) -> Decimal:
    return max(small / large, Decimal(0)) if large > 0 else Decimal(0)


def _grows(target: Target, plan: Plan) -> bool:
    """Tell whether the figure adds up over the year, so that time elapsed is its measure."""
    adds = isinstance(plan.node, (Added, Series)) and plan.node.over_time == "sum"
    return adds and target.measured == "value" and plan.kind.unit not in ("%", "‰")
