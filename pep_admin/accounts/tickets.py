"""Links and mailed codes: issued with a time to live, made into text from the row and a key, taken once, also in a race.

The text of a link or a code is nowhere in the database. What somebody may do with a ticket is its page's matter, how it is mailed
letters.py's. Verbs here never commit.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from flask import current_app
from itsdangerous import BadData, URLSafeSerializer
from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from pep_admin.accounts.models import Ticket, TicketKind, User
from pep_admin.accounts.rules import has_left

CODE_FOR = timedelta(minutes=10)
CODE_FIGURES = 6
FORGOTTEN_AFTER = timedelta(days=30)
LINKS = (TicketKind.INVITATION, TicketKind.RESET)
LONGEST_TOKEN = 200
LINK_PATH = "/account/link/"
_UNSEEN: dict[str, Any] = {"synchronize_session": False}


def time_to_live(kind: TicketKind) -> timedelta:
    """How long a ticket of that kind works, by the settings."""
    if kind is TicketKind.INVITATION:
        return timedelta(days=current_app.config["PEP_ADMIN_INVITATION_DAYS"])
    return timedelta(minutes=current_app.config["PEP_ADMIN_RESET_MINUTES"]) if kind is TicketKind.RESET else CODE_FOR


def issue(session: Session, kind: TicketKind, user: User | None, *, now: datetime) -> Ticket:
    """A new ticket, flushed. Invitations before it stop working; a second reset or code leaves the first one alone."""
    if user is not None and kind is TicketKind.INVITATION:
        spend_all(session, user, now=now, kinds=(kind,))
    session.execute(delete(Ticket).where(Ticket.expires_at < now - FORGOTTEN_AFTER), execution_options=_UNSEEN)
    made = Ticket(kind=kind, user_id=user.id if user else None, issued_at=now, expires_at=now + time_to_live(kind))
    session.add(made)
    session.flush()
    return made


def find_link(session: Session, token: str, *, now: datetime) -> Ticket | None:
    """The ticket of a link that works still; None alike for one that is forged, old, spent, or of an account that is suspended
    or whose person has left."""
    try:
        number, nonce = _signer().loads(token) if len(token) <= LONGEST_TOKEN else (0, "")
    except (BadData, ValueError, TypeError):
        return None
    found = select(Ticket).join(User, Ticket.user_id == User.id).where(
        Ticket.id == number, Ticket.nonce == nonce, Ticket.kind.in_(LINKS), User.active, ~has_left(),
        *_working(now))
    return session.scalar(found)


def spend(session: Session, ticket_id: int, *, now: datetime) -> bool:
    """Take the ticket; False when it was taken meanwhile, by whomever, or has run out."""
    taken = update(Ticket).where(Ticket.id == ticket_id, *_working(now)).values(spent_at=now).returning(Ticket.id)
    return session.execute(taken, execution_options=_UNSEEN).first() is not None


def spend_all(session: Session, user: User, *, now: datetime, kinds: Iterable[TicketKind] = tuple(TicketKind)) -> None:
    """None of the user's tickets of those kinds works any more."""
    open_ones = update(Ticket).where(Ticket.user_id == user.id, Ticket.kind.in_(list(kinds)), Ticket.spent_at.is_(None))
    session.execute(open_ones.values(spent_at=now), execution_options=_UNSEEN)


def link_of(ticket: Ticket) -> str:
    """The address that the ticket's link leads to, at the host name of the settings whatever the request's was."""
    base = str(current_app.config["PEP_ADMIN_BASE_URL"])
    return f"{base}{LINK_PATH}{_signer().dumps([ticket.id, ticket.nonce])}"


def code_of(ticket: Ticket) -> str:
    """The six figures that a ticket for one sign-in stands for."""
    digest = hmac.new(_key("code"), f"{ticket.id} {ticket.nonce}".encode(), hashlib.sha256).digest()
    return f"{int.from_bytes(digest[:8]) % 10 ** CODE_FIGURES:0{CODE_FIGURES}}"


def newest(session: Session, user: User, kind: TicketKind) -> Ticket | None:
    """The last ticket of that kind that was issued to the user."""
    return session.scalar(select(Ticket).where(Ticket.user_id == user.id, Ticket.kind == kind).order_by(Ticket.id.desc()).limit(1))


def _working(now: datetime) -> tuple[Any, ...]:
    return Ticket.spent_at.is_(None), Ticket.expires_at > now


def _signer() -> URLSafeSerializer:
    return URLSafeSerializer(_key("link"), signer_kwargs={"digest_method": hashlib.sha256})


def _key(purpose: str) -> bytes:
    return hmac.new(str(current_app.secret_key).encode(), f"pep_admin ticket {purpose}".encode(), hashlib.sha256).digest()
