"""What the tests of the story say again and again."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from tests.world import Caller

Named = Callable[[str], Caller]

FIELDS: dict[str, Any] = {
    "place": "江源区松树镇",
    "sector": "coal_mine",
    "accident_type": "gas_explosion",
    "occurred_at": "2026-11-21T13:20:00+08:00",
    "facts": {"trapped": 12, "missing": 3},
    "summary": "井下瓦斯爆炸，正在核实人数",
    "unit": "青石岭煤矿",
}


def moment(text: str) -> datetime:
    """Return 14:05 as the API writes it on the day of the story."""
    return datetime.fromisoformat(f"2026-11-21T{text}:00+08:00")


def log(api: Named, **other: Any) -> dict[str, Any]:
    """Log the accident as the officer of Jiangyuan."""
    answer: dict[str, Any] = api("jiangyuan").post("incidents", {**FIELDS, **other}, status=201)
    return answer


def leg_of(
    legs: list[dict[str, Any]], sender: str, agency: str, kind: str = "report", **more: Any
) -> dict[str, Any]:
    """Return the one leg of a kind from LEVEL.BODY to an office."""
    found = [
        leg
        for leg in legs
        if (leg["from"], leg["to_agency"], leg["kind"]) == (sender, agency, kind)
        and all(leg[name] == value for name, value in more.items())
    ]
    assert len(found) == 1, (
        sender,
        agency,
        kind,
        [(x["climb"], x["from"], x["to_agency"], x["kind"]) for x in legs],
    )
    return found[0]


def limits(leg: dict[str, Any]) -> tuple[str, str, str, str]:
    """Return state, start, limit and rule of a leg."""
    return leg["state"], leg["starts_at"][11:16], leg["due_at"][11:16], leg["rule"]


def now_of(api: Named, login: str, incident_id: str) -> dict[str, Any]:
    """Return the incident as *login* sees it."""
    answer: dict[str, Any] = api(login).get(f"incidents/{incident_id}")
    return answer


def said(api: Named, login: str, incident_id: str) -> list[str]:
    """Return the sentences of the timeline."""
    return [entry["what"] for entry in api(login).get(f"incidents/{incident_id}/timeline")["items"]]
