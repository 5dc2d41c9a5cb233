"""Reading the rows of a PostgreSQL dump."""

import json
from datetime import UTC, datetime
from uuid import UUID

import pytest

from responder.core.lanes import REAL_LANE
from responder.foundation.audit import rules
from responder.operations.postgres_dump import DumpReading, _rows

AT = datetime(2026, 11, 21, 6, 0, 0, 250000, tzinfo=UTC)
PAYLOAD = {"words": "松树镇\t\n\\ 🔥"}


def entries(count: int) -> list[dict[str, str | None]]:
    """Return *count* chained entries as a dump's columns say them."""
    found: list[dict[str, str | None]] = []
    before = rules.GENESIS
    for seq in range(1, count + 1):
        link = rules.Link("220000", seq, AT, "baishan", "", "220600", "signed", None, REAL_LANE, PAYLOAD)
        said = rules.entry_hash(before, link)
        found.append(
            {
                "chain": "220000",
                "seq": str(seq),
                "at": "2026-11-21 14:00:00.25+08",
                "actor_login": "baishan",
                "actor_name": "",
                "agency_code": "220600",
                "kind": "signed",
                "incident_id": None,
                "lane_id": str(UUID(str(REAL_LANE))),
                "payload": json.dumps(PAYLOAD, ensure_ascii=False),
                "prev_hash": before,
                "hash": said,
            }
        )
        before = said
    return found


def reading(rows: list[dict[str, str | None]], head: tuple[int, str]) -> DumpReading:
    """Return what is read from a dump with these entries and this head."""
    found = DumpReading()
    for row in rows:
        found.take("audit_entry", row)
    found.take("audit_head", {"chain": "220000", "seq": str(head[0]), "hash": head[1]})
    return found


def test_a_chain_holds_in_whatever_order_its_entries_lie() -> None:
    rows = entries(4)
    whole = reading([rows[2], rows[0], rows[3], rows[1]], (4, str(rows[3]["hash"])))
    assert whole.broken_chains() == []
    assert whole.rows == {"audit_entry": 4, "audit_head": 1}


@pytest.mark.parametrize("lost", [0, 1, 3])
def test_an_entry_that_is_not_in_the_dump_is_missed(lost: int) -> None:
    rows = entries(4)
    head = (4, str(rows[3]["hash"]))
    assert reading(rows[:lost] + rows[lost + 1 :], head).broken_chains() != []


def test_an_entry_that_was_changed_is_named() -> None:
    rows = entries(3)
    rows[1]["actor_login"] = "jilin"
    assert "entry 2: its content was changed" in reading(rows, (3, str(rows[2]["hash"]))).broken_chains()[0]


def test_rows_are_found_among_the_statements_and_unescaped() -> None:
    lines = [
        "SET standard_conforming_strings = on;\n",
        'COPY public.incident (id, place, "note") FROM stdin;\n',
        "1\t松树镇\\t二号\\\\井\t\\N\n",
        "2\t\ta\\nb\n",
        "\\.\n",
        "COPY public.leg (id) FROM stdin;\n",
        "\\.\n",
    ]
    assert list(_rows(lines)) == [
        ("incident", {"id": "1", "place": "松树镇\t二号\\井", "note": None}),
        ("incident", {"id": "2", "place": "", "note": "a\nb"}),
    ]
