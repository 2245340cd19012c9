"""Hand-over notes of a child: all of them, and the one that the school of an open PEP reads as coming from the last school."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import and_, select
from sqlalchemy.orm import Session, joinedload

from pep_admin.models import Enrolment, HandoverNote, Pep
from pep_admin.queries.peps import OPEN_TO_WRITE


def notes_of(session: Session, child_id: int) -> Sequence[HandoverNote]:
    """Every note on that child, the newest first."""
    found = select(HandoverNote).where(HandoverNote.child_id == child_id).options(joinedload(HandoverNote.school))
    return session.scalars(found.order_by(HandoverNote.noted_on.desc(), HandoverNote.id.desc())).all()


def note_of_last_school(session: Session, pep: Pep) -> HandoverNote | None:
    """The note of the school that the child was at before the school of that PEP; None once the PEP is sent, and without one."""
    if pep.status not in OPEN_TO_WRITE or pep.school_id is None:
        return None
    last = select(Enrolment.id).where(
        Enrolment.child_id == pep.child_id, Enrolment.ended_on.is_not(None), Enrolment.school_id != pep.school_id,
    ).order_by(Enrolment.ended_on.desc(), Enrolment.id.desc()).limit(1).scalar_subquery()
    found = select(HandoverNote).join(
        Enrolment, and_(Enrolment.id == last, Enrolment.school_id == HandoverNote.school_id,
                        HandoverNote.noted_on >= Enrolment.started_on),
    ).where(HandoverNote.child_id == pep.child_id).options(joinedload(HandoverNote.school))
    return session.scalar(found.order_by(HandoverNote.noted_on.desc(), HandoverNote.id.desc()).limit(1))
