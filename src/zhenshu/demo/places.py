"""Where things happen: a point in a micro-grid, weighted by people, and how somebody would call the place."""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import accumulate

from zhenshu.demo.terrain import Plot, Terrain, random_position
from zhenshu.ground.areas.models import Area, Level

POOL = 24  # positions prepared per micro-grid; drawing a point in a polygon is slow


@dataclass(frozen=True, slots=True)
class Place:
    """A point in an area, and its address in words."""

    area: Area
    village: Area
    lon: float
    lat: float
    name: str


class Places:
    """Draws places over the whole township."""

    def __init__(self, terrain: Terrain, areas: Mapping[str, Area], rng: random.Random) -> None:
        self._areas = areas
        self._plots = [plot for plot in terrain.plots_at(Level.MICRO_GRID) if plot.boundary]
        self._weights = list(accumulate(max(1, plot.population) for plot in self._plots))
        self._points = {
            plot.code: [random_position(rng, plot.boundary or {}) for _ in range(POOL)]
            for plot in self._plots
        }
        self._names = self._names_by_plot(terrain)
        self._by_id = {area.pk: area for area in areas.values()}

    def _names_by_plot(self, terrain: Terrain) -> Mapping[str, list[str]]:
        """Landmarks and roads of each micro-grid, as people call them."""
        names: dict[str, list[str]] = defaultdict(list)
        for landmark in terrain.landmarks:
            names[landmark.code] += [landmark.name, f"{landmark.name}门口", f"{landmark.name}旁边"]
        for road in terrain.roads:
            for code in road.codes:
                names[code] += [f"{road.name}", f"{road.name}路段"]
        return names

    def draw(self, rng: random.Random) -> Place:
        """Return a place; more people, more matters."""
        return self._at(rng.choices(self._plots, cum_weights=self._weights)[0], rng)

    def draw_in(self, grid: int, rng: random.Random) -> Place:
        """Return a place in a grid; raise IndexError when it has no micro-grids."""
        plots = [plot for plot in self._plots if self._areas[plot.code].grid_id == grid]
        return self._at(rng.choice(plots), rng)

    def _at(self, plot: Plot, rng: random.Random) -> Place:
        area = self._areas[plot.code]
        village = self._by_id[area.village_id or area.pk]
        lon, lat = rng.choice(self._points[plot.code])
        return Place(area, village, lon, lat, self._name(plot, village, rng))

    def _name(self, plot: Plot, village: Area, rng: random.Random) -> str:
        known = self._names.get(plot.code)
        if known and rng.random() < 0.7:
            return village.short_name + rng.choice(known) if rng.random() < 0.4 else rng.choice(known)
        house = rng.choice(
            (f"{rng.randint(1, 18)}组{rng.randint(1, 60)}号", f"{rng.randint(1, 12)}组", "村道旁")
        )
        return f"{village.name}{house}"
