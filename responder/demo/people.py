"""The people of the demo's rooms and their telephone numbers, as rows to insert."""

import random
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from responder.core.ids import new_id
from responder.demo.world import Staffing, World
from responder.foundation.directory.rules import PlacePath
from responder.foundation.directory.vault import Vault, mask

HEAD_RANK, LEADER_RANK, OFFICER_RANK = 90, 60, 10
OFFICER_POST = "值班员"
HEAD_POSTS = {"province": ("厅长", "副厅长"), "city": ("局长", "副局长"), "county": ("局长", "副局长")}


@dataclass(frozen=True, slots=True)
class Someone:
    """A person about to be inserted."""

    id: UUID
    name: str
    agency_code: str
    post: str
    rank: int


@dataclass(frozen=True)
class RoomStaff:
    """A room's people by what they do."""

    agency_code: str
    staffing: Staffing
    head: Someone
    leaders: tuple[Someone, ...]
    officers: tuple[Someone, ...]

    def everybody(self) -> tuple[Someone, ...]:
        """Return all of them, the head first."""
        return (self.head, *self.leaders, *self.officers)


def names(world: World, agency_code: str, taken: Iterable[str]) -> Iterator[str]:
    """Return invented names without end, the same for the same office, none of them twice or among *taken*."""
    chance = random.Random(f"people of {agency_code}")
    used = set(taken)
    while True:
        name = chance.choice(world.surnames) + chance.choice(world.given)
        if name not in used:
            used.add(name)
            yield name


def staff_room(world: World, agency_code: str, place: PlacePath, level: str) -> RoomStaff:
    """Return the people of a room: those named in the data file first, the others invented by rule."""
    staffing = world.staffing(place.province_code, level, agency_code)
    named = world.rooms.get(agency_code)
    known = (named.leaders, named.officers, named.head) if named else ((), (), None)
    elsewhere = [p.name for p in world.people if p.agency == agency_code]
    taken = [*known[0], *known[1], *((known[2][0],) if known[2] else ()), *elsewhere]
    more = names(world, agency_code, taken)
    head_post, leader_post = HEAD_POSTS.get(level, ("主任", "副主任"))
    if named and named.leader_post:
        leader_post = named.leader_post
    head_name, head_post = known[2] or (next(more), head_post)

    def people(given: tuple[str, ...], count: int, post: str, rank: int) -> tuple[Someone, ...]:
        all_names = [*given, *(next(more) for _ in range(count - len(given)))]
        return tuple(
            Someone(new_id(), name, agency_code, post, rank - place_in_line)
            for place_in_line, name in enumerate(all_names)
        )

    return RoomStaff(
        agency_code,
        staffing,
        Someone(new_id(), head_name, agency_code, head_post, HEAD_RANK),
        people(known[0], staffing.leaders, leader_post, LEADER_RANK),
        tuple(
            Someone(p.id, p.name, p.agency_code, p.post, OFFICER_RANK)
            for p in people(known[1], staffing.officers, OFFICER_POST, OFFICER_RANK)
        ),
    )


@dataclass
class Numbers:
    """Hands out numbers that cannot be assigned, each once, and seals them as contact rows."""

    world: World
    vault: Vault
    mobiles: int = 0
    lines: dict[str, int] = field(default_factory=dict)

    def mobile(self, person_id: UUID) -> dict[str, Any]:
        """Return the row of a person's mobile number."""
        self.mobiles += 1
        return self._contact("mobile", f"{self.world.mobile_prefix}{self.mobiles:04d}", person_id=person_id)

    def duty_phone(self, agency_code: str, city_code: str | None) -> dict[str, Any]:
        """Return the row of an office's duty telephone, in the area of its city."""
        area = self.world.area_codes[city_code or "000000"]
        self.lines[area] = self.lines.get(area, 0) + 1
        return self._contact("duty", f"{area}-000 {self.lines[area]:04d}", agency_code=agency_code)

    def _contact(
        self, kind: str, value: str, *, person_id: UUID | None = None, agency_code: str | None = None
    ) -> dict[str, Any]:
        contact_id = new_id()
        return {
            "id": contact_id,
            "person_id": person_id,
            "agency_code": agency_code,
            "kind": kind,
            "masked": mask(value),
            "ciphertext": self.vault.seal(value, contact_id),
            "blind": self.vault.blind(value),
            "position": 0,
            "verified": True,
            "tested_at": None,
            "failures": 0,
        }


def person_row(person: Someone) -> dict[str, Any]:
    """Return the row of a person."""
    return {
        "id": person.id,
        "name": person.name,
        "agency_code": person.agency_code,
        "post": person.post,
        "rank": person.rank,
        "active": True,
    }
