"""Memory of the idle product: the proportional set size (PSS) over the process tree of `serve --all-in-one`.

It is started as script/demo does, and measured at its second start: the first compiles programs and templates.
The baseline is one process of the same Python that has imported Flask and SQLAlchemy and nothing of ours.
"""

import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from _ground import drive, free_port, lay, product, reporters, row, say_load

ROOT = Path(__file__).parent.parent
MOST_MB = 250
SETTLE_SECONDS = 6
BARE = "import flask, sqlalchemy.orm, time; print(flush=True); time.sleep(60)"


def tree(pid: int) -> list[int]:
    """Return *pid* and every process below it."""
    parents: dict[int, int] = {}
    for entry in Path("/proc").glob("[0-9]*"):
        try:
            parents[int(entry.name)] = int((entry / "stat").read_text().rpartition(")")[2].split()[1])
        except OSError:
            continue
    found = [pid]
    for one in found:
        found += [child for child, parent in parents.items() if parent == one]
    return found


def pss_mb(pid: int) -> float:
    """Return the proportional set size of one process in MB; 0 when it has ended meanwhile."""
    try:
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    except OSError:
        return 0.0
    return next(int(line.split()[1]) for line in lines if line.startswith("Pss:")) / 1024


def bare_mb() -> float:
    """Return the size of one Python process with Flask and SQLAlchemy."""
    with subprocess.Popen([sys.executable, "-c", BARE], stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        process.stdout.readline()
        size = pss_mb(process.pid)
        process.kill()
    return size


def main() -> int:
    """Start the product, let every web process answer, wait until it is idle, and add up."""
    with tempfile.TemporaryDirectory() as folder:
        home, port = Path(folder), free_port()
        url = f"sqlite:///{home / 'bench.db'}"
        database = lay(url)
        asked = [(one.token, "") for one in reporters(database, 1)]
        database.engine.dispose()
        os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
        os.environ["PYTHONPYCACHEPREFIX"] = str(ROOT / ".cache" / "bytecode")
        with product(home, url, port) as server:
            first = sum(map(pss_mb, tree(server.pid)))
        with product(home, url, port) as server:
            fresh = sum(map(pss_mb, tree(server.pid)))
            drive(f"http://127.0.0.1:{port}", "GET", "/board", asked, seconds=2)
            time.sleep(SETTLE_SECONDS)
            sizes = {pid: pss_mb(pid) for pid in tree(server.pid)}
    print(f"just started {fresh:.0f} MB, the first time {first:.0f} MB")
    print(f"processes: {', '.join(f'{size:.0f}' for size in sizes.values())} MB")
    say_load()
    total, bare = sum(sizes.values()), bare_mb()
    met = total <= MOST_MB
    row(
        f"memory of the all-in-one product, idle after pages, {len(sizes)} processes (PSS)",
        f"{total:.0f} MB",
        f"{bare:.0f} MB",
        f"{total / bare:.1f}",
        f"<= {MOST_MB} MB",
        met,
    )
    return 0 if met and os.path.exists("/proc/self/smaps_rollup") else 1


if __name__ == "__main__":
    sys.exit(main())
