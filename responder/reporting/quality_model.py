"""The view-models of the page about quality: legs, checks."""

from collections.abc import Sequence
from itertools import pairwise
from typing import Any

from responder.core.errors import Text
from responder.core.uow import UnitOfWork
from responder.foundation.web.lexicon import FACTS
from responder.incidents import jumps
from responder.incidents.models import Report
from responder.reporting import checks, law_work, quality, work
from responder.reporting.judgement_models import ReportCheck
from responder.reporting.panel import WAYS

STATE_WORDS = {
    "on_time": Text("按时", "on time"),
    "waiting": Text("未签收", "not signed yet"),
    **quality.FAULTS,
}


def quality_row(one: quality.Quality) -> dict[str, Any]:
    """Return the state of one leg's report."""
    proposal = one.proposal
    differing = [
        {"label": work.said(FACTS[name]), "told": told, "found": found}
        for name, (told, found) in (proposal.differing if proposal else {}).items()
        if name in FACTS
    ]
    return {
        "leg_id": str(one.leg.id),
        "from": work.sender_of(one.leg),
        "to": work.receiver_of(one.leg),
        "way": work.said(WAYS[one.leg.kind]),
        "state": one.state,
        "word": work.said(STATE_WORDS[one.state]),
        "proposed": bool(proposal and proposal.needs_decision),
        "may_decide": bool(proposal),
        "late_seconds": (proposal.late_seconds if proposal else None) or 0,
        "source": work.said(Text(proposal.source.zh, proposal.source.en)) if proposal else None,
        "differing": differing,
        "decisions": [
            {
                "word": work.said(quality.FAULTS[row.fault]),
                "upheld": row.upheld,
                "reason": row.reason,
                "by": f"{row.decided_agency} {row.decided_by}",
                "at": row.decided_at,
            }
            for row in one.decisions
        ],
    }


def leaps(reports: Sequence[Report]) -> dict[int, str]:
    """Return for each version that the next one leapt past what the level above has to find out."""
    return {
        before.version: work.said(jumps.words(leap))
        for before, after in pairwise(reports)
        if (leap := jumps.jump(before.facts, after.facts)) is not None
    }


def check(row: ReportCheck, leap: str | None, uow: UnitOfWork) -> dict[str, Any]:
    """Return one check; *leap* says what a version that leapt past the one before it asks."""
    return {
        "id": str(row.id),
        "source": work.said(checks.SOURCE_WORDS[row.source]),
        "name": row.source_name,
        "words": leap if row.source == checks.LATER_VERSION else row.words,
        "version": row.version,
        "owner": row.owner_name_en if work.is_english() else row.owner_name,
        "differing": [
            {"label": work.said(FACTS[name]), "told": told, "found": found}
            for name, (told, found) in row.differing.items()
        ],
        "first_due_at": row.first_due_at,
        "details_due_at": row.details_due_at,
        "rule": work.said(law_work.TIP_OFF) if row.details_due_at else None,
        "first_result": row.first_result,
        "first_result_at": row.first_result_at,
        "outcome": work.said(checks.OUTCOMES[row.outcome]) if row.outcome else None,
        "conclusion": row.conclusion,
        "concluded_at": row.concluded_at,
        "concluded_by": row.concluded_by,
        "is_ours": row.owner_code == uow.actor.agency_code and row.concluded_at is None,
        "overdue": row.concluded_at is None
        and row.details_due_at is not None
        and uow.now > row.details_due_at,
    }
