"""JSON shapes of legs, as INTERFACES names them."""

from datetime import datetime
from typing import Any

from responder.foundation.web.api import iso
from responder.reporting.models import ReportLeg
from responder.reporting.services import late_seconds


def leg_shape(leg: ReportLeg, now: datetime) -> dict[str, Any]:
    """Return a leg; `late` is judged by its receipt, or by *now* while it has none."""
    ended = leg.state in {"withdrawn", "skipped", "planned"}
    seconds = 0 if ended else late_seconds(leg, leg.acknowledged_at or now)
    return {
        "id": str(leg.id),
        "incident": str(leg.incident_id),
        "climb": leg.climb,
        "from": leg.sender,
        "to": leg.receiver,
        "from_agency": leg.sender_code or None,
        "to_agency": leg.receiver_code,
        "from_name": leg.sender_name,
        "to_name": leg.receiver_name,
        "kind": leg.kind,
        "starts_at": iso(leg.starts_at),
        "due_at": iso(leg.due_at),
        "rule": leg.rule,
        "source": leg.source,
        "status": leg.status,
        "state": leg.state,
        "binding": leg.binding,
        "version": leg.version,
        "sent_at": iso(leg.sent_at),
        "method": leg.method,
        "acknowledged_at": iso(leg.acknowledged_at),
        "noted_at": iso(leg.noted_at),
        "acknowledged_by": leg.acknowledged_by,
        "answered_by": leg.answered_by,
        "returned_at": iso(leg.returned_at),
        "return_reason": leg.return_reason,
        "withdrawn_at": iso(leg.withdrawn_at),
        "stand_in": leg.stand_in,
        "late": seconds > 0,
        "late_seconds": seconds,
    }
