"""Pages of legs: all of an incident, one with its forms, and the buttons."""

from collections import defaultdict
from datetime import datetime
from http import HTTPStatus
from typing import Any
from uuid import UUID

from flask import Blueprint, redirect, request
from flask.typing import ResponseReturnValue

from responder.core.errors import Conflict, InvalidInput, ResponderError, Text
from responder.core.permissions import Permission, may, requires
from responder.core.uow import UnitOfWork
from responder.foundation.web.context import current_locale, render, unit_of_work
from responder.foundation.web.lexicon import METHODS
from responder.foundation.web.words import clock, word
from responder.incidents import explain
from responder.incidents import queries as incidents
from responder.incidents.intake_form import with_day
from responder.incidents.models import Incident
from responder.incidents.rules import Reader
from responder.incidents.wording import where
from responder.reporting import contradictions, queries, services, work
from responder.reporting.models import ReportLeg
from responder.reporting.panel import WAYS
from responder.reporting.script import spoken

bp = Blueprint("reporting", __name__, template_folder="templates")


@bp.get("/incidents/<uuid:incident_id>/legs")
@requires(Permission.SEE_INCIDENTS)
def chain(incident_id: UUID) -> ResponseReturnValue:
    """Show every leg of an incident, climb by climb."""
    with unit_of_work(write=False) as uow:
        incident = incidents.incident(uow.session, uow.actor, incident_id)
        rows = queries.legs(uow.session, incident_id)
        climbs: dict[int, list[ReportLeg]] = defaultdict(list)
        for leg in rows:
            climbs[leg.climb].append(leg)
        model = {
            "words": work.said(_count_words(rows)),
            "climbs": [
                {"title": work.said(_climb_title(climb, legs)), "rows": [_row(leg, uow) for leg in legs]}
                for climb, legs in sorted(climbs.items())
            ],
        }
        return render("reporting/legs.html", uow.session, incident=_incident(incident), legs=model)


def _count_words(rows: Any) -> Text:
    done = sum(leg.state == "acknowledged" for leg in rows)
    waiting = sum(leg.state in queries.WAITING for leg in rows)
    planned = sum(leg.state == "planned" for leg in rows)
    return Text(
        f"{len(rows)} 个环节：已签收 {done}，未完 {waiting}，待开 {planned}",
        f"{len(rows)} legs: {done} acknowledged, {waiting} under way, {planned} planned",
    )


def _climb_title(climb: int, legs: list[ReportLeg]) -> Text:
    start = clock(min(leg.starts_at for leg in legs))
    return Text(f"第 {climb + 1} 轮，{start} 起", f"Climb {climb + 1}, from {start}")


def _row(leg: ReportLeg, uow: UnitOfWork) -> dict[str, Any]:
    return {
        "id": str(leg.id),
        "url": f"{request.script_root}/legs/{leg.id}",
        "from": work.sender_of(leg),
        "to": work.receiver_of(leg),
        "kind": work.said(WAYS[leg.kind]),
        "way": word(METHODS, leg.method) if leg.method else "",
        "starts_at": leg.starts_at,
        "due_at": leg.starts_at if work.is_at_once(leg) else leg.due_at,
        "at_once": work.is_at_once(leg),
        "rule": work.why(leg, request.script_root),
        "binding": leg.binding,
        "state": leg.state,
        "acknowledged_at": leg.acknowledged_at,
        "answered_by": leg.answered_by,
        "noted_at": _noted_later(leg),
        "late_seconds": work.lateness(leg, uow.now) if leg.state not in {"planned", "withdrawn"} else 0,
        "note": leg.return_reason,
    }


def _noted_later(leg: ReportLeg) -> datetime | None:
    """Return when a receipt was entered that had been given before, by telephone or on paper; None otherwise."""
    if leg.noted_at is None or leg.acknowledged_at is None or leg.noted_at <= leg.acknowledged_at:
        return None
    return leg.noted_at


def _incident(incident: Incident) -> dict[str, Any]:
    return {
        **work.incident_brief(incident, request.script_root),
        "number": incident.number,
        "place": work.said(where(incident)),
        "toll": explain.toll(incident.facts),
        "occurred_at": incident.occurred_at,
    }


@bp.get("/legs/<uuid:leg_id>")
@requires(Permission.SEE_INCIDENTS)
def show(leg_id: UUID) -> ResponseReturnValue:
    """Show one leg with the forms its reader may use."""
    with unit_of_work(write=False) as uow:
        return _leg_page(uow, leg_id, {}, {})


