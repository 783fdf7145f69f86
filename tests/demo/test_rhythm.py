"""Moments of the demo year: in office time, and somewhere even when nobody works."""

from __future__ import annotations

import random
from datetime import date

import pytest

from zhenshu.demo.rhythm import OFFICE, STREET, Moments
from zhenshu.ground.worktime.calendars import WorkCalendar


@pytest.mark.parametrize(
    ("first", "last", "drawn"),
    [
        (date(2025, 10, 1), date(2025, 10, 5), date(2025, 9, 30)),  # a week of holidays
        (date(2026, 1, 4), date(2025, 12, 31), date(2025, 12, 31)),  # nothing has passed yet
        (date(2025, 3, 3), date(2025, 3, 3), date(2025, 3, 3)),
    ],
)
def test_office_moments_lie_on_a_working_day_at_or_before_the_stretch(tmp_path, first, last, drawn):
    calendar = WorkCalendar.load(tmp_path)
    for seed in range(20):
        moment = Moments(first, last, OFFICE, calendar).draw(random.Random(seed))
        assert moment.date() == drawn
        assert calendar.opening(drawn) <= moment <= calendar.closing(drawn)


def test_the_street_knows_no_holiday(tmp_path):
    moments = Moments(date(2025, 10, 1), date(2025, 10, 5), STREET, WorkCalendar.load(tmp_path))
    rng = random.Random(1)
    days = {moments.draw(rng).date() for _ in range(200)}
    assert days == {date(2025, 10, day) for day in range(1, 6)}
