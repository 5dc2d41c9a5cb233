"""Exercises over HTTP."""

from collections.abc import Callable
from functools import wraps
from typing import Any
from uuid import UUID

from apiflask import APIBlueprint
from flask import g, jsonify
from flask.typing import ResponseReturnValue

from plans.exercises import queries, schemas, services, words  # noqa: F401 - the log's sentences
from plans.exercises.running import run_injects
from plans.exercises.shapes import exercise_row, exercise_whole
from responder.core.permissions import Permission, requires
from responder.core.uow import UnitOfWork
from responder.foundation.web.api import json_body, writes
from responder.foundation.web.context import installation, unit_of_work
from responder.foundation.web.openapi import PROBLEMS, answers, takes

api = APIBlueprint("exercises_api", __name__, url_prefix="/api/v1", tag="Exercises")


def in_its_lane(view: Callable[..., ResponseReturnValue]) -> Callable[..., ResponseReturnValue]:
    """Have *view* write in the lane of the exercise it is about; what it may do there its service decides."""

    @wraps(view)
    def answer(exercise_id: UUID, **kwargs: Any) -> ResponseReturnValue:
        with unit_of_work(write=False) as uow:
            queries.exercise(uow.session, uow.actor, exercise_id)
        g.lane = exercise_id
        return view(exercise_id=exercise_id, **kwargs)

    return answer


@api.get("/exercises")
@requires(Permission.SEE_EXERCISES)
@answers(schemas.ExerciseList)
@api.doc(summary="List exercises, those under way first", responses=PROBLEMS)
def index() -> ResponseReturnValue:
    """Answer the exercises the caller organizes, takes part in or looks after."""
    with unit_of_work(write=False) as uow:
        rows = queries.calendar(uow.session, uow.actor)
        return jsonify(items=[exercise_row(row) for row in rows], next=None)


@api.get("/exercises/<uuid:exercise_id>")
@requires(Permission.SEE_EXERCISES)
@answers(schemas.ExerciseOut)
@api.doc(summary="One exercise with its script", responses=PROBLEMS)
def show(exercise_id: UUID) -> ResponseReturnValue:
    """Answer the exercise."""
    with unit_of_work(write=False) as uow:
        row = queries.exercise(uow.session, uow.actor, exercise_id)
        return jsonify(exercise_whole(row, uow))


@api.post("/exercises")
@requires(Permission.RUN_EXERCISE)
@takes(schemas.ExerciseIn)
@answers(schemas.ExerciseOut, status_code=201)
@api.doc(summary="Plan an exercise", responses=PROBLEMS)
@writes
def create(uow: UnitOfWork) -> tuple[dict[str, Any], int]:
    """Plan the exercise in a lane of its own; answers with what stands against its day."""
    row = services.plan_exercise(services.read_request(json_body(), uow.now), uow)
    return exercise_whole(row, uow), 201


@api.post("/exercises/<uuid:exercise_id>/confirmation")
@requires(Permission.SEE_EXERCISES)
@answers(schemas.ExerciseOut)
@api.doc(summary="Confirm that the caller, or its office, takes part", responses=PROBLEMS)
@writes
def confirm(uow: UnitOfWork, exercise_id: UUID) -> tuple[dict[str, Any], int]:
    """Record the confirmation."""
    return exercise_whole(services.confirm(exercise_id, uow), uow), 200


@api.post("/exercises/<uuid:exercise_id>/approval")
@requires(Permission.SEE_EXERCISES)
@answers(schemas.ExerciseOut)
@api.doc(summary="Approve an exercise in a sensitive period", responses=PROBLEMS)
@writes
def approve(uow: UnitOfWork, exercise_id: UUID) -> tuple[dict[str, Any], int]:
    """Record a leader's approval."""
    return exercise_whole(services.approve(exercise_id, uow), uow), 200


@api.post("/exercises/<uuid:exercise_id>/<step>")
@requires(Permission.SEE_EXERCISES)
@answers(schemas.ExerciseOut)
@api.doc(summary="Start, suspend, resume or end an exercise", responses=PROBLEMS)
def take_step(exercise_id: UUID, step: str) -> ResponseReturnValue:
    """Take the step in the exercise's lane; what is due at its start goes out at once."""
    answer = _step(exercise_id=exercise_id, step=step)
    # The clock does the same a few seconds later, and nothing is sent twice.
    run_injects(installation().database)
    return answer


@in_its_lane
@writes
def _step(uow: UnitOfWork, exercise_id: UUID, step: str) -> tuple[dict[str, Any], int]:
    row = services.take_step(exercise_id, step, uow)
    return exercise_whole(row, uow), 200
