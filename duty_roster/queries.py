"""Reads of the duty roster: who is on call at an instant, whose turn is next, a month for the page."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, bindparam, func, or_, select
from sqlalchemy.orm import InstrumentedAttribute, Session, aliased

from duty_roster.models import DutyOverride, DutyShift, RosterVersion, ShiftSeat, SignIn
from duty_roster.rules import DEFAULTS, PlannedShift, Seat, Seated, ShiftKind, Watch, still_on_post
from responder.core.actor import Actor
from responder.core.clock import SHANGHAI, as_utc, wall
from responder.core.db import UtcDateTime
from responder.core.ids import PersonId, ShiftId
from responder.foundation.directory.models import Person
from responder.foundation.directory.queries import agency, place_of_agency

LONGEST = timedelta(hours=48)  # no shift is longer, so that "now" is a narrow range of the index


@dataclass(frozen=True, slots=True)
class OnCallPerson:
    """A person on a seat at the instant asked for."""

    person_id: PersonId
    name: str
    post: str
    seat: str
    signed_in_at: datetime | None = None
    stands_in_for: str | None = None


@dataclass(frozen=True, slots=True)
class OnCall:
    """Who answers for a duty room at an instant; everything is empty where no roster was in force.

    `backups` are those to call when the officers do not answer, `second` is the first of them.
    `still_on_post` are people of the shift before who stay responsible because nobody has signed in for
    their seat (R19).
    """

    agency_code: str
    at: datetime
    shift_id: ShiftId | None = None
    kind: str | None = None
    starts_at: datetime | None = None
    ends_at: datetime | None = None
    officers: tuple[OnCallPerson, ...] = ()
    second: OnCallPerson | None = None
    leader: OnCallPerson | None = None
    backups: tuple[OnCallPerson, ...] = ()
    signed_in: tuple[OnCallPerson, ...] = ()
    still_on_post: tuple[OnCallPerson, ...] = ()
    roster_version: int | None = None


@dataclass(frozen=True, slots=True)
class ShiftView:
    """A stored shift with its people, substitutions already applied."""

    shift_id: ShiftId
    kind: str
    starts_at: datetime
    ends_at: datetime
    people: tuple[OnCallPerson, ...]
    roster_version: int

    def seat(self, seat: Seat) -> tuple[OnCallPerson, ...]:
        """Return the people on *seat*."""
        return tuple(p for p in self.people if p.seat == seat)

    def planned(self) -> PlannedShift:
        """Return it as the rules see it."""
        seated = tuple(
            Seated(p.person_id, p.name, Seat(p.seat), p.post, n) for n, p in enumerate(self.people)
        )
        return PlannedShift(ShiftKind(self.kind), self.starts_at, self.ends_at, seated)


@dataclass(frozen=True, slots=True)
class MonthRoster:
    """An agency's roster of one month as it stands."""

    agency_code: str
    year: int
    month: int
    version: int | None
    published_at: datetime | None
    reason: str = ""
    published_by: str | None = None
    shifts: tuple[ShiftView, ...] = field(default=())


def month_key(at: datetime) -> str:
    """Return the month of the instant *at* on the wall clock, as `2026-11`."""
    return f"{wall(at):%Y-%m}"


def month_bounds(year: int, month: int) -> tuple[datetime, datetime]:
    """Return the first instant of a month on the wall clock and the first of the next, in UTC."""
    following = (year + 1, 1) if month == 12 else (year, month + 1)
    return as_utc(datetime(year, month, 1, tzinfo=SHANGHAI)), as_utc(datetime(*following, 1, tzinfo=SHANGHAI))


