"""The eight reasons for which the Virtual School attends (HB-3.10), each side of its line, and the order of those to be met."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from pep_admin.attending import AttendingFacts, AttendingYear, NoteFacts, group_label, parse_year_groups, to_meet, why_attend
from pep_admin.meeting_words import AttendingNoteKind, AttendingReason
from pep_admin.vocabulary import CaseRating, SenStatus

TODAY = date(2024, 11, 18)
YEAR = AttendingYear(new_to_roll_days=90, school_move_days=90, year_groups=frozenset({"N2", "6", "11"}))
CHILD = AttendingFacts(child_id=1, year_group="9", entered_care_on=date(2023, 2, 1), school_id=4, school="Alder School",
                       school_since=date(2022, 9, 5))
"""Nothing about this child asks for the Virtual School."""
CHAIR = NoteFacts(3, AttendingNoteKind.CHAIR, "Ole Amt", date(2024, 11, 4), "School and carer disagree")


def why(**changes: Any) -> list[tuple[str, str]]:
    found = why_attend(replace(CHILD, **changes), today=TODAY, year=YEAR)
    return [(each.reason.value, each.says) for each in found]


def test_a_child_about_whom_nothing_is_special_is_not_met() -> None:
    assert why() == []


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        # 18 Nov 2024 less 90 days is 20 Aug 2024
        ({"entered_care_on": date(2024, 8, 20), "school_since": None}, [("new", "In care since 20 Aug 2024")]),
        ({"entered_care_on": date(2024, 8, 19), "school_since": None}, []),
        ({"entered_care_on": TODAY, "school_since": None}, [("new", "In care since 18 Nov 2024")]),
        ({"school_since": date(2024, 8, 20)}, [("moved", "At Alder School since 20 Aug 2024")]),
        ({"school_since": date(2024, 8, 19)}, []),
        ({"unknown_since": date(2023, 7, 1), "school": "", "school_since": None}, [("moved", "No school known since 01 Jul 2023")]),
        ({"sen_status": SenStatus.EHCP}, [("send", "Education, health and care plan")]),
        ({"sen_status": SenStatus.SUPPORT}, []),
        ({"year_group": "N2"}, [("year_group", "Nursery 2")]),
        ({"year_group": "6"}, [("year_group", "Year 6")]),
        ({"year_group": "11"}, [("year_group", "Year 11")]),
        ({"year_group": "10"}, []),
        ({"in_borough": False}, [("out_of_borough", "Alder School")]),
        ({"in_borough": False, "school": ""}, []),
        ({"notes": (CHAIR,)}, [("chair", "Ole Amt, 04 Nov 2024: School and carer disagree")]),
        ({"case_rating": CaseRating.AMBER}, []),
        ({"less_than_good": True, "suspensions": 2, "attendance": (80, 100)}, []),  # facts beside the rating, no reasons themselves
    ],
)
def test_a_reason_holds_or_does_not(changes: dict[str, Any], expected: list[tuple[str, str]]) -> None:
    assert why(**changes) == expected


def test_a_school_that_came_with_care_is_no_move() -> None:
    assert [reason for reason, _ in why(entered_care_on=date(2024, 10, 1), school_since=date(2024, 10, 1))] == ["new"]
    assert [reason for reason, _ in why(entered_care_on=date(2024, 10, 1), school_since=date(2024, 10, 2))] == ["new", "moved"]


def test_the_rating_is_the_reason_and_the_facts_stand_beside_it() -> None:
    assert why(case_rating=CaseRating.RED) == [("priority", "Rated Red by the Virtual School")]
    told = why(case_rating=CaseRating.RED, attendance=(119, 140), suspensions=2, sen_status=SenStatus.SUPPORT, less_than_good=True)
    facts = "attendance 85 %, 2 suspensions this year, SEN support, school less than good"
    assert told == [("priority", f"Rated Red by the Virtual School: {facts}")]
    assert why(case_rating=CaseRating.RED, suspensions=1, attendance=(0, 0)) == [
        ("priority", "Rated Red by the Virtual School: 1 suspension this year")]


def test_significant_needs_are_said_once_where_a_plan_says_them_already() -> None:
    said = NoteFacts(5, AttendingNoteKind.SEND, "Ole Amt", date(2024, 11, 5), "Waits for a plan")
    assert why(notes=(said,)) == [("send", "Ole Amt, 05 Nov 2024: Waits for a plan")]
    assert why(notes=(said,), sen_status=SenStatus.EHCP) == [("send", "Education, health and care plan")]


def test_what_was_said_leads_to_where_it_can_be_cleared() -> None:
    asks = NoteFacts(9, AttendingNoteKind.SCHOOL_ASKS, "Tess Lehrer", TODAY, "")
    found = why_attend(replace(CHILD, notes=(asks, CHAIR)), today=TODAY, year=YEAR)
    assert [(each.reason, each.note, each.says) for each in found] == [
        (AttendingReason.CHAIR, 3, "Ole Amt, 04 Nov 2024: School and carer disagree"),
        (AttendingReason.SCHOOL_ASKS, 9, "Tess Lehrer, 18 Nov 2024")]


def test_the_years_own_numbers_decide() -> None:
    sixty = replace(YEAR, new_to_roll_days=60, school_move_days=30, year_groups=frozenset({"9"}))
    facts = replace(CHILD, entered_care_on=date(2024, 9, 19), school_since=date(2024, 10, 19))
    assert [each.reason.value for each in why_attend(facts, today=TODAY, year=sixty)] == ["new", "moved", "year_group"]
    tighter = replace(sixty, new_to_roll_days=59, school_move_days=29, year_groups=frozenset())
    assert why_attend(facts, today=TODAY, year=tighter) == ()


def test_the_most_reasons_come_first_then_whom_nobody_met_for_longest() -> None:
    two = replace(CHILD, child_id=1, sen_status=SenStatus.EHCP, in_borough=False, last_attended_on=date(2024, 10, 1))
    lately, long_ago, never = (
        replace(CHILD, child_id=number, in_borough=False, last_attended_on=on)
        for number, on in ((2, date(2024, 10, 1)), (3, date(2022, 5, 3)), (4, None)))
    nothing = replace(CHILD, child_id=5)
    found = to_meet([nothing, lately, long_ago, never, two], today=TODAY, year=YEAR)
    assert [each.facts.child_id for each in found] == [1, 4, 3, 2] and [each.count for each in found] == [2, 1, 1, 1]


@pytest.mark.parametrize(
    ("text", "groups"),
    [("N2, 6, 11", {"N2", "6", "11"}), ("n2 and Year 6", {"N2", "6"}), ("R; 1", {"R", "1"}), ("Years 6, 11", {"6", "11"}),
     ("", set())],
)
def test_year_groups_are_read_as_people_write_them(text: str, groups: set[str]) -> None:
    assert parse_year_groups(text) == groups


@pytest.mark.parametrize("text", ["6 to 11", "14", "N3", "six", "6-11"])
def test_what_is_no_year_group_is_said(text: str) -> None:
    with pytest.raises(ValueError, match="is no year group"):
        parse_year_groups(text)


def test_year_groups_are_said_in_words() -> None:
    assert [group_label(each) for each in ("N1", "N2", "R", "6", "")] == [
        "Nursery 1", "Nursery 2", "Reception", "Year 6", "No year group"]
