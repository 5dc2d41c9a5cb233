"""Questions that pages ask all the time: each statement is made once and sealed to the lane of whoever asks.

To make a statement, to tell it from others and to give it the lane costs several times what the database needs for the
answer, so here that is done once for each question. What differs between two askers is a `bindparam`.
"""

from collections.abc import Callable, Sequence
from functools import cached_property
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Row, Select, Uuid, bindparam, inspect, literal_column
from sqlalchemy.orm import ClassManager, Mapper, Session, with_loader_criteria

from responder.core.db import COPY
from responder.core.lanes import LANE_KEY, LaneMixin

_LANE: Any = bindparam("its_lane", type_=Uuid())
_SEAL = with_loader_criteria(LaneMixin, lambda cls: cls.lane_id == _LANE, include_aliases=True)
Reader = Callable[[Row[Any]], tuple[Any, ...]]


class Question:
    """A statement over mapped classes, for reading alone; a session that serves all lanes gets the rows of all."""

    def __init__(self, statement: Select[*tuple[Any, ...]]) -> None:
        self._statement = statement
        self._sealed = statement.options(_SEAL)

    def rows(self, session: Session, **values: Any) -> Sequence[Row[Any]]:
        """Return the rows that *session* sees, for these values of the parameters."""
        return _ask(session, self._statement, self._sealed, values)

    def copies(self, session: Session, **values: Any) -> list[tuple[Any, ...]]:
        """Return the rows as objects of the classes asked for: to be read; whoever changes one gets a TypeError."""
        plain, sealed, read = self._of_classes
        return [read(row) for row in _ask(session, plain, sealed, values)]

    @cached_property
    def _of_classes(self) -> tuple[Select[*tuple[Any, ...]], Select[*tuple[Any, ...]], Reader]:
        asked = [described["entity"] for described in self._statement.column_descriptions]
        mappers: list[Mapper[Any]] = [inspect(entity).mapper for entity in asked]
        keys = [[attribute.key for attribute in mapper.column_attrs] for mapper in mappers]
        columns = [getattr(entity, key) for entity, names in zip(asked, keys, strict=True) for key in names]
        plain = self._statement.with_only_columns(*columns, maintain_column_froms=True)
        return plain, plain.options(_SEAL), _reader([mapper.class_manager for mapper in mappers], keys)


def one_of(column: Any, words: Sequence[str]) -> ColumnElement[bool]:
    """Return that *column* is one of *words*, which stand in the statement itself.

    As parameters they would be put in anew at every asking, and no partial index would be known to hold them.
    """
    found: ColumnElement[bool] = column.in_([literal_column(f"'{word}'") for word in words])
    return found


def _ask(
    session: Session,
    plain: Select[*tuple[Any, ...]],
    sealed: Select[*tuple[Any, ...]],
    values: dict[str, Any],
) -> Sequence[Row[Any]]:
    session.flush()  # what waits to be written counts already
    lane: UUID | None = session.info.get(LANE_KEY)
    if lane is None:
        return session.connection().execute(plain, values).all()
    return session.connection().execute(sealed, {**values, _LANE.key: lane}).all()


def _reader(managers: Sequence[ClassManager[Any]], keys: Sequence[Sequence[str]]) -> Reader:
    """Return what makes an object of each class of one row; a row of nothing but NULL makes None (an outer join)."""
    parts = []
    start = 0
    for manager, names in zip(managers, keys, strict=True):
        parts.append((manager, names, slice(start, start + len(names))))
        start += len(names)

    def read(row: Row[Any]) -> tuple[Any, ...]:
        made: list[Any] = []
        for manager, names, part in parts:
            values = row[part]
            if values[0] is None and all(value is None for value in values):
                made.append(None)
                continue
            one = manager.new_instance()
            one.__dict__.update(zip(names, values, strict=True))
            one.__dict__[COPY] = True
            made.append(one)
        return tuple(made)

    return read
