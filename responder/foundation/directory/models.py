"""Tables of places, offices and people."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from responder.core.db import Base
from responder.core.ids import PersonId

SHIPPED = "shipped"
LOCAL = "local"


class Jurisdiction(Base):
    """A place with an authority of its own; the codes of its ancestors make scope one comparison."""

    __tablename__ = "jurisdiction"
    __table_args__ = (
        CheckConstraint("level IN ('state', 'province', 'city', 'county')", name="level"),
        Index("ix_jurisdiction_parent_code", "parent_code"),
    )

    code: Mapped[str] = mapped_column(String(12), primary_key=True)
    name: Mapped[str]
    name_en: Mapped[str]
    initials: Mapped[str]  # pinyin initials of the name, lower case
    level: Mapped[str] = mapped_column(String(12))
    parent_code: Mapped[str | None] = mapped_column(String(12))
    lon: Mapped[float | None]
    lat: Mapped[float | None]
    reporting: Mapped[bool]
    coded: Mapped[bool]  # False: without an administrative code of its own
    province_code: Mapped[str | None] = mapped_column(String(12))
    city_code: Mapped[str | None] = mapped_column(String(12))
    county_code: Mapped[str | None] = mapped_column(String(12))
    ended_on: Mapped[date | None]
    origin: Mapped[str] = mapped_column(String(12), default=SHIPPED)


class Town(Base):
    """A town, township or sub-district: a name to recognise, never an addressee."""

    __tablename__ = "town"
    __table_args__ = (Index("ix_town_name", "name"), Index("ix_town_county_code", "county_code"))

    code: Mapped[str] = mapped_column(String(12), primary_key=True)
    name: Mapped[str]
    county_code: Mapped[str] = mapped_column(String(12))
    origin: Mapped[str] = mapped_column(String(12), default=SHIPPED)


class FormerPlace(Base):
    """A name or code that ended in `until_year`, and the jurisdiction that followed it."""

    __tablename__ = "former_place"
    __table_args__ = (Index("ix_former_place_code", "code"),)

    id: Mapped[str] = mapped_column(String(24), primary_key=True)  # former code and year
    former_code: Mapped[str] = mapped_column(String(12))
    former_name: Mapped[str]
    until_year: Mapped[int]
    change: Mapped[str]
    code: Mapped[str] = mapped_column(String(12))
    name: Mapped[str]
    current: Mapped[bool]  # False: the successor has itself been followed by another
    document: Mapped[str | None]
    origin: Mapped[str] = mapped_column(String(12), default=SHIPPED)


class Agency(Base):
    """An office: one body of one jurisdiction. The work-safety room's code is the jurisdiction's own."""

    __tablename__ = "agency"
    __table_args__ = (Index("ix_agency_jurisdiction_code", "jurisdiction_code"),)

    code: Mapped[str] = mapped_column(String(48), primary_key=True)
    jurisdiction_code: Mapped[str] = mapped_column(ForeignKey("jurisdiction.code"))
    body: Mapped[str] = mapped_column(String(32))
    level: Mapped[str] = mapped_column(String(12))
    name: Mapped[str]
    name_en: Mapped[str]
    has_duty_room: Mapped[bool]
    established: Mapped[bool] = mapped_column(default=True)  # False: known not to exist; its stand-in answers
    opened_on: Mapped[date | None]
    closed_on: Mapped[date | None]
    parent_code: Mapped[str | None] = mapped_column(String(48))
    stand_in_code: Mapped[str | None] = mapped_column(String(48))
    confidence: Mapped[str] = mapped_column(String(16), default="derived")
    origin: Mapped[str] = mapped_column(String(12), default=SHIPPED)


class AgencyName(Base):
    """A name an office bore until, and not on, `until_on`."""

    __tablename__ = "agency_name"

    agency_code: Mapped[str] = mapped_column(ForeignKey("agency.code"), primary_key=True)
    until_on: Mapped[date] = mapped_column(primary_key=True)
    name: Mapped[str]
    name_en: Mapped[str]
    origin: Mapped[str] = mapped_column(String(12), default=SHIPPED)


class Person(Base):
    """Somebody who works in an office."""

    __tablename__ = "person"
    __table_args__ = (Index("ix_person_agency_code", "agency_code"),)

    id: Mapped[PersonId] = mapped_column(primary_key=True)
    name: Mapped[str]
    agency_code: Mapped[str] = mapped_column(ForeignKey("agency.code"))
    post: Mapped[str]
    rank: Mapped[int] = mapped_column(default=0)  # higher is more senior
    active: Mapped[bool] = mapped_column(default=True)


class Contact(Base):
    """A number or address of a person, or of an office's duty room; the value is encrypted."""

    __tablename__ = "contact"
    __table_args__ = (
        CheckConstraint("kind IN ('mobile', 'sms', 'voice', 'email', 'duty', 'fax')", name="kind"),
        CheckConstraint("(person_id IS NULL) <> (agency_code IS NULL)", name="one_owner"),
        Index("ix_contact_person_id", "person_id"),
        Index("ix_contact_agency_code", "agency_code"),
        Index("ix_contact_blind", "blind"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    person_id: Mapped[PersonId | None] = mapped_column(ForeignKey("person.id"))
    agency_code: Mapped[str | None] = mapped_column(ForeignKey("agency.code"))
    kind: Mapped[str] = mapped_column(String(12))
    masked: Mapped[str]  # what may be shown to everybody
    ciphertext: Mapped[bytes] = mapped_column(LargeBinary)
    blind: Mapped[str] = mapped_column(String(64))  # keyed digest, to find a number without reading it
    position: Mapped[int] = mapped_column(default=0)  # calling order
    verified: Mapped[bool] = mapped_column(default=False)
    tested_at: Mapped[datetime | None]
    failures: Mapped[int] = mapped_column(default=0)


class DirectoryState(Base):
    """One row whose version changes with every change to places and offices, so that caches know."""

    __tablename__ = "directory_state"

    id: Mapped[int] = mapped_column(primary_key=True)
    version: Mapped[UUID]
    changed_at: Mapped[datetime | None]
