"""What the processes of one tree share: made before they part, so that nobody waits and nothing is held twice."""

import ctypes
import logging
from collections.abc import Iterable
from pathlib import Path
from uuid import UUID

from flask import Flask, g
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import configure_mappers

from responder.core.actor import Actor, Area, Role
from responder.core.uow import Database
from responder.foundation.directory import queries as directory
from responder.foundation.directory.rules import PlacePath
from responder.incidents import rule_sets
from responder.incidents.places import gazetteer
from responder.processes.compiled import compile_templates

logger = logging.getLogger(__name__)
M_ARENA_MAX = -8
ARENAS = 2
PAGES = ("/board", "/incidents", "/incidents/new")
LANGUAGES = ("zh_Hans_CN", "en")
STATE = "000000"
NOBODY = UUID(int=0)


def warm(app: Flask, database: Database, home: Path) -> None:
    """Read the directory, make mappers and templates ready and rehearse the pages that every room opens first.

    The caller closes the database's connections.
    """
    _limit_arenas()
    configure_mappers()
    compile_templates(app, home)
    try:
        with database.unit_of_work(write=False) as uow:
            directory.search_index(uow.session)
            gazetteer(uow.session)
            rule_sets.live(uow.session)
            areas = _some_areas(directory.places(uow.session).values())
        for area in areas:
            _rehearse(app, area)
        _knock(app)
    except DBAPIError as fault:
        logger.warning("the directory cannot be read yet: %s", fault.orig)


def _some_areas(places: Iterable[PlacePath]) -> list[Area]:
    """Return one area of each level; the state's alone where no place is known yet."""
    county = next((place for place in places if place.level == "county" and place.city_code), None)
    if county is None or county.city_code is None or county.province_code is None:
        return [Area("state", STATE)]
    codes = {"province": county.province_code, "city": county.city_code, "county": county.code}
    return [Area("state", STATE), *(Area(level, code) for level, code in codes.items())]


def _rehearse(app: Flask, area: Area) -> None:
    """Make the first pages of a room and throw them away: their statements, templates and words are ready then.

    Each process would make them for itself otherwise, and keep them in memory of its own. The pages only read.
    """
    routes = app.url_map.bind("")
    for language in LANGUAGES:
        for page in PAGES:
            endpoint, _ = routes.match(page)
            with app.test_request_context(page):
                g.actor = Actor(NOBODY, None, "", "", Role.DUTY_OFFICER, area.code, "", area, language)
                try:
                    app.view_functions[endpoint]()
                except DBAPIError:
                    raise
                except Exception:
                    # What is wrong with one page, whoever opens it will be told: that must not keep all others out.
                    logger.exception("a page cannot be rehearsed", extra={"page": page})


def _knock(app: Flask) -> None:
    """Ask once as a stranger: what stands before every page is ready then."""
    visitor = app.test_client()
    visitor.get("/login")
    visitor.get("/readyz")
    visitor.get(PAGES[0], headers={"Authorization": "Bearer none"})


def _limit_arenas() -> None:
    """Let all threads allocate from few arenas: one for each would keep what it once needed for ever."""
    try:
        ctypes.CDLL(None).mallopt(M_ARENA_MAX, ARENAS)
    except (OSError, AttributeError):
        return  # not glibc
