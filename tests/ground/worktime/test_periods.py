"""Periods read back from their keys, step by step through the calendar, and are named as texts name them."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zhenshu.ground.worktime.periods import (
    Kind,
    PeriodError,
    five_year_plan,
    last_full,
    months,
    parse_period,
    period_of,
    previous,
    same_period_last_year,
    split,
    stretch,
    up_to,
    year_to,
)

days = st.dates(date(1995, 1, 1), date(2095, 12, 31))
kinds = st.sampled_from(list(Kind))
runs = st.builds(lambda day, kind, count: up_to(day, kind, count), days, kinds, st.integers(1, 40))


@pytest.mark.parametrize(
    ("key", "start", "end", "name_zh"),
    [
        ("2023", date(2023, 1, 1), date(2024, 1, 1), "2023年"),
        ("2023-H1", date(2023, 1, 1), date(2023, 7, 1), "2023年上半年"),
        ("2023-H2", date(2023, 7, 1), date(2024, 1, 1), "2023年下半年"),
        ("2023-Q4", date(2023, 10, 1), date(2024, 1, 1), "2023年四季度"),
        ("2023-05", date(2023, 5, 1), date(2023, 6, 1), "2023年5月"),
        ("2023-12", date(2023, 12, 1), date(2024, 1, 1), "2023年12月"),
        ("2023-W01", date(2023, 1, 2), date(2023, 1, 9), "2023年第1周"),
        ("2020-W53", date(2020, 12, 28), date(2021, 1, 4), "2020年第53周"),
        ("2024-02-29", date(2024, 2, 29), date(2024, 3, 1), "2024年2月29日"),
        ("2023-01..2023-10", date(2023, 1, 1), date(2023, 11, 1), "2023年1–10月"),
        ("2022-11..2023-02", date(2022, 11, 1), date(2023, 3, 1), "2022年11月至2023年2月"),
        ("2023-Q1..2023-Q3", date(2023, 1, 1), date(2023, 10, 1), "2023年一季度至三季度"),
        ("2023-01-01..2023-05-16", date(2023, 1, 1), date(2023, 5, 17), "2023年1月1日至5月16日"),
        ("2021..2025", date(2021, 1, 1), date(2026, 1, 1), "“十四五”时期"),
        ("2026..2030", date(2026, 1, 1), date(2031, 1, 1), "“十五五”时期"),
        ("2001..2005", date(2001, 1, 1), date(2006, 1, 1), "“十五”时期"),
        ("2051..2055", date(2051, 1, 1), date(2056, 1, 1), "“二十五”时期"),
        ("2019..2021", date(2019, 1, 1), date(2022, 1, 1), "2019–2021年"),
        ("2023-W50..2024-W02", date(2023, 12, 11), date(2024, 1, 15), "2023年第50周至2024年第2周"),
    ],
)
def test_keys(key, start, end, name_zh):
    period = parse_period(key)
    assert (period.start, period.end, period.key) == (start, end, key)
    assert period.name_zh == name_zh


@pytest.mark.parametrize(
    ("key", "words"),
    [
        ("", "write 2023"),
        ("23-05", "write 2023"),
        ("2023-13", "write 2023"),
        ("2023-Q5", "write 2023"),
        ("2023年5月", "write 2023"),
        ("0000", "write 2023"),
        ("9999", "write 2023"),
        ("2021-W53", "does not exist"),
        ("2023-02-29", "does not exist"),
        ("2023-10..2023-01", "in order"),
        ("2023-Q1..2023-10", "of one kind"),
        ("2023..", "write 2023"),
    ],
)
def test_refusals(key, words):
    with pytest.raises(PeriodError, match=words):
        parse_period(key)


@pytest.mark.parametrize(
    ("key", "before", "year_earlier"),
    [
        ("2023", "2022", "2022"),
        ("2023-H1", "2022-H2", "2022-H1"),
        ("2023-Q1", "2022-Q4", "2022-Q1"),
        ("2023-01", "2022-12", "2022-01"),
        ("2024-02-29", "2024-02-28", "2023-02-28"),
        ("2024-W01", "2023-W52", "2023-W01"),
        ("2020-W53", "2020-W52", "2019-W52"),
        ("2023-01..2023-10", "2022-03..2022-12", "2022-01..2022-10"),
        ("2023-01-01..2023-05-16", "2022-08-18..2022-12-31", "2022-01-01..2022-05-16"),
        ("2021..2025", "2016..2020", "2020..2024"),
    ],
)
def test_neighbours(key, before, year_earlier):
    assert previous(parse_period(key)).key == before
    assert same_period_last_year(parse_period(key)).key == year_earlier


@pytest.mark.parametrize(
    ("key", "expected"),
    [
        ("2023-10", "2023-01..2023-10"),
        ("2023-01", "2023-01"),
        ("2023-Q3", "2023-Q1..2023-Q3"),
        ("2023-W03", "2023-W01..2023-W03"),
        ("2021-W01", "2021-W01"),
        ("2023-05-16", "2023-01-01..2023-05-16"),
    ],
)
def test_year_to(key, expected):
    assert year_to(parse_period(key)).key == expected


def test_months_of_longer_periods():
    assert [month.key for month in months(parse_period("2023-Q1"))] == ["2023-01", "2023-02", "2023-03"]
    assert len(months(parse_period("2021..2025"))) == 60
    assert months(parse_period("2023-05")) == (parse_period("2023-05"),)


@pytest.mark.parametrize(
    ("key", "kind"), [("2023-W07", Kind.MONTH), ("2023-05", Kind.QUARTER), ("2023", Kind.WEEK)]
)
def test_division_across_edges_is_refused(key, kind):
    with pytest.raises(PeriodError, match="can't be divided"):
        split(parse_period(key), kind)


@given(days)
def test_five_year_plans_start_in_years_ending_in_one_or_six(day):
    plan = five_year_plan(day)
    assert day in plan
    assert plan.start.year % 5 == 1
    assert plan.end.year - plan.start.year == 5


@given(days, kinds)
def test_period_of_a_day_holds_it_and_reads_back(day, kind):
    period = period_of(day, kind)
    assert day in period
    assert period.start <= day <= period.last_day
    assert parse_period(period.key) == period
    assert not period.is_stretch


@given(runs)
def test_every_stretch_reads_back_from_its_key(period):
    assert parse_period(period.key) == period
    assert period.name_zh


@given(runs)
def test_periods_tile_without_gap(period):
    parts = split(period, period.kind)
    assert parts[0].start == period.start
    assert parts[-1].end == period.end
    assert all(one.end == other.start for one, other in zip(parts, parts[1:], strict=False))
    assert stretch(parts[0], parts[-1]) == period
    assert sum(part.days for part in parts) == period.days


@given(runs)
def test_previous_ends_where_the_period_begins_with_as_many_parts(period):
    before = previous(period)
    assert before.end == period.start
    assert len(split(before, period.kind)) == len(split(period, period.kind))


@given(runs)
def test_a_year_earlier_is_about_a_year_earlier(period):
    earlier = same_period_last_year(period)
    assert earlier.kind is period.kind
    assert 355 <= (period.start - earlier.start).days <= 373
    assert abs(earlier.days - period.days) <= 7


@given(days, kinds, st.integers(1, 30))
def test_last_full_is_over_and_up_to_is_not(day, kind, count):
    over, running = last_full(day, kind, count), up_to(day, kind, count)
    assert over.end <= day
    assert day in running
    assert over.end == period_of(day, kind).start
    assert previous(running).end == running.start


@given(days)
def test_days_of_a_year_lie_in_exactly_one_part_of_each_kind(day):
    year = period_of(day, Kind.YEAR)
    for kind in (Kind.HALF, Kind.QUARTER, Kind.MONTH, Kind.DAY):
        assert sum(day in part for part in split(year, kind)) == 1
    assert day + timedelta(days=366) not in year
