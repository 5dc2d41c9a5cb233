"""Reads of tasks, always inside what the actor may see."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, bindparam, func, or_, select
from sqlalchemy.orm import Session

from responder.core.actor import Actor
from responder.core.errors import Text, nothing_here
from responder.core.questions import Question, one_of
from responder.foundation.access import scope
from responder.tasks.models import Task
from responder.tasks.rules import ACCEPTED, LIVE, OPEN

_OFFICE: Any = bindparam("office")
HELD = (Task.agency_code == _OFFICE, one_of(Task.state, LIVE))
TO_PASS_ON = (Task.issuer_code == _OFFICE, Task.agency_code != _OFFICE, Task.state == OPEN)
# What waits for an office, each a count by an index; a task that is accepted leaves one count for another.
COUNTS = {
    "tasks_open": select(func.count())
    .select_from(Task)
    .where(Task.agency_code == _OFFICE, Task.state == OPEN),
    "tasks_accepted": select(func.count())
    .select_from(Task)
    .where(Task.agency_code == _OFFICE, Task.state == ACCEPTED),
    "to_pass_on": select(func.count()).select_from(Task).where(*TO_PASS_ON),
}


def visible(actor: Actor) -> ColumnElement[bool]:
    """Return the condition for the tasks *actor* may see: of its area, held or issued by its office, or its own."""
    seen = [scope.visible(actor, Task), Task.agency_code == actor.agency_code]
    seen.append(Task.issuer_code == actor.agency_code)
    if actor.person_id is not None:
        seen.append(Task.person_id == actor.person_id)
    return or_(*seen)


def task(session: Session, actor: Actor, task_id: UUID, *, lock: bool = False) -> Task:
    """Return the task; raise NotFound when there is none or it is not the actor's to see."""
    query = select(Task).where(Task.id == task_id, visible(actor))
    found = session.scalars(query.with_for_update() if lock else query).one_or_none()
    if found is None:
        raise nothing_here("没有这项任务", "There is no such task")
    return found


_OF_INCIDENT = Question(
    select(Task)
    .where(Task.incident_id == bindparam("incident_id"))
    .order_by(Task.due_at.is_(None), Task.due_at, Task.position, Task.id)
)


def of_incident(session: Session, incident_id: UUID) -> list[Task]:
    """Return copies of the tasks of an incident the caller may see, those with the nearest limit first."""
    return [task for (task,) in _OF_INCIDENT.copies(session, incident_id=incident_id)]


def held_by(session: Session, agency_code: str, limit: int = 100) -> Sequence[Task]:
    """Return what an office still has to accept or to finish, the nearest limit first."""
    return session.scalars(
        select(Task)
        .where(Task.agency_code == agency_code, Task.state.in_(LIVE))
        .order_by(Task.due_at.is_(None), Task.due_at, Task.id)
        .limit(limit)
    ).all()


def newly_overdue(session: Session, now: datetime, limit: int) -> Sequence[Task]:
    """Return tasks past their limit whose lateness nobody has noted; the cost grows with what is due."""
    return session.scalars(
        select(Task)
        .where(Task.state.in_(LIVE), Task.overdue_noted.is_(False), Task.due_at < now)
        .order_by(Task.due_at)
        .limit(limit)
        .with_for_update(skip_locked=True)
    ).all()


def still_wanted(session: Session, task_id: UUID) -> Text | None:
    """Return None while nobody has taken the task, otherwise why nobody needs to be called about it."""
    state = session.scalar(select(Task.state).where(Task.id == task_id))
    if state is None:
        return Text("没有这项任务", "there is no such task")
    return None if state == OPEN else Text("任务已有人承担", "somebody has taken the task")
