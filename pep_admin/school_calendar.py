"""Working days, school days, terms, calendars in force and year groups: pure date arithmetic, without a child or a database.

Which calendars there are for a school comes in from elsewhere; which of them holds is judged here, once.
"""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache

from pep_admin.exceptions import PepAdminError

MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
YEAR_GROUPS = ("N1", "N2", "R", *(str(number) for number in range(1, 14)))
AGE_OF_N1 = 2  # years, at the 31 August before the academic year begins
GIVE_UP_AFTER = 400  # days
LONGEST_HOLIDAY = 63  # days between two known terms; a wider gap is a year that nobody has entered, not a holiday
ONE_DAY = timedelta(days=1)


class TermsUnknown(PepAdminError):
    """A count ran into days whose terms nobody has entered; `day` is the first such day. A date would be a guess."""

    def __init__(self, day: date) -> None:
        self.day = day
        super().__init__(
            f"The term dates from {day.day:02d} {MONTHS[day.month - 1]} {day.year} on are not known. "
            "Enter them on the academic year before a date is worked out."
        )


@dataclass(frozen=True, slots=True)
class TermDates:
    """A term, first and last day included, with its half-term holiday (first and last day of it, or None)."""

    starts_on: date
    ends_on: date
    half_term_from: date | None = None
    half_term_to: date | None = None

    def is_open(self, day: date) -> bool:
        """Whether that day lies inside the term and outside its half-term."""
        if not self.starts_on <= day <= self.ends_on:
            return False
        if self.half_term_from is None or self.half_term_to is None:
            return True
        return not self.half_term_from <= day <= self.half_term_to


@dataclass(frozen=True, slots=True)
class YearCalendar:
    """What one calendar says of one academic year: its own terms (none: it follows the next one), first and last days of closures.

    `whose` is how a sentence calls it: "the school's own calendar"; "" for the Virtual School's.
    """

    terms: tuple[TermDates, ...] = ()
    closed: tuple[tuple[date, date], ...] = ()
    whose: str = ""


def calendar_in_force(layers: Sequence[YearCalendar]) -> YearCalendar:
    """The calendar of one academic year that holds for a school, from the school's own, its authority's and the Virtual School's.

    The first with terms of its own decides; closures of those before it come on top, for they follow it. Without any terms the
    year's are not known. It is called after the first of them, whose terms or closures were entered for a school nearest.
    """
    closed: list[tuple[date, date]] = []
    for layer in layers:
        closed += layer.closed
        if layer.terms:
            return YearCalendar(layer.terms, tuple(closed), next((each.whose for each in layers if each.terms or each.closed), ""))
    return YearCalendar((), tuple(closed))


def add_working_days(start: date, days: int, is_working_day: Callable[[date], bool]) -> date:
    """The last of `days` working days after `start`: the day after it counts as day one if it is a working day.

    0 days is the start itself; a negative number, or no end within 400 days, raises ValueError.
    """
    return _add_days(start, days, is_working_day)


def add_school_days(start: date, days: int, is_school_day: Callable[[date], bool]) -> date:
    """The last of `days` school days after `start`, as add_working_days; TermsUnknown of the predicate comes through."""
    return _add_days(start, days, is_school_day)


def days_until(start: date, end: date, counts: Callable[[date], bool]) -> int:
    """How many days that count lie after `start`, `end` among them; 0 where it is not later."""
    return sum(counts(date.fromordinal(number)) for number in range(start.toordinal() + 1, end.toordinal() + 1))


def _add_days(start: date, days: int, counts: Callable[[date], bool]) -> date:
    if days < 0:
        raise ValueError("Days are counted forward only.")
    day, left = start, days
    while left:
        day += ONE_DAY
        if (day - start).days > GIVE_UP_AFTER:
            raise ValueError(f"There are no {days} such days in the {GIVE_UP_AFTER} days after {start.isoformat()}.")
        left -= counts(day)
    return day


def england_working_day(day: date) -> bool:
    """Monday to Friday and not a bank holiday in England."""
    return day.weekday() < 5 and day not in _bank_holidays(day.year)


def working_days(days_off: Collection[date] = ()) -> Callable[[date], bool]:
    """A predicate: a working day in England that is none of those one-off days off."""
    return lambda day: england_working_day(day) and day not in days_off


