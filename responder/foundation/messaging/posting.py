"""Putting messages into the outbox: many in one insert; where nothing carries them, that is known at once."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import bindparam, insert, select

from responder.core.db import table_of
from responder.core.errors import Text
from responder.core.ids import CallOutId, DeliveryId, LaneId, PersonId, new_id
from responder.core.uow import UnitOfWork
from responder.foundation.directory import callbook
from responder.foundation.directory.callbook import Number
from responder.foundation.messaging import rules
from responder.foundation.messaging.addresses import first_of
from responder.foundation.messaging.groups import Group, Outlets
from responder.foundation.messaging.models import Delivery

DELIVER = "deliver"
DELIVER_MASS = "deliver_mass"
_OUTBOX = table_of(Delivery)
_INSERT = insert(_OUTBOX)
_STANDING = select(_OUTBOX.c.key).where(_OUTBOX.c.key.in_(bindparam("keys", expanding=True)))


@dataclass(frozen=True, slots=True)
class Recipient:
    """Who is to be reached; without a person it is the duty room itself: its board, its telephone."""

    person_id: PersonId | None
    name: str
    post: str = ""
    group: Group | None = None  # the room's group chat, not the room's telephone

    def key(self, agency_code: str) -> str:
        """Return who this is in the key of an attempt."""
        if self.group is not None:
            return f"group.{self.group.id}"
        return str(self.person_id) if self.person_id else f"room.{agency_code}"


@dataclass(frozen=True, slots=True)
class Matter:
    """What somebody is called for, and for whom."""

    target_kind: str
    target_id: UUID
    incident_id: UUID | None
    number: str
    agency_code: str
    body: str
    caller_agency: str | None = None
    call_out_id: CallOutId | None = None


@dataclass(frozen=True, slots=True)
class Posting:
    """A matter for one recipient on some channels: a first attempt on each."""

    matter: Matter
    recipient: Recipient
    channels: Iterable[str]
    lane_id: LaneId
    wanted_at: datetime
    step: int = 0
    mass: bool = False

    def rows(self, now: datetime) -> Iterable[dict[str, Any]]:
        """Return its rows of the outbox, one for each channel."""
        source = str(self.matter.call_out_id or f"{self.matter.target_kind}.{self.matter.target_id}")
        who = self.recipient.key(self.matter.agency_code)
        for channel in self.channels:
            key = rules.delivery_key(source, self.step, who, channel, 1)
            row = columns(self.matter, self.recipient, channel, key, self.step, self.wanted_at, now)
            yield row | {"lane_id": self.lane_id, "is_mass": self.mass}


def columns(
    matter: Matter,
    recipient: Recipient,
    channel: str,
    key: str,
    step: int,
    wanted_at: datetime,
    now: datetime,
) -> dict[str, Any]:
    """Return the columns of an attempt that is pending; its lane and its labels are the caller's."""
    group = recipient.group
    return {
        "id": DeliveryId(new_id()),
        "key": key,
        "call_out_id": matter.call_out_id,
        "step": step,
        "attempt": 1,
        "target_kind": matter.target_kind,
        "target_id": matter.target_id,
        "incident_id": matter.incident_id,
        "number": matter.number,
        "agency_code": matter.agency_code,
        "caller_agency": matter.caller_agency,
        "person_id": recipient.person_id,
        "person_name": recipient.name,
        "person_post": recipient.post,
        "channel": channel,
        "address_masked": group.host if group else None,
        "address_seal": group.id if group else None,
        "body": matter.body,
        "state": "pending",
        "reason_zh": None,
        "reason_en": None,
        "looks": 0,
        "receipt_rank": 0,
        "created_at": now,
        "wanted_at": wanted_at,
        # A board fetches its alarms itself: nobody sends them.
        "due_at": None if channel == "board" else max(wanted_at, now),
    }


