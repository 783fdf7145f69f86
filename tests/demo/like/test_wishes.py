"""What a report asks for: units carried over, rivals told apart, growth turned into last year's value."""

from __future__ import annotations

from fractions import Fraction

import pytest

from zhenshu.demo.like.demands import base_of, free_levels, grows
from zhenshu.demo.like.forms import NotLinearError, ratio_of
from zhenshu.demo.like.township import read
from zhenshu.demo.like.wishes import unit_factor, wishes_of, year_of
from zhenshu.measures.indicators.definitions import catalogue


@pytest.mark.parametrize(
    ("unit", "kept", "factor"),
    [
        ("亿元", "万元", 10_000),
        ("万件", "件", 10_000),
        ("起", "批", 1),
        ("家次", "次", 1),
        ("亩", "平方米", None),
    ],
)
def test_units_are_carried_over_or_refused(unit, kept, factor):
    assert unit_factor(unit, kept) == (None if factor is None else Fraction(factor))


@pytest.mark.parametrize(("growth", "level"), [("66.17", 261_000), ("5.4", 12_500_000), ("-12.5", 700)])
def test_the_year_before_gives_the_growth_that_is_told(growth, level):
    told = Fraction(growth)
    base = base_of(Fraction(level), told, Fraction(1, 200))
    assert grows(base, Fraction(level), told, Fraction(1, 200))


def test_a_growth_without_a_level_finds_both_years():
    level, base = free_levels(Fraction("29"), Fraction(1, 2))
    assert round((level / base - 1) * 100) == 29


def test_a_rate_is_a_quotient_of_counts():
    plan = catalogue().plan("services.in_time_share")
    ratio = ratio_of(plan, 2023, children=13)
    assert not ratio.is_sum
    assert set(ratio.top.terms.values()) == {Fraction(100)}
    assert all(term.year == 2023 for term in ratio.bottom.terms)


def test_a_figure_that_is_told_twice_differently_is_asked_for_once(tmp_path):
    path = tmp_path / "report.txt"
    path.write_text(
        "澄江镇2023年政府工作报告\n一、2023年工作回顾\n全年接待来访153批。全年接待群众来访160批。\n",
        encoding="utf-8",
    )
    report = read(path)
    assert year_of(report) == 2023
    wishes = [wish for wish in wishes_of(report, 2023) if wish.code == "petitions.visits"]
    assert len(wishes) == 2
    assert [bool(wish.barred) for wish in wishes].count(True) == 1
    assert any("153" in wish.barred or "160" in wish.barred for wish in wishes)


def test_what_is_no_sum_says_so():
    from zhenshu.demo.like.forms import Form, Ratio, Term, _product

    one = Ratio(Form({Term("part", "x", 2023): Fraction(1)}))
    with pytest.raises(NotLinearError):
        _product(one, one)
