"""`responder roster`: judge a roster given as one JSON document; no database is needed."""

import json
import sys
from typing import Any, BinaryIO

import click
from flask.cli import AppGroup

from duty_roster import checker, problem
from responder.core.errors import InvalidInput, ResponderError

cli = AppGroup("roster", help="Check a duty roster given as a JSON document.")


@cli.command("check", with_appcontext=False)
@click.argument("file", type=click.File("rb"), default="-")
@click.option("--json/--table", "as_json", default=True, help="JSON (default), or lines to read.")
def check(file: BinaryIO, as_json: bool) -> None:
    """Judge the assignments in FILE: every violation, and exit status 1 if a hard one stands.

    Example: responder roster check october.json
    """
    try:
        document = problem.read_problem(file.read())
        verdict = checker.check(document)
    except ResponderError as refused:
        _explain(refused)
        sys.exit(2)
    entries = [_entry(document, finding) for finding in verdict.findings]
    if not as_json:
        for entry in entries:
            click.echo("\t".join(str(entry[key]) for key in ("severity", "rule", "who", "when", "message")))
    else:
        hard = sum(entry["severity"] == "hard" for entry in entries)
        answer = {"violations": entries, "hard": hard, "penalty": verdict.penalty}
        click.echo(json.dumps(answer, ensure_ascii=False, indent=1))
    for rule in verdict.unjudged:
        click.echo(f"{rule}: not judged, the document says nothing it could be judged by", err=True)
    sys.exit(0 if verdict.is_lawful else 1)


@cli.command("schema", with_appcontext=False)
def schema() -> None:
    """Print the JSON schema of the document.

    Example: responder roster schema > docs/schemas/roster.json
    """
    click.echo(json.dumps(problem.Problem.model_json_schema(), ensure_ascii=False, indent=2))


def _entry(document: problem.Problem, finding: checker.Finding) -> dict[str, Any]:
    first, last = finding.days
    return {
        "rule": finding.rule,
        "severity": finding.severity.value,
        "who": finding.who,
        "when": {
            "day": first,
            "until_day": last,
            "date": document.date_of(first).isoformat(),
            "shift": finding.shift,
        },
        "message": finding.message.en,
        "message_zh": finding.message.zh,
        "limit": finding.limit,
        "cost": finding.cost,
    }


def _explain(refused: ResponderError) -> None:
    click.echo(refused.text.en, err=True)
    if isinstance(refused, InvalidInput):
        for field, text in refused.errors.items():
            click.echo(f"  {field}: {text.en}", err=True)
