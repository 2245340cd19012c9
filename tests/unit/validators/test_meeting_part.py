"""Part 3 by itself: joined with the EHCP's review, what was agreed, the carer who could not come, a PEP that is late."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from pep_admin.pep_form import Document
from pep_admin.validators.meetings import day_of
from pep_admin.validators.peps import check_part
from pep_admin.vocabulary import Part
from tests.unit.conftest import MEETING_AT

Make = Callable[..., Document]
TODAY = date(2024, 11, 26)


def told(document: Document, today: date = TODAY) -> list[tuple[str, str, str, str, str]]:
    found = check_part(document, Part.MEETING, today=today)
    return [(each.check, each.code, each.field, each.severity, each.message) for each in found]


# The meeting was on 20 Nov 2024: the review may lie from 6 Nov to 4 Dec. Today is 26 Nov: a review after 10 Dec lies ahead.
@pytest.mark.parametrize(
    ("review_on", "joined", "elsewhere", "term", "when"),
    [
        (date(2024, 11, 6), None, False, "autumn", ""),
        (date(2024, 11, 5), None, False, "autumn", "05 Nov 2024"),
        (date(2024, 12, 4), None, False, "autumn", ""),
        (date(2024, 12, 5), None, False, "autumn", "05 Dec 2024"),
        (date(2024, 12, 11), None, False, "autumn", ""),
        (date(2025, 2, 6), None, False, "autumn", ""),
        (date(2025, 8, 6), None, False, "summer", "06 Aug 2025"),
        (date(2024, 10, 1), True, False, "autumn", ""),
        (date(2024, 10, 1), False, False, "autumn", "01 Oct 2024"),
        (date(2024, 10, 1), False, True, "autumn", ""),
        (date(2024, 8, 31), False, False, "autumn", "its day is not on the child's record"),
        (date(2024, 9, 1), False, False, "autumn", "01 Sep 2024"),
        (None, None, False, "autumn", "its day is not on the child's record"),
        (None, True, False, "autumn", ""),
    ],
)
def test_one_pep_of_the_year_is_held_with_the_review(
    a_document: Make, review_on: date | None, joined: bool | None, elsewhere: bool, term: str, when: str
) -> None:
    document = a_document({"joined_ehcp_review": joined}, {"sen_status": "E"}, ehcp_joined=elsewhere, term=term)
    document = replace(document, child=replace(document.child, sen_status="E", ehcp_review_on=review_on))
    message = f"No PEP this year has been joined to the EHCP review ({when})."
    found = [each for each in told(document) if each[0] != "RD-302"]  # an answer is needed besides
    assert found == ([("RD-216", "HB-3.4", "joined_ehcp_review", "warning", message)] if when else [])


def test_without_an_ehcp_there_is_no_review_to_join(a_document: Make) -> None:
    document = a_document({"joined_ehcp_review": False}, {"sen_status": "K"})
    assert told(replace(document, child=replace(document.child, ehcp_review_on=date(2024, 10, 1)))) == []


def agreed(target_id: int, how: str, views: str | None = None) -> dict[str, Any]:
    return {"id": f"a{target_id}", "target_id": target_id, "agreed": how, "views": views}


@pytest.mark.parametrize(
    ("rows", "numbers"),
    [
        (None, []),
        ((agreed(11, "agreed"), agreed(12, "changed")), []),
        ((agreed(12, "not_agreed"),), [2]),
        ((agreed(12, "not_agreed", "-"),), [2]),
        ((agreed(12, "not_agreed", "The carer wants tuition at home, the school in school."),), []),
        ((agreed(11, "not_agreed"), agreed(13, "not_agreed")), [1, 3]),
        ((agreed(99, "not_agreed"),), []),  # a target that was taken away since
    ],
)
def test_a_target_that_was_not_agreed_keeps_both_views(a_document: Make, rows: Any, numbers: list[int]) -> None:
    said = "Target {} was not agreed by everyone. Change it, or keep both views on record."
    assert told(a_document({"targets_agreed": rows})) == [
        ("RD-312", "HB-3.9", "targets_agreed", "warning", said.format(number)) for number in numbers]


@pytest.mark.parametrize(
    ("today", "sent_on", "reason", "late"),
    [
        (date(2024, 11, 29), None, None, False),
        (date(2024, 11, 30), None, None, True),
        (date(2024, 11, 30), None, "n/a", True),
        (date(2024, 11, 30), None, "The carer was in hospital.", False),
        (date(2025, 1, 8), date(2024, 11, 29), None, False),  # sent in time; what the office takes makes nobody late
        (date(2025, 1, 8), date(2024, 12, 2), None, True),
    ],
)
def test_a_late_pep_says_why(a_document: Make, today: date, sent_on: date | None, reason: str | None, late: bool) -> None:
    document = a_document({"lateness_reason": reason}, {"is_late": True}, sent_on=sent_on)
    message = "This PEP was due on 29 Nov 2024 (Deadline of Autumn 2024-25). Say in a sentence why it is late."
    assert told(document, today) == ([("RD-002", "HB-1.4", "lateness_reason", "warning", message)] if late else [])


def test_a_late_pep_without_a_rule_names_its_day_alone(a_document: Make) -> None:
    ((*_, message),) = told(a_document(due_rule=""), date(2024, 12, 2))
    assert message == "This PEP was due on 29 Nov 2024. Say in a sentence why it is late."
    assert told(a_document(due_on=None), date(2024, 12, 2)) == []


def test_what_was_offered_to_the_carer_answers_for_their_absence(a_document: Make) -> None:
    rows = tuple({**row, "took_part": "apologies"} if row["role"] == "carer" else row for row in a_document().rows("attendees"))
    absent = {"attendees": rows}
    assert [found[:4] for found in told(a_document(absent))] == [("RD-305", "HB-3.12", "attendees", "warning")]
    assert told(a_document({**absent, "carer_offered": "Two other days and a lift; took part by telephone."})) == []
    nobody = tuple({**row, "took_part": "apologies"} for row in rows)
    still = told(a_document({"attendees": nobody, "carer_offered": "A lift."}))
    assert [found[4].split(" was")[0] for found in still] == ["The social worker", "The designated teacher"]


def test_who_was_there_is_not_asked_before_the_meeting(a_document: Make) -> None:
    rows = (*a_document().rows("attendees"), {"id": 9, "name": "Dr Moss", "role": "professional", "report_received": None})
    away = a_document({"attendees": tuple({**row, "took_part": "apologies"} for row in rows)})
    asked = {"RD-302", "RD-305", "RD-306"}
    on = day_of(MEETING_AT)
    assert on is not None
    assert [each for each in told(away, on - timedelta(days=1)) if each[0] in asked] == []
    assert {each[0] for each in told(away, on)} == {"RD-305", "RD-306"}, "on its day"


def who_came(document: Document, today: date = TODAY) -> list[tuple[str, str]]:
    return [(each[3], each[4]) for each in told(document, today) if each[0] == "RD-302"]


def test_a_meeting_that_was_held_tells_of_everybody_who_was_invited(a_document: Make) -> None:
    """Booking writes “No answer”: while nobody has told of anybody, each is asked about."""
    rows = tuple({**row, "took_part": "no_answer"} for row in a_document().rows("attendees"))
    nobody = a_document({"attendees": rows})
    assert who_came(nobody) == [("blocking", f"Part 3 still needs who came: say how {who} took part.")
                                for who in ("Sam", "Jo Bell", "Ms Green", "Pat Lee")]
    assert who_came(nobody, date(2024, 11, 19)) == [], "the meeting is on 20 Nov"
    came = ("attended", "part", "apologies", "no_answer")
    one = a_document({"attendees": tuple({**row, "took_part": how} for row, how in zip(rows, came, strict=True))})
    assert who_came(one) == [("warning", "“No answer” stands for Pat Lee. Did they come to the meeting?")]
    unnamed = a_document({"attendees": (*a_document().rows("attendees"), {**rows[0], "name": None, "role": "professional"})})
    assert ("warning", "“No answer” stands for line 5. Did they come to the meeting?") in who_came(unnamed)


@pytest.mark.parametrize(("role", "who"), [
    ("child", "the child"), ("social_worker", "social worker"), ("designated_teacher", "designated teacher"), ("carer", "carer")])
def test_who_always_belongs_to_the_meeting_has_a_line(a_document: Make, role: str, who: str) -> None:
    rows = tuple(row for row in a_document().rows("attendees") if row["role"] != role)
    document = a_document({"attendees": rows})
    article = who if who.startswith("the ") else f"the {who}"
    message = f"Part 3 still needs who came: {article} is not among those invited. Add a line, and say how they took part."
    assert who_came(document) == [("blocking", message)]


def test_nobody_is_missed_at_the_meeting_whom_there_is_not(a_document: Make) -> None:
    rows = tuple(row for row in a_document().rows("attendees") if row["role"] in ("child", "social_worker"))
    document = a_document({"attendees": rows}, school_id=None)
    assert who_came(replace(document, child=replace(document.child, carer=""))) == []


def test_a_meeting_may_be_late_in_the_day_in_summer(a_document: Make) -> None:
    """23:30 in UTC is the next day in England: 5 June, fourteen days before the review on 19 June 2025."""
    at = datetime(2025, 6, 4, 23, 30, tzinfo=UTC)
    document = a_document({"meeting_at": at, "next_pep_on": date(2025, 10, 8)}, {"sen_status": "E"}, term="summer")
    document = replace(document, child=replace(document.child, sen_status="E", ehcp_review_on=date(2025, 6, 19)), due_on=None)
    assert told(document, date(2025, 6, 10)) == []


@pytest.mark.parametrize(("who", "is_name"), [
    ("School", False), ("the  school.", False), ("All", False), ("Virtual School", False),
    ("Tess Lehrer", True), ("School nurse Ann Lee", True), ("Mr All", True),
])
def test_an_action_belongs_to_somebody_with_a_name(a_document: Make, who: str, is_name: bool) -> None:
    rows = ({"id": 7, "what": "Order the laptop", "who": "Tess Lehrer", "by_on": date(2024, 12, 6)},
            {"id": 8, "what": "Ask about swimming", "who": who, "by_on": date(2024, 12, 6)})
    found = [each for each in told(a_document({"actions": rows})) if each[0] == "RD-311"]
    message = f"Action 2 has no owner: “{who}” is no name. Write who does it."
    assert found == ([] if is_name else [("RD-311", "HB-3.9", "actions", "blocking", message)])
