"""The doors through which messages leave, and what may come back from them."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol
from uuid import UUID

from sqlalchemy.orm import Session

from responder.core.errors import Text
from responder.core.ids import DeliveryId


@dataclass(frozen=True, slots=True)
class Outgoing:
    """One message as it is given to a provider."""

    delivery_id: DeliveryId
    channel: str
    address: str
    text: str
    sending_at: datetime  # when this attempt began: no trace of it can be older


@dataclass(frozen=True, slots=True)
class Accepted:
    """The provider has it under `sid`; `status` is its own word for how far it got."""

    sid: str
    status: str


@dataclass(frozen=True, slots=True)
class Refused:
    """The provider did not take it: for good, or worth another try."""

    reason: Text
    for_good: bool


@dataclass(frozen=True, slots=True)
class Unknown:
    """No answer came: it may have left or not."""

    reason: Text


Outcome = Accepted | Refused | Unknown


class Provider(Protocol):
    """Carries messages of one or more channels. Its calls may take seconds: no database session is open meanwhile."""

    @property
    def name(self) -> str:
        """What the record calls it."""
        ...

    def send(self, message: Outgoing) -> Outcome:
        """Hand *message* over."""
        ...

    def find(self, message: Outgoing) -> Accepted | Unknown | None:
        """Return the trace of *message* at the provider; None when it surely has none."""
        ...

    def look(self, channel: str, sid: str) -> Accepted | Unknown | None:
        """Return how far the message *sid* got; None when the provider does not know it."""
        ...


class StillWanted(Protocol):
    """Knows whether a target still needs somebody."""

    def __call__(self, session: Session, target_id: UUID, /) -> Text | None:
        """Return None while somebody must be found, otherwise why nobody needs to be called any more."""
        ...


Wanted = Mapping[str, StillWanted]
