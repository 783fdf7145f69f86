"""How many records of which sort make figures come true: whole numbers under linear rules, found exactly.

Pure arithmetic: nothing here knows of reports or records. The numbers are found by mixed-integer
programming and then proven in whole numbers, so that a rounding error of the search is never an answer.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from math import ceil, floor, lcm
from typing import Any

import numpy as np
from scipy.optimize import Bounds, LinearConstraint, milp
from scipy.sparse import coo_matrix

Name = Any  # anything that can be a key
SECONDS = 10  # for one search; systems of a report take milliseconds


@dataclass(frozen=True, slots=True)
class Unknown:
    """A whole number to be found, from 0 to *most*; *weight* says how dear each one is."""

    name: Name
    most: int | None = None
    weight: float = 1.0


@dataclass(frozen=True, slots=True)
class Rule:
    """*low* ≤ sum of coefficient × unknown ≤ *high*; None leaves a side open.

    *wish* is the wish this rule is part of; a rule without one always holds. A *soft* rule is a nicety:
    all of them are given up together before the first wish is.
    """

    terms: Mapping[Name, Fraction]
    low: Fraction | None = None
    high: Fraction | None = None
    wish: Hashable | None = None
    soft: bool = False

    def holds(self, values: Mapping[Name, int]) -> bool:
        """Tell whether *values* keep the rule, exactly."""
        total = sum((factor * values[name] for name, factor in self.terms.items()), Fraction(0))
        return (self.low is None or total >= self.low) and (self.high is None or total <= self.high)


@dataclass(slots=True)
class Solution:
    """The numbers found, and for each wish that could not come true the wishes it stands against."""

    values: dict[Name, int] = field(default_factory=dict)
    left_out: dict[Hashable, tuple[Hashable, ...]] = field(default_factory=dict)


def solve(unknowns: Sequence[Unknown], rules: Iterable[Rule]) -> dict[Name, int] | None:
    """Return whole numbers that keep all *rules*, the cheapest; None when there are none."""
    wanted = [rule for rule in rules if rule.terms]
    empty = (rule for rule in rules if not rule.terms)
    if any(not rule.holds({}) for rule in empty):
        return None
    if not unknowns:
        return {}
    found = _search(unknowns, wanted)
    if found is None:
        return None
    values = dict(zip((one.name for one in unknowns), found, strict=True))
    return values if all(rule.holds(values) for rule in wanted) else None


def solve_most(unknowns: Sequence[Unknown], rules: Sequence[Rule]) -> Solution:
    """Return numbers that make as many wishes come true as can be, the earlier before the later."""
    firm = [rule for rule in rules if not rule.soft]
    for some in (rules, firm):
        values = solve(unknowns, some)
        if values is not None:
            return Solution(values)
    return _one_by_one(unknowns, rules)


def _one_by_one(unknowns: Sequence[Unknown], rules: Sequence[Rule]) -> Solution:
    """Take the wishes in one after the other; one that can't join is left out with what bars it."""
    kept = [rule for rule in rules if rule.wish is None and not rule.soft]
    niceties = [rule for rule in rules if rule.soft]
    groups: dict[Hashable, list[Rule]] = {}
    for rule in rules:
        if rule.wish is not None and not rule.soft:
            groups.setdefault(rule.wish, []).append(rule)
    found = Solution(solve(unknowns, kept) or {one.name: 0 for one in unknowns})
    taken: dict[Hashable, list[Rule]] = {}
    for wish, own in groups.items():
        together = [*kept, *(rule for some in taken.values() for rule in some), *own]
        values = solve(unknowns, together)
        if values is None:
            found.left_out[wish] = _against(unknowns, kept, taken, own)
        else:
            found.values, taken[wish] = values, own
    nicer = solve(unknowns, [*kept, *(rule for some in taken.values() for rule in some), *niceties])
    found.values = nicer or found.values
    return found


def _against(
    unknowns: Sequence[Unknown],
    kept: Sequence[Rule],
    taken: Mapping[Hashable, Sequence[Rule]],
    own: Sequence[Rule],
) -> tuple[Hashable, ...]:
    """Return a smallest set of the wishes *taken* that bars *own*; none when it can't be fulfilled at all."""
    barring = dict(taken)
    for wish in list(taken):
        rest = [rule for other, some in barring.items() if other != wish for rule in some]
        if solve(unknowns, [*kept, *rest, *own]) is None:
            barring.pop(wish)
    return tuple(barring)


def _search(unknowns: Sequence[Unknown], rules: Sequence[Rule]) -> list[int] | None:
    places = {one.name: place for place, one in enumerate(unknowns)}
    most = np.array([np.inf if one.most is None else one.most for one in unknowns])
    weights = np.array([one.weight for one in unknowns])
    limits = [_constraint(rules, places)] if rules else []
    result = milp(
        weights,
        integrality=np.ones(len(unknowns)),
        bounds=Bounds(np.zeros(len(unknowns)), most),
        constraints=limits,
        options={"time_limit": SECONDS, "mip_rel_gap": 0.02},
    )
    return None if result.x is None else [round(value) for value in result.x]


def _constraint(rules: Sequence[Rule], places: Mapping[Name, int]) -> LinearConstraint:
    rows, columns, factors, lows, highs = [], [], [], [], []
    for row, rule in enumerate(rules):
        whole, low, high = _whole(rule)
        for name, factor in whole.items():
            rows.append(row)
            columns.append(places[name])
            factors.append(factor)
        lows.append(low)
        highs.append(high)
    matrix = coo_matrix((factors, (rows, columns)), shape=(len(rules), len(places))).tocsr()
    return LinearConstraint(matrix, lows, highs)


def _whole(rule: Rule) -> tuple[dict[Name, float], float, float]:
    """Return a rule in whole factors, its bounds drawn in to the nearest whole numbers."""
    scale = lcm(*(factor.denominator for factor in rule.terms.values()))
    factors = {name: float(factor * scale) for name, factor in rule.terms.items()}
    low = -np.inf if rule.low is None else float(ceil(rule.low * scale))
    high = np.inf if rule.high is None else float(floor(rule.high * scale))
    return factors, low, high
