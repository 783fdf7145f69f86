"""Progress follows one rule, the light another, and both texts say what is computed."""

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zhenshu.ground.worktime import WorkCalendar
from zhenshu.registers.plans.progress import (
    LIGHT_RULE,
    Colour,
    Part,
    ProgressError,
    Status,
    Thresholds,
    expected_progress,
    progress_of,
    standing,
)

CALENDAR = WorkCalendar()
THRESHOLDS = Thresholds(yellow_gap=Decimal(10), red_gap=Decimal(30), near_days=2)
MONDAY, FRIDAY = date(2026, 3, 2), date(2026, 3, 13)  # ten working days


def test_weighted_mean_of_the_parts():
    parts = [
        Part(id=1, progress=99),
        Part(id=2, parent=1, weight=3, progress=100),
        Part(id=3, parent=1, weight=1, progress=0),
    ]
    assert progress_of(parts) == {1: 75, 2: 100, 3: 0}


def test_parts_without_weights_count_alike():
    parts = [Part(id=1), *(Part(id=number, parent=1, progress=number * 10) for number in (2, 3, 4))]
    assert progress_of(parts)[1] == 30


def test_part_without_weight_among_weighted_ones_counts_nothing():
    parts = [Part(id=1), Part(id=2, parent=1, weight=5, progress=40), Part(id=3, parent=1, progress=100)]
    assert progress_of(parts)[1] == 40


def test_whole_of_untouched_parts_is_zero_whatever_was_entered_for_it():
    assert progress_of([Part(id=1, progress=80), Part(id=2, parent=1)])[1] == 0


def test_levels_are_exact_inside_and_rounded_once():
    parts = [Part(id=1), Part(id=2, parent=1), Part(id=3, parent=1)]
    parts += [
        Part(id=10 + number, parent=2, progress=progress) for number, progress in enumerate((0, 0, 100))
    ]
    found = progress_of(parts)
    assert found[2] == Decimal("33.3")
    assert found[1] == Decimal("16.7")


def test_part_of_an_item_outside_stands_for_itself():
    assert progress_of([Part(id=5, parent=99, progress=12)]) == {5: 12}


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"progress": 101}, "give 0 to 100"),
        ({"progress": -1}, "give 0 to 100"),
        ({"weight": -1}, "0 or more"),
    ],
)
def test_impossible_entries_are_refused(fields, words):
    with pytest.raises(ProgressError, match=words):
        Part(id=1, **fields)


def test_parts_of_one_another_are_refused():
    with pytest.raises(ProgressError, match=r"\[1, 2\] are parts of one another"):
        progress_of([Part(id=1, parent=2), Part(id=2, parent=1), Part(id=3)])


@pytest.mark.parametrize(
    ("today", "expected"),
    [
        (date(2026, 2, 27), 0),
        (date(2026, 3, 2), 0),
        (date(2026, 3, 3), 10),
        (date(2026, 3, 7), 50),
        (date(2026, 3, 9), 50),
        (date(2026, 3, 13), 90),
        (date(2026, 3, 14), 100),
    ],
)
def test_progress_by_the_calendar_counts_working_days(today, expected):
    assert expected_progress(MONDAY, FRIDAY, today, CALENDAR) == expected


def stand(progress, today, *, start=MONDAY, due=FRIDAY):
    return standing(
        Decimal(progress), start=start, due=due, today=today, thresholds=THRESHOLDS, calendar=CALENDAR
    )


@pytest.mark.parametrize(
    ("progress", "today", "status", "colour"),
    [
        (0, date(2026, 2, 20), Status.NOT_BEGUN, Colour.GREEN),
        (0, date(2026, 3, 2), Status.ON_SCHEDULE, Colour.GREEN),
        (0, date(2026, 3, 3), Status.BEHIND, Colour.YELLOW),
        (20, date(2026, 3, 9), Status.FAR_BEHIND, Colour.RED),
        (45, date(2026, 3, 9), Status.ON_SCHEDULE, Colour.GREEN),
        (40, date(2026, 3, 9), Status.BEHIND, Colour.YELLOW),
        (95, date(2026, 3, 12), Status.DUE_SOON, Colour.YELLOW),
        (95, date(2026, 3, 13), Status.DUE_SOON, Colour.YELLOW),
        (99, date(2026, 3, 14), Status.OVERDUE, Colour.RED),
        (100, date(2026, 3, 20), Status.DONE, Colour.GREEN),
    ],
)
def test_lights(progress, today, status, colour):
    found = stand(progress, today)
    assert (found.status, found.status.colour) == (status, colour)


def test_due_day_of_a_one_day_item_is_near_and_not_late():
    assert stand(0, MONDAY, start=MONDAY, due=MONDAY).status is Status.DUE_SOON


def test_without_dates_the_lamp_is_grey():
    assert stand(0, MONDAY, start=None, due=None).status is Status.NO_DATES
    assert stand(0, MONDAY, start=MONDAY, due=None).status.colour is Colour.GREY


def test_without_start_the_due_day_alone_counts():
    assert stand(0, MONDAY, start=None).status is Status.ON_SCHEDULE
    assert stand(0, date(2026, 3, 13), start=None).status is Status.DUE_SOON


def test_every_status_has_a_lamp_and_the_rule_names_the_thresholds():
    assert all(status.colour in Colour for status in Status)
    text = LIGHT_RULE % THRESHOLDS.rule_values()
    assert "30 points or more" in text
    assert "within 2 working days" in text


def test_thresholds_in_the_wrong_order_are_refused():
    with pytest.raises(ProgressError, match="not more than red"):
        Thresholds(yellow_gap=Decimal(30), red_gap=Decimal(10), near_days=2)


percentages = st.decimals(0, 100, places=1)
forests = st.lists(st.tuples(st.integers(0, 30), st.integers(0, 5), percentages), max_size=20).map(
    lambda rows: [
        Part(id=number + 1, parent=above % (number + 1) or None, weight=weight, progress=progress)
        for number, (above, weight, progress) in enumerate(rows)
    ]
)


@given(forests, st.randoms())
def test_order_of_input_is_irrelevant(parts, random):
    assert progress_of(parts) == progress_of(random.sample(parts, len(parts)))


@given(forests)
def test_a_whole_lies_between_its_least_and_its_furthest_part(parts):
    found = progress_of(parts)
    for whole in {part.parent for part in parts if part.parent}:
        values = [found[part.id] for part in parts if part.parent == whole]
        assert min(values) <= found[whole] <= max(values)


@given(forests)
def test_all_done_means_done(parts):
    done = [Part(id=part.id, parent=part.parent, weight=part.weight, progress=100) for part in parts]
    assert set(progress_of(done).values()) <= {100}


@given(st.dates(date(2024, 1, 1), date(2026, 1, 1)), st.integers(0, 400), st.integers(-20, 450))
def test_progress_by_the_calendar_only_grows(start, length, offset):
    due, today = date.fromordinal(start.toordinal() + length), date.fromordinal(start.toordinal() + offset)
    tomorrow = date.fromordinal(today.toordinal() + 1)
    now = expected_progress(start, due, today, CALENDAR)
    assert 0 <= now <= expected_progress(start, due, tomorrow, CALENDAR) <= 100
