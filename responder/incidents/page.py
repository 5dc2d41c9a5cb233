"""The view-models of the incident pages (described at the head of their templates)."""

from collections.abc import Mapping, Sequence
from typing import Any

from markupsafe import Markup

from maps.kinds import Kind
from maps.layers import Mark
from maps.outlines import attribution
from maps.schematic import province_svg
from responder.core.errors import Text
from responder.core.permissions import Permission, may
from responder.core.uow import UnitOfWork
from responder.foundation.audit import words as audit_words
from responder.foundation.directory import queries as directory
from responder.foundation.web.context import current_locale
from responder.foundation.web.lexicon import CHANNELS, FACTS, GRADES, REPORT_KINDS
from responder.foundation.web.words import word
from responder.incidents import circumstances, explain, links, outlook, preview, queries, rule_sets
from responder.incidents.doors import DOORS
from responder.incidents.link_models import IncidentLink
from responder.incidents.models import Incident, Report
from responder.incidents.read_back import read_back
from responder.incidents.rules import ELEMENTS, missing_elements
from responder.incidents.wording import place_seen_from, title, where

TIMELINE_ROWS = 12
FIGURES = ("deaths", "missing", "trapped", "serious_injuries", "minor_injuries", "evacuated", "at_risk")


def taken_for_granted(uow: UnitOfWork) -> str | None:
    """Return the full name of what the actor's places need not repeat: its own area, for a county that above it."""
    place = directory.places(uow.session).get(uow.actor.area.code)
    if place is None or uow.actor.area.level == "state":
        return None
    return place.full_name.removesuffix(place.name) if place.level == "county" else place.full_name


def _place_in_row(incident: Incident, granted: str | None) -> str:
    if current_locale().startswith("en"):
        return incident.place_name_en.partition(",")[0]
    return place_seen_from(incident.place_name, granted)


def row_model(incident: Incident, prefix: str, ours: str = "", granted: str | None = None) -> dict[str, Any]:
    """Return a row of the incident table."""
    upcoming = None
    if incident.next_due_at is not None:
        upcoming = {
            "kind": incident.next_step,
            "by": incident.next_party_en if current_locale().startswith("en") else incident.next_party,
            "is_ours": incident.next_party_code == ours,
            "due_at": incident.next_due_at,
            "at_once": False,
            "words": None,
        }
    return {
        "id": str(incident.id),
        "url": f"{prefix}/incidents/{incident.id}",
        "number": incident.number,
        "title": title(incident).in_(current_locale()),
        "grade": incident.reporting_grade,
        "may_rise": incident.may_rise,
        "place": _place_in_row(incident, granted),
        "toll": explain.toll(incident.facts),
        "updated_at": incident.updated_at,
        "state": incident.state,
        "next": upcoming,
    }


def incident_page(
    incident: Incident,
    uow: UnitOfWork,
    *,
    prefix: str,
    version: int | None,
    show_changes: bool,
    all_yours: bool,
) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """Return the page's `incident` and its `panels`."""
    reports = queries.reports(uow.session, incident.id)
    shown = next((report for report in reports if report.version == version), reports[-1])
    url = f"{prefix}/incidents/{incident.id}"
    model = _head(incident, shown, uow, prefix)
    model |= _version(incident, shown, reports, url, show_changes)
    model |= _judgement(incident, shown, reports, uow)
    model |= _timeline(incident, uow)
    model |= _records_beside(incident, uow, prefix)
    panels = _open_doors(model, incident, uow)
    model["yours"].sort(key=lambda item: (item["due_at"] is None, item["due_at"]))
    model["yours_total"] = len(model["yours"])
    model["yours_url"] = f"{url}?all=1"
    if not all_yours:
        model["yours"] = model["yours"][:3]
    return model, panels


