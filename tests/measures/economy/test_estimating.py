"""Estimates: worked out by hand, tried on the past, and silent where they can say nothing."""

from __future__ import annotations

from decimal import Decimal

import pytest
from tests.measures.economy.conftest import steady

from zhenshu.measures.economy.estimating import estimate
from zhenshu.measures.economy.panel import read_panel

pytestmark = pytest.mark.django_db


def read(panel_kind, scopes, last):
    return read_panel(panel_kind, scopes["officer"], last=last)


def test_the_missing_grow_as_those_who_returned(firm, panel_kind, scopes):
    firm("甲", months={"2022-05": {"output": 100}, "2023-05": {"output": 120}})
    firm("乙", months={"2022-05": {"output": 50}, "2023-05": {"output": 45}})
    firm("丙", months={"2022-05": {"output": 200}})  # 200 × 165/150 = 220
    firm("丁", months={"2023-04": {"output": 30}})  # new: carried
    firm("戊")  # nothing is known of it
    point = estimate(read(panel_kind, scopes, "2023-05"), "output", "2023-05").point
    assert (point.known, point.added, point.value) == (165, 250, 415)
    assert (point.growth, point.basis) == (Decimal("1.1"), "returned")
    assert (point.carried, point.unknown) == (1, 1)


def test_before_anybody_returned_the_month_before_tells_the_growth(firm, panel_kind, scopes):
    returns = {"2022-04": 80, "2022-05": 100, "2023-04": 100}
    firm("甲", months={month: {"output": value} for month, value in returns.items()})
    found = estimate(read(panel_kind, scopes, "2023-05"), "output", "2023-05")
    assert (found.point.value, found.point.basis) == (125, "month before")
    assert (found.returned, found.asked, found.complete) == (0, 1, False)


def test_the_trials_are_what_the_method_would_have_said(firm, panel_kind, scopes):
    """甲 grew by 10 % and has returned; 乙 grew by 32 %: each month came to a tenth more than 甲 told."""
    firm("甲", months=steady(2022, 2022, output=100) | steady(2023, 2023, output=110))
    firm("乙", months=steady(2022, 2022, output=100) | {
        month: values for month, values in steady(2023, 2023, output=132).items() if month < "2023-12"
    })  # fmt: skip
    found = estimate(read(panel_kind, scopes, "2023-12"), "output", "2023-12")
    assert [trial.month for trial in found.trials[:2]] == ["2023-11", "2023-10"]
    assert (found.trials[0].actual, found.trials[0].estimate, found.trials[0].naive) == (242, 220, 200)
    assert found.trials[0].error == Decimal("0.1")
    # 11 months of this year are tried: each came to a tenth more than the method says.
    assert len(found.trials) == 11
    assert (round(found.mean_error, 6), round(found.mean_naive_error, 6)) == (10, 21)
    assert (found.point.value, found.width, found.covers) == (220, Decimal("0.1"), 80)
    assert (found.low, found.high) == (198, 242)


def test_too_few_trials_give_no_interval(firm, panel_kind, scopes):
    firm("甲", months={m: {"output": 10} for m in ("2022-03", "2022-04", "2023-03")})
    found = estimate(read(panel_kind, scopes, "2023-04"), "output", "2023-04")
    assert len(found.trials) == 1
    assert (found.width, found.low, found.high) == (None, None, None)


def test_a_few_trials_cover_less_than_asked(firm, panel_kind, scopes):
    last_year = {f"2022-{m:02d}": {"output": 100} for m in range(1, 5)}
    firm("甲", months=last_year | {f"2023-{m:02d}": {"output": 100 + m} for m in range(1, 4)})
    found = estimate(read(panel_kind, scopes, "2023-04"), "output", "2023-04")
    assert len(found.trials) == 3
    assert found.covers == 75  # the greatest of three errors covers 3 of 4


def test_the_interval_never_undercuts_what_has_come(firm, panel_kind, scopes):
    wild = {f"2023-{m:02d}": {"output": 500 if m % 2 else 20} for m in range(1, 12)}
    firm("甲", months=steady(2022, 2022, output=100) | wild | {"2023-12": {"output": 900}})
    firm("乙", months={"2022-12": {"output": 1}})
    found = estimate(read(panel_kind, scopes, "2023-12"), "output", "2023-12")
    assert found.low is not None
    assert found.low >= 900


def test_the_same_records_give_the_same_estimate(firm, panel_kind, scopes):
    firm("甲", months=steady(2021, 2023, output=100))
    firm("乙", months=steady(2021, 2022, output=70))
    first, again = (estimate(read(panel_kind, scopes, "2023-06"), "output", "2023-06") for _ in range(2))
    assert first == again
