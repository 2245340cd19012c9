"""Questions about the calendars of schools: how school days are counted for each, which open PEPs were counted so.

Facts alone, as columns. Which calendar holds is school_calendar.py's to judge, what a day means for a PEP deadlines.py's.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from datetime import date

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from pep_admin.models import AcademicYear, Closure, NonWorkingDay, Pep, School, SchoolCalendar, Term
from pep_admin.queries.past_scope import Columns
from pep_admin.queries.peps import OPEN_TO_WRITE
from pep_admin.school_calendar import (
    SchoolDays,
    TermDates,
    YearCalendar,
    calendar_in_force,
    days_of_school,
    working_days,
)
from pep_admin.vocabulary import TermName

Key = tuple[int | None, str | None]


TO_CHECK = "term dates that are still to be checked"
"""Said of a day that was counted by them: the next year's are first put 52 weeks on (workflow/years.py)."""


class Calendars:
    """Every calendar on record, read once: `days_for` as many schools as there are asks nothing more."""

    def __init__(self, session: Session) -> None:
        self.is_working_day = is_working_day_in(session)
        self._years = list(session.scalars(select(AcademicYear.id).order_by(AcademicYear.starts_on)))
        self._own, self._unchecked = _terms_by_year(session)
        self._of_school, self._of_authority = _calendars(session)
        self._codes = _codes_of_schools(session, {code for _, code in self._of_authority})
        self._known: dict[Key, SchoolDays] = {}

    def days_for(self, school_id: int | None) -> SchoolDays:
        """How days are counted for that school; by the Virtual School's own calendar for none."""
        has_own = any((year, school_id) in self._of_school for year in self._years)
        key = (school_id if has_own else None, self._codes.get(school_id) if school_id is not None else None)
        if key not in self._known:
            self._known[key] = days_of_school([self.in_force(year, *key) for year in self._years], self.is_working_day)
        return self._known[key]

    def term_at(self, term: Term, school_id: int | None) -> TermDates | None:
        """That term as it is at a school, by the calendar in force there; None where its dates are not known."""
        found = self.in_force(term.year_id, school_id, self._codes.get(school_id)).terms
        return next((each for each in found if each.starts_on <= term.ends_on and each.ends_on >= term.starts_on), None)

    def in_force(self, year_id: int, school_id: int | None, code: str | None) -> YearCalendar:
        """The calendar that holds in that academic year for a school, or for an authority's schools by its number."""
        layers = [self._of_school.get((year_id, school_id)), self._of_authority.get((year_id, code)),
                  YearCalendar(self._own.get(year_id, ()), whose=TO_CHECK if year_id in self._unchecked else "")]
        return calendar_in_force([each for each in layers if each is not None])


def is_working_day_in(session: Session) -> Callable[[date], bool]:
    """Whether a day is a working day: England's, but for the one-off days off on record."""
    return working_days(frozenset(session.scalars(select(NonWorkingDay.day_on))))


def terms_of(calendar: SchoolCalendar) -> tuple[TermDates, ...]:
    """A calendar's own terms in order; none where it follows another."""
    return tuple(
        TermDates(starts_on, getattr(calendar, f"{name}_ends_on"), getattr(calendar, f"{name}_half_from"),
                  getattr(calendar, f"{name}_half_to"))
        for name in TermName if (starts_on := getattr(calendar, f"{name}_starts_on")) is not None
    )


def counted_peps(session: Session, where: ColumnElement[bool] | None = None, *, lock: bool = False) -> list[Columns]:
    """Open PEPs whose due day was counted in school days, in the order of their ids: what it takes to count again."""
    found = select(Pep.id, Pep.row_version, Pep.child_id, Pep.school_id, Pep.reference, Pep.due_on, Pep.due_rule,
                   Pep.kind).where(
        Pep.status.in_(OPEN_TO_WRITE), Pep.due_rule.like("% school day%"), *([] if where is None else [where])
    ).order_by(Pep.id)
    return list(session.execute(found.with_for_update(of=Pep) if lock else found))


def peps_due_by(session: Session, term_id: int, due_on: date, rule: str) -> list[Columns]:
    """Open PEPs of a term that are due on that day by that sentence: id, version, child and reference, locked."""
    found = select(Pep.id, Pep.row_version, Pep.child_id, Pep.reference).where(
        Pep.status.in_(OPEN_TO_WRITE), Pep.term_id == term_id, Pep.due_on == due_on, Pep.due_rule == rule).order_by(Pep.id)
    return list(session.execute(found.with_for_update(of=Pep)))


def _terms_by_year(session: Session) -> tuple[dict[int, tuple[TermDates, ...]], set[int]]:
    """The terms of each academic year, and the years of which one is still to be checked."""
    found: dict[int, list[TermDates]] = defaultdict(list)
    unchecked = set()
    columns = select(Term.year_id, Term.dates_to_check, Term.starts_on, Term.ends_on, Term.half_term_from, Term.half_term_to)
    for year_id, to_check, first, last, half_from, half_to in session.execute(columns.order_by(Term.starts_on)):
        found[year_id].append(TermDates(first, last, half_from, half_to))
        unchecked |= {year_id} if to_check else set()
    return {year_id: tuple(terms) for year_id, terms in found.items()}, unchecked


def _calendars(session: Session) -> tuple[dict[tuple[int, int | None], YearCalendar], dict[tuple[int, str | None], YearCalendar]]:
    """Those of schools and those of authorities, each by (year, whose)."""
    closed: dict[int, list[tuple[date, date]]] = defaultdict(list)
    for calendar_id, first, last in session.execute(select(Closure.calendar_id, Closure.starts_on, Closure.ends_on)):
        closed[calendar_id].append((first, last))
    schools: dict[tuple[int, int | None], YearCalendar] = {}
    authorities: dict[tuple[int, str | None], YearCalendar] = {}
    for each in session.scalars(select(SchoolCalendar)):
        terms, days = terms_of(each), tuple(closed[each.id])
        if each.school_id is not None:
            schools[each.year_id, each.school_id] = YearCalendar(terms, days, "the school’s own calendar")
        else:
            whose = f"the calendar of authority {each.local_authority_code}"
            authorities[each.year_id, each.local_authority_code] = YearCalendar(terms, days, whose)
    return schools, authorities


def _codes_of_schools(session: Session, codes: set[str | None]) -> dict[int | None, str]:
    """The authority's number of each school of one of those authorities; of no other school it matters."""
    if not codes:
        return {}
    found = session.execute(select(School.id, School.local_authority_code).where(School.local_authority_code.in_(codes)))
    return {school_id: code for school_id, code in found if code}
