"""Reading the audit chain: an incident's timeline, its proof, and the check of everything."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import RowMapping, select
from sqlalchemy.orm import Session

from responder.foundation.audit import rules
from responder.foundation.audit.models import AuditEntry, AuditHead
from responder.foundation.audit.rules import Break, Link

_BATCH = 5000
_TABLE = AuditEntry.__table__


@dataclass(frozen=True, slots=True)
class ChainCheck:
    """What the check of one chain found; `broken` None means that it holds."""

    chain: str
    entries: int
    head: str
    broken: Break | None


def timeline(session: Session, incident_id: UUID) -> tuple[AuditEntry, ...]:
    """Return everything recorded about an incident, oldest first."""
    return tuple(
        session.scalars(
            select(AuditEntry)
            .where(AuditEntry.incident_id == incident_id)
            .order_by(AuditEntry.at, AuditEntry.id)
        )
    )


def proof(session: Session, incident_id: UUID) -> dict[str, Any]:
    """Return an incident's entries with their neighbours' hashes and the chains' heads, as plain JSON.

    Whoever holds it can recompute every entry (`rules.check_proof`), and compare the heads with printed ones.
    """
    rows = session.execute(
        select(_TABLE).where(AuditEntry.incident_id == incident_id).order_by(AuditEntry.chain, AuditEntry.seq)
    ).mappings()
    entries = [_exported(row) for row in rows]
    chains = sorted({entry["chain"] for entry in entries})
    following = {(entry["chain"], entry["seq"] + 1) for entry in entries}
    after = session.execute(
        select(AuditEntry.chain, AuditEntry.seq, AuditEntry.hash).where(
            AuditEntry.chain.in_(chains), AuditEntry.seq.in_({seq for _, seq in following})
        )
    )
    next_hash = {(chain, seq): said for chain, seq, said in after}
    for entry in entries:
        entry["next_hash"] = next_hash.get((entry["chain"], entry["seq"] + 1))
    heads = session.execute(
        select(AuditHead.chain, AuditHead.seq, AuditHead.hash).where(AuditHead.chain.in_(chains))
    )
    return {
        "incident_id": str(incident_id),
        "entries": entries,
        "heads": [{"chain": chain, "seq": seq, "hash": said} for chain, seq, said in heads],
    }


def verify(session: Session) -> Iterator[ChainCheck]:
    """Recompute every chain, in all lanes, and yield what was found, chain by chain."""
    heads = {head.chain: head for head in session.scalars(select(AuditHead))}
    written = set(session.scalars(select(AuditEntry.chain).distinct()))
    for chain in sorted(written | set(heads)):
        yield _verify_chain(session, chain, heads.get(chain))


def _verify_chain(session: Session, chain: str, head: AuditHead | None) -> ChainCheck:
    seq, reached = 0, rules.GENESIS
    while True:
        rows = session.execute(
            select(_TABLE)
            .where(AuditEntry.chain == chain, AuditEntry.seq > seq)
            .order_by(AuditEntry.seq)
            .limit(_BATCH)
        ).mappings()
        batch = [(_link(row), row["prev_hash"], row["hash"]) for row in rows]
        if not batch:
            break
        broken, seq, reached = rules.first_break(chain, batch, seq=seq, prev_hash=reached)
        if broken is not None:
            return ChainCheck(chain, seq, reached, broken)
    if head is None or (head.seq, head.hash) != (seq, reached):
        why = "the chain has no head" if head is None else f"the head stands at entry {head.seq}"
        return ChainCheck(chain, seq, reached, Break(chain, seq + 1, why))
    return ChainCheck(chain, seq, reached, None)


def _link(row: RowMapping) -> Link:
    return Link(
        row["chain"],
        row["seq"],
        row["at"],
        row["actor_login"],
        row["actor_name"],
        row["agency_code"],
        row["kind"],
        row["incident_id"],
        row["lane_id"],
        row["payload"],
    )


def _exported(row: RowMapping) -> dict[str, Any]:
    return {
        "chain": row["chain"],
        "seq": row["seq"],
        "at": rules.utc_text(row["at"]),
        "actor_login": row["actor_login"],
        "actor_name": row["actor_name"],
        "agency_code": row["agency_code"],
        "kind": row["kind"],
        "incident_id": str(row["incident_id"]),
        "lane_id": str(row["lane_id"]),
        "payload": row["payload"],
        "prev_hash": row["prev_hash"],
        "hash": row["hash"],
    }
