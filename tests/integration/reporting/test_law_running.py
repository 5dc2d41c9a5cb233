"""The law as it runs: rises, follow-ups, windows, doubts, decisions, on both databases and over the API."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select

from responder.config import Reminders
from responder.core.clock import FixedClock
from responder.core.errors import Conflict, InvalidInput
from responder.foundation.directory.services import load_reference
from responder.incidents import rule_sets
from responder.law.registry import shipped
from responder.reporting import follow_ups, reminding, windows
from responder.reporting.duty_models import FollowUpDue
from tests.integration.reporting.naming import Named
from tests.world import installation, later, words_of

R1 = {
    "place": "江源区",
    "sector": "coal_mine",
    "accident_type": "gas_explosion",
    "occurred_at": "2026-11-21T13:20:00+08:00",
    "unit": "八宝煤业",
    "summary": "井下瓦斯爆炸",
}


def log(api: Named, login: str = "jiangyuan", **facts: int) -> dict[str, Any]:
    body: dict[str, Any] = api(login).post("incidents", {**R1, "facts": facts})
    return body


def sign(api: Named, incident: dict[str, Any], login: str, agency: str) -> None:
    """Let an office sign the binding written report to it."""
    whole = api(login).get(f"incidents/{incident['id']}")
    leg = next(
        leg
        for leg in whole["legs"]
        if leg["to_agency"] == agency and leg["kind"] == "report" and leg["state"] == "sent"
    )
    api(login).post(f"legs/{leg['id']}/acknowledgement")


def report(api: Named, login: str, incident: dict[str, Any], **body: Any) -> dict[str, Any]:
    answer: dict[str, Any] = api(login).post(f"incidents/{incident['id']}/reports", body)
    return answer


def days(body: dict[str, Any]) -> list[tuple[str, int, int | None, bool]]:
    """Return day, number, satisfying version and lateness of the follow-ups owed."""
    return [
        (row["day"], row["number"], row["satisfied_by"], row["late"])
        for row in body["follow_ups"]
        if row["kind"] == "follow_up" and row["withdrawn_at"] is None
    ]


# --- The two cases the founding papers ask for ----------------------------------------------------------------


def test_28_dead_then_36_opens_the_way_to_the_state_council_and_keeps_both_versions(
    api: Named, clock: FixedClock
) -> None:
    incident = log(api, deaths=28)
    assert incident["reporting_grade"] == "II"
    sign(api, incident, "baishan", "220600")
    later(clock, hours=3)
    answer = report(api, "baishan", incident, kind="supplement", facts={"deaths": 36}, summary="核实")
    assert answer["reporting_grade"] == "I"
    whole = api("jilin").get(f"incidents/{incident['id']}")
    assert [(r["version"], r["facts"]["deaths"], r["reporting_grade"]) for r in whole["reports"]] == [
        (1, 28, "II"),
        (2, 36, "I"),
    ]
    fresh = [leg for leg in answer["legs_opened"] if leg["climb"] == 1]
    area = [leg for leg in fresh if leg["from"].endswith(".work_safety")]
    assert {leg["from_agency"] for leg in area if leg["state"] in {"open", "sent"}} == {"220600"}
    assert any(leg["to"] == "state.council" for leg in fresh)
    upward = next(leg for leg in fresh if leg["to_agency"] == "220000" and leg["kind"] == "report")
    assert (upward["starts_at"][11:16], upward["due_at"][11:16]) == ("17:00", "19:00")
    assert "county.work_safety" in {row["to"] for row in whole["legs"]}


def test_none_dead_then_12_starts_fresh_limits_and_leaves_the_earlier_leg_as_it_was(
    api: Named, clock: FixedClock
) -> None:
    incident = log(api, deaths=0, trapped=3)
    before = {leg["id"]: leg for leg in incident["legs"]}
    assert incident["reporting_grade"] in {"IV", "near_miss"}
    later(clock, hours=5, minutes=10)
    answer = report(api, "jiangyuan", incident, facts={"deaths": 12, "trapped": 0}, summary="12人遇难")
    assert answer["reporting_grade"] == "II"
    upward = next(
        leg
        for leg in answer["legs_opened"]
        if leg["to_agency"] == "220600" and leg["kind"] == "report" and leg["climb"] == 1
    )
    assert (upward["starts_at"][11:16], upward["due_at"][11:16]) == ("19:10", "21:10")
    assert any(leg["to"] == "state.council" for leg in answer["legs_opened"])
    after = {leg["id"]: leg for leg in answer["legs"]}
    earlier = next(leg for leg in before.values() if leg["to_agency"] == "220600" and leg["kind"] == "report")
    assert after[earlier["id"]]["due_at"] == earlier["due_at"]
    assert after[earlier["id"]]["state"] == earlier["state"]


# --- Follow-ups -----------------------------------------------------------------------------------------------


def test_a_general_accident_is_followed_up_once_a_day_until_its_final_report(
    api: Named, clock: FixedClock, world_app: Flask
) -> None:
    database = installation(world_app).database
    incident = log(api, deaths=1)
    assert days(incident) == [("2026-11-22", 1, None, False)]
    later(clock, days=1)
    report(api, "jiangyuan", incident, summary="仍在搜救")
    assert days(api("jiangyuan").get(f"incidents/{incident['id']}")) == [("2026-11-22", 1, 2, False)]
    later(clock, days=1)  # 14:00 on the 23rd: the limit of the 22nd has passed
    follow_ups.note_due(database)
    assert days(api("jiangyuan").get(f"incidents/{incident['id']}"))[-1] == ("2026-11-23", 1, None, False)
    report(api, "jiangyuan", incident, kind="final", summary="搜救结束")
    later(clock, days=3)
    follow_ups.note_due(database)
    assert days(api("jiangyuan").get(f"incidents/{incident['id']}")) == [
        ("2026-11-22", 1, 2, False),
        ("2026-11-23", 1, 3, False),
    ]


def test_a_clock_that_stood_still_makes_up_every_missed_day_once_and_the_level_above_chases(
    api: Named, page: Any, clock: FixedClock, world_app: Flask
) -> None:
    database = installation(world_app).database
    incident = log(api, deaths=12)
    sign(api, incident, "baishan", "220600")
    later(clock, days=3)
    for _ in range(2):
        follow_ups.note_due(database)
    missed = days(api("jiangyuan").get(f"incidents/{incident['id']}"))
    assert missed == [
        ("2026-11-22", 1, None, True),
        ("2026-11-22", 2, None, True),
        ("2026-11-23", 1, None, True),
        ("2026-11-23", 2, None, True),
        ("2026-11-24", 1, None, False),
        ("2026-11-24", 2, None, False),
    ]
    assert "催办江源区应急管理局" in page("baishan").get(f"/incidents/{incident['id']}?all=1")
    assert "续报（第 1 次）" in page("jiangyuan").get(f"/incidents/{incident['id']}?all=1")
    said = [x["what"] for x in api("jilin").get(f"incidents/{incident['id']}/timeline")["items"]]
    assert len([words for words in said if "没有按时到" in words]) == 4
    report(api, "jiangyuan", incident, summary="续报")
    after = days(api("jiangyuan").get(f"incidents/{incident['id']}"))
    assert [row[2:] for row in after[:4]] == [(2, True)] * 4
    assert after[4][2:] == (2, False)
    assert after[5][2:] == (None, False)


def test_a_reminder_is_recorded_once_before_the_limit(
    api: Named, clock: FixedClock, world_app: Flask
) -> None:
    database = installation(world_app).database
    incident = log(api, deaths=1)
    later(clock, days=1, hours=8)  # 22:00 on the 22nd
    for _ in range(2):
        reminding.remind(database, Reminders())
    said = [x["what"] for x in api("jilin").get(f"incidents/{incident['id']}/timeline")["items"]]
    assert len([words for words in said if words.startswith("提醒")]) == 1


def test_when_the_boards_are_reminded_is_a_setting_and_moves_no_limit(
    api: Named, clock: FixedClock, world_app: Flask
) -> None:
    database = installation(world_app).database
    incident = log(api, deaths=12)  # serious: two a day
    early = Reminders(first_follow_up=timedelta(hours=20), follow_up=timedelta(hours=1))

    def reminded() -> list[str]:
        entries = api("jilin").get(f"incidents/{incident['id']}/timeline")["items"]
        return [entry["what"] for entry in entries if entry["kind"] == "follow_up.reminded"]

    later(clock, hours=13, minutes=59)  # 03:59 on the 22nd
    assert reminding.remind(database, early) == 0
    later(clock, minutes=1)
    assert reminding.remind(database, early) == 1
    assert reminding.remind(database, early) == 0
    later(clock, hours=18, minutes=30)  # 22:30: two hours would be over, one is not
    assert reminding.remind(database, early) == 0
    assert len(reminded()) == 1
    assert "提醒时间是设置，不是法定时限" in reminded()[0]
    assert reminding.remind(database, Reminders()) == 1
    limits = api("jilin").get(f"incidents/{incident['id']}")["follow_ups"]
    assert {row["due_at"] for row in limits if row["day"] == "2026-11-22"} == {"2026-11-23T00:00:00+08:00"}


def test_a_casualty_change_is_passed_on_the_same_day_to_each_office_that_was_told(
    api: Named, clock: FixedClock
) -> None:
    incident = log(api, deaths=3)
    sign(api, incident, "baishan", "220600")
    later(clock, minutes=30)
    report(api, "jiangyuan", incident, kind="supplement", facts={"deaths": 4})
    rows = api("jilin").get(f"incidents/{incident['id']}")["follow_ups"]
    passed_on = [row for row in rows if row["kind"] == "supplement"]
    first = next(row for row in passed_on if row["to_agency"] == "220600")
    assert (first["number"], first["due_at"], first["satisfied_by"], first["late"]) == (
        2,
        "2026-11-22T00:00:00+08:00",
        2,
        False,
    )


# --- The window -----------------------------------------------------------------------------------------------


def test_the_missing_count_as_dead_once_the_window_has_closed_and_a_later_death_is_flagged(
    api: Named, clock: FixedClock, world_app: Flask
) -> None:
    database = installation(world_app).database
    incident = log(api, deaths=1, missing=2)
    assert incident["window_closes_at"] == "2026-12-22T00:00:00+08:00"
    assert (incident["reporting_grade"], incident["final_grade"]) == ("III", "IV")
    later(clock, days=31)
    assert windows.judge_closed(database) == 1
    assert windows.judge_closed(database) == 0
    whole = api("jilin").get(f"incidents/{incident['id']}")
    assert (whole["reporting_grade"], whole["final_grade"]) == ("III", "III")
    said = [x["what"] for x in api("jilin").get(f"incidents/{incident['id']}/timeline")["items"]]
    assert "补报窗口关闭，法定等级由一般改判为较大" in said
    report(api, "jiangyuan", incident, kind="supplement", facts={"deaths": 12}, summary="伤者死亡")
    late = api("jilin").get(f"incidents/{incident['id']}")
    assert (late["outside_window"], late["final_grade"]) == ([2], "III")


# --- Doubts ---------------------------------------------------------------------------------------------------


def test_two_levels_that_differ_are_flagged_before_sending_until_somebody_signs(
    api: Named, page: Any, clock: FixedClock
) -> None:
    incident = log(api, missing=3)
    sign(api, incident, "baishan", "220600")
    later(clock, minutes=10)
    report(api, "baishan", incident, facts={"missing": 5}, summary="清点")
    whole = api("baishan").get(f"incidents/{incident['id']}")
    assert [one["zh"] for one in whole["contradictions"]] == [
        "失踪：县级报 3（第 1 版），市级报 5（第 2 版）"
    ]
    upward = next(
        leg
        for leg in whole["legs"]
        if leg["to_agency"] == "220000" and leg["kind"] == "report" and leg["state"] == "open"
    )
    assert "送出前请核对" in page("baishan").get(f"/legs/{upward['id']}")
    assert "送出前请核对" in page("baishan").get("/board?all=1")
    path = f"incidents/{incident['id']}/settlements"
    api("baishan").post(path, {"figure": "missing", "value": 4, "reason": "折中"}, status=422)
    api("baishan").post(path, {"figure": "missing", "value": 5}, status=422)
    api("baishan").post(path, {"figure": "missing", "value": 5, "reason": "按入井名单"})
    assert api("baishan").get(f"incidents/{incident['id']}")["contradictions"] == []
    assert "送出前请核对" not in page("baishan").get(f"/legs/{upward['id']}")
    api("baishan").post(path, {"figure": "missing", "value": 5, "reason": "按入井名单"}, status=409)


def test_the_lower_level_settles_it_by_reporting_again(api: Named, clock: FixedClock) -> None:
    incident = log(api, missing=3)
    report(api, "baishan", incident, facts={"missing": 5}, summary="清点")
    later(clock, minutes=5)
    report(api, "jiangyuan", incident, summary="县里核对，同意")
    assert api("baishan").get(f"incidents/{incident['id']}")["contradictions"] == []


# --- Quality --------------------------------------------------------------------------------------------------


def test_a_tip_off_opens_a_check_above_the_reporter_who_never_sees_it(
    api: Named, page: Any, clock: FixedClock
) -> None:
    incident = log(api, deaths=28)
    path = f"incidents/{incident['id']}/checks"
    api("jilin").post(path, {"source": "tip_off"}, status=422)
    check = api("jilin").post(path, {"source": "tip_off", "words": "不止28人", "figures": {"deaths": 34}})
    assert (check["owner"], check["differing"]) == ("220600", {"deaths": [28, 34]})
    assert check["first_due_at"] == "2026-11-27T00:00:00+08:00"
    assert check["details_due_at"] == "2027-01-22T00:00:00+08:00"
    assert api("jiangyuan").get(path)["items"] == []
    assert "不止28人" not in page("jiangyuan").get(f"/incidents/{incident['id']}/quality")
    assert "核查群众举报" in page("baishan").get("/board?all=1")
    api("jiangyuan").post(f"checks/{check['id']}/result", {"words": "不属实"}, status=404)
    api("jilin").post(f"checks/{check['id']}/result", {"words": "属实"}, status=403)
    done = api("baishan").post(f"checks/{check['id']}/result", {"words": "核实 36 人", "outcome": "true"})
    assert done["outcome"] == "true"
    whole = api("jilin").get(f"incidents/{incident['id']}")
    assert whole["reports"][0]["facts"]["deaths"] == 28


def test_omitted_is_proposed_and_only_a_named_person_decides_it(api: Named, clock: FixedClock) -> None:
    incident = log(api, deaths=2)
    sign(api, incident, "baishan", "220600")
    figures = {"source": "hospital", "name": "市医院", "figures": {"deaths": 5}}
    api("baishan").post(f"incidents/{incident['id']}/checks", figures)
    path = f"incidents/{incident['id']}/quality"
    upward = next(
        row
        for row in api("baishan").get(path)["items"]
        if (row["from"], row["to"]) == ("county.work_safety", "city.work_safety") and row["kind"] == "report"
    )
    assert (upward["state"], upward["needs_decision"]) == ("omitted", True)
    assert upward["evidence"]["differing"] == {"deaths": [2, 5]}
    decision = {"leg": upward["leg"], "fault": "false", "upheld": True}
    api("baishan").post(path, decision, status=422)
    decided = api("baishan").post(path, {**decision, "reason": "县里接医院电话后仍报 2 人"})
    assert (decided["fault"], decided["by"]) == ("false", "李敏")
    after = next(row for row in api("jilin").get(path)["items"] if row["leg"] == upward["leg"])
    assert (after["state"], after["needs_decision"], after["decision"]["fault"]) == ("false", False, "false")


def test_late_needs_nobody(api: Named, clock: FixedClock) -> None:
    incident = log(api, deaths=3)
    later(clock, hours=2, minutes=30)
    sign(api, incident, "baishan", "220600")
    rows = api("baishan").get(f"incidents/{incident['id']}/quality")["items"]
    late = next(row for row in rows if row["to"] == "city.work_safety" and row["kind"] == "report")
    assert (late["state"], late["needs_decision"], late["evidence"]["late_seconds"]) == ("late", False, 1800)


# --- Overruling -----------------------------------------------------------------------------------------------


def test_a_leader_raises_the_grade_with_a_reason_and_the_way_up_opens(api: Named, clock: FixedClock) -> None:
    incident = log(api, deaths=2)
    sign(api, incident, "baishan", "220600")
    later(clock, minutes=5)
    path = f"incidents/{incident['id']}/overrulings"
    api("baishan").post(path, {"grade": "II", "reason": "社会影响大"}, status=403)
    api("leader").post(path, {"grade": "II"}, status=422)
    row = api("leader").post(path, {"grade": "II", "reason": "社会影响大"})
    assert (row["computed"], row["value"], row["by"]) == ("IV", "II", "陈国栋")
    whole = api("jilin").get(f"incidents/{incident['id']}")
    assert whole["reporting_grade"] == "II"
    assert whole["reports"][0]["reporting_grade"] == "IV"
    assert any(leg["to"] == "state.council" and leg["climb"] == 1 for leg in whole["legs"])
    why = api("jilin").get(f"incidents/{incident['id']}/explanation")["grade"]
    assert (why["computed"], why["counted"]["deaths"]) == ("IV", 2)  # no figure is made up for the way up
    assert {reason["value"] for reason in why["reasons"] if reason["criterion"] == "deaths"} == {2}
    later(clock, minutes=5)
    report(api, "jiangyuan", incident, facts={"serious_injuries": 4}, summary="送医")
    assert api("jilin").get(f"incidents/{incident['id']}")["reporting_grade"] == "II"
    report(api, "jiangyuan", incident, facts={"deaths": 30}, summary="又发现")
    risen = api("jilin").get(f"incidents/{incident['id']}")
    assert risen["reporting_grade"] == "I"
    assert risen["overrulings"][0]["ended_at"] is not None


def test_a_lower_grade_takes_no_duty_away(api: Named, clock: FixedClock) -> None:
    incident = log(api, deaths=3)
    owed = {leg["id"] for leg in incident["legs"] if leg["state"] != "withdrawn"}
    path = f"incidents/{incident['id']}/overrulings"
    api("leader").post(path, {"grade": "IV", "reason": "一人重复统计"})
    whole = api("jilin").get(f"incidents/{incident['id']}")
    assert whole["reporting_grade"] == "IV"
    assert {leg["id"] for leg in whole["legs"] if leg["state"] != "withdrawn"} >= owed


def test_a_moved_limit_does_not_change_what_was_late(api: Named, clock: FixedClock) -> None:
    incident = log(api, deaths=3)
    sign(api, incident, "baishan", "220600")
    whole = api("baishan").get(f"incidents/{incident['id']}")
    upward = next(
        leg
        for leg in whole["legs"]
        if leg["from_agency"] == "220600" and leg["to_agency"] == "220000" and leg["kind"] == "report"
    )
    path = f"incidents/{incident['id']}/overrulings"
    moved = {"leg": upward["id"], "due_at": "2026-11-21T20:00:00+08:00", "reason": "道路中断"}
    api("leader").post(path, moved)
    later(clock, hours=3)
    api("baishan").post(f"legs/{upward['id']}/send")
    api("jilin").post(f"legs/{upward['id']}/acknowledgement")
    rows = api("jilin").get(f"incidents/{incident['id']}/quality")["items"]
    assert next(row for row in rows if row["leg"] == upward["id"])["state"] == "late"
    assert [row["what"] for row in api("jilin").get(f"incidents/{incident['id']}")["overrulings"]] == [
        "deadline"
    ]


# --- Why ------------------------------------------------------------------------------------------------------


def test_the_explanation_gives_article_status_and_facts_for_every_limit(api: Named, page: Any) -> None:
    incident = log(api, deaths=2)
    body = api("jilin").get(f"incidents/{incident['id']}/explanation")
    assert {row["leg"] for row in body["deadlines"]} == {leg["id"] for leg in incident["legs"]}
    assert all(row["sentence"]["zh"] and row["source"]["en"] and row["status"] for row in body["deadlines"])
    assert "再有 1 人死亡或失踪，即为较大" in body["grade"]["next_steps"][0]["zh"]
    assert "重伤" in body["grade"]["could_rise"]["zh"]
    shown = page("jilin").get(f"/incidents/{incident['id']}/explanation")
    assert all(f'id="leg-{row["leg"]}"' in shown for row in body["deadlines"] if row["state"] != "withdrawn")
    refused = api("mine").call("GET", f"incidents/{incident['id']}/explanation")
    assert refused.status_code == 404


# --- Later rule sets ------------------------------------------------------------------------------------------

LATER = """
id = "F"
inherits = "E"
title_zh = "试行新规"
title_en = "a later set"
valid_from = 2026-11-01
drop = "R493-3"
[source.T1]
zh = "试行办法"
en = "Trial measures"
year = 2026
"""
BANDS = "".join(
    f'[[band]]\nrule = "T1-3"\ncriterion = "deaths"\nat_least = {least}\ngrade = "{grade}"\n'
    for least, grade in ((30, "I"), (10, "II"), (2, "III"))
)


def test_a_loaded_set_judges_new_accidents_and_is_never_edited(
    api: Named, world_app: Flask, tmp_path: Path
) -> None:
    database = installation(world_app).database
    path = tmp_path / "F.toml"
    path.write_text(LATER + BANDS, encoding="utf-8")
    assert log(api, deaths=2)["rule_set"] == "E"
    for _ in range(2):
        with world_app.app_context(), database.unit_of_work() as uow:
            load_reference(uow, [path])
    incident = log(api, deaths=2)
    assert (incident["rule_set"], incident["reporting_grade"]) == ("F", "III")
    assert "F" not in shipped()
    path.write_text(LATER + BANDS + "\n", encoding="utf-8")
    with world_app.app_context(), database.unit_of_work(write=False) as uow, pytest.raises(Conflict):
        load_reference(uow, [path])
    path.write_text(LATER.replace('"F"', '"G"') + '[[band]]\nrule = "T1-3"\n', encoding="utf-8")
    with world_app.app_context(), database.unit_of_work(write=False) as uow, pytest.raises(InvalidInput):
        load_reference(uow, [path])
    with database.unit_of_work(write=False) as uow:
        assert list(rule_sets.live(uow.session))[-1] == "F"


def test_a_record_typed_in_years_later_owes_no_follow_ups_for_the_years(
    api: Named, clock: FixedClock, world_app: Flask
) -> None:
    old = {**R1, "occurred_at": "2013-03-29T21:56:00+08:00", "received_at": "2013-03-29T22:40:00+08:00"}
    api("jiangyuan").post("incidents", {**old, "facts": {"deaths": 28}})
    with installation(world_app).database.unit_of_work(write=False) as uow:
        count = uow.session.scalar(
            select(func.count())
            .select_from(FollowUpDue)
            .where(FollowUpDue.starts_at > clock.now() - timedelta(days=4000))
        )
        assert count is not None
        assert count < 20


def test_every_limit_on_every_page_opens_its_article(api: Named, page: Any, clock: FixedClock) -> None:
    incident = log(api, deaths=1, missing=2)
    sign(api, incident, "baishan", "220600")
    later(clock, days=1)
    report(api, "jiangyuan", incident, kind="supplement", facts={"deaths": 2}, summary="又一人遇难")
    whole = api("baishan").get(f"incidents/{incident['id']}")
    why = f"/incidents/{incident['id']}/explanation"
    explained = page("baishan").get(why)
    owed = [row for row in whole["follow_ups"] if row["withdrawn_at"] is None]
    assert owed
    assert all(f'id="due-{row["id"]}"' in explained for row in owed)
    live = [leg for leg in whole["legs"] if leg["state"] != "withdrawn"]
    assert all(f'id="leg-{leg["id"]}"' in explained for leg in live)
    said = words_of(explained)
    assert "伤亡变化算到 12月22日 00:00" in said
    assert "下落不明的计入死亡自 12月22日 00:00" in said
    assert "R493-13.2" in said
    legs = page("baishan").get(f"/incidents/{incident['id']}/legs")
    assert all(f'href="{why}#leg-{leg["id"]}"' in legs for leg in live)
    waiting = next(leg for leg in live if leg["state"] == "open" and leg["from_agency"] == "220600")
    for path in ("/board?all=1", f"/incidents/{incident['id']}?all=1", f"/legs/{waiting['id']}"):
        assert f'href="{why}#leg-{waiting["id"]}"' in page("baishan").get(path), path


def test_a_follow_up_that_is_owed_opens_its_article(api: Named, page: Any, clock: FixedClock) -> None:
    incident = log(api, deaths=1)
    later(clock, days=1)
    (mine,) = api("jiangyuan").get(f"incidents/{incident['id']}")["follow_ups"]
    for path in ("/board?all=1", f"/incidents/{incident['id']}?all=1"):
        link = f'href="/incidents/{incident["id"]}/explanation#due-{mine["id"]}"'
        assert link in page("jiangyuan").get(path), path


def test_a_grade_that_nothing_can_raise_still_opens_its_reasons(api: Named, page: Any) -> None:
    incident = log(
        api,
        deaths=31,
        missing=0,
        serious_injuries=0,
        acute_poisonings=0,
        trapped=0,
        trapped_without_contact=0,
        direct_loss_yuan=1,
    )
    shown = page("jilin").get(f"/incidents/{incident['id']}")
    assert f'href="/incidents/{incident["id"]}/explanation"' in shown


# --- What went wrong elsewhere --------------------------------------------------------------------------------


def test_a_lower_grade_without_a_reason_is_refused_and_leaves_a_trace(api: Named, page: Any) -> None:
    incident = log(api, deaths=2, missing=11)
    assert incident["reporting_grade"] == "II"
    path = f"incidents/{incident['id']}/overrulings"
    api("leader").post(path, {"grade": "IV"}, status=422)
    page("leader").get(f"/incidents/{incident['id']}/explanation")
    answer = page("leader").send(f"/incidents/{incident['id']}/overrulings", grade="III", reason=" ")
    assert answer.status_code == 422
    whole = api("jilin").get(f"incidents/{incident['id']}")
    assert (whole["reporting_grade"], whole["final_grade"], whole["overrulings"]) == ("II", "IV", [])
    said = [entry["what"] for entry in api("jilin").get(f"incidents/{incident['id']}/timeline")["items"]]
    assert [words for words in said if "没有写理由" in words] == [
        "陈国栋想把等级由重大改为一般，没有写理由，未予接受",
        "陈国栋想把等级由重大改为较大，没有写理由，未予接受",
    ]


def test_a_report_read_over_the_telephone_while_the_network_is_cut_is_on_time_and_can_be_compared(
    api: Named, page: Any, clock: FixedClock
) -> None:
    incident = log(api, deaths=3, serious_injuries=4)
    sign(api, incident, "baishan", "220600")
    whole = api("baishan").get(f"incidents/{incident['id']}")
    upward = next(
        leg
        for leg in whole["legs"]
        if leg["from_agency"] == "220600" and leg["to_agency"] == "220000" and leg["kind"] == "report"
    )
    shown = words_of(page("baishan").get(f"/legs/{upward['id']}"))
    digits = shown.partition("核对码 ")[2][:7].replace(" ", "")
    assert len(digits) == 4 and digits.isdigit()
    # Read aloud at 15:10; typed in when the line was up again, past the limit of 16:00.
    later(clock, hours=4)
    fields = {"method": "phone", "at": "15:10", "answered_by": "省厅值班 赵明"}
    answer = page("baishan").send(f"/legs/{upward['id']}/acknowledgement", **fields)
    assert answer.status_code == 303
    done = words_of(page("jilin").get(f"/legs/{upward['id']}"))
    assert "签收 11月21日 15:10 省厅值班 赵明 电话，11月21日 18:00 补记" in done
    assert "逾期签收" not in done
    assert f"核对码 {digits}" in words_of(page("jilin").get(f"/incidents/{incident['id']}"))
    # One figure differs after the return: nothing is overwritten, a person has to settle it.
    report(api, "jilin", incident, facts={"serious_injuries": 5}, summary="医院口径")
    after = api("jilin").get(f"incidents/{incident['id']}")
    assert [one["figure"] for one in after["contradictions"]] == ["serious_injuries"]
    assert [r["facts"]["serious_injuries"] for r in after["reports"]] == [4, 5]
    assert f"核对码 {digits}" not in words_of(page("jilin").get(f"/incidents/{incident['id']}"))
    assert f"核对码 {digits}" in words_of(page("jilin").get(f"/incidents/{incident['id']}?version=1"))
