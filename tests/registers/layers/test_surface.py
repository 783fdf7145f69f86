"""Areas of ground against an independent sum: meridian and parallel radii, integrated strip by strip."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st
from shapely.geometry import Point, box

from zhenshu.ground.areas.surface import FLATTENING, SEMI_MAJOR_AXIS, in_mu, square_metres


def strips(west, south, east, north, count=400):
    """Return the area between two parallels and two meridians: ∫ M(φ) N(φ) cos φ dφ Δλ, by midpoints."""
    ee = FLATTENING * (2 - FLATTENING)
    step, whole = math.radians(north - south) / count, 0.0
    for n in range(count):
        latitude = math.radians(south) + (n + 0.5) * step
        curve = 1 - ee * math.sin(latitude) ** 2
        meridian = SEMI_MAJOR_AXIS * (1 - ee) / curve**1.5
        parallel = SEMI_MAJOR_AXIS / math.sqrt(curve) * math.cos(latitude)
        whole += meridian * parallel * step
    return whole * math.radians(east - west)


@given(st.floats(73, 134), st.floats(18, 53), st.floats(0.001, 0.2), st.floats(0.001, 0.2))
def test_a_rectangle_of_degrees_is_as_large_as_its_strips(west, south, wide, high):
    found = square_metres(box(west, south, west + wide, south + high))
    assert found == pytest.approx(strips(west, south, west + wide, south + high), rel=1e-7)


def test_a_square_kilometre_on_the_ground_is_fifteen_hundred_mu():
    ee, latitude = FLATTENING * (2 - FLATTENING), math.radians(31)
    curve = 1 - ee * math.sin(latitude) ** 2
    high = math.degrees(1000 / (SEMI_MAJOR_AXIS * (1 - ee) / curve**1.5))
    wide = math.degrees(1000 / (SEMI_MAJOR_AXIS / math.sqrt(curve) * math.cos(latitude)))
    found = square_metres(box(120, 31 - high / 2, 120 + wide, 31 + high / 2))
    assert found == pytest.approx(1_000_000, rel=1e-6)
    assert in_mu(found) == pytest.approx(1500, rel=1e-6)


@given(st.floats(0.05, 0.95))
def test_the_parts_of_a_piece_add_up_to_it(share):
    cut = 120 + 0.01 * share
    parts = square_metres(box(120, 31, cut, 31.01)) + square_metres(box(cut, 31, 120.01, 31.01))
    assert parts == pytest.approx(square_metres(box(120, 31, 120.01, 31.01)), rel=1e-9)


def test_a_point_has_no_surface():
    assert square_metres(Point(120, 31)) == 0
