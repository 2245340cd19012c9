"""National tests: which a child has come to, in which school years, and which marks there are (P2.45, RD-220)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date

import pytest

from pep_admin.form_words import StatutoryTest
from pep_admin.pep_form import FORM, Document
from pep_admin.validators.national_tests import check_tests, reached
from pep_admin.validators.peps import check_posted

Make = Callable[..., Document]


def of_year(a_document: Make, group: str, born_on: date) -> Document:
    document = a_document()
    return replace(document, year="2024-25", child=replace(document.child, year_group=group, date_of_birth=born_on))


YEAR_1, YEAR_7 = ("1", date(2019, 5, 1)), ("7", date(2013, 5, 1))


@pytest.mark.parametrize(("group", "offered"), [
    ("N2", []), ("R", ["baseline", "eyfs"]), ("1", ["baseline", "eyfs", "phonics"]),
    ("2", ["baseline", "eyfs", "phonics", "phonics_again", "ks1"]), ("3", ["baseline", "eyfs", "phonics", "phonics_again", "ks1"]),
    ("4", ["baseline", "eyfs", "phonics", "phonics_again", "ks1", "tables"]),
    ("6", [each.value for each in StatutoryTest]), ("", [each.value for each in StatutoryTest]),
])
def test_only_tests_that_the_child_has_come_to_are_offered(group: str, offered: list[str]) -> None:
    assert [each.value for each in reached(group)] == offered


def test_what_stands_there_stays_to_be_chosen() -> None:
    assert [each.value for each in reached("R", [{"test": "tables"}])] == ["baseline", "eyfs", "tables"]


@pytest.mark.parametrize(("who", "test", "taken_in", "result", "wrong"), [
    (YEAR_1, "phonics", "2024-25", "34 of 40", []),
    (YEAR_1, "ks2", "2031-32", "119", [("0-test", "Robin is in Year 1; the key stage 2 tests come in Year 6.")]),
    (YEAR_1, "tables", None, "12", [("0-test", "Robin is in Year 1; the times tables check comes in Year 4.")]),
    (YEAR_1, "eyfs", "2022-23", "Good", [
        ("0-taken_in", "In 2022-23 Robin had not come to Reception, in which the early years profile comes. Check the year.")]),
    (YEAR_7, "ks2", "2023-24", "Reading 101, maths 98", []),
    (YEAR_7, "ks2", "2024", "119", []),
    (YEAR_7, "ks2", "summer", "119", []),
    (YEAR_7, "ks2", "2025/26", "100", [
        ("0-taken_in", "“2025/26” is still to come. Enter the school year in which it was taken, like 2024-25.")]),
    (YEAR_7, "ks2", "2026", "100", [
        ("0-taken_in", "“2026” is still to come. Enter the school year in which it was taken, like 2024-25.")]),
    (YEAR_7, "ks2", "2022-23", "100", [
        ("0-taken_in", "In 2022-23 Robin had not come to Year 6, in which the key stage 2 tests come. Check the year.")]),
    (YEAR_7, "ks2", "0000", "100", [
        ("0-taken_in", "In 0000 Robin had not come to Year 6, in which the key stage 2 tests come. Check the year.")]),
    (YEAR_7, "ks2", None, "121", [("0-result", "Line 1: A mark of the key stage 2 tests lies from 80 to 120.")]),
    (YEAR_7, "ks2", None, "80", []), (YEAR_7, "ks2", None, "120", []),
    (YEAR_7, "ks2", None, "Reading 79; maths 98", [("0-result", "Line 1: A mark of the key stage 2 tests lies from 80 to 120.")]),
    (YEAR_7, "ks1", None, "84", [("0-result", "Line 1: A mark of the end of key stage 1 lies from 85 to 115.")]),
    (YEAR_7, "phonics", None, "41 of 40", [("0-result", "Line 1: A mark of the phonics check lies from 0 to 40.")]),
    (YEAR_7, "tables", None, "25/25", []),
    (YEAR_7, "tables", None, "26", [("0-result", "Line 1: A mark of the times tables check lies from 0 to 25.")]),
    (YEAR_7, "tables", None, "Not taken: in hospital", []), (YEAR_7, "tables", None, None, []),
    (YEAR_7, "eyfs", None, "400", []), (YEAR_7, None, "2031-32", "400", []),
    (("", date(2013, 5, 1)), "ks2", "2023-24", "100", []),
    (("6", date(2013, 5, 1)), "ks2", "2023-24", "100", []),  # a year behind now, not then
    (("8", date(2013, 5, 1)), "ks2", "2022-23", "100", []),  # taught a year ahead
])
def test_a_test_is_of_a_year_that_was_and_has_its_marks(
    a_document: Make, who: tuple[str, date], test: str | None, taken_in: str | None, result: str | None,
    wrong: list[tuple[str, str]],
) -> None:
    document = of_year(a_document, *who)
    name = document.child.called
    found = check_tests(document, [{"test": test, "taken_in": taken_in, "result": result}])
    expected = [(row, (text if text.startswith("Line") else f"Line 1: {text}").replace("Robin", name)) for row, text in wrong]
    assert [(each.row, each.message) for each in found] == expected
    assert all((each.check, each.code, each.severity) == ("RD-220", "HB-4.1", "blocking") for each in found)


def test_what_cannot_be_is_not_stored(a_document: Make) -> None:
    """Of posted lines the mark is judged only where the line itself fits: a line without a test is told that alone."""
    document, field = of_year(a_document, *YEAR_7), FORM.field("statutory_results")

    def told(test: str | None) -> list[tuple[str, str]]:
        lines = ({"id": None, "test": test, "taken_in": None, "outcome": None, "result": "121"},)
        found = check_posted(document, {field.key: field}, {field.key: lines}, today=date(2024, 11, 18))
        return [(each.check, each.row or "") for each in found]

    assert told("ks2") == [("RD-220", "0-result")]
    assert told(None) == [("RD-220", "0-test")]
