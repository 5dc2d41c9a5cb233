"""New rows as cheap as plain values: objects to work with at once, written with one executemany for each table.

An incident is some sixty rows, and the ORM's constructor and flush cost several times their insert. A fresh row is
written by the next flush, like an added row, and belongs to the session from then on: its changes are followed. What it
refers to must be fresh as well, or written before.
"""

from functools import cache
from typing import Any, TypeVar

from sqlalchemy import Insert, event, insert
from sqlalchemy.orm import (
    ClassManager,
    Session,
    SessionTransaction,
    class_mapper,
    make_transient,
    make_transient_to_detached,
)
from sqlalchemy.orm.attributes import flag_dirty

from responder.core.db import Base, table_of
from responder.core.lanes import LANE_KEY, LaneMixin, check_lane

_FRESH = "fresh"
WRITTEN = "written"
ENDING = "ending"  # set on a session for its last flush: nobody can change a row after that
Row = TypeVar("Row", bound=Base)


@cache
def _blank(model: type[Base]) -> tuple[ClassManager[Any], dict[str, Any]]:
    """Return what makes instances of *model*, and every column's plain default; None where it has none."""
    mapper = class_mapper(model)
    blank = {}
    for attribute in mapper.column_attrs:
        default = attribute.columns[0].default
        blank[attribute.key] = default.arg if default is not None and default.is_scalar else None
    return mapper.class_manager, blank


def make(session: Session, model: type[Row], **values: Any) -> Row:
    """Return a new row of *session* with these columns, the others at their defaults; its key must be among them.

    Raises TypeError for a column that *model* has not, LaneBroken for a row of another lane than the session's, and
    RuntimeError in a savepoint, whose end could not take the row back.
    """
    manager, blank = _blank(model)
    if session.in_nested_transaction():
        raise RuntimeError("a fresh row cannot be taken back by a savepoint")
    columns = blank | values
    if len(columns) != len(blank):
        raise TypeError(f"{model.__name__} has no {sorted(values.keys() - blank.keys())}")
    row: Row = manager.new_instance()
    row.__dict__.update(columns)
    if issubclass(model, LaneMixin):
        row.__dict__["lane_id"] = check_lane(model, columns["lane_id"], session.info.get(LANE_KEY))
    waiting = session.info.setdefault(_FRESH, [])
    if not waiting:
        # The session has to know that there is something to flush, whatever else it holds.
        _take_in(session, row)
        flag_dirty(row)
    waiting.append(row)
    session.info.setdefault(WRITTEN, []).append(row)
    return row


def _write(session: Session, _context: Any, _instances: Any) -> None:
    waiting: list[Base] = session.info.pop(_FRESH, [])
    if not waiting:
        return
    by_model: dict[type[Base], list[Base]] = {}
    for row in waiting:
        by_model.setdefault(type(row), []).append(row)
    connection = session.connection()
    for model in sorted(by_model, key=_position):
        names = _blank(model)[1]
        values = [{name: row.__dict__[name] for name in names} for row in by_model[model]]
        connection.execute(_insert(model), values)
    session.expunge(waiting[0])  # it was held before, and what it counts as changed is written now
    make_transient(waiting[0])
    for row in waiting[:1] if session.info.get(ENDING) else waiting:
        _take_in(session, row)


def _take_in(session: Session, row: Base) -> None:
    """Let the session hold the row as one that it has read."""
    make_transient_to_detached(row)
    session.add(row)


@cache
def _insert(model: type[Base]) -> Insert:
    return insert(table_of(model))


@cache
def _position(model: type[Base]) -> int:
    """Return where the table stands among all, each after those it refers to."""
    return Base.metadata.sorted_tables.index(table_of(model))


def _forget(session: Session, ended: SessionTransaction) -> None:
    if not ended.nested:
        session.info.pop(_FRESH, None)


event.listen(Session, "before_flush", _write)
event.listen(Session, "after_soft_rollback", _forget)
