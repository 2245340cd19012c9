"""Accounts of people who have left, by the list of people: closed when that is said, at the latest when somebody comes in by one.

The plugin says that somebody left after its commit; a process that dies in between says nothing. So nobody is let in, or stays in,
whose person has left: that rule is asked anew every time. Only an administrator opens such an account again (upkeep.py).
"""

from __future__ import annotations

import logging
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

from flask import Flask, g, request, session
from flask_login import current_user
from sqlalchemy import ColumnElement, Engine, select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from pep_admin import audit, signals
from pep_admin.accounts import sessions, tickets
from pep_admin.accounts.models import User
from pep_admin.accounts.rules import has_left
from pep_admin.accounts.second_step import UNASKED
from pep_admin.permissions import ROLE_PERMISSIONS, SYSTEM, Permission
from pep_admin.vocabulary import Role

log = logging.getLogger("pep_admin.accounts")

CLOSED = "account.person_left"


def open_accounts(of: Session, person_ids: Iterable[int]) -> set[int]:
    """Of those people, the ones with an account that is open, or that is invited."""
    found = select(User.person_id).where(User.person_id.in_(list(person_ids)), User.active, ~has_left())
    return {each for each in of.scalars(found) if each is not None}


def child_readers(of: Session, person_ids: Iterable[int]) -> set[int]:
    """Of those people, the ones whose account is open, or invited, and reads children's records."""
    found = of.scalars(select(User).where(User.person_id.in_(list(person_ids)), User.active, ~has_left()))
    return {each.person_id for each in found
            if each.person_id is not None and any(Permission.CHILD_READ in ROLE_PERMISSIONS[role] for role in each.role_set)}


def close_accounts(of: Session, *criteria: ColumnElement[bool], by: str) -> int:
    """Close the open accounts that fit and whose person has left: no session, link or code of theirs works any more. How many there
    were; `by` says what brought it up. Never commits.

    The last administrator stays: somebody must be able to put a mistake right.
    """
    found = select(User).where(*criteria, User.active, has_left()).order_by(User.id).with_for_update()
    closed = [user for user in of.scalars(found) if not _is_last_administrator(of, user)]
    for user in closed:
        user.active, user.row_version = False, user.row_version + 1
        ended = sessions.end_all_sessions(of, user)
        tickets.spend_all(of, user, now=datetime.now(UTC))
        audit.record(of, CLOSED, object_type="account", object_id=user.id, by=by, person=user.person_id, sessions=ended)
        of.flush()
    return len(closed)


def _is_last_administrator(of: Session, user: User) -> bool:
    others = select(User.id).where(User.active, User.held.contains(Role.ADMINISTRATOR.value), User.id != user.id, ~has_left())
    return Role.ADMINISTRATOR in user.role_set and of.scalar(others.limit(1)) is None


def install(app: Flask, db: Any) -> None:
    """Hear of people who left, and ask of everybody who is in whether they have. Must come before what asks who acts."""
    with app.app_context():
        engine = db.engine

    def hear(_: Any, person_id: int) -> None:
        try:
            _close_at_once(engine, User.person_id == person_id, by="announced")
        except SQLAlchemyError:
            log.exception("An account was not closed when its person left; nobody comes in by it all the same.")

    signals.person_left.connect(hear, app, weak=False)

    @app.before_request
    def nobody_who_left() -> None:
        if request.endpoint in UNASKED or "_user_id" not in session or not current_user.is_authenticated:
            return
        number = current_user.id
        if current_user.person_id is None or db.session.scalar(select(User.id).where(User.id == number, has_left())) is None:
            return
        db.session.rollback()  # in a POST it holds the lock that closing needs
        if _close_at_once(engine, User.id == number, by="page"):
            session.clear()
            g.pop("_login_user", None)


def _close_at_once(engine: Engine, *criteria: ColumnElement[bool], by: str) -> int:
    with Session(engine.execution_options(write=True)) as own, own.begin():
        own.info["actor"] = SYSTEM
        return close_accounts(own, *criteria, by=by)
