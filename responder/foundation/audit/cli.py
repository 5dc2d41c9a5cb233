"""Command line of the audit chain."""

import json
import sys

import click
from flask.cli import AppGroup

from responder.foundation.audit import queries
from responder.foundation.web.context import installation

cli = AppGroup("audit", help="The chain of what was done. Example: responder audit verify")


@cli.command("verify")
@click.option("--json", "as_json", is_flag=True, help="One JSON object for each chain.")
def verify(as_json: bool) -> None:
    """Recompute every hash chain; exit 1 on the first break, naming it. Example: responder audit verify"""
    chains = entries = 0
    with installation().database.unit_of_work(lane=None, write=False) as uow:
        for check in queries.verify(uow.session):
            chains, entries = chains + 1, entries + check.entries
            if as_json:
                broken = {"seq": check.broken.seq, "why": check.broken.why} if check.broken else None
                click.echo(
                    json.dumps(
                        {"chain": check.chain, "entries": check.entries, "head": check.head, "broken": broken}
                    )
                )
            elif check.broken is None:
                click.echo(f"{check.chain}\t{check.entries} entries\t{check.head}\tok")
            else:
                click.echo(f"{check.chain}\tentry {check.broken.seq}\t{check.broken.why}\tBROKEN")
            if check.broken is not None:
                sys.exit(1)
    click.echo(f"{chains} chains with {entries} entries verified", err=True)
