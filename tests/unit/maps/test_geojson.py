import json
from typing import Any

import pytest

from maps import geojson
from maps.kinds import Kind, State
from maps.layers import Layer, Mark
from responder.core.errors import Text
from tests.unit.maps.examples import incidents, national_bases


def parsed(*layers: Layer, locale: str = "zh") -> dict[str, Any]:
    found: dict[str, Any] = json.loads(geojson.dumps(layers, locale))
    return found


def test_every_mark_is_a_feature_with_its_id_in_order() -> None:
    collection = parsed(*national_bases())
    assert collection["type"] == "FeatureCollection"
    assert [item["id"] for item in collection["features"]] == [
        m.id for la in national_bases() for m in la.marks
    ]


def test_coordinates_are_longitude_then_latitude() -> None:
    feature = geojson.feature(Mark("1", 126.6, 42.0, Kind.MINING, "矿"))
    assert feature["geometry"] == {"type": "Point", "coordinates": [126.6, 42.0]}


def test_kind_and_state_stand_as_code_and_as_word() -> None:
    mark = Mark("1", 126.6, 42.0, Kind.MINING, "矿", State.PLACEHOLDER)
    properties = geojson.feature(mark, locale="en")["properties"]
    assert (properties["kind"], properties["kind_word"]) == ("mining", "Mining")
    assert (properties["state"], properties["state_word"]) == ("placeholder", "Placeholder, not orderable")


def test_what_is_not_known_is_null() -> None:
    properties = geojson.feature(Mark("1", 126.6, 42.0, Kind.TEAM, "队"))["properties"]
    assert properties["state"] is None and properties["state_word"] is None and properties["subtitle"] is None


def test_the_callers_properties_are_kept_but_cannot_replace_our_own() -> None:
    mark = Mark("1", 126.6, 42.0, Kind.TEAM, "队", properties={"code": "220605", "title": "别名"})
    properties = geojson.feature(mark)["properties"]
    assert properties["code"] == "220605"
    assert properties["title"] == "队"


def test_the_same_marks_give_the_same_bytes() -> None:
    assert geojson.dumps(national_bases()) == geojson.dumps(national_bases())


def test_an_id_twice_in_a_layer_is_refused() -> None:
    twice = [incidents().marks[0]] * 2
    with pytest.raises(ValueError, match="twice"):
        geojson.dumps([Layer("a", Text("", ""), twice)])


def test_a_property_that_json_cannot_say_is_refused() -> None:
    mark = Mark("1", 126.6, 42.0, Kind.TEAM, "队", properties={"loss": float("nan")})
    with pytest.raises(ValueError, match="JSON compliant"):
        geojson.dumps([Layer("a", Text("", ""), [mark])])
