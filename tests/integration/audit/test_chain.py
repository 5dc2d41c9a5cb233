"""The audit chain on both databases."""

import json
from uuid import UUID

import pytest
from sqlalchemy import event, text
from sqlalchemy.exc import DBAPIError

from responder.core.ids import LaneId, new_id
from responder.core.lanes import REAL_LANE, Lane
from responder.core.uow import Database
from responder.foundation.audit import queries, rules
from responder.foundation.audit.models import AuditEntry, AuditHead
from responder.foundation.audit.services import record

INCIDENT = UUID("01900000-0000-7000-8000-000000000001")
TRIGGERS_OFF = {
    "sqlite": ("DROP TRIGGER audit_entry_no_update", "DROP TRIGGER audit_entry_no_delete"),
    "postgresql": ("ALTER TABLE audit_entry DISABLE TRIGGER USER",),
}


def write(
    database: Database, count: int, province: str = "220000", incident_id: UUID | None = INCIDENT
) -> None:
    with database.unit_of_work() as uow:
        for number in range(count):
            record(
                uow,
                "incident_logged",
                province_code=province,
                incident_id=incident_id,
                payload={"no": number, "words": "松树镇 🔥"},
            )


def tamper(database: Database, statement: str) -> None:
    """Change what was recorded as somebody with the database's own password could."""
    with database.engine.begin() as connection:
        for off in TRIGGERS_OFF[connection.dialect.name]:
            connection.execute(text(off))
        connection.execute(text(statement))


def broken(database: Database) -> list[tuple[str, int]]:
    with database.unit_of_work(write=False) as uow:
        return [(c.broken.chain, c.broken.seq) for c in queries.verify(uow.session) if c.broken]


def test_each_province_has_a_chain_of_its_own_that_holds(database: Database) -> None:
    write(database, 3)
    write(database, 2, "210000")
    write(database, 4)
    with database.unit_of_work(write=False) as uow:
        checks = {check.chain: check for check in queries.verify(uow.session)}
    assert {chain: check.entries for chain, check in checks.items()} == {"220000": 7, "210000": 2}
    assert all(check.broken is None for check in checks.values())


def test_an_exercise_has_a_chain_of_its_own(database: Database) -> None:
    drill = LaneId(new_id())
    with database.unit_of_work() as uow:
        uow.session.add(Lane(id=drill, kind="exercise", title="演练", opened_at=uow.now))
    with database.unit_of_work(lane=drill) as uow:
        record(uow, "incident_logged", province_code="220000")
    write(database, 1)
    with database.unit_of_work(write=False) as uow:
        assert {check.chain for check in queries.verify(uow.session)} == {"220000", f"{drill}:220000"}


def test_the_timeline_tells_who_did_what_in_order(database: Database) -> None:
    write(database, 2)
    write(database, 1, incident_id=None)
    with database.unit_of_work(write=False) as uow:
        entries = queries.timeline(uow.session, INCIDENT)
        assert [(e.seq, e.actor_login, e.payload["no"], e.lane_id) for e in entries] == [
            (1, "system", 0, REAL_LANE),
            (2, "system", 1, REAL_LANE),
        ]


@pytest.mark.parametrize("verb", ["UPDATE audit_entry SET kind = 'x'", "DELETE FROM audit_entry"])
def test_the_database_refuses_to_change_what_was_recorded(database: Database, verb: str) -> None:
    write(database, 1)
    with pytest.raises(DBAPIError, match="append-only"), database.engine.begin() as connection:
        connection.execute(text(verb))
    assert broken(database) == []


@pytest.mark.parametrize(
    ("change", "at"),
    [
        ("UPDATE audit_entry SET actor_name = '别人' WHERE seq = 2", 2),
        ("UPDATE audit_entry SET at = '2026-11-21 05:59:59+00:00' WHERE seq = 3", 3),
        ("DELETE FROM audit_entry WHERE seq = 2", 2),
        ("DELETE FROM audit_entry WHERE seq = 4", 4),
        ("DELETE FROM audit_head", 5),
    ],
)
def test_verifying_names_the_first_break(database: Database, change: str, at: int) -> None:
    write(database, 4)
    assert broken(database) == []
    tamper(database, change)
    assert broken(database) == [("220000", at)]


def test_what_is_rolled_back_leaves_no_entry_and_no_gap(database: Database) -> None:
    write(database, 1)
    with pytest.raises(ZeroDivisionError), database.unit_of_work() as uow:
        record(uow, "incident_logged", province_code="220000")
        raise ZeroDivisionError
    write(database, 1)
    with database.unit_of_work(write=False) as uow:
        assert [check.entries for check in queries.verify(uow.session)] == [2]
    assert broken(database) == []


def test_a_savepoint_rolled_back_takes_its_entries_along(database: Database) -> None:
    with database.unit_of_work() as uow:
        record(uow, "kept", province_code="220000", incident_id=INCIDENT)
        savepoint = uow.session.begin_nested()
        record(uow, "dropped", province_code="220000", incident_id=INCIDENT)
        savepoint.rollback()
        with uow.session.begin_nested():
            record(uow, "kept_too", province_code="220000", incident_id=INCIDENT)
    with database.unit_of_work(write=False) as uow:
        assert [entry.kind for entry in queries.timeline(uow.session, INCIDENT)] == ["kept", "kept_too"]


def test_a_payload_that_is_no_json_is_refused_where_it_is_recorded(database: Database) -> None:
    with database.unit_of_work() as uow, pytest.raises(TypeError):
        record(uow, "incident_logged", province_code="220000", payload={"at": uow.now})


def test_a_proof_can_be_checked_without_the_database(database: Database) -> None:
    write(database, 2)
    write(database, 3, incident_id=None)
    write(database, 1)
    write(database, 1, incident_id=None)
    with database.unit_of_work(write=False) as uow:
        proof = json.loads(json.dumps(queries.proof(uow.session, INCIDENT)))
    assert [entry["seq"] for entry in proof["entries"]] == [1, 2, 6]
    assert proof["heads"][0]["seq"] == 7
    assert proof["heads"][0]["hash"] == proof["entries"][2]["next_hash"]
    assert rules.check_proof(proof) is None
    proof["entries"][1]["payload"]["no"] = 99
    assert rules.check_proof(proof) == rules.Break("220000", 2, "its content was changed")


def test_many_entries_cost_one_look_at_the_head_and_one_insert(database: Database) -> None:
    write(database, 1)
    statements: list[str] = []
    event.listen(
        database.engine,
        "before_cursor_execute",
        lambda c, cur, statement, *rest: statements.append(statement),
    )
    write(database, 40)
    assert sum("INSERT INTO audit_entry" in s for s in statements) == 1
    assert sum(s.startswith("SELECT audit_head") for s in statements) == 1
    assert sum(s.startswith("UPDATE audit_head") for s in statements) == 1


def test_the_head_and_the_last_entry_agree(database: Database) -> None:
    write(database, 5)
    with database.unit_of_work(write=False) as uow:
        head = uow.session.get_one(AuditHead, "220000")
        last = uow.session.query(AuditEntry).filter_by(seq=5).one()
        assert (head.seq, head.hash) == (5, last.hash)
