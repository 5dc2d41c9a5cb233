"""What happens to accounts; each knows how it is recorded."""

from dataclasses import dataclass
from typing import Any, ClassVar
from uuid import UUID

from responder.core.events import Event


@dataclass(frozen=True)
class AccountEvent(Event):
    """Something about the account *login*."""

    audit_kind: ClassVar[str]

    login: str
    agency_code: str
    province_code: str

    def audit_payload(self) -> dict[str, Any]:
        """Return what the audit entry says."""
        return {"login": self.login, "agency": self.agency_code}


@dataclass(frozen=True)
class ProofSeen(Event):
    """A session or token was used, and nobody has noted that for a while; no entry of the audit chain."""

    proof_id: UUID
    by_token: bool


@dataclass(frozen=True)
class AccountCreated(AccountEvent):
    """An account was opened."""

    audit_kind: ClassVar[str] = "account_created"

    role: str

    def audit_payload(self) -> dict[str, Any]:
        """Return what the audit entry says."""
        return {"login": self.login, "agency": self.agency_code, "role": self.role}


@dataclass(frozen=True)
class LoggedIn(AccountEvent):
    """Somebody logged in."""

    audit_kind: ClassVar[str] = "logged_in"


@dataclass(frozen=True)
class LogInRefused(AccountEvent):
    """A log-in to an account that exists was refused."""

    audit_kind: ClassVar[str] = "log_in_refused"


@dataclass(frozen=True)
class LoggedOut(AccountEvent):
    """Somebody logged out."""

    audit_kind: ClassVar[str] = "logged_out"


@dataclass(frozen=True)
class TokenIssued(AccountEvent):
    """A token was issued."""

    audit_kind: ClassVar[str] = "token_issued"
