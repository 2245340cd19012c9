"""Academic years, their numbers and their terms: put on record from policy.py when a database is new, changed, copied to the next.

A number that changes holds from then on. What was counted by it is counted anew, and the verb says which due days moved.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from sqlalchemy import inspect, select
from sqlalchemy.orm import Session

from pep_admin import audit
from pep_admin.exceptions import Refused
from pep_admin.models import AcademicYear, Pep, Term
from pep_admin.permissions import Actor, Permission, require
from pep_admin.policy import NUMBERS, YEARS, TermPolicy, YearNumbers, YearPolicy, numbers_of
from pep_admin.school_calendar import academic_year_begins, academic_year_end, academic_year_name, weeks_on
from pep_admin.validators.findings import Finding, blocking
from pep_admin.validators.years import check_term, check_terms, check_year
from pep_admin.vocabulary import TermName
from pep_admin.workflow.calendars import Recount, Renumbered, count_again
from pep_admin.workflow.inspections import judge_schools
from pep_admin.workflow.taking import refuse

DATES = ("starts_on", "ends_on", "half_term_from", "half_term_to", "deadline_on")
"""The dates of a term, in the order of the forms."""
DAYS = frozenset({"complete_school_days", "between_school_days", "counts_first_day"})
"""The numbers by which due days are counted and kept."""


def open_years(session: Session, *, actor: Actor) -> list[AcademicYear]:
    """Put the years of policy.py on record that are not there yet; those that are keep the Virtual School's numbers."""
    require(actor, Permission.TERM_EDIT)
    there = set(session.scalars(select(AcademicYear.name)))
    opened = [_year(policy) for name, policy in YEARS.items() if name not in there]
    session.add_all(opened)
    session.flush()
    for year in opened:
        audit.record(session, "year.open", year)
    return opened


def save_year(session: Session, row: AcademicYear, *, actor: Actor, today: date) -> Recount:
    """Store an academic year, new or changed; count again what a changed number of days counts (HB-1.3, HB-1.5).

    Refused with what is wrong. Schools are judged anew, for what is less than good may have changed (HB-3.10).
    """
    require(actor, Permission.TERM_EDIT)
    if wrong := blocking(check_year(row)):
        raise Refused(wrong)
    before = YearNumbers(**{each.name: _before(row, each.name) for each in NUMBERS})
    fields = sorted(each.key for each in inspect(row).attrs if each.history.has_changes())
    session.add(row)
    session.flush()
    judge_schools(session, today=today)
    audit.record(session, "year.save", row, fields=fields)
    after = numbers_of(YearNumbers, row)
    if all(getattr(before, name) == getattr(after, name) for name in DAYS):
        return Recount()
    of_year = Pep.term_id.in_(select(Term.id).where(Term.year_id == row.id))
    return count_again(session, of_year, because=f"The numbers of {row.name} were changed", renumbered=Renumbered(before, after))


def _before(row: AcademicYear, name: str) -> Any:
    """The number as it stands on record while the row holds another; its own for a new row."""
    deleted = inspect(row).attrs[name].history.deleted
    return deleted[0] if deleted else getattr(row, name)


def _year(policy: YearPolicy) -> AcademicYear:
    return AcademicYear(
        name=policy.name, starts_on=policy.starts_on, ends_on=policy.ends_on, **policy.numbers,
        terms=[
            Term(name=each.name, dates_to_check=policy.dates_to_check, **{name: getattr(each, name) for name in DATES})
            for each in policy.terms
        ],
    )


# --- the next year ---------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class NextYear:
    """The year after another as it is proposed: its name and its terms, those of the other moved by 52 weeks."""

    name: str
    terms: tuple[TermPolicy, ...]


def next_year_of(year: AcademicYear) -> NextYear:
    """The year after that one. Whatever a move of 52 weeks brings before its first day begins on that day."""
    name = academic_year_name(weeks_on(academic_year_end(year.name), 26))
    first = academic_year_begins(name)
    return NextYear(name, tuple(_moved(each, first) for each in year.terms))


def _moved(term: Term, first: date) -> TermPolicy:
    days: dict[str, Any] = {name: day and max(first, weeks_on(day)) for name in DATES for day in (getattr(term, name),)}
    return TermPolicy(name=term.name, **days)


def copy_year(
    session: Session, year: AcademicYear, terms: Mapping[TermName, Mapping[str, date | None]], *, actor: Actor, today: date
) -> AcademicYear:
    """Make the academic year after `year` with its numbers and those terms, all to be checked where nobody changed a date.

    Refused where it is on record already, or its dates cannot be; a finding's `row` is the name of the term, its `field` the date.
    """
    require(actor, Permission.TERM_EDIT)
    proposed = next_year_of(year)
    if wrong := find_wrong_in_next(session, year):
        raise Refused(wrong)
    made = AcademicYear(
        name=proposed.name, starts_on=academic_year_begins(proposed.name), ends_on=academic_year_end(proposed.name),
        **{each.name: getattr(year, each.name) for each in NUMBERS},
    )
    usual = {each.name: {name: getattr(each, name) for name in DATES} for each in proposed.terms}
    with session.no_autoflush:
        made.terms = [Term(name=name, dates_to_check=days == usual.get(name), **days) for name, days in terms.items()]
        if wrong := blocking(find_wrong_in_terms(made)):
            raise Refused(wrong)
    session.add(made)
    session.flush()
    judge_schools(session, today=today)
    audit.record(session, "year.copy", made, copied_from=year.name)
    return made


def find_wrong_in_next(session: Session, year: AcademicYear) -> list[Finding]:
    """Why the year after that one cannot be made; empty where it can."""
    name = next_year_of(year).name
    if session.scalar(select(AcademicYear.id).where(AcademicYear.name == name)) is not None:
        return list(refuse("YEAR-there", "DATA-unique", f"{name} is on record already. Change it on its own page.").findings)
    if not year.terms:
        return list(refuse("YEAR-terms", "DATA-year", f"{year.name} has no terms yet. Add them first.").findings)
    return []


def find_wrong_in_terms(year: AcademicYear) -> list[Finding]:
    """What is wrong with the terms of a year that is to be stored with them; `row` says which term."""
    found = [replace(each, row=term.name.value) for term in year.terms for each in check_term(term)]
    return found or check_terms(year.terms)