def _leg_page(uow: UnitOfWork, leg_id: UUID, values: dict[str, str], errors: dict[str, str]) -> str:
    leg, incident = queries.leg(uow.session, uow.actor, leg_id)
    prefix, role = request.script_root, uow.actor.role
    to_us = leg.receiver_code == uow.actor.agency_code
    from_us = leg.sender_code == uow.actor.agency_code or (leg.sender == "unit" and not leg.sender_code)
    waiting = leg.state in queries.WAITING
    may_note = may(role, Permission.ACKNOWLEDGE_REPORT) and waiting
    url = f"{prefix}/legs/{leg.id}"
    same = [
        other
        for other in queries.legs(uow.session, incident.id)
        if (other.climb, other.sender, other.receiver) == (leg.climb, leg.sender, leg.receiver)
    ]
    model = {
        **_row(leg, uow),
        "to_phone": None,
        "is_to_us": to_us,
        "is_from_us": from_us,
        "text": spoken(incident, leg).in_(current_locale()),
        "incident": _incident(incident),
        "doubts": [work.said(one.words) for one in contradictions.of_incident(incident, uow)],
        "doubts_url": f"{prefix}/incidents/{incident.id}/quality#contradictions",
        "why_url": f"{prefix}/incidents/{incident.id}/explanation#leg-{leg.id}",
        "acknowledge_url": f"{url}/acknowledgement"
        if may_note and ((to_us and leg.state == "sent") or from_us)
        else None,
        "send_url": f"{url}/send"
        if from_us
        and leg.state in {"open", "returned"}
        and leg.receiver_rings
        and may(role, Permission.SEND_REPORT)
        else None,
        "return_url": f"{url}/return" if to_us and leg.state == "sent" and may_note else None,
        "limits": [
            {
                "way": work.said(WAYS[other.kind]),
                "due_at": other.due_at,
                "counted": clock(other.starts_at),
                "rule": work.why(other, prefix),
                "note": None,
                "binding": other.binding,
            }
            for other in same
        ],
        "opens": None,
    }
    usual = "web" if to_us else "phone"
    form = {
        "values": {"method": usual, **values},
        "errors": errors,
        "methods": [{"value": key, "label": text.in_(current_locale())} for key, text in METHODS.items()],
    }
    return render("reporting/leg.html", uow.session, leg=model, form=form)


@bp.post("/legs/<uuid:leg_id>/acknowledgement")
@requires(Permission.ACKNOWLEDGE_REPORT)
def acknowledge(leg_id: UUID) -> ResponseReturnValue:
    """Acknowledge the report, or note the telephone call that passed it on."""

    def act(uow: UnitOfWork, reader: Reader) -> UUID:
        leg, _opened = services.acknowledge_leg(
            leg_id,
            reader.text("method") or "web",
            reader.instant("at"),
            reader.text("answered_by"),
            uow,
        )
        return leg.incident_id

    return _act(leg_id, act)


@bp.post("/legs/<uuid:leg_id>/send")
@requires(Permission.SEND_REPORT)
def send(leg_id: UUID) -> ResponseReturnValue:
    """Send the report on."""

    def act(uow: UnitOfWork, reader: Reader) -> UUID:
        return services.send_leg(
            leg_id, reader.text("method") or "web", reader.instant("at"), uow
        ).incident_id

    return _act(leg_id, act)


@bp.post("/legs/<uuid:leg_id>/return")
@requires(Permission.ACKNOWLEDGE_REPORT)
def send_back(leg_id: UUID) -> ResponseReturnValue:
    """Return the report for correction."""

    def act(uow: UnitOfWork, reader: Reader) -> UUID:
        return services.return_leg(leg_id, reader.text("reason"), uow).incident_id

    return _act(leg_id, act)


def _act(leg_id: UUID, act: Any) -> ResponseReturnValue:
    """Do it and go back to where the button was; a refusal is shown on the leg's page with what was typed."""
    refused: ResponderError
    try:
        with unit_of_work() as uow:
            values = request.form.to_dict()
            if values.get("at"):
                values["at"] = with_day(values["at"], uow.now)
            reader = Reader(values, uow.now)
            incident_id = act(uow, reader)
            if reader.errors:
                raise InvalidInput(next(iter(reader.errors.values())), errors=reader.errors)
        back = request.form.get("back", "")
        target = "/board" if back == "board" else f"/incidents/{incident_id}"
        return redirect(f"{request.script_root}{target}", HTTPStatus.SEE_OTHER)
    except (InvalidInput, Conflict) as error:
        refused = error
    with unit_of_work(write=False) as uow:
        locale = current_locale()
        errors = {name: text.in_(locale) for name, text in refused.errors.items()}
        errors = errors or {"method": refused.text.in_(locale)}
        return _leg_page(uow, leg_id, request.form.to_dict(), errors), refused.status


@bp.post("/notices/<uuid:notice_id>/seen")
@requires(Permission.ACKNOWLEDGE_REPORT)
def seen(notice_id: UUID) -> ResponseReturnValue:
    """Record that this office has read a later version, and show it."""
    with unit_of_work() as uow:
        incident_id = services.see_notice(notice_id, uow)
    return redirect(f"{request.script_root}/incidents/{incident_id}?changes=1", HTTPStatus.SEE_OTHER)
