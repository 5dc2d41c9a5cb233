"""What is done with messages that were posted: try again, withdraw them, take in receipts and answers."""

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from sqlalchemy import select

from responder.core.errors import Conflict, Text, invalid, nothing_here
from responder.core.ids import DeliveryId
from responder.core.uow import UnitOfWork
from responder.foundation.messaging import rules
from responder.foundation.messaging.events import DeliveryAnswered
from responder.foundation.messaging.models import Delivery
from responder.foundation.messaging.posting import DELIVER, DELIVER_MASS, Matter, Recipient, columns


def schedule(uow: UnitOfWork, row: Delivery, at: datetime) -> None:
    """Have somebody look at *row* at the instant *at*."""
    # The key changes with each look: the job that is running now still holds the key it was claimed by.
    row.due_at = at
    row.looks = (row.looks or 0) + 1
    kind = DELIVER_MASS if row.is_mass else DELIVER
    uow.jobs.enqueue(uow.session, kind, f"{row.id}:{row.looks}", at)


def attempt_again(
    uow: UnitOfWork, row: Delivery, at: datetime, channel: str | None = None
) -> Delivery | None:
    """Put the next attempt after *row* into the outbox, on another channel if named; None when it stands already.

    Another attempt on the same channel is labelled as a repeat.
    """
    attempt = row.attempt + 1 if channel is None else 1
    source, step, person, _, _ = row.key.rsplit(":", 4)
    key = rules.delivery_key(source, int(step), person, channel or row.channel, attempt)
    if uow.session.scalar(select(Delivery.id).where(Delivery.key == key)) is not None:
        return None
    matter = Matter(
        row.target_kind,
        row.target_id,
        row.incident_id,
        row.number,
        row.agency_code,
        row.body,
        row.caller_agency,
        row.call_out_id,
    )
    who = Recipient(row.person_id, row.person_name, row.person_post)
    again = Delivery(**columns(matter, who, channel or row.channel, key, row.step, at, uow.now))
    again.lane_id, again.is_mass, again.attempt = row.lane_id, row.is_mass, attempt
    again.is_repeat = channel is None
    if channel is None:
        again.address_masked, again.address_seal = row.address_masked, row.address_seal
    uow.session.add(again)
    schedule(uow, again, at)
    return again


def fail(uow: UnitOfWork, row: Delivery, reason: Text, *, for_good: bool = False) -> None:
    """Record that an attempt failed and decide the next: once more, then the other channel, then a call by hand."""
    row.reason, row.due_at, row.leased_until = reason, None, None
    if row.answered_at is not None or row.closed_at is not None:
        row.state = "failed_for_good"
        return
    if not for_good and row.attempt < rules.FAILURES_BEFORE_SWITCH:
        following = attempt_again(uow, row, uow.now + rules.RETRY_AFTER)
    else:
        other = rules.OTHER_CHANNEL.get(row.channel)
        following = attempt_again(uow, row, uow.now, other) if other else None
    row.state = "failed_for_good" if following is None else "failed_for_now"


def take_receipt(uow: UnitOfWork, delivery_id: DeliveryId, sid: str, status: str) -> None:
    """Take in the provider's word on a message; what came twice, late or out of order changes nothing."""
    rows = bundle(uow, delivery_id)
    if rows[0].provider_sid in (None, sid):
        hear(uow, rows, sid, status)


def hear(uow: UnitOfWork, rows: Iterable[Delivery], sid: str, status: str) -> None:
    """Take in the provider's word on a message and those it carried along, whose *rows* are in hand."""
    for row in rows:
        receipt = rules.reads_on(row.receipt_rank, status)
        if receipt is None:
            continue
        row.receipt_rank, row.provider_sid = receipt.rank, sid
        _apply(uow, row, receipt, status)


def _apply(uow: UnitOfWork, row: Delivery, receipt: rules.Receipt, status: str) -> None:
    if receipt.state == "failed":
        if row.state in ("pending", "sending", "sent"):
            fail(uow, row, rules.failure(status))
        return
    if receipt.state == "delivered":
        row.state, row.delivered_at, row.due_at, row.leased_until = "delivered", uow.now, None, None
        row.reason = None
        _drop_followers(uow, row)
    elif row.state in ("pending", "sending"):
        # The receipt overtook the answer to our own request.
        row.state, row.sent_at, row.leased_until = "sent", row.sent_at or uow.now, None
        schedule(uow, row, uow.now + rules.RECEIPT_AFTER)


