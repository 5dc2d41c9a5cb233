"""The form of a later report: what it says of the grade before anything is saved, on both databases."""

from typing import Any

from responder.core.clock import FixedClock
from tests.integration.reporting.naming import Named
from tests.world import later, words_of

MINE = {
    "place": "江源区",
    "sector": "coal_mine",
    "accident_type": "gas_explosion",
    "occurred_at": "2026-11-21T13:20:00+08:00",
    "summary": "井下瓦斯爆炸",
}


def log(api: Named, **facts: int) -> str:
    return str(api("jiangyuan").post("incidents", {**MINE, "facts": facts})["id"])


def typed(page: Any, incident: str, **fields: str) -> str:
    """Return what the form answers to htmx while it is typed."""
    visitor = page("jiangyuan")
    visitor.get(f"/incidents/{incident}/reports/new")
    answer = visitor.client.post(
        f"/incidents/{incident}/reports/preview",
        data={"csrf_token": visitor.token, "kind": "follow_up", **fields},
        headers={"HX-Request": "true"},
    )
    assert answer.status_code == 200
    text: str = answer.get_data(as_text=True)
    assert "<html" not in text
    return words_of(text)


def test_the_outlook_follows_the_figures_that_are_typed_and_nothing_is_saved(api: Named, page: Any) -> None:
    incident = log(api, deaths=1)
    untouched = typed(page, incident)
    assert "再有 2 人死亡或失踪，即为较大" in untouched
    assert "→" not in untouched
    nearer = typed(page, incident, deaths="2")
    assert "再有 1 人死亡或失踪，即为较大，另须报省（得知后 1 小时内）" in nearer
    assert "还不清楚：失踪" in nearer
    over = typed(page, incident, deaths="9")
    assert "一般 → 较大：保存后重新逐级上报" in over
    assert "再有 1 人死亡或失踪，即为重大" in over
    assert api("jilin").get(f"incidents/{incident}")["version"] == 1


def test_a_figure_made_unknown_is_named_among_those_that_could_raise_the_grade(api: Named, page: Any) -> None:
    incident = log(api, deaths=1, missing=0)
    assert "失踪" not in typed(page, incident).partition("还不清楚")[2].partition("；")[0]
    assert "失踪" in typed(page, incident, unknown="missing").partition("还不清楚")[2].partition("；")[0]


def test_what_is_wrong_with_a_figure_is_said_while_it_is_typed(api: Named, page: Any) -> None:
    incident = log(api, deaths=3)
    assert "不能小于 0" in typed(page, incident, deaths="-1")
    fallen = typed(page, incident, deaths="2")
    assert "数字下调请选“更正”" in fallen
    assert "较大 → 一般：已报的不撤" in fallen
    corrected = typed(page, incident, deaths="2", kind="correction")
    assert "数字下调请选“更正”" not in corrected
    assert "较大" in typed(page, incident, deaths="-1", missing="1")  # what can be read is still judged


def test_a_leap_asks_how_many_were_underground(api: Named, page: Any) -> None:
    incident = log(api, deaths=0, trapped=3)
    assert "当时井下一共多少人" not in typed(page, incident, deaths="3", trapped="0")
    assert "当时井下一共多少人" in typed(page, incident, deaths="12", trapped="0")


def test_a_leaders_higher_grade_stands_until_the_figures_reach_it(api: Named, page: Any) -> None:
    incident = log(api, deaths=1)
    api("leader").post(f"incidents/{incident}/overrulings", {"grade": "II", "reason": "社会影响大"})
    assert "→" not in typed(page, incident, deaths="3")
    assert "重大 → 特别重大" in typed(page, incident, deaths="30")


def test_without_scripts_the_whole_form_comes_back_with_what_was_typed(api: Named, page: Any) -> None:
    incident = log(api, deaths=1)
    visitor = page("jiangyuan")
    visitor.get(f"/incidents/{incident}/reports/new")
    answer = visitor.send(
        f"/incidents/{incident}/reports/preview", kind="supplement", deaths="3", summary="又找到两人"
    )
    shown = answer.get_data(as_text=True)
    assert "一般 → 较大" in words_of(shown)
    assert (
        'name="deaths" class="form-control" aria-describedby="f-deaths-hint" type="text" value="3"' in shown
    )
    assert "又找到两人" in shown
    assert 'value="supplement" checked' in shown


# --- What the product asks of its own accord ------------------------------------------------------------------


