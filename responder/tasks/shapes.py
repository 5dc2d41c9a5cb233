"""JSON shape of a task, as INTERFACES names it."""

from datetime import datetime
from typing import Any

from responder.core.lanes import REAL_LANE
from responder.foundation.web.api import iso
from responder.tasks import rules
from responder.tasks.models import Task


def task_shape(row: Task, now: datetime) -> dict[str, Any]:
    """Return a task; `late` is judged by its end, or by *now* while it has none."""
    return {
        "id": str(row.id),
        "incident": str(row.incident_id) if row.incident_id else None,
        "lane": "real" if row.lane_id == REAL_LANE else str(row.lane_id),
        "source": row.source_kind,
        "source_id": str(row.source_id),
        "title": row.title_zh,
        "title_en": row.title_en,
        "text": row.text,
        "post": row.post,
        "holder": {
            "agency": row.agency_code,
            "agency_name": row.agency_name,
            "person": str(row.person_id) if row.person_id else None,
            "name": row.person_name or None,
            "note": row.holder_note,
        },
        "phone": row.phone or None,
        "issued_at": iso(row.issued_at),
        "issued_by": row.issued_by,
        "due_at": iso(row.due_at),
        "state": row.state,
        "accepted_at": iso(row.accepted_at),
        "accepted_by": row.accepted_by,
        "ended_at": iso(row.ended_at),
        "ended_by": row.ended_by,
        "note": row.note or None,
        "late": rules.is_late(row.due_at, row.ended_at, now),
    }
