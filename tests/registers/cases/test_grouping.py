"""Like matters are proposed as one; open matters follow borders that move."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from zhenshu.ground.areas.models import Level
from zhenshu.ground.areas.tree import merge_areas
from zhenshu.ground.ledger.models import Entry
from zhenshu.ground.ledger.record import SYSTEM
from zhenshu.registers.cases.boundaries import carry_over_open_cases
from zhenshu.registers.cases.grouping import parent_for, propose_common_problems
from zhenshu.registers.cases.models import Case
from zhenshu.registers.cases.visibility import may_see, visible_cases


@pytest.fixture
def month(loop):
    """Three dark lamps and two heaps of rubbish in one village, one dark lamp in the other."""
    titles = ("孝丰路路灯不亮", "孝丰路的路灯又不亮了", "垃圾堆放无人清理", "路灯不亮已一周", "垃圾堆在门口")
    cases = [loop.open(title=title, category="light") for title in titles]
    loop.open(title="孝丰路路灯不亮", category="light", area=loop.town.micro_grids[-1].pk, by="dispatcher")
    return cases


def proposals(loop, name="dispatcher", **more):
    span = {"since": loop.now - timedelta(days=30), "until": loop.now + timedelta(days=1)}
    return propose_common_problems(loop.scopes[name], **span, **more)


def test_like_matters_of_one_village_are_proposed(loop, month):
    [common] = proposals(loop)
    assert common.cases == tuple(month[n].pk for n in (0, 1, 3))
    assert {"路灯", "不亮"} <= set(common.words)
    assert parent_for(common) == month[0]


def test_fewer_than_asked_for_are_none(loop, month):
    assert proposals(loop, at_least=4) == []
    assert len(proposals(loop, at_least=2)) == 2


def test_nobody_is_shown_what_they_may_not_see(loop, month):
    assert proposals(loop, "far_dispatcher", at_least=1)[0].village_id == loop.town.villages[1].pk
    assert proposals(loop, "uninvolved") == []


def test_what_is_grouped_is_not_proposed_again(loop, month):
    for n in (1, 3):
        loop.take(month[n], "group", by="secretary", into=month[0].number)
    assert proposals(loop) == []
    assert set(month[0].children.all()) == {month[1], month[3]}


def test_a_group_has_one_level(loop, month):
    from zhenshu.registers.cases.errors import StepIncompleteError

    loop.take(month[1], "group", by="secretary", into=month[0].number)
    for case, into in ((month[3], month[1]), (month[0], month[3])):
        with pytest.raises(StepIncompleteError):
            loop.take(case, "group", by="secretary", into=into.number)


# ── borders ───────────────────────────────────────────────────────────────────────────────────────────


@pytest.fixture
def merged(loop):
    """An open and a closed matter in grid 1 of village 0, whose grids then become one."""
    open_case, closed = loop.until("handling"), loop.until("closed")
    day = date(2023, 6, 1)
    grids = loop.town.grids[:2]
    area = merge_areas(list(grids), name="联合网格", on=day, by=SYSTEM)
    assert area.level == Level.GRID
    return open_case, closed, area, day


def test_open_matters_go_along_and_closed_ones_stay(loop, merged):
    open_case, closed, area, day = merged
    before = Case.objects.get(pk=closed.pk).grid_id
    assert carry_over_open_cases(day) == 1
    assert Case.objects.get(pk=open_case.pk).grid_id == area.pk
    assert Case.objects.get(pk=closed.pk).grid_id == before
    assert Entry.objects.get(action="case.carried_over").subject_id == open_case.pk
    assert carry_over_open_cases(day) == 0


def test_after_the_move_rule_and_list_still_agree(loop, merged):
    _, _, _, day = merged
    carry_over_open_cases(day)
    for scope in loop.scopes.values():
        seen = {case.pk for case in Case.objects.prefetch_related("assignments") if may_see(case, scope)}
        assert set(visible_cases(scope).values_list("pk", flat=True)) == seen
