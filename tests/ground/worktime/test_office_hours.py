"""Office hours count the work of a day in both directions."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zhenshu.ground.worktime.office_hours import DAY, DEFAULT_HOURS, OfficeHoursError, parse_office_hours

MINUTE = 60 * 1_000_000


def test_default_day_has_seven_and_a_half_hours():
    assert DEFAULT_HOURS.length == 450 * MINUTE
    assert str(DEFAULT_HOURS) == "08:30-12:00 13:30-17:30"


@pytest.mark.parametrize("text", ["09:00-17:00", "8:00–12:00, 14:30–18:00", "08:00至12:00；14:00至18:00"])
def test_spellings(text):
    assert parse_office_hours(text).length >= 7.5 * 60 * MINUTE


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "write them like"),
        ("morning", "write them like"),
        ("08:00-12:00 and later", "write them like"),
        ("12:00-08:00", "follow one another"),
        ("08:00-12:00 11:00-17:00", "follow one another"),
        ("08:00-25:00", "within a day"),
    ],
)
def test_refusals(text, words):
    with pytest.raises(OfficeHoursError, match=words):
        parse_office_hours(text)


def test_more_work_than_a_day_holds_is_refused():
    with pytest.raises(OfficeHoursError, match="More work"):
        DEFAULT_HOURS.clock_after(DEFAULT_HOURS.length + 1)


@given(st.integers(1, DEFAULT_HOURS.length))
def test_clock_and_work_are_inverse(worked):
    assert DEFAULT_HOURS.worked_until(DEFAULT_HOURS.clock_after(worked)) == worked


@given(st.integers(0, DAY), st.integers(0, DAY))
def test_work_never_runs_backwards(one, other):
    early, late = sorted((one, other))
    assert DEFAULT_HOURS.worked_until(early) <= DEFAULT_HOURS.worked_until(late)
