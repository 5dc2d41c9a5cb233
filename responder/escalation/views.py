"""The page of calls to be made by hand."""

from http import HTTPStatus
from uuid import UUID

from flask import Blueprint, redirect, request, url_for
from flask.typing import ResponseReturnValue

from responder.core.errors import ResponderError, Text
from responder.core.ids import DeliveryId, PersonId
from responder.core.permissions import Permission, requires
from responder.core.uow import UnitOfWork
from responder.escalation import queries, services
from responder.foundation.directory import services as directory
from responder.foundation.directory.vault import SealBroken
from responder.foundation.web.context import (
    current_actor,
    current_locale,
    installation,
    render,
    unit_of_work,
)

bp = Blueprint("calls", __name__, template_folder="templates", url_prefix="/calls")


@bp.get("")
@requires(Permission.ANSWER_CALL)
def calls() -> ResponseReturnValue:
    """Show whom this room must telephone, with the full numbers: that they were seen is recorded."""
    return _page({}, None)


@bp.post("/<uuid:delivery_id>")
@requires(Permission.ANSWER_CALL)
def note(delivery_id: UUID) -> ResponseReturnValue:
    """Record a call made by hand; what cannot be is said beside its line, and what was typed stays."""
    typed = request.form.get("answered_by", "")
    try:
        with unit_of_work() as uow:
            services.note_call(
                uow,
                DeliveryId(delivery_id),
                method="phone",
                at=uow.now,
                answered_by=typed,
                reached=request.form.get("reached", "yes") == "yes",
            )
    except ResponderError as refused:
        if refused.status == HTTPStatus.NOT_FOUND:
            raise
        return _page({delivery_id: typed}, (delivery_id, refused.text)), refused.status
    return redirect(url_for(".calls"), HTTPStatus.SEE_OTHER)


def _page(typed: dict[UUID, str], refusal: tuple[UUID, Text] | None) -> str:
    with unit_of_work() as uow:
        found = queries.calls_to_make(uow.session, current_actor().agency_code)
        people = {call.person_id for call in found if call.person_id is not None}
        numbers = {person_id: _numbers(uow, person_id) for person_id in people}
        rooms = {
            call.agency_code: queries.duty_numbers(uow.session, installation().vault, call.agency_code)
            for call in found
        }
        locale = current_locale()
        lines = [
            {
                "call": call,
                "agency": call.agency.in_(locale),
                "subject": call.subject.in_(locale),
                "why": call.why.in_(locale),
                "numbers": numbers.get(call.person_id, []) if call.person_id else rooms[call.agency_code],
                "duty_numbers": rooms[call.agency_code] if call.person_id else [],
                "typed": typed.get(call.delivery_id, ""),
                "error": refusal[1].in_(locale) if refusal and refusal[0] == call.delivery_id else None,
            }
            for call in found
        ]
        return render("escalation/calls.html", uow.session, lines=lines)


def _numbers(uow: UnitOfWork, person_id: PersonId) -> list[str]:
    try:
        found = directory.numbers_of(uow, installation().vault, person_id)
    except SealBroken:
        return []
    return [number.value for number in found if number.kind != "email"]
