"""A withheld address and the confidential history are found where they must not stand, and never quoted."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from pep_admin.pep_form import Document
from pep_admin.policy import USUAL
from pep_admin.validators.peps import check_part, check_readiness
from pep_admin.validators.ppg import PpgFacts
from pep_admin.validators.withheld import check_note
from pep_admin.vocabulary import Part, Scheme

Make = Callable[..., Document]
TODAY = date(2024, 11, 26)
ADDRESS = "Flat 2, 12a Rose Lane, Bury BL9 0AA"
HISTORY = ("He was found alone in the flat on a Sunday night. Two moves. His uncle may not know where he goes to school any "
           "more now.")


def withheld(make: Make, from_whom: str | None, address: str | None = ADDRESS, **more: Any) -> Document:
    answers = {"address_withheld_from": from_whom, "placement_address": address, "home_address": address,
               **more.pop("answers", {})}
    return make(answers, **more)


def found(document: Document, part: Part, check: str) -> list[tuple[str, str, str]]:
    return [(each.code, each.field, each.severity) for each in check_part(document, part, today=TODAY) if each.check == check]


@pytest.mark.parametrize(
    ("text", "gives_away"),
    [
        ("She walks from Rose Lane to school.", True),
        ("She lives at 12A ROSE LN.", True),
        ("Their house in rose  lane, near the park", True),
        ("She lives at 12a Rose Lane", True),
        ("It is at BL9 0AA.", True),
        ("It is at bl90aa", True),
        ("Postcode BL9 0AB", False),
        ("A rose in the lane behind the school", False),
        ("She lives in Bury.", False),
        ("Flat 2 was her first flat", False),
        ("Primrose Lane School", False),
    ],
)
def test_a_part_of_the_address_is_found_however_it_is_written(a_document: Make, text: str, gives_away: bool) -> None:
    document = withheld(a_document, "parents", answers={"discussion": text})
    assert found(document, Part.MEETING, "RD-111") == ([("HB-3.11", "discussion", "blocking")] if gives_away else [])


@pytest.mark.parametrize(
    ("address", "text", "gives_away"),
    [
        ("The Laurels\nRose Hill\nBury", "She likes the Laurels", True),
        ("The Laurels, Rose Hill, Bury", "Rose Hill Primary", False),
        ("7 Rose Hill, Bury", "Rose Hill Primary", False),
        ("7 Rose Hill, Bury", "at 7 Rose Hill", True),
        ("Oak House, 3 Mill St", "Mill Street is busy", True),
        ("5 Quillwort Cr", "by Quillwort Crescent", True),
        ("5 Quillwort Crescent", "by Quillwort Cr.", True),
        ("Oak House, 3 Mill St", "in Oak House", False),
        ("Bury", "in Bury", False),
    ],
)
def test_what_of_an_address_gives_it_away(a_document: Make, address: str, text: str, gives_away: bool) -> None:
    document = withheld(a_document, "school", address, answers={"discussion": text})
    assert bool(found(document, Part.MEETING, "RD-111")) is gives_away


@pytest.mark.parametrize(
    ("from_whom", "field", "part", "stops"),
    [
        ("nobody", "discussion", Part.MEETING, False),
        (None, "discussion", Part.MEETING, False),
        ("parents", "discussion", Part.MEETING, True),
        ("school", "discussion", Part.MEETING, True),
        ("parents", "discussion_sensitive", Part.MEETING, True),  # left out of the child's copy, not of a parent's
        ("school", "discussion_sensitive", Part.MEETING, True),
        ("parents", "what_school_needs_to_know", Part.SOCIAL_CARE, False),  # read by the school alone
        ("school", "what_school_needs_to_know", Part.SOCIAL_CARE, True),
        ("school", "confidential_history", Part.SOCIAL_CARE, False),  # read by social care alone
        ("school", "adults_only_notes", Part.MEETING, False),
        ("parents", "child_voice_good", Part.EDUCATION, True),
    ],
)
def test_it_counts_who_may_read_the_answer(a_document: Make, from_whom: str | None, field: str, part: Part, stops: bool) -> None:
    document = withheld(a_document, from_whom, answers={field: "At 12a Rose Lane."})
    assert found(document, part, "RD-111") == ([("HB-3.11", field, "blocking")] if stops else [])


def test_a_year_may_choose_to_be_warned_only(a_document: Make) -> None:
    document = withheld(a_document, "parents", answers={"discussion": "12a Rose Lane"},
                        numbers=replace(USUAL, withheld_address_blocks=False))
    assert found(document, Part.MEETING, "RD-111") == [("HB-3.11", "discussion", "warning")]


def test_lines_targets_and_requests_are_read_too(a_document: Make) -> None:
    actions = ({"id": "x7", "what": "Walk from Rose Lane", "who": "Pat Lee", "by_on": date(2024, 12, 6)},)
    document = withheld(a_document, "school", answers={"actions": actions})
    (line,) = check_part(document, Part.MEETING, today=TODAY)
    assert (line.field, line.row) == ("actions", "x7")
    first, *others = a_document().targets
    (target,) = check_part(withheld(a_document, "parents", targets=(replace(first, need="Lives in Rose Lane"), *others)),
                           Part.EDUCATION, today=TODAY)
    assert (target.check, target.field, target.row) == ("RD-111", "targets", "11")
    request = replace(a_document().requests[0], description="A bus from Rose Lane", status="approved")
    (asked,) = check_part(withheld(a_document, "school", requests=(request,)), Part.EDUCATION, today=TODAY)
    assert (asked.check, asked.field, asked.row) == ("RD-111", "requests", "21")
    assert check_part(withheld(a_document, "parents", requests=(request,)), Part.EDUCATION, today=TODAY) == []


@pytest.mark.parametrize(
    "field", ["description", "provider", "unit", "measure_before", "measure_after", "beyond_ordinary", "child_said"],
)  # fmt: skip
def test_every_text_of_a_request_is_read(a_document: Make, field: str) -> None:
    request = replace(a_document().requests[0], **{field: "To Rose Lane and back"}, status="approved")
    asked = check_part(withheld(a_document, "school", requests=(request,)), Part.EDUCATION, today=TODAY)
    assert [(each.check, each.row) for each in asked] == [("RD-111", "21")]


@pytest.mark.parametrize(
    ("from_whom", "text", "stops"),
    [("school", "Walks home to Rose Lane", True), ("school", "Walks home", False), ("parents", "Walks home to Rose Lane", False),
     (None, "Walks home to Rose Lane", False)],
)  # fmt: skip
def test_a_note_that_the_school_reads_at_once_is_read_too(a_document: Make, from_whom: str | None, text: str, stops: bool) -> None:
    told = [(each.check, each.field, each.severity) for each in check_note(withheld(a_document, from_whom), text)]
    assert told == ([("RD-111", "what", "blocking")] if stops else [])


@pytest.mark.parametrize(
    ("text", "repeats"),
    [
        ("he was found alone in the flat on a sunday night", True),
        ("We know he was found alone in the flat, on a Sunday afternoon.", True),  # eight words of ten
        ("He was found alone in the park.", False),  # five of them
        ("Two moves.", False),
        ("his uncle may not know where he goes to the shops", True),
        ("He goes to school on his own.", False),
    ],
)
def test_a_sentence_of_the_history_is_found(a_document: Make, text: str, repeats: bool) -> None:
    answers = {"confidential_history": HISTORY, "attainment_context": text, "discussion_sensitive": text}
    for field, part in (("attainment_context", Part.EDUCATION), ("discussion_sensitive", Part.MEETING)):
        assert found(a_document(answers), part, "RD-112") == ([("HB-3.11", field, "warning")] if repeats else [])


def test_a_short_sentence_is_found_whole(a_document: Make) -> None:
    answers = {"confidential_history": "His father is in prison.", "discussion": "They said that his father is in prison now."}
    assert found(a_document(answers), Part.MEETING, "RD-112") == [("HB-3.11", "discussion", "warning")]
    assert found(a_document({**answers, "confidential_history": "Father in prison."}), Part.MEETING, "RD-112") == []


def test_where_the_school_does_not_read_the_history_may_be_repeated(a_document: Make) -> None:
    answers = {"confidential_history": HISTORY, "adults_only_notes": HISTORY, "what_school_needs_to_know": HISTORY}
    assert found(a_document(answers), Part.MEETING, "RD-112") == []
    assert found(a_document(answers), Part.SOCIAL_CARE, "RD-112") == [], "Part 1 is the social worker's own"


def test_no_message_tells_what_is_withheld(a_document: Make) -> None:
    facts = {21: PpgFacts(scheme=Scheme.SCHOOL_AGE, term_label="", year_label="2024-25", term_cap_pence=60000,
                          year_cap_pence=180000, term_taken_pence=0, year_taken_pence=0, has_target=True)}
    answers = {"confidential_history": HISTORY, "discussion": f"{HISTORY} She lives at 12a Rose Lane, BL9 0AA."}
    found = check_readiness(withheld(a_document, "school", answers=answers), today=TODAY, ppg_facts=facts)
    assert {each.check for each in found} == {"RD-111", "RD-112"}
    assert [each.message for each in found] == [
        "The address is withheld, but a part of it stands in “Discussion”. Take any address out of there.",
        "“Discussion” repeats a sentence from the confidential history. Take it out, or move it.",
    ]