def _head(incident: Incident, shown: Report, uow: UnitOfWork, prefix: str) -> dict[str, Any]:
    """Return what the record itself says, and every member that a door may fill, empty."""
    locale, url = current_locale(), f"{prefix}/incidents/{incident.id}"
    may_add = may(uow.actor.role, Permission.ADD_REPORT)
    is_latest = shown.version == incident.version
    return {
        "id": str(incident.id),
        "url": url,
        "number": incident.number,
        "title": title(incident).in_(locale),
        "grade": incident.reporting_grade if is_latest else shown.reporting_grade,
        "may_rise": shown.may_rise,
        "final_grade": incident.final_grade if is_latest else shown.final_grade,
        "state": incident.state,
        "place": where(incident).in_(locale),
        "unit": incident.unit,
        "sector": incident.sector,
        "accident_type": incident.accident_type,
        "occurred_at": incident.occurred_at,
        "occurred_uncertain": incident.occurred_uncertain,
        "received_at": incident.received_at,
        "quad": {"reported": "", "command": None, "command_ours": False, "level": None, "forces": None},
        "take_command_url": None,
        "alarms": [],
        "yours": [],
        "legs": {"total": 0, "acknowledged": 0, "open": 0, "planned": 0},
        "legs_url": f"{url}/legs",
        "chain": [],
        "lines": [],
        "report_url": f"{url}/reports/new" if may_add else None,
        "callouts": [],
        "map_svg": _small_map(incident),
        "map_words": attribution("en" if locale.startswith("en") else "zh"),
        "map_title": None,
        "map_page_url": f"{prefix}/map?incident={incident.id}",
        "timeline_url": f"{url}/timeline",
        "print_url": None,
    }


def _records_beside(incident: Incident, uow: UnitOfWork, prefix: str) -> dict[str, Any]:
    """Return the records of the same accident, those that may be, and the files attached."""
    url = f"{prefix}/incidents/{incident.id}"
    decided = links.of_incident(uow.session, incident.id)
    return {
        "same": [same(link, incident) for link in decided if link.parted_at is None],
        "duplicates": [
            preview.twin(row, incident.occurred_at, prefix) for row in undecided_twins(incident, decided, uow)
        ],
        "links_url": f"{url}/links",
        "attachments": [
            {
                "name": row.filename,
                "size": f"{row.size / 1024:.0f} kB",
                "checksum": row.sha256,
                "url": f"{url}/attachments/{row.id}",
            }
            for row in queries.attachments(uow.session, incident.id)
        ],
    }


def same(link: IncidentLink, incident: Incident) -> dict[str, Any]:
    """Return the other record of a decision as the record *incident* speaks of it."""
    leads = link.lead_id == incident.id
    names = (link.place_name, link.place_name_en)
    if not leads:
        names = (link.lead_place_name, link.lead_place_name_en)
    return {
        "id": str(link.id),
        "number": link.number if leads else link.lead_number,
        "place": Text(*names).in_(current_locale()),
        "leads": leads,
        "reason": link.reason,
        "by": f"{link.agency_name} {link.decided_by}",
        "at": link.decided_at,
        "parted_at": link.parted_at,
        "parted_reason": link.parted_reason,
        "parted_by": f"{link.parted_agency or ''} {link.parted_by or ''}".strip(),
    }


def undecided_twins(incident: Incident, decided: Sequence[IncidentLink], uow: UnitOfWork) -> list[Incident]:
    """Return the records that may be of the same accident and about which nothing was decided."""
    if incident.state != "open":
        return []
    known = {one for link in decided for one in (link.incident_id, link.lead_id)}
    return [row for row in queries.twins(uow.session, uow.actor, incident) if row.id not in known]


def _open_doors(model: dict[str, Any], incident: Incident, uow: UnitOfWork) -> list[dict[str, Any]]:
    panels: list[dict[str, Any]] = []
    for door in DOORS.panels:
        members = dict(door.for_page(incident, uow))
        panels.extend(members.pop("panels", []))
        model["yours"] = [*model["yours"], *members.pop("yours", [])]
        model["quad"] = {**model["quad"], **members.pop("quad", {})}
        model |= members
    return panels


