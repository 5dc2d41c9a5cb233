"""The page on which two records are found to be of one accident, and parted again."""

from http import HTTPStatus
from uuid import UUID

from flask import Blueprint, redirect, request
from flask.typing import ResponseReturnValue

from responder.core.errors import Conflict, InvalidInput, NotPermitted, ResponderError
from responder.core.ids import new_id
from responder.core.permissions import Permission, may, requires
from responder.core.uow import UnitOfWork
from responder.foundation.web.context import current_locale, render, unit_of_work
from responder.incidents import links, page, preview, queries, services
from responder.incidents.models import Incident
from responder.incidents.wording import title

bp = Blueprint("incident_links", __name__, template_folder="templates")


@bp.get("/incidents/<uuid:incident_id>/links")
@requires(Permission.SEE_INCIDENTS)
def show(incident_id: UUID) -> ResponseReturnValue:
    """Show what was decided about this record, what may be the same accident, and the form to decide."""
    with unit_of_work(write=False) as uow:
        incident = queries.incident(uow.session, uow.actor, incident_id)
        return _page(uow, incident, {"other": request.args.get("other", "")[:100]}, None)


def _page(uow: UnitOfWork, incident: Incident, values: dict[str, str], refused: ResponderError | None) -> str:
    prefix, locale = request.script_root, current_locale()
    url = f"{prefix}/incidents/{incident.id}"
    decided = links.of_incident(uow.session, incident.id)
    errors = {name: text.in_(locale) for name, text in refused.errors.items()} if refused else {}
    if refused and not errors:
        errors = {"other": refused.text.in_(locale)}
    decides = may(uow.actor.role, Permission.VERIFY_REPORT) and links.may_decide(uow.actor, incident)
    standing = [link for link in decided if link.parted_at is None]
    model = {
        "standing": [page.same(link, incident) for link in standing],
        "earlier": [page.same(link, incident) for link in decided if link.parted_at is not None],
        "twins": [
            preview.twin(row, incident.occurred_at, prefix)
            for row in page.undecided_twins(incident, decided, uow)
        ],
        "action": f"{url}/links" if decides else None,
        "may_join": decides and not any(link.incident_id == incident.id for link in standing),
    }
    form = {
        "values": values,
        "errors": errors,
        "key": request.form.get("idempotency_key") or str(new_id()),
    }
    head = {"url": url, "number": incident.number, "title": title(incident).in_(locale)}
    return render("incidents/links.html", uow.session, incident=head, links=model, form=form)


@bp.post("/incidents/<uuid:incident_id>/links")
@requires(Permission.VERIFY_REPORT)
def join(incident_id: UUID) -> ResponseReturnValue:
    """Tie the two records in one's own name."""

    def act(uow: UnitOfWork) -> None:
        other_id, leads, reason = links.read_decision(request.form, uow)
        links.join(incident_id, other_id, leads, reason, uow)

    return _decide(incident_id, act)


@bp.post("/incidents/<uuid:incident_id>/links/<uuid:link_id>/parting")
@requires(Permission.VERIFY_REPORT)
def part(incident_id: UUID, link_id: UUID) -> ResponseReturnValue:
    """Part them in one's own name."""

    def act(uow: UnitOfWork) -> None:
        links.part(incident_id, link_id, links.read_reason(request.form, uow), uow)

    return _decide(incident_id, act)


def _decide(incident_id: UUID, act: services.Act) -> ResponseReturnValue:
    key = request.form.get("idempotency_key", "")
    refused: ResponderError
    try:
        with unit_of_work() as uow:
            queries.incident(uow.session, uow.actor, incident_id)
            services.once(key, incident_id, act, uow)
        return redirect(f"{request.script_root}/incidents/{incident_id}/links", HTTPStatus.SEE_OTHER)
    except (InvalidInput, Conflict, NotPermitted) as error:
        refused = error
    with unit_of_work(write=False) as uow:
        incident = queries.incident(uow.session, uow.actor, incident_id)
        return _page(uow, incident, request.form.to_dict(), refused), refused.status
