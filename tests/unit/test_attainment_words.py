"""What is asked and offered for attainment by year: subjects, the values of the scales, and what a typed text is kept as."""

from __future__ import annotations

from typing import Any

import pytest

from pep_admin.attainment_words import asked_subjects, kept, last_of, missing_subjects, offered, passed_in, wants_the_age
from pep_admin.school_calendar import YEAR_GROUPS

YEAR = "2024-25"


@pytest.mark.parametrize(("group", "subject", "lowest", "highest"), [
    ("N1", "Communication and language", "Below", "Above"), ("R", "Communication and language", "Below", "Above"),
    ("4", "Reading", "Pre-key-stage", "Greater depth"), ("8", "English", "Well below", "Above"),
    ("11", "English language", "U", "9"), ("13", "English", "Entry level 1, working towards", "End assessment: distinction"),
])
def test_subjects_and_values_of_a_year(group: str, subject: str, lowest: str, highest: str) -> None:
    found = offered(group, YEAR)
    assert (found["subject"][0], found["current"][0]) == (subject, lowest) and highest in found["current"]
    assert found["expected"] == found["target"] and found["current"].index(lowest) < found["current"].index(highest)


def test_what_is_expected_at_the_end_has_a_scale_of_its_own_where_the_phase_ends_with_one() -> None:
    assert offered("R", YEAR)["target"][:3] == ("Emerging", "Expected", "No judgement")
    assert "9" in offered("8", YEAR)["target"] and "9" not in offered("8", YEAR)["current"]


def test_every_year_is_known_and_an_unknown_one_is_offered_nothing() -> None:
    assert all(offered(group, YEAR)["subject"] for group in YEAR_GROUPS) and offered("", YEAR) == {}
    assert ["Grammar, punctuation and spelling" in offered(group, YEAR)["subject"] for group in ("5", "6")] == [False, True]


def test_no_word_is_longer_than_its_box() -> None:
    for group in YEAR_GROUPS:
        found = offered(group, YEAR)
        assert all(len(each) <= 80 for each in found["subject"])
        for column in ("current", "expected", "target"):
            assert all(len(each) <= 40 for each in found[column]) and len(set(found[column])) == len(found[column]), "each once"


# --- subjects that must be there (pep-form, section 2) -------------------------------------------------------------------


@pytest.mark.parametrize(("group", "asked"), [
    ("N2", ("Communication and language", "Personal, social and emotional", "Physical development")),
    ("R", ("Communication and language", "Personal, social and emotional", "Physical development", "Literacy", "Mathematics")),
    ("1", ("Reading", "Writing", "Maths")), ("6", ("Reading", "Writing", "Maths")), ("9", ("English", "Maths", "Science")),
    ("10", ("English language", "Maths")), ("13", ("English", "Maths")), ("", ()),
])
def test_the_subjects_that_must_be_there(group: str, asked: tuple[str, ...]) -> None:
    assert asked_subjects(group) == asked
    assert missing_subjects(group, []) == list(asked)
    assert missing_subjects(group, [each.upper() for each in asked]) == []


@pytest.mark.parametrize(("group", "there", "missing"), [
    ("8", ["maths ", "Art"], ["English", "Science"]),
    ("8", ["English  Language", "Mathematics", "Biology"], []),
    ("4", ["English"], ["Maths"]),  # a line for the whole stands for reading and writing
    ("4", ["reading"], ["Writing", "Maths"]),
    ("R", ["Literacy", "maths", "PSED", "Physical"], ["Communication and language"]),
    ("11", ["English literature", "Maths"], ["English language"]),
])
def test_subjects_of_which_there_is_no_line(group: str, there: list[str], missing: list[str]) -> None:
    assert missing_subjects(group, there) == missing


