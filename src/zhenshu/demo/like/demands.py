"""From wishes to values: what each indicator must be in the report's year and in the year before."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from math import ceil

from django.utils.translation import gettext as _

from zhenshu.demo.like.forms import NotLinearError, Ratio, ratio_of
from zhenshu.demo.like.wishes import Wish
from zhenshu.measures.indicators.definitions import catalogue
from zhenshu.measures.indicators.errors import IndicatorError

FINEST = 4  # decimals that tallies keep
FINEST_TOLD = 6  # decimals that reported values keep
USUAL_RATE = Fraction(90)  # a rate of which a report tells only the change
LEAST_BASE, MOST_BASE = 20, 4000
DRAWN_IN = Fraction(9, 10)  # of half a digit: what is rounded must round the right way


@dataclass(frozen=True, slots=True)
class Demand:
    """An indicator's value in a year must lie from *low* to *high*, for the wishes at *places*."""

    code: str
    year: int
    ratio: Ratio
    low: Fraction
    high: Fraction
    places: tuple[int, ...]

    @property
    def exact(self) -> bool:
        return self.low == self.high


def demands_of(wishes: Sequence[Wish], *, children: int) -> tuple[list[Demand], dict[int, str]]:
    """Return what the wishes demand of the records, and why some demand nothing, by their place.

    Levels come before changes: a growth fixes last year's value once this year's is known.
    """
    found: dict[tuple[str, int], Demand] = {}
    barred: dict[int, str] = {}
    order = sorted(
        (place for place, wish in enumerate(wishes) if not wish.barred and wish.view != "target"),
        key=lambda place: wishes[place].view != "value",
    )
    for place in order:
        try:
            for demand in _demands(wishes[place], place, found, children):
                _join(found, demand)
        except NotLinearError as error:
            barred[place] = str(error)
        except IndicatorError as error:
            barred[place] = str(error)
    return list(found.values()), barred


def _join(found: dict[tuple[str, int], Demand], demand: Demand) -> None:
    key = (demand.code, demand.year)
    held = found.get(key)
    if held is None:
        found[key] = demand
        return
    low, high = max(held.low, demand.low), min(held.high, demand.high)
    places = tuple(dict.fromkeys((*held.places, *demand.places)))
    if low <= high:
        found[key] = replace(held, low=low, high=high, places=places)


def _demands(wish: Wish, place: int, found: dict[tuple[str, int], Demand], children: int) -> list[Demand]:
    plan = catalogue().plan(wish.code)
    now = ratio_of(plan, wish.year, children=children)
    if wish.view == "value":
        low, high = _around(wish, now)
        return [Demand(wish.code, wish.year, now, low, high, (place,))]
    before = ratio_of(plan, wish.year - 1, children=children)
    held = found.get((wish.code, wish.year))
    level, base = _levels(wish, held, now)
    return [
        Demand(wish.code, wish.year, now, level, level, (place,)),
        Demand(wish.code, wish.year - 1, before, base, base, (place,))
        if now.is_sum
        else Demand(wish.code, wish.year - 1, before, *_near(base, wish.slack / 2), (place,)),
    ]


def _around(wish: Wish, ratio: Ratio) -> tuple[Fraction, Fraction]:
    """Return the values that read as written: the number itself for what adds up, or what rounds to it."""
    if ratio.is_sum or wish.value in (0, 100):
        return wish.value, wish.value
    return _near(wish.value, wish.slack)


def _near(value: Fraction, slack: Fraction) -> tuple[Fraction, Fraction]:
    return value - slack * DRAWN_IN, value + slack * DRAWN_IN


def _levels(wish: Wish, held: Demand | None, ratio: Ratio) -> tuple[Fraction, Fraction]:
    """Return this year's value and last year's between which the change lies that the report tells."""
    if wish.view == "change":
        level = (held.low + held.high) / 2 if held else USUAL_RATE
        return level, level - wish.value
    if held is not None:
        return held.low, base_of(held.low, wish.value, wish.slack, finest=finest(ratio))
    return free_levels(wish.value, wish.slack)


def finest(ratio: Ratio) -> int:
    """Return how many decimals the values may have of which a figure is made."""
    return FINEST_TOLD if all(term.way == "told" for term in ratio.top.terms) else FINEST


def base_of(level: Fraction, growth: Fraction, slack: Fraction, finest: int = FINEST) -> Fraction:
    """Return the roundest earlier value, of *finest* decimals at most, from which *level* has grown so.

    *growth* is in per cent.
    """
    for digits in range(finest + 1):
        unit = Fraction(1, 10**digits)
        base = unit * round(level / (1 + growth / 100) / unit)
        if base > 0 and grows(base, level, growth, slack):
            return base
    raise NotLinearError(_("No value of the year before gives that growth."))


def free_levels(growth: Fraction, slack: Fraction) -> tuple[Fraction, Fraction]:
    """Return the smallest whole values of both years that tell the growth; the report tells neither."""
    for base in range(LEAST_BASE, MOST_BASE):
        level = round(base * (1 + growth / 100))
        if level > 0 and grows(Fraction(base), Fraction(level), growth, slack):
            return Fraction(level), Fraction(base)
    raise NotLinearError(_("No value of the year before gives that growth."))


def grows(base: Fraction, level: Fraction, growth: Fraction, slack: Fraction) -> bool:
    """Tell whether the growth from *base* to *level*, rounded as written, is *growth* per cent."""
    return abs((level / base - 1) * 100 - growth) <= slack * DRAWN_IN


def digits_of(value: Fraction) -> int:
    """Return how many decimals a number needs, at most those that are kept."""
    for digits in range(FINEST_TOLD):
        if (value * 10**digits).denominator == 1:
            return digits
    return FINEST_TOLD


def at_least(value: Fraction) -> int:
    return ceil(value)
