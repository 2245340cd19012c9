"""The two clocks of a new child against the handbook's worked cases: how they stand, and with whom a late PEP waited."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from pep_admin.clocks import Clock, NewChildFacts, PartSigned, Whose, clocks, delay_of
from pep_admin.deadlines import Due
from pep_admin.policy import YEARS
from pep_admin.school_calendar import TermDates, YearCalendar, days_of_school, working_days
from pep_admin.vocabulary import Part

TERMS = tuple(TermDates(term.starts_on, term.ends_on, term.half_term_from, term.half_term_to) for term in YEARS["2024-25"].terms)
DAYS = days_of_school([YearCalendar(TERMS)])
OCTOBER = date(2024, 10, 14)  # handed over by 28 Oct, complete by 18 Nov


def both(today: date, *, entered_on: date = OCTOBER, **facts: Any) -> tuple[Clock, Clock]:
    return clocks(NewChildFacts(entered_on, **facts), today=today, working_days=10, school_days=20, days=DAYS)


def parts(social_care: date | None, education: date | None, meeting: date | None) -> tuple[PartSigned, ...]:
    return (PartSigned(Part.SOCIAL_CARE, "Sara Sozial", social_care), PartSigned(Part.EDUCATION, "Tess Lehrer", education),
            PartSigned(Part.MEETING, "Sara Sozial", meeting))


@pytest.mark.parametrize(("entered", "handed_by", "sent_by"), [
    (date(2024, 9, 2), date(2024, 9, 16), date(2024, 9, 30)),
    (date(2024, 10, 14), date(2024, 10, 28), date(2024, 11, 18)),
    (date(2024, 12, 16), date(2025, 1, 2), date(2025, 1, 27)),
    (date(2025, 3, 31), date(2025, 4, 14), date(2025, 5, 14)),
])
def test_the_days_of_the_handbooks_table(entered: date, handed_by: date, sent_by: date) -> None:
    first, second = both(entered, entered_on=entered)
    assert first.due is not None and second.due is not None
    assert (first.code, first.due.on, first.standing) == ("HB-1.2", handed_by, "Due in 10 working days")
    assert (second.code, second.due.on, second.standing) == ("HB-1.3", sent_by, "Due in 20 school days")
    assert first.due.rule.startswith("10 working days from ") and second.due.rule.startswith("20 school days from ")


@pytest.mark.parametrize(("today", "first", "second"), [
    (date(2024, 10, 25), "Due in 1 working day", "Due in 16 school days"),  # 28 Oct to 18 Nov: 5 + 5 + 5 + 1
    (date(2024, 10, 28), "Due today", "Due in 15 school days"),
    (date(2024, 10, 29), "Late by 1 working day", "Due in 14 school days"),
    (date(2024, 11, 18), "Late by 15 working days", "Due today"),  # 29 to 31 Oct and 1 Nov: 4, then 5 + 5 + 1
    (date(2024, 11, 19), "Late by 16 working days", "Late by 1 school day"),
])
def test_what_is_left_and_what_is_gone(today: date, first: str, second: str) -> None:
    assert [each.standing for each in both(today)] == [first, second]


def test_a_weekend_after_the_day_is_late_by_plain_days() -> None:
    (first, _) = both(date(2024, 9, 22), entered_on=date(2024, 9, 6))  # due on Fri 20 Sep; Sunday
    assert (first.standing, first.late) == ("Late by 2 days", True)


def test_done_in_time_and_done_late() -> None:
    first, second = both(date(2025, 1, 10), told_on=date(2024, 10, 15), opened_on=date(2024, 10, 16), handed_on=date(2024, 10, 28),
                         sent_on=date(2024, 11, 20), parts=parts(date(2024, 11, 1), date(2024, 11, 19), date(2024, 11, 18)))
    assert (first.standing, first.waits_for) == ("Done on 28 Oct 2024, in time", "")
    assert second.standing == "Done on 20 Nov 2024, 2 school days late"
    assert second.waits_for == (
        "It waited with the school: Part 2 · Education signed on 19 Nov 2024, Tess Lehrer.")


NOVEMBER = date(2024, 11, 25)


@pytest.mark.parametrize(("facts", "said"), [
    ({}, "It is not on record when the Virtual School was told, so nobody can say with whom it waited."),
    ({"told_on": date(2024, 10, 29)},
     "It waited with social care: the Virtual School was told on 29 Oct 2024, working day 11."),
    ({"told_on": date(2024, 10, 28)},
     "It waited with the Virtual School: it was told on 28 Oct 2024, working day 10, and no PEP has been opened."),
    ({"told_on": date(2024, 10, 14), "opened_on": date(2024, 10, 30)},
     "It waited with the Virtual School: it was told on 14 Oct 2024, by the day of coming into care, and opened the PEP on "
     "30 Oct 2024, which has not been sent to its writers."),
    ({"told_on": date(2024, 10, 15), "opened_on": date(2024, 10, 30), "handed_on": date(2024, 10, 30)},
     "It waited with the Virtual School: it was told on 15 Oct 2024, working day 1, and opened the PEP on 30 Oct 2024."),
])
def test_with_whom_a_pep_waited_that_came_late_to_its_writers(facts: dict[str, Any], said: str) -> None:
    assert both(NOVEMBER, **facts)[0].waits_for == said


IN_TIME = {"told_on": date(2024, 10, 15), "opened_on": date(2024, 10, 16), "handed_on": date(2024, 10, 16)}


@pytest.mark.parametrize(("facts", "said"), [
    (IN_TIME | {"parts": parts(None, date(2024, 11, 1), None)},
     "It waited with social care: Part 1 · Social care not signed, Sara Sozial; Part 3 · The meeting not signed, Sara Sozial."),
    (IN_TIME | {"parts": parts(None, None, date(2024, 11, 1))},
     "It waited with social care and the school: Part 1 · Social care not signed, Sara Sozial; Part 2 · Education not signed, "
     "Tess Lehrer."),
    (IN_TIME | {"parts": parts(date(2024, 11, 1), None, date(2024, 11, 1)), "has_school": False},
     "It waited with the writer of Part 2: Part 2 · Education not signed, Tess Lehrer."),
    (IN_TIME | {"parts": parts(date(2024, 11, 1), date(2024, 11, 1), date(2024, 11, 18))},
     "It waited with those who write it: every part is signed, and it has not been sent."),
    (IN_TIME | {"handed_on": date(2024, 11, 19), "parts": parts(None, None, None)},
     "It waited with the Virtual School: it was told on 15 Oct 2024, working day 1, and opened the PEP on 16 Oct 2024."),
    ({"told_on": date(2024, 11, 20)},
     "It waited with social care: the Virtual School was told on 20 Nov 2024, working day 27."),
])
def test_with_whom_a_pep_waited_that_was_not_sent_in_time(facts: dict[str, Any], said: str) -> None:
    assert both(NOVEMBER, **facts)[1].waits_for == said


def test_a_sent_pep_is_not_late_while_the_virtual_school_reads_it() -> None:
    """HB-1.3: sent on the last day, and read a month later."""
    second = both(date(2024, 12, 18), **IN_TIME, sent_on=date(2024, 11, 18), parts=parts(*[date(2024, 11, 18)] * 3))[1]
    assert (second.standing, second.late) == ("Done on 18 Nov 2024, in time", False)


def test_the_day_that_the_pep_was_given_wins() -> None:
    given = Due(date(2024, 11, 29), "Agreed with the head", "HB-1.3")
    assert both(date(2024, 11, 18), due=given)[1] == Clock("HB-1.3", "Signed and sent", given, days=9, unit="school day")


def test_where_no_calendar_reaches_the_clock_says_so() -> None:
    first, second = both(date(2025, 7, 20), entered_on=date(2025, 7, 15), sent_on=None)
    assert first.due is not None and second.due is None
    assert second.standing == "Not done" and "term dates from 23 Jul 2025 on are not known" in second.unknown


def test_a_closure_of_the_school_and_a_day_off_for_all_are_not_counted() -> None:
    """By hand: one day to 18 Nov is closed, so the twentieth is 19 Nov; one working day is off, so the tenth is 29 Oct."""
    days = days_of_school([YearCalendar(TERMS, ((date(2024, 11, 4), date(2024, 11, 4)),), "the school’s own calendar")])
    handed, sent = clocks(NewChildFacts(OCTOBER), today=OCTOBER, working_days=10, school_days=20, days=days,
                          is_working_day=working_days({date(2024, 10, 22)}))
    assert handed.due is not None
    assert sent.due is not None
    assert (handed.due.on, sent.due.on) == (date(2024, 10, 29), date(2024, 11, 19))
    assert sent.due.rule.endswith("on the school’s own calendar")


def test_the_day_of_coming_into_care_may_be_day_one() -> None:
    """Mon 14 Oct 2024: the tenth working day is Fri 25 Oct, the twentieth school day Fri 15 Nov; told on Wed 16 Oct, day three."""
    facts = NewChildFacts(OCTOBER, told_on=date(2024, 10, 16))
    handed, sent = clocks(facts, today=date(2024, 11, 18), working_days=10, school_days=20, days=DAYS, with_start=True)
    assert handed.due is not None and sent.due is not None
    assert (handed.due.on, sent.due.on) == (date(2024, 10, 25), date(2024, 11, 15))
    assert "16 Oct 2024, working day 3, and no PEP has been opened" in handed.waits_for
    (usual, _) = both(date(2024, 11, 18), told_on=date(2024, 10, 16))
    assert "16 Oct 2024, working day 2, and no PEP has been opened" in usual.waits_for


def test_days_left_are_plain_days_where_the_calendar_ends_before_the_due_day() -> None:
    due = Due(date(2025, 9, 10), "Set by hand", "HB-1.3")
    _, second = both(date(2025, 7, 21), entered_on=date(2025, 7, 14), due=due)
    assert second.standing == "Due in 51 days"  # the 22nd to the 31st of July, 31 in August, 10 in September


# --- any PEP that missed its day (HB-1.4) ------------------------------------------------------------------------------------

DEADLINE = Due(date(2024, 11, 29), "Deadline of Autumn 2024-25", "HB-1.4")
DECEMBER = date(2024, 12, 4)
SIGNED = parts(*[date(2024, 11, 20)] * 3)
TERMLY: dict[str, Any] = {"opened_on": date(2024, 9, 9), "handed_on": date(2024, 9, 10), "due": DEADLINE, "is_first": False,
                          "parts": SIGNED}


def late(today: date = DECEMBER, hand_over: Due | None = None, **facts: Any) -> Clock | None:
    return delay_of(NewChildFacts(date(2023, 2, 1), **(TERMLY | facts)), today=today, hand_over=hand_over)


@pytest.mark.parametrize(("today", "facts"), [
    (date(2024, 11, 29), {}),  # the last day
    (date(2025, 3, 1), {"sent_on": date(2024, 11, 29)}),  # read for three months
    (DECEMBER, {"due": None}),
])
def test_what_is_in_time_is_no_delay(today: date, facts: dict[str, Any]) -> None:
    assert late(today, **facts) is None


@pytest.mark.parametrize(("facts", "whose", "said"), [
    ({"parts": parts(date(2024, 11, 20), None, date(2024, 11, 20))}, (Whose.SCHOOL,),
     "It waited with the school: Part 2 · Education not signed, Tess Lehrer."),
    ({"parts": parts(None, date(2024, 11, 29), date(2024, 11, 30))}, (Whose.SOCIAL_CARE,),
     "It waited with social care: Part 1 · Social care not signed, Sara Sozial; Part 3 · The meeting signed on 30 Nov 2024, Sara "
     "Sozial."),
    ({"parts": parts(None, None, None)}, (Whose.SCHOOL, Whose.SOCIAL_CARE),
     "It waited with social care and the school: Part 1 · Social care not signed, Sara Sozial; Part 2 · Education not signed, Tess "
     "Lehrer; Part 3 · The meeting not signed, Sara Sozial."),
    ({"parts": parts(date(2024, 11, 20), None, date(2024, 11, 20)), "has_school": False}, (Whose.NO_PLACE,),
     "It waited with the writer of Part 2: Part 2 · Education not signed, Tess Lehrer."),
    ({}, (Whose.WRITERS,), "It waited with those who write it: every part is signed, and it has not been sent."),
    ({"handed_on": None}, (Whose.OPENING,),
     "It waited with the Virtual School: it was opened on 09 Sep 2024, and has not been sent to its writers."),
    ({"handed_on": date(2024, 11, 30)}, (Whose.OPENING,),
     "It waited with the Virtual School: it was opened on 09 Sep 2024, and sent to its writers on 30 Nov 2024."),
    ({"parts": parts(None, None, None), "sendings": (date(2024, 11, 25),), "returned_on": date(2024, 12, 2)}, (Whose.QA,),
     "It waited with the Virtual School: it was sent in time, on 25 Nov 2024, and sent back on 02 Dec 2024."),
    ({"parts": parts(*[date(2024, 11, 20)] * 2, None), "sendings": (date(2024, 11, 18),), "returned_on": date(2024, 11, 29)},
     (Whose.SOCIAL_CARE,), "It waited with social care: Part 3 · The meeting not signed, Sara Sozial."),
    ({"sendings": (date(2024, 11, 30),), "returned_on": date(2024, 12, 2),
      "parts": parts(date(2024, 11, 20), None, date(2024, 11, 20))}, (Whose.SCHOOL,),
     "It waited with the school: Part 2 · Education not signed, Tess Lehrer."),
    ({"sendings": (date(2024, 11, 1), date(2024, 11, 28)), "returned_on": date(2024, 12, 2)}, (Whose.QA,),
     "It waited with the Virtual School: it was sent in time, on 28 Nov 2024, and sent back on 02 Dec 2024."),
])
def test_whose_the_delay_of_a_termly_pep_is(facts: dict[str, Any], whose: tuple[Whose, ...], said: str) -> None:
    delay = late(**facts)
    assert delay is not None
    assert (delay.standing, delay.code, delay.whose, delay.waits_for) == ("Late by 5 days", "HB-1.4", whose, said)


def test_a_pep_that_was_sent_late_stays_late_by_those_days() -> None:
    signed = parts(date(2024, 11, 20), date(2024, 12, 2), date(2024, 11, 20))
    delay = late(date(2025, 3, 1), sent_on=date(2024, 12, 2), parts=signed)
    assert delay is not None
    assert (delay.standing, delay.whose) == ("Done on 02 Dec 2024, 3 days late", (Whose.SCHOOL,))


FIRST: dict[str, Any] = {"is_first": True, "handed_on": None, "due": Due(date(2024, 12, 20), "", "HB-1.3"),
                         "parts": parts(None, None, None)}
TENTH = Due(date(2024, 12, 2), "10 working days from Mon 18 Nov 2024", "HB-1.2")


@pytest.mark.parametrize(("told_on", "whose"), [
    (date(2024, 11, 18), Whose.OPENING), (date(2024, 12, 2), Whose.OPENING), (date(2024, 12, 3), Whose.TOLD_LATE),
    (None, Whose.UNKNOWN),
])
def test_a_first_pep_is_late_when_it_is_not_with_its_writers_in_time(told_on: date | None, whose: Whose) -> None:
    delay = late(hand_over=TENTH, **FIRST, told_on=told_on)
    assert delay is not None
    assert (delay.title, delay.code, delay.standing, delay.whose) == ("Sent to its writers", "HB-1.2", "Late by 2 days", (whose,))


def test_a_first_pep_on_its_tenth_day_or_with_its_writers_is_not_late() -> None:
    assert late(date(2024, 12, 2), hand_over=TENTH, **FIRST) is None
    assert late(hand_over=TENTH, **(FIRST | {"handed_on": date(2024, 12, 3)})) is None


def test_beyond_its_own_day_too_that_one_counts() -> None:
    delay = late(date(2025, 1, 6), hand_over=TENTH, **FIRST, told_on=date(2024, 11, 18))
    assert delay is not None
    assert (delay.title, delay.code, delay.whose) == ("Signed and sent", "HB-1.3", (Whose.OPENING,))
