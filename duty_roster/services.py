"""What people do with the roster: publish a month, replace somebody, sign in, give out a calendar key."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from duty_roster import queries
from duty_roster.calendar import feed
from duty_roster.models import DutyOverride, DutyShift, RosterVersion, ShiftSeat, SignIn
from duty_roster.rules import (
    CATALOGUE,
    DEFAULTS,
    PlannedShift,
    RuleSettings,
    Seat,
    Seated,
    Severity,
    ShiftKind,
    Violation,
    check,
    check_people,
)
from duty_roster.wording import minute
from responder.core.errors import Conflict, RuleBroken, Text, invalid, nothing_here
from responder.core.ids import PersonId, ShiftId, new_id
from responder.core.uow import UnitOfWork
from responder.foundation.audit.services import record
from responder.foundation.audit.words import register
from responder.foundation.directory.models import Person
from responder.foundation.directory.queries import agency as find_agency
from responder.foundation.directory.queries import place_path

register(
    {
        "roster_published": Text(
            "公布{month}值班表第{version}版：{reason}",
            "published roster {month}, version {version}: {reason}",
        ),
        "duty_replaced": Text(
            "{stand_in}替{absent}值班，{starts_at}至{ends_at}：{reason}",
            "{stand_in} stands in for {absent}, {starts_at} to {ends_at}: {reason}",
        ),
        "shift_signed_in": Text("{name}值班签到", "{name} signed in to the shift"),
        "shift_signed_in_late": Text(
            "{name}值班签到，迟{late_minutes}分钟", "{name} signed in to the shift, {late_minutes} min late"
        ),
    }
)


class RosterRefused(RuleBroken):
    """A roster that breaks hard rules; `violations` names each of them."""

    def __init__(self, violations: Sequence[Violation]) -> None:
        self.violations = tuple(violations)
        first, more = self.violations[0], len(self.violations) - 1
        zh = f"未公布。{first.message.zh}（{first.rule}）" + (f"，另有{more}处" if more else "") + "。"
        en = (
            f"Not published. {first.message.en} ({first.rule})" + (f", and {more} more" if more else "") + "."
        )
        errors = {f"{v.rule}.{n}": v.message for n, v in enumerate(self.violations)}
        super().__init__(Text(zh, en), rule=first.rule, source=first.basis, errors=errors)


@dataclass(frozen=True, slots=True)
class SignedIn:
    """A sign-in as recorded; `late` is zero when in time."""

    shift_id: ShiftId
    person_id: PersonId
    at: datetime
    late: timedelta


def _log(uow: UnitOfWork, agency_code: str, kind: str, **payload: Any) -> None:
    agency = find_agency(uow.session, agency_code)
    if agency is None:
        raise nothing_here("没有这个机构", "No such office")
    province = place_path(uow.session, agency.jurisdiction_code).province_code
    record(uow, kind, province_code=province or "000000", payload={"agency": agency_code, **payload})


def publish_roster(
    uow: UnitOfWork,
    agency_code: str,
    shifts: Sequence[PlannedShift],
    reason: str,
    *,
    based_on: int | None = None,
    settings: RuleSettings = DEFAULTS,
) -> int:
    """Publish *shifts* for the span they cover, within one month, and return the new version's number.

    What overlaps them in the former version is superseded from now on; equal shifts stay as they are, so
    that sign-ins to them hold. *based_on* is the version the maker saw. Raises RosterRefused when a hard
    rule breaks, Conflict when somebody published in between, InvalidInput for an empty roster or one of
    two months.
    """
    month = _one_month(shifts)
    start, end = min(s.starts_at for s in shifts), max(s.ends_at for s in shifts)
    _refuse_strangers(uow, agency_code, shifts)
    margin = queries.LONGEST * 2
    around = queries.shifts_between(uow.session, agency_code, start - margin, end + margin)
    neighbours = [s.planned() for s in around if s.ends_at <= start or s.starts_at >= end]
    hard = [v for v in check(shifts, start, end, settings, neighbours) if v.severity is Severity.HARD]
    if hard:
        raise RosterRefused(hard)
    latest = queries.latest_version(uow.session, agency_code, month)
    version = 1 if latest is None else latest.version + 1
    if based_on is not None and based_on != version - 1:
        raise _published_meanwhile()
    _open_version(uow, agency_code, month, version, reason)
    _supersede(uow, agency_code, month, version, shifts)
    _log(uow, agency_code, "roster_published", month=month, version=version, reason=reason)
    return version


def _one_month(shifts: Sequence[PlannedShift]) -> str:
    if not shifts:
        raise invalid(shifts=Text("值班表是空的，请先排班。", "The roster is empty: add shifts first."))
    months = {queries.month_key(s.starts_at) for s in shifts}
    if len(months) > 1:
        raise invalid(
            shifts=Text(
                "一次只能公布一个月的值班表，请按月分开。", "A roster is of one month: publish each month."
            )
        )
    if any(not s.seated or s.length <= timedelta() or s.length > queries.LONGEST for s in shifts):
        raise invalid(
            shifts=Text(
                "每个班次须有人，且长于0、不超过48小时。",
                "Every shift needs somebody on it and lasts more than 0 and at most 48 hours.",
            )
        )
    return months.pop()


def _refuse_strangers(uow: UnitOfWork, agency_code: str, shifts: Sequence[PlannedShift]) -> None:
    wanted = {seated.person_id for s in shifts for seated in s.seated}
    known = set(
        uow.session.scalars(select(Person.id).where(Person.agency_code == agency_code, Person.id.in_(wanted)))
    )
    strangers = {seated.name for s in shifts for seated in s.seated if seated.person_id not in known}
    if strangers:
        names = sorted(strangers)
        raise invalid(
            shifts=Text(
                f"{'、'.join(names)}不在本机构人员名单内。",
                f"{', '.join(names)}: not among this office's people.",
            )
        )


def _published_meanwhile() -> Conflict:
    return Conflict(
        Text(
            "别人刚公布了新版，请打开最新版再改。",
            "Somebody has just published a newer version: open it and try again.",
        )
    )


def _open_version(uow: UnitOfWork, agency_code: str, month: str, version: int, reason: str) -> None:
    by = PersonId(uow.actor.person_id) if uow.actor.person_id is not None else None
    try:
        with uow.session.begin_nested():
            uow.session.add(
                RosterVersion(
                    agency_code=agency_code,
                    month=month,
                    version=version,
                    published_at=uow.now,
                    published_by=by,
                    reason=reason,
                )
            )
    except IntegrityError as clash:
        raise _published_meanwhile() from clash


def _seats_key(shift: PlannedShift) -> frozenset[tuple[UUID, str, int]]:
    return frozenset((s.person_id, s.seat.value, s.position) for s in shift.seated)


def _supersede(
    uow: UnitOfWork, agency_code: str, month: str, version: int, shifts: Sequence[PlannedShift]
) -> None:
    start, end = min(s.starts_at for s in shifts), max(s.ends_at for s in shifts)
    former = [s for s in queries.open_shifts(uow.session, agency_code, start, end) if s.ends_at > start]
    seats = queries.seats_of(uow.session, (s.id for s in former))
    unchanged = {(s.kind, s.starts_at, s.ends_at, seats.get(s.id, frozenset())): s for s in former}
    new = []
    for planned in shifts:
        key = (planned.kind.value, planned.starts_at, planned.ends_at, _seats_key(planned))
        if unchanged.pop(key, None) is None:
            new.append(planned)
    for gone in unchanged.values():
        gone.version_until = uow.now
    rows = [(_shift_row(agency_code, month, version, planned, uow.now), planned) for planned in new]
    uow.session.add_all(row for row, _ in rows)
    uow.session.flush()
    uow.session.add_all(seat for row, planned in rows for seat in _seat_rows(row.id, planned))
    uow.session.flush()
    _carry_sign_ins(uow, unchanged.values(), rows)


def _shift_row(agency_code: str, month: str, version: int, planned: PlannedShift, now: datetime) -> DutyShift:
    return DutyShift(
        id=ShiftId(new_id()),
        agency_code=agency_code,
        month=month,
        roster_version=version,
        kind=planned.kind.value,
        starts_at=planned.starts_at,
        ends_at=planned.ends_at,
        version_from=now,
        version_until=None,
    )


def _seat_rows(shift_id: ShiftId, planned: PlannedShift) -> Iterable[ShiftSeat]:
    return (
        ShiftSeat(
            shift_id=shift_id,
            person_id=PersonId(s.person_id),
            seat=s.seat.value,
            position=s.position,
            post=s.post,
        )
        for s in planned.seated
    )


def _carry_sign_ins(
    uow: UnitOfWork, gone: Iterable[DutyShift], rows: Sequence[tuple[DutyShift, PlannedShift]]
) -> None:
    """Keep those signed in who stay on a running shift that a new version changed."""
    for former in gone:
        for row, planned in rows:
            if (row.kind, row.starts_at, row.ends_at) != (former.kind, former.starts_at, former.ends_at):
                continue
            stay = {s.person_id for s in planned.seated}
            signed = uow.session.scalars(select(SignIn).where(SignIn.shift_id == former.id))
            uow.session.add_all(
                SignIn(shift_id=row.id, person_id=s.person_id, at=s.at, method=s.method)
                for s in signed.all()
                if s.person_id in stay
            )
    uow.session.flush()


@dataclass(frozen=True, slots=True)
class Replacement:
    """Somebody of an office standing in for another in [starts_at, ends_at), and why."""

    agency_code: str
    absent: PersonId
    stand_in: PersonId
    starts_at: datetime
    ends_at: datetime
    reason: str


def add_override(uow: UnitOfWork, asked: Replacement, *, settings: RuleSettings = DEFAULTS) -> UUID:
    """Let somebody stand in for another as *asked*, approved by the actor, and return the replacement's id.

    What is past stays as it was: an earlier start becomes now. Raises RosterRefused when the replacement
    breaks a hard rule (R25), RuleBroken without an approver (R24), Conflict when the absent person is
    already replaced then, InvalidInput for an unfit span or pair.
    """
    asked = replace(asked, starts_at=max(asked.starts_at, uow.now))
    if asked.ends_at <= asked.starts_at:
        raise invalid(
            ends_at=Text(
                "替班须在开始之后结束，且不能全在过去。",
                "It must end after it starts, and not lie in the past.",
            )
        )
    approver, absent, stand_in = _approver(uow), *_pair(uow, asked)
    _refuse_second_override(uow, asked)
    _refuse_broken_rules(uow, asked, stand_in, settings)
    override = DutyOverride(
        id=new_id(),
        agency_code=asked.agency_code,
        absent_id=asked.absent,
        stand_in_id=asked.stand_in,
        starts_at=asked.starts_at,
        ends_at=asked.ends_at,
        approved_by=approver,
        reason=asked.reason,
        recorded_at=uow.now,
    )
    uow.session.add(override)
    uow.session.flush()
    _log(
        uow,
        asked.agency_code,
        "duty_replaced",
        absent=absent.name,
        stand_in=stand_in.name,
        starts_at_zh=minute(asked.starts_at).zh,
        starts_at_en=minute(asked.starts_at).en,
        ends_at_zh=minute(asked.ends_at).zh,
        ends_at_en=minute(asked.ends_at).en,
        reason=asked.reason,
    )
    return override.id


def _approver(uow: UnitOfWork) -> PersonId:
    if uow.actor.person_id is None:
        raise RuleBroken(
            Text("替班须由带班领导批准。", "A replacement needs the approval of the leader in charge."),
            rule="R24",
        )
    return PersonId(uow.actor.person_id)


def _pair(uow: UnitOfWork, asked: Replacement) -> tuple[Person, Person]:
    wanted = (asked.absent, asked.stand_in)
    found = uow.session.scalars(
        select(Person).where(Person.agency_code == asked.agency_code, Person.id.in_(wanted))
    )
    people = {person.id: person for person in found}
    if len(people) != 2:
        raise invalid(
            stand_in=Text("替班的须是本机构另一人。", "The stand-in must be another person of this office.")
        )
    return people[asked.absent], people[asked.stand_in]


def _refuse_second_override(uow: UnitOfWork, asked: Replacement) -> None:
    taken = uow.session.scalars(
        select(DutyOverride.id).where(
            DutyOverride.agency_code == asked.agency_code,
            DutyOverride.absent_id == asked.absent,
            DutyOverride.starts_at < asked.ends_at,
            DutyOverride.ends_at > asked.starts_at,
        )
    ).first()
    if taken is not None:
        raise Conflict(Text("这段时间已有人替班。", "Somebody already stands in for that time."))


def _refuse_broken_rules(
    uow: UnitOfWork, asked: Replacement, stand_in: Person, settings: RuleSettings
) -> None:
    """Judge the stand-in's duties as they would be: two seats at once, rest, runs."""
    margin = 4 * queries.LONGEST
    around = queries.shifts_between(
        uow.session, asked.agency_code, asked.starts_at - margin, asked.ends_at + margin
    )
    seats = [(s, p) for s in around for p in s.people if p.person_id == asked.absent]
    taken = [
        PlannedShift(
            ShiftKind(s.kind),
            max(s.starts_at, asked.starts_at),
            min(s.ends_at, asked.ends_at),
            (Seated(stand_in.id, stand_in.name, Seat(p.seat)),),
        )
        for s, p in seats
        if s.starts_at < asked.ends_at and s.ends_at > asked.starts_at
    ]
    if not taken:
        raise invalid(
            absent=Text(
                "此人这段时间没有值班，不需要替班。", "This person has no duty then: nothing to replace."
            )
        )
    own = [s.planned() for s in around]
    broken = [v for v in check_people(taken, own, settings) if v.who == stand_in.id]
    if broken:
        raise RosterRefused(broken)


