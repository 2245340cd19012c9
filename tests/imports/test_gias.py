"""What a row of the national register says of a school: numbers, kinds, phases, closing, heads; and which school followed which."""

from __future__ import annotations

import io
from collections.abc import Mapping
from datetime import date
from typing import Any

import pytest

from pep_admin.imports import gias
from pep_admin.imports.files import open_table
from pep_admin.vocabulary import SchoolKind, SchoolPhase
from tests.imports.making import CLOSED_SCHOOL, OPEN_SCHOOL, csv_of, workbook

TODAY = date(2024, 11, 18)


def read(row: Mapping[str, str]) -> tuple[gias.RegisterRow | None, list[tuple[str, str]]]:
    table = open_table(io.BytesIO(csv_of([row])), gias.REGISTER)
    found, problems = gias.read_register_row(next(table.rows()), today=TODAY)
    return found, [(each.field, each.code) for each in problems]


def given(row: Mapping[str, str]) -> dict[str, Any]:
    found, problems = read(row)
    assert found is not None, problems
    return found.given


def test_an_open_school_and_a_closed_one_are_read_as_the_register_writes_them() -> None:
    assert given(OPEN_SCHOOL) == {
        "urn": "138130", "name": "Ash Academy", "local_authority_code": "355", "laestab": "3557025", "ukprn": "10037232",
        "kind": SchoolKind.SPECIAL, "phase": SchoolPhase.ALL_THROUGH, "town": "Eccles", "postcode": "M30 9DY",
        "phone": "01234567890", "head_name": "Mrs Jo Muster", "closed_on": None}
    closed = given(CLOSED_SCHOOL)
    assert (closed["closed_on"], closed["kind"], closed["phase"]) == (date(2022, 12, 31), SchoolKind.SCHOOL, SchoolPhase.SECONDARY)
    assert closed["head_name"] == "Jo Muster" and "phone" not in closed, "a blank cell leaves what stands"


def test_numbers_that_a_spreadsheet_has_changed_are_names_again() -> None:
    data = workbook([["URN", "EstablishmentName", "LA (code)", "EstablishmentNumber", "UKPRN", "TelephoneNum"],
                     [138130, "Ash Academy", 207, 99, 10043056, "0123"]])
    table = open_table(io.BytesIO(data), gias.REGISTER)
    found, _ = gias.read_register_row(next(table.rows()), today=TODAY)
    assert found is not None and found.given["urn"] == "138130"
    assert (found.given["laestab"], found.given["ukprn"], found.given["phone"]) == ("2070099", "10043056", "0123")


@pytest.mark.parametrize(("code", "name", "kind"), [
    ("01", "Community school", SchoolKind.SCHOOL), ("7", "Community special school", SchoolKind.SPECIAL),
    ("14", "Pupil referral unit", SchoolKind.ALTERNATIVE), ("15", "Local authority nursery school", SchoolKind.NURSERY),
    ("18", "Further education", SchoolKind.COLLEGE), ("38", "Free schools alternative provision", SchoolKind.ALTERNATIVE),
    ("", "Academy 16-19 converter", SchoolKind.COLLEGE), ("", "Special post 16 institution", SchoolKind.COLLEGE),
    ("", "Free schools special", SchoolKind.SPECIAL), ("999", "A type of the year after next", SchoolKind.SCHOOL),
])
def test_the_type_tells_the_kind(code: str, name: str, kind: SchoolKind) -> None:
    row = OPEN_SCHOOL | {"TypeOfEstablishment (code)": code, "TypeOfEstablishment (name)": name}
    assert given(row)["kind"] is kind


