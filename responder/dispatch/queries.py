"""Reads of the register of forces."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from responder.dispatch.models import RescueForce


@dataclass(frozen=True)
class Filters:
    """What a list of forces is narrowed to; empty fields do not narrow."""

    kind: str = ""
    level: str = ""
    state: str = ""


def forces(session: Session, filters: Filters | None = None) -> Sequence[RescueForce]:
    """Return the forces of the register in the order of their codes."""
    wanted = filters or Filters()
    query = select(RescueForce).order_by(RescueForce.code)
    for column, value in (
        (RescueForce.kind, wanted.kind),
        (RescueForce.level, wanted.level),
        (RescueForce.build_state, wanted.state),
    ):
        if value:
            query = query.where(column == value)
    return session.scalars(query).all()


def national_totals(session: Session) -> dict[str, int]:
    """Return how many national bases of each kind the register holds."""
    rows = session.execute(
        select(RescueForce.kind, func.count())
        .where(RescueForce.level == "state", RescueForce.is_partner.is_(False))
        .group_by(RescueForce.kind)
    )
    return {kind: count for kind, count in rows}
