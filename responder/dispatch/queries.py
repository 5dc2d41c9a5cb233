"""Reads of the register of forces, of commands and of orders."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID
from weakref import WeakKeyDictionary

from sqlalchemy import and_, bindparam, func, or_, select
from sqlalchemy.orm import Session
from sqlalchemy.pool import Pool

from responder.core.actor import Actor
from responder.core.db import table_of
from responder.core.errors import Text, nothing_here
from responder.core.questions import Question
from responder.dispatch import rules
from responder.dispatch.models import DispatchOrder, HeldForce, IncidentCommand, OrderStep, RescueForce
from responder.dispatch.ranking import Busy, Force
from responder.dispatch.rules import Seat
from responder.foundation.directory import queries as directory
from responder.incidents import queries as incidents
from responder.incidents.models import Incident


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


def force(session: Session, code: str) -> RescueForce | None:
    """Return the force, or None."""
    return session.get(RescueForce, code)


def national_totals(session: Session) -> dict[str, int]:
    """Return how many national bases of each kind the register holds."""
    rows = session.execute(
        select(RescueForce.kind, func.count())
        .where(RescueForce.level == "state", RescueForce.is_partner.is_(False))
        .group_by(RescueForce.kind)
    )
    return dict(rows.all())


def national_orderable(session: Session) -> int:
    """Return how many national bases can be called."""
    return (
        session.scalar(
            select(func.count()).where(
                RescueForce.level == "state",
                RescueForce.is_partner.is_(False),
                RescueForce.is_placeholder.is_(False),
                RescueForce.build_state.in_(sorted(rules.ORDERABLE_STATES)),
            )
        )
        or 0
    )


def held(session: Session) -> Sequence[HeldForce]:
    """Return the bases that wait for an administrator."""
    return session.scalars(
        select(HeldForce).where(HeldForce.decision.is_(None)).order_by(HeldForce.held_at, HeldForce.code)
    ).all()


# --- The fleet: every force as a value, kept in memory while the register stands still ----------------------


class _Fleet(NamedTuple):
    stamp: tuple[Any, ...]
    forces: tuple[Force, ...]


_FORCE = table_of(RescueForce).c  # the register is reference data and has no lane
_STAMP = select(func.count(), func.sum(_FORCE.revision), func.max(_FORCE.updated_at))
_fleets: "WeakKeyDictionary[Pool, _Fleet]" = WeakKeyDictionary()


def fleet(session: Session) -> tuple[Force, ...]:
    """Return every force as the ranking needs it; one small query where nothing has changed."""
    database = session.get_bind().engine.pool  # the same for every engine that only differs in its options
    stamp = tuple(session.execute(_STAMP).one())
    kept = _fleets.get(database)
    if kept is None or kept.stamp != stamp:
        kept = _Fleet(stamp, tuple(as_value(one) for one in forces(session)))
        _fleets[database] = kept
    return kept.forces


def as_value(row: RescueForce) -> Force:
    """Return a force of the register as a value."""
    return Force(
        code=row.code,
        name=Text(row.name, row.name_en),
        kind=row.kind,
        level=row.level,
        build_state=row.build_state,
        is_placeholder=row.is_placeholder,
        is_partner=row.is_partner,
        owner=row.owner,
        agency_code=row.agency_code,
        seat=Seat(row.province_code, row.city_code, row.county_code),
        lon=row.lon,
        lat=row.lat,
        held=row.capabilities,
        equipment=row.equipment,
        people=row.people,
        squads=row.squads,
        squads_on_duty=row.squads_on_duty,
        vehicles=row.vehicles,
        readiness=row.readiness,
        reported_at=row.reported_at,
        free_since=row.free_since,
        is_demo=row.is_demo,
    )


_OUT = Question(
    select(
        DispatchOrder.force_code,
        DispatchOrder.number,
        DispatchOrder.issued_at,
        DispatchOrder.kind,
        DispatchOrder.state,
    ).where(DispatchOrder.ended_at.is_(None))
)


def busy(session: Session) -> dict[str, Busy]:
    """Return what every force that is out is out for, whoever sent it: nothing is ordered twice."""
    return {
        row.force_code: Busy(row.number, row.issued_at, rules.state_word(row.kind, row.state))
        for row in _OUT.rows(session)
    }


# --- Command ------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Holder:
    """Who commands an incident; `id` None is the office that does so by rule, before anybody signed."""

    id: UUID | None
    agency_code: str
    name: Text
    level: str
    holder_name: str
    since: datetime
    how: str  # rule, taken, handed
    former: Text | None = None

    @property
    def who(self) -> Text:
        """The office with the person who signed."""
        if not self.holder_name:
            return self.name
        return Text(f"{self.name.zh} {self.holder_name}", f"{self.holder_name}, {self.name.en}")


def commands(session: Session, incident_id: UUID) -> Sequence[IncidentCommand]:
    """Return who commanded the incident, the first first."""
    return session.scalars(
        select(IncidentCommand)
        .where(IncidentCommand.incident_id == incident_id)
        .order_by(IncidentCommand.taken_at, IncidentCommand.id)
    ).all()


_OPEN_COMMAND = Question(
    select(IncidentCommand).where(
        IncidentCommand.incident_id == bindparam("incident_id"), IncidentCommand.ended_at.is_(None)
    )
)


def holder(session: Session, incident: Incident) -> Holder:
    """Return who commands the incident: who signed last, else the lowest office of the place by rule."""
    rows = _OPEN_COMMAND.copies(session, incident_id=incident.id)
    return holder_of(rows[0][0]) if rows else by_rule(session, incident)


def holder_of(row: IncidentCommand) -> Holder:
    """Return the holder that a row names."""
    former = None
    if row.former_name:
        names = (row.former_name, row.former_name_en or row.former_name)
        former = Text(*(f"{name} {row.former_holder or ''}".strip() for name in names))
    return Holder(
        row.id,
        row.agency_code,
        Text(row.agency_name, row.agency_name_en),
        row.level,
        row.holder_name,
        row.taken_at,
        row.how,
        former,
    )


def by_rule(session: Session, incident: Incident) -> Holder:
    """Return the office that commands until somebody takes over: the lowest emergency office of the place."""
    place = directory.place_path(session, incident.jurisdiction_code)
    level = next(level for level in rules.LEVELS if place.at(level) is not None)
    routed = directory.route(session, place, level, "work_safety", incident.received_at)
    return Holder(
        None,
        routed.agency_code,
        Text(routed.name, routed.name_en),
        routed.level,
        "",
        incident.received_at,
        "rule",
    )


def office_seat(session: Session, agency_code: str) -> Seat:
    """Return where an office stands."""
    place = directory.place_of_agency(session, agency_code)
    if place is None:
        return Seat(None, None, None)
    return Seat(place.province_code, place.city_code, place.county_code)


# --- Orders -------------------------------------------------------------------------------------------------


def order(
    session: Session, actor: Actor, order_id: UUID, *, lock: bool = False
) -> tuple[DispatchOrder, Incident]:
    """Return an order with its incident; raise NotFound unless the actor may see the incident."""
    row = session.execute(
        select(DispatchOrder, Incident)
        .join(Incident, Incident.id == DispatchOrder.incident_id)
        .where(DispatchOrder.id == order_id, incidents.visible(actor))
    ).one_or_none()
    if row is None:
        raise nothing_here("没有这道调度令", "There is no such order")
    if lock:
        session.execute(select(DispatchOrder).where(DispatchOrder.id == order_id).with_for_update()).one()
        session.refresh(row[0])
    return row[0], row[1]


def unscoped(session: Session, order_id: UUID) -> DispatchOrder | None:
    """Return an order for the system's own work; never for an answer to a caller."""
    return session.get(DispatchOrder, order_id)


