"""JSON shape of an exercise, as INTERFACES names it."""

from typing import Any

from plans.exercises import queries, rules, services
from plans.exercises.models import Exercise
from responder.core.errors import Text
from responder.core.uow import UnitOfWork
from responder.foundation.web.api import iso


def exercise_row(row: Exercise) -> dict[str, Any]:
    """Return an exercise as it stands in lists."""
    return {
        "id": str(row.id),
        "lane": str(row.id),
        "number": row.number,
        "title": row.title,
        "kind": row.kind,
        "plan": str(row.plan_id) if row.plan_id else None,
        "script": row.script,
        "state": row.state,
        "planned_at": iso(row.planned_at),
        "organizer": row.organizer,
        "agency": row.agency_code,
        "needs_approval": row.needs_approval,
        "approved_by": row.approved_by,
        "started_at": iso(row.started_at),
        "suspended_at": iso(row.suspended_at),
        "ended_at": iso(row.ended_at),
    }


def exercise_whole(row: Exercise, uow: UnitOfWork) -> dict[str, Any]:
    """Return an exercise with participants, script and what stands against its day."""
    taking_part = queries.participants(uow.session, row.id)
    return {
        **exercise_row(row),
        "participants": [
            {
                "participant": one.code,
                "name": one.name,
                "agency": one.agency_code,
                "confirmed_at": iso(one.confirmed_at),
                "confirmed_by": one.confirmed_by,
            }
            for one in taking_part
        ],
        "unconfirmed": [one.code for one in taking_part if one.confirmed_at is None],
        "injects": [
            {
                "id": str(one.id),
                "position": one.position,
                "offset_minutes": one.offset_minutes,
                "to": one.to_code,
                "text": one.text,
                "kind": one.kind,
                "due_at": iso(rules.due_at(row.started_at, one.offset_minutes, row.paused_seconds)),
                "sent_at": iso(one.sent_at),
                "late_seconds": one.late_seconds,
                "failure": one.failure,
                "incident": str(one.incident_id) if one.incident_id else None,
                "task": str(one.task_id) if one.task_id else None,
            }
            for one in queries.injects(uow.session, row.id)
        ],
        "conflicts": [_both(one.text) for one in services.conflicts_of(row, uow)],
    }


def _both(text: Text) -> dict[str, str]:
    return {"zh": text.zh, "en": text.en}
