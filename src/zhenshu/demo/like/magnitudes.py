"""How great the sums over each field of the records may become, so that no search looks any further."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from fractions import Fraction

from zhenshu.demo.like.demands import Demand
from zhenshu.demo.like.forms import Form, Term
from zhenshu.measures.indicators.definitions import Quantity

PLAIN = Fraction(1000)  # a sum that no figure tells
PLAIN_COUNT = Fraction(60)  # a number of records that no figure tells
ROOM = Fraction(10)  # what the base of a rate, at least one, may come to in its own unit (万人, say)
GREATEST = Fraction(10**9)  # beyond it a search in floating point no longer tells one from the next
PASSES = 2  # a size goes from a rate to its base, and from there to the next rate

Key = tuple[str, str | None, str]
"""Kind of record, series of readings, field; the field is empty where records are counted."""


def key_of(quantity: Quantity) -> Key:
    """Return what a quantity sums up: a field of a kind of record, or its number."""
    counted = quantity.counted
    return counted.full_code, counted.reading, (counted.field or "") if counted.way == "sum" else ""


def magnitudes_of(demands: Iterable[Demand], quantities: Mapping[str, Quantity]) -> dict[Key, Fraction]:
    """Return by field the greatest sum that the figures demand of it, directly or through a rate."""
    sizes: dict[Key, Fraction] = {}
    demands = list(demands)
    for demand in demands:
        if demand.ratio.is_sum:
            wanted = max(abs(demand.low), abs(demand.high))
            _raise(sizes, demand.ratio.top, wanted, quantities)
    for _ in range(PASSES):
        for demand in demands:
            if not demand.ratio.is_sum:
                _raise_sides(sizes, demand, quantities)
    return sizes


def _raise_sides(sizes: dict[Key, Fraction], demand: Demand, quantities: Mapping[str, Quantity]) -> None:
    """Let the upper side of a rate be as great as its base asks for, and the base as its upper side."""
    top, bottom = demand.ratio.top, demand.ratio.bottom
    _raise(sizes, bottom, ROOM, quantities)
    _raise(sizes, top, abs(demand.high) * _size(sizes, bottom, quantities), quantities)
    if demand.low > 0:
        _raise(sizes, bottom, _size(sizes, top, quantities) / demand.low, quantities)


def _keys(form: Form, quantities: Mapping[str, Quantity]) -> dict[Term, Key]:
    return {term: key_of(quantities[term.name]) for term in form.terms if term.way != "told"}


def _size(sizes: Mapping[Key, Fraction], form: Form, quantities: Mapping[str, Quantity]) -> Fraction:
    """Return how great a side of a rate is as far as is known."""
    total = abs(form.constant)
    for term, key in _keys(form, quantities).items():
        total += abs(form.terms[term]) * sizes.get(key, PLAIN if key[2] else PLAIN_COUNT)
    return total


def _raise(
    sizes: dict[Key, Fraction], form: Form, wanted: Fraction, quantities: Mapping[str, Quantity]
) -> None:
    """Let each sum of a form be so great that the form could come to *wanted* through it alone."""
    for term, key in _keys(form, quantities).items():
        size = wanted / abs(form.terms[term])
        sizes[key] = min(max(sizes.get(key, Fraction(0)), size), GREATEST)
