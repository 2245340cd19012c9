"""Who writes in whose place today: what opens to the one who acts, who was let write what, and whose last day at a school it is.

A grant opens something while both people are here, on its days, until it is taken back; a section also only while whoever gave it
still answers for the PEP and the PEP is not finished. What that opens is permissions.py's to say.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import replace
from datetime import date

from sqlalchemy import ColumnElement, and_, or_, select
from sqlalchemy.orm import Session, joinedload

from pep_admin.models import Child, Enrolment, Grant, Pep, Person, School
from pep_admin.permissions import OWN_CHILDREN, Actor, Cover, Help
from pep_admin.queries.past_scope import because
from pep_admin.queries.peps import OPEN_TO_WRITE, UNFINISHED
from pep_admin.vocabulary import Role


def with_grants(session: Session, actor: Actor, today: date) -> Actor:
    """The actor with what others let them write today; and the children who leave a school of theirs today (`leaving`).

    One statement for a social worker, two for somebody who writes for a school, else none.
    """
    if actor.person_id is None or not actor.roles & OWN_CHILDREN:
        return actor
    held = session.execute(
        select(Grant.pep_id, Grant.sections, Grant.ends_on, Grant.giver_id, Person.first_name, Person.last_name)
        .join(Person, Grant.giver_id == Person.id).outerjoin(Pep, Grant.pep_id == Pep.id)
        .outerjoin(School, Pep.school_id == School.id)
        .where(Grant.holder_id == actor.person_id, *stands_on(today), or_(Grant.pep_id.is_(None), and_(*_answers_for_it())))
        .order_by(Grant.ends_on, Grant.id).execution_options(**because("what others let somebody write is asked before they act"))
    ).all()
    acting = replace(
        actor,
        covers=tuple(Cover(each.giver_id, f"{each.first_name} {each.last_name}".strip(), each.ends_on)
                     for each in held if each.pep_id is None),
        helps=tuple(Help(each.pep_id, section, each.ends_on) for each in held for section in each.sections or ()),
    )
    if Role.DESIGNATED_TEACHER not in actor.roles:
        return acting
    return replace(acting, leaving=leaving(session, [actor.person_id, *(each.person_id for each in acting.covers)], today))


def leaving(session: Session, people: Iterable[int], today: date) -> tuple[int, ...]:
    """Ids of the children whose last day at a school that one of those people leads is today, and who are at none of theirs now."""
    theirs = select(School.id).where(School.designated_teacher_id.in_(list(people)))
    found = select(Enrolment.child_id).join(Child, Enrolment.child_id == Child.id).where(
        Enrolment.ended_on == today, Enrolment.school_id.in_(theirs),
        or_(Child.school_id.is_(None), Child.school_id.not_in(theirs)))
    return tuple(session.scalars(found.distinct().order_by(Enrolment.child_id).execution_options(
        **because("whose last day at a school of theirs it is decides what somebody may see"))))


def stands_on(today: date) -> tuple[ColumnElement[bool], ...]:
    """Conditions for a grant that is neither over nor taken back, between people who are here."""
    gone = select(Person.id).where(Person.left_on.is_not(None), Person.left_on <= today)
    return (Grant.starts_on <= today, Grant.ends_on >= today, Grant.ended_at.is_(None), Grant.giver_id.not_in(gone),
            Grant.holder_id.not_in(gone))


def cover_by_giver(session: Session, giver_ids: Collection[int]) -> dict[int, list[Grant]]:
    """By giver who stands in for them and was not taken back, whenever it is (`stands` says on which days), the earliest first."""
    asked = select(Grant).where(Grant.giver_id.in_(giver_ids), Grant.pep_id.is_(None), Grant.ended_at.is_(None))
    found: dict[int, list[Grant]] = {}
    rows = asked.options(joinedload(Grant.holder), joinedload(Grant.giver)).order_by(Grant.starts_on, Grant.id)
    for grant in session.scalars(rows):
        found.setdefault(grant.giver_id, []).append(grant)
    return found


def stands(grant: Grant, day: date) -> bool:
    """As `stands_on`, of a row, on whatever day."""
    here = all(each.left_on is None or each.left_on > day for each in (grant.giver, grant.holder))
    return here and grant.ended_at is None and grant.starts_on <= day <= grant.ends_on


def _answers_for_it() -> tuple[ColumnElement[bool], ...]:
    """Conditions for a PEP that is not finished, of which the giver is still the writer or the school's designated teacher."""
    return (Pep.status.in_(UNFINISHED), or_(Pep.writer_id == Grant.giver_id, School.designated_teacher_id == Grant.giver_id))


def helpers_of(session: Session, pep_id: int, today: date) -> Sequence[Grant]:
    """The colleagues who may write sections of that PEP today or later, in the order in which they were asked."""
    found = select(Grant).join(Pep, Grant.pep_id == Pep.id).outerjoin(School, Pep.school_id == School.id).where(
        Grant.pep_id == pep_id, *not_over(today), *_answers_for_it())
    return session.scalars(found.options(joinedload(Grant.holder), joinedload(Grant.giver)).order_by(Grant.id)).all()


def colleagues_asked(session: Session, today: date) -> dict[int, list[Person]]:
    """By PEP the colleagues who may write sections of it today or later, each once; of PEPs that are open to writing."""
    found = select(Grant.pep_id, Person).join(Person, Grant.holder_id == Person.id).join(Pep, Grant.pep_id == Pep.id).outerjoin(
        School, Pep.school_id == School.id).where(Pep.status.in_(OPEN_TO_WRITE), *not_over(today), *_answers_for_it())
    asked: dict[int, list[Person]] = {}
    for pep_id, person in session.execute(found.order_by(Grant.id)):
        if pep_id is not None and person not in asked.setdefault(pep_id, []):
            asked[pep_id].append(person)
    return asked


def not_over(today: date) -> tuple[ColumnElement[bool], ...]:
    """Conditions for a grant that goes on, or is still to begin."""
    return (Grant.ends_on >= today, Grant.ended_at.is_(None))


def covers_of(session: Session, person_id: int, today: date) -> Sequence[Grant]:
    """Who stands in for that person, today or later, and whom they stand in for; the earliest first."""
    about = or_(Grant.giver_id == person_id, Grant.holder_id == person_id)
    found = select(Grant).where(about, Grant.pep_id.is_(None), *not_over(today))
    found = found.options(joinedload(Grant.holder), joinedload(Grant.giver))
    return session.scalars(found.order_by(Grant.starts_on, Grant.id)).all()


def notes_to(session: Session, actor: Actor, today: date) -> dict[int | None, list[str]]:
    """What was asked of the actor with each PEP that they help with; no statement for somebody who helps with none."""
    if not actor.helps:
        return {}
    asked = select(Grant.pep_id, Grant.note).where(Grant.holder_id == actor.person_id, Grant.pep_id.is_not(None), *stands_on(today))
    found: dict[int | None, list[str]] = {}
    for pep_id, note in session.execute(asked.order_by(Grant.id)):
        found.setdefault(pep_id, []).append(note)
    return found


def opens_still(session: Session, grant: Grant) -> bool:
    """As `_answers_for_it`, of a row with its PEP, and whether the child is at that school yet; cover always does."""
    pep = grant.pep
    if pep is None:
        return True
    school = session.scalar(select(Child.__table__.c.school_id).where(Child.__table__.c.id == pep.child_id))
    return pep.status in UNFINISHED and grant.giver_id in (pep.writer_id, pep.designated_teacher_id) and pep.school_id == school
