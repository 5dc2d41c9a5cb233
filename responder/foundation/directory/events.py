"""What happens to the directory."""

from dataclasses import dataclass
from typing import Any, ClassVar

from responder.core.events import Event
from responder.core.ids import PersonId


@dataclass(frozen=True)
class NumbersViewed(Event):
    """Somebody saw a person's full numbers."""

    audit_kind: ClassVar[str] = "numbers_viewed"

    person_id: PersonId
    person_name: str
    agency_code: str
    province_code: str

    def audit_payload(self) -> dict[str, Any]:
        """Return what the audit entry says; never the number itself."""
        return {
            "person_id": str(self.person_id),
            "person": self.person_name,
            "agency": self.agency_code,
        }


@dataclass(frozen=True)
class ReferenceLoaded(Event):
    """Places or offices were loaded and something changed."""

    audit_kind: ClassVar[str] = "reference_loaded"

    province_code: str
    added: int
    changed: int
    ended: int

    def audit_payload(self) -> dict[str, Any]:
        """Return what the audit entry says."""
        return {"added": self.added, "changed": self.changed, "ended": self.ended}
