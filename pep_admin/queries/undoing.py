"""What stays when a move that was entered by mistake is taken back: PEPs that were opened for it, meetings that were off with it.

What follows the move back is workflow/corrections.py's; what is found here is somebody's to decide.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import and_, or_, select
from sqlalchemy.orm import Session

from pep_admin.deadlines import format_day
from pep_admin.history import last_changes
from pep_admin.models import Child, Pep, SettledChange
from pep_admin.queries.peps import UNFINISHED
from pep_admin.review_words import ChangeKind, Settling
from pep_admin.validators.meetings import LONDON
from pep_admin.vocabulary import PepKind, RollMove

_OPENED = " was opened for this move and stays open. If it is not needed now, close it as not needed."
_SINCE = " was opened since as a review after a change, and stays open. If it was for this move, close it as not needed."


@dataclass(frozen=True, slots=True)
class Stays:
    """A PEP that taking a move back leaves as it is: what is said of it before and after its reference."""

    lead: str
    pep: Pep
    tail: str


def what_stays(session: Session, child: Child, move: RollMove, wrong: Any | None, before: Any | None) -> Sequence[Stays]:
    """The same of a move, by the row that it began (`wrong`) and the one that it ended (`before`), each where there is one."""
    if move is RollMove.CARE:
        return _meetings_off(session, child)
    if move is RollMove.SCHOOL:
        ended_on: date | None = before.ended_on if before else None
        rows = [sign * row.id for sign, row in ((1, wrong), (-1, before)) if row is not None]  # as queries/changes.py names them
        return _reviews(session, child, wrong.started_on if wrong else ended_on or date.max, or_(
            and_(SettledChange.kind == ChangeKind.SCHOOL, SettledChange.row_id.in_(rows)),
            and_(SettledChange.kind == ChangeKind.MONEY, SettledChange.happened_on == ended_on)))
    if move is RollMove.HOME and wrong is not None:
        return _reviews(session, child, wrong.started_on, and_(
            SettledChange.kind == ChangeKind.HOME, SettledChange.row_id == wrong.id))
    return ()


def _reviews(session: Session, child: Child, since: date, of_the_move: Any) -> Sequence[Stays]:
    """PEPs that are open for the move, and those that somebody opened by hand after a change since then."""
    standing = select(SettledChange.pep_id).where(
        SettledChange.child_id == child.id, SettledChange.pep_id.is_not(None), SettledChange.undone_on.is_(None))
    opened = standing.where(SettledChange.how == Settling.OPENED, of_the_move)
    by_hand = and_(Pep.kind == PepKind.CHANGE, Pep.initiated_on >= since, Pep.id.not_in(standing))
    asked = select(Pep).where(Pep.child_id == child.id, Pep.status.in_(UNFINISHED), or_(Pep.id.in_(opened), by_hand))
    for_it = set(session.scalars(opened))
    return [Stays("", pep, _OPENED if pep.id in for_it else _SINCE) for pep in session.scalars(asked.order_by(Pep.id))]


def _meetings_off(session: Session, child: Child) -> Sequence[Stays]:
    """Meetings that were called off in the very step by which the child left care, and of which none was booked since."""
    left = last_changes(session, Child, [child.id], "left_care_on").get(child.id)
    peps = session.scalars(select(Pep).where(
        Pep.child_id == child.id, Pep.status.in_(UNFINISHED), Pep.meeting_at.is_(None)).order_by(Pep.id)).all()
    days = last_changes(session, Pep, [pep.id for pep in peps], "meeting_at")
    found = []
    for pep in peps:
        day = days.get(pep.id)
        was = day.changes["meeting_at"][0] if day is not None else None
        if day is None or left is None or was is None or day.id < left.id or day.request_id != left.request_id:
            continue
        at = datetime.fromisoformat(was).astimezone(LONDON)
        found.append(Stays("The meeting of ", pep, f" on {format_day(at.date())}, {at:%H:%M} was called off when care ended. It "
                                                   "stays off and has to be booked anew."))
    return found
