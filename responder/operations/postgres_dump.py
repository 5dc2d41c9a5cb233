"""Dumping and restoring a PostgreSQL database with its own programs, and reading a dump back."""

import os
import re
import shutil
import subprocess
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from json import loads
from pathlib import Path
from uuid import UUID

from sqlalchemy import make_url, text
from sqlalchemy.orm import Session

from responder.foundation.audit import rules
from responder.operations.contents import Contents
from responder.operations.manifest import Unusable

DEBIAN = Path("/usr/lib/postgresql")  # Debian keeps the programs of each version apart from PATH
COPY = re.compile(r'COPY (?:"?[\w$]+"?\.)?"?([\w$]+)"? \((.*)\) FROM stdin;')
ESCAPED = re.compile(r"\\(.)")
ESCAPES = {"b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t", "v": "\v"}


def dump(session: Session, url: str, target: Path) -> None:
    """Write the database to the file *target* as *session* sees it; writers are not held up."""
    moment = session.scalar(text("SELECT pg_export_snapshot()"))
    program = _program("pg_dump", _server_version(session))
    options = ("--format=custom", "--no-owner", "--no-privileges", f"--snapshot={moment}")
    _run([program, *options, f"--file={target}", f"--dbname={_address(url)}"], url)


def restore(session: Session, url: str, source: Path) -> None:
    """Fill the empty database at *url* from the dump *source*, all of it or nothing."""
    program = _program("pg_restore", _server_version(session))
    session.rollback()
    options = ("--no-owner", "--no-privileges", "--exit-on-error", "--single-transaction")
    _run([program, *options, f"--dbname={_address(url)}", str(source)], url)


@dataclass
class DumpReading:
    """What a dump holds, read back from its file."""

    rows: Counter[str] = field(default_factory=Counter)
    revision: str = ""
    chains: dict[str, tuple[int, str]] = field(default_factory=dict)
    entries: dict[str, list[tuple[int, str, str]]] = field(default_factory=dict)
    faults: list[str] = field(default_factory=list)

    def take(self, name: str, values: dict[str, str | None]) -> None:
        """Count one row; keep what speaks of the audit chains and of the schema."""
        self.rows[name] += 1
        if name == "alembic_version":
            self.revision = values["version_num"] or ""
        elif name == "audit_head":
            self.chains[str(values["chain"])] = (int(values["seq"] or 0), str(values["hash"]))
        elif name == "audit_entry":
            self._take_entry(values)

    def _take_entry(self, values: dict[str, str | None]) -> None:
        link = rules.Link(
            str(values["chain"]),
            int(values["seq"] or 0),
            datetime.fromisoformat(str(values["at"])),
            str(values["actor_login"]),
            str(values["actor_name"]),
            str(values["agency_code"]),
            str(values["kind"]),
            UUID(values["incident_id"]) if values["incident_id"] else None,
            UUID(str(values["lane_id"])),
            loads(str(values["payload"])),
        )
        before, said = str(values["prev_hash"]), str(values["hash"])
        if rules.entry_hash(before, link) != said:
            self.faults.append(f"audit chain {link.chain}, entry {link.seq}: its content was changed")
        self.entries.setdefault(link.chain, []).append((link.seq, before, said))

    def broken_chains(self) -> list[str]:
        """Return in words which audit chain of the dump does not hold."""
        found = list(self.faults)
        for chain in sorted({*self.entries, *self.chains}):
            reached, expected = rules.GENESIS, 1
            for seq, before, said in sorted(self.entries.get(chain, [])):
                if (seq, before) != (expected, reached):
                    found.append(f"audit chain {chain}, entry {expected}: it is missing or does not follow")
                    break
                reached, expected = said, seq + 1
            else:
                if self.chains.get(chain) != (expected - 1, reached):
                    found.append(f"audit chain {chain}: it does not end at its head")
        return found

    def contents(self, names: Iterable[str]) -> Contents:
        """Return the contents; a table of *names* without rows has none in the dump either."""
        return Contents({name: self.rows[name] for name in {*names, *self.rows}}, self.chains, self.revision)


def read_back(path: Path) -> DumpReading:
    """Read the rows of the dump *path* as it lies on the disk."""
    command = [_program("pg_restore", 0), "--data-only", "--file=-", str(path)]
    reading = DumpReading()
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, encoding="utf-8"
    ) as run:
        assert run.stdout is not None and run.stderr is not None
        for name, values in _rows(run.stdout):
            reading.take(name, values)
        words = run.stderr.read().strip()
    if run.returncode:
        raise Unusable(f"{path} cannot be read back: {_last_line(words)}")
    return reading


def _rows(lines: Iterable[str]) -> Iterator[tuple[str, dict[str, str | None]]]:
    name, columns = "", [""]
    for line in lines:
        line = line.removesuffix("\n")
        if name:
            if line == "\\.":
                name = ""
            else:
                yield name, dict(zip(columns, map(_value, line.split("\t")), strict=True))
            continue
        begun = COPY.fullmatch(line)
        if begun:
            name, columns = begun[1], [column.strip(' "') for column in begun[2].split(",")]


def _value(written: str) -> str | None:
    if written == "\\N":
        return None
    return ESCAPED.sub(lambda found: ESCAPES.get(found[1], found[1]), written) if "\\" in written else written


# --- The programs -------------------------------------------------------------------------------------------


def _server_version(session: Session) -> int:
    return int(session.scalar(text("SHOW server_version_num")) or 0) // 10000


def _program(name: str, version: int) -> str:
    """Return a program that can talk to a server of *version*; raise Unusable where there is none."""
    newest = 0
    for path in _places(name):
        found = _version_of(path)
        if found >= version:
            return path
        newest = max(newest, found)
    if newest:
        raise Unusable(
            f"{name} {newest} cannot serve a PostgreSQL {version} server: "
            f"install the client programs of version {version} (package postgresql-client-{version})"
        )
    raise Unusable(
        f"{name} is not found: install the client programs of PostgreSQL (package postgresql-client)"
    )


def _places(name: str) -> Iterator[str]:
    by_version = sorted(DEBIAN.glob(f"*/bin/{name}"), key=lambda path: path.parts[-3].zfill(4), reverse=True)
    on_path = shutil.which(name)
    yield from ([on_path] if on_path else [])
    yield from map(str, by_version)


def _version_of(program: str) -> int:
    said = subprocess.run([program, "--version"], capture_output=True, text=True, check=False).stdout
    found = re.search(r"(\d+)(?:\.|devel|beta|rc|\s|$)", said.partition(")")[2])
    return int(found[1]) if found else 0


def _address(url: str) -> str:
    # Without the password: what stands in a command line can be read by everybody on the machine.
    return make_url(url).set(drivername="postgresql", password=None).render_as_string(hide_password=False)


def _run(command: list[str], url: str) -> None:
    password = make_url(url).password
    environment = {**os.environ, **({"PGPASSWORD": str(password)} if password else {})}
    done = subprocess.run(command, capture_output=True, text=True, env=environment, check=False)
    if done.returncode:
        raise Unusable(f"{Path(command[0]).name} ended with: {_last_line(done.stderr)}")


def _last_line(words: str) -> str:
    lines = [line for line in words.splitlines() if line.strip()]
    return lines[-1] if lines else "no word"
