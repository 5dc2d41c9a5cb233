"""The command `responder assess`."""

from __future__ import annotations

import sys
from typing import BinaryIO

import click

from responder.law.contract import answer_line


@click.command("assess")
@click.argument("file", type=click.File("rb"), default="-")
@click.pass_context
def assess(context: click.Context, file: BinaryIO) -> None:
    """Answer cases with grades and duties: one JSON object a line in, one out.

    A line that cannot be gives {id, error: {field, message}} and exit status 1; the rest is answered all the same.

    \b
    Example: responder assess cases.jsonl
    """
    out = sys.stdout.buffer
    good = True
    for line in file:
        if line.strip():
            answer, fine = answer_line(line)
            good = good and fine
            out.write(answer.encode("utf-8", "replace") + b"\n")
    out.flush()
    context.exit(0 if good else 1)
