"""What makes an academic year and its terms acceptable: dates in their order, numbers that can hold together."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import date
from itertools import pairwise
from typing import Protocol

from pep_admin.attending import parse_year_groups
from pep_admin.chasing import parse_days
from pep_admin.deadlines import format_day, format_long
from pep_admin.policy import NUMBERS
from pep_admin.school_calendar import england_working_day
from pep_admin.validators.findings import Finding
from pep_admin.vocabulary import TermName

_NAME = re.compile(r"(20[0-9]{2})-([0-9]{2})")


class YearLike(Protocol):
    """What check_year reads, beside each number by the name it has in policy.NUMBERS."""

    @property
    def name(self) -> str | None: ...
    @property
    def starts_on(self) -> date | None: ...
    @property
    def ends_on(self) -> date | None: ...
    @property
    def ppg_term_cap_pence(self) -> int | None: ...
    @property
    def ppg_year_cap_pence(self) -> int | None: ...
    @property
    def attend_year_groups(self) -> str | None: ...


class TermInYear(Protocol):
    """What check_terms reads of each term."""

    @property
    def name(self) -> TermName: ...
    @property
    def starts_on(self) -> date: ...
    @property
    def ends_on(self) -> date: ...


class TermLike(Protocol):
    """What check_term reads; `year` may be None while a form is incomplete."""

    @property
    def starts_on(self) -> date | None: ...
    @property
    def ends_on(self) -> date | None: ...
    @property
    def half_term_from(self) -> date | None: ...
    @property
    def half_term_to(self) -> date | None: ...
    @property
    def deadline_on(self) -> date | None: ...
    @property
    def year(self) -> YearLike | None: ...


def check_year(year: YearLike) -> list[Finding]:
    """A year is named like 2024-25, ends after it begins, and has numbers and year groups that can be and fit one another."""
    return [*_name(year), *_span(year), *_holds_its_terms(year), *_ranges(year), *_caps(year), *_ages(year), *_groups(year),
            *_reminders(year)]


def check_term(term: TermLike) -> list[Finding]:
    """A term lies inside its year, its half-term and the working day on which its PEPs are due inside the term (HB-1.4)."""
    return [*_span(term), *_inside(term), *_half_term(term), *_deadline(term)]


def check_terms(terms: Iterable[TermInYear]) -> list[Finding]:
    """The terms of a year that is made as a whole follow one another in their order; `row` is the name of the later one."""
    in_order = sorted(terms, key=lambda each: list(TermName).index(each.name))
    return [
        Finding("TERM-dates", "DATA-year", "starts_on", f"{later.name.label} cannot begin on {format_day(later.starts_on)}: "
                f"{earlier.name.label} ends on {format_day(earlier.ends_on)}.", row=later.name.value)
        for earlier, later in pairwise(in_order) if later.starts_on <= earlier.ends_on
    ]


def check_among(term: TermInYear, others: Iterable[TermInYear]) -> list[Finding]:
    """One term among the others of its year: it begins after the one before it ends, and ends before the next one begins."""
    return [
        replace(finding, field="starts_on" if finding.row == term.name.value else "ends_on", row="")
        for other in others for finding in check_terms((term, other))
    ]


def _ranges(year: YearLike) -> Iterator[Finding]:
    """Each number within its bounds; one that is missing or could not be read has said so itself."""
    for each in NUMBERS:
        value = getattr(year, each.name, None)
        if value is None or each.least is None:
            continue
        if value < each.least:
            yield Finding("YEAR-number", "DATA-year", each.name, f"This is at least {each.least}.")
        elif each.most is not None and value > each.most:
            yield Finding("YEAR-number", "DATA-year", each.name, f"This is at most {each.most}.")


def _ages(year: YearLike) -> Iterator[Finding]:
    youngest, oldest = getattr(year, "sdq_from_age", None), getattr(year, "sdq_to_age", None)
    if youngest is not None and oldest is not None and youngest > oldest:
        yield Finding("YEAR-ages", "HB-4.7", "sdq_to_age", f"The SDQ is asked for from {youngest} on: not below that.")


def _dates(field: str, message: str, code: str = "DATA-dates") -> Finding:
    return Finding("TERM-dates", code, field, message)


def _name(year: YearLike) -> Iterator[Finding]:
    found = _NAME.fullmatch(year.name or "")
    if found is None or (int(found[1]) + 1) % 100 != int(found[2]):
        yield Finding("YEAR-name", "DATA-year", "name", "Name the year by its two halves, like 2024-25.")
        return
    begins, first, last = int(found[1]), year.starts_on, year.ends_on
    if first is not None and first.year != begins:
        yield Finding("YEAR-name", "DATA-year", "starts_on", f"{year.name} begins in {begins}.")
    elif first is not None and last is not None and last > first and last.year != begins + 1:
        yield Finding("YEAR-name", "DATA-year", "ends_on", f"{year.name} ends in {begins + 1}.")


def _holds_its_terms(year: YearLike) -> Iterator[Finding]:
    """The terms that are on record already lie within the dates that the year is given."""
    terms: Iterable[TermInYear] = getattr(year, "terms", None) or ()
    for term in terms:
        if year.starts_on and term.starts_on < year.starts_on:
            yield _dates("starts_on", f"{term.name.label} begins on {format_day(term.starts_on)}. Change that term first.")
        elif year.ends_on and term.ends_on > year.ends_on:
            yield _dates("ends_on", f"{term.name.label} ends on {format_day(term.ends_on)}. Change that term first.")


def _span(span: YearLike | TermLike) -> Iterator[Finding]:
    if span.starts_on and span.ends_on and span.ends_on <= span.starts_on:
        yield _dates("ends_on", f"The last day must come after the first, {format_day(span.starts_on)}.")


def _caps(year: YearLike) -> Iterator[Finding]:
    term_cap, year_cap = year.ppg_term_cap_pence, year.ppg_year_cap_pence
    if term_cap is not None and year_cap is not None and term_cap > year_cap:
        yield Finding("YEAR-caps", "HB-6.1", "ppg_year_cap_pence", "The year's amount cannot be less than that of one term.")


def _groups(year: YearLike) -> Iterator[Finding]:
    try:
        parse_year_groups(year.attend_year_groups or "")
    except ValueError as problem:
        yield Finding("YEAR-groups", "HB-3.10", "attend_year_groups", str(problem))


def _reminders(year: YearLike) -> Iterator[Finding]:
    for name in ("remind_days_before", "remind_days_after"):
        try:
            parse_days(getattr(year, name, None) or "")
        except ValueError as problem:
            yield Finding("YEAR-reminders", "DATA-year", name, str(problem))


def _inside(term: TermLike) -> Iterator[Finding]:
    year = term.year
    if year is None or year.starts_on is None or year.ends_on is None:
        return
    for field, day in (("starts_on", term.starts_on), ("ends_on", term.ends_on)):
        if day is not None and not year.starts_on <= day <= year.ends_on:
            yield _dates(field, f"{format_day(day)} lies outside {year.name}.")


def _half_term(term: TermLike) -> Iterator[Finding]:
    first, last = term.half_term_from, term.half_term_to
    if (first is None) != (last is None):
        yield _dates("half_term_to" if last is None else "half_term_from", "Enter both days of the half-term, or neither.")
    elif first is not None and last is not None:
        if last < first:
            yield _dates("half_term_to", "The half-term cannot end before it begins.")
        elif term.starts_on and term.ends_on and not (term.starts_on <= first and last <= term.ends_on):
            yield _dates("half_term_from", "The half-term lies outside the term.")


def _deadline(term: TermLike) -> Iterator[Finding]:
    due = term.deadline_on
    if due is None:
        return
    if term.starts_on and due < term.starts_on:
        yield _dates("deadline_on", "PEPs cannot be due before the term begins.", "HB-1.4")
    elif term.ends_on and due > term.ends_on:
        yield _dates("deadline_on", f"PEPs cannot be due after the term's last day, {format_day(term.ends_on)}.", "HB-1.4")
    elif not england_working_day(due):
        message = f"{format_long(due)} is no working day, so nobody is there to receive them. Choose one."
        yield _dates("deadline_on", message, "HB-1.4")
