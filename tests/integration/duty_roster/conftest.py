"""A city's room with its people, and the shifts of one day, for the tests of the roster."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pytest

from duty_roster.rules import PlannedShift, Seat, Seated, ShiftKind
from responder.core.actor import Actor, Area, Role
from responder.core.ids import PersonId, new_id
from responder.core.uow import Database
from responder.foundation.directory.models import Agency, Jurisdiction, Person

NAMES = ("李敏", "王磊", "周建平", "赵雪", "刘芳", "吴刚", "陈国栋", "孙立军")
EIGHT = datetime(2026, 11, 21, 0, 0, tzinfo=UTC)  # 08:00 in Beijing
HALF, DAY = timedelta(hours=12), timedelta(hours=24)
PLACES = (
    ("000000", "全国", "state", None, (None, None, None)),
    ("220000", "吉林省", "province", "000000", ("220000", None, None)),
    ("220600", "白山市", "city", "220000", ("220000", "220600", None)),
    ("220605", "江源区", "county", "220600", ("220000", "220600", "220605")),
    ("220400", "辽源市", "city", "220000", ("220000", "220400", None)),
)


@dataclass(frozen=True)
class Room:
    """The room of Baishan: its people by name, and its leader as an actor."""

    people: dict[str, PersonId]

    code: str = "220600"

    def seated(self, name: str, seat: Seat, position: int = 0) -> Seated:
        """Return the person of that name on a seat."""
        return Seated(self.people[name], name, seat, "值班员", position)

    def half(self, start: datetime, officer: str, second: str) -> PlannedShift:
        """Return twelve hours with two people at the desk."""
        kind = ShiftKind.DAY if start.hour == 0 else ShiftKind.NIGHT
        seats = (self.seated(officer, Seat.OFFICER), self.seated(second, Seat.SECOND, 1))
        return PlannedShift(kind, start, start + HALF, seats)

    def leader(self, start: datetime, name: str) -> PlannedShift:
        """Return a day of the leader in charge."""
        return PlannedShift(ShiftKind.LEADER, start, start + DAY, (self.seated(name, Seat.LEADER),))

    def one_day(self, night: str = "周建平") -> tuple[PlannedShift, ...]:
        """Return a lawful roster of 21 November."""
        return (
            self.half(EIGHT, "李敏", "王磊"),
            self.half(EIGHT + HALF, night, "赵雪"),
            self.leader(EIGHT, "陈国栋"),
        )

    def actor(self, name: str = "陈国栋") -> Actor:
        """Return the account of one of its people."""
        role = Role.LEADER_IN_CHARGE
        return Actor(
            new_id(), self.people[name], "leader", name, role, self.code, "白山", Area("city", self.code)
        )


@pytest.fixture
def room(database: Database) -> Room:
    """Baishan's room and its people, among the places of Jilin."""
    with database.unit_of_work() as uow:
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
        uow.session.add_all(
            Agency(
                code=code,
                jurisdiction_code=code,
                body="work_safety",
                level=level,
                name=f"{name}应急管理局",
                name_en=f"{name} Emergency Management Bureau",
                has_duty_room=True,
            )
            for code, name, level, _, _ in PLACES
        )
        uow.session.flush()
        people = {name: PersonId(new_id()) for name in NAMES}
        uow.session.add_all(
            Person(id=person_id, name=name, agency_code="220600", post="值班员")
            for name, person_id in people.items()
        )
    return Room(people)


@pytest.fixture
def statements(database: Database) -> Callable[[], int]:
    """Return how many statements the database was asked since the last question."""
    from sqlalchemy import event

    seen: list[str] = []
    event.listen(database.engine, "before_cursor_execute", lambda *args: seen.append(args[2]))

    def count() -> int:
        number = len([text for text in seen if text.startswith(("SELECT", "INSERT", "UPDATE"))])
        seen.clear()
        return number

    return count
