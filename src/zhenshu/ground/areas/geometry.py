"""Boundaries as polygons, and the micro-grid that a point lies in."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from math import atan2, degrees, hypot, isfinite
from typing import Any

import shapely
from django.utils.translation import gettext as _
from shapely.geometry import mapping, shape
from shapely.geometry.base import BaseGeometry
from shapely.ops import nearest_points

from zhenshu.ground.areas.coordinates import CoordinateSystem, metres_between, to_wgs84
from zhenshu.ground.areas.errors import BoundaryError
from zhenshu.ground.areas.models import Area, Level
from zhenshu.ground.areas.revision import TreeMemory

MAX_VERTICES = 200_000
DECIMALS = 7
"""Digits kept of a degree: one centimetre."""


# --- polygons -----------------------------------------------------------------------------------------


def read_boundary(geojson: Any) -> BaseGeometry:
    """Return the polygon of a GeoJSON geometry, or refuse it with a sentence that says what is wrong."""
    if not isinstance(geojson, Mapping) or geojson.get("type") not in ("Polygon", "MultiPolygon"):
        raise BoundaryError(_("A boundary is a GeoJSON Polygon or MultiPolygon."))
    _refuse_non_numbers(geojson.get("coordinates"))
    try:
        geometry = shape(geojson)
    except (
        TypeError,
        ValueError,
        KeyError,
        IndexError,
        AttributeError,
        shapely.errors.ShapelyError,
    ) as error:
        raise BoundaryError(
            _("The boundary's coordinates can't be read: rings of at least four [longitude, latitude] pairs.")
        ) from error
    _refuse_unusable(geometry)
    return geometry


def write_boundary(geometry: BaseGeometry) -> dict[str, Any]:
    """Return the geometry as GeoJSON with lists for coordinates, as JSON holds it."""
    rounded = shapely.transform(geometry, lambda points: points.round(DECIMALS))
    geojson = mapping(rounded)
    return {"type": geojson["type"], "coordinates": _as_lists(geojson["coordinates"])}


def check_boundary(geojson: Any) -> None:
    """Refuse an unusable boundary; None is fine, an area may have none."""
    if geojson is not None:
        read_boundary(geojson)


def _as_lists(coordinates: Any) -> Any:
    return (
        [_as_lists(part) for part in coordinates] if isinstance(coordinates, (tuple, list)) else coordinates
    )


def _refuse_non_numbers(coordinates: Any) -> None:
    """Refuse coordinates in which anything but finite numbers is nested."""
    pending = [coordinates]
    while pending:
        part = pending.pop()
        if isinstance(part, (list, tuple)):
            pending += part
        elif not (isinstance(part, (int, float)) and isfinite(part)):
            raise BoundaryError(_("A coordinate of the boundary isn't a number."))


def _refuse_unusable(geometry: BaseGeometry) -> None:
    if geometry.is_empty or geometry.area == 0:
        raise BoundaryError(_("The boundary encloses no ground."))
    if shapely.get_num_coordinates(geometry) > MAX_VERTICES:
        raise BoundaryError(_("The boundary has more than %(most)d points.") % {"most": MAX_VERTICES})
    west, south, east, north = geometry.bounds
    if max(abs(south), abs(north)) > 90 and max(abs(west), abs(east)) <= 90:
        raise BoundaryError(_("Longitude and latitude of the boundary seem swapped: longitude comes first."))
    if max(abs(south), abs(north)) > 90 or max(abs(west), abs(east)) > 180:
        raise BoundaryError(_("The boundary isn't in degrees: longitude to ±180, latitude to ±90."))
    if not geometry.is_valid:
        raise BoundaryError(
            _("The boundary crosses itself: %(reason)s.") % {"reason": shapely.is_valid_reason(geometry)}
        )


# --- which area a point lies in -----------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Place:
    """An area as the locator needs it."""

    area_id: int
    level: int
    name: str
    geometry: BaseGeometry


class Locator:
    """Finds the narrowest area around a point in some microseconds.

    All polygons from the town down stand in one tree; where no micro-grid was drawn, the grid, the
    village or the town answers. A point on a shared edge belongs to the area with the lower identifier.
    """

    def __init__(self, places: Iterable[Place]) -> None:
        self.places = sorted(places, key=lambda place: (-place.level, place.area_id))
        self._geometries = [place.geometry for place in self.places]
        # A prepared polygon answers from an index of its edges instead of walking all of them.
        shapely.prepare(self._geometries)
        self._ids: list[int] = [place.area_id for place in self.places]
        self._tree = shapely.STRtree(self._geometries)

    def __len__(self) -> int:
        return len(self.places)

    def locate(self, lon: float, lat: float) -> int | None:
        """Return the narrowest area at a WGS84 point, None outside all of them."""
        if not (isfinite(lon) and isfinite(lat)):
            return None
        candidates: list[int] = self._tree.query(shapely.Point(lon, lat)).tolist()
        candidates.sort()
        for candidate in candidates:
            if shapely.intersects_xy(self._geometries[candidate], lon, lat):
                return self._ids[candidate]
        return None

    def nearest(self, lon: float, lat: float) -> Place | None:
        """Return the widest kind of area that lies nearest to a point, None when nothing is drawn."""
        if not self.places:
            return None
        widest = self.places[-1].level
        point = shapely.Point(lon, lat)
        outer = [place for place in self.places if place.level == widest]
        return min(outer, key=lambda place: place.geometry.distance(point))


def locator_of(areas: Iterable[Area]) -> Locator:
    """Return a locator over the areas that have a boundary."""
    return Locator(
        Place(area.pk, area.level, area.name, shape(area.boundary)) for area in areas if area.boundary
    )


def _build_locator() -> Locator:
    drawn = Area.objects.open().filter(level__gte=Level.TOWN, boundary__isnull=False)
    return locator_of(drawn.only("id", "level", "name", "boundary"))


_locator = TreeMemory(_build_locator)


def current_locator() -> Locator:
    """Return the locator of this process, rebuilt when the tree has changed since."""
    return _locator.current()


def locate(lon: float, lat: float, *, crs: CoordinateSystem = "wgs84") -> int | None:
    """Return the identifier of the narrowest area in force at a point, None outside the township."""
    return current_locator().locate(*to_wgs84(lon, lat, crs))


# --- a point that lies nowhere ------------------------------------------------------------------------


def describe_outside(lon: float, lat: float, *, crs: CoordinateSystem = "wgs84") -> str:
    """Return a sentence on why a point lies in no area, empty when it lies in one."""
    if not (isfinite(lon) and isfinite(lat)):
        return _("The position isn't a pair of numbers.")
    locator = current_locator()
    if not len(locator):
        return _("No area has a boundary yet, so a position can't be placed.")
    if _is_inside(locator, lon, lat, crs=crs):
        return ""
    return _describe_swapped(locator, lon, lat, crs=crs) or _describe_far(locator, *to_wgs84(lon, lat, crs))


def _is_inside(locator: Locator, lon: float, lat: float, *, crs: CoordinateSystem) -> bool:
    return locator.locate(*to_wgs84(lon, lat, crs)) is not None


def _describe_swapped(locator: Locator, lon: float, lat: float, *, crs: CoordinateSystem) -> str:
    place = locator.nearest(lon, lat)
    if place is None or not _is_inside(locator, lat, lon, crs=crs):
        return ""
    return _("Longitude and latitude seem swapped: %(lat)s, %(lon)s would lie in %(area)s.") % {
        "lon": lon,
        "lat": lat,
        "area": place.name,
    }


def _describe_far(locator: Locator, lon: float, lat: float) -> str:
    if (lon, lat) == (0.0, 0.0):
        return _("The position is 0, 0: the device had no position yet.")
    if abs(lon) > 180 or abs(lat) > 90:
        return _("%(lon)s, %(lat)s is no position: longitude to ±180, latitude to ±90.") % {
            "lon": lon,
            "lat": lat,
        }
    place = locator.nearest(lon, lat)
    if place is None:
        return ""
    edge = nearest_points(place.geometry, shapely.Point(lon, lat))[0]
    east, north = metres_between(edge.x, edge.y, lon, lat)
    return _("The position lies %(distance)s km %(direction)s of %(area)s, outside its boundary.") % {
        "distance": f"{hypot(east, north) / 1000:.1f}",
        "direction": _compass(east, north),
        "area": place.name,
    }


def _compass(east: float, north: float) -> str:
    points = (
        _("north"), _("north-east"), _("east"), _("south-east"),
        _("south"), _("south-west"), _("west"), _("north-west"),
    )  # fmt: skip
    return points[round(degrees(atan2(east, north)) / 45) % 8]
