"""Taking a backup of a running installation, and laying it into an empty one; both are verified from the disk."""

import json
import os
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from sqlalchemy import Engine, make_url

from responder.config import DEMO_MARK, Settings
from responder.core.uow import Database
from responder.operations import contents, postgres_dump, sqlite_copy
from responder.operations.contents import Contents
from responder.operations.manifest import (
    Manifest,
    Unusable,
    checksum,
    key_mark,
    key_path,
    manifest_path,
    read_manifest,
)

LAST_BACKUP = "last_backup.json"
SECRET = "secret_key"
ENDINGS = {"sqlite": ".db", "postgresql": ".dump"}


@dataclass(frozen=True, slots=True)
class Done:
    """What was written or restored, and what the operator must know about it."""

    path: Path
    manifest: Manifest
    key_beside: bool
    notes: tuple[str, ...] = ()


# --- Backup -------------------------------------------------------------------------------------------------


def back_up(settings: Settings, database: Database, destination: Path) -> Done:
    """Write a backup to *destination* while the installation goes on; raise Unusable when it cannot be trusted.

    A folder gets a file named by the moment. Nothing that exists is overwritten, and a backup that was not verified
    does not get its name.
    """
    made_at = database.clock.now()
    kind = database.engine.dialect.name
    target = _free_name(destination, made_at, ENDINGS[kind])
    part = target.with_name(f"{target.name}.part")
    part.unlink(missing_ok=True)
    try:
        _refuse_empty(database.engine)
        held = _copy(settings, database.engine, part)
        _verify(kind, part, held)
        manifest = Manifest(made_at, kind, held, checksum(part), key_mark(settings.secret_key), settings.demo)
        key_beside = _keep_key(settings, target)
        manifest_path(target).write_text(manifest.text(), encoding="utf-8")
        sqlite_copy.sync(manifest_path(target))
        os.replace(part, target)
        sqlite_copy.sync(target)
    finally:
        part.unlink(missing_ok=True)
    _remember(settings.home, target, manifest)
    return Done(target, manifest, key_beside)


def _free_name(destination: Path, made_at: datetime, ending: str) -> Path:
    if destination.is_dir():
        destination = destination / f"responder-{made_at:%Y%m%dT%H%M%SZ}{ending}"
    for path in (destination, manifest_path(destination), key_path(destination)):
        if path.exists():
            raise Unusable(f"{path} exists already: name another place")
    destination.parent.mkdir(parents=True, exist_ok=True)
    return destination


def _refuse_empty(engine: Engine) -> None:
    with contents.snapshot(engine) as session:
        if not contents.tables(session):
            raise Unusable("the database is empty: there is nothing to back up")


def _copy(settings: Settings, engine: Engine, part: Path) -> Contents:
    with contents.snapshot(engine) as session:
        held = contents.read(session)
        if engine.dialect.name == "sqlite":
            sqlite_copy.copy_moment(session, part)
        else:
            postgres_dump.dump(session, settings.database_url, part)
            sqlite_copy.sync(part)
    os.chmod(part, 0o600)
    return held


def _verify(kind: str, path: Path, held: Contents) -> None:
    faults = _sqlite_faults(path, held) if kind == "sqlite" else _dump_faults(path, held)
    if faults:
        raise Unusable("the copy is not what was copied: " + "; ".join(faults[:5]))


def _sqlite_faults(path: Path, held: Contents) -> list[str]:
    faults = sqlite_copy.faults(path)
    if faults:
        return faults
    with sqlite_copy.opened(path) as session:
        return held.differences(contents.read(session)) + contents.broken_chains(session)


def _dump_faults(path: Path, held: Contents) -> list[str]:
    reading = postgres_dump.read_back(path)
    return held.differences(reading.contents(held.rows)) + reading.broken_chains()


def _keep_key(settings: Settings, target: Path) -> bool:
    # A key from the environment is the operator's to keep; one that the installation made exists nowhere else.
    if settings.environment.get("RESPONDER_SECRET_KEY"):
        return False
    _write_secret(key_path(target), settings.secret_key)
    return True


def _write_secret(path: Path, secret: str) -> None:
    path.unlink(missing_ok=True)
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w") as file:
        file.write(secret)
    sqlite_copy.sync(path)


