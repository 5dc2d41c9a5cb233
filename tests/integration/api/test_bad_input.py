"""What people and programs send wrongly: a sentence beside the field in their language, nothing half saved, no 5xx."""

import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select

from responder.core.clock import FixedClock
from responder.core.db import Base
from tests.fixtures import START
from tests.integration.story.telling import FIELDS, Named, log
from tests.world import Visitor, app_on, callers, hidden, installation, visitor, words_of

LONG = "长" * 1_800_000  # more than five megabytes


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def product(
    request: pytest.FixtureRequest, new_world: Callable[[str], str], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Flask]:
    """One product for a whole table of mistakes: none of them may leave a trace."""
    app = app_on(new_world(request.param), FixedClock(START), tmp_path_factory.mktemp("home"))
    yield app
    installation(app).database.engine.dispose()


@pytest.fixture(scope="module")
def named(product: Flask) -> Named:
    """Return who calls the API under a login; tokens are issued before traces are counted."""
    found = callers(product)
    found("jiangyuan")
    return found


@pytest.fixture(scope="module")
def officers(product: Flask) -> dict[str, Visitor]:
    """The officer of Jiangyuan at a Chinese and at an English browser."""
    return {language: visitor(product, "jiangyuan", language) for language in ("zh-CN", "en")}


def traces(product: Flask) -> dict[str, int]:
    """Return how many operational rows there are, table by table."""
    tables = [table for table in Base.metadata.sorted_tables if "lane_id" in table.columns]
    with installation(product).database.unit_of_work(write=False, lane=None) as uow:
        return {
            table.name: uow.session.scalar(select(func.count()).select_from(table)) or 0
            for table in tables
            if table.name != "draft"
        }


# what is sent instead, the field that is complained of, a word of the Chinese sentence, a word of the English one
REFUSED: dict[str, tuple[dict[str, Any], str, str, str]] = {
    "no place": ({"place": ""}, "place", "地点", "where"),
    "an unknown place": ({"place": "亚特兰蒂斯"}, "place", "找不到", "No such place"),
    "an ambiguous place": ({"place": "朝阳区"}, "place", "请选一个", "choose one"),
    "an unknown code": ({"jurisdiction": "999999"}, "jurisdiction", "没有这个", "no such"),
    "another's place": ({"place": "临江市"}, "place", "不在您的辖区", "not within your area"),
    "the future": ({"occurred_at": "2026-11-21T18:00:00+08:00"}, "occurred_at", "还没有到", "still to come"),
    "no time": ({"occurred_at": "昨天下午"}, "occurred_at", "读不懂", "Write the time"),
    "an impossible day": (
        {"occurred_at": "2026-02-30T10:00:00+08:00"},
        "occurred_at",
        "读不懂",
        "Write the time",
    ),
    "the end of time": ({"occurred_at": "9999-12-31T23:59:59-14:00"}, "occurred_at", "时间", "time"),
    "learned before": (
        {"unit_informed_at": "2026-11-21T12:00:00+08:00"},
        "unit_informed_at",
        "早于",
        "before",
    ),
    "received before": ({"received_at": "2026-11-21T12:00:00+08:00"}, "received_at", "早于", "before"),
    "more silent than trapped": (
        {"facts": {"trapped": 3, "trapped_without_contact": 5}},
        "facts.trapped_without_contact",
        "不能多于",
        "than trapped",
    ),
    "negative people": ({"facts": {"deaths": -1}}, "facts.deaths", "不能小于", "below 0"),
    "half a person": ({"facts": {"deaths": 1.5}}, "facts.deaths", "整数", "whole number"),
    "true people": ({"facts": {"deaths": True}}, "facts.deaths", "整数", "whole number"),
    "people in words": ({"facts": {"deaths": "some"}}, "facts.deaths", "整数", "whole number"),
    "a list of people": ({"facts": {"deaths": [1]}}, "facts.deaths", "整数", "whole number"),
    "more than all people": ({"facts": {"deaths": 10**30}}, "facts.deaths", "不可能", "impossible"),
    "figures as a list": ({"facts": [3]}, "facts", "一组", "object"),
    "an unknown figure": ({"facts": {"ghosts": 3}}, "facts.ghosts", "没有这一项", "no such figure"),
    "circumstances in words": ({"facts": {"special": "large_fire"}}, "facts.special", "一组", "list"),
    "an unknown circumstance": (
        {"facts": {"special": ["large_fire", "large_fyre"]}},
        "facts.special",
        "没有这种特殊情形：large_fyre",
        "no such circumstance: large_fyre",
    ),
    "an unknown sector": ({"sector": "moon_mine"}, "sector", "没有这个行业", "no such sector"),
    "an unknown type": ({"accident_type": "x"}, "accident_type", "没有这个", "no such"),
    "text that is none": ({"summary": {"a": 1}}, "summary", "文字", "Text"),
    "five megabytes": ({"summary": LONG}, "summary", "太长", "Too long"),
    "a long unit": ({"unit": "矿" * 400}, "unit", "太长", "Too long"),
    "half a point": ({"lon": 126.5}, "lat", "成对", "both"),
    "a swapped point": ({"lon": 42.1, "lat": 126.5}, "lon", "填反", "swapped"),
    "a point at sea": ({"lon": 0, "lat": 0}, "lon", "中国", "China"),
    "nothing at all": ({"facts": {}, "summary": ""}, "summary", "至少", "at least"),
    "a source that is none": ({"source": "张三"}, "source", "一组", "object"),
}


