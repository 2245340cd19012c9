"""What a section shows from the record: in which words, for whose eyes, and nothing where there is nothing to say. By hand."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from pep_admin.form_words import SdqBand
from pep_admin.pep_form import FORM, Document, RecordFacts, SchoolingFacts, SuspensionFacts
from pep_admin.roll_lines import LINES, lines_of, sdq_band
from pep_admin.vocabulary import Audience
from tests.unit.conftest import CHILD

Make = Callable[..., Document]
RECORD = RecordFacts("Ms Green", "Dr Holm", True, date(2023, 9, 4), "Team North", 3, 1, 15)


def told(document: Document, section: str, label: str) -> str:
    return dict(lines_of(document, section)).get(label, "")


def test_every_line_stands_on_a_section_of_the_form() -> None:
    sections = {section.key for part in FORM.parts for section in part.sections}
    assert {each.section for each in LINES} <= sections
    assert len({(each.section, each.label) for each in LINES}) == len(LINES)


def test_the_child_and_the_home_are_told_from_the_record(a_document: Make) -> None:
    document = a_document(record=RECORD, child=replace(CHILD, upn="A123456789012", legal_status="Full care order (C2)"))
    assert dict(lines_of(document, "about")) == {
        "Full name": "Sam Reed", "Date of birth": "01 Mar 2015", "Year group": "Year 5", "UPN": "A123456789012", "LCS id": "L5",
        "In care since": "02 May 2023", "Legal status": "Full care order (C2)",
        "Home (care placement)": "Foster home, since 02 May 2023", "Since coming into care": "3 homes and 1 school",
    }
    assert dict(lines_of(document, "responsibility")) == {"Social worker": "Jo Bell, Team North", "Carer": "Pat Lee"}


def test_what_is_not_known_is_left_out(a_document: Make) -> None:
    bare = replace(CHILD, first_name="", last_name="", lcs_id=None, entered_care_on=None, legal_status=None, home="",
                   home_since=None, social_worker="", carer="")
    document = a_document(child=bare)
    assert [label for label, _ in lines_of(document, "about")] == ["Date of birth", "Year group"]
    assert lines_of(document, "responsibility") == []
    assert told(a_document(child=replace(CHILD, home_since=None)), "about", "Home (care placement)") == "Foster home"


@pytest.mark.parametrize(("group", "words"), [
    ("N1", "Nursery 1"), ("N2", "Nursery 2"), ("R", "Reception"), ("13", "Year 13"), ("", "")])
def test_a_year_group_is_told_in_words(a_document: Make, group: str, words: str) -> None:
    assert told(a_document(child=replace(CHILD, year_group=group)), "about", "Year group") == words


@pytest.mark.parametrize(("total", "band"), [
    (0, SdqBand.USUAL), (13, SdqBand.USUAL), (14, SdqBand.BORDERLINE), (16, SdqBand.BORDERLINE), (17, SdqBand.HIGH),
    (40, SdqBand.HIGH)])
def test_the_band_of_an_sdq_total(total: int, band: SdqBand) -> None:
    assert sdq_band(total, 17) is band


@pytest.mark.parametrize(("before", "words"), [
    (None, "12: close to what is usual"), (15, "12: close to what is usual; 3 fewer than the time before (15)"),
    (11, "12: close to what is usual; 1 more than the time before (11)"),
    (12, "12: close to what is usual; the same as the time before (12)")])
def test_an_sdq_total_is_told_with_what_became_of_it(a_document: Make, before: int | None, words: str) -> None:
    assert told(a_document(record=RecordFacts(sdq_before=before)), "health", "Latest SDQ total") == words
    assert told(a_document({"sdq": None}), "health", "Latest SDQ total") == ""


def test_schools_so_far_with_the_weeks_between_them(a_document: Make) -> None:
    schooling = (SchoolingFacts("Elm School", date(2020, 9, 1), date(2024, 3, 1), "Moved home"),
                 SchoolingFacts("Ash School", date(2024, 3, 25), None))
    document = a_document(schooling=schooling)
    assert dict(lines_of(document, "background")) == {
        "Schools so far": "Elm School: 01 Sep 2020 to 01 Mar 2024 (Moved home)\nAsh School: 25 Mar 2024 to today",
        "Without a school": "3 weeks between Elm School and Ash School"}


def test_the_school_place(a_document: Make) -> None:
    assert dict(lines_of(a_document(record=RECORD), "setting")) == {
        "School or provider": "Elm School, designated teacher Ms Green, head Dr Holm", "Last inspection": "Less than good",
        "On roll since": "04 Sep 2023"}
    assert lines_of(a_document(school=""), "setting") == []


@pytest.mark.parametrize(("rows", "words"), [
    (({"possible": 100, "present": 97},), "97.0%: 1.5 days missed"), (({"possible": 80, "present": 78},), "97.5%: 1 day missed"),
    (({"possible": 300, "present": 299},), "99.6%: 0.5 days missed"), (({"possible": 0, "present": 0},), ""), (None, "")])
def test_attendance_is_told_in_per_cent_and_days(a_document: Make, rows: Any, words: str) -> None:
    assert told(a_document({"attendance": rows}), "attendance", "Attendance") == words


def test_suspensions_of_the_year(a_document: Make) -> None:
    assert told(a_document(), "attendance", "Suspensions") == "None on record this year"
    sent_home = (SuspensionFacts(1, date(2024, 10, 7), date(2024, 10, 9), 5, True, False),
                 SuspensionFacts(2, date(2024, 11, 4), None, None, True, True))
    document = a_document(suspensions=sent_home)
    assert told(document, "attendance", "Suspensions") == \
        "Suspension from 07 Oct 2024 to 09 Oct 2024, 2.5 days\nPermanent exclusion from 04 Nov 2024"
    assert told(document, "attendance", "Days lost to suspension") == "2.5"
    assert told(a_document(phase="EY"), "attendance", "Suspensions") == ""


def test_needs_and_what_lies_ahead(a_document: Make) -> None:
    with_plan = replace(CHILD, sen_status="E", ehcp_review_on=date(2025, 2, 6), year_group="9")
    document = a_document(child=with_plan, term="summer")
    assert dict(lines_of(document, "send")) == {"SEN": "Education, health and care plan", "EHCP review": "06 Feb 2025"}
    assert told(document, "next_steps", "Ahead this year").count("\n") == 1
    assert [label for label, _ in lines_of(a_document(), "send")] == ["SEN"]


def test_the_meeting_tells_a_care_review_of_the_day_and_who_came_of_the_virtual_school(a_document: Make) -> None:
    assert dict(lines_of(a_document(), "meeting")) == {"Virtual School at the meeting": "Nobody"}
    assert lines_of(a_document({"attendees": None}), "meeting") == []
    came = ({"name": "Ole Amt", "role": "virtual_school", "took_part": "part"},
            {"name": "Hanna Amt", "role": "virtual_school", "took_part": "apologies"})
    document = a_document({"attendees": came, "next_care_review_on": date(2024, 11, 20)}, ehcp_joined=True)
    assert dict(lines_of(document, "meeting")) == {
        "On the day of the care review": "Yes", "Held with the EHCP’s review": "Yes, with another PEP of this year",
        "Virtual School at the meeting": "Ole Amt"}


@pytest.mark.parametrize("audience", [Audience.CHILD, Audience.PARENT])
def test_a_child_or_parent_is_told_nothing_of_suspensions_and_a_child_no_number_of_the_office(
    a_document: Make, audience: Audience
) -> None:
    document = a_document(record=RECORD, audience=audience, child=replace(CHILD, upn="A123456789012"))
    assert told(document, "attendance", "Suspensions") == ""
    if audience is Audience.CHILD:
        hidden = {"UPN", "LCS id", "In care since", "Legal status", "Since coming into care"}
        assert hidden.isdisjoint(dict(lines_of(document, "about")))
        assert lines_of(document, "health") == [] and told(document, "setting", "Last inspection") == ""


@pytest.mark.parametrize(("audience", "words"), [
    (Audience.SCHOOL, "Ole Amt, Virtual School"), (Audience.PARENT, "Ole Amt, Virtual School"), (Audience.CHILD, "")])
def test_who_is_to_come_is_told_to_whoever_reads_who_came(a_document: Make, audience: Audience, words: str) -> None:
    document = a_document(record=RecordFacts(goes_there="Ole Amt, Virtual School"), audience=audience)
    assert told(document, "meeting", "Named to come for the Virtual School") == words
    assert told(a_document(audience=audience), "meeting", "Named to come for the Virtual School") == ""
