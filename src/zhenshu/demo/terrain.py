"""The land of the demo township: 13 villages and communities, 51 grids, 272 micro-grids, roads and water.

Fictional throughout and the same for the same seed.
"""

from __future__ import annotations

import random
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
import shapely
from shapely.geometry import LineString, Point, Polygon, mapping, shape
from shapely.ops import split, substring

from zhenshu.demo import gazetteer, landscape
from zhenshu.demo.gazetteer import Settlement
from zhenshu.ground.areas.models import Area, Level
from zhenshu.ground.areas.tree import AreaSeed, plant_areas
from zhenshu.ground.ledger.record import Actor

FOUNDED = date(2019, 1, 1)
CENTRE = (120.37, 32.86)
SIZE_KM = (10.6, 8.8)
CHINESE_NUMERALS = "一二三四五六七八九十"

GeoJSON = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Plot:
    """An area of the township before it is saved; the code is its key."""

    code: str
    parent_code: str | None
    name: str
    level: int
    boundary: GeoJSON | None
    households: int
    population: int


@dataclass(frozen=True, slots=True)
class Line:
    """A road, a stream or a section of the river, with the codes of the areas it runs through."""

    name: str
    kind: str
    geometry: GeoJSON
    codes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Landmark:
    """A named place that people mention in their messages, and the micro-grid it lies in."""

    name: str
    kind: str
    lon: float
    lat: float
    code: str


@dataclass(frozen=True, slots=True)
class Terrain:
    """The whole land as plain data: districts first, every parent before its children."""

    seed: int
    plots: tuple[Plot, ...]
    roads: tuple[Line, ...]
    waters: tuple[Line, ...]
    landmarks: tuple[Landmark, ...]

    def plots_at(self, level: int) -> tuple[Plot, ...]:
        """Return the plots of one level."""
        return tuple(plot for plot in self.plots if plot.level == level)

    def children(self, code: str) -> tuple[Plot, ...]:
        """Return the plots directly below one."""
        return tuple(plot for plot in self.plots if plot.parent_code == code)

    def save(self, *, by: Actor, valid_from: date = FOUNDED) -> dict[str, Area]:
        """Write the areas into the tree and return them by code."""
        seeds = [
            AreaSeed(
                key=plot.code,
                parent_key=plot.parent_code,
                name=plot.name,
                level=plot.level,
                valid_from=valid_from,
                code=plot.code,
                boundary=plot.boundary,
                households=plot.households,
                population=plot.population,
            )
            for plot in self.plots
        ]
        return plant_areas(seeds, by=by)

    def landmark_words(self, areas: Mapping[str, Area]) -> dict[str, tuple[int, ...]]:
        """Return which areas are meant when a landmark or a road is named, for finding areas in text."""
        words = {landmark.name: (areas[landmark.code].pk,) for landmark in self.landmarks}
        return words | {road.name: tuple(areas[code].pk for code in road.codes) for road in self.roads}

    def as_geojson(self) -> GeoJSON:
        """Return roads, waters and landmarks as one feature collection, for the map's background."""
        lines = [_feature(line.geometry, line.name, line.kind) for line in (*self.waters, *self.roads)]
        points = [
            _feature(mapping(Point(mark.lon, mark.lat)), mark.name, mark.kind) for mark in self.landmarks
        ]
        return {"type": "FeatureCollection", "features": lines + points}


def random_position(rng: random.Random, boundary: Mapping[str, Any]) -> tuple[float, float]:
    """Return a random longitude and latitude inside a boundary."""
    ground = shape(boundary)
    west, south, east, north = ground.bounds
    while True:
        lon, lat = round(rng.uniform(west, east), 6), round(rng.uniform(south, north), 6)
        if shapely.contains_xy(ground, lon, lat):
            return lon, lat


def build_terrain(seed: int = 1) -> Terrain:
    """Return the land of the township, the same for the same seed."""
    rng = np.random.default_rng(seed)
    draft = _draft_pieces(rng)
    bend = landscape.smooth_bend(rng, river_height=0.0)
    bent = landscape.bent_cells([piece.cell for piece in draft], bend)
    to_degrees = landscape.Projection(*CENTRE).degrees
    pieces = [piece.placed(to_degrees(cell)) for piece, cell in zip(draft, bent, strict=True)]
    plots = _plots(rng, pieces)
    ground = _Ground(pieces, bend, to_degrees)
    return Terrain(
        seed=seed,
        plots=tuple(plots),
        roads=tuple(ground.line(way) for way in gazetteer.ROADS),
        waters=(*_river(ground), *(ground.line(way) for way in gazetteer.STREAMS)),
        landmarks=tuple(_landmarks(rng, ground)),
    )


