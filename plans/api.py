"""Plans, activations and instructions over HTTP."""

from typing import Any
from uuid import UUID

from apiflask import APIBlueprint
from flask import jsonify, request
from flask.typing import ResponseReturnValue

from plans import queries, schemas, services, words  # noqa: F401 - the timeline's sentences
from plans.lexicon import KINDS, STATES
from plans.orders import read_ordered
from plans.reading import read_plan
from plans.shapes import activation_shape, instruction_shape, plan_row, plan_whole, proposal_shape
from responder.core.clock import wall
from responder.core.errors import Text, invalid, nothing_here
from responder.core.ids import parse_id
from responder.core.permissions import Permission, requires
from responder.core.uow import UnitOfWork
from responder.foundation.web.api import decode_cursor, encode_cursor, json_body, page_limit, writes
from responder.foundation.web.context import unit_of_work
from responder.foundation.web.openapi import PROBLEMS, answers, takes
from responder.incidents import queries as incidents
from responder.incidents.rules import Reader

api = APIBlueprint("plans_api", __name__, url_prefix="/api/v1", tag="Plans")
BAD_KIND = Text("kind 只能是 general、special 或 on_site。", "kind is one of general, special, on_site.")
BAD_STATE = Text(
    "state 只能是 draft、valid、superseded 或 expired。",
    "state is one of draft, valid, superseded, expired.",
)
BAD_FOR = Text("for 要填事故的 id。", "for takes the id of an incident.")


@api.get("/plans")
@requires(Permission.SEE_PLANS)
@takes(schemas.PlanQuery, "query")
@answers(schemas.PlanList)
@api.doc(
    summary="The plan library; with `for` the plans that fit an incident, best first", responses=PROBLEMS
)
def index() -> ResponseReturnValue:
    """Answer one page of plans, or all that fit an incident with why."""
    args = request.args
    with unit_of_work(write=False) as uow:
        today = wall(uow.now).date()
        if args.get("for"):
            items = [proposal_shape(found, today) for found in _fitting(uow, args["for"])]
            return jsonify(items=items, next=None)
        filters = _filters(uow)
        limit = page_limit(args.get("limit"))
        rows = queries.library(
            uow.session, uow.actor, filters, limit=limit + 1, after=decode_cursor(args.get("cursor"))
        )
        last = rows[limit - 1].version if len(rows) > limit else None
        return jsonify(
            items=[plan_row(row.plan, row.version, today) for row in rows[:limit]],
            next=encode_cursor(last.created_at, last.id) if last else None,
        )


def _fitting(uow: UnitOfWork, text: str) -> list[queries.Proposed]:
    incident_id = parse_id(text)
    if incident_id is None:
        raise invalid(**{"for": BAD_FOR})
    incident = incidents.incident(uow.session, uow.actor, incident_id)
    return queries.proposals(uow.session, uow.actor, incident, uow.now)


def _filters(uow: UnitOfWork) -> queries.Filters:
    reader = Reader(request.args, uow.now)
    filters = queries.Filters(**{name: reader.text(name) for name in ("q", "kind", "owner", "state")})
    if filters.kind and filters.kind not in KINDS:
        reader.refuse("kind", BAD_KIND)
    if filters.state and filters.state not in STATES:
        reader.refuse("state", BAD_STATE)
    if reader.errors:
        raise invalid(**reader.errors)
    return filters


@api.get("/plans/<uuid:plan_id>")
@requires(Permission.SEE_PLANS)
@answers(schemas.PlanRow)
@api.doc(summary="One plan, the valid version unless `version` names another", responses=PROBLEMS)
def show(plan_id: UUID) -> ResponseReturnValue:
    """Answer the plan with triggers, steps and assembly points."""
    wanted = request.args.get("version")
    if wanted and not (wanted.isdecimal() and len(wanted) < 7):
        raise nothing_here("没有这一版", "There is no such version")
    with unit_of_work(write=False) as uow:
        held = queries.plan(uow.session, uow.actor, plan_id, int(wanted) if wanted else None)
        versions = queries.versions(uow.session, held.plan.id)
        return jsonify(plan_whole(held.plan, held.version, versions, wall(uow.now).date()))