@pytest.mark.parametrize(("phase", "low", "high", "expected"), [
    ("2", "", "", SchoolPhase.PRIMARY), ("5", "9", "13", SchoolPhase.SECONDARY), ("7", "3", "19", SchoolPhase.ALL_THROUGH),
    ("0", "2", "5", SchoolPhase.EARLY_YEARS), ("0", "4", "11", SchoolPhase.PRIMARY), ("0", "11", "16", SchoolPhase.SECONDARY),
    ("0", "16", "19", SchoolPhase.POST_16), ("0", "5", "16", SchoolPhase.ALL_THROUGH),
])
def test_the_phase_is_the_registers_or_told_by_the_ages(phase: str, low: str, high: str, expected: SchoolPhase) -> None:
    row = OPEN_SCHOOL | {"PhaseOfEducation (code)": phase, "StatutoryLowAge": low, "StatutoryHighAge": high}
    assert given(row)["phase"] is expected


def test_without_type_phase_and_ages_both_are_left_as_they_stand() -> None:
    names = ("URN", "EstablishmentName", "Town")
    assert given({name: OPEN_SCHOOL[name] for name in names}) == {"urn": "138130", "name": "Ash Academy", "town": "Eccles"}


@pytest.mark.parametrize(("status", "closes", "closed_on"), [
    ("1", "", None), ("1", "01-01-2020", None), ("2", "31-08-2024", date(2024, 8, 31)), ("3", "31-08-2025", date(2025, 8, 31)),
    ("4", "", None),
])
def test_the_status_wins_over_the_closing_day(status: str, closes: str, closed_on: date | None) -> None:
    assert given(OPEN_SCHOOL | {"EstablishmentStatus (code)": status, "CloseDate": closes}).get("closed_on") == closed_on


def test_a_status_in_words_alone_is_understood() -> None:
    found, _ = read({"URN": "138130", "EstablishmentName": "Ash", "EstablishmentStatus (name)": "Open, but proposed to close"})
    assert found is not None and found.status == gias.CLOSING and found.is_open


@pytest.mark.parametrize(("changes", "problems"), [
    ({"URN": ""}, [("urn", "DATA-school")]),
    ({"URN": "13-8130"}, [("urn", "DATA-shape")]),
    ({"EstablishmentName": " "}, [("name", "DATA-school")]),
    ({"EstablishmentName": "x" * 201}, [("name", "DATA-shape")]),
    ({"EstablishmentStatus (code)": "2", "CloseDate": "19-11-2024"}, [("closed", "DATA-dates")]),
    ({"CloseDate": "31-02-2024"}, [("closed", "DATA-shape")]),
    ({"UKPRN": "1003723x", "Postcode": "M30 9DY 1"}, [("postcode", "DATA-shape"), ("ukprn", "DATA-shape")]),
    ({"Town": "=HYPERLINK(1)"}, [("town", "DATA-file")]),
])
def test_a_row_that_cannot_be_used_says_which_columns(changes: dict[str, str], problems: list[tuple[str, str]]) -> None:
    assert read(OPEN_SCHOOL | changes) == (None, problems)


def test_a_clear_token_empties_and_a_blank_leaves() -> None:
    found = given(OPEN_SCHOOL | {"TelephoneNum": "[Clear]", "Town": ""})
    assert found["phone"] is None and "town" not in found
    assert read(OPEN_SCHOOL | {"EstablishmentName": "[clear]"})[1] == [("name", "DATA-school")]


def test_links_tell_which_school_followed_whichever_of_the_two_they_stand_at() -> None:
    rows = [("100001", "200001", "Successor", "01-09-2020"), ("200002", "100002", "Predecessor - amalgamated", ""),
            ("100003", "200003", "Successor - Split School", "01-09-2019"),
            ("100003", "200004", "Successor - Split School", "01-09-2021"),
            ("100005", "200005", "Sixth Form Centre Link", ""), ("100006", "100006", "Successor", ""), ("", "1", "Successor", "")]
    names = ("URN", "LinkURN", "LinkType", "LinkEstablishedDate")
    table = open_table(io.BytesIO(csv_of([dict(zip(names, row, strict=True)) for row in rows])), gias.LINKS)
    assert gias.read_links(table) == {"100001": "200001", "100002": "200002", "100003": "200004"}
