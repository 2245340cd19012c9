"""Letters about accounts: queued with the number of a ticket, made into words when they are sent.

A queued letter holds neither link nor code nor address. The words are server/mail.py's, the sending is the worker's.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from typing import Any

from flask import current_app
from sqlalchemy import select
from sqlalchemy.orm import Session

from pep_admin import outbox
from pep_admin.accounts import tickets
from pep_admin.accounts.models import Ticket, TicketKind, User
from pep_admin.config import MailBackend
from pep_admin.models import Delivery
from pep_admin.server.addressing import Addressed, addressed
from pep_admin.server.mail import mail_settings
from pep_admin.views.formats import moment

TEMPLATES = {TicketKind.INVITATION: "invited", TicketKind.RESET: "reset", TicketKind.CODE: "sign_in_code"}


class Change(StrEnum):
    """What an account's owner is told of afterwards."""

    PASSWORD = "password"  # noqa: S105  # the name of a change
    FACTOR = "factor"
    FACTOR_RESET = "factor_reset"
    RECOVERY = "recovery"


TOLD = {
    Change.PASSWORD: "The password of your account was changed",
    Change.FACTOR: "The way in which your account asks for a second code was changed",
    Change.FACTOR_RESET: "An administrator took away the second step of your account: the next time you sign in, set up a new one",
    Change.RECOVERY: "Somebody signed in to your account with one of its recovery codes",
}


def can_be_sent() -> bool:
    """Whether this installation sends mail at all."""
    settings = mail_settings(current_app.config, Path(current_app.instance_path))
    return settings.backend is not MailBackend.SMTP or bool(settings.server and settings.sender)


def queue_ticket(session: Session, ticket: Ticket, *, now: datetime) -> Delivery:
    """The letter with the ticket's link or code."""
    return outbox.queue_mail(session, _key_of(ticket), None, TEMPLATES[ticket.kind], now=now, ticket=ticket.id)


def queue_notice(session: Session, user: User, change: Change, *, now: datetime) -> Delivery:
    """A letter that tells the account's owner what was changed, in case it was not they."""
    return outbox.queue_mail(session, f"account:{uuid.uuid4().hex}", None, "account_changed", now=now, user=user.id,
                             change=change.value, at=now.isoformat())


def letter_of(session: Session, ticket: Ticket) -> Delivery | None:
    """What became of the ticket's letter; None where none was queued."""
    return session.scalar(select(Delivery).where(Delivery.key == _key_of(ticket)))


def _key_of(ticket: Ticket) -> str:
    return f"account:ticket:{ticket.id}"


@addressed(*TEMPLATES.values())
def _ticket(session: Session, arguments: Mapping[str, Any]) -> Addressed | str:
    asked = select(Ticket, User).join(User, Ticket.user_id == User.id).where(Ticket.id == arguments["ticket"])
    found = session.execute(asked).first()
    if found is None:
        return "There is no account with the address that this was asked for."
    ticket, user = found
    if ticket.spent_at is not None or ticket.expires_at <= datetime.now(UTC):
        return "What this is about was used, replaced, too old or taken back before it could be sent."
    said = {"code": tickets.code_of(ticket)} if ticket.kind is TicketKind.CODE else {"link": tickets.link_of(ticket)}
    return Addressed(user.email, {"name": user.name, "until": moment(ticket.expires_at), **said})


@addressed("account_changed")
def _notice(session: Session, arguments: Mapping[str, Any]) -> Addressed | str:
    user = session.get(User, arguments["user"])
    if user is None or not user.active:
        return "The account was suspended before this was sent."
    return Addressed(user.email, {
        "name": user.name, "what": TOLD[Change(arguments["change"])], "at": moment(datetime.fromisoformat(arguments["at"])),
        "link": f"{current_app.config['PEP_ADMIN_BASE_URL']}/account/forgotten"})
