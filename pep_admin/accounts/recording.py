"""What the audit log is told of signing in: who came in and who went, who was refused, when guessing was slowed down.

An event names an account by its number, never by what was typed. It is written in the request's own transaction, which holds the
write lock by then: a second one beside it would wait for the first. Sessions are sessions.py's, the brake throttle.py's.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from flask import Flask, g, request, session
from flask_login import current_user, user_logged_out
from flask_security import LoginForm, VerifyForm, password_changed, user_authenticated
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from pep_admin import audit
from pep_admin.accounts import leaving, throttle
from pep_admin.accounts.models import User
from pep_admin.permissions import SYSTEM, Actor
from pep_admin.views.hosting import host, request_id

log = logging.getLogger("pep_admin.accounts")

CHANGED = "change"
"""How Flask-Security calls the sign-in that follows a change of password; it has its own event."""


SUSPENDED = "This account is suspended."


class SignInForm(LoginForm):
    """The sign-in form; a try that fails leaves its event, with the account where there is one."""

    def validate(self, **kwargs: Any) -> bool:  # type: ignore[override]  # as Flask-Security has it
        passed = bool(super().validate(**kwargs))
        if passed and self.user is not None and _left(self.user):
            self.email.errors = [*self.email.errors, SUSPENDED]
            passed = False
        # Whoever knows the password may know that the account is suspended; nobody else learns that there is one.
        self.is_suspended = bool(self.user_authenticated and self.user and not self.user.is_active)
        if not passed:
            _failed(None, self.user)
        return passed


class ConfirmForm(VerifyForm):
    """The same for the password that is asked once more of somebody who is signed in."""

    def validate(self, **kwargs: Any) -> bool:  # type: ignore[override]  # as Flask-Security has it
        passed = bool(super().validate(**kwargs))
        if not passed:
            _failed(actor_of(self.user), self.user)
        return passed


def install(app: Flask) -> None:
    """Hear of everybody who signs in, signs out and changes a password."""
    user_authenticated.connect(_came_in, app)
    user_logged_out.connect(_went, app)
    password_changed.connect(_changed_password, app)


def actor_of(user: Any) -> Actor:
    """A user as the plugin knows people."""
    return Actor(f"user:{user.id}", user.name, user.role_set, user.person_id)


def _came_in(_: Flask, user: Any, authn_via: Sequence[str] | None = None, **__: Any) -> None:
    """Who cannot be recorded does not come in."""
    if authn_via and CHANGED in authn_via:
        return
    try:
        with _undoing() as database:
            second = {"second": authn_via[1]} if authn_via and len(authn_via) > 1 else {}
            _tell(database, actor_of(user), "account.sign_in", user, **second)
            database.flush()
    except SQLAlchemyError:
        session.clear()
        g.pop("_login_user", None)  # Flask-Login holds them for signed in already
        raise


def _went(_: Flask, user: Any, **__: Any) -> None:
    """Going is recorded where that is possible; it never depends on it."""
    try:
        with _undoing() as database:
            _tell(database, actor_of(user), "account.sign_out", user)
            database.commit()
    except SQLAlchemyError:
        log.exception("A sign-out could not be recorded.")


def _changed_password(_: Flask, user: Any, **__: Any) -> None:
    with _undoing() as database:
        _tell(database, actor_of(user), "account.change_password", user)
        database.flush()


def _left(user: Any) -> bool:
    """Whether the person of an account has left: it is closed then, if it was not when that was said (leaving.py)."""
    with _undoing() as database:
        database.info.update(actor=SYSTEM, request_id=request_id())
        return leaving.close_accounts(database, User.id == user.id, by="sign_in") > 0


def code_failed(user: User) -> None:
    """A second code that was wrong, of somebody who knew the password or is inside."""
    _failed(actor_of(user) if current_user.is_authenticated else None, user, "account.code_failed")


def tell(actor: Actor | None, action: str, user: User | None, outcome: str = "done", **details: Any) -> None:
    """One event about an account, in the request's own transaction, which the caller commits."""
    with _undoing() as database:
        _tell(database, actor, action, user, outcome, **details)
        database.flush()


def _failed(actor: Actor | None, user: Any, action: str = "account.sign_in_failed") -> None:
    """A try that failed, and the wait that it leads to; what comes within that wait is turned away unread, and not recorded."""
    with _undoing() as database:
        _tell(database, actor, action, user, "refused", page=request.endpoint)
        if seconds := throttle.wait_now(database):
            _tell(database, actor, "account.throttled", user, "refused", seconds=seconds)
        database.commit()


def _tell(database: Session, actor: Actor | None, action: str, user: User | None, outcome: str = "done", **details: Any) -> None:
    database.info.update(actor=actor, request_id=request_id())
    audit.record(database, action, object_type="account", object_id=user.id if user else None, outcome=outcome, **details)


@contextmanager
def _undoing() -> Iterator[Session]:
    """The request's session; all that it did is undone when an event cannot be written."""
    database: Session = host().db.session()
    try:
        yield database
    except SQLAlchemyError:
        database.rollback()
        raise
