"""Test a piece of ground against layers: which limit it, and how much of it; pure geometry."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import shapely
from shapely.geometry import shape
from shapely.geometry.base import BaseGeometry

from zhenshu.ground.areas.surface import square_metres
from zhenshu.ground.packs.schema import LayerKind
from zhenshu.registers.layers.models import Layer

# Borders drawn twice never lie quite on each other: less than this is the width of a pen.
LEAST_SQUARE_METRES = 1.0


class Polygons:
    """The polygons of a layer in a tree, which finds those around a piece of ground in microseconds."""

    def __init__(self, geometries: Sequence[BaseGeometry]) -> None:
        self.geometries = list(geometries)
        shapely.prepare(self.geometries)
        self._tree = shapely.STRtree(self.geometries)

    def around(self, window: BaseGeometry) -> list[BaseGeometry]:
        """Return the polygons that meet a window, for drawing them."""
        return [self.geometries[place] for place in self._tree.query(window, predicate="intersects")]

    def within(self, ground: BaseGeometry) -> BaseGeometry:
        """Return the part of *ground* that lies in any of the polygons; where two overlap it counts once."""
        near = [self.geometries[place] for place in self._tree.query(ground, predicate="intersects")]
        return shapely.union_all([shapely.intersection(one, ground) for one in near])


@dataclass(frozen=True, slots=True)
class Hit:
    """What a layer says of a piece of ground: *touched* and how many square metres are limited by it."""

    touched: bool
    square_metres: float
    part: BaseGeometry


def measure_ground(ground: BaseGeometry, polygons: Polygons, kind: LayerKind) -> Hit:
    """Return how far a layer limits a piece of ground, on the side of its lines the kind says."""
    inside = polygons.within(ground)
    part = inside if kind.limits == "inside" else shapely.difference(ground, inside)
    if ground.geom_type == "Point":
        return Hit(not part.is_empty, 0.0, part)
    metres = square_metres(part)
    return Hit(metres >= LEAST_SQUARE_METRES, metres, part)


def polygons_of(layer: Layer) -> Polygons:
    """Return the polygons of a layer; a version never changes, so it is read once per process."""
    return _polygons(layer.pk, layer.digest)


@lru_cache(maxsize=32)
def _polygons(layer_id: int, digest: str) -> Polygons:
    """*digest* is part of the question: a number alone may name another layer after a restore."""
    rows = Layer.objects.get(pk=layer_id).shapes.order_by("place").values_list("geometry", flat=True)
    return Polygons([shape(one) for one in rows])
