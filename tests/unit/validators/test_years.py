"""What the numbers of a year are accepted with and refused for, value by value, and the terms of a year together."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from pep_admin.policy import NUMBERS, YEARS, YearPolicy
from pep_admin.validators.findings import Finding, blocking
from pep_admin.validators.years import check_among, check_terms, check_year
from pep_admin.vocabulary import TermName

YEAR = YEARS["2024-25"]


def short(found: list[Finding]) -> list[tuple[str, str, str]]:
    return [(each.check, each.code, each.field) for each in blocking(found)]


@pytest.mark.parametrize("year", YEARS.values(), ids=YEARS)
def test_the_years_of_the_program_are_accepted(year: YearPolicy) -> None:
    assert check_year(year) == []
    assert check_terms(year.terms) == []


@pytest.mark.parametrize(("changed", "wrong"), [
    ({"name": "2024-26"}, ("YEAR-name", "DATA-year", "name")),
    ({"name": "2024/25"}, ("YEAR-name", "DATA-year", "name")),
    ({"ends_on": date(2024, 9, 1), "terms": ()}, ("TERM-dates", "DATA-dates", "ends_on")),
    ({"name": "2030-31", "terms": ()}, ("YEAR-name", "DATA-year", "starts_on")),
    ({"ends_on": date(2026, 8, 31)}, ("YEAR-name", "DATA-year", "ends_on")),
    ({"starts_on": date(2024, 10, 1)}, ("TERM-dates", "DATA-dates", "starts_on")),
    ({"ends_on": date(2025, 5, 1)}, ("TERM-dates", "DATA-dates", "ends_on")),
    ({"ppg_term_cap_pence": 1_800_01}, ("YEAR-caps", "HB-6.1", "ppg_year_cap_pence")),
    ({"ppg_term_cap_pence": -1}, ("YEAR-number", "DATA-year", "ppg_term_cap_pence")),
    ({"complete_school_days": 0}, ("YEAR-number", "DATA-year", "complete_school_days")),
    ({"complete_school_days": 101}, ("YEAR-number", "DATA-year", "complete_school_days")),
    ({"sdq_threshold": 0}, ("YEAR-number", "DATA-year", "sdq_threshold")),
    ({"sdq_threshold": 41}, ("YEAR-number", "DATA-year", "sdq_threshold")),
    ({"low_attendance_percent": 101}, ("YEAR-number", "DATA-year", "low_attendance_percent")),
    ({"sdq_from_age": 10, "sdq_to_age": 9}, ("YEAR-ages", "HB-4.7", "sdq_to_age")),
])
def test_what_cannot_be_of_a_year_is_refused(changed: dict[str, Any], wrong: tuple[str, str, str]) -> None:
    assert short(check_year(replace(YEAR, **changed))) == [wrong]


@pytest.mark.parametrize("changed", [
    {"ppg_term_cap_pence": 1_800_00}, {"complete_school_days": 1}, {"complete_school_days": 100}, {"sdq_threshold": 40},
    {"sdq_threshold": 1}, {"low_attendance_percent": 100}, {"sdq_from_age": 9, "sdq_to_age": 9}, {"figures_stale_days": 0},
])
def test_what_can_just_be_of_a_year_is_accepted(changed: dict[str, Any]) -> None:
    assert check_year(replace(YEAR, **changed)) == []


def test_a_number_that_could_not_be_read_is_left_to_its_field() -> None:
    class Unread:
        name, starts_on, ends_on = "2024-25", date(2024, 9, 1), date(2025, 8, 31)
        ppg_term_cap_pence = ppg_year_cap_pence = attend_year_groups = None

    assert check_year(Unread()) == []


def test_every_whole_number_has_its_bounds() -> None:
    whole = {each.name for each in NUMBERS if type(getattr(YEAR, each.name)) is int}
    assert {each.name for each in NUMBERS if each.least is not None} == whole


AUTUMN = YEAR.term(TermName.AUTUMN)


def test_terms_follow_one_another() -> None:
    spring = replace(YEAR.term(TermName.SPRING), starts_on=AUTUMN.ends_on)
    (found,) = check_terms([spring, AUTUMN])
    assert (found.code, found.field, found.row) == ("DATA-year", "starts_on", "spring")
    assert found.message == "Spring cannot begin on 20 Dec 2024: Autumn ends on 20 Dec 2024."
    assert check_terms([replace(spring, starts_on=date(2024, 12, 21)), AUTUMN]) == []


def test_a_term_lies_between_its_neighbours() -> None:
    spring, summer = YEAR.term(TermName.SPRING), YEAR.term(TermName.SUMMER)
    assert check_among(spring, [AUTUMN, summer]) == []
    early = replace(spring, starts_on=AUTUMN.ends_on)
    assert short(check_among(early, [AUTUMN, summer])) == [("TERM-dates", "DATA-year", "starts_on")]
    assert short(check_among(AUTUMN, [early, summer])) == [("TERM-dates", "DATA-year", "ends_on")]
    assert check_among(summer, [AUTUMN, early]) == [], "of the others nothing is told"


@pytest.mark.parametrize(("days", "told"), [
    ("14, 5", []), ("", []), ("0", ["is no number of days from 1 to 90"]), ("1, 2, 3, 4, 5, 6", ["6 reminders are too many"]),
])
@pytest.mark.parametrize("field", ["remind_days_before", "remind_days_after"])
def test_the_days_of_reminders_are_a_few_numbers(field: str, days: str, told: list[str]) -> None:
    found = check_year(replace(YEAR, **{field: days}))
    assert [(each.check, each.code, each.field, each.severity) for each in found] == [
        ("YEAR-reminders", "DATA-year", field, "blocking") for _ in told]
    assert all(words in each.message for words, each in zip(told, found, strict=True))


@pytest.mark.parametrize(("groups", "told"), [
    ("N2, 6, 11", []), ("", []), ("6 to 14", [("YEAR-groups", "HB-3.10", "attend_year_groups")]),
])
def test_the_year_groups_that_are_met_are_known_ones(groups: str, told: list[tuple[str, str, str]]) -> None:
    assert short(check_year(replace(YEAR, attend_year_groups=groups))) == told
