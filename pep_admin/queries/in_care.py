"""Whether a child is still to be planned for on a day: one rule for who is sent a PEP, stands on the board, is chased, asked about.

Who has left care is planned for no more from the day of leaving on (HB-1.1). Whether they are of PEP age is circumstances.py's;
what
is done with a PEP that was left open is somebody's to say (workflow/peps.py).
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import date

from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.orm import Session

from pep_admin.models import Child, Pep


def has_left(left_on: date | None, day: date) -> bool:
    """Whether a child who left care on that day, or has not, is out of care on another."""
    return left_on is not None and left_on <= day


def stays_in_care(day: date) -> ColumnElement[bool]:
    """The same of a Child in a statement, the other way round: whoever has not left by then."""
    return or_(Child.left_care_on.is_(None), Child.left_care_on > day)


def of_child_in_care(day: date) -> ColumnElement[bool]:
    """Whether a Pep in a statement is of a child who has not left by then."""
    return Pep.child_id.not_in(select(Child.id).where(Child.left_care_on <= day))


def days_of_leaving(session: Session, pep_ids: Collection[int], day: date) -> dict[int, date]:
    """By PEP id, asked anew, when its child left care, of those that had by then."""
    rows = session.execute(select(Pep.id, Child.left_care_on).join(Child, Pep.child_id == Child.id).where(
        Pep.id.in_(pep_ids), Child.left_care_on.is_not(None)))
    return {pep_id: left_on for pep_id, left_on in rows if left_on is not None and has_left(left_on, day)}
