"""Units of work: one that only reads leaves nothing behind, whatever is written in it and by which way."""

from collections.abc import Callable

import pytest
from sqlalchemy import func, insert, select, text

from responder.core.db import table_of
from responder.core.ids import new_id
from responder.core.lanes import REAL_LANE
from responder.core.uow import Database, UnitOfWork
from responder.incidents.models import Draft


def values(uow: UnitOfWork) -> dict[str, object]:
    """Return a draft's columns."""
    return {
        "id": new_id(),
        "lane_id": REAL_LANE,
        "account_id": new_id(),
        "form": "intake",
        "fields": {},
        "started_at": uow.now,
        "saved_at": uow.now,
    }


def by_session(uow: UnitOfWork) -> None:
    """Write through the session."""
    uow.session.add(Draft(**values(uow)))
    uow.session.flush()


def by_table(uow: UnitOfWork) -> None:
    """Write past the session."""
    uow.session.connection().execute(insert(table_of(Draft)), [values(uow)])


def by_fresh_row(uow: UnitOfWork) -> None:
    """Write as a first report is written."""
    uow.make(Draft, **values(uow))
    uow.session.flush()


def by_words(uow: UnitOfWork) -> None:
    """Write in plain SQL."""
    columns = "id, lane_id, account_id, form, fields, started_at, saved_at"
    said = (
        f"INSERT INTO draft ({columns}) SELECT :id, lane.id, :id, 'x', '{{}}', opened_at, opened_at FROM lane"
    )
    uow.session.connection().execute(text(said), {"id": new_id().hex}).close()


@pytest.mark.parametrize("write", [by_session, by_table, by_fresh_row, by_words])
def test_a_unit_that_reads_leaves_nothing(database: Database, write: Callable[[UnitOfWork], None]) -> None:
    with database.unit_of_work(write=False) as uow:
        write(uow)
        assert uow.session.scalar(select(func.count()).select_from(Draft)) == 1
    with database.unit_of_work(write=False) as uow:
        assert uow.session.scalar(select(func.count()).select_from(Draft)) == 0


def test_neither_does_a_look_without_a_session(database: Database) -> None:
    with database.unit_of_work(write=False) as uow:
        draft = values(uow)
    with database.reading() as connection:
        connection.execute(insert(table_of(Draft)), [draft])
    with database.unit_of_work(write=False) as uow:
        assert uow.session.scalar(select(func.count()).select_from(Draft)) == 0


def test_what_is_read_after_the_commit_takes_nothing_of_it_back(database: Database) -> None:
    with database.unit_of_work() as uow:
        by_fresh_row(uow)
        uow.commit()
        assert uow.session.scalar(select(func.count()).select_from(Draft)) == 1
    with database.unit_of_work(write=False) as uow:
        assert uow.session.scalar(select(func.count()).select_from(Draft)) == 1