@pytest.mark.parametrize("mistake", list(REFUSED))
def test_the_api_refuses_with_a_sentence_at_the_field(mistake: str, named: Named, product: Flask) -> None:
    other, field, chinese, english = REFUSED[mistake]
    body = {**FIELDS, **other}
    if "jurisdiction" in other:
        body.pop("place")
    before = traces(product)
    for language, word in (("zh-CN", chinese), ("en", english)):
        answer = named("jiangyuan").call(
            "POST", "incidents", json=body, headers={"Accept-Language": language}
        )
        assert answer.status_code == 422, answer.get_data(as_text=True)[:400]
        assert answer.mimetype == "application/problem+json"
        problem = answer.get_json()
        assert problem["status"] == 422 and problem["title"] and problem["type"]
        assert word in problem["errors"][field], problem
        assert set(problem["errors"]) <= {field, "place", "jurisdiction"}
    assert traces(product) == before


UNREADABLE = {
    "broken UTF-8": b'{"place": "\xff\xfe"}',
    "no JSON": b"place=x",
    "not a number": b'{"facts": {"deaths": NaN}}',
    "infinite": b'{"facts": {"deaths": Infinity}}',
    "a list": b"[]",
    "deep": b"[" * 100_000,
    "cut off": b'{"place": "',
    "a huge integer": b'{"place": "x", "facts": {"deaths": 1' + b"0" * 5000 + b"}}",
    "a number as body": b"7",
}


@pytest.mark.parametrize("mistake", list(UNREADABLE))
def test_a_body_that_cannot_be_read_is_refused(mistake: str, named: Named, product: Flask) -> None:
    before = traces(product)
    for path in ("incidents", f"legs/{'0' * 8}-0000-7000-8000-{'0' * 12}/send"):
        answer = named("jiangyuan").call(
            "POST", path, data=UNREADABLE[mistake], content_type="application/json"
        )
        assert answer.status_code in {400, 404, 422}, answer.get_data(as_text=True)[:300]
        assert answer.mimetype == "application/problem+json"
    assert traces(product) == before


def test_odd_but_lawful_words_are_kept_as_they_are(named: Named, product: Flask) -> None:
    summary = "瓦斯爆炸 😷🚑 𠮷 \u202e مرحبا <b>bold</b> & ' \" \\ %s {{7*7}}"
    made = log(named, summary=summary + "\x00\x07", unit="<script>alert(1)</script>矿")
    assert made["summary"] == summary
    assert made["unit"] == "<script>alert(1)</script>矿"
    reader = visitor(product, "baishan")
    here = f"/incidents/{made['id']}"
    paths = ("/board", "/incidents", here, f"{here}/legs", f"{here}/timeline", f"{here}/reports/new", "/map")
    for path in (
        *paths,
        "/map/frame",
        "/map/file",
        f"/legs/{made['legs'][0]['id']}",
        "/calls",
        "/incidents?q=script",
    ):
        text = reader.get(path)
        assert "<script>alert(1)" not in text, path
        assert "<b>bold</b>" not in text, path
    assert "{{7*7}}" in words_of(reader.get(here)) and "😷🚑" in reader.get(here)
    assert "<script>alert(1)</script>矿" in words_of(reader.get(here))


