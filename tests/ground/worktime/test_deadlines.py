"""Deadlines fall where the law says, and where a slow walk through the calendar finds them."""

from datetime import date, datetime, time, timedelta
from decimal import Decimal
from fractions import Fraction

import chinese_calendar
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from zhenshu.ground.worktime.calendars import CHINA, CalendarRangeError, WorkCalendar
from zhenshu.ground.worktime.deadlines import (
    OpenPauseError,
    Pause,
    due,
    elapsed,
    near_due,
    part_way,
    remaining,
)
from zhenshu.ground.worktime.limits import Limit, StartRule, Unit, parse_limit
from zhenshu.ground.worktime.periods import add_months

CALENDAR = WorkCalendar()
MINUTE = timedelta(minutes=1)
SPANS = ((time(8, 30), time(12)), (time(13, 30), time(17, 30)))
SAME, NEXT, ONCE = StartRule.SAME_DAY, StartRule.NEXT_DAY, StartRule.AT_ONCE


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=CHINA)


def due_at(start: str, limit: str, rule: StartRule = NEXT, pauses=(), **options) -> str:
    held = [Pause(at(begin), at(end)) for begin, end in pauses]
    found = due(at(start), parse_limit(limit), CALENDAR, rule=rule, pauses=held, **options)
    return found.strftime("%Y-%m-%d %H:%M:%S").removesuffix(":00")


# --- what the rules promise, on days a reader can check in a calendar -------------------------------


@pytest.mark.parametrize(
    ("start", "limit", "rule", "expected"),
    [
        # Friday 13 February 2026; Saturday 14 is worked, then the Spring Festival until Monday 23
        ("2026-02-13 16:00", "4 工作时", SAME, "2026-02-14 11:00"),
        ("2026-02-14 16:00", "4 工作时", SAME, "2026-02-24 11:00"),
        ("2026-02-13 16:00", "4 工作时", NEXT, "2026-02-14 14:00"),
        ("2026-02-13 16:00", "3 工作日", SAME, "2026-02-24 17:30"),
        ("2026-02-13 16:00", "3 工作日", NEXT, "2026-02-25 17:30"),
        ("2026-02-13 16:00", "1 工作日", ONCE, "2026-02-14 16:00"),
        ("2026-02-13 16:00", "24 小时", ONCE, "2026-02-14 16:00"),
        ("2026-02-13 16:00", "24 小时", NEXT, "2026-02-15 00:00"),
        ("2026-02-13 16:00", "15 日", NEXT, "2026-02-28 17:30"),
        ("2026-02-13 16:00", "15 日", SAME, "2026-02-27 17:30"),
        ("2026-02-13 16:00", "15 日", ONCE, "2026-02-28 16:00"),
        ("2026-01-31 10:00", "1 个月", NEXT, "2026-02-28 17:30"),
        ("2026-03-15 10:00", "3 个月", NEXT, "2026-06-15 17:30"),
        ("2026-03-15 10:00", "3 个月", SAME, "2026-06-14 17:30"),
        ("2026-03-15 10:00", "3 个月", ONCE, "2026-06-15 10:00"),
        ("2026-03-16 10:00", "当日", NEXT, "2026-03-16 17:30"),
        ("2026-03-16 20:00", "当日", NEXT, "2026-03-16 23:59:59"),
        ("2026-03-16 10:00", "当日", ONCE, "2026-03-16 23:59:59"),
        ("2026-03-16 12:15", "1 工作时", SAME, "2026-03-16 14:30"),
        ("2026-03-16 02:00", "0.5 工作时", SAME, "2026-03-16 09:00"),
    ],
)
def test_due(start, limit, rule, expected):
    assert due_at(start, limit, rule) == expected


