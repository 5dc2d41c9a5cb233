"""Pages of dispatch: the ranked forces of an incident, one order with its steps, and the buttons."""

from collections.abc import Callable, Mapping
from http import HTTPStatus
from typing import Any
from uuid import UUID

from flask import Blueprint, Response, redirect, request
from flask.typing import ResponseReturnValue

from responder.core.errors import Conflict, InvalidInput, ResponderError, nothing_here
from responder.core.ids import parse_id
from responder.core.permissions import Permission, may, requires
from responder.core.uow import UnitOfWork
from responder.dispatch import choosing, command, page, queries, readiness, services, steps, work
from responder.dispatch.paper import document_of
from responder.dispatch.rules import Step
from responder.foundation.documents import services as documents
from responder.foundation.web.context import current_locale, render, unit_of_work
from responder.foundation.web.downloads import attach
from responder.incidents import overview
from responder.incidents import queries as incidents
from responder.incidents.intake_form import with_day
from responder.incidents.rules import Reader

bp = Blueprint("dispatch", __name__, template_folder="templates")
MOST_INCIDENTS = 50


@bp.get("/dispatch")
@requires(Permission.SEE_BASES)
def index() -> ResponseReturnValue:
    """Show the forces for one incident, or the incidents to choose from."""
    with unit_of_work(write=False) as uow:
        asked = request.args.get("incident", "")
        if not asked:
            return _chooser(uow)
        incident_id = parse_id(asked)
        if incident_id is None:
            raise nothing_here("没有这起事故", "There is no such incident")
        return _dispatch_page(uow, incident_id, request.args.get("choose", ""), {}, {})


def _chooser(uow: UnitOfWork) -> str:
    prefix, actor = request.script_root, uow.actor
    rows = (
        overview.on_board(uow.session, actor, MOST_INCIDENTS)
        if may(actor.role, Permission.SEE_INCIDENTS)
        else []
    )
    model = {
        "incidents": [page.brief(row, prefix) for row in rows],
        "yours": work.due_items(uow.session, actor, prefix),
        "is_force": actor.area.level == "force",
    }
    return render("dispatch/choose.html", uow.session, dispatch=model)


def _dispatch_page(
    uow: UnitOfWork, incident_id: UUID, chosen: str, form: Mapping[str, Any], errors: Mapping[str, str]
) -> str:
    incident = incidents.incident(uow.session, uow.actor, incident_id)
    model = page.dispatch_page(
        incident,
        uow,
        request.script_root,
        chosen=chosen,
        everything=request.args.get("all") == "1",
        instead=request.args.get("instead", ""),
        form=form,
    )
    return render("dispatch/dispatch.html", uow.session, dispatch=model, errors=dict(errors))


@bp.post("/incidents/<uuid:incident_id>/command")
@requires(Permission.TAKE_COMMAND)
def take(incident_id: UUID) -> ResponseReturnValue:
    """Take command."""
    with unit_of_work() as uow:
        command.take_command(incident_id, _reader(uow).text("note"), uow)
    return _to(f"/dispatch?incident={incident_id}")


@bp.post("/incidents/<uuid:incident_id>/command/handover")
@requires(Permission.TAKE_COMMAND)
def hand_over(incident_id: UUID) -> ResponseReturnValue:
    """Hand the command to another office."""
    with unit_of_work() as uow:
        reader = _reader(uow)
        command.hand_over(incident_id, reader.text("to"), reader.text("note"), uow)
    return _to(f"/dispatch?incident={incident_id}")


@bp.post("/command-notices/<uuid:command_id>/seen")
@requires(Permission.ANSWER_CALL)
def see_change(command_id: UUID) -> ResponseReturnValue:
    """Record that this office knows who commands now."""
    with unit_of_work() as uow:
        incident_id = command.see_change(command_id, uow)
    return _to("/board" if request.form.get("back") == "board" else f"/incidents/{incident_id}")


@bp.post("/incidents/<uuid:incident_id>/dispatch-orders")
@requires(Permission.ORDER_FORCES)
def order(incident_id: UUID) -> ResponseReturnValue:
    """Order a force out, or ask for it; a refusal is shown in the row with what was typed."""
    refused: ResponderError
    try:
        with unit_of_work() as uow:
            reader = _reader(uow)
            wish = services.read_wish(request.form, reader.text, reader.instant("at"))
            _refuse(reader)
            order_id = services.issue_order(incident_id, wish, uow)
        return _to(f"/dispatch-orders/{order_id}")
    except (Conflict, InvalidInput) as error:
        refused = error
    with unit_of_work(write=False) as uow:
        typed = {
            "task": request.form.get("task", ""),
            "minutes": request.form.get("accept_within_minutes", ""),
        }
        chosen = request.form.get("base", "")
        form = {**typed, "reason": request.form.get("reason", "")}
        return _dispatch_page(uow, incident_id, chosen, form, _sentences(refused, "base")), refused.status