def sign_in(
    uow: UnitOfWork,
    shift_id: ShiftId,
    person_id: PersonId,
    *,
    method: str = "web",
    settings: RuleSettings = DEFAULTS,
) -> SignedIn:
    """Record that the person takes their post in the shift, from now; a second sign-in changes nothing.

    Raises NotFound for an unknown shift or one superseded, RuleBroken when the person is not on it or it is
    more than a quarter of an hour early (R20), Conflict when the shift is over.
    """
    row = queries.shift_row(uow.session, shift_id)
    if row is None or (row.version_until is not None and row.version_until <= uow.now):
        raise nothing_here("没有这个班次", "No such shift")
    view = queries.shift(uow.session, shift_id, max(uow.now, row.starts_at))
    person = next((p for p in view.people if p.person_id == person_id), None) if view else None
    if person is None:
        raise RuleBroken(
            Text(
                "您不在这个班次上；要替班请带班领导登记。",
                "You are not on this shift: ask the leader to note a replacement.",
            ),
            rule="R20",
            source=CATALOGUE["R20"].basis,
        )
    if person.signed_in_at is not None:
        return SignedIn(
            shift_id, person_id, person.signed_in_at, _lateness(row, person.signed_in_at, settings)
        )
    _refuse_untimely(uow.now, row, settings)
    uow.session.add(SignIn(shift_id=shift_id, person_id=person_id, at=uow.now, method=method))
    uow.session.flush()
    late = _lateness(row, uow.now, settings)
    kind = "shift_signed_in_late" if late else "shift_signed_in"
    _log(uow, row.agency_code, kind, name=person.name, late_minutes=int(late / timedelta(minutes=1)))
    return SignedIn(shift_id, person_id, uow.now, late)


