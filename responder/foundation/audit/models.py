"""Tables of the audit chain."""

from datetime import datetime
from typing import Any, cast
from uuid import UUID

from sqlalchemy import Index, String, Table, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from responder.core.db import Base
from responder.core.ids import IncidentId, LaneId
from responder.foundation.audit import ddl


class AuditEntry(Base):
    """One thing that was done. It knows its lane, and is no operational row: verifying reads all lanes."""

    __tablename__ = "audit_entry"
    __table_args__ = (
        UniqueConstraint("chain", "seq"),
        Index("ix_audit_entry_incident_id", "incident_id", "id"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    chain: Mapped[str] = mapped_column(String(64))
    province_code: Mapped[str] = mapped_column(String(12))
    seq: Mapped[int]
    at: Mapped[datetime]
    actor_login: Mapped[str]
    actor_name: Mapped[str]
    agency_code: Mapped[str]
    kind: Mapped[str] = mapped_column(String(64))
    incident_id: Mapped[IncidentId | None]
    lane_id: Mapped[LaneId]
    payload: Mapped[dict[str, Any]]
    prev_hash: Mapped[str] = mapped_column(String(64))
    hash: Mapped[str] = mapped_column(String(64))


class AuditHead(Base):
    """The last entry of each chain; locked while the chain grows."""

    __tablename__ = "audit_head"

    chain: Mapped[str] = mapped_column(String(64), primary_key=True)
    seq: Mapped[int]
    hash: Mapped[str] = mapped_column(String(64))
    at: Mapped[datetime | None]


ddl.attach(cast(Table, AuditEntry.__table__))
