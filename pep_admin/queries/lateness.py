"""Which PEPs are late, in the database's words, and the days by which clocks.py tells with whom each of them waited.

Set-based, for one page or a whole list. What lateness is, is clocks.py's; a test compares the condition here with its judgement.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from datetime import date, timedelta

from sqlalchemy import ColumnElement, and_, bindparam, or_, select
from sqlalchemy.orm import Session, joinedload

from pep_admin.clocks import Clock, Whose, delay_of
from pep_admin.deadlines import Due, initiate_by
from pep_admin.models import AcademicYear, Child, Pep, Term
from pep_admin.queries.calendars import is_working_day_in
from pep_admin.queries.in_care import of_child_in_care
from pep_admin.queries.new_children import SENT, day_of, pep_facts
from pep_admin.queries.peps import OPEN_TO_WRITE
from pep_admin.vocabulary import PepKind, PepStatus

FARTHEST = 400
"""Days: nobody who came into care longer ago is asked for by working days."""
MANY = 1_000
"""PEPs whose days are read together."""
RULES: Mapping[PepKind, str] = {PepKind.INITIAL: "HB-1.3", PepKind.TERMLY: "HB-1.4"}
"""The rule that a PEP's own day stands for; of every other kind it is HB-1.5."""


def late_now(session: Session, today: date) -> ColumnElement[bool]:
    """Whether a PEP waits beyond its day: not sent by the day it is due (HB-1.3, HB-1.4), or, for a child new in care, not with
    its writers by the tenth working day (HB-1.2). What was sent is late no more: the Virtual School's queue makes nobody late.
    Nor is what was left open of a child who has left care."""
    overdue = Pep.status.in_(OPEN_TO_WRITE) & (Pep.due_on < today)
    waits = (Pep.kind == PepKind.INITIAL) & (Pep.status == PepStatus.INITIATED) & _not_handed_in_time(session, today)
    return and_(of_child_in_care(today), or_(overdue, waits))


def _not_handed_in_time(session: Session, today: date) -> ColumnElement[bool]:
    """By the number of working days of each PEP's own year: whether the child came into care too long ago."""
    years: dict[int, list[int]] = defaultdict(list)
    for year_id, days in session.execute(select(AcademicYear.id, AcademicYear.initiate_working_days)):
        years[days].append(year_id)
    is_working_day = is_working_day_in(session)
    return or_(*(
        and_(
            Pep.child_id.in_(select(Child.id).where(Child.entered_care_on <= _latest_entry(today, days, is_working_day))),
            Pep.term_id.in_(select(Term.id).where(Term.year_id.in_(ids))),
        )
        for days, ids in years.items()
    )) if years else Pep.id.is_(None)


def _latest_entry(today: date, days: int, is_working_day: Callable[[date], bool]) -> date:
    """The last day of coming into care whose working days had run out before today."""
    entered = (today - timedelta(days=back) for back in range(1, FARTHEST))
    return next((day for day in entered if initiate_by(day, days=days, is_working_day=is_working_day).on < today), date.min)


def delays(session: Session, peps: Iterable[Pep], today: date) -> dict[int, Clock]:
    """By PEP id: by how much each is late, or was sent late, and with whom it waited; one in time is left out.

    Seven statements for each 1,000 of those that may be late, however few; none where none can be.
    """
    late = [pep for pep in peps if _may_be_late(pep, today)]
    found: dict[int, Clock] = {}
    is_working_day = is_working_day_in(session) if any(pep.kind is PepKind.INITIAL for pep in late) else None
    for start in range(0, len(late), MANY):
        some = late[start : start + MANY]
        facts = pep_facts(session, some, RULES)
        for pep in some:
            delay = delay_of(facts[pep.id], today=today, hand_over=_hand_over(pep, is_working_day))
            if delay is not None:
                found[pep.id] = delay
    return found


def _may_be_late(pep: Pep, today: date) -> bool:
    if pep.status is PepStatus.WITHDRAWN:
        return False
    sent_on = day_of(pep.submitted_at) if pep.status in SENT else None
    return (sent_on or today) > pep.due_on or (pep.kind is PepKind.INITIAL and pep.status is PepStatus.INITIATED)


def _hand_over(pep: Pep, is_working_day: Callable[[date], bool] | None) -> Due | None:
    if is_working_day is None or pep.kind is not PepKind.INITIAL or pep.status is not PepStatus.INITIATED:
        return None
    return initiate_by(pep.child.entered_care_on, days=pep.term.year.initiate_working_days, is_working_day=is_working_day)


def late_clocks(session: Session, today: date) -> list[tuple[Pep, Clock]]:
    """Every PEP that the actor sees and that is late now, with its delay."""
    waiting = session.scalars(
        select(Pep).where(late_now(session, today))
        .options(joinedload(Pep.child), joinedload(Pep.term).joinedload(Term.year), joinedload(Pep.writer),
                 joinedload(Pep.social_worker))
    ).all()
    found = delays(session, waiting, today)
    return [(pep, found[pep.id]) for pep in waiting if pep.id in found]


def late_with(session: Session, whose: Whose, today: date) -> ColumnElement[bool]:
    """Whether a PEP is one that the actor sees, is late now, and waits with that one."""
    ids = [pep.id for pep, delay in late_clocks(session, today) if whose in delay.whose]
    return Pep.id.in_(bindparam("waiting", ids, expanding=True, literal_execute=True))  # more ids than a statement has places
