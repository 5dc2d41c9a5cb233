"""Lanes keep exercises sealed off from reality: each operational row belongs to exactly one."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKey, ForeignKeyConstraint, event
from sqlalchemy.orm import (
    Mapped,
    ORMExecuteState,
    Session,
    declared_attr,
    mapped_column,
    with_loader_criteria,
)

from responder.core.db import Base
from responder.core.ids import LaneId

REAL_LANE = LaneId(UUID("00000000-0000-7000-8000-000000000001"))
LANE_KEY = "lane"
_CRITERIA_KEY = "lane_criteria"


class Lane(Base):
    """Reality, or one exercise."""

    __tablename__ = "lane"

    id: Mapped[LaneId] = mapped_column(primary_key=True)
    kind: Mapped[str]  # real or exercise
    title: Mapped[str]
    opened_at: Mapped[datetime | None]


class LaneMixin:
    """An operational row: it carries its lane, never null, stamped by the session."""

    @declared_attr
    def lane_id(cls) -> Mapped[LaneId]:
        """The lane the row belongs to."""
        return mapped_column(ForeignKey("lane.id"), index=False)


def lane_fk(column: str, table: str, key: str = "id") -> ForeignKeyConstraint:
    """Return the reference from *column* to *table*, which the database refuses across lanes."""
    return ForeignKeyConstraint(["lane_id", column], [f"{table}.lane_id", f"{table}.{key}"])


class LaneBroken(Exception):
    """A row of one lane was about to be written in another: a fault of ours, never of the user."""


def _only_this_lane(state: ORMExecuteState) -> None:
    lane = state.session.info.get(LANE_KEY)
    if lane is None or state.is_column_load or state.is_relationship_load or not state.is_orm_statement:
        return  # statements of plain tables name the lane themselves: no criteria would reach them
    if state.is_select or state.is_update or state.is_delete:
        if _CRITERIA_KEY not in state.session.info:
            state.session.info[_CRITERIA_KEY] = with_loader_criteria(
                LaneMixin, lambda cls: cls.lane_id == lane, include_aliases=True
            )
        state.statement = state.statement.options(state.session.info[_CRITERIA_KEY])


def check_lane(model: type[LaneMixin], given: LaneId | None, lane: LaneId | None) -> LaneId:
    """Return the lane of a new row in a session of *lane*; raise LaneBroken where it has none, or another."""
    if given is None:
        if lane is None:
            raise LaneBroken(f"{model.__name__} has no lane")
        return lane
    if lane is not None and given != lane:
        raise LaneBroken(f"{model.__name__} belongs to another lane")
    return given


def _stamp(session: Session, _context: Any, _instances: Any) -> None:
    lane = session.info.get(LANE_KEY)
    for row in session.new:
        if isinstance(row, LaneMixin):
            row.lane_id = check_lane(type(row), row.lane_id, lane)


event.listen(Session, "do_orm_execute", _only_this_lane)
event.listen(Session, "before_flush", _stamp)