def test_received_after_closing_counts_as_received_on_the_next_working_day():
    assert due_at("2026-03-13 17:29", "1 工作日", SAME) == "2026-03-13 17:30"
    assert due_at("2026-03-13 17:30", "1 工作日", SAME) == "2026-03-16 17:30"
    assert due_at("2026-03-14 09:00", "1 工作日", SAME) == "2026-03-16 17:30"
    assert due_at("2026-03-14 09:00", "1 工作日", NEXT) == "2026-03-16 17:30"


def test_last_day_on_a_rest_day_rolls_only_when_asked():
    assert due_at("2026-09-18 10:00", "15 日") == "2026-10-03 17:30"
    assert due_at("2026-09-18 10:00", "15 日", roll=True) == "2026-10-08 17:30"


def test_pause_in_the_days_gained_by_rolling_counts():
    held = [("2026-10-05 09:00", "2026-10-09 09:00")]
    assert due_at("2026-09-18 10:00", "15 日", roll=True, pauses=held) == "2026-10-09 17:30"


@pytest.mark.parametrize(
    ("start", "limit", "rule", "expected"),
    [
        ("2026-03-16 16:00", "5 工作时", SAME, "2026-03-18 10:00"),
        ("2026-03-16 16:00", "24 小时", ONCE, "2026-03-18 14:00"),
        ("2026-03-16 16:00", "2 工作日", SAME, "2026-03-18 17:30"),
        ("2026-03-16 16:00", "2 日", NEXT, "2026-03-19 17:30"),
        ("2026-03-16 16:00", "1 个月", NEXT, "2026-04-17 17:30"),
    ],
)
def test_pause_moves_each_unit_by_its_own_measure(start, limit, rule, expected):
    """Held from Monday 17:00 to Tuesday 15:00: 22 hours, 6 in the office, one closing, one midnight."""
    assert due_at(start, limit, rule, pauses=[("2026-03-16 17:00", "2026-03-17 15:00")]) == expected


def test_hearing_days_do_not_count_towards_a_review():
    """信访工作条例 (2022) art. 36: a hearing is not counted into the 30 days of a review."""
    held = [("2026-04-10 09:00", "2026-04-20 09:00")]
    assert due_at("2026-04-01 09:00", "30 日", pauses=held) == "2026-05-11 17:30"


def test_pause_before_counting_starts_changes_nothing():
    held = [("2026-03-16 10:00", "2026-03-16 18:00")]
    for limit in ("4 工作时", "2 工作日", "24 小时", "2 日", "1 个月"):
        assert due_at("2026-03-16 09:00", limit, pauses=held) == due_at("2026-03-16 09:00", limit)


def test_overlapping_pauses_count_once():
    once = due_at("2026-03-16 10:00", "5 工作日", pauses=[("2026-03-17 09:00", "2026-03-20 09:00")])
    twice = due_at(
        "2026-03-16 10:00",
        "5 工作日",
        pauses=[("2026-03-18 09:00", "2026-03-20 09:00"), ("2026-03-17 09:00", "2026-03-19 09:00")],
    )
    assert once == twice == "2026-03-26 17:30"


def test_pauses_outside_the_run_change_nothing():
    plain = due_at("2026-03-16 10:00", "2 工作日")
    held = [("2026-03-01 10:00", "2026-03-10 10:00"), ("2026-03-18 17:30", "2026-03-25 10:00")]
    assert due_at("2026-03-16 10:00", "2 工作日", pauses=held) == plain


def test_resumed_after_closing_on_the_last_day_leaves_the_evening():
    held = [("2026-03-18 10:00", "2026-03-18 20:00")]
    assert due_at("2026-03-16 10:00", "2 日", pauses=held) == "2026-03-18 23:59:59"


def test_paused_clock_has_no_due_moment():
    with pytest.raises(OpenPauseError, match="paused since 2026-03-17T10:00"):
        due(at("2026-03-16 10:00"), parse_limit("2 日"), CALENDAR, pauses=[Pause(at("2026-03-17 10:00"))])


