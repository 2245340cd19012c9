"""What somebody does with their own account once they are inside: ending sessions elsewhere, new recovery codes.

Verbs check, change and record, and never commit. Changing the password is Flask-Security's page, the second step second_pages.py's.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from pep_admin import audit
from pep_admin.accounts import recovery, sessions
from pep_admin.accounts.models import User
from pep_admin.exceptions import NotFound, Refused
from pep_admin.permissions import Actor
from pep_admin.validators.findings import Finding


def account_of(session: Session, actor: Actor) -> User:
    """The account that acts."""
    number = actor.id.removeprefix("user:")
    user = session.scalar(select(User).where(User.id == int(number))) if number.isdigit() else None
    if user is None:
        raise NotFound
    return user


def end_one_session(session: Session, key: str, *, actor: Actor) -> None:
    """One browser's session of one's own, by its key; NotFound for any other."""
    user = account_of(session, actor)
    if not sessions.end_session(session, user, key):
        raise NotFound
    audit.record(session, "account.end_sessions", object_type="account", object_id=user.id, sessions=1)


def end_other_sessions(session: Session, *, actor: Actor, keep: str | None) -> int:
    """All of one's own but the one of that key; how many there were."""
    user = account_of(session, actor)
    ended = sessions.end_other_sessions(session, user, keep)
    audit.record(session, "account.end_sessions", object_type="account", object_id=user.id, sessions=ended)
    return ended


def renew_recovery_codes(session: Session, *, actor: Actor, now: datetime) -> list[str]:
    """Eight new codes in the place of those before; they can be read this once."""
    user = account_of(session, actor)
    if user.second_factor is None:
        message = "Recovery codes stand in for a second step, and your account has none. Set it up first."
        raise Refused([Finding("ACC-no-factor", "DATA-account-state", "", message)])
    codes = recovery.make_codes(session, user, now=now)
    audit.record(session, "account.recovery_codes", object_type="account", object_id=user.id, codes=len(codes))
    return codes
