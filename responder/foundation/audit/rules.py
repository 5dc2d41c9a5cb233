"""How entries are chained: canonical form, hash, and the check of a chain. Pure."""

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

GENESIS = "0" * 64
STATE = "000000"
# Made once: `json.dumps` with options would build an encoder for each entry.
ENCODER = json.JSONEncoder(ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False)


@dataclass(frozen=True, slots=True)
class Link:
    """What the hash of an entry covers."""

    chain: str
    seq: int
    at: datetime
    actor_login: str
    actor_name: str
    agency_code: str
    kind: str
    incident_id: UUID | None
    lane_id: UUID
    payload: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Break:
    """Where a chain no longer holds, and how that is known."""

    chain: str
    seq: int
    why: str


def chain_key(lane_id: UUID, real_lane: UUID, province_code: str) -> str:
    """Return the chain an entry belongs to: its province in reality, `lane:province` in an exercise."""
    return province_code if lane_id == real_lane else f"{lane_id}:{province_code}"


def utc_text(at: datetime) -> str:
    """Return the one written form of an instant: UTC, to the microsecond."""
    return at.astimezone(UTC).isoformat(timespec="microseconds")


def canonical(link: Link) -> bytes:
    """Return the one byte form of an entry: JSON with sorted keys, no spaces, UTC to the microsecond."""
    body = [
        link.chain,
        link.seq,
        utc_text(link.at),
        link.actor_login,
        link.actor_name,
        link.agency_code,
        link.kind,
        str(link.incident_id) if link.incident_id else None,
        str(link.lane_id),
        link.payload,
    ]
    return ENCODER.encode(body).encode("utf-8", "surrogatepass")


def entry_hash(prev_hash: str, link: Link) -> str:
    """Return the SHA-256 that ties an entry to the one before it."""
    return hashlib.sha256(prev_hash.encode() + b"\n" + canonical(link)).hexdigest()


def first_break(
    chain: str,
    entries: Iterable[tuple[Link, str, str]],
    *,
    seq: int = 0,
    prev_hash: str = GENESIS,
) -> tuple[Break | None, int, str]:
    """Return the first break in (entry, prev_hash, hash), and the number and hash reached.

    The entries follow the one numbered *seq* with hash *prev_hash*.
    """
    for link, said_prev, said_hash in entries:
        if link.seq != seq + 1:
            return Break(chain, seq + 1, "the entry is missing"), seq, prev_hash
        if said_prev != prev_hash:
            return Break(chain, link.seq, "it does not follow the entry before it"), seq, prev_hash
        if entry_hash(prev_hash, link) != said_hash:
            return Break(chain, link.seq, "its content was changed"), seq, prev_hash
        seq, prev_hash = link.seq, said_hash
    return None, seq, prev_hash


def check_proof(proof: Mapping[str, Any]) -> Break | None:
    """Return the first entry of an exported proof that is not what was recorded, or None when all hold."""
    said: dict[tuple[str, int], str] = {(e["chain"], e["seq"]): e["hash"] for e in proof["entries"]}
    said |= {(head["chain"], head["seq"]): head["hash"] for head in proof["heads"]}
    for entry in proof["entries"]:
        chain, seq = entry["chain"], entry["seq"]
        incident = UUID(entry["incident_id"])
        link = Link(
            chain,
            seq,
            datetime.fromisoformat(entry["at"]),
            entry["actor_login"],
            entry["actor_name"],
            entry["agency_code"],
            entry["kind"],
            incident,
            UUID(entry["lane_id"]),
            entry["payload"],
        )
        if entry_hash(entry["prev_hash"], link) != entry["hash"] or said[chain, seq] != entry["hash"]:
            return Break(chain, seq, "its content was changed")
        if said.get((chain, seq - 1), entry["prev_hash"]) != entry["prev_hash"]:
            return Break(chain, seq, "it does not follow the entry before it")
        if (
            entry["next_hash"] is not None
            and said.get((chain, seq + 1), entry["next_hash"]) != entry["next_hash"]
        ):
            return Break(chain, seq + 1, "it does not follow the entry before it")
    return None
