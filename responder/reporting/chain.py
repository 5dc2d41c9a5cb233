"""Keeps an incident's legs equal to what the law engine says is owed, given what was received."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass, field

from sqlalchemy import select

from responder.core.ids import LegId, new_id
from responder.core.uow import UnitOfWork
from responder.foundation.access.scope import AREA_LINES
from responder.foundation.directory import queries as directory
from responder.foundation.directory.rules import PlacePath, Routed
from responder.incidents import queries as incidents
from responder.incidents import rule_sets
from responder.incidents.grading import case_of
from responder.incidents.models import Incident, IncidentParty, Report
from responder.law.engine import assess
from responder.law.model import Kind, Level, Obligation, Party, Receipt
from responder.reporting import overruling
from responder.reporting.models import ReportLeg

AREA_ROOM = "work_safety"
STATE = "000000"
LIVE = ("planned", "open", "sent", "returned")
STEPS = {"phone": "telephone", "notify": "notify"}
LegKey = tuple[int, int, str, str, str, str]


@dataclass(frozen=True)
class Records:
    """What is on record of an incident: its reports, the first first, and its legs."""

    reports: tuple[Report, ...]
    legs: list[ReportLeg]
    addressed: set[str] | None = field(
        default=None, kw_only=True
    )  # to which offices, where known without asking

    @property
    def first(self) -> Report:
        """Return the first report."""
        return self.reports[0]

    @property
    def latest(self) -> Report:
        """Return the report that stands now."""
        return self.reports[-1]


def records(incident: Incident, uow: UnitOfWork) -> Records:
    """Return what is on record of the incident."""
    return Records(tuple(incidents.reports(uow.session, incident.id)), list(legs_of(uow, incident)))


def records_of_new(incident: Incident, uow: UnitOfWork) -> Records:
    """Return what is on record of an incident that was logged just now: its first report, and no leg yet."""
    first = tuple(row for row in uow.made(Report) if row.incident_id == incident.id)
    return Records(first, [], addressed={incident.agency_code})


def key_of(leg: ReportLeg) -> LegKey:
    """Return what the leg and its obligation are both known by."""
    return (leg.climb, leg.figures, leg.sender, leg.receiver, leg.kind, leg.rule)


def legs_of(uow: UnitOfWork, incident: Incident) -> Sequence[ReportLeg]:
    """Return all legs of an incident, in the order in which they fall due."""
    return uow.session.scalars(
        select(ReportLeg)
        .where(ReportLeg.incident_id == incident.id)
        .order_by(ReportLeg.climb, ReportLeg.due_at, ReportLeg.id)
    ).all()


def receipts_of(incident: Incident, first: Report, legs: Sequence[ReportLeg]) -> tuple[Receipt, ...]:
    """Return who has the report since when: the office that entered it, and every acknowledged leg."""
    receipts = [
        Receipt(
            Party.parse(leg.receiver), leg.acknowledged_at, leg.climb, Party.parse(leg.sender), Kind(leg.kind)
        )
        for leg in legs
        if leg.acknowledged_at is not None
    ]
    if first.known_to in {level.value for level in Level} - {"unit"}:
        # The office that entered it has it; nobody has to acknowledge that.
        receipts.append(Receipt(Party.parse(first.known_to), incident.received_at, climb=0))
    return tuple(receipts)


def sync(incident: Incident, seen: Records, uow: UnitOfWork) -> list[ReportLeg]:
    """Open, move and withdraw legs so that they equal what is owed now; return the legs that opened.

    New legs join those of *seen*, and are written with the next flush. Acknowledged legs never change; an open leg
    keeps its limit, a planned one follows the receipts before it. Where one office stands in for two parties nothing
    has to travel between them: that leg is skipped and the next opens.
    """
    opened = _sync_once(incident, seen, uow)
    while any(leg.state == "skipped" for leg in opened):
        uow.session.flush()  # who was addressed is looked up without one
        opened = [leg for leg in opened if leg.state != "skipped"] + _sync_once(incident, seen, uow)
    return opened


def _sync_once(incident: Incident, seen: Records, uow: UnitOfWork) -> list[ReportLeg]:
    legs = {key_of(leg): leg for leg in seen.legs}
    receipts = receipts_of(incident, seen.first, seen.legs)
    sets = rule_sets.live(uow.session)
    case = case_of(incident, seen.reports, receipts=receipts, as_of=uow.now)
    answer = assess(overruling.raised(case, overruling.active(incident, uow), sets), sets)
    owed = {duty.key: duty for duty in answer.obligations if duty.kind is not Kind.FOLLOW_UP}
    missing = [duty for key, duty in owed.items() if key not in legs]
    opened = [_follow(legs[key], duty, uow) for key, duty in owed.items() if key in legs]
    made = _new_legs(incident, missing, seen, uow)
    seen.legs.extend(made)
    for key, leg in legs.items():
        if key not in owed and leg.state in {"planned", "open"}:
            leg.state, leg.withdrawn_at = "withdrawn", uow.now
    fresh = [leg for leg in opened if leg is not None] + [leg for leg in made if leg.state == "open"]
    for leg in fresh:
        _settle(leg, incident, seen.first, uow)
    note_next_due(incident, seen.legs)
    return [leg for leg in fresh if leg.state != "acknowledged"]


def _settle(leg: ReportLeg, incident: Incident, first: Report, uow: UnitOfWork) -> None:
    """Close at once what needs no signature: a leg within one office, and the one by which the incident came in."""
    if leg.sender_code == leg.receiver_code:
        leg.state, leg.acknowledged_at, leg.noted_at = "skipped", leg.starts_at, uow.now
    elif leg.climb == 0 and leg.sender == "unit" and leg.receiver_code == incident.agency_code:
        leg.state, leg.method = "acknowledged", first.source.get("channel", "phone")
        leg.sent_at = leg.acknowledged_at = max(incident.received_at, leg.starts_at)
        leg.noted_at, leg.acknowledged_by, leg.answered_by = uow.now, first.person_name, first.person_name


def _follow(leg: ReportLeg, duty: Obligation, uow: UnitOfWork) -> ReportLeg | None:
    leg.binding = duty.binding
    if duty.withdrawn_at is not None and leg.state in LIVE:
        leg.state, leg.withdrawn_at = "withdrawn", duty.withdrawn_at
        return None
    if leg.state != "planned":
        return None
    leg.starts_at, leg.due_at = duty.starts_at, duty.due_at
    if duty.planned:
        return None
    leg.state = "open"
    return leg


def _new_legs(
    incident: Incident, duties: Sequence[Obligation], seen: Records, uow: UnitOfWork
) -> list[ReportLeg]:
    if not duties:
        return []
    place = directory.place_path(uow.session, incident.jurisdiction_code)
    offices = _offices(place, duties, incident, uow)
    legs = [_leg(incident, duty, offices, uow) for duty in duties]
    _address(incident, legs, seen, uow)
    return legs


def _offices(
    place: PlacePath, duties: Sequence[Obligation], incident: Incident, uow: UnitOfWork
) -> dict[Party, Routed]:
    parties = {party for duty in duties for party in (duty.sender, duty.addressee) if party.body is not None}
    wanted = [(party.level.value, party.body.value) for party in parties if party.body is not None]
    found = directory.routes(uow.session, place, wanted, incident.occurred_at)
    return {party: found[party.level.value, party.body.value] for party in parties if party.body is not None}


def _leg(incident: Incident, duty: Obligation, offices: dict[Party, Routed], uow: UnitOfWork) -> ReportLeg:
    sender, receiver = offices.get(duty.sender), offices[duty.addressee]
    return uow.make(
        ReportLeg,
        id=LegId(new_id()),
        lane_id=uow.own_lane,
        incident_id=incident.id,
        climb=duty.climb,
        figures=duty.version,
        sender=duty.sender.text,
        receiver=duty.addressee.text,
        sender_code=sender.agency_code if sender else incident.unit_agency_code or "",
        receiver_code=receiver.agency_code,
        sender_name=sender.name if sender else incident.unit or "",
        receiver_name=receiver.name,
        sender_name_en=sender.name_en if sender else incident.unit or "",
        receiver_name_en=receiver.name_en,
        receiver_rings=receiver.has_duty_room,
        stand_in=asdict(receiver.stand_in) if receiver.stand_in else None,
        kind=duty.kind.value,
        rule=duty.rule,
        source={"zh": duty.source.zh, "en": duty.source.en},
        status=duty.limit_status.value,
        starts_at=duty.starts_at,
        due_at=duty.due_at,
        state="withdrawn" if duty.withdrawn_at else "planned" if duty.planned else "open",
        withdrawn_at=duty.withdrawn_at,
        binding=duty.binding,
        version=incident.version,
    )


def _address(incident: Incident, legs: Sequence[ReportLeg], seen: Records, uow: UnitOfWork) -> None:
    """Let the offices addressed outside their own area see the incident."""
    codes = {leg.receiver_code for leg in legs if not sees_its_area(leg.receiver_code, incident)}
    known = _addressed(incident, uow) if codes and seen.addressed is None else seen.addressed or set()
    for code in sorted(codes - known):
        uow.make(IncidentParty, lane_id=uow.own_lane, incident_id=incident.id, agency_code=code)
        known.add(code)


def _addressed(incident: Incident, uow: UnitOfWork) -> set[str]:
    parties = select(IncidentParty.agency_code).where(IncidentParty.incident_id == incident.id)
    with uow.session.no_autoflush:  # the new legs are written once, as they stand when they have been sent
        return set(uow.session.scalars(parties))


def sees_its_area(agency_code: str, incident: Incident) -> bool:
    """Return whether the office sees the incident because of where it happened, addressed or not."""
    place, _, body = agency_code.partition(".")
    at = (STATE, incident.province_code, incident.city_code, incident.county_code)
    return place in at and (body or AREA_ROOM) in AREA_LINES


def is_ours(leg: ReportLeg) -> bool:
    """Return whether the sender works with the product: other departments' own arrows are shown, not chased."""
    return leg.sender.endswith(".work_safety") or (leg.sender == "unit" and bool(leg.sender_code))


def note_next_due(incident: Incident, legs: Sequence[ReportLeg]) -> None:
    """Keep on the incident its nearest limit and who holds it, so that lists need not look at legs."""
    # What a unit without an account owes is shown on the incident; nobody here can act on it.
    waiting = [leg for leg in legs if leg.state in {"open", "sent", "returned"} and is_ours(leg)]
    nearest = min(waiting, key=lambda leg: leg.due_at, default=None)
    if nearest is None or incident.state != "open":
        incident.next_due_at = incident.next_step = incident.next_party = incident.next_party_en = None
        return
    unsigned = nearest.state == "sent" and nearest.receiver_rings
    incident.next_due_at = nearest.due_at
    incident.next_step = "acknowledge" if unsigned else STEPS.get(nearest.kind, "send_on")
    incident.next_party = nearest.receiver_name if unsigned else nearest.sender_name
    incident.next_party_en = nearest.receiver_name_en if unsigned else nearest.sender_name_en
    incident.next_party_code = nearest.receiver_code if unsigned else nearest.sender_code
