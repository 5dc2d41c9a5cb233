"""What is done with accounts: open one, log in and out, issue tokens, choose language and look."""

import logging
from dataclasses import dataclass, replace
from http import HTTPStatus
from typing import ClassVar

from sqlalchemy import bindparam, delete, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import OperationalError

from responder.core.actor import Actor, Role
from responder.core.db import table_of
from responder.core.errors import Conflict, ResponderError, Text, invalid, nothing_here
from responder.core.ids import AccountId, PersonId, new_id
from responder.core.uow import Database, UnitOfWork
from responder.foundation.access import queries, rules
from responder.foundation.access.events import (
    AccountCreated,
    LoggedIn,
    LoggedOut,
    LogInRefused,
    ProofSeen,
    TokenIssued,
)
from responder.foundation.access.models import Account, ApiToken, LoginAttempt, LoginSession
from responder.foundation.access.passwords import Passwords
from responder.foundation.directory.models import Agency, Jurisdiction

logger = logging.getLogger(__name__)
LOCALES = ("zh_Hans_CN", "en")
THEMES = ("auto", "light", "dark")
LONGEST_PASSWORD = 256
LONGEST_LOGIN = 64
_SEEN_TOKEN, _SEEN_SESSION = (
    update(table).where(table.c.id == bindparam("used"))
    for table in (table_of(ApiToken), table_of(LoginSession))
)


class LogInFailed(ResponderError):
    """The log-in is refused; `wait_seconds` says when another try will be heard."""

    status: ClassVar[HTTPStatus] = HTTPStatus.UNAUTHORIZED
    kind: ClassVar[str] = "log-in-failed"
    wait_seconds: int = 0


@dataclass(frozen=True, slots=True)
class Opened:
    """A session just opened: what goes into the cookie, and who is logged in."""

    cookie: str
    actor: Actor


def add_account(
    uow: UnitOfWork,
    login: str,
    password_hash: str,
    *,
    agency_code: str,
    role: Role,
    name: str = "",
    person_id: PersonId | None = None,
    locale: str = "",
) -> AccountId:
    """Open an account whose password is hashed already, so that no lock is held while hashing."""
    if not login or len(login) > LONGEST_LOGIN or not login.isprintable() or login != login.strip():
        raise invalid(login=Text("账号须为 1–64 个可见字符。", "A login has 1 to 64 visible characters."))
    if queries.account_by_login(uow.session, login) is not None:
        raise Conflict(Text(f"账号 {login} 已存在。", f"The login {login} is taken."))
    agency = uow.session.get(Agency, agency_code)
    if agency is None:
        raise nothing_here(f"没有机构 {agency_code}", f"There is no agency {agency_code}")
    account = Account(
        id=AccountId(new_id()),
        login=login,
        name=name or login,
        password_hash=password_hash,
        agency_code=agency_code,
        person_id=person_id,
        role=role.value,
        locale=locale,
        created_at=uow.now,
    )
    uow.session.add(account)
    uow.session.flush()
    uow.emit(AccountCreated(login, agency_code, _province(uow, agency_code), role.value))
    return account.id


def log_in(
    database: Database, passwords: Passwords, login: str, password: str, *, address: str, old_cookie: str = ""
) -> Opened:
    """Open a session for the right password and end the browser's old one.

    Hashing takes a while, so it happens between two short units of work, never inside one. Raises LogInFailed.
    """
    key = rules.digest(f"{login}\n{address}")
    with database.unit_of_work() as uow:
        counted = queries.attempts(uow.session, key, uow.now)
        wait = counted.wait(uow.now).total_seconds()
        if wait <= 0:
            _keep(uow, key, counted.tried(uow.now))
        account = queries.account_by_login(uow.session, login[: LONGEST_LOGIN + 1])
        kept = account.password_hash if account is not None and account.active else None
    if wait > 0:
        raise _failed(int(wait) + 1)
    right = len(password) <= LONGEST_PASSWORD and passwords.is_right(kept, password)
    if not right or account is None:
        _refuse(database, key, account)
        raise _failed(0)
    fresh_hash = passwords.hash(password) if passwords.is_outdated(account.password_hash) else None
    return _open(database, key, account.id, fresh_hash, old_cookie)


def _failed(wait_seconds: int) -> LogInFailed:
    if wait_seconds:
        text = Text(
            f"试得太多。请等 {wait_seconds} 秒再试。",
            f"Too many tries. Wait {wait_seconds} seconds and try again.",
        )
    else:
        text = Text("账号或密码不对。", "Login or password is wrong.")
    failure = LogInFailed(text)
    failure.wait_seconds = wait_seconds
    return failure


def _refuse(database: Database, key: str, account: Account | None) -> None:
    with database.unit_of_work() as uow:
        _keep(uow, key, queries.attempts(uow.session, key, uow.now).failed(uow.now))
        if account is not None:
            code = account.agency_code
            uow.emit(LogInRefused(account.login, code, _province(uow, code)))


