"""The special circumstances of an accident, as the forms offer them and the page tells them."""

from collections.abc import Collection, Mapping
from typing import Any

from sqlalchemy.orm import Session
from werkzeug.datastructures import MultiDict

from responder.foundation.web.context import current_locale
from responder.foundation.web.lexicon import SPECIAL
from responder.incidents import rule_sets
from responder.incidents.explain import criterion_words

NAME = "special"


def ticked(form: Mapping[str, Any]) -> list[str]:
    """Return the circumstances ticked in a form, or kept with a draft as words apart by spaces."""
    given = form.getlist(NAME) if isinstance(form, MultiDict) else [str(form.get(NAME, ""))]
    return list(dict.fromkeys(flag for words in given for flag in words.split()))


def offered(session: Session, chosen: Collection[str], known: Collection[str] = ()) -> list[dict[str, Any]]:
    """Return every circumstance that the rules know as a box to tick; one *known* already is never taken back."""
    place, locale = {flag: number for number, flag in enumerate(SPECIAL)}, current_locale()
    flags = sorted(rule_sets.live(session).flags, key=lambda flag: (place.get(flag, len(place)), flag))
    return [
        {
            "value": flag,
            "label": criterion_words(flag).in_(locale),
            "on": flag in chosen or flag in known,
            "known": flag in known,
        }
        for flag in flags
    ]


def told(facts: Mapping[str, Any]) -> list[str]:
    """Return the words of the circumstances that a report names."""
    return [criterion_words(flag).in_(current_locale()) for flag in facts.get(NAME) or ()]
