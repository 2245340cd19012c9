"""What the commands about accounts do: the first administrator, an account, and the way back in for whom nobody else can help.

Whoever may run a command on the machine may do all of this anyway; it is recorded all the same. Words and options are cli.py's.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from pep_admin import audit
from pep_admin.accounts import letters, rules, second_step, sessions, tickets
from pep_admin.accounts.creating import create_account
from pep_admin.accounts.models import AccountState, TicketKind, User
from pep_admin.config import LONDON
from pep_admin.exceptions import PepAdminError
from pep_admin.models import Person
from pep_admin.validators.findings import blocking
from pep_admin.vocabulary import Role


def make_first_administrator(session: Session, email: str, name: str) -> list[str]:
    """An administrator without a password, and the sentences to print: the link to choose one with is among them, once.

    Raises PepAdminError when there is an administrator already. Somebody who was invited so and did not come may be invited again.
    """
    email = email.strip().lower()
    standing = list(session.scalars(select(User).where(User.held.contains(Role.ADMINISTRATOR.value), User.active)))
    if any(user.state is AccountState.ACTIVE for user in standing):
        raise PepAdminError("There is an administrator already, who makes all other accounts under Accounts. Nothing was changed. "
                            "If they cannot get in any more: pep-admin rescue-user.")
    if standing and standing[0].email != email:
        raise PepAdminError(f"{standing[0].email} was invited as administrator and has not chosen a password yet. Nothing was "
                            "changed. For a new link, run this again with that address.")
    user = standing[0] if standing else _made(session, email, name, [Role.ADMINISTRATOR], None, None)
    return [f"{'Invited' if standing else 'Made'} the administrator {user.name}.", *_link(session, user, TicketKind.INVITATION)]


def make_account(
    session: Session, email: str, name: str, roles: Iterable[Role], *, password: str | None, person_id: int | None
) -> list[str]:
    """An account, and the sentences to print. Without a password it is invited: by mail, or by a link where no mail goes out.

    Raises PepAdminError with a sentence for what cannot be.
    """
    held = frozenset(roles)
    person = session.get(Person, person_id) if person_id is not None else rules.find_person(session, email)
    if person_id is not None and person is None:
        raise PepAdminError(f"There is no person with the number {person_id}.")
    if wrong := blocking(rules.check_person(session, person, held)):
        raise PepAdminError(f"{wrong[0].sentence} Or name them by --person.")
    user = _made(session, email, name, held, password, person.id if person else None)
    said = [f"Made the account of {user.name}: {', '.join(role.label for role in sorted(held))}."]
    if password is not None:
        return said
    if not letters.can_be_sent():
        return [*said, *_link(session, user, TicketKind.INVITATION)]
    now = datetime.now(UTC)
    letters.queue_ticket(session, tickets.issue(session, TicketKind.INVITATION, user, now=now), now=now)
    return [*said, f"An invitation to {user.email} is queued; the worker sends it."]


def rescue(session: Session, email: str) -> list[str]:
    """A link to choose another password with, and no second step until the next sign-in; sessions end. The sentences to print."""
    user = session.scalar(select(User).where(User.email == email.strip().lower()).with_for_update())
    if user is None or not user.active:
        raise PepAdminError("There is no account with that address, or it is suspended. Nothing was changed.")
    second_step.forget_factor(session, user, now=datetime.now(UTC))
    ended = sessions.end_all_sessions(session, user)
    audit.record(session, "account.rescue", object_type="account", object_id=user.id, sessions=ended)
    return [f"{user.name} has no second step now and is signed out everywhere.", *_link(session, user, TicketKind.RESET)]


def _made(
    session: Session, email: str, name: str, roles: Iterable[Role], password: str | None, person_id: int | None
) -> User:
    held = frozenset(roles)
    try:
        user = create_account(session, email, name, held, password, person_id)
    except ValueError as refusal:
        raise PepAdminError(str(refusal)) from None
    audit.record(session, "account.create", object_type="account", object_id=user.id, roles=sorted(role.value for role in held))
    return user


def _link(session: Session, user: User, kind: TicketKind) -> list[str]:
    ticket = tickets.issue(session, kind, user, now=datetime.now(UTC))
    until = ticket.expires_at.astimezone(LONDON)
    return [f"To choose a password, open this once, before {until:%d %b %Y %H:%M}. It is not shown again:",
            f"  {tickets.link_of(ticket)}"]
