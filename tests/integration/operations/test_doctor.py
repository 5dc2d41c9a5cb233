"""What the doctor finds, on both databases."""

import json
import shutil
import socket
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from alembic.migration import MigrationContext
from click.testing import CliRunner
from flask.cli import ScriptInfo
from sqlalchemy import text

from responder import schema
from responder.app import create_app
from responder.config import load_settings
from responder.core import heartbeat
from responder.core.clock import FixedClock
from responder.core.jobs.embedded import EmbeddedJobs
from responder.core.uow import Database
from responder.foundation.web.context import Installation
from responder.main import cli
from responder.operations import backups
from responder.operations.doctor import Finding, examine

TWILIO = {
    "RESPONDER_TWILIO_ACCOUNT_SID": "AC1",
    "RESPONDER_TWILIO_AUTH_TOKEN": "hush",
    "RESPONDER_TWILIO_FROM": "+8600000000000",
}


@pytest.fixture
def stamped(database: Database, monkeypatch: pytest.MonkeyPatch) -> Database:
    """A database that stands at this release's migration."""
    monkeypatch.setattr(schema, "is_current", lambda _connection: True)
    return database


@pytest.fixture
def here(stamped: Database, tmp_path: Path) -> Installation:
    return installed(stamped, tmp_path)


def installed(database: Database, home: Path, **environment: str) -> Installation:
    url = database.engine.url.render_as_string(hide_password=False)
    named = {"RESPONDER_HOME": str(home), "RESPONDER_DATABASE_URL": url, **environment}
    return Installation(load_settings(named), database, None, frozenset(), lambda _session: {})


def found(here: Installation, what: str) -> Finding:
    return next(finding for finding in examine(here) if finding.what == what)


def live(database: Database) -> None:
    with database.unit_of_work(lane=None) as uow:
        for name in ("clock", "worker"):
            heartbeat.beat(uow.session.connection(), name, uow.now)


def test_an_installation_that_runs_and_is_backed_up_has_nothing_to_do(
    here: Installation, stamped: Database, clock: FixedClock, tmp_path: Path
) -> None:
    live(stamped)
    (tmp_path / backups.LAST_BACKUP).write_text(
        json.dumps({"at": clock.now().isoformat(), "path": str(tmp_path)}), encoding="utf-8"
    )
    to_do = {finding.what for finding in examine(here) if not finding.ok}
    # The fixed clock of the tests is no clock of the machine on which PostgreSQL runs.
    assert to_do <= ({"clock drift"} if stamped.engine.dialect.name == "postgresql" else set())


def test_processes_that_stopped_are_named_with_what_to_start(
    here: Installation, stamped: Database, clock: FixedClock
) -> None:
    assert "it never ran" in found(here, "clock").words
    live(stamped)
    assert found(here, "worker").ok
    clock.move(timedelta(minutes=5))
    assert found(here, "worker").words.startswith("no sign of life for 5 min: start `responder worker`")


def test_a_clock_that_was_set_back_is_seen_by_what_was_written(
    here: Installation, stamped: Database, clock: FixedClock
) -> None:
    live(stamped)
    clock.move(timedelta(minutes=-10))
    drift = found(here, "clock drift")
    assert (drift.ok, "600 s ahead" in drift.words) == (False, True)


def test_a_queue_that_waits_is_old(here: Installation, stamped: Database, clock: FixedClock) -> None:
    with stamped.unit_of_work() as uow:
        EmbeddedJobs().enqueue(uow.session, "deliver", "1", uow.now)
    assert found(here, "queue").ok
    clock.move(timedelta(minutes=3))
    queue = found(here, "queue")
    assert (queue.ok, "waits for 3 min" in queue.words) == (False, True)


def test_a_backup_grows_old_and_may_be_lost(here: Installation, clock: FixedClock, tmp_path: Path) -> None:
    assert "none was taken" in found(here, "backups").words
    kept = tmp_path / "kept.db"
    kept.touch()
    said = {"at": clock.now().isoformat(), "path": str(kept)}
    (tmp_path / backups.LAST_BACKUP).write_text(json.dumps(said), encoding="utf-8")
    assert found(here, "backups").ok
    clock.move(timedelta(days=3))
    assert "3 d old" in found(here, "backups").words
    kept.unlink()
    assert "no longer" in found(here, "backups").words


