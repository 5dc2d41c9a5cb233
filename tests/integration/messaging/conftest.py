"""A product with one room, its outbox, and a telephone exchange that calls it back."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from types import SimpleNamespace
from urllib.parse import urlsplit

import pytest
from flask import Flask
from sqlalchemy import select

from responder.core.clock import FixedClock
from responder.core.events import now
from responder.core.ids import DeliveryId, PersonId, new_id
from responder.core.uow import Database
from responder.foundation.messaging.addresses import AddressBook
from responder.foundation.messaging.channels import Wanted
from responder.foundation.messaging.events import DeliveryAnswered
from responder.foundation.messaging.models import Delivery
from responder.foundation.messaging.posting import DELIVER, DELIVER_MASS, Matter, Recipient, queue
from responder.foundation.messaging.providers import providers
from responder.foundation.messaging.sending import Sender
from responder.foundation.messaging.settings import from_mapping
from responder.foundation.messaging.webhooks import make_blueprint
from responder.foundation.web.context import EXTENSION
from tests import exchange as peer
from tests.exchange import Exchange
from tests.rooms import VAULT, Rooms, furnish


@dataclass
class Outbox:
    """The product's side: queue, work, look."""

    database: Database
    rooms: Rooms
    sender: Sender

    def queue(self, *channels: str, name: str = "李敏", number: str = "220605-2026-0001") -> list[DeliveryId]:
        """Queue one message for the person of that name."""
        matter = Matter(
            "leg", new_id(), None, number, "220600", "江源区瓦斯爆炸 较大", caller_agency="220605"
        )
        with self.database.unit_of_work() as uow:
            recipient = Recipient(PersonId(self.rooms.people[name]), name)
            return queue(uow, matter, recipient, channels or ("sms",))

    def work(self) -> None:
        """Run every job that is due now."""
        handlers = {
            DELIVER: self.sender.deliver,
            DELIVER_MASS: self.sender.deliver_mass,
        }
        while self.database.jobs.run_due(self.database, handlers, owner="tests"):  # type: ignore[attr-defined]
            pass

    def rows(self) -> list[Delivery]:
        """Return every delivery in the order it was made."""
        with self.database.unit_of_work(lane=None) as uow:
            return list(uow.session.scalars(select(Delivery).order_by(Delivery.id)))

    def states(self) -> list[tuple[str, int, str]]:
        """Return channel, attempt and state of every delivery."""
        return [(row.channel, row.attempt, row.state) for row in self.rows()]


@pytest.fixture
def exchange(clock: FixedClock) -> Iterator[Exchange]:
    """A telephone exchange on loopback, its clock the product's."""
    with peer.running() as running:
        running.clock = clock
        yield running


@pytest.fixture
def answers() -> list[DeliveryAnswered]:
    """What the product heard from people."""
    return []


@pytest.fixture
def make_outbox(
    database: Database, exchange: Exchange, answers: list[DeliveryAnswered]
) -> Callable[..., Outbox]:
    """Return an outbox that sends through the exchange; *wanted* and *environment* may say otherwise."""
    rooms = furnish(database)
    database.reactions = {DeliveryAnswered: now(lambda event, uow: answers.append(event))}

    def make(*, wanted: Wanted | None = None, environment: Mapping[str, str] | None = None) -> Outbox:
        settings = from_mapping(exchange.settings() if environment is None else environment)
        sender = Sender(providers(settings), AddressBook(VAULT), wanted or {})
        return Outbox(database, rooms, sender)

    return make


@pytest.fixture
def outbox(make_outbox: Callable[..., Outbox]) -> Outbox:
    """The ordinary outbox."""
    return make_outbox()


@pytest.fixture
def product(database: Database, exchange: Exchange) -> Flask:
    """A web application with nothing but the webhooks; the exchange calls it."""
    app = Flask(__name__)
    app.extensions[EXTENSION] = SimpleNamespace(database=database)
    app.register_blueprint(make_blueprint(from_mapping(exchange.settings()), AddressBook(VAULT)))
    client = app.test_client()

    def deliver(url: str, form: Mapping[str, str], headers: Mapping[str, str]) -> int:
        parts = urlsplit(url)
        path = parts.path + (f"?{parts.query}" if parts.query else "")
        return client.post(path, data=dict(form), headers=dict(headers)).status_code

    exchange.deliver = deliver
    return app