def _remember(home: Path, target: Path, manifest: Manifest) -> None:
    said = {"at": manifest.made_at.isoformat(), "path": str(target.absolute())}
    home.mkdir(parents=True, exist_ok=True)
    part = home / f"{LAST_BACKUP}.part"
    part.write_text(json.dumps(said), encoding="utf-8")
    os.replace(part, home / LAST_BACKUP)


def last_backup(home: Path) -> tuple[datetime, Path] | None:
    """Return when the last backup was taken on this machine and where it was written, or None."""
    try:
        said = json.loads((home / LAST_BACKUP).read_text(encoding="utf-8"))
        return datetime.fromisoformat(said["at"]), Path(said["path"])
    except (FileNotFoundError, ValueError, KeyError, TypeError):
        return None


# --- Restore ------------------------------------------------------------------------------------------------


def restore(settings: Settings, database: Database, source: Path) -> Done:
    """Lay the backup *source* (of a folder: its latest) into the empty database of this installation.

    Raises Unusable, and leaves the database empty, when it is not empty, or the backup is not what its manifest says.
    """
    source = _latest_in(source) if source.is_dir() else source
    if not source.is_file():
        raise Unusable(f"{source} is no backup: there is no such file")
    manifest = read_manifest(source)
    kind = database.engine.dialect.name
    if manifest.engine != kind:
        raise Unusable(
            f"the backup is of an {manifest.engine} database, and RESPONDER_DATABASE_URL names a {kind} one"
        )
    if checksum(source) != manifest.sha256:
        raise Unusable(f"{source} was changed after it was written: its checksum is another")
    with contents.snapshot(database.engine) as session:
        if contents.tables(session):
            raise Unusable("the database is not empty: name another RESPONDER_HOME or RESPONDER_DATABASE_URL")
    if kind == "sqlite":
        _restore_sqlite(settings, database.engine, source, manifest)
    else:
        _restore_postgres(settings, database.engine, source, manifest)
    key_beside = key_path(source).is_file()
    return Done(source, manifest, key_beside, tuple(_settle(settings, source, manifest)))


def _latest_in(folder: Path) -> Path:
    found = [path.with_suffix("") for path in folder.glob("*.json") if path.with_suffix("").is_file()]
    if not found:
        raise Unusable(f"{folder} holds no backup")
    return max(found, key=lambda path: read_manifest(path).made_at)


def _restore_sqlite(settings: Settings, engine: Engine, source: Path, manifest: Manifest) -> None:
    target = Path(make_url(settings.database_url).database or "")
    part = target.with_name(f"{target.name}.part")
    part.unlink(missing_ok=True)
    engine.dispose()
    try:
        sqlite_copy.copy_file(source, part)
        _verify("sqlite", part, manifest.contents)
        for empty in (target, *(target.with_name(f"{target.name}{log}") for log in ("-wal", "-shm"))):
            empty.unlink(missing_ok=True)
        os.replace(part, target)
        sqlite_copy.sync(target)
    finally:
        part.unlink(missing_ok=True)


def _restore_postgres(settings: Settings, engine: Engine, source: Path, manifest: Manifest) -> None:
    with contents.snapshot(engine) as session:
        postgres_dump.restore(session, settings.database_url, source)
    with contents.snapshot(engine) as session:
        faults = manifest.contents.differences(contents.read(session)) + contents.broken_chains(session)
    if faults:
        raise Unusable("what was restored is not what was backed up: " + "; ".join(faults[:5]))


def _settle(settings: Settings, source: Path, manifest: Manifest) -> list[str]:
    """Carry over what does not stand in the database: the demo's seal and the secret key; return what is left to do."""
    settings.home.mkdir(parents=True, exist_ok=True)
    notes: list[str] = []
    if manifest.demo:
        # Without its mark a restored demo would ring the world outside.
        (settings.home / DEMO_MARK).touch()
    if key_mark(settings.secret_key) == manifest.key_mark:
        return notes
    secret = key_path(source).read_text().strip() if key_path(source).is_file() else ""
    if key_mark(secret) == manifest.key_mark and not settings.environment.get("RESPONDER_SECRET_KEY"):
        _write_secret(settings.home / SECRET, secret)
    else:
        notes.append(
            "the telephone numbers in it are sealed with another key: "
            "set RESPONDER_SECRET_KEY to that of the installation that was backed up"
        )
    return notes
