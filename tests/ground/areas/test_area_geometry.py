"""Coordinates, boundaries, and the micro-grid around a point."""

from __future__ import annotations

import re
from math import hypot, inf, nan

import pytest
from hypothesis import given
from hypothesis import strategies as st
from shapely.geometry import MultiPolygon, Point, box
from tests.conftest import square

from zhenshu.ground.areas.coordinates import (
    gcj02_to_wgs84,
    metres_between,
    to_wgs84,
    wgs84_to_gcj02,
)
from zhenshu.ground.areas.errors import BoundaryError
from zhenshu.ground.areas.geometry import (
    Locator,
    Place,
    check_boundary,
    describe_outside,
    locate,
    read_boundary,
    write_boundary,
)
from zhenshu.ground.areas.models import Level
from zhenshu.ground.areas.revision import expect_change
from zhenshu.ground.areas.tree import close_area, correct_area, create_area
from zhenshu.ground.ledger.record import SYSTEM

EASTERN_CHINA = {"lon": st.floats(100, 123), "lat": st.floats(20, 45)}


class TestCoordinates:
    @given(**EASTERN_CHINA)
    def test_shift_there_and_back_is_a_millimetre_at_most(self, lon, lat):
        back = gcj02_to_wgs84(*wgs84_to_gcj02(lon, lat))
        assert hypot(*metres_between(lon, lat, *back)) < 0.001

    @given(**EASTERN_CHINA)
    def test_shift_is_some_hundred_metres(self, lon, lat):
        assert 50 < hypot(*metres_between(lon, lat, *wgs84_to_gcj02(lon, lat))) < 1200

    @pytest.mark.parametrize(
        ("true", "shifted"),
        [
            ((121.5272106, 31.1774276), (121.531541859215, 31.17530398364597)),
            ((113.912316, 22.543847), (113.9171764808363, 22.540796131694766)),
            ((116.377817, 39.911954), (116.38404722455657, 39.91334545536069)),
        ],
        ids=["Shanghai", "Shenzhen", "Beijing"],
    )
    def test_shift_matches_points_that_others_use_too(self, true, shifted):
        assert wgs84_to_gcj02(*true) == pytest.approx(shifted, abs=1e-9)
        assert gcj02_to_wgs84(*shifted) == pytest.approx(true, abs=1e-9)

    @pytest.mark.parametrize("point", [(2.35, 48.85), (-74.0, 40.7), (0.0, 0.0)])
    def test_nothing_is_shifted_outside_china(self, point):
        assert wgs84_to_gcj02(*point) == point == gcj02_to_wgs84(*point)

    @pytest.mark.parametrize("crs", ["wgs84", "cgcs2000"])
    def test_true_coordinates_stay(self, crs):
        assert to_wgs84(120.1, 31.2, crs) == (120.1, 31.2)


def ring(*corners):
    return {"type": "Polygon", "coordinates": [[*corners, corners[0]]]}


class TestBoundary:
    @pytest.mark.parametrize(
        "geojson",
        [
            square(0, 0),
            {
                "type": "MultiPolygon",
                "coordinates": [square(0, 0)["coordinates"], square(3, 3)["coordinates"]],
            },
            None,
        ],
        ids=["polygon", "two parts", "none"],
    )
    def test_usable_boundary_passes(self, geojson):
        check_boundary(geojson)

    @pytest.mark.parametrize(
        ("geojson", "words"),
        [
            ("POLYGON((0 0,1 1))", "GeoJSON"),
            ({"type": "LineString", "coordinates": [[0, 0], [1, 1]]}, "GeoJSON"),
            ({"type": "Polygon"}, "."),
            ({"type": "Polygon", "coordinates": [[["a", "b"]]]}, "."),
            ({"type": "Polygon", "coordinates": 7}, "."),
            ({"type": "Polygon", "coordinates": [[[0, 0], [1, 1]]]}, "."),
            ({"type": "Polygon", "coordinates": []}, "."),
            (ring([120, 31], [120.1, 31.1], [120.1, 31], [120, 31.3]), "120"),
            (ring([120, 31], [121, 31], [122, 31]), "."),
            (ring([31, 120], [31, 120.1], [31.1, 120.1]), "."),
            (ring([500000, 3400000], [500100, 3400000], [500100, 3400100]), "180"),
            (ring([120, 31], [nan, 31], [121, 32]), "."),
            (ring([120, 31], [inf, 31], [121, 32]), "."),
        ],
        ids=[
            "wkt", "line", "no coordinates", "letters", "number", "two points", "empty", "bow tie",
            "flat", "swapped", "metres", "nan", "infinite",
        ],
    )  # fmt: skip
    def test_unusable_boundary_is_refused_with_a_sentence(self, geojson, words):
        with pytest.raises(BoundaryError, match=words):
            read_boundary(geojson)

    @given(west=st.floats(100, 120), south=st.floats(20, 45), size=st.floats(0.001, 1))
    def test_written_boundary_reads_back_the_same_to_a_centimetre(self, west, south, size):
        before = box(west, south, west + size, south + size)
        after = read_boundary(write_boundary(before))
        assert after.symmetric_difference(before).area < 4 * size * 2e-7

    def test_multipolygon_is_written_as_plain_lists(self):
        written = write_boundary(MultiPolygon([box(0, 0, 1, 1), box(2, 2, 3, 3)]))
        assert written["type"] == "MultiPolygon"
        assert isinstance(written["coordinates"][0][0][0], list)


