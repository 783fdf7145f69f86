"""Lists show exactly what somebody may see, in order, page by page, with few questions."""

from __future__ import annotations

from datetime import timedelta

import pytest

from zhenshu.registers.cases.models import Case
from zhenshu.registers.cases.queries import (
    FILTERS,
    SORTS,
    TILES,
    count_of,
    open_counts,
    page_of,
    read_query,
    tile_query,
)
from zhenshu.registers.cases.visibility import may_see, visible_cases

PEOPLE = (
    "dispatcher", "grid_worker", "officer", "colleague", "second_officer", "leader", "secretary",
    "administrator",
    "viewer", "far_worker", "far_dispatcher", "uninvolved",
)  # fmt: skip


@pytest.fixture
def many(loop):
    """Cases in every area, stage and kind; shared, secret, parked, paused, supervised, closed."""
    for number, area in enumerate((*loop.town.micro_grids, *loop.town.villages, loop.town.town)):
        kind = ("loop.full", "loop.secret", "loop.quick")[number % 3]
        by = ("dispatcher", "uninvolved", "officer")[number % 3]
        loop.open(kind, by=by, area=area.pk, title=f"第{number}件", priority=("normal", "urgent")[number % 2])
    for stage in ("dispatched", "handling", "answered", "closed"):
        loop.until(stage, assist=("safety",))
    paused = loop.until("handling")
    loop.take(paused, "pause", by="officer", reason="weather", opinion="雨")
    parked = loop.until("handling", assist=("petitions",))
    loop.take(parked, "park", by="leader", opinion="无资金")
    taken = loop.until("dispatched", assist=("safety",))
    loop.take(taken, "take_back", by="dispatcher", opinion="误派")
    ordered = loop.until("handling")
    loop.take(ordered, "supervise", by="leader", opinion="尽快", office=loop.offices["services"])
    loop.take(ordered, "ask_extension", by="officer", opinion="等材料")
    return loop


@pytest.mark.parametrize("name", PEOPLE)
def test_page_rule_and_single_question_agree(many, name):
    """One visibility rule: the list, the query set and the check of one case give the same."""
    scope = many.scopes[name]
    seen = {case.pk for case in Case.objects.prefetch_related("assignments") if may_see(case, scope)}
    assert set(visible_cases(scope).values_list("pk", flat=True)) == seen
    listed = page_of(scope, read_query({"state": "all"}), size=100, now=many.now).cases
    assert {case.pk for case in listed} == seen
    assert count_of(scope, read_query({"state": "all"})) == len(seen)


FILTERED = [
    {}, {"state": "closed"}, {"state": "all", "sort": "oldest"}, {"clock": "overdue"}, {"clock": "near"},
    {"clock": "normal"}, {"clock": "today"}, {"stage": "handling"}, {"kind": "loop"}, {"kind": "loop.secret"},
    {"priority": "urgent", "state": "all"}, {"parked": "1"}, {"paused": "1"}, {"supervised": "1"},
    {"undecided": "extension"}, {"undecided": "any"},
    {"opened_from": "2023-05-15", "opened_to": "2023-05-15"},
    {"state": "closed", "closed_from": "2023-05-15", "closed_to": "2023-05-15"},
    {"in_time": "1", "state": "all"},
    {"text": "第3"}, {"text": "路灯", "state": "all"}, {"outcome": "resolved", "state": "all"},
    {"clock": "odd"},
    {"office": "not a number"}, {"opened_from": "yesterday"}, {"area": "99999999999999999999"},
    {"returned": "1"},
]  # fmt: skip


@pytest.mark.parametrize("raw", FILTERED, ids=str)
def test_filters_narrow_what_is_seen(many, raw):
    for name in ("dispatcher", "grid_worker", "officer", "second_officer"):
        scope, query = many.scopes[name], read_query(raw)
        now = many.now + timedelta(days=2)
        wanted = visible_cases(scope).filter(query.condition(now))
        if query.text:
            wanted = wanted.filter(title__contains=query.text)
        expected = set(wanted.values_list("pk", flat=True))
        assert {case.pk for case in page_of(scope, query, size=100, now=now).cases} == expected
        assert count_of(scope, query, now=now) == len(expected)


def test_an_area_filter_takes_in_everything_below(many):
    scope, village = many.scopes["leader"], many.town.villages[0]
    found = page_of(scope, read_query({"area": str(village.pk), "state": "all"}), size=100).cases
    assert {case.village_id for case in found} == {village.pk}
    assert len(found) == Case.objects.filter(village_id=village.pk, confidential=False).count()


@pytest.mark.parametrize("state", ["open", "all"])
@pytest.mark.parametrize("sort", SORTS)
@pytest.mark.parametrize("name", ["dispatcher", "officer", "second_officer"])
def test_pages_follow_one_another_without_gap_or_double(many, name, sort, state):
    query = read_query({"sort": sort, "state": state})
    whole = [case.pk for case in page_of(many.scopes[name], query, size=100).cases]
    walked, mark = [], ""
    while True:
        page = page_of(many.scopes[name], query, after=mark, size=3)
        walked += [case.pk for case in page.cases]
        mark = page.after
        if not mark:
            break
    assert walked == whole


def test_the_open_list_begins_with_what_is_due_first(many):
    cases = page_of(many.scopes["dispatcher"], read_query({}), size=100).cases
    dues = [case.due_at for case in cases if case.due_at]
    assert dues == sorted(dues)
    assert [case.due_at for case in cases[len(dues) :]] == [None] * (len(cases) - len(dues))


@pytest.mark.parametrize("name", PEOPLE)
def test_every_tile_counts_the_list_it_opens(many, name):
    scope, now = many.scopes[name], many.now + timedelta(days=2)
    counts = open_counts(scope, now=now)
    assert set(counts) == {*TILES, "mine", "reported"}
    for tile, number in counts.items():
        assert number == len(page_of(scope, tile_query(tile, scope), size=100, now=now).cases), tile


@pytest.mark.parametrize("name", PEOPLE)
def test_a_page_asks_few_questions(many, django_assert_max_num_queries, name):
    with django_assert_max_num_queries(8):
        for case in page_of(many.scopes[name], read_query({}), size=50).cases:
            assert case.area.name
            assert case.lead_office is None or case.lead_office.name


def test_a_number_is_found_at_once(many):
    case = many.open(source="12345", source_number="GD20230515001")
    for text in (case.number, case.number.upper(), "GD20230515001"):
        page = page_of(many.scopes["dispatcher"], read_query({"text": text, "state": "all"}))
        assert ([found.pk for found in page.cases], page.bounded) == ([case.pk], False)


def test_nonsense_marks_and_parameters_start_at_the_beginning(many):
    scope = many.scopes["dispatcher"]
    first = page_of(scope, read_query({"sort": "up", "state": "gone", "unknown": "1"}), after="~x", size=3)
    assert [c.pk for c in first.cases] == [c.pk for c in page_of(scope, read_query({}), size=3).cases]


def test_every_filter_is_tried_here():
    tried = {name for raw in FILTERED for name in raw} | {"area"}
    equalities = {
        "category",
        "channel",
        "solved",
        "satisfied",
        "handler",
        "reporter",
        "subject",
        "parent",
        "extended",
        "reopened",
    }
    assert set(FILTERS) - tried <= equalities