def test_a_lone_surrogate_is_dropped_and_not_an_error(named: Named) -> None:
    body = json.dumps({**FIELDS, "summary": "坏\ud800字"}).encode()
    answer = named("jiangyuan").call("POST", "incidents", data=body, content_type="application/json")
    assert answer.status_code == 201
    assert answer.get_json()["summary"] == "坏字"


def test_a_name_with_a_lone_surrogate_is_refused_by_its_name(named: Named) -> None:
    body = json.dumps({**FIELDS, "facts": {"deaths": 1, "\ud800": 1}}).encode()
    answer = named("jiangyuan").call("POST", "incidents", data=body, content_type="application/json")
    assert (answer.status_code, answer.mimetype) == (422, "application/problem+json")
    assert list(answer.get_json()["errors"]) == ["facts.?"]


def test_the_same_post_twice_is_one_incident_and_another_one_a_conflict(named: Named, product: Flask) -> None:
    key = {"Idempotency-Key": "first-call-0042"}
    first = named("jiangyuan").post("incidents", FIELDS, status=201, headers=key)
    before = traces(product)
    assert named("jiangyuan").post("incidents", FIELDS, status=201, headers=key) == first
    other = named("jiangyuan").call("POST", "incidents", json={**FIELDS, "unit": "另一矿"}, headers=key)
    assert other.status_code == 409
    assert "Idempotency-Key" in other.get_json()["detail"]
    too_long = named("jiangyuan").call(
        "POST", "incidents", json=FIELDS, headers={"Idempotency-Key": "k" * 201}
    )
    assert too_long.status_code == 422
    assert traces(product) == before
    theirs = named("baishan").post("incidents", FIELDS, status=201, headers=key)
    assert theirs["id"] != first["id"]


def test_the_dead_do_not_come_back_without_a_correction(named: Named) -> None:
    incident = log(named, facts={"deaths": 4})
    path = f"incidents/{incident['id']}/reports"
    lower = {"facts": {"deaths": 2}}
    answer = named("jiangyuan").call("POST", path, json=lower, headers={"Accept-Language": "en"})
    assert answer.status_code == 422
    assert "correction" in answer.get_json()["errors"]["facts.deaths"]
    no_reason = named("jiangyuan").post(path, {**lower, "kind": "correction"}, status=422)
    assert "reason" in no_reason["errors"]
    mended = named("jiangyuan").post(path, {**lower, "kind": "correction", "reason": "重复统计"}, status=201)
    assert (mended["version"], mended["facts"]["deaths"], mended["reporting_grade"]) == (2, 2, "IV")
    assert "summary" in named("jiangyuan").post(path, {}, status=422)["errors"]
    assert "kind" in named("jiangyuan").post(path, {"kind": "poem"}, status=422)["errors"]


def test_a_report_on_a_version_that_is_no_longer_the_last_is_a_conflict(
    named: Named, officers: dict[str, Visitor]
) -> None:
    incident = log(named)
    path = f"incidents/{incident['id']}/reports"
    named("jiangyuan").post(path, {"facts": {"deaths": 1}, "version": 1}, status=201)
    stale = named("jiangyuan").post(path, {"facts": {"deaths": 2}, "version": 1}, status=409)
    assert "第 2 版" in stale["detail"]
    officer = officers["zh-CN"]
    page = officer.get(f"/incidents/{incident['id']}/reports/new")
    key = hidden(page, "idempotency_key")
    sent = officer.send(
        f"/incidents/{incident['id']}/reports",
        version="1",
        deaths="3",
        summary="刚查清",
        kind="follow_up",
        idempotency_key=key,
    )
    assert sent.status_code == 409
    again = sent.get_data(as_text=True)
    assert "第 2 版" in words_of(again) and "刚查清" in again and 'value="3"' in again
    assert named("jiangyuan").get(f"incidents/{incident['id']}")["version"] == 2


