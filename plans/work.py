"""Tasks as things to do now: the due items of boards and incident pages."""

from collections.abc import Iterable
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from plans.calls import has_room
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
    """Return what the actor's office has to accept or finish, or to pass on by telephone, each with its incident."""
    if not may(actor.role, Permission.DO_TASK):
        return []
    held = tasks.held_by(session, actor.agency_code)
    passed_on = _by_telephone(session, tasks.to_pass_on(session, actor.agency_code))
    wanted = {row.incident_id for row in (*held, *passed_on) if row.incident_id is not None}
    found = session.scalars(select(Incident).where(Incident.id.in_(wanted))).all() if wanted else []
    known = {incident.id: incident for incident in found}

    def of(row: Task) -> Incident | None:
        return known.get(row.incident_id) if row.incident_id else None

    def is_open(row: Task) -> bool:
        incident = of(row)
        return incident is None or incident.state == "open"

    items = [due_item(row, prefix, of(row)) for row in held if is_open(row)]
    return items + [telephone_item(row, prefix, of(row)) for row in passed_on if is_open(row)]


def due_items_here(session: Session, rows: Iterable[Task], actor: Actor, prefix: str) -> list[dict[str, Any]]:
    """Return the same for the page of one incident: of its tasks those that are this office's to do or to pass on."""
    if not may(actor.role, Permission.DO_TASK):
        return []
    live = [row for row in rows if row.ended_at is None]
    held = [row for row in live if row.agency_code == actor.agency_code]
    others = [row for row in live if row.issuer_code == actor.agency_code and row not in held]
    waiting = _by_telephone(session, [row for row in others if row.state == OPEN])
    items = [due_item(row, prefix, None, back="incident") for row in held]
    return items + [telephone_item(row, prefix, None) for row in waiting]


def _by_telephone(session: Session, rows: Iterable[Task]) -> list[Task]:
    """Return of *rows* those whose holder has no duty room: nothing rings there."""
    return [row for row in rows if not has_room(session, row.agency_code)]


def telephone_item(row: Task, prefix: str, incident: Incident | None) -> dict[str, Any]:
    """Return a task that its issuer has to pass on by telephone."""
    office = Text(row.agency_name, row.agency_name_en)
    what = Text(f"电话下达{office.zh}：{row.title.zh}", f"Telephone {office.en}: {row.title.en}")
    return {
        **due_item(row, prefix, incident),
        "kind": "telephone",
        "what": what.in_(current_locale()),
        "action": {
            "url": f"{prefix}/tasks/{row.id}",
            "method": "get",
            "label": Text("登记通话", "Note the call").in_(current_locale()),
            "fields": {},
        },
    }


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
