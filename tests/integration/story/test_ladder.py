"""Nobody acknowledges: one after the other is called, by hand where nothing can be sent, up to the level above."""

import re
from datetime import timedelta
from typing import Any
from uuid import UUID

from responder.core.clock import FixedClock
from responder.escalation import queries
from tests.fixtures import START
from tests.integration.story.telling import Named, leg_of, log, said
from tests.world import Visitor, installation, later, visitor, words_of, work

# A report is sent on by a person; of messages a page may only say that nothing was sent.
HONEST = re.compile(r"(not|nothing is|nothing was) sent|sent on|when it was sent", re.IGNORECASE)
DUE = (0, 3, 5, 10, 15, 25, 35)
RUNGS = (
    (0, "值班员：李敏"),
    (3, "副班：王磊"),
    (5, "带班领导：陈国栋"),
    (10, "单位负责人：宋文"),
    (15, "上级值班室：郑洁"),
)


def climb(world_app: Any, clock: FixedClock, minutes: int) -> None:
    """Let the minutes pass; the worker runs whenever a rung is due, and at the end."""
    begun = clock.now()
    passed = int((begun - START).total_seconds() // 60)
    for minute in sorted({m - passed for m in DUE if passed < m < passed + minutes} | {minutes}):
        clock.set(begun + timedelta(minutes=minute))
        work(world_app)


def test_each_rung_calls_the_next_person_of_that_minute_s_roster(
    api: Named, world_app: Any, clock: FixedClock
) -> None:
    incident = log(api)
    passed = 0
    for number, (minute, who) in enumerate(RUNGS, start=1):
        climb(world_app, clock, minute - passed)
        work(world_app)
        passed = minute
        rungs = [words for words in said(api, "baishan", incident["id"]) if "级催办" in words]
        assert len(rungs) == number
        assert who in rungs[-1]
        assert "迟" not in rungs[-1]
    assert any("转由吉林省应急管理厅负责" in words for words in said(api, "baishan", incident["id"]))
    climb(world_app, clock, 10)
    assert sum("上级值班室：郑洁" in words for words in said(api, "baishan", incident["id"])) == 2


def test_an_exhausted_call_out_belongs_to_the_level_above_and_ends_when_signed(
    api: Named, page: Any, world_app: Any, clock: FixedClock
) -> None:
    incident = log(api)
    climb(world_app, clock, 16)
    with installation(world_app).database.unit_of_work(write=False) as uow:
        (call,) = queries.history(uow.session, UUID(incident["id"]))
    assert call.state == "exhausted"
    board = words_of(page("baishan").get("/board"))
    assert "未签收" in board and "正在叫 郑洁 上级值班室" in board
    leg = leg_of(incident["legs"], "county.work_safety", "220600")
    api("baishan").post(f"legs/{leg['id']}/acknowledgement")
    before = len(said(api, "baishan", incident["id"]))
    climb(world_app, clock, 25)
    later_words = said(api, "baishan", incident["id"])[before:]
    assert not [words for words in later_words if "催办" in words and "白山市" in words]
    assert "没有要拨打的" in words_of(page("baishan").get("/calls"))


def test_a_worker_that_was_down_calls_late_once_and_says_so(
    api: Named, world_app: Any, clock: FixedClock
) -> None:
    incident = log(api)
    later(clock, minutes=6)
    for _ in range(3):
        work(world_app)
    rungs = [words for words in said(api, "baishan", incident["id"]) if "级催办" in words]
    assert [re.sub(r"^第 (\d) .*?(（迟 \d+ 分)?[^（]*$", r"\1\2", words)[:1] for words in rungs] == [
        "1",
        "2",
        "3",
    ]
    assert "迟 6 分" in rungs[0] and "迟 3 分" in rungs[1] and "迟 1 分" in rungs[2]


def test_signing_in_time_calls_nobody(api: Named, world_app: Any, clock: FixedClock) -> None:
    incident = log(api)
    api("baishan").post(
        f"legs/{leg_of(incident['legs'], 'county.work_safety', '220600')['id']}/acknowledgement"
    )
    climb(world_app, clock, 20)
    assert not [words for words in said(api, "baishan", incident["id"]) if "级催办" in words]


def test_the_call_list_names_whom_to_telephone_number_by_number(
    api: Named, page: Any, world_app: Any, clock: FixedClock
) -> None:
    incident = log(api)
    climb(world_app, clock, 5)
    for login in ("jiangyuan", "baishan"):
        calls = words_of(page(login).get("/calls"))
        for name in ("李敏", "王磊", "陈国栋"):
            assert re.search(rf"\+86 100 0000 \d{{4}} {name}", calls), (login, name)
        assert incident["number"] in calls and "未发原因：无服务商" in calls
    masked = api("jiangyuan").get("calls")["items"]
    assert [call["name"] for call in masked] == ["李敏", "王磊", "陈国栋"]
    assert "1000000" not in str(masked).replace(" ", "")


def test_a_call_noted_by_hand_signs_the_report(
    api: Named, page: Any, world_app: Any, clock: FixedClock
) -> None:
    incident = log(api)
    climb(world_app, clock, 1)
    (call,) = api("jiangyuan").get("calls")["items"]
    later(clock, minutes=1)
    body = {"method": "phone", "answered_by": "李敏", "reached": True}
    api("jiangyuan").post(f"deliveries/{call['delivery']}/answer", body)
    leg = leg_of(api("baishan").get(f"incidents/{incident['id']}")["legs"], "county.work_safety", "220600")
    assert "李敏" in " ".join(said(api, "jiangyuan", incident["id"]))
    assert api("jiangyuan").get("calls")["items"] == []
    assert leg["state"] in {"sent", "acknowledged"}


def pages_of(incident: dict[str, Any]) -> tuple[str, ...]:
    here = f"/incidents/{incident['id']}"
    return (
        "/board",
        "/incidents",
        here,
        f"{here}/legs",
        f"{here}/timeline",
        "/calls",
        f"/legs/{incident['legs'][0]['id']}",
    )


def test_without_a_provider_no_page_says_that_a_message_was_sent(
    api: Named, page: Any, world_app: Any, clock: FixedClock
) -> None:
    incident = log(api)
    climb(world_app, clock, 16)
    english: list[Visitor] = []
    for login in ("jiangyuan", "baishan", "jilin"):
        for path in pages_of(incident):
            words = words_of(page(login).get(path))
            assert not re.search("已发送|已发出|短信已发|已通知到|已送达(?!看板)", words), (login, path)
        english.append(visitor(world_app, login, "en"))
    for reader in english:
        assert reader.send("/preferences", locale="en").status_code == 303
        for path in pages_of(incident):
            words = words_of(reader.get(path))
            claims = [
                words[max(0, m.start() - 30) : m.end() + 10] for m in re.finditer(r"\bsent\b", words, re.I)
            ]
            assert not [claim for claim in claims if not HONEST.search(claim)], (path, claims)
