"""What holds of every account: its address, its roles beside one another, the person it belongs to.

Checks alone: they take values and rows and return findings. Who may change an account, and what happens then, is upkeep.py's.
"""

from __future__ import annotations

from collections.abc import Set as AbstractSet

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from pep_admin import config
from pep_admin.accounts.models import User
from pep_admin.models import Person
from pep_admin.validators.findings import Finding, Severity
from pep_admin.validators.identifiers import check_email
from pep_admin.vocabulary import Role

NEEDS_PERSON = frozenset({Role.DESIGNATED_TEACHER, Role.SOCIAL_WORKER})
DECIDES = frozenset({Role.VS_HEAD, Role.VS_OFFICER})
LONGEST_NAME, LONGEST_ADDRESS = 200, 254


def check_name(name: str) -> list[Finding]:
    """A name that others see (DATA-account)."""
    if name.strip() and len(name.strip()) <= LONGEST_NAME:
        return []
    return [Finding("ACC-name", "DATA-account", "name", f"Enter the name that others see, in at most {LONGEST_NAME} characters.")]


def check_roles(roles: AbstractSet[Role]) -> list[Finding]:
    """At least one; administrators have no other (DATA-account-roles). What only looks like much for one pair of hands warns."""
    if not roles:
        return [Finding("ACC-no-role", "DATA-account", "roles", "Choose at least one role.")]
    if Role.ADMINISTRATOR in roles and len(roles) > 1:
        message = ("An administrator gives out roles, so they have no other themselves. Make a second account with another address "
                   "for what they do with children's records or money.")
        return [Finding("ACC-separation", "DATA-account-roles", "roles", message)]
    found = []
    if Role.AUDITOR in roles and len(roles) > 1:
        message = "An auditor looks at what others did. With a second role they would look at what they did themselves."
        found.append(Finding("ACC-auditor", "DATA-account-roles", "roles", message, "warning"))
    if Role.FINANCE in roles and roles & DECIDES:
        message = ("This account may approve money and release money. It still needs another person for each request: nobody "
                   "releases what they approved.")
        found.append(Finding("ACC-money", "DATA-account-roles", "roles", message, "warning"))
    return found


def check_address(session: Session, email: str, *, of: User | None = None) -> list[Finding]:
    """One whole address that no other account has (DATA-account, DATA-email)."""
    if found := check_email(email) if len(email) <= LONGEST_ADDRESS else check_email(""):
        return found
    taken = select(User.id).where(User.email == email.strip().lower(), User.id != (of.id if of else -1))
    if session.scalar(taken) is not None:
        return [Finding("ACC-taken", "DATA-account", "email", "There is an account with this address already.")]
    return []


def check_person(session: Session, person: Person | None, roles: AbstractSet[Role], *, of: User | None = None) -> list[Finding]:
    """Teachers and social workers are people on record, each with one account (DATA-account-person)."""
    if person is None and roles & NEEDS_PERSON:
        message = ("Designated teachers and social workers see their own children by who they are. Nobody in the list of people "
                   "has this address: ask a Virtual School officer to enter them under People, or to correct their address there.")
        return [Finding("ACC-person", "DATA-account-person", "email", message)]
    if person is None:
        return []
    another = select(User.id).where(User.person_id == person.id, User.id != (of.id if of else -1))
    if session.scalar(another) is not None:
        return [Finding("ACC-person-taken", "DATA-account-person", "email", f"{person.name} has another account already.")]
    if person.left_on is None:
        return []
    severity: Severity = "warning" if of is not None and of.person_id == person.id else "blocking"
    message = f"{person.name} has left, by the list of people, and so cannot sign in."
    return [Finding("ACC-person-left", "DATA-account-person", "email", message, severity)]


def has_left() -> ColumnElement[bool]:
    """Whether the person of an account has left by today; an account of nobody on record never does."""
    gone = (Person.id == User.person_id, Person.left_on.is_not(None), Person.left_on <= config.today())
    return select(Person.id).where(*gone).correlate(User).exists()


def find_person(session: Session, email: str) -> Person | None:
    """The person on record with that address: the one an account of it may belong to."""
    return session.scalar(select(Person).where(func.lower(Person.email) == email.strip().lower()).order_by(Person.id))
