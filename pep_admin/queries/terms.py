"""Questions about the calendar: the terms on record, the term of a day, the deadlines, the instants of a day.

What a day means for a PEP is deadlines.py's.
"""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from itertools import pairwise

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from pep_admin.config import LONDON
from pep_admin.models import AcademicYear, Term
from pep_admin.school_calendar import TermDates


def known_terms(session: Session) -> list[TermDates]:
    """Every term of the Virtual School's calendar, in order."""
    rows = session.execute(
        select(Term.starts_on, Term.ends_on, Term.half_term_from, Term.half_term_to).order_by(Term.starts_on)
    )
    return [TermDates(*row) for row in rows]


def term_of(session: Session, day: date) -> Term | None:
    """The term a day falls in, or the next one to start; None when no term is known then."""
    return session.scalar(select(Term).where(Term.ends_on >= day).order_by(Term.starts_on).limit(1))


def terms_so_far(session: Session, day: date) -> list[Term]:
    """The terms that have begun, and the one that a day falls in or before; the latest first."""
    now = term_of(session, day)
    latest = now.starts_on if now else day
    return list(session.scalars(select(Term).where(Term.starts_on <= latest).order_by(Term.starts_on.desc())
                                .options(joinedload(Term.year))))


def next_deadlines(session: Session) -> dict[int, date]:
    """By term: the PEP deadline of the term after it (HB-1.4); a last term on record has none."""
    terms = session.execute(select(Term.id, Term.deadline_on).order_by(Term.starts_on)).all()
    return {earlier.id: later.deadline_on for earlier, later in pairwise(terms)}


def find_term(session: Session, year: str, name: str) -> Term | None:
    """The term by its year ("2024-25") and name ("autumn")."""
    return session.scalar(select(Term).join(AcademicYear).where(AcademicYear.name == year, Term.name == name))


def day_bounds(day: date) -> tuple[datetime, datetime]:
    """First and one-past-last instant of an English day."""
    return datetime.combine(day, time(), LONDON), datetime.combine(day + timedelta(days=1), time(), LONDON)