def _drop_followers(uow: UnitOfWork, row: Delivery) -> None:
    stem = row.key.rsplit(":", 1)[0]
    waiting = select(Delivery).where(Delivery.key.startswith(f"{stem}:"), Delivery.state == "pending")
    for follower in uow.session.scalars(waiting):
        if follower.attempt > row.attempt:
            not_sent(follower, rules.ALREADY_DELIVERED)


def not_sent(row: Delivery, reason: Text) -> None:
    """Record why nothing was sent."""
    row.state, row.reason, row.due_at, row.leased_until = "not_sent", reason, None, None


def withdraw(uow: UnitOfWork, target_kind: str, target_id: UUID, why: Text) -> None:
    """Close every delivery of a target that needs nobody any more; what has not left stays unsent, with *why*."""
    open_rows = select(Delivery).where(
        Delivery.target_kind == target_kind, Delivery.target_id == target_id, Delivery.closed_at.is_(None)
    )
    for row in uow.session.scalars(open_rows.with_for_update()):
        row.closed_at = uow.now
        if row.state == "pending":
            not_sent(row, why)


def reach_boards(uow: UnitOfWork, agency_code: str) -> int:
    """Record that a board of the agency has fetched the alarms that stood for it; return how many were new."""
    waiting = select(Delivery).where(
        Delivery.agency_code == agency_code,
        Delivery.closed_at.is_(None),
        Delivery.channel == "board",
        Delivery.state == "pending",
    )
    rows = uow.session.scalars(waiting).all()
    for row in rows:
        row.state, row.delivered_at, row.sent_at = "delivered", uow.now, uow.now
    return len(rows)


def answer(uow: UnitOfWork, delivery_id: DeliveryId, *, method: str, by: str) -> None:
    """Record the answer of somebody who was called; a second answer changes nothing."""
    for row in bundle(uow, delivery_id):
        if row.answered_at is None or row.answer == rules.NO_ANSWER:
            _record_answer(uow, row, method, uow.now, by)


def note_call(
    uow: UnitOfWork,
    delivery_id: DeliveryId,
    *,
    method: str,
    at: datetime,
    answered_by: str,
    reached: bool = True,
) -> None:
    """Record a call made by hand: when, by which means and who answered, or that nobody did.

    Raises NotFound; Conflict when somebody answered before; InvalidInput for an instant that cannot be.
    """
    row = _locked(uow, delivery_id)
    if row.lane_id != uow.own_lane:
        raise nothing_here()
    if row.answered_at is not None and row.answer != rules.NO_ANSWER:
        raise Conflict(Text(f"{row.answered_by} 已经应答。", f"{row.answered_by} has answered already."))
    if at < row.created_at or at > uow.now:
        raise invalid(
            at=Text(
                "时间应在派出之后、现在之前。", "The time must lie between the start of the call-out and now."
            )
        )
    if reached and not answered_by.strip():
        raise invalid(answered_by=Text("请写接电话人的姓名。", "Give the name of the person who answered."))
    if reached:
        _record_answer(uow, row, method, at, answered_by.strip())
    else:
        row.answer, row.answered_at, row.answered_by = rules.NO_ANSWER, at, None


def _record_answer(uow: UnitOfWork, row: Delivery, method: str, at: datetime, by: str) -> None:
    row.answered_at, row.answer, row.answered_by, row.due_at = at, method, by, None
    uow.emit(
        DeliveryAnswered(
            row.id,
            row.target_kind,
            row.target_id,
            row.incident_id,
            row.agency_code,
            row.person_id,
            by,
            method,
            at,
        )
    )


def _locked(uow: UnitOfWork, delivery_id: DeliveryId) -> Delivery:
    row = uow.session.scalar(select(Delivery).where(Delivery.id == delivery_id).with_for_update())
    if row is None:
        raise nothing_here()
    return row


def bundle(uow: UnitOfWork, delivery_id: DeliveryId) -> list[Delivery]:
    """Return the delivery and behind it those that ride along with it, all locked; raise NotFound."""
    first = _locked(uow, delivery_id)
    if first.person_id is None:
        return [first]  # what rings in a room rings by itself
    carried = select(Delivery).where(
        Delivery.bundled_in == first.id,
        Delivery.person_id == first.person_id,
        Delivery.channel == first.channel,
    )
    return [first, *uow.session.scalars(carried.order_by(Delivery.id).with_for_update())]
