"""Read GeoJSON: a whole layer, or one piece of ground; what is wrong is said with the feature it is in."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from math import isfinite
from typing import Any

import numpy as np
import shapely
from django.utils.translation import gettext as _
from shapely.geometry import Point
from shapely.geometry.base import BaseGeometry

from zhenshu.ground.areas.coordinates import CoordinateSystem, to_wgs84
from zhenshu.ground.areas.errors import BoundaryError
from zhenshu.ground.areas.geometry import read_boundary
from zhenshu.registers.layers.errors import LayerInvalidError

MOST_SHAPES = 20_000
MOST_BYTES = 40 * 1024 * 1024
NAMES = ("name", "NAME", "名称", "编号", "图斑编号", "TBBH", "id")


@dataclass(frozen=True, slots=True)
class Drawn:
    """One polygon of a file, with the name its feature carries."""

    name: str
    geometry: BaseGeometry


def read_layer(content: bytes | str, *, crs: CoordinateSystem = "wgs84") -> list[Drawn]:
    """Return the polygons of a layer in WGS84; raise LayerInvalidError naming the first faulty features."""
    found, faults = [], []
    for number, (properties, geometry) in enumerate(_features(_json(content)), start=1):
        try:
            found.append(Drawn(_name(properties), _moved(read_boundary(geometry), crs)))
        except BoundaryError as error:
            faults.append(_("Feature %(number)d: %(reason)s") % {"number": number, "reason": error})
    if faults:
        more = _("%(count)d more are faulty.") % {"count": len(faults) - 5} if len(faults) > 5 else ""
        raise _refused(" ".join([*faults[:5], more]).strip())
    if not found:
        raise _refused(_("The file holds no polygons."))
    return found


def read_ground(content: bytes | str, *, crs: CoordinateSystem = "wgs84") -> BaseGeometry:
    """Return one piece of ground in WGS84: a point ``120.1, 31.2``, or polygons of GeoJSON taken together."""
    text = content.decode(errors="replace") if isinstance(content, bytes) else content
    point = _point(text)
    if point is not None:
        return Point(*to_wgs84(*point, crs))
    features = list(_features(_json(text)))
    if len(features) == 1 and isinstance(features[0][1], Mapping) and features[0][1].get("type") == "Point":
        return _point_of(features[0][1].get("coordinates"), crs)
    return shapely.union_all([one.geometry for one in read_layer(text, crs=crs)])


def _point(text: str) -> tuple[float, float] | None:
    parts = text.replace("，", ",").split(",")
    try:
        numbers = [float(part) for part in parts]
    except ValueError:
        return None
    if len(numbers) != 2:
        return None
    _refuse_no_place(*numbers)
    return numbers[0], numbers[1]


def _point_of(coordinates: Any, crs: CoordinateSystem) -> BaseGeometry:
    try:
        lon, lat = float(coordinates[0]), float(coordinates[1])
    except (TypeError, ValueError, IndexError, KeyError) as error:
        raise _refused(_("The position isn't a pair of numbers.")) from error
    _refuse_no_place(lon, lat)
    return Point(*to_wgs84(lon, lat, crs))


def _refuse_no_place(lon: float, lat: float) -> None:
    if not (isfinite(lon) and isfinite(lat)) or abs(lat) > 90 or abs(lon) > 180:
        words = {"lon": lon, "lat": lat}
        raise _refused(_("%(lon)s, %(lat)s is no position: longitude to ±180, latitude to ±90.") % words)


def _json(content: bytes | str) -> Any:
    if len(content) > MOST_BYTES:
        raise _refused(_("The file is too large."))
    try:
        return json.loads(content)
    except (UnicodeDecodeError, ValueError, RecursionError) as error:
        sentence = _("This is neither a position such as 120.15, 31.05 nor GeoJSON: %(reason)s.")
        raise _refused(sentence % {"reason": error}) from error


def _features(said: Any) -> Iterable[tuple[Mapping[str, Any], Any]]:
    """Yield properties and geometry of each feature of a collection, a feature, or a bare geometry."""
    if not isinstance(said, Mapping):
        raise _refused(_("The GeoJSON is neither a geometry nor a feature collection."))
    if said.get("type") == "FeatureCollection":
        features = said.get("features")
        if not isinstance(features, list):
            raise _refused(_("The file isn't a GeoJSON feature collection: it has no list of features."))
        if len(features) > MOST_SHAPES:
            raise _refused(_("A layer has at most %(most)d polygons.") % {"most": MOST_SHAPES})
        for one in features:
            yield from _features(one) if isinstance(one, Mapping) else [({}, None)]
    elif said.get("type") == "Feature":
        properties = said.get("properties")
        yield (properties if isinstance(properties, Mapping) else {}), said.get("geometry")
    else:
        yield {}, said


def _name(properties: Mapping[str, Any]) -> str:
    found = (properties[key] for key in NAMES if properties.get(key) not in (None, ""))
    return str(next(found, ""))[:120]


def _moved(geometry: BaseGeometry, crs: CoordinateSystem) -> BaseGeometry:
    if crs != "gcj02":
        return geometry
    return shapely.transform(geometry, lambda points: np.array([to_wgs84(x, y, crs) for x, y in points]))


def _refused(sentence: str) -> LayerInvalidError:
    return LayerInvalidError({"ground": sentence})
