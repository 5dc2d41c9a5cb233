"""Who holds a post of a plan at this moment: by the roster for posts of the watch, by the office's people otherwise."""

from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from duty_roster import queries as roster
from duty_roster.queries import OnCall
from plans.models import Plan
from plans.rules import Step
from responder.core.errors import Text
from responder.foundation.directory import queries as directory
from responder.foundation.directory.models import Person
from responder.foundation.directory.rules import PlacePath

LEADER_POSTS = ("带班领导",)
DESK_POSTS = ("值班员", "值班室", "主班")
SECOND_POSTS = ("副班",)


@dataclass(frozen=True, slots=True)
class Holder:
    """Who has to do a step; `note` says why it is not the post's own holder."""

    agency_code: str
    agency_name: Text
    post: str
    person_id: UUID | None
    person_name: str
    note: Text | None = None


@dataclass
class Holders:
    """Finds holders for one incident at one moment; each office is asked once."""

    session: Session
    place: PlacePath
    now: datetime
    _watches: dict[str, OnCall] = field(default_factory=dict)
    _people: dict[str, tuple[Person, ...]] = field(default_factory=dict)

    def of(self, step: Step, plan: Plan) -> Holder:
        """Return who does *step*: the post's holder, else the named deputy, else the duty room itself."""
        code, name, note = self._office(step.office, plan)
        for post in (step.post, step.deputy_post):
            found = self._find(code, post) if post else None
            if found is None:
                continue
            if post != step.post:
                note = Text(
                    f"{step.post}空缺，由预案指定的{post}代",
                    f"{step.post} is vacant; the named deputy {post} does it",
                )
            return Holder(code, name, post, found[0], found[1], note)
        if not self._knows_people(code):
            return Holder(code, name, step.post, None, "", note)
        vacant = Text(
            f"{step.post}空缺，未找到副职，交值班室",
            f"{step.post} is vacant and has no deputy: to the duty room",
        )
        desk = self._find(code, DESK_POSTS[0])
        person_id, person_name = desk if desk is not None else (None, "")
        return Holder(code, name, DESK_POSTS[0], person_id, person_name, vacant)

    def _office(self, office: str, plan: Plan) -> tuple[str, Text, Text | None]:
        level, _, body = office.partition(".")
        if office and body and level in {"county", "city", "province", "state"}:
            routed = directory.route(self.session, self.place, level, body, self.now)
            return routed.agency_code, Text(routed.name, routed.name_en), routed.stand_in
        code = office or plan.owner_code
        known = directory.office(self.session, code)
        if known is not None:
            return code, Text(known.name, known.name_en), None
        return plan.owner_code, Text(plan.owner_name, plan.owner_name_en), None

    def _find(self, code: str, post: str) -> tuple[UUID, str] | None:
        if post in DESK_POSTS + SECOND_POSTS + LEADER_POSTS:
            return self._on_watch(code, post)
        same = [person for person in self._people_of(code) if person.post == post]
        if not same:
            return None
        leader = self._watch(code).leader
        chosen = next((one for one in same if leader is not None and one.id == leader.person_id), same[0])
        return chosen.id, chosen.name

    def _on_watch(self, code: str, post: str) -> tuple[UUID, str] | None:
        watch = self._watch(code)
        if post in LEADER_POSTS:
            return (watch.leader.person_id, watch.leader.name) if watch.leader else None
        seats = (watch.second,) if post in SECOND_POSTS else watch.officers
        first = next((seat for seat in seats if seat is not None), None)
        return (first.person_id, first.name) if first else None

    def _watch(self, code: str) -> OnCall:
        if code not in self._watches:
            self._watches[code] = roster.on_call(self.session, code, self.now)
        return self._watches[code]

    def _people_of(self, code: str) -> tuple[Person, ...]:
        if code not in self._people:
            self._people[code] = directory.people_of(self.session, code)
        return self._people[code]

    def _knows_people(self, code: str) -> bool:
        return bool(self._people_of(code))
