"""Plan items are created, edited, moved, completed, cancelled and taken back, each with its ledger line."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from zhenshu.ground.ledger.history import entries_of
from zhenshu.ground.ledger.models import Entry
from zhenshu.registers.plans.acts import cancel_item, complete_item, edit_item, move_item, restore_item
from zhenshu.registers.plans.errors import (
    PlanChangedError,
    PlanInvalidError,
    PlanNotAllowedError,
    PlanNotFoundError,
    PlanStateError,
)
from zhenshu.registers.plans.models import PlanItem, PlanVersion, State
from zhenshu.registers.plans.visibility import RIGHTS, find_item, may, visible_items


def actions(item):
    return [entry.action for entry in entries_of("plans.planitem", item.pk)]


# ── creating ──────────────────────────────────────────────────────────────────────────────────────────


def test_a_new_item_is_open_of_the_level_of_its_kind_and_in_the_ledger(planning):
    item = planning.project()
    assert (item.state, item.level, item.progress, item.version) == ("open", "project", 0, 1)
    assert item.root_id == item.pk
    assert actions(item) == ["plan.created"]
    assert PlanVersion.objects.get(item=item, until=None).title == "口袋公园"


def test_parts_know_the_root_of_their_tree_and_stand_behind_one_another(planning):
    goal = planning.make("城市更新", "plans.goal")
    tasks = [planning.make(f"任务{n}", parent=goal) for n in range(3)]
    project = planning.project(parent=tasks[0])
    assert {task.root_id for task in (*tasks, project)} == {goal.pk}
    assert [task.position for task in tasks] == [1, 2, 3]


WRONG = {
    "title": ({"title": " "}, "title"),
    "category": ({"category": "nonsense"}, "category"),
    "dates": ({"start": date(2023, 6, 2), "due": date(2023, 6, 1)}, "due"),
    "office": ({"lead_office": 999_999}, "lead_office"),
    "leader": ({"leader": 999_999}, "leader"),
    "assisting": ({"assisting": (999_999,)}, "assisting"),
    "weight": ({"weight": Decimal(-1)}, "weight"),
    "duration": ({"duration": -3}, "duration"),
    "field": ({"fields": {"investment": "-5"}}, "fields.investment"),
    "unknown_field": ({"fields": {"colour": "red"}}, "fields.colour"),
    "parent": ({"parent": 999_999}, "parent"),
}


@pytest.mark.parametrize(("said", "field"), WRONG.values(), ids=WRONG.keys())
def test_what_is_wrong_is_said_by_field_and_nothing_is_stored(planning, said, field):
    with pytest.raises(PlanInvalidError) as refused:
        planning.make(**{"title": "口袋公园", "kind": "plans.project", **said})
    assert field in refused.value.problems
    assert not PlanItem.objects.exists()
    assert not Entry.objects.filter(subject_kind="plans.planitem").exists()


def test_an_unknown_kind_is_refused(planning):
    with pytest.raises(PlanInvalidError) as refused:
        planning.make("口袋公园", "plans.nonsense")
    assert "kind" in refused.value.problems


@pytest.mark.parametrize(
    ("above", "below"), [("project", "goal"), ("project", "task"), ("milestone", "milestone")]
)
def test_a_wider_item_is_no_part_of_a_narrower_one(planning, above, below):
    parent = planning.make("上级", f"plans.{above}")
    with pytest.raises(PlanInvalidError) as refused:
        planning.make("下级", f"plans.{below}", parent=parent)
    assert "parent" in refused.value.problems


def test_an_office_breaks_down_what_it_leads(planning):
    project = planning.project()
    node = planning.make("开工", "plans.milestone", parent=project, by="officer")
    assert node.parent_id == project.pk
    with pytest.raises(PlanNotAllowedError):
        planning.make("自立项目", "plans.project", by="officer")


# ── editing ───────────────────────────────────────────────────────────────────────────────────────────


def test_an_edit_changes_what_it_says_and_the_version_before_keeps_the_old(planning):
    item = planning.project()
    planning.wait(hours=1)
    offices = (planning.offices["petitions"].pk,)
    edit_item(
        item, {"title": "口袋公园3个", "assisting": offices, "fields": {"investment": "800"}},
        version=1, by=planning.scopes["secretary"], at=planning.now,
    )  # fmt: skip
    item.refresh_from_db()
    assert (item.title, item.version, item.fields["investment"]) == ("口袋公园3个", 2, 800)
    assert entries_of("plans.planitem", item.pk).last().changes["title"] == ["口袋公园", "口袋公园3个"]
    first, second = item.versions.order_by("since")
    assert (first.title, first.assisting, second.assisting) == ("口袋公园", [], list(offices))
    assert first.until == second.since


def test_an_edit_that_changes_nothing_leaves_no_line(planning):
    item = planning.project()
    edit_item(item, {"title": "口袋公园"}, version=1, by=planning.scopes["secretary"], at=planning.now)
    assert actions(item) == ["plan.created"]


def test_two_people_editing_at_once_the_second_is_told(planning):
    item = planning.project()
    secretary = planning.scopes["secretary"]
    edit_item(item, {"title": "甲"}, version=1, by=secretary, at=planning.now)
    with pytest.raises(PlanChangedError) as refused:
        edit_item(item, {"title": "乙"}, version=1, by=secretary, at=planning.now)
    assert refused.value.version == 2
    assert PlanItem.objects.get(pk=item.pk).title == "甲"


def test_what_has_acts_of_its_own_is_not_edited(planning):
    item = planning.project()
    with pytest.raises(PlanInvalidError) as refused:
        edit_item(item, {"progress": 99}, version=1, by=planning.scopes["secretary"])
    assert "progress" in refused.value.problems


def test_an_office_corrects_its_item_but_does_not_carry_it_elsewhere(planning, fresh):
    item = planning.project()
    officer, village = planning.scopes["officer"], planning.town.villages[0]
    edit_item(item, {"title": "甲", "area": item.area_id}, version=1, by=officer, at=planning.now)
    with pytest.raises(PlanNotAllowedError):
        edit_item(item, {"area": village.pk}, version=2, by=officer, at=planning.now)
    assert (fresh(item).title, fresh(item).area_id) == ("甲", planning.town.town.pk)


def test_items_never_wait_for_one_another_in_a_circle(planning):
    first, second, third = (planning.make(title) for title in "甲乙丙")
    secretary = planning.scopes["secretary"]
    edit_item(second, {"predecessors": ((first.pk, 0),)}, version=1, by=secretary)
    edit_item(third, {"predecessors": ((second.pk, 2),)}, version=1, by=secretary)
    with pytest.raises(PlanInvalidError) as refused:
        edit_item(first, {"predecessors": ((third.pk, 0),)}, version=1, by=secretary)
    assert "甲" in refused.value.problems["predecessors"]
    assert not first.dependencies.exists()


# ── moving ────────────────────────────────────────────────────────────────────────────────────────────


def test_a_branch_moves_with_its_parts_and_both_trees_are_weighed_anew(planning, fresh):
    left, right = planning.make("左", "plans.goal"), planning.make("右", "plans.goal")
    task = planning.make("任务", parent=left, lead_office=planning.offices["enforcement"])
    project = planning.project(parent=task)
    planning.report(project, 40)
    assert fresh(left).progress == 40
    move_item(task, right, version=fresh(task).version, by=planning.scopes["secretary"], at=planning.now)
    assert (fresh(left).progress, fresh(right).progress) == (0, 40)
    assert {fresh(task).root_id, fresh(project).root_id} == {right.pk}


def test_an_item_never_becomes_a_part_of_its_own_parts(planning):
    task = planning.make("任务")
    below = planning.make("子任务", parent=task)
    with pytest.raises(PlanInvalidError) as refused:
        move_item(task, below, version=1, by=planning.scopes["secretary"])
    assert "parent" in refused.value.problems


def test_a_plan_has_six_storeys_at_most(planning):
    line = [planning.make("一")]
    for title in "二三四五六":
        line.append(planning.make(title, parent=line[-1]))
    with pytest.raises(PlanInvalidError):
        planning.make("七", parent=line[-1])
    pair = planning.make("甲")
    planning.make("乙", parent=pair)
    with pytest.raises(PlanInvalidError):
        move_item(pair, line[4], version=1, by=planning.scopes["secretary"])
    assert move_item(pair, line[3], version=1, by=planning.scopes["secretary"]).root_id == line[0].pk


def test_the_leading_office_drives_every_storey_below(planning):
    part = planning.make("一", lead_office=planning.offices["enforcement"])
    for title in "二三四五六":
        part = planning.make(title, parent=part)
    assert may("edit", find_item(part.pk, planning.scopes["officer"]), planning.scopes["officer"])


# ── ending and taking back ────────────────────────────────────────────────────────────────────────────


def test_a_completed_item_is_full_and_green(planning):
    item = planning.project()
    planning.wait(days=7)
    done = complete_item(
        item, on=planning.today, version=1, by=planning.scopes["officer"], at=planning.now, note="竣工验收"
    )
    assert (done.state, done.progress, done.lamp, done.overdue) == ("done", 100, "green", False)
    assert entries_of("plans.planitem", item.pk).last().note == "竣工验收"


def test_an_item_done_after_its_day_stays_marked_as_late(planning):
    item = planning.project()
    planning.wait(days=90)
    done = complete_item(item, on=planning.today, version=1, by=planning.scopes["secretary"], at=planning.now)
    assert (done.lamp, done.overdue) == ("green", True)


def test_an_item_with_open_parts_is_not_done(planning):
    project = planning.project()
    planning.make("开工", "plans.milestone", parent=project)
    with pytest.raises(PlanStateError, match="开工"):
        complete_item(project, on=planning.today, version=1, by=planning.scopes["secretary"], at=planning.now)


def test_nothing_is_done_on_a_day_to_come(planning):
    item = planning.project()
    with pytest.raises(PlanInvalidError):
        complete_item(item, on=date(2023, 5, 16), version=1, by=planning.scopes["secretary"], at=planning.now)


def test_a_cancelled_branch_counts_no_longer_and_its_reason_stays(planning, fresh):
    goal = planning.make("目标", "plans.goal")
    kept = planning.make("甲", parent=goal, lead_office=planning.offices["enforcement"])
    gone = planning.make("乙", parent=goal)
    node = planning.make("节点", "plans.milestone", parent=gone)
    planning.report(kept, 50)
    assert fresh(goal).progress == 25
    cancel_item(gone, reason="上级调整", version=1, by=planning.scopes["leader"], at=planning.now)
    assert (fresh(goal).progress, fresh(node).state) == (50, State.CANCELLED)
    assert entries_of("plans.planitem", gone.pk).last().note == "上级调整"


def test_cancelling_needs_a_reason(planning):
    item = planning.project()
    with pytest.raises(PlanInvalidError):
        cancel_item(item, reason=" ", version=1, by=planning.scopes["leader"])
    assert PlanItem.objects.get(pk=item.pk).state == State.OPEN


def test_an_ended_item_is_not_edited_until_it_is_taken_back(planning, fresh):
    item = planning.project()
    leader = planning.scopes["leader"]
    cancel_item(item, reason="误设", version=1, by=leader, at=planning.now)
    with pytest.raises(PlanStateError):
        edit_item(item, {"title": "新"}, version=2, by=leader)
    restore_item(item, version=2, by=leader, at=planning.now)
    assert (fresh(item).state, fresh(item).version) == (State.OPEN, 3)
    edit_item(item, {"title": "新"}, version=3, by=leader, at=planning.now)
    assert actions(item) == ["plan.created", "plan.cancelled", "plan.restored", "plan.edited"]


def test_an_edit_is_taken_back_whole(planning, fresh):
    item = planning.project(assisting=(planning.offices["petitions"].pk,))
    secretary = planning.scopes["secretary"]
    said = {"title": "误", "due": date(2023, 12, 29), "assisting": (), "fields": {"investment": "9"}}
    edit_item(item, said, version=1, by=secretary, at=planning.now)
    restore_item(item, version=2, by=secretary, at=planning.now)
    item = fresh(item)
    assert (item.title, item.due, item.fields) == ("口袋公园", date(2023, 7, 14), {})
    assert [row.office_id for row in item.assistance.all()] == [planning.offices["petitions"].pk]


def test_a_new_item_has_nothing_to_take_back(planning):
    with pytest.raises(PlanStateError):
        restore_item(planning.project(), version=1, by=planning.scopes["secretary"])


# ── permissions: one table ────────────────────────────────────────────────────────────────────────────

EVERYTHING = frozenset(RIGHTS)
LEADING = {"create", "edit", "replan", "report", "life", "invest", "raise_problem", "complete"}
MAY = {
    "leader": EVERYTHING,
    "secretary": EVERYTHING,
    "administrator": EVERYTHING - {"supervise", "settle"},
    "dispatcher": {"raise_problem", "supervise", "settle"},
    "officer": LEADING,
    "assistant": {"report", "raise_problem"},
    "viewer": None,
    "uninvolved": None,
    "grid_worker": None,
}


@pytest.mark.parametrize("who", MAY)
def test_who_may_do_what_with_an_item_of_the_town(planning, who):
    item = planning.project(assisting=(planning.offices["petitions"].pk,))
    scope = planning.scopes[who]
    if MAY[who] is None:
        with pytest.raises(PlanNotFoundError):
            find_item(item.pk, scope)
        return
    found = find_item(item.pk, scope)
    assert {right for right in RIGHTS if may(right, found, scope)} == set(MAY[who])


def test_a_viewer_of_the_village_sees_its_items_and_may_do_nothing(planning):
    item = planning.project(area=planning.town.villages[1])
    scope = planning.scopes["viewer"]
    assert find_item(item.pk, scope) == item
    assert not any(may(right, item, scope) for right in RIGHTS)


def test_the_owner_drives_an_item_of_another_office(planning):
    item = planning.project(owner=planning.people["second_officer"])
    assert may(
        "report", find_item(item.pk, planning.scopes["second_officer"]), planning.scopes["second_officer"]
    )


def test_parts_are_seen_by_the_office_that_leads_the_whole(planning):
    task = planning.make("任务", lead_office=planning.offices["enforcement"])
    project = planning.make("项目", "plans.project", parent=task, lead_office=planning.offices["services"])
    node = planning.make("节点", "plans.milestone", parent=project)
    assert set(visible_items(planning.scopes["officer"])) == {task, project, node}
    assert set(visible_items(planning.scopes["uninvolved"])) == {project, node}


@pytest.mark.parametrize("who", ["dispatcher", "assistant", "uninvolved", "viewer"])
def test_who_may_not_edit_is_refused_and_nothing_changes(planning, who, fresh):
    item = planning.project(assisting=(planning.offices["petitions"].pk,))
    with pytest.raises((PlanNotAllowedError, PlanNotFoundError)):
        edit_item(item, {"title": "改"}, version=1, by=planning.scopes[who])
    assert fresh(item).title == "口袋公园"
