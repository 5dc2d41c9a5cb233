"""Backup while others write, restore into an empty place, on both databases."""

import shutil
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import make_url, text

from responder.config import Settings, load_settings
from responder.core.clock import FixedClock
from responder.core.db import make_engine
from responder.core.jobs.embedded import EmbeddedJobs
from responder.core.uow import Database
from responder.foundation.audit.services import record
from responder.operations import backups, contents
from responder.operations.manifest import Unusable, key_path, manifest_path
from tests.services import find_postgres


@pytest.fixture(autouse=True)
def programs_of_the_server(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the client programs of the test run's own server be found first."""
    monkeypatch.setenv("PATH", str(find_postgres()), prepend=":")


@pytest.fixture
def settings(database: Database, tmp_path: Path) -> Settings:
    url = database.engine.url.render_as_string(hide_password=False)
    return load_settings({"RESPONDER_HOME": str(tmp_path / "home"), "RESPONDER_DATABASE_URL": url})


@pytest.fixture
def elsewhere(database: Database, clock: FixedClock, tmp_path: Path) -> Iterator[tuple[Settings, Database]]:
    """Another installation with an empty database of the same kind."""
    if database.engine.dialect.name == "sqlite":
        url = f"sqlite:///{tmp_path / 'other' / 'responder.db'}"
    else:
        here = make_url(database.engine.url)
        url = here.set(database=f"{here.database}_restored").render_as_string(hide_password=False)
        admin = make_engine(here.set(database="postgres").render_as_string(hide_password=False))
        with admin.execution_options(isolation_level="AUTOCOMMIT").connect() as connection:
            connection.execute(text(f'DROP DATABASE IF EXISTS "{here.database}_restored" WITH (FORCE)'))
            connection.execute(text(f'CREATE DATABASE "{here.database}_restored" TEMPLATE template0'))
        admin.dispose()
    engine = make_engine(url)
    other = load_settings({"RESPONDER_HOME": str(tmp_path / "other"), "RESPONDER_DATABASE_URL": url})
    yield other, Database(engine, clock, EmbeddedJobs(), {})
    engine.dispose()


def write(database: Database, count: int, province: str = "220000") -> None:
    with database.unit_of_work() as uow:
        for number in range(count):
            payload = {"no": number, "words": "松树镇\t\\ 🔥\n"}
            record(uow, "incident_logged", province_code=province, payload=payload)


def held(database: Database) -> contents.Contents:
    with contents.snapshot(database.engine) as session:
        assert contents.broken_chains(session) == []
        return contents.read(session)


def test_what_is_restored_is_what_was_backed_up(
    settings: Settings, database: Database, elsewhere: tuple[Settings, Database], tmp_path: Path
) -> None:
    write(database, 5)
    write(database, 3, "210000")
    before = held(database)
    folder = tmp_path / "kept"
    folder.mkdir()
    done = backups.back_up(settings, database, folder)
    assert done.manifest.contents == before == held(database)
    assert backups.last_backup(settings.home) == (database.clock.now(), done.path)
    write(database, 2)
    other, empty = elsewhere
    assert backups.restore(other, empty, folder).notes == ()
    assert held(empty) == before
    assert (other.home / "secret_key").read_text() == settings.secret_key
    write(empty, 1)
    assert held(empty).total_entries == before.total_entries + 1


def test_a_backup_taken_while_others_write_is_of_one_moment(
    settings: Settings, database: Database, tmp_path: Path
) -> None:
    write(database, 200)
    stop, written = threading.Event(), []

    def go_on() -> None:
        while not stop.is_set():
            write(database, 5)
            written.append(5)

    writer = threading.Thread(target=go_on)
    writer.start()
    try:
        while not written:
            stop.wait(0.01)
        done = [backups.back_up(settings, database, tmp_path / f"{number}.saved") for number in range(3)]
    finally:
        stop.set()
        writer.join()
    totals = [backup.manifest.contents.total_entries for backup in done]
    assert totals == sorted(totals)
    assert all(total % 5 == 0 for total in totals)
    assert totals[0] < held(database).total_entries


def test_nothing_that_exists_is_overwritten(
    settings: Settings, database: Database, elsewhere: tuple[Settings, Database], tmp_path: Path
) -> None:
    target = tmp_path / "saved"
    backups.back_up(settings, database, target)
    with pytest.raises(Unusable, match="exists already"):
        backups.back_up(settings, database, target)
    with pytest.raises(Unusable, match="is not empty"):
        backups.restore(settings, database, target)
    _, empty = elsewhere
    with pytest.raises(Unusable, match="nothing to back up"):
        backups.back_up(settings, empty, tmp_path / "none")
    assert not list(tmp_path.glob("none*"))


def test_a_backup_that_was_changed_is_refused_and_nothing_restored(
    settings: Settings, database: Database, elsewhere: tuple[Settings, Database], tmp_path: Path
) -> None:
    done = backups.back_up(settings, database, tmp_path / "saved")
    content = bytearray(done.path.read_bytes())
    content[len(content) // 2] ^= 1
    done.path.write_bytes(content)
    other, empty = elsewhere
    with pytest.raises(Unusable, match="its checksum is another"):
        backups.restore(other, empty, done.path)
    manifest_path(done.path).unlink()
    with pytest.raises(Unusable, match="is missing"):
        backups.restore(other, empty, done.path)
    with contents.snapshot(empty.engine) as session:
        assert contents.tables(session) == []


def test_a_restored_demo_stays_a_demo_and_a_foreign_key_is_told(
    settings: Settings, database: Database, elsewhere: tuple[Settings, Database], tmp_path: Path
) -> None:
    environment = {**settings.environment, "RESPONDER_SECRET_KEY": "the operator's own"}
    kept = replace(settings, demo=True, secret_key="the operator's own", environment=environment)
    done = backups.back_up(kept, database, tmp_path / "saved")
    assert not done.key_beside
    assert not key_path(done.path).exists()
    other, empty = elsewhere
    notes = backups.restore(other, empty, done.path).notes
    assert "sealed with another key" in notes[0]
    assert (other.home / "demo").exists()


def test_a_broken_chain_makes_no_backup(settings: Settings, database: Database, tmp_path: Path) -> None:
    write(database, 3)
    with database.engine.begin() as connection:
        connection.execute(text("UPDATE audit_head SET seq = 2"))
    with pytest.raises(Unusable, match="audit chain 220000"):
        backups.back_up(settings, database, tmp_path / "saved")
    assert not list(tmp_path.glob("saved*"))


def test_a_backup_of_the_other_database_is_refused(tmp_path: Path, clock: FixedClock) -> None:
    url = f"sqlite:///{tmp_path / 'empty.db'}"
    other = load_settings({"RESPONDER_HOME": str(tmp_path), "RESPONDER_DATABASE_URL": url})
    (tmp_path / "saved").write_bytes(b"PGDMP")
    manifest_path(tmp_path / "saved").write_text(
        '{"format": 1, "made_at": "2026-11-21T06:00:00+00:00", "engine": "postgresql", "schema": "0001",'
        ' "sha256": "", "key_mark": "", "demo": false, "rows": {}, "chains": {}}'
    )
    database = Database(make_engine(url), clock, EmbeddedJobs(), {})
    with pytest.raises(Unusable, match="names a sqlite one"):
        backups.restore(other, database, tmp_path / "saved")
    database.engine.dispose()


def test_an_sqlite_backup_is_one_file_that_any_sqlite_reads(
    sqlite_template: Path, clock: FixedClock, tmp_path: Path
) -> None:
    shutil.copy(sqlite_template, tmp_path / "responder.db")
    settings = load_settings({"RESPONDER_HOME": str(tmp_path)})
    database = Database(make_engine(settings.database_url), clock, EmbeddedJobs(), {})
    write(database, 4)
    done = backups.back_up(settings, database, tmp_path / "saved.db")
    with closing(sqlite3.connect(done.path)) as plain:
        assert plain.execute("SELECT count(*) FROM audit_entry").fetchone() == (4,)
        assert plain.execute("PRAGMA journal_mode").fetchone() == ("delete",)
    assert done.path.stat().st_mode & 0o777 == 0o600
    assert sorted(path.name for path in tmp_path.glob("saved*")) == [
        "saved.db",
        "saved.db.json",
        "saved.db.key",
    ]
    database.engine.dispose()


def test_without_the_programs_of_postgresql_the_operator_is_told(
    settings: Settings, database: Database, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr("responder.operations.postgres_dump.DEBIAN", tmp_path)
    if database.engine.dialect.name == "sqlite":
        backups.back_up(settings, database, tmp_path / "saved")
        return
    with pytest.raises(Unusable, match="postgresql-client"):
        backups.back_up(settings, database, tmp_path / "saved")
