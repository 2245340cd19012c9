"""The numbers of 2024-25 as the handbook prints them, and the rulebook that knows every rule the program cites."""

from __future__ import annotations

import re
from dataclasses import fields
from datetime import date
from pathlib import Path

import pytest

import pep_admin
from pep_admin.models import AcademicYear
from pep_admin.policy import BARRED, NUMBERS, YEARS, FormNumbers, YearNumbers, is_satisfactory, numbers_by_rule, numbers_of
from pep_admin.rulebook import GUIDES, RULES, guides_of
from pep_admin.vocabulary import Grade, PpgCategory, TermName
from pep_admin.year_words import FirstGroup, LastDay, SatisfactoryGrades
from pep_admin.year_words import SatisfactoryGrades as S


def test_the_money_of_2024_25() -> None:
    year = YEARS["2024-25"]
    assert (year.ppg_term_cap_pence, year.ppg_year_cap_pence, year.post16_year_cap_pence) == (60000, 180000, 30000)
    assert year.grant_per_child_pence == 257000
    assert YEARS["2025-26"].grant_per_child_pence == 263000


def test_the_counts_of_2024_25() -> None:
    year = YEARS["2024-25"]
    assert (year.sdq_threshold, year.initiate_working_days, year.complete_school_days) == (17, 10, 20)
    assert (year.between_school_days, year.counts_first_day, year.satisfactory_grades) == (20, False, SatisfactoryGrades.GREEN)
    assert (year.sdq_from_age, year.sdq_to_age, year.sdq_valid_months) == (4, 16, 12)
    assert (year.low_attendance_percent, year.figures_stale_days, year.ehcp_within_days) == (95, 28, 14)
    assert (year.first_group, year.two_in_setting, year.last_day) == (FirstGroup.N1, True, LastDay.YEAR_13)


def test_a_number_is_declared_once_and_is_everywhere() -> None:
    declared = [each.name for each in NUMBERS]
    assert sorted(declared) == sorted(each.name for each in fields(YearNumbers)), "policy.YearNumbers"
    columns = {each.key for each in AcademicYear.__table__.columns}
    assert set(declared) <= columns, "models.AcademicYear"
    assert columns - set(declared) == {"id", "_sentinel", "row_version", "name", "starts_on", "ends_on"}
    assert all(code in RULES for each in NUMBERS for code in each.codes)


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
        YEARS["2024-25"].term("winter")  # type: ignore[arg-type]  # a term that does not exist


def test_exactly_the_barred_categories_are_barred() -> None:
    assert BARRED == {
        PpgCategory.X_ADMIN: "administration",
        PpgCategory.X_CLOTHING: "clothing",
        PpgCategory.X_TRANSPORT: "transport",
    }


@pytest.mark.parametrize(
    ("grade", "counting", "satisfactory"),
    [
        (Grade.GOLD, S.GOLD, True), (Grade.GREEN, S.GOLD, False), (Grade.GOLD, S.GREEN, True), (Grade.GREEN, S.GREEN, True),
        (Grade.AMBER, S.GREEN, False), (Grade.AMBER, S.AMBER, True), (Grade.RED, S.AMBER, False), (Grade.RED, S.GREEN, False),
        (None, S.AMBER, False),
    ],
)  # fmt: skip
def test_which_grades_are_satisfactory(grade: Grade | None, counting: S, satisfactory: bool) -> None:
    assert is_satisfactory(grade, counting) is satisfactory


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
    assert all(rule.sentence.endswith(".") and 20 < len(rule.sentence) <= 140 for rule in RULES.values())


def test_every_rule_does_something_and_a_handbook_rule_is_in_its_order() -> None:
    assert all(rule.kinds and rule.code == code for code, rule in RULES.items())
    places = [tuple(map(int, code[3:].split("."))) for code in RULES if code.startswith("HB-")]
    assert places == sorted(places)


def test_what_is_said_of_where_a_rule_is_checked_is_so() -> None:
    """A rule says where it is checked exactly where the source cites it: what is not built says nothing."""
    package = Path(pep_admin.__file__).parent
    source = "\n".join(path.read_text(encoding="utf-8") for pattern in ("*.py", "*.html") for path in package.rglob(pattern)
                       if path.name not in ("rulebook.py", "policy.py"))
    for code, rule in RULES.items():
        is_cited = re.search(rf"{re.escape(code)}(?![\w-])", source) is not None
        assert bool(rule.where) == is_cited, f"{code}: where is {rule.where!r}, cited: {is_cited}"


def test_a_guide_belongs_to_rules_and_is_made_of_sentences() -> None:
    for guide in GUIDES:
        assert guide.codes and all(code in RULES for code in guide.codes), guide.title
        assert all(point.endswith((".", "?")) for point in guide.points), guide.title
    assert {"HB-3.13", "HB-3.14", "HB-5.4"} <= {code for guide in GUIDES for code in guide.codes}


def test_the_numbers_of_a_year_are_told_by_name_and_by_rule() -> None:
    year = YEARS["2024-25"]
    assert numbers_of(FormNumbers, year) == FormNumbers() and year.numbers["ppg_term_cap_pence"] == 60000
    assert [each.name for each in numbers_by_rule("HB-6.1")] == ["ppg_term_cap_pence", "ppg_year_cap_pence"]
    assert numbers_by_rule("HB-3.13") == ()


def test_a_rule_leads_to_its_guides() -> None:
    assert guides_of("HB-6.1") == () and all(code in each.codes for code in ("HB-3.13",) for each in guides_of(code))
    assert guides_of("HB-3.13")
