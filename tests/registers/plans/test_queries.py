"""Lists, the wall chart, summaries, the calendar, and the plan as it stood on a day."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from zhenshu.registers.plans.acts import cancel_item, complete_item, edit_item
from zhenshu.registers.plans.models import PlanItem
from zhenshu.registers.plans.progress import Status
from zhenshu.registers.plans.queries import (
    PlanQuestion,
    by_leader,
    by_office,
    calendar_of,
    find_items,
    find_items_on,
    lamps_of,
)
from zhenshu.registers.plans.visibility import visible_items
from zhenshu.registers.plans.wall_chart import chart_rows


@pytest.fixture
def year(planning):
    """A goal of two tasks, one of them with a project of two milestones."""
    enforcement, safety = planning.offices["enforcement"], planning.offices["safety"]
    goal = planning.make("城市更新", "plans.goal")
    park = planning.make(
        "建设口袋公园3个", parent=goal, lead_office=enforcement, category="work_report",
        leader=planning.people["leader"], start=date(2023, 3, 1), due=date(2023, 9, 28),
    )  # fmt: skip
    fire = planning.make(
        "消防通道整治", parent=goal, lead_office=safety, category="livelihood", due=date(2023, 5, 10)
    )
    site = planning.make(
        "东浦公园", "plans.project", parent=park, lead_office=enforcement, due=date(2023, 9, 28)
    )
    first = planning.make("开工", "plans.milestone", parent=site, due=date(2023, 5, 10))
    last = planning.make("竣工", "plans.milestone", parent=site, due=date(2023, 9, 28))
    return goal, park, fire, site, first, last


def titles(items):
    return [item.title for item in items]


QUESTIONS = {
    "text": ({"text": "公园"}, {"建设口袋公园3个", "东浦公园"}),
    "level": ({"level": "milestone"}, {"开工", "竣工"}),
    "work": ({"level": "work"}, {"建设口袋公园3个", "消防通道整治", "东浦公园"}),
    "year": ({"year": 2022}, {"城市更新"}),
    "category": ({"category": "livelihood"}, {"消防通道整治"}),
    "kind": ({"kind": "plans.goal"}, {"城市更新"}),
    "lamp": ({"lamp": "red"}, {"建设口袋公园3个", "消防通道整治", "开工"}),
    "due": ({"due_from": date(2023, 9, 1)}, {"建设口袋公园3个", "东浦公园", "竣工"}),
    "overdue": ({"overdue": True, "level": "task"}, {"消防通道整治"}),
}


@pytest.mark.parametrize(("asked", "found"), QUESTIONS.values(), ids=QUESTIONS.keys())
def test_a_question_finds_what_it_asks(planning, year, asked, found):
    assert set(titles(find_items(PlanQuestion(**asked), planning.scopes["secretary"]))) == found
    tomorrow = planning.today + timedelta(days=1)
    assert set(titles(find_items_on(PlanQuestion(**asked), planning.scopes["secretary"], tomorrow))) == found


def test_an_office_is_found_as_lead_and_as_assisting(planning, year):
    edit_item(
        year[2], {"assisting": (planning.offices["petitions"].pk,)}, version=1, by=planning.scopes["leader"]
    )
    question = PlanQuestion(office=planning.offices["petitions"].pk)
    assert titles(find_items(question, planning.scopes["secretary"])) == ["消防通道整治"]


def test_a_question_shows_nobody_what_they_may_not_see(planning, year):
    assert titles(find_items(PlanQuestion(), planning.scopes["second_officer"])) == ["消防通道整治"]
    assert not find_items(PlanQuestion(), planning.scopes["uninvolved"]).exists()


# ── as it stood ───────────────────────────────────────────────────────────────────────────────────────


def test_the_plan_as_it_stood_on_a_day(planning, year):
    _goal, park, fire, *_rest = year
    leader = planning.scopes["leader"]
    planning.wait(days=10)
    edit_item(park, {"title": "建设口袋公园5个"}, version=1, by=leader, at=planning.now)
    cancel_item(fire, reason="并入", version=1, by=leader, at=planning.now)
    before, after = date(2023, 5, 20), date(2023, 5, 25)
    task = PlanQuestion(level="task")
    assert set(titles(find_items_on(task, leader, before))) == {"建设口袋公园3个", "消防通道整治"}
    assert titles(find_items_on(task, leader, after)) == ["建设口袋公园5个"]
    assert not find_items_on(task, leader, date(2023, 5, 14)).exists()


step = st.tuples(st.sampled_from(["edit", "report", "wait"]), st.integers(0, 2), st.integers(0, 100))


@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=st.lists(step, max_size=10))
def test_after_any_history_the_present_is_the_last_version_and_days_have_no_gaps(planning, steps):
    items = [planning.make(f"任务{n}", lead_office=planning.offices["enforcement"]) for n in range(3)]
    for what, which, number in steps:
        item = PlanItem.objects.get(pk=items[which].pk)
        if what == "wait":
            planning.wait(hours=number)
        elif what == "edit":
            said = {"title": f"任务{number}"}
            edit_item(item, said, version=item.version, by=planning.scopes["secretary"], at=planning.now)
        else:
            planning.report(item, number)
    for item in PlanItem.objects.filter(pk__in=[one.pk for one in items]):
        rows = list(item.versions.order_by("since", "pk"))
        assert (rows[-1].title, rows[-1].progress, rows[-1].until) == (item.title, item.progress, None)
        assert [row.until for row in rows[:-1]] == [row.since for row in rows[1:]]


# ── the wall chart ────────────────────────────────────────────────────────────────────────────────────


def test_the_wall_chart_has_a_row_per_project_and_nodes_in_it(planning, year):
    rows = chart_rows(PlanQuestion(), planning.scopes["secretary"], planning.today)
    assert [(row.number, row.item.title) for row in rows] == [(1, "东浦公园"), (2, "消防通道整治")]
    site, fire = rows
    nodes = [(node.title, node.standing.status) for node in site.nodes]
    assert nodes == [("开工", Status.OVERDUE), ("竣工", Status.ON_SCHEDULE)]
    assert (fire.category, fire.standing.status) == ("民生实事", Status.OVERDUE)


def test_a_row_tells_planned_actual_and_the_gap_with_the_words_of_the_week(planning):
    item = planning.project(assisting=(planning.offices["petitions"].pk,))
    planning.wait(days=28)
    planning.report(item, 30, "主体施工", difficulties="雨季", coordination="请水利站配合")
    (row,) = chart_rows(PlanQuestion(), planning.scopes["secretary"], planning.today)
    assert row.item.progress == 30
    assert row.planned is not None
    assert row.gap == 30 - row.planned
    assert (row.latest.line, row.latest.coordination, row.assisting) == (
        "主体施工",
        "请水利站配合",
        ("信访",),
    )


def test_the_wall_chart_asks_a_fixed_number_of_questions(planning, django_assert_max_num_queries):
    for _ in range(12):
        planning.project()
    with django_assert_max_num_queries(6):
        chart_rows(PlanQuestion(), planning.scopes["secretary"], planning.today)


# ── summaries ─────────────────────────────────────────────────────────────────────────────────────────


def test_offices_and_leaders_stand_by_name_and_are_not_ranked(planning, year):
    items = visible_items(planning.scopes["secretary"]).filter(level="task")
    offices = by_office(items)
    assert [one.name for one in offices] == sorted(one.name for one in offices)
    assert {one.name: (one.total, one.red) for one in offices} == {
        "应急管理办公室": (1, 1),
        "综合执法队": (1, 1),
    }
    assert [(one.name, one.total) for one in by_leader(items)] == [("欧阳正", 1), ("", 1)]


def test_lamps_count_open_items_and_those_done(planning, year):
    secretary = planning.scopes["secretary"]
    complete_item(year[4], on=planning.today, version=1, by=secretary, at=planning.now)
    counted = lamps_of(visible_items(secretary).filter(level="milestone"))
    assert counted == {"all": 2, "done": 1, "red": 0, "yellow": 0, "green": 1, "grey": 0}


def test_a_year_holds_what_overlaps_it_what_was_done_in_it_and_what_is_still_open(planning, year):
    """Open work goes with the years until it is done; what is done stays where it was."""
    secretary = planning.scopes["secretary"]
    asked = {number: PlanQuestion(year=number) for number in (2022, 2023, 2024)}
    before = {number: set(titles(find_items(one, secretary))) for number, one in asked.items()}
    assert before[2022] == {"城市更新"}  # open and without a day: of any year
    assert before[2023] == before[2024] == {item.title for item in year}
    done = complete_item(year[4], on=planning.today, version=1, by=secretary, at=planning.now)
    after = {number: set(titles(find_items(one, secretary))) for number, one in asked.items()}
    assert done.title in after[2023]
    assert after[2024] == before[2024] - {done.title}


def test_the_calendar_puts_milestones_first(planning, year):
    days = calendar_of(planning.scopes["secretary"], date(2023, 5, 1), date(2023, 5, 31))
    assert titles(days[date(2023, 5, 10)]) == ["开工", "消防通道整治"]
    assert list(days) == [date(2023, 5, 10)]