@lru_cache(maxsize=64)
def _bank_holidays(year: int) -> frozenset[date]:
    from holidays import country_holidays  # here, because it costs more to load than the rest of the package

    return frozenset(country_holidays("GB", subdiv="ENG", years=year))


def school_days(
    terms: Sequence[TermDates], closed: Sequence[tuple[date, date]] = (),
    is_working_day: Callable[[date], bool] = england_working_day,
) -> Callable[[date], bool]:
    """A predicate: a working day inside one of `terms`, not in its half-term, and in none of the closures (first and last day).

    Days between two known terms are holidays. A day before the first term, after the last, or in a gap of more than nine weeks
    (an academic year that was not entered) raises TermsUnknown.
    """
    known = sorted(terms, key=lambda term: term.starts_on)

    def is_school_day(day: date) -> bool:
        _require_known(known, day)
        is_open = any(term.is_open(day) for term in known) and not any(first <= day <= last for first, last in closed)
        return is_open and is_working_day(day)

    return is_school_day


@dataclass(frozen=True, slots=True)
class SchoolDays:
    """How days are counted for one school: whether a day is one of its school days, and whose calendar says so on that day."""

    is_school_day: Callable[[date], bool]
    whose_on: Callable[[date], str]


def days_of_school(years: Sequence[YearCalendar], is_working_day: Callable[[date], bool] = england_working_day) -> SchoolDays:
    """School days by the calendars in force in each academic year on record."""
    terms = [term for year in years for term in year.terms]
    closed = [span for year in years for span in year.closed]

    def whose_on(day: date) -> str:
        return next((year.whose for year in years if any(term.starts_on <= day <= term.ends_on for term in year.terms)), "")

    return SchoolDays(school_days(terms, closed, is_working_day), whose_on)


def _require_known(terms: Sequence[TermDates], day: date) -> None:
    if not terms or day < terms[0].starts_on:
        raise TermsUnknown(day)
    last_end = terms[0].ends_on
    for term in terms:
        if day < term.starts_on:
            if (term.starts_on - last_end).days > LONGEST_HOLIDAY and day > last_end:
                raise TermsUnknown(last_end + ONE_DAY)
            return
        last_end = max(last_end, term.ends_on)
    if day > last_end:
        raise TermsUnknown(last_end + ONE_DAY)


def academic_year_start(day: date) -> date:
    """The 1 September on or before that day."""
    return date(day.year if day.month >= 9 else day.year - 1, 9, 1)


def academic_year_name(day: date) -> str:
    """ "2024-25" for every day from 1 September 2024 to 31 August 2025."""
    first = academic_year_start(day).year
    return f"{first}-{(first + 1) % 100:02d}"


def academic_year_end(name: str) -> date:
    """The last day of the academic year of that name: 31 Aug 2025 for "2024-25"."""
    return date(int(name[:4]) + 1, 8, 31)


def academic_year_begins(name: str) -> date:
    """The first day of the academic year of that name: 1 Sep 2024 for "2024-25"."""
    return date(int(name[:4]), 9, 1)


def months_before(day: date, months: int) -> date:
    """The same day so many months earlier; the last of a month that is too short for it."""
    position = day.year * 12 + day.month - 1 - months
    year, month = position // 12, position % 12 + 1
    return date(year, month, min(day.day, monthrange(year, month)[1]))


def weeks_on(day: date, weeks: int = 52) -> date:
    """The same weekday so many weeks later: how the dates of a year's terms are moved to the next."""
    return day + timedelta(weeks=weeks)


def age_on(date_of_birth: date, on: date) -> int:
    """Whole years on that day; negative before birth. A 29 February birthday is kept on 1 March in other years."""
    return on.year - date_of_birth.year - ((on.month, on.day) < (date_of_birth.month, date_of_birth.day))


def year_number(group: str) -> int:
    """A year group as a number to compare by: Reception is 0, Year 1 is 1; nursery and "" are below 0."""
    if group == "":
        return -3
    return YEAR_GROUPS.index(group) - YEAR_GROUPS.index("R")


def year_group(date_of_birth: date, on: date) -> str:
    """ "N1", "N2", "R", "1" to "13", from the age at the 31 August before the academic year begins; "" outside."""
    position = age_on(date_of_birth, academic_year_start(on) - ONE_DAY) - AGE_OF_N1
    return YEAR_GROUPS[position] if 0 <= position < len(YEAR_GROUPS) else ""
