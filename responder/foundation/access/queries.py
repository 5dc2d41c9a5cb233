"""Who stands behind a cookie or a token: one query each."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast
from uuid import UUID

from sqlalchemy import Row, Select, select
from sqlalchemy.orm import Session

from responder.core.actor import Actor, Area, Role
from responder.core.ids import AccountId
from responder.foundation.access.models import Account, ApiToken, LoginAttempt, LoginSession
from responder.foundation.access.rules import SEEN_INTERVAL, Attempts, SessionLimits, digest
from responder.foundation.directory.models import Agency, Jurisdiction

AREALESS_BODIES = frozenset({"unit", "force"})
_ACCOUNT = (
    Account.id,
    Account.login,
    Account.name,
    Account.person_id,
    Account.role,
    Account.locale,
    Account.theme,
    Account.shortcuts,
    Account.agency_code,
    Agency.name.label("agency_name"),
    Agency.level.label("agency_level"),
    Agency.body.label("agency_body"),
    Agency.jurisdiction_code,
    Jurisdiction.province_code,
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
    session: Session, cookie: str, now: datetime, limits: SessionLimits | None = None
) -> Proven | None:
    """Return who is logged in with that session cookie, or None when nobody is any more."""
    found = session.execute(
        _proof(LoginSession.id.label("proof_id"), LoginSession.seen_at, LoginSession.opened_at)
        .join(LoginSession, LoginSession.account_id == Account.id)
        .where(LoginSession.token_hash == digest(cookie), LoginSession.ended_at.is_(None))
    ).one_or_none()
    if found is None or (limits or SessionLimits()).is_over(found.opened_at, found.seen_at, now):
        return None
    return _proven(found, now)


def actor_for_token(
    session: Session, token: str, now: datetime, kinds: Sequence[str] = ("api",)
) -> Proven | None:
    """Return whose token it is, or None; *kinds* says which kinds open this door (`api`, `feed`)."""
    found = session.execute(
        _proof(ApiToken.id.label("proof_id"), ApiToken.seen_at)
        .join(ApiToken, ApiToken.account_id == Account.id)
        .where(
            ApiToken.token_hash == digest(token),
            ApiToken.revoked_at.is_(None),
            ApiToken.kind.in_(list(kinds)),
        )
    ).one_or_none()
    return _proven(found, now) if found is not None else None


def actor_of(session: Session, account_id: AccountId) -> Actor | None:
    """Return the actor an account is, or None."""
    found = session.execute(_proof().where(Account.id == account_id)).one_or_none()
    return actor_from(found) if found is not None else None


def account_by_login(session: Session, login: str) -> Account | None:
    """Return the account with that login, or None."""
    return session.scalars(select(Account).where(Account.login == login)).one_or_none()


def accounts(session: Session, logins: Sequence[str] | None = None) -> list[Actor]:
    """Return the active accounts as actors, by login; only *logins* when given."""
    wanted = _proof().order_by(Account.login)
    if logins is not None:
        wanted = wanted.where(Account.login.in_(list(logins)))
    return [actor_from(row) for row in session.execute(wanted)]


def attempts(session: Session, key: str, now: datetime) -> Attempts:
    """Return the tries counted under *key*."""
    row = session.get(LoginAttempt, key, with_for_update=True)
    if row is None:
        return Attempts(0, 0, now)
    return Attempts(row.failures, row.tries, row.window_at, row.free_at)


def _proof(*columns: Any) -> Select[Any]:
    statement = cast(Select[Any], select(*_ACCOUNT, *columns))
    return (
        statement.select_from(Account)
        .join(Agency, Agency.code == Account.agency_code)
        .join(Jurisdiction, Jurisdiction.code == Agency.jurisdiction_code)
        .where(Account.active.is_(True))
    )


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
