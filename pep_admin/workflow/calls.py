"""Notes of telephone calls with people for whom a PEP waits: what was said, when to ring again, when that is settled.

The Virtual School's alone. Whom to ring is queries/calls.py's.
"""

from __future__ import annotations

from datetime import date, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from pep_admin import audit
from pep_admin.circumstances import said
from pep_admin.deadlines import format_day
from pep_admin.exceptions import NotFound, Refused
from pep_admin.models import CallNote, Pep, Person
from pep_admin.permissions import Actor, Permission, require
from pep_admin.queries.calls import concerns
from pep_admin.validators.findings import Finding
from pep_admin.workflow.taking import refuse, take_row

LONGEST_AGO = timedelta(days=366)
"""How old a call may be that is noted today: an older day is a slip of the year."""


def note_call(
    session: Session, person_id: int, *, words: str, spoke_on: date, follow_up_on: date | None = None, pep_id: int | None = None,
    actor: Actor, today: date,
) -> CallNote:
    """Keep what was said; a follow-up that was agreed before is settled by it: about a PEP by a note about that PEP, every one of
    the person's by a note about all of it. The same note again, of one who pressed twice, gives back the one that is there.

    Raises Refused for nothing said, a call that is still to come or more than a year ago, a follow-up that is over, or a PEP of
    which the person writes nothing.
    """
    require(actor, Permission.CALL_NOTE)
    # Locked: of two presses the second finds what the first one kept.
    person = session.scalar(select(Person).where(Person.id == person_id).with_for_update())
    pep = session.get(Pep, pep_id) if pep_id is not None else None
    if person is None or (pep_id is not None and pep is None):
        raise NotFound
    wrong = _wrong(person, pep, words, spoke_on, follow_up_on, today)
    if wrong:
        raise Refused(wrong)
    if (kept := _kept(session, person.id, words.strip(), spoke_on, follow_up_on, pep_id, actor)) is not None:
        return kept
    earlier = select(CallNote).where(CallNote.person_id == person.id, CallNote.settled_on.is_(None))
    for each in session.scalars(earlier if pep_id is None else earlier.where(CallNote.pep_id == pep_id)):
        each.settled_on = today  # this call is the one that was to follow
    note = CallNote(person_id=person.id, pep_id=pep_id, spoke_on=spoke_on, words=words.strip(), follow_up_on=follow_up_on,
                    noted_by=actor.id, noted_name=actor.name)
    session.add(note)
    session.flush()
    audit.record(session, "call.note", note, person_id=person.id, pep=pep_id)
    return note


def _wrong(
    person: Person, pep: Pep | None, words: str, spoke_on: date, follow_up_on: date | None, today: date
) -> list[Finding]:
    wrong = []
    if pep is not None and not concerns(pep, person.id):
        wrong.append(Finding("call", "DATA-shape", "about", f"{person.name} has nothing to do with {pep.reference}. Choose again."))
    if not said(words):
        wrong.append(Finding("call", "DATA-reason", "words", "Write down what was said, in a few words."))
    if spoke_on > today:
        wrong.append(Finding("call", "DATA-dates", "spoke_on", f"{format_day(spoke_on)} is still to come. Enter the day it was."))
    if spoke_on < today - LONGEST_AGO:
        wrong.append(Finding("call", "DATA-dates", "spoke_on", f"{format_day(spoke_on)} is more than a year ago. Check it."))
    if follow_up_on is not None and follow_up_on < today:
        wrong.append(Finding("call", "DATA-dates", "follow_up_on", "That day is over. Enter today or a day to come, or nothing."))
    return wrong


def _kept(
    session: Session, person_id: int, words: str, spoke_on: date, follow_up_on: date | None, pep_id: int | None, actor: Actor
) -> CallNote | None:
    """The very same note, where the one who acts made it already."""
    same = select(CallNote).where(
        CallNote.person_id == person_id, CallNote.spoke_on == spoke_on, CallNote.words == words, CallNote.noted_by == actor.id,
        CallNote.pep_id.is_not_distinct_from(pep_id), CallNote.follow_up_on.is_not_distinct_from(follow_up_on))
    return session.scalars(same.order_by(CallNote.id.desc())).first()


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
