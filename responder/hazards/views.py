"""The page of the register: what is in it, and the form for another entry."""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any
from uuid import UUID

from flask import Blueprint, redirect, request
from flask.typing import ResponseReturnValue
from markupsafe import Markup

from maps.kinds import Kind
from maps.symbols import symbol_svg
from responder.core.clock import wall
from responder.core.errors import Conflict, InvalidInput, NotPermitted, ResponderError, Text
from responder.core.permissions import Permission, may, requires
from responder.core.uow import UnitOfWork
from responder.foundation.directory import queries as directory
from responder.foundation.web.context import current_locale, render, unit_of_work
from responder.hazards import queries, rules, services
from responder.hazards.kinds import kinds
from responder.hazards.models import HazardSource

bp = Blueprint("hazards", __name__, template_folder="templates")
FIELDS = ("kind", "name", "unit", "jurisdiction", "address", "lon", "lat", "source", "known_on", "note")
MOST_PLACES = 120


@bp.get("/hazards")
@requires(Permission.SEE_BASES)
def index() -> ResponseReturnValue:
    """Show the register of the reader's area."""
    with unit_of_work(write=False) as uow:
        return _page(uow, {}, {})


@bp.post("/hazards")
@requires(Permission.RECORD_HAZARD)
def record() -> ResponseReturnValue:
    """Enter a hazard source; a refusal keeps what was typed."""
    values = {name: request.form.get(name, "") for name in FIELDS}
    refused: ResponderError
    try:
        with unit_of_work() as uow:
            source_id = services.record_source(rules.read_entry(values, wall(uow.now).date()), uow)
        return redirect(f"{request.script_root}/hazards#hazard-{source_id}", HTTPStatus.SEE_OTHER)
    except (Conflict, InvalidInput, NotPermitted) as error:
        refused = error
    errors = {name: text.in_(current_locale()) for name, text in refused.errors.items()}
    with unit_of_work(write=False) as uow:
        return _page(uow, values, errors or {"name": refused.text.in_(current_locale())}), refused.status


@bp.post("/hazards/<uuid:source_id>/withdrawal")
@requires(Permission.RECORD_HAZARD)
def withdraw(source_id: UUID) -> ResponseReturnValue:
    """Take a hazard source out of the register, with the reason; a refusal keeps what was typed."""
    refused: InvalidInput
    try:
        with unit_of_work() as uow:
            queries.source(uow.session, uow.actor, source_id)
            services.withdraw_source(source_id, rules.read_why(request.form), uow)
        return redirect(f"{request.script_root}/hazards", HTTPStatus.SEE_OTHER)
    except InvalidInput as error:
        refused = error
    typed, said = request.form.get("why", ""), refused.errors["why"].in_(current_locale())
    with unit_of_work(write=False) as uow:
        return _page(uow, {}, {}, leaving={str(source_id): (typed, said)}), refused.status


def _page(
    uow: UnitOfWork,
    values: Mapping[str, str],
    errors: Mapping[str, str],
    leaving: Mapping[str, tuple[str, str]] | None = None,
) -> str:
    """Return the page; *leaving* holds what was typed to withdraw an entry, by its id, and why it was refused."""
    locale = current_locale()
    kind = request.args.get("kind", "").replace("\x00", "")
    rows = queries.sources(uow.session, uow.actor, kind)
    every = {"value": "", "label": Text("所有", "all").in_(locale)}
    options = [{"value": one.key, "label": one.name.in_(locale)} for one in kinds().values()]
    may_record = may(uow.actor.role, Permission.RECORD_HAZARD)
    model = {
        "rows": [row_model(row, request.script_root) for row in rows],
        "leaving": leaving or {},
        "kind": kind,
        "kinds": [every, *options],
        "near": [{"name": one.name.in_(locale), "km": one.near_km} for one in kinds().values()],
        "may_record": may_record,
        "form": {
            "values": {"known_on": wall(uow.now).date().isoformat(), **values},
            "errors": errors,
            "kinds": options,
            "places": _places(uow) if may_record else [],
        },
    }
    return render("hazards/register.html", uow.session, hazards=model)


def _places(uow: UnitOfWork) -> list[dict[str, str]]:
    """Return the counties of the actor's area to choose from; none where there are too many to choose."""
    area, english = uow.actor.area, current_locale().startswith("en")
    if area.level not in {"province", "city", "county"}:
        return []
    inside = [
        place
        for place in directory.places(uow.session).values()
        if place.at(area.level) == area.code and (place.level == "county" or place.code == area.code)
    ]
    inside.sort(key=lambda place: (place.level == "county", place.code))
    return [
        {"value": place.code, "label": place.full_name_en if english else place.full_name}
        for place in inside[:MOST_PLACES]
    ]


def row_model(row: HazardSource, prefix: str) -> dict[str, Any]:
    """Return an entry as pages show it."""
    locale = current_locale()
    known = kinds().get(row.kind)
    return {
        "id": str(row.id),
        "symbol": Markup(symbol_svg(Kind.HAZARD)),
        "kind": known.name.in_(locale) if known else row.kind,
        "name": row.name,
        "unit": row.unit,
        "place": row.place_en if locale.startswith("en") else row.place,
        "address": row.address,
        "point": f"{row.lon:.4f}, {row.lat:.4f}",
        "source": row.source,
        "known_on": row.known_on,
        "note": row.note,
        "is_demo": row.is_demo,
        "url": f"{prefix}/hazards#hazard-{row.id}",
        "withdraw_url": f"{prefix}/hazards/{row.id}/withdrawal",
    }
