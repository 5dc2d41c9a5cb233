"""The map: bases, forces and incidents on one picture, the same rows below it."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from flask import Blueprint, Response, abort, request
from flask.typing import ResponseReturnValue

from maps.distance import distance_km
from maps.folium_map import content_security_policy, render_file, render_page
from maps.kinds import KIND_WORDS, STATE_WORDS, Kind, State
from maps.layers import Layer, Mark, Ring
from maps.outlines import outline_file
from responder.core.errors import Text
from responder.core.permissions import Permission, public, requires
from responder.core.uow import UnitOfWork
from responder.dispatch import queries as dispatch
from responder.dispatch.models import RescueForce
from responder.foundation.directory import queries as directory
from responder.foundation.web.context import current_actor, current_locale, render, unit_of_work
from responder.foundation.web.lexicon import GRADES
from responder.foundation.web.security import nonce
from responder.foundation.web.words import word
from responder.incidents import explain
from responder.incidents import queries as incidents
from responder.incidents.models import Incident
from responder.incidents.wording import title, where
from responder.situation.shell import shell

bp = Blueprint("map", __name__)
MOST_INCIDENTS = 5000
ROWS = 120
RINGS_KM = (50, 100)
LAYERS = (
    ("incident", Text("事故", "Incidents")),
    ("mining", Text("矿山救援基地", "Mine rescue bases")),
    ("chemical", Text("危化救援基地", "Chemical rescue bases")),
    ("partner", Text("协作力量", "Partner forces")),
)
SHOWN_AT_FIRST = {"incident", "mining", "chemical"}
NOTE = Text(
    "46 个国家级基地是推定名单，不是官方名录；每个都注明依据。",
    "The national bases are a composed list, not an official register; each names its source.",
)


def _said(text: Text) -> str:
    return text.in_(current_locale())


def _chosen() -> set[str]:
    asked = request.args.get("layers")
    keys = {key for key, _ in LAYERS}
    return set(SHOWN_AT_FIRST) if asked is None else {key for key in asked.split(",") if key in keys}


def _layer_of(force: RescueForce) -> str:
    return force.kind if force.kind in {"mining", "chemical"} else "partner"


def _state_of(force: RescueForce) -> str:
    return "placeholder" if force.is_placeholder else force.build_state


def _force_mark(force: RescueForce) -> Mark:
    english = current_locale().startswith("en")
    return Mark(
        id=force.code,
        lon=force.lon,
        lat=force.lat,
        kind=Kind(force.kind),
        state=State(_state_of(force)),
        title=force.name_en if english else force.name,
        subtitle=force.address,
        properties={"confidence": force.confidence},
    )


def _incident_mark(row: Incident) -> Mark:
    return Mark(
        id=str(row.id),
        lon=row.lon or 0.0,
        lat=row.lat or 0.0,
        kind=Kind.INCIDENT,
        title=_said(title(row)),
        subtitle=_said(where(row)),
        badge=word(GRADES, row.reporting_grade),
        url=f"{request.script_root}/incidents/{row.id}",
        label=_said(title(row)),
    )


def _rows(uow: UnitOfWork) -> tuple[Sequence[Incident], Sequence[RescueForce]]:
    located = [
        row for row in incidents.on_board(uow.session, uow.actor, MOST_INCIDENTS) if row.lon is not None
    ]
    return located, dispatch.forces(uow.session)


def _layers(found: Sequence[Incident], forces: Sequence[RescueForce], chosen: set[str]) -> list[Layer]:
    marks: dict[str, list[Mark]] = {key: [] for key, _ in LAYERS}
    marks["incident"] = [_incident_mark(row) for row in found]
    for force in forces:
        marks[_layer_of(force)].append(_force_mark(force))
    return [Layer(id=key, title=text, marks=marks[key], shown=key in chosen) for key, text in LAYERS]


def _focus(uow: UnitOfWork) -> Incident | None:
    asked = request.args.get("incident", "")
    try:
        return incidents.incident(uow.session, uow.actor, UUID(asked)) if asked else None
    except ValueError:
        return None


@bp.get("/map")
@requires(Permission.SEE_BASES)
def show() -> ResponseReturnValue:
    """Show the map and the list with equal totals."""
    with unit_of_work(write=False) as uow:
        chosen, focus = _chosen(), _focus(uow)
        found, forces = _rows(uow)
        layers = _layers(found, forces, chosen)
        shown = [layer for layer in layers if layer.shown]
        total = sum(len(layer.marks) for layer in shown)
        rows = _list(found, forces, chosen, focus)
        query = f"?layers={','.join(sorted(chosen))}" + (f"&incident={focus.id}" if focus else "")
        model = {
            "frame_url": f"{request.script_root}/map/frame{query}",
            "title": _said(Text("救援基地与事故", "Rescue bases and incidents")),
            "words": _said(NOTE),
            "source_url": None,
            "layers": [_chip(layer, chosen) for layer in layers],
            "totals": [
                {"label": _said(layer.title), "drawn": len(layer.marks), "listed": len(layer.marks)}
                for layer in shown
            ],
            "drawn": total,
            "listed": total,
            "rows": rows[:ROWS],
            "shown": min(len(rows), ROWS),
            "all_url": None,
            "focus": _focus_model(focus) if focus else None,
            "centred_on": _said(title(focus)) if focus else None,
            "export_url": f"{request.script_root}/map/file{query}",
        }
        return render("situation/map.html", uow.session, map=model)


def _chip(layer: Layer, chosen: set[str]) -> dict[str, Any]:
    switched = chosen ^ {layer.id}
    return {
        "key": layer.id,
        "label": _said(layer.title),
        "count": len(layer.marks),
        "on": layer.shown,
        "url": f"{request.script_root}/map?layers={','.join(sorted(switched))}",
    }


def _focus_model(focus: Incident) -> dict[str, Any]:
    return {
        "grade": focus.reporting_grade,
        "title": _said(title(focus)),
        "url": f"{request.script_root}/incidents/{focus.id}",
        "place": _said(where(focus)),
        "toll": explain.toll(focus.facts),
        "dispatch_url": f"{request.script_root}/dispatch?incident={focus.id}",
    }


def _list(
    found: Sequence[Incident], forces: Sequence[RescueForce], chosen: set[str], focus: Incident | None
) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = []
    if "incident" in chosen:
        rows += [
            {
                "kind": "incident",
                "state": "working",
                "kind_word": _said(KIND_WORDS[Kind.INCIDENT]),
                "name": _said(title(row)),
                "url": f"{request.script_root}/incidents/{row.id}",
                "grade": row.reporting_grade,
                "place": _said(where(row)),
                "state_word": None,
                "distance_km": _apart(focus, row.lon or 0, row.lat or 0),
            }
            for row in found
        ]
    english = current_locale().startswith("en")
    based = [
        {
            "kind": force.kind if force.kind in {"mining", "chemical", "fire"} else "other",
            "state": _state_of(force),
            "kind_word": _said(KIND_WORDS[Kind(force.kind)]),
            "name": force.name_en if english else force.name,
            "url": None,
            "place": force.address,
            "state_word": _said(STATE_WORDS[State(_state_of(force))]),
            "distance_km": _apart(focus, force.lon, force.lat),
        }
        for force in forces
        if _layer_of(force) in chosen
    ]
    if focus is not None:
        based.sort(key=lambda row: row["distance_km"] or 0)
    return rows + based


def _apart(focus: Incident | None, lon: float, lat: float) -> int | None:
    if focus is None or focus.lon is None or focus.lat is None:
        return None
    return round(distance_km(focus.lon, focus.lat, lon, lat))


@bp.get("/map/frame")
@requires(Permission.SEE_INCIDENTS)
def frame() -> ResponseReturnValue:
    """Answer the Folium document; every asset comes from this installation."""
    with unit_of_work(write=False) as uow:
        focus = _focus(uow)
        found, forces = _rows(uow)
        look = shell(uow.session)
        page = render_page(
            _layers(found, forces, _chosen()),
            nonce=nonce(),
            locale="en" if current_locale().startswith("en") else "zh",
            theme="dark" if look["theme"] == "dark" else "light",
            rings=_rings(focus),
            home=_home(uow, focus),
            stylesheets=["/static/css/fonts.css"],
            has_chips=False,
        )
    response = Response(page, mimetype="text/html")
    response.headers["Content-Security-Policy"] = content_security_policy(nonce())
    return response


def _rings(focus: Incident | None) -> list[Ring]:
    if focus is None or focus.lon is None or focus.lat is None:
        return []
    return [Ring(focus.lon, focus.lat, km * 1000, f"{km} km") for km in RINGS_KM]


def _home(uow: UnitOfWork, focus: Incident | None) -> str | None:
    if focus is not None:
        return focus.province_code
    place = directory.place_of_agency(uow.session, current_actor().agency_code)
    return place.province_code if place else None


@bp.get("/map/file")
@requires(Permission.SEE_BASES)
def save() -> ResponseReturnValue:
    """Answer the same map as one file that opens without a network."""
    with unit_of_work(write=False) as uow:
        focus = _focus(uow)
        found, forces = _rows(uow)
        page = render_file(
            _layers(found, forces, _chosen()),
            locale="en" if current_locale().startswith("en") else "zh",
            rings=_rings(focus),
            home=_home(uow, focus),
        )
    response = Response(page, mimetype="text/html")
    response.headers["Content-Disposition"] = "attachment; filename=responder-map.html"
    return response


@bp.get("/map/outlines/<path:name>")
@public
def outline(name: str) -> ResponseReturnValue:
    """Answer an outline of the country or of one province; public data, kept by the browser."""
    found = outline_file(name)
    if found is None:
        abort(404)
    response = Response(found.body, mimetype="application/geo+json")
    response.headers["Cache-Control"] = "public, max-age=86400"
    response.set_etag(found.etag)
    return response.make_conditional(request)
