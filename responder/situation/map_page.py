"""The map: bases, forces and incidents on one picture, the same rows below it."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

from flask import Blueprint, Response, abort, request
from flask.typing import ResponseReturnValue
from markupsafe import Markup

from maps.distance import distance_km
from maps.folium_map import Tiles, content_security_policy, render_file, render_page
from maps.kinds import KIND_WORDS, STATE_WORDS, Kind, State
from maps.layers import Layer, Line, Mark, Ring
from maps.outlines import outline_file
from maps.symbols import symbol_svg
from plans import queries as plans
from responder.core.errors import Text
from responder.core.permissions import Permission, public, requires
from responder.core.uow import UnitOfWork
from responder.dispatch import map_layers
from responder.dispatch import queries as dispatch
from responder.dispatch.models import RescueForce
from responder.foundation.directory import queries as directory
from responder.foundation.web.context import current_actor, current_locale, installation, render, unit_of_work
from responder.foundation.web.lexicon import GRADES
from responder.foundation.web.security import nonce
from responder.foundation.web.words import word
from responder.hazards import queries as hazards
from responder.hazards.kinds import kinds as hazard_kinds
from responder.hazards.models import HazardSource
from responder.incidents import explain, overview
from responder.incidents import queries as incidents
from responder.incidents.models import Incident
from responder.incidents.wording import title, where
from responder.situation.shell import shell

bp = Blueprint("map", __name__)
MOST_INCIDENTS = 5000
ROWS = 30
MOST_ROWS = 6000
RINGS_KM = (50, 100)
LAYERS = (
    ("incident", Text("事故", "Incidents")),
    ("called", map_layers.TITLE),
    ("mining", Text("矿山救援基地", "Mine rescue bases")),
    ("chemical", Text("危化救援基地", "Chemical rescue bases")),
    ("team", Text("地方和企业队伍", "Local and enterprise teams")),
    ("partner", Text("协作力量", "Partner forces")),
    ("assembly", Text("集结点", "Assembly points")),
    ("hazard", Text("危险源", "Hazards")),
)
SHOWN_AT_FIRST = {"incident", "called", "mining", "chemical", "assembly", "hazard"}
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
    if force.is_partner:
        return "partner"
    return force.kind if force.level == "state" and force.kind in {"mining", "chemical"} else "team"


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


@dataclass(frozen=True)
class Picture:
    """Everything the map shows to one reader, before layers are chosen."""

    incidents: Sequence[Incident]
    forces: Sequence[RescueForce]
    called: Sequence[Mark]
    lines: Sequence[Line]
    points: Sequence[Mark]
    hazards: Sequence[Mark]


def _picture(uow: UnitOfWork) -> Picture:
    located = [
        row for row in overview.on_board(uow.session, uow.actor, MOST_INCIDENTS) if row.lon is not None
    ]
    called, lines = map_layers.marks_and_lines(uow.session, uow.actor, request.script_root)
    dangers = [_hazard_mark(row) for row in hazards.sources(uow.session, uow.actor)]
    return Picture(located, dispatch.forces(uow.session), called, lines, _points(uow, located), dangers)


def _hazard_mark(row: HazardSource) -> Mark:
    known = hazard_kinds().get(row.kind)
    return Mark(
        id=f"hazard-{row.id}",
        lon=row.lon,
        lat=row.lat,
        kind=Kind.HAZARD,
        title=row.name,
        subtitle=_said(Text(row.place, row.place_en)),
        state_word=_said(known.name) if known else row.kind,
        url=f"{request.script_root}/hazards#hazard-{row.id}",
    )


def _points(uow: UnitOfWork, located: Sequence[Incident]) -> list[Mark]:
    """Return the assembly points of the plans in force for the incidents shown."""
    found = plans.activated_points(uow.session, [row.id for row in located])
    return [
        Mark(
            id=f"{number}",
            lon=point["lon"],
            lat=point["lat"],
            kind=Kind.ASSEMBLY,
            title=point["name"],
            subtitle=point.get("note", ""),
        )
        for number, point in enumerate(found)
    ]


def _layers(picture: Picture, chosen: set[str]) -> list[Layer]:
    marks: dict[str, list[Mark]] = {key: [] for key, _ in LAYERS}
    marks["incident"] = [_incident_mark(row) for row in picture.incidents]
    marks["called"] = list(picture.called)
    marks["assembly"] = list(picture.points)
    marks["hazard"] = list(picture.hazards)
    for force in picture.forces:
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
        picture = _picture(uow)
        layers = _layers(picture, chosen)
        shown = [layer for layer in layers if layer.shown]
        rows = _list(picture, chosen, focus)
        whole = request.args.get("rows") == "all" or len(rows) <= ROWS
        most = MOST_ROWS if whole else ROWS
        listed = Counter(row["layer"] for row in rows)
        query = f"?layers={','.join(sorted(chosen))}" + (f"&incident={focus.id}" if focus else "")
        model = {
            "frame_url": f"{request.script_root}/map/frame{query}",
            "title": _said(Text("救援基地与事故", "Rescue bases and incidents")),
            "words": _said(NOTE),
            "source_url": None,
            "layers": [_chip(layer, chosen) for layer in layers],
            "totals": [
                {"label": _said(layer.title), "drawn": len(layer.marks), "listed": listed[layer.id]}
                for layer in shown
            ],
            "drawn": sum(len(layer.marks) for layer in shown),
            "listed": len(rows),
            "rows": rows[:most],
            "shown": min(len(rows), most),
            "all_url": None if whole else f"{request.script_root}/map{query}&rows=all",
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


def _list(picture: Picture, chosen: set[str], focus: Incident | None) -> list[dict[str, Any]]:
    """Return the rows below the map: incidents, then what moves, then the register, the nearest first."""
    rows = [
        {
            "layer": "incident",
            "kind": "incident",
            "symbol": Markup(symbol_svg(Kind.INCIDENT)),
            "kind_word": _said(KIND_WORDS[Kind.INCIDENT]),
            "name": _said(title(row)),
            "url": f"{request.script_root}/incidents/{row.id}",
            "grade": row.reporting_grade,
            "place": _said(where(row)),
            "state_word": None,
            "distance_km": _apart(focus, row.lon or 0, row.lat or 0),
        }
        for row in picture.incidents
    ]
    rows += [_mark_row("called", mark, focus) for mark in picture.called]
    rows += [_mark_row("assembly", mark, focus) for mark in picture.points]
    rows += _nearest([_mark_row("hazard", mark, focus) for mark in picture.hazards], focus)
    based = [_force_row(force, focus) for force in picture.forces]
    return [row for row in (*rows, *_nearest(based, focus)) if row["layer"] in chosen]


def _nearest(rows: list[dict[str, Any]], focus: Incident | None) -> list[dict[str, Any]]:
    """Return *rows* by their distance from the incident in focus, as they were where there is none."""
    return sorted(rows, key=lambda row: row["distance_km"] or 0) if focus is not None else rows


def _mark_row(layer: str, mark: Mark, focus: Incident | None) -> dict[str, Any]:
    return {
        "layer": layer,
        "kind": mark.kind.value,
        "symbol": Markup(symbol_svg(mark.kind, mark.state)),
        "kind_word": _said(dict(LAYERS)[layer]),
        "name": mark.title,
        "url": mark.url,
        "place": mark.subtitle,
        "state_word": mark.state_word or None,
        "distance_km": _apart(focus, mark.lon, mark.lat),
    }


def _force_row(force: RescueForce, focus: Incident | None) -> dict[str, Any]:
    return {
        "layer": _layer_of(force),
        "kind": force.kind,
        "symbol": Markup(symbol_svg(Kind(force.kind), State(_state_of(force)))),
        "kind_word": _said(KIND_WORDS[Kind(force.kind)]),
        "name": force.name_en if current_locale().startswith("en") else force.name,
        "url": None,
        "place": force.address,
        "state_word": _said(STATE_WORDS[State(_state_of(force))]),
        "distance_km": _apart(focus, force.lon, force.lat),
    }


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
        picture = _picture(uow)
        look = shell(uow.session)
        page = render_page(
            _layers(picture, _chosen()),
            lines=picture.lines,
            nonce=nonce(),
            locale="en" if current_locale().startswith("en") else "zh",
            theme="dark" if look["theme"] == "dark" else "light",
            rings=_rings(focus),
            home=_home(uow, focus),
            stylesheets=["/static/css/fonts.css"],
            has_chips=False,
            tiles=_tiles(),
        )
    response = Response(page, mimetype="text/html")
    response.headers["Content-Security-Policy"] = content_security_policy(nonce(), _tiles())
    return response


def _tiles() -> Tiles | None:
    url = installation().settings.tile_url
    return Tiles(url, urlsplit(url).hostname or "") if url else None


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
        picture = _picture(uow)
        page = render_file(
            _layers(picture, _chosen()),
            lines=picture.lines,
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
