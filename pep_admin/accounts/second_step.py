"""The second step of signing in: what is asked beside the password, of whom, and that each answer is taken once, also in a race.

Between the two steps the session says who gave the right password, and nobody is signed in. The pages are second_pages.py, the
codes authenticator.py, recovery.py and tickets.py.
"""

from __future__ import annotations

import hmac
import re
from datetime import UTC, datetime, timedelta
from typing import Any

from flask import Flask, current_app, g, redirect, request, session, url_for
from flask_security import login_user
from flask_security.tf_plugin import TfPlugin
from sqlalchemy import or_, select, update
from sqlalchemy.orm import Session

from pep_admin.accounts import authenticator, letters, recovery, sessions, throttle, tickets
from pep_admin.accounts.models import Factor, Ticket, TicketKind, User
from pep_admin.accounts.rules import has_left
from pep_admin.exceptions import ConfigError
from pep_admin.views.gate import SAME_ORIGIN_PATH
from pep_admin.views.hosting import host
from pep_admin.vocabulary import Role

HALF_WAY, CHANGING, PASSED = throttle.PENDING, "second_step_change", "second_step_passed"
"""Where the session keeps what is known between the steps, what is known while the second is changed, and that it was taken."""
WITHIN = timedelta(minutes=15)
"""How long the right password waits for the second step."""
MAILED_AGAIN_AFTER = timedelta(minutes=1)
UNASKED = frozenset({"pep_assets.static", "favicon", "healthz"})
_UNSEEN: dict[str, Any] = {"synchronize_session": False}


class SecondStep(TfPlugin):
    """Flask-Security's place for a second step, after a right password and before anybody is signed in."""

    def tf_enter(self, user: Any, remember_me: bool | None, primary_authn_via: str, next_loc: str | None) -> Any:
        """The way to the second step; None where none is asked."""
        if not is_asked():
            return None
        database, now = host().db.session(), datetime.now(UTC)
        throttle.give_back(database)
        begin(user)
        if factor_of(user) is Factor.MAIL:
            mail_code(database, user, now=now)
        database.commit()
        return redirect(url_for(f"account.{page_for(user)}"))


def install(app: Flask) -> None:
    """A session that has not taken the second step is nobody's, however it came about. Must come before what asks who acts."""
    _check_roles(app)

    @app.before_request
    def without_it_nobody() -> None:
        if request.endpoint in UNASKED or not is_asked():
            return
        if "_user_id" in session and not session.get(PASSED):
            session.clear()
            g.pop("_login_user", None)


def is_asked() -> bool:
    """Whether this installation asks for a second step."""
    return bool(current_app.config["PEP_ADMIN_SECOND_FACTOR"])


def may_have_mail(user: User) -> bool:
    """Whether the user's code may come by e-mail: every role of theirs is one that the setting names, and mail can be sent."""
    allowed = current_app.config["PEP_ADMIN_MAILED_CODE_ROLES"]
    return bool(user.role_set) and all(role.value in allowed for role in user.role_set) and letters.can_be_sent()


def factor_of(user: User) -> Factor | None:
    """What the user is asked for; None when it has to be set up first: never done, taken away, or not open to them any more."""
    if user.second_factor is Factor.APP and user.second_secret:
        return Factor.APP
    return Factor.MAIL if user.second_factor is Factor.MAIL and may_have_mail(user) else None


# --- between the two steps ---------------------------------------------------------------------------------------------


def begin(user: User) -> None:
    """Remember, under a new session number, that this user gave the right password, and where they were going."""
    asked = request.values.get("next", "")
    sessions.renumber()
    session[HALF_WAY] = {"user": user.fs_uniquifier, "since": datetime.now(UTC).timestamp(),
                         "next": asked if SAME_ORIGIN_PATH.fullmatch(asked) else ""}


def half_way(database: Session) -> User | None:
    """Who has taken the first step in this session, lately, and may still come in."""
    known = session.get(HALF_WAY)
    if not known:
        return None
    user = database.scalar(select(User).where(User.fs_uniquifier == known["user"], User.active, ~has_left()))
    if user is None or datetime.now(UTC).timestamp() - known["since"] > WITHIN.total_seconds():
        session.pop(HALF_WAY, None)
        return None
    return user


def remembered(name: str) -> Any:
    """What the steps before have put aside under that name: the mailed ticket, a secret that is being set up."""
    return (session.get(_place()) or {}).get(name)


def remember(**values: Any) -> None:
    """Put something aside until the second step, or the change of it, is done."""
    session[_place()] = {**(session.get(_place()) or {}), **values}


