"""Making an account: for invitations, the command line, the demo and tests, with the same checks for all.

Whom an account may be made for by an administrator is upkeep.py's matter.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import UTC, datetime

from flask import current_app
from flask_security import hash_password
from sqlalchemy import select
from sqlalchemy.orm import Session

from pep_admin.accounts.models import User
from pep_admin.accounts.passwords import normalised, why_refused
from pep_admin.accounts.rules import check_roles
from pep_admin.validators.findings import blocking
from pep_admin.vocabulary import Role

_ADDRESS = re.compile(r"[^@\s,;<>()\"]+@[^@\s,;<>()\"]+\.[^@\s,;<>()\"]+")


def create_account(
    session: Session, email: str, name: str, roles: Iterable[Role], password: str | None, person_id: int | None = None
) -> User:
    """An account, added to the session and flushed; the caller commits. Needs an application context, for the hash.

    Without a password it is an invited one, which signs in only after its link was used. `person_id` names the plugin's Person they
    are. Raises ValueError with a sentence for an address that is none or is taken, a missing name, roles that do not go together,
    and a password that is refused.
    """
    email, name, held = email.strip().lower(), name.strip(), frozenset(roles)
    if len(email) > 254 or not _ADDRESS.fullmatch(email):
        raise ValueError("Enter one complete e-mail address, like name@school.sch.uk.")
    if not name or not held:
        raise ValueError("An account needs a name and at least one role.")
    if wrong := blocking(check_roles(held)):
        raise ValueError(wrong[0].sentence)
    if session.scalar(select(User.id).where(User.email == email)) is not None:
        raise ValueError(f"There is an account for {email} already.")
    hashed = None if password is None else hash_of(password, about=[email, name])
    user = User(email=email, name=name, password=hashed, person_id=person_id, created_at=datetime.now(UTC))
    user.role_set = held
    session.add(user)
    session.flush()
    return user


def hash_of(password: str, *, about: Iterable[str]) -> str:
    """A new password as it is kept; ValueError with a sentence when it is refused. `about` are the owner's name and address."""
    password = normalised(password)
    if problem := why_refused(password, about=[*about, str(current_app.config.get("PEP_ADMIN_AUTHORITY_NAME", ""))]):
        raise ValueError(problem)
    return str(hash_password(password))
