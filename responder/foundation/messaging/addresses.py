"""Finds the address for a channel; it is opened only for a message that is about to leave, or to know who answers."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol, TypeVar

from sqlalchemy.orm import Session

from responder.core.ids import PersonId
from responder.foundation.directory import queries as directory
from responder.foundation.directory.vault import Vault

KINDS = {"sms": ("sms", "mobile"), "voice": ("voice", "mobile", "duty"), "email": ("email",)}


class HasKind(Protocol):
    """A number of the directory, whole or in part."""

    @property
    def kind(self) -> str:
        """What it is for."""
        ...


Known = TypeVar("Known", bound=HasKind)


def first_of(known: Sequence[Known], channel: str) -> Known | None:
    """Return the number for *channel* among those of one owner, which stand in calling order."""
    return next((one for kind in KINDS.get(channel, ()) for one in known if one.kind == kind), None)


@dataclass(frozen=True, slots=True)
class Address:
    """Where one message goes; `seal` is the digest by which the number is known when it answers."""

    value: str
    masked: str
    seal: str


class AddressBook:
    """The directory's contacts, opened with the installation's vault."""

    def __init__(self, vault: Vault) -> None:
        self._vault = vault

    def find(
        self, session: Session, person_id: PersonId | None, agency_code: str, channel: str
    ) -> Address | None:
        """Return the first address for *channel* of the person, or of the agency's duty room where there is none."""
        known = (
            directory.contacts(session, person_id)
            if person_id is not None
            else directory.duty_phones(session, agency_code)
        )
        contact = first_of(known, channel)
        if contact is None:
            return None
        value = self._vault.open(contact.ciphertext, contact.id)
        return Address(value, contact.masked, contact.blind)

    def seal(self, value: str) -> str:
        """Return the digest of an address as a provider names it."""
        return self._vault.blind(value)
