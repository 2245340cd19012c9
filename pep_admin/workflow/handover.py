"""The hand-over note: what the school that a child leaves tells whoever sees the child after it, and word to who may leave one.

The designated teacher of that school writes it, any day while the child is there and to the end of the last one; the Virtual School
writes it on their behalf on any day. Whose last day it is, is queries/grants.py's.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from pep_admin import audit, outbox
from pep_admin.circumstances import said
from pep_admin.exceptions import NotAllowed, NotFound
from pep_admin.models import Child, Enrolment, HandoverNote, School
from pep_admin.permissions import Actor, Permission, require, require_on
from pep_admin.queries.handover import notes_of
from pep_admin.vocabulary import Role
from pep_admin.workflow.taking import refuse

LONGEST = 5_000


@dataclass(frozen=True, slots=True)
class Stay:
    """A child's last time at a school, and the note of that school on it."""

    enrolment: Enrolment
    note: HandoverNote | None

    @property
    def school(self) -> School:
        return self.enrolment.school


def stays_to_tell_of(
    actor: Actor, enrolments: Iterable[Enrolment], notes: Sequence[HandoverNote], today: date
) -> list[Stay]:
    """The times at school of which somebody may leave a note, the newest first and each school once; both come newest first."""
    last: dict[int, Enrolment] = {}
    for each in enrolments:
        last.setdefault(each.school_id, each)
    return [Stay(each, _note_on(each, notes)) for each in last.values() if _tells_of(actor, each, today)]


def _note_on(stay: Enrolment, notes: Sequence[HandoverNote]) -> HandoverNote | None:
    return next((each for each in notes if each.school_id == stay.school_id and each.noted_on >= stay.started_on), None)


def _tells_of(actor: Actor, enrolment: Enrolment, today: date) -> bool:
    leads = Role.DESIGNATED_TEACHER in actor.roles and actor.is_person(enrolment.school.designated_teacher_id)
    return actor.is_vs or (leads and enrolment.ended_on in (None, today))


def may_change(actor: Actor, note: HandoverNote) -> bool:
    """Whether somebody may change a note that stands: who wrote it, and the Virtual School."""
    return actor.is_vs or note.noted_by == actor.id


def leave_note(
    session: Session, child_id: int, school_id: int, *, words: str, actor: Actor, today: date, version: int | None = None
) -> HandoverNote:
    """Leave the note of that school on that child, or change it; the name under it is that of who wrote it last.

    Raises Refused for nothing said, too much, or what somebody else wrote or changed since that version; NotAllowed for who does
    not lead the school, or whose last day is over.
    """
    require(actor, Permission.HANDOVER_WRITE)
    child = session.scalar(select(Child).where(Child.id == child_id).with_for_update(of=Child))
    if child is None:
        raise NotFound
    require_on(session, actor, Permission.HANDOVER_WRITE, child.id)
    stay = next((each for each in _stays(session, child, actor, today) if each.enrolment.school_id == school_id), None)
    if stay is None:
        raise NotAllowed(Permission.HANDOVER_WRITE.value, "The designated teacher of the school that a child leaves writes its "
                         "hand-over note, to the end of the last day there. After it the Virtual School writes it for them.")
    text = words.strip()
    _check(stay.note, text, actor, version)
    note = stay.note
    if note is not None and note.words == text:
        return note  # pressed twice
    if note is None:
        note = HandoverNote(child_id=child.id, school_id=school_id)
        session.add(note)
    note.words, note.noted_by, note.noted_name, note.noted_on = text, actor.id, actor.name, today
    session.flush()
    audit.record(session, "handover_note.save", note, school_id=school_id)
    return note


def _stays(session: Session, child: Child, actor: Actor, today: date) -> list[Stay]:
    enrolments = select(Enrolment).where(Enrolment.child_id == child.id).options(joinedload(Enrolment.school))
    rows = session.scalars(enrolments.order_by(Enrolment.started_on.desc(), Enrolment.id.desc())).all()
    return stays_to_tell_of(actor, rows, notes_of(session, child.id), today)


def _check(note: HandoverNote | None, text: str, actor: Actor, version: int | None) -> None:
    if not said(text):
        raise refuse("handover", "DATA-reason", "Write down what the next school should know, in a few words at least.", "words")
    if len(text) > LONGEST:
        raise refuse("handover", "DATA-shape", f"{len(text) - LONGEST:,} characters too many: {LONGEST:,} fit here.", "words")
    if note is None or note.words == text:
        return
    if not may_change(actor, note):
        raise refuse("handover", "DATA-status", f"{note.noted_name} wrote the note of this school, and can change it; so can the "
                     "Virtual School.")
    if version is not None and version != note.row_version:
        raise refuse("handover", "DATA-status", "This note was written or changed meanwhile. It stands above what you typed, as it "
                     "is now; save again.")


def tell_leaving(session: Session, ended: Enrolment, school: School | None, *, today: date, now: datetime, run: str) -> None:
    """Word to the designated teacher of the school that a child leaves today: one mail a person a run, and none to who leads the
    new school too."""
    teacher = ended.school.designated_teacher
    if ended.ended_on != today or teacher is None or not teacher.has_working_address:
        return
    if school is None or school.designated_teacher_id != teacher.id:
        outbox.queue_mail(session, f"child_leaves:{run}:{teacher.id}", teacher, "child_leaves", now=now)
