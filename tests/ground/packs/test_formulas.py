"""Formulas over indicators."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zhenshu.ground.packs.formulas import FormulaError, parse_formula


def test_the_codes_a_formula_is_made_of() -> None:
    formula = parse_formula("(petitions.visits.leader + petitions.visits.outreach) / petitions.visits * 100")
    assert formula.codes == ("petitions.visits.leader", "petitions.visits.outreach", "petitions.visits")


@pytest.mark.parametrize(
    ("text", "value"),
    [("a.x + a.y", 8), ("a.x - a.y", 4), ("-a.x * 2", -12), ("a.x / a.y", 3), ("max(a.x, a.y, 7)", 7)],
)
def test_arithmetic(text: str, value: int) -> None:
    assert parse_formula(text).evaluate({"a.x": Decimal(6), "a.y": Decimal(2)}) == value


def test_a_zero_divisor_gives_no_value() -> None:
    assert parse_formula("a.x / a.y").evaluate({"a.x": Decimal(6), "a.y": Decimal(0)}) is None
    assert parse_formula("a.y / a.y").evaluate({"a.y": Decimal(0)}) is None


def test_an_unknown_part_gives_no_value() -> None:
    assert parse_formula("a.x + a.y").evaluate({"a.x": Decimal(6), "a.y": None}) is None


@pytest.mark.parametrize(
    "text",
    ["__import__('os')", "a.x ** 9", "a.x if a.y else 1", "[a.x]", "a.x.__class__()", "'x'", "True + 1",
     "lambda: 1", "a.x; a.y", "", "min()", "max(a.x, key=a.y)", "a.x and a.y", "1 +" * 300],
)  # fmt: skip
def test_everything_else_is_refused(text: str) -> None:
    with pytest.raises(FormulaError):
        parse_formula(text)


NUMBERS = st.decimals(-1000, 1000, places=2)


@given(x=NUMBERS, y=NUMBERS, z=NUMBERS)
def test_brackets_and_precedence_are_those_of_arithmetic(x: Decimal, y: Decimal, z: Decimal) -> None:
    values = {"a.x": x, "a.y": y, "a.z": z}
    assert parse_formula("a.x - (a.y + a.z) * 2").evaluate(values) == x - (y + z) * 2
