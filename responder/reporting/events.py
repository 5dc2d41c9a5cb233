"""What the chain tells the rest of the house."""

from dataclasses import dataclass

from responder.core.events import Event
from responder.core.ids import IncidentId, LegId


@dataclass(frozen=True)
class LegSent(Event):
    """A report left its sender."""

    incident_id: IncidentId
    leg_id: LegId


@dataclass(frozen=True)
class LegAcknowledged(Event):
    """The receiver has the report."""

    incident_id: IncidentId
    leg_id: LegId
    late: bool


@dataclass(frozen=True)
class LegReturned(Event):
    """The receiver sent the report back for correction."""

    incident_id: IncidentId
    leg_id: LegId


@dataclass(frozen=True)
class LegOverdue(Event):
    """A leg passed its limit without a receipt."""

    incident_id: IncidentId
    leg_id: LegId
