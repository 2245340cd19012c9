"""What a part needs before it is signed (HB-7.1), each under the condition that the form names and under no other."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from pep_admin.pep_form import Document
from pep_admin.validators.peps import check_part
from pep_admin.vocabulary import Part

Make = Callable[..., Document]
TODAY = date(2024, 11, 26)
NO_PLACE = {"has_school": False}
PLAN, SUPPORT = {"sen_status": "E"}, {"sen_status": "K"}
SIXTEEN = {"date_of_birth": date(2008, 3, 1), "year_group": "12"}
FOSTER, AT_SCHOOL = {"address_withheld_from": "nobody"}, {"address_withheld_from": "school"}
ALWAYS: dict[str, Any] = {}
WORKS = {"p16_activity": "EMN"}


def needs(document: Document, part: Part, key: str) -> bool:
    return any(each.field == key and each.severity == "blocking" and each.check in ("RD-102", "RD-201", "RD-302")
               for each in check_part(document, part, today=TODAY))


@pytest.mark.parametrize(
    ("key", "part", "facts", "answers", "phase"),
    [
        ("address_withheld_from", 1, ALWAYS, ALWAYS, "PRI"), ("home_address", 1, ALWAYS, FOSTER, "PRI"),
        ("home_address", 1, ALWAYS, {"address_withheld_from": "parents"}, "PRI"),
        ("placement_address", 1, ALWAYS, AT_SCHOOL, "PRI"), ("iro", 1, ALWAYS, ALWAYS, "EY"),
        ("pathway_plan_on", 1, SIXTEEN, ALWAYS, "P16"), ("personal_adviser", 1, SIXTEEN, ALWAYS, "P16"),
        ("tutor_group", 2, ALWAYS, ALWAYS, "PRI"), ("tutor_group", 2, {"year_group": "N2"}, ALWAYS, "EY"),
        ("no_place_since", 2, NO_PLACE, ALWAYS, "PRI"), ("no_place_why", 2, NO_PLACE, ALWAYS, "PRI"),
        ("no_place_education", 2, NO_PLACE, ALWAYS, "PRI"), ("place_search", 2, NO_PLACE, ALWAYS, "PRI"),
        ("p16_activity", 2, SIXTEEN, ALWAYS, "P16"), ("p16_activity", 2, {**SIXTEEN, **NO_PLACE}, ALWAYS, "P16"),
        ("p16_course", 2, SIXTEEN, {"p16_activity": "APP"}, "P16"), ("p16_bursary", 2, SIXTEEN, {"p16_activity": "FE"}, "P16"),
        ("p16_attendance", 2, SIXTEEN, {"p16_activity": "FE"}, "P16"),
        ("not_eet_plan", 2, SIXTEEN, {"p16_activity": "NAV"}, "P16"), ("part_time_plan", 2, ALWAYS, {"part_time": True}, "PRI"),
        ("alternative_places", 2, ALWAYS, {"alternative_provision": True}, "SEC"),
        ("two_year_check_on", 2, {"year_group": "N1"}, ALWAYS, "EY"), ("strategies_tried", 2, ALWAYS, {"behaviour": "some"}, "PRI"),
        ("joined_ehcp_review", 3, PLAN, ALWAYS, "PRI"),
        ("same_day_reason", 3, ALWAYS, {"next_care_review_on": date(2024, 11, 20)}, "PRI"),
        ("chair_role", 3, ALWAYS, ALWAYS, "PRI"), ("hopes", 2, ALWAYS, ALWAYS, "EY"), ("long_term_hopes", 2, ALWAYS, ALWAYS, "SEC"),
        ("sdq_due_on", 1, ALWAYS, {"sdq": (), "sdq_missing_reason": "under_a_year"}, "PRI"),
        ("sen_needs", 2, PLAN, ALWAYS, "PRI"), ("sen_needs", 2, SUPPORT, ALWAYS, "SEC"),
        ("ehcp_issued_on", 2, PLAN, ALWAYS, "PRI"), ("ehcp_authority", 2, PLAN, ALWAYS, "PRI"),
        ("ehcp_provision", 2, PLAN, ALWAYS, "PRI"), ("sen_plan", 2, SUPPORT, ALWAYS, "PRI"),
        ("sen_plan_review_on", 2, SUPPORT, {"sen_plan": True}, "PRI"),
        ("next_send_step", 2, ALWAYS, ALWAYS, "PRI"), ("next_send_step", 2, SUPPORT, ALWAYS, "PRI"),
        ("access_arrangements", 2, {"year_group": "6"}, ALWAYS, "PRI"),
        ("access_arrangements", 2, {"year_group": "10"}, ALWAYS, "SEC"),
        ("qualifications_held", 2, SIXTEEN, ALWAYS, "P16"), ("one_priority", 2, PLAN, ALWAYS, "PRI"),
        ("meeting_place", 3, ALWAYS, ALWAYS, "PRI"), ("carer_voice_how", 3, ALWAYS, ALWAYS, "PRI"),
        ("carer_voice_on", 3, ALWAYS, ALWAYS, "PRI"), ("carer_voice_by", 3, ALWAYS, ALWAYS, "PRI"),
    ],
)
def test_it_is_asked_for_where_the_form_says_so(
    a_document: Make, key: str, part: int, facts: dict[str, Any], answers: dict[str, Any], phase: str
) -> None:
    document = a_document({**answers, key: None}, facts, phase=phase)
    assert needs(document, list(Part)[part - 1], key)


@pytest.mark.parametrize(
    ("key", "part", "facts", "answers", "phase"),
    [
        ("sdq_due_on", 1, ALWAYS, {"sdq": (), "sdq_missing_reason": "declined"}, "PRI"),
        ("strategies_tried", 2, ALWAYS, ALWAYS, "PRI"), ("not_eet_plan", 2, SIXTEEN, {"p16_activity": "FE"}, "P16"),
        ("joined_ehcp_review", 3, SUPPORT, ALWAYS, "PRI"), ("same_day_reason", 3, ALWAYS, ALWAYS, "PRI"),
        ("home_address", 1, ALWAYS, AT_SCHOOL, "PRI"), ("placement_address", 1, ALWAYS, FOSTER, "PRI"),
        ("pathway_plan_on", 1, ALWAYS, ALWAYS, "PRI"), ("personal_adviser", 1, ALWAYS, ALWAYS, "PRI"),
        ("tutor_group", 2, NO_PLACE, ALWAYS, "PRI"), ("no_place_since", 2, ALWAYS, ALWAYS, "PRI"),
        ("place_search", 2, ALWAYS, ALWAYS, "PRI"), ("p16_activity", 2, ALWAYS, ALWAYS, "PRI"),
        ("p16_course", 2, SIXTEEN, WORKS, "P16"), ("p16_bursary", 2, SIXTEEN, {"p16_activity": "NAV"}, "P16"),
        ("p16_attendance", 2, SIXTEEN, WORKS, "P16"), ("sen_needs", 2, ALWAYS, ALWAYS, "PRI"),
        ("ehcp_issued_on", 2, SUPPORT, ALWAYS, "PRI"), ("sen_plan", 2, PLAN, ALWAYS, "PRI"),
        ("sen_plan_review_on", 2, SUPPORT, {"sen_plan": False}, "PRI"), ("next_send_step", 2, PLAN, ALWAYS, "PRI"),
        ("access_arrangements", 2, {"year_group": "5"}, ALWAYS, "PRI"),
        ("qualifications_held", 2, {"year_group": "11"}, ALWAYS, "SEC"), ("one_priority", 2, SUPPORT, ALWAYS, "PRI"),
        ("carer_voice_on", 3, ALWAYS, {"carer_voice_how": "not_reached"}, "PRI"),
    ],
)
def test_it_is_not_asked_for_anywhere_else(
    a_document: Make, key: str, part: int, facts: dict[str, Any], answers: dict[str, Any], phase: str
) -> None:
    document = a_document({**answers, key: None}, facts, phase=phase)
    assert not needs(document, list(Part)[part - 1], key)


@pytest.mark.parametrize(("how", "is_missed"), [("meeting", False), ("not_reached", True), (None, False)])
def test_words_of_a_carer_who_was_not_reached_are_no_voice(a_document: Make, how: str | None, is_missed: bool) -> None:
    found = check_part(a_document({"carer_voice_how": how}), Part.MEETING, today=TODAY)
    assert ("RD-308" in {each.check for each in found}) is is_missed


# --- what is asked at all, and of whom -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("key", "facts", "phase", "is_asked"),
    [
        ("careers_light", {"year_group": "3"}, "PRI", True), ("careers_light", {"year_group": "2"}, "PRI", False),
        ("careers_light", {"year_group": "7"}, "SEC", False), ("careers_visits", {"year_group": "7"}, "SEC", True),
        ("careers_employers", {"year_group": "6"}, "PRI", False), ("careers_experience", {"year_group": "12"}, "P16", True),
        ("transition_second_plan", {"year_group": "6", "moves_to": "Year 7"}, "PRI", True),
        ("transition_second_plan", ALWAYS, "PRI", False),
        ("transition_ehcp_on", {"moves_to": "Year 7", **PLAN}, "PRI", True),
        ("transition_ehcp_on", {"moves_to": "Year 7"}, "PRI", False),
        ("attendance_last_term", ALWAYS, "PRI", True), ("attendance_last_term", NO_PLACE, "PRI", False),
    ],
)
def test_it_is_asked_of_whom_the_form_says(a_document: Make, key: str, facts: dict[str, Any], phase: str, is_asked: bool) -> None:
    document = a_document(None, facts, phase=phase)
    assert document.asked(document.form.field(key)) is is_asked


@pytest.mark.parametrize(("possible", "present", "wrong"), [
    (70, 68, None), (70, 71, "Last term: The sessions attended are more than the sessions possible.")])
def test_last_terms_sessions_add_up_too(a_document: Make, possible: int, present: int, wrong: str | None) -> None:
    row = {"id": "l1", "possible": possible, "present": present, "authorised": None, "unauthorised": None, "late": None}
    found = check_part(a_document({"attendance_last_term": (row,)}), Part.EDUCATION, today=TODAY)
    assert [each.message for each in found if each.field == "attendance_last_term"] == ([wrong] if wrong else [])


@pytest.mark.parametrize(("test", "outcome", "wrong"), [
    ("phonics", "Wa", None), ("phonics", None, None), ("baseline", "Y", None), ("ks2", "AS", None), ("ks2_judged", "PK6", None),
    ("ks1", "GDS", None), ("eyfs", "GLD", None), ("tables", "mark", None), (None, "Wa", None),
    ("phonics", "WTS", "“Working towards (WTS)” is no outcome of the phonics check. Choose one that it has."),
    ("ks1", "PK5", "“Pre-key-stage 5 (PK5)” is no outcome of the end of key stage 1. Choose one that it has."),
])
def test_an_outcome_is_one_that_its_test_has(a_document: Make, test: str | None, outcome: str | None, wrong: str | None) -> None:
    row = {"id": "t1", "test": test, "outcome": outcome, "taken_in": "2023-24", "result": "34 of 40"}
    tables = {"id": "t2", "test": "tables", "outcome": None, "taken_in": "2023-24", "result": "19 of 25"}
    found = check_part(a_document({"statutory_results": (row, tables)}), Part.EDUCATION, today=TODAY)
    assert [each.message for each in found if each.check == "RD-220"] == ([wrong] if wrong else [])


def test_a_chair_of_an_older_form_is_judged_by_what_it_asked(a_document: Make) -> None:
    document = a_document({"chair_role": None})
    for said, is_asked_about in ((False, True), (True, False), (None, False)):
        old = replace(document, answers={**document.answers, "chair_from_education": said})
        found = [each.field for each in check_part(old, Part.MEETING, today=TODAY) if each.check == "RD-304"]
        assert found == (["chair_from_education"] if is_asked_about else [])


@pytest.mark.parametrize(("home", "since", "fits"), [
    ("Foster home", date(2023, 5, 2), True), ("", None, False), ("Foster home", None, False)])
def test_the_record_says_where_the_child_lives(a_document: Make, home: str, since: date | None, fits: bool) -> None:
    document = a_document()
    document = replace(document, child=replace(document.child, home=home, home_since=since))
    message = "The record does not say in what home Sam lives, and since when. Ask the Virtual School to put it in."
    found = [(each.check, each.field, each.severity, each.message) for each in check_part(document, Part.SOCIAL_CARE, today=TODAY)]
    assert found == ([] if fits else [("RD-102", "home", "blocking", message)])
