"""Questions about the people a PEP may name."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from pep_admin.models import Person, School
from pep_admin.permissions import Actor
from pep_admin.vocabulary import PersonKind, Role

WRITING_KINDS = (PersonKind.DESIGNATED_TEACHER, PersonKind.SCHOOL_STAFF, PersonKind.HEADTEACHER, PersonKind.SOCIAL_WORKER,
                 PersonKind.VIRTUAL_SCHOOL)


def possible_writers(session: Session, first: int | None = None) -> list[Person]:
    """People who may be named as the writer of a school's part: with a working address, by name (HB-2.2); `first` before all."""
    found = list(
        session.scalars(
            select(Person)
            .where(Person.kind.in_(WRITING_KINDS), Person.email.is_not(None), Person.bounced_on.is_(None), Person.left_on.is_(None))
            .order_by(Person.last_name, Person.first_name)
        )
    )
    return sorted(found, key=lambda each: each.id != first)


def schools_recorded_for(session: Session, actor: Actor) -> frozenset[int] | None:
    """Ids of the schools that a designated teacher, or who stands in for one, records for; None for everybody else, who is held to
    no school."""
    if Role.DESIGNATED_TEACHER not in actor.roles or actor.sees_all:
        return None
    people = [each for each in (actor.person_id, *(cover.person_id for cover in actor.covers)) if each is not None]
    return frozenset(session.scalars(select(School.id).where(School.designated_teacher_id.in_(people))))
