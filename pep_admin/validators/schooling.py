"""The place at a school and what comes after it: suspensions, hours, no place, tests, careers, the next stage.

The rest of Part 2 is education.py's. A suspension is a record of the child, kept on the child's page (records.py).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from pep_admin.circumstances import said
from pep_admin.deadlines import format_day
from pep_admin.form_words import OUTCOMES, StatutoryTest, TestOutcome
from pep_admin.pep_form import Document, SuspensionFacts
from pep_admin.school_calendar import YEAR_GROUPS, academic_year_begins, academic_year_end, academic_year_name
from pep_admin.transitions import chooses_courses
from pep_admin.validators.answered import asks, listed, row_id, stands, warning
from pep_admin.validators.findings import Finding
from pep_admin.validators.national_tests import YEAR_OF
from pep_admin.validators.records import MOST_SUSPENDED_HALF_DAYS

MANY_SUSPENDED_HALF_DAYS = 30
"""15 days: from here on the limit in law is pointed out (ours; from there a school's governors look at every suspension)."""
FULL_TIME_HOURS = {
    **dict.fromkeys(("1", "2"), 21), **dict.fromkeys(("3", "4", "5", "6"), 23), **dict.fromkeys(("7", "8", "9"), 24),
    **dict.fromkeys(("10", "11"), 25),
}
"""Hours of lessons a week, by year group, below which a timetable is not a full one (ours; after the usual English school week)."""
FIRST_CAREERS_TALK = 9  # the year group from which a talk with a careers adviser is asked for
TEST_OF_YEAR = {YEAR_OF[each]: each for each in (
    StatutoryTest.EYFS, StatutoryTest.PHONICS, StatutoryTest.TABLES, StatutoryTest.KEY_STAGE_2)}
"""By year group the test whose result is missed in the year after."""
_PLAN = {
    "transition_to": "where it is to",
    "transition_contact": "who receives them there",
    "transition_visits": "the visits",
    "transition_child_asks": "what they ask or fear",
    "transition_check_on": "the day of a first look at how it went",
}


# --- suspensions -------------------------------------------------------------------------------------------------------------


def check_suspensions(document: Document) -> Iterator[Finding]:
    """RD-211: each of the year is on record whole. RD-212 (warning): days lost, against the limit in law."""
    for each in document.suspensions:
        missing = list(_missing_of(each))
        if missing:
            kind = "permanent exclusion" if each.is_permanent else "suspension"
            message = f"The {kind} of {format_day(each.started_on)} has {listed([f'no {word}' for word in missing])}. " \
                      "Add it on the child's page."
            yield Finding("RD-211", "HB-4.1", "suspensions", message, row=str(each.id))
    lost = sum(each.half_days or 0 for each in document.suspensions)
    if lost >= MANY_SUSPENDED_HALF_DAYS:
        message = f"{lost / 2:g} days are lost to suspension this year; the legal limit is {MOST_SUSPENDED_HALF_DAYS // 2}."
        yield warning("RD-212", "HB-3.6", "suspensions", message)


def _missing_of(each: SuspensionFacts) -> Iterator[str]:
    if not each.is_permanent and each.ended_on is None:
        yield "last day"
    if not each.is_permanent and each.half_days is None:
        yield "number of half days"
    if not each.has_reason:
        yield "reason"


# --- the place at a school -----------------------------------------------------------------------------------------------------


def check_school_place(document: Document) -> Iterator[Finding]:
    """RD-213, RD-214 hours and a reduced timetable, RD-237 no place, RD-239 the governor: warnings."""
    yield from _timetable(document)
    yield from _no_place(document)
    if asks(document, "governor") and not said(document.answer("governor")):
        yield warning("RD-239", "HB-2.7", "governor", f"No governor for children in care is recorded for {document.school}.")


def _timetable(document: Document) -> Iterator[Finding]:
    if asks(document, "part_time_plan"):
        rows = document.rows("part_time_plan")
        if not rows:
            message = "The reduced timetable has no plan: add a line with its hours, its end and how it leads back to full time."
            yield warning("RD-213", "HB-1.5", "part_time_plan", message)
        for number, row in enumerate(rows, start=1):
            missing = [word for key, word in (("ends_on", "end date"), ("plan_back", "plan back to full time"))
                       if not stands(row.get(key))]
            if missing:
                message = f"The reduced timetable has {listed([f'no {word}' for word in missing])}."
                yield warning("RD-213", "HB-1.5", "part_time_plan", message, row_id(row, number))
    hours, full = document.answer("hours_offered"), FULL_TIME_HOURS.get(document.child.year_group)
    if hours is not None and full is not None and hours < full and document.answer("part_time") is not True:
        message = f"{hours} hours a week is less than full time, yet no reduced timetable is recorded."
        yield warning("RD-214", "DATA-hours", "hours_offered", message)


def _no_place(document: Document) -> Iterator[Finding]:
    """RD-237: without a school place, or a course or work after Year 11, something is learnt, and a next step has its day."""
    name = document.child.called
    if asks(document, "no_place_education"):
        taught = stands(document.rows("no_place_education"))
        lacks, field = f"{name} has no school place", "place_search" if taught else "no_place_education"
        is_told = taught and any(_has_next_step(row) for row in document.rows("place_search"))
    elif asks(document, "not_eet_plan"):
        lacks, field = f"{name} has no course or work", "not_eet_plan"
        is_told = any(_has_next_step(row) and said(row.get("learning_now")) for row in document.rows("not_eet_plan"))
    else:
        return
    if not is_told:
        message = f"{lacks}; say what they are learning this week and the next step with a date."
        yield warning("RD-237", "HB-4.2", field, message)


def _has_next_step(row: Mapping[str, Any]) -> bool:
    return said(row.get("next_step")) and row.get("next_step_on") is not None


# --- what comes next -----------------------------------------------------------------------------------------------------------


def check_next_stage(document: Document) -> Iterator[Finding]:
    """RD-220 a national test's result, RD-235 the plan for a move or for choosing courses, RD-236 careers: warnings."""
    yield from _test_result(document)
    if asks(document, "transition_to"):
        missing = [word for key, word in _PLAN.items() if not stands(document.answer(key))]
        if missing:
            field = next(key for key, word in _PLAN.items() if word in missing)
            moves = f"{document.child.called} moves to {document.moves_to} in September {academic_year_end(document.year).year}"
            message = f"{moves}; the plan for the move still needs: {', '.join(missing)}."
            yield warning("RD-235", "HB-4.3", field, message)
    group = document.child.year_group
    if chooses_courses(group, document.term, document.record.options_in) and asks(document, "ahead_plan") \
            and not stands(document.answer("ahead_plan")):
        message = f"{document.child.called} chooses courses in Year {group}; what is planned for that is not written yet."
        yield warning("RD-235", "HB-4.3", "ahead_plan", message)
    if asks(document, "careers_talk_on") and YEAR_GROUPS.index(group) >= YEAR_GROUPS.index(str(FIRST_CAREERS_TALK)) \
            and not stands(document.answer("careers_talk_on")):
        yield warning("RD-236", "HB-4.5", "careers_talk_on", f"Year {group}: no talk with a careers adviser is recorded.")


def _test_result(document: Document) -> Iterator[Finding]:
    """RD-220: an outcome that its test does not have, and the test of the year before this one. Older ones are not asked for."""
    for number, row in enumerate(document.rows("statutory_results"), start=1):
        if row.get("test") and row.get("outcome") and row["outcome"] not in OUTCOMES[StatutoryTest(row["test"])]:
            outcome, taken = TestOutcome(row["outcome"]).label, StatutoryTest(row["test"]).label
            message = f"“{outcome}” is no outcome of the {taken[0].lower()}{taken[1:]}. Choose one that it has."
            yield warning("RD-220", "HB-4.1", "statutory_results", message, row_id(row, number))
    group = document.child.year_group
    before = YEAR_GROUPS[YEAR_GROUPS.index(group) - 1] if group in YEAR_GROUPS[1:] else ""
    test = TEST_OF_YEAR.get(before)
    if test is None or not asks(document, "statutory_results"):
        return
    if not any(row.get("test") == test for row in document.rows("statutory_results")):
        begins = academic_year_begins(document.year)
        year = academic_year_name(begins.replace(year=begins.year - 1))
        message = f"The result of the {test.label.lower()} for {year} is not in yet."
        yield warning("RD-220", "HB-4.1", "statutory_results", message)
