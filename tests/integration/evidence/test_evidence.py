"""The sealed file of an incident and its timeline, over pages and API, on both databases."""

import json
from datetime import timedelta

import pytest

from responder.reporting.seal import check
from tests.world import SECRET, words_of

FIELDS = {
    "place": "江源区松树镇",
    "sector": "coal_mine",
    "accident_type": "gas_explosion",
    "occurred_at": "2026-11-21T13:20:00+08:00",
    "facts": {"trapped": 12, "missing": 3},
    "summary": "某煤矿瓦斯爆炸",
    "unit": "某煤矿",
}


def leg(legs, to, **wanted):
    return next(row for row in legs if row["to_agency"] == to and all(row[k] == v for k, v in wanted.items()))


@pytest.fixture
def incident(api, clock):
    """An incident signed by the city in time and by the province late, then graver."""
    logged = api("jiangyuan").post("incidents", FIELDS)
    clock.move(timedelta(minutes=4))
    first = leg(logged["legs"], "220600", state="sent")
    api("baishan").post(f"legs/{first['id']}/acknowledgement", {"method": "web"})
    clock.move(timedelta(minutes=130))
    legs = api("baishan").get(f"incidents/{logged['id']}")["legs"]
    upward = leg(legs, "220000", kind="report", state="open", **{"from": "city.work_safety"})
    api("baishan").post(f"legs/{upward['id']}/send", {"method": "web"})
    api("jilin").post(f"legs/{upward['id']}/acknowledgement", {"method": "web"})
    api("baishan").post(f"incidents/{logged['id']}/reports", {"kind": "follow_up", "facts": {"deaths": 11}})
    return logged["id"]


def test_every_arrow_says_who_by_when_by_which_rule_and_how_late(api, incident):
    made = api("baishan").get(f"incidents/{incident}/evidence")
    arrow = leg(made["arrows"], "220000", kind="report", climb=0, **{"from": "city.work_safety"})
    assert arrow["received"] is True
    assert arrow["late_seconds"] == 10 * 60
    assert "493" in arrow["source"]["zh"]
    assert (arrow["status"], arrow["method"]) == ("law", "web")
    assert len(made["arrows"]) == len(api("baishan").get(f"incidents/{incident}")["legs"])
    assert [entry["reporting_grade"] for entry in made["grades"]] == ["III", "II"]
    assert [version["version"] for version in made["versions"]] == [1, 2]
    assert made["audit_check"] == {"entries": len(made["audit"]["entries"]), "holds": True, "broken": None}


def test_the_file_checks_without_the_system_and_a_change_shows(api, incident):
    made = json.loads(api("inspector").call("GET", f"incidents/{incident}/evidence").data)
    assert [found.wrong for found in check(made, SECRET)] == [None] * 4
    made["arrows"][0]["due_at"] = made["arrows"][0]["starts_at"]
    assert check(made)[0].wrong


def test_files_are_numbered_kept_and_their_making_recorded(api, page, incident):
    inspector = page("inspector")
    inspector.get(f"/incidents/{incident}")
    assert inspector.send(f"/incidents/{incident}/evidence").status_code == 303
    kept = json.loads(inspector.client.get(f"/incidents/{incident}/evidence/1.json").data)
    assert inspector.client.get(f"/incidents/{incident}/evidence/1.pdf").data.startswith(b"%PDF")
    assert inspector.client.get(f"/incidents/{incident}/evidence/9.pdf").status_code == 404
    assert api("baishan").get(f"incidents/{incident}/evidence")["number"] == kept["number"] + 1 == 2
    shown = words_of(inspector.get(f"/incidents/{incident}/evidence"))
    assert "第 2 份" in shown
    said = [entry["what"] for entry in api("jilin").get(f"incidents/{incident}/timeline")["items"]]
    assert any(kept["seal"]["sha256"] in what for what in said)


def test_who_may_not_export_has_neither_button_nor_file(api, page, incident):
    assert api("base").call("GET", f"incidents/{incident}/evidence").status_code in (403, 404)
    assert api("plans").call("GET", f"incidents/{incident}/evidence").status_code == 403
    assert f"/incidents/{incident}/evidence" not in page("plans").get(f"/incidents/{incident}")
    assert f"/incidents/{incident}/evidence" in page("baishan").get(f"/incidents/{incident}")


def test_the_timeline_is_exported_with_the_chains_proof(page, incident):
    officer = page("baishan")
    document = json.loads(officer.client.get(f"/incidents/{incident}/timeline.json").data)
    assert [found.wrong for found in check(document, SECRET)] == [None] * 3
    assert len(document["entries"]) == len(document["audit"]["entries"]) > 5
    assert document["entries"][0]["what"].startswith("第 1 版初报")
    assert officer.client.get(f"/incidents/{incident}/timeline.pdf").data.startswith(b"%PDF")
    assert f"/incidents/{incident}/timeline.pdf" in officer.get(f"/incidents/{incident}")
