"""Exercises are sealed off: the database itself refuses references across lanes, the session filters and stamps."""

from collections.abc import Iterator
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import ForeignKeyConstraint, Table, delete, event, insert, select, update
from sqlalchemy.exc import DBAPIError
from sqlalchemy.types import JSON, Boolean, DateTime, Float, Integer, LargeBinary, Uuid

from responder.core.db import Base
from responder.core.ids import LaneId, new_id
from responder.core.lanes import REAL_LANE, Lane, LaneBroken, LaneMixin
from responder.core.uow import Database
from responder.models import load_models
from responder.reporting.models import VersionNotice
from tests.fixtures import START

load_models()
EXERCISE = LaneId(UUID("00000000-0000-7000-8000-0000000000e1"))


def cross_lane_references() -> list[tuple[Table, ForeignKeyConstraint]]:
    """Return every reference of one operational row to another."""
    return [
        (table, constraint)
        for table in Base.metadata.sorted_tables
        for constraint in table.foreign_key_constraints
        if "lane_id" in {column.name for column in constraint.columns} and len(constraint.columns) > 1
    ]


REFERENCES = cross_lane_references()


def operational() -> list[Table]:
    """Return the tables whose rows belong to a lane."""
    return [table for table in Base.metadata.sorted_tables if "lane_id" in table.columns]


def some_value(column: Any) -> Any:
    """Return a value that the column takes."""
    kind = column.type
    if isinstance(kind, Uuid):
        return new_id()
    for types, value in (
        (JSON, {}),
        (Boolean, False),
        (DateTime, START),
        (Integer, 1),
        (Float, 1.0),
        (LargeBinary, b"x"),
    ):
        if isinstance(kind, types) or isinstance(getattr(kind, "impl", None), types):
            return value
    return allowed_word(column)


def allowed_word(column: Any) -> str:
    """Return a word that the column's check allows: the first one it names, a new one where there is none."""
    for constraint in column.table.constraints:
        words = str(getattr(constraint, "sqltext", ""))
        if words.startswith(f"{column.name} IN ("):
            return words.partition("('")[2].partition("'")[0]
    return new_id().hex[-(column.type.length or 32) :]


def row_of(table: Table, lane: UUID, known: dict[str, Any]) -> dict[str, Any]:
    """Return a row that could stand in *table*, pointing at nothing but what is *known*."""
    return {
        column.name: known.get(column.name, some_value(column))
        for column in table.columns
        if not column.nullable or column.name in known
    } | ({"lane_id": lane} if "lane_id" in table.columns else {})


def stand(connection: Any, table: Table, lane: UUID, depth: int = 0) -> dict[str, Any]:
    """Insert a row into *table* in *lane* with whatever it has to point at, and return it."""
    assert depth < 6, f"{table.name} points in circles"
    known: dict[str, Any] = {}
    for constraint in table.foreign_key_constraints:
        names = [column.name for column in constraint.columns]
        required = [name for name in names if name != "lane_id" and not table.columns[name].nullable]
        if required:
            target = stand(connection, constraint.referred_table, lane, depth + 1)
            known |= {
                element.parent.name: target[element.column.name]
                for element in constraint.elements
                if element.parent.name != "lane_id"
            }
    row = row_of(table, lane, known)
    connection.execute(insert(table).values(**row))
    return row


@pytest.fixture
def two_lanes(database: Database) -> Iterator[Database]:
    """A database with reality and one exercise."""
    with database.engine.begin() as connection:
        connection.execute(insert(Lane).values(id=EXERCISE, kind="exercise", title="演练", opened_at=START))
    yield database


