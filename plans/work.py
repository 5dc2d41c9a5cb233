"""Tasks as things to do now: the due items of boards and incident pages."""

from collections.abc import Iterable
from typing import Any

from sqlalchemy import and_, or_, select, union_all
from sqlalchemy.orm import Session

from plans.calls import has_room
from responder.core.actor import Actor
from responder.core.errors import Text
from responder.core.permissions import Permission, may
from responder.core.questions import Question
from responder.foundation.web.context import current_locale
from responder.incidents.models import Incident
from responder.incidents.wording import title
from responder.tasks import queries as tasks
from responder.tasks.models import Task
from responder.tasks.rules import OPEN, STEP_WORDS

MOST = 100
_BY_LIMIT = (Task.due_at.is_(None), Task.due_at, Task.id)
_FIRSTS = union_all(
    *(
        select(select(Task.id).where(*wanted).order_by(*_BY_LIMIT).limit(MOST).subquery().c.id)
        for wanted in (tasks.HELD, tasks.TO_PASS_ON)
    )
)
_WORK = Question(
    select(Task, Incident)
    .outerjoin(Incident, and_(Incident.lane_id == Task.lane_id, Incident.id == Task.incident_id))
    .where(Task.id.in_(_FIRSTS), or_(Incident.id.is_(None), Incident.state == "open"))
    .order_by(*_BY_LIMIT)
)


def due_items(session: Session, actor: Actor, prefix: str) -> list[dict[str, Any]]:
    """Return what the actor's office has to accept or finish, or to pass on by telephone, each with its incident."""
    if not may(actor.role, Permission.DO_TASK):
        return []
    rows = _WORK.copies(session, office=actor.agency_code)
    items = [
        due_item(row, prefix, incident) for row, incident in rows if row.agency_code == actor.agency_code
    ]
    return items + [
        telephone_item(row, prefix, incident)
        for row, incident in rows
        if row.agency_code != actor.agency_code and not has_room(session, row.agency_code)
    ]


def due_items_here(session: Session, rows: Iterable[Task], actor: Actor, prefix: str) -> list[dict[str, Any]]:
    """Return the same for the page of one incident: of its tasks those that are this office's to do or to pass on."""
    if not may(actor.role, Permission.DO_TASK):
        return []
    live = [row for row in rows if row.ended_at is None]
    held = [row for row in live if row.agency_code == actor.agency_code]
    others = [row for row in live if row.issuer_code == actor.agency_code and row not in held]
    # Where the holder has no duty room nothing rings.
    waiting = [row for row in others if row.state == OPEN and not has_room(session, row.agency_code)]
    items = [due_item(row, prefix, None, back="incident") for row in held]
    return items + [telephone_item(row, prefix, None) for row in waiting]


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