def _seats(
    at: datetime | ColumnElement[datetime] | InstrumentedAttribute[datetime],
) -> Select[*tuple[Any, ...]]:
    """Select the seats of shifts and who holds them at *at* (a value or a column), stand-ins included."""
    stand_in, absent = aliased(Person), aliased(Person)
    holder = func.coalesce(DutyOverride.stand_in_id, ShiftSeat.person_id)
    version = (
        select(func.max(RosterVersion.version))
        .where(
            RosterVersion.agency_code == DutyShift.agency_code,
            RosterVersion.month == DutyShift.month,
            RosterVersion.published_at <= at,
        )
        .scalar_subquery()
        .label("version")
    )
    return (
        select(
            DutyShift.id.label("shift_id"),
            DutyShift.kind,
            DutyShift.starts_at,
            DutyShift.ends_at,
            stand_in.id.label("person_id"),
            stand_in.name.label("name"),
            func.coalesce(func.nullif(ShiftSeat.post, ""), stand_in.post).label("post"),
            stand_in.post.label("own_post"),
            ShiftSeat.seat,
            SignIn.at.label("signed_in_at"),
            DutyOverride.id.label("override_id"),
            absent.name.label("absent_name"),
            version,
        )
        .join(ShiftSeat, ShiftSeat.shift_id == DutyShift.id)
        .outerjoin(
            DutyOverride,
            and_(
                DutyOverride.agency_code == DutyShift.agency_code,
                DutyOverride.absent_id == ShiftSeat.person_id,
                DutyOverride.starts_at <= at,
                DutyOverride.ends_at > at,
            ),
        )
        .join(stand_in, stand_in.id == holder)
        .join(absent, absent.id == ShiftSeat.person_id)
        .outerjoin(SignIn, and_(SignIn.shift_id == DutyShift.id, SignIn.person_id == holder))
        .order_by(DutyShift.starts_at, DutyShift.id, ShiftSeat.position)
    )


_AT = bindparam("at", type_=UtcDateTime())
_AT_DESK = and_(
    DutyShift.starts_at <= _AT,
    DutyShift.starts_at > bindparam("since", type_=UtcDateTime()),
    DutyShift.version_from <= _AT,
    or_(
        DutyShift.version_until.is_(None),
        DutyShift.version_until > _AT,
        DutyShift.version_until >= DutyShift.ends_at,
    ),
)
_ON_CALL = _seats(_AT).where(DutyShift.agency_code == bindparam("agency_code"), _AT_DESK)
_ALL_ON_CALL = (
    _seats(_AT)
    .add_columns(DutyShift.agency_code)
    .where(DutyShift.agency_code.in_(bindparam("agency_codes", expanding=True)), _AT_DESK)
)


def _watch(row: Any) -> Watch:
    return Watch(
        shift_id=row.shift_id,
        kind=ShiftKind(row.kind),
        starts_at=row.starts_at,
        ends_at=row.ends_at,
        person_id=row.person_id,
        name=row.name,
        post=row.post if row.override_id is None else row.own_post,
        seat=Seat(row.seat),
        signed_in_at=row.signed_in_at,
        stands_in_for=None if row.override_id is None else row.absent_name,
    )


def _person(watch: Watch) -> OnCallPerson:
    return OnCallPerson(
        PersonId(watch.person_id), watch.name, watch.post, watch.seat, watch.signed_in_at, watch.stands_in_for
    )


def on_call(session: Session, agency_code: str, at: datetime) -> OnCall:
    """Return who is on call for *agency_code* at *at*, past, present or future, in one query.

    The roster version in force at that instant decides; with no roster everything is empty.
    """
    # Straight to the connection: this is the hottest question, and the statement is made once.
    parameters = {"agency_code": agency_code, "at": at, "since": at - LONGEST}
    return _read(agency_code, at, session.connection().execute(_ON_CALL, parameters).all())


def all_on_call(session: Session, agency_codes: Iterable[str], at: datetime) -> dict[str, OnCall]:
    """Return for each of the agencies who is on call at *at*, in one query."""
    rows: dict[str, list[Any]] = {code: [] for code in agency_codes}
    parameters = {"agency_codes": list(rows), "at": at, "since": at - LONGEST}
    for row in session.connection().execute(_ALL_ON_CALL, parameters):
        rows[row.agency_code].append(row)
    return {code: _read(code, at, own) for code, own in rows.items()}


def _read(agency_code: str, at: datetime, rows: Sequence[Any]) -> OnCall:
    watches = [_watch(row) for row in rows if row.signed_in_at is None or row.signed_in_at <= at]
    watches += [
        _unsigned(_watch(row)) for row in rows if row.signed_in_at is not None and row.signed_in_at > at
    ]
    versions = {row.shift_id: row.version for row in rows}
    return _on_call(agency_code, at, watches, versions)


