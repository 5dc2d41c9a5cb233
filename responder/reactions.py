"""What the system does about each event: `now` in its transaction, `later` through the job engine."""

from plans import calls as plan_calls
from responder.core.events import Event, Reaction, now
from responder.core.uow import UnitOfWork
from responder.dispatch import calls as dispatch_calls
from responder.escalation import services as escalation
from responder.escalation.events import CallOutAcknowledged
from responder.foundation.access import events as access
from responder.foundation.access import services as accounts
from responder.foundation.audit import services as audit
from responder.foundation.directory import events as directory
from responder.foundation.messaging.events import DeliveryAnswered
from responder.incidents.events import IncidentClosed, IncidentLogged, IncidentReported
from responder.reporting import cross_checks
from responder.reporting import services as reporting
from responder.reporting.papers import services as papers
from responder.tasks.events import TaskOverdue, TaskStepped


def sign_called_leg(event: CallOutAcknowledged, uow: UnitOfWork) -> None:
    """A person who answered our call for a report has signed it."""
    if event.target_kind == "leg":
        reporting.acknowledge_call(
            event.target_id, event.method, event.at, event.answered_by, event.agency_code, uow
        )


REACTIONS: dict[type[Event], Reaction] = {
    IncidentLogged: now(reporting.open_chain),
    IncidentReported: now(reporting.extend_chain, cross_checks.after_report, papers.reissue),
    IncidentClosed: now(reporting.stop_chain),
    DeliveryAnswered: now(escalation.on_answer),
    CallOutAcknowledged: now(sign_called_leg, plan_calls.accept_called, dispatch_calls.answer_called),
    TaskStepped: now(plan_calls.follow_step),
    TaskOverdue: now(plan_calls.show_overdue),
    access.ProofSeen: now(accounts.note_seen),
    access.AccountCreated: now(audit.record_event),
    access.LoggedIn: now(audit.record_event),
    access.LogInRefused: now(audit.record_event),
    access.LoggedOut: now(audit.record_event),
    access.TokenIssued: now(audit.record_event),
    directory.NumbersViewed: now(audit.record_event),
    directory.ReferenceLoaded: now(audit.record_event),
}
