"""Merging, splitting and recoding: nobody is lost, and old areas lead to new ones."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta

import pytest
from django.db import connection
from shapely.geometry import shape

from zhenshu.ground.areas.errors import PlacementError, SuccessionError
from zhenshu.ground.areas.geometry import locate
from zhenshu.ground.areas.models import Area, AreaSuccession, Level
from zhenshu.ground.areas.tree import (
    Part,
    close_area,
    current_area_of,
    current_areas_of,
    merge_areas,
    recode_area,
    split_area,
    subtree_ids,
)
from zhenshu.ground.ledger.models import Entry
from zhenshu.ground.ledger.record import Actor

CLERK = Actor(None, "许澄")
DAY = date(2024, 7, 1)
EVE = DAY - timedelta(days=1)


def merge_villages(town, **attributes):
    return merge_areas(town.villages, name="双浦村", on=DAY, by=CLERK, **attributes)


def split_village(town, parts=None):
    first, second = (grid.pk for grid in town.grids[:2])
    parts = parts or [Part("东浦东村", child_ids=[first]), Part("东浦西村", child_ids=[second])]
    return split_area(town.villages[0], parts, on=DAY, by=CLERK)


class TestMerge:
    def test_merged_area_holds_the_ground_and_people_of_both(self, town):
        merged = merge_villages(town)
        together = shape(town.villages[0].boundary).union(shape(town.villages[1].boundary))
        assert shape(merged.boundary).equals(together)
        assert (merged.households, merged.population) == (800, 2400)

    def test_all_children_come_along_with_names_told_apart(self, town):
        merged = merge_villages(town)
        names = set(Area.objects.open().filter(parent=merged).values_list("name", flat=True))
        assert names == {"第一网格", "第二网格", "孝丰第一网格", "孝丰第二网格"}
        assert {m.pk for m in town.micro_grids} < set(subtree_ids(merged))

    def test_old_areas_end_on_the_day_and_keep_their_code(self, town):
        merge_villages(town, code="990101100201")
        old = Area.objects.get(pk=town.villages[0].pk)
        assert (old.valid_to, old.code) == (DAY, "990101100201")

    def test_each_old_area_leads_to_the_new_one(self, town):
        merged = merge_villages(town)
        for village in Area.objects.filter(pk__in=[v.pk for v in town.villages]):
            assert current_area_of(village, DAY) == merged
            assert current_area_of(village, EVE) == village

    def test_ledger_tells_the_whole_act(self, town):
        first = Entry.objects.latest("seq").seq
        merge_villages(town, note="行政村规模调整")
        actions = Entry.objects.filter(seq__gt=first).values_list("action", flat=True)
        assert {"area.closed", "area.created", "area.moved", "area.merged"} == set(actions)

    def test_points_are_still_found(self, town):
        merge_villages(town)
        assert locate(120.005, 31.005) == town.micro_grids[0].pk

    @pytest.mark.parametrize("count", [0, 1])
    def test_fewer_than_two_areas_are_no_merge(self, town, count):
        with pytest.raises(SuccessionError):
            merge_areas(town.villages[:count], name="双浦村", on=DAY, by=CLERK)

    def test_areas_of_different_parents_are_not_merged(self, town):
        with pytest.raises(SuccessionError):
            merge_areas([town.grids[0], town.grids[2]], name="联合网格", on=DAY, by=CLERK)

    def test_same_area_twice_is_no_merge(self, town):
        with pytest.raises(SuccessionError):
            merge_areas([town.villages[0], town.villages[0]], name="双浦村", on=DAY, by=CLERK)

    def test_merged_areas_are_not_merged_again(self, town):
        merge_villages(town)
        with pytest.raises(SuccessionError, match="东浦村"):
            merge_villages(town)

    def test_refused_merge_leaves_everything_open(self, town):
        with pytest.raises(PlacementError):
            merge_areas(town.villages, name="", on=DAY, by=CLERK)
        assert Area.objects.filter(valid_to__isnull=False).count() == 0
        assert AreaSuccession.objects.count() == 0


class TestSplit:
    def test_children_go_where_they_were_sent(self, town):
        east, west = split_village(town)
        assert {g.pk for g in east.children.all()} == {town.grids[0].pk}
        assert Area.objects.get(pk=town.micro_grids[2].pk).village_id == west.pk

    def test_ground_follows_the_children_when_none_is_given(self, town):
        east, _west = split_village(town)
        assert shape(east.boundary).equals(shape(town.grids[0].boundary))

    def test_old_area_leads_to_both_and_stands_for_what_surrounds_them(self, town):
        parts = split_village(town)
        old = Area.objects.get(pk=town.villages[0].pk)
        assert current_areas_of(old, DAY) == parts
        assert current_area_of(old, DAY) == town.town

    @pytest.mark.parametrize(
        "shares",
        [[[0, 1]], [[0], []], [[0, 1], [1]], [[0], [1, 4]]],
        ids=["one part", "child lost", "child twice", "foreign child"],
    )
    def test_uneven_split_is_refused(self, town, shares):
        ids = [[town.grids[n].pk if n < 2 else town.grids[-1].pk for n in share] for share in shares]
        parts = [Part(f"东浦{n}村", child_ids=share) for n, share in enumerate(ids)]
        with pytest.raises(SuccessionError):
            split_village(town, parts)
        assert Area.objects.get(pk=town.villages[0].pk).valid_to is None

    def test_one_part_may_keep_the_old_name(self, town):
        first, second = (grid.pk for grid in town.grids[:2])
        parts = split_village(town, [Part("东浦村", child_ids=[first]), Part("西浦村", child_ids=[second])])
        assert [part.name for part in parts] == ["东浦村", "西浦村"]


class TestRecode:
    def test_area_carries_on_under_the_new_code(self, town):
        new = recode_area(town.villages[0], code="990101100001", name="东浦社区", on=DAY, by=CLERK)
        old = Area.objects.get(pk=town.villages[0].pk)
        assert (new.code, new.population, new.boundary) == ("990101100001", 1200, old.boundary)
        assert [child.name for child in new.children.order_by("id")] == ["第一网格", "第二网格"]
        assert current_area_of(old, DAY) == new

    def test_top_of_the_tree_can_be_recoded(self, town):
        new = recode_area(town.district, code="990201000000", on=DAY, by=CLERK)
        assert Area.objects.get(pk=town.micro_grids[0].pk).district_id == new.pk

    def test_chain_of_successions_is_followed_to_its_end(self, town):
        middle = recode_area(town.villages[0], code="990101100001", on=DAY, by=CLERK)
        last = recode_area(middle, code="990101100002", on=DAY + timedelta(days=30), by=CLERK)
        old = Area.objects.get(pk=town.villages[0].pk)
        assert current_area_of(old, DAY) == middle
        assert current_area_of(old, DAY + timedelta(days=30)) == last


def test_area_closed_without_successor_leads_to_what_is_around_it(town):
    closed = close_area(town.micro_grids[0], on=DAY, by=CLERK)
    assert current_areas_of(closed, DAY) == []
    assert current_area_of(closed, DAY) == town.grids[0]


def test_area_that_did_not_exist_yet_leads_to_what_was_around_it(town):
    assert current_area_of(town.villages[0], date(2000, 1, 1)) is None


def test_levels_of_successors_are_those_of_the_old(town):
    assert merge_villages(town).level == Level.VILLAGE


@pytest.mark.django_db(transaction=True)
def test_of_two_merges_at_once_one_wins_and_the_other_is_told(town):
    def merge(name):
        try:
            return merge_areas(town.villages, name=name, on=DAY, by=CLERK)
        except SuccessionError as error:
            return str(error)
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as pool:
        outcomes = list(pool.map(merge, ["双浦村", "浦丰村"]))
    merged = [outcome for outcome in outcomes if isinstance(outcome, Area)]
    refused = [outcome for outcome in outcomes if isinstance(outcome, str)]
    assert len(merged) == len(refused) == 1
    assert "东浦村" in refused[0]
    assert Area.objects.open().filter(level=Level.VILLAGE).count() == 1
