"""Layers: what a file may hold, which version is in force, what a plot meets, and what is kept of it."""

from __future__ import annotations

import json
from datetime import date, timedelta

import pytest
from shapely.geometry import Point, box, mapping
from tests.conftest import square

from zhenshu.ground.areas.coordinates import wgs84_to_gcj02
from zhenshu.ground.areas.surface import square_metres
from zhenshu.ground.ledger.models import Entry
from zhenshu.ground.packs.registry import library
from zhenshu.registers.dossiers.acts import create_dossier
from zhenshu.registers.dossiers.errors import DossierNotAllowedError, DossierNotFoundError
from zhenshu.registers.dossiers.models import Dossier
from zhenshu.registers.layers.acts import find_layer_kind, keep_test, lay_over, take_in, visible_layers
from zhenshu.registers.layers.errors import LayerInvalidError, LayerNotAllowedError
from zhenshu.registers.layers.models import GroundTest, Layer
from zhenshu.registers.layers.reading import read_ground, read_layer

pytestmark = pytest.mark.django_db
FARMLAND, TOWN_LINE, RESERVE = "land.basic_farmland", "land.town_line", "land.reserve"
VERSION = date(2023, 11, 10)


def collection(*geometries):
    features = [
        {"type": "Feature", "properties": {"图斑编号": f"T{n}"}, "geometry": g}
        for n, g in enumerate(geometries)
    ]
    return json.dumps({"type": "FeatureCollection", "features": features})


@pytest.fixture
def scopes(people, scope_for):
    return {key: scope_for(user) for key, user in people.items()}


@pytest.fixture
def taken(town, scopes):
    """Take a layer of some squares in, in the town of the tests."""

    def take(code, *geometries, version_on=VERSION, by="officer", area=None):
        return take_in(
            find_layer_kind(code), read_layer(collection(*geometries)), area=area or town.town,
            version_on=version_on, source="测试", by=scopes[by],
        )  # fmt: skip

    return take


@pytest.fixture
def plot(town, scopes):
    kind = library().dossier_kind("land.plot")
    values = {"number": "P1", "use": "industry"}
    return create_dossier(
        kind, values, area=town.villages[0], opened_on=date(2023, 1, 1), by=scopes["officer"]
    )


class TestFiles:
    def test_polygons_come_with_their_names(self):
        found = read_layer(collection(square(0, 0), square(2, 0)))
        assert [one.name for one in found] == ["T0", "T1"]

    def test_a_faulty_polygon_is_named_and_nothing_is_read(self):
        bow = {"type": "Polygon", "coordinates": [[[0, 0], [1, 1], [1, 0], [0, 1], [0, 0]]]}
        with pytest.raises(LayerInvalidError) as refusal:
            read_layer(collection(square(0, 0), bow, {"type": "Point", "coordinates": [1, 1]}))
        assert "2" in str(refusal.value)
        assert "3" in str(refusal.value)

    @pytest.mark.parametrize(
        "text",
        [
            "", "hello", "[]", "{}", "120.1", "200, 31", "nan, 31", "120, 31, 5",
            '{"type": "FeatureCollection"}', '{"type": "FeatureCollection", "features": []}',
            '{"type": "Feature", "geometry": null}', '{"type": "Point", "coordinates": ["x", 1]}',
            '{"type": "Point"}',
        ],
    )  # fmt: skip
    def test_what_is_no_ground_is_refused_with_a_sentence(self, text):
        with pytest.raises(LayerInvalidError) as refusal:
            read_ground(text)
        assert str(refusal.value)

    def test_a_point_and_polygons_are_ground(self):
        assert read_ground("120.005，31.005").equals(Point(120.005, 31.005))
        whole = read_ground(collection(square(0, 0), square(1, 0)))
        assert whole.equals(box(120, 31, 120.02, 31.01))

    def test_shifted_coordinates_are_brought_back(self):
        there = wgs84_to_gcj02(120.005, 31.005)
        assert read_ground(f"{there[0]}, {there[1]}", crs="gcj02").distance(Point(120.005, 31.005)) < 1e-8


class TestVersions:
    def test_a_later_version_takes_the_place_of_the_one_before(self, taken, scopes):
        first, second = (
            taken(FARMLAND, square(0, 0)),
            taken(FARMLAND, square(1, 0), version_on=date(2024, 2, 1)),
        )
        assert list(visible_layers(scopes["officer"]).filter(ended_on=None)) == [second]
        first.refresh_from_db()
        assert first.ended_on is not None
        acts = list(Entry.objects.filter(action__startswith="layer.").values_list("action", flat=True))
        assert acts == ["layer.taken_in", "layer.replaced", "layer.taken_in"]

    def test_an_earlier_or_future_version_is_refused(self, taken):
        taken(FARMLAND, square(0, 0))
        for day in (VERSION - timedelta(days=1), date.today() + timedelta(days=1)):
            with pytest.raises(LayerInvalidError):
                taken(FARMLAND, square(1, 0), version_on=day)
        assert Layer.objects.filter(ended_on=None).count() == 1

    def test_who_takes_layers_in(self, taken, town):
        for key in ("grid_worker", "leader", "viewer", "dispatcher"):
            with pytest.raises(LayerNotAllowedError):
                taken(FARMLAND, square(0, 0), by=key)
        taken(FARMLAND, square(0, 0), by="secretary")

    def test_a_village_sees_the_layers_of_its_town(self, taken, scopes):
        layer = taken(FARMLAND, square(0, 0))
        assert list(visible_layers(scopes["viewer"])) == [layer]