def _version(
    incident: Incident, shown: Report, reports: Sequence[Report], url: str, show_changes: bool
) -> dict[str, Any]:
    texts = []
    for name in ("summary", "measures"):
        before = next(
            (getattr(r, name) for r in reversed(reports) if r.version < shown.version and getattr(r, name)),
            "",
        )
        after = getattr(shown, name)
        if show_changes and before and after and before != after:
            texts.append({"field": name, "before": before, "after": after})
    latest_text = {
        name: next(
            (getattr(r, name) for r in reversed(reports) if r.version <= shown.version and getattr(r, name)),
            None,
        )
        for name in ("summary", "measures")
    }
    return {
        "version": shown.version,
        "version_is_old": shown.version != reports[-1].version,
        "latest_url": url,
        "versions": [
            {"number": r.version, "url": f"{url}?version={r.version}", "current": r is shown} for r in reports
        ],
        "changes": {
            "count": len(shown.changes),
            "url": f"{url}?version={shown.version}&changes=1",
            "current": show_changes,
        }
        if shown.changes
        else None,
        "version_kind": word(REPORT_KINDS, shown.kind),
        "version_at": shown.at,
        "read_back": read_back(incident.number, shown.version, shown.facts),
        "version_by": f"{shown.agency_name} {shown.person_name}".strip(),
        "figures": _figures(shown),
        "circumstances": circumstances.told(shown.facts),
        "texts_changed": texts,
        "summary": latest_text["summary"],
        "measures": latest_text["measures"],
        "source_of_report": _who_told(reports[0].source),
    }


def _who_told(source: Mapping[str, Any]) -> dict[str, Any] | None:
    if not (source.get("channel") or source.get("name") or source.get("phone")):
        return None
    channel = CHANNELS.get(source.get("channel", ""))
    return {
        "channel": channel.in_(current_locale()) if channel else None,
        "name": source.get("name"),
        "phone": source.get("phone"),
    }


def _small_map(incident: Incident) -> Markup | None:
    if incident.lon is None or incident.lat is None:
        return None
    mark = Mark(
        id=str(incident.id),
        lon=incident.lon,
        lat=incident.lat,
        kind=Kind.INCIDENT,
        title=title(incident).in_(current_locale()),
        label=word(GRADES, incident.reporting_grade),
    )
    locale = "en" if current_locale().startswith("en") else "zh"
    return Markup(province_svg(incident.province_code, [mark], locale=locale, width=400))


def _figures(shown: Report) -> list[dict[str, Any]]:
    figures = []
    for name in FACTS:
        value = shown.facts.get(name)
        if value is None and name not in FIGURES[:4] and name not in shown.changes:
            continue
        item: dict[str, Any] = {"key": name, "value": value, "changed": name in shown.changes}
        if name in shown.changes:
            before = shown.changes[name][0]
            item["before"] = before
            item["change"] = f"{value - before:+d}".replace("-", "−") if None not in (value, before) else None
        figures.append(item)
    return figures


def _judgement(
    incident: Incident, shown: Report, reports: Sequence[Report], uow: UnitOfWork
) -> dict[str, Any]:
    locale = current_locale()
    decided = explain.deciding(shown.reasons, shown.facts)
    ahead = outlook.outlook_of(incident, shown, rule_sets.live(uow.session))
    elements = missing_elements(
        unit=incident.unit,
        occurred_uncertain=incident.occurred_uncertain,
        summary="".join(report.summary for report in reports),
        facts=shown.facts,
        measures="".join(report.measures for report in reports),
    )
    return {
        "ruler": explain.ruler(shown.facts, shown.reporting_grade),
        "deciding": decided[0].in_(locale) if decided else None,
        "source": decided[1].in_(locale) if decided else None,
        **preview.outlook_model(ahead, locale),
        "reasons": [
            {
                "text": explain.reason_sentence(reason, shown.facts).in_(locale),
                "source": reason["source"]["en" if locale.startswith("en") else "zh"],
            }
            for reason in shown.reasons[1:]
        ],
        "missing_elements": [ELEMENTS[name].in_(locale) for name in elements],
    }


def _timeline(incident: Incident, uow: UnitOfWork) -> dict[str, Any]:
    newest, total = queries.newest_entries(uow.session, incident.id, TIMELINE_ROWS)
    return {"timeline": timeline_rows(newest), "timeline_total": total}


def timeline_rows(entries: Sequence[Any]) -> list[dict[str, Any]]:
    """Return timeline entries as the macro shows them."""
    locale = current_locale()
    return [
        {
            "at": entry.at,
            "who": audit_words.actor(entry.actor_name, locale),
            "what": audit_words.sentence(entry, locale),
            "hash": entry.hash,
        }
        for entry in entries
    ]
