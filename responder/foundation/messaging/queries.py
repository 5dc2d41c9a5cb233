"""Reads of the outbox."""

from collections.abc import Iterable, Sequence
from uuid import UUID

from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.orm import Session

from responder.core.errors import nothing_here
from responder.core.ids import DeliveryId
from responder.foundation.messaging.models import Delivery
from responder.foundation.messaging.rules import FINAL_FAILURES, NO_ANSWER


def delivery(session: Session, delivery_id: DeliveryId) -> Delivery:
    """Return one delivery; raise NotFound."""
    row = session.scalar(select(Delivery).where(Delivery.id == delivery_id))
    if row is None:
        raise nothing_here()
    return row


def delivery_with_code(session: Session, seal: str, codes: Iterable[str]) -> DeliveryId | None:
    """Return the newest open delivery to the number with this digest that asked for one of *codes*."""
    found = session.scalar(
        select(Delivery.id)
        .where(Delivery.address_seal == seal, Delivery.code.in_(list(codes)))
        .order_by(Delivery.closed_at.is_(None).desc(), Delivery.created_at.desc())
        .limit(1)
    )
    return DeliveryId(found) if found else None


def of_incident(session: Session, incident_id: UUID) -> Sequence[Delivery]:
    """Return every attempt made for an incident, in the order they were made."""
    return session.scalars(
        select(Delivery).where(Delivery.incident_id == incident_id).order_by(Delivery.created_at, Delivery.id)
    ).all()


def to_telephone(session: Session, agency_code: str) -> Sequence[Delivery]:
    """Return what the agency must telephone by hand: nothing left the house, or nothing arrived, and nobody signed."""
    return session.scalars(
        select(Delivery)
        .where(
            or_(Delivery.agency_code == agency_code, Delivery.caller_agency == agency_code),
            Delivery.closed_at.is_(None),
            by_hand(),
            or_(Delivery.answered_at.is_(None), Delivery.answer == NO_ANSWER),
        )
        .order_by(Delivery.wanted_at, Delivery.id)
    ).all()


def by_hand() -> ColumnElement[bool]:
    """Return the condition under which a delivery calls for a telephone in somebody's hand."""
    return (Delivery.channel != "board") & Delivery.state.in_(FINAL_FAILURES)


def board_waits(session: Session, agency_code: str) -> bool:
    """Return whether an alarm stands for the agency's board that no board has fetched yet."""
    waiting = select(Delivery.id).where(
        Delivery.agency_code == agency_code,
        Delivery.closed_at.is_(None),
        Delivery.channel == "board",
        Delivery.state == "pending",
    )
    return session.scalar(waiting.limit(1)) is not None