class TestTesting:
    def over(self, ground, scope):
        return {met.kind.full_code: met.hit for met in lay_over(ground, by=scope)}

    def test_what_lies_inside_is_measured_once_where_polygons_overlap(self, taken, scopes):
        taken(FARMLAND, square(0, 0, wide=2), square(1, 0, wide=2))
        hit = self.over(box(120.005, 31, 120.025, 31.01), scopes["officer"])[FARMLAND]
        assert hit.touched
        assert hit.square_metres == pytest.approx(square_metres(box(120.005, 31, 120.025, 31.01)), rel=1e-9)

    def test_of_a_boundary_the_ground_outside_is_limited(self, taken, scopes):
        taken(TOWN_LINE, square(0, 0))
        grounds = ((120.002, 120.004), (120.005, 120.015), (120.03, 120.04))
        found = [self.over(box(west, 31, east, 31.01), scopes["officer"]) for west, east in grounds]
        hits = [one[TOWN_LINE] for one in found]
        assert [hit.touched for hit in hits] == [False, True, True]
        assert hits[1].square_metres == pytest.approx(
            square_metres(box(120.01, 31, 120.015, 31.01)), rel=1e-9
        )

    def test_ground_that_only_touches_a_line_is_not_limited(self, taken, scopes):
        taken(FARMLAND, square(0, 0))
        hit = self.over(box(120.01, 31, 120.02, 31.01), scopes["officer"])[FARMLAND]
        assert (hit.touched, hit.square_metres) == (False, 0)

    def test_a_point_is_in_or_out(self, taken, scopes):
        taken(FARMLAND, square(0, 0))
        taken(TOWN_LINE, square(0, 0))
        inside, outside = (self.over(Point(x, 31.005), scopes["officer"]) for x in (120.005, 120.05))
        assert (inside[FARMLAND].touched, inside[TOWN_LINE].touched) == (True, False)
        assert (outside[FARMLAND].touched, outside[TOWN_LINE].touched) == (False, True)


class TestKeeping:
    def test_a_test_is_kept_and_marks_the_plot(self, taken, plot, scopes):
        layer = taken(FARMLAND, square(0, 0))
        taken(RESERVE, square(3, 1))
        ground = box(120.005, 31, 120.015, 31.01)
        kept = keep_test(plot.pk, ground, by=scopes["officer"])
        hit = next(one for one in kept.hits if one["kind"] == FARMLAND)
        assert (hit["touched"], hit["layer"], hit["digest"], hit["share"]) == (
            True,
            layer.pk,
            layer.digest,
            50.0,
        )
        assert hit["square_metres"] == pytest.approx(kept.square_metres / 2, abs=0.01)
        assert Dossier.objects.get(pk=plot.pk).fields["limits_line"] == ["farmland"]
        assert Entry.objects.get(action="ground.tested").subject_id == kept.pk

    def test_a_later_test_stands_beside_the_one_before(self, taken, plot, scopes):
        taken(FARMLAND, square(0, 0))
        keep_test(plot.pk, box(120.005, 31, 120.015, 31.01), by=scopes["officer"])
        keep_test(plot.pk, Point(120.035, 31.015), by=scopes["officer"])
        assert [one.current for one in GroundTest.objects.order_by("pk")] == [False, True]
        assert Dossier.objects.get(pk=plot.pk).fields["limits_line"] == ["none"]
        assert GroundTest.objects.get(current=True).geometry == mapping(Point(120.035, 31.015)) | {
            "coordinates": [120.035, 31.015]
        }

    def test_without_layers_or_for_other_dossiers_nothing_is_kept(self, taken, plot, town, scopes):
        with pytest.raises(LayerInvalidError):
            keep_test(plot.pk, Point(120.005, 31.005), by=scopes["officer"])
        taken(FARMLAND, square(0, 0))
        kind = library().dossier_kind("base.village")
        values = {"name": "东浦村", "kind": "village"}
        other = create_dossier(
            kind, values, area=town.villages[0], opened_on=date(2023, 1, 1), by=scopes["officer"]
        )
        with pytest.raises(LayerInvalidError):
            keep_test(other.pk, Point(120.005, 31.005), by=scopes["officer"])
        assert GroundTest.objects.count() == 0

    def test_who_may_not_see_or_write_keeps_nothing(self, taken, plot, scopes):
        taken(FARMLAND, square(0, 0))
        for key, refusal in (("viewer", DossierNotFoundError), ("leader", DossierNotAllowedError)):
            with pytest.raises(refusal):
                keep_test(plot.pk, Point(120.005, 31.005), by=scopes[key])
        assert GroundTest.objects.count() == 0
