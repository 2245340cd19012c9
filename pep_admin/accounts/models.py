"""The tables of sign-in: accounts, their sessions and the counting of failed attempts.

They have a metadata and a migration branch of their own, so that a host with its own users never gets them. What a role may do
is permissions.py's.
"""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import Any, ClassVar

from flask_security import RoleMixin, UserMixin
from sqlalchemy import Boolean, CheckConstraint, Integer, MetaData, Text
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column, validates

from pep_admin.models import NAMES, Instant, Words
from pep_admin.vocabulary import Role


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


class User(UserMixin, AccountsBase):
    """Somebody who can sign in. `person_id` names the plugin's Person they are, where they are one."""

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
    last_login_at: Mapped[datetime | None]  # type: ignore[assignment]
    current_login_at: Mapped[datetime | None]  # type: ignore[assignment]
    last_login_ip: Mapped[str | None] = mapped_column(Words(64))
    current_login_ip: Mapped[str | None] = mapped_column(Words(64))
    login_count: Mapped[int | None]  # type: ignore[assignment]

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
    def roles(self) -> list[RoleName]:  # type: ignore[override]
        """The same for Flask-Security."""
        return [RoleName(role.value) for role in sorted(self.role_set)]

    def __str__(self) -> str:
        return self.name


class SignInSession(AccountsBase):
    """One browser's session. `key` is the SHA-256 of what its cookie holds; `user_key` the fs_uniquifier of who signed in."""

    __tablename__ = "account_session"

    key: Mapped[str] = mapped_column(Words(64), primary_key=True)
    user_key: Mapped[str | None] = mapped_column(Words(64), index=True)
    born_at: Mapped[datetime]
    seen_at: Mapped[datetime] = mapped_column(index=True)
    body: Mapped[str] = mapped_column(Text())


class Attempt(AccountsBase):
    """How often sign-in failed lately for one account or from one address; `key` is a SHA-256 of which."""

    __tablename__ = "account_attempt"

    key: Mapped[str] = mapped_column(Words(64), primary_key=True)
    failures: Mapped[int]
    last_at: Mapped[datetime] = mapped_column(index=True)
