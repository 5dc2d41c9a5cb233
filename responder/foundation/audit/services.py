"""Recording what was done; the entries are chained just before the unit of work commits."""

import json
from collections.abc import Mapping
from typing import Any, ClassVar, Protocol
from uuid import UUID

from responder.core.ids import new_id
from responder.core.uow import UnitOfWork
from responder.foundation.audit import rules
from responder.foundation.audit.chain import Waiting, wait


class Auditable(Protocol):
    """An event that knows how it is to be recorded."""

    audit_kind: ClassVar[str]

    @property
    def province_code(self) -> str:
        """The province in whose chain it belongs; `000000` for the state."""
        ...

    def audit_payload(self) -> dict[str, Any]:
        """Return what the entry says."""
        ...


def record(
    uow: UnitOfWork,
    kind: str,
    *,
    province_code: str,
    incident_id: UUID | None = None,
    payload: Mapping[str, Any] | None = None,
    lane_id: UUID | None = None,
) -> None:
    """Record that the unit's actor did *kind*; the entry is chained when the unit commits.

    *payload* is plain JSON (ids and times as text). *lane_id* is needed only in a unit that serves all lanes. Raises
    TypeError or ValueError at once when the payload is not JSON, so that no later commit fails.
    """
    plain = json.loads(rules.ENCODER.encode(dict(payload or {})))
    lane = lane_id or uow.own_lane
    province = province_code or rules.STATE
    wait(uow.session, Waiting(new_id(), uow.now, uow.actor, kind, province, incident_id, lane, plain))


def record_event(told: Auditable, uow: UnitOfWork) -> None:
    """Record an event that knows its own kind, province and payload: a ready-made reaction."""
    incident_id = getattr(told, "incident_id", None)
    record(
        uow,
        told.audit_kind,
        province_code=told.province_code,
        incident_id=incident_id,
        payload=told.audit_payload(),
    )
