"""What each account sees, asked of the database and of the rules alike."""

import pytest
from sqlalchemy import ForeignKey, MetaData, String, create_engine, select
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column

from responder.core.actor import ANONYMOUS, SYSTEM, Actor, Area, Role
from responder.core.ids import new_id
from responder.foundation.access.scope import Scope, may_act_for, visible


class Ground(DeclarativeBase):
    """A schema of its own, so that the product's stays as it is."""

    metadata = MetaData()


class Thing(Ground):
    """Something that happens at a place."""

    __tablename__ = "thing"

    id: Mapped[int] = mapped_column(primary_key=True)
    province_code: Mapped[str | None] = mapped_column(String(6))
    city_code: Mapped[str | None] = mapped_column(String(6))
    county_code: Mapped[str | None] = mapped_column(String(6))
    sector: Mapped[str]
    unit_agency_code: Mapped[str | None]


class ThingParty(Ground):
    """Who is told of it."""

    __tablename__ = "thing_party"

    incident_id: Mapped[int] = mapped_column(ForeignKey("thing.id"), primary_key=True)
    agency_code: Mapped[str] = mapped_column(primary_key=True)


THINGS = {
    1: ("220000", "220600", "220605", "coal_mine", "220605.unit.songshu"),
    2: ("220000", "220600", "220602", "road", None),
    3: ("220000", "220200", None, "hazchem", None),
    4: ("210000", "210100", "210102", "coal_mine", None),
    5: ("660000", None, "659001", "fire", None),
    6: ("110000", None, "110101", "fire", None),
}
PARTIES = ((4, "220000"), (2, "220605"), (3, "220200.police"), (1, "220000.force.rescue"))


def actor(level: str, code: str, agency_code: str = "", line: str = "work_safety") -> Actor:
    return Actor(
        new_id(), None, "x", "x", Role.DUTY_OFFICER, agency_code or code, "x", Area(level, code), line=line
    )


ACTORS = {
    "state": (actor("state", "000000"), {1, 2, 3, 4, 5, 6}, set()),
    "province": (actor("province", "220000"), {1, 2, 3}, {4}),
    "city": (actor("city", "220600"), {1, 2}, set()),
    "county": (actor("county", "220605"), {1}, {2}),
    "sibling county": (actor("county", "220602"), {2}, set()),
    "corps": (actor("province", "660000"), {5}, set()),
    "xinjiang": (actor("province", "650000"), set(), set()),
    "district of a municipality": (actor("county", "110101"), {6}, set()),
    "city with another's number": (actor("city", "220605"), set(), {2}),
    "provincial government": (
        actor("province", "220000", "220000.government", "government"),
        {1, 2, 3},
        set(),
    ),
    "mine inspectorate": (
        actor("province", "220000", "220000.coal_inspectorate", "coal_inspectorate"),
        {1},
        set(),
    ),
    "state mine inspectorate": (
        actor("state", "000000", "000000.coal_inspectorate", "coal_inspectorate"),
        {1, 4},
        set(),
    ),
    "police": (actor("city", "220200", "220200.police", "police"), set(), {3}),
    "mine": (actor("unit", "220605.unit.songshu", line="unit"), {1}, set()),
    "other mine": (actor("unit", "220605.unit.other", line="unit"), set(), set()),
    "force": (actor("force", "220000.force.rescue", line="force"), set(), {1}),
    "system": (SYSTEM, {1, 2, 3, 4, 5, 6}, set()),
    "nobody": (ANONYMOUS, set(), set()),
}


@pytest.fixture(scope="module")
def session() -> Session:
    """Six things at six places."""
    engine = create_engine("sqlite://")
    Ground.metadata.create_all(engine)
    filled = Session(engine)
    for number, (province, city, county, sector, unit) in THINGS.items():
        filled.add(
            Thing(
                id=number,
                province_code=province,
                city_code=city,
                county_code=county,
                sector=sector,
                unit_agency_code=unit,
            )
        )
    filled.flush()
    filled.add_all(ThingParty(incident_id=number, agency_code=code) for number, code in PARTIES)
    filled.flush()
    return filled


@pytest.mark.parametrize("who", ACTORS)
def test_an_account_sees_its_area_its_line_and_what_is_addressed_to_it(session: Session, who: str) -> None:
    account, area, addressed = ACTORS[who]
    assert set(session.scalars(select(Thing.id).where(visible(account, Thing)))) == area
    assert (
        set(session.scalars(select(Thing.id).where(visible(account, Thing, ThingParty)))) == area | addressed
    )


@pytest.mark.parametrize("who", ACTORS)
def test_the_rule_and_the_query_agree(session: Session, who: str) -> None:
    account, area, _ = ACTORS[who]
    scope = Scope.of(account)
    covered = {
        thing.id
        for thing in session.scalars(select(Thing))
        if scope.covers(thing, sector=thing.sector, unit_agency_code=thing.unit_agency_code)
    }
    assert covered == area


@pytest.mark.parametrize(
    ("who", "agency", "may"),
    [
        (actor("county", "220605"), "220605", True),
        (actor("county", "220605"), "220600", False),
        (actor("county", "220605"), "220605.government", False),
        (actor("city", "220600"), "220605", False),
        (actor("state", "000000"), "000000.dispatch", True),
        (actor("state", "000000", "000000.dispatch", "dispatch"), "000000", True),
        (actor("state", "000000", "000000.police", "police"), "000000", False),
        (SYSTEM, "220605", True),
        (ANONYMOUS, "220605", False),
        (ANONYMOUS, "", False),
    ],
)
def test_an_account_acts_for_its_own_office_only(who: Actor, agency: str, may: bool) -> None:
    assert may_act_for(who, agency) is may
