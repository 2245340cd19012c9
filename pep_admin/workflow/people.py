"""Putting one person in another's place: a designated teacher or social worker leaves, or hands a caseload over.

What hangs on a person (schools, children, open PEPs) moves by the verbs that move it one by one. Who the person is on screen is the
plain form's matter.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from pep_admin import audit, signals
from pep_admin.deadlines import format_day
from pep_admin.exceptions import NotFound, Refused
from pep_admin.models import Child, Pep, Person, School
from pep_admin.permissions import Actor, Permission, require
from pep_admin.queries import OPEN_TO_WRITE
from pep_admin.vocabulary import PepStatus
from pep_admin.workflow.delegation import hand_over, name_designated_teacher, tell_new_writers
from pep_admin.workflow.follow_up import ask_follow_up
from pep_admin.workflow.roll import change_social_worker
from pep_admin.workflow.taking import all_or_nothing, refuse, take_peps


@dataclass(frozen=True, slots=True)
class Hanging:
    """What hangs on a person: schools that name them designated teacher or headteacher, children whose social worker or officer
    they are, and the PEPs that are still written by them."""

    teaches_at: Sequence[School]
    heads: Sequence[School]
    works_for: Sequence[Child]
    officer_of: Sequence[Child]
    writes: Sequence[Pep]

    @property
    def nothing(self) -> bool:
        return not (self.teaches_at or self.heads or self.works_for or self.officer_of or self.writes)


def find_hanging(session: Session, person_id: int) -> Hanging:
    """What would move if somebody else took that person's place."""

    def schools(column: object) -> Sequence[School]:
        return session.scalars(select(School).where(column == person_id).order_by(School.name)).all()  # type: ignore[arg-type]  # a column

    def children(column: object) -> Sequence[Child]:
        found = select(Child).where(column == person_id).order_by(Child.last_name, Child.first_name, Child.id)  # type: ignore[arg-type]  # likewise
        return session.scalars(found).all()

    writes = select(Pep).where(Pep.writer_id == person_id, Pep.status.in_(OPEN_TO_WRITE)).order_by(Pep.id)
    return Hanging(schools(School.designated_teacher_id), schools(School.headteacher_id), children(Child.social_worker_id),
                   children(Child.case_officer_id), session.scalars(writes).all())


def replace_person(
    session: Session, person_id: int, successor_id: int, *, on: date, leaves: bool, actor: Actor, today: date, now: datetime,
    run: str,
) -> Hanging:
    """Put the successor in the person's place from that day: schools, children, open PEPs. Returns what moved.

    New writers get word once a run of what was sent out already. With `leaves` the person is no longer offered, and a host is told
    (`person_left`), so that the account can be closed. Raises Refused where the two cannot change places.
    """
    require(actor, Permission.PERSON_EDIT)
    require(actor, Permission.CHILD_EDIT)
    person, successor = session.get(Person, person_id), session.get(Person, successor_id)
    if person is None or successor is None:
        raise NotFound
    _refuse(person, successor, on, today)
    hanging = find_hanging(session, person.id)
    with all_or_nothing(session):
        for school in hanging.teaches_at:
            name_designated_teacher(session, school, successor.id, actor=actor, now=now, run=run)
        _hand_over(session, person, successor, now=now, run=run)
        _change_workers(session, hanging.works_for, successor.id, on=on, actor=actor, today=today, now=now, run=run)
        for school in hanging.heads:
            school.headteacher = successor
        for child in hanging.officer_of:
            child.case_officer = successor
        if leaves:
            person.left_on = on
        session.flush()
    ask_follow_up(session)
    audit.record(session, "person.replace", person, person_id=successor.id, schools=len(hanging.teaches_at) + len(hanging.heads),
                 children=len(hanging.works_for) + len(hanging.officer_of), peps=len(hanging.writes), left=leaves)
    if leaves:
        signals.announce(session, signals.person_left, person_id=person.id)
    return hanging


def _refuse(person: Person, successor: Person, on: date, today: date) -> None:
    if successor.id == person.id:
        raise refuse("replace", "DATA-roll", "Choose somebody else to take the place.", "successor")
    if successor.left_on is not None:
        raise refuse("replace", "DATA-roll", f"{successor.name} has left. Choose somebody who is still here.", "successor")
    if successor.kind is not person.kind:
        raise refuse("replace", "DATA-roll", f"{person.name} is a {person.kind.label.lower()}, {successor.name} a "
                     f"{successor.kind.label.lower()}. Choose somebody of the same kind.", "successor")
    if on > today:
        raise refuse("replace", "DATA-dates", f"{format_day(on)} is still to come. Enter it on the day it happens.", "on")


def _hand_over(session: Session, person: Person, writer: Person, *, now: datetime, run: str) -> None:
    """PEPs that the person writes without being the school's designated teacher; the others have changed hands with the school."""
    left = take_peps(session, session.scalars(select(Pep.id).where(Pep.writer_id == person.id, Pep.status != PepStatus.WITHDRAWN)))
    hand_over(session, left, writer)
    session.flush()
    tell_new_writers(session, [pep for pep in left if pep.status in OPEN_TO_WRITE], now=now, run=run)


def move_caseload(
    session: Session, child_ids: Sequence[int], worker_id: int, *, on: date, actor: Actor, today: date, now: datetime, run: str
) -> list[Child]:
    """Hand those children over to another social worker from that day, all or none; the children that were not theirs already."""
    require(actor, Permission.CHILD_EDIT)
    children = list(session.scalars(select(Child).where(Child.id.in_(child_ids)).order_by(Child.id)))
    if len(children) != len(set(child_ids)):
        raise NotFound
    moving = [child for child in children if child.social_worker_id != worker_id]
    with all_or_nothing(session):
        _change_workers(session, moving, worker_id, on=on, actor=actor, today=today, now=now, run=run)
    return moving


def _change_workers(
    session: Session, children: Sequence[Child], worker_id: int, *, on: date, actor: Actor, today: date, now: datetime, run: str
) -> None:
    wrong = []
    for child in children:
        try:
            change_social_worker(session, child, person_id=worker_id, on=on, actor=actor, today=today, now=now, run=run)
        except Refused as refusal:
            wrong += [replace(each, message=f"{child.name}: {each.message}") for each in refusal.findings]
    if wrong:
        raise Refused(wrong)
