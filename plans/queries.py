"""Reads of plans, activations and instructions."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, bindparam, false, func, or_, select, tuple_
from sqlalchemy.orm import Session

from plans import grams
from plans.models import Activation, Instruction, Plan, PlanGram, PlanSector, PlanVersion
from plans.rules import LADDER, Candidate, Proposal, Situation, propose
from responder.core.actor import Actor
from responder.core.clock import wall
from responder.core.db import table_of
from responder.core.errors import Text, nothing_here
from responder.core.questions import Question
from responder.foundation.access import scope
from responder.foundation.directory import queries as directory
from responder.foundation.directory.rules import PlacePath
from responder.incidents.models import Incident

EVERY_SECTOR = "*"
STATE_CODE = "000000"
MOST_PROPOSED = 30
_PLAN, _VERSION, _SECTOR = (table_of(model).c for model in (Plan, PlanVersion, PlanSector))
_FITTING = (  # plans are reference data and have no lane
    select(
        _VERSION.id,
        _PLAN.kind,
        _PLAN.level,
        _PLAN.owner_code,
        _PLAN.owner_name,
        _PLAN.owner_name_en,
        _PLAN.area_code,
        _PLAN.unit,
        _VERSION.sectors,
        _VERSION.accident_types,
        _VERSION.levels,
        _VERSION.state,
        _VERSION.number,
        _VERSION.approved_on,
        _VERSION.next_review_on,
    )
    .join_from(Plan.__table__, PlanVersion.__table__, _VERSION.plan_id == _PLAN.id)
    .join(PlanSector.__table__, _SECTOR.version_id == _VERSION.id)
    .where(
        _PLAN.area_code.in_(bindparam("chain", expanding=True)),
        _SECTOR.sector.in_(bindparam("sectors", expanding=True)),
        _VERSION.state == "valid",
        or_(_PLAN.level != "unit", _PLAN.owner_code == bindparam("owner"), _PLAN.unit == bindparam("named")),
    )
)


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
    """Return the valid plans of the unit and of every level above that fit the incident, the best first."""
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
    best = propose(_candidates(session, incident), situation, MOST_PROPOSED)
    if not best:
        return []
    # Only the best are read whole.
    wanted = [proposal.id for proposal in best]
    rows = session.execute(_held().where(PlanVersion.id.in_(wanted)))
    by_id = {version.id: Held(plan, version) for plan, version in rows}
    return [Proposed(*by_id[proposal.id], proposal) for proposal in best]


def _candidates(session: Session, incident: Incident) -> list[Candidate]:
    """Return the valid plans of the incident's chain of places and its sector: the index leaves few to weigh."""
    chain = {incident.county_code, incident.city_code, incident.province_code, STATE_CODE}
    rows = session.execute(
        _FITTING,
        {
            "chain": [code for code in chain if code],
            "sectors": [incident.sector, EVERY_SECTOR],
            "owner": incident.unit_agency_code,  # nothing equals NULL: without a unit no unit's plan fits
            "named": incident.unit or None,
        },
    )
    names = directory.places(session)
    return [_candidate(row, names.get(row.area_code)) for row in rows]


def _candidate(row: Any, place: PlacePath | None) -> Candidate:
    area = Text(row.owner_name, row.owner_name_en)
    if row.unit:
        area = Text(row.unit, row.owner_name_en)
    elif place is not None:
        area = Text(place.name, place.name_en)
    return Candidate(
        id=row.id,
        kind=row.kind,
        level=row.level,
        area_name=area,
        owner_code=row.owner_code,
        sectors=tuple(row.sectors),
        accident_types=tuple(row.accident_types),
        unit=row.unit,
        state=row.state,
        number=row.number,
        approved_on=row.approved_on,
        next_review_on=row.next_review_on,
        levels=row.levels,
    )


_ACTIVATIONS = Question(
    select(Activation, Plan)
    .join(Plan, Plan.id == Activation.plan_id)
    .where(Activation.incident_id == bindparam("incident_id"))
    .order_by(Activation.activated_at, Activation.id)
)
_INSTRUCTIONS = Question(
    select(Instruction)
    .where(Instruction.incident_id == bindparam("incident_id"))
    .order_by(Instruction.given_at, Instruction.id)
)


def activations(session: Session, incident_id: UUID) -> list[tuple[Activation, Plan]]:
    """Return copies of the plans in force for an incident the caller may see, the first first."""
    return [(row[0], row[1]) for row in _ACTIVATIONS.copies(session, incident_id=incident_id)]


def instructions(session: Session, incident_id: UUID) -> list[Instruction]:
    """Return copies of what leaders ordered in an incident the caller may see, the first first."""
    return [row for (row,) in _INSTRUCTIONS.copies(session, incident_id=incident_id)]


def activated_points(session: Session, incident_ids: Sequence[UUID]) -> list[dict[str, Any]]:
    """Return the assembly points (name, lon, lat, note) of the plans activated for these incidents, each once."""
    if not incident_ids:
        return []
    rows = session.scalars(
        select(PlanVersion.points)
        .join(Activation, Activation.version_id == PlanVersion.id)
        .where(Activation.incident_id.in_(incident_ids))
    )
    points = {(point["name"], point["lon"], point["lat"]): point for row in rows for point in row or []}
    return list(points.values())
