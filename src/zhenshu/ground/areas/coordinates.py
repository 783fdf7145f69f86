"""Coordinates of one system from those of another.

WGS84 and CGCS2000 agree to within centimetres and are treated as one. GCJ-02 is the shifted system that
map services in China hand out (GB 20263 asks it of them); the shift is up to some 700 m, which is several
micro-grids.
"""

from __future__ import annotations

from math import cos, pi, sin, sqrt
from typing import Literal

CoordinateSystem = Literal["wgs84", "cgcs2000", "gcj02"]

# The ellipsoid of Krasovsky 1940, on which the shift is defined.
SEMI_MAJOR_AXIS = 6_378_245.0
ECCENTRICITY_SQUARED = 0.006_693_421_622_965_943
METRES_PER_DEGREE = 111_320.0


def wgs84_to_gcj02(lon: float, lat: float) -> tuple[float, float]:
    """Return the shifted coordinates; a point outside China is returned as it is."""
    if not _is_shifted_here(lon, lat):
        return lon, lat
    east, north = _shift(lon, lat)
    return lon + east, lat + north


def gcj02_to_wgs84(lon: float, lat: float) -> tuple[float, float]:
    """Return the true coordinates of a shifted point, to better than a millimetre.

    The shift has no closed inverse; each round takes off the shift of the last guess and divides
    the error by some thousands.
    """
    true_lon, true_lat = lon, lat
    for _round in range(4):
        shifted_lon, shifted_lat = wgs84_to_gcj02(true_lon, true_lat)
        true_lon, true_lat = true_lon + lon - shifted_lon, true_lat + lat - shifted_lat
    return true_lon, true_lat


def to_wgs84(lon: float, lat: float, crs: CoordinateSystem) -> tuple[float, float]:
    """Return coordinates of any accepted system as WGS84."""
    return gcj02_to_wgs84(lon, lat) if crs == "gcj02" else (lon, lat)


def metres_between(lon: float, lat: float, other_lon: float, other_lat: float) -> tuple[float, float]:
    """Return how far the second point lies to the east and to the north of the first, in metres.

    Flat reckoning, good to a per mille over the size of a county.
    """
    east = (other_lon - lon) * METRES_PER_DEGREE * cos((lat + other_lat) * pi / 360)
    return east, (other_lat - lat) * METRES_PER_DEGREE


def _is_shifted_here(lon: float, lat: float) -> bool:
    return 72.004 <= lon <= 137.8347 and 0.8293 <= lat <= 55.8271


def _shift(lon: float, lat: float) -> tuple[float, float]:
    x, y = lon - 105.0, lat - 35.0
    latitude = lat * pi / 180
    curvature = 1 - ECCENTRICITY_SQUARED * sin(latitude) ** 2
    meridian = SEMI_MAJOR_AXIS * (1 - ECCENTRICITY_SQUARED) / (curvature * sqrt(curvature))
    east = _ripple_east(x, y) * 180 / (SEMI_MAJOR_AXIS / sqrt(curvature) * cos(latitude) * pi)
    north = _ripple_north(x, y) * 180 / (meridian * pi)
    return east, north


def _waves(value: float, terms: tuple[tuple[float, float], ...]) -> float:
    """Return two thirds of a sum of sines, each given as amplitude and angular factor."""
    return sum(amplitude * sin(factor * pi * value) for amplitude, factor in terms) * 2 / 3


def _ripple_east(x: float, y: float) -> float:
    base = 300.0 + x + 2.0 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * sqrt(abs(x))
    fine = _waves(x, ((20.0, 6.0), (20.0, 2.0)))
    return (
        base + fine + _waves(x, ((20.0, 1.0), (40.0, 1 / 3))) + _waves(x, ((150.0, 1 / 12), (300.0, 1 / 30)))
    )


def _ripple_north(x: float, y: float) -> float:
    base = -100.0 + 2.0 * x + 3.0 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * sqrt(abs(x))
    fine = _waves(x, ((20.0, 6.0), (20.0, 2.0)))
    return (
        base + fine + _waves(y, ((20.0, 1.0), (40.0, 1 / 3))) + _waves(y, ((160.0, 1 / 12), (320.0, 1 / 30)))
    )
