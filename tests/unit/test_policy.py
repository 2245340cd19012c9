"""The numbers of 2024-25 as the handbook prints them, and the rulebook that knows every rule the program cites."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path

import pytest

import pep_admin
from pep_admin.policy import BARRED, RULES, YEARS, is_satisfactory
from pep_admin.vocabulary import Grade, PpgCategory, TermName


def test_the_money_of_2024_25() -> None:
    year = YEARS["2024-25"]
    assert (year.ppg_term_cap_pence, year.ppg_year_cap_pence, year.post16_year_cap_pence) == (60000, 180000, 30000)
    assert year.grant_per_child_pence == 257000
    assert YEARS["2025-26"].grant_per_child_pence == 263000


def test_the_counts_of_2024_25() -> None:
    year = YEARS["2024-25"]
    assert (year.sdq_threshold, year.initiate_working_days, year.complete_school_days) == (17, 10, 20)
    assert year.amber_is_satisfactory is False


@pytest.mark.parametrize(
    ("year", "term", "deadline"),
    [
        ("2024-25", TermName.AUTUMN, date(2024, 11, 29)),
        ("2024-25", TermName.SPRING, date(2025, 2, 28)),
        ("2024-25", TermName.SUMMER, date(2025, 6, 6)),
        ("2025-26", TermName.AUTUMN, date(2025, 11, 28)),
        ("2025-26", TermName.SPRING, date(2026, 2, 27)),
        ("2025-26", TermName.SUMMER, date(2026, 6, 5)),
    ],
)
def test_the_deadlines(year: str, term: TermName, deadline: date) -> None:
    assert YEARS[year].term(term).deadline_on == deadline


@pytest.mark.parametrize("year", YEARS.values(), ids=YEARS)
def test_a_year_is_whole_and_in_order(year: pep_admin.policy.YearPolicy) -> None:
    assert [term.name for term in year.terms] == list(TermName)
    days = [day for term in year.terms for day in (term.starts_on, term.half_term_from, term.half_term_to, term.ends_on)]
    assert days == sorted(days)
    assert year.starts_on <= days[0] and days[-1] <= year.ends_on
    assert all(term.starts_on <= term.deadline_on <= term.ends_on for term in year.terms)


def test_a_term_that_the_year_lacks() -> None:
    with pytest.raises(KeyError):
        YEARS["2024-25"].term("winter")  # type: ignore[arg-type]


def test_exactly_the_barred_categories_are_barred() -> None:
    assert BARRED == {
        PpgCategory.X_ADMIN: "administration",
        PpgCategory.X_CLOTHING: "clothing",
        PpgCategory.X_TRANSPORT: "transport",
    }


@pytest.mark.parametrize(
    ("grade", "amber_counts", "satisfactory"),
    [
        (Grade.GOLD, False, True), (Grade.GREEN, False, True), (Grade.AMBER, False, False), (Grade.AMBER, True, True),
        (Grade.RED, True, False), (Grade.RED, False, False), (None, True, False),
    ],
)  # fmt: skip
def test_which_grades_are_satisfactory(grade: Grade | None, amber_counts: bool, satisfactory: bool) -> None:
    assert is_satisfactory(grade, amber_counts) is satisfactory


def test_every_rule_that_the_code_cites_is_in_the_rulebook() -> None:
    package = Path(pep_admin.__file__).parent
    cited = {
        rule
        for path in package.rglob("*.py")
        for rule in re.findall(r'"(HB-\d+\.\d+|DATA-[a-z0-9-]+)"', path.read_text(encoding="utf-8"))
    }
    assert cited - set(RULES) == set()
    assert {"HB-6.1", "HB-4.6", "DATA-upn"} <= cited


def test_every_rule_is_one_sentence() -> None:
    assert all(text.endswith(".") and 20 < len(text) <= 140 for text in RULES.values())
