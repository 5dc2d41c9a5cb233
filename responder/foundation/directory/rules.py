"""Which office answers for a place: pure routing, with the reason wherever a stand-in answers.

Source: house rules HR-10, HR-23 (missing levels); founding plan 2006, section 8(3) (cities without a body).
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date

from responder.core.errors import Text
from responder.foundation.directory.naming import DatedName, name_on

LEVELS = ("county", "city", "province", "state")
LEVEL_WORDS = {
    "state": Text("国家级", "state"),
    "province": Text("省级", "province"),
    "city": Text("市级", "city"),
    "county": Text("县级", "county"),
    "town": Text("乡镇", "town"),
}
BODY_WORDS = {
    "work_safety": Text("应急管理机构", "emergency-management body"),
    "government": Text("人民政府", "government"),
    "industry": Text("行业主管部门", "industry department"),
    "coal_inspectorate": Text("矿山安全监察机构", "mine-safety inspectorate"),
    "police": Text("公安机关", "public security office"),
    "labour": Text("人力资源社会保障部门", "labour department"),
    "union": Text("工会", "trade union"),
    "procuratorate": Text("人民检察院", "procuratorate"),
    "environment": Text("生态环境部门", "environment department"),
    "health": Text("卫生健康部门", "health department"),
    "council": Text("国务院总值班室", "State Council duty office"),
    "dispatch": Text("应急救援指挥中心", "rescue dispatch centre"),
}


@dataclass(frozen=True, slots=True)
class PlacePath:
    """A jurisdiction with the codes of everything it lies in; a missing level is None (HR-10, HR-23)."""

    code: str
    name: str
    name_en: str
    full_name: str
    full_name_en: str
    level: str
    county_code: str | None
    city_code: str | None
    province_code: str | None
    lon: float | None
    lat: float | None
    reporting: bool = True

    def at(self, level: str) -> str | None:
        """Return the code of the jurisdiction of *level* that the place lies in, or None."""
        return {
            "county": self.county_code,
            "city": self.city_code,
            "province": self.province_code,
            "state": "000000",
        }[level]

    @property
    def codes(self) -> tuple[str, ...]:
        """The codes from the place itself up to the state."""
        own = (self.county_code, self.city_code, self.province_code)
        return (*(code for code in own if code is not None), "000000")


@dataclass(frozen=True, slots=True)
class Office:
    """What routing needs to know of an agency."""

    code: str
    jurisdiction_code: str
    body: str
    level: str
    name: str
    name_en: str
    has_duty_room: bool
    established: bool
    opened_on: date | None
    closed_on: date | None
    parent_code: str | None
    stand_in_code: str | None
    former_names: tuple[DatedName, ...] = ()

    def is_open(self, on: date) -> bool:
        """Return whether the office works *on* that day (opening day in, closing day out)."""
        begun = self.opened_on is None or self.opened_on <= on
        return self.established and begun and (self.closed_on is None or on < self.closed_on)

    def names_on(self, on: date) -> tuple[str, str]:
        """Return its Chinese and English name *on* that day."""
        return name_on((self.name, self.name_en), self.former_names, on)


@dataclass(frozen=True, slots=True)
class Routed:
    """The office that answers; `stand_in` says why it is not the one that was asked for."""

    agency_code: str
    name: str
    name_en: str
    level: str
    body: str
    jurisdiction_code: str
    has_duty_room: bool
    stand_in: Text | None = None


def agency_code(jurisdiction_code: str, body: str) -> str:
    """Return the code of *body* in a jurisdiction: the bare code for work safety, else `CODE.BODY`."""
    return jurisdiction_code if body == "work_safety" else f"{jurisdiction_code}.{body}"


def route(
    place: PlacePath, level: str, body: str, on: date, find: Callable[[str], Office | None]
) -> Routed | None:
    """Return the office that answers for *place* as LEVEL.BODY *on* that day.

    For a missing or closed body its registered stand-in answers, else its government's duty room, else
    the same body one level up, and so on. None only when nothing up to the state answers.
    """
    wanted: Office | None = None
    for step in LEVELS[LEVELS.index(level) :]:
        jurisdiction = place.at(step)
        if jurisdiction is None:
            continue
        first = agency_code(jurisdiction, "council" if (step, body) == ("state", "government") else body)
        office = find(first)
        wanted = wanted or office
        for candidate in (office, *_stand_ins(office, find(f"{jurisdiction}.government"), body, find)):
            if candidate is not None and candidate.is_open(on):
                same = candidate is office and step == level
                why = None if same else _why(place, level, body, on, candidate, wanted)
                return _routed(candidate, on, why)
    return None


def _stand_ins(
    office: Office | None, government: Office | None, body: str, find: Callable[[str], Office | None]
) -> Sequence[Office | None]:
    registered = find(office.stand_in_code) if office is not None and office.stand_in_code else None
    room = (
        government if government is not None and government.has_duty_room and body != "government" else None
    )
    return (registered, room)


def _routed(office: Office, on: date, why: Text | None) -> Routed:
    name, name_en = office.names_on(on)
    return Routed(
        office.code,
        name,
        name_en,
        office.level,
        office.body,
        office.jurisdiction_code,
        office.has_duty_room,
        why,
    )


def _why(place: PlacePath, level: str, body: str, on: date, answering: Office, wanted: Office | None) -> Text:
    name, name_en = answering.names_on(on)
    word, level_word = BODY_WORDS[body], LEVEL_WORDS[level]
    if place.at(level) is None:
        return Text(
            f"{place.name}没有{level_word.zh}，由{name}受理",
            f"{place.name_en} has no {level_word.en} level; {name_en} answers",
        )
    if wanted is not None and wanted.closed_on is not None and wanted.closed_on <= on:
        return Text(
            f"{wanted.name}已撤销，由{name}代行",
            f"{wanted.name_en} has closed; {name_en} stands in",
        )
    return Text(
        f"{level_word.zh}没有{word.zh}，由{name}代行",
        f"there is no {level_word.en} {word.en}; {name_en} stands in",
    )
