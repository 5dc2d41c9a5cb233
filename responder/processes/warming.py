"""What the processes of one tree share: made before they part, so that nobody waits and nothing is held twice."""

import ctypes
import logging

from flask import Flask
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import configure_mappers

from responder.core.uow import Database
from responder.foundation.directory import queries as directory
from responder.incidents.places import gazetteer

logger = logging.getLogger(__name__)
M_ARENA_MAX = -8
ARENAS = 2


def warm(app: Flask, database: Database) -> None:
    """Read the directory and make mappers and templates ready; the caller closes the database's connections."""
    _limit_arenas()
    configure_mappers()
    for name in app.jinja_env.list_templates():
        app.jinja_env.get_template(name)
    try:
        with database.unit_of_work(write=False) as uow:
            directory.search_index(uow.session)
            gazetteer(uow.session)
    except DBAPIError as fault:
        logger.warning("the directory cannot be read yet: %s", fault.orig)


def _limit_arenas() -> None:
    """Let all threads allocate from few arenas: one for each would keep what it once needed for ever."""
    try:
        ctypes.CDLL(None).mallopt(M_ARENA_MAX, ARENAS)
    except (OSError, AttributeError):
        return  # not glibc