FORMS: dict[str, tuple[dict[str, str], str, str, str]] = {
    "an unknown place": ({"place": "亚特兰蒂斯"}, "place", "找不到这个地方", "No such place is known"),
    "an ambiguous place": ({"place": "朝阳区"}, "place", "请选一个", "choose one"),
    "another's place": ({"place": "临江市"}, "place", "不在您的辖区", "not within your area"),
    "the future": ({"occurred_at": "2026-11-21 18:00"}, "occurred_at", "时间还没有到", "still to come"),
    "no time": ({"occurred_at": "25:99"}, "occurred_at", "时间读不懂", "Write the time"),
    "words for people": ({"deaths": "很多"}, "deaths", "请填整数", "Give a whole number"),
    "negative people": ({"missing": "-3"}, "missing", "不能小于 0", "cannot be below 0"),
    "a long number": ({"deaths": "9" * 15}, "deaths", "这个数字不可能", "impossible"),
    "more silent than trapped": (
        {"trapped": "2", "trapped_without_contact": "4"},
        "trapped_without_contact",
        "失联人数不能多于被困人数",
        "More without contact",
    ),
    "no sector": ({"sector": ""}, "sector", "请选择行业", "Choose a sector"),
}
FORM = {
    "place": "江源区松树镇",
    "unit": "青石岭煤矿😷",
    "occurred_at": "2026-11-21 13:20",
    "sector": "coal_mine",
    "deaths": "1",
    "summary": "打字不能白打",
    "action": "save",
}


@pytest.mark.parametrize("language", ["zh-CN", "en"])
@pytest.mark.parametrize("mistake", list(FORMS))
def test_the_form_keeps_what_was_typed_and_says_what_is_wrong_beside_the_field(
    mistake: str, language: str, officers: dict[str, Visitor], product: Flask
) -> None:
    other, field, chinese, english = FORMS[mistake]
    officer = officers[language]
    officer.get("/incidents/new")
    before = traces(product)
    answer = officer.send("/incidents", **{**FORM, **other}, idempotency_key=f"{mistake}-{language}")
    assert answer.status_code == 422
    text = answer.get_data(as_text=True)
    assert (chinese if language == "zh-CN" else english) in words_of(text)
    for name, typed in {**FORM, **other}.items():
        if name in {"place", "unit", "occurred_at", "deaths", "missing"}:
            assert f'value="{typed}"' in text, name
    assert "打字不能白打" in text
    marked = text.partition(f'name="{field}"')
    assert 'aria-invalid="true"' in marked[0].rpartition("<")[2] + marked[2].partition(">")[0]
    assert traces(product) == before


def test_forms_with_bytes_that_are_no_text_do_not_break_anything(
    officers: dict[str, Visitor], named: Named, product: Flask
) -> None:
    officer = officers["zh-CN"]
    officer.get("/incidents/new")
    raw = b"csrf_token=" + officer.token.encode() + b"&place=%FF%FE&text=%00%80&deaths=%00&action=save"
    before = traces(product)
    answer = officer.client.post("/incidents", data=raw, content_type="application/x-www-form-urlencoded")
    assert answer.status_code in {400, 422}
    assert traces(product) == before
    long = officer.send("/incidents", **{**FORM, "summary": LONG}, idempotency_key="long")
    assert long.status_code == 422
    assert traces(product) == before


@pytest.mark.parametrize(
    "path",
    [
        "incidents?limit=0",
        "incidents?limit=99999999999999999999",
        "incidents?cursor=%FF",
        "incidents?cursor=nonsense",
        "incidents?cursor=MjAyNi0xMS0yMXx4",
        "incidents?since=never",
        "incidents?until=2026-99-99",
        "incidents?state=asleep",
        "incidents?lane=elsewhere",
        "jurisdictions?limit=0",
        "jurisdictions?limit=x",
        "jurisdictions?q=" + "x" * 101,
    ],
)
def test_a_list_asked_for_wrongly_is_refused(path: str, named: Named) -> None:
    answer = named("jiangyuan").call("GET", path)
    assert answer.status_code == 422
    assert answer.mimetype == "application/problem+json"