def test_the_database_refuses_every_reference_from_one_lane_to_another(two_lanes: Database) -> None:
    assert len(REFERENCES) >= 6
    let_through = []
    for table, constraint in REFERENCES:
        columns = [element.parent.name for element in constraint.elements if element.parent.name != "lane_id"]
        with two_lanes.engine.connect() as connection:
            target = stand(connection, constraint.referred_table, EXERCISE)
            own = stand(connection, table, REAL_LANE)
            foreign = {
                element.parent.name: target[element.column.name]
                for element in constraint.elements
                if element.parent.name != "lane_id"
            }
            keys = list(table.primary_key.columns)
            moved = update(table).where(*[key == own[key.name] for key in keys]).values(**foreign)
            try:
                connection.execute(moved)
                connection.commit()
                let_through.append((table.name, columns))
            except DBAPIError as refused:
                assert "foreign key" in str(refused).lower(), refused
                connection.rollback()
    assert let_through == []


def test_every_operational_row_says_its_lane_and_no_reference_forgets_it() -> None:
    lanes = {table.name for table in operational()}
    assert {"incident", "report", "report_leg", "version_notice", "attachment", "draft"} <= lanes
    for table in operational():
        assert table.columns["lane_id"].nullable is False, table.name
    bare = [
        (table.name, constraint.referred_table.name)
        for table in operational()
        for constraint in table.foreign_key_constraints
        if constraint.referred_table.name in lanes and len(constraint.columns) < 2
    ]
    assert bare == []


def test_the_session_sees_and_writes_its_own_lane_alone(two_lanes: Database) -> None:
    with two_lanes.engine.begin() as connection:
        rows = {lane: stand(connection, VersionNotice.__table__, lane) for lane in (REAL_LANE, EXERCISE)}  # type: ignore[arg-type]
    for lane, other in ((REAL_LANE, EXERCISE), (EXERCISE, REAL_LANE)):
        with two_lanes.unit_of_work(lane=lane) as uow:
            seen = uow.session.scalars(select(VersionNotice)).all()
            assert [notice.id for notice in seen] == [rows[lane]["id"]]
            assert uow.session.get(VersionNotice, rows[other]["id"]) is None
            theirs = VersionNotice.id == rows[other]["id"]
            changed = uow.session.execute(update(VersionNotice).where(theirs).values(seen_by="x"))
            gone = uow.session.execute(delete(VersionNotice).where(theirs))
            assert (changed.rowcount, gone.rowcount) == (0, 0)  # type: ignore[attr-defined]
    with two_lanes.unit_of_work(lane=None, write=False) as uow:
        assert len(uow.session.scalars(select(VersionNotice)).all()) == 2


def notice_like(row: dict[str, Any], **other: Any) -> VersionNotice:
    values = {name: value for name, value in row.items() if name not in {"id", "lane_id", "agency_code"}}
    return VersionNotice(id=new_id(), agency_code="220600", **values, **other)


def test_the_session_stamps_new_rows_and_refuses_those_of_another_lane(two_lanes: Database) -> None:
    with two_lanes.engine.begin() as connection:
        row = stand(connection, VersionNotice.__table__, EXERCISE)  # type: ignore[arg-type]
    with two_lanes.unit_of_work(lane=EXERCISE) as uow:
        notice = notice_like(row)
        uow.session.add(notice)
        uow.session.flush()
        assert notice.lane_id == EXERCISE
    with pytest.raises(LaneBroken), two_lanes.unit_of_work(lane=REAL_LANE) as uow:
        uow.session.add(notice_like(row, lane_id=EXERCISE))
    with pytest.raises(LaneBroken), two_lanes.unit_of_work(lane=None) as uow:
        uow.session.add(notice_like(row))


def test_no_query_of_the_guard_is_left_unfiltered(two_lanes: Database) -> None:
    """What a session of a lane reads of operational tables always names that lane."""
    said: list[str] = []
    event.listen(
        two_lanes.engine, "before_cursor_execute", lambda _c, _cu, statement, *_: said.append(statement)
    )
    with two_lanes.unit_of_work(lane=EXERCISE, write=False) as uow:
        for mapper in Base.registry.mappers:
            if issubclass(mapper.class_, LaneMixin):  # the audit chain alone serves all lanes
                uow.session.scalars(select(mapper.class_).limit(1)).all()
    selects = [statement for statement in said if statement.startswith("SELECT")]
    assert len(selects) >= 10
    assert [statement for statement in selects if ".lane_id = " not in statement.partition("WHERE")[2]] == []
