"""Who stands behind a cookie or a token: one query each."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, Row, Select, bindparam, select
from sqlalchemy.orm import Session

from responder.core.actor import Actor, Area, Role
from responder.core.db import table_of
from responder.core.ids import AccountId
from responder.foundation.access.models import Account, ApiToken, LoginAttempt, LoginSession
from responder.foundation.access.rules import SEEN_INTERVAL, Attempts, SessionLimits, digest
from responder.foundation.directory.models import Agency, Jurisdiction

AREALESS_BODIES = frozenset({"unit", "force"})
# Every request asks one of these, so they are built once, of plain tables: accounts have no lane.
_ACCOUNT, _AGENCY, _PLACE = (table_of(model).c for model in (Account, Agency, Jurisdiction))
_SESSION, _TOKEN = table_of(LoginSession).c, table_of(ApiToken).c
_PROVEN: Select[Any] = (
    select(
        _ACCOUNT.id,
        _ACCOUNT.login,
        _ACCOUNT.name,
        _ACCOUNT.person_id,
        _ACCOUNT.role,
        _ACCOUNT.locale,
        _ACCOUNT.theme,
        _ACCOUNT.shortcuts,
        _ACCOUNT.agency_code,
        _AGENCY.name.label("agency_name"),
        _AGENCY.level.label("agency_level"),
        _AGENCY.body.label("agency_body"),
        _AGENCY.jurisdiction_code,
        _PLACE.province_code,
    )
    .join_from(Account.__table__, Agency.__table__, _AGENCY.code == _ACCOUNT.agency_code)
    .join(Jurisdiction.__table__, _PLACE.code == _AGENCY.jurisdiction_code)
    .where(_ACCOUNT.active.is_(True))
)
_BY_SESSION = (
    _PROVEN.add_columns(_SESSION.id.label("proof_id"), _SESSION.seen_at, _SESSION.opened_at)
    .join(LoginSession.__table__, _SESSION.account_id == _ACCOUNT.id)
    .where(_SESSION.token_hash == bindparam("digest"), _SESSION.ended_at.is_(None))
)
_BY_TOKEN = (
    _PROVEN.add_columns(_TOKEN.id.label("proof_id"), _TOKEN.seen_at)
    .join(ApiToken.__table__, _TOKEN.account_id == _ACCOUNT.id)
    .where(
        _TOKEN.token_hash == bindparam("digest"),
        _TOKEN.revoked_at.is_(None),
        _TOKEN.kind.in_(bindparam("kinds", expanding=True)),
    )
)


@dataclass(frozen=True, slots=True)
class Proven:
    """The account that a cookie or token proves; `seen_is_old` asks for a new `seen_at`."""

    actor: Actor
    shortcuts: bool
    province_code: str
    proof_id: UUID
    seen_is_old: bool


def actor_for_session(
    asked: Session | Connection, cookie: str, now: datetime, limits: SessionLimits | None = None
) -> Proven | None:
    """Return who is logged in with that session cookie, or None when nobody is any more."""
    found = asked.execute(_BY_SESSION, {"digest": digest(cookie)}).one_or_none()
    if found is None or (limits or SessionLimits()).is_over(found.opened_at, found.seen_at, now):
        return None
    return _proven(found, now)


def actor_for_token(
    asked: Session | Connection, token: str, now: datetime, kinds: Sequence[str] = ("api",)
) -> Proven | None:
    """Return whose token it is, or None; *kinds* says which kinds open this door (`api`, `feed`)."""
    found = asked.execute(_BY_TOKEN, {"digest": digest(token), "kinds": list(kinds)}).one_or_none()
    return _proven(found, now) if found is not None else None


def actor_of(session: Session, account_id: AccountId) -> Actor | None:
    """Return the actor an account is, or None."""
    found = session.execute(_PROVEN.where(_ACCOUNT.id == account_id)).one_or_none()
    return actor_from(found) if found is not None else None


def account_by_login(session: Session, login: str) -> Account | None:
    """Return the account with that login, or None."""
    return session.scalars(select(Account).where(Account.login == login)).one_or_none()


def accounts(session: Session, logins: Sequence[str] | None = None) -> list[Actor]:
    """Return the active accounts as actors, by login; only *logins* when given."""
    wanted = _PROVEN.order_by(_ACCOUNT.login)
    if logins is not None:
        wanted = wanted.where(_ACCOUNT.login.in_(list(logins)))
    return [actor_from(row) for row in session.execute(wanted)]


def attempts(session: Session, key: str, now: datetime) -> Attempts:
    """Return the tries counted under *key*."""
    row = session.get(LoginAttempt, key, with_for_update=True)
    if row is None:
        return Attempts(0, 0, now)
    return Attempts(row.failures, row.tries, row.window_at, row.free_at)


def _proven(row: Row[Any], now: datetime) -> Proven:
    seen_is_old = row.seen_at is None or now - row.seen_at >= SEEN_INTERVAL
    return Proven(actor_from(row), row.shortcuts, row.province_code or "000000", row.proof_id, seen_is_old)


def actor_from(row: Row[Any]) -> Actor:
    """Return the actor of an account's row; a unit or a force has no area beyond itself."""
    if row.agency_body in AREALESS_BODIES:
        area = Area(row.agency_body, row.agency_code)
    else:
        area = Area(row.agency_level, row.jurisdiction_code)
    actor = Actor(
        row.id,
        row.person_id,
        row.login,
        row.name,
        Role(row.role),
        row.agency_code,
        row.agency_name,
        area,
        row.locale,
        row.theme,
        row.agency_body,
    )
    return actor
