"""Tasks over HTTP."""

from typing import Any
from uuid import UUID

from apiflask import APIBlueprint
from flask import jsonify
from flask.typing import ResponseReturnValue

from responder.core.errors import Text, invalid
from responder.core.permissions import Permission, requires
from responder.core.uow import UnitOfWork
from responder.foundation.web.api import json_body, writes
from responder.foundation.web.context import unit_of_work
from responder.foundation.web.openapi import PROBLEMS, answers, takes
from responder.tasks import queries, schemas, services, words  # noqa: F401 - the timeline's sentences
from responder.tasks.shapes import task_shape

api = APIBlueprint("tasks_api", __name__, url_prefix="/api/v1", tag="Tasks")
NOT_TEXT = Text("这里要填文字。", "Text is expected here.")


@api.get("/tasks")
@requires(Permission.DO_TASK)
@answers(schemas.TaskList)
@api.doc(summary="What the caller's office has to accept or to finish", responses=PROBLEMS)
def index() -> ResponseReturnValue:
    """Answer the office's open tasks, the nearest limit first."""
    with unit_of_work(write=False) as uow:
        rows = queries.held_by(uow.session, uow.actor.agency_code)
        return jsonify(items=[task_shape(row, uow.now) for row in rows], next=None)


@api.get("/tasks/<uuid:task_id>")
@requires(Permission.DO_TASK)
@answers(schemas.TaskOut)
@api.doc(summary="One task", responses=PROBLEMS)
def show(task_id: UUID) -> ResponseReturnValue:
    """Answer the task."""
    with unit_of_work(write=False) as uow:
        return jsonify(task_shape(queries.task(uow.session, uow.actor, task_id), uow.now))


@api.post("/tasks/<uuid:task_id>/<step>")
@requires(Permission.DO_TASK)
@takes(schemas.StepIn)
@answers(schemas.TaskOut)
@api.doc(summary="Accept, finish or decline a task", responses=PROBLEMS)
@writes
def take_step(uow: UnitOfWork, task_id: UUID, step: str) -> tuple[dict[str, Any], int]:
    """Take the step: accept, done, decline."""
    note = json_body().get("note") or ""
    if not isinstance(note, str):
        raise invalid(note=NOT_TEXT)
    row = services.take_step(task_id, step, note.strip(), uow)
    return task_shape(row, uow.now), 200
