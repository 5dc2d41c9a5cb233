"""What sealed files add to an incident's page: the button, and where the timeline is exported."""

from typing import Any

from flask import render_template, request
from markupsafe import Markup

from responder.core.errors import Text
from responder.core.permissions import Permission, may
from responder.core.uow import UnitOfWork
from responder.foundation.web.context import current_locale
from responder.incidents.doors import IncidentPanel
from responder.incidents.models import Incident

TITLE = Text("谁何时知道什么", "Who knew what when")


class EvidencePanel(IncidentPanel):
    """Registered with the incidents' doors by the application."""

    def for_page(self, incident: Incident, uow: UnitOfWork) -> dict[str, Any]:
        """Return the link of the printed timeline, and the button for those who may export evidence."""
        url = f"{request.script_root}/incidents/{incident.id}"
        found: dict[str, Any] = {"print_url": f"{url}/timeline.pdf"}
        if may(uow.actor.role, Permission.EXPORT_EVIDENCE):
            panel = {
                "key": "evidence",
                "title": TITLE.in_(current_locale()),
                "note": None,
                "place": "aside",
                "html": Markup(render_template("reporting/_evidence.html", url=f"{url}/evidence")),
            }
            found["panels"] = [panel]
        return found
