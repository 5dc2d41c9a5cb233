"""The one function that turns an account into what it may see and act for.

Area × line × addressed-to-me: a room sees the subtree of its place; an inspectorate sees the coal mines of its area;
any other body, a unit or a force sees what is its own or addressed to it.
"""

from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Protocol

from sqlalchemy import ColumnElement, and_, false, or_, select, true

from responder.core.actor import Actor

AREA_LINES = frozenset({"work_safety", "government", "council", "dispatch"})
ROOM_LINES = frozenset({"work_safety", "dispatch"})
INSPECTORATE = "coal_inspectorate"
INSPECTED_SECTOR = "coal_mine"
_COLUMNS = {"province": "province_code", "city": "city_code", "county": "county_code"}


class Located(Protocol):
    """A place, or a row that carries the codes of one."""

    @property
    def province_code(self) -> str | None: ...
    @property
    def city_code(self) -> str | None: ...
    @property
    def county_code(self) -> str | None: ...


@dataclass(frozen=True, slots=True)
class Scope:
    """What one actor may see."""

    level: str
    code: str
    agency_code: str
    line: str

    @classmethod
    def of(cls, actor: Actor) -> "Scope":
        """Return the scope of *actor*; the system itself sees everything, nobody sees nothing."""
        return cls(actor.area.level, actor.area.code, actor.agency_code, actor.line)

    def covers(
        self, place: Located, *, sector: str | None = None, unit_agency_code: str | None = None
    ) -> bool:
        """Return whether something at *place* lies within the area; what is addressed to the actor is not asked."""
        if self.level == "unit":
            return unit_agency_code is not None and unit_agency_code == self.agency_code
        if self.line == INSPECTORATE:
            return sector == INSPECTED_SECTOR and self._in_area(place)
        return self.line in AREA_LINES and self._in_area(place)

    def condition(self, model: Any, party: Any = None) -> ColumnElement[bool]:
        """Return the SQL condition for rows of *model* that the actor may see.

        *model* has province_code, city_code, county_code and, where the line or a unit matters, sector and
        unit_agency_code. *party* is the table of who is addressed (incident_id, agency_code); *model* is then the
        incident itself or has an incident_id.
        """
        seen = [self._area_condition(model)]
        if party is not None and self.agency_code:
            incident = model.incident_id if hasattr(model, "incident_id") else model.id
            seen.append(
                select(party.incident_id)
                .where(party.incident_id == incident, party.agency_code == self.agency_code)
                .exists()
            )
        return or_(*seen) if len(seen) > 1 else seen[0]

    def _in_area(self, place: Located) -> bool:
        if self.level == "state":
            return True
        column = _COLUMNS.get(self.level)
        return column is not None and getattr(place, column) == self.code

    def _area_condition(self, model: Any) -> ColumnElement[bool]:
        if self.level == "unit":
            own = getattr(model, "unit_agency_code", None)
            return own == self.agency_code if own is not None else false()
        if self.line not in AREA_LINES and self.line != INSPECTORATE:
            return false()
        column = _COLUMNS.get(self.level)
        if self.level != "state" and column is None:
            return false()
        area = true() if column is None else getattr(model, column) == self.code
        if self.line != INSPECTORATE:
            return area
        return and_(area, model.sector == INSPECTED_SECTOR) if hasattr(model, "sector") else false()


def visible(actor: Actor, model: Any, party: Any = None) -> ColumnElement[bool]:
    """Return the SQL condition for rows of *model* that *actor* may see (`Scope.condition`)."""
    if not isinstance(model, type):  # an alias is made for one question: kept here, it would never go
        return Scope.of(actor).condition(model, party)
    return _condition(Scope.of(actor), model, party)


@lru_cache(maxsize=4096)
def _condition(scope: Scope, model: Any, party: Any) -> ColumnElement[bool]:
    return scope.condition(model, party)


def may_act_for(actor: Actor, agency_code: str) -> bool:
    """Return whether *actor* may act in the name of an office: its own.

    A place's duty room and dispatch centre act for each other; the system (no account) acts for every office.
    """
    if actor.account_id is None:
        return actor.role is None and actor.area.level == "state"
    if actor.agency_code == agency_code:
        return True
    place, _, body = agency_code.partition(".")
    own_place = actor.agency_code.partition(".")[0]
    return place == own_place and actor.line in ROOM_LINES and (body or "work_safety") in ROOM_LINES
