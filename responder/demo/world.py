"""The demo world as its data file describes it."""

import tomllib
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

from responder.core.actor import Role

DATA = Path(__file__).parent / "data" / "world.toml"


@dataclass(frozen=True, slots=True)
class Staffing:
    """How many people a room has, and how long its shifts are (12 or 24 hours)."""

    officers: int
    leaders: int
    hours: int


@dataclass(frozen=True, slots=True)
class NamedRoom:
    """A room some of whose people are named; `staff` None is that of its province and level."""

    agency: str
    staff: Staffing | None = None
    head: tuple[str, str] | None = None
    leaders: tuple[str, ...] = ()
    leader_post: str = ""
    officers: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class DemoAgency:
    """An office that the directory does not know."""

    code: str
    jurisdiction: str
    body: str
    level: str
    parent: str
    name: str
    name_en: str


@dataclass(frozen=True, slots=True)
class DemoPerson:
    """Somebody who stands on no roster."""

    agency: str
    name: str
    post: str
    rank: int


@dataclass(frozen=True, slots=True)
class DemoAccount:
    """An account of the log-in page and the person it belongs to."""

    login: str
    agency: str
    person: str
    role: Role


@dataclass(frozen=True)
class World:
    """Everything in the data file."""

    password: str
    mobile_prefix: str
    provinces: dict[str, dict[str, Staffing]]
    rooms: dict[str, NamedRoom]
    agencies: tuple[DemoAgency, ...]
    people: tuple[DemoPerson, ...]
    accounts: tuple[DemoAccount, ...]
    area_codes: dict[str, str]
    surnames: str
    given: tuple[str, ...] = field(default=())

    def staffing(self, province_code: str | None, level: str, agency: str) -> Staffing:
        """Return how a room is staffed: as named, else as its province staffs rooms of its level."""
        named = self.rooms.get(agency)
        if named is not None and named.staff is not None:
            return named.staff
        return self.provinces[province_code or ""][level]


@cache
def world() -> World:
    """Return the demo world."""
    with DATA.open("rb") as file:
        raw = tomllib.load(file)
    return World(
        password=raw["password"],
        mobile_prefix=raw["mobile_prefix"],
        provinces={
            p["code"]: {level: Staffing(**staff) for level, staff in p["staff"].items()}
            for p in raw["province"]
        },
        rooms={r["agency"]: _room(r) for r in raw["room"]},
        agencies=tuple(DemoAgency(**a) for a in raw["agency"]),
        people=tuple(DemoPerson(**p) for p in raw["person"]),
        accounts=tuple(
            DemoAccount(a["login"], a["agency"], a["person"], Role(a["role"])) for a in raw["account"]
        ),
        area_codes=raw["area_codes"],
        surnames=raw["names"]["surnames"],
        given=tuple(raw["names"]["given"]),
    )


def _room(raw: dict[str, Any]) -> NamedRoom:
    head = raw.get("head")
    return NamedRoom(
        raw["agency"],
        Staffing(**raw["staff"]) if "staff" in raw else None,
        (head[0], head[1]) if head else None,
        tuple(raw.get("leaders", ())),
        raw.get("leader_post", ""),
        tuple(raw.get("officers", ())),
    )
