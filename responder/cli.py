"""The commands that belong to no feature: the database."""

import sys

import click
from flask.cli import AppGroup

from responder import schema
from responder.foundation.web.context import installation

db = AppGroup("db", help="Migrations and invariants. Example: responder db upgrade")


@db.command("upgrade")
def upgrade() -> None:
    """Bring the database to this release's schema. Example: responder db upgrade"""
    click.echo(schema.upgrade(installation().database), err=True)


@db.command("check")
@click.option("--migrations", is_flag=True, help="Only compare the migrations with the models.")
def check(migrations: bool) -> None:
    """Check schema and invariants; exit 1 with what is wrong. Example: responder db check"""
    faults = schema.differences() if migrations else schema.faults(installation().database)
    for fault in faults:
        click.echo(fault)
    if faults:
        sys.exit(1)
    click.echo("ok", err=True)
