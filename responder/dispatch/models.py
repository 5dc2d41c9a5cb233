"""Tables of dispatch."""

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, Index
from sqlalchemy.orm import Mapped, mapped_column

from responder.core.db import Base


class RescueForce(Base):
    """A rescue base, team or partner force: what it is, how far that is known, what it can do, how fit it is now.

    Forces are the same in reality and in exercises; what they are ordered to do belongs to a lane.
    """

    __tablename__ = "rescue_force"
    __table_args__ = (
        CheckConstraint(
            "build_state IN ('unconfirmed', 'planned', 'building', 'working', 'closed')", name="build_state"
        ),
        Index("ix_rescue_force_kind", "kind", "level"),
        Index("ix_rescue_force_province", "province_code"),
        Index("ix_rescue_force_agency", "agency_code"),
    )

    code: Mapped[str] = mapped_column(primary_key=True)  # M03: the id of the reference file
    name: Mapped[str]
    name_en: Mapped[str]
    kind: Mapped[str]  # mining, chemical, fire, maritime, railway, aviation, nuclear, other
    level: Mapped[str]  # state (national), province, city, county, enterprise
    build_state: Mapped[str]
    is_placeholder: Mapped[bool]  # the seat is filled for coverage; never orderable
    is_partner: Mapped[bool]  # another department's: it is asked, never ordered
    is_demo: Mapped[bool]
    owner: Mapped[str]
    agency_code: Mapped[str | None]  # the office of its own account, if it has one
    province_code: Mapped[str]
    city_code: Mapped[str | None]
    address: Mapped[str]
    lon: Mapped[float]
    lat: Mapped[float]
    precision: Mapped[str]
    source: Mapped[str]
    confidence: Mapped[str]  # documented, likely, placeholder
    capabilities: Mapped[dict[str, Any]]  # code -> day last proved, or null
    equipment: Mapped[dict[str, Any]]  # deciding equipment with its figures
    people: Mapped[int | None]
    squads: Mapped[int | None]
    squads_on_duty: Mapped[int | None]
    vehicles: Mapped[int | None]
    readiness: Mapped[str | None]  # ready, limited, out; null = never reported
    reported_at: Mapped[datetime | None]  # when readiness was last reported
    updated_at: Mapped[datetime]