def test_open_pause_that_began_after_the_due_moment_does_not_matter():
    open_pause = [Pause(at("2026-03-20 10:00"))]
    found = due(at("2026-03-16 10:00"), parse_limit("2 日"), CALENDAR, pauses=open_pause)
    assert found == at("2026-03-18 17:30")


def test_pause_that_ends_before_it_starts_is_refused():
    with pytest.raises(ValueError, match="before it starts"):
        Pause(at("2026-03-17 10:00"), at("2026-03-16 10:00"))


def test_other_time_zones_mean_the_same_moment():
    utc = datetime.fromisoformat("2026-03-16T02:00:00+00:00")
    assert due(utc, parse_limit("4 工作时"), CALENDAR, rule=SAME) == at("2026-03-16 15:30")


@pytest.mark.parametrize("limit", ["100000 工作日", "900000 工作时"])
def test_beyond_the_calendar_is_refused(limit):
    with pytest.raises(CalendarRangeError, match="covers 2000-01-01 to 2060-12-31"):
        due_at("2026-03-16 10:00", limit)


def test_naive_start_is_refused():
    with pytest.raises(ValueError, match="no time zone"):
        due(datetime(2026, 3, 16, 10), parse_limit("2 日"), CALENDAR)  # noqa: DTZ001


# --- near due, remaining, part of the way ----------------------------------------------------------


@pytest.mark.parametrize(
    ("threshold", "expected"),
    [
        ("4 工作时", "2026-02-24 12:00"),
        ("1 工作日", "2026-02-14 17:30"),
        ("24 小时", "2026-02-23 17:30"),
        ("3 日", "2026-02-21 17:30"),
        ("1 个月", "2026-01-24 17:30"),
    ],
)
def test_near_due(threshold, expected):
    assert near_due(at("2026-02-24 17:30"), parse_limit(threshold), CALENDAR) == at(expected)


def test_remaining_is_negative_when_overdue():
    last = at("2026-03-18 17:30")
    assert remaining(at("2026-03-16 10:00"), last, Unit.WORKING_DAY, CALENDAR) == timedelta(days=3)
    assert remaining(at("2026-03-18 15:30"), last, Unit.WORKING_HOUR, CALENDAR) == timedelta(hours=2)
    assert remaining(at("2026-03-19 09:30"), last, Unit.WORKING_HOUR, CALENDAR) == timedelta(hours=-1)
    assert remaining(at("2026-03-20 10:00"), last, Unit.DAY, CALENDAR) == timedelta(days=-2)


def test_half_of_the_way_in_office_time_and_by_the_clock():
    start, end = at("2026-03-16 08:30"), at("2026-03-17 17:30")
    assert part_way(start, end, Fraction(1, 2), CALENDAR) == at("2026-03-16 17:30")
    assert part_way(start, end, Fraction(1, 2), CALENDAR, working=False) == at("2026-03-17 01:00")
    weekend = at("2026-03-14 00:00"), at("2026-03-15 00:00")
    assert part_way(*weekend, Fraction(1, 2), CALENDAR) == at("2026-03-14 12:00")


# --- a slow walk through the calendar, written another way --------------------------------------------


def held_at(moment: datetime, pauses: list[Pause]) -> bool:
    return any(pause.start < moment <= pause.end for pause in pauses)


def walk_working_minutes(start: datetime, minutes: int, pauses: list[Pause]) -> datetime:
    now = start
    while minutes:
        now += MINUTE
        begin = now - MINUTE
        worked = chinese_calendar.is_workday(begin.date()) and any(a <= begin.time() < b for a, b in SPANS)
        minutes -= worked and not held_at(now, pauses)
        if not worked and begin.time() == time(17, 30):
            now = begin + timedelta(hours=15)
    return now


def walk_closings(start: datetime, days: int, rule: StartRule, pauses: list[Pause]) -> datetime:
    day = start.date()
    while True:
        closing = datetime.combine(day, time(17, 30), CHINA)
        starts = day > start.date() if rule is NEXT else closing > start
        if starts and chinese_calendar.is_workday(day) and not held_at(closing, pauses):
            days -= 1
            if days == 0:
                return closing
        day += timedelta(days=1)


