"""What replay adds to the page and API answer of a historic incident."""

from typing import Any

from flask import Blueprint, render_template
from markupsafe import Markup

from responder.core.errors import Text
from responder.core.uow import UnitOfWork
from responder.foundation.web.context import current_locale
from responder.incidents.doors import IncidentPanel
from responder.incidents.models import Incident
from responder.law.explain import KIND_WORDS, cited
from responder.replay import queries, shapes

bp = Blueprint("replay", __name__, template_folder="templates")  # no page of its own, only its templates
TITLE = Text("当时应当报给谁", "What would have been owed")


class ReplayPanel(IncidentPanel):
    """Registered with the incidents' doors by the application."""

    def for_api(self, incident: Incident, uow: UnitOfWork) -> dict[str, Any]:
        """Return what would have been owed for a historic incident, nothing for any other."""
        if not incident.historic:
            return {}
        report = queries.report_of(uow.session, incident)
        return {"replay": shapes.replay_shape(queries.replay(uow.session, incident, report, uow.now))}

    def for_page(self, incident: Incident, uow: UnitOfWork) -> dict[str, Any]:
        """Return the block of a historic incident, nothing for any other."""
        if not incident.historic:
            return {}
        found = queries.replay(uow.session, incident, queries.report_of(uow.session, incident), uow.now)
        html = render_template("replay/_panel.html", replay=_model(found))
        title = TITLE.in_(current_locale())
        return {
            "panels": [{"key": "replay", "title": title, "note": None, "place": "main", "html": Markup(html)}]
        }


def _model(found: queries.Replay) -> dict[str, Any]:
    english = current_locale().startswith("en")
    old = found.answer.rule_set == shapes.OLD_WORDS_UNTIL
    return {
        "rule_set": found.answer.rule_set,
        "word": found.answer.grade_word_en if english else found.answer.grade_word,
        "word_note": found.answer.word_note,
        "today": (found.today_word_en if english else found.today_word) if old else None,
        "time_unknown": found.time_unknown,
        "first": found.report.source.get("first_report") or {},
        "duties": [
            {
                "from": shapes.name_of(found, duty.sender),
                "to": shapes.name_of(found, duty.addressee),
                "kind": KIND_WORDS[duty.kind].en if english else KIND_WORDS[duty.kind].zh,
                "due_at": duty.due_at,
                "at_once": duty.due_at == duty.starts_at,
                "rule": cited(duty.source, duty.limit_status).en
                if english
                else cited(duty.source, duty.limit_status).zh,
            }
            for duty in shapes.duties(found)
        ],
    }
