"""Password hashing with argon2id; few at a time, or ten log-ins would fill the machine."""

import threading

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

_AT_ONCE = threading.BoundedSemaphore(2)


class Passwords:
    """Hashes and checks passwords; *memory_kib*, *rounds* and *lanes* are argon2id's cost."""

    def __init__(self, memory_kib: int = 64 * 1024, rounds: int = 3, lanes: int = 4) -> None:
        self._hasher = PasswordHasher(time_cost=rounds, memory_cost=memory_kib, parallelism=lanes)
        self._nobody: str | None = None

    def hash(self, password: str) -> str:
        """Return the hash to keep."""
        with _AT_ONCE:
            return self._hasher.hash(password)

    def is_right(self, kept: str | None, password: str) -> bool:
        """Return whether *password* is the one of the hash *kept*; None (no account) takes just as long."""
        with _AT_ONCE:
            try:
                return self._hasher.verify(kept or self._nobodys(), password) and kept is not None
            except (VerificationError, InvalidHashError):
                return False

    def is_outdated(self, kept: str) -> bool:
        """Return whether *kept* was made with other costs than today's."""
        return self._hasher.check_needs_rehash(kept)

    def _nobodys(self) -> str:
        if self._nobody is None:
            self._nobody = self._hasher.hash("nobody")
        return self._nobody
