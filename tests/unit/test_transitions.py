"""What lies ahead of a child, by year group and term: each case by the table of transitions (pep-form, section 3)."""

from __future__ import annotations

import pytest

from pep_admin.transitions import ahead_of, chooses_courses, next_stage


@pytest.mark.parametrize(("group", "term", "has_ehcp", "options_in", "begins"), [
    ("4", "autumn", False, "9", []), ("5", "autumn", False, "9", ["Secondary schools"]),
    ("5", "summer", False, "9", ["Secondary schools"]),
    ("6", "autumn", False, "9", []), ("7", "autumn", False, "9", ["How the move went"]), ("7", "spring", False, "9", []),
    ("9", "autumn", False, "9", []), ("9", "spring", False, "9", ["Courses for Years 10 and 11"]),
    ("10", "autumn", False, "9", []), ("10", "spring", False, "9", ["Work experience"]),
    ("10", "summer", False, "9", ["Work experience"]),
    ("8", "autumn", True, "9", []), ("9", "autumn", True, "9", ["Adult life"]),
    ("9", "summer", True, "9", ["Courses for Years 10 and 11", "Adult life"]), ("13", "autumn", True, "9", ["Adult life"]),
    ("", "autumn", True, "9", []),
    ("8", "spring", False, "9", []), ("8", "summer", False, "9", []),
    ("8", "autumn", False, "8", []), ("8", "spring", False, "8", ["Courses for Years 9 to 11"]),
    ("8", "summer", True, "8", ["Courses for Years 9 to 11"]),
    ("9", "spring", False, "8", []), ("9", "summer", True, "8", ["Adult life"]),
    ("5", "spring", False, "8", ["Secondary schools"]), ("10", "summer", False, "8", ["Work experience"]),
])
def test_what_a_year_prepares_without_a_move(
    group: str, term: str, has_ehcp: bool, options_in: str, begins: list[str]
) -> None:
    told = ahead_of(group, term, has_ehcp, options_in)
    assert len(told) == len(begins) and all(each.startswith(words) for each, words in zip(told, begins, strict=True))


@pytest.mark.parametrize(("group", "term", "options_in", "chooses"), [
    ("9", "autumn", "9", False), ("9", "spring", "9", True), ("9", "summer", "9", True),
    ("8", "spring", "9", False), ("10", "spring", "9", False),
    ("8", "autumn", "8", False), ("8", "spring", "8", True), ("8", "summer", "8", True), ("9", "spring", "8", False),
    ("", "spring", "8", False), ("N2", "summer", "9", False),
])
def test_courses_are_chosen_in_one_year_from_spring_on(group: str, term: str, options_in: str, chooses: bool) -> None:
    assert chooses_courses(group, term, options_in) is chooses


@pytest.mark.parametrize(
    ("group", "term", "ends", "to"),
    [
        ("N2", "autumn", None, "Reception"), ("R", "spring", None, ""), ("R", "summer", False, "Year 1"),
        ("2", "autumn", None, ""), ("2", "autumn", True, "Year 3"), ("4", "spring", True, "Year 5"), ("5", "summer", False, ""),
        ("6", "autumn", True, "Year 7"), ("6", "autumn", None, "Year 7"), ("6", "summer", False, ""),
        ("7", "autumn", None, ""), ("10", "summer", False, ""), ("11", "autumn", False, "what comes after Year 11"),
        ("12", "spring", None, ""), ("12", "summer", False, "Year 13"), ("13", "autumn", None, "what comes after Year 13"),
        ("N1", "summer", None, ""), ("", "summer", None, ""),
    ],
)  # fmt: skip
def test_the_next_stage_is_planned_from_a_term_on(group: str, term: str, ends: bool | None, to: str) -> None:
    assert next_stage(group, term, ends) == to
