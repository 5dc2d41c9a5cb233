"""`responder demo load`."""

import sys

import click
from flask.cli import AppGroup

from plans.loading import load_demo_exercises, load_demo_plans
from responder.config import DEMO_MARK
from responder.core.errors import ResponderError
from responder.demo import incidents, loading
from responder.dispatch.demo_forces import load_demo_forces
from responder.foundation.web.context import installation
from responder.hazards.demo_hazards import load_demo_hazards
from responder.replay.services import load_historic

cli = AppGroup("demo", help="The demo world. Example: responder demo load")


@cli.command("load")
def load() -> None:
    """Load the demo world into an empty database that has its reference data. Example: responder demo load"""
    here = installation()
    try:
        loaded = loading.load(here.database, here.vault)
        with here.database.unit_of_work() as uow:
            forces = load_demo_forces(uow)
            plans = load_demo_plans(uow)
            hazards = load_demo_hazards(uow)
            load_demo_exercises(uow)
        told = incidents.tell(here.database)
        past = load_historic(here.database)
        # From now on the installation knows that it is a demo: loopback only, accounts offered on the log-in page.
        (here.settings.home / DEMO_MARK).touch()
    except ResponderError as refused:
        click.echo(refused.text.en, err=True)
        sys.exit(1)
    click.echo(
        f"{loaded.rooms} rooms, {loaded.people} people, {loaded.shifts} shifts, {loaded.accounts} accounts, "
        f"{told} live incidents, {past.added} historic ones, {forces} teams, {plans} plans, {hazards} hazard sources",
        err=True,
    )