def _place() -> str:
    return HALF_WAY if HALF_WAY in session else CHANGING


def page_for(user: User) -> str:
    """The page of the account blueprint where the user goes on."""
    return "code" if factor_of(user) else "set_up"


def come_in(database: Session, user: User, via: str) -> str:
    """Sign the user in, who took both steps; commits. Where they were going."""
    known = session.pop(HALF_WAY, None) or {}
    login_user(user, remember=False, authn_via=["password", via])
    session[PASSED] = True
    database.commit()
    return str(known.get("next") or current_app.config["SECURITY_POST_LOGIN_VIEW"])


# --- answers, each taken once ------------------------------------------------------------------------------------------


def take_code(database: Session, user: User, code: str, *, now: datetime) -> bool:
    """Take a code of the user's own factor, in the caller's transaction; False for one that is wrong, old or was taken before."""
    if factor_of(user) is Factor.MAIL:
        return take_mailed(database, user, code, now=now)
    step = authenticator.step_of(user.second_secret or "", code, now)
    free = or_(User.second_step.is_(None), User.second_step < (step or 0))
    if step is None:
        return False
    mine = (User.id == user.id, User.second_secret == user.second_secret, User.active, free)
    taken = update(User).where(*mine).values(second_step=step).returning(User.id)
    return database.execute(taken, execution_options=_UNSEEN).first() is not None


def take_mailed(database: Session, user: User, code: str, *, now: datetime) -> bool:
    """The same for the code that was mailed for this session."""
    ticket = database.get(Ticket, remembered("ticket") or 0)
    if ticket is None or ticket.user_id != user.id or ticket.kind is not TicketKind.CODE:
        return False
    is_right = hmac.compare_digest(tickets.code_of(ticket).encode(), re.sub(r"\s", "", code).encode())
    return is_right and tickets.spend(database, ticket.id, now=now)


def take_recovery_code(database: Session, user: User, code: str, *, now: datetime) -> bool:
    """The same for one of the user's recovery codes; the owner is told by mail."""
    if not recovery.spend_code(database, user, code, now=now):
        return False
    letters.queue_notice(database, user, letters.Change.RECOVERY, now=now)
    return True


def mail_code(database: Session, user: User, *, now: datetime) -> bool:
    """Queue a code for this session to the user's address; False when the last one, not a minute old, has to do."""
    last = tickets.newest(database, user, TicketKind.CODE)
    if last is not None and last.spent_at is None and now - last.issued_at < MAILED_AGAIN_AFTER:
        remember(ticket=last.id)
        return False
    ticket = tickets.issue(database, TicketKind.CODE, user, now=now)
    letters.queue_ticket(database, ticket, now=now)
    remember(ticket=ticket.id)
    return True


# --- setting it up -----------------------------------------------------------------------------------------------------


def secret_being_set_up() -> str:
    """The new secret of this session, made when it is first asked for."""
    if not (secret := remembered("secret")):
        secret = authenticator.new_secret()
        remember(secret=secret)
    return str(secret)


def set_app(database: Session, user: User, code: str, *, now: datetime) -> bool:
    """Take up the app that shows this code for the session's new secret; False for a code that is not the present one."""
    secret = str(remembered("secret") or "")
    step = authenticator.step_of(secret, code, now) if secret else None
    if step is None:
        return False
    user.second_factor, user.second_secret, user.second_step, user.second_since = Factor.APP, secret, step, now
    return True


def set_mail(database: Session, user: User, code: str, *, now: datetime) -> bool:
    """Take up the mailbox that the code of this session went to; False for a wrong code, or where that is not open to the user."""
    if not may_have_mail(user) or not take_mailed(database, user, code, now=now):
        return False
    user.second_factor, user.second_secret, user.second_step, user.second_since = Factor.MAIL, None, None, now
    return True


def forget_factor(database: Session, user: User, *, now: datetime) -> None:
    """The user has no second step any more, nor codes for it: the next sign-in asks them to set one up."""
    user.second_factor = user.second_secret = user.second_step = user.second_since = None
    recovery.forget_codes(database, user)
    tickets.spend_all(database, user, now=now, kinds=(TicketKind.CODE,))


def _check_roles(app: Flask) -> None:
    known = {role.value for role in Role}
    if strange := [name for name in app.config["PEP_ADMIN_MAILED_CODE_ROLES"] if name not in known]:
        raise ConfigError(f"PEP_ADMIN_MAILED_CODE_ROLES names {strange[0]}, which is no role. The roles are: "
                          f"{', '.join(sorted(known))}.")