@pytest.fixture
def exchange() -> Iterator[str]:
    """The address of something that listens on this machine."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield f"http://127.0.0.1:{server.getsockname()[1]}"


def test_a_provider_is_reached_or_the_call_list_is_named(
    stamped: Database, tmp_path: Path, exchange: str
) -> None:
    here = installed(stamped, tmp_path, **TWILIO, RESPONDER_TWILIO_BASE_URL=exchange)
    assert found(here, "SMS and voice").words == "the local exchange can be reached"
    gone = installed(stamped, tmp_path, **TWILIO, RESPONDER_TWILIO_BASE_URL="http://127.0.0.1:1")
    assert (found(gone, "SMS and voice").ok, found(gone, "e-mail").ok) == (False, True)
    (tmp_path / "demo").touch()
    sealed = installed(stamped, tmp_path, **TWILIO)
    assert found(sealed, "SMS and voice").words.startswith("off: a demo")


def test_each_group_chat_is_looked_at(stamped: Database, tmp_path: Path, exchange: str) -> None:
    assert found(installed(stamped, tmp_path), "group chats").words.startswith("no provider")
    urls = f"{exchange}/hook http://127.0.0.1:1/hook"
    here = installed(stamped, tmp_path, RESPONDER_IM_URLS=urls)
    assert [found(here, f"group chat {place}").ok for place in (1, 2)] == [True, False]
    assert "hook" not in found(here, "group chat 2").words


def test_a_database_that_is_away_or_of_another_release_is_told(
    database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    here = installed(database, tmp_path)
    with database.engine.connect() as connection:
        assert MigrationContext.configure(connection).get_current_revision() is None
    assert "run `responder db upgrade`" in found(here, "database").words
    monkeypatch.setattr(schema, "is_current", lambda _connection: True)
    with database.engine.begin() as connection:
        connection.execute(text("DELETE FROM lane"))
    assert "the real lane is missing" in found(here, "database").words


def test_the_command_says_what_cannot_be_used_and_exits_1(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("RESPONDER_HOME", str(tmp_path))
    monkeypatch.setenv("RESPONDER_DATABASE_URL", "mysql://nobody")
    info = ScriptInfo(create_app=lambda: create_app(), set_debug_flag=False)
    wrong = CliRunner().invoke(cli, ["doctor"], obj=info)
    assert wrong.exit_code == 1
    assert wrong.stdout.startswith("to do  configuration")
    assert "must begin with sqlite: or postgresql:" in wrong.stdout


def test_the_commands_back_up_and_restore_and_doctor_knows(
    monkeypatch: pytest.MonkeyPatch, sqlite_template: Path, tmp_path: Path
) -> None:
    home, kept, other = tmp_path / "home", tmp_path / "kept", tmp_path / "other"
    home.mkdir()
    shutil.copy(sqlite_template, home / "responder.db")
    monkeypatch.setenv("RESPONDER_HOME", str(home))

    def run(*arguments: str) -> tuple[int, str]:
        info = ScriptInfo(create_app=lambda: create_app(), set_debug_flag=False)
        done = CliRunner().invoke(cli, list(arguments), obj=info)
        return done.exit_code, done.stdout

    status, said = run("backup", f"{kept}/")
    assert (status, said.count("\n"), "backed up and verified" in said) == (0, 1, True)
    assert run("backup", str(next(kept.glob("*.db")))) == (1, "")
    monkeypatch.setenv("RESPONDER_HOME", str(other))
    status, said = run("restore", "--json", str(kept))
    assert (status, json.loads(said)["rows"]["lane"]) == (0, 1)
    assert run("restore", str(kept)) == (1, "")
    assert (other / "secret_key").read_text() == (home / "secret_key").read_text()
    status, said = run("doctor", "--json")
    findings = {line["what"]: line["ok"] for line in map(json.loads, said.splitlines())}
    assert (status, findings["database"], findings["disk"], findings["RESPONDER_HOME"]) == (
        1,
        False,
        True,
        True,
    )
