"""The ranking joined to what is known now: who is out, who commands, who may be ordered."""

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from responder.core.errors import Text, invalid
from responder.core.uow import UnitOfWork
from responder.dispatch import queries, ranking, rules
from responder.dispatch.queries import Holder
from responder.dispatch.ranking import Explained, Force, Need, Standing
from responder.dispatch.readiness import Report
from responder.dispatch.rules import Authority
from responder.dispatch.services import need_of
from responder.incidents.models import Incident
from responder.incidents.rules import Reader

MOST_SQUADS = 10_000
Wanted = Callable[[Force], bool]


class Candidate(NamedTuple):
    """A force in the ranking of an incident, with how the commander would call it."""

    standing: Standing
    explained: Explained
    authority: Authority | None


def everybody(_force: Force) -> bool:
    """Return True: no force is left out."""
    return True


def for_incident(
    uow: UnitOfWork,
    incident: Incident,
    wanted: Wanted = everybody,
    limit: int | None = None,
    holder: Holder | None = None,
) -> list[Candidate]:
    """Return the forces for an incident, the best first, as its commander would call them."""
    holder = holder or queries.holder(uow.session, incident)
    seat = queries.office_seat(uow.session, holder.agency_code)

    def how(force: Force) -> Authority:
        return rules.authority(holder.level, seat, force.seat, is_partner=force.is_partner)

    return _ranked(uow, need_of(incident), wanted, how, limit)


def near(uow: UnitOfWork, need: Need, wanted: Wanted = everybody) -> list[Candidate]:
    """Return the forces by their great-circle distance from a point."""
    rows = _ranked(uow, need, wanted, None, None)
    return sorted(rows, key=lambda row: (row.standing.distance_km or 0.0, row.standing.force.code))


def next_candidate(uow: UnitOfWork, incident: Incident, instead_of: str) -> Candidate | None:
    """Return the best force that could be called instead of one that does not answer."""
    rows = for_incident(uow, incident, lambda force: force.code != instead_of, 1)
    return rows[0] if rows and rows[0].standing.fit > 0 else None


def _ranked(
    uow: UnitOfWork,
    need: Need,
    wanted: Wanted,
    how: Callable[[Force], Authority] | None,
    limit: int | None,
) -> list[Candidate]:
    fleet, busy = queries.fleet(uow.session), queries.busy(uow.session)
    chosen = [force for force in fleet if wanted(force)]
    standings = ranking.rank(chosen, need, uow.now, busy)
    rows = []
    for standing in standings[:limit]:
        explained = ranking.explain(standing, need, uow.now, busy, _alike(fleet, standing.force))
        rows.append(Candidate(standing, explained, how(standing.force) if how else None))
    return rows


def _alike(fleet: tuple[Force, ...], force: Force) -> list[Force]:
    """Return the forces of the same kind, which could take over a force's area."""
    if force.squads_on_duty is None or force.squads_on_duty > 1:
        return []
    return [one for one in fleet if one.kind == force.kind]


def read_report(raw: Mapping[str, Any], reader: Reader) -> Report:
    """Return the report of readiness that the fields describe; raise InvalidInput."""
    counts = {
        name: reader.figure(name, raw.get(name), name) for name in ("squads_on_duty", "people", "vehicles")
    }
    for name, value in counts.items():
        if value is not None and value > MOST_SQUADS:
            reader.refuse(name, Text("这个数字太大。", "This figure is too large."))
    report = Report(
        readiness=reader.text("readiness"),
        squads_on_duty=counts["squads_on_duty"],
        people=counts["people"],
        vehicles=counts["vehicles"],
        at=reader.instant("at") or reader.now,
        note=reader.text("note"),
    )
    if reader.errors:
        raise invalid(**reader.errors)
    return report
