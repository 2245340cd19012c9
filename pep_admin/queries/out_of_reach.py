"""Whom the program cannot reach though a PEP waits for them: nobody named, left, no address that works, no account, never here.

Set-based, over the PEPs that are open to writing. Who holds an account and was here is the host's to say, and comes in.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from pep_admin.models import Pep, Person, School
from pep_admin.queries.grants import colleagues_asked
from pep_admin.queries.in_care import of_child_in_care
from pep_admin.queries.peps import OPEN_TO_WRITE
from pep_admin.queries.waiting import parts_waiting, with_writers
from pep_admin.vocabulary import Labelled, Part

# HB-2.2: mail reaches nobody who is not named, has left, or has no address that works (Person.has_working_address). Who has no
# account, or never used it, gets the mail and is not brought to the PEP by it.
Seen = Callable[[Sequence[int]], Mapping[int, datetime | None]]
Accounts = Callable[[Collection[int]], set[int]]


class Reach(Labelled):
    """Why somebody is out of reach, the plainest first."""

    NOBODY = "nobody", "Nobody is named"
    LEFT = "left", "Has left"
    NO_ADDRESS = "no_address", "No e-mail address"
    BOUNCED = "bounced", "Mail came back"
    NO_ACCOUNT = "no_account", "No account"
    NEVER_HERE = "never_here", "Has never signed in"

    @property
    def is_mailed(self) -> bool:
        """Whether mail reaches them all the same: what is missing is the way in."""
        return self in (Reach.NO_ACCOUNT, Reach.NEVER_HERE)


@dataclass(frozen=True, slots=True)
class OutOfReach:
    """Somebody, or nobody (None), with why, and the PEPs that wait for them, each with the parts."""

    person: Person | None
    why: Reach
    school: School | None
    peps: tuple[tuple[Pep, tuple[Part, ...]], ...]


def out_of_reach(session: Session, *, today: date, accounts: Accounts | None, seen: Seen | None) -> list[OutOfReach]:
    """By reason, then by name; where nobody is named by school. What is signed already waits for nobody."""
    waiting = _waiting(session, today)
    ids = [person.id for person, _ in waiting if person is not None]
    holders = accounts(ids) if accounts is not None else None
    here = seen(ids) if seen is not None else {}
    found = []
    for (person, school), peps in waiting.items():
        why = _why(person, holders, here if seen is not None else None)
        if why is not None:
            found.append(OutOfReach(person, why, school, tuple((pep, tuple(parts)) for pep, parts in peps.items())))
    order = list(Reach)
    return sorted(found, key=lambda each: (order.index(each.why), each.person.last_name if each.person else "",
                                           each.school.name if each.school else "", each.person.id if each.person else 0))


_Key = tuple[Person | None, School | None]


def _waiting(session: Session, today: date) -> dict[_Key, dict[Pep, list[Part]]]:
    """By whoever a part of an open PEP waits for, colleagues among them who were asked to write sections of it; the school is told
    where nobody is named there."""
    chosen = select(Pep).where(Pep.status.in_(OPEN_TO_WRITE), of_child_in_care(today)).order_by(Pep.reference)
    peps = session.scalars(with_writers(chosen)).all()
    asked = colleagues_asked(session, today)
    found: dict[_Key, dict[Pep, list[Part]]] = {}
    for pep, part, person in parts_waiting(session, peps):
        school = pep.school if person is None and part is Part.EDUCATION else None
        found.setdefault((person, school), {}).setdefault(pep, []).append(part)
        for colleague in asked.get(pep.id, ()) if part is Part.EDUCATION else ():
            if colleague is not person:
                found.setdefault((colleague, None), {}).setdefault(pep, []).append(part)
    return found


def _why(
    person: Person | None, holders: set[int] | None, here: Mapping[int, datetime | None] | None
) -> Reach | None:
    if person is None:
        return Reach.NOBODY
    if not person.has_working_address:
        return Reach.LEFT if person.left_on is not None else Reach.NO_ADDRESS if not person.email else Reach.BOUNCED
    if holders is not None and person.id not in holders:
        return Reach.NO_ACCOUNT
    return Reach.NEVER_HERE if here is not None and here.get(person.id) is None else None
