"""Reports climb: each receipt opens the next leg, a rise starts the climb anew, nobody foreign sees any of it."""

from io import BytesIO
from typing import Any

import pytest

from responder.core.clock import FixedClock
from tests.integration.story.telling import Named, leg_of, limits, log, now_of, said
from tests.world import NEIGHBOURS, add_neighbours, later, words_of

COUNTY, CITY, PROVINCE = "county.work_safety", "city.work_safety", "province.work_safety"


def test_acknowledging_opens_the_next_leg_with_two_hours_of_its_own(api: Named, clock: FixedClock) -> None:
    incident = log(api)
    later(clock, minutes=12)
    answer = api("baishan").post(f"legs/{leg_of(incident['legs'], COUNTY, '220600')['id']}/acknowledgement")
    assert (answer["state"], answer["late_seconds"]) == ("acknowledged", 0)
    assert answer["acknowledged_at"] == "2026-11-21T14:12:00+08:00"
    opened = answer["opened"]
    upward = leg_of(opened, CITY, "220000")
    assert limits(upward) == ("open", "14:12", "16:12", "R493-10.1")
    assert limits(leg_of(opened, CITY, "220000", "phone")) == ("open", "14:12", "15:12", "R21-8")
    assert limits(leg_of(opened, CITY, "220600.government", "government"))[1:3] == ("14:12", "16:12")
    later(clock, minutes=8)
    assert api("baishan").post(f"legs/{upward['id']}/send")["state"] == "sent"
    later(clock, minutes=2)
    signed = api("jilin").post(f"legs/{upward['id']}/acknowledgement")
    own = leg_of(signed["opened"], PROVINCE, "220000.government", "government")
    assert limits(own)[:3] == ("open", "14:22", "16:22")
    told = said(api, "state", incident["id"])
    assert [words for words in told if "签收：" in words] == [
        "白山市应急管理局签收：李敏",
        "吉林省应急管理厅签收：郑洁",
    ]
    assert [words for words in told if words.startswith("报送")] == [
        "报送白山市应急管理局",
        "报送吉林省应急管理厅",
    ]


def test_the_written_report_is_sent_on_and_rings_though_a_phone_limit_is_earlier(
    api: Named, page: Any
) -> None:
    incident = log(api)
    api("baishan").post(f"legs/{leg_of(incident['legs'], COUNTY, '220600')['id']}/acknowledgement")
    baishan = page("baishan")
    for path in ("/board?all=1", f"/incidents/{incident['id']}?all=1"):
        shown = baishan.get(path)
        assert "报送吉林省应急管理厅" in words_of(shown) and "电话报告吉林省应急管理厅" in words_of(shown)
    legs = now_of(api, "baishan", incident["id"])["legs"]
    send = f"/legs/{leg_of(legs, CITY, '220000')['id']}/send"
    assert f'action="{send}"' in shown
    assert baishan.send(send, method="web").status_code == 303
    assert 'id="alarm"' in page("jilin").get("/board")
    assert 'id="alarm"' in page("jilin").get(f"/incidents/{incident['id']}")


def test_a_receipt_may_precede_its_click_and_never_the_sending(api: Named, clock: FixedClock) -> None:
    incident = log(api)
    leg = leg_of(incident["legs"], COUNTY, "220600")
    later(clock, minutes=20)
    path = f"legs/{leg['id']}/acknowledgement"
    early = api("baishan").post(path, {"method": "phone", "at": "2026-11-21T13:50:00+08:00"}, status=422)
    assert "at" in early["errors"]
    answer = api("baishan").post(path, {"at": "2026-11-21T14:06:00+08:00"})
    assert (answer["acknowledged_at"][11:16], answer["noted_at"][11:16]) == ("14:06", "14:20")
    assert limits(leg_of(answer["opened"], CITY, "220000"))[1:3] == ("14:06", "16:06")
    assert api("baishan").post(path, status=409)["status"] == 409


def test_a_late_receipt_says_by_how_much(api: Named, clock: FixedClock) -> None:
    leg = leg_of(log(api)["legs"], COUNTY, "220600")
    later(clock, hours=2, minutes=5)
    answer = api("baishan").post(f"legs/{leg['id']}/acknowledgement")
    assert (answer["late"], answer["late_seconds"]) == (True, 300)


def test_only_the_receiver_signs_or_returns_and_only_the_sender_sends(api: Named) -> None:
    incident = log(api)
    leg = leg_of(incident["legs"], COUNTY, "220600")
    for login in ("jilin", "state"):
        assert api(login).post(f"legs/{leg['id']}/acknowledgement", status=403)["status"] == 403
        assert api(login).post(f"legs/{leg['id']}/return", {"reason": "x"}, status=403)
    planned = leg_of(incident["legs"], CITY, "220000")
    assert api("jiangyuan").post(f"legs/{planned['id']}/send", status=403)
    assert api("baishan").post(f"legs/{planned['id']}/send", status=409)


def test_a_returned_report_goes_back_and_comes_again(api: Named) -> None:
    leg = leg_of(log(api)["legs"], COUNTY, "220600")
    assert "reason" in api("baishan").post(f"legs/{leg['id']}/return", {}, status=422)["errors"]
    returned = api("baishan").post(f"legs/{leg['id']}/return", {"reason": "地点不清"})
    assert (returned["state"], returned["return_reason"]) == ("returned", "地点不清")
    assert returned["due_at"] == leg["due_at"]
    assert api("jiangyuan").post(f"legs/{leg['id']}/send")["state"] == "sent"
    assert api("baishan").post(f"legs/{leg['id']}/acknowledgement")["state"] == "acknowledged"


