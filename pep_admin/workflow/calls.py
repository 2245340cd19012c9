"""Notes of telephone calls with people for whom a PEP waits: what was said, when to ring again, when that is settled.

The Virtual School's alone. Whom to ring is queries/calls.py's.
"""

from __future__ import annotations

from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from pep_admin import audit
from pep_admin.circumstances import said
from pep_admin.deadlines import format_day
from pep_admin.exceptions import NotFound, Refused
from pep_admin.models import CallNote, Pep, Person
from pep_admin.permissions import Actor, Permission, require
from pep_admin.validators.findings import Finding
from pep_admin.workflow.taking import refuse, take_row


def note_call(
    session: Session, person_id: int, *, words: str, spoke_on: date, follow_up_on: date | None = None, pep_id: int | None = None,
    actor: Actor, today: date,
) -> CallNote:
    """Keep what was said; a follow-up that was agreed before is settled by it.

    Raises Refused for nothing said, a call that is still to come, or a follow-up that is over.
    """
    require(actor, Permission.CALL_NOTE)
    person = session.get(Person, person_id)
    if person is None or (pep_id is not None and session.get(Pep, pep_id) is None):
        raise NotFound
    wrong = []
    if not said(words):
        wrong.append(Finding("call", "DATA-reason", "words", "Write down what was said, in a few words."))
    if spoke_on > today:
        wrong.append(Finding("call", "DATA-dates", "spoke_on", f"{format_day(spoke_on)} is still to come. Enter the day it was."))
    if follow_up_on is not None and follow_up_on < today:
        wrong.append(Finding("call", "DATA-dates", "follow_up_on", "That day is over. Enter today or a day to come, or nothing."))
    if wrong:
        raise Refused(wrong)
    for earlier in session.scalars(select(CallNote).where(CallNote.person_id == person.id, CallNote.settled_on.is_(None))):
        earlier.settled_on = today  # this call is the one that was to follow
    note = CallNote(person_id=person.id, pep_id=pep_id, spoke_on=spoke_on, words=words.strip(), follow_up_on=follow_up_on,
                    noted_by=actor.id, noted_name=actor.name)
    session.add(note)
    session.flush()
    audit.record(session, "call.note", note, person_id=person.id, pep=pep_id)
    return note


def settle_call(session: Session, note_id: int, *, actor: Actor, today: date) -> CallNote:
    """Nobody need ring for that note again."""
    require(actor, Permission.CALL_NOTE)
    note = take_row(session, CallNote, note_id)
    if note.settled_on is not None:
        raise refuse("call", "DATA-status", f"This was settled on {format_day(note.settled_on)}.")
    note.settled_on = today
    session.flush()
    audit.record(session, "call.settle", note, person_id=note.person_id)
    return note