@pytest.mark.parametrize(
    "path",
    [
        "incidents?q=%00",
        "incidents?q=%25%27%22%3B--",
        "incidents?q=" + "x" * 5000,
        "incidents?grade=V",
        "incidents?sector=%00",
        "incidents?jurisdiction=%00",
        "/incidents?q=%00&state=x&since=x&cursor=x",
        "/incidents?q=%FF",
        "jurisdictions?q=%00",
        "agencies/%00",
        "agencies/%FF/on-call",
        "agencies/220605/on-call?at=x",
        "/places?q=%00",
        "/map/outlines/%2e%2e%2f%2e%2e%2fetc",
        "/board?all=%00",
        "rescue-bases?near=nan,nan",
        "rescue-bases?near=1e999,1",
        "rescue-bases?limit=-1",
        "rescue-bases?for=x",
        "incidents/not-an-id",
    ],
)
def test_an_odd_address_never_breaks_the_product(path: str, named: Named) -> None:
    answer = named("jiangyuan").call("GET", path)
    assert answer.status_code < 500, answer.get_data(as_text=True)[:400]
    if path.startswith("incidents/") or answer.status_code in {400, 422}:
        assert answer.get_data(as_text=True)


@pytest.mark.parametrize("version", ["0", "-1", "3", "x", "1e3", "9" * 30])
def test_a_version_that_does_not_exist_is_not_found(version: str, named: Named) -> None:
    incident = log(named)
    for path in (
        f"incidents/{incident['id']}?version={version}",
        f"/incidents/{incident['id']}?version={version}",
    ):
        if version in {"x", "1e3"} and path.startswith("/"):
            continue  # a page shows the latest where the number is no number
        assert named("jiangyuan").call("GET", path).status_code == 404, path


def test_an_attachment_is_what_it_says_and_not_too_large(
    named: Named, officers: dict[str, Visitor], product: Flask
) -> None:
    from io import BytesIO

    incident = log(named)
    officer = officers["zh-CN"]
    path = f"/incidents/{incident['id']}/attachments"
    officer.get(f"/incidents/{incident['id']}")
    before = traces(product)
    for content, name in (
        (b"<html><script>alert(1)</script>", "a.jpg"),
        (b"", "empty.png"),
        (b"MZ\x90", "tool.pdf"),
    ):
        answer = officer.send(path, file=(BytesIO(content), name))
        assert answer.status_code == 422, name
    assert officer.send(path).status_code == 422
    assert traces(product) == before
    kept = officer.send(path, file=(BytesIO(b"%PDF-1.7 ..."), "../../<b>报告</b>.pdf"), kind="paper")
    assert kept.status_code == 303
    page = officer.get(f"/incidents/{incident['id']}")
    assert "<b>报告</b>" not in page
    there = page.partition(f"{path}/")[2].partition('"')[0]
    got = officer.client.get(f"{path}/{there}")
    assert (got.mimetype, got.data) == ("application/pdf", b"%PDF-1.7 ...")
    assert got.headers["Content-Disposition"].startswith("attachment")
    assert got.headers["X-Content-Type-Options"] == "nosniff"


def test_a_later_report_adds_circumstances_that_a_rule_knows_and_no_others(named: Named) -> None:
    incident = log(named, facts={"deaths": 0, "missing": 0, "serious_injuries": 1})
    path = f"incidents/{incident['id']}/reports"
    refused = named("jiangyuan").post(path, {"facts": {"special": ["drinking_water"]}}, status=422)
    assert list(refused["errors"]) == ["facts.special"]
    added = named("jiangyuan").post(
        path, {"facts": {"special": ["drinking_water_pollution"]}, "summary": "下游取水口超标"}
    )
    assert added["changed"] == {"special": [[], ["drinking_water_pollution"]]}
    named("jiangyuan").post(path, {"facts": {"special": ["heavy_social_effect"]}})
    whole = named("jiangyuan").get(f"incidents/{incident['id']}")
    assert whole["facts"]["special"] == ["drinking_water_pollution", "heavy_social_effect"]
