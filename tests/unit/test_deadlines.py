"""Due dates with the arithmetic that a person can follow."""

from __future__ import annotations

from datetime import date

import pytest

from pep_admin.deadlines import (
    Due,
    counted_from,
    due_for_new_child,
    due_for_term,
    first_care_review_by,
    format_day,
    format_long,
    initiate_by,
    parse_day,
    set_by_hand,
)
from pep_admin.policy import YEARS
from pep_admin.school_calendar import TermDates, TermsUnknown, school_days, working_days

IS_SCHOOL_DAY = school_days(
    [TermDates(term.starts_on, term.ends_on, term.half_term_from, term.half_term_to) for term in YEARS["2024-25"].terms]
)


def test_a_term_has_its_own_deadline() -> None:
    assert due_for_term(date(2024, 11, 29), "Autumn 2024-25") == Due(date(2024, 11, 29), "Deadline of Autumn 2024-25", "HB-1.4")


@pytest.mark.parametrize(
    ("entered", "due_on", "rule"),
    [
        (date(2024, 9, 2), date(2024, 9, 16), "10 working days from Mon 02 Sep 2024"),
        (date(2024, 12, 16), date(2025, 1, 2), "10 working days from Mon 16 Dec 2024, skipping 25, 26 Dec and 1 Jan"),
        (date(2025, 5, 1), date(2025, 5, 16), "10 working days from Thu 01 May 2025, skipping 5 May"),
        (date(2025, 4, 14), date(2025, 4, 30), "10 working days from Mon 14 Apr 2025, skipping 18 and 21 Apr"),
    ],
)
def test_the_opening_of_a_new_childs_pep(entered: date, due_on: date, rule: str) -> None:
    assert initiate_by(entered, days=10) == Due(due_on, rule, "HB-1.2")


@pytest.mark.parametrize(("entered", "due_on", "rule"), [
    (date(2024, 10, 14), date(2024, 11, 11), "20 working days from Mon 14 Oct 2024"),
    (date(2024, 12, 16), date(2025, 1, 16), "20 working days from Mon 16 Dec 2024, skipping 25, 26 Dec and 1 Jan"),
])
def test_the_first_care_review_is_within_twenty_working_days(entered: date, due_on: date, rule: str) -> None:
    assert first_care_review_by(entered) == Due(due_on, rule, "HB-3.3")


@pytest.mark.parametrize(
    ("entered", "due_on", "rule"),
    [
        (date(2024, 9, 2), date(2024, 9, 30), "20 school days from Mon 02 Sep 2024"),
        (date(2024, 10, 14), date(2024, 11, 18), "20 school days from Mon 14 Oct 2024, skipping 21 to 25 Oct"),
        (date(2024, 12, 16), date(2025, 1, 27), "20 school days from Mon 16 Dec 2024, skipping 23 Dec to 3 Jan"),
        (date(2025, 3, 31), date(2025, 5, 14), "20 school days from Mon 31 Mar 2025, skipping 7 to 21 Apr and 5 May"),
    ],
)
def test_the_completion_of_a_new_childs_pep(entered: date, due_on: date, rule: str) -> None:
    assert due_for_new_child(entered, days=20, is_school_day=IS_SCHOOL_DAY) == Due(due_on, rule, "HB-1.3")


@pytest.mark.parametrize(
    ("closed", "skipping"),
    [
        ((4,), "4 Nov"),
        ((4, 5), "4 and 5 Nov"),
        ((4, 5, 6), "4 to 6 Nov"),
        ((7, 8, 11), "7 to 11 Nov"),  # over a weekend
        ((4, 6, 8), "4, 6 and 8 Nov"),
    ],
)
def test_closed_days_are_told_in_short(closed: tuple[int, ...], skipping: str) -> None:
    days = {date(2024, 11, day) for day in closed}
    due = due_for_new_child(date(2024, 11, 1), days=8, is_school_day=lambda day: day.weekday() < 5 and day not in days)
    assert due.rule == f"8 school days from Fri 01 Nov 2024, skipping {skipping}"


def test_one_day_is_called_one_day() -> None:
    assert initiate_by(date(2024, 9, 2), days=1) == Due(date(2024, 9, 3), "1 working day from Mon 02 Sep 2024", "HB-1.2")


def test_no_date_is_guessed_past_the_known_terms() -> None:
    with pytest.raises(TermsUnknown):
        due_for_new_child(date(2025, 7, 18), days=20, is_school_day=IS_SCHOOL_DAY)


def test_dates_are_english() -> None:
    assert format_day(date(2024, 9, 1)) == "01 Sep 2024"
    assert format_long(date(2024, 12, 16)) == "Mon 16 Dec 2024"


