"""JSON shapes of checks, qualities, settlements."""

from typing import Any

from responder.foundation.web.api import iso
from responder.reporting.checks import SOURCE_WORDS
from responder.reporting.judgement_models import QualityDecision, ReportCheck, Settlement
from responder.reporting.quality import FAULTS, Quality


def check_shape(row: ReportCheck) -> dict[str, Any]:
    """Return one check."""
    return {
        "id": str(row.id),
        "incident": str(row.incident_id),
        "version": row.version,
        "reporter": row.reporter_code,
        "owner": row.owner_code,
        "owner_name": row.owner_name,
        "owner_level": row.owner_level,
        "source": row.source,
        "source_word": SOURCE_WORDS[row.source].zh,
        "name": row.source_name,
        "words": row.words,
        "figures": row.figures,
        "differing": row.differing,
        "received_at": iso(row.received_at),
        "first_due_at": iso(row.first_due_at),
        "details_due_at": iso(row.details_due_at),
        "first_result": row.first_result,
        "first_result_at": iso(row.first_result_at),
        "outcome": row.outcome,
        "conclusion": row.conclusion,
        "concluded_at": iso(row.concluded_at),
        "concluded_by": row.concluded_by,
    }


def decision_shape(row: QualityDecision) -> dict[str, Any]:
    """Return one decision."""
    return {
        "id": str(row.id),
        "leg": str(row.leg_id),
        "fault": row.fault,
        "upheld": row.upheld,
        "reason": row.reason,
        "evidence": row.evidence,
        "source": row.source,
        "by": row.decided_by,
        "post": row.decided_post,
        "agency": row.decided_agency,
        "at": iso(row.decided_at),
    }


def quality_shape(one: Quality) -> dict[str, Any]:
    """Return the state of one leg's report, with what was decided about it."""
    proposal = one.proposal
    return {
        "leg": str(one.leg.id),
        "from": one.leg.sender,
        "to": one.leg.receiver,
        "kind": one.leg.kind,
        "state": one.state,
        "word": FAULTS[one.state].zh if one.state in FAULTS else None,
        "needs_decision": bool(proposal and proposal.needs_decision and one.decision is None),
        "source": {"zh": proposal.source.zh, "en": proposal.source.en} if proposal else None,
        "evidence": dict(one.evidence),
        "decision": decision_shape(one.decision) if one.decision else None,
        "decisions": [decision_shape(row) for row in one.decisions],
    }


def settlement_shape(row: Settlement) -> dict[str, Any]:
    """Return what was signed about two levels' figures."""
    return {
        "id": str(row.id),
        "figure": row.figure,
        "said": row.said,
        "value": row.value,
        "reason": row.reason,
        "by": row.settled_by,
        "agency": row.agency_code,
        "at": iso(row.settled_at),
    }