class TestLocate:
    def test_point_is_found_in_its_micro_grid(self, town):
        assert locate(120.005, 31.005) == town.micro_grids[0].pk
        assert locate(120.035, 31.015) == town.micro_grids[-1].pk

    def test_shifted_input_is_taken_back_first(self, town):
        lon, lat = wgs84_to_gcj02(120.005, 31.005)
        assert locate(lon, lat, crs="gcj02") == town.micro_grids[0].pk

    def test_narrowest_area_drawn_answers(self, town):
        correct_area(town.micro_grids[0], by=SYSTEM, boundary=None)
        assert locate(120.005, 31.005) == town.grids[0].pk
        correct_area(town.grids[0], by=SYSTEM, boundary=None)
        assert locate(120.005, 31.005) == town.villages[0].pk

    def test_every_point_of_a_shared_edge_belongs_to_one_area(self, town):
        assert locate(120.01, 31.005) == town.micro_grids[0].pk
        assert locate(120.01, 31.01) == town.micro_grids[0].pk

    def test_change_is_seen_at_the_next_look_up(self, town):
        assert locate(120.0455, 31.005) is None
        grid = create_area(
            "飞地网格",
            Level.GRID,
            parent=town.town,
            valid_from=town.town.valid_from,
            by=SYSTEM,
            boundary=square(4, 0),
        )
        assert locate(120.0455, 31.005) == grid.pk

    def test_closed_area_answers_no_more(self, town):
        close_area(town.micro_grids[0], on=town.town.valid_from.replace(year=2020), by=SYSTEM)
        assert locate(120.005, 31.005) == town.grids[0].pk

    @pytest.mark.parametrize("point", [(119.99, 31.0), (nan, 31.0), (120.0, inf), (31.005, 120.005), (0, 0)])
    def test_point_outside_is_in_no_area(self, town, point):
        assert locate(*point) is None

    def test_look_up_costs_no_query(self, town, django_assert_num_queries):
        locate(120.005, 31.005)
        with django_assert_num_queries(0):
            locate(120.015, 31.005)

    @given(lon=st.floats(119.9, 120.2), lat=st.floats(30.9, 31.1))
    def test_tree_search_agrees_with_asking_every_polygon(self, lon, lat):
        corners = [(120 + x / 50, 31 + y / 50) for x in range(5) for y in range(4)]
        cells = [
            Place(number, Level.MICRO_GRID, "", box(west, south, west + 0.02, south + 0.02))
            for number, (west, south) in enumerate(corners)
        ]
        inside = [place.area_id for place in cells if place.geometry.intersects(Point(lon, lat))]
        assert Locator(cells).locate(lon, lat) == (min(inside) if inside else None)


class TestDescribeOutside:
    def test_point_inside_needs_no_sentence(self, town):
        assert describe_outside(120.005, 31.005) == ""

    @pytest.mark.parametrize(
        ("point", "words"),
        [
            ((31.005, 120.005), "澄江镇"),
            ((0.0, 0.0), "0, 0"),
            ((nan, 31.0), "."),
            ((200.0, 95.0), "180"),
            ((120.14, 31.01), "9.5 km|9.5 公里"),
        ],
        ids=["swapped", "no fix", "nan", "out of range", "too far east"],
    )
    def test_sentence_says_what_is_wrong(self, town, point, words):
        sentence = describe_outside(*point)
        assert re.search(words, sentence), sentence

    @pytest.mark.parametrize(
        ("point", "direction"),
        [
            ((120.02, 31.5), "north|北"),
            ((120.02, 30.5), "south|南"),
            ((119.5, 31.01), "west|西"),
            ((120.6, 31.6), "north-east|东北"),
        ],
    )
    def test_direction_is_told(self, town, point, direction):
        assert re.search(direction, describe_outside(*point))

    def test_without_any_boundary_that_is_said(self, db):
        expect_change()
        assert describe_outside(120.0, 31.0) != ""
        assert locate(120.0, 31.0) is None
