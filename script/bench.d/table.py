"""Runs the benchmarks and prints their rows as one table of ratios.

A benchmark is a script under `benchmarks/`; each row that it prints has six columns parted by tabs: what was
measured, ours, the baseline of the same run, their ratio, the target (`>= 0.60`, `<= 60 ms` and such) and, last,
`met` or `missed`. Whatever else it prints is talk. Exit 1 when a benchmark fails or a target is missed.
"""

import os
import subprocess
import sys
import unicodedata
from pathlib import Path

HEADINGS = ("measured", "ours", "baseline", "ratio", "target", "")
PARTS = Path("benchmarks")


def chosen(names: list[str]) -> list[Path]:
    """Return the benchmarks of those names, all without any."""
    if names:
        return [PARTS / f"{Path(name).stem}.py" for name in names]
    return sorted(path for path in PARTS.glob("*.py") if not path.stem.startswith("_"))


def measure(path: Path) -> tuple[list[list[str]], bool]:
    """Run one benchmark; return its rows and whether it came to its end."""
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join([".", os.environ.get("PYTHONPATH", "")])}
    command = [sys.executable, str(path)]
    with subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True) as run:
        assert run.stdout is not None
        rows = []
        for line in run.stdout:
            cells = line.rstrip("\n").split("\t")
            if len(cells) == len(HEADINGS):
                rows.append(cells)
            else:
                print(line, end="", file=sys.stderr)
    return rows, run.returncode == 0


def width(text: str) -> int:
    """Return how many columns of a terminal *text* takes; Chinese takes two each."""
    return sum(2 if unicodedata.east_asian_width(character) in "WF" else 1 for character in text)


def table(rows: list[list[str]]) -> str:
    """Return the rows under their headings, in even columns."""
    widths = [max(width(row[column]) for row in rows) for column in range(len(HEADINGS))]
    lines = []
    for row in rows:
        cells = [cell + " " * (widths[column] - width(cell)) for column, cell in enumerate(row)]
        lines.append("  ".join(cells).rstrip())
    return "\n".join(lines)


def main(names: list[str]) -> int:
    """Run the chosen benchmarks one after the other and print their table."""
    benchmarks = chosen(names)
    if not benchmarks:
        print("there is no benchmark", file=sys.stderr)
        return 1
    rows: list[list[str]] = [list(HEADINGS)]
    failed = []
    for path in benchmarks:
        print(f"{path.stem} ...", file=sys.stderr)
        measured, ended = measure(path)
        rows += measured
        if not ended or not measured:
            failed.append(path.stem)
    print(table(rows))
    missed = [row[0] for row in rows if row[-1] == "missed"]
    for name in failed:
        print(f"{name}: did not come to its end", file=sys.stderr)
    return 1 if failed or missed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
