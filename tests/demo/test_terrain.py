"""The land of the demo township adds up, in ground, in people and in names."""

from __future__ import annotations

import json
import random
from functools import lru_cache

import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely.geometry import Point, shape

from zhenshu.demo.gazetteer import SETTLEMENTS, SPOTS
from zhenshu.demo.terrain import build_terrain, random_position
from zhenshu.ground.areas.addresses import find_area_in_text
from zhenshu.ground.areas.geometry import check_boundary, locate
from zhenshu.ground.areas.models import CODE_LENGTHS, Area, Level
from zhenshu.ground.ledger.models import Entry
from zhenshu.ground.ledger.record import SYSTEM

terrain_of = lru_cache(build_terrain)


@pytest.fixture(scope="module")
def terrain():
    return terrain_of(1)


def ground(plots):
    return [shape(plot.boundary) for plot in plots]


class TestPlots:
    def test_numbers_of_a_real_township(self, terrain):
        counts = {level: len(terrain.plots_at(level)) for level in Level.values}
        assert counts == {1: 1, 2: 1, 3: 13, 4: 51, 5: 272}

    @pytest.mark.parametrize("level", [Level.VILLAGE, Level.GRID, Level.MICRO_GRID])
    def test_plots_of_a_level_tile_the_township(self, terrain, level):
        plots = ground(terrain.plots_at(level))
        assert shapely.coverage_is_valid(plots)
        assert shapely.coverage_union_all(plots).equals(shape(terrain.plots_at(Level.TOWN)[0].boundary))

    def test_every_parent_is_exactly_its_children(self, terrain):
        for plot in (*terrain.plots_at(Level.VILLAGE), *terrain.plots_at(Level.GRID)):
            children = terrain.children(plot.code)
            assert shape(plot.boundary).equals(shapely.union_all(ground(children)))
            assert plot.households == sum(child.households for child in children)
            assert plot.population == sum(child.population for child in children)

    def test_codes_are_unique_and_prefixed_by_the_parents(self, terrain):
        codes = [plot.code for plot in terrain.plots]
        assert len(set(codes)) == len(codes)
        assert all(len(plot.code) == CODE_LENGTHS[plot.level] for plot in terrain.plots)
        assert all(code.startswith("99") for code in codes)
        assert all(p.code.startswith(p.parent_code) for p in terrain.plots if p.level > Level.VILLAGE)

    def test_communities_and_villages_have_codes_of_their_ranges(self, terrain):
        numbers = {plot.name: int(plot.code[9:]) for plot in terrain.plots_at(Level.VILLAGE)}
        assert all((number < 200) == name.endswith("社区") for name, number in numbers.items())

    def test_boundaries_pass_the_rules_for_any_boundary(self, terrain):
        for plot in terrain.plots:
            check_boundary(plot.boundary)

    def test_parents_come_before_children(self, terrain):
        seen = {None}
        for plot in terrain.plots:
            assert plot.parent_code in seen
            seen.add(plot.code)


class TestSeed:
    def test_same_seed_gives_the_same_land(self, terrain):
        assert build_terrain(1) == terrain

    def test_other_seed_gives_other_land(self, terrain):
        assert terrain_of(2).plots[-1].boundary != terrain.plots[-1].boundary

    @settings(max_examples=6, deadline=None)
    @given(st.integers(0, 2**32 - 1))
    def test_any_seed_gives_land_without_gap_or_fold(self, seed):
        land = build_terrain(seed)
        micro_grids = ground(land.plots_at(Level.MICRO_GRID))
        assert len(micro_grids) == 272
        assert shapely.coverage_is_valid(micro_grids)
        assert all(plot.geom_type == "Polygon" for plot in micro_grids)


class TestLinesAndLandmarks:
    def test_landmarks_lie_in_the_micro_grid_they_name(self, terrain):
        boundaries = {plot.code: shape(plot.boundary) for plot in terrain.plots_at(Level.MICRO_GRID)}
        for mark in terrain.landmarks:
            assert boundaries[mark.code].distance(Point(mark.lon, mark.lat)) < 1e-6

    @pytest.mark.parametrize("seed", [1, 2, 3])
    def test_landmarks_lie_in_the_settlement_they_belong_to(self, seed):
        codes = {place.name: place.code for place in SETTLEMENTS}
        found = {mark.name: mark.code[:12] for mark in terrain_of(seed).landmarks}
        assert {spot.name: codes[spot.settlement] for spot in SPOTS}.items() <= found.items()

    def test_every_settlement_has_its_service_centre(self, terrain):
        names = {mark.name for mark in terrain.landmarks}
        assert {f"{place.name}党群服务中心" for place in SETTLEMENTS} <= names

    def test_roads_and_waters_run_inside_the_township(self, terrain):
        town = shape(terrain.plots_at(Level.TOWN)[0].boundary).buffer(1e-6)
        assert all(town.covers(shape(line.geometry)) for line in (*terrain.roads, *terrain.waters))

    def test_roads_name_the_micro_grids_they_touch(self, terrain):
        boundaries = {plot.code: shape(plot.boundary) for plot in terrain.plots_at(Level.MICRO_GRID)}
        for road in terrain.roads:
            touched = {
                code for code, boundary in boundaries.items() if boundary.intersects(shape(road.geometry))
            }
            assert set(road.codes) == touched

    def test_river_sections_join_and_have_villages_on_both_banks(self, terrain):
        sections = [line for line in terrain.waters if line.kind == "river"]
        ends = [(s.geometry["coordinates"][0], s.geometry["coordinates"][-1]) for s in sections]
        assert len(sections) == 5
        assert all(Point(a[1]).distance(Point(b[0])) < 1e-9 for a, b in zip(ends, ends[1:], strict=False))
        assert all(len(section.codes) >= 2 for section in sections)

    def test_background_is_plain_json(self, terrain):
        collection = json.loads(json.dumps(terrain.as_geojson()))
        lines = len(terrain.roads) + len(terrain.waters)
        assert len(collection["features"]) == lines + len(terrain.landmarks)

    def test_random_positions_lie_inside_and_repeat(self, terrain):
        boundary = terrain.plots[-1].boundary
        rng, again = random.Random(5), random.Random(5)
        points = [random_position(rng, boundary) for _ in range(20)]
        assert points == [random_position(again, boundary) for _ in range(20)]
        assert all(shape(boundary).intersects(Point(point)) for point in points)


class TestSave:
    def test_all_areas_are_written_with_an_entry_each(self, terrain, db):
        areas = terrain.save(by=SYSTEM)
        assert Area.objects.count() == len(areas) == 338
        assert Entry.objects.filter(action="area.created").count() == 338
        assert Area.objects.under(areas[terrain.plots_at(Level.TOWN)[0].code]).count() == 337

    def test_saved_land_answers_where_a_landmark_is(self, terrain, db):
        areas = terrain.save(by=SYSTEM)
        wrong = [m.name for m in terrain.landmarks if locate(m.lon, m.lat) != areas[m.code].pk]
        assert wrong == []

    def test_saved_land_understands_texts(self, terrain, db):
        areas = terrain.save(by=SYSTEM)
        words = terrain.landmark_words(areas)
        by_name = {area.name: area.pk for area in areas.values()}

        def surest(text):
            return find_area_in_text(text, landmarks=words)[0].area_id

        assert surest("东浦村三网格02微网格路灯不亮") == by_name["东浦村第三网格02微网格"]
        assert surest("文昌社区文昌街井盖缺失") == by_name["文昌社区"]
        assert areas[next(m.code for m in terrain.landmarks if m.name == "澄江中学")].pk == surest(
            "澄江中学门口堵车"
        )
