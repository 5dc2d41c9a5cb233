"""What time does: each kind of job with its handler, and each periodic question with its interval."""

from collections.abc import Callable
from datetime import timedelta
from functools import partial

from plans import calls as plan_calls
from plans.exercises.running import run_injects
from responder.core.jobs.port import Handler, Inside
from responder.core.uow import Database
from responder.dispatch import calls as dispatch_calls
from responder.dispatch import steps as orders
from responder.escalation import queries as escalation
from responder.escalation.calling import Caller
from responder.escalation.services import CALL_OUT
from responder.foundation.messaging.addresses import AddressBook
from responder.foundation.messaging.channels import Wanted
from responder.foundation.messaging.posting import DELIVER, DELIVER_MASS
from responder.foundation.messaging.providers import providers
from responder.foundation.messaging.sending import Sender
from responder.foundation.messaging.settings import MessagingSettings, from_mapping
from responder.foundation.web.context import Installation
from responder.reporting import follow_ups, reminding, windows
from responder.reporting import queries as reporting
from responder.reporting import services as legs
from responder.tasks import services as tasks

UseCase = Callable[[Database], int]


def wanted() -> Wanted:
    """Return who knows, for each kind of target, whether somebody must still be found."""
    return {
        "leg": reporting.still_wanted,
        "board": escalation.still_silent,
        "task": plan_calls.still_wanted,
        **dispatch_calls.WANTED,
    }


def sender(installed: Installation) -> Sender:
    """Return what carries the outbox to this installation's providers."""
    return Sender(providers(_messaging(installed)), AddressBook(installed.vault), wanted())


def caller(installed: Installation) -> Caller:
    """Return what climbs the ladders, by the telephone and by whatever else this installation has."""
    return Caller(wanted(), _messaging(installed).outlets)


def _messaging(installed: Installation) -> MessagingSettings:
    return from_mapping(installed.settings.environment, demo=installed.settings.demo)


def handlers(installed: Installation) -> dict[str, Handler | Inside]:
    """Return the handler of each kind of job."""
    outbox = sender(installed)
    return {
        DELIVER: outbox.deliver,
        DELIVER_MASS: outbox.deliver_mass,
        CALL_OUT: Inside(caller(installed).climb),
    }


def periodic(installed: Installation) -> list[tuple[str, timedelta, UseCase]]:
    """Return what the clock asks, how often; running one twice, or an hour late, does no harm."""
    outbox, calling = sender(installed), caller(installed)
    reminders = installed.settings.reminders
    return [
        ("legs past their limit", timedelta(seconds=5), legs.note_overdue),
        ("tasks past their limit", timedelta(seconds=5), tasks.note_overdue),
        ("orders nobody accepted", timedelta(seconds=5), orders.note_unanswered),
        ("injects of exercises", timedelta(seconds=5), run_injects),
        ("legs falling due", timedelta(seconds=30), partial(legs.remind, before=reminders.leg)),
        ("follow-ups past their limit", timedelta(minutes=1), follow_ups.note_due),
        ("follow-ups falling due", timedelta(minutes=1), partial(reminding.remind, reminders=reminders)),
        ("casualty windows that have closed", timedelta(minutes=5), windows.judge_closed),
        ("boards fallen silent", timedelta(seconds=30), calling.watch_boards),
        ("call-outs without a job", timedelta(minutes=1), calling.sweep),
        ("deliveries without a job", timedelta(minutes=1), outbox.sweep),
    ]
