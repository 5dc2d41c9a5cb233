"""Events and the table of what the system does about them."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from responder.core.uow import UnitOfWork


@dataclass(frozen=True)
class Event:
    """Something that has happened, told inside the transaction in which it happened."""


@dataclass(frozen=True)
class Later:
    """A job of *kind* to enqueue, with the key that names what it is about."""

    kind: str
    key: Callable[[Any], str]


@dataclass(frozen=True)
class Reaction:
    """What the system does about one kind of event: `now` in the transaction, `later` through the job engine."""

    now: tuple[Callable[[Any, "UnitOfWork"], None], ...] = ()
    later: tuple[Later, ...] = ()

    def __add__(self, other: "Reaction") -> "Reaction":
        return Reaction(self.now + other.now, self.later + other.later)


Reactions = Mapping[type[Event], Reaction]


def now(*functions: Callable[[Any, "UnitOfWork"], None]) -> Reaction:
    """Return the reaction that runs *functions* in the transaction of the event."""
    return Reaction(now=functions)


def later(kind: str, key: Callable[[Any], str]) -> Reaction:
    """Return the reaction that enqueues a job of *kind*; a fault in it never blocks a report."""
    return Reaction(later=(Later(kind, key),))