_ORDERS = Question(
    select(DispatchOrder)
    .where(DispatchOrder.incident_id == bindparam("incident_id"))
    .order_by(DispatchOrder.issued_at, DispatchOrder.id)
)


def orders(session: Session, incident_id: UUID) -> list[DispatchOrder]:
    """Return copies of the orders and requests of an incident, the first first."""
    return [order for (order,) in _ORDERS.copies(session, incident_id=incident_id)]


def steps(session: Session, order_id: UUID) -> Sequence[OrderStep]:
    """Return the steps of an order as they came in."""
    return session.scalars(
        select(OrderStep).where(OrderStep.order_id == order_id).order_by(OrderStep.noted_at, OrderStep.id)
    ).all()


def live_order(session: Session, force_code: str) -> DispatchOrder | None:
    """Return the order that a force is out for in this lane, or None."""
    return session.scalars(
        select(DispatchOrder).where(DispatchOrder.force_code == force_code, DispatchOrder.ended_at.is_(None))
    ).one_or_none()


class Work(NamedTuple):
    """An order that somebody has to do something about, with its incident and its force as it stands now."""

    order: DispatchOrder
    incident: Incident
    force: RescueForce


_OFFICE: Any = bindparam("office")
_CONCERNED = or_(
    DispatchOrder.ended_at.is_(None)
    & or_(
        DispatchOrder.commander_code == _OFFICE,
        DispatchOrder.via_code == _OFFICE,
        DispatchOrder.force_agency_code == _OFFICE,
    ),
    (DispatchOrder.force_agency_code == _OFFICE)
    & (DispatchOrder.state == "recalled")
    & DispatchOrder.recall_seen_at.is_(None),
)
_TOLD = (IncidentCommand.told_code == _OFFICE, IncidentCommand.told_seen_at.is_(None))
# What waits for an office, counted; every step of an order moves the sum of the revisions.
COUNTS = {
    "orders": select(func.sum(DispatchOrder.revision)).where(_CONCERNED),
    "commands": select(func.count()).select_from(IncidentCommand).where(*_TOLD),
}
_WORK = (
    select(DispatchOrder, Incident, RescueForce)
    .join(Incident, and_(Incident.lane_id == DispatchOrder.lane_id, Incident.id == DispatchOrder.incident_id))
    .join(RescueForce, RescueForce.code == DispatchOrder.force_code)
    .where(_CONCERNED)
    .order_by(DispatchOrder.issued_at)
)
_COMMANDS = (
    select(IncidentCommand, Incident)
    .join(
        Incident,
        and_(Incident.lane_id == IncidentCommand.lane_id, Incident.id == IncidentCommand.incident_id),
    )
    .where(*_TOLD, Incident.state == "open")
)
_WORK_OF = Question(_WORK)
_WORK_HERE = Question(_WORK.where(DispatchOrder.incident_id == bindparam("incident_id")))
_UNREAD = Question(_COMMANDS)
_UNREAD_HERE = Question(_COMMANDS.where(IncidentCommand.incident_id == bindparam("incident_id")))


