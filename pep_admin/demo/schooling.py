"""What the made-up schools were judged like, and which of them keep a calendar of their own. No child stands here."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from pep_admin.models import AcademicYear, Closure, Inspection, School, SchoolCalendar
from pep_admin.permissions import SYSTEM
from pep_admin.school_words import ClosureKind, InspectionRegime, OfstedGrade
from pep_admin.validators.inspections import regime_of
from pep_admin.workflow.calendars import save_calendar, save_closure
from pep_admin.workflow.inspections import judge_schools

WITH_A_CALENDAR = 2  # which school of the list keeps days of its own


def inspect_schools(session: Session, schools: Sequence[School], *, today: date) -> None:
    """An inspection for most of the schools, under two regimes; one in eleven is less than good."""
    session.add_all(_inspection(number, school) for number, school in enumerate(schools) if number % 6 != 5)
    judge_schools(session, today=today)


def keep_calendars(session: Session, schools: Sequence[School]) -> None:
    """One school that follows the Virtual School's terms and has an INSET day of its own."""
    year = session.scalars(select(AcademicYear).where(AcademicYear.name == "2024-25")).one()
    calendar = SchoolCalendar(year=year, school=schools[WITH_A_CALENDAR], note="From the school’s own page")
    save_calendar(session, calendar, actor=SYSTEM)
    closure = Closure(calendar=calendar, kind=ClosureKind.INSET, starts_on=date(2024, 11, 22), ends_on=date(2024, 11, 22))
    save_closure(session, closure, actor=SYSTEM)


def _inspection(number: int, school: School) -> Inspection:
    on = date(2024, 10, 8) if number % 7 == 3 else date(2017, 11, 14) + timedelta(days=number * 97 % 2_300)
    grade = OfstedGrade.REQUIRES_IMPROVEMENT if number % 11 == 10 else OfstedGrade.GOOD
    regime = regime_of(on)
    return Inspection(
        school_id=school.id, inspected_on=on, published_on=on + timedelta(days=34), regime=regime,
        overall=grade if regime is InspectionRegime.OVERALL else None, quality_of_education=grade, behaviour=OfstedGrade.GOOD,
        personal_development=OfstedGrade.GOOD, leadership=OfstedGrade.GOOD, safeguarding_met=True,
    )