def _open(
    database: Database, key: str, account_id: AccountId, fresh_hash: str | None, old_cookie: str
) -> Opened:
    cookie = rules.new_token()
    with database.unit_of_work() as uow:
        actor = queries.actor_of(uow.session, account_id)
        if actor is None:
            raise _failed(0)
        uow.actor = actor
        if old_cookie:
            _end(uow, old_cookie)
        uow.session.add(
            LoginSession(
                id=new_id(),
                token_hash=rules.digest(cookie),
                account_id=account_id,
                opened_at=uow.now,
                seen_at=uow.now,
            )
        )
        account = uow.session.get_one(Account, account_id)
        account.logged_in_at = uow.now
        if fresh_hash is not None:
            account.password_hash = fresh_hash
        counted = queries.attempts(uow.session, key, uow.now)
        _keep(uow, key, replace(counted, failures=0, free_at=None))
        # Guessers leave a row for each login they invent; a day later nothing depends on it.
        uow.session.execute(delete(LoginAttempt).where(LoginAttempt.window_at < uow.now - rules.KEPT))
        uow.emit(LoggedIn(actor.login, actor.agency_code, _province(uow, actor.agency_code)))
    return Opened(cookie, actor)


def log_out(uow: UnitOfWork, cookie: str) -> None:
    """End the session of that cookie; an unknown one is no fault."""
    if _end(uow, cookie) and uow.actor.account_id is not None:
        code = uow.actor.agency_code
        uow.emit(LoggedOut(uow.actor.login, code, _province(uow, code)))


def _end(uow: UnitOfWork, cookie: str) -> bool:
    ended = uow.session.execute(
        update(LoginSession)
        .where(LoginSession.token_hash == rules.digest(cookie), LoginSession.ended_at.is_(None))
        .values(ended_at=uow.now)
        .execution_options(synchronize_session=False)
        .returning(LoginSession.id)
    )
    return ended.first() is not None


def issue_token(uow: UnitOfWork, login: str, *, kind: str = "api", label: str = "") -> str:
    """Return a new bearer token (*kind* api) or calendar token (feed) of an account; it is shown only this once."""
    account = queries.account_by_login(uow.session, login)
    if account is None or not account.active:
        raise nothing_here(f"没有账号 {login}", f"There is no account {login}")
    token = rules.new_token()
    uow.session.add(
        ApiToken(
            id=new_id(),
            token_hash=rules.digest(token),
            kind=kind,
            account_id=account.id,
            label=label,
            issued_at=uow.now,
        )
    )
    uow.emit(TokenIssued(login, account.agency_code, _province(uow, account.agency_code)))
    return token


def revoke_token(uow: UnitOfWork, token: str) -> None:
    """Let a token open nothing any more."""
    uow.session.execute(
        update(ApiToken)
        .where(ApiToken.token_hash == rules.digest(token), ApiToken.revoked_at.is_(None))
        .values(revoked_at=uow.now)
        .execution_options(synchronize_session=False)
    )


def note_seen(seen: ProofSeen, uow: UnitOfWork) -> None:
    """Note when a session or token was last seen: a reaction, in the transaction of what it was used for."""
    statement = _SEEN_TOKEN if seen.by_token else _SEEN_SESSION
    uow.session.connection().execute(statement, {"used": seen.proof_id, "seen_at": uow.now})


def note_seen_alone(database: Database, seen: ProofSeen) -> None:
    """Note it where nothing else is written; a database that cannot be written to stops nobody reading."""
    try:
        with database.unit_of_work() as uow:
            note_seen(seen, uow)
    except OperationalError:
        logger.warning("last seen not written", extra={"by_token": seen.by_token})


def set_preferences(
    uow: UnitOfWork,
    account_id: AccountId,
    *,
    locale: str | None = None,
    theme: str | None = None,
    shortcuts: bool | None = None,
) -> None:
    """Keep an account's language, look and shortcuts; None leaves one as it is, an unknown value too."""
    account = uow.session.get_one(Account, account_id)
    if locale in LOCALES:
        account.locale = locale
    if theme in THEMES:
        account.theme = theme
    if shortcuts is not None:
        account.shortcuts = shortcuts


def _keep(uow: UnitOfWork, key: str, counted: rules.Attempts) -> None:
    values = {
        "failures": counted.failures,
        "tries": counted.tries,
        "window_at": counted.window_at,
        "free_at": counted.free_at,
    }
    insert = sqlite.insert if uow.session.get_bind().dialect.name == "sqlite" else postgresql.insert
    # Two first tries at the same moment: the second one finds the row of the first.
    uow.session.execute(
        insert(LoginAttempt)
        .values(key=key, **values)
        .on_conflict_do_update(index_elements=["key"], set_=values)
    )


def _province(uow: UnitOfWork, agency_code: str) -> str:
    agency = uow.session.get(Agency, agency_code)
    place = uow.session.get(Jurisdiction, agency.jurisdiction_code) if agency is not None else None
    return (place.province_code if place is not None else None) or "000000"