def sign_in_now(uow: UnitOfWork, person_id: PersonId, *, method: str = "web") -> SignedIn:
    """Sign the person in to their shift of the actor's room that runs now or is about to begin."""
    shift = queries.shift_to_sign(uow.session, uow.actor.agency_code, person_id, uow.now)
    if shift is None:
        raise RuleBroken(
            Text(
                "您现在没有班次；要替班请带班领导登记。",
                "You have no shift now: ask the leader to note a replacement.",
            ),
            rule="R20",
            source=CATALOGUE["R20"].basis,
        )
    return sign_in(uow, shift.shift_id, person_id, method=method)


def _refuse_untimely(now: datetime, row: DutyShift, settings: RuleSettings) -> None:
    opens_at = row.starts_at - settings.sign_in_early
    if now < opens_at:
        raise RuleBroken(
            Text(
                f"还早，{minute(opens_at).zh}起可以签到。",
                f"Too early: sign-in opens at {minute(opens_at).en}.",
            ),
            rule="R20",
            source=CATALOGUE["R20"].basis,
        )
    if now >= row.ends_at:
        raise Conflict(
            Text("这个班次已经结束，请签到当前班次。", "This shift is over: sign in to the present one.")
        )


def _lateness(row: DutyShift, at: datetime, settings: RuleSettings) -> timedelta:
    """Return by how much a sign-in at *at* missed the start, nothing within the minutes of grace. R20."""
    late = at - row.starts_at
    return late if late > settings.sign_in_late else timedelta()


def calendar(uow: UnitOfWork, agency_code: str) -> bytes:
    """Return the agency's published shifts from a month ago to a quarter ahead as iCalendar."""
    agency = find_agency(uow.session, agency_code)
    if agency is None:
        raise nothing_here("没有这个机构", "No such office")
    start, end = uow.now - timedelta(days=31), uow.now + timedelta(days=93)
    shifts = queries.shifts_between(uow.session, agency_code, start, end)
    return feed(f"{agency.name}值班", shifts, uow.now)
