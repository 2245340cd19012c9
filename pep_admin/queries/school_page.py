"""What the page of one school is made of: its people, the children who are there now and their PEPs, and who was there before.

Set-based, a fixed number of statements however many children; within the scope, as everything that is shown.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import ColumnElement, case, func, or_, select
from sqlalchemy.orm import Session, joinedload

from pep_admin.models import Child, Enrolment, Pep, Person, School, Term
from pep_admin.queries.child_page import counts
from pep_admin.queries.lateness import late_now
from pep_admin.queries.peps import OPEN_TO_WRITE, UNFINISHED
from pep_admin.vocabulary import PepKind, PepStatus, PersonKind

IN_SCHOOL = (PersonKind.DESIGNATED_TEACHER, PersonKind.HEADTEACHER, PersonKind.SCHOOL_STAFF)
MOST_CHILDREN = 500
MOST_FORMER = 50


@dataclass(frozen=True, slots=True)
class SchoolPerson:
    """Somebody of a school: as what they are known there, and how many open PEPs of the school they write."""

    person: Person
    is_teacher: bool
    is_head: bool
    writes: int


def people_of_school(session: Session, school: School, today: date) -> list[SchoolPerson]:
    """The designated teacher and the head first, then staff known by the school's name and whoever writes open PEPs there."""
    open_peps = select(Pep.writer_id, func.count(Pep.id)).where(
        Pep.school_id == school.id, Pep.writer_id.is_not(None), Pep.status.in_(OPEN_TO_WRITE))
    written = {writer_id: count for writer_id, count in session.execute(open_peps.group_by(Pep.writer_id)) if writer_id}
    named = {school.designated_teacher_id, school.headteacher_id} - {None}
    known = Person.kind.in_(IN_SCHOOL) & (func.lower(Person.organisation) == school.name.lower())
    here = or_(Person.left_on.is_(None), Person.left_on > today)
    found = session.scalars(select(Person).where(or_(Person.id.in_([*named, *written]), known & here))
                            .order_by(Person.last_name, Person.first_name))
    people = [SchoolPerson(each, each.id == school.designated_teacher_id, each.id == school.headteacher_id, written.get(each.id, 0))
              for each in found]
    return sorted(people, key=lambda each: (not each.is_teacher, not each.is_head))


def children_at(session: Session, school: School, today: date) -> list[Child]:
    """The children in care who are at the school now, by name; at most MOST_CHILDREN."""
    in_care = or_(Child.left_care_on.is_(None), Child.left_care_on > today)
    return list(session.scalars(
        select(Child).where(Child.school_id == school.id, in_care).options(joinedload(Child.social_worker))
        .order_by(Child.last_name, Child.first_name, Child.id).limit(MOST_CHILDREN)
    ))


def peps_of_term(session: Session, child_ids: Collection[int], term: Term | None) -> dict[int, Pep]:
    """By child: of the PEPs that count as that term's (HB-1.4) the one that is to be finished soonest, else the newest; a child
    without one is left out."""
    if term is None:
        return {}
    of_term = select(Pep).where(Pep.child_id.in_(child_ids), Pep.term_id == term.id)
    found = [pep for pep in session.scalars(of_term.order_by(Pep.due_on, Pep.id)) if counts(pep)]
    soonest = {pep.child_id: pep for pep in reversed(found) if pep.status in UNFINISHED}
    return {pep.child_id: pep for pep in found} | soonest


@dataclass(frozen=True, slots=True)
class Stage:
    """How many PEPs of the school stand in one status, and how many of those are late."""

    status: PepStatus
    count: int
    late: int


def stages_of_school(session: Session, school: School, term: Term | None, today: date) -> Sequence[Stage]:
    """The school's PEPs of a term by status, in the order of their life; neither those closed as not needed nor for money alone."""
    if term is None:
        return ()
    late: ColumnElement[int] = func.count(case((late_now(session, today), 1)))
    rows = session.execute(
        select(Pep.status, func.count(Pep.id), late)
        .where(Pep.school_id == school.id, Pep.term_id == term.id, Pep.status != PepStatus.WITHDRAWN, Pep.kind != PepKind.FUNDING)
        .group_by(Pep.status)
    )
    found = {status: Stage(status, count, delayed) for status, count, delayed in rows}
    return [found[status] for status in PepStatus if status in found]


def former_children(session: Session, school: School, today: date) -> list[Enrolment]:
    """Times at the school that have ended, the last to end first; at most MOST_FORMER."""
    return list(session.scalars(
        select(Enrolment).where(Enrolment.school_id == school.id, Enrolment.ended_on <= today).options(joinedload(Enrolment.child))
        .order_by(Enrolment.ended_on.desc(), Enrolment.id.desc()).limit(MOST_FORMER)
    ))