# --- cutting the plane --------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Piece:
    """A micro-grid in the making: its ground, and which of which grid of which settlement it is."""

    settlement: Settlement
    grid: int
    number: int
    cell: Polygon

    @property
    def grid_code(self) -> str:
        return f"{self.settlement.code}{self.grid:03d}"

    @property
    def code(self) -> str:
        return f"{self.grid_code}{self.number:02d}"

    @property
    def grid_name(self) -> str:
        return f"{self.settlement.name}第{CHINESE_NUMERALS[self.grid - 1]}网格"

    @property
    def name(self) -> str:
        return f"{self.grid_name}{self.number:02d}微网格"

    def placed(self, cell: Polygon) -> _Piece:
        return _Piece(self.settlement, self.grid, self.number, cell)


def _draft_pieces(rng: np.random.Generator) -> list[_Piece]:
    """Return all micro-grids as convex cells: halves along the river, settlements, grids, micro-grids."""
    outline = landscape.convex_outline(rng, width=SIZE_KM[0], height=SIZE_KM[1])
    river = LineString([(-50.0, 0.0), (50.0, 0.0)])
    pieces: list[_Piece] = []
    sizes = _micro_grid_counts(rng)
    for half in split(outline, river).geoms:
        settled = [place for place in gazetteer.SETTLEMENTS if (place.y > 0) == (half.centroid.y > 0)]
        middles = np.array([(place.x, place.y) for place in settled])
        for place, ground in zip(settled, landscape.cells_around(half, middles), strict=True):
            pieces += _cut_settlement(rng, place, ground, sizes)
    return sorted(pieces, key=lambda piece: piece.code)


def _cut_settlement(
    rng: np.random.Generator, place: Settlement, ground: Polygon, sizes: Mapping[tuple[int, int], int]
) -> Iterable[_Piece]:
    grids = _reading_order(landscape.relaxed_cells(rng, ground, place.grids))
    for grid, cell in enumerate(grids, start=1):
        parts = _reading_order(landscape.relaxed_cells(rng, cell, sizes[place.number, grid]))
        yield from (_Piece(place, grid, number, part) for number, part in enumerate(parts, start=1))


def _micro_grid_counts(rng: np.random.Generator) -> dict[tuple[int, int], int]:
    """Return into how many micro-grids each grid is cut, by settlement number and grid number."""
    keys = [
        (place.number, grid, place.urban)
        for place in gazetteer.SETTLEMENTS
        for grid in range(1, place.grids + 1)
    ]
    rural = [(number, grid) for number, grid, urban in keys if not urban]
    fours = {rural[index] for index in rng.choice(len(rural), gazetteer.RURAL_GRIDS_OF_FOUR, replace=False)}
    return {
        (number, grid): gazetteer.MICRO_GRIDS_PER_URBAN_GRID if urban else 5 - ((number, grid) in fours)
        for number, grid, urban in keys
    }


def _reading_order(cells: Sequence[Polygon]) -> list[Polygon]:
    """Return cells roughly from north-west to south-east, as grids are numbered."""
    return sorted(cells, key=lambda cell: cell.centroid.x - 2 * cell.centroid.y)


# --- from pieces to plots -----------------------------------------------------------------------------


def _plots(rng: np.random.Generator, pieces: Sequence[_Piece]) -> list[Plot]:
    """Return plots of all levels; each parent is exactly its children together, in ground and in people."""
    micro_grids = [_micro_grid_plot(rng, piece) for piece in pieces]
    named = {piece.grid_code: (piece.grid_name, piece.settlement.code) for piece in pieces}
    grids = [
        _parent_plot(code, parent, name, Level.GRID, micro_grids) for code, (name, parent) in named.items()
    ]
    town_name, town_code = gazetteer.TOWN
    villages = [
        _parent_plot(place.code, town_code, place.name, Level.VILLAGE, grids)
        for place in gazetteer.SETTLEMENTS
    ]
    district_name, district_code = gazetteer.DISTRICT
    town = _parent_plot(town_code, district_code, town_name, Level.TOWN, villages)
    district = Plot(
        district_code, None, district_name, Level.DISTRICT, None, town.households, town.population
    )
    return [district, town, *villages, *grids, *micro_grids]


