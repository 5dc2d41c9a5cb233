"""Cases for the tests, in the words of the examples: an ordinary day in Jiangyuan, Baishan, Jilin."""

import json
from datetime import datetime, timedelta
from typing import Any

from responder.law.contract import answer_line

ALL_KNOWN: dict[str, Any] = {
    "deaths": 0,
    "missing": 0,
    "trapped": 0,
    "trapped_without_contact": 0,
    "serious_injuries": 0,
    "acute_poisonings": 0,
    "minor_injuries": 0,
    "under_observation": 0,
    "at_risk": 0,
    "evacuated": 0,
    "direct_loss_yuan": 500000,
}
T0 = "2007-06-05T08:00:00+08:00"
T1 = "2007-06-05T08:10:00+08:00"
# The same moment of day in each rule set.
MOMENTS = {
    "A": "2007-03-05T08:00:00+08:00",
    "B": T0,
    "C": "2009-09-10T08:00:00+08:00",
    "D": "2012-06-05T08:00:00+08:00",
    "E": "2026-11-21T08:00:00+08:00",
}


def at(clock: str, day: str = "2007-06-05") -> str:
    """Return an instant of Beijing time."""
    return f"{day}T{clock}:00+08:00"


def later(moment: str, **span: float) -> str:
    """Return an instant so much after another."""
    return (datetime.fromisoformat(moment) + timedelta(**span)).isoformat()


def case(figures: dict[str, Any] | None = None, **more: Any) -> dict[str, Any]:
    """Return an input of the contract with every figure known, then *figures*, then other members."""
    facts = {**ALL_KNOWN, **(figures or {})}
    found: dict[str, Any] = {
        "id": "case",
        "occurred_at": T0,
        "unit_informed_at": T1,
        "jurisdiction": "220605",
        "sector": "machinery",
        "facts": facts,
    }
    if "occurred_at" in more and "unit_informed_at" not in more:
        del found["unit_informed_at"]
    return {**found, **more}


def answer(figures: dict[str, Any] | None = None, **more: Any) -> dict[str, Any]:
    """Return the answer to a case, which must be a good one."""
    text, good = answer_line(json.dumps(case(figures, **more)))
    found: dict[str, Any] = json.loads(text)
    assert good, found
    return found


def refusal(**more: Any) -> dict[str, Any]:
    """Return why a case is refused."""
    text, good = answer_line(json.dumps(case(**more)))
    assert not good
    found: dict[str, Any] = json.loads(text)["error"]
    return found


def arrows(found: dict[str, Any], **pattern: Any) -> list[dict[str, Any]]:
    """Return the obligations that have these values; `sender` and `to` name the parties."""
    if "sender" in pattern:
        pattern["from"] = pattern.pop("sender")
    return [duty for duty in found["obligations"] if all(duty.get(k) == v for k, v in pattern.items())]


def due(found: dict[str, Any], sender: str, to: str, **pattern: Any) -> str:
    """Return the limit of the one arrow between two parties, as clock time."""
    [duty] = arrows(found, sender=sender, to=to, **pattern)
    return str(duty["due_at"][11:16])
