"""The working calendar agrees day by day with two independent ones, and the installation's table wins."""

import os
from datetime import date, datetime, timedelta

import chinese_calendar
import holidays
import pytest
from hypothesis import given
from hypothesis import strategies as st

from zhenshu.ground.worktime.calendar_tables import CalendarTableError, DayKind
from zhenshu.ground.worktime.calendars import CHINA, CalendarRangeError, WorkCalendar
from zhenshu.ground.worktime.office_hours import OfficeHoursError

CALENDAR = WorkCalendar()
ORACLE_DAYS = [date(2020, 1, 1) + timedelta(days=number) for number in range(2557)]
some_day = st.dates(date(2003, 1, 1), date(2040, 12, 31))


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=CHINA)


def test_oracle_days_end_with_2026():
    assert ORACLE_DAYS[-1] == date(2026, 12, 31)


def test_agrees_with_chinese_calendar_day_by_day():
    assert [
        day for day in ORACLE_DAYS if CALENDAR.is_working_day(day) != chinese_calendar.is_workday(day)
    ] == []


def test_agrees_with_holidays_day_by_day():
    """The two libraries are kept by different people; for 2020 to 2026 they do not differ on any day."""
    china = holidays.country_holidays("CN", years=range(2020, 2027))
    assert [day for day in ORACLE_DAYS if CALENDAR.is_working_day(day) != china.is_working_day(day)] == []


@pytest.mark.parametrize(
    ("day", "works"),
    [
        (date(2026, 2, 14), True),  # Saturday, worked for the Spring Festival
        (date(2026, 2, 16), False),
        (date(2024, 2, 18), True),
        (date(2023, 10, 6), False),
        (date(2020, 1, 31), False),  # the Spring Festival prolonged in the epidemic
        (date(2025, 9, 28), True),
    ],
)
def test_known_days(day, works):
    assert CALENDAR.is_working_day(day) is works


def test_years_that_are_not_announced_are_uncertain():
    beyond = max(chinese_calendar.constants.holidays).year + 1
    assert CALENDAR.is_certain(2026)
    assert not CALENDAR.is_certain(beyond)
    assert not CALENDAR.is_working_day(date(beyond, 10, 1))
    assert [CALENDAR.is_working_day(date(2035, 6, day)) for day in (8, 9, 10, 11)] == [
        True,
        False,
        False,
        True,
    ]


def test_a_year_entered_in_the_table_is_certain():
    entered = dict.fromkeys((date(2031, 1, 1), date(2031, 10, 1)), DayKind.REST)
    assert WorkCalendar(days=entered).is_certain(2031)
    assert not WorkCalendar(days={date(2031, 1, 1): DayKind.REST}).is_certain(2031)


def test_table_wins_over_the_public_calendar(tmp_path):
    (tmp_path / "calendar.csv").write_text(
        "date,kind,note\n2026-02-14,rest,本地安排\n2026-02-16,work,值班\n", encoding="utf-8-sig"
    )
    calendar = WorkCalendar.load(tmp_path)
    assert not calendar.is_working_day(date(2026, 2, 14))
    assert calendar.is_working_day(date(2026, 2, 16))
    assert CALENDAR.is_working_day(date(2026, 2, 14))


def test_summer_hours_from_the_table(tmp_path):
    (tmp_path / "office_hours.csv").write_text(
        "effective,hours\n2026-07-01,08:00-12:00 15:00-18:30\n2026-10-01,08:30-12:00 13:30-17:30\n"
    )
    calendar = WorkCalendar.load(tmp_path)
    assert calendar.closing(date(2026, 6, 30)) == at("2026-06-30 17:30")
    assert calendar.closing(date(2026, 7, 1)) == at("2026-07-01 18:30")
    assert calendar.closing(date(2026, 10, 8)) == at("2026-10-08 17:30")
    done = calendar.work_before(at("2026-07-03 00:00")) - calendar.work_before(at("2026-06-30 00:00"))
    assert timedelta(microseconds=done) == timedelta(hours=7.5 + 7.5 + 7.5)


def test_changed_table_is_read_again_and_an_unchanged_one_is_not(tmp_path):
    table = tmp_path / "calendar.csv"
    assert WorkCalendar.load(tmp_path).is_working_day(date(2026, 3, 2))
    table.write_text("date,kind\n2026-03-02,rest\n")
    changed = WorkCalendar.load(tmp_path)
    assert not changed.is_working_day(date(2026, 3, 2))
    assert WorkCalendar.load(tmp_path) is changed
    os.utime(table, ns=(1, 1))
    assert WorkCalendar.load(tmp_path) is not changed


