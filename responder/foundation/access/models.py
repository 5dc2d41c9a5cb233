"""Tables of accounts and of the ways to prove one."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from responder.core.db import Base
from responder.core.ids import AccountId, PersonId


class Account(Base):
    """A log-in with one role in one office."""

    __tablename__ = "account"

    id: Mapped[AccountId] = mapped_column(primary_key=True)
    login: Mapped[str] = mapped_column(String(64), unique=True)
    name: Mapped[str]
    password_hash: Mapped[str]
    agency_code: Mapped[str] = mapped_column(ForeignKey("agency.code"), index=True)
    person_id: Mapped[PersonId | None] = mapped_column(ForeignKey("person.id"))
    role: Mapped[str] = mapped_column(String(32))
    locale: Mapped[str] = mapped_column(String(16), default="")  # empty: the browser decides
    theme: Mapped[str] = mapped_column(String(8), default="auto")
    shortcuts: Mapped[bool] = mapped_column(default=True)  # single-key shortcuts
    active: Mapped[bool] = mapped_column(default=True)
    created_at: Mapped[datetime]
    logged_in_at: Mapped[datetime | None]


class LoginSession(Base):
    """A browser that is logged in; only the digest of its cookie is kept."""

    __tablename__ = "login_session"
    __table_args__ = (Index("ix_login_session_account_id", "account_id"),)

    id: Mapped[UUID] = mapped_column(primary_key=True)
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    account_id: Mapped[AccountId] = mapped_column(ForeignKey("account.id"))
    opened_at: Mapped[datetime]
    seen_at: Mapped[datetime]  # written at most once a minute
    ended_at: Mapped[datetime | None]


class ApiToken(Base):
    """A bearer token (`api`) or the token of a calendar feed (`feed`); only its digest is kept."""

    __tablename__ = "api_token"
    __table_args__ = (
        CheckConstraint("kind IN ('api', 'feed')", name="kind"),
        Index("ix_api_token_account_id", "account_id"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    kind: Mapped[str] = mapped_column(String(8))
    account_id: Mapped[AccountId] = mapped_column(ForeignKey("account.id"))
    label: Mapped[str]
    issued_at: Mapped[datetime]
    seen_at: Mapped[datetime | None]  # written at most once a minute
    revoked_at: Mapped[datetime | None]


class LoginAttempt(Base):
    """How one address fared with one login lately: what the growing pause is reckoned from."""

    __tablename__ = "login_attempt"

    key: Mapped[str] = mapped_column(String(64), primary_key=True)  # digest of login and address
    failures: Mapped[int]
    tries: Mapped[int]  # since `window_at`
    window_at: Mapped[datetime]
    free_at: Mapped[datetime | None]  # no try is heard before
