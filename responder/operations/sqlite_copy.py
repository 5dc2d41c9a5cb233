"""Copying an SQLite database while others write to it."""

import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, create_engine
from sqlalchemy.orm import Session

from responder.operations.contents import snapshot


def copy_moment(session: Session, target: Path) -> None:
    """Write the database to the file *target* as *session* sees it; writers are not held up."""
    raw: Any = session.connection().connection.driver_connection
    with closing(sqlite3.connect(target)) as copy:
        # The session holds its read transaction, so that the copy is of the moment that it has counted.
        raw.backup(copy)
        # One file without a log beside it; an installation that opens it turns the log on again.
        copy.execute("PRAGMA journal_mode=DELETE")
    sync(target)


def copy_file(source: Path, target: Path) -> None:
    """Write the SQLite file *source* to the file *target*."""
    read_only = f"{source.absolute().as_uri()}?mode=ro"
    with closing(sqlite3.connect(read_only, uri=True)) as original, closing(sqlite3.connect(target)) as copy:
        original.backup(copy)
    sync(target)


def faults(path: Path) -> list[str]:
    """Return what SQLite's own checks find in the file: pages, indexes, references."""
    with closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)) as opened:
        try:
            found = [row[0] for row in opened.execute("PRAGMA integrity_check") if row[0] != "ok"]
            for name, row, parent, _ in opened.execute("PRAGMA foreign_key_check"):
                found.append(f"row {row} of {name} points at nothing in {parent}")
        except sqlite3.DatabaseError as error:
            return [str(error)]
    return found


@contextmanager
def opened(path: Path) -> Iterator[Session]:
    """Yield a session that reads the SQLite file *path*."""
    engine: Engine = create_engine(f"sqlite:///file:{path.absolute()}?mode=ro&uri=true")
    try:
        with snapshot(engine) as session:
            yield session
    finally:
        engine.dispose()


def sync(path: Path) -> None:
    """Wait until the file and its name in its folder are on the disk."""
    for place, flags in ((path, os.O_RDONLY), (path.absolute().parent, os.O_RDONLY | os.O_DIRECTORY)):
        descriptor = os.open(place, flags)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
