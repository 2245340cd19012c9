"""The two clocks (HB-1.2, HB-1.3) of children new in care: of one for their page, of all for a list. Set-based.

The facts are new_children.py's, what follows from them clocks.py's.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import or_, select
from sqlalchemy.orm import Session, joinedload

from pep_admin.clocks import Clock, clocks
from pep_admin.models import AcademicYear, Child, Pep, School, Term
from pep_admin.policy import YearNumbers, numbers_of
from pep_admin.queries.calendars import Calendars
from pep_admin.queries.new_children import is_new_in_care, new_child_facts, year_of
from pep_admin.queries.terms import known_terms
from pep_admin.vocabulary import PepKind, PepStatus

FARTHEST = timedelta(days=400)
"""Who came into care longer ago has no clock that still runs."""


@dataclass(frozen=True, slots=True)
class NewChild:
    """A child new in care, the first PEP of this time there, and both clocks."""

    child: Child
    pep: Pep | None
    clocks: tuple[Clock, ...]


def clocks_of(
    session: Session, first_peps: Mapping[Child, Pep | None], running: AcademicYear, *, today: date
) -> dict[int, tuple[Clock, ...]]:
    """By child: both clocks of each who is new in care, until both are done and the term of the first PEP is over."""
    terms, numbers = known_terms(session), numbers_of(YearNumbers, running)
    new = {child: pep for child, pep in first_peps.items() if is_new_in_care(child, pep, terms, today=today, numbers=numbers)}
    if not new:
        return {}
    facts, calendars = new_child_facts(session, new), Calendars(session)
    found: dict[int, tuple[Clock, ...]] = {}
    years = list(session.scalars(select(AcademicYear).order_by(AcademicYear.starts_on)))
    for child, pep in new.items():
        of_entry = next((each for each in years if child.entered_care_on <= each.ends_on), running)
        year = pep.term.year if pep is not None else of_entry
        both = clocks(
            facts[child.id], today=today, working_days=year.initiate_working_days, school_days=year.complete_school_days,
            days=calendars.days_for(child.school_id), is_working_day=calendars.is_working_day, with_start=year.counts_first_day)
        is_over = pep is not None and pep.term.ends_on < today
        if not (is_over and all(each.done_on for each in both)):
            found[child.id] = both
    return found


def new_children(session: Session, today: date) -> list[NewChild]:
    """Every child new in care, the newest last; a fixed number of statements however many."""
    running = year_of(session, today)
    if running is None:
        return []
    in_care = (Child.entered_care_on <= today, or_(Child.left_care_on.is_(None), Child.left_care_on > today))
    asked = select(Child).where(*in_care, Child.entered_care_on >= today - FARTHEST)
    children = list(session.scalars(asked.order_by(Child.entered_care_on, Child.id).options(
        joinedload(Child.school).joinedload(School.designated_teacher), joinedload(Child.social_worker))))
    firsts = _first_peps(session, today)
    pairs = {child: firsts.get(child.id) for child in children}
    counted = clocks_of(session, pairs, running, today=today)
    return [NewChild(child, pep, counted[child.id]) for child, pep in pairs.items() if child.id in counted]


def _first_peps(session: Session, today: date) -> dict[int, Pep]:
    """By child who came into care lately: the first PEP of this time in care that is a review."""
    asked = select(Pep).join(Child, Pep.child_id == Child.id).where(
        Child.entered_care_on >= today - FARTHEST, Pep.initiated_on >= Child.entered_care_on,
        Pep.status != PepStatus.WITHDRAWN, Pep.kind != PepKind.FUNDING)
    found: dict[int, Pep] = {}
    for pep in session.scalars(asked.order_by(Pep.id).options(
            joinedload(Pep.term).joinedload(Term.year), joinedload(Pep.writer), joinedload(Pep.social_worker))):
        found.setdefault(pep.child_id, pep)
    return found