def _unsigned(watch: Watch) -> Watch:
    """Return *watch* as it was before its sign-in, which came after the instant asked for."""
    return Watch(
        watch.shift_id,
        watch.kind,
        watch.starts_at,
        watch.ends_at,
        watch.person_id,
        watch.name,
        watch.post,
        watch.seat,
        None,
        watch.stands_in_for,
    )


def _on_call(
    agency_code: str, at: datetime, watches: list[Watch], versions: dict[UUID, int | None]
) -> OnCall:
    kept = tuple(_person(w) for w in still_on_post(watches, at))
    current = [w for w in watches if w.ends_at > at]
    if not current:
        return OnCall(agency_code, at, still_on_post=kept)
    seats = {seat: tuple(_person(w) for w in current if w.seat is seat) for seat in Seat}
    desk = min(current, key=lambda w: (w.seat is Seat.LEADER, w.starts_at))
    return OnCall(
        agency_code=agency_code,
        at=at,
        shift_id=ShiftId(desk.shift_id),
        kind=desk.kind,
        starts_at=desk.starts_at,
        ends_at=desk.ends_at,
        officers=seats[Seat.OFFICER],
        second=next(iter(seats[Seat.SECOND]), None),
        leader=next(iter(seats[Seat.LEADER]), None),
        backups=seats[Seat.SECOND],
        signed_in=tuple(_person(w) for w in current if w.signed_in_at is not None),
        still_on_post=kept,
        roster_version=versions[desk.shift_id],
    )


def officers_on_shift(session: Session, agency_code: str, at: datetime) -> tuple[OnCallPerson, ...]:
    """Return who sits at the duty desk at *at*: officers, then second officers, without the leader."""
    found = on_call(session, agency_code, at)
    return found.officers + found.backups


def is_on_shift(session: Session, person_id: UUID | None, agency_code: str, at: datetime) -> bool:
    """Return whether the person is on the agency's roster at *at*, or still on post for want of relief."""
    if person_id is None:
        return False
    found = on_call(session, agency_code, at)
    leaders = (found.leader,) if found.leader else ()
    return any(
        p.person_id == person_id for p in (*found.officers, *found.backups, *leaders, *found.still_on_post)
    )


def next_shift(session: Session, agency_code: str, at: datetime) -> ShiftView | None:
    """Return the next shift of the duty desk that begins after *at*; None where the roster ends."""
    following = (
        select(DutyShift.id)
        .where(
            DutyShift.agency_code == agency_code,
            DutyShift.starts_at > at,
            DutyShift.kind != ShiftKind.LEADER,
            DutyShift.version_until.is_(None),
        )
        .order_by(DutyShift.starts_at)
        .limit(1)
    )
    return next(iter(_views(session, _seats(DutyShift.starts_at).where(DutyShift.id.in_(following)))), None)


def shift(session: Session, shift_id: UUID, at: datetime) -> ShiftView | None:
    """Return a shift with the people who hold its seats at *at*."""
    return next(iter(_views(session, _seats(at).where(DutyShift.id == shift_id))), None)


def shift_row(session: Session, shift_id: UUID) -> DutyShift | None:
    """Return the stored shift, whatever version it belongs to."""
    return session.get(DutyShift, shift_id)


def shift_to_sign(
    session: Session,
    agency_code: str,
    person_id: UUID,
    at: datetime,
    early: timedelta = DEFAULTS.sign_in_early,
) -> ShiftView | None:
    """Return the person's shift that runs at *at* or begins within *early*; one not signed in to comes first."""
    running = _seats(at).where(
        DutyShift.agency_code == agency_code,
        DutyShift.starts_at <= at,
        DutyShift.starts_at > at - LONGEST,
        DutyShift.ends_at > at,
        DutyShift.version_from <= at,
        or_(DutyShift.version_until.is_(None), DutyShift.version_until > at),
    )
    coming = [s for s in shifts_between(session, agency_code, at, at + early) if s.starts_at > at]
    found = [
        (person.signed_in_at is not None, shift.starts_at, shift)
        for shift in (*_views(session, running), *coming)
        for person in shift.people
        if person.person_id == person_id
    ]
    return min(found, key=lambda f: f[:2])[2] if found else None