@bp.post("/dispatch/forces/<code>/readiness")
@requires(Permission.MOVE_FORCE)
def report(code: str) -> ResponseReturnValue:
    """Record how fit a force is, told by itself or on the telephone."""
    with unit_of_work() as uow:
        reader = _reader(uow)
        readiness.report_readiness(code, choosing.read_report(request.form, reader), uow)
    asked = parse_id(request.form.get("incident", ""))
    return _to(f"/dispatch?incident={asked}&choose={code}#force-{code}" if asked else "/dispatch")


@bp.get("/dispatch-orders/<uuid:order_id>")
@requires(Permission.SEE_INCIDENTS)
def show(order_id: UUID) -> ResponseReturnValue:
    """Show one order: to its force as a page for the telephone, to everybody else with its paper."""
    with unit_of_work(write=False) as uow:
        return _order_page(uow, order_id, {}, {})


def _order_page(uow: UnitOfWork, order_id: UUID, values: Mapping[str, Any], errors: Mapping[str, str]) -> str:
    row, incident = queries.order(uow.session, uow.actor, order_id)
    taken = queries.steps(uow.session, row.id)
    model = page.order_page(row, incident, taken, uow, request.script_root, values=values, errors=errors)
    template = "dispatch/order_phone.html" if model["own"] else "dispatch/order.html"
    return render(template, uow.session, order=model)


@bp.post("/dispatch-orders/<uuid:order_id>/<step>")
@requires(Permission.MOVE_FORCE)
def move(order_id: UUID, step: str) -> ResponseReturnValue:
    """Take the next step of an order; a refusal is shown on its page with what was typed."""
    if step == "seen":
        return _seen(order_id)
    if step not in set(Step):
        raise nothing_here("没有这一步", "There is no such step")

    def act(uow: UnitOfWork) -> None:
        reader = _reader(uow)
        at, note = reader.instant("at"), reader.text("note")
        _refuse(reader)
        steps.take_step(order_id, Step(step), at, note, uow)

    return _act(order_id, act)


def _seen(order_id: UUID) -> ResponseReturnValue:
    def act(uow: UnitOfWork) -> None:
        steps.see_recall(order_id, uow)

    return _act(order_id, act)


def _act(order_id: UUID, act: Callable[[UnitOfWork], None]) -> ResponseReturnValue:
    refused: ResponderError
    try:
        with unit_of_work() as uow:
            act(uow)
        return _to("/board" if request.form.get("back") == "board" else f"/dispatch-orders/{order_id}")
    except (Conflict, InvalidInput) as error:
        refused = error
    with unit_of_work(write=False) as uow:
        return _order_page(uow, order_id, request.form.to_dict(), _sentences(refused, "step")), refused.status


@bp.get("/dispatch-orders/<uuid:order_id>/document.<form>")
@requires(Permission.SEE_INCIDENTS)
def document(order_id: UUID, form: str) -> ResponseReturnValue:
    """Answer the paper as PDF or Word: made once, stored with its checksum."""
    if form not in documents.WRITERS:
        raise nothing_here("没有这种文件", "There is no such file")
    with unit_of_work() as uow:
        row, incident = queries.order(uow.session, uow.actor, order_id)
        stored = documents.keep_official(
            uow,
            document_of(row),
            form,
            kind=f"dispatch_{row.kind}",
            subject_id=row.id,
            incident_id=incident.id,
        )
        response = Response(stored.content, mimetype=stored.media_type)
        attach(response, stored.filename)
        response.set_etag(stored.sha256)
    return response.make_conditional(request)


def _reader(uow: UnitOfWork) -> Reader:
    values = request.form.to_dict()
    if values.get("at"):
        values["at"] = with_day(values["at"], uow.now)
    return Reader(values, uow.now)


def _refuse(reader: Reader) -> None:
    if reader.errors:
        raise InvalidInput(next(iter(reader.errors.values())), errors=reader.errors)


def _sentences(refused: ResponderError, field: str) -> dict[str, str]:
    locale = current_locale()
    found = {name: text.in_(locale) for name, text in refused.errors.items()}
    return found or {field: refused.text.in_(locale)}


def _to(path: str) -> ResponseReturnValue:
    return redirect(f"{request.script_root}{path}", HTTPStatus.SEE_OTHER)
