"""Rescue bases, command and dispatch orders over HTTP."""

from typing import Any
from uuid import UUID

from apiflask import APIBlueprint
from flask import Response, jsonify, request
from flask.typing import ResponseReturnValue

from responder.core.errors import NotFound, Text, invalid, nothing_here
from responder.core.ids import parse_id
from responder.core.permissions import Permission, requires
from responder.core.uow import UnitOfWork
from responder.dispatch import (
    choosing,
    command,
    queries,
    readiness,
    register,
    schemas,
    services,
    shapes,
    steps,
)
from responder.dispatch.models import DispatchOrder
from responder.dispatch.ranking import Need
from responder.dispatch.rules import Step
from responder.foundation.web.api import json_body, page_limit, writes
from responder.foundation.web.context import unit_of_work
from responder.foundation.web.openapi import PROBLEMS, answers, takes
from responder.incidents import queries as incidents
from responder.incidents.models import Incident
from responder.incidents.rules import Reader

api = APIBlueprint("dispatch_api", __name__, url_prefix="/api/v1", tag="Dispatch")
BAD_NEAR = Text("near 写成 经度,纬度。", "Write near as lon,lat.")
MOST_BASES = 20_000


# --- The register -------------------------------------------------------------------------------------------


@api.get("/rescue-bases")
@requires(Permission.SEE_BASES)
@takes(schemas.BasesQuery, "query")
@answers(schemas.Collection)
@api.doc(summary="Rescue bases and forces as GeoJSON", responses=PROBLEMS)
def bases() -> ResponseReturnValue:
    """Answer the register, by distance where `near` is given, best first where `for` names an incident."""
    near, filters = _near(request.args.get("near")), _filters()
    limit = page_limit(request.args.get("limit"), MOST_BASES, MOST_BASES)
    with unit_of_work(write=False) as uow:
        incident = _incident(uow, request.args.get("for"))
        if incident is not None or near is not None:
            features = _ranked(uow, filters, incident, near)
        else:
            features = [shapes.feature(force) for force in queries.forces(uow.session, filters)]
        answer = shapes.collection(features[:limit], uow)
    body: Response = jsonify(answer)
    body.content_type = "application/geo+json"
    body.add_etag()
    return body.make_conditional(request)


def _filters() -> queries.Filters:
    args = request.args
    found = queries.Filters(args.get("kind", ""), args.get("level", ""), args.get("state", ""))
    for name, allowed in (("kind", register.KINDS), ("level", register.LEVELS), ("state", register.STATES)):
        value = getattr(found, name)
        if value and value not in allowed:
            listed = ", ".join(sorted(allowed))
            raise invalid(**{name: Text(f"只能是 {listed}。", f"One of {listed}.")})
    return found


def _near(text: str | None) -> tuple[float, float] | None:
    if not text:
        return None
    try:
        lon, lat = (float(part) for part in text.split(","))
    except ValueError:
        raise invalid(near=BAD_NEAR) from None
    if not (-180 <= lon <= 180 and -90 <= lat <= 90):
        raise invalid(near=BAD_NEAR)
    return lon, lat


def _incident(uow: UnitOfWork, asked: str | None) -> Incident | None:
    if not asked:
        return None
    incident_id = parse_id(asked)
    if incident_id is None:
        raise nothing_here("没有这起事故", "There is no such incident")
    return incidents.incident(uow.session, uow.actor, incident_id)


def _ranked(
    uow: UnitOfWork, filters: queries.Filters, incident: Incident | None, near: tuple[float, float] | None
) -> list[dict[str, Any]]:
    by_code = {force.code: force for force in queries.forces(uow.session, filters)}
    if incident is not None:
        rows = choosing.for_incident(uow, incident, lambda force: force.code in by_code)
    else:
        lon, lat = near or (0.0, 0.0)
        rows = choosing.near(uow, Need(lon, lat, None, None), lambda force: force.code in by_code)
    return [
        shapes.with_standing(
            shapes.feature(by_code[row.standing.force.code]), row.standing, row.explained, row.authority
        )
        for row in rows
        if row.standing.force.code in by_code
    ]


