"""What administrators do with accounts: invite, change, suspend and bring back, rescue who lost their second step, end sessions.

Verbs check, change and record, and never commit. Each takes the administrators' rows under a lock: of two who act on one another at
the same moment, the second is none any more. Pages are screens.py's.
"""

from __future__ import annotations

from collections.abc import Iterable
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from pep_admin import audit
from pep_admin.accounts import letters, rules, second_step, sessions, tickets
from pep_admin.accounts.creating import create_account
from pep_admin.accounts.models import AccountState, Ticket, TicketKind, User
from pep_admin.exceptions import NotAllowed, NotFound, Refused, StaleRecord
from pep_admin.models import Person
from pep_admin.permissions import SYSTEM, Actor, Permission, require
from pep_admin.validators.findings import Finding, blocking
from pep_admin.vocabulary import Labelled, Role


class SuspensionReason(Labelled):
    """Why an account is suspended."""

    LEFT = "left", "They have left this work"
    AWAY = "away", "They are away for a long time"
    AT_RISK = "at_risk", "Somebody else may have got into it"
    NOT_NEEDED = "not_needed", "They do not need it any more"
    MISTAKE = "mistake", "It was made by mistake"


class ReturnReason(Labelled):
    """Why an account is opened again."""

    BACK = "back", "They are back"
    SAFE = "safe", "It is safe again"
    MISTAKE = "mistake", "It was suspended by mistake"


class RescueReason(Labelled):
    """Why somebody cannot take their second step."""

    NEW = "new", "They have a new telephone or computer"
    LOST = "lost", "Their telephone or computer is lost or stolen"
    MAILBOX = "mailbox", "They cannot reach their mailbox"
    OTHER = "other", "It does not work, and nobody knows why"


class Proof(Labelled):
    """How the administrator knows that it is the owner who asks."""

    SEEN = "seen", "I have seen them, in person or by video"
    CALLED = "called", "I called them at a number that was known before"


@dataclass(frozen=True, slots=True)
class Invited:
    """An account with the ticket of its invitation, whose link is mailed or handed over."""

    user: User
    ticket: Ticket


# --- inviting ----------------------------------------------------------------------------------------------------------


def check_account(
    session: Session, *, name: str, email: str, roles: AbstractSet[Role], of: User | None = None
) -> tuple[Person | None, list[Finding]]:
    """The person on record whom an account with that address would be, and everything that is to be said of it.

    An account whose address does not change stays whose it is.
    """
    stays = of is not None and of.person_id is not None and of.email == email.strip().lower()
    person = session.get(Person, of.person_id) if of is not None and stays else rules.find_person(session, email)
    found = [*rules.check_name(name), *rules.check_address(session, email, of=of), *rules.check_roles(roles)]
    return person, [*found, *rules.check_person(session, person, roles, of=of)]


def invite_account(session: Session, *, actor: Actor, name: str, email: str, roles: Iterable[Role], now: datetime) -> Invited:
    """A new account, of the person on record with that address if there is one, and its letter with the link."""
    _require(session, actor)
    held = frozenset(roles)
    person, found = check_account(session, name=name, email=email, roles=held)
    if stopping := blocking(found):
        raise Refused(stopping)
    user = create_account(session, email, name, held, None, person.id if person else None)
    _record(session, "account.invite", user, roles=sorted(held), person=user.person_id)
    return _invite(session, user, now=now)


def resend_invitation(session: Session, user_id: int, *, actor: Actor, version: int, now: datetime) -> Invited:
    """A new letter with a new link to who has no password yet; the link before it stops working."""
    user = _take(session, user_id, actor, version)
    _refuse_unless(user.state is AccountState.INVITED, f"{user.name} has a password already, or is suspended: nothing was sent.")
    _record(session, "account.resend", user)
    return _invite(session, user, now=now)


def send_reset(session: Session, user_id: int, *, actor: Actor, version: int, now: datetime) -> Invited:
    """A link for another password, to who has one already and forgot it; until it is used the old one holds."""
    user = _take(session, user_id, actor, version)
    _refuse_unless(user.state is AccountState.ACTIVE, f"{user.name} has no password yet, or is suspended: nothing was sent.")
    ticket = tickets.issue(session, TicketKind.RESET, user, now=now)
    letters.queue_ticket(session, ticket, now=now)
    _record(session, "account.send_reset", user)
    return Invited(user, ticket)


def _invite(session: Session, user: User, *, now: datetime) -> Invited:
    ticket = tickets.issue(session, TicketKind.INVITATION, user, now=now)
    letters.queue_ticket(session, ticket, now=now)
    return Invited(user, ticket)


# --- changing ----------------------------------------------------------------------------------------------------------


def change_account(
    session: Session, user_id: int, *, actor: Actor, version: int, name: str, email: str, roles: Iterable[Role], now: datetime
) -> User:
    """Name, address and roles. With another address it is the account of the person there, and sessions and links before it end."""
    user, held, email = _take(session, user_id, actor, version), frozenset(roles), email.strip().lower()
    person, found = check_account(session, name=name, email=email, roles=held, of=user)
    if _is_own(user, actor) and held != user.role_set:
        message = "Nobody changes their own roles: another administrator can."
        found.append(Finding("ACC-own-roles", "DATA-account-last", "roles", message))
    if stopping := blocking(found):
        raise Refused(stopping)
    before, moves = user.role_set, email != user.email
    differs = {"name": name.strip() != user.name, "email": moves, "roles": held != before}
    changed = [word for word, is_new in differs.items() if is_new]
    user.name, user.email, user.role_set = name.strip(), email, held
    user.person_id = person.id if person else None
    _record(session, "account.change", user, changed=changed, before=sorted(before), roles=sorted(held), person=user.person_id)
    if moves:
        _start_anew(session, user, now=now)
    return user


