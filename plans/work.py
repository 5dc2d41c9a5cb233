"""Tasks as things to do now: the due items of boards and incident pages."""

from collections.abc import Iterable
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from responder.core.actor import Actor
from responder.core.errors import Text
from responder.core.permissions import Permission, may
from responder.foundation.web.context import current_locale
from responder.incidents.models import Incident
from responder.incidents.wording import title
from responder.tasks import queries as tasks
from responder.tasks.models import Task
from responder.tasks.rules import OPEN, STEP_WORDS


def due_items(session: Session, actor: Actor, prefix: str) -> list[dict[str, Any]]:
    """Return what the actor's office has to accept or finish, the nearest limit first, with its incident."""
    if not may(actor.role, Permission.DO_TASK):
        return []
    rows = tasks.held_by(session, actor.agency_code)
    wanted = {row.incident_id for row in rows if row.incident_id is not None}
    found = session.scalars(select(Incident).where(Incident.id.in_(wanted))).all() if wanted else []
    known = {incident.id: incident for incident in found}
    return [
        due_item(row, prefix, known.get(row.incident_id) if row.incident_id else None)
        for row in rows
        if row.incident_id is None or known[row.incident_id].state == "open"
    ]


def due_items_here(rows: Iterable[Task], actor: Actor, prefix: str) -> list[dict[str, Any]]:
    """Return the same for the page of one incident: of its tasks those that the actor's office holds."""
    if not may(actor.role, Permission.DO_TASK):
        return []
    mine = [row for row in rows if row.agency_code == actor.agency_code and row.ended_at is None]
    return [due_item(row, prefix, None, back="incident") for row in mine]


def due_item(row: Task, prefix: str, incident: Incident | None, back: str = "board") -> dict[str, Any]:
    """Return one task as a due item (described in `web/macros.html`)."""
    locale = current_locale()
    step = "accept" if row.state == OPEN else "done"
    brief = None
    if incident is not None:
        brief = {
            "title": title(incident).in_(locale),
            "grade": incident.reporting_grade,
            "may_rise": incident.may_rise,
            "url": f"{prefix}/incidents/{incident.id}",
        }
    by = Text(f"{row.issued_by}下达", f"from {row.issued_by}") if row.issued_by else None
    return {
        "kind": "task",
        "party": None,
        "what": row.title.in_(locale),
        "incident": brief,
        "due_at": row.due_at,
        "at_once": False,
        "rule": by.in_(locale) if by else None,
        "phone": row.phone or None,
        "note": " ".join(word for word in (row.post, row.person_name) if word) or None,
        "action": {
            "url": f"{prefix}/tasks/{row.id}/{step}",
            "method": "post",
            "label": STEP_WORDS[step].in_(locale),
            "fields": {"back": back},
        },
    }
