"""What each setting is for, and what is odd about the present ones; names as in the operator's documentation."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from responder.config import Settings
from responder.foundation.messaging.settings import MessagingSettings, is_loopback
from responder.foundation.web.context import LOCALES


@dataclass(frozen=True, slots=True)
class Guide:
    """One setting: its name, what holds when it is unset, what it is for."""

    name: str
    default: str
    words: str
    secret: bool = False


GUIDES = (
    Guide("RESPONDER_HOME", "var", "folder of the installation's own files"),
    Guide("RESPONDER_DATABASE_URL", "SQLite in RESPONDER_HOME", "the database", secret=True),
    Guide(
        "RESPONDER_SECRET_KEY",
        "made once and kept in RESPONDER_HOME",
        "seals sessions and numbers",
        secret=True,
    ),
    Guide(
        "RESPONDER_PUBLIC_URL", "http://127.0.0.1:8000", "the address at which people and providers reach it"
    ),
    Guide("RESPONDER_TWILIO_ACCOUNT_SID", "", "account at the SMS and voice provider"),
    Guide("RESPONDER_TWILIO_AUTH_TOKEN", "", "its token; checks the signature of callbacks", secret=True),
    Guide("RESPONDER_TWILIO_FROM", "", "the number that messages come from"),
    Guide("RESPONDER_TWILIO_BASE_URL", "the provider's own", "a local exchange instead of the provider"),
    Guide("RESPONDER_SMTP_URL", "", "the mail server for alarms", secret=True),
    Guide("RESPONDER_IM_URLS", "", "robots of group chats that hear every alarm", secret=True),
    Guide("RESPONDER_TILE_URL", "", "map tiles under the shipped outlines"),
    Guide(
        "RESPONDER_REMIND_LEG_MINUTES",
        "30",
        "how long before a limit boards are reminded of it; no law sets it",
    ),
    Guide(
        "RESPONDER_REMIND_FIRST_FOLLOW_UP_HOURS",
        "14",
        "before midnight: the first of two follow-ups a day; no law sets it",
    ),
    Guide(
        "RESPONDER_REMIND_FOLLOW_UP_HOURS",
        "2",
        "before midnight: a day's last follow-up, and supplements; no law sets it",
    ),
    Guide("RESPONDER_LOCALE", "zh_Hans_CN", "language where nothing else decides it"),
    Guide("RESPONDER_TIMEZONE", "Asia/Shanghai", "the wall clock"),
    Guide("RESPONDER_LOG_LEVEL", "INFO", "how much is logged"),
    Guide(
        "RESPONDER_JOB_ENGINE", "embedded", "embedded, or procrastinate for several machines on PostgreSQL"
    ),
)
# For the tests, the benchmarks and the scripts: no setting of an installation.
OF_THE_SCRIPTS = re.compile(r"RESPONDER_(TEST|BENCH)_|RESPONDER_(ALLOW_SKIPS|CHROMIUM)$")


def explained(environment: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """Yield each setting's name with its present value, secrets hidden, and what it is for."""
    for guide in GUIDES:
        value = environment.get(guide.name, "")
        if value and guide.secret:
            shown = "set"
        elif value:
            shown = value
        else:
            shown = f"unset ({guide.default})" if guide.default else "unset"
        yield guide.name, f"{shown}; {guide.words}"


def oddities(settings: Settings, messaging: MessagingSettings) -> Iterator[str]:
    """Yield what is to be mended in the settings."""
    environment = settings.environment
    known = {guide.name for guide in GUIDES}
    for name in sorted(environment):
        if name.startswith("RESPONDER_") and name not in known and not OF_THE_SCRIPTS.match(name):
            yield f"{name} is no setting: see the names below"
    given = {
        "RESPONDER_TWILIO_ACCOUNT_SID": messaging.account_sid,
        "RESPONDER_TWILIO_AUTH_TOKEN": messaging.auth_token,
        "RESPONDER_TWILIO_FROM": messaging.sender,
    }
    missing = [name for name, value in given.items() if not value]
    if missing and len(missing) < len(given):
        yield f"SMS and voice stay off: set {', '.join(missing)} too"
    here_only = is_loopback(settings.public_url)
    if messaging.may_telephone and here_only and not is_loopback(messaging.base_url):
        yield "the provider cannot call back a loopback address: set RESPONDER_PUBLIC_URL"
    if urlsplit(settings.public_url).scheme == "http" and not here_only:
        yield "RESPONDER_PUBLIC_URL is http: passwords cross the network in the open, use https"
    if settings.locale not in LOCALES:
        yield f"RESPONDER_LOCALE is one of {', '.join(LOCALES)}"
    try:
        ZoneInfo(settings.timezone)
    except (ZoneInfoNotFoundError, ValueError):
        yield f"RESPONDER_TIMEZONE {settings.timezone} is no time zone"
