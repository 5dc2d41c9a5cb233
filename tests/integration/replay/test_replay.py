"""Historic accidents in the database: closed, graded by their day, told once, seen by their area."""

import csv
import io
import json
from pathlib import Path

import pytest

from responder.main import COMMANDS
from responder.replay import queries, services
from responder.replay.cli import replay
from tests.world import installation

TODAYS_WORDS = {"特别重大": "I", "重大": "II", "较大": "III", "一般": "IV"}


@pytest.fixture
def database(world_app):
    return installation(world_app).database


def test_a_hundred_accidents_are_entered_once(database):
    assert len(services.load_historic(database).incidents) == 100
    again = services.load_historic(database)
    assert (again.added, len(again.incidents), again.bad) == (0, 100, [])


def test_todays_grade_of_each_is_the_bracket_of_the_file(database):
    services.load_historic(database)
    wanted = {
        row["id"]: TODAYS_WORDS[row["grade_493"]]
        for row in csv.DictReader(io.StringIO(services.shipped_text()))
    }
    with database.unit_of_work(write=False) as uow:
        found = {
            incident.number: queries.replay(
                uow.session, incident, queries.report_of(uow.session, incident), uow.now
            ).today_grade
            for incident in queries.historic(uow.session, uow.actor)
        }
    assert found == wanted


def test_no_historic_incident_is_open_due_or_owed(database, api):
    services.load_historic(database)
    with database.unit_of_work(write=False) as uow:
        rows = queries.historic(uow.session, uow.actor)
        assert {(row.state, row.next_due_at, row.occurred_uncertain) for row in rows} <= {
            ("closed", None, True),
            ("closed", None, False),
        }
    shown = api("state").get("incidents?state=closed&limit=200")["items"]
    assert len([row for row in shown if row["number"].startswith("H")]) == 100
    assert api("state").get(f"incidents/{shown[0]['id']}")["legs"] == []


def test_the_words_of_the_day_stand_beside_todays(database, api):
    services.load_historic(database)
    items = {
        row["number"]: row["id"] for row in api("state").get("incidents?state=closed&limit=200")["items"]
    }
    old = api("state").get(f"incidents/{items['H068']}")["replay"]
    assert (old["rule_set"], old["grade_word"], old["grade_word_today"]) == ("A", "特大", "重大")
    assert old["time_unknown"] is True
    new = api("state").get(f"incidents/{items['H070']}")["replay"]
    assert (new["rule_set"], new["grade_word"], new["time_unknown"]) == ("B", "特别重大", False)
    assert new["first_report"] == {"deaths": 5, "missing": None}


def test_the_chain_names_the_offices_of_the_day(database, api):
    services.load_historic(database)
    items = {
        row["number"]: row["id"] for row in api("state").get("incidents?state=closed&limit=200")["items"]
    }
    duties = api("state").get(f"incidents/{items['H096']}")["replay"]["obligations"]
    first = next(d for d in duties if d["from"] == "unit" and d["to"] == "city.work_safety")
    assert first["to_name"] == "伊春市安全生产监督管理局"
    assert first["due_at"] == "2010-08-16T10:45:00+08:00"


def test_an_office_sees_the_accidents_of_its_area_only(database, api, page):
    services.load_historic(database)
    seen = api("jilin").get("incidents?state=closed&limit=200")["items"]
    assert {row["number"] for row in seen if row["number"].startswith("H")} >= {"H018", "H099"}
    assert all(row["jurisdiction"].startswith("22") for row in seen)
    fuqiang = next(row for row in seen if row["number"] == "H018")
    assert "按今天的规则是" in page("jilin").get(f"/incidents/{fuqiang['id']}")


def test_the_command_names_bad_rows_and_loads_the_rest(world_app, tmp_path):
    head, first, second, *_ = services.shipped_text().splitlines()
    file = tmp_path / "some.csv"
    text = "\n".join((head, first, second.replace("2000-03-29", "2000-13-29"))).replace("H00", "X00")
    file.write_text(text, encoding="utf-8")
    answer = world_app.test_cli_runner().invoke(replay, [str(file), "--json"])
    assert answer.exit_code == 1
    assert f"{file}:3: X002: date: 2000-13-29 is no possible date" in answer.stderr
    assert "1 accidents entered, 0 there already, 1 refused" in answer.stderr
    (shown,) = [json.loads(line) for line in answer.stdout.splitlines()]
    assert (shown["id"], shown["rule_set"], shown["time_unknown"]) == ("X001", "A", True)
    assert shown["obligations"][0]["to_name"]


def test_a_former_code_is_followed_and_an_unknown_one_refused(world_app, tmp_path):
    head, first, *_ = services.shipped_text().splitlines()
    file = tmp_path / "codes.csv"
    lines = [head, first.replace("360300", "110103").replace("H001", "Y1"), first.replace("360300", "999999")]
    file.write_text("\n".join(lines).replace("H001", "Y2"), encoding="utf-8")
    answer = world_app.test_cli_runner().invoke(replay, [str(file), "--json"])
    assert answer.exit_code == 1
    assert "999999 is no jurisdiction" in answer.stderr
    (shown,) = [json.loads(line) for line in answer.stdout.splitlines()]
    assert shown["place"]["county"] == "110101"


def test_another_file_is_wrong_use(world_app, tmp_path):
    file = tmp_path / "other.csv"
    file.write_text("a,b\n1,2\n", encoding="utf-8")
    assert world_app.test_cli_runner().invoke(replay, [str(file)]).exit_code == 2
    assert world_app.test_cli_runner().invoke(replay, [str(Path(tmp_path) / "none.csv")]).exit_code == 2


def test_the_command_is_on_the_command_line():
    assert COMMANDS["replay"] == "responder.replay.cli:replay"
