"""Command line of accounts."""

import sys

import click
from flask.cli import AppGroup

from responder.core.actor import Role
from responder.core.errors import ResponderError
from responder.foundation.access import rules, services
from responder.foundation.access.gatekeeper import gatekeeper
from responder.foundation.web.context import installation

cli = AppGroup("account", help="Accounts and tokens. Example: responder account token jilin")
SHORTEST_PASSWORD = 8


@cli.command("create")
@click.argument("login")
@click.option("--agency", required=True, help="Code of the office, e.g. 220605.")
@click.option("--role", required=True, type=click.Choice([role.value for role in Role]))
@click.option("--name", default="", help="Name shown on pages; the login where it is left out.")
def create(login: str, agency: str, role: str, name: str) -> None:
    """Open an account. At a terminal it asks for a password; else it prints a random one, once.

    Example: responder account create zhang --agency 220605 --role duty_officer
    """
    password = _asked_password() if sys.stdin.isatty() else ""
    made = rules.new_token()[:20]
    hashed = gatekeeper().passwords.hash(password or made)
    try:
        with installation().database.unit_of_work() as uow:
            services.add_account(uow, login, hashed, agency_code=agency, role=Role(role), name=name)
    except ResponderError as refusal:
        click.echo(str(refusal), err=True)
        sys.exit(1)
    click.echo(f"account {login} opened for {agency}", err=True)
    if not password:
        click.echo(made)


@cli.command("token")
@click.argument("login")
@click.option("--feed", is_flag=True, help="A token for calendar feeds only.")
def token(login: str, feed: bool) -> None:
    """Print a new bearer token of an account, and nothing else. Example: responder account token jilin"""
    try:
        with installation().database.unit_of_work() as uow:
            issued = services.issue_token(uow, login, kind="feed" if feed else "api")
    except ResponderError as refusal:
        click.echo(str(refusal), err=True)
        sys.exit(1)
    click.echo(issued)


def _asked_password() -> str:
    password: str = click.prompt(
        "Password (empty: a random one)", default="", hide_input=True, show_default=False, err=True
    )
    if password and len(password) < SHORTEST_PASSWORD:
        raise click.UsageError(f"a password has {SHORTEST_PASSWORD} characters at least")
    return password
