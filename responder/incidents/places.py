"""Places for the intake: by code from the directory, by words through the recogniser."""

from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy.orm import Session

from responder.foundation.directory import cache
from responder.foundation.directory import queries as directory
from responder.foundation.directory.models import Town
from responder.foundation.directory.rules import PlacePath
from responder.incidents.recognition.gazetteer import Gazetteer
from responder.incidents.recognition.model import FormerRow, PlaceRow, Recognition, TownRow
from responder.incidents.recognition.recogniser import recognise

TOWN_DIGITS = 9


def _built(session: Session) -> Gazetteer:
    rows = directory.gazetteer(session)
    return Gazetteer.build(
        [
            PlaceRow(row.code, row.name, row.name_en, _level(row), row.parent_code or "")
            for row in rows.places
        ],
        (TownRow(*row) for row in directory.towns(session)),
        [FormerRow(row.former_name, row.code, row.until_year, row.former_code) for row in rows.former],
    )


def _level(row: directory.PlaceRow) -> str:
    return "prefecture" if row.level == "city" else row.level


def gazetteer(session: Session) -> Gazetteer:
    """Return the recogniser's index over the directory, built once for each version of it."""
    return cache.remember(session, "incidents.gazetteer", lambda: _built(session))


def read_words(session: Session, text: str, now: datetime, home: str) -> Recognition:
    """Return what the words of a caller say, read by an officer whose own area is *home*."""
    return recognise(text, now=now, gazetteer=gazetteer(session), home=home)


@dataclass(frozen=True)
class DirectoryPlaces:
    """Finds the places of the directory, those near the caller's own office first."""

    session: Session
    home: str
    now: datetime

    def by_code(self, code: str) -> PlacePath | None:
        """Return the place with this code, or None; a town is its county with the town's name."""
        if len(code) == TOWN_DIGITS:
            town = self.session.get(Town, code)
            county = directory.places(self.session).get(town.county_code) if town else None
            if town is None or county is None:
                return None
            return replace(
                county, code=code, name=town.name, full_name=f"{county.full_name}{town.name}", level="town"
            )
        found = directory.places(self.session).get(code)
        return found if found is not None and found.reporting else None

    def by_text(self, text: str) -> tuple[PlacePath, ...]:
        """Return the places that *text* may mean; one only when there is no doubt."""
        found = read_words(self.session, text, self.now, self.home).place
        if found is None:
            return ()
        if found.code is not None and not (found.doubt and len(found.candidates) > 1):
            codes: tuple[str, ...] = (found.town_code or found.code,)
        else:
            codes = found.candidates
        return tuple(place for code in codes if (place := self.by_code(code)) is not None)
