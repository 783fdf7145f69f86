"""How large a piece of ground is: polygons in degrees onto a plane that keeps areas.

The plane is the cylindrical equal-area projection of the ellipsoid, true to scale at the latitude of the
piece. It keeps every area exactly; shapes it keeps well enough over a township for edges to stay straight.
"""

from __future__ import annotations

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

# The ellipsoid of CGCS2000 (GB/T 22021): semi-major axis in metres, and flattening. WGS84 differs in the
# ninth digit of the flattening, which is nothing on the ground.
SEMI_MAJOR_AXIS = 6_378_137.0
FLATTENING = 1 / 298.257_222_101
ECCENTRICITY_SQUARED = FLATTENING * (2 - FLATTENING)
ECCENTRICITY = ECCENTRICITY_SQUARED**0.5
SQUARE_METRES_PER_MU = 10_000 / 15
"""A 亩 is the fifteenth part of a hectare (统一公制计量单位中文名称方案): 666.67 square metres."""


def square_metres(geometry: BaseGeometry) -> float:
    """Return the area of a geometry in degrees; points and lines have none."""
    if geometry.is_empty:
        return 0.0
    return float(shapely.transform(geometry, _onto_plane(geometry.centroid.y)).area)


def in_mu(metres: float) -> float:
    """Return square metres in 亩."""
    return metres / SQUARE_METRES_PER_MU


def _onto_plane(latitude: float) -> _Plane:
    return _Plane(np.radians(latitude))


class _Plane:
    """The projection, true to scale at one latitude (Snyder, Map Projections, equations 10-13 to 10-17)."""

    def __init__(self, standard: float) -> None:
        sine = np.sin(standard)
        self.scale = float(np.cos(standard) / np.sqrt(1 - ECCENTRICITY_SQUARED * sine * sine))

    def __call__(self, degrees: np.ndarray) -> np.ndarray:
        east, sine = np.radians(degrees[:, 0]), np.sin(np.radians(degrees[:, 1]))
        x = SEMI_MAJOR_AXIS * self.scale * east
        y = SEMI_MAJOR_AXIS * _authalic(sine) / (2 * self.scale)
        return np.column_stack((x, y))


def _authalic(sine: np.ndarray) -> np.ndarray:
    """Return how much of the ellipsoid lies below a latitude, up to a constant factor (Snyder 3-12)."""
    e, ee = ECCENTRICITY, ECCENTRICITY_SQUARED
    log = np.log((1 - e * sine) / (1 + e * sine)) / (2 * e)
    found: np.ndarray = (1 - ee) * (sine / (1 - ee * sine * sine) - log)
    return found
