"""Part 1 by itself: whom to ring, a move of home, the schools so far. Each test changes one thing of a complete document."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from pep_admin.pep_form import FORM, Document, SchoolingFacts
from pep_admin.validators.findings import Finding
from pep_admin.validators.peps import check_part
from pep_admin.vocabulary import Part

Make = Callable[..., Document]
TODAY = date(2024, 11, 26)
ELM = SchoolingFacts("Elm School", date(2020, 9, 1), date(2024, 1, 12), "Moved home")
ASH = SchoolingFacts("Ash School", date(2024, 4, 15), None)


def part_1(document: Document) -> list[Finding]:
    return check_part(document, Part.SOCIAL_CARE, today=TODAY)


def told(document: Document) -> list[tuple[str, str, str, str, str]]:
    return [(each.check, each.code, each.field, each.severity, each.message) for each in part_1(document)]


def contact(name: str) -> dict[str, Any]:
    return {"id": name, "name": name, "relation": "Carer", "phone": "01632 960101", "hours": None}


@pytest.mark.parametrize(
    ("names", "message"),
    [
        ((), "No emergency contact is given; two are safer."),
        (("Pat Lee",), "Only one emergency contact is given; two are safer."),
        (("Pat Lee", "Jo Bell"), ""),
        (("Pat Lee", "Jo Bell", "Di Oak"), ""),
    ],
)
def test_two_people_can_be_rung(a_document: Make, names: tuple[str, ...], message: str) -> None:
    found = told(a_document({"emergency_contacts": tuple(map(contact, names)) or None}))
    assert found == ([("RD-105", "DATA-contacts", "emergency_contacts", "warning", message)] if message else [])


def test_what_an_older_form_does_not_ask_is_not_missed(a_document: Make) -> None:
    document = a_document()
    answers = {key: value for key, value in document.answers.items() if key != "emergency_contacts"}
    assert part_1(replace(document, answers=answers)) == []


@pytest.mark.parametrize(
    ("on", "plan", "message"),
    [
        (date(2025, 1, 10), None, "A move of home is expected in January 2025; the plan does not say how school stays steady."),
        (None, " ", "A move of home is expected; the plan does not say how school stays steady."),
        (date(2025, 1, 10), "n/a", "A move of home is expected in January 2025; the plan does not say how school stays steady."),
        (date(2025, 1, 10), "The taxi from the new home is tried twice before the holidays.", ""),
    ],
)
def test_a_move_of_home_is_planned_with_school(a_document: Make, on: date | None, plan: str | None, message: str) -> None:
    answers = {"placement_change_expected": True, "placement_change_on": on, "placement_change_plan": plan}
    found = told(a_document(answers))
    assert found == ([("RD-110", "HB-4.3", "placement_change_plan", "warning", message)] if message else [])
    assert told(a_document({**answers, "placement_change_expected": False})) == []


def test_weeks_at_no_school_are_accounted_for(a_document: Make) -> None:
    """From Mon 15 Jan to Fri 12 Apr 2024 lie 63 working days (Good Friday and Easter Monday are none): twelve weeks."""
    schooling = (ELM, ASH)
    document = a_document(facts={"schooling": schooling}, schooling=schooling)
    message = "12 weeks of school between Elm School and Ash School are not accounted for."
    assert told(document) == [("RD-108", "HB-4.1", "schooling_gaps", "warning", message)]
    said = a_document({"schooling_gaps": "Taught at home by a tutor."}, {"schooling": schooling}, schooling=schooling)
    assert told(said) == []
    assert told(a_document(facts={"schooling": (ELM,)}, schooling=(ELM,))) == []


def test_a_school_that_was_left_has_its_reason(a_document: Make) -> None:
    left = replace(ELM, reason="", ended_on=date(2024, 4, 12))
    message = "Elm School has no reason for leaving on the child's record. The Virtual School can add it there."
    assert told(a_document(schooling=(left, ASH))) == [("RD-108", "HB-4.1", "schooling", "warning", message)]
    assert told(a_document(schooling=(replace(left, reason="Moved home"), ASH))) == []
    assert told(a_document(schooling=(replace(ASH, reason=""),))) == []


def test_the_new_questions_never_stop_anybody() -> None:
    """What neither the handbook nor the law asks is offered, and never needed."""
    assert [found.key for found in FORM.fields() if not found.core and found.must != "never"] == []
