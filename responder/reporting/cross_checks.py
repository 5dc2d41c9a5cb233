"""A new version held against the one before it, unasked: a count that leaps, or figures that another tells.

The version before stays as it was; the level above its reporter is asked why, and nobody is accused by a machine.
"""

from responder.core.uow import UnitOfWork
from responder.incidents import jumps
from responder.incidents import queries as incidents
from responder.incidents.events import IncidentReported
from responder.incidents.models import Report
from responder.reporting import checks, contradictions

# Who told a report, where it was not the chain itself.
TOLD_BY = {"department": "department", "citizen": "tip_off", "media": "media"}


def after_report(event: IncidentReported, uow: UnitOfWork) -> None:
    """Open a check of the version before the event's where that gives reason to."""
    incident = incidents.unscoped(uow.session, event.incident_id)
    if incident.historic:
        return
    before, after = incidents.reports(uow.session, incident.id)[event.version - 2 : event.version]
    found = _changed(after)
    source = TOLD_BY.get(after.source.get("channel", ""))
    if source is not None and any(_is_more(before, name, value) for name, value in found.items()):
        checks.open_between(incident, before, source, found, uow)
    elif jumps.jump(before.facts, after.facts) is not None:
        checks.open_between(incident, before, checks.LATER_VERSION, found, uow)


def _changed(report: Report) -> dict[str, int | None]:
    return {
        name: report.facts.get(name)
        for name in contradictions.FIGURES
        if name in report.changes and report.facts.get(name) is not None
    }


def _is_more(before: Report, name: str, value: int | None) -> bool:
    return (value or 0) > (before.facts.get(name) or 0)
