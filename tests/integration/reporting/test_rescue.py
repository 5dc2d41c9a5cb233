"""The end of a rescue, declared and signed, and what it leaves standing, on both databases."""

from typing import Any

from flask import Flask

from responder.core.clock import FixedClock
from responder.reporting import follow_ups, windows
from tests.integration.reporting.naming import Named
from tests.world import hidden, installation, later, words_of

MINE = {
    "place": "江源区",
    "sector": "coal_mine",
    "accident_type": "gas_explosion",
    "occurred_at": "2026-11-21T13:20:00+08:00",
    "unit": "八宝煤业",
    "summary": "井下瓦斯爆炸",
}
REASON = {"reason": "井下人员全部找到"}


def log(api: Named, **facts: int) -> str:
    return str(api("jiangyuan").post("incidents", {**MINE, "facts": facts})["id"])


def owed(api: Named, incident: str) -> list[tuple[str, int, int | None, bool]]:
    """Return day, number, satisfying version and lateness of the follow-ups that are owed."""
    rows = api("jilin").get(f"incidents/{incident}")["follow_ups"]
    return [
        (row["day"], row["number"], row["satisfied_by"], row["late"])
        for row in rows
        if row["kind"] == "follow_up" and row["withdrawn_at"] is None
    ]


def test_the_end_of_the_rescue_ends_the_follow_ups_and_not_the_incident(
    api: Named, clock: FixedClock, world_app: Flask
) -> None:
    database = installation(world_app).database
    incident = log(api, deaths=12)  # serious: two a day
    later(clock, days=1, hours=-4)  # 10:00 on the 22nd
    done = api("leader").post(f"incidents/{incident}/rescue/end", REASON, status=201)
    assert (done["by"], done["agency"], done["version"], done["resumed_at"]) == ("陈国栋", "220600", 2, None)
    assert done["ended_at"] == "2026-11-22T10:00:00+08:00"
    # What told it is that day's follow-up; the second of the day is owed no more.
    assert owed(api, incident) == [("2026-11-22", 1, 2, False)]
    later(clock, days=3)
    follow_ups.note_due(database)
    assert owed(api, incident) == [("2026-11-22", 1, 2, False)]
    whole = api("jilin").get(f"incidents/{incident}")
    assert (whole["state"], whole["rescue_ended_at"]) == ("open", "2026-11-22T10:00:00+08:00")
    said = [entry["what"] for entry in api("jilin").get(f"incidents/{incident}/timeline")["items"]]
    assert "陈国栋宣布抢险救援 11-22 10:00 结束，理由：井下人员全部找到" in said
    assert whole["reports"][-1]["summary"] == "抢险救援11月22日 10:00结束：井下人员全部找到"


def test_what_was_missed_before_the_end_stays_missed(api: Named, clock: FixedClock, world_app: Flask) -> None:
    database = installation(world_app).database
    incident = log(api, deaths=1)
    later(clock, days=2)  # nobody followed up on the 22nd
    follow_ups.note_due(database)
    api("leader").post(f"incidents/{incident}/rescue/end", REASON)
    assert owed(api, incident) == [("2026-11-22", 1, 2, True), ("2026-11-23", 1, 2, False)]


def test_an_end_entered_late_takes_back_what_was_never_owed(
    api: Named, clock: FixedClock, world_app: Flask
) -> None:
    database = installation(world_app).database
    incident = log(api, deaths=1)
    later(clock, days=3)  # 14:00 on the 24th
    follow_ups.note_due(database)
    api("leader").post(f"incidents/{incident}/rescue/end", {**REASON, "at": "2026-11-22T09:00:00+08:00"})
    # The follow-up that told it came after the limits it is held against; the days after the end ask for nothing.
    assert {row[0] for row in owed(api, incident)} <= {"2026-11-22", "2026-11-23", "2026-11-24"}
    assert not [row for row in owed(api, incident) if row[2] is None]


def test_supplements_are_still_owed_and_the_missing_die_only_with_their_window(
    api: Named, clock: FixedClock, world_app: Flask
) -> None:
    database = installation(world_app).database
    incident = log(api, deaths=1, missing=2)
    whole = api("baishan").get(f"incidents/{incident}")
    leg = next(row for row in whole["legs"] if row["to_agency"] == "220600" and row["state"] == "sent")
    api("baishan").post(f"legs/{leg['id']}/acknowledgement")
    later(clock, days=2)
    api("leader").post(f"incidents/{incident}/rescue/end", {"reason": "不再具备施救条件"})
    assert api("jilin").get(f"incidents/{incident}")["final_grade"] == "IV"
    later(clock, days=1)
    body = {"kind": "supplement", "facts": {"deaths": 2, "missing": 1}, "summary": "找到一人"}
    api("jiangyuan").post(f"incidents/{incident}/reports", body)
    rows = api("jilin").get(f"incidents/{incident}")["follow_ups"]
    assert [
        row["number"] for row in rows if row["kind"] == "supplement" and row["to_agency"] == "220600"
    ] == [3]
    later(clock, days=28)
    windows.judge_closed(database)
    assert api("jilin").get(f"incidents/{incident}")["final_grade"] == "III"