@api.post("/rescue-bases/<code>/readiness")
@requires(Permission.MOVE_FORCE)
@takes(schemas.ReadinessIn)
@api.doc(summary="Record how fit a force is now", responses=PROBLEMS)
@writes
def report(uow: UnitOfWork, code: str) -> tuple[dict[str, Any], int]:
    """Record a report of the force itself, or of the room that telephoned it."""
    raw = json_body()
    force = readiness.report_readiness(code, choosing.read_report(raw, Reader(raw, uow.now)), uow)
    return shapes.feature(force), 200


@api.post("/rescue-bases/<code>/state")
@requires(Permission.ADMINISTER)
@takes(schemas.StateIn)
@api.doc(summary="Record how far a base is built", responses=PROBLEMS)
@writes
def build_state(uow: UnitOfWork, code: str) -> tuple[dict[str, Any], int]:
    """Record the build state with its document; orders under way are flagged."""
    reader = Reader(json_body(), uow.now)
    state, note = reader.text("state"), reader.text("note")
    _refuse(reader)
    return shapes.feature(readiness.set_build_state(code, state, note, uow)), 200


@api.get("/rescue-bases/held")
@requires(Permission.ADMINISTER)
@api.doc(summary="National bases beyond the plan's number, waiting for a decision", responses=PROBLEMS)
def held() -> ResponseReturnValue:
    """Answer the held bases."""
    with unit_of_work(write=False) as uow:
        return jsonify(items=[shapes.held_shape(row) for row in queries.held(uow.session)], next=None)


@api.post("/rescue-bases/held/<uuid:held_id>/<decision>")
@requires(Permission.ADMINISTER)
@takes(schemas.DecisionIn)
@api.doc(summary="Admit or refuse a held base", responses=PROBLEMS)
@writes
def decide(uow: UnitOfWork, held_id: UUID, decision: str) -> tuple[dict[str, Any], int]:
    """Decide about a held base."""
    word = {"admit": "admitted", "refuse": "refused"}.get(decision)
    if word is None:
        raise nothing_here()
    reader = Reader(json_body(), uow.now)
    note = reader.text("note")
    _refuse(reader)
    return shapes.held_shape(readiness.decide_held(held_id, word, note, uow)), 200


# --- Command ------------------------------------------------------------------------------------------------


@api.post("/incidents/<uuid:incident_id>/command")
@requires(Permission.TAKE_COMMAND)
@takes(schemas.CommandIn)
@answers(schemas.CommandOut)
@api.doc(summary="Take command of an incident, or hand it over", responses=PROBLEMS)
@writes
def take(uow: UnitOfWork, incident_id: UUID) -> tuple[dict[str, Any], int]:
    """Put the caller's office in command; the former commander is told."""
    reader = Reader(json_body(), uow.now)
    note, to = reader.text("note"), reader.text("to")
    _refuse(reader)
    if to:
        command.hand_over(incident_id, to, note, uow)
    else:
        command.take_command(incident_id, note, uow)
    return _command_answer(uow, incident_id), 200


@api.get("/incidents/<uuid:incident_id>/command")
@requires(Permission.SEE_INCIDENTS)
@answers(schemas.CommandOut)
@api.doc(summary="Who commands an incident, and who did", responses=PROBLEMS)
def commander(incident_id: UUID) -> ResponseReturnValue:
    """Answer the holder of the command with its history."""
    with unit_of_work(write=False) as uow:
        return jsonify(_command_answer(uow, incident_id))


