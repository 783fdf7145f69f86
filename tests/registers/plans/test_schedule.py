"""Schedules keep every link, move nothing twice, and say what moves and what breaks."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zhenshu.ground.worktime import WorkCalendar
from zhenshu.registers.plans.schedule import (
    Breach,
    CircleError,
    Dates,
    Item,
    ItemKind,
    Link,
    MissingItemError,
    PlanError,
    Reason,
    schedule_backward,
    schedule_forward,
    slack,
)

CALENDAR = WorkCalendar()
MONDAY, TUESDAY, FRIDAY = date(2026, 3, 2), date(2026, 3, 3), date(2026, 3, 6)
NEXT_MONDAY = date(2026, 3, 9)


def item(number, *, after=(), **fields):
    links = tuple(link if isinstance(link, Link) else Link(link) for link in after)
    return Item(id=number, predecessors=links, **fields)


def dates_of(schedule):
    return {number: (dates.start, dates.due) for number, dates in schedule.dates.items()}


def applied(items, schedule):
    """The items with the dates of the schedule written into them."""
    return [
        replace(each, start=schedule.dates[each.id].start, due=schedule.dates[each.id].due)
        if each.id in schedule.dates
        else each
        for each in items
    ]


# --- forwards ----------------------------------------------------------------------------------------


def test_successor_begins_on_the_working_day_after():
    schedule = schedule_forward([item(1, start=MONDAY, duration=5), item(2, after=[1], duration=2)], CALENDAR)
    assert dates_of(schedule) == {1: (MONDAY, FRIDAY), 2: (NEXT_MONDAY, date(2026, 3, 10))}


def test_work_runs_across_the_spring_festival_and_its_make_up_day():
    schedule = schedule_forward([item(1, start=date(2026, 2, 13), duration=3)], CALENDAR)
    assert dates_of(schedule) == {1: (date(2026, 2, 13), date(2026, 2, 24))}


@pytest.mark.parametrize(
    ("lag", "start"), [(0, TUESDAY), (2, date(2026, 3, 5)), (5, date(2026, 3, 10)), (-1, MONDAY)]
)
def test_lag_in_working_days(lag, start):
    items = [item(1, start=MONDAY, duration=1), item(2, after=[Link(1, lag)], duration=1)]
    assert schedule_forward(items, CALENDAR).dates[2].start == start


def test_wish_later_than_the_predecessors_is_kept():
    items = [item(1, start=MONDAY, duration=1), item(2, after=[1], start=FRIDAY, duration=1)]
    assert schedule_forward(items, CALENDAR).dates[2].start == FRIDAY


def test_start_on_a_rest_day_moves_to_the_next_working_day():
    schedule = schedule_forward([item(1, start=date(2026, 3, 7), duration=1)], CALENDAR)
    assert schedule.dates[1] == Dates(NEXT_MONDAY, NEXT_MONDAY)
    assert schedule.moves[0].before == Dates(date(2026, 3, 7), None)


def test_duration_is_read_from_the_dates_when_not_given():
    items = [item(1, start=MONDAY, duration=5), item(2, after=[1], start=MONDAY, due=FRIDAY)]
    assert schedule_forward(items, CALENDAR).dates[2] == Dates(NEXT_MONDAY, date(2026, 3, 13))


def test_milestone_falls_on_the_day_its_last_predecessor_ends():
    items = [
        item(1, start=MONDAY, duration=5),
        item(2, start=MONDAY, duration=2),
        item(3, kind=ItemKind.MILESTONE, after=[1, 2]),
        item(4, after=[3], duration=1),
    ]
    schedule = schedule_forward(items, CALENDAR)
    assert schedule.dates[3] == Dates(FRIDAY, FRIDAY)
    assert schedule.dates[4] == Dates(NEXT_MONDAY, NEXT_MONDAY)


def test_milestone_without_predecessors_keeps_its_day():
    schedule = schedule_forward([item(1, kind=ItemKind.MILESTONE, start=FRIDAY, due=FRIDAY)], CALENDAR)
    assert schedule.dates[1] == Dates(FRIDAY, FRIDAY)
    assert schedule.moves == ()


def test_parent_spans_its_children():
    items = [
        item(1, kind=ItemKind.GOAL, start=date(2026, 1, 1), due=date(2026, 1, 2)),
        item(2, parent=1, start=MONDAY, duration=1),
        item(3, parent=1, start=TUESDAY, duration=4),
    ]
    assert schedule_forward(items, CALENDAR).dates[1] == Dates(MONDAY, FRIDAY)


def test_what_a_parent_waits_for_all_its_parts_wait_for():
    items = [
        item(1, start=MONDAY, duration=5),
        item(2, after=[1]),
        item(3, parent=2, duration=1),
        item(4, parent=2, duration=1, start=MONDAY),
        item(5, after=[2], duration=1),
    ]
    schedule = schedule_forward(items, CALENDAR)
    assert schedule.dates[3].start == schedule.dates[4].start == NEXT_MONDAY
    assert schedule.dates[5].start == date(2026, 3, 10)


def test_fixed_item_stays_and_its_broken_link_is_reported():
    items = [item(1, start=MONDAY, duration=5), item(2, after=[1], start=TUESDAY, due=TUESDAY, fixed=True)]
    schedule = schedule_forward(items, CALENDAR)
    assert schedule.dates[2] == Dates(TUESDAY, TUESDAY)
    assert schedule.breaches == (Breach(2, Reason.PREDECESSOR, 4, 1),)


def test_broken_promise_is_reported_in_working_days():
    items = [item(1, start=MONDAY, duration=5), item(2, after=[1], duration=2, promised=FRIDAY)]
    assert schedule_forward(items, CALENDAR).breaches == (Breach(2, Reason.PROMISE, 2),)


def test_promise_of_a_parent_is_watched_too():
    items = [item(1, promised=FRIDAY), item(2, parent=1, start=MONDAY, duration=6)]
    assert schedule_forward(items, CALENDAR).breaches == (Breach(1, Reason.PROMISE, 1),)


def test_items_without_any_date_are_named_and_bound_nobody():
    items = [item(1), item(2, after=[1], start=MONDAY, duration=1), item(3), item(4, parent=3)]
    schedule = schedule_forward(items, CALENDAR)
    assert schedule.unscheduled == (1, 3, 4)
    assert dates_of(schedule) == {2: (MONDAY, MONDAY)}


def test_moves_name_before_and_after_and_nothing_else():
    items = [item(1, start=MONDAY, due=FRIDAY), item(2, after=[1], start=MONDAY, due=MONDAY)]
    (move,) = schedule_forward(items, CALENDAR).moves
    assert (move.item, move.before, move.after) == (2, Dates(MONDAY, MONDAY), Dates(NEXT_MONDAY, NEXT_MONDAY))


def test_no_items_no_schedule():
    schedule = schedule_forward([], CALENDAR)
    assert (schedule.dates, schedule.moves, schedule.unscheduled) == ({}, (), ())


# --- backwards ---------------------------------------------------------------------------------------


def test_backwards_from_the_promised_date_over_working_days():
    """Mid-Autumn is 25 to 27 September, National Day 1 to 7 October; Saturday the 10th is worked."""
    items = [
        item(1, promised=date(2026, 10, 10)),
        item(2, parent=1, duration=3),
        item(3, parent=1, after=[2], duration=5),
    ]
    schedule = schedule_backward(items, CALENDAR)
    assert schedule.dates[3] == Dates(date(2026, 9, 29), date(2026, 10, 10))
    assert schedule.dates[2] == Dates(date(2026, 9, 23), date(2026, 9, 28))
    assert schedule.dates[1] == Dates(date(2026, 9, 23), date(2026, 10, 10))


def test_promise_on_a_rest_day_is_kept_the_working_day_before():
    schedule = schedule_backward([item(1, duration=1, promised=date(2026, 3, 8))], CALENDAR)
    assert schedule.dates[1].due == FRIDAY


def test_lag_and_milestone_backwards():
    items = [
        item(1, duration=2),
        item(2, kind=ItemKind.MILESTONE, after=[Link(1, 1)], promised=FRIDAY),
    ]
    schedule = schedule_backward(items, CALENDAR)
    assert schedule.dates[2] == Dates(FRIDAY, FRIDAY)
    assert schedule.dates[1] == Dates(date(2026, 3, 4), date(2026, 3, 5))


def test_without_promise_an_item_keeps_its_own_dates():
    schedule = schedule_backward([item(1, start=MONDAY, due=FRIDAY)], CALENDAR)
    assert schedule.dates[1] == Dates(MONDAY, FRIDAY)
    assert schedule_backward([item(1, duration=3)], CALENDAR).unscheduled == (1,)


def test_slack_is_the_room_between_the_two_schedules():
    items = [
        item(1, start=MONDAY, duration=2),
        item(2, start=MONDAY, duration=1),
        item(3, after=[1, 2], duration=1, promised=FRIDAY),
    ]
    early, late = schedule_forward(items, CALENDAR), schedule_backward(items, CALENDAR)
    assert slack(early, late, CALENDAR) == {1: 2, 2: 3, 3: 2}


def test_slack_is_negative_when_the_promise_can_not_be_kept():
    items = [item(1, start=MONDAY, duration=7, promised=FRIDAY)]
    room = slack(schedule_forward(items, CALENDAR), schedule_backward(items, CALENDAR), CALENDAR)
    assert room == {1: -2}


# --- refusals ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("way", [schedule_forward, schedule_backward])
def test_circle_is_named(way):
    items = [
        item(1, name="征地", after=[3]),
        item(2, name="开工", after=[1]),
        item(3, name="验收", after=[2]),
        item(4, name="移交", after=[3]),
    ]
    with pytest.raises(CircleError, match="征地") as caught:
        way(items, CALENDAR)
    assert set(caught.value.circle) == {1, 2, 3}
    assert "移交" not in str(caught.value)


@pytest.mark.parametrize("way", [schedule_forward, schedule_backward])
def test_part_that_waits_for_its_own_whole_is_a_circle(way):
    with pytest.raises(CircleError, match="in a circle"):
        way([item(1), item(2, parent=1, after=[1])], CALENDAR)


def test_item_that_waits_for_itself():
    with pytest.raises(CircleError, match="收尾 → 收尾"):
        schedule_forward([item(1, name="收尾", after=[1])], CALENDAR)


def test_parents_in_a_circle():
    with pytest.raises(CircleError, match="in a circle"):
        schedule_forward([item(1, parent=2), item(2, parent=1)], CALENDAR)


@pytest.mark.parametrize("fields", [{"after": [9]}, {"parent": 9}])
def test_unknown_item_is_named(fields):
    with pytest.raises(MissingItemError, match="修路 refers to item 9"):
        schedule_forward([item(1, name="修路", **fields)], CALENDAR)


def test_impossible_items_are_refused():
    with pytest.raises(PlanError, match="-1 working days"):
        item(1, duration=-1)
    with pytest.raises(PlanError, match="after it is due"):
        item(1, start=FRIDAY, due=MONDAY)


# --- properties --------------------------------------------------------------------------------------

some_day = st.dates(date(2024, 1, 1), date(2026, 6, 30))


@st.composite
def plans(draw):
    """Trees of depth up to three with links that only lead from lower to higher leaf numbers.

    Whole branches are numbered in a row, so that links between branches can't close a circle either.
    """
    parents = draw(st.lists(st.integers(0, 3), min_size=1, max_size=12))
    items = [item(branch, promised=draw(st.none() | some_day)) for branch in sorted(set(parents))]
    numbered = sorted(100 + 100 * branch + place for place, branch in enumerate(parents))
    for number in numbered:
        lower = [other for other in numbered if other < number]
        below = [branch for branch in set(parents) if branch < number // 100 - 1]
        chosen = draw(st.lists(st.sampled_from(lower + below), max_size=3, unique=True)) if lower else []
        items.append(draw_leaf(draw, number, [Link(other, draw(st.integers(-3, 9))) for other in chosen]))
    return items


def draw_leaf(draw, number, links):
    milestone = draw(st.booleans())
    return item(
        number,
        parent=number // 100 - 1,
        after=links,
        kind=ItemKind.MILESTONE if milestone else ItemKind.TASK,
        duration=0 if milestone else draw(st.integers(1, 60)),
        start=draw(st.none() | some_day),
        promised=draw(st.none() | some_day),
    )


def begins(each, dates):
    """The working-day position an item begins at: a milestone where its day ends."""
    day = dates.start if each.duration or each.duration is None else dates.due + timedelta(days=1)
    return CALENDAR.working_days_before(day)


def ends(dates):
    return CALENDAR.working_days_before(dates.due + timedelta(days=1))


def leaves_under(items, number):
    parts = [each for each in items if each.parent == number]
    return parts or [each for each in items if each.id == number]


def links_kept(items, schedule):
    for each in items:
        for link in each.predecessors:
            sources = [leaf for leaf in leaves_under(items, link.predecessor) if leaf.id in schedule.dates]
            if each.id in schedule.dates:
                begin = begins(each, schedule.dates[each.id])
                yield from (begin >= ends(schedule.dates[leaf.id]) + link.lag for leaf in sources)


@given(plans())
def test_no_predecessor_is_violated_forwards(items):
    schedule = schedule_forward(items, CALENDAR)
    assert all(links_kept(items, schedule))
    assert not [breach for breach in schedule.breaches if breach.reason is Reason.PREDECESSOR]


@given(plans())
def test_no_predecessor_and_no_promise_is_violated_backwards(items):
    schedule = schedule_backward(items, CALENDAR)
    assert all(links_kept(items, schedule))
    bounded = [each for each in items if each.id in schedule.dates and each.promised]
    assert all(schedule.dates[each.id].due <= each.promised for each in bounded if each.parent is not None)


@given(plans(), st.randoms())
def test_order_of_input_is_irrelevant(items, random):
    mixed = random.sample(items, len(items))
    assert schedule_forward(items, CALENDAR) == schedule_forward(mixed, CALENDAR)
    assert schedule_backward(items, CALENDAR) == schedule_backward(mixed, CALENDAR)


@given(plans(), st.sampled_from([schedule_forward, schedule_backward]))
def test_scheduling_again_moves_nothing(items, way):
    first = way(items, CALENDAR)
    again = way(applied(items, first), CALENDAR)
    assert again.dates == first.dates
    assert again.moves == ()


@given(plans())
def test_forwards_nothing_starts_before_its_wish(items):
    schedule = schedule_forward(items, CALENDAR)
    tasks = [
        each for each in items if each.start and each.kind is ItemKind.TASK and each.id in schedule.dates
    ]
    assert all(schedule.dates[each.id].start >= each.start for each in tasks)


@given(plans())
def test_parents_hold_exactly_their_children(items):
    for way in (schedule_forward, schedule_backward):
        schedule = way(items, CALENDAR)
        for whole in {each.parent for each in items if each.parent is not None} & set(schedule.dates):
            parts = [
                schedule.dates[leaf.id] for leaf in leaves_under(items, whole) if leaf.id in schedule.dates
            ]
            last = max(part.due for part in parts)
            if any(each.parent == whole and each.kind is not ItemKind.MILESTONE for each in items):
                assert schedule.dates[whole].due == last
            else:
                assert schedule.dates[whole].due >= last


def test_milestones_within_an_item_do_not_say_how_long_it_takes():
    project = item(1, kind=ItemKind.PROJECT, start=date(2023, 5, 15), due=date(2023, 7, 14))
    start = item(2, kind=ItemKind.MILESTONE, parent=1, due=date(2023, 5, 24))
    assert schedule_forward([project, start], CALENDAR).dates[1] == Dates(
        date(2023, 5, 15), date(2023, 7, 14)
    )


@given(plans(), st.integers(1, 20))
def test_later_start_never_makes_anything_earlier(items, days):
    before = schedule_forward(items, CALENDAR)
    later = [replace(each, start=each.start + timedelta(days=days)) if each.start else each for each in items]
    after = schedule_forward(later, CALENDAR)
    assert all(after.dates[number].due >= dates.due for number, dates in before.dates.items())


@given(plans())
def test_every_item_is_either_dated_or_named_as_unscheduled(items):
    schedule = schedule_forward(items, CALENDAR)
    assert sorted([*schedule.dates, *schedule.unscheduled]) == sorted(each.id for each in items)
