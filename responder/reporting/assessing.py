"""An incident as the law sees it now: its reports, its receipts, what a leader decided, under the sets in force."""

from dataclasses import dataclass

from responder.core.uow import UnitOfWork
from responder.incidents import rule_sets
from responder.incidents.grading import case_of
from responder.incidents.models import Incident
from responder.law.engine import assess
from responder.law.model import Assessment, Obligation
from responder.reporting import chain, overruling
from responder.reporting.chain import Records


@dataclass(frozen=True)
class Assessed(Records):
    """The records with the law's answer to them.

    `computed` rests on what was reported alone; `answer` also on what a leader decided. Only duties may come from
    the latter: its figures are raised to open the way up, and are nobody's report.
    """

    computed: Assessment
    answer: Assessment

    @property
    def obligations(self) -> tuple[Obligation, ...]:
        """Return everything that is owed."""
        return self.answer.obligations


def assessed(incident: Incident, uow: UnitOfWork, seen: Records | None = None) -> Assessed:
    """Return what the law says of the incident as of now; its records are read where they are not handed in."""
    seen = seen or chain.records(incident, uow)
    sets = rule_sets.live(uow.session)
    case = case_of(
        incident, seen.reports, receipts=chain.receipts_of(incident, seen.first, seen.legs), as_of=uow.now
    )
    computed = assess(case, sets)
    raised = overruling.raised(case, overruling.active(incident, uow), sets)
    answer = computed if raised is case else assess(raised, sets)
    return Assessed(seen.reports, seen.legs, computed, answer)