@api.post("/plans")
@requires(Permission.EDIT_PLANS)
@takes(schemas.PlanIn)
@answers(schemas.PlanRow, status_code=201)
@api.doc(summary="Save a new plan as a draft", responses=PROBLEMS)
@writes
def create(uow: UnitOfWork) -> tuple[dict[str, Any], int]:
    """Save the first version of a plan; a draft is never proposed."""
    raw = json_body()
    owner = services.owner_of(uow, str(raw.get("owner") or uow.actor.agency_code))
    version = services.save_draft(read_plan(raw), owner, uow)
    return _answer(uow, version.plan_id, version.number), 201


@api.post("/plans/<uuid:plan_id>/versions")
@requires(Permission.EDIT_PLANS)
@takes(schemas.PlanIn)
@answers(schemas.PlanRow, status_code=201)
@api.doc(summary="Save the next version of a plan as a draft", responses=PROBLEMS)
@writes
def revise(uow: UnitOfWork, plan_id: UUID) -> tuple[dict[str, Any], int]:
    """Save the next version; the valid one stays in force until the draft is approved."""
    held = queries.plan(uow.session, uow.actor, plan_id)
    owner = services.owner_of(uow, held.plan.owner_code)
    version = services.save_draft(read_plan(json_body()), owner, uow, plan_id=held.plan.id)
    return _answer(uow, held.plan.id, version.number), 201


@api.post("/plans/<uuid:plan_id>/versions/<int:number>/approval")
@requires(Permission.EDIT_PLANS)
@answers(schemas.PlanRow)
@api.doc(summary="Approve a draft: it becomes the one valid version", responses=PROBLEMS)
@writes
def approve(uow: UnitOfWork, plan_id: UUID, number: int) -> tuple[dict[str, Any], int]:
    """Approve the draft; refused with the step or trigger that lacks something."""
    held = queries.plan(uow.session, uow.actor, plan_id, number)
    services.approve(held.version, held.plan, uow, by=uow.actor.name)
    return _answer(uow, held.plan.id, number), 200


def _answer(uow: UnitOfWork, plan_id: UUID, number: int) -> dict[str, Any]:
    held = queries.plan(uow.session, uow.actor, plan_id, number)
    versions = queries.versions(uow.session, plan_id)
    return plan_whole(held.plan, held.version, versions, wall(uow.now).date())


@api.post("/incidents/<uuid:incident_id>/activations")
@requires(Permission.ACTIVATE_PLAN)
@takes(schemas.ActivationIn)
@answers(schemas.ActivationOut, status_code=201)
@api.doc(summary="Activate a plan: its steps become tasks", responses=PROBLEMS)
@writes
def activate(uow: UnitOfWork, incident_id: UUID) -> tuple[dict[str, Any], int]:
    """Put the plan into force; twice is refused with who did it when."""
    raw = json_body()
    plan_id = parse_id(str(raw.get("plan") or ""))
    if plan_id is None:
        raise invalid(plan=services.NO_PLAN)
    row, issued = services.activate(incident_id, plan_id, str(raw.get("level") or ""), uow)
    held = queries.plan(uow.session, uow.actor, plan_id)
    return activation_shape(row, held.plan, issued, uow), 201


@api.post("/incidents/<uuid:incident_id>/instructions")
@requires(Permission.INSTRUCT)
@takes(schemas.InstructionIn)
@answers(schemas.InstructionOut, status_code=201)
@api.doc(summary="Record a leader's instruction word for word; it becomes tasks", responses=PROBLEMS)
@writes
def instruct(uow: UnitOfWork, incident_id: UUID) -> tuple[dict[str, Any], int]:
    """Keep the words and issue the tasks."""
    raw = json_body()
    reader = Reader(raw, uow.now)
    text, leader, at = reader.text("text", 20_000), reader.text("leader"), reader.instant("at")
    if reader.errors:
        raise invalid(**reader.errors)
    ordered = read_ordered(raw.get("tasks"), uow.now)
    row, issued = services.instruct(incident_id, text, leader, ordered, uow, given_at=at)
    return instruction_shape(row, issued, uow.now), 201
