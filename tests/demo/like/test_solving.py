"""The numbers found for a township are exact, or it is said which wishes bar one another."""

from __future__ import annotations

from fractions import Fraction
from itertools import product
from types import SimpleNamespace
from typing import Any, cast

from hypothesis import given, settings
from hypothesis import strategies as st

from zhenshu.demo.like.demands import Demand
from zhenshu.demo.like.forms import Form, Ratio, Term
from zhenshu.demo.like.magnitudes import PLAIN, magnitudes_of
from zhenshu.demo.like.ordering import share_out
from zhenshu.demo.like.solving import Rule, Unknown, solve, solve_most

MOST = 4
NAMES = ("a", "b", "c")


def brute(rules: list[Rule]) -> list[dict[str, int]]:
    """Return all small numbers that keep the rules, by trying every one."""
    tried = (dict(zip(NAMES, values, strict=True)) for values in product(range(MOST + 1), repeat=3))
    return [values for values in tried if all(rule.holds(values) for rule in rules)]


def rule(factors: tuple[int, int, int], low: int, width: int, wish: int) -> Rule:
    terms = {name: Fraction(factor) for name, factor in zip(NAMES, factors, strict=True) if factor}
    return Rule(terms, Fraction(low), Fraction(low + width), wish=wish)


factor = st.integers(-3, 3)
rules_drawn = st.lists(
    st.tuples(st.tuples(factor, factor, factor), st.integers(-4, 12), st.integers(0, 2)),
    min_size=1,
    max_size=4,
)
UNKNOWNS = [Unknown(name, MOST) for name in NAMES]


@settings(max_examples=150, deadline=None)
@given(rules_drawn)
def test_numbers_are_found_exactly_when_some_exist(drawn):
    rules = [rule(*one, wish) for wish, one in enumerate(drawn)]
    possible = brute(rules)
    found = solve(UNKNOWNS, rules)
    assert (found is not None) == bool(possible)
    if found is not None:
        assert found in possible


@settings(max_examples=80, deadline=None)
@given(rules_drawn)
def test_what_is_left_out_could_not_join_what_came_before(drawn):
    rules = [rule(*one, wish) for wish, one in enumerate(drawn)]
    found = solve_most(UNKNOWNS, rules)
    kept = [one for one in rules if one.wish not in found.left_out]
    assert all(one.holds(found.values) for one in kept)
    for wish, against in found.left_out.items():
        barring = [one for one in rules if one.wish in (*against, wish)]
        assert not brute(barring)
        assert all(other < wish for other in against)


def test_parts_of_a_whole_come_from_one_set_of_records():
    """153 visits, of which 102 to leaders; 218 persons, of whom 142 there."""
    unknowns = [Unknown(name, 1000) for name in ("n_leader", "n_other", "x_leader", "x_other")]
    one = Fraction(1)
    rules = [
        Rule({"n_leader": one, "n_other": one}, Fraction(153), Fraction(153), wish="visits"),
        Rule({"n_leader": one}, Fraction(102), Fraction(102), wish="leader"),
        Rule({"x_leader": one, "x_other": one}, Fraction(218), Fraction(218), wish="persons"),
        Rule({"x_leader": one}, Fraction(142), Fraction(142), wish="persons at leaders"),
        Rule({"x_leader": one, "n_leader": -one}, Fraction(0)),
        Rule({"x_other": one, "n_other": -one}, Fraction(0)),
    ]
    assert solve(unknowns, rules) == {"n_leader": 102, "n_other": 51, "x_leader": 142, "x_other": 76}


def test_a_part_greater_than_its_whole_is_left_out_and_says_why():
    unknowns = [Unknown("in", 100), Unknown("out", 100)]
    one = Fraction(1)
    rules = [
        Rule({"in": one, "out": one}, Fraction(20), Fraction(20), wish="all"),
        Rule({"in": one}, Fraction(30), Fraction(30), wish="part"),
    ]
    found = solve_most(unknowns, rules)
    assert found.left_out == {"part": ("all",)}
    assert found.values["in"] + found.values["out"] == 20


@given(st.integers(0, 5000), st.integers(1, 60), st.integers(0, 20_000))
def test_shares_add_up_to_their_sum(total, parts, seed):
    import random

    low = 1 if total >= parts else 0
    shares = share_out(total, parts, low, None, random.Random(seed))
    assert sum(shares) == total
    assert len(shares) == parts
    assert min(shares) >= low


def test_a_rate_makes_its_sums_no_greater_than_it_needs():
    """A search over ever greater sums finds nothing in the end: floating point does not tell them apart."""

    def summed(name: str) -> Any:
        counted = SimpleNamespace(full_code="fields.plot", reading="season", field=name, way="sum")
        return SimpleNamespace(counted=counted)

    quantities = {name: cast(Any, summed(name)) for name in ("part", "whole")}
    part, whole = (
        Form({Term("part", name, 2023): Fraction(factor)}) for name, factor in (("part", 100), ("whole", 1))
    )
    told = Demand(
        "told", 2023, Ratio(Form({Term("part", "part", 2023): Fraction(1)})), *[Fraction(396600)] * 2, (0,)
    )
    rate = Demand("rate", 2023, Ratio(part, whole), Fraction(62), Fraction(63), (1,))
    sizes = magnitudes_of([told, rate, rate, rate], quantities)
    whole_size = sizes["fields.plot", "season", "whole"]
    assert 396600 / Fraction(63, 100) <= whole_size <= 2 * 396600
    assert sizes["fields.plot", "season", "part"] <= 2 * 396600
    alone = magnitudes_of([rate, rate, rate], quantities)
    assert max(alone.values()) <= 2 * PLAIN