def walk_days(start: datetime, days: int, pauses: list[Pause]) -> datetime:
    day = start.date()
    while True:
        ends = [datetime.combine(day, clock, CHINA) for clock in (time(17, 30), time(23, 59, 59))]
        free = [end for end in ends if end > start and not held_at(end, pauses)]
        if days <= 0 and free:
            return free[0]
        day += timedelta(days=1)
        days -= not held_at(datetime.combine(day, time(0), CHINA), pauses)


def minute_moments(first: date, last: date) -> st.SearchStrategy[datetime]:
    minutes = st.integers(0, (last - first).days * 1440)
    return minutes.map(lambda number: datetime.combine(first, time(0), CHINA) + number * MINUTE)


starts = minute_moments(date(2020, 1, 1), date(2026, 10, 1))
pause_shapes = st.lists(st.tuples(st.integers(-3000, 12000), st.integers(0, 9000)), max_size=4)
pause_rules = st.sampled_from([SAME, NEXT])


def pauses_near(start: datetime, shapes: list[tuple[int, int]]) -> list[Pause]:
    return [Pause(start + offset * MINUTE, start + (offset + length) * MINUTE) for offset, length in shapes]


@settings(deadline=None, max_examples=150)
@given(starts, st.integers(1, 120), pause_shapes)
def test_working_hours_agree_with_walking_minutes(start, quarters, shapes):
    pauses = pauses_near(start, shapes)
    limit = Limit(Decimal(quarters) / 4, Unit.WORKING_HOUR)
    found = due(start, limit, CALENDAR, rule=SAME, pauses=pauses)
    assert found == walk_working_minutes(start, quarters * 15, pauses)


@settings(deadline=None, max_examples=300)
@given(starts, st.integers(1, 40), pause_rules, pause_shapes)
def test_working_days_agree_with_walking_closings(start, days, rule, shapes):
    pauses = pauses_near(start, shapes)
    found = due(start, Limit(days, Unit.WORKING_DAY), CALENDAR, rule=rule, pauses=pauses)
    assert found == walk_closings(start, days, rule, pauses)


@settings(deadline=None, max_examples=300)
@given(starts, st.integers(0, 60), pause_shapes)
def test_days_agree_with_walking_midnights(start, days, shapes):
    pauses = pauses_near(start, shapes)
    found = due(start, Limit(days, Unit.DAY), CALENDAR, rule=NEXT, pauses=pauses)
    assert found == walk_days(start, days, pauses)


# --- properties ------------------------------------------------------------------------------------

units = st.sampled_from(list(Unit))
rules = st.sampled_from(list(StartRule))
limits = st.builds(Limit, st.integers(1, 90), units)


@given(starts, starts, limits, rules, st.booleans())
def test_later_start_is_never_due_earlier(one, other, limit, rule, roll):
    early, late = sorted((one, other))
    assert due(early, limit, CALENDAR, rule=rule, roll=roll) <= due(
        late, limit, CALENDAR, rule=rule, roll=roll
    )


@given(starts, units, rules, st.integers(1, 60), st.integers(0, 30), pause_shapes)
def test_longer_limit_is_never_due_earlier(start, unit, rule, value, more, shapes):
    pauses = pauses_near(start, shapes)
    short = due(start, Limit(value, unit), CALENDAR, rule=rule, pauses=pauses)
    assert short <= due(start, Limit(value + more, unit), CALENDAR, rule=rule, pauses=pauses)


@given(starts, limits, rules, st.booleans(), pause_shapes)
def test_pause_then_resume_never_shortens(start, limit, rule, roll, shapes):
    plain = due(start, limit, CALENDAR, rule=rule, roll=roll)
    for count in range(1, len(shapes) + 1):
        paused = due(start, limit, CALENDAR, rule=rule, roll=roll, pauses=pauses_near(start, shapes[:count]))
        assert paused >= plain


