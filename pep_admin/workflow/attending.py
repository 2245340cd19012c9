"""What people say about whether the Virtual School should come to a child's meeting (HB-3.10), and taking it back.

The reasons that the record tells, and the order, are attending.py's. That somebody is booked to come is not kept here.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from pep_admin import audit, queries
from pep_admin.circumstances import said
from pep_admin.config import LONDON
from pep_admin.deadlines import format_day
from pep_admin.exceptions import NotAllowed, NotFound, Refused
from pep_admin.meeting_words import AttendingNoteKind
from pep_admin.models import AttendingNote, Child, Pep
from pep_admin.permissions import Actor, Permission, can, owns_part, require, require_on
from pep_admin.queries import OPEN_TO_WRITE
from pep_admin.validators.findings import Finding
from pep_admin.vocabulary import Part
from pep_admin.workflow.taking import refuse, take_pep, take_row

SAID_BY_OFFICERS = (AttendingNoteKind.CHAIR, AttendingNoteKind.SEND)
NO_LONGER = "The school no longer asks."


def may_ask_to_attend(actor: Actor, pep: Pep) -> bool:
    """Whether somebody may ask the Virtual School to come: who owns the school's part of this PEP."""
    return can(actor, Permission.ATTENDING_ASK) and owns_part(actor, pep, Part.EDUCATION)


def may_ask_still(actor: Actor, pep: Pep, now: datetime) -> bool:
    """The same while there is a meeting to come to: the PEP is being written, and its meeting is not over."""
    return may_ask_to_attend(actor, pep) and pep.status in OPEN_TO_WRITE and not _is_over(pep, now)


def _is_over(pep: Pep, now: datetime) -> bool:
    return pep.meeting_at is not None and pep.meeting_at < now


def _require_asker(session: Session, actor: Actor, pep: Pep) -> None:
    require_on(session, actor, Permission.ATTENDING_ASK, pep.child_id)
    if not may_ask_to_attend(actor, pep):
        raise NotAllowed(Permission.ATTENDING_ASK.value, "Whoever writes the school's part asks the Virtual School to come.")


def check_ask(session: Session, pep: Pep, *, now: datetime) -> list[Finding]:
    """Why the Virtual School cannot be asked to come to this meeting now: it has been, the PEP was sent, or the meeting is over."""
    wrong = ""
    if pep.status not in OPEN_TO_WRITE:
        wrong = f"{pep.reference} is “{pep.status.label}”, so nobody can be asked to its meeting now."
    elif (standing := queries.asks_of(session, pep.id)) is not None:
        wrong = f"{standing.set_name} has asked already, on {format_day(standing.set_at.date())}."
    elif pep.meeting_at is not None and _is_over(pep, now):
        day = format_day(pep.meeting_at.astimezone(LONDON).date())
        wrong = f"The meeting was on {day}. If another is held, enter its day first."
    return [Finding("attend-ask", "DATA-status", "", wrong)] if wrong else []


def ask_to_attend(session: Session, pep_id: int, *, reason: str = "", actor: Actor, now: datetime) -> AttendingNote:
    """The school asks the Virtual School to come to this PEP's meeting, with a reason if it likes.

    Raises Refused where it has asked already, once the meeting is over, and for a PEP that was sent.
    """
    require(actor, Permission.ATTENDING_ASK)
    pep = take_pep(session, pep_id, *OPEN_TO_WRITE)
    _require_asker(session, actor, pep)
    if wrong := check_ask(session, pep, now=now):
        raise Refused(wrong)
    note = AttendingNote(child_id=pep.child_id, kind=AttendingNoteKind.SCHOOL_ASKS, pep_id=pep.id, reason=reason.strip(),
                         set_by=actor.id, set_name=actor.name, set_at=now)
    session.add(note)
    session.flush()
    audit.record(session, "pep.ask_to_attend", pep)
    return note


def cancel_ask(session: Session, note_id: int, *, actor: Actor, now: datetime) -> AttendingNote:
    """The school no longer asks the Virtual School to come."""
    require(actor, Permission.ATTENDING_ASK)
    note = _take(session, note_id)
    if note.pep_id is None:
        raise NotFound
    pep = take_pep(session, note.pep_id)
    _require_asker(session, actor, pep)
    _clear(session, note, NO_LONGER, actor=actor, now=now)
    audit.record(session, "pep.cancel_ask", pep)
    return note


def say_needed(
    session: Session, child: Child, kind: AttendingNoteKind, *, reason: str, actor: Actor, now: datetime
) -> AttendingNote:
    """An officer says that an independent chair is needed for a child, or that the special needs are significant, and why."""
    require(actor, Permission.ATTENDING_EDIT)
    if kind not in SAID_BY_OFFICERS:
        raise refuse("attend-kind", "DATA-status", "That the school asks is said by the school, on its PEP.")
    if not said(reason):
        raise refuse("attend-reason", "DATA-reason", "Say why the Virtual School is needed.", "reason")
    same = (AttendingNote.child_id == child.id, AttendingNote.kind == kind, AttendingNote.cleared_at.is_(None))
    if (standing := session.scalar(select(AttendingNote).where(*same))) is not None:
        message = f"{standing.set_name} has said so already, on {format_day(standing.set_at.date())}: {standing.reason}"
        raise refuse("attend-twice", "DATA-status", message)
    note = AttendingNote(child_id=child.id, kind=kind, reason=reason.strip(), set_by=actor.id, set_name=actor.name, set_at=now)
    session.add(note)
    session.flush()
    audit.record(session, "child.say_attending", note, kind=kind.value)
    return note


def clear_note(session: Session, note_id: int, *, reason: str, actor: Actor, now: datetime) -> AttendingNote:
    """An officer clears what was said, the school's asking too, with the reason: it is over, or somebody went."""
    require(actor, Permission.ATTENDING_EDIT)
    note = _take(session, note_id)
    if not said(reason):
        raise refuse("attend-clear", "DATA-reason", "Say why this no longer holds.", "reason")
    _clear(session, note, reason.strip(), actor=actor, now=now)
    audit.record(session, "child.clear_attending", note, kind=note.kind.value)
    return note


def _take(session: Session, note_id: int) -> AttendingNote:
    found = take_row(session, AttendingNote, note_id)
    if found.cleared_at is not None:
        raise refuse("attend-cleared", "DATA-status", f"{found.cleared_name} has cleared this already: {found.cleared_reason}")
    return found


def _clear(session: Session, note: AttendingNote, reason: str, *, actor: Actor, now: datetime) -> None:
    note.cleared_by, note.cleared_name, note.cleared_at, note.cleared_reason = actor.id, actor.name, now, reason
    session.flush()
