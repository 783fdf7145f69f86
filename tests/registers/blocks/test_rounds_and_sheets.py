"""Who is due for a visit, what was missed, and how a failed item of a sheet becomes a matter."""

from __future__ import annotations

from datetime import date

import pytest

from zhenshu.ground.worktime.calendars import WorkCalendar
from zhenshu.ground.worktime.limits import parse_limit
from zhenshu.registers.blocks.acts import withdraw_record
from zhenshu.registers.blocks.checklists import Answer, add_answers, fill_sheet
from zhenshu.registers.blocks.errors import RecordInvalidError, RecordStateError
from zhenshu.registers.blocks.models import Record
from zhenshu.registers.blocks.raising import raise_case
from zhenshu.registers.blocks.rounds import due_visits, log_visit, missed_since, next_due
from zhenshu.registers.blocks.ties import bind
from zhenshu.registers.cases.models import Case

CALENDAR = WorkCalendar()


@pytest.mark.parametrize(
    ("last", "limit", "due"),
    [
        (date(2023, 5, 3), "30 日", date(2023, 6, 2)),
        (date(2023, 4, 21), "5 工作日", date(2023, 4, 27)),  # 23 April, a Sunday, was worked (调休)
        (date(2023, 1, 31), "1 个月", date(2023, 2, 28)),
        (date(2023, 9, 28), "1 工作日", date(2023, 10, 7)),  # the National Day holiday lies between
    ],
)
def test_the_next_visit_falls_due_by_the_working_calendar(last, limit, due):
    assert next_due(last, parse_limit(limit), CALENDAR) == due


@pytest.mark.parametrize(
    ("due", "today", "limit", "missed"),
    [
        (date(2023, 6, 2), date(2023, 6, 2), "30 日", 0),
        (date(2023, 6, 2), date(2023, 6, 3), "30 日", 1),
        (date(2023, 6, 2), date(2023, 7, 2), "30 日", 1),
        (date(2023, 6, 2), date(2023, 7, 3), "30 日", 2),
        (date(2023, 6, 9), date(2023, 6, 16), "5 工作日", 1),
        (date(2023, 6, 9), date(2023, 6, 17), "5 工作日", 2),
        (date(2023, 1, 31), date(2023, 3, 1), "1 个月", 2),
    ],
)
def test_a_visit_is_missed_once_its_day_is_over_and_again_each_full_round(due, today, limit, missed):
    assert missed_since(due, today, parse_limit(limit), CALENDAR) == missed


@pytest.mark.django_db
def test_only_those_among_whom_the_round_is_held_are_due_each_by_its_own_frequency(makes, kinds):
    red = makes.one("firm", "红厂", colour="red")
    blue = makes.one("firm", "蓝厂", colour="blue")
    makes.one("firm", "未评级")
    makes.one("firm", "别村的厂", colour="red", area=makes.town.grids[2])
    visit, scope = kinds["visit"], makes.scopes["grid_worker"]
    log_visit(visit, red, {"people": 1}, day=date(2023, 5, 4), by=scope)
    kept = log_visit(visit, red, {}, day=date(2023, 6, 1), by=scope)
    found = {one.subject: one for one in due_visits(visit, scope, today=date(2023, 6, 6))}
    assert found.keys() == {red, blue}
    assert (found[red].last, found[red].due, found[red].basis) == (kept.day, date(2023, 6, 8), "红色加密")
    assert found[blue].last is None
    assert found[blue].due == date(2023, 1, 31)
    assert found[blue].missed == 5
    withdraw_record(kept, version=1, reason="未去", by=makes.scopes["officer"])
    again = {one.subject: one for one in due_visits(visit, scope, today=date(2023, 6, 6))}
    assert again[red].last == date(2023, 5, 4)


@pytest.mark.django_db
def test_who_is_bound_to_visit_stands_beside_the_subject(makes, kinds, people):
    firm = makes.one("firm", "红厂", colour="red")
    bind(kinds["sponsor"], firm.pk, people["officer"].pk, since=date(2023, 5, 1), by=makes.scopes["leader"])
    (due,) = due_visits(kinds["visit"], makes.scopes["officer"], today=date(2023, 6, 6))
    assert due.holder == people["officer"]


@pytest.mark.django_db
def test_a_problem_found_on_a_visit_is_a_matter_about_the_same_subject(makes, kinds):
    firm = makes.one("firm", "红厂", colour="red")
    officer = makes.scopes["officer"]
    kept = log_visit(kinds["visit"], firm, {"found": "是"}, day=date(2023, 5, 4), by=officer)
    case = raise_case(kept, "blocks.hazard", "通道堵塞", by=officer)
    assert (case.subject_id, case.area_id) == (firm.pk, firm.area_id)
    assert case.came_from.record == kept
    with pytest.raises(RecordStateError):
        raise_case(kept, "grid.event", "别的事", by=officer)


@pytest.mark.django_db
def test_each_failed_item_becomes_one_matter_whoever_fills_the_sheet(makes, kinds, offices):
    firm = makes.one("firm", "甲厂", colour="red")
    first, second = makes.scopes["officer"], makes.scopes["second_officer"]
    answers = {"exits": Answer("fail", "堆放杂物"), "duty": Answer("pass")}
    kept = fill_sheet(kinds["sheet"], answers, subject=firm.pk, day=date(2023, 5, 4), by=first)
    assert kept.fields["failed"] == 1
    case = kept.raised.get(item="exits").case
    assert (case.title, case.subject_id) == ("通道畅通", firm.pk)
    assert "消防法第二十八条" in case.description
    assert "堆放杂物" in case.description
    more = {"power": Answer("fail", "线路老化"), "exits": Answer("pass")}
    kept = add_answers(kept, more, version=kept.version, by=second)
    assert kept.detail["answers"]["exits"]["result"] == "fail"  # answered once, it stays
    assert kept.detail["answers"]["power"]["by"] == second.name
    assert kept.fields["failed"] == 2
    assert Case.objects.count() == 2
    shares = kept.raised.get(item="power").case.assignments.values_list("office", flat=True)
    assert list(shares) == [offices["safety"].pk]


@pytest.mark.django_db
def test_a_sheet_with_a_wrong_answer_leaves_no_sheet_and_no_matter(makes, kinds):
    firm = makes.one("firm", "甲厂", colour="red")
    for answers in ({"exits": Answer("fail")}, {"exits": Answer("maybe")}, {"nothing": Answer("pass")}, {}):
        with pytest.raises(RecordInvalidError):
            fill_sheet(
                kinds["sheet"], answers, subject=firm.pk, day=date(2023, 5, 4), by=makes.scopes["officer"]
            )
    assert not Record.objects.exists()
    assert not Case.objects.exists()
