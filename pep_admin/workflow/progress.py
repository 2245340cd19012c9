"""Dated notes on a target between PEPs (HB-5.8): by whoever writes targets for this child, before and after the PEP is signed off.

A note is no part of the PEP: it takes no signature away, and nothing waits for it.
"""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from pep_admin import audit
from pep_admin.exceptions import NotFound, Refused
from pep_admin.models import ProgressNote, Target
from pep_admin.permissions import Actor, Permission, require, require_on
from pep_admin.queries.progress import NOTED
from pep_admin.validators.targets import check_progress_note
from pep_admin.workflow.taking import refuse, take_pep


def _refuse_twice(session: Session, target_id: int, what: str, seen_on: date, actor: Actor) -> None:
    """A form that was sent twice leaves one note."""
    same = select(ProgressNote.id).where(
        ProgressNote.target_id == target_id, ProgressNote.seen_on == seen_on, ProgressNote.what == what,
        ProgressNote.noted_by == actor.id)
    if session.scalar(same) is not None:
        raise refuse("TARGET-note-twice", "DATA-unique", "You have written this note already. It is on record.", "what")


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
    if wrong := check_progress_note(what, seen_on, opened_on=pep.initiated_on, today=today):
        raise Refused(wrong)
    _refuse_twice(session, target_id, what.strip(), seen_on, actor)
    note = ProgressNote(pep_id=pep.id, target_id=target_id, seen_on=seen_on, what=what.strip(), with_child=with_child,
                        noted_by=actor.id, noted_name=actor.name, noted_at=now)
    session.add(note)
    session.flush()
    audit.record(session, "target.note", note, child_id=pep.child_id)
    return note