def _command_answer(uow: UnitOfWork, incident_id: UUID) -> dict[str, Any]:
    uow.session.flush()
    incident = incidents.incident(uow.session, uow.actor, incident_id)
    history = queries.commands(uow.session, incident_id)
    waiting = [order for order in queries.orders(uow.session, incident_id) if order.needs_confirmation]
    return {
        "incident": str(incident_id),
        **shapes.holder_shape(queries.holder(uow.session, incident)),
        "history": [shapes.command_shape(row) for row in history],
        "orders_to_confirm": [shapes.order_shape(order, uow.now) for order in waiting],
    }


# --- Orders -------------------------------------------------------------------------------------------------


@api.post("/incidents/<uuid:incident_id>/dispatch-orders")
@requires(Permission.ORDER_FORCES)
@takes(schemas.OrderIn)
@answers(schemas.OrderOut, status_code=201)
@api.doc(summary="Order a force out, or request another's", responses=PROBLEMS)
@writes
def order(uow: UnitOfWork, incident_id: UUID) -> tuple[dict[str, Any], int]:
    """Give a numbered order, or a request where the force is another's."""
    raw = json_body()
    reader = Reader(raw, uow.now)
    wish = services.read_wish(raw, reader.text, reader.instant("at"))
    _refuse(reader)
    order_id = services.issue_order(incident_id, wish, uow)
    return _order_answer(uow, order_id), 201


@api.get("/incidents/<uuid:incident_id>/dispatch-orders")
@requires(Permission.SEE_INCIDENTS)
@answers(schemas.OrderList)
@api.doc(summary="The orders and requests of an incident", responses=PROBLEMS)
def order_list(incident_id: UUID) -> ResponseReturnValue:
    """Answer the orders, the first first."""
    with unit_of_work(write=False) as uow:
        incidents.incident(uow.session, uow.actor, incident_id)
        rows = queries.orders(uow.session, incident_id)
        return jsonify(items=[shapes.order_shape(row, uow.now) for row in rows], next=None)


@api.get("/dispatch-orders/<uuid:order_id>")
@requires(Permission.SEE_INCIDENTS)
@answers(schemas.OrderOut)
@api.doc(summary="One order or request", responses=PROBLEMS)
def show(order_id: UUID) -> ResponseReturnValue:
    """Answer the order with its steps, and the next candidate where nobody accepted in time."""
    with unit_of_work(write=False) as uow:
        return jsonify(_order_answer(uow, order_id))


@api.post("/dispatch-orders/<uuid:order_id>/<step>")
@requires(Permission.MOVE_FORCE)
@takes(schemas.StepIn)
@answers(schemas.OrderOut)
@api.doc(summary="Accept, decline, depart, arrive, release, recall or confirm", responses=PROBLEMS)
@writes
def move(uow: UnitOfWork, order_id: UUID, step: str) -> tuple[dict[str, Any], int]:
    """Take the next step of an order, or note that it was taken."""
    try:
        wanted = Step(step)
    except ValueError:
        raise _no_step() from None
    reader = Reader(json_body(), uow.now)
    at, note = reader.instant("at"), reader.text("note")
    _refuse(reader)
    steps.take_step(order_id, wanted, at, note, uow)
    return _order_answer(uow, order_id), 200


def _no_step() -> NotFound:
    return nothing_here("没有这一步", "There is no such step")


def _order_answer(uow: UnitOfWork, order_id: UUID) -> dict[str, Any]:
    uow.session.flush()
    row, incident = queries.order(uow.session, uow.actor, order_id)
    force = queries.force(uow.session, row.force_code)
    body = shapes.order_shape(row, uow.now, queries.steps(uow.session, row.id), force)
    body["next_candidate"] = _next_candidate(uow, row, incident) if body["unanswered"] else None
    return body


def _next_candidate(uow: UnitOfWork, row: DispatchOrder, incident: Incident) -> dict[str, Any] | None:
    found = choosing.next_candidate(uow, incident, row.force_code)
    return shapes.base_row(found.standing, found.explained, found.authority) if found else None


def _refuse(reader: Reader) -> None:
    if reader.errors:
        raise invalid(**reader.errors)
