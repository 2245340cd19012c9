"""Whom to ring today: for whom a part of a PEP waits that is late or due within a week, and with whom a follow-up has come due.

A follow-up about a child who has left care, or about a PEP that was closed as not needed, holds nobody back and comes due no more.
A fixed number of statements, however many. What was said is kept by workflow/calls.py.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import and_, or_, select
from sqlalchemy.orm import Session, aliased, joinedload

from pep_admin.models import CallNote, Pep, Person, School
from pep_admin.queries.in_care import has_left, of_child_in_care
from pep_admin.queries.waiting import parts_waiting, with_writers
from pep_admin.vocabulary import Part, PepStatus, PersonKind

SOON = timedelta(days=7)
WRITTEN = (PepStatus.IN_PROGRESS, PepStatus.RETURNED)
"""What was sent to its writers: of one that was not, nobody has heard."""


@dataclass(frozen=True, slots=True)
class Owed:
    """A PEP with the parts that wait for somebody."""

    pep: Pep
    parts: tuple[Part, ...]


@dataclass(frozen=True, slots=True)
class ToRing:
    """Somebody to ring: `group` is the school or the social-care team, `last` the newest note, `follow_ups` what was agreed and
    stands, the earliest first, `until` the day until which they need not be rung again."""

    person: Person
    is_school: bool
    group: str
    owed: tuple[Owed, ...]
    last: CallNote | None
    follow_ups: tuple[CallNote, ...] = ()

    @property
    def until(self) -> date | None:
        return self.follow_ups[0].follow_up_on if self.follow_ups else None

    def is_due(self, today: date) -> bool:
        """Whether they are to be rung today."""
        return self.until is None or self.until <= today


def to_ring(session: Session, today: date) -> list[ToRing]:
    """Everybody by group and name, who owes the most pressing PEP first in each; also who is not to be rung before a later day."""
    owed = _owed(session, today)
    notes, open_ones = _notes(session, [person.id for person, _ in owed]), follow_ups(session, today)
    found = [_one(person, is_school, rows, notes.get(person.id, ()), open_ones) for (person, is_school), rows in owed.items()]
    known = {each.person.id for each in found}
    for note in open_ones:
        if note.person_id not in known and note.follow_up_on is not None and note.follow_up_on <= today:
            known.add(note.person_id)
            is_school = note.person.kind is not PersonKind.SOCIAL_WORKER
            found.append(_one(note.person, is_school, (), (note,), open_ones))
    return sorted(found, key=lambda each: (not each.is_school, each.group.casefold(),
                                           each.owed[0].pep.due_on if each.owed else today, each.person.last_name, each.person.id))


def _one(
    person: Person, is_school: bool, owed: Sequence[Owed], notes: Sequence[CallNote], open_ones: Sequence[CallNote]
) -> ToRing:
    school = next((each.pep.school.name for each in owed if is_school and each.pep.school), "")
    return ToRing(person, is_school, school or person.organisation or "", tuple(owed), notes[0] if notes else None,
                  tuple(each for each in open_ones if each.person_id == person.id))


def _owed(session: Session, today: date) -> dict[tuple[Person, bool], list[Owed]]:
    """By person, and whether as the school or as social care, what waits for them; the earliest due first."""
    asked = select(Pep).where(Pep.status.in_(WRITTEN), Pep.due_on <= today + SOON, of_child_in_care(today))
    peps = session.scalars(with_writers(asked).order_by(Pep.due_on, Pep.id)).all()
    waits: dict[tuple[Person, bool], dict[Pep, list[Part]]] = {}
    for pep, part, person in parts_waiting(session, peps):
        if person is not None:
            key = (person, part is Part.EDUCATION and pep.school is not None)
            waits.setdefault(key, {}).setdefault(pep, []).append(part)
    return {key: [Owed(pep, tuple(parts)) for pep, parts in found.items()] for key, found in waits.items()}


def _notes(session: Session, person_ids: Sequence[int]) -> dict[int, list[CallNote]]:
    """By person the notes, the newest first."""
    found: dict[int, list[CallNote]] = {}
    asked = select(CallNote).where(CallNote.person_id.in_(person_ids)).options(joinedload(CallNote.pep))
    asked = asked.order_by(CallNote.spoke_on.desc(), CallNote.id.desc())
    for note in session.scalars(asked):
        found.setdefault(note.person_id, []).append(note)
    return found


def notes_with(session: Session, person_id: int) -> list[CallNote]:
    """Every note of calls with that person, the newest first."""
    return _notes(session, [person_id]).get(person_id, [])


def notes_about(session: Session, pep: Pep) -> Sequence[CallNote]:
    """The notes of calls about that PEP, the newest first: those that name it, and those about all that one of its writers
    owed since it was opened."""
    writers = [each for each in (pep.writer_id, pep.social_worker_id) if each is not None]
    of_all = and_(CallNote.pep_id.is_(None), CallNote.person_id.in_(writers), CallNote.spoke_on >= pep.initiated_on)
    asked = select(CallNote).where(or_(CallNote.pep_id == pep.id, of_all)).options(joinedload(CallNote.person))
    return session.scalars(asked.order_by(CallNote.spoke_on.desc(), CallNote.id.desc())).all()


def concerns(pep: Pep, person_id: int) -> bool:
    """Whether that person writes a part of the PEP, or heads the school that does."""
    school = pep.school
    return person_id in {pep.writer_id, pep.social_worker_id,
                         *((school.designated_teacher_id, school.headteacher_id) if school is not None else ())}


def follow_ups(session: Session, today: date) -> list[CallNote]:
    """The notes of calls that are to be followed by another, the earliest day first.

    Left out is what is about a PEP that is over with (`_over`); and what is about all that somebody owed, where every PEP of theirs
    that is not signed off is.
    """
    asked = select(CallNote).where(CallNote.follow_up_on.is_not(None), CallNote.settled_on.is_(None))
    notes = session.scalars(asked.order_by(CallNote.follow_up_on, CallNote.id).options(
        joinedload(CallNote.person), joinedload(CallNote.pep).joinedload(Pep.child))).all()
    of_all = {each.person_id for each in notes if each.pep is None}
    theirs = _unfinished_of(session, of_all) if of_all else {}
    return [each for each in notes if not (
        _over(each.pep, today) if each.pep is not None
        else theirs.get(each.person_id) and all(_over(pep, today) for pep in theirs[each.person_id]))]


def _over(pep: Pep, today: date) -> bool:
    """Whether nobody need be rung about that PEP any more: its child has left care, or it was closed as not needed."""
    return pep.status is PepStatus.WITHDRAWN or has_left(pep.child.left_care_on, today)


def _unfinished_of(session: Session, person_ids: Collection[int]) -> dict[int, list[Pep]]:
    """By person the PEPs that concern them and are not signed off."""
    school = aliased(School)
    columns = (Pep.writer_id, Pep.social_worker_id, school.designated_teacher_id, school.headteacher_id)
    asked = select(Pep).outerjoin(school, Pep.school_id == school.id).where(
        Pep.status != PepStatus.COMPLETE, or_(*(each.in_(person_ids) for each in columns)))
    peps = session.scalars(asked.options(joinedload(Pep.child), joinedload(Pep.school))).all()
    return {each: [pep for pep in peps if concerns(pep, each)] for each in person_ids}