def test_three_that_become_twelve_open_a_check_one_level_above_the_reporter(
    api: Named, page: Any, clock: FixedClock
) -> None:
    incident = log(api, deaths=0, trapped=3)
    later(clock, hours=5, minutes=10)
    api("jiangyuan").post(f"incidents/{incident}/reports", {"facts": {"deaths": 12, "trapped": 0}})
    (check,) = api("baishan").get(f"incidents/{incident}/checks")["items"]
    assert (check["owner"], check["source"], check["version"]) == ("220600", "later_version", 1)
    assert check["differing"] == {"deaths": [0, 12], "trapped": [3, 0]}
    assert check["details_due_at"] is None  # no law sets a limit for it
    assert api("jiangyuan").get(f"incidents/{incident}/checks")["items"] == []
    shown = words_of(page("baishan").get(f"/incidents/{incident}/quality"))
    assert "为什么由 3 人变为 12 人" in shown
    assert "核查数字跳变：第 1 版报告" in words_of(page("baishan").get("/board?all=1"))
    # A count that grew accuses nobody: only a check that proves true makes the first report a short one.
    legs = api("baishan").get(f"incidents/{incident}/quality")["items"]
    assert {row["state"] for row in legs} <= {"waiting", "on_time", "late"}
    api("baishan").post(f"checks/{check['id']}/result", {"words": "入井 15 人，少报", "outcome": "true"})
    legs = api("baishan").get(f"incidents/{incident}/quality")["items"]
    assert "omitted" in {row["state"] for row in legs}


def test_another_departments_higher_figure_in_a_follow_up_opens_a_check_and_keeps_the_first_report(
    api: Named, clock: FixedClock
) -> None:
    incident = log(api, deaths=28)
    body = {"facts": {"deaths": 30}, "source": {"channel": "department", "name": "卫生局"}}
    api("jiangyuan").post(f"incidents/{incident}/reports", body)
    (check,) = api("baishan").get(f"incidents/{incident}/checks")["items"]
    assert (check["source"], check["differing"]) == ("department", {"deaths": [28, 30]})
    body = {"facts": {"deaths": 31}, "source": {"channel": "citizen", "name": "群众"}}
    later(clock, minutes=5)
    api("jiangyuan").post(f"incidents/{incident}/reports", body)
    tip_off = api("baishan").get(f"incidents/{incident}/checks")["items"][0]
    assert (tip_off["source"], tip_off["name"], tip_off["version"]) == ("tip_off", "", 2)
    assert tip_off["first_due_at"] == "2026-11-27T00:00:00+08:00"
    whole = api("jilin").get(f"incidents/{incident}")
    assert [report["facts"]["deaths"] for report in whole["reports"]] == [28, 30, 31]


def test_whoever_found_the_higher_figures_does_not_judge_the_lower_ones(
    api: Named, clock: FixedClock
) -> None:
    incident = log(api, deaths=28)
    later(clock, minutes=5)
    api("baishan").post(f"incidents/{incident}/reports", {"facts": {"deaths": 36}})
    (check,) = api("jilin").get(f"incidents/{incident}/checks")["items"]
    assert (check["owner"], check["owner_level"]) == ("220000", "province")


def test_an_ordinary_follow_up_opens_no_check(api: Named) -> None:
    incident = log(api, deaths=1, serious_injuries=4)
    api("jiangyuan").post(f"incidents/{incident}/reports", {"facts": {"deaths": 3, "serious_injuries": 4}})
    assert api("baishan").get(f"incidents/{incident}/checks")["items"] == []


# --- Two records of one accident ------------------------------------------------------------------------------

BRIDGE = {
    "sector": "road",
    "accident_type": "traffic",
    "occurred_at": "2026-11-21T13:20:00+08:00",
    "facts": {"deaths": 1},
    "summary": "危化品罐车在界河大桥侧翻",
}


def test_two_provinces_at_a_border_are_shown_to_be_one_by_whoever_sees_both(api: Named, page: Any) -> None:
    near = {"lon": 126.40, "lat": 42.05}
    ours = api("jiangyuan").post("incidents", {**BRIDGE, **near, "place": "江源区"})
    theirs = api("baishan").post(
        "incidents",
        {
            **BRIDGE,
            "lon": 126.41,
            "lat": 42.06,
            "place": "临江市",
            "occurred_at": "2026-11-21T13:32:00+08:00",
        },
    )
    far = {"lon": 126.60, "lat": 42.05, "place": "抚松县"}
    other = api("baishan").post("incidents", {**BRIDGE, **far})
    above = words_of(page("jilin").get(f"/incidents/{ours['id']}"))
    assert f"可能是同一起 {theirs['number']}" in above
    assert "发生时间相隔 12 分钟" in above
    assert other["number"] not in above
    # The county sees its own record only; nothing is merged, both keep their legs.
    assert theirs["number"] not in words_of(page("jiangyuan").get(f"/incidents/{ours['id']}"))
    assert [api("jilin").get(f"incidents/{row['id']}")["state"] for row in (ours, theirs)] == ["open", "open"]
