"""The register of hazard sources on both databases: who may enter what, what an incident's page and the map name."""

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask

from responder.core.clock import FixedClock
from responder.hazards.demo_hazards import load_demo_hazards
from tests.integration.story.telling import log
from tests.world import Caller, Visitor, add_neighbours, installation, words_of

POINT = {"lon": 126.60, "lat": 42.03}
STORE = {
    "kind": "explosives",
    "name": "民爆库",
    "jurisdiction": "220605",
    "source": "安监备〔2026〕3 号",
    **POINT,
}


@pytest.fixture
def incident(api: Callable[[str], Caller]) -> str:
    """The path of an accident beside which the store of explosives lies."""
    return f"/incidents/{log(api, **POINT)['id']}"


def test_an_entry_keeps_who_entered_it_on_what_ground(api: Callable[[str], Caller]):
    made = api("jiangyuan").post("hazard-sources", STORE | {"known_on": "2026-10-01"}, status=201)
    (found,) = api("baishan").get("hazard-sources?kind=explosives")["items"]
    assert found == made
    assert (found["recorded_by"], found["known_on"]) == ("周海", "2026-10-01")


def test_only_the_place_and_those_above_it_enter_and_see(world_app: Flask, api: Callable[[str], Caller]):
    add_neighbours(world_app)
    assert api("linjiang").post("hazard-sources", STORE, status=403)["title"]
    api("jilin").post("hazard-sources", STORE, status=201)
    assert api("linjiang").get("hazard-sources")["items"] == []
    assert api("mine").call("GET", "/api/v1/hazard-sources").status_code == 403


def test_the_same_source_is_entered_once_until_it_is_withdrawn(api: Callable[[str], Caller]):
    county = api("jiangyuan")
    made = county.post("hazard-sources", STORE, status=201)
    county.post("hazard-sources", STORE, status=409)
    gone = f"hazard-sources/{made['id']}/withdrawal"
    for why in ("", " \x00", "长" * 3000, 5):
        assert "why" in county.post(gone, {"why": why}, status=422)["errors"]
    county.post(gone, {"why": "已拆除"}, status=200)
    county.post(gone, {"why": "已拆除"}, status=409)
    assert county.get("hazard-sources")["items"] == []
    county.post("hazard-sources", STORE, status=201)


def test_a_point_far_from_its_place_is_refused_with_how_far(api: Callable[[str], Caller]):
    answer = api("jiangyuan").post("hazard-sources", STORE | {"lon": 116.4, "lat": 39.9}, status=422)
    assert "公里" in str(answer)


def test_what_is_near_is_named_by_its_own_distance_even_across_a_border(
    world_app: Flask, api: Callable[[str], Caller]
):
    add_neighbours(world_app)
    api("jiangyuan").post("hazard-sources", STORE, status=201)
    pond = STORE | {"kind": "tailings_pond", "name": "尾矿库", "lat": POINT["lat"] + 0.06}
    api("jiangyuan").post("hazard-sources", pond, status=201)
    far = STORE | {"name": "远处的库", "lat": POINT["lat"] + 0.06}
    api("jiangyuan").post("hazard-sources", far, status=201)
    found = api("linjiang").get(f"hazard-sources?near={POINT['lon']},{POINT['lat']}")["items"]
    assert [(one["name"], one["distance_km"]) for one in found] == [("民爆库", 0.0), ("尾矿库", 6.7)]


def test_the_incident_names_what_lies_near_and_says_when_nothing_is_known(
    incident: str, api: Callable[[str], Caller], page: Callable[[str], Visitor]
):
    assert "没有登记的不等于没有" in words_of(page("baishan").get(incident))
    api("jiangyuan").post("hazard-sources", STORE, status=201)
    said = words_of(page("baishan").get(incident))
    assert "民爆库" in said
    assert "安监备〔2026〕3 号" in said


def test_the_map_draws_as_many_as_its_list_names(
    api: Callable[[str], Caller], page: Callable[[str], Visitor]
):
    api("jiangyuan").post("hazard-sources", STORE, status=201)
    shown = page("baishan").get("/map?layers=hazard")
    assert "1 = 1" in words_of(shown)
    assert "民爆库" in words_of(shown)
    assert "民爆库" in page("baishan").get("/map/frame?layers=hazard")


def test_the_form_keeps_what_was_typed_and_says_what_is_wrong(page: Callable[[str], Visitor]):
    officer = page("jiangyuan")
    officer.get("/hazards")
    values: dict[str, Any] = {**STORE, "lon": "42.03", "lat": "126.60"}
    answer = officer.send("/hazards", **values)
    assert answer.status_code == 422
    said = answer.get_data(as_text=True)
    assert "经度和纬度好像填反了" in said
    assert 'value="民爆库"' in said
    assert officer.send("/hazards", **STORE).status_code == 303
    assert "民爆库" in words_of(officer.get("/hazards"))


def test_a_withdrawal_without_a_reason_says_so_beside_the_field_and_keeps_what_was_typed(
    api: Callable[[str], Caller], page: Callable[[str], Visitor]
):
    made = api("jiangyuan").post("hazard-sources", STORE, status=201)
    officer = page("jiangyuan")
    officer.get("/hazards")
    for typed in ("", "长" * 3000):
        refused = officer.send(f"/hazards/{made['id']}/withdrawal", why=typed)
        text = refused.get_data(as_text=True)
        assert refused.status_code == 422
        assert f'id="why-{made["id"]}-error"' in text and f'value="{typed}"' in text
    assert len(api("jiangyuan").get("hazard-sources")["items"]) == 1
    assert officer.send(f"/hazards/{made['id']}/withdrawal", why="已拆除").status_code == 303


def test_the_demo_is_marked_and_loads_once(
    world_app: Flask, clock: FixedClock, page: Callable[[str], Visitor]
):
    for added in (7, 0):
        with installation(world_app).database.unit_of_work() as uow:
            assert load_demo_hazards(uow) == added
    assert "演示数据，不是真实危险源" in words_of(page("jilin").get("/hazards"))
