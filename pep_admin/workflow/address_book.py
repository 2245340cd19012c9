"""People put on record and brought up to date from a list, set-based, and the designated teachers that the list names.

One person changed by hand is the plain form's matter; putting one in another's place is people.py's.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session

from pep_admin.exceptions import Refused
from pep_admin.models import Person, School
from pep_admin.permissions import Actor, Permission, require
from pep_admin.validators.children import check_name
from pep_admin.validators.findings import Finding, blocking
from pep_admin.validators.identifiers import check_email
from pep_admin.vocabulary import PersonKind
from pep_admin.workflow.bulk import RowChange, add_rows, change_rows
from pep_admin.workflow.delegation import name_designated_teacher
from pep_admin.workflow.taking import all_or_nothing

Step = Callable[[int], None]


class PersonFacts(NamedTuple):
    """What a list says of a person, by the columns of Person; `email`, in small letters, is who they are."""

    email: str
    first_name: str
    last_name: str
    kind: PersonKind
    phone: str | None = None
    organisation: str | None = None


class PersonEntry(NamedTuple):
    """A person to record: a new one (`person_id` None), or one on record of that version with the facts that stand `before`.

    `teaches_at` are the ids of schools whose designated teacher they become.
    """

    facts: PersonFacts
    person_id: int | None = None
    row_version: int = 1
    before: PersonFacts | None = None
    teaches_at: tuple[int, ...] = ()


def check_person(facts: PersonFacts) -> list[Finding]:
    """Everything that can be said of a person's record by itself; `field` of a finding is the column's name."""
    return [*check_email(facts.email), *check_name(facts.first_name, "first_name"), *check_name(facts.last_name, "last_name")]


def record_people(
    session: Session, entries: Sequence[PersonEntry], *, actor: Actor, now: datetime, run: str, step: Step = lambda count: None
) -> None:
    """Add the new people, change the others, name the designated teachers (HB-2.2): all or nothing.

    Whoever becomes a school's designated teacher takes over its open PEPs as when named by hand, and gets word once a `run`.
    Raises Refused for facts that cannot be, StaleRecord when a person was changed since the list was compared.
    """
    require(actor, Permission.PERSON_EDIT)
    if wrong := [each for entry in entries for each in blocking(check_person(entry.facts))]:
        raise Refused(wrong)
    with all_or_nothing(session):
        new = [entry for entry in entries if entry.person_id is None]
        added = add_rows(session, Person, [entry.facts._asdict() for entry in new])
        ids = dict(zip((entry.facts.email for entry in new), added, strict=True))
        change_rows(session, Person, list(_changes(entries)))
        step(len(entries))
        for entry in entries:
            for school_id in entry.teaches_at:
                school = session.scalars(select(School).where(School.id == school_id)).one()
                person_id = entry.person_id or ids[entry.facts.email]
                name_designated_teacher(session, school, person_id, actor=actor, now=now, run=run)


def differences(before: PersonFacts, after: PersonFacts) -> dict[str, tuple[Any, Any]]:
    """Old and new value of each fact that is not the same, by its column."""
    return {name: (old, new) for name, old, new in zip(PersonFacts._fields, before, after, strict=True) if old != new}


def _changes(entries: Sequence[PersonEntry]) -> Iterator[RowChange]:
    for entry in entries:
        if entry.person_id is not None and entry.before is not None and entry.before != entry.facts:
            yield RowChange(entry.person_id, entry.row_version, entry.before._asdict(), entry.facts._asdict())
