"""Incidents over HTTP."""

from typing import Any
from uuid import UUID

from apiflask import APIBlueprint
from flask import jsonify, request
from flask.typing import ResponseReturnValue

from responder.core.errors import Text, invalid, nothing_here
from responder.core.lanes import REAL_LANE
from responder.core.permissions import Permission, requires
from responder.core.uow import UnitOfWork
from responder.foundation.audit import queries as audit
from responder.foundation.audit import words as audit_words
from responder.foundation.directory import cache
from responder.foundation.directory import queries as directory
from responder.foundation.web.api import (
    Answer,
    decode_cursor,
    encode_cursor,
    iso,
    json_body,
    page_limit,
    writes,
)
from responder.foundation.web.context import current_locale, unit_of_work
from responder.foundation.web.openapi import PROBLEMS, answers, takes
from responder.incidents import changes, queries, schemas, services, shapes
from responder.incidents.places import DirectoryPlaces
from responder.incidents.queries import Likeness
from responder.incidents.rules import Reader, jurisdiction_of, read_intake

api = APIBlueprint("incidents_api", __name__, url_prefix="/api/v1", tag="Incidents")
NO_VERSION = Text("没有这一版。", "There is no such version.")
NO_LANE = Text("lane 是 real 或演练的编号。", "lane is `real` or the id of an exercise.")
LIST_STATES = Text("state 只能是 open、closed 或 voided。", "state is one of open, closed, voided.")


@api.post("/incidents")
@requires(Permission.REPORT_INCIDENT)
@takes(schemas.IncidentIn)
@answers(schemas.IncidentOut, status_code=201)
@api.doc(summary="Log an incident", responses=PROBLEMS)
@writes
def create(uow: UnitOfWork) -> Answer:
    """Save a first report; answers with grade, legs, missing elements and probable duplicates."""
    raw = json_body()
    with unit_of_work(write=False) as looking:  # nobody has to wait for what is only looked up
        intake = read_intake(raw, uow.now, DirectoryPlaces(looking.session, uow.actor.area.code, uow.now))
        directory.read_offices_ahead(looking.session, intake.place)
        cache.go_on_from(uow.session, looking.session)
        likeness = Likeness(jurisdiction_of(intake.place), intake.unit, intake.sector, intake.occurred_at)
        duplicates = queries.duplicate_rows(looking.session, uow.actor, likeness)
        probable = [
            {"id": str(row.id), "number": row.number, "reporting_grade": row.reporting_grade}
            for row in duplicates
        ]
    incident_id = services.log_incident(intake, uow)

    def shape() -> dict[str, Any]:
        return shapes.incident_new(queries.unscoped(uow.session, incident_id), uow) | {"duplicates": probable}

    return shape, 201


@api.get("/incidents")
@requires(Permission.SEE_INCIDENTS)
@takes(schemas.IncidentQuery, "query")
@answers(schemas.IncidentList)
@api.doc(summary="List incidents, the newest first", responses=PROBLEMS)
def index() -> ResponseReturnValue:
    """Answer one page of the incidents the caller may see."""
    with unit_of_work(write=False) as uow:
        reader = Reader(request.args, uow.clock.now().replace(year=9000))
        filters = queries.Filters(
            q=reader.text("q"),
            state=reader.text("state"),
            grade=reader.text("grade"),
            sector=reader.text("sector"),
            jurisdiction=reader.text("jurisdiction"),
            since=reader.instant("since"),
            until=reader.instant("until"),
        )
        if reader.errors:
            raise invalid(**reader.errors)
        if filters.state not in {"", "open", "closed", "voided"}:
            raise invalid(state=LIST_STATES)
        if _names_another_lane(request.args.get("lane", ""), uow):
            return jsonify(items=[], next=None)
        limit = page_limit(request.args.get("limit"))
        rows = queries.page(
            uow.session, uow.actor, filters, limit=limit + 1, after=decode_cursor(request.args.get("cursor"))
        )
        more = rows[limit - 1] if len(rows) > limit else None
        return jsonify(
            items=[shapes.incident_row(row) for row in rows[:limit]],
            next=encode_cursor(more.received_at, more.id) if more else None,
        )


def _names_another_lane(name: str, uow: UnitOfWork) -> bool:
    """Return whether *name* is a lane this request does not stand in; raise InvalidInput when it is none at all."""
    if name in {"", "real"}:
        return name == "real" and uow.own_lane != REAL_LANE
    try:
        return UUID(name) != uow.own_lane
    except ValueError:
        raise invalid(lane=NO_LANE) from None


@api.get("/incidents/<uuid:incident_id>")
@requires(Permission.SEE_INCIDENTS)
@answers(schemas.IncidentOut)
@api.doc(summary="One incident, latest version unless `version` names another", responses=PROBLEMS)
def show(incident_id: UUID) -> ResponseReturnValue:
    """Answer the incident with its reports, legs and what other features add."""
    with unit_of_work(write=False) as uow:
        incident = queries.incident(uow.session, uow.actor, incident_id)
        wanted = request.args.get("version")
        version = int(wanted) if wanted and wanted.isdecimal() and len(wanted) < 7 else None
        if wanted and (version is None or not 1 <= version <= incident.version):
            raise nothing_here(NO_VERSION.zh, NO_VERSION.en)
        return jsonify(shapes.incident_whole(incident, uow, version))


@api.post("/incidents/<uuid:incident_id>/reports")
@requires(Permission.ADD_REPORT)
@takes(schemas.ReportIn)
@answers(schemas.ReportAnswer, status_code=201)
@api.doc(summary="Report on: follow-up, supplement, correction or final report", responses=PROBLEMS)
@writes
def report(uow: UnitOfWork, incident_id: UUID) -> tuple[dict[str, Any], int]:
    """Save a later report as a new version."""
    raw = json_body()
    seen = raw.get("version")
    before = {str(leg) for leg in _leg_ids(incident_id, uow)}
    version = services.add_report(
        incident_id,
        changes.read_change(raw, uow.now),
        uow,
        seen_version=seen if isinstance(seen, int) else None,
    )
    uow.react()
    body = shapes.incident_whole(queries.unscoped(uow.session, incident_id), uow)
    latest = body["reports"][-1]
    return {
        **latest,
        "version": version,
        "id": body["id"],
        "number": body["number"],
        "final_grade": body["final_grade"],
        "changed": latest["changes"],
        "legs_opened": [leg for leg in body["legs"] if leg["id"] not in before],
        "legs": body["legs"],
    }, 201


def _leg_ids(incident_id: UUID, uow: UnitOfWork) -> list[str]:
    incident = queries.incident(uow.session, uow.actor, incident_id)
    return [leg["id"] for leg in shapes.incident_whole(incident, uow)["legs"]]


@api.get("/incidents/<uuid:incident_id>/timeline")
@requires(Permission.SEE_INCIDENTS)
@answers(schemas.Timeline)
@api.doc(summary="Every entry of the incident, each with its hash in the audit chain", responses=PROBLEMS)
def timeline(incident_id: UUID) -> ResponseReturnValue:
    """Answer who did what when."""
    with unit_of_work(write=False) as uow:
        queries.incident(uow.session, uow.actor, incident_id)
        entries = audit.timeline(uow.session, incident_id)
        items = [
            {
                "at": iso(entry.at),
                "who": entry.actor_name,
                "agency": entry.agency_code,
                "kind": entry.kind,
                "what": audit_words.sentence(entry, current_locale()),
                "payload": entry.payload,
                "seq": entry.seq,
                "hash": entry.hash,
            }
            for entry in entries
        ]
        return jsonify(items=items, next=None)
