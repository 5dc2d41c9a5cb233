"""Reads of plans, activations and instructions."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, false, func, or_, select, tuple_
from sqlalchemy.orm import Session

from plans import grams
from plans.models import Activation, Instruction, Plan, PlanGram, PlanSector, PlanVersion
from plans.rules import LADDER, Candidate, Proposal, Situation, propose
from responder.core.actor import Actor
from responder.core.clock import wall
from responder.core.errors import Text, nothing_here
from responder.foundation.access import scope
from responder.foundation.directory import queries as directory
from responder.incidents.models import Incident

EVERY_SECTOR = "*"
STATE_CODE = "000000"


class Held(NamedTuple):
    """A plan with one of its versions."""

    plan: Plan
    version: PlanVersion


class Proposed(NamedTuple):
    """A plan that fits an incident, and why."""

    plan: Plan
    version: PlanVersion
    proposal: Proposal


def visible(session: Session, actor: Actor) -> ColumnElement[bool]:
    """Return the condition for the plans *actor* may read: of its subtree, and of every level above it."""
    place = directory.places(session).get(actor.area.code)
    above = [*place.codes, STATE_CODE] if place is not None else [STATE_CODE]
    upward = and_(Plan.area_code.in_(above), Plan.level != "unit")
    return or_(scope.visible(actor, Plan), upward, Plan.owner_code == actor.agency_code)


def plan(session: Session, actor: Actor, plan_id: UUID, number: int | None = None) -> Held:
    """Return the plan in its valid version (the latest where none is valid), or in version *number*."""
    query = _current().where(Plan.id == plan_id, visible(session, actor))
    if number is not None:
        query = _held().where(Plan.id == plan_id, PlanVersion.number == number, visible(session, actor))
    row = session.execute(query).one_or_none()
    if row is None:
        raise nothing_here("没有这个预案", "There is no such plan")
    return Held(row[0], row[1])


def versions(session: Session, plan_id: UUID) -> Sequence[PlanVersion]:
    """Return all versions of a plan, the first first."""
    return session.scalars(
        select(PlanVersion).where(PlanVersion.plan_id == plan_id).order_by(PlanVersion.number)
    ).all()


@dataclass(frozen=True)
class Filters:
    """What the library is narrowed to; empty fields do not narrow."""

    q: str = ""
    kind: str = ""
    owner: str = ""
    state: str = ""
    level: str = ""
    sector: str = ""


def library(
    session: Session,
    actor: Actor,
    filters: Filters,
    *,
    limit: int,
    after: tuple[datetime, UUID] | None = None,
) -> list[Held]:
    """Return one page of the plans the actor may read, the latest version first, each in one version."""
    query = _narrow(_current(filters.state).where(visible(session, actor)), filters)
    if after is not None:
        query = query.where(tuple_(PlanVersion.created_at, PlanVersion.id) < tuple_(*after))
    rows = session.execute(
        query.order_by(PlanVersion.created_at.desc(), PlanVersion.id.desc()).limit(limit)
    ).all()
    return [Held(row[0], row[1]) for row in rows]


def _held() -> Select[Plan, PlanVersion]:
    return select(Plan, PlanVersion).join(PlanVersion, PlanVersion.plan_id == Plan.id)


def _current(state: str = "") -> Select[Plan, PlanVersion]:
    """Select each plan with one version: the valid one, else the latest; of the given *state* where one is named."""
    place = func.row_number().over(
        partition_by=PlanVersion.plan_id,
        order_by=((PlanVersion.state == "valid").desc(), PlanVersion.number.desc()),
    )
    ranked = select(PlanVersion.id, place.label("place"))
    if state:
        ranked = ranked.where(PlanVersion.state == state)
    first = ranked.subquery()
    return _held().join(first, and_(first.c.id == PlanVersion.id, first.c.place == 1))


def _narrow(query: Select[Plan, PlanVersion], filters: Filters) -> Select[Plan, PlanVersion]:
    for column, value in (
        (Plan.kind, filters.kind),
        (Plan.owner_code, filters.owner),
        (Plan.level, filters.level),
    ):
        if value:
            query = query.where(column == value)
    if filters.sector:
        fits = select(PlanSector.version_id).where(PlanSector.sector.in_((filters.sector, EVERY_SECTOR)))
        query = query.where(PlanVersion.id.in_(fits))
    if filters.q.strip():
        phrases = grams.phrases(filters.q)
        query = query.where(*[_contains(phrase) for phrase in phrases] or [false()])
    return query


def _contains(phrase: str) -> ColumnElement[bool]:
    """Return the condition that a version's text contains *phrase*: all its grams first, then the phrase itself."""
    exact = PlanVersion.search_text.contains(phrase, autoescape=True)
    wanted = grams.grams(phrase)
    if len(phrase) == 1:
        return exact
    with_all = (
        select(PlanGram.version_id)
        .where(PlanGram.gram.in_(wanted))
        .group_by(PlanGram.version_id)
        .having(func.count() == len(wanted))
    )
    return and_(PlanVersion.id.in_(with_all), exact)


