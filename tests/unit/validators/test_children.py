"""A child's record: its names, its dates in their order, what must stand beside what."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from typing import Any

import pytest

from pep_admin.validators.children import check_child, check_first_school_day, check_move_day, check_name

TODAY = date(2024, 11, 18)


@dataclass(frozen=True)
class Record:
    first_name: str | None = "Sam"
    last_name: str | None = "Reed"
    known_as: str | None = None
    date_of_birth: date | None = date(2015, 3, 1)
    upn: str | None = "B801200005001"
    lcs_id: str | None = "L5"
    entered_care_on: date | None = date(2023, 5, 2)
    notified_on: date | None = date(2023, 5, 3)
    left_care_on: date | None = None
    sen_status: str | None = "N"
    ehcp_review_on: date | None = None
    year_group_override: str | None = None
    year_group_reason: str | None = None


def found(**changes: Any) -> list[tuple[str, str, str]]:
    findings = check_child(replace(Record(), **changes), today=TODAY)
    assert all(finding.message.endswith((".", "?")) for finding in findings)
    return [(finding.code, finding.field, finding.severity) for finding in findings]


def test_a_plain_record_has_nothing_against_it() -> None:
    assert found() == []


@pytest.mark.parametrize("name", ["O'Brien", "Null", "Ng", "Ṣọlá", "李", "X Æ", "J", "محمد", "Anne-Marie"])
def test_names_are_taken_as_they_are(name: str) -> None:
    assert found(first_name=name, last_name=name, known_as=name) == []


@pytest.mark.parametrize(
    ("changes", "finding"),
    [
        ({"first_name": "Sam\u202emaS"}, ("DATA-child", "first_name", "blocking")),
        ({"last_name": "Re\u2066ed"}, ("DATA-child", "last_name", "blocking")),
        ({"known_as": "\u200fSam"}, ("DATA-child", "known_as", "blocking")),
        ({"last_name": "Re\ned"}, ("DATA-child", "last_name", "blocking")),
        ({"last_name": "e" * 101}, ("DATA-child", "last_name", "blocking")),
        ({"first_name": "", "last_name": " ", "lcs_id": None}, ("DATA-child", "first_name", "blocking")),
        ({"date_of_birth": None}, ("DATA-dates", "date_of_birth", "blocking")),
        ({"date_of_birth": date(1998, 11, 18)}, ("DATA-dates", "date_of_birth", "blocking")),
        ({"entered_care_on": None}, ("DATA-dates", "entered_care_on", "blocking")),
        ({"entered_care_on": date(2015, 2, 28)}, ("DATA-dates", "entered_care_on", "blocking")),
        ({"notified_on": date(2024, 11, 19)}, ("DATA-dates", "notified_on", "blocking")),
        ({"notified_on": date(2023, 5, 1)}, ("DATA-dates", "notified_on", "warning")),
        ({"left_care_on": date(2023, 5, 1)}, ("DATA-dates", "left_care_on", "blocking")),
        ({"left_care_on": date(2024, 11, 19)}, ("DATA-dates", "left_care_on", "warning")),
        ({"upn": "B80"}, ("DATA-upn", "upn", "blocking")),
        ({"upn": "A801200005001"}, ("DATA-upn", "upn", "warning")),
        ({"sen_status": "E"}, ("HB-3.4", "ehcp_review_on", "warning")),
        ({"sen_status": "E", "ehcp_review_on": date(2019, 1, 1)}, ("HB-3.4", "ehcp_review_on", "warning")),
        ({"ehcp_review_on": date(2025, 1, 6)}, ("HB-3.4", "sen_status", "warning")),
        ({"sen_status": "E", "ehcp_review_on": date(2015, 2, 28)}, ("DATA-dates", "ehcp_review_on", "blocking")),
        ({"sen_status": "E", "ehcp_review_on": date(2034, 11, 18)}, ("DATA-dates", "ehcp_review_on", "blocking")),
        ({"year_group_override": "4"}, ("DATA-year-group", "year_group_reason", "blocking")),
        ({"year_group_override": "Y4", "year_group_reason": "Late start"}, ("DATA-year-group", "year_group_override", "blocking")),
    ],
)
def test_one_thing_wrong_is_said_once(changes: dict[str, Any], finding: tuple[str, str, str]) -> None:
    assert found(**changes) == [finding]


def test_a_birthday_to_come() -> None:
    assert ("DATA-dates", "date_of_birth", "blocking") in found(date_of_birth=date(2024, 11, 19))
    assert ("DATA-dates", "date_of_birth", "blocking") not in found(date_of_birth=TODAY)


def test_coming_into_care_is_not_announced() -> None:
    assert ("DATA-dates", "entered_care_on", "blocking") in found(entered_care_on=date(2024, 11, 19), notified_on=None)
    assert found(entered_care_on=TODAY, notified_on=TODAY) == []


@pytest.mark.parametrize(
    "changes",
    [
        {"first_name": "", "last_name": ""},  # a care-record number is enough
        {"lcs_id": None},
        {"date_of_birth": date(1998, 11, 19)},  # twenty-five until tomorrow
        {"entered_care_on": date(2015, 3, 1), "notified_on": None},
        {"left_care_on": date(2023, 5, 2)},
        {"left_care_on": TODAY},
        {"upn": None},
        {"upn": " "},
        {"sen_status": "E", "ehcp_review_on": date(2025, 1, 6)},
        {"year_group_override": "4", "year_group_reason": "Taught a year down since Reception"},
        {"first_name": "e" * 100},
    ],
)
def test_what_is_just_right(changes: dict[str, Any]) -> None:
    assert found(**changes) == []


def test_a_name_elsewhere_is_judged_alike() -> None:
    assert [finding.field for finding in check_name("Elm\u202e School", "name")] == ["name"]
    assert check_name("Elm School", "name") == []


@pytest.mark.parametrize(("on", "fits"), [(date(2015, 2, 28), False), (date(2015, 3, 1), True), (date(2025, 11, 18), True),
                                          (date(2025, 11, 19), False), (None, True)])
def test_a_first_day_at_a_school(on: date | None, fits: bool) -> None:
    found = [(each.code, each.field, each.severity) for each in check_first_school_day(on, born=date(2015, 3, 1), today=TODAY)]
    assert found == ([] if fits else [("DATA-dates", "school_started_on", "blocking")])


MOVES = {"since": date(2022, 9, 5), "last_ended": date(2021, 7, 22), "entered": date(2023, 2, 1)}


@pytest.mark.parametrize(("on", "known", "said"), [
    (date(2024, 11, 18), (), ""), (date(2024, 11, 19), (), "still to come"),
    (date(2015, 3, 1), (), ""), (date(2015, 2, 28), (), "was born on 01 Mar 2015"),
    (date(2022, 9, 5), ("since",), ""), (date(2022, 9, 4), ("since", "last_ended"), "The present home began on 05 Sep 2022"),
    (date(2021, 7, 22), ("last_ended",), ""), (date(2021, 7, 21), ("last_ended",), "The last home on record ended on 22 Jul 2021"),
    (date(2023, 2, 1), ("entered",), ""), (date(2023, 1, 31), ("entered",), "entered care on 01 Feb 2023"),
])
def test_the_day_of_a_move(on: date, known: tuple[str, ...], said: str) -> None:
    found = check_move_day(on, what="home", born=date(2015, 3, 1), today=TODAY, **{key: MOVES[key] for key in known})
    assert [(each.code, each.field, each.severity) for each in found] == ([("DATA-dates", "on", "blocking")] if said else [])
    assert said in "".join(each.message for each in found)


@pytest.mark.parametrize("name", ["\u200b", "\u3164", "\u2800", "-"])
def test_a_name_that_nobody_can_read_is_refused(name: str) -> None:
    assert [each.field for each in check_name(name, "first_name")] == ["first_name"]
    assert check_name("Na", "first_name") == []
