"""create_app(): the one place that knows every feature."""

import importlib
import logging
from pathlib import Path
from typing import Any, cast
from uuid import UUID

from apiflask import APIFlask
from flask import Flask, g, request
from flask_babel import Babel
from whitenoise import WhiteNoise

import duty_roster.api
import duty_roster.views
import maps.assets
import plans.api
import plans.exercises.api
import plans.exercises.guard
import plans.exercises.views
import plans.panel
import plans.views
from responder.config import Settings, load_settings
from responder.core.clock import Clock, SystemClock
from responder.core.db import make_engine
from responder.core.jobs.embedded import EmbeddedJobs
from responder.core.lanes import REAL_LANE
from responder.core.permissions import public
from responder.core.uow import Database, Enqueues
from responder.dispatch import api as dispatch_api
from responder.dispatch import register as _forces  # noqa: F401 - lets `reference load` know the register
from responder.dispatch import views as dispatch_views
from responder.dispatch.panel import ForcesPanel
from responder.escalation import api as escalation_api
from responder.escalation import views as escalation_views
from responder.foundation.access import views as access_views
from responder.foundation.access.gatekeeper import Gatekeeper, unlisted_routes
from responder.foundation.directory import api as directory_api
from responder.foundation.directory import views as directory_views
from responder.foundation.directory.vault import Vault
from responder.foundation.messaging import webhooks
from responder.foundation.messaging.addresses import AddressBook
from responder.foundation.messaging.settings import from_mapping
from responder.foundation.web import catalogue, problems, security, words
from responder.foundation.web.context import EXTENSION, Installation, current_locale
from responder.foundation.web.lane_path import LANE_ENVIRON, LanePath
from responder.hazards import api as hazards_api
from responder.hazards import views as hazards_views
from responder.incidents import api as incidents_api
from responder.incidents import links_api as incident_links_api
from responder.incidents import links_views as incident_links_views
from responder.incidents import views as incidents_views
from responder.incidents.doors import DOORS
from responder.reactions import REACTIONS
from responder.replay import panel as replay_panel
from responder.reporting import api as reporting_api
from responder.reporting import evidence_api, evidence_views, rescue_api, rescue_views
from responder.reporting import law_api as reporting_law_api
from responder.reporting import law_views as reporting_law_views
from responder.reporting import views as reporting_views
from responder.reporting.evidence_panel import EvidencePanel
from responder.reporting.law_panel import LawPanel
from responder.reporting.panel import ChainPanel
from responder.reporting.papers import api as papers_api
from responder.reporting.papers import views as papers_views
from responder.reporting.papers.panel import PapersPanel
from responder.situation import board, hazards_panel, health, map_page, measures
from responder.situation.shell import shell
from responder.tasks import api as tasks_api
from responder.tasks import views as tasks_views

PACKAGE = Path(__file__).parent
LARGEST_REQUEST = 25 * 1024 * 1024

BLUEPRINTS = (
    access_views.bp,
    board.bp,
    incidents_views.bp,
    incidents_api.api,
    incident_links_views.bp,
    incident_links_api.api,
    reporting_views.bp,
    reporting_api.api,
    reporting_law_views.bp,
    reporting_law_api.api,
    replay_panel.bp,
    rescue_views.bp,
    rescue_api.api,
    evidence_views.bp,
    evidence_api.api,
    papers_views.bp,
    papers_api.api,
    escalation_views.bp,
    escalation_api.api,
    duty_roster.views.bp,
    duty_roster.api.api,
    directory_views.bp,
    directory_api.api,
    dispatch_views.bp,
    dispatch_api.api,
    plans.views.bp,
    plans.api.api,
    plans.exercises.views.bp,
    plans.exercises.api.api,
    tasks_views.bp,
    tasks_api.api,
    hazards_views.bp,
    hazards_api.api,
    map_page.bp,
    health.bp,
)
PANELS = (
    ChainPanel(),
    LawPanel(),
    plans.panel.PlanPanel(),
    plans.panel.TaskPanel(),
    ForcesPanel(),
    PapersPanel(),
    EvidencePanel(),
    hazards_panel.HazardsPanel(),
    measures.MeasuresPanel(),
    replay_panel.ReplayPanel(),
)


