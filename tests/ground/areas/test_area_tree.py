"""The tree: where areas may stand, and what each act leaves behind."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone
from tests.conftest import square

from zhenshu.ground.areas.errors import AreaError, BoundaryError, CodeError, PlacementError, SuccessionError
from zhenshu.ground.areas.models import Area, AreaSuccession, Level
from zhenshu.ground.areas.tree import (
    AreaSeed,
    areas_on,
    close_area,
    correct_area,
    create_area,
    move_area,
    plant_areas,
    rename_area,
    subtree_ids,
)
from zhenshu.ground.ledger.models import Entry
from zhenshu.ground.ledger.record import SYSTEM, Actor

CLERK = Actor(None, "许澄")
DAY = date(2024, 3, 1)


def last_entry() -> Entry:
    return Entry.objects.latest("seq")


def create_village(town, name="白鹭村", **attributes):
    return create_area(name, Level.VILLAGE, parent=town.town, valid_from=DAY, by=CLERK, **attributes)


class TestCreate:
    def test_new_area_knows_its_ancestors(self, town):
        village = create_village(town, code="990101100299")
        assert village.ancestor_ids == [town.district.pk, town.town.pk, village.pk]
        assert (village.district_id, village.town_id, village.village_id) == tuple(village.ancestor_ids)
        assert village.grid_id is None

    def test_short_name_and_initials_are_derived(self, town):
        village = create_village(town)
        assert (village.short_name, village.pinyin) == ("白鹭", "blc")

    def test_rare_characters_and_emoji_stay_as_typed(self, town):
        village = create_village(town, name="𠮷家村🌾")
        village.refresh_from_db()
        assert village.name == "𠮷家村🌾"

    def test_entry_names_actor_subject_and_what_changed(self, town):
        village = create_village(town, households=310)
        entry = last_entry()
        assert (entry.action, entry.subject_kind, entry.subject_id) == (
            "area.created",
            "areas.area",
            village.pk,
        )
        assert entry.actor_name == "许澄"
        assert entry.area_id == village.pk
        assert entry.changes["households"] == [None, 310]

    def test_special_grid_may_hang_directly_below_the_town(self, town):
        grid = create_area("工业园区专属网格", Level.GRID, parent=town.town, valid_from=DAY, by=CLERK)
        assert grid.village_id is None
        assert grid.grid_id == grid.pk
        assert grid.pk in subtree_ids(town.town)

    @pytest.mark.parametrize(
        ("attributes", "error", "words"),
        [
            ({"name": "  "}, PlacementError, "名称|name"),
            ({"name": "村" * 101}, PlacementError, "100"),
            ({"name": "东浦\x00村"}, PlacementError, "东浦"),
            ({"name": "东浦村"}, PlacementError, "东浦村"),
            ({"code": "99010110029"}, CodeError, "12"),
            ({"code": "９９０１０１１００２９９"}, CodeError, "12"),
            ({"code": "990101100201"}, CodeError, "东浦村"),
            ({"households": -1}, PlacementError, "白鹭村"),
            ({"boundary": {"type": "Point", "coordinates": [1, 2]}}, BoundaryError, "GeoJSON"),
        ],
        ids=[
            "no name",
            "long name",
            "nul",
            "name taken",
            "short code",
            "wide digits",
            "code taken",
            "negative",
            "point",
        ],
    )
    def test_refusal_says_what_is_wrong_and_leaves_nothing(self, town, attributes, error, words):
        before = (Area.objects.count(), Entry.objects.count())
        with pytest.raises(error, match=words):
            create_village(town, **attributes)
        assert (Area.objects.count(), Entry.objects.count()) == before

    def test_only_a_district_stands_alone(self, town):
        with pytest.raises(PlacementError, match="白鹭村"):
            create_area("白鹭村", Level.VILLAGE, parent=None, valid_from=DAY, by=CLERK)
        with pytest.raises(PlacementError, match="云海区"):
            create_area("云海区", Level.DISTRICT, parent=town.town, valid_from=DAY, by=CLERK)

    def test_child_lies_on_a_lower_level_than_its_parent(self, town):
        with pytest.raises(PlacementError, match="东浦村"):
            create_area("小村", Level.VILLAGE, parent=town.villages[0], valid_from=DAY, by=CLERK)

    def test_unknown_level_is_refused(self, town):
        with pytest.raises(PlacementError, match="小组"):
            create_area("小组", 6, parent=town.micro_grids[0], valid_from=DAY, by=CLERK)

    def test_second_district_may_not_share_the_first_ones_name(self, town):
        with pytest.raises(PlacementError, match="云川区"):
            create_area("云川区", Level.DISTRICT, parent=None, valid_from=DAY, by=CLERK)


class TestPlant:
    def test_unknown_parent_key_is_named(self, town):
        seed = AreaSeed("a", "nowhere", "白鹭村", Level.VILLAGE, DAY)
        with pytest.raises(PlacementError, match="nowhere"):
            plant_areas([seed], by=CLERK)

    def test_one_bad_seed_stops_the_whole_planting(self, town):
        seeds = [
            AreaSeed("a", "town", "白鹭村", Level.VILLAGE, DAY),
            AreaSeed("b", "a", "第一网格", Level.GRID, DAY, code="12"),
        ]
        count = Area.objects.count()
        with pytest.raises(CodeError):
            plant_areas(seeds, by=CLERK, standing={"town": town.town})
        assert Area.objects.count() == count

    @pytest.mark.parametrize("second", [("a", "石埠村"), ("b", "白鹭村")], ids=["key twice", "name twice"])
    def test_doubles_within_one_planting_are_refused(self, town, second):
        key, name = second
        seeds = [
            AreaSeed("a", "town", "白鹭村", Level.VILLAGE, DAY),
            AreaSeed(key, "town", name, Level.VILLAGE, DAY),
        ]
        with pytest.raises(PlacementError):
            plant_areas(seeds, by=CLERK, standing={"town": town.town})

    def test_same_code_twice_in_one_planting_is_refused(self, town):
        seeds = [
            AreaSeed(name, "town", name, Level.VILLAGE, DAY, code="990101100299")
            for name in ("白鹭村", "石埠村")
        ]
        with pytest.raises(CodeError, match="990101100299"):
            plant_areas(seeds, by=CLERK, standing={"town": town.town})

    def test_planting_a_tree_takes_few_statements(self, town, django_assert_max_num_queries):
        seeds = [AreaSeed("v", "town", "白鹭村", Level.VILLAGE, DAY)]
        seeds += [AreaSeed(f"g{n}", "v", f"第{n}网格", Level.GRID, DAY) for n in range(50)]
        with django_assert_max_num_queries(16):
            plant_areas(seeds, by=CLERK, standing={"town": town.town})


class TestQuestions:
    def test_subtree_is_the_area_and_all_below(self, town):
        village = town.villages[0]
        below = {village.pk, *(g.pk for g in town.grids[:2]), *(m.pk for m in town.micro_grids[:4])}
        assert set(subtree_ids(village)) == below

    def test_subtree_of_a_micro_grid_is_itself(self, town):
        assert subtree_ids(town.micro_grids[0]) == [town.micro_grids[0].pk]

    def test_subtree_agrees_with_path_prefix(self, town):
        for area in Area.objects.all():
            by_path = Area.objects.filter(path__startswith=area.path).order_by("id")
            assert subtree_ids(area) == [found.pk for found in by_path]

    def test_area_exists_from_its_first_day_up_to_its_last(self, town):
        village = create_village(town)
        close_area(village, on=DAY + timedelta(days=10), by=CLERK)
        days = {n: village in areas_on(DAY + timedelta(days=n)) for n in (-1, 0, 9, 10)}
        assert days == {-1: False, 0: True, 9: True, 10: False}


class TestChange:
    def test_rename_keeps_identity_and_records_both_names(self, town):
        village = rename_area(town.villages[0], "东浦社区", by=CLERK, note="撤村建居")
        entry = last_entry()
        assert (village.pk, village.short_name, village.pinyin) == (town.villages[0].pk, "东浦", "dpsq")
        assert entry.changes["name"] == ["东浦村", "东浦社区"]
        assert entry.note == "撤村建居"

    def test_rename_to_a_siblings_name_is_refused(self, town):
        with pytest.raises(PlacementError, match="孝丰社区"):
            rename_area(town.villages[0], "孝丰社区", by=CLERK)

    def test_correction_changes_only_what_is_given(self, town):
        village = correct_area(town.villages[0], by=CLERK, population=1250)
        village.refresh_from_db()
        assert (village.population, village.households) == (1250, 400)
        assert last_entry().changes == {"population": [1200, 1250]}

    def test_correction_keeps_the_old_boundary_in_the_ledger(self, town):
        grid = town.grids[0]
        correct_area(grid, by=CLERK, boundary=square(0, 0))
        told = last_entry().changes["boundary.coordinates"]
        assert told == [grid.boundary["coordinates"], square(0, 0)["coordinates"]]

    @pytest.mark.parametrize("name", ["level", "path", "valid_to", "colour"])
    def test_what_has_an_act_of_its_own_cannot_be_corrected(self, town, name):
        with pytest.raises(PlacementError, match=name):
            correct_area(town.villages[0], by=CLERK, **{name: 1})

    def test_move_carries_the_whole_subtree(self, town):
        grid, target = town.grids[0], town.villages[1]
        grid = rename_area(grid, "第三网格", by=CLERK)
        move_area(grid, target, by=CLERK)
        micro_grid = Area.objects.get(pk=town.micro_grids[0].pk)
        assert micro_grid.path == f"{target.path}{grid.pk}/{micro_grid.pk}/"
        assert micro_grid.village_id == target.pk
        assert last_entry().changes["parent_id"] == [town.villages[0].pk, target.pk]

    def test_move_onto_a_taken_name_is_refused(self, town):
        with pytest.raises(PlacementError, match="第一网格"):
            move_area(town.grids[0], town.villages[1], by=CLERK)

    def test_area_cannot_be_moved_below_itself(self, town):
        with pytest.raises(PlacementError, match="东浦村"):
            move_area(town.villages[0], town.grids[0], by=CLERK)

    def test_closing_waits_for_the_areas_below(self, town):
        with pytest.raises(SuccessionError, match="2"):
            close_area(town.villages[0], on=DAY, by=CLERK)

    def test_closing_twice_is_refused(self, town):
        close_area(town.micro_grids[0], on=DAY, by=CLERK)
        with pytest.raises(SuccessionError, match="微网格1"):
            close_area(town.micro_grids[0], on=DAY, by=CLERK)

    def test_closing_before_the_beginning_is_refused(self, town):
        with pytest.raises(PlacementError, match="微网格1"):
            close_area(town.micro_grids[0], on=date(2010, 1, 1), by=CLERK)

    def test_change_is_not_entered_before_its_day(self, town):
        with pytest.raises(SuccessionError):
            close_area(town.micro_grids[0], on=timezone.localdate() + timedelta(days=1), by=CLERK)

    def test_closed_area_takes_no_children_and_frees_name_and_code(self, town):
        village = create_village(town, code="990101100299")
        closed = close_area(village, on=DAY + timedelta(days=1), by=CLERK)
        with pytest.raises(PlacementError, match="白鹭村"):
            create_area("第一网格", Level.GRID, parent=closed, valid_from=DAY, by=CLERK)
        assert create_village(town, code="990101100299").pk != village.pk

    def test_stale_object_does_not_overwrite_newer_state(self, town):
        stale = Area.objects.get(pk=town.villages[0].pk)
        correct_area(town.villages[0], by=CLERK, population=999)
        rename_area(stale, "东浦新村", by=CLERK)
        assert Area.objects.get(pk=stale.pk).population == 999

    def test_every_refusal_is_an_area_error(self):
        assert all(
            issubclass(kind, AreaError)
            for kind in (BoundaryError, CodeError, PlacementError, SuccessionError)
        )


class TestDatabaseRefuses:
    """What no code path may bring about, the database itself refuses."""

    @pytest.mark.parametrize(
        "attributes",
        [
            {"level": 0},
            {"level": 6},
            {"parent": None},
            {"valid_to": date(2015, 1, 1)},
            {"code": "990101100201"},
            {"name": "东浦村"},
        ],
        ids=["level 0", "level 6", "no parent", "ends as it begins", "code taken", "name taken"],
    )
    def test_row_is_refused(self, town, attributes):
        row = {"name": "白鹭村", "level": 3, "parent": town.town, "valid_from": date(2015, 1, 1)} | attributes
        with pytest.raises(IntegrityError), transaction.atomic():
            Area.objects.create(**row)

    def test_area_does_not_follow_itself(self, town):
        with pytest.raises(IntegrityError), transaction.atomic():
            AreaSuccession.objects.create(predecessor=town.town, successor=town.town, on=DAY, kind="merge")


def test_system_may_act_too(town):
    create_area("白鹭村", Level.VILLAGE, parent=town.town, valid_from=DAY, by=SYSTEM)
    assert last_entry().actor_name == SYSTEM.name
