"""What makes a school calendar acceptable: its terms in order, its closures inside them, days off that are not free anyway.

Whether another calendar stands for the same school and year is the database's to say; which of them holds is school_calendar.py's.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from itertools import pairwise
from typing import Any, Protocol

from pep_admin.deadlines import format_day
from pep_admin.school_calendar import LONGEST_HOLIDAY, TermDates, england_working_day
from pep_admin.school_words import ClosureKind
from pep_admin.validators.findings import Finding
from pep_admin.vocabulary import TermName

_CODE = re.compile("[0-9]{3}")
Span = tuple[date, date]


class ClosureLike(Protocol):
    """What check_closure reads; a day that could not be read is None."""

    @property
    def kind(self) -> ClosureKind | None: ...
    @property
    def starts_on(self) -> date | None: ...
    @property
    def ends_on(self) -> date | None: ...
    @property
    def note(self) -> str | None: ...


def check_calendar(
    calendar: Any, *, first: date, last: date, year: str, closed: Sequence[Span] = (), followed: Sequence[TermDates] = (),
) -> list[Finding]:
    """A calendar of the academic year of that name, first and last day; `closed` are its closures, which must stay inside a term.

    `calendar` has the columns of SchoolCalendar. Without any terms it follows another, whose terms are `followed`.
    """
    days = {name: _term(calendar, name) for name in TermName}
    if not any(any(each) for each in days.values()):
        return list(_closures_stay(followed, closed))
    wrong = [finding for name in TermName for finding in _one_term(name, days[name])]
    if wrong:
        return wrong
    terms = [TermDates(start, end, *half) for start, end, *half in days.values() if start and end]
    return [*_inside_the_year(days, first, last, year), *_in_order(terms), *_closures_stay(terms, closed)]


def check_code(code: str | None) -> list[Finding]:
    """The number of an authority."""
    if code and _CODE.fullmatch(code):
        return []
    message = "A local authority's number has three figures, like 351."
    return [Finding("CAL-authority", "DATA-calendar", "local_authority_code", message)]


def check_closure(closure: ClosureLike, *, terms: Sequence[TermDates], others: Sequence[Span]) -> list[Finding]:
    """A closure lies inside one of the terms that hold there, shuts the school on a working day, and is on record once."""
    first, last = closure.starts_on, closure.ends_on
    found = []
    if closure.kind is ClosureKind.OTHER and not (closure.note or "").strip():
        found.append(_wrong("note", "Say what the closure is for."))
    if first is None or last is None:
        return found
    if last < first:
        return [*found, _wrong("ends_on", f"The last day cannot come before the first, {format_day(first)}.")]
    return [*found, *_closed_days(first, last, terms), *_not_twice(first, last, others)]


def check_day_off(day: date | None) -> list[Finding]:
    """A one-off day off is a day on which people would work otherwise."""
    if day is None or england_working_day(day):
        return []
    why = "a weekend" if day.weekday() >= 5 else "a bank holiday already"
    return [Finding("DAY-off", "DATA-calendar", "day_on", f"{format_day(day)} is {why}, so it does not count anyway.")]


def closing(terms: Sequence[TermDates], span: Span) -> TermDates | None:
    """The term that holds all of those days; None where none does."""
    return next((term for term in terms if term.starts_on <= span[0] and span[1] <= term.ends_on), None)


def _wrong(field: str, message: str, code: str = "DATA-calendar") -> Finding:
    return Finding("CAL-dates", code, field, message)


def _term(calendar: Any, name: TermName) -> tuple[date | None, date | None, date | None, date | None]:
    return (getattr(calendar, f"{name}_starts_on"), getattr(calendar, f"{name}_ends_on"),
            getattr(calendar, f"{name}_half_from"), getattr(calendar, f"{name}_half_to"))


def _one_term(name: TermName, days: tuple[date | None, date | None, date | None, date | None]) -> Iterator[Finding]:
    """All its days are there, in order, with the half-term inside."""
    first, last, half_from, half_to = days
    for field, day in (("starts_on", first), ("ends_on", last)):
        if day is None:
            yield _wrong(f"{name}_{field}", "Enter all three terms, or leave every day empty to follow the authority’s calendar.")
    if first and last and last <= first:
        yield _wrong(f"{name}_ends_on", f"The last day must come after the first, {format_day(first)}.")
    if (half_from is None) != (half_to is None):
        yield _wrong(f"{name}_{'half_to' if half_to is None else 'half_from'}", "Enter both days of the half-term, or neither.")
    elif half_from and half_to and half_to < half_from:
        yield _wrong(f"{name}_half_to", "The half-term cannot end before it begins.")
    elif half_from and half_to and first and last and not (first < half_from and half_to < last):
        yield _wrong(f"{name}_half_from", "The half-term lies outside the term.")


def _inside_the_year(days: dict[TermName, Any], first: date, last: date, year: str) -> Iterator[Finding]:
    for name, (starts_on, ends_on, *_) in days.items():
        for field, day in (("starts_on", starts_on), ("ends_on", ends_on)):
            if not first <= day <= last:
                yield _wrong(f"{name}_{field}", f"{format_day(day)} lies outside {year}.")


def _in_order(terms: Sequence[TermDates]) -> Iterator[Finding]:
    for (_, before), (name, after) in pairwise(zip(TermName, terms, strict=True)):
        if after.starts_on <= before.ends_on:
            yield _wrong(f"{name}_starts_on", f"This term begins before the last one has ended, on {format_day(before.ends_on)}.")
        elif (after.starts_on - before.ends_on).days > LONGEST_HOLIDAY:
            yield _wrong(f"{name}_starts_on", "More than nine weeks lie between this term and the one before. Check both days.")


def _closures_stay(terms: Sequence[TermDates], closed: Sequence[Span]) -> Iterator[Finding]:
    for first, last in closed:
        if closing(terms, (first, last)) is None:
            yield _wrong("", f"The closure of {_said(first, last)} would lie outside these terms. Change or remove it first.")


def _closed_days(first: date, last: date, terms: Sequence[TermDates]) -> Iterator[Finding]:
    if not terms:
        yield _wrong("starts_on", "The terms of this year are not on record yet. Enter them first.")
    elif (term := closing(terms, (first, last))) is None:
        yield _wrong("starts_on", f"{_said(first, last)} does not lie inside one term of this calendar.")
    elif not any(term.is_open(day) and england_working_day(day) for day in _days(first, last)):
        yield _wrong("starts_on", "The school is shut then anyway: these are days of a weekend, the half-term or a bank holiday.")


def _not_twice(first: date, last: date, others: Sequence[Span]) -> Iterator[Finding]:
    for other_first, other_last in others:
        if first <= other_last and other_first <= last:
            yield _wrong("starts_on", f"A closure of {_said(other_first, other_last)} is on record for these days.", "DATA-unique")


def _days(first: date, last: date) -> Iterator[date]:
    return (first + timedelta(days=step) for step in range((last - first).days + 1))


def _said(first: date, last: date) -> str:
    return format_day(first) if first == last else f"{format_day(first)} to {format_day(last)}"
