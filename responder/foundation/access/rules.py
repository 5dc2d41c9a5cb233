"""Limits of log-ins and sessions, tokens and their digests, safe return addresses. Pure."""

import hashlib
import hmac
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

DEMO_PASSWORD = "responder-demo"  # published: the demo serves loopback only
TRIES_A_MINUTE = 10
WINDOW = timedelta(minutes=1)
KEPT = timedelta(days=1)
FREE_FAILURES = 3
LONGEST_PAUSE = timedelta(minutes=1)
SEEN_INTERVAL = timedelta(minutes=1)
_NOT_AFTER_LOG_IN = ("/login", "/logout")


@dataclass(frozen=True, slots=True)
class SessionLimits:
    """How long a session lives: without a request, and at all."""

    idle: timedelta = timedelta(hours=12)
    absolute: timedelta = timedelta(hours=24)

    def is_over(self, opened_at: datetime, seen_at: datetime, now: datetime) -> bool:
        """Return whether a session opened and last seen at those moments has ended by *now*."""
        return now >= opened_at + self.absolute or now >= seen_at + self.idle


@dataclass(frozen=True, slots=True)
class Attempts:
    """What is known of one address's tries at one login."""

    failures: int
    tries: int
    window_at: datetime
    free_at: datetime | None = None

    def wait(self, now: datetime) -> timedelta:
        """Return how long from *now* no try is heard; zero when one may be made."""
        waits = [timedelta(0)]
        if self.free_at is not None:
            waits.append(self.free_at - now)
        if self.tries >= TRIES_A_MINUTE:
            waits.append(self.window_at + WINDOW - now)
        return max(waits)

    def tried(self, now: datetime) -> "Attempts":
        """Return the count with one more try at *now*."""
        if now >= self.window_at + WINDOW:
            return Attempts(self.failures, 1, now, self.free_at)
        return Attempts(self.failures, self.tries + 1, self.window_at, self.free_at)

    def failed(self, now: datetime) -> "Attempts":
        """Return the count with one more failure: from the fourth on, each doubles the pause, up to a minute."""
        failures = self.failures + 1
        if failures <= FREE_FAILURES:
            return Attempts(failures, self.tries, self.window_at, None)
        pause = min(timedelta(seconds=2 ** min(failures - FREE_FAILURES, 10)), LONGEST_PAUSE)
        return Attempts(failures, self.tries, self.window_at, now + pause)


def new_token() -> str:
    """Return 256 random bits as text."""
    return secrets.token_urlsafe(32)


def digest(token: str) -> str:
    """Return what is kept of a random token. It needs no salt: nobody guesses 256 bits."""
    return hashlib.sha256(token.encode()).hexdigest()


def csrf_token(secret: str, cookie: str) -> str:
    """Return the token that a form of the browser with this *cookie* carries; it cannot be made from elsewhere."""
    return hmac.new(secret.encode(), f"csrf {cookie}".encode(), hashlib.sha256).hexdigest()


def safe_next(target: str | None) -> str:
    """Return *target* when it is a path of this product to go to after a log-in, else an empty text."""
    if not target or not target.startswith("/") or target.startswith(("//", "/\\")):
        return ""
    if any(ord(character) < 33 for character in target) or "\\" in target:
        return ""
    path = target.partition("?")[0]
    return "" if path in _NOT_AFTER_LOG_IN else target
