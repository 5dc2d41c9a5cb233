"""A sealed file: what was changed afterwards shows, with the system or without."""

import json
from collections.abc import Callable
from copy import deepcopy
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest
from click.testing import CliRunner

from responder.foundation.audit import rules
from responder.foundation.audit.rules import GENESIS, Link
from responder.reporting.evidence_cli import cli
from responder.reporting.seal import check, sealed

SECRET = "a secret of the tests"
INCIDENT, LANE = UUID(int=1), UUID(int=2)
AT = datetime(2026, 11, 21, 6, 4, tzinfo=UTC)


def file() -> dict[str, Any]:
    payload = {"to": "白山市应急管理局", "at": AT.isoformat()}
    link = Link("220000", 1, AT, "baishan", "李敏", "220600", "leg.acknowledged", INCIDENT, LANE, payload)
    entry = {
        "chain": "220000",
        "seq": 1,
        "at": rules.utc_text(AT),
        "actor_login": "baishan",
        "actor_name": "李敏",
        "agency_code": "220600",
        "kind": "leg.acknowledged",
        "incident_id": str(INCIDENT),
        "lane_id": str(LANE),
        "payload": payload,
        "prev_hash": GENESIS,
        "hash": rules.entry_hash(GENESIS, link),
        "next_hash": None,
    }
    arrow = {
        "id": "1",
        "from": "county.work_safety",
        "to_name": "白山市应急管理局",
        "state": "acknowledged",
        "acknowledged_at": "2026-11-21T14:04:00+08:00",
        "late_seconds": 0,
    }
    heads = [{"chain": "220000", "seq": 1, "hash": entry["hash"]}]
    return {"arrows": [arrow], "audit": {"entries": [entry], "heads": heads}}


def wrong(document: dict[str, Any], secret: str | None = SECRET) -> list[str]:
    return [found.what for found in check(document, secret) if found.wrong]


def test_what_was_sealed_holds() -> None:
    assert wrong(sealed(file(), SECRET)) == []


def test_a_changed_lateness_breaks_the_seal() -> None:
    document = sealed(file(), SECRET)
    document["arrows"][0]["late_seconds"] = 60
    assert "seal" in wrong(document)


def test_a_file_sealed_again_by_somebody_else_lacks_our_mark() -> None:
    forged = sealed(file(), "another secret")
    assert wrong(forged) == ["mark of the installation"]
    assert wrong(forged, None) == []


def _move_receipt(document: dict[str, Any]) -> None:
    document["arrows"][0]["acknowledged_at"] = "2026-11-21T14:00:00+08:00"


def _rename(document: dict[str, Any]) -> None:
    document["audit"]["entries"][0]["actor_name"] = "王磊"


def _drop_entry(document: dict[str, Any]) -> None:
    document["audit"]["entries"].clear()


@pytest.mark.parametrize(
    ("change", "found"),
    [(_move_receipt, "arrow 1"), (_rename, "audit chain, 1 entries"), (_drop_entry, "arrow 1")],
)
def test_a_forger_who_seals_again_is_caught_by_the_chain(
    change: Callable[[dict[str, Any]], None], found: str
) -> None:
    document = file()
    change(document)
    assert found in wrong(sealed(document, SECRET))


@pytest.mark.parametrize("document", [{}, {"seal": None}, {"seal": {"sha256": 1}, "audit": []}])
def test_another_file_is_said_to_be_none_of_ours(document: dict[str, Any]) -> None:
    assert wrong(document) == ["form"]


def test_the_order_of_members_does_not_matter() -> None:
    document = sealed(file(), SECRET)
    assert wrong(dict(reversed(deepcopy(document).items()))) == []


def test_the_command_checks_a_file_without_the_system(tmp_path: Any) -> None:
    path = tmp_path / "evidence.json"
    document = sealed(file(), SECRET)
    path.write_text(json.dumps(document, ensure_ascii=False), encoding="utf-8")
    good = CliRunner().invoke(cli, ["check", str(path)], env={"RESPONDER_SECRET_KEY": ""})
    assert good.exit_code == 0, good.output
    document["arrows"][0]["late_seconds"] = 60
    path.write_text(json.dumps(document), encoding="utf-8")
    bad = CliRunner().invoke(cli, ["check", str(path), "--json"], env={"RESPONDER_SECRET_KEY": ""})
    assert bad.exit_code == 1
    assert json.loads(bad.output.splitlines()[0]) == {
        "what": "seal",
        "holds": False,
        "why": "the file was changed after it was sealed",
    }
    path.write_text("no json", encoding="utf-8")
    assert CliRunner().invoke(cli, ["check", str(path)]).exit_code == 2
