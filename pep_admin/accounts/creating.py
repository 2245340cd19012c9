"""Making an account: for the command line, the demo and tests, with the same checks for all."""

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
from pep_admin.vocabulary import Role

_ADDRESS = re.compile(r"[^@\s,;<>()\"]+@[^@\s,;<>()\"]+\.[^@\s,;<>()\"]+")


def create_account(
    session: Session, email: str, name: str, roles: Iterable[Role], password: str, person_id: int | None = None
) -> User:
    """An account that can sign in, added to the session; the caller commits. Needs an application context, for the hash.

    `person_id` names the plugin's Person they are. Raises ValueError with a sentence for an address that is none or is taken, a
    missing name or role, and a password that is refused.
    """
    email, name, held = email.strip().lower(), name.strip(), frozenset(roles)
    if len(email) > 254 or not _ADDRESS.fullmatch(email):
        raise ValueError("Enter one complete e-mail address, like name@school.sch.uk.")
    if not name or not held:
        raise ValueError("An account needs a name and at least one role.")
    if session.scalar(select(User.id).where(User.email == email)) is not None:
        raise ValueError(f"There is an account for {email} already.")
    password = normalised(password)
    if problem := why_refused(password, about=[email, name, str(current_app.config.get("PEP_ADMIN_AUTHORITY_NAME", ""))]):
        raise ValueError(problem)
    user = User(email=email, name=name, password=hash_password(password), person_id=person_id, created_at=datetime.now(UTC))
    user.role_set = held
    session.add(user)
    session.flush()
    return user
