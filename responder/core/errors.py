"""What can go wrong in a way the user can mend, each with its HTTP status and its words in both languages."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import ClassVar


@dataclass(frozen=True, slots=True)
class Text:
    """One sentence in Chinese and in English."""

    zh: str
    en: str

    def in_(self, locale: str) -> str:
        """Return the sentence in the language of *locale* (`en…` is English, anything else Chinese)."""
        return self.en if locale.startswith("en") else self.zh


@dataclass(eq=False)
class ResponderError(Exception):
    """Base of every refusal; `text` says what is wrong and what to do.

    `rule` is the id of the rule that refused and `source` its article; `errors` maps a field to its sentence.
    """

    text: Text
    rule: str | None = None
    source: str | None = None
    errors: Mapping[str, Text] = field(default_factory=dict)

    status: ClassVar[HTTPStatus] = HTTPStatus.INTERNAL_SERVER_ERROR
    kind: ClassVar[str] = "error"

    def __str__(self) -> str:
        return self.text.en


class NotFound(ResponderError):
    """The thing does not exist, or is not the caller's to know."""

    status = HTTPStatus.NOT_FOUND
    kind = "not-found"


class NotPermitted(ResponderError):
    """The caller may not do this."""

    status = HTTPStatus.FORBIDDEN
    kind = "not-permitted"


class Conflict(ResponderError):
    """The thing is no longer in the state the caller thinks it is."""

    status = HTTPStatus.CONFLICT
    kind = "conflict"


class InvalidInput(ResponderError):
    """One or more fields cannot be read; `errors` says which and why."""

    status = HTTPStatus.UNPROCESSABLE_ENTITY
    kind = "invalid-input"


class RuleBroken(ResponderError):
    """A rule of the trade refuses it; `rule` and `source` name the rule."""

    status = HTTPStatus.UNPROCESSABLE_ENTITY
    kind = "rule-broken"


def nothing_here(zh: str = "没有找到", en: str = "Not found") -> NotFound:
    """Return the one answer for what does not exist and for what is not the caller's."""
    return NotFound(Text(f"{zh}，或不在您的职责范围内。", f"{en}, or it is not within your area."))


def invalid(**errors: Text) -> InvalidInput:
    """Return the refusal of the named fields, each with its sentence."""
    first = next(iter(errors.values()))
    return InvalidInput(first, errors=errors)
