"""Papers over pages and API, on both databases."""

import hashlib
import io

import docx
import pytest

from tests.world import words_of

FIELDS = {
    "place": "江源区松树镇",
    "sector": "coal_mine",
    "accident_type": "gas_explosion",
    "occurred_at": "2026-11-21T13:20:00+08:00",
    "facts": {"trapped": 12, "missing": 3},
    "summary": "某煤矿瓦斯爆炸",
    "unit": "某煤矿",
}


@pytest.fixture
def incident(api):
    return api("jiangyuan").post("incidents", FIELDS)["id"]


def test_a_paper_is_made_with_its_files_and_their_checksums(api, incident):
    made = api("jiangyuan").post(
        f"incidents/{incident}/papers", {"kind": "quick_report", "checker": "王检"}, 201
    )
    assert (made["edition"], made["report_version"], made["superseded"]) == (1, 1, False)
    assert made["signers"] == {"拟稿": "周海", "审核": "王检", "签发": None}
    for file in made["files"]:
        answer = api("baishan").call("GET", file["url"])
        assert answer.status_code == 200
        assert hashlib.sha256(answer.data).hexdigest() == file["sha256"]
        assert answer.data[:4] == {"pdf": b"%PDF", "docx": b"PK\x03\x04"}[file["form"]]


def test_word_says_unknown_where_nothing_is_known(api, incident):
    made = api("jiangyuan").post(f"incidents/{incident}/papers", {"kind": "quick_report"})
    paper = docx.Document(io.BytesIO(api("jiangyuan").call("GET", f"papers/{made['id']}.docx").data))
    text = "\n".join(paragraph.text for paragraph in paper.paragraphs)
    assert "死亡未知，失踪3人，被困12人" in text
    assert "死亡0人" not in text


def test_a_correction_issues_every_paper_again_under_its_number(api, incident):
    api("jiangyuan").post(f"incidents/{incident}/papers", {"kind": "quick_report"})
    api("baishan").post(f"incidents/{incident}/papers", {"kind": "urgent_information"})
    api("jiangyuan").post(
        f"incidents/{incident}/reports",
        {"kind": "correction", "facts": {"missing": 2}, "reason": "核对矿灯登记"},
    )
    papers = api("jiangyuan").get(f"incidents/{incident}/papers")["items"]
    now = {(p["agency"], p["kind"]): p for p in papers if not p["superseded"]}
    assert {key: (p["edition"], p["report_version"]) for key, p in now.items()} == {
        ("220605", "quick_report"): (2, 2),
        ("220600", "urgent_information"): (2, 2),
    }
    assert len({p["number"] for p in papers if p["kind"] == "quick_report"}) == 1
    assert all("失踪2" in p["sms"] and "更正" in p["sms"] for p in now.values())
    assert {p["report_version"] for p in papers if p["superseded"]} == {1}


def test_a_follow_up_leaves_papers_as_they_are(api, incident):
    api("jiangyuan").post(f"incidents/{incident}/papers", {"kind": "quick_report"})
    api("jiangyuan").post(f"incidents/{incident}/reports", {"kind": "follow_up", "facts": {"deaths": 1}})
    papers = api("jiangyuan").get(f"incidents/{incident}/papers")["items"]
    assert [(p["edition"], p["report_version"]) for p in papers] == [(1, 1)]


def test_numbers_run_on_in_the_series_of_an_office(api, incident):
    numbers = [
        api("jiangyuan").post(f"incidents/{incident}/papers", {"kind": "follow_up"})["number"]
        for _ in range(2)
    ]
    assert numbers == ["〔2026〕第1期", "〔2026〕第2期"]


def test_who_may_not_see_the_incident_sees_no_paper(api, incident):
    made = api("jiangyuan").post(f"incidents/{incident}/papers", {"kind": "quick_report"})
    assert api("base").call("GET", f"papers/{made['id']}.pdf").status_code == 404
    assert api("base").call("GET", f"incidents/{incident}/papers").status_code == 404
    assert (
        api("inspector").call("POST", f"incidents/{incident}/papers", json={"kind": "follow_up"}).status_code
        == 403
    )


def test_another_kind_is_refused_by_name(api, incident):
    refused = api("jiangyuan").post(f"incidents/{incident}/papers", {"kind": "poem"}, 422)
    assert "kind" in refused["errors"]


def test_the_page_makes_a_paper_and_shows_sms_and_script(page, incident):
    officer = page("jiangyuan")
    officer.get(f"/incidents/{incident}/papers")
    assert (
        officer.send(f"/incidents/{incident}/papers", kind="quick_report", drafter="周海").status_code == 303
    )
    seen = words_of(officer.get(f"/incidents/{incident}/papers"))
    for part in ("事故快报", "〔2026〕第1期", "短信", "请复述"):
        assert part in seen
    assert "〔2026〕第1期" in words_of(officer.get(f"/incidents/{incident}"))
    assert officer.send(f"/incidents/{incident}/papers", kind="poem").status_code == 422
