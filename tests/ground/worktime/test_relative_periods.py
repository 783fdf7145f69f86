"""Names relative to today stand for the periods a reader would expect on that day."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zhenshu.ground.worktime.periods import PeriodError
from zhenshu.ground.worktime.relative_periods import RELATIVE, resolve, resolve_one

TODAY = date(2026, 3, 31)
days = st.dates(date(2000, 1, 1), date(2060, 12, 31))


@pytest.mark.parametrize(
    ("name", "key"),
    [
        ("today", "2026-03-31"),
        ("yesterday", "2026-03-30"),
        ("last_7_days", "2026-03-25..2026-03-31"),
        ("this_week", "2026-W14"),
        ("last_week", "2026-W13"),
        ("this_month", "2026-03"),
        ("last_month", "2026-02"),
        ("last_12_months", "2025-03..2026-02"),
        ("this_quarter", "2026-Q1"),
        ("last_quarter", "2025-Q4"),
        ("last_half", "2025-H2"),
        ("this_year", "2026"),
        ("last_year", "2025"),
        ("year_to_date", "2026-01-01..2026-03-31"),
        ("same_period_last_year", "2025-01-01..2025-03-31"),
        ("month_to_date", "2026-03-01..2026-03-31"),
        ("quarter_to_date", "2026-01-01..2026-03-31"),
        ("year_to_this_month", "2026-01..2026-03"),
        ("year_to_last_month", "2026-01..2026-02"),
        ("five_year_plan", "2026..2030"),
        ("今年以来", "2026-01-01..2026-03-31"),
        ("上年同期", "2025-01-01..2025-03-31"),
        ("近12个月", "2025-03..2026-02"),
        ("2023-Q2", "2023-Q2"),
    ],
)
def test_single(name, key):
    assert resolve_one(name, TODAY).key == key


@pytest.mark.parametrize(
    ("name", "count", "first", "last"),
    [
        ("quarters_this_year", 4, "2026-Q1", "2026-Q4"),
        ("months_last_year", 12, "2025-01", "2025-12"),
        ("each_of_last_12_months", 12, "2025-03", "2026-02"),
        ("each_of_last_5_years", 5, "2021", "2025"),
        ("years_of_plan", 5, "2026", "2030"),
    ],
)
def test_several(name, count, first, last):
    found = resolve(name, TODAY)
    assert (len(found), found[0].key, found[-1].key) == (count, first, last)


def test_on_the_first_of_january():
    new_year = date(2026, 1, 1)
    assert resolve_one("year_to_date", new_year).key == "2026-01-01"
    assert resolve_one("year_to_last_month", new_year).key == "2025-01..2025-12"
    assert resolve_one("last_month", new_year).key == "2025-12"


def test_leap_day_last_year_is_the_28th():
    assert resolve_one("same_period_last_year", date(2024, 2, 29)).key == "2023-01-01..2023-02-28"


def test_unknown_name_lists_forms_and_names():
    with pytest.raises(PeriodError, match=r"2023-W07.*this_month"):
        resolve("next_century", TODAY)


def test_several_where_one_is_needed():
    with pytest.raises(PeriodError, match="stands for 4 periods"):
        resolve_one("quarters_this_year", TODAY)


def test_chinese_names_are_different():
    assert len({row.name_zh for row in RELATIVE.values()}) == len(RELATIVE)


@given(days)
def test_every_name_resolves_on_every_day_to_periods_in_a_row(today):
    for row in RELATIVE.values():
        found = row.on(today)
        assert found
        assert all(one.end == other.start for one, other in zip(found, found[1:], strict=False))


@given(days)
def test_last_periods_are_over_and_to_date_ends_today(today):
    for name in RELATIVE:
        if name.endswith("_to_date"):
            assert resolve_one(name, today).end == today + timedelta(days=1)
        if name in ("last_week", "last_month", "last_12_months", "last_quarter", "last_year"):
            assert resolve_one(name, today).end <= today
