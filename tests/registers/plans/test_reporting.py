"""Weekly progress, the life of a project, investment."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from zhenshu.ground.ledger.history import entries_of
from zhenshu.registers.plans.errors import (
    PlanInvalidError,
    PlanNotAllowedError,
    PlanNotFoundError,
    PlanStateError,
)
from zhenshu.registers.plans.models import Investment, PlanItem, ProgressEntry, State
from zhenshu.registers.plans.progress import Part, progress_of
from zhenshu.registers.plans.queries import investment_of, without_progress
from zhenshu.registers.plans.relighting import relight
from zhenshu.registers.plans.reporting import life_of, record_life_stage, set_investment


def test_a_report_is_one_line_and_a_percent_of_its_week(planning, fresh):
    item = planning.project()
    planning.wait(days=2)
    entry = planning.report(item, 12.5, "完成清表", difficulties="管线迁改未定", coordination="请供电配合")
    assert (entry.week, entry.percent, entry.office) == (date(2023, 5, 15), Decimal("12.5"), "综合执法队")
    item = fresh(item)
    assert (item.progress, item.note, item.difficulties) == (Decimal("12.5"), "完成清表", "管线迁改未定")
    assert entries_of("plans.planitem", item.pk).last().action == "plan.reported"


def test_reports_of_one_week_all_stay(planning):
    item = planning.project()
    planning.report(item, 10)
    planning.report(item, 20)
    assert [entry.percent for entry in ProgressEntry.objects.filter(item=item)] == [20, 10]


@pytest.mark.parametrize(
    ("percent", "line", "field"),
    [
        (101, "好", "percent"),
        (-1, "好", "percent"),
        (50, "  ", "line"),
        (50, "长" * 301, "line"),
        ("NaN", "好", "percent"),
    ],
)
def test_a_report_that_cannot_be_right_is_refused(planning, percent, line, field):
    item = planning.project()
    with pytest.raises(PlanInvalidError) as refused:
        planning.report(item, percent, line)
    assert field in refused.value.problems
    assert not ProgressEntry.objects.exists()


def test_an_item_with_parts_takes_words_but_no_percent(planning, fresh):
    task = planning.make("任务", lead_office=planning.offices["enforcement"])
    planning.report(planning.make("甲", parent=task), 30)
    with pytest.raises(PlanInvalidError):
        planning.report(task, 90)
    planning.report(task, None, "总体可控")
    assert (fresh(task).progress, fresh(task).note) == (30, "总体可控")


def test_an_assisting_office_reports_and_a_stranger_does_not(planning):
    item = planning.project(assisting=(planning.offices["petitions"].pk,))
    planning.report(item, 5, by="assistant")
    with pytest.raises(PlanNotFoundError):
        planning.report(item, 6, by="uninvolved")
    with pytest.raises(PlanNotAllowedError):
        planning.report(item, 6, by="dispatcher")


def test_a_report_on_a_part_leaves_the_version_of_the_whole(planning, fresh):
    """Somebody who edits the goal meanwhile is not turned away by progress that climbs up."""
    goal = planning.make("目标", "plans.goal")
    part = planning.make("任务", parent=goal, lead_office=planning.offices["enforcement"])
    planning.report(part, 60)
    assert (fresh(goal).progress, fresh(goal).version) == (60, 1)
    assert entries_of("plans.planitem", goal.pk).last().action == "plan.rolled_up"


tree = st.lists(st.tuples(st.integers(0, 7), st.integers(0, 3), st.integers(0, 1000)), min_size=1, max_size=8)


@settings(
    max_examples=25,
    deadline=None,
    phases=[Phase.explicit, Phase.reuse, Phase.generate],
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(rows=tree)
def test_after_any_reports_the_whole_tree_says_what_the_rule_says(planning, rows):
    made = [planning.make("目标", "plans.task", lead_office=planning.offices["enforcement"])]
    for above, weight, _percent in rows:
        parent = made[above % min(len(made), 5)]
        made.append(planning.make(f"任务{len(made)}", parent=parent, weight=Decimal(weight)))
    parents = {item.parent_id for item in made}
    for item, (_above, _weight, tenths) in zip(made[1:], rows, strict=True):
        if item.pk not in parents:
            planning.report(item, tenths / 10)
    stored = PlanItem.objects.filter(root_id=made[0].pk)
    rule = progress_of(
        Part(id=one.pk, parent=one.parent_id, weight=one.weight, progress=one.entered) for one in stored
    )
    assert {one.pk: one.progress for one in stored} == rule


# ── who did not report ────────────────────────────────────────────────────────────────────────────────


def test_items_nobody_reported_on_this_week(planning):
    silent, told = planning.project(), planning.project()
    planning.project(start=date(2023, 9, 1), due=date(2023, 12, 1))
    planning.make("节点", "plans.milestone", parent=told, due=date(2023, 6, 1))
    planning.make("节点", "plans.milestone", due=date(2023, 6, 1))
    planning.report(told, None, "正常")
    assert list(without_progress(planning.scopes["secretary"], planning.today)) == [silent]
    planning.wait(days=7)
    assert not ProgressEntry.objects.filter(item=silent).exists()


# ── lamps ─────────────────────────────────────────────────────────────────────────────────────────────


def test_the_lamp_turns_as_days_pass_and_each_turn_is_in_the_ledger(planning, fresh):
    item = planning.project()
    assert fresh(item).lamp == "green"
    seen = []
    for days in (0, 14, 10, 40):
        planning.wait(days=days)
        relight(planning.now)
        seen.append((fresh(item).lamp, fresh(item).status))
    assert seen == [
        ("green", "On schedule"), ("red", "Far behind"), ("red", "Far behind"), ("red", "Overdue"),
    ]  # fmt: skip
    assert fresh(item).overdue
    assert fresh(item).version == 1
    turns = [entry.changes for entry in entries_of("plans.planitem", item.pk) if entry.action == "plan.relit"]
    assert [turn["status"] for turn in turns] == [["On schedule", "Far behind"], ["Far behind", "Overdue"]]


def test_relighting_twice_a_day_changes_nothing(planning):
    planning.project()
    planning.wait(days=30)
    assert relight(planning.now) == 1
    assert relight(planning.now) == 0


# ── the life of a project ─────────────────────────────────────────────────────────────────────────────


def live(planning, item, stage, on):
    item = PlanItem.objects.get(pk=item.pk)
    day = on and date.fromisoformat(on)
    return record_life_stage(
        item, stage, day, version=item.version, by=planning.scopes["officer"], at=planning.now
    )


def test_the_life_of_a_project_tells_how_long_each_stage_took(planning):
    item = planning.project()
    for stage, on in (("lead", "2023-01-10"), ("signed", "2023-02-01"), ("started", "2023-05-02")):
        item = live(planning, item, stage, on)
    assert item.stage == "started"
    told = {stage.code: stage.days for stage in life_of(item, planning.today)}
    assert (told["lead"], told["signed"], told["started"], told["producing"]) == (22, 90, 13, None)


@pytest.mark.parametrize(
    ("stage", "on"),
    [("started", "2023-01-15"), ("lead", "2023-03-01"), ("building", "2023-05-16"), ("sold", "2023-03-01")],
)
def test_a_stage_against_the_order_or_to_come_is_refused(planning, stage, on):
    item = live(planning, planning.project(), "signed", "2023-02-01")
    with pytest.raises(PlanInvalidError):
        live(planning, item, stage, on)
    assert PlanItem.objects.get(pk=item.pk).life == {"signed": "2023-02-01"}


def test_a_day_of_life_is_taken_back(planning):
    item = live(planning, planning.project(), "lead", "2023-01-10")
    item = live(planning, item, "signed", "2023-02-01")
    item = live(planning, item, "signed", None)
    assert (item.stage, item.life) == ("lead", {"lead": "2023-01-10"})


# ── investment ────────────────────────────────────────────────────────────────────────────────────────


def invest(planning, item, year, planned, done):
    return set_investment(
        item, year, planned=Decimal(planned), done=Decimal(done), version=item.version,
        by=planning.scopes["officer"], at=planning.now,
    )  # fmt: skip


def test_investment_of_a_whole_adds_up_its_parts_by_year(planning):
    task = planning.make("任务", lead_office=planning.offices["enforcement"])
    left, right = planning.project(parent=task), planning.project(parent=task)
    invest(planning, left, 2023, "500", "120.5")
    invest(planning, right, 2023, "300", "79.5")
    invest(planning, right, 2024, "100", "0")
    rows = [(row.year, row.planned, row.done, row.share) for row in investment_of(task)]
    assert rows == [(2023, 800, 200, Decimal("25.0")), (2024, 100, 0, Decimal("0.0"))]


def test_investment_said_anew_replaces_the_year_and_keeps_both_in_the_ledger(planning):
    item = planning.project()
    row = invest(planning, item, 2023, "500", "0")
    invest(planning, item, 2023, "500", "60")
    assert Investment.objects.get().done == 60
    assert entries_of("plans.investment", row.pk).last().changes["done"] == ["0.00", "60"]


@pytest.mark.parametrize(("year", "planned"), [(1890, "1"), (2023, "-1"), (2023, "NaN")])
def test_investment_that_cannot_be_right_is_refused(planning, year, planned):
    with pytest.raises(PlanInvalidError):
        invest(planning, planning.project(), year, planned, "0")


def test_a_cancelled_item_takes_no_reports(planning):
    item = planning.project()
    PlanItem.objects.filter(pk=item.pk).update(state=State.CANCELLED)
    with pytest.raises(PlanStateError, match="口袋公园"):
        planning.report(item, 10)
