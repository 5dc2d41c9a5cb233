"""The `responder` command; a command's code is loaded when that command is called."""

import importlib
import sys
from typing import Any

import click

from responder.config import SettingsWrong

# `assess` and `roster` need no database and must start at once, so nothing is imported before it is needed.
COMMANDS = {
    "serve": "responder.processes.cli:serve",
    "worker": "responder.processes.cli:worker",
    "clock": "responder.processes.cli:clock",
    "db": "responder.cli:db",
    "reference": "responder.foundation.directory.cli:cli",
    "demo": "responder.demo.cli:cli",
    "account": "responder.foundation.access.cli:cli",
    "assess": "responder.law.cli:assess",
    "roster": "duty_roster.cli:cli",
    "audit": "responder.foundation.audit.cli:cli",
    "replay": "responder.replay.cli:replay",
    "evidence": "responder.reporting.evidence_cli:cli",
    "backup": "responder.operations.cli:backup",
    "restore": "responder.operations.cli:restore",
    "doctor": "responder.operations.cli:doctor",
}
DATABASE_FAULTS = {"OperationalError", "ProgrammingError"}


class LazyGroup(click.Group):
    """Knows its commands by name and loads one when it is asked for."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the names of all commands."""
        return sorted(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Return the command called *cmd_name*, or None."""
        target = COMMANDS.get(cmd_name)
        if target is None:
            return None
        module, _, name = target.partition(":")
        command: click.Command = getattr(importlib.import_module(module), name)
        return command


@click.command(cls=LazyGroup)
def cli() -> None:
    """Responder: emergency-response coordination and duty system.

    Example: responder serve --all-in-one
    """


class _Script:
    """Makes the application for the commands that need one, as late as they ask for it."""

    def __call__(self) -> Any:
        from flask.cli import ScriptInfo

        return ScriptInfo(create_app=_create_app, set_debug_flag=False)


def _create_app() -> Any:
    return importlib.import_module("responder.app").create_app()


def main() -> None:
    """Run the command line; exit 0 done, 1 refused or findings, 2 wrong use."""
    needs_app = not (len(sys.argv) > 1 and sys.argv[1] in {"assess", "roster", "--help"})
    try:
        cli(obj=_Script()() if needs_app else None, prog_name="responder")
    except SettingsWrong as wrong:
        click.echo(str(wrong), err=True)
        sys.exit(2)
    except Exception as fault:
        # The driver's own class is heavy to import, and `assess` never meets it.
        if type(fault).__module__ != "sqlalchemy.exc" or type(fault).__name__ not in DATABASE_FAULTS:
            raise
        click.echo(
            f"The database cannot be used: {getattr(fault, 'orig', fault)}. See `responder db upgrade`.",
            err=True,
        )
        sys.exit(1)
