"""One TOML table being read: typed, every key asked for, refused by name."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import date, datetime
from typing import Any, TypeVar

T = TypeVar("T")
E = TypeVar("E")


class RuleSetError(ValueError):
    """A rule-set text that cannot be used; the message names the row and what is wrong with it."""


class Row:
    """One TOML table being read; every key must be asked for, or it is refused as unknown."""

    def __init__(self, where: str, values: Mapping[str, Any]) -> None:
        self.where, self._values, self._left = where, values, set(values)

    def fail(self, message: str) -> RuleSetError:
        """Return the error that names this row."""
        return RuleSetError(f"{self.where}: {message}")

    def take(self, key: str, kind: type[T], default: T | None = None) -> T:
        """Return a value of that type; without a default it is required."""
        self._left.discard(key)
        value = self._values.get(key, default)
        if value is None:
            raise self.fail(f"{key} is missing")
        odd = (kind is int and isinstance(value, bool)) or (kind is date and isinstance(value, datetime))
        if odd or not isinstance(value, kind):
            raise self.fail(f"{key} must be {kind.__name__}, not {value!r}")
        return value

    def has(self, key: str) -> bool:
        """Return whether the key is given."""
        return key in self._values

    def maybe(self, key: str, kind: type[T]) -> T | None:
        """Return the value or None where the key is absent."""
        return self.take(key, kind) if key in self._values else None

    def number(self, key: str) -> int:
        """Return a whole number of at least 0."""
        value = self.take(key, int)
        if value < 0:
            raise self.fail(f"{key} must not be negative")
        return value

    def one_of(self, key: str, make: Callable[[str], E], default: str | None = None) -> E:
        """Return the member of an enum named by a text."""
        return self._member(key, make, self.take(key, str, default))

    def many_of(self, key: str, make: Callable[[str], E], default: str = "") -> tuple[E, ...]:
        """Return the members of an enum named by words parted by spaces."""
        return tuple(self._member(key, make, word) for word in self.take(key, str, default).split())

    def words(self, key: str, allowed: Iterable[str] | None = None) -> frozenset[str]:
        """Return the words of a text, each among *allowed*."""
        found = frozenset(self.take(key, str, "").split())
        if allowed is not None and (strange := found - set(allowed)):
            raise self.fail(f"{key}: unknown {', '.join(sorted(strange))}")
        return found

    def _member(self, key: str, make: Callable[[str], E], word: str) -> E:
        try:
            return make(word)
        except ValueError:
            raise self.fail(f"{key}: unknown {word}") from None

    def done(self) -> None:
        """Refuse keys nobody asked for."""
        if self._left:
            raise self.fail(f"unknown {', '.join(sorted(self._left))}")
