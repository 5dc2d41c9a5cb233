"""What incidents tell the rest of the house."""

from dataclasses import dataclass

from responder.core.events import Event
from responder.core.ids import IncidentId


@dataclass(frozen=True)
class IncidentLogged(Event):
    """An incident was saved for the first time."""

    incident_id: IncidentId


@dataclass(frozen=True)
class IncidentReported(Event):
    """A later report made a new version."""

    incident_id: IncidentId
    version: int
    grade_before: str | None
    grade_after: str | None


@dataclass(frozen=True)
class IncidentClosed(Event):
    """The incident was closed: nobody is called for it any more."""

    incident_id: IncidentId
