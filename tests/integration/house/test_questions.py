"""Questions made once are sealed to the lane of whoever asks, in every part, and their copies tell what stands."""

from collections.abc import Iterator
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import bindparam, func, insert, select, union_all
from sqlalchemy.orm import aliased

from responder.core.ids import LaneId
from responder.core.lanes import REAL_LANE, Lane
from responder.core.questions import Question, one_of
from responder.core.uow import Database
from responder.incidents.models import Incident, Report
from tests.fixtures import START
from tests.integration.house.test_lanes import stand

EXERCISE = LaneId(UUID("00000000-0000-7000-8000-0000000000e2"))
LANES = (REAL_LANE, EXERCISE)


@pytest.fixture
def lanes(database: Database) -> Iterator[Database]:
    """A database with a report and its incident in reality, and another in an exercise."""
    with database.engine.begin() as connection:
        connection.execute(insert(Lane).values(id=EXERCISE, kind="exercise", title="演练", opened_at=START))
        for lane in LANES:
            stand(connection, Report.__table__, lane)  # type: ignore[arg-type]
    yield database


OTHER = aliased(Incident)
STATEMENTS = {
    "a class": select(Incident.lane_id),
    "an alias": select(OTHER.lane_id),
    "a join": select(OTHER.lane_id).join(Report, Report.incident_id == OTHER.id),
    "an outer join": select(Incident.lane_id).outerjoin(Report, Report.incident_id == Incident.id),
    "a subquery": select(select(Incident.lane_id).subquery().c.lane_id),
    "a union": select(Incident.lane_id).where(
        Incident.id.in_(union_all(select(Incident.id), select(Report.incident_id)))
    ),
}


@pytest.mark.parametrize("lane", LANES)
@pytest.mark.parametrize("name", STATEMENTS)
def test_a_question_finds_rows_of_its_own_lane_alone(lanes: Database, lane: LaneId, name: str) -> None:
    with lanes.unit_of_work(lane=lane, write=False) as uow:
        assert [row.lane_id for row in Question(STATEMENTS[name]).rows(uow.session)] == [lane]


def test_what_is_counted_inside_a_question_is_of_its_lane_too(lanes: Database) -> None:
    incidents = select(func.count()).select_from(Incident).scalar_subquery().label("incidents")
    there = select(Report.id).where(Report.incident_id == Incident.id).exists()
    reported = select(func.count()).select_from(Incident).where(there).scalar_subquery().label("reported")
    question = Question(select(incidents, reported))
    with lanes.unit_of_work(lane=EXERCISE, write=False) as uow:
        assert [tuple(row) for row in question.rows(uow.session)] == [(1, 1)]
    with lanes.unit_of_work(lane=None, write=False) as uow:
        assert [tuple(row) for row in question.rows(uow.session)] == [(2, 2)]


def test_a_question_sees_what_waits_to_be_written(lanes: Database) -> None:
    question = Question(select(Incident.unit).where(Incident.unit == bindparam("unit")))
    with lanes.unit_of_work() as uow:
        uow.session.scalars(select(Incident)).one().unit = "青石岭煤矿"
        assert [row.unit for row in question.rows(uow.session, unit="青石岭煤矿")] == ["青石岭煤矿"]


def columns_of(row: Any) -> dict[str, Any]:
    """Return every column of a mapped object."""
    return {column.key: getattr(row, column.key) for column in type(row).__mapper__.column_attrs}


def test_a_copy_tells_every_column_and_refuses_every_change(lanes: Database) -> None:
    question = Question(select(Report, Incident).join(Incident, Incident.id == Report.incident_id))
    with lanes.unit_of_work() as uow:
        ((report, incident),) = question.copies(uow.session)
        stored = uow.session.execute(
            select(Report, Incident).join(Incident, Incident.id == Report.incident_id)
        ).one()
        assert columns_of(report) == columns_of(stored[0])
        assert columns_of(incident) == columns_of(stored[1])
        with pytest.raises(TypeError, match="only read"):
            incident.unit = "改动"


def test_what_an_outer_join_does_not_find_is_none(lanes: Database) -> None:
    question = Question(select(Incident, OTHER).outerjoin(OTHER, OTHER.number == "nowhere"))
    with lanes.unit_of_work(write=False) as uow:
        ((incident, nothing),) = question.copies(uow.session)
        assert (incident.lane_id, nothing) == (REAL_LANE, None)


def test_one_of_finds_its_words(lanes: Database) -> None:
    with lanes.unit_of_work(write=False) as uow:
        state = uow.session.scalars(select(Incident.state)).one()
        for words, found in (((state, "x"), 1), (("x", "y"), 0)):
            question = Question(select(Incident.id).where(one_of(Incident.state, words)))
            assert len(question.rows(uow.session)) == found
