"""An accident is logged from the caller's words: what is recognised, graded, missing and perhaps known already."""

from typing import Any

import pytest

from responder.foundation.audit.cli import cli as audit
from tests.integration.story.telling import FIELDS, Named, leg_of, limits, log
from tests.world import STORY, Visitor, hidden, words_of

DECIDES = "失踪 3 人，按较大报告"


def typed(jiangyuan: Visitor, **more: Any) -> dict[str, Any]:
    key = hidden(jiangyuan.get("/incidents/new"), "idempotency_key")
    return {"text": STORY, "idempotency_key": key, **more}


def test_the_words_of_the_caller_are_recognised_before_anything_is_saved(page: Any, api: Named) -> None:
    jiangyuan = page("jiangyuan")
    seen = words_of(jiangyuan.send("/incidents/preview", **typed(jiangyuan)).get_data(as_text=True))
    for piece in (
        "江源区松树镇 地点",
        "13:20 发生时间，今日 13:20",
        "被困12人 被困",
        "下落不明3人 失踪",
        "类型 瓦斯爆炸",
    ):
        assert piece in seen
    assert DECIDES in seen and "可能上升" in seen
    assert "被困 12 人若全部遇难，合计 15 人，为重大" in seen
    assert api("jiangyuan").get("incidents")["items"] == []


def test_saving_the_words_gives_number_grade_reason_and_what_is_missing(page: Any, api: Named) -> None:
    jiangyuan = page("jiangyuan")
    form = typed(jiangyuan, action="save")
    answer = jiangyuan.send("/incidents", **form)
    assert answer.status_code == 303
    incident = api("jiangyuan").get(f"incidents/{answer.headers['Location'].rpartition('/')[2]}")
    assert incident["number"] == "220605-2026-0001"
    assert incident["received_at"] == "2026-11-21T14:00:00+08:00"
    assert incident["occurred_at"] == "2026-11-21T13:20:00+08:00"
    assert (incident["sector"], incident["accident_type"]) == ("coal_mine", "gas_explosion")
    assert incident["place_name"] == "吉林省白山市江源区松树镇"
    figures = incident["facts"]
    assert (figures["trapped"], figures["missing"], figures["deaths"]) == (12, 3, None)
    assert (incident["rule_set"], incident["reporting_grade"], incident["may_rise"]) == ("E", "III", True)
    reason = incident["reasons"][0]
    assert (reason["rule"], reason["value"], reason["threshold"]) == ("R493-3", 3, 3)
    assert incident["missing_elements"] == ["casualties", "loss", "measures"]
    shown = words_of(jiangyuan.get(f"/incidents/{incident['id']}"))
    for words in ("220605-2026-0001", "较大", "可能上升", DECIDES, "尚缺：伤亡人数", "死亡 未知"):
        assert words in shown
    again = jiangyuan.send("/incidents", **form)
    assert again.headers["Location"] == answer.headers["Location"]
    assert len(api("jiangyuan").get("incidents")["items"]) == 1


def test_a_bare_clock_time_later_than_now_means_yesterday_and_says_so(page: Any) -> None:
    jiangyuan = page("jiangyuan")
    form = typed(jiangyuan, text="江源区松树镇 某煤矿 23:40 透水 被困2人")
    seen = jiangyuan.send("/incidents/preview", **form).get_data(as_text=True)
    assert "这个钟点今天还没到，按昨日 11-20 23:40 理解" in words_of(seen)
    assert 'value="2026-11-20 23:40"' in seen


def test_a_second_call_about_the_same_accident_is_shown_before_it_is_saved(page: Any, api: Named) -> None:
    first = log(api)
    assert first["duplicates"] == []
    jiangyuan = page("jiangyuan")
    seen = words_of(jiangyuan.send("/incidents/preview", **typed(jiangyuan)).get_data(as_text=True))
    assert first["number"] in seen
    second = log(api, unit="另一煤矿", summary="又一个电话")
    assert [twin["id"] for twin in second["duplicates"]] == [first["id"]]
    assert second["number"] == "220605-2026-0002"


def test_the_legs_stand_at_once_each_with_its_limit_and_article(api: Named, page: Any) -> None:
    incident = log(api)
    legs = incident["legs"]
    county, city = "county.work_safety", "city.work_safety"
    assert limits(leg_of(legs, county, "220600")) == ("sent", "14:00", "16:00", "R493-10.1")
    assert limits(leg_of(legs, county, "220605.government", "government")) == (
        "open",
        "14:00",
        "16:00",
        "R493-10.2",
    )
    for body in ("police", "labour", "union", "procuratorate"):
        assert limits(leg_of(legs, county, f"220605.{body}", "notify")) == (
            "open",
            "14:00",
            "16:00",
            "R493-10.3",
        )
    assert limits(leg_of(legs, county, "220000", "phone")) == ("open", "14:00", "15:00", "R21-8")
    line = leg_of(legs, "unit", "220000.coal_inspectorate", to="city.coal_inspectorate")
    assert limits(line) == ("open", "13:20", "14:20", "R493-9.2")
    assert line["stand_in"]["zh"].startswith("市级没有矿山安全监察机构")
    assert limits(leg_of(legs, city, "220000"))[0] == "planned"
    state = leg_of(legs, "province.work_safety", "000000", "absolute")
    assert limits(state) == ("planned", "13:20", "20:20", "R24-1")
    assert all(leg["source"]["zh"] and leg["source"]["en"] for leg in legs)
    shown = words_of(page("jiangyuan").get(f"/incidents/{incident['id']}/legs"))
    assert "剩 2:00" in shown and "493 号令" in shown


def test_an_office_of_another_county_is_told_whom_to_tell_instead(api: Named) -> None:
    answer = api("jiangyuan").call("POST", "incidents", json={**FIELDS, "place": "临江市"})
    assert answer.status_code == 422
    assert "临江市应急管理局" in answer.get_json()["errors"]["place"]


def test_a_kept_draft_comes_back_and_goes_when_it_is_saved(page: Any) -> None:
    jiangyuan = page("jiangyuan")
    jiangyuan.send("/incidents", **typed(jiangyuan, action="draft", unit="青石岭煤矿"))
    assert 'value="青石岭煤矿"' in jiangyuan.get("/incidents/new")
    assert jiangyuan.send("/incidents", **typed(jiangyuan, action="save")).status_code == 303
    assert 'value="青石岭煤矿"' not in jiangyuan.get("/incidents/new")


def test_what_was_saved_stands_in_an_unbroken_chain(api: Named, world_app: Any) -> None:
    incident = log(api)
    entries = api("jilin").get(f"incidents/{incident['id']}/timeline")["items"]
    assert [entry["kind"] for entry in entries] == ["incident.logged", "leg.sent", "call_out.started"]
    assert len({entry["hash"] for entry in entries}) == 3
    result = world_app.test_cli_runner().invoke(audit, ["verify"])
    assert result.exit_code == 0, result.output


@pytest.mark.parametrize("login", ["jilin", "baishan", "state"])
def test_every_level_above_may_log_what_it_hears_first(login: str, api: Named) -> None:
    incident = api(login).post("incidents", FIELDS, status=201)
    assert incident["number"] == "220605-2026-0001"
    assert incident["legs"]