def _micro_grid_plot(rng: np.random.Generator, piece: _Piece) -> Plot:
    low, high, per_household = (55, 110, 2.5) if piece.settlement.urban else (30, 51, 2.9)
    households = int(rng.integers(low, high))
    population = round(households * (per_household + rng.uniform(-0.3, 0.3)))
    boundary = _as_geojson(piece.cell)
    return Plot(piece.code, piece.grid_code, piece.name, Level.MICRO_GRID, boundary, households, population)


def _parent_plot(code: str, parent_code: str, name: str, level: int, below: Sequence[Plot]) -> Plot:
    children = [plot for plot in below if plot.parent_code == code]
    together = shapely.coverage_union_all([shape(child.boundary) for child in children])
    households = sum(child.households for child in children)
    population = sum(child.population for child in children)
    return Plot(code, parent_code, name, level, _as_geojson(together), households, population)


def _as_geojson(geometry: Any) -> GeoJSON:
    """Return the geometry as JSON holds it, with lists for coordinates."""
    return {"type": geometry.geom_type, "coordinates": _lists(mapping(geometry)["coordinates"])}


def _lists(coordinates: Any) -> Any:
    return [_lists(part) for part in coordinates] if isinstance(coordinates, tuple) else coordinates


# --- roads, waters, landmarks -------------------------------------------------------------------------


class _Ground:
    """The finished ground, onto which lines drawn on the plane are bent and clipped."""

    def __init__(self, pieces: Sequence[_Piece], bend: landscape.Bend, to_degrees: Any) -> None:
        self.pieces = pieces
        self._bend, self._to_degrees = bend, to_degrees
        self.outline = shapely.coverage_union_all([piece.cell for piece in pieces])
        self._tree = shapely.STRtree([piece.cell for piece in pieces])

    def draw(self, corners: Sequence[tuple[float, float]]) -> Any:
        """Return a line through corners of the plane as it runs over the ground, inside the township."""
        return self._to_degrees(landscape.bent_line(corners, self._bend)).intersection(self.outline)

    def place(self, spot: tuple[float, float]) -> Point:
        """Return where a point of the plane lies on the ground."""
        return self._to_degrees(Point(self._bend(np.array([spot]))[0]))

    def code_at(self, point: Point) -> str:
        """Return the code of the micro-grid around a point."""
        return self.pieces[int(self._tree.query(point, predicate="intersects")[0])].code

    def codes_along(self, geometry: Any) -> tuple[str, ...]:
        """Return the codes of the micro-grids that a line touches."""
        touched = self._tree.query(geometry, predicate="intersects").tolist()
        return tuple(self.pieces[index].code for index in sorted(touched))

    def line(self, way: gazetteer.Way) -> Line:
        geometry = self.draw(way.corners)
        return Line(way.name, way.kind, _as_geojson(geometry), self.codes_along(geometry))


def _river(ground: _Ground) -> Iterable[Line]:
    """Return the sections of the river from upstream to downstream, each with the villages on its banks."""
    course = shapely.line_merge(ground.draw([(-50.0, 0.0), (50.0, 0.0)]))
    cuts = [share / len(gazetteer.RIVER_SECTIONS) for share in range(len(gazetteer.RIVER_SECTIONS) + 1)]
    for name, begin, end in zip(gazetteer.RIVER_SECTIONS, cuts, cuts[1:], strict=False):
        part = substring(course, begin, end, normalized=True)
        banks = dict.fromkeys(code[:12] for code in ground.codes_along(part.buffer(1e-6)))
        yield Line(f"{gazetteer.RIVER}{name}", "river", _as_geojson(part), tuple(banks))


def _landmarks(rng: np.random.Generator, ground: _Ground) -> Iterable[Landmark]:
    halls = [
        gazetteer.Spot(f"{place.name}党群服务中心", "government", place.name)
        for place in gazetteer.SETTLEMENTS
    ]
    for spot in (*gazetteer.SPOTS, *halls):
        point = _spot_point(rng, ground, spot)
        yield Landmark(spot.name, spot.kind, round(point.x, 6), round(point.y, 6), ground.code_at(point))


def _spot_point(rng: np.random.Generator, ground: _Ground, spot: gazetteer.Spot) -> Point:
    if spot.at is not None:
        return ground.place(spot.at)
    near = [piece for piece in ground.pieces if piece.settlement.name == spot.settlement]
    return landscape.point_within(rng, near[int(rng.integers(len(near)))].cell)


def _feature(geometry: Any, name: str, kind: str) -> GeoJSON:
    return {"type": "Feature", "geometry": geometry, "properties": {"name": name, "kind": kind}}