def work_of(session: Session, agency_code: str, incident_id: UUID | None = None) -> list[Work]:
    """Return copies of the orders that concern an office as commander, as go-between or as the force itself."""
    question = _WORK_OF if incident_id is None else _WORK_HERE
    return [Work(*row) for row in question.copies(session, office=agency_code, incident_id=incident_id)]


def unread_commands(
    session: Session, agency_code: str, incident_id: UUID | None = None
) -> list[tuple[IncidentCommand, Incident]]:
    """Return copies of the changes of command that an office was told and has not read yet."""
    question = _UNREAD if incident_id is None else _UNREAD_HERE
    rows = question.copies(session, office=agency_code, incident_id=incident_id)
    return [(row[0], row[1]) for row in rows]


def forces_under_way(session: Session, actor: Actor, incident_id: UUID | None = None) -> list[Work]:
    """Return the forces called to incidents that the actor may see, from acceptance to arrival on site."""
    query = (
        select(DispatchOrder, Incident, RescueForce)
        .join(Incident, Incident.id == DispatchOrder.incident_id)
        .join(RescueForce, RescueForce.code == DispatchOrder.force_code)
        .where(DispatchOrder.ended_at.is_(None), incidents.visible(actor))
        .order_by(DispatchOrder.issued_at)
    )
    if incident_id is not None:
        query = query.where(DispatchOrder.incident_id == incident_id)
    return [Work(*row) for row in session.execute(query)]


def unanswered(session: Session, now: datetime) -> list[tuple[DispatchOrder, Incident]]:
    """Return the orders whose time for acceptance has passed and that nobody has noted yet."""
    rows = session.execute(
        select(DispatchOrder, Incident)
        .join(Incident, Incident.id == DispatchOrder.incident_id)
        .where(
            DispatchOrder.state == "issued",
            DispatchOrder.unanswered_noted.is_(False),
            DispatchOrder.accept_by <= now,
        )
    )
    return [(row[0], row[1]) for row in rows]
