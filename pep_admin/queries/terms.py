"""Questions about the calendar: the terms on record, the term of a day, the deadlines, the instants of a day.

What a day means for a PEP is deadlines.py's.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from itertools import pairwise

from sqlalchemy import or_, select
from sqlalchemy.orm import Session, joinedload

from pep_admin.config import LONDON
from pep_admin.models import AcademicYear, Pep, Term
from pep_admin.queries.in_care import of_child_in_care
from pep_admin.queries.peps import UNFINISHED
from pep_admin.school_calendar import TermDates
from pep_admin.vocabulary import PepKind, PepStatus


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


def terms_launched(session: Session, day: date) -> list[Term]:
    """The terms so far, and those ahead of which PEPs were opened already; the latest first."""
    now = term_of(session, day)
    opened = select(Pep.term_id).where(Pep.status != PepStatus.WITHDRAWN)
    return list(session.scalars(
        select(Term).where(or_(Term.starts_on <= (now.starts_on if now else day), Term.id.in_(opened)))
        .order_by(Term.starts_on.desc()).options(joinedload(Term.year))))


def term_at_work(session: Session, terms: Sequence[Term], day: date) -> Term | None:
    """Which of those terms, the latest first, is worked on: the one that runs; in the holidays the newest that has begun and has
    unfinished PEPs of children in care; else the next one to begin, or the last."""
    begun = [each for each in terms if each.starts_on <= day]
    if begun and begun[0].ends_on >= day:
        return begun[0]
    left = set(session.scalars(select(Pep.term_id).where(Pep.status.in_(UNFINISHED), Pep.kind != PepKind.FUNDING,
                                                         of_child_in_care(day)).distinct()))
    ahead = [each for each in terms if each.starts_on > day]
    return next((each for each in begun if each.id in left), ahead[-1] if ahead else begun[0] if begun else None)


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
