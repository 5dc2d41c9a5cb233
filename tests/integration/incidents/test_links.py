"""Two records of one accident: decided by whoever is above both, counted once, parted again with nothing lost."""

from typing import Any

import pytest
from flask import Flask

from tests.integration.story.telling import Named
from tests.world import callers, visitor

BRIDGE: dict[str, Any] = {"sector": "road", "accident_type": "traffic", "summary": "大桥上油罐车翻车"}
WHY = "桥在江源一侧，罐车在江源起火"


@pytest.fixture
def api(world_app: Flask) -> Named:
    return callers(world_app)


def logged(api: Named, who: str, place: str, deaths: int) -> dict[str, Any]:
    told: dict[str, Any] = api(who).post("incidents", {**BRIDGE, "place": place, "facts": {"deaths": deaths}})
    return told


def pair(api: Named) -> tuple[dict[str, Any], dict[str, Any]]:
    return logged(api, "jiangyuan", "江源区", 36), logged(api, "baishan", "临江市", 17)


def tied(api: Named, lead: dict[str, Any], other: dict[str, Any], who: str = "jilin") -> Any:
    body = {"other": other["number"], "leads": "this", "reason": WHY}
    return api(who).call("POST", f"/api/v1/incidents/{lead['id']}/links", json=body)


def open_count(api: Named, who: str) -> str:
    page = api(who).call("GET", "/board").get_data(as_text=True)
    return page.partition("进行中 ")[2].partition("，")[0]


def test_two_records_found_to_be_one_have_one_lead_and_count_once(api: Named) -> None:
    ours, theirs = pair(api)
    before = {who: int(open_count(api, who)) for who in ("jilin", "jiangyuan")}
    assert tied(api, ours, theirs).status_code == 201
    assert int(open_count(api, "jilin")) == before["jilin"] - 1
    assert int(open_count(api, "jiangyuan")) == before["jiangyuan"]  # which has its own record only
    for row in (ours, theirs):
        (link,) = api("jilin").get(f"incidents/{row['id']}")["links"]
        assert (link["lead_number"], link["number"]) == (ours["number"], theirs["number"])
    page = api("jiangyuan").call("GET", f"/incidents/{ours['id']}").get_data(as_text=True)
    assert theirs["number"] in page and "本起牵头" in page


def test_after_the_parting_both_stand_as_before_each_with_its_dead_and_its_legs(api: Named) -> None:
    ours, theirs = pair(api)
    legs = {row["id"]: [leg["id"] for leg in row["legs"]] for row in (ours, theirs)}
    link = tied(api, ours, theirs).get_json()
    apart = f"incidents/{theirs['id']}/links/{link['id']}/parting"
    assert api("jilin").call("POST", f"/api/v1/{apart}", json={"reason": ""}).status_code == 422
    assert api("jilin").post(apart, {"reason": "3 月 29 日和 4 月 1 日是两次爆炸"})["parted_at"]
    again = api("jilin").call("POST", f"/api/v1/{apart}", json={"reason": "再来一次"})
    assert again.status_code == 409
    for row, deaths in ((ours, 36), (theirs, 17)):
        now = api("jilin").get(f"incidents/{row['id']}")
        assert (now["facts"]["deaths"], now["state"]) == (deaths, "open")
        assert [leg["id"] for leg in now["legs"]] == legs[row["id"]]
        whats = [entry["kind"] for entry in api("jilin").get(f"incidents/{row['id']}/timeline")["items"]]
        assert {"incident.joined", "incident.parted"} <= set(whats)
    assert tied(api, theirs, ours).status_code == 201  # and it can be decided anew


@pytest.mark.parametrize("who", ["jiangyuan", "baishan"])
def test_only_an_office_above_both_decides(api: Named, who: str) -> None:
    ours = logged(api, "jiangyuan", "江源区", 1)
    elsewhere: dict[str, Any] = api("jilin").post(
        "incidents", {**BRIDGE, "place": "通化市", "facts": {"deaths": 1}}
    )
    answer = tied(api, ours, elsewhere, who)
    assert answer.status_code in {403, 404, 422}
    assert api("jilin").get(f"incidents/{ours['id']}/links")["items"] == []


def test_a_record_has_one_lead_and_who_leads_follows_nobody(api: Named) -> None:
    ours, theirs = pair(api)
    third = logged(api, "baishan", "抚松县", 0)
    assert tied(api, ours, ours).status_code == 422
    assert tied(api, ours, theirs).status_code == 201
    assert tied(api, ours, theirs).status_code == 409
    assert tied(api, third, ours).status_code == 409
    assert tied(api, ours, third).status_code == 201


def test_the_page_says_what_is_missing_beside_the_field_and_keeps_what_was_typed(
    api: Named, world_app: Flask
) -> None:
    ours, theirs = pair(api)
    officer = visitor(world_app, "jilin")
    path = f"/incidents/{ours['id']}/links"
    officer.get(path)
    refused = officer.send(path, other=theirs["number"], leads="", reason="")
    text = refused.get_data(as_text=True)
    assert refused.status_code == 422
    assert "请选哪一份牵头" in text and "请写明为什么" in text and f'value="{theirs["number"]}"' in text
    unknown = officer.send(path, other="220605-2026-9999", leads="other", reason=WHY)
    assert "没有这个编号的记录" in unknown.get_data(as_text=True)
    assert officer.send(path, other=theirs["number"], leads="other", reason=WHY).status_code == 303
    assert "由其牵头" in officer.get(path)
    link = api("jilin").get(f"incidents/{ours['id']}/links")["items"][0]["id"]
    bare = officer.send(f"{path}/{link}/parting", reason=" ")
    assert bare.status_code == 422 and f'id="part-{link}-error"' in bare.get_data(as_text=True)
    long = officer.send(f"{path}/{link}/parting", reason="长" * 2001)
    assert long.status_code == 422 and "长" * 2001 in long.get_data(as_text=True)
    assert officer.send(f"{path}/{link}/parting", reason="两次事故").status_code == 303
    assert "没有定为同一起的记录" in officer.get(path)
