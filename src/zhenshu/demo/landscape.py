"""Shape ground that looks grown: convex pieces cut out of a plane, then bent all together.

Everything is reckoned in kilometres on a flat plane. The plane is cut into convex cells (relaxed Voronoi
cells inside Voronoi cells), all cell edges are noded once, and a smooth bend is applied to every vertex.
As each vertex is bent once and shared by all cells around it, children tile their parents exactly.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry import LineString, MultiPoint, Point, Polygon

Points = NDArray[np.float64]
Bend = Callable[[Points], Points]

RELAXATIONS = 6
EDGE_STEP_KM = 0.12
WAVES = ((7.0, 0.42), (3.1, 0.13), (1.3, 0.035), (0.55, 0.012))
"""Length and amplitude of the swells, in kilometres; each comes twice, in directions of its own."""


def convex_outline(rng: np.random.Generator, *, width: float, height: float) -> Polygon:
    """Return a convex, slightly irregular outline around the origin."""
    angles = np.linspace(0, 2 * np.pi, 48, endpoint=False)
    radius = 1 + 0.07 * rng.standard_normal(48)
    corners = np.column_stack([np.cos(angles) * radius * width / 2, np.sin(angles) * radius * height / 2])
    return MultiPoint(corners).convex_hull


def relaxed_cells(rng: np.random.Generator, ground: Polygon, count: int) -> list[Polygon]:
    """Return *count* convex cells of similar size that tile a convex ground."""
    seeds = scattered_points(rng, ground, count)
    for _round in range(RELAXATIONS):
        cells = cells_around(ground, seeds)
        seeds = np.array([(cell.centroid.x, cell.centroid.y) for cell in cells])
    return cells_around(ground, seeds)


def cells_around(ground: Polygon, seeds: Points) -> list[Polygon]:
    """Return for each seed the part of a convex ground that is nearer to it than to any other seed."""
    if len(seeds) == 1:
        return [ground]
    diagram = shapely.voronoi_polygons(MultiPoint(seeds), extend_to=ground, ordered=True)
    return [cell.intersection(ground) for cell in diagram.geoms]


def scattered_points(rng: np.random.Generator, ground: Polygon, count: int) -> Points:
    """Return random points inside a ground."""
    west, south, east, north = ground.bounds
    found: list[tuple[float, float]] = []
    while len(found) < count:
        x, y = rng.uniform(west, east), rng.uniform(south, north)
        if shapely.contains_xy(ground, x, y):
            found.append((x, y))
    return np.array(found)


def smooth_bend(rng: np.random.Generator, *, river_height: float) -> Bend:
    """Return a bend of the plane: broad swells, small ripples, and meanders along the river's line.

    The strongest of a few strengths that nowhere folds the plane over itself.
    """
    terms = [
        (amplitude, _wave_vector(rng, length), rng.uniform(0, 2 * np.pi, 2))
        for length, amplitude in WAVES * 2
    ]
    bends = (_bend_of(terms, river_height, strength) for strength in (1.0, 0.85, 0.7, 0.5, 0.3))
    return next((bend for bend in bends if not _folds(bend)), lambda points: points)


def _bend_of(terms: Sequence[tuple[float, Points, Points]], river_height: float, strength: float) -> Bend:
    def bend(points: Points) -> Points:
        moved = points.copy()
        nearness = np.exp(-(((points[:, 1] - river_height) / 1.1) ** 2))
        moved[:, 1] += strength * 0.34 * np.sin(points[:, 0] * 1.9 + 0.6) * nearness
        for amplitude, vector, phase in terms:
            along = points @ vector
            moved[:, 0] += strength * amplitude * np.sin(along + phase[0])
            moved[:, 1] += strength * amplitude * np.cos(along + phase[1])
        return moved

    return bend


def _folds(bend: Bend) -> bool:
    """Whether the bend crushes the plane to under an eighth of its area anywhere, or turns it over."""
    step = 0.01
    grid = np.stack(np.meshgrid(np.arange(-7, 7, 0.1), np.arange(-6, 6, 0.1)), axis=-1).reshape(-1, 2)
    here = bend(grid)
    east = (bend(grid + (step, 0.0)) - here) / step
    north = (bend(grid + (0.0, step)) - here) / step
    return bool((east[:, 0] * north[:, 1] - east[:, 1] * north[:, 0]).min() < 0.125)


def _wave_vector(rng: np.random.Generator, length: float) -> Points:
    angle = rng.uniform(0, 2 * np.pi)
    return np.array([np.cos(angle), np.sin(angle)]) * 2 * np.pi / length


def bent_cells(cells: Sequence[Polygon], bend: Bend) -> list[Polygon]:
    """Return the cells after the bend, edge to edge: shared borders stay one and the same line."""
    edges = shapely.set_precision(
        shapely.unary_union([cell.exterior for cell in cells], grid_size=1e-6), 1e-6
    )
    edges = shapely.segmentize(shapely.line_merge(edges), EDGE_STEP_KM)
    faces = shapely.get_parts(shapely.polygonize(shapely.get_parts(shapely.transform(edges, bend))))
    inner = shapely.points(bend(np.array([(cell.centroid.x, cell.centroid.y) for cell in cells])))
    cell_numbers, face_numbers = shapely.STRtree(faces).query(inner, predicate="within")
    face_of = dict(zip(cell_numbers.tolist(), face_numbers.tolist(), strict=True))
    return [faces[face_of[number]] for number in range(len(cells))]


def bent_line(corners: Sequence[tuple[float, float]], bend: Bend) -> LineString:
    """Return a line through corners after the bend, with enough vertices to look drawn."""
    return shapely.transform(shapely.segmentize(LineString(corners), EDGE_STEP_KM), bend)


def point_within(rng: np.random.Generator, ground: Polygon) -> Point:
    """Return a random point inside a ground, a little away from its edge where there is room."""
    core = ground.buffer(-0.2 * np.sqrt(ground.area))
    x, y = scattered_points(rng, ground if core.is_empty else core, 1)[0]
    return Point(x, y)


class Projection:
    """Turns kilometres on the plane into degrees around a chosen centre."""

    def __init__(self, lon: float, lat: float) -> None:
        self.lon, self.lat = lon, lat
        self._per_degree = np.array([111.32 * np.cos(np.radians(lat)), 111.32])

    def degrees(self, geometry: Any) -> Any:
        """Return the geometry in degrees, to a centimetre."""
        return shapely.transform(
            geometry, lambda points: (points / self._per_degree + (self.lon, self.lat)).round(7)
        )
