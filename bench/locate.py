"""How long it takes to say in which of 1,300 micro-grids a point lies.

    python bench/locate.py [number of polygons]

Prints microseconds per look-up, for points all over the ground and around it, and the ratio to this
machine's own limit: the bare search of the same tree for boxes, which answers less.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Sequence
from statistics import median
from time import perf_counter

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "zhenshu.settings")

import django

django.setup()

import numpy as np  # noqa: E402
import shapely  # noqa: E402

from zhenshu.demo import landscape  # noqa: E402
from zhenshu.ground.areas.coordinates import gcj02_to_wgs84  # noqa: E402
from zhenshu.ground.areas.geometry import Locator, Place  # noqa: E402
from zhenshu.ground.areas.models import Level  # noqa: E402

POLYGONS = 1300
POINTS = 5000
ROUNDS = 7
LIMIT_MICROSECONDS = 50

Point = tuple[float, float]


def build_ground(count: int) -> list[shapely.Polygon]:
    """Return micro-grids with borders as wavy as drawn ones, in degrees."""
    rng = np.random.default_rng(1)
    outline = landscape.convex_outline(rng, width=10.6, height=8.8)
    cells = landscape.relaxed_cells(rng, outline, count)
    bent = landscape.bent_cells(cells, landscape.smooth_bend(rng, river_height=0.0))
    to_degrees = landscape.Projection(120.37, 32.86).degrees
    return [to_degrees(shapely.segmentize(cell, 0.02)) for cell in bent]


def build_points(ground: Sequence[shapely.Polygon]) -> list[Point]:
    """Return points over the ground's bounds; those in the corners lie outside."""
    west, south, east, north = shapely.total_bounds(ground)
    rng = np.random.default_rng(2)
    return list(
        zip(rng.uniform(west, east, POINTS).tolist(), rng.uniform(south, north, POINTS).tolist(), strict=True)
    )


def microseconds(ask: Callable[[float, float], object], points: Sequence[Point]) -> float:
    """Return the median over some rounds of the mean time of one question."""
    rounds = []
    for _round in range(ROUNDS):
        begin = perf_counter()
        for lon, lat in points:
            ask(lon, lat)
        rounds.append((perf_counter() - begin) / len(points) * 1e6)
    return median(rounds)


def main() -> None:
    """Measure and print."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else POLYGONS
    ground = build_ground(count)
    points = build_points(ground)
    locator = Locator(
        Place(number, Level.MICRO_GRID, "", cell) for number, cell in enumerate(ground, start=1)
    )
    tree = shapely.STRtree(ground)
    bare = microseconds(lambda lon, lat: tree.query(shapely.Point(lon, lat)), points)
    found = microseconds(locator.locate, points)
    shifted = microseconds(lambda lon, lat: locator.locate(*gcj02_to_wgs84(lon, lat)), points)
    inside = sum(locator.locate(*point) is not None for point in points)
    vertices = int(shapely.get_num_coordinates(ground).sum())
    print(f"polygons {count:,}, vertices {vertices:,}, points {POINTS:,}, inside {inside / POINTS:.0%}")
    print(f"bare tree query   {bare:6.1f} µs")
    print(
        f"locate            {found:6.1f} µs   {found / bare:.2f} × the bare query; limit {LIMIT_MICROSECONDS}"
    )
    print(f"locate from GCJ-02{shifted:6.1f} µs   {shifted / bare:.2f} × the bare query")


if __name__ == "__main__":
    main()
