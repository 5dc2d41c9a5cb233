"""Names files over 400 lines and functions over 40: they ask to be read again. Says so and is content."""

import ast
import sys
from collections.abc import Iterator
from pathlib import Path

LONGEST_FILE = 400
LONGEST_FUNCTION = 40
PLACES = ("responder", "plans", "duty_roster", "maps", "tests", "benchmarks", "script")


def findings(path: Path) -> Iterator[str]:
    """Yield what is long in *path*."""
    text = path.read_text(encoding="utf-8")
    lines = text.count("\n")
    if lines > LONGEST_FILE:
        yield f"{path}: {lines} lines"
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            size = (node.end_lineno or node.lineno) - node.lineno + 1
            if size > LONGEST_FUNCTION:
                yield f"{path}:{node.lineno} {node.name}: {size} lines"


def main() -> int:
    """Print the findings as advice; always 0."""
    for place in map(Path, PLACES):
        for path in sorted(place.rglob("*.py")):
            if "migrations/versions" not in path.as_posix():
                for finding in findings(path):
                    print(f"        long: {finding}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
