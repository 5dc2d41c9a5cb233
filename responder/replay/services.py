"""Loads historic accidents as closed incidents; loading again changes nothing."""

from dataclasses import dataclass, field
from importlib.resources import files

from sqlalchemy import select
from sqlalchemy.orm import Session

from responder.core.errors import Conflict, Text
from responder.core.ids import IncidentId, ReportId, new_id
from responder.core.uow import Database, UnitOfWork
from responder.foundation.audit import services as audit
from responder.foundation.audit.words import register
from responder.foundation.directory import queries as directory
from responder.foundation.directory.models import FormerPlace
from responder.foundation.directory.rules import PlacePath
from responder.incidents import grading
from responder.incidents.models import Incident, Report
from responder.replay.rules import BadRow, HistoricRow, read_rows

NO_DIRECTORY = Text(
    "还没有机构名录，请先运行 responder reference load。",
    "There is no directory yet: run `responder reference load` first.",
)
register(
    {
        "incident.replayed": Text(
            "历史资料 {number} 录入，按当时规则（{rule_set}）定级",
            "historic record {number} entered and graded under the rules of its day ({rule_set})",
        )
    }
)


@dataclass
class Replayed:
    """What a load did: the incidents of the file in its order, how many are new, and the rows that cannot be used."""

    incidents: list[IncidentId] = field(default_factory=list)
    added: int = 0
    bad: list[BadRow] = field(default_factory=list)


def shipped_text() -> str:
    """Return the file of historic accidents that ships with the product."""
    return (files("responder.replay") / "data" / "historic_accidents.csv").read_text(encoding="utf-8")


def load_historic(database: Database) -> Replayed:
    """Load the shipped historic accidents in a transaction of their own."""
    with database.unit_of_work() as uow:
        return load_rows(shipped_text(), uow)


def load_rows(text: str, uow: UnitOfWork) -> Replayed:
    """Enter each accident of *text* that is not there yet as a closed incident.

    A row that cannot be used is told and the others go in. Raises BadFile for another kind of file, Conflict where
    there is no directory yet. An incident is known again by its id of the file, which is its number.
    """
    places = directory.places(uow.session)
    if not places:
        raise Conflict(NO_DIRECTORY)
    rows = list(read_rows(text))
    known = _known(uow.session, [row.id for row in rows if isinstance(row, HistoricRow)])
    former = _former(uow.session)
    done = Replayed()
    for row in rows:
        if isinstance(row, BadRow):
            done.bad.append(row)
            continue
        if row.id in known:
            incident_id, is_historic = known[row.id]
            if is_historic:
                done.incidents.append(incident_id)
            else:
                done.bad.append(BadRow(row.line, row.id, "id", "another incident bears this number"))
            continue
        place = places.get(row.jurisdiction) or places.get(former.get(row.jurisdiction, ""))
        if place is None or not place.reporting:
            done.bad.append(BadRow(row.line, row.id, "city_code", f"{row.jurisdiction} is no jurisdiction"))
            continue
        done.incidents.append(_enter(row, place, uow))
        done.added += 1
    uow.session.flush()
    return done


def _known(session: Session, numbers: list[str]) -> dict[str, tuple[IncidentId, bool]]:
    rows = session.execute(
        select(Incident.number, Incident.id, Incident.historic).where(Incident.number.in_(numbers))
    )
    return {number: (incident_id, historic) for number, incident_id, historic in rows}


def _former(session: Session) -> dict[str, str]:
    """Return which code followed each former one."""
    rows = session.execute(select(FormerPlace.former_code, FormerPlace.code).order_by(FormerPlace.until_year))
    return {row.former_code: row.code for row in rows}


def _enter(row: HistoricRow, place: PlacePath, uow: UnitOfWork) -> IncidentId:
    incident, report = _incident(row, place, uow), _report(row, place, uow)
    report.incident_id = incident.id
    graded = grading.grade(incident, [report], uow.now)
    incident.rule_set = graded.rule_set
    for kept in (incident, report):
        kept.reporting_grade = graded.reporting_grade
        kept.final_grade = graded.final_grade
        kept.may_rise = graded.may_rise
    report.reasons = graded.reasons
    uow.session.add(incident)
    # The composite references of the lane guard need the parent first; nothing relates the two to the session.
    uow.session.flush()
    uow.session.add(report)
    audit.record(
        uow,
        "incident.replayed",
        province_code=incident.province_code,
        incident_id=incident.id,
        payload={
            "number": incident.number,
            "rule_set": graded.rule_set,
            "grade": graded.reporting_grade,
            "facts": report.facts,
        },
    )
    return incident.id


def _incident(row: HistoricRow, place: PlacePath, uow: UnitOfWork) -> Incident:
    exact = row.lon is not None and row.lat is not None
    return Incident(
        id=IncidentId(new_id()),
        lane_id=uow.own_lane,
        number=row.id,
        state="closed",
        version=1,
        revision=1,
        jurisdiction_code=place.code,
        province_code=place.province_code or "000000",
        city_code=place.city_code,
        county_code=place.county_code,
        town_code=None,
        place_name=place.full_name,
        place_name_en=place.full_name_en,
        place=row.place,
        lon=row.lon if exact else place.lon,
        lat=row.lat if exact else place.lat,
        point_source="given" if row.is_exact_point else "jurisdiction",
        unit=row.unit,
        unit_agency_code=None,
        sector=row.sector,
        accident_type=row.accident_type,
        occurred_at=row.occurred_at,
        occurred_uncertain=row.time_unknown,
        unit_informed_at=None,
        # When it was received is not recorded; the accident itself is the latest lawful reading.
        received_at=row.occurred_at,
        entered_at=uow.now,
        agency_code=place.code,
        entered_off_duty=False,
        closed_at=None,
        facts=row.facts,
        next_due_at=None,
        next_step=None,
        updated_at=row.occurred_at,  # nothing about it has changed since
        search_text=_words(row, place),
        historic=True,
    )


def _words(row: HistoricRow, place: PlacePath) -> str:
    words = (row.id, row.unit, place.full_name, row.place, row.summary)
    return " ".join(word for word in words if word).lower()


def _report(row: HistoricRow, place: PlacePath, uow: UnitOfWork) -> Report:
    lowest = "county" if place.county_code else "city" if place.city_code else "province"
    return Report(
        id=ReportId(new_id()),
        lane_id=uow.own_lane,
        version=1,
        kind="final",
        at=uow.now,
        learned_at=row.occurred_at,
        changed_at=None,
        known_to=lowest,
        agency_code=place.code,
        agency_name="历史资料",
        person_name="",
        facts=row.facts,
        changes={},
        summary=row.summary,
        measures="",
        source={
            "historic": row.id,
            "time_unknown": row.time_unknown,
            "file_type": row.file_type,
            "injured_total": row.injured_total,
            "first_report": {"deaths": row.first_deaths, "missing": row.first_missing},
            "words": row.source,
            "confidence": row.confidence,
            "from_memory": row.from_memory,
        },
        reason="",
    )
