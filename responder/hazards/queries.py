"""Reads of the register of hazard sources."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from maps.distance import distance_km
from responder.core.actor import Actor
from responder.core.errors import nothing_here
from responder.foundation.access import scope
from responder.hazards import rules
from responder.hazards.kinds import kinds
from responder.hazards.models import HazardSource

MOST = 5000


@dataclass(frozen=True, slots=True)
class Near:
    """A hazard source and its great-circle distance from where something happened."""

    source: HazardSource
    km: float


def sources(session: Session, actor: Actor, kind: str = "", limit: int = MOST) -> Sequence[HazardSource]:
    """Return the hazard sources of the actor's area, by place, kind and name."""
    query = select(HazardSource).where(
        scope.visible(actor, HazardSource), HazardSource.withdrawn_at.is_(None)
    )
    if kind:
        query = query.where(HazardSource.kind == kind)
    order = (HazardSource.jurisdiction_code, HazardSource.kind, HazardSource.name)
    return session.scalars(query.order_by(*order).limit(limit)).all()


def source(session: Session, actor: Actor, source_id: UUID) -> HazardSource:
    """Return one hazard source of the actor's area; raise NotFound."""
    found = session.scalar(
        select(HazardSource)
        .where(HazardSource.id == source_id, scope.visible(actor, HazardSource))
        .with_for_update()
    )
    if found is None:
        raise nothing_here("没有这个危险源", "There is no such hazard source")
    return found


def near(session: Session, lon: float, lat: float) -> list[Near]:
    """Return the hazard sources near a point, each kind within its own distance, the nearest first.

    Whoever may see what happened there may see what is dangerous around it, in the next area too.
    """
    west, south, east, north = rules.box(lon, lat, rules.furthest_km())
    rows = session.scalars(
        select(HazardSource).where(
            HazardSource.lat.between(south, north),
            HazardSource.lon.between(west, east),
            HazardSource.withdrawn_at.is_(None),
        )
    )
    known = kinds()
    found = [Near(row, distance_km(lon, lat, row.lon, row.lat)) for row in rows]
    within = [one for one in found if one.source.kind in known and one.km <= known[one.source.kind].near_km]
    return sorted(within, key=lambda one: (one.km, one.source.name))
