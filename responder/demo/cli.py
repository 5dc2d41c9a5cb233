"""`responder demo load`."""

import sys

import click
from flask.cli import AppGroup

from responder.config import DEMO_MARK
from responder.core.errors import ResponderError
from responder.demo import incidents, loading
from responder.foundation.web.context import installation

cli = AppGroup("demo", help="The demo world. Example: responder demo load")


@cli.command("load")
def load() -> None:
    """Load the demo world into an empty database that has its reference data. Example: responder demo load"""
    here = installation()
    try:
        loaded = loading.load(here.database, here.vault)
        told = incidents.tell(here.database)
        # From now on the installation knows that it is a demo: loopback only, accounts offered on the log-in page.
        (here.settings.home / DEMO_MARK).touch()
    except ResponderError as refused:
        click.echo(refused.text.en, err=True)
        sys.exit(1)
    click.echo(
        f"{loaded.rooms} rooms, {loaded.people} people, {loaded.shifts} shifts, {loaded.accounts} accounts, "
        f"{told} live incidents",
        err=True,
    )
