"""The children whom the roll takes along into an academic year, with their open enrolment and what is planned. What becomes of them
is workflow/roll_over.py's.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import cast

from sqlalchemy import and_, or_, select
from sqlalchemy.orm import Session, aliased, contains_eager, joinedload

from pep_admin.models import Child, Enrolment, PlannedMove, School

RollRow = tuple[Child, Enrolment | None, PlannedMove | None]


def roll_rows(session: Session, year_id: int, today: date, *, locked: bool = False) -> list[RollRow]:
    """Every child in care today with the open enrolment and the plan for that year, by name: one statement, `locked` as a verb
    takes them."""
    planned = aliased(School)
    found = (
        select(Child, Enrolment, PlannedMove)
        .outerjoin(Enrolment, and_(Enrolment.child_id == Child.id, Enrolment.ended_on.is_(None)))
        .outerjoin(PlannedMove, and_(PlannedMove.child_id == Child.id, PlannedMove.year_id == year_id))
        .outerjoin(planned, PlannedMove.school_id == planned.id)
        .where(Child.entered_care_on <= today, or_(Child.left_care_on.is_(None), Child.left_care_on > today))
        .options(joinedload(Child.school), contains_eager(PlannedMove.school.of_type(planned)))
        .order_by(Child.last_name, Child.first_name, Child.id)
    )
    if locked:
        found = found.with_for_update(of=Child).execution_options(populate_existing=True)
    return list(cast("Iterable[RollRow]", session.execute(found).unique()))  # what is joined from outside may be None
