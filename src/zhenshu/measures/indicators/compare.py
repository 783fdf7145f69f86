"""Comparisons of a figure, always derived and never stored: 同比, 环比, 完成率, 序时进度, 位次, 贡献."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import NamedTuple

from zhenshu.ground.areas.models import Area
from zhenshu.ground.worktime.periods import Period, previous, same_period_last_year
from zhenshu.measures.indicators.evaluate import Board, Number

HUNDRED = Decimal(100)
RATES = frozenset({"%", "‰"})


class Growth(NamedTuple):
    """A value against an earlier one, in a tuple because a board holds thousands of them."""

    value: Number
    base: Number
    unit: str = ""

    @property
    def in_points(self) -> bool:
        """True for a rate: its change is told in percentage points (百分点), never as a growth."""
        return self.unit in RATES

    @property
    def change(self) -> Number:
        """The difference in the figure's own unit."""
        return None if self.value is None or self.base is None else self.value - self.base

    @property
    def percent(self) -> Number:
        """The growth; None where the earlier value is missing, zero or negative: none can be told then."""
        value, base = self.value, self.base
        if value is None or base is None or base <= 0 or self.unit in RATES:
            return None
        return (value - base) * HUNDRED / base


class Comparison(NamedTuple):
    """A figure beside the same period of last year (同比) and the period before (环比)."""

    value: Number
    over_year: Growth
    over_previous: Growth


def compare(board: Board, code: str, area: int, period: Period) -> Comparison:
    """Return the comparisons of one figure of a board that was read with comparisons."""
    value, unit = board.number(code, area, period), board.plan(code).kind.unit
    last_year = board.number(code, area, same_period_last_year(period))
    before = board.number(code, area, previous(period))
    return Comparison(value, Growth(value, last_year, unit), Growth(value, before, unit))


def compare_all(board: Board, code: str, area: int) -> list[Comparison]:
    """Return the comparisons of all periods of a board, in their order."""
    values, unit = board.row(code, area).values, board.plan(code).kind.unit
    found = []
    for here, last_year, before in board.compared:
        value = values[here]
        over_year = Growth(value, None if last_year is None else values[last_year], unit)
        over_previous = Growth(value, None if before is None else values[before], unit)
        found.append(Comparison(value, over_year, over_previous))
    return found


# ── against a target ──────────────────────────────────────────────────────────────────────────────────


def completion(value: Number, target: Number) -> Number:
    """Return how much of a target is reached, in per cent (完成率); None without a target above zero."""
    if value is None or target is None or target <= 0:
        return None
    return value * HUNDRED / target


def elapsed(period: Period, on: date) -> Decimal:
    """Return how much of a period has passed by the end of a day, in per cent (序时进度)."""
    passed = (min(max(on + timedelta(days=1), period.start), period.end) - period.start).days
    return Decimal(passed) * HUNDRED / period.days


# ── among siblings ────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class Standing:
    """An area among its siblings: its rank (equal values share one), of how many, its share of the sum."""

    area: int
    value: Number
    rank: int | None
    of: int
    share: Number


def standings(board: Board, code: str, areas: Sequence[Area | int], period: Period) -> list[Standing]:
    """Return areas (never persons) in the order of their values, the better first; no value, no rank.

    *share* is the contribution to the sum of all, where the figure adds up over areas.
    """
    ids = [area if isinstance(area, int) else area.pk for area in areas]
    values = {area: board.number(code, area, period) for area in ids}
    kind = board.plan(code).kind
    less_is_better = kind.better == "less"
    known = sorted((v for v in values.values() if v is not None), reverse=not less_is_better)
    adds_up = kind.form in ("count", "sum", "stock", "reported") and kind.over_areas in (None, "sum")
    total = sum(known, Decimal(0)) if adds_up and kind.unit not in RATES else Decimal(0)
    found = [_standing(area, value, known, total) for area, value in values.items()]
    return sorted(found, key=lambda one: (one.rank is None, one.rank or 0, one.area))


def _standing(area: int, value: Number, known: Sequence[Decimal], total: Decimal) -> Standing:
    if value is None:
        return Standing(area, None, None, len(known), None)
    share = value * HUNDRED / total if total > 0 else None
    return Standing(area, value, known.index(value) + 1, len(known), share)


def contributions(board: Board, code: str, areas: Sequence[int], period: Period) -> Mapping[int, Number]:
    """Return what each area adds to the growth over last year, in percentage points of the whole.

    The points of all areas add up to the growth of their sum.
    """
    earlier = same_period_last_year(period)
    now = {area: board.number(code, area, period) or Decimal(0) for area in areas}
    then = {area: board.number(code, area, earlier) or Decimal(0) for area in areas}
    base = sum(then.values(), Decimal(0))
    if base <= 0:
        return dict.fromkeys(areas)
    return {area: (now[area] - then[area]) * HUNDRED / base for area in areas}
