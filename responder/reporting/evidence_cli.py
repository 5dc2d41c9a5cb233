"""`responder evidence`: sealed files, checked without the system."""

import json
import sys
from pathlib import Path

import click

from responder.reporting.seal import check


@click.group("evidence")
def cli() -> None:
    """Sealed files. Example: responder evidence check evidence.json"""


@cli.command("check")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option(
    "--secret", envvar="RESPONDER_SECRET_KEY", help="The installation's key, to check its own mark too."
)
@click.option("--json", "as_json", is_flag=True, help="One JSON object for each thing checked.")
def check_file(file: Path, secret: str | None, as_json: bool) -> None:
    """Check seal, audit chain and receipts of a sealed file; exit 1 where anything does not hold. No database.

    \b
    Example: responder evidence check evidence.json
    """
    try:
        document = json.loads(file.read_text(encoding="utf-8"))
    except (UnicodeDecodeError, ValueError, RecursionError):
        raise click.UsageError(f"{file} is no JSON") from None
    findings = check(document, secret)
    for found in findings:
        if as_json:
            click.echo(json.dumps({"what": found.what, "holds": found.wrong is None, "why": found.wrong}))
        else:
            click.echo(f"{found.what}: {found.wrong or 'holds'}")
    if any(found.wrong for found in findings):
        sys.exit(1)
