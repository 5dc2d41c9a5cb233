"""The type of the fixture that returns a caller by login."""

from collections.abc import Callable

from tests.world import Caller

Named = Callable[[str], Caller]