def create_app(settings: Settings | None = None, clock: Clock | None = None) -> Flask:
    """Return the WSGI application of one installation; raise RuntimeError when a route names no permission."""
    settings = settings or load_settings()
    logging.basicConfig(level=settings.log_level)
    for name in ("apscheduler", "alembic"):  # a tick, or a look at the schema, is no news
        logging.getLogger(name).setLevel(logging.WARNING)
    app = _bare_app()
    _configure(app, settings)
    database = Database(
        make_engine(settings.database_url), clock or SystemClock(), _job_engine(settings), REACTIONS
    )
    vault = Vault(settings.secret_key)
    messaging = from_mapping(settings.environment, demo=settings.demo)
    app.extensions[EXTENSION] = Installation(settings, database, vault, messaging.channels, shell)
    Babel(
        app,
        default_locale="zh_Hans_CN",
        default_timezone=settings.timezone,
        default_translation_directories=str(PACKAGE / "translations"),
        locale_selector=current_locale,
    )
    for register in (catalogue.register, problems.register, security.register, words.register):
        register(app)
    app.before_request(_enter_lane)
    Gatekeeper(settings).register(app)
    app.before_request(plans.exercises.guard.guard_lane)
    for blueprint in (*BLUEPRINTS, webhooks.make_blueprint(messaging, AddressBook(vault))):
        app.register_blueprint(blueprint)
    DOORS.open(*PANELS)
    _refuse_unlisted(app)
    app.wsgi_app = LanePath(_static(app))  # type: ignore[method-assign]
    return cast(Flask, app)


def _bare_app() -> APIFlask:
    app = APIFlask(
        "responder",
        title="Responder",
        version="1",
        spec_path="/api/v1/openapi.json",
        docs_path=None,
        json_errors=False,
        static_folder=str(PACKAGE / "foundation" / "web" / "static"),
        template_folder=str(PACKAGE / "foundation" / "web" / "templates"),
    )
    public(app.view_functions["static"])
    return app


def _configure(app: APIFlask, settings: Settings) -> None:
    app.config.update(
        SECRET_KEY=settings.secret_key,
        MAX_CONTENT_LENGTH=LARGEST_REQUEST,
        MAX_FORM_MEMORY_SIZE=LARGEST_REQUEST,
        DEMO=settings.demo,
        OPENAPI_VERSION="3.1.0",
        SECURITY_SCHEMES={"bearer": {"type": "http", "scheme": "bearer"}},
        AUTO_404_RESPONSE=False,
    )
    app.json.ensure_ascii = False  # type: ignore[attr-defined]
    app.json.sort_keys = False  # type: ignore[attr-defined]
    app.jinja_env.trim_blocks = True
    app.jinja_env.lstrip_blocks = True


def _job_engine(settings: Settings) -> Enqueues:
    if settings.job_engine == "embedded":
        return EmbeddedJobs()
    fleet = importlib.import_module("responder.core.jobs.fleet")  # heavy, and only fleets have its driver
    engine: Enqueues = fleet.FleetJobs(settings.database_url)
    return engine


def _enter_lane() -> None:
    """Set the lane of the request from its path or its `Exercise` header; the guard of exercises checks it."""
    g.lane = request.environ.get(LANE_ENVIRON, REAL_LANE)
    named = request.headers.get("Exercise", "")
    if named and request.path.startswith("/api/"):
        try:
            g.lane = UUID(named)
        except ValueError:
            g.lane = UUID(int=0)  # no such lane: what is asked for is not found in it


def _static(app: Flask) -> Any:
    files = WhiteNoise(app.wsgi_app, max_age=3600)
    files.add_files(str(PACKAGE / "foundation" / "web" / "static"), prefix="static/")
    files.add_files(str(maps.assets.directory()), prefix="static/maps/")
    files.add_files(str(PACKAGE / "dispatch" / "static"), prefix="static/dispatch/")
    return files


def _refuse_unlisted(app: Flask) -> None:
    unlisted = unlisted_routes(app)
    if unlisted:
        raise RuntimeError(f"these routes name neither a permission nor @public: {', '.join(unlisted)}")