def test_missing_folder_is_the_public_calendar(tmp_path):
    assert WorkCalendar.load(tmp_path / "nowhere").is_working_day(date(2026, 2, 14))
    assert WorkCalendar.load(None) is WorkCalendar.load(None)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("day,kind\n2026-03-02,rest\n", r"calendar.csv, line 1: .* date among them"),
        ("date,kind\n2026-03-02,free\n", r"calendar.csv, line 2: the kind is 'free'; write work"),
        ("date,kind\n2026-03-02,rest\n02.03.2026,rest\n", "calendar.csv, line 3: Invalid isoformat"),
        ("date,kind\n2026-03-02,rest\n2026-03-02,work\n", "line 3: 2026-03-02 stands in the table twice"),
        ("date,kind\n2026-03-02\n", "line 2: the kind is ''"),
    ],
)
def test_broken_table_names_file_line_and_fix(tmp_path, text, words):
    (tmp_path / "calendar.csv").write_text(text)
    with pytest.raises(CalendarTableError, match=words):
        WorkCalendar.load(tmp_path)


def test_broken_office_hours_name_file_and_line(tmp_path):
    (tmp_path / "office_hours.csv").write_text("effective,hours\n2026-07-01,late\n")
    with pytest.raises(CalendarTableError, match=r"office_hours.csv, line 2: .*write them like"):
        WorkCalendar.load(tmp_path)
    with pytest.raises(OfficeHoursError):
        WorkCalendar().hours_on(date(2026, 7, 1)).clock_after(10**12)


@pytest.mark.parametrize("day", [date(1999, 12, 31), date(2061, 1, 1)])
def test_days_beyond_the_calendar_are_refused(day):
    with pytest.raises(CalendarRangeError, match="covers 2000-01-01 to 2060-12-31"):
        CALENDAR.is_working_day(day)


def test_naive_moments_are_refused():
    with pytest.raises(ValueError, match="no time zone"):
        CALENDAR.work_before(datetime(2026, 3, 2, 9, 0))  # noqa: DTZ001


def test_first_and_last_day_have_an_answer():
    assert CALENDAR.working_days_before(date(2000, 1, 1)) == 0
    total = CALENDAR.working_days_before(date(2061, 1, 1))
    assert CALENDAR.working_day_at(total - 1) == date(2060, 12, 31)
    with pytest.raises(CalendarRangeError):
        CALENDAR.working_day_at(total)
    with pytest.raises(CalendarRangeError):
        CALENDAR.working_day_at(-1)


@given(some_day, st.integers(0, 40))
def test_adding_working_days_agrees_with_walking(day, count):
    walked = day
    while not CALENDAR.is_working_day(walked):
        walked += timedelta(days=1)
    for _ in range(count):
        walked += timedelta(days=1)
        while not CALENDAR.is_working_day(walked):
            walked += timedelta(days=1)
    assert CALENDAR.add_working_days(day, count) == walked


@given(some_day, st.integers(1, 40))
def test_subtracting_working_days_agrees_with_walking(day, count):
    walked = day
    for _ in range(count):
        walked -= timedelta(days=1)
        while not CALENDAR.is_working_day(walked):
            walked -= timedelta(days=1)
    assert CALENDAR.add_working_days(day, -count) == walked


@given(some_day, st.integers(0, 60))
def test_working_days_between_counts_both_ends(day, length):
    days = [day + timedelta(days=number) for number in range(length + 1)]
    assert CALENDAR.working_days_between(days[0], days[-1]) == sum(map(CALENDAR.is_working_day, days))
    assert CALENDAR.working_days_between(days[-1] + timedelta(days=1), days[0]) == 0


moments = st.datetimes(
    datetime(2003, 1, 1), datetime(2040, 12, 31), timezones=st.just(CHINA), allow_imaginary=False
)


@given(moments)
def test_moment_of_work_is_the_earliest_with_that_work(moment):
    worked = CALENDAR.work_before(moment)
    earliest = CALENDAR.moment_of_work(worked)
    assert earliest <= moment
    assert CALENDAR.work_before(earliest) == worked
    assert CALENDAR.work_before(earliest - timedelta(microseconds=1)) == worked - 1


@given(moments)
def test_closings_are_the_working_days_that_are_over(moment):
    closed = CALENDAR.closings_before(moment)
    assert CALENDAR.closing(CALENDAR.working_day_at(closed - 1)) <= moment
    assert CALENDAR.closing(CALENDAR.working_day_at(closed)) > moment