def test_a_rescue_taken_up_again_asks_for_follow_ups_anew_and_keeps_the_first_declaration(
    api: Named, clock: FixedClock, world_app: Flask
) -> None:
    database = installation(world_app).database
    incident = log(api, deaths=1)
    later(clock, hours=6)
    api("leader").post(f"incidents/{incident}/rescue/end", REASON)
    assert owed(api, incident) == []
    later(clock, days=3)  # 20:00 on the 24th
    follow_ups.note_due(database)
    assert owed(api, incident) == []
    resumed = api("leader").post(f"incidents/{incident}/rescue/resumption", {"reason": "又发生爆炸"})
    assert (resumed["resumed_reason"], resumed["reason"]) == ("又发生爆炸", "井下人员全部找到")
    assert owed(api, incident) == [("2026-11-24", 1, 3, False)]
    later(clock, days=1)
    follow_ups.note_due(database)
    assert owed(api, incident) == [("2026-11-24", 1, 3, False), ("2026-11-25", 1, None, False)]
    answer = api("jilin").get(f"incidents/{incident}/rescue")
    assert (answer["going_on"], len(answer["items"])) == (True, 1)


def test_what_cannot_be_is_refused_beside_its_field(api: Named, clock: FixedClock) -> None:
    incident = log(api, deaths=1)
    path = f"incidents/{incident}/rescue"
    api("jiangyuan").post(f"{path}/end", REASON, status=403)  # an officer does not end a rescue
    refused = api("leader").post(f"{path}/end", {}, status=422)
    assert "reason" in refused["errors"]
    refused = api("leader").post(f"{path}/end", {**REASON, "at": "2026-11-21T13:00:00+08:00"}, status=422)
    assert "at" in refused["errors"]
    refused = api("leader").post(f"{path}/end", {**REASON, "at": "2026-11-23T13:00:00+08:00"}, status=422)
    assert "at" in refused["errors"]
    api("leader").post(f"{path}/resumption", REASON, status=409)
    api("leader").post(f"{path}/end", REASON)
    api("leader").post(f"{path}/end", REASON, status=409)
    api("leader").post(f"{path}/resumption", {**REASON, "at": "2026-11-21T13:40:00+08:00"}, status=422)
    api("jiangyuan").post(f"incidents/{incident}/reports", {"kind": "final", "summary": "处置结束"})
    api("leader").post(f"{path}/resumption", REASON, status=409)
    assert api("jilin").get(path)["going_on"] is False


def test_a_key_used_twice_ends_it_once(api: Named) -> None:
    incident = log(api, deaths=1)
    answers = [
        api("leader").post(
            f"incidents/{incident}/rescue/end", REASON, status=201, headers={"Idempotency-Key": "over-1"}
        )
        for _ in range(2)
    ]
    assert answers[0] == answers[1]
    assert api("jilin").get(f"incidents/{incident}")["version"] == 2


def test_a_leader_declares_it_on_the_page_and_the_sealed_file_has_it(
    api: Named, page: Any, clock: FixedClock
) -> None:
    incident = log(api, deaths=1, missing=2, trapped=1)
    officer = words_of(page("jiangyuan").get(f"/incidents/{incident}/rescue"))
    assert "由带班领导或指挥员宣布" in officer
    shown = page("leader").get(f"/incidents/{incident}/rescue")
    assert "下落不明的 2 人仍记失踪，到 12月22日 00:00 才计入死亡" in words_of(shown)
    assert "最新一版还有被困 1 人" in words_of(shown)
    key = hidden(shown, "idempotency_key")
    empty = page("leader").send(f"/incidents/{incident}/rescue/end", idempotency_key=key)
    assert (empty.status_code, "请写明为什么" in empty.get_data(as_text=True)) == (422, True)
    for _ in range(2):  # pressed twice, declared once
        fields = {"idempotency_key": key, "reason": "全部升井", "at": "13:50"}
        answer = page("leader").send(f"/incidents/{incident}/rescue/end", **fields)
        assert answer.status_code == 303
    shown = words_of(page("leader").get(f"/incidents/{incident}/rescue"))
    assert "11月21日 13:50 结束" in shown
    assert "签名并恢复" in shown
    assert "抢险救援 11月21日 13:50 结束" in words_of(page("baishan").get(f"/incidents/{incident}"))
    made = api("baishan").get(f"incidents/{incident}/evidence")
    assert [row["reason"] for row in made["rescue_ends"]] == ["全部升井"]
