import math
import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from maps.distance import distance_km, distances_km, nearest, point_at, ring_points, unit_vector

lons = st.floats(-180, 180)
lats = st.floats(-89, 89)


def test_baishan_to_shenyang_is_about_248_km() -> None:
    assert distance_km(126.42, 41.94, 123.43, 41.80) == pytest.approx(248, abs=3)


def test_a_quarter_of_the_globe() -> None:
    assert distance_km(0, 0, 90, 0) == pytest.approx(math.pi / 2 * 6371.0088)


@given(lons, lats, lons, lats)
def test_the_many_at_once_agree_with_one_by_one(lon1: float, lat1: float, lon2: float, lat2: float) -> None:
    (together,) = distances_km(lon1, lat1, [unit_vector(lon2, lat2)])
    assert together == pytest.approx(distance_km(lon1, lat1, lon2, lat2), abs=0.05)


def test_near_places_are_told_apart_to_the_metre() -> None:
    (found,) = distances_km(126.6, 42.0, [unit_vector(126.6, 42.00001)])
    assert found == pytest.approx(0.001112, abs=0.0001)


@given(lons, lats, st.floats(1, 2_000_000))
def test_every_point_of_a_ring_is_equally_far(lon: float, lat: float, metres: float) -> None:
    ring = ring_points(lon, lat, metres, steps=12)
    assert ring[0] == ring[-1]
    for there in ring:
        assert distance_km(lon, lat, *there) * 1000 == pytest.approx(metres, rel=1e-4, abs=0.1)


def test_bearings_run_clockwise_from_north() -> None:
    north, east = point_at(120, 40, 10_000, 0), point_at(120, 40, 10_000, 90)
    assert north[1] > 40 and north[0] == pytest.approx(120)
    assert east[0] > 120 and east[1] == pytest.approx(40, abs=0.01)


def test_the_nearest_come_first_and_equals_keep_their_order() -> None:
    places = [(121.0, 40.0), (120.1, 40.0), (120.1, 40.0), (118.0, 40.0)]
    assert [index for index, _ in nearest(120.0, 40.0, places, count=3)] == [1, 2, 0]


def test_a_random_crowd_is_ranked_as_by_the_plain_formula() -> None:
    chance = random.Random(7)
    places = [(chance.uniform(74, 134), chance.uniform(18, 53)) for _ in range(300)]
    plain = sorted(range(300), key=lambda i: distance_km(126.6, 42.0, *places[i]))
    assert [index for index, _ in nearest(126.6, 42.0, places)] == plain
