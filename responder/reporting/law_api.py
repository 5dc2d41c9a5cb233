"""Explanation, quality, checks, settlements and overrulings over HTTP."""

from collections.abc import Callable
from functools import wraps
from typing import Any
from uuid import UUID

from apiflask import APIBlueprint
from flask import jsonify
from flask.typing import ResponseReturnValue

from responder.core.errors import InvalidInput, Text, invalid
from responder.core.ids import parse_id
from responder.core.permissions import Permission, requires
from responder.core.uow import UnitOfWork
from responder.foundation.web.api import json_body, writes
from responder.foundation.web.context import unit_of_work
from responder.foundation.web.openapi import PROBLEMS, answers, takes
from responder.incidents import queries as incidents
from responder.incidents.rules import Reader
from responder.reporting import (
    checks,
    contradictions,
    explanation,
    law_schemas,
    overruling,
    quality,
    services,
)
from responder.reporting.law_shapes import check_shape, decision_shape, quality_shape, settlement_shape

api = APIBlueprint(
    "reporting_law_api", __name__, url_prefix="/api/v1", tag="Why, and how well it was reported"
)
NO_LEG = Text("请写明哪个环节。", "Name the leg.")
NOT_A_BOOLEAN = Text("upheld 要填 true 或 false。", "`upheld` is true or false.")


@api.get("/incidents/<uuid:incident_id>/explanation")
@requires(Permission.SEE_INCIDENTS)
@answers(law_schemas.Explanation)
@api.doc(summary="Why: every reason of the grade, every limit, every addressee", responses=PROBLEMS)
def explain(incident_id: UUID) -> ResponseReturnValue:
    """Answer each with its rule, article, status and the facts used."""
    with unit_of_work(write=False) as uow:
        incident = incidents.incident(uow.session, uow.actor, incident_id)
        return jsonify(explanation.whole(incident, uow))


@api.get("/incidents/<uuid:incident_id>/quality")
@requires(Permission.SEE_INCIDENTS)
@answers(law_schemas.Items)
@api.doc(summary="On time, late, omitted, false or concealed: the state of each leg", responses=PROBLEMS)
def qualities(incident_id: UUID) -> ResponseReturnValue:
    """Answer the state of each leg's report with its evidence and what was decided."""
    with unit_of_work(write=False) as uow:
        incident = incidents.incident(uow.session, uow.actor, incident_id)
        return jsonify(items=[quality_shape(one) for one in quality.of_incident(incident, uow)], next=None)


@api.post("/incidents/<uuid:incident_id>/quality")
@requires(Permission.VERIFY_REPORT)
@takes(law_schemas.DecisionIn)
@answers(law_schemas.Anything, status_code=201)
@api.doc(summary="Decide whether a leg's report was late, omitted, false or concealed", responses=PROBLEMS)
@writes
def decide(uow: UnitOfWork, incident_id: UUID) -> tuple[dict[str, Any], int]:
    """Record a named person's decision with its reason."""
    incidents.incident(uow.session, uow.actor, incident_id)
    raw = json_body()
    reader = Reader(raw, uow.now)
    leg_id, fault, reason = parse_id(reader.text("leg")), reader.text("fault"), reader.text("reason", 2000)
    upheld = raw.get("upheld", True)
    if leg_id is None:
        reader.refuse("leg", NO_LEG)
    if not isinstance(upheld, bool):
        reader.refuse("upheld", NOT_A_BOOLEAN)
    if reader.errors or leg_id is None:
        raise invalid(**reader.errors)
    return decision_shape(quality.decide(leg_id, fault, upheld=upheld, reason=reason, uow=uow)), 201


@api.get("/incidents/<uuid:incident_id>/checks")
@requires(Permission.SEE_INCIDENTS)
@answers(law_schemas.Items)
@api.doc(summary="Checks of reports that the caller may read", responses=PROBLEMS)
def list_checks(incident_id: UUID) -> ResponseReturnValue:
    """Answer the checks; the reporter's own level sees none."""
    with unit_of_work(write=False) as uow:
        incident = incidents.incident(uow.session, uow.actor, incident_id)
        return jsonify(items=[check_shape(row) for row in checks.of_incident(incident, uow)], next=None)


