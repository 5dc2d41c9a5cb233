"""The operator's commands: backup, restore, doctor."""

import json
import sys
from collections.abc import Callable
from pathlib import Path

import click
from flask.cli import ScriptInfo, with_appcontext

from responder.config import SettingsWrong
from responder.foundation.web.context import EXTENSION, Installation, installation
from responder.operations import backups
from responder.operations import doctor as examination
from responder.operations.backups import Done
from responder.operations.manifest import Unusable


@click.command()
@click.argument("destination", metavar="DEST")
@click.option("--json", "as_json", is_flag=True, help="The backup's manifest as JSON.")
@with_appcontext
def backup(destination: str, as_json: bool) -> None:
    """Back up the running installation to the file DEST, or into the folder DEST, and verify what was written.

    \b
    Example: responder backup var/backups/
    """
    here = installation()
    if destination.endswith("/"):
        Path(destination).mkdir(parents=True, exist_ok=True)
    done = _or_exit(lambda: backups.back_up(here.settings, here.database, Path(destination)))
    _tell(done, as_json, "backed up and verified")
    if done.key_beside:
        click.echo(f"the secret key lies beside it in {done.path.name}.key: keep the two apart", err=True)
    else:
        click.echo("the secret key is not in it: keep RESPONDER_SECRET_KEY in a place of its own", err=True)


@click.command()
@click.argument("source", metavar="SRC", type=click.Path(path_type=Path))
@click.option("--json", "as_json", is_flag=True, help="The backup's manifest as JSON.")
@with_appcontext
def restore(source: Path, as_json: bool) -> None:
    """Restore the backup SRC (of a folder: its latest) into an empty installation and verify what is there.

    \b
    Example: RESPONDER_HOME=var/restored responder restore var/backups/
    """
    here = installation()
    done = _or_exit(lambda: backups.restore(here.settings, here.database, source))
    _tell(done, as_json, "restored and verified")
    for note in done.notes:
        click.echo(note, err=True)


@click.command()
@click.option("--json", "as_json", is_flag=True, help="One JSON object a line.")
@click.pass_obj
def doctor(info: ScriptInfo, as_json: bool) -> None:
    """Look at everything an installation needs, one line each: ok, or what to do; exit 1 when something is to do.

    \b
    Example: responder doctor
    """
    try:
        app = info.load_app()
    except SettingsWrong as wrong:
        findings = [examination.Finding("configuration", False, str(wrong))]
    else:
        with app.app_context():
            here: Installation = app.extensions[EXTENSION]
            findings = examination.examine(here)
    for finding in findings:
        click.echo(finding.json() if as_json else finding.line())
    if not all(finding.ok for finding in findings):
        sys.exit(1)


def _or_exit(act: Callable[[], Done]) -> Done:
    try:
        return act()
    except (Unusable, OSError) as refused:
        click.echo(str(refused), err=True)
        sys.exit(1)


def _tell(done: Done, as_json: bool, words: str) -> None:
    held = done.manifest.contents
    if as_json:
        click.echo(
            json.dumps({"path": str(done.path), **json.loads(done.manifest.text())}, ensure_ascii=False)
        )
    else:
        click.echo(
            f"{done.path}\t{held.total_rows} rows in {len(held.rows)} tables\t"
            f"{held.total_entries} audit entries in {len(held.chains)} chains\t{words}"
        )
