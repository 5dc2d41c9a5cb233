"""`responder replay`."""

import json
import sys
from collections.abc import Sequence
from pathlib import Path

import click
from flask.cli import with_appcontext
from sqlalchemy import select

from responder.core.errors import ResponderError
from responder.core.ids import IncidentId
from responder.core.uow import Database, UnitOfWork
from responder.foundation.web.context import installation
from responder.incidents.models import Incident, Report
from responder.replay import queries, services, shapes
from responder.replay.rules import BadFile


@click.command("replay")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--json", "as_json", is_flag=True, help="One JSON object for each accident.")
@with_appcontext
def replay(file: Path, as_json: bool) -> None:
    """Enter historic accidents as closed incidents and print what would have been owed, to whom and by when.

    Loading again changes nothing. A row that cannot be used is named with its line; the rest is loaded, exit 1.

    \b
    Example: responder replay historic_accidents.csv
    """
    database: Database = installation().database
    try:
        text = file.read_text(encoding="utf-8-sig")
        with database.unit_of_work() as uow:
            done = services.load_rows(text, uow)
    except (UnicodeDecodeError, BadFile) as refused:
        raise click.UsageError(f"{file}: {refused}") from None
    except ResponderError as refused:
        click.echo(refused.text.en, err=True)
        sys.exit(1)
    with database.unit_of_work(write=False) as uow:
        _print(done.incidents, as_json, uow)
    for bad in done.bad:
        click.echo(f"{file}:{bad.line}: {bad.id or 'no id'}: {bad.field}: {bad.message}", err=True)
    kept = len(done.incidents) - done.added
    click.echo(f"{done.added} accidents entered, {kept} there already, {len(done.bad)} refused", err=True)
    if done.bad:
        sys.exit(1)


def _print(ids: Sequence[IncidentId], as_json: bool, uow: UnitOfWork) -> None:
    rows = uow.session.execute(
        select(Incident, Report)
        .join(Report, (Report.incident_id == Incident.id) & (Report.version == Incident.version))
        .where(Incident.id.in_(ids))
    )
    found = {incident.id: (incident, report) for incident, report in rows}
    for incident_id in ids:
        answer = queries.replay(uow.session, *found[incident_id], uow.now)
        if as_json:
            click.echo(json.dumps(shapes.replay_shape(answer), ensure_ascii=False))
        else:
            for line in shapes.lines(answer):
                click.echo(line)
