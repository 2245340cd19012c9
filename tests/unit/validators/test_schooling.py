"""The place at a school and what comes after it. Each test changes one thing of a complete document of a child in Year 5."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from pep_admin.attainment_words import asked_subjects
from pep_admin.pep_form import Document, RecordFacts, SuspensionFacts
from pep_admin.transitions import ahead_of
from pep_admin.validators.peps import check_part
from pep_admin.vocabulary import Part

Make = Callable[..., Document]
TODAY = date(2024, 11, 26)
AWAY = SuspensionFacts(9, date(2024, 10, 2), date(2024, 10, 4), 6, has_reason=True, is_permanent=False)


def told(document: Document) -> list[tuple[str, str, str, str, str]]:
    found = check_part(document, Part.EDUCATION, today=TODAY)
    return [(each.check, each.code, each.field, each.severity, each.message) for each in found]


def of_year(make: Make, group: str, answers: dict[str, Any] | None = None, *, phase: str, **more: Any) -> Document:
    facts = {"year_group": group, **more.pop("facts", {})}
    judged = tuple({"subject": each, "current": "Not assessed yet", "on_track": "NA"} for each in asked_subjects(group))
    document = make({"attainment": judged, **(answers or {})}, facts, phase=phase, **more)
    return replace(document, child=replace(document.child, year_group=group))


# --- suspensions -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("suspension", "message"),
    [
        (AWAY, ""),
        (replace(AWAY, ended_on=None), "The suspension of 02 Oct 2024 has no last day. Add it on the child's page."),
        (replace(AWAY, half_days=None, has_reason=False),
         "The suspension of 02 Oct 2024 has no number of half days and no reason. Add it on the child's page."),
        (replace(AWAY, ended_on=None, half_days=None, has_reason=False),
         "The suspension of 02 Oct 2024 has no last day, no number of half days and no reason. Add it on the child's page."),
        (replace(AWAY, is_permanent=True, ended_on=None, half_days=None), ""),
        (replace(AWAY, is_permanent=True, ended_on=None, half_days=None, has_reason=False),
         "The permanent exclusion of 02 Oct 2024 has no reason. Add it on the child's page."),
    ],
)
def test_a_suspension_is_on_record_whole(a_document: Make, suspension: SuspensionFacts, message: str) -> None:
    found = told(a_document(suspensions=(suspension,)))
    assert found == ([("RD-211", "HB-4.1", "suspensions", "blocking", message)] if message else [])


def test_the_suspension_in_question_is_named(a_document: Make) -> None:
    (finding,) = check_part(a_document(suspensions=(AWAY, replace(AWAY, id=10, ended_on=None))), Part.EDUCATION, today=TODAY)
    assert finding.row == "10"


@pytest.mark.parametrize(("half_days", "message"), [
    ((29,), ""), ((30,), "15 days are lost to suspension this year; the legal limit is 45."),
    ((20, 11), "15.5 days are lost to suspension this year; the legal limit is 45."), ((), "")])
def test_many_days_lost_are_held_against_the_limit(a_document: Make, half_days: tuple[int, ...], message: str) -> None:
    suspensions = tuple(replace(AWAY, id=number, half_days=each) for number, each in enumerate(half_days))
    found = told(a_document(suspensions=suspensions))
    assert found == ([("RD-212", "HB-3.6", "suspensions", "warning", message)] if message else [])


# --- the place ---------------------------------------------------------------------------------------------------------------


def plan(**changes: Any) -> dict[str, Any]:
    line = {"id": "p1", "reason": "Surgery", "hours": 12, "began_on": date(2024, 11, 4), "ends_on": date(2024, 12, 20),
            "agreed": True, "plan_back": "Two more hours each week"}
    return {"part_time": True, "part_time_plan": ({**line, **changes},)}


@pytest.mark.parametrize(
    ("answers", "message"),
    [
        (plan(), ""),
        (plan(ends_on=None), "The reduced timetable has no end date."),
        (plan(plan_back=" "), "The reduced timetable has no plan back to full time."),
        (plan(ends_on=None, plan_back=None), "The reduced timetable has no end date and no plan back to full time."),
        ({"part_time": True, "part_time_plan": None},
         "The reduced timetable has no plan: add a line with its hours, its end and how it leads back to full time."),
        ({"part_time": False, "part_time_plan": None}, ""),
        ({**plan(ends_on=None), "part_time": False}, ""),
    ],
)
def test_a_reduced_timetable_ends(a_document: Make, answers: dict[str, Any], message: str) -> None:
    found = [each for each in told(a_document(answers)) if each[0] != "RD-201"]  # one without a line needs one
    assert found == ([("RD-213", "HB-1.5", "part_time_plan", "warning", message)] if message else [])


@pytest.mark.parametrize(
    ("group", "phase", "hours", "full"),
    [
        ("1", "PRI", 20, False), ("2", "PRI", 21, True), ("3", "PRI", 22, False), ("6", "PRI", 23, True), ("7", "SEC", 23, False),
        ("9", "SEC", 24, True), ("10", "SEC", 24, False), ("11", "SEC", 25, True), ("12", "P16", 3, True),
        ("5", "PRI", None, True),
    ],
)  # fmt: skip
def test_fewer_hours_are_a_reduced_timetable(a_document: Make, group: str, phase: str, hours: int | None, full: bool) -> None:
    found = told(of_year(a_document, group, {"hours_offered": hours}, phase=phase))
    message = f"{hours} hours a week is less than full time, yet no reduced timetable is recorded."
    short = [each for each in found if each[0] == "RD-214"]
    assert short == ([] if full else [("RD-214", "DATA-hours", "hours_offered", "warning", message)])


def test_with_a_reduced_timetable_the_hours_are_explained(a_document: Make) -> None:
    assert told(a_document({**plan(), "hours_offered": 12})) == []


TAUGHT = {"id": "n1", "what": "Reading and maths", "hours": 10, "by_whom": "A tutor"}
SEARCH = {"id": "s1", "school": "Ash School", "asked_on": date(2024, 11, 4), "answer": None, "next_step": "Ms Oak rings again",
          "next_step_on": date(2024, 11, 29)}
NO_PLACE = "Sam has no school place; say what they are learning this week and the next step with a date."


@pytest.mark.parametrize(
    ("taught", "search", "field"),
    [
        ((TAUGHT,), (SEARCH,), ""),
        (None, (SEARCH,), "no_place_education"),
        ((TAUGHT,), None, "place_search"),
        ((TAUGHT,), ({**SEARCH, "next_step_on": None},), "place_search"),
        ((TAUGHT,), ({**SEARCH, "next_step": "-"},), "place_search"),
        ((TAUGHT,), ({**SEARCH, "next_step": None}, SEARCH), ""),
    ],
)
def test_without_a_school_place_something_is_learnt_and_sought(a_document: Make, taught: Any, search: Any, field: str) -> None:
    answers = {"no_place_education": taught, "place_search": search, "attendance": None}
    found = [each for each in told(a_document(answers, {"has_school": False})) if each[0] != "RD-201"]
    assert found == ([("RD-237", "HB-4.2", field, "warning", NO_PLACE)] if field else [])


def test_nobody_looks_for_a_place_for_a_child_of_two(a_document: Make) -> None:
    facts = {"has_school": False, "date_of_birth": date(2021, 10, 1)}
    assert told(of_year(a_document, "N1", {"attendance": None}, phase="EY", facts=facts)) == []


STEP = {"id": "e1", "since_on": date(2024, 9, 1), "in_the_way": "Travel", "learning_now": "Maths on line", "adviser": "Mr Compass",
        "next_step": "A look at the college", "next_step_on": date(2024, 12, 3)}


@pytest.mark.parametrize(
    ("activity", "has_school", "line", "fits"),
    [
        ("NAV", True, STEP, True), ("NAV", True, None, False), ("UNK", False, {**STEP, "next_step_on": None}, False),
        (None, False, {**STEP, "learning_now": None}, False), (None, False, STEP, True), ("FE", True, None, True),
        ("APP", False, None, True),
    ],
)  # fmt: skip
def test_without_course_or_work_there_is_a_next_step(
    a_document: Make, activity: str | None, has_school: bool, line: Any, fits: bool
) -> None:
    answers = {"p16_activity": activity, "not_eet_plan": (line,) if line else None}
    told_of_it = told(of_year(a_document, "12", answers, phase="P16", facts={"has_school": has_school}))
    found = [each for each in told_of_it if each[0] != "RD-201"]
    message = "Sam has no course or work; say what they are learning this week and the next step with a date."
    assert found == ([] if fits else [("RD-237", "HB-4.2", "not_eet_plan", "warning", message)])


def test_a_governor_is_named(a_document: Make) -> None:
    message = "No governor for children in care is recorded for Elm School."
    assert told(a_document({"governor": None})) == [("RD-239", "HB-2.7", "governor", "warning", message)]
    assert told(of_year(a_document, "12", {"governor": None}, phase="P16")) == []
    early = told(of_year(a_document, "N2", {"governor": None, "attendance": None}, phase="EY"))
    assert [(check, field) for check, _, field, _, _ in early] == [("RD-201", "ey_pattern"), ("RD-201", "ey_attendance")]


# --- what comes next -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("group", "phase", "has", "misses"),
    [
        ("1", "PRI", "eyfs", "early years profile"), ("2", "PRI", "phonics", "phonics check"), ("3", "PRI", None, ""),
        ("5", "PRI", "tables", "times tables check"), ("7", "SEC", "ks2", "key stage 2 tests"), ("8", "SEC", None, ""),
    ],
)  # fmt: skip
def test_the_test_of_last_year_is_in(a_document: Make, group: str, phase: str, has: str | None, misses: str) -> None:
    other = ({"id": "t1", "test": "eyfs" if has != "eyfs" else "ks2", "taken_in": None, "result": "Fine"},)
    found = [each for each in told(of_year(a_document, group, {"statutory_results": other}, phase=phase)) if each[0] == "RD-220"]
    message = f"The result of the {misses} for 2023-24 is not in yet."
    assert found == ([("RD-220", "HB-4.1", "statutory_results", "warning", message)] if misses else [])
    if has:
        there = ({"id": "t1", "test": has, "taken_in": None, "result": "Not taken: abroad"},)
        again = told(of_year(a_document, group, {"statutory_results": there}, phase=phase))
        assert "RD-220" not in [each[0] for each in again]


MOVE = {"transition_to": "Not known yet", "transition_contact": "Is named in March", "transition_visits": "Two in June",
        "transition_child_asks": "Who do I go to?", "transition_check_on": date(2025, 10, 10)}


@pytest.mark.parametrize(
    ("missing", "field", "words"),
    [
        ((), "", ""),
        (("transition_to",), "transition_to", "where it is to"),
        (("transition_contact",), "transition_contact", "who receives them there"),
        (("transition_visits",), "transition_visits", "the visits"),
        (("transition_child_asks",), "transition_child_asks", "what they ask or fear"),
        (("transition_check_on",), "transition_check_on", "the day of a first look at how it went"),
        (("transition_visits", "transition_check_on"), "transition_visits",
         "the visits, the day of a first look at how it went"),
    ],
)
def test_the_plan_for_a_move_holds_what_the_child_needs(
    a_document: Make, missing: tuple[str, ...], field: str, words: str
) -> None:
    answers = {**MOVE, **dict.fromkeys(missing)}
    moving = {"facts": {"moves_to": "Year 7"}, "moves_to": "Year 7"}
    found = told(of_year(a_document, "6", answers, phase="PRI", **moving))
    message = f"Sam moves to Year 7 in September 2025; the plan for the move still needs: {words}."
    assert found == ([("RD-235", "HB-4.3", field, "warning", message)] if words else [])
    assert told(of_year(a_document, "6", answers, phase="PRI")) == []


@pytest.mark.parametrize(("group", "phase", "asked"), [("8", "SEC", False), ("9", "SEC", True), ("11", "SEC", True),
                                                       ("13", "P16", True), ("6", "PRI", False)])
def test_a_careers_adviser_was_talked_to(a_document: Make, group: str, phase: str, asked: bool) -> None:
    found = told(of_year(a_document, group, {"careers_talk_on": None}, phase=phase))
    message = f"Year {group}: no talk with a careers adviser is recorded."
    assert found == ([("RD-236", "HB-4.5", "careers_talk_on", "warning", message)] if asked else [])


@pytest.mark.parametrize(("group", "term", "options_in", "warned"), [
    ("9", "spring", "9", True), ("9", "summer", "9", True), ("9", "autumn", "9", False), ("8", "spring", "9", False),
    ("8", "spring", "8", True), ("8", "summer", "8", True), ("8", "autumn", "8", False), ("9", "spring", "8", False),
])
def test_a_year_that_chooses_courses_has_a_plan_for_it(
    a_document: Make, group: str, term: str, options_in: str, warned: bool
) -> None:
    record = RecordFacts(options_in=options_in)
    ahead = ahead_of(group, term, False, options_in)
    bare = {"facts": {"ahead": ahead}, "term": term, "record": record}
    found = [each for each in told(of_year(a_document, group, {"ahead_plan": None}, phase="SEC", **bare)) if each[0] == "RD-235"]
    message = f"Sam chooses courses in Year {group}; what is planned for that is not written yet."
    assert found == ([("RD-235", "HB-4.3", "ahead_plan", "warning", message)] if warned else [])
    written = {"ahead_plan": "The open evening on 06 Mar 2025, with Ms Fofana"}
    assert "RD-235" not in {each[0] for each in told(of_year(a_document, group, written, phase="SEC", **bare))}
