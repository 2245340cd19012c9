"""Questions about inspections of schools: the rule of a day's academic year, each school's latest, those that are less than good.

What the rule makes of one inspection is validators/inspections.py's; here its threshold becomes a condition of the database.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from sqlalchemy import ColumnElement, and_, case, exists, or_, select
from sqlalchemy.orm import Session, aliased

from pep_admin.models import AcademicYear, Inspection
from pep_admin.school_calendar import academic_year_name
from pep_admin.school_words import InspectionRegime
from pep_admin.validators.inspections import LessThanGoodRule, threshold


def less_than_good_rule(session: Session, on: date) -> LessThanGoodRule:
    """What the academic year of that day calls less than good; of days between years on record, the year before."""
    columns = select(AcademicYear.name, AcademicYear.graded_rule, AcademicYear.card_rule)
    found = session.execute(columns.where(AcademicYear.starts_on <= on).order_by(AcademicYear.starts_on.desc()).limit(1)).first()
    found = found or session.execute(columns.order_by(AcademicYear.starts_on).limit(1)).first()
    return LessThanGoodRule(*found) if found else LessThanGoodRule(academic_year_name(on))


def latest_inspections(session: Session, school_ids: Iterable[int] | None = None) -> dict[int, Inspection]:
    """The latest inspection of each of those schools (of all), by school id; a school without one is left out."""
    wanted = select(Inspection).where(is_latest())
    if school_ids is not None:
        wanted = wanted.where(Inspection.school_id.in_(list(school_ids)))
    return {each.school_id: each for each in session.scalars(wanted)}


def is_latest() -> ColumnElement[bool]:
    """Of an inspection: its school has no later one."""
    later = aliased(Inspection)
    return ~exists().where(later.school_id == Inspection.school_id, later.inspected_on > Inspection.inspected_on)


def is_less_than_good(rule: LessThanGoodRule) -> ColumnElement[bool]:
    """Of an inspection: less than good under that rule, as `judge` says it of one."""
    conditions: list[ColumnElement[bool]] = [Inspection.category.is_not(None), Inspection.safeguarding_met.is_(False)]
    for regime in InspectionRegime:
        line = threshold(regime, rule)
        first, *more = (case((getattr(Inspection, name).in_(list(line.below)), 1), else_=0) for name in line.areas)
        low: ColumnElement[int] = sum(more, first)
        conditions.append(and_(Inspection.regime == regime, low >= line.at_least))
    return or_(*(case((each, True), else_=False) for each in conditions))  # never NULL, so that it can be turned round