def test_the_sentence_names_another_calendar_than_the_virtual_schools() -> None:
    due = due_for_new_child(date(2024, 9, 2), days=20, is_school_day=IS_SCHOOL_DAY, whose_on=lambda day: "the calendar of Elm")
    assert due.rule == "20 school days from Mon 02 Sep 2024, on the calendar of Elm"


def test_a_sentence_says_from_when_and_how_many_days_it_counted() -> None:
    rule = "20 school days from Mon 14 Oct 2024, skipping 21 to 25 Oct"
    assert counted_from(rule) == (date(2024, 10, 14), 20, False)
    assert counted_from("1 school day from Tue 15 Oct 2024") == (date(2024, 10, 15), 1, False)
    for other in ("Deadline of Autumn 2024-25", "As agreed", "10 working days from Mon 14 Oct 2024", set_by_hand(rule)):
        assert counted_from(other) is None, other


def test_a_sentence_that_skips_very_many_days_still_fits_its_column() -> None:
    due = due_for_new_child(date(2024, 9, 2), days=100, is_school_day=lambda day: day.weekday() in (0, 2, 4))
    assert due.on == date(2025, 4, 23)
    assert due.rule == "100 school days from Mon 02 Sep 2024, skipping 67 weekdays"
    assert len(set_by_hand("x" * 400)) == 300


def test_an_extra_day_off_moves_the_opening_of_a_new_childs_pep() -> None:
    due = initiate_by(date(2024, 9, 2), days=10, is_working_day=working_days({date(2024, 9, 9)}))
    assert due == Due(date(2024, 9, 17), "10 working days from Mon 02 Sep 2024, skipping 9 Sep", "HB-1.2")


@pytest.mark.parametrize(("entered", "working", "school"), [
    # As the worked cases, but the day itself is day one where it counts: a day earlier each.
    (date(2024, 10, 14), date(2024, 10, 25), date(2024, 11, 15)),
    # Mon 2 Sep 2024 is the first school day.
    (date(2024, 9, 2), date(2024, 9, 13), date(2024, 9, 27)),
    # Sat 14 Dec 2024 counts as nothing, so that it makes no difference.
    (date(2024, 12, 14), date(2024, 12, 31), date(2025, 1, 24)),
])
def test_counting_may_begin_on_the_day_itself(entered: date, working: date, school: date) -> None:
    first = initiate_by(entered, days=10, with_start=True)
    second = due_for_new_child(entered, days=20, is_school_day=IS_SCHOOL_DAY, with_start=True)
    assert (first.on, second.on) == (working, school)
    assert "days from" in first.rule and ", that day included" in first.rule
    assert counted_from(second.rule) == (entered, 20, True)


def test_a_day_that_counts_for_nothing_is_told_where_it_is_day_one() -> None:
    """Christmas Day itself, a Wednesday."""
    assert initiate_by(date(2024, 12, 25), days=1, with_start=True).rule == (
        "1 working day from Wed 25 Dec 2024, that day included, skipping 25 and 26 Dec")
    assert initiate_by(date(2024, 12, 25), days=1).rule == "1 working day from Wed 25 Dec 2024, skipping 26 Dec"


@pytest.mark.parametrize("text", ["01 Sep 2024", "1 September 2024", "1st Sept 2024", "01/09/2024", "1.9.2024", "1-9-2024",
                                  "2024-09-01", " 1  Sep   2024 ", "1-Sep-2024"])
def test_a_day_is_read_as_people_write_it(text: str) -> None:
    assert parse_day(text) == date(2024, 9, 1)


@pytest.mark.parametrize(("text", "said"), [
    ("01 Sep 24", "Enter a date like 01 Sep 2024."), ("next week", "Enter a date like 01 Sep 2024."), ("", "Enter a date like"),
    ("1 Foo 2024", "Enter a date like 01 Sep 2024."), ("31/02/2024", "31/02/2024 is not in the calendar."),
    ("2024-13-01", "2024-13-01 is not in the calendar."), ("01/09/1899", "between 1900 and 2100"),
    ("01 Sep 2101", "between 1900 and 2100"),
])
def test_what_is_no_day_is_told_in_a_sentence(text: str, said: str) -> None:
    with pytest.raises(ValueError, match=said):
        parse_day(text)


def test_a_holiday_over_the_end_of_a_month_is_told_with_both() -> None:
    closed = {date(2024, 9, day) for day in (27, 30)} | {date(2024, 10, 1)}
    due = initiate_by(date(2024, 9, 23), days=5, is_working_day=working_days(closed))
    assert due.on == date(2024, 10, 3) and due.rule.endswith("skipping 27 Sep to 1 Oct")
