import math

import pytest

from maps.kinds import KIND_WORDS, SHAPES, STATE_WORDS, Kind, State
from maps.layers import CLUSTER_OVER, Bounds, Layer, Line, Mark, Ring
from responder.core.errors import Text
from tests.unit.maps.examples import hazards


@pytest.mark.parametrize(("lon", "lat"), [(200.0, 40.0), (42.0, 126.6), (math.nan, 40.0), (120.0, math.inf)])
def test_a_mark_off_the_globe_is_refused(lon: float, lat: float) -> None:
    with pytest.raises(ValueError, match="Not a point"):
        Mark("1", lon, lat, Kind.MINING, "矿")


@pytest.mark.parametrize(
    "url", ["https://example.org/x", "//example.org", "javascript:alert(1)", "x", "/\\example.org"]
)
def test_a_mark_links_within_the_site_only(url: str) -> None:
    with pytest.raises(ValueError, match="within the site"):
        Mark("1", 120.0, 40.0, Kind.MINING, "矿", url=url)


def test_a_layer_is_clustered_above_five_hundred_points() -> None:
    assert not hazards(CLUSTER_OVER).is_clustered
    assert hazards(CLUSTER_OVER + 1).is_clustered


def test_a_layer_to_be_fetched_counts_what_it_was_told_and_nothing_when_nobody_counted() -> None:
    title = Text("值班室", "Duty offices")
    assert Layer("a", title, source_url="/map/layers/a", total=3215).count == 3215
    assert Layer("a", title, source_url="/map/layers/a").count is None


def test_a_layer_has_marks_or_an_address_but_not_both() -> None:
    with pytest.raises(ValueError, match="an address to fetch"):
        Layer("a", Text("", ""), hazards(1).marks, source_url="/map/layers/a")


def test_a_line_needs_two_points() -> None:
    with pytest.raises(ValueError, match="two points"):
        Line("a", [(120.0, 40.0)])


@pytest.mark.parametrize("metres", [0, -1, math.nan, math.inf, 6e6])
def test_a_ring_has_a_sensible_radius(metres: float) -> None:
    with pytest.raises(ValueError, match="ring"):
        Ring(120.0, 40.0, metres)


def test_bounds_hold_their_points_with_a_margin() -> None:
    assert Bounds.around([(120.0, 40.0), (126.0, 42.0)], margin=1.0) == Bounds(119.0, 39.0, 127.0, 43.0)


def test_bounds_run_from_west_to_east() -> None:
    with pytest.raises(ValueError, match="west to east"):
        Bounds(130.0, 20.0, 120.0, 30.0)


def test_every_kind_and_state_has_words_and_every_kind_a_shape() -> None:
    assert set(KIND_WORDS) == set(SHAPES) == set(Kind)
    assert set(STATE_WORDS) == set(State)


def test_mining_chemical_and_incident_differ_in_shape() -> None:
    assert len({SHAPES[Kind.MINING], SHAPES[Kind.CHEMICAL], SHAPES[Kind.INCIDENT]}) == 3
