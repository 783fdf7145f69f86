"""The weekly round and sharing out: many items in one act, whole or not at all."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest

from zhenshu.ground.ledger.models import Entry
from zhenshu.registers.plans.errors import (
    PlanInvalidError,
    PlanNotAllowedError,
    PlanNotFoundError,
    PlanStateError,
)
from zhenshu.registers.plans.models import PlanItem, ProgressEntry, State
from zhenshu.registers.plans.reporting import Report
from zhenshu.registers.plans.weekly import Reported, Share, report_round, share_out

pytestmark = pytest.mark.django_db


def said(item: PlanItem, percent: int | None, **more) -> Reported:
    points = None if percent is None else Decimal(percent)
    return Reported(item.pk, Report(line="推进中", percent=points), **more)


def test_a_round_reports_every_item_and_carries_progress_up_in_one_act(planning):
    goal = planning.make("目标", "plans.goal")
    first, second = planning.make("甲", parent=goal), planning.make("乙", parent=goal)
    report_round([said(first, 40), said(second, 80)], by=planning.scopes["secretary"], at=planning.now)
    goal.refresh_from_db()
    assert (goal.progress, ProgressEntry.objects.count()) == (60, 2)
    assert Entry.objects.filter(action="plan.reported").count() == 2


def test_what_was_done_is_completed_with_its_parts_in_the_same_round(planning):
    whole = planning.make("项目", "plans.project")
    part = planning.make("节点", "plans.milestone", parent=whole)
    day = planning.today
    done = [said(whole, None, done_on=day), said(part, 100, done_on=day)]
    report_round(done, by=planning.scopes["secretary"], at=planning.now)
    rows = PlanItem.objects.filter(pk__in=(whole.pk, part.pk))
    assert set(rows.values_list("state", "done_on", "progress")) == {(State.DONE, day, Decimal(100))}


def test_an_item_with_an_open_part_is_not_done_and_nothing_of_the_round_is_kept(planning):
    whole, other = planning.make("项目", "plans.project"), planning.make("别的")
    planning.make("节点", "plans.milestone", parent=whole)
    with pytest.raises(PlanStateError, match="节点"):
        report_round(
            [said(other, 50), said(whole, None, done_on=planning.today)],
            by=planning.scopes["secretary"],
            at=planning.now,
        )
    assert not ProgressEntry.objects.exists()


def test_a_day_to_come_is_refused(planning):
    item = planning.make("甲")
    tomorrow = planning.today + timedelta(days=1)
    with pytest.raises(PlanInvalidError):
        report_round([said(item, 100, done_on=tomorrow)], by=planning.scopes["secretary"], at=planning.now)


def test_items_are_shared_out_under_their_goal_with_their_people(planning):
    goal, items = planning.make("目标", "plans.goal"), [planning.make("甲"), planning.make("乙")]
    office = planning.offices["safety"]
    shares = [Share(item.pk, goal, lead_office=office.pk) for item in items]
    share_out(shares, by=planning.scopes["secretary"], at=planning.now)
    rows = PlanItem.objects.filter(parent=goal).order_by("position")
    assert [row.title for row in rows] == ["甲", "乙"]
    assert {(row.root_id, row.lead_office_id) for row in rows} == {(goal.pk, office.pk)}


def test_only_planners_share_out(planning):
    goal, item = planning.make("目标", "plans.goal"), planning.make("甲")
    with pytest.raises((PlanNotAllowedError, PlanNotFoundError)):
        share_out([Share(item.pk, goal)], by=planning.scopes["uninvolved"], at=planning.now)
