"""The growing end of the chains: entries wait in the session and are written in one go just before the commit.

That keeps the head of a province locked for the shortest time, and forty entries cost hardly more than one.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, bindparam, event, insert, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session, SessionTransaction

from responder.core.actor import Actor
from responder.core.db import table_of
from responder.core.lanes import REAL_LANE
from responder.foundation.audit import rules
from responder.foundation.audit.models import AuditEntry, AuditHead

_WAITING = "audit_waiting"
_HEAD, _ENTRY = table_of(AuditHead), table_of(AuditEntry)
_HERE = _HEAD.c.chain == bindparam("grown")
_LOCK_HEAD = select(_HEAD.c.seq, _HEAD.c.hash).where(_HERE).with_for_update()
_MOVE_HEAD = update(_HEAD).where(_HERE)
_WRITE = insert(_ENTRY)


@dataclass(frozen=True, slots=True)
class Waiting:
    """An entry that is not in its chain yet."""

    id: UUID
    at: datetime
    actor: Actor
    kind: str
    province_code: str
    incident_id: UUID | None
    lane_id: UUID
    payload: dict[str, Any]


def wait(session: Session, entry: Waiting) -> None:
    """Let *entry* wait for the commit of *session*; a savepoint rolled back takes it along."""
    session.info.setdefault(_WAITING, []).append((session.get_nested_transaction(), entry))


def flush(session: Session) -> None:
    """Chain and write the entries that wait in *session*: one head read, one insert, one head update for a chain."""
    waiting: list[tuple[SessionTransaction | None, Waiting]] = session.info.pop(_WAITING, [])
    if not waiting:
        return
    by_chain: dict[str, list[Waiting]] = {}
    for _, entry in waiting:
        key = rules.chain_key(entry.lane_id, REAL_LANE, entry.province_code)
        by_chain.setdefault(key, []).append(entry)
    connection = session.connection()
    rows: list[dict[str, Any]] = []
    # Always in the same order, or two units that touch the same two chains could wait for each other.
    for chain in sorted(by_chain):
        rows += _grow(connection, chain, by_chain[chain])
    connection.execute(_WRITE, rows)


def _grow(connection: Connection, chain: str, waiting: Iterable[Waiting]) -> list[dict[str, Any]]:
    seq, prev_hash = _locked_head(connection, chain)
    rows = []
    at = None
    for entry in waiting:
        seq += 1
        link = rules.Link(
            chain,
            seq,
            entry.at,
            entry.actor.login,
            entry.actor.name,
            entry.actor.agency_code,
            entry.kind,
            entry.incident_id,
            entry.lane_id,
            entry.payload,
        )
        this_hash = rules.entry_hash(prev_hash, link)
        rows.append(_row(entry, link, prev_hash, this_hash))
        prev_hash, at = this_hash, entry.at
    connection.execute(_MOVE_HEAD, {"grown": chain, "seq": seq, "hash": prev_hash, "at": at})
    return rows


def _row(entry: Waiting, link: rules.Link, prev_hash: str, this_hash: str) -> dict[str, Any]:
    return {
        "id": entry.id,
        "chain": link.chain,
        "province_code": entry.province_code,
        "seq": link.seq,
        "at": link.at,
        "actor_login": link.actor_login,
        "actor_name": link.actor_name,
        "agency_code": link.agency_code,
        "kind": link.kind,
        "incident_id": link.incident_id,
        "lane_id": link.lane_id,
        "payload": entry.payload,
        "prev_hash": prev_hash,
        "hash": this_hash,
    }


def _locked_head(connection: Connection, chain: str) -> tuple[int, str]:
    found = connection.execute(_LOCK_HEAD, {"grown": chain}).one_or_none()
    if found is None:
        dialect_insert = sqlite.insert if connection.dialect.name == "sqlite" else postgresql.insert
        connection.execute(
            dialect_insert(AuditHead).values(chain=chain, seq=0, hash=rules.GENESIS).on_conflict_do_nothing()
        )
        found = connection.execute(_LOCK_HEAD, {"grown": chain}).one()
    return found.seq, found.hash


def _before_commit(session: Session) -> None:
    if not session.in_nested_transaction():
        session.flush()  # everything else is written before the head is locked
        flush(session)


def _after_rollback(session: Session, ended: SessionTransaction) -> None:
    kept = [
        (begun_in, entry) for begun_in, entry in session.info.get(_WAITING, ()) if not _in(begun_in, ended)
    ]
    session.info[_WAITING] = kept if ended.nested else []


def _in(begun_in: SessionTransaction | None, ended: SessionTransaction) -> bool:
    while begun_in is not None and begun_in is not ended:
        begun_in = begun_in.parent
    return begun_in is ended


event.listen(Session, "before_commit", _before_commit)
event.listen(Session, "after_soft_rollback", _after_rollback)
