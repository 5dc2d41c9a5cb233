"""Reads of papers, always inside the incidents the actor may see."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import and_, bindparam, func, select
from sqlalchemy.orm import Session

from responder.core.actor import Actor
from responder.core.errors import nothing_here
from responder.core.questions import Question
from responder.foundation.documents.models import StoredDocument
from responder.incidents.models import Incident
from responder.incidents.queries import visible
from responder.reporting.papers.models import Paper

_PAPERS = Question(
    select(Paper)
    .where(Paper.incident_id == bindparam("incident_id"))
    .order_by(Paper.made_at.desc(), Paper.id.desc())
)


def papers(session: Session, incident_id: UUID) -> Sequence[Paper]:
    """Return copies of all papers about an incident the caller has been allowed to see, the newest first."""
    return [paper for (paper,) in _PAPERS.copies(session, incident_id=incident_id)]


def latest(session: Session, incident_id: UUID) -> list[Paper]:
    """Return the newest edition of each office's papers, one for each kind."""
    found: dict[tuple[str, str], Paper] = {}
    for paper in papers(session, incident_id):
        kept = found.get((paper.agency_code, paper.kind))
        if kept is None or paper.edition > kept.edition:
            found[paper.agency_code, paper.kind] = paper
    return list(found.values())


def paper(session: Session, actor: Actor, paper_id: UUID) -> tuple[Paper, Incident]:
    """Return the paper with its incident; raise NotFound when the incident is not the actor's to see."""
    row = session.execute(
        select(Paper, Incident)
        .join(Incident, and_(Incident.lane_id == Paper.lane_id, Incident.id == Paper.incident_id))
        .where(Paper.id == paper_id, visible(actor))
    ).one_or_none()
    if row is None:
        raise nothing_here("没有这份文书", "There is no such paper")
    return row[0], row[1]


def editions(session: Session, incident_id: UUID, agency_code: str, kind: str) -> int:
    """Return how many editions of a paper its office has made."""
    return (
        session.scalar(
            select(func.max(Paper.edition)).where(
                Paper.incident_id == incident_id, Paper.agency_code == agency_code, Paper.kind == kind
            )
        )
        or 0
    )


def last_serial(session: Session, agency_code: str, kind: str, year: int) -> int:
    """Return the last number an office gave in one of its series of a year, and hold the series until the commit."""
    series = (Paper.agency_code == agency_code, Paper.kind == kind, Paper.year == year)
    session.execute(
        select(Paper.id).where(*series).order_by(Paper.serial.desc()).limit(1).with_for_update()
    ).all()
    return session.scalar(select(func.max(Paper.serial)).where(*series)) or 0


def files(session: Session, paper_ids: Sequence[UUID]) -> dict[tuple[UUID, str], StoredDocument]:
    """Return the stored files of papers by paper and media type, without their contents."""
    rows = session.scalars(select(StoredDocument).where(StoredDocument.subject_id.in_(paper_ids)))
    return {(row.subject_id, row.media_type): row for row in rows}
