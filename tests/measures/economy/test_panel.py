"""Months compared: the arithmetic of 同比, 环比, 累计, and who is left out of it."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from zhenshu.measures.economy.comparing import (
    contributions,
    growth_of,
    over_month,
    over_year,
    total,
    year_over_year,
    year_total,
)
from zhenshu.measures.economy.panel import last_month, read_panel

pytestmark = pytest.mark.django_db


def months(**values):
    """Return months told as ``m2301=100``: the output of 2023-01."""
    return {f"20{key[1:3]}-{key[3:]}": {"output": value} for key, value in values.items()}


def test_growth_needs_a_base():
    assert growth_of(Decimal(70), Decimal(100)) == Decimal(-30)
    assert growth_of(Decimal(-50), Decimal(-100)) == Decimal(50)  # a loss that halved grew
    assert growth_of(Decimal(5), Decimal(0)) is None
    assert growth_of(None, Decimal(5)) is None


def test_only_who_returned_both_months_is_compared(firm, panel_kind, scopes):
    firm("甲", months=months(m2202=100, m2301=50, m2302=130))
    firm("乙", months=months(m2202=200, m2302=180))
    firm("新", months=months(m2302=40))
    firm("停", months=months(m2202=70))
    panel = read_panel(panel_kind, scopes["officer"], last="2023-02")
    whole, year, month = (make(panel, "output", "2023-02") for make in (total, over_year, over_month))
    assert (whole.value, whole.n) == (350, 3)
    assert (year.value, year.base, year.n, year.left_out) == (310, 300, 2, 2)
    assert round(year.growth, 4) == Decimal("3.3333")
    assert (month.value, month.base, month.n) == (130, 50, 1)


def test_the_year_so_far_adds_up_month_by_month(firm, panel_kind, scopes):
    firm("甲", months=months(m2201=10, m2202=20, m2301=11, m2302=26))
    firm("乙", months=months(m2202=30, m2301=5, m2302=33))
    panel = read_panel(panel_kind, scopes["officer"], last="2023-02")
    assert year_total(panel, "output", "2023-02").value == 75
    found = year_over_year(panel, "output", "2023-02")
    assert (found.value, found.base, found.n, found.left_out) == (70, 60, 3, 1)


def test_contributions_add_up_to_the_growth_of_all(firm, panel_kind, scopes):
    for name, before, now in (("甲", 100, 130), ("乙", 200, 150), ("丙", 100, 140)):
        firm(name, months=months(m2203=before, m2303=now))
    panel = read_panel(panel_kind, scopes["officer"], last="2023-03")
    found = contributions(panel, "output", "2023-03")
    assert [panel.subjects[one.subject].title for one in found] == ["丙", "甲", "乙"]
    assert sum(one.points for one in found) == over_year(panel, "output", "2023-03").growth == Decimal(5)


def test_the_list_is_who_fulfils_the_condition_and_may_be_seen(firm, town, panel_kind, scopes):
    firm("规上", months=months(m2301=1))
    firm("规下", months=months(m2301=2), size="below")
    far = firm("邻村", area=town.villages[1], months=months(m2301=4))
    asked = {key: read_panel(panel_kind, scopes[key], last="2023-01") for key in ("officer", "viewer")}
    assert total(asked["officer"], "output", "2023-01").value == 5
    assert list(asked["viewer"].subjects) == [far.pk]  # the viewer sees the second village only
    assert last_month(panel_kind, scopes["viewer"]) == "2023-01"


def test_who_opened_later_is_not_asked_for_earlier_months(firm, panel_kind, scopes):
    old, new = firm("老"), firm("新", opened=date(2023, 2, 10))
    panel = read_panel(panel_kind, scopes["officer"], last="2023-02")
    assert panel.asked("2023-01") == [old.pk]
    assert set(panel.missing("2023-02")) == {old.pk, new.pk}
