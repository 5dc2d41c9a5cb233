"""The page of a task and its buttons."""

from http import HTTPStatus
from typing import Any
from uuid import UUID

from flask import Blueprint, redirect, request
from flask.typing import ResponseReturnValue

from responder.core.errors import Conflict, InvalidInput
from responder.core.permissions import Permission, requires
from responder.core.uow import UnitOfWork
from responder.foundation.web.context import current_locale, render, unit_of_work
from responder.tasks import queries, rules, services
from responder.tasks.models import Task

bp = Blueprint("tasks", __name__, template_folder="templates")


@bp.get("/tasks/<uuid:task_id>")
@requires(Permission.DO_TASK)
def show(task_id: UUID) -> ResponseReturnValue:
    """Show the task, word for word, with what its reader may do."""
    with unit_of_work(write=False) as uow:
        return _page(queries.task(uow.session, uow.actor, task_id), uow, "", {})


@bp.post("/tasks/<uuid:task_id>/<step>")
@requires(Permission.DO_TASK)
def take_step(task_id: UUID, step: str) -> ResponseReturnValue:
    """Accept, finish or decline; a refusal is shown on the task's page with what was typed."""
    note = request.form.get("note", "").strip()
    try:
        with unit_of_work() as uow:
            row = services.take_step(task_id, step, note, uow)
        return redirect(_back(row), HTTPStatus.SEE_OTHER)
    except (Conflict, InvalidInput) as refused:
        errors = {"note": refused.text.in_(current_locale())}
        with unit_of_work(write=False) as uow:
            return _page(queries.task(uow.session, uow.actor, task_id), uow, note, errors), refused.status


def _back(row: Task) -> str:
    back = request.form.get("back", "")
    if back == "board":
        return f"{request.script_root}/board"
    if back == "incident" and row.incident_id:
        return f"{request.script_root}/incidents/{row.incident_id}"
    return f"{request.script_root}/tasks/{row.id}"


def _page(row: Task, uow: UnitOfWork, note: str, errors: dict[str, str]) -> str:
    return render(
        "tasks/task.html", uow.session, task=task_model(row, uow), form={"note": note, "errors": errors}
    )


def task_model(row: Task, uow: UnitOfWork) -> dict[str, Any]:
    """Return the task as pages show it (described at the head of `tasks/task.html`)."""
    locale, prefix = current_locale(), request.script_root
    url = f"{prefix}/tasks/{row.id}"
    live = row.state in rules.LIVE and services.may_step(row, uow)
    note = row.holder_note
    return {
        "id": str(row.id),
        "url": url,
        "title": row.title.in_(locale),
        "text": row.text,
        "number": row.number,
        "incident_url": f"{prefix}/incidents/{row.incident_id}" if row.incident_id else None,
        "office": row.agency_name_en if locale.startswith("en") else row.agency_name,
        "post": row.post,
        "person": row.person_name,
        "holder": row.holder.in_(locale),
        "holder_note": note["en" if locale.startswith("en") else "zh"] if note else None,
        "phone": row.phone,
        "issued_at": row.issued_at,
        "issued_by": row.issued_by,
        "due_at": row.due_at,
        "state": row.state,
        "state_word": rules.STATE_WORDS[row.state].in_(locale),
        "is_live": row.state in rules.LIVE,
        "late": rules.is_late(row.due_at, row.ended_at, uow.now),
        "accepted_at": row.accepted_at,
        "accepted_by": row.accepted_by,
        "ended_at": row.ended_at,
        "ended_by": row.ended_by,
        "note": row.note,
        "accept_url": f"{url}/accept" if live and row.state == rules.OPEN else None,
        "done_url": f"{url}/done" if live else None,
        "decline_url": f"{url}/decline" if live else None,
    }
