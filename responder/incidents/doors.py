"""Doors through which features to the left add to an incident's page and API answer; `app.py` opens them."""

from dataclasses import dataclass, field
from typing import Any

from responder.core.uow import UnitOfWork
from responder.incidents.models import Incident


class IncidentPanel:
    """What a feature adds to an incident: nothing, where it says nothing else."""

    def for_page(self, incident: Incident, uow: UnitOfWork) -> dict[str, Any]:
        """Return members of the page's view-model; the member `panels` is a list of blocks and is appended."""
        return {}

    def for_api(self, incident: Incident, uow: UnitOfWork) -> dict[str, Any]:
        """Return members of the API answer."""
        return {}

    def for_new(self, incident: Incident, uow: UnitOfWork) -> dict[str, Any]:
        """Return those members of the API answer that whoever has just logged the incident needs next."""
        return {}


@dataclass
class Doors:
    """The panels registered by the application."""

    panels: list[IncidentPanel] = field(default_factory=list)

    def open(self, *panels: IncidentPanel) -> None:
        """Register *panels* once; opening a door again changes nothing."""
        self.panels.extend(panel for panel in panels if panel not in self.panels)


DOORS = Doors()
