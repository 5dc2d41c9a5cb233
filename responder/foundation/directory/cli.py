"""Command line of the directory."""

import dataclasses
import json
import sys
from pathlib import Path

import click
from flask.cli import AppGroup

from responder.core.errors import ResponderError
from responder.foundation.directory import people, services
from responder.foundation.web.context import installation

services.register_loader(
    people.recognises, lambda uow, path: people.load_people(uow, installation().vault, path)
)
cli = AppGroup("reference", help="Reference data. Example: responder reference load")


@cli.command("load")
@click.argument("files", nargs=-1, type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--json", "as_json", is_flag=True, help="The report as JSON.")
def load(files: tuple[Path, ...], as_json: bool) -> None:
    """Load the reference data that comes with the product, or FILES on top of it; again changes nothing.

    A file may also hold people and their numbers: agency, name, post, rank, mobile, sms, voice, email; a line without
    a name is the duty room, with duty and fax. Example: responder reference load offices.csv people.csv
    """
    try:
        with installation().database.unit_of_work() as uow:
            report = services.load_reference(uow, files or None)
    except ResponderError as refusal:
        click.echo(str(refusal), err=True)
        sys.exit(1)
    if as_json:
        click.echo(json.dumps([dataclasses.asdict(table) for table in report.tables]))
        return
    for table in report.tables:
        click.echo(
            f"{table.table}\tadded {table.added}\tchanged {table.changed}"
            f"\tunchanged {table.unchanged}\tended {table.ended}"
        )