def shifts_between(
    session: Session, agency_code: str, start: datetime, end: datetime
) -> tuple[ShiftView, ...]:
    """Return the shifts that overlap [start, end) and were in force at some moment of their own time."""
    statement = _seats(DutyShift.starts_at).where(
        DutyShift.agency_code == agency_code,
        DutyShift.starts_at < end,
        DutyShift.starts_at > start - LONGEST,
        DutyShift.ends_at > start,
        DutyShift.version_from < DutyShift.ends_at,
        or_(DutyShift.version_until.is_(None), DutyShift.version_until > DutyShift.starts_at),
    )
    return _views(session, statement)


def open_shifts(session: Session, agency_code: str, start: datetime, end: datetime) -> list[DutyShift]:
    """Return the rows of the latest roster that overlap [start, end)."""
    return list(
        session.scalars(
            select(DutyShift)
            .where(
                DutyShift.agency_code == agency_code,
                DutyShift.starts_at < end,
                DutyShift.starts_at > start - LONGEST,
                DutyShift.ends_at > start,
                DutyShift.version_until.is_(None),
            )
            .order_by(DutyShift.starts_at)
        )
    )


def seats_of(session: Session, shift_ids: Iterable[UUID]) -> dict[UUID, frozenset[tuple[UUID, str, int]]]:
    """Return who was planned on each shift: person, seat, position."""
    found: dict[UUID, set[tuple[UUID, str, int]]] = {}
    statement = select(ShiftSeat.shift_id, ShiftSeat.person_id, ShiftSeat.seat, ShiftSeat.position)
    for shift_id, person_id, seat, position in session.execute(
        statement.where(ShiftSeat.shift_id.in_(list(shift_ids)))
    ):
        found.setdefault(shift_id, set()).add((person_id, seat, position))
    return {shift_id: frozenset(seats) for shift_id, seats in found.items()}


def _views(session: Session, statement: Select[*tuple[Any, ...]]) -> tuple[ShiftView, ...]:
    shifts: dict[UUID, tuple[Any, list[OnCallPerson]]] = {}
    for row in session.execute(statement):
        shifts.setdefault(row.shift_id, (row, []))[1].append(_person(_watch(row)))
    return tuple(
        ShiftView(row.shift_id, row.kind, row.starts_at, row.ends_at, tuple(people), row.version or 0)
        for row, people in shifts.values()
    )


def latest_version(session: Session, agency_code: str, month: str) -> RosterVersion | None:
    """Return the newest published version of *month* (`2026-11`), if there is one."""
    return session.scalars(
        select(RosterVersion)
        .where(RosterVersion.agency_code == agency_code, RosterVersion.month == month)
        .order_by(RosterVersion.version.desc())
        .limit(1)
    ).one_or_none()


def month(session: Session, agency_code: str, year: int, month: int) -> MonthRoster:
    """Return the roster of a month: each shift that begins in it, as it was or will be in force."""
    start, end = month_bounds(year, month)
    published = latest_version(session, agency_code, f"{year:04d}-{month:02d}")
    shifts = tuple(s for s in shifts_between(session, agency_code, start, end) if s.starts_at >= start)
    if published is None:
        return MonthRoster(agency_code, year, month, None, None, shifts=shifts)
    by = session.get(Person, published.published_by) if published.published_by else None
    return MonthRoster(
        agency_code,
        year,
        month,
        published.version,
        published.published_at,
        published.reason,
        by.name if by else None,
        shifts,
    )


def may_see(session: Session, actor: Actor, agency_code: str) -> bool:
    """Return whether the agency lies in the actor's part of the country, or above it in the chain."""
    target = place_of_agency(session, agency_code)
    own = place_of_agency(session, actor.agency_code)
    if target is None or own is None or agency(session, agency_code) is None:
        return False
    return target.code in own.codes or own.code in target.codes
