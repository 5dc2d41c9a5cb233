"""What the register of hazard sources adds to an incident's page: those near by, each with its distance."""

from typing import Any

from flask import render_template, request
from markupsafe import Markup

from responder.core.errors import Text
from responder.core.permissions import Permission, may
from responder.core.uow import UnitOfWork
from responder.foundation.web.context import current_locale
from responder.hazards import queries
from responder.hazards.views import row_model
from responder.incidents.doors import IncidentPanel
from responder.incidents.models import Incident

TITLE = Text("附近的危险源", "Hazards near by")
SHOWN = 5


class HazardsPanel(IncidentPanel):
    """Registered with the incidents' doors by the application; `GET /hazard-sources?near=` says the same."""

    def for_page(self, incident: Incident, uow: UnitOfWork) -> dict[str, Any]:
        """Return the block, where the incident's point is known and it is not over."""
        if incident.lon is None or incident.lat is None or incident.state != "open":
            return {}
        found = queries.near(uow.session, incident.lon, incident.lat)
        rows = [{**row_model(one.source, request.script_root), "km": round(one.km, 1)} for one in found]
        listed = may(uow.actor.role, Permission.SEE_BASES)
        html = render_template(
            "situation/_hazards.html",
            rows=rows[:SHOWN],
            more=len(rows) - SHOWN,
            map_url=f"{request.script_root}/map?incident={incident.id}&layers=hazard,incident"
            if listed
            else None,
            register_url=f"{request.script_root}/hazards" if listed else None,
        )
        locale = current_locale()
        count = Text(f"{len(found)} 处", f"{len(found)}")
        panel = {
            "key": "hazards",
            "title": TITLE.in_(locale),
            "note": count.in_(locale) if found else None,
            "place": "aside",
            "html": Markup(html),
        }
        return {"panels": [panel]}
