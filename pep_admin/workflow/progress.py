"""Dated notes on a target between PEPs (HB-5.8): by whoever writes targets for this child, before and after the PEP is signed off.

A note is no part of the PEP: it takes no signature away, and nothing waits for it. One that should not stand is struck.
"""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from pep_admin import audit
from pep_admin.circumstances import said
from pep_admin.exceptions import NotAllowed, NotFound, Refused
from pep_admin.models import Pep, ProgressNote, Target, clean
from pep_admin.pep_document import read_document
from pep_admin.permissions import Actor, Permission, can, require, require_on
from pep_admin.queries.progress import NOTED
from pep_admin.validators.findings import blocking
from pep_admin.validators.targets import check_progress_note
from pep_admin.validators.withheld import check_note
from pep_admin.vocabulary import Audience
from pep_admin.workflow.taking import refuse, refuse_twice, take_pep


def note_progress(
    session: Session, target_id: int, *, seen_on: date, what: str, with_child: bool, actor: Actor, today: date, now: datetime,
) -> ProgressNote:
    """Write down what was seen of a target on a day. Refused without words, or for a day that cannot be."""
    require(actor, Permission.TARGET_WRITE)
    pep_id = session.scalar(select(Target.pep_id).where(Target.id == target_id))
    if pep_id is None:
        raise NotFound
    pep = take_pep(session, pep_id, *NOTED)
    require_on(session, actor, Permission.TARGET_WRITE, pep.child_id)
    withheld = check_note(read_document(session, pep, audience=Audience.RULES), what)
    if wrong := [*check_progress_note(what, seen_on, opened_on=pep.initiated_on, today=today), *blocking(withheld)]:
        raise Refused(wrong)
    same = select(ProgressNote).where(
        ProgressNote.target_id == target_id, ProgressNote.seen_on == seen_on, ProgressNote.what == clean(what.strip()),
        ProgressNote.noted_by == actor.id, ProgressNote.struck_at.is_(None))
    refuse_twice(session, same, "TARGET-note-twice", "You have written this note already. It is on record.", "what",
                 {"with_child": with_child})
    note = ProgressNote(pep_id=pep.id, target_id=target_id, seen_on=seen_on, what=what.strip(), with_child=with_child,
                        noted_by=actor.id, noted_name=actor.name, noted_at=now)
    session.add(note)
    session.flush()
    audit.record(session, "target.note", note, child_id=pep.child_id)
    return note


def may_strike(actor: Actor, note: ProgressNote) -> bool:
    """Whether somebody may strike a note: who wrote it, and the Virtual School."""
    return can(actor, Permission.TARGET_WRITE) and (actor.is_vs or note.noted_by == actor.id)


def strike_note(session: Session, note_id: int, *, reason: str, actor: Actor, now: datetime) -> ProgressNote:
    """Take back a note that should not stand, with the reason: its words are no longer shown, that it stood there is.

    Raises Refused without a reason and for one that is struck already.
    """
    require(actor, Permission.TARGET_WRITE)
    pep_id = session.scalar(select(ProgressNote.pep_id).where(ProgressNote.id == note_id))
    if pep_id is None:
        raise NotFound
    pep = take_pep(session, pep_id, *NOTED)
    require_on(session, actor, Permission.TARGET_WRITE, pep.child_id)
    note = _note_of(session, pep, note_id)
    if not may_strike(actor, note):
        raise NotAllowed(Permission.TARGET_WRITE.value, "A note is struck by whoever wrote it, or by the Virtual School.")
    if note.struck_at is not None:
        raise refuse("TARGET-note-struck", "DATA-status", f"{note.struck_name} has struck this note already.")
    if not said(reason):
        raise refuse("TARGET-note-why", "DATA-reason", "Say why the note should not stand; it is shown in its place.", "reason")
    note.struck_at, note.struck_name, note.struck_reason = now, actor.name, reason.strip()
    session.flush()
    audit.record(session, "target.strike_note", note, child_id=pep.child_id)
    return note


def _note_of(session: Session, pep: Pep, note_id: int) -> ProgressNote:
    found = session.scalar(select(ProgressNote).where(ProgressNote.id == note_id, ProgressNote.pep_id == pep.id)
                           .execution_options(populate_existing=True))
    if found is None:
        raise NotFound
    return found