def test_an_office_without_a_duty_room_is_noted_by_the_sender_with_who_answered(
    api: Named, page: Any
) -> None:
    incident = log(api)
    leg = leg_of(incident["legs"], COUNTY, "220605.police", "notify")
    path = f"legs/{leg['id']}/acknowledgement"
    assert "answered_by" in api("jiangyuan").post(path, {"method": "phone"}, status=422)["errors"]
    noted = api("jiangyuan").post(path, {"method": "phone", "answered_by": "值班民警"})
    assert (noted["state"], noted["answered_by"], noted["method"]) == ("acknowledged", "值班民警", "phone")
    assert "已通知 1/4" in words_of(page("jiangyuan").get(f"/incidents/{incident['id']}"))


def test_ten_dead_raise_the_grade_and_start_a_new_climb(api: Named, page: Any, clock: FixedClock) -> None:
    incident = log(api)
    first = leg_of(incident["legs"], COUNTY, "220600")
    api("baishan").post(f"legs/{first['id']}/acknowledgement")
    later(clock, minutes=30)
    body = {"facts": {"deaths": 10}, "summary": "救出遗体10具"}
    answer = api("jiangyuan").post(f"incidents/{incident['id']}/reports", body, status=201)
    assert (answer["version"], answer["reporting_grade"], answer["changed"]) == (
        2,
        "II",
        {"deaths": [None, 10]},
    )
    opened = answer["legs_opened"]
    assert {leg["climb"] for leg in opened} == {1}
    assert limits(leg_of(opened, COUNTY, "220600")) == ("sent", "14:30", "16:30", "R493-10.1")
    assert limits(leg_of(opened, COUNTY, "220000", "phone"))[1:3] == ("14:30", "15:30")
    assert leg_of(opened, CITY, "220000")["state"] == "planned"
    assert leg_of(opened, PROVINCE, "000000")["state"] == "planned"
    whole = now_of(api, "baishan", incident["id"])
    assert leg_of(whole["legs"], COUNTY, "220600", climb=0)["acknowledged_at"] == "2026-11-21T14:00:00+08:00"
    assert [report["version"] for report in whole["reports"]] == [1, 2]
    old = api("jilin").get(f"incidents/{incident['id']}?version=1")
    assert (old["version"], old["reporting_grade"], old["facts"]["deaths"]) == (1, "III", None)
    board = words_of(page("baishan").get("/board"))
    assert "看第 2 版" in board and "重大" in board
    changed = words_of(page("baishan").get(f"/incidents/{incident['id']}?changes=1"))
    assert "第 2 版" in changed and "死亡" in changed and "未知" in changed
    older = words_of(page("baishan").get(f"/incidents/{incident['id']}?version=1"))
    assert "第 1 版" in older and "失踪 3 人，按较大报告" in older


def test_the_levels_above_see_it_on_their_boards_from_the_first_save(api: Named, page: Any) -> None:
    incident = log(api)
    for login in ("baishan", "jilin", "state", "commander", "inspector", "statistics"):
        assert now_of(api, login, incident["id"])["number"] == incident["number"]
        assert "青石岭煤矿瓦斯爆炸" in words_of(page(login).get("/board"))
        assert api(login).get("incidents?q=青石岭")["items"], login


@pytest.fixture
def foreigners(world_app: Any) -> list[str]:
    """Officers of another province, of another city and of the county next door."""
    add_neighbours(world_app)
    return list(NEIGHBOURS)


def test_an_officer_of_another_place_finds_nothing_of_it_anywhere(
    api: Named, page: Any, foreigners: list[str]
) -> None:
    jiangyuan = page("jiangyuan")
    incident = log(api)
    jiangyuan.get(f"/incidents/{incident['id']}")
    photo = (BytesIO(b"\xff\xd8\xff\xe0 picture"), "现场.jpg")
    kept = jiangyuan.send(f"/incidents/{incident['id']}/attachments", file=photo)
    assert kept.status_code == 303
    page_of = jiangyuan.get(f"/incidents/{incident['id']}")
    attachment = page_of.partition(f"/incidents/{incident['id']}/attachments/")[2].partition('"')[0]
    assert len(attachment) == 36
    leg = incident["legs"][0]["id"]
    here = f"incidents/{incident['id']}"
    for login in foreigners:
        outside = api(login)
        assert outside.get("incidents")["items"] == []
        assert outside.get("incidents?q=青石岭")["items"] == []
        assert outside.get(f"incidents?q={incident['number']}")["items"] == []
        assert outside.get("incidents?jurisdiction=220605")["items"] == []
        for path in (
            here,
            f"{here}?version=1",
            f"{here}/timeline",
            f"/{here}",
            f"/{here}/legs",
            f"/{here}/timeline",
            f"/{here}/reports/new",
            f"/{here}/attachments/{attachment}",
            f"/legs/{leg}",
        ):
            answer = outside.call("GET", path)
            assert answer.status_code == 404, (login, path, answer.status_code)
            assert "青石岭" not in answer.get_data(as_text=True)
        for path in (
            f"{here}/reports",
            f"legs/{leg}/send",
            f"legs/{leg}/return",
            f"legs/{leg}/acknowledgement",
        ):
            assert outside.call("POST", path, json={"summary": "x"}).status_code == 404, (login, path)
        for path in (
            "/board",
            "/incidents",
            "/incidents?q=青石岭",
            "/map",
            "/map/frame",
            "/map/file",
            "/calls",
        ):
            answer = outside.call("GET", path)
            assert answer.status_code == 200, (login, path)
            assert "青石岭煤矿瓦斯" not in answer.get_data(as_text=True), (login, path)
