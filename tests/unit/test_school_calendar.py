"""Working days, school days, terms and year groups, on the Bury calendar of 2024-25."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from pep_admin.exceptions import PepAdminError
from pep_admin.school_calendar import (
    TermDates,
    TermsUnknown,
    YearCalendar,
    academic_year_begins,
    academic_year_end,
    academic_year_name,
    add_school_days,
    add_working_days,
    calendar_in_force,
    days_of_school,
    days_until,
    england_working_day,
    months_before,
    school_days,
    weeks_on,
    working_days,
    year_group,
)

BURY = [
    TermDates(date(2024, 9, 2), date(2024, 12, 20), date(2024, 10, 21), date(2024, 10, 25)),
    TermDates(date(2025, 1, 6), date(2025, 4, 4), date(2025, 2, 17), date(2025, 2, 21)),
    TermDates(date(2025, 4, 22), date(2025, 7, 22), date(2025, 5, 26), date(2025, 5, 30)),
]


@pytest.mark.parametrize(
    ("entered", "ten_working", "twenty_school"),
    [
        (date(2024, 9, 2), date(2024, 9, 16), date(2024, 9, 30)),
        (date(2024, 10, 14), date(2024, 10, 28), date(2024, 11, 18)),
        (date(2024, 12, 16), date(2025, 1, 2), date(2025, 1, 27)),
        (date(2025, 3, 31), date(2025, 4, 14), date(2025, 5, 14)),
    ],
)
def test_the_worked_cases_of_the_handbook(entered: date, ten_working: date, twenty_school: date) -> None:
    assert add_working_days(entered, 10, england_working_day) == ten_working
    assert add_school_days(entered, 20, school_days(BURY)) == twenty_school


def test_a_count_through_the_summer_holiday_needs_the_next_autumn() -> None:
    autumn = TermDates(date(2025, 9, 1), date(2025, 12, 19), date(2025, 10, 27), date(2025, 10, 31))
    assert add_school_days(date(2025, 7, 18), 20, school_days([*BURY, autumn])) == date(2025, 9, 24)
    with pytest.raises(TermsUnknown) as unknown:
        add_school_days(date(2025, 7, 18), 20, school_days(BURY))
    assert unknown.value.day == date(2025, 7, 23)
    assert "23 Jul 2025" in str(unknown.value)


def test_terms_unknown_is_one_of_our_own_errors() -> None:
    assert issubclass(TermsUnknown, PepAdminError)


@pytest.mark.parametrize(
    ("day", "open_"),
    [
        (date(2024, 9, 2), True), (date(2024, 9, 7), False), (date(2024, 10, 18), True), (date(2024, 10, 21), False),
        (date(2024, 10, 25), False), (date(2024, 10, 28), True), (date(2024, 12, 20), True), (date(2024, 12, 23), False),
        (date(2025, 1, 3), False), (date(2025, 5, 5), False), (date(2025, 7, 22), True),
    ],
)  # fmt: skip
def test_a_school_day_is_a_working_day_in_term(day: date, open_: bool) -> None:
    assert school_days(BURY)(day) is open_


@pytest.mark.parametrize("day", [date(2024, 9, 1), date(2024, 8, 1)])
def test_before_the_first_known_term_nothing_is_known(day: date) -> None:
    with pytest.raises(TermsUnknown) as unknown:
        school_days(BURY)(day)
    assert unknown.value.day == day


def test_a_year_that_nobody_entered_is_not_a_holiday() -> None:
    is_school_day = school_days([BURY[0], TermDates(date(2025, 9, 1), date(2025, 12, 19))])
    with pytest.raises(TermsUnknown) as unknown:
        is_school_day(date(2025, 3, 3))
    assert unknown.value.day == date(2024, 12, 21)
    assert is_school_day(date(2024, 12, 20)) is True
    assert is_school_day(date(2025, 9, 1)) is True


@pytest.mark.parametrize(("next_term", "known"), [(date(2025, 2, 21), True), (date(2025, 2, 22), False)], ids=["63", "64"])
def test_nine_weeks_are_the_longest_holiday(next_term: date, known: bool) -> None:
    is_school_day = school_days([BURY[0], TermDates(next_term, date(2025, 7, 22))])
    if known:
        assert is_school_day(date(2025, 1, 8)) is False
    else:
        with pytest.raises(TermsUnknown):
            is_school_day(date(2025, 1, 8))


def test_half_a_half_term_is_none() -> None:
    assert TermDates(date(2024, 9, 2), date(2024, 12, 20), date(2024, 10, 21), None).is_open(date(2024, 10, 22)) is True
    assert TermDates(date(2024, 9, 2), date(2024, 12, 20), None, date(2024, 10, 25)).is_open(date(2024, 10, 22)) is True


def test_no_terms_at_all_are_unknown() -> None:
    with pytest.raises(TermsUnknown):
        school_days([])(date(2024, 9, 2))


def test_terms_may_come_in_any_order() -> None:
    assert school_days(BURY[::-1])(date(2025, 1, 6)) is True


@pytest.mark.parametrize(
    "holiday",
    [
        date(2024, 8, 26), date(2024, 12, 25), date(2024, 12, 26), date(2025, 1, 1), date(2025, 4, 18), date(2025, 4, 21),
        date(2025, 5, 5), date(2025, 5, 26), date(2026, 12, 28), date(2027, 12, 27), date(2027, 12, 28),
    ],
)  # fmt: skip
def test_bank_holidays_of_england_are_no_working_days(holiday: date) -> None:
    assert england_working_day(holiday) is False


@pytest.mark.parametrize("day", [date(2024, 12, 24), date(2025, 1, 2), date(2025, 3, 17), date(2024, 11, 29)])
def test_other_weekdays_are(day: date) -> None:
    assert england_working_day(day) is True


def test_counting_gives_up_where_no_day_ever_counts() -> None:
    with pytest.raises(ValueError, match="400 days"):
        add_working_days(date(2024, 9, 2), 1, lambda day: False)


def test_the_four_hundredth_day_still_counts_and_the_next_does_not() -> None:
    start = date(2024, 9, 2)
    last = start + timedelta(days=400)
    assert add_working_days(start, 1, lambda day: day == last) == last
    with pytest.raises(ValueError, match="400 days"):
        add_working_days(start, 1, lambda day: day > last)


def test_nothing_is_counted_backward() -> None:
    assert add_working_days(date(2024, 9, 2), 0, england_working_day) == date(2024, 9, 2)
    with pytest.raises(ValueError, match="forward"):
        add_working_days(date(2024, 9, 2), -1, england_working_day)


@pytest.mark.parametrize(
    ("born", "group"),
    [
        (date(2022, 9, 1), ""), (date(2022, 8, 31), "N1"), (date(2021, 9, 1), "N1"), (date(2021, 8, 31), "N2"),
        (date(2020, 8, 31), "R"), (date(2019, 9, 1), "R"), (date(2019, 8, 31), "1"), (date(2013, 9, 1), "6"),
        (date(2013, 8, 31), "7"), (date(2008, 8, 31), "12"), (date(2006, 9, 1), "13"), (date(2006, 8, 31), ""),
        (date(2025, 1, 1), ""),
    ],
)  # fmt: skip
def test_the_year_group_follows_the_age_at_the_31_august_before(born: date, group: str) -> None:
    assert year_group(born, date(2024, 11, 18)) == group


def test_the_year_group_changes_on_1_september() -> None:
    born = date(2013, 8, 31)
    assert year_group(born, date(2024, 8, 31)) == "6"
    assert year_group(born, date(2024, 9, 1)) == "7"


@pytest.mark.parametrize(
    ("day", "name"),
    [(date(2024, 9, 1), "2024-25"), (date(2025, 8, 31), "2024-25"), (date(2025, 9, 1), "2025-26"), (date(1999, 10, 1), "1999-00")],
)
def test_the_academic_year_by_its_name(day: date, name: str) -> None:
    assert academic_year_name(day) == name


# --- whose calendar holds ------------------------------------------------------------------------------------------------

VS = YearCalendar(tuple(BURY))
INSET = (date(2024, 11, 1), date(2024, 11, 1))
LATER = TermDates(date(2024, 9, 2), date(2024, 12, 20), date(2024, 10, 28), date(2024, 11, 1))
SOLIHULL = YearCalendar((LATER,), whose="another's")


def test_a_school_without_a_calendar_of_its_own_has_its_authoritys_and_else_the_virtual_schools() -> None:
    assert calendar_in_force([SOLIHULL, VS]) == SOLIHULL
    assert calendar_in_force([VS]) == VS
    assert calendar_in_force([YearCalendar()]) == YearCalendar()


def test_closures_come_on_top_of_the_terms_that_are_followed_and_are_not_handed_down() -> None:
    own = YearCalendar((), (INSET,), "the school's own")
    authority = YearCalendar((), ((date(2024, 12, 2), date(2024, 12, 3)),), "the authority's")
    held = calendar_in_force([own, authority, VS])
    assert (held.terms, held.whose) == (tuple(BURY), "the school's own")
    assert held.closed == (INSET, (date(2024, 12, 2), date(2024, 12, 3)))
    apart = calendar_in_force([YearCalendar(SOLIHULL.terms, (INSET,), "the school's own"), authority, VS])
    assert apart.closed == (INSET,), "with its own terms a calendar stands by itself"


def test_a_closure_is_no_school_day_and_the_days_beside_it_are() -> None:
    is_open = school_days(BURY, [(date(2024, 11, 4), date(2024, 11, 5))])
    assert [is_open(date(2024, 11, day)) for day in (1, 4, 5, 6)] == [True, False, False, True]


def test_an_extra_day_off_is_neither_a_working_day_nor_a_school_day() -> None:
    works = working_days({date(2025, 5, 8)})
    assert [works(date(2025, 5, day)) for day in (5, 7, 8, 9)] == [False, True, False, True]
    assert school_days(BURY, (), works)(date(2025, 5, 8)) is False


def test_days_of_a_school_go_on_over_the_summer_by_each_years_calendar() -> None:
    autumn = YearCalendar((TermDates(date(2025, 9, 3), date(2025, 12, 19)),), whose="the school's own")
    days = days_of_school([VS, autumn])
    assert add_school_days(date(2025, 7, 18), 4, days.is_school_day) == date(2025, 9, 4)
    assert (days.whose_on(date(2025, 7, 18)), days.whose_on(date(2025, 9, 4))) == ("", "the school's own")


@pytest.mark.parametrize(("day", "months", "before"), [
    (date(2024, 10, 28), 12, date(2023, 10, 28)), (date(2024, 2, 29), 12, date(2023, 2, 28)),
    (date(2024, 3, 31), 1, date(2024, 2, 29)),
    (date(2024, 1, 15), 1, date(2023, 12, 15)), (date(2024, 12, 31), 6, date(2024, 6, 30)),
    (date(2024, 5, 31), 36, date(2021, 5, 31)),
])
def test_months_before_a_day(day: date, months: int, before: date) -> None:
    assert months_before(day, months) == before


def test_a_year_on_is_the_same_weekday() -> None:
    assert weeks_on(date(2025, 9, 1)) == date(2026, 8, 31)
    assert weeks_on(date(2024, 11, 29)) == date(2025, 11, 28)


def test_an_academic_year_goes_from_september_to_august() -> None:
    assert academic_year_begins("2024-25") == date(2024, 9, 1) and academic_year_end("2024-25") == date(2025, 8, 31)


@pytest.mark.parametrize(("end", "days"), [
    (date(2024, 12, 20), 0), (date(2024, 12, 23), 1), (date(2024, 12, 27), 3), (date(2025, 1, 2), 6), (date(2024, 12, 19), 0),
])
def test_working_days_until_a_day_count_that_day_and_neither_today_nor_bank_holidays(end: date, days: int) -> None:
    """From Friday 20 Dec 2024: Monday and Tuesday, not Christmas Day and Boxing Day; not New Year's Day."""
    assert days_until(date(2024, 12, 20), end, england_working_day) == days
