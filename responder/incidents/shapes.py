"""JSON shapes of incidents and reports, as INTERFACES names them."""

from collections.abc import Sequence
from typing import Any

from responder.core.lanes import REAL_LANE
from responder.core.uow import UnitOfWork
from responder.foundation.web.api import iso
from responder.incidents import links, queries
from responder.incidents.doors import DOORS
from responder.incidents.models import Incident, Report
from responder.incidents.rules import FACT_NAMES, missing_elements
from responder.incidents.wording import title


def lane_name(incident: Incident) -> str:
    """Return `real`, or the exercise's id."""
    return "real" if incident.lane_id == REAL_LANE else str(incident.lane_id)


def facts_shape(facts: dict[str, Any]) -> dict[str, Any]:
    """Return every figure by name, null where unknown."""
    return {**{name: facts.get(name) for name in FACT_NAMES}, "special": facts.get("special", [])}


def incident_row(incident: Incident) -> dict[str, Any]:
    """Return the incident as it stands in lists."""
    words = title(incident)
    return {
        "id": str(incident.id),
        "number": incident.number,
        "version": incident.version,
        "lane": lane_name(incident),
        "state": incident.state,
        "title": words.zh,
        "title_en": words.en,
        "rule_set": incident.rule_set,
        "reporting_grade": incident.reporting_grade,
        "final_grade": incident.final_grade,
        "may_rise": incident.may_rise,
        "jurisdiction": incident.town_code or incident.jurisdiction_code,
        "place_name": incident.place_name,
        "place": incident.place,
        "lon": incident.lon,
        "lat": incident.lat,
        "unit": incident.unit,
        "sector": incident.sector,
        "accident_type": incident.accident_type,
        "occurred_at": iso(incident.occurred_at),
        "occurred_uncertain": incident.occurred_uncertain,
        "unit_informed_at": iso(incident.unit_informed_at),
        "received_at": iso(incident.received_at),
        "entered_off_duty": incident.entered_off_duty,
        "next_due_at": iso(incident.next_due_at),
        "facts": facts_shape(incident.facts),
    }


def report_shape(report: Report) -> dict[str, Any]:
    """Return one report."""
    return {
        "version": report.version,
        "kind": report.kind,
        "at": iso(report.at),
        "learned_at": iso(report.learned_at),
        "by": report.person_name,
        "agency": report.agency_code,
        "facts": facts_shape(report.facts),
        "changes": report.changes,
        "summary": report.summary,
        "measures": report.measures,
        "reason": report.reason,
        "reporting_grade": report.reporting_grade,
        "may_rise": report.may_rise,
        "reasons": report.reasons,
    }


def incident_whole(incident: Incident, uow: UnitOfWork, version: int | None = None) -> dict[str, Any]:
    """Return the incident with its reports and what every feature adds; an older *version* shows its own figures."""
    reports = queries.reports(uow.session, incident.id)
    shown = next((report for report in reports if report.version == version), reports[-1])
    body = _body(incident, shown, reports)
    body["links"] = [links.link_shape(link) for link in links.of_incident(uow.session, incident.id)]
    for panel in DOORS.panels:
        body |= panel.for_api(incident, uow)
    return body


def incident_new(incident: Incident, uow: UnitOfWork) -> dict[str, Any]:
    """Return an incident that was logged just now, with what whoever logged it needs next."""
    reports = uow.made(Report)
    body = _body(incident, reports[0], reports)
    for panel in DOORS.panels:
        body |= panel.for_new(incident, uow)
    return body


def _body(incident: Incident, shown: Report, reports: Sequence[Report]) -> dict[str, Any]:
    return incident_row(incident) | {
        "version": shown.version,
        "facts": facts_shape(shown.facts),
        # What stands now may have been decided since by a leader, or by the closing of the window.
        "reporting_grade": incident.reporting_grade if shown is reports[-1] else shown.reporting_grade,
        "final_grade": incident.final_grade if shown is reports[-1] else shown.final_grade,
        "may_rise": shown.may_rise,
        "reasons": shown.reasons,
        "summary": shown.summary,
        "measures": shown.measures,
        "missing_elements": list(
            missing_elements(
                unit=incident.unit,
                occurred_uncertain=incident.occurred_uncertain,
                summary="".join(report.summary for report in reports),
                facts=incident.facts,
                measures="".join(report.measures for report in reports),
            )
        ),
        "reports": [report_shape(report) for report in reports],
        "duplicates": [],
        "legs": [],
        "plans": [],
        "bases": [],
        "links": [],
    }