def proposals(session: Session, actor: Actor, incident: Incident, now: datetime) -> list[Proposed]:
    """Return the valid plans of the unit and of every level above the incident that fit it, the best first."""
    rows = _candidates(session, incident)
    situation = Situation(
        sector=incident.sector,
        accident_type=incident.accident_type,
        unit=incident.unit,
        unit_code=incident.unit_agency_code,
        facts=incident.facts,
        own_level=actor.area.level if actor.area.level in LADDER else "county",
        own_code=actor.agency_code,
        today=wall(now).date(),
    )
    names = directory.places(session)
    by_id = {version.id: Held(plan, version) for plan, version in rows}
    found = propose((_candidate(plan, version, names) for plan, version in rows), situation)
    return [Proposed(*by_id[proposal.id], proposal) for proposal in found]


def _candidates(session: Session, incident: Incident) -> Sequence[tuple[Plan, PlanVersion]]:
    """Return the valid plans of the incident's chain of places and its sector: the index leaves few to weigh."""
    chain = {incident.county_code, incident.city_code, incident.province_code, STATE_CODE}
    own_unit = [Plan.owner_code == incident.unit_agency_code] if incident.unit_agency_code else []
    if incident.unit:
        own_unit.append(Plan.unit == incident.unit)
    query = (
        _held()
        .join(PlanSector, PlanSector.version_id == PlanVersion.id)
        .where(
            Plan.area_code.in_([code for code in chain if code]),
            PlanSector.sector.in_((incident.sector, EVERY_SECTOR)),
            PlanVersion.state == "valid",
            or_(Plan.level != "unit", *own_unit),
        )
    )
    return [(row[0], row[1]) for row in session.execute(query)]


def _candidate(plan: Plan, version: PlanVersion, names: Any) -> Candidate:
    place = names.get(plan.area_code)
    area = Text(place.name, place.name_en) if place is not None else Text(plan.owner_name, plan.owner_name_en)
    if plan.unit:
        area = Text(plan.unit, plan.owner_name_en)
    return Candidate(
        id=version.id,
        kind=plan.kind,
        level=plan.level,
        area_name=area,
        owner_code=plan.owner_code,
        sectors=tuple(version.sectors),
        accident_types=tuple(version.accident_types),
        unit=plan.unit,
        state=version.state,
        number=version.number,
        approved_on=version.approved_on,
        next_review_on=version.next_review_on,
        levels=version.levels,
    )


def activations(session: Session, incident_id: UUID) -> list[tuple[Activation, Plan]]:
    """Return the plans in force for an incident the caller may see, the first first."""
    rows = session.execute(
        select(Activation, Plan)
        .join(Plan, Plan.id == Activation.plan_id)
        .where(Activation.incident_id == incident_id)
        .order_by(Activation.activated_at, Activation.id)
    ).all()
    return [(row[0], row[1]) for row in rows]


def instructions(session: Session, incident_id: UUID) -> Sequence[Instruction]:
    """Return what leaders ordered in an incident the caller may see, the first first."""
    return session.scalars(
        select(Instruction)
        .where(Instruction.incident_id == incident_id)
        .order_by(Instruction.given_at, Instruction.id)
    ).all()
