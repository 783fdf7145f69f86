"""Coverage: which share of places reaches a point of service within so many minutes or metres.

Measured along the straight line times a detour factor, which stands beside the figure: a first answer
without a road network, never more than that.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import asin, cos, radians, sin, sqrt
from typing import Any

from zhenshu.ground.packs.registry import library
from zhenshu.ground.packs.schema import CoverageKind, DossierKind, FieldType
from zhenshu.ground.people.scope import Scope
from zhenshu.registers.blocks.among import dossiers_of
from zhenshu.registers.blocks.kinds import full_code
from zhenshu.registers.dossiers.models import Dossier

EARTH = 6_371_008.8  # metres, mean radius
Point = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Reached:
    """One place with its nearest point and the way there in metres; None where nothing is known."""

    dossier: Dossier
    weight: float
    metres: float | None
    nearest: Dossier | None
    inside: bool
    located: bool = True


@dataclass(frozen=True, slots=True)
class Coverage:
    """The share that is reached, what it was worked out from, and the places one by one."""

    limit: float
    covered: float
    counted: float
    unknown: int
    places: Sequence[Reached]
    points: int

    @property
    def share(self) -> float | None:
        return self.covered / self.counted if self.counted else None


def metres_between(one: Point, other: Point) -> float:
    """Return the great-circle distance of two points given as longitude and latitude."""
    (lon1, lat1), (lon2, lat2) = ((radians(x), radians(y)) for x, y in (one, other))
    half = sin((lat2 - lat1) / 2) ** 2 + cos(lat1) * cos(lat2) * sin((lon2 - lon1) / 2) ** 2
    return 2 * EARTH * asin(min(1.0, sqrt(half)))


def limit_of(kind: CoverageKind) -> float:
    """Return how long a way may be in metres."""
    if kind.metres is not None:
        return float(kind.metres)
    return float((kind.minutes or 0) * kind.metres_per_minute)


def point_of(kind: DossierKind | None, fields: Mapping[str, Any]) -> Point | None:
    """Return where a dossier lies: its first filled field of type point."""
    for code, one in (kind.fields if kind else {}).items():
        value = fields.get(code)
        if one.type is FieldType.POINT and isinstance(value, list) and len(value) == 2:
            return float(value[0]), float(value[1])
    return None


def measure(kind: CoverageKind, scope: Scope) -> Coverage:
    """Return the coverage today over the places *scope* may see; those without a point are not counted."""
    points_code, of_code = full_code(kind.points, kind.pack), full_code(kind.of, kind.pack)
    kinds = library().dossier_kinds
    points = _located(dossiers_of(points_code, scope), kinds.get(points_code))
    limit, found, unknown = limit_of(kind), [], 0
    for place in dossiers_of(of_code, scope):
        here = point_of(kinds.get(of_code), place.fields)
        weight = _weight(kind, place)
        if here is None:
            unknown += 1
            found.append(Reached(place, weight, None, None, inside=False, located=False))
            continue
        straight, nearest = _nearest(here, points)
        metres = None if straight is None else straight * kind.detour
        found.append(Reached(place, weight, metres, nearest, metres is not None and metres <= limit))
    counted = sum(one.weight for one in found if one.located)
    covered = sum(one.weight for one in found if one.inside)
    return Coverage(limit, covered, counted, unknown, found, len(points))


def _located(dossiers: Any, kind: DossierKind | None) -> list[tuple[Point, Dossier]]:
    places = ((point_of(kind, one.fields), one) for one in dossiers)
    return [(point, one) for point, one in places if point is not None]


def _weight(kind: CoverageKind, place: Dossier) -> float:
    value = place.fields.get(kind.weight) if kind.weight else 1
    return float(value) if isinstance(value, int | float) else 0.0


def _nearest(here: Point, points: Sequence[tuple[Point, Dossier]]) -> tuple[float | None, Dossier | None]:
    """Return the way to the nearest point; a township has tens of points, so each is compared."""
    best: tuple[float | None, Dossier | None] = (None, None)
    for point, dossier in points:
        metres = metres_between(here, point)
        if best[0] is None or metres < best[0]:
            best = metres, dossier
    return best
