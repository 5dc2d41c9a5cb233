"""The roster over HTTP and on its page, in the demo world."""

import re

import pytest


@pytest.fixture
def shift(api):
    return api("baishan").get("agencies/220600/on-call")["shift"]


def test_who_is_on_call_now_is_named_with_seats_and_sign_ins(api):
    found = api("baishan").get("agencies/220600/on-call")
    assert [p["name"] for p in found["officers"]] == ["李敏"]
    assert (found["leader"]["name"], found["second"]["name"]) == ("陈国栋", "王磊")
    assert {p["name"] for p in found["signed_in"]} == {"李敏", "王磊", "陈国栋"}
    assert (found["roster_version"], found["shift"]["starts_at"]) == (1, "2026-11-21T08:00:00+08:00")


@pytest.mark.parametrize(
    "at", ["2026-11-21T20:00:00%2B08:00", "2026-11-21T20:00:00+08:00", "2026-11-21T12:00:00Z"]
)
def test_another_moment_may_be_written_with_any_offset(api, at):
    found = api("baishan").get(f"agencies/220600/on-call?at={at}")
    assert found["shift"]["kind"] == "night"


def test_with_no_roster_the_answer_is_empty_and_not_an_error(api):
    found = api("baishan").get("agencies/220600/on-call?at=2020-01-01T00:00:00Z")
    assert (found["shift"], found["officers"], found["leader"], found["roster_version"]) == (
        None,
        [],
        None,
        None,
    )


@pytest.mark.parametrize(
    "at", ["soon", "2026-13-01", "0001-01-01T00:00:00Z", "9999-12-31T23:59:59Z", "1" * 5000]
)
def test_a_moment_that_cannot_be_one_is_refused_in_the_field(api, at):
    answer = api("baishan").call("GET", f"agencies/220600/on-call?at={at}")
    assert answer.status_code == 422
    assert "at" in answer.get_json()["errors"]


@pytest.mark.parametrize(
    ("login", "code", "status"),
    [
        ("jiangyuan", "220600", 200),
        ("baishan", "220605", 200),
        ("state", "220605", 200),
        ("baishan", "220400", 404),
        ("baishan", "210000", 404),
        ("baishan", "999999", 404),
        ("mine", "220600", 403),
    ],
)
def test_rooms_of_the_own_chain_are_seen_and_no_others(api, login, code, status):
    assert api(login).call("GET", f"agencies/{code}/on-call").status_code == status


def test_the_calendar_opens_with_a_token_in_its_address_and_not_without(api, world_app):
    caller = api("baishan")
    visitor = world_app.test_client()
    path = "/api/v1/agencies/220600/calendar.ics"
    opened = visitor.get(f"{path}?token={caller.token}")
    assert (opened.status_code, opened.mimetype) == (200, "text/calendar")
    assert "李敏" in opened.get_data(as_text=True)
    assert visitor.get(path).status_code == 404
    assert visitor.get(f"{path}?token=wrong").status_code == 404
    assert visitor.get(f"/api/v1/agencies/220400/calendar.ics?token={caller.token}").status_code == 404


def test_signing_in_again_answers_the_first_time(api, shift):
    done = api("baishan").post(f"shifts/{shift['id']}/sign-in", status=200)
    assert (done["at"], done["late_seconds"]) == ("2026-11-21T07:56:00+08:00", 0)


def test_a_shift_of_another_room_is_not_found(api, shift):
    answer = api("jiangyuan").call("POST", f"shifts/{shift['id']}/sign-in", json={})
    assert answer.status_code == 404


def test_somebody_off_the_shift_is_told_what_to_do(api):
    night = api("baishan").get("agencies/220600/on-call?at=2026-11-21T20:00:00Z")["shift"]
    answer = api("baishan").call("POST", f"shifts/{night['id']}/sign-in", json={})
    assert (answer.status_code, answer.get_json()["rule"]) == (422, "R20")
    assert "替班" in answer.get_json()["detail"]


def test_the_page_shows_the_month_the_watch_and_the_own_duty(page):
    text = page("baishan").get("/duty")
    assert "2026 年 11 月值班表" in text
    assert "白班 08:00–20:00" in text
    assert len(re.findall(r"<th scope=\"row\">", text)) >= 17


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ("?month=2026-12", 200),
        ("?month=2020-01", 200),
        ("?month=2026-13", 422),
        ("?room=220605", 200),
        ("?room=220400", 404),
    ],
)
def test_the_page_answers_other_months_and_rooms_or_says_why_not(page, query, status):
    page("baishan").get(f"/duty{query}", status)
