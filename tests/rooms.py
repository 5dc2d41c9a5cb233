"""Rooms with people, telephone numbers and a roster, for tests of messages and of the ladder."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from duty_roster.models import DutyShift, RosterVersion, ShiftSeat
from responder.core.actor import Actor, Area, Role
from responder.core.ids import PersonId, ShiftId, new_id
from responder.core.uow import Database, UnitOfWork
from responder.foundation.directory.models import Agency, DirectoryState, Jurisdiction, Person
from responder.foundation.directory.services import add_contact
from responder.foundation.directory.vault import Vault

EIGHT = datetime(2026, 11, 21, 0, 0, tzinfo=UTC)  # 08:00 in Beijing
SECRET = "a secret of the tests"
VAULT = Vault(SECRET)
PLACES = (
    ("000000", "全国", "state", None, (None, None, None)),
    ("220000", "吉林省", "province", "000000", ("220000", None, None)),
    ("220600", "白山市", "city", "220000", ("220000", "220600", None)),
    ("220605", "江源区", "county", "220600", ("220000", "220600", "220605")),
)
# Name, room, seat on the roster, seniority. Numbers follow the order: 000 is an area that cannot be assigned.
STAFF = (
    ("李敏", "220600", "officer", 1),
    ("王磊", "220600", "second", 2),
    ("陈国栋", "220600", "leader", 8),
    ("孙立军", "220600", None, 9),
    ("赵雪", "220605", "officer", 1),
    ("高峰", "220000", "officer", 1),
)


@dataclass(frozen=True)
class Rooms:
    """The people of three rooms by name, and their numbers."""

    people: dict[str, PersonId]
    numbers: dict[str, str]

    def actor(self, name: str, agency_code: str = "220600", role: Role = Role.DUTY_OFFICER) -> Actor:
        """Return the account of one of the people."""
        area = Area("city", agency_code)
        return Actor(new_id(), self.people[name], name, name, role, agency_code, agency_code, area)


def furnish(database: Database, *, with_numbers: bool = True) -> Rooms:
    """Set up county, city, province and state, each with its room; the state's has neither roster nor people."""
    people: dict[str, PersonId] = {}
    numbers: dict[str, str] = {}
    with database.unit_of_work() as uow:
        _places(uow)
        for index, (name, agency_code, _, rank) in enumerate(STAFF):
            people[name] = PersonId(new_id())
            numbers[name] = f"+86139000000{index:02d}"
            uow.session.add(
                Person(id=people[name], name=name, agency_code=agency_code, post="科员", rank=rank)
            )
        uow.session.flush()
        for name in people if with_numbers else ():
            add_contact(uow, VAULT, "mobile", numbers[name], person_id=people[name], verified=True)
        for agency_code in ("220000", "220600", "220605"):
            _roster(uow, agency_code, people)
    return Rooms(people, numbers)


def _places(uow: UnitOfWork) -> None:
    for code, name, level, parent, (province, city, county) in PLACES:
        uow.session.add(
            Jurisdiction(
                code=code,
                name=name,
                name_en=name,
                initials="",
                level=level,
                parent_code=parent,
                reporting=True,
                coded=True,
                province_code=province,
                city_code=city,
                county_code=county,
            )
        )
    uow.session.flush()
    for code, name, level, parent, _ in PLACES:
        uow.session.add(
            Agency(
                code=code,
                jurisdiction_code=code,
                body="work_safety",
                level=level,
                name=f"{name}应急管理局",
                name_en=f"{name} bureau",
                has_duty_room=True,
                parent_code=parent,
            )
        )
    if uow.session.get(DirectoryState, 1) is None:
        uow.session.add(DirectoryState(id=1, version=new_id(), changed_at=uow.now))
    uow.session.flush()


def _roster(uow: UnitOfWork, agency_code: str, people: dict[str, PersonId]) -> None:
    uow.session.add(
        RosterVersion(
            agency_code=agency_code,
            month="2026-11",
            version=1,
            published_at=EIGHT - timedelta(days=9),
            reason="",
        )
    )
    uow.session.flush()
    for kind, seats in (("full", ("officer", "second")), ("leader", ("leader",))):
        seated = [(name, seat) for name, room, seat, _ in STAFF if room == agency_code and seat in seats]
        if not seated:
            continue
        shift_id = ShiftId(new_id())
        uow.session.add(
            DutyShift(
                id=shift_id,
                agency_code=agency_code,
                month="2026-11",
                roster_version=1,
                kind=kind,
                starts_at=EIGHT,
                ends_at=EIGHT + timedelta(hours=24),
                version_from=EIGHT - timedelta(days=9),
            )
        )
        uow.session.flush()
        for position, (name, seat) in enumerate(seated):
            uow.session.add(
                ShiftSeat(
                    shift_id=shift_id, person_id=people[name], seat=seat, position=position, post="科员"
                )
            )
    uow.session.flush()
