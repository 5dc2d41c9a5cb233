"""Looks at everything an installation needs and says, one line each, that it is well or what to do."""

import json
import shutil
import socket
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import urlsplit

from sqlalchemy import func, inspect, make_url, select, text
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

import responder
from responder import schema
from responder.config import Settings
from responder.core import heartbeat
from responder.core.jobs.embedded import Job
from responder.core.uow import Database
from responder.foundation.messaging.settings import MessagingSettings, from_mapping, is_loopback
from responder.foundation.web.context import Installation
from responder.operations import settings_guide
from responder.operations.backups import last_backup

CLOCKS_MAY_DIFFER = timedelta(seconds=2)
HEART_STOPS_AFTER = timedelta(seconds=30)
QUEUE_IS_OLD_AFTER = timedelta(seconds=30)
BACKUP_IS_OLD_AFTER = timedelta(days=1)
LEAST_FREE = 1 << 30
LEAST_SHARE = 0.05
PROVIDER_SECONDS = 3.0
WEB_FONTS = Path(responder.__file__).parent / "foundation" / "web" / "static" / "fonts"
PORTS = {"http": 80, "https": 443, "smtp": 25, "smtps": 465}


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at: well, or what to do about it."""

    what: str
    ok: bool
    words: str

    def line(self) -> str:
        """Return the finding as a line for a terminal."""
        return f"{'ok' if self.ok else 'to do':<7}{self.what:<40}{self.words}"

    def json(self) -> str:
        """Return the finding as one line of JSON."""
        return json.dumps({"what": self.what, "ok": self.ok, "words": self.words}, ensure_ascii=False)


def examine(here: Installation) -> list[Finding]:
    """Return everything that was found; nothing is changed."""
    settings, database = here.settings, here.database
    messaging = from_mapping(settings.environment, demo=settings.demo)
    return [
        *_configuration(settings, messaging),
        *_database(database),
        _backups(settings, database.clock.now()),
        *_disk(settings),
        *_fonts(),
        *_providers(messaging),
        *(Finding(name, True, words) for name, words in settings_guide.explained(settings.environment)),
    ]


def _configuration(settings: Settings, messaging: MessagingSettings) -> Iterator[Finding]:
    odd = list(settings_guide.oddities(settings, messaging))
    yield from (Finding("configuration", False, words) for words in odd)
    if not odd:
        kind = "the demo, sealed to this machine" if settings.demo else "an installation"
        yield Finding("configuration", True, f"{kind}, job engine {settings.job_engine}")


# --- The database and what lives in it ----------------------------------------------------------------------


def _database(database: Database) -> Iterator[Finding]:
    try:
        faults = schema.faults(database)
    except SQLAlchemyError as error:
        words = str(error.__cause__ or error).splitlines()[0]
        yield Finding(
            "database", False, f"it does not answer ({words}): start it, or mend RESPONDER_DATABASE_URL"
        )
        return
    yield from (Finding("database", False, fault) for fault in faults)
    if faults:
        return
    yield Finding("database", True, f"{database.engine.dialect.name}, the schema is this release's")
    with database.unit_of_work(lane=None, write=False) as uow:
        yield _drift(uow.session, uow.now)
        yield _heart(uow.session, uow.now, "clock")
        yield _heart(uow.session, uow.now, "worker")
        yield _queue(uow.session, uow.now)


def _drift(session: Session, now: datetime) -> Finding:
    """Compare the machine's clock with the database's, and with the latest sign of life that was written."""
    latest = session.scalar(select(func.max(heartbeat.Heartbeat.at)))
    if latest is not None and latest - now > CLOCKS_MAY_DIFFER:
        ahead = (latest - now).total_seconds()
        return Finding(
            "clock drift", False, f"another machine is {ahead:.0f} s ahead: set the clocks by one source"
        )
    if session.get_bind().dialect.name == "sqlite":
        return Finding("clock drift", True, "one machine, one clock; nothing written lies in the future")
    theirs = session.scalar(text("SELECT clock_timestamp()"))
    drift = abs((theirs.astimezone(UTC) - now).total_seconds()) if theirs else 0.0
    well = drift <= CLOCKS_MAY_DIFFER.total_seconds()
    said = f"{drift:.1f} s from the database's clock"
    return Finding("clock drift", well, said if well else f"{said}: set both machines by one source of time")


def _heart(session: Session, now: datetime, name: str) -> Finding:
    at = heartbeat.last_beat(session, name)
    start = f"start `responder {name}`, or `responder serve --all-in-one`"
    if at is None:
        return Finding(name, False, f"it never ran: {start}")
    age = now - at
    if age > HEART_STOPS_AFTER:
        return Finding(name, False, f"no sign of life for {_long(age)}: {start}")
    return Finding(name, True, f"alive {max(age.total_seconds(), 0):.0f} s ago")


def _queue(session: Session, now: datetime) -> Finding:
    oldest = session.scalar(select(func.min(Job.run_at)).where(Job.leased_until.is_(None)))
    if inspect(session.connection()).has_table("procrastinate_jobs"):
        waiting = session.scalar(
            text("SELECT min(coalesce(scheduled_at, now())) FROM procrastinate_jobs WHERE status = 'todo'")
        )
        oldest = min((at for at in (oldest, waiting) if at is not None), default=None)
    if oldest is None or oldest > now:
        return Finding("queue", True, "nothing is due and waiting")
    age = now - oldest
    well = age <= QUEUE_IS_OLD_AFTER
    said = f"the oldest due job waits for {_long(age)}"
    return Finding(
        "queue", well, said if well else f"{said}: see that a worker runs and the provider answers"
    )


# --- What lies around it ------------------------------------------------------------------------------------


def _backups(settings: Settings, now: datetime) -> Finding:
    last = last_backup(settings.home)
    if last is None:
        words = "none was taken from here"
        if settings.demo:
            return Finding("backups", True, f"{words}; a demo can do without")
        return Finding("backups", False, f"{words}: responder backup DEST, once a day")
    at, path = last
    if not path.exists():
        return Finding("backups", False, f"the last one is no longer at {path}: take another")
    age = now - at
    if age > BACKUP_IS_OLD_AFTER and not settings.demo:
        return Finding(
            "backups", False, f"the last one is {_long(age)} old: responder backup DEST, once a day"
        )
    return Finding("backups", True, f"the last one is {_long(age)} old")


def _disk(settings: Settings) -> Iterator[Finding]:
    places = {settings.home}
    if settings.database_url.startswith("sqlite"):
        places.add(Path(make_url(settings.database_url).database or ".").parent)
    seen = set()
    for place in sorted(places):
        usage = shutil.disk_usage(next(path for path in (place, *place.absolute().parents) if path.exists()))
        if (usage.total, usage.free) in seen:
            continue
        seen.add((usage.total, usage.free))
        well = usage.free >= LEAST_FREE and usage.free >= usage.total * LEAST_SHARE
        said = f"{usage.free / (1 << 30):.1f} GiB free ({usage.free / usage.total:.0%})"
        yield Finding(
            "disk", well, said if well else f"{said} at {place}: make room before reports cannot be saved"
        )


def _fonts() -> Iterator[Finding]:
    yield _present("fonts of pages", len(list(WEB_FONTS.glob("*.woff2"))) >= 2, "install the package again")
    try:
        from noto_cjk_sans_otc import FONT_PATH
    except ImportError:
        there = False
    else:
        there = FONT_PATH.is_file()
    yield _present("font of documents", there, "install the package noto-cjk-sans-otc")


def _present(what: str, there: bool, remedy: str) -> Finding:
    return Finding(what, there, "present" if there else f"missing: {remedy}")


def _providers(messaging: MessagingSettings) -> Iterator[Finding]:
    asked = bool(messaging.account_sid and messaging.auth_token and messaging.sender)
    yield _provider("SMS and voice", asked, messaging.may_telephone, messaging.base_url)
    yield _provider("e-mail", bool(messaging.smtp_url), messaging.may_mail, messaging.smtp_url)
    if not messaging.groups:
        yield _provider("group chats", False, False, "")
    for place, group in enumerate(messaging.groups, start=1):
        yield _provider(f"group chat {place}", True, group in messaging.open_groups, group.url)


def _provider(what: str, asked: bool, may: bool, url: str) -> Finding:
    if not asked:
        return Finding(what, True, "no provider: the call list says whom to telephone")
    if not may:
        return Finding(what, True, "off: a demo sends to an exchange on this machine only")
    parts = urlsplit(url)
    place = (parts.hostname or "", parts.port or PORTS.get(parts.scheme, 443))
    try:
        socket.create_connection(place, timeout=PROVIDER_SECONDS).close()
    except OSError as error:
        return Finding(
            what, False, f"{place[0]}:{place[1]} cannot be reached ({error}): telephone by the call list"
        )
    where = "the local exchange" if is_loopback(url) else "the provider"
    return Finding(what, True, f"{where} can be reached")


def _long(age: timedelta) -> str:
    seconds = max(int(age.total_seconds()), 0)
    for size, word in ((86_400, "d"), (3_600, "h"), (60, "min")):
        if seconds >= 2 * size:
            return f"{seconds // size} {word}"
    return f"{seconds} s"