@api.post("/incidents/<uuid:incident_id>/checks")
@requires(Permission.VERIFY_REPORT)
@takes(law_schemas.CheckIn)
@answers(law_schemas.Anything, status_code=201)
@api.doc(summary="Hold a tip-off or another department's figures against a report", responses=PROBLEMS)
@writes
def open_check(uow: UnitOfWork, incident_id: UUID) -> tuple[dict[str, Any], int]:
    """Open a check one level above the reporter; the report stays as it was."""
    row = checks.open_check(incident_id, checks.read_claim(json_body(), uow.now), uow)
    return check_shape(row), 201


@api.post("/checks/<uuid:check_id>/result")
@requires(Permission.VERIFY_REPORT)
@takes(law_schemas.ResultIn)
@answers(law_schemas.Anything)
@api.doc(summary="First result of a check, or its conclusion", responses=PROBLEMS)
@writes
def answer_check(uow: UnitOfWork, check_id: UUID) -> tuple[dict[str, Any], int]:
    """Record what was found."""
    reader = Reader(json_body(), uow.now)
    outcome, words = reader.text("outcome"), reader.text("words", 20_000)
    if reader.errors:
        raise invalid(**reader.errors)
    return check_shape(checks.answer_check(check_id, outcome, words, uow)), 200


@api.post("/incidents/<uuid:incident_id>/settlements")
@requires(Permission.VERIFY_REPORT)
@takes(law_schemas.SettlementIn)
@answers(law_schemas.Anything, status_code=201)
@api.doc(summary="Sign which of two levels' figures holds", responses=PROBLEMS)
@writes
def settle(uow: UnitOfWork, incident_id: UUID) -> tuple[dict[str, Any], int]:
    """Settle a contradiction with a reason."""
    raw = json_body()
    reader = Reader(raw, uow.now)
    figure, reason = reader.text("figure"), reader.text("reason", 2000)
    value = reader.figure(figure, raw.get("value"), "value")
    if reader.errors:
        raise invalid(**reader.errors)
    return settlement_shape(contradictions.settle(incident_id, figure, value, reason, uow)), 201


def _notes_refusal(view: Callable[..., ResponseReturnValue]) -> Callable[..., ResponseReturnValue]:
    """Leave a trace of a grade that somebody tried to set aside without a reason; what it wrote is rolled back."""

    @wraps(view)
    def answer(incident_id: UUID) -> ResponseReturnValue:
        try:
            return view(incident_id=incident_id)
        except InvalidInput as refused:
            grade = json_body().get("grade")
            if "reason" in refused.errors and isinstance(grade, str):
                with unit_of_work() as uow:
                    overruling.note_refused(incident_id, grade, uow)
            raise

    return answer


@api.post("/incidents/<uuid:incident_id>/overrulings")
@requires(Permission.TAKE_COMMAND)
@takes(law_schemas.OverrulingIn)
@answers(law_schemas.Anything, status_code=201)
@api.doc(summary="Set a computed grade, limit or addressee aside, with name and reason", responses=PROBLEMS)
@_notes_refusal
@writes
def overrule(uow: UnitOfWork, incident_id: UUID) -> tuple[dict[str, Any], int]:
    """Record a leader's decision; the computed value stays visible."""
    incidents.incident(uow.session, uow.actor, incident_id)
    raw = json_body()
    # A new limit lies ahead, as nothing else in a report may.
    reader = Reader(raw, uow.now.replace(year=9000))
    leg_id, reason, grade = parse_id(reader.text("leg")), reader.text("reason", 2000), reader.text("grade")
    due_at = reader.instant("due_at")
    if not grade and leg_id is None:
        reader.refuse("leg", NO_LEG)
    if reader.errors:
        raise invalid(**reader.errors)
    if grade or leg_id is None:
        row = services.report_under(incident_id, grade, reason, uow)
    elif raw.get("skip"):
        row = overruling.skip_leg(leg_id, reason, uow)
    else:
        row = overruling.move_deadline(leg_id, due_at, reason, uow)
    uow.session.flush()
    return explanation.overruled(row), 201
