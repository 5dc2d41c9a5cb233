"""Free-text recognition: what the duty officer types or hears, turned into marked pieces of an incident report."""

from responder.incidents.recognition.gazetteer import Gazetteer
from responder.incidents.recognition.model import (
    Field,
    FormerRow,
    Note,
    PlaceFound,
    PlaceRow,
    Recognition,
    Span,
    TownRow,
)
from responder.incidents.recognition.recogniser import recognise

__all__ = [
    "Field",
    "FormerRow",
    "Gazetteer",
    "Note",
    "PlaceFound",
    "PlaceRow",
    "Recognition",
    "Span",
    "TownRow",
    "recognise",
]
