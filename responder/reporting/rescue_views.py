"""The page on which the end of a rescue is declared, and on which it is taken up again."""

from http import HTTPStatus
from typing import Any
from uuid import UUID

from flask import Blueprint, redirect, request
from flask.typing import ResponseReturnValue

from responder.core.errors import Conflict, InvalidInput, ResponderError
from responder.core.ids import new_id
from responder.core.permissions import Permission, may, requires
from responder.core.uow import UnitOfWork
from responder.foundation.web.context import current_locale, render, unit_of_work
from responder.incidents import queries as incidents
from responder.incidents import services as incident_services
from responder.incidents.intake_form import with_day
from responder.incidents.models import Incident
from responder.reporting import rescue, windows, work
from responder.reporting.duty_models import RescueEnd

bp = Blueprint("rescue", __name__, template_folder="templates")


@bp.get("/incidents/<uuid:incident_id>/rescue")
@requires(Permission.SEE_INCIDENTS)
def show(incident_id: UUID) -> ResponseReturnValue:
    """Show whether the rescue goes on, what its end would mean, and the form for those who may declare it."""
    with unit_of_work(write=False) as uow:
        incident = incidents.incident(uow.session, uow.actor, incident_id)
        return _page(uow, incident, {}, None)


def _page(uow: UnitOfWork, incident: Incident, values: dict[str, str], refused: ResponderError | None) -> str:
    url = f"{request.script_root}/incidents/{incident.id}"
    rows = rescue.of_incident(incident, uow)
    over = rescue.standing(incident, uow)
    leads = may(uow.actor.role, Permission.TAKE_COMMAND) and incident.state == "open"
    errors = {name: text.in_(current_locale()) for name, text in refused.errors.items()} if refused else {}
    if refused and not errors:
        errors = {"reason": refused.text.in_(current_locale())}
    model = {
        "over": _declaration(over) if over else None,
        "closed": incident.state != "open",
        "earlier": [_declaration(row) for row in rows if row is not over],
        "missing": incident.facts.get("missing"),
        "trapped": incident.facts.get("trapped"),
        "window_closes_at": windows.casualties_close_at(incident, uow),
        "missing_count_at": windows.missing_count_at(incident, uow),
        "action": f"{url}/rescue/{'resumption' if over else 'end'}" if leads else None,
        "why_url": f"{url}/explanation#follow-ups",
    }
    form = {
        "values": values,
        "errors": errors,
        "key": request.form.get("idempotency_key") or str(new_id()),
    }
    head = {**work.incident_brief(incident, request.script_root), "number": incident.number}
    return render("reporting/rescue.html", uow.session, incident=head, rescue=model, form=form)


def _declaration(row: RescueEnd) -> dict[str, Any]:
    return {
        "ended_at": row.ended_at,
        "reason": row.reason,
        "by": f"{row.agency_name} {row.signed_by}",
        "signed_at": row.signed_at,
        "version": row.version,
        "resumed_at": row.resumed_at,
        "resumed_reason": row.resumed_reason,
        "resumed_by": f"{row.resumed_agency or ''} {row.resumed_by or ''}".strip(),
    }


@bp.post("/incidents/<uuid:incident_id>/rescue/end")
@requires(Permission.TAKE_COMMAND)
def end(incident_id: UUID) -> ResponseReturnValue:
    """Declare the rescue over in one's own name."""
    return _declare(incident_id, rescue.end_rescue)


@bp.post("/incidents/<uuid:incident_id>/rescue/resumption")
@requires(Permission.TAKE_COMMAND)
def resume(incident_id: UUID) -> ResponseReturnValue:
    """Declare the rescue taken up again in one's own name."""
    return _declare(incident_id, rescue.resume_rescue)


def _declare(incident_id: UUID, act: Any) -> ResponseReturnValue:
    values = request.form.to_dict()
    key = values.get("idempotency_key", "")
    refused: ResponderError

    def declare(uow: UnitOfWork) -> None:
        typed = values.get("at", "").strip()
        at, reason = rescue.read_declaration(
            {**values, "at": with_day(typed, uow.now) if typed else ""}, uow.now
        )
        act(incident_id, at, reason, uow)

    try:
        with unit_of_work() as uow:
            incidents.incident(uow.session, uow.actor, incident_id)
            incident_services.once(key, incident_id, declare, uow)
        return redirect(f"{request.script_root}/incidents/{incident_id}/rescue", HTTPStatus.SEE_OTHER)
    except (InvalidInput, Conflict) as error:
        refused = error
    with unit_of_work(write=False) as uow:
        incident = incidents.incident(uow.session, uow.actor, incident_id)
        return _page(uow, incident, values, refused), refused.status
