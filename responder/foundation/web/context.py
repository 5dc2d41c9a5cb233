"""What a request stands in: the installation, the actor, the lane, the language."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from flask import current_app, g, render_template, request
from sqlalchemy.orm import Session

from responder.config import Settings
from responder.core.actor import ANONYMOUS, Actor
from responder.core.ids import LaneId
from responder.core.lanes import REAL_LANE
from responder.core.uow import Database, UnitOfWork

LOCALES = ("zh_Hans_CN", "en")
EXTENSION = "responder"


@dataclass
class Installation:
    """What one running product is made of; `app.py` fills it."""

    settings: Settings
    database: Database
    vault: Any
    channels: frozenset[str]  # what can leave the house: sms, voice, email, im
    shell: Callable[[Session], dict[str, Any]]


def installation() -> Installation:
    """Return the installation this application serves."""
    found: Installation = current_app.extensions[EXTENSION]
    return found


def current_actor() -> Actor:
    """Return who makes the request; nobody is ANONYMOUS."""
    actor: Actor = g.get("actor", ANONYMOUS)
    return actor


def current_lane() -> LaneId:
    """Return the lane of the request: reality, unless its path or header names an exercise."""
    lane: LaneId = g.get("lane", REAL_LANE)
    return lane


def current_locale() -> str:
    """Return the language of the request: the account's, else the cookie's, else the browser's."""
    found: str | None = g.get("locale")
    if found is None:
        found = _chosen_locale()
        if "actor" in g:  # before that nobody knows yet whose request it is
            g.locale = found
    return found


def _chosen_locale() -> str:
    actor = current_actor()
    if actor.locale in LOCALES and actor.account_id is not None:
        return actor.locale
    chosen = request.cookies.get("locale", "")
    if chosen in LOCALES:
        return chosen
    wanted = request.accept_languages.best_match(["zh", "zh-CN", "en"])
    if wanted is None:
        return "en" if installation().settings.locale.startswith("en") else LOCALES[0]
    return "en" if wanted == "en" else LOCALES[0]


@contextmanager
def unit_of_work(*, write: bool = True) -> Iterator[UnitOfWork]:
    """Yield the unit of work of this request: its actor, its lane, one transaction.

    A unit that writes also tells what only waited for one (`g.told_with_next_write`).
    """
    with installation().database.unit_of_work(current_actor(), current_lane(), write=write) as uow:
        if write:
            uow.events.extend(g.get("told_with_next_write", ()))
        yield uow
    if write:
        g.pop("told_with_next_write", None)


def render(template: str, session: Session, **view_model: Any) -> str:
    """Return the page *template* with its view-model and the shell around it (room, watch, clock, account)."""
    return render_template(template, shell=installation().shell(session), **view_model)
