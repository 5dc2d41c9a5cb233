"""The table of hazard sources."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import Index, text
from sqlalchemy.orm import Mapped, mapped_column

from responder.core.db import Base

LIVE = text("withdrawn_at IS NULL")


class HazardSource(Base):
    """One hazard source of the register, with where it lies and how we know; a wrong one is withdrawn, not deleted.

    Hazards are the same in reality and in exercises.
    """

    __tablename__ = "hazard_source"
    __table_args__ = (
        Index(
            "uq_hazard_source_name",
            "jurisdiction_code",
            "kind",
            "name",
            unique=True,
            sqlite_where=LIVE,
            postgresql_where=LIVE,
        ),
        Index("ix_hazard_source_point", "lat", "lon"),
        Index("ix_hazard_source_province", "province_code", "kind"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    kind: Mapped[str]
    sector: Mapped[str]
    name: Mapped[str]
    unit: Mapped[str]  # who runs it
    jurisdiction_code: Mapped[str]
    province_code: Mapped[str]
    city_code: Mapped[str | None]
    county_code: Mapped[str | None]
    place: Mapped[str]
    place_en: Mapped[str]
    address: Mapped[str]
    lon: Mapped[float]
    lat: Mapped[float]
    source: Mapped[str]  # who says so: a filing, an inspection, a map
    known_on: Mapped[date]  # the day for which the source speaks
    note: Mapped[str]
    is_demo: Mapped[bool]
    agency_code: Mapped[str]
    agency_name: Mapped[str]
    recorded_by: Mapped[str]
    recorded_at: Mapped[datetime]
    withdrawn_at: Mapped[datetime | None]
    withdrawn_by: Mapped[str | None]
    withdrawn_why: Mapped[str | None]
