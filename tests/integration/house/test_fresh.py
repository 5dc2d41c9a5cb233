"""Fresh rows: found and changed like any other at once, written once, and gone with a unit that fails."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import event, func, select

from responder.core.ids import LaneId, new_id
from responder.core.lanes import REAL_LANE, Lane, LaneBroken
from responder.core.uow import Database, UnitOfWork
from responder.incidents.models import Draft

EXERCISE = LaneId(UUID("00000000-0000-7000-8000-0000000000e2"))


def draft(uow: UnitOfWork, **more: Any) -> Draft:
    """Make a draft of some account."""
    given = {
        "account_id": new_id(),
        "form": "intake",
        "fields": {},
        "started_at": uow.now,
        "saved_at": uow.now,
    }
    return uow.make(Draft, id=new_id(), **given | more)


@contextmanager
def writing(database: Database) -> Iterator[list[str]]:
    """Yield the INSERT and UPDATE statements that the database is sent meanwhile."""
    said: list[str] = []

    def listen(_c: Any, _cursor: Any, statement: str, parameters: Any, _context: Any, many: bool) -> None:
        verb = statement.split()[0]
        if verb in {"INSERT", "UPDATE"}:
            said.append(f"{verb} {len(parameters) if many else 1}")

    event.listen(database.engine, "before_cursor_execute", listen)
    yield said
    event.remove(database.engine, "before_cursor_execute", listen)


def test_rows_of_a_table_are_written_in_one_statement_with_what_changed_before_it(database: Database) -> None:
    with writing(database) as said, database.unit_of_work() as uow:
        drafts = [draft(uow) for _ in range(5)]
        drafts[3].form = "report"
        assert uow.session.get(Draft, drafts[0].id) is drafts[0]
        assert said == []
    assert said == ["INSERT 5"]
    with database.unit_of_work(write=False) as uow:
        forms = uow.session.scalars(select(Draft.form).order_by(Draft.form)).all()
    assert forms == ["intake"] * 4 + ["report"]


def test_a_question_meanwhile_sees_them_and_a_later_change_is_an_update(database: Database) -> None:
    with writing(database) as said, database.unit_of_work() as uow:
        one, other = draft(uow), draft(uow)
        one.form = "report"
        assert uow.session.scalar(select(func.count()).select_from(Draft)) == 2
        other.form = "closing"
        draft(uow)
    assert said == ["INSERT 2", "INSERT 1", "UPDATE 1"] or said == ["INSERT 2", "UPDATE 1", "INSERT 1"]
    with database.unit_of_work(write=False) as uow:
        assert set(uow.session.scalars(select(Draft.form))) == {"report", "closing", "intake"}


def test_what_a_row_refers_to_is_written_before_it(database: Database) -> None:
    with database.unit_of_work(lane=None) as uow:
        draft(uow, lane_id=EXERCISE)
        uow.make(Lane, id=EXERCISE, kind="exercise", title="演练")
    with database.unit_of_work(lane=EXERCISE, write=False) as uow:
        assert uow.session.scalar(select(func.count()).select_from(Draft)) == 1


def test_a_row_belongs_to_the_lane_of_its_session(database: Database) -> None:
    with database.unit_of_work() as uow:
        assert draft(uow).lane_id == REAL_LANE
        with pytest.raises(LaneBroken):
            draft(uow, lane_id=EXERCISE)
    with database.unit_of_work(lane=None) as uow, pytest.raises(LaneBroken):
        draft(uow)


def test_what_the_table_does_not_know_is_refused(database: Database) -> None:
    with database.unit_of_work() as uow, pytest.raises(TypeError, match="typo"):
        draft(uow, typo=1)


def test_a_unit_that_fails_leaves_none(database: Database) -> None:
    with pytest.raises(ZeroDivisionError), database.unit_of_work() as uow:
        draft(uow)
        uow.session.flush()
        draft(uow)
        raise ZeroDivisionError
    with database.unit_of_work(write=False) as uow:
        assert uow.session.scalar(select(func.count()).select_from(Draft)) == 0


def test_in_a_savepoint_it_is_refused_and_one_made_before_survives_it(database: Database) -> None:
    with database.unit_of_work() as uow:
        kept = draft(uow)
        with pytest.raises(RuntimeError, match="savepoint"), uow.session.begin_nested():
            draft(uow)
        kept.form = "report"
    with database.unit_of_work(write=False) as uow:
        assert uow.session.scalars(select(Draft.form)).all() == ["report"]
