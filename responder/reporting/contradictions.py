"""Two levels that report different figures: found in their latest reports, shown until one agrees or somebody signs."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import combinations
from uuid import UUID

from sqlalchemy import select

from responder.core.errors import Conflict, Text, invalid
from responder.core.ids import new_id
from responder.core.uow import UnitOfWork
from responder.foundation.audit import services as audit
from responder.foundation.web.lexicon import FACTS, LEVELS
from responder.incidents import queries as incidents
from responder.incidents.models import Incident, Report
from responder.incidents.services import touch
from responder.reporting.judgement_models import Settlement

FIGURES = ("deaths", "missing", "trapped", "trapped_without_contact", "serious_injuries", "acute_poisonings")
HEIGHTS = ("unit", "county", "city", "province", "state")
NO_REASON = Text("请写明为什么按这个数。", "Say why this figure holds.")
NOTHING_OPEN = Text("这个数字没有矛盾。", "There is no contradiction about this figure.")
NEITHER = Text(
    "只能按两级中的一个数；别的数请报更正。",
    "Choose one of the two figures; for another one report a correction.",
)


@dataclass(frozen=True)
class Statement:
    """What one level last said of a figure."""

    level: str
    value: int
    version: int
    agency_name: str


@dataclass(frozen=True)
class Contradiction:
    """Two levels whose latest reports give one figure differently, the lower level first."""

    figure: str
    lower: Statement
    higher: Statement

    @property
    def version(self) -> int:
        """Return the version by which it stands."""
        return max(self.lower.version, self.higher.version)

    @property
    def words(self) -> Text:
        """Return it as a sentence, e.g. 失踪：市级报 3（第 1 版），省级报 5（第 2 版）."""
        name, low, high = FACTS[self.figure], self.lower, self.higher
        low_word, high_word = LEVELS[low.level], LEVELS[high.level]
        return Text(
            f"{name.zh}：{low_word.zh}报 {low.value}（第 {low.version} 版），"
            f"{high_word.zh}报 {high.value}（第 {high.version} 版）",
            f"{name.en}: {low_word.en} says {low.value} (version {low.version}), "
            f"{high_word.en} says {high.value} (version {high.version})",
        )


def found(reports: Sequence[Report], settled: Sequence[Settlement] = ()) -> tuple[Contradiction, ...]:
    """Return the contradictions among the latest reports of each level that nobody has settled.

    A level's report repeats every figure it leaves untouched, so a later report of the lower level agrees or differs.
    """
    latest: dict[str, Report] = {}
    for report in reports:
        if report.known_to in HEIGHTS:
            latest[report.known_to] = report
    ordered = sorted(latest.items(), key=lambda pair: HEIGHTS.index(pair[0]))
    conflicts = [
        Contradiction(figure, one, other)
        for figure in FIGURES
        for (low, low_report), (high, high_report) in combinations(ordered, 2)
        if (one := _statement(low, low_report, figure)) is not None
        and (other := _statement(high, high_report, figure)) is not None
        and one.value != other.value
    ]
    return tuple(conflict for conflict in conflicts if not _is_settled(conflict, settled))


def _statement(level: str, report: Report, figure: str) -> Statement | None:
    value = report.facts.get(figure)
    return None if value is None else Statement(level, value, report.version, report.agency_name)


def _is_settled(conflict: Contradiction, settled: Sequence[Settlement]) -> bool:
    return any(row.figure == conflict.figure and row.version >= conflict.version for row in settled)


def settlements(incident: Incident, uow: UnitOfWork) -> Sequence[Settlement]:
    """Return what was settled by signature, the oldest first."""
    return uow.session.scalars(
        select(Settlement).where(Settlement.incident_id == incident.id).order_by(Settlement.settled_at)
    ).all()


def of_incident(
    incident: Incident, uow: UnitOfWork, reports: Sequence[Report] | None = None
) -> tuple[Contradiction, ...]:
    """Return the open contradictions of an incident; one version alone contradicts nobody."""
    if incident.version == 1:
        return ()
    known = reports if reports is not None else incidents.reports(uow.session, incident.id)
    conflicts = found(known)
    return found(known, settlements(incident, uow)) if conflicts else ()


def doubts(uow: UnitOfWork, found_in: Iterable[Incident]) -> dict[UUID, Text]:
    """Return the first open contradiction of each incident that has one, in two queries at most."""
    changed = {incident.id for incident in found_in if incident.version > 1}
    if not changed:
        return {}
    reports: dict[UUID, list[Report]] = defaultdict(list)
    for report in uow.session.scalars(
        select(Report).where(Report.incident_id.in_(changed)).order_by(Report.version)
    ):
        reports[report.incident_id].append(report)
    suspects = {incident_id for incident_id, rows in reports.items() if found(rows)}
    if not suspects:
        return {}
    settled: dict[UUID, list[Settlement]] = defaultdict(list)
    for row in uow.session.scalars(select(Settlement).where(Settlement.incident_id.in_(suspects))):
        settled[row.incident_id].append(row)
    open_ones = {incident_id: found(reports[incident_id], settled[incident_id]) for incident_id in suspects}
    return {incident_id: ones[0].words for incident_id, ones in open_ones.items() if ones}


def settle(incident_id: UUID, figure: str, value: int | None, reason: str, uow: UnitOfWork) -> Settlement:
    """Sign which of the two figures holds; the reports themselves stay as they are.

    Raises Conflict where nothing contradicts, InvalidInput without a reason or for a third figure.
    """
    incident = incidents.incident(uow.session, uow.actor, incident_id, lock=True)
    conflicts = [one for one in of_incident(incident, uow) if one.figure == figure]
    if not conflicts:
        raise Conflict(NOTHING_OPEN)
    said = {s.level: s.value for one in conflicts for s in (one.lower, one.higher)}
    if value not in said.values():
        raise invalid(value=NEITHER)
    if not reason.strip():
        raise invalid(reason=NO_REASON)
    row = Settlement(
        id=new_id(),
        lane_id=incident.lane_id,
        incident_id=incident.id,
        version=incident.version,
        figure=figure,
        said=said,
        value=value,
        reason=reason.strip(),
        settled_by=uow.actor.name,
        agency_code=uow.actor.agency_code,
        agency_name=uow.actor.agency_name,
        settled_at=uow.now,
    )
    uow.session.add(row)
    touch(incident, uow)
    audit.record(
        uow,
        "contradiction.settled",
        province_code=incident.province_code,
        incident_id=incident.id,
        payload={
            "number": incident.number,
            "figure": FACTS[figure].zh,
            "figure_en": FACTS[figure].en,
            "said": said,
            "value": value,
            "reason": row.reason,
        },
    )
    return row