@given(starts, limits, rules, st.booleans(), pause_shapes)
def test_due_is_after_start_and_never_within_a_pause(start, limit, rule, roll, shapes):
    pauses = pauses_near(start, shapes)
    found = due(start, limit, CALENDAR, rule=rule, roll=roll, pauses=pauses)
    assert found > start
    assert not any(pause.start < found < pause.end for pause in pauses)


@given(starts, limits, rules, pause_shapes, st.randoms())
def test_order_of_pauses_does_not_matter(start, limit, rule, shapes, random):
    pauses = pauses_near(start, shapes)
    mixed = random.sample(pauses, len(pauses))
    assert due(start, limit, CALENDAR, rule=rule, pauses=pauses) == due(
        start, limit, CALENDAR, rule=rule, pauses=mixed
    )


@given(st.tuples(starts, starts, starts), units, pause_shapes)
def test_splitting_an_interval_adds_up(moments, unit, shapes):
    start, middle, end = sorted(moments)
    pauses = pauses_near(middle, shapes)
    whole = elapsed(start, end, unit, CALENDAR, pauses=pauses)
    parts = [(start, middle), (middle, end)]
    assert sum((elapsed(*part, unit, CALENDAR, pauses=pauses) for part in parts), timedelta()) == whole
    assert whole >= timedelta()


@given(starts, st.integers(1, 200), pause_shapes)
def test_due_and_elapsed_are_inverse_for_hours(start, hours, shapes):
    pauses = pauses_near(start, shapes)
    for unit in (Unit.WORKING_HOUR, Unit.HOUR):
        end = due(start, Limit(hours, unit), CALENDAR, rule=SAME, pauses=pauses)
        assert elapsed(start, end, unit, CALENDAR, pauses=pauses) == timedelta(hours=hours)


@given(starts, st.integers(1, 200), pause_shapes)
def test_due_and_elapsed_are_inverse_for_working_days(start, days, shapes):
    pauses = pauses_near(start, shapes)
    end = due(start, Limit(days, Unit.WORKING_DAY), CALENDAR, rule=SAME, pauses=pauses)
    assert elapsed(start, end, Unit.WORKING_DAY, CALENDAR, pauses=pauses) == timedelta(days=days)


@given(starts, st.integers(1, 200), pause_shapes)
def test_due_and_elapsed_are_inverse_for_days(start, days, shapes):
    pauses = pauses_near(start, shapes)
    end = due(start, Limit(days, Unit.DAY), CALENDAR, rule=NEXT, pauses=pauses)
    assert elapsed(start, end, Unit.DAY, CALENDAR, pauses=pauses) == timedelta(days=days)


@given(starts, starts, units)
def test_open_pause_stops_elapsed_where_it_begins(one, other, unit):
    early, late = sorted((one, other))
    stopped = elapsed(early, late, unit, CALENDAR, pauses=[Pause(early)])
    assert stopped == timedelta()


@given(starts, st.integers(1, 60), units)
def test_near_due_is_before_due(start, value, unit):
    end = due(start, Limit(90, Unit.DAY), CALENDAR)
    near = near_due(end, Limit(value, unit), CALENDAR)
    assert near < end


@given(starts, st.integers(1, 90), st.fractions(0, 1))
def test_part_way_lies_between(start, days, share):
    end = due(start, Limit(days, Unit.WORKING_DAY), CALENDAR)
    for working in (True, False):
        assert start <= part_way(start, end, share, CALENDAR, working=working) <= end


@given(st.dates(date(2001, 1, 1), date(2059, 1, 1)), st.integers(0, 24))
def test_months_end_on_the_same_day_or_the_last(day, count):
    later = add_months(day, count)
    assert (later.year * 12 + later.month) - (day.year * 12 + day.month) == count
    assert later.day == day.day or (later + timedelta(days=1)).day == 1
