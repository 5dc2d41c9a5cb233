"""Settings from the environment (and `.env`), checked once at start."""

import os
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from urllib.parse import urlsplit

DEMO_MARK = "demo"  # the file in RESPONDER_HOME that says the installation holds the demo world


class SettingsWrong(Exception):
    """A setting cannot be used; the message names it and says what to do."""


@dataclass(frozen=True)
class Reminders:
    """How long before a limit the boards are reminded of it: an installation's own choice, never law."""

    leg: timedelta = timedelta(minutes=30)
    first_follow_up: timedelta = timedelta(hours=14)  # where two are owed a day: 10:00
    follow_up: timedelta = timedelta(hours=2)  # the last of a day, and a supplement: 22:00


@dataclass(frozen=True)
class Settings:
    """What an installation is told from outside; names as in the operator's documentation."""

    home: Path
    database_url: str
    secret_key: str
    public_url: str
    locale: str = "zh_Hans_CN"
    timezone: str = "Asia/Shanghai"
    log_level: str = "INFO"
    tile_url: str = ""
    job_engine: str = "embedded"
    reminders: Reminders = Reminders()
    demo: bool = False
    environment: Mapping[str, str] = field(default_factory=dict)

    @property
    def secure_cookies(self) -> bool:
        """Whether the public address is https, so that cookies may insist on it."""
        return urlsplit(self.public_url).scheme == "https"


def read_dotenv(path: Path) -> dict[str, str]:
    """Return the NAME=value lines of *path*; an absent file has none."""
    if not path.is_file():
        return {}
    pairs = {}
    for line in path.read_text(encoding="utf-8").splitlines():
        name, equals, value = line.partition("=")
        if equals and not line.lstrip().startswith("#"):
            pairs[name.strip()] = value.strip().strip("'\"")
    return pairs


def load_settings(environment: Mapping[str, str] | None = None) -> Settings:
    """Return the settings of the process; raise SettingsWrong where one cannot be used."""
    env = {**read_dotenv(Path(".env")), **(os.environ if environment is None else environment)}
    home = Path(env.get("RESPONDER_HOME", "var"))
    url = env.get("RESPONDER_DATABASE_URL") or f"sqlite:///{(home / 'responder.db').absolute()}"
    if url.split(":")[0].split("+")[0] not in {"sqlite", "postgresql"}:
        raise SettingsWrong("RESPONDER_DATABASE_URL must begin with sqlite: or postgresql:")
    public_url = env.get("RESPONDER_PUBLIC_URL", "http://127.0.0.1:8000")
    if urlsplit(public_url).scheme not in {"http", "https"}:
        raise SettingsWrong("RESPONDER_PUBLIC_URL must begin with http:// or https://")
    job_engine = env.get("RESPONDER_JOB_ENGINE", "embedded")
    if job_engine not in {"embedded", "procrastinate"}:
        raise SettingsWrong("RESPONDER_JOB_ENGINE is embedded or procrastinate")
    if job_engine == "procrastinate" and url.startswith("sqlite"):
        raise SettingsWrong("RESPONDER_JOB_ENGINE=procrastinate needs a PostgreSQL database")
    log_level = env.get("RESPONDER_LOG_LEVEL", "INFO").upper()
    if log_level not in {"DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL"}:
        raise SettingsWrong("RESPONDER_LOG_LEVEL is DEBUG, INFO, WARNING, ERROR or CRITICAL")
    return Settings(
        home=home,
        database_url=url,
        secret_key=env.get("RESPONDER_SECRET_KEY") or _kept_secret(home),
        public_url=public_url,
        locale=env.get("RESPONDER_LOCALE", "zh_Hans_CN"),
        timezone=env.get("RESPONDER_TIMEZONE", "Asia/Shanghai"),
        log_level=log_level,
        tile_url=env.get("RESPONDER_TILE_URL", ""),
        job_engine=job_engine,
        reminders=_reminders(env),
        demo=(home / DEMO_MARK).exists(),
        environment=env,
    )


def _reminders(env: Mapping[str, str]) -> Reminders:
    usual = Reminders()
    hour, day = timedelta(hours=1), timedelta(days=1)
    return Reminders(
        leg=_span(env, "RESPONDER_REMIND_LEG_MINUTES", timedelta(minutes=1), usual.leg, day),
        first_follow_up=_span(
            env, "RESPONDER_REMIND_FIRST_FOLLOW_UP_HOURS", hour, usual.first_follow_up, day
        ),
        follow_up=_span(env, "RESPONDER_REMIND_FOLLOW_UP_HOURS", hour, usual.follow_up, day),
    )


def _span(
    env: Mapping[str, str], name: str, unit: timedelta, usual: timedelta, longest: timedelta
) -> timedelta:
    text = env.get(name, "").strip()
    if not text:
        return usual
    most = longest // unit
    if not (text.isascii() and text.isdigit() and len(text) < 6 and int(text) <= most):
        raise SettingsWrong(f"{name} is a whole number from 0 to {most}")
    return int(text) * unit


def _kept_secret(home: Path) -> str:
    # Without a key from outside the installation makes one and keeps it, or every restart would end all sessions.
    path = home / "secret_key"
    if not path.is_file():
        home.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w") as file:
            file.write(secrets.token_urlsafe(48))
    return path.read_text().strip()