def _start_anew(session: Session, user: User, *, now: datetime) -> None:
    """The mailbox is another: nothing that went to the one before is worth anything."""
    tickets.spend_all(session, user, now=now)
    if user.state is AccountState.INVITED:
        _invite(session, user, now=now)
    else:
        sessions.end_all_sessions(session, user)


def suspend_account(session: Session, user_id: int, *, actor: Actor, version: int, reason: SuspensionReason, now: datetime) -> User:
    """They are nobody from their next request on, and no link that they have works."""
    user = _take(session, user_id, actor, version)
    if _is_own(user, actor):
        raise Refused([Finding("ACC-own", "DATA-account-last", "", "Nobody suspends themselves: another administrator can.")])
    _refuse_unless(user.active, f"{user.name} is suspended already.")
    user.active = False
    ended = sessions.end_all_sessions(session, user)
    tickets.spend_all(session, user, now=now)
    _record(session, "account.suspend", user, reason=reason.value, sessions=ended)
    return user


def reactivate_account(session: Session, user_id: int, *, actor: Actor, version: int, reason: ReturnReason, now: datetime) -> User:
    """They may sign in again, with the password and the second step they had; who never had a password is invited anew."""
    user = _take(session, user_id, actor, version)
    _refuse_unless(not user.active, f"{user.name} is not suspended.")
    has_left = session.scalar(select(User.id).where(User.id == user.id, rules.has_left())) is not None
    _refuse_unless(not has_left, f"{user.name} has left, by the list of people, so the account would be closed again at once. Ask "
                   "a Virtual School officer to empty “Left on” under People first.")
    user.active = True
    _record(session, "account.reactivate", user, reason=reason.value)
    if user.state is AccountState.INVITED:
        _invite(session, user, now=now)
    return user


# --- rescuing ----------------------------------------------------------------------------------------------------------


def reset_second_factor(
    session: Session, user_id: int, *, actor: Actor, version: int, reason: RescueReason, proof: Proof, now: datetime
) -> User:
    """The second step and its recovery codes are gone, all sessions end, and the next sign-in asks to set one up; they are told."""
    user = _take(session, user_id, actor, version)
    _refuse_unless(user.second_factor is not None, f"{user.name} has no second step that could be taken away.")
    if _is_own(user, actor):
        message = "Change your own second step under My account, or let another administrator take it away."
        raise Refused([Finding("ACC-own-factor", "DATA-account-last", "", message)])
    second_step.forget_factor(session, user, now=now)
    ended = sessions.end_all_sessions(session, user)
    letters.queue_notice(session, user, letters.Change.FACTOR_RESET, now=now)
    _record(session, "account.reset_second_factor", user, reason=reason.value, proof=proof.value, sessions=ended)
    return user


def end_sessions(session: Session, user_id: int, *, actor: Actor, version: int) -> int:
    """All browsers where they are signed in ask them to sign in again; how many there were."""
    user = _take(session, user_id, actor, version)
    ended = sessions.end_all_sessions(session, user)
    _record(session, "account.end_sessions", user, sessions=ended)
    return ended


# --- what all of them do -----------------------------------------------------------------------------------------------


def _take(session: Session, user_id: int, actor: Actor, version: int) -> User:
    rows = _require(session, actor, user_id)
    user = next((each for each in rows if each.id == user_id), None)
    if user is None:
        raise NotFound
    if user.row_version != version:
        raise StaleRecord
    user.row_version += 1
    return user


def _require(session: Session, actor: Actor, user_id: int = -1) -> list[User]:
    """The administrators' accounts and that one, locked in one order; NotAllowed unless the actor is an administrator just now."""
    require(actor, Permission.ACCOUNT_EDIT)
    wanted = or_(User.id == user_id, User.held.contains(Role.ADMINISTRATOR.value))
    taken = select(User).where(wanted).order_by(User.id).with_for_update()
    rows = list(session.scalars(taken, execution_options={"populate_existing": True}))
    still = any(_is_own(each, actor) and each.active and Role.ADMINISTRATOR in each.role_set for each in rows)
    if actor is not SYSTEM and not still:
        raise NotAllowed(Permission.ACCOUNT_EDIT.value, f"Your account may not {Permission.ACCOUNT_EDIT.sentence}.")
    return rows


def _is_own(user: User, actor: Actor) -> bool:
    return actor.id == f"user:{user.id}"


def _refuse_unless(holds: bool, sentence: str) -> None:
    if not holds:
        raise Refused([Finding("ACC-state", "DATA-account-state", "", sentence)])


def _record(session: Session, action: str, user: User, **details: Any) -> None:
    told: dict[str, Any] = {name: list(map(str, value)) if isinstance(value, list) else value for name, value in details.items()}
    audit.record(session, action, object_type="account", object_id=user.id, **told)
