"""Which children a launch concerns, as columns. Opening their PEPs is the verbs' (workflow/peps.py)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from pep_admin.circumstances import is_pep_age
from pep_admin.models import Child, Pep, School, Term
from pep_admin.policy import YearNumbers, numbers_of
from pep_admin.queries.in_care import stays_in_care
from pep_admin.queries.past_scope import Columns
from pep_admin.school_calendar import year_group
from pep_admin.vocabulary import PepKind, PepStatus


@dataclass(frozen=True, slots=True)
class LaunchCandidate:
    """A child in care on the day of launch, as columns; `why_not` is empty when a PEP is to be opened."""

    child_id: int
    school_id: int | None
    social_worker_id: int | None
    designated_teacher_id: int | None
    entered_care_on: date
    year_group: str
    has_pep_of_term: bool
    has_any_pep: bool
    why_not: str


def launch_candidates(session: Session, term: Term, today: date) -> list[LaunchCandidate]:
    """Every child in care that day, with what launching needs to know of them (HB-1.1, HB-1.4).

    A funding PEP is no review, neither of the term nor as a first one; a PEP that was closed as not needed never was.
    """
    reviews = select(Pep.child_id).where(Pep.status != PepStatus.WITHDRAWN, Pep.kind != PepKind.FUNDING).distinct()
    of_term = reviews.where(Pep.term_id == term.id)
    any_pep = (  # of this time in care: who comes back into it is new again (HB-1.3)
        select(Pep.id).where(Pep.child_id == Child.id, Pep.status != PepStatus.WITHDRAWN, Pep.kind != PepKind.FUNDING,
                             Pep.initiated_on >= Child.entered_care_on).correlate(Child).exists()
    )
    rows = session.execute(
        select(
            Child.id, Child.school_id, Child.social_worker_id, School.designated_teacher_id, Child.entered_care_on,
            Child.date_of_birth, Child.year_group_override, Child.id.in_(of_term), any_pep,
        )
        .outerjoin(School, Child.school_id == School.id)
        .where(Child.entered_care_on <= today, stays_in_care(today))
        .order_by(Child.id)
    )
    numbers = numbers_of(YearNumbers, term.year)
    return [_candidate(row, today, numbers) for row in rows]


def _candidate(row: Columns, today: date, numbers: YearNumbers) -> LaunchCandidate:
    child_id, school_id, worker_id, teacher_id, entered_on, born_on, override, of_term, any_pep = row
    of_age = is_pep_age(born_on, today, numbers, has_setting=school_id is not None)
    return LaunchCandidate(
        child_id=child_id,
        school_id=school_id,
        social_worker_id=worker_id,
        designated_teacher_id=teacher_id,
        entered_care_on=entered_on,
        year_group=override or year_group(born_on, today),
        has_pep_of_term=bool(of_term),
        has_any_pep=bool(any_pep),
        why_not="" if of_age else "not of PEP age",
    )
