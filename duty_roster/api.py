"""The roster over HTTP: who is on call, the calendar feed, signing in to a shift."""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from apiflask import APIBlueprint
from flask import Response, jsonify, request
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from duty_roster import queries, services
from duty_roster.queries import OnCallPerson
from duty_roster.schemas import CalendarQuery, OnCallOut, OnCallQuery, SignInOut
from responder.core.actor import Actor
from responder.core.clock import from_wall
from responder.core.errors import Text, invalid, nothing_here
from responder.core.ids import PersonId, ShiftId
from responder.core.permissions import Permission, may, public, requires
from responder.core.uow import UnitOfWork
from responder.foundation.access.queries import actor_for_token
from responder.foundation.access.scope import may_act_for
from responder.foundation.web.api import Answer, iso, writes
from responder.foundation.web.context import unit_of_work
from responder.foundation.web.openapi import PROBLEMS, answers, takes

api = APIBlueprint("duty_roster_api", __name__, url_prefix="/api/v1", tag="duty roster")

EARLIEST, LATEST = datetime(1970, 1, 3, tzinfo=UTC), datetime(2200, 1, 1, tzinfo=UTC)
BAD_TIME = Text(
    "时间读不懂，请写成 2026-11-21T14:00:00+08:00。", "Cannot read the time: write 2026-11-21T14:00:00+08:00."
)


@api.get("/agencies/<code>/on-call")
@requires(Permission.SEE_DUTY)
@takes(OnCallQuery, "query")
@answers(OnCallOut)
@api.doc(summary="Who is on call, now or at another moment", responses=PROBLEMS)
def on_call(code: str) -> ResponseReturnValue:
    """Who is on call for an agency, now or at another moment."""
    with unit_of_work(write=False) as uow:
        asked = request.args.get("at", "").strip()
        at = _instant(asked) if asked else uow.now
        _refuse_foreign(uow.session, uow.actor, code)
        return jsonify(_on_call_json(queries.on_call(uow.session, code, at)))


@api.get("/agencies/<code>/calendar.ics")
@public
@takes(CalendarQuery, "query")
@api.doc(summary="Published shifts as iCalendar", responses=PROBLEMS)
def calendar(code: str) -> ResponseReturnValue:
    """The published shifts of an agency for a calendar program; a feed or bearer token opens it."""
    with unit_of_work(write=False) as uow:
        if not _opens(uow, code, request.args.get("token", "")):
            raise nothing_here("没有这个日历", "No such calendar")
        text = services.calendar(uow, code)
    return Response(text, mimetype="text/calendar", headers={"Cache-Control": "private, max-age=300"})


@api.post("/shifts/<uuid:shift_id>/sign-in")
@requires(Permission.SIGN_IN)
@answers(SignInOut)
@api.doc(summary="Sign in to a shift", responses=PROBLEMS)
@writes
def sign_in(uow: UnitOfWork, shift_id: UUID) -> Answer:
    """Take the post of a shift."""
    _refuse_others_shift(uow, shift_id)
    done = services.sign_in(uow, ShiftId(shift_id), _own_person(uow.actor), method="api")
    return {
        "shift": str(done.shift_id),
        "person_id": str(done.person_id),
        "at": iso(done.at),
        "late_seconds": int(done.late.total_seconds()),
    }, 200


def _refuse_others_shift(uow: UnitOfWork, shift_id: UUID) -> None:
    row = queries.shift_row(uow.session, shift_id)
    if row is None or not may_act_for(uow.actor, row.agency_code):
        raise nothing_here("没有这个班次", "No such shift")


def _own_person(actor: Actor) -> PersonId:
    if actor.person_id is None:
        raise nothing_here("这个账号没有对应的人员", "This account belongs to no person")
    return PersonId(actor.person_id)


def _refuse_foreign(session: Session, actor: Actor, code: str) -> None:
    if not queries.may_see(session, actor, code):
        raise nothing_here("没有这个机构", "No such office")


def _instant(text: str) -> datetime:
    """Return the instant in *text*; a plus sign that a careless client left unescaped arrives as a space."""
    try:
        at = from_wall(datetime.fromisoformat(text.strip().replace(" ", "+") if "T" in text else text))
    except (ValueError, OverflowError):
        raise invalid(at=BAD_TIME) from None
    if not EARLIEST <= at < LATEST:
        raise invalid(at=BAD_TIME)
    return at


def _opens(uow: UnitOfWork, code: str, token: str) -> bool:
    proven = actor_for_token(uow.session, token, uow.now, ("feed", "api")) if token else None
    actor = proven.actor if proven is not None else uow.actor
    return may(actor.role, Permission.SEE_DUTY) and queries.may_see(uow.session, actor, code)


def _person_json(person: OnCallPerson) -> dict[str, Any]:
    return {
        "person_id": str(person.person_id),
        "name": person.name,
        "post": person.post,
        "seat": person.seat,
        "signed_in_at": iso(person.signed_in_at),
        "stands_in_for": person.stands_in_for,
    }


def _on_call_json(found: queries.OnCall) -> dict[str, Any]:
    shift = None
    if found.shift_id is not None:
        shift = {
            "id": str(found.shift_id),
            "kind": found.kind,
            "starts_at": iso(found.starts_at),
            "ends_at": iso(found.ends_at),
        }
    return {
        "agency": found.agency_code,
        "at": iso(found.at),
        "shift": shift,
        "officers": [_person_json(p) for p in found.officers],
        "second": _person_json(found.second) if found.second else None,
        "leader": _person_json(found.leader) if found.leader else None,
        "backups": [_person_json(p) for p in found.backups],
        "signed_in": [_person_json(p) for p in found.signed_in],
        "still_on_post": [_person_json(p) for p in found.still_on_post],
        "roster_version": found.roster_version,
    }
