"""Calling for tasks: the ladder looks for somebody who takes them, and stops when somebody has."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy.orm import Session

from responder.core.errors import Text
from responder.core.uow import UnitOfWork
from responder.escalation import services as escalation
from responder.escalation.events import CallOutAcknowledged
from responder.foundation.directory import queries as directory
from responder.incidents import queries as incidents
from responder.incidents import services as incident_services
from responder.tasks import queries as tasks
from responder.tasks import services as task_services
from responder.tasks.events import TaskOverdue, TaskStepped
from responder.tasks.models import Task
from responder.tasks.rules import rings_at_once

TARGET = "task"
TAKEN = Text("任务已有人承担", "somebody has taken the task")
CLOSED = Text("事故已结案", "the incident is closed")


def ring(issued: Sequence[Task], where: str, uow: UnitOfWork) -> None:
    """Call each duty room that got tasks which fall due soon: once, for the first of them.

    Whoever has no duty room is telephoned by the issuer, as the board says (`work.due_items`).
    """
    first: dict[str, list[Task]] = {}
    for row in issued:
        ours = row.agency_code == uow.actor.agency_code
        if not ours and rings_at_once(row.due_at, uow.now) and has_room(uow.session, row.agency_code):
            first.setdefault(row.agency_code, []).append(row)
    for code, rows in first.items():
        rows.sort(key=lambda row: (row.due_at is None, row.due_at, row.position))
        more = Text(f"等 {len(rows)} 项任务", f" and {len(rows) - 1} more") if len(rows) > 1 else Text("", "")
        head = rows[0]
        escalation.start_call_out(
            uow,
            target_kind=TARGET,
            target_id=head.id,
            incident_id=head.incident_id,
            number=head.number,
            agency_code=code,
            subject=Text(
                f"{where} 任务：{head.title.zh}{more.zh} 请接受",
                f"{where}, task: {head.title.en}{more.en}: please accept",
            ),
            province_code=head.province_code,
            caller_agency=uow.actor.agency_code or None,
        )


def has_room(session: Session, agency_code: str) -> bool:
    """Return whether the office has a duty room that rings."""
    office = directory.office(session, agency_code)
    return office is not None and office.has_duty_room


def still_wanted(session: Session, task_id: UUID) -> Text | None:
    """Return None while somebody must be found for the task, otherwise why nobody need be called any more."""
    why = tasks.still_wanted(session, task_id)
    if why is not None:
        return why
    row = session.get_one(Task, task_id)
    if row.incident_id is not None and incidents.unscoped(session, row.incident_id).state != "open":
        return CLOSED
    return None


def accept_called(event: CallOutAcknowledged, uow: UnitOfWork) -> None:
    """React to a person who answered our call for a task: it is accepted."""
    if event.target_kind == TARGET:
        task_services.accept_called(event.target_id, event.answered_by, uow)


def follow_step(event: TaskStepped, uow: UnitOfWork) -> None:
    """React to a step: nobody is called for the task any more, and the boards show it."""
    if event.step in {"accept", "done"}:
        escalation.acknowledge_call_out(uow, TARGET, event.task_id, at=uow.now, method="web", by=event.by)
    else:
        escalation.stop_call_out(uow, TARGET, event.task_id, TAKEN)
    _touch(event.incident_id, uow)


def show_overdue(event: TaskOverdue, uow: UnitOfWork) -> None:
    """React to a task past its limit: the boards show it."""
    _touch(event.incident_id, uow)


def _touch(incident_id: UUID | None, uow: UnitOfWork) -> None:
    if incident_id is not None:
        incident_services.touch(incidents.unscoped(uow.session, incident_id), uow)
