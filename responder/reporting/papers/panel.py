"""What papers add to an incident's page and API answer."""

from typing import Any

from flask import render_template, request
from markupsafe import Markup

from responder.core.errors import Text
from responder.core.uow import UnitOfWork
from responder.foundation.web.context import current_locale
from responder.incidents.doors import IncidentPanel
from responder.incidents.models import Incident
from responder.reporting.papers import queries
from responder.reporting.papers.views import KIND_WORDS

TITLE = Text("文书", "Papers")


class PapersPanel(IncidentPanel):
    """Registered with the incidents' doors by the application."""

    def for_api(self, incident: Incident, uow: UnitOfWork) -> dict[str, Any]:
        """Return where the newest edition of each paper is."""
        return {
            "papers": [
                {
                    "id": str(paper.id),
                    "kind": paper.kind,
                    "number": paper.content["number"],
                    "edition": paper.edition,
                    "report_version": paper.report_version,
                    "agency": paper.agency_code,
                    "sha256": paper.content_sha256,
                }
                for paper in queries.latest(uow.session, incident.id)
            ]
        }

    def for_page(self, incident: Incident, uow: UnitOfWork) -> dict[str, Any]:
        """Return the block of papers and where the timeline is exported."""
        url = f"{request.script_root}/incidents/{incident.id}"
        papers = [
            {
                "word": KIND_WORDS[paper.kind].in_(current_locale()),
                "number": paper.content["number"],
                "agency_name": paper.agency_name,
                "urls": [
                    (form, f"{request.script_root}/papers/{paper.id}.{form}") for form in ("pdf", "docx")
                ],
            }
            for paper in queries.latest(uow.session, incident.id)
        ]
        html = render_template("papers/_panel.html", papers=papers, url=f"{url}/papers")
        panel = {
            "key": "papers",
            "title": TITLE.in_(current_locale()),
            "note": None,
            "place": "aside",
            "html": Markup(html),
        }
        return {"panels": [panel]}
