"""The measures of an incident on its page and in the API."""

from datetime import timedelta

from tests.world import words_of

FIELDS = {
    "place": "江源区松树镇",
    "sector": "coal_mine",
    "facts": {"trapped": 12, "missing": 3},
    "unit": "某煤矿",
}


def test_each_level_shows_what_it_took_and_each_figure_opens_its_row(api, page, clock):
    incident = api("jiangyuan").post("incidents", FIELDS)
    clock.move(timedelta(minutes=75))
    leg = next(row for row in incident["legs"] if row["to_agency"] == "220600" and row["state"] == "sent")
    api("baishan").post(f"legs/{leg['id']}/acknowledgement", {"method": "web"})
    shown = {
        level["level"]: {(span["from"], span["to"]): span for span in level["spans"]}
        for level in api("baishan").get(f"incidents/{incident['id']}")["handling_times"]
    }
    stay = shown["county"]["received", "acknowledged"]
    assert stay["seconds"] == 75 * 60
    assert stay["rows"] == [{"kind": "incident", "id": incident["id"]}, {"kind": "leg", "id": leg["id"]}]
    seen = page("baishan").get(f"/incidents/{incident['id']}")
    assert "75 分" in words_of(seen)
    assert f'href="/legs/{leg["id"]}"' in seen
