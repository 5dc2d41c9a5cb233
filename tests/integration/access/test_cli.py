"""The commands of accounts, audit and reference data."""

import json
from pathlib import Path

from flask import Flask
from sqlalchemy import text

from responder.core.events import now
from responder.core.uow import Database
from responder.foundation.access import queries, services
from responder.foundation.access.cli import cli as account
from responder.foundation.access.events import AccountCreated
from responder.foundation.audit.cli import cli as audit
from responder.foundation.audit.services import record_event
from responder.foundation.directory.cli import cli as reference
from tests.integration.access.conftest import CHEAP


def test_an_account_is_created_with_a_password_printed_once(app: Flask, database: Database) -> None:
    runner = app.test_cli_runner()
    made = runner.invoke(account, ["create", "zhang", "--agency", "220605", "--role", "duty_officer"])
    password = made.stdout.strip()
    assert (made.exit_code, len(password)) == (0, 20)
    assert services.log_in(database, CHEAP, "zhang", password, address="").actor.agency_code == "220605"
    again = runner.invoke(account, ["create", "zhang", "--agency", "220605", "--role", "duty_officer"])
    assert (again.exit_code, again.stdout) == (1, "")
    assert "is taken" in again.stderr
    nowhere = runner.invoke(account, ["create", "li", "--agency", "999999", "--role", "duty_officer"])
    assert (nowhere.exit_code, nowhere.stdout) == (1, "")
    assert runner.invoke(account, ["create", "li", "--agency", "220605", "--role", "king"]).exit_code == 2


def test_a_token_is_all_that_is_printed_and_it_opens(app: Flask, database: Database) -> None:
    runner = app.test_cli_runner()
    issued = runner.invoke(account, ["token", "baishan"])
    assert (issued.exit_code, issued.stdout.count("\n")) == (0, 1)
    with database.unit_of_work(write=False) as uow:
        proven = queries.actor_for_token(uow.session, issued.stdout.strip(), uow.now)
    assert proven is not None
    assert proven.actor.login == "baishan"
    assert runner.invoke(account, ["token", "nobody"]).exit_code == 1


def test_verifying_the_audit_prints_what_it_checked_and_names_a_break(app: Flask, database: Database) -> None:
    database.reactions = {AccountCreated: now(record_event)}
    runner = app.test_cli_runner()
    for login in ("zhang", "li"):
        runner.invoke(account, ["create", login, "--agency", "220605", "--role", "duty_officer"])
    sound = runner.invoke(audit, ["verify", "--json"])
    assert sound.exit_code == 0
    assert json.loads(sound.stdout)["entries"] == 2
    with database.engine.begin() as connection:
        connection.execute(text("UPDATE audit_head SET seq = 3"))
    broken = runner.invoke(audit, ["verify"])
    assert broken.exit_code == 1
    assert broken.stdout == "220000\tentry 3\tthe head stands at entry 3\tBROKEN\n"


def test_people_are_loaded_beside_offices(app: Flask, tmp_path: Path) -> None:
    path = tmp_path / "people.csv"
    path.write_text("agency,name,post,mobile\n220605,赵一,科员,13900000009\n", encoding="utf-8")
    runner = app.test_cli_runner()
    first = runner.invoke(reference, ["load", str(path)])
    assert (first.exit_code, first.stdout) == (0, "person\tadded 1\tchanged 0\tunchanged 0\tended 0\n")
    path.write_text("agency,name,post,mobile\n220605,赵一,科员,1\n", encoding="utf-8")
    refused = runner.invoke(reference, ["load", str(path)])
    assert (refused.exit_code, refused.stderr) == (1, "line 2: 1 is no telephone number.\n")


def test_a_local_file_is_loaded_with_a_report_of_what_changed(app: Flask, tmp_path: Path) -> None:
    path = tmp_path / "offices.csv"
    path.write_text(
        "jurisdiction,body,name,name_en\n220605,police,江源公安,Jiangyuan Police\n", encoding="utf-8"
    )
    runner = app.test_cli_runner()
    first = runner.invoke(reference, ["load", str(path)])
    assert (first.exit_code, first.stdout) == (0, "agency\tadded 1\tchanged 0\tunchanged 0\tended 0\n")
    again = json.loads(runner.invoke(reference, ["load", "--json", str(path)]).stdout)
    assert [(table["added"], table["unchanged"]) for table in again] == [(0, 1)]
    odd = tmp_path / "odd.csv"
    odd.write_text("a,b\n", encoding="utf-8")
    refused = runner.invoke(reference, ["load", str(odd)])
    assert (refused.exit_code, refused.stdout) == (1, "")
