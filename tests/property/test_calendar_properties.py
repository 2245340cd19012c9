"""Whatever the start: days added land on days that count, in order, and exactly as many as asked for lie between."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pep_admin.deadlines import due_for_new_child, format_day, initiate_by
from pep_admin.policy import YEARS
from pep_admin.school_calendar import (
    YEAR_GROUPS,
    TermDates,
    TermsUnknown,
    academic_year_name,
    add_school_days,
    add_working_days,
    england_working_day,
    school_days,
    year_group,
)

TERMS = [TermDates(each.starts_on, each.ends_on, each.half_term_from, each.half_term_to) for each in YEARS["2024-25"].terms]
IS_SCHOOL_DAY = school_days(TERMS)
STARTS = st.dates(date(2024, 9, 2), date(2025, 5, 1))
ANY_DAY = st.dates(date(2000, 1, 1), date(2060, 12, 31))
DAYS = st.integers(1, 40)
ADDING = pytest.mark.parametrize(
    ("add", "counts"), [(add_working_days, england_working_day), (add_school_days, IS_SCHOOL_DAY)], ids=["working", "school"]
)
Counts = Callable[[date], bool]
Add = Callable[[date, int, Counts], date]


def between(start: date, end: date) -> list[date]:
    return [start + timedelta(days=number) for number in range(1, (end - start).days + 1)]


@ADDING
@given(STARTS, DAYS)
def test_exactly_so_many_days_that_count_lie_between(add: Add, counts: Counts, start: date, days: int) -> None:
    end = add(start, days, counts)
    assert counts(end)
    assert sum(counts(day) for day in between(start, end)) == days


@ADDING
@given(STARTS, DAYS)
def test_more_days_or_a_later_start_never_end_earlier(add: Add, counts: Counts, start: date, days: int) -> None:
    end = add(start, days, counts)
    assert add(start, days + 1, counts) > end
    assert add(start + timedelta(days=1), days, counts) >= end


@ADDING
@given(st.dates(date(2024, 9, 2), date(2025, 2, 1)), st.integers(1, 30), st.integers(1, 30))
def test_counting_on_is_counting_at_once(add: Add, counts: Counts, start: date, first: int, then: int) -> None:
    assert add(add(start, first, counts), then, counts) == add(start, first + then, counts)


@given(STARTS, DAYS)
def test_school_days_are_never_fewer_calendar_days_than_working_days(start: date, days: int) -> None:
    assert add_school_days(start, days, IS_SCHOOL_DAY) >= add_working_days(start, days, england_working_day)


@given(ANY_DAY)
def test_a_school_day_is_a_working_day_or_unknown(day: date) -> None:
    try:
        open_ = IS_SCHOOL_DAY(day)
    except TermsUnknown as unknown:
        assert day < TERMS[0].starts_on or day > TERMS[-1].ends_on
        assert unknown.day in (day, date(2025, 7, 23))
        return
    assert TERMS[0].starts_on <= day <= TERMS[-1].ends_on
    assert not open_ or (england_working_day(day) and any(term.starts_on <= day <= term.ends_on for term in TERMS))


@given(ANY_DAY)
def test_no_weekend_is_a_working_day(day: date) -> None:
    saturday = day + timedelta(days=5 - day.weekday())
    assert not england_working_day(saturday)
    assert not england_working_day(saturday + timedelta(days=1))


@given(STARTS, DAYS)
def test_a_due_date_tells_its_own_arithmetic(start: date, days: int) -> None:
    for due in (initiate_by(start, days=days), due_for_new_child(start, days=days, is_school_day=IS_SCHOOL_DAY)):
        assert due.rule.startswith(f"{days} ")
        assert format_day(start) in due.rule
        assert len(due.rule) <= 300


@given(ANY_DAY, ANY_DAY)
def test_the_year_group_follows_the_cohort(born: date, on: date) -> None:
    """Independently: everyone born from 1 September to 31 August is one cohort, five years before its Year 1 begins."""
    cohort = born.year if born.month < 9 else born.year + 1
    september = on.year if on.month >= 9 else on.year - 1
    year = september - cohort - 4
    names = {-3: "N1", -2: "N2", -1: "R"} | {number: str(number + 1) for number in range(13)}
    assert year_group(born, on) == names.get(year - 1, "")


@given(ANY_DAY, st.integers(1_100, 6_500))
def test_a_year_later_is_the_next_year_group(on: date, age_in_days: int) -> None:
    on = on.replace(day=min(on.day, 28))  # every year has that day
    born = on - timedelta(days=age_in_days)  # from just over three to seventeen and a half: always in a year group
    later = year_group(born, on.replace(year=on.year + 1))
    position = YEAR_GROUPS.index(year_group(born, on)) + 1
    assert later == (YEAR_GROUPS[position] if position < len(YEAR_GROUPS) else "")


@given(ANY_DAY)
def test_an_academic_year_is_named_by_its_two_halves(day: date) -> None:
    name = academic_year_name(day)
    first = int(name[:4])
    assert date(first, 9, 1) <= day <= date(first + 1, 8, 31)
    assert name == f"{first}-{str(first + 1)[2:]}"
