"""The tables of sign-in: accounts, their sessions, links, recovery codes, and the counting of failed attempts.

They have a metadata and a migration branch of their own, so that a host with its own users never gets them. What a role may do
is permissions.py's.
"""

from __future__ import annotations

import secrets
import uuid
from datetime import datetime
from typing import Any, ClassVar

from flask_security import RoleMixin, UserMixin
from sqlalchemy import Boolean, CheckConstraint, ForeignKey, Integer, MetaData, Text, UniqueConstraint
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column, validates

from pep_admin.models import NAMES, Instant, Words, choice
from pep_admin.vocabulary import Labelled, Role


class Factor(Labelled):
    """What is asked for beside the password."""

    APP = "app", "A code from an app"
    MAIL = "mail", "A code by e-mail"


class AccountState(Labelled):
    """What has become of an account; derived, never stored."""

    INVITED = "invited", "Invited, no password yet"
    ACTIVE = "active", "Active"
    SUSPENDED = "suspended", "Suspended"


class TicketKind(Labelled):
    """What a ticket is for."""

    INVITATION = "invitation", "The first password of a new account"
    RESET = "reset", "Another password, for one who forgot theirs"
    CODE = "code", "One sign-in, beside the password"


class AccountsBase(DeclarativeBase):
    """Base of the account tables; nothing in them points into the plugin's tables."""

    metadata = MetaData(naming_convention=NAMES)
    type_annotation_map: ClassVar[dict[Any, Any]] = {str: Words(), datetime: Instant(), bool: Boolean(), int: Integer()}


class RoleName(RoleMixin):
    """A role as Flask-Security wants to see one; what it permits is decided in permissions.py alone."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.permissions = None


def new_key() -> str:
    """The random value that every session of a user carries; another one ends them all."""
    return uuid.uuid4().hex


def new_nonce() -> str:
    """The random part of a ticket: 128 bits."""
    return secrets.token_urlsafe(16)


class User(UserMixin, AccountsBase):
    """Somebody who can sign in. `person_id` names the plugin's Person they are, where they are one.

    `second_secret` is encrypted under a key that is not in the database; `second_step` counts the half-minutes of the last code
    that was taken. `row_version` moves with what an administrator changes, not with signing in.
    """

    __tablename__ = "account_user"

    id: Mapped[int] = mapped_column(primary_key=True)
    email: Mapped[str] = mapped_column(Words(254), unique=True)
    name: Mapped[str] = mapped_column(Words(200))
    password: Mapped[str | None] = mapped_column(Words(255))
    active: Mapped[bool] = mapped_column(default=True)
    fs_uniquifier: Mapped[str] = mapped_column(Words(64), unique=True, default=new_key)
    held: Mapped[str] = mapped_column(Words(200), default="")
    person_id: Mapped[int | None] = mapped_column(index=True)
    created_at: Mapped[datetime]
    last_login_at: Mapped[datetime | None]  # type: ignore[assignment]  # Flask-Security's has no None
    current_login_at: Mapped[datetime | None]  # type: ignore[assignment]  # likewise
    last_login_ip: Mapped[str | None] = mapped_column(Words(64))
    current_login_ip: Mapped[str | None] = mapped_column(Words(64))
    login_count: Mapped[int | None]  # type: ignore[assignment]  # likewise
    second_factor: Mapped[Factor | None] = mapped_column(choice(Factor, "second_factor"))
    second_secret: Mapped[str | None] = mapped_column(Text())
    second_step: Mapped[int | None]
    second_since: Mapped[datetime | None]
    row_version: Mapped[int] = mapped_column(default=1)

    __table_args__ = (CheckConstraint("email = lower(email)", name="email_lower_case"), {"sqlite_autoincrement": True})

    @validates("email")
    def _lower(self, _: str, value: str) -> str:
        return value.strip().lower()

    @property
    def role_set(self) -> frozenset[Role]:
        """The roles of the account; kept in one column as their values with a space between."""
        return frozenset(Role(value) for value in self.held.split())

    @role_set.setter
    def role_set(self, roles: frozenset[Role]) -> None:
        self.held = " ".join(sorted(roles))

    @property
    def roles(self) -> list[RoleName]:  # type: ignore[override]  # there it is a column
        """The same for Flask-Security."""
        return [RoleName(role.value) for role in sorted(self.role_set)]

    @property
    def state(self) -> AccountState:
        """Whether they can sign in, could not yet, or may not any more."""
        if not self.active:
            return AccountState.SUSPENDED
        return AccountState.ACTIVE if self.password else AccountState.INVITED

    def __str__(self) -> str:
        return self.name


class SignInSession(AccountsBase):
    """One browser's session. `key` is the SHA-256 of what its cookie holds; `user_key` the fs_uniquifier of who signed in.

    `browser` names its family and system ("Firefox on Windows"), for people to know their own devices by.
    """

    __tablename__ = "account_session"

    key: Mapped[str] = mapped_column(Words(64), primary_key=True)
    user_key: Mapped[str | None] = mapped_column(Words(64), index=True)
    born_at: Mapped[datetime]
    seen_at: Mapped[datetime] = mapped_column(index=True)
    body: Mapped[str] = mapped_column(Text())
    browser: Mapped[str | None] = mapped_column(Words(60))


class Attempt(AccountsBase):
    """How often sign-in failed lately for one account or from one address; `key` is a SHA-256 of which."""

    __tablename__ = "account_attempt"

    key: Mapped[str] = mapped_column(Words(64), primary_key=True)
    failures: Mapped[int]
    last_at: Mapped[datetime] = mapped_column(index=True)


class Ticket(AccountsBase):
    """A link or a code that works once and for a limited time. What is mailed is made of it with a key that is not in the database.

    `user_id` is empty where somebody asked for a link to an address without an account: to them it looks the same.
    """

    __tablename__ = "account_ticket"
    __table_args__ = ({"sqlite_autoincrement": True},)

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[TicketKind] = mapped_column(choice(TicketKind, "kind"))
    user_id: Mapped[int | None] = mapped_column(ForeignKey("account_user.id"), index=True)
    nonce: Mapped[str] = mapped_column(Words(30), default=new_nonce)
    issued_at: Mapped[datetime]
    expires_at: Mapped[datetime] = mapped_column(index=True)
    spent_at: Mapped[datetime | None]


class RecoveryCode(AccountsBase):
    """One of the codes for a day without telephone or mailbox; `digest` is of the code under a key that is not in the database."""

    __tablename__ = "account_recovery_code"
    __table_args__ = (UniqueConstraint("user_id", "digest"), {"sqlite_autoincrement": True})

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("account_user.id"), index=True)
    digest: Mapped[str] = mapped_column(Words(64))
    made_at: Mapped[datetime]
    spent_at: Mapped[datetime | None]
