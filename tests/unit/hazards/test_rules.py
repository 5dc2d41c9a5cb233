"""What an entry of the register of hazard sources must say, and what is near."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from maps.distance import distance_km
from responder.core.errors import InvalidInput
from responder.hazards import rules
from responder.hazards.kinds import kinds

TODAY = date(2026, 11, 21)
GOOD = {
    "kind": "chemical",
    "name": "液氨冷库",
    "jurisdiction": "220605",
    "lon": "126.59",
    "lat": 42.05,
    "source": "备案表",
}


def refused(**changed: object) -> dict[str, str]:
    """Return the English sentence for each field that an entry so changed is refused for."""
    with pytest.raises(InvalidInput) as caught:
        rules.read_entry(GOOD | changed, TODAY)
    return {name: text.en for name, text in caught.value.errors.items()}


def test_an_entry_without_a_day_speaks_for_today():
    entry = rules.read_entry(GOOD, TODAY)
    assert (entry.known_on, entry.lon, entry.lat, entry.note) == (TODAY, 126.59, 42.05, "")


@pytest.mark.parametrize("name", ["name", "source", "jurisdiction"])
def test_what_makes_an_entry_of_use_is_needed(name: str):
    assert refused(**{name: "  "}) == {name: rules.MISSING.en}


def test_a_swapped_point_is_told_from_one_outside_the_country():
    assert refused(lon=42.05, lat=126.59) == {"lon": rules.SWAPPED_POINT.en}
    assert refused(lon=2.35, lat=48.85) == {"lon": rules.BAD_POINT.en}
    assert refused(lon="nan", lat=42) == {"lon": rules.BAD_POINT.en}


def test_every_field_that_is_wrong_is_named_at_once():
    assert set(refused(kind="x", lon="", known_on="2026-13-01", note=["a"])) == {
        "kind",
        "lon",
        "known_on",
        "note",
    }
    assert refused(known_on="2026-11-22") == {"known_on": rules.FUTURE.en}


def test_every_kind_says_how_near_is_near():
    assert all(kind.near_km > 0 for kind in kinds().values())
    assert rules.furthest_km() == max(kind.near_km for kind in kinds().values())


@given(
    lon=st.floats(rules.WEST, rules.EAST),
    lat=st.floats(rules.SOUTH, rules.NORTH),
    east=st.floats(-0.5, 0.5),
    north=st.floats(-0.5, 0.5),
)
def test_the_box_holds_everything_within_the_distance(lon: float, lat: float, east: float, north: float):
    x, y = lon + east, lat + north
    if distance_km(lon, lat, x, y) <= 10:
        west, south, right, top = rules.box(lon, lat, 10)
        assert west <= x <= right
        assert south <= y <= top