@pytest.mark.parametrize(("grade", "passed"), [
    ("4", True), ("9", True), ("Grade 5", True), ("C", True), ("A*", True), ("6 (resit)", True), ("3", False), ("D", False),
    ("45", False), ("", False), (None, False), ("Level 1 pass", False),
])
def test_what_is_passed_is_asked_no_more_after_year_11(grade: str | None, passed: bool) -> None:
    held = passed_in([{"subject": "GCSE English", "grade": grade}])
    assert missing_subjects("12", [], held) == (["Maths"] if passed else ["English", "Maths"])
    assert missing_subjects("11", [], held) == ["English language", "Maths"], "at school it is judged all the same"


# --- one line as it is kept ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("group", "typed", "stands"), [
    ("4", "exs", "Expected"), ("4", "Expected", "Expected"), ("4", " EXS", "Expected"), ("4", "gds", "Greater depth"),
    ("4", "pks3", "Pre-key-stage 3"), ("4", "WTS.", "Working towards"), ("4", "Year 3 secure", "Year 3 secure"),
    ("8", "wb", "Well below"), ("8", "EXS", "EXS"), ("10", "grade 4", "4"), ("10", "4–5", "5-4"),
    ("10", "54", "5-4"), ("10", "l2d*", "Level 2 distinction*"),
    ("11", "Functional skills level 1", "Functional level 1, passed"), ("12", "p", "p"), ("12", "D", "D"), ("12", "m", "m"),
    ("N1", "abv", "Above"), ("", "EXS", "EXS"),
])
def test_a_value_is_kept_in_the_words_of_its_scale_and_another_as_it_was_typed(group: str, typed: str, stands: str) -> None:
    assert kept({"current": typed}, group, YEAR)["current"] == stands


def test_what_is_expected_and_aimed_at_is_read_by_the_scale_of_the_phases_end() -> None:
    line = kept({"current": "on", "expected": "2", "target": "exs"}, "R", YEAR)
    assert (line["current"], line["expected"], line["target"]) == ("On track", "Expected", "exs")


@pytest.mark.parametrize(("group", "row", "against"), [
    ("8", {"current": "Below"}, "B"), ("8", {"current": "ab"}, "AB"), ("N2", {"current": "on track"}, "ON"),
    ("4", {"current": "Well below"}, "WB"),  # the words say it in every year group
    ("10", {"current": "B"}, None),  # a grade of another time
    ("4", {"current": "Expected"}, None), ("8", {"current": "Below", "on_track": "WB"}, "WB"), ("8", {"current": None}, None),
    ("8", {"current": "na"}, "NA"),
])
def test_what_says_how_it_is_against_the_age_is_not_asked_twice(group: str, row: dict[str, Any], against: str | None) -> None:
    assert kept(row, group, YEAR).get("on_track") == against


def test_not_assessed_yet_needs_no_value() -> None:
    assert kept({"current": None, "on_track": "NA"}, "4", YEAR)["current"] == "Not assessed yet"
    assert "current" not in kept({"on_track": "NA"}, "4", YEAR), "a list without that column leaves what stands"


@pytest.mark.parametrize(("row", "asks"), [
    ({"subject": "Reading", "current": "Expected"}, True),  # English and maths always
    ({"subject": "Mathematics", "current": "Expected"}, True),
    ({"subject": "Science", "current": "Expected"}, False),
    ({"subject": "Science", "current": "Level 3b"}, True),
    ({"subject": "Science", "current": "Level 3b", "on_track": "B"}, False),
    ({"subject": "Science", "current": None}, False),
    ({"subject": None, "current": "Expected"}, False),
])
def test_when_a_line_must_say_how_the_child_stands_against_the_age(row: dict[str, Any], asks: bool) -> None:
    assert bool(wants_the_age(row, "4", YEAR)) == asks


@pytest.mark.parametrize(("subject", "last"), [
    ("Maths", "Expected"), ("mathematics ", "Expected"), ("Reading", ""), ("  ", ""),
])
def test_what_was_judged_last_is_found_by_any_name_of_the_subject(subject: str, last: str) -> None:
    assert last_of({"Numeracy": "Expected", "Writing": "Working towards"}, subject) == last