def post(uow: UnitOfWork, postings: Iterable[Posting], outlets: Outlets | None = None) -> list[DeliveryId]:
    """Put first attempts into the outbox; one that stands there already is left alone.

    With *outlets*, what nothing carries is recorded as not sent, with the reason that the worker would have found,
    and mail goes only to who has an address.
    """
    rows = {row["key"]: row for posting in postings for row in posting.rows(uow.now)}
    if not rows:
        return []
    uow.session.flush()
    connection = uow.session.connection()
    for standing in connection.execute(_STANDING, {"keys": list(rows)}).scalars():
        del rows[standing]
    new = list(rows.values())
    if outlets is not None:
        new = _fitted(uow, new, outlets)
    for row in new:
        row["looks"] = 0 if row["due_at"] is None else 1
    if new:
        connection.execute(_INSERT, new)
    _enqueue(uow, new)
    return [row["id"] for row in new]


def _enqueue(uow: UnitOfWork, rows: Iterable[dict[str, Any]]) -> None:
    mass = set()
    for row in rows:
        if row["is_mass"]:
            mass.add(row["target_id"])
        elif row["due_at"] is not None:
            uow.jobs.enqueue(uow.session, DELIVER, f"{row['id']}:{row['looks']}", row["due_at"])
    for target_id in mass:
        # One job for all that this unit of work queues for the target, be it three thousand.
        key = f"{target_id}:{uow.now.timestamp():.3f}"
        uow.jobs.enqueue(uow.session, DELIVER_MASS, key, uow.now)


def _fitted(uow: UnitOfWork, rows: Sequence[dict[str, Any]], outlets: Outlets) -> list[dict[str, Any]]:
    """Return *rows* without mail that has no address; what nothing carries says so, and whom to telephone."""
    kept_back = [row for row in rows if not outlets.carries(row["channel"])]
    mail = [row for row in rows if row["channel"] == "email"]
    numbers = _numbers(uow, [*kept_back, *mail])
    for row in kept_back:
        known = first_of(_of(row, numbers), row["channel"])
        _not_sent(row, rules.NO_CONTACT if known is None else rules.NO_PROVIDER)
        if known is not None:
            row |= {"address_masked": known.masked, "address_seal": known.blind}
    return [row for row in rows if row["channel"] != "email" or first_of(_of(row, numbers), "email")]


def _numbers(uow: UnitOfWork, rows: Iterable[dict[str, Any]]) -> Mapping[Any, Sequence[Number]]:
    people = {row["person_id"] for row in rows if row["person_id"] is not None}
    rooms = {row["agency_code"] for row in rows if row["person_id"] is None}
    return {
        **callbook.numbers_of_people(uow.session, people),
        **callbook.numbers_of_rooms(uow.session, rooms),
    }


def _of(row: Mapping[str, Any], numbers: Mapping[Any, Sequence[Number]]) -> Sequence[Number]:
    return numbers[row["person_id"] or row["agency_code"]]


def _not_sent(row: dict[str, Any], reason: Text) -> None:
    row |= {"state": "not_sent", "reason_zh": reason.zh, "reason_en": reason.en, "due_at": None}


def queue(
    uow: UnitOfWork,
    matter: Matter,
    recipient: Recipient,
    channels: Iterable[str],
    *,
    step: int = 0,
    wanted_at: datetime | None = None,
    mass: bool = False,
) -> list[DeliveryId]:
    """Put one first attempt for each channel into the outbox; an attempt that stands there already is left alone."""
    lane = uow.own_lane
    return post(uow, [Posting(matter, recipient, channels, lane, wanted_at or uow.now, step, mass)])


def calls(
    matter: Matter,
    room: Recipient,
    people: Iterable[Recipient],
    channels: Sequence[str],
    outlets: Outlets,
    *,
    lane_id: LaneId,
    wanted_at: datetime,
    step: int = 0,
) -> list[Posting]:
    """Return a round of calls: to each of *people* by *channels* and by mail, and into the group chats of the room."""
    by = (*channels, "email") if outlets.mail else channels
    found = [Posting(matter, person, by, lane_id, wanted_at, step) for person in people]
    for group in outlets.groups_of(matter.agency_code):
        chat = Recipient(None, room.name, group=group)
        found.append(Posting(matter, chat, ("im",), lane_id, wanted_at, step))
    return found
