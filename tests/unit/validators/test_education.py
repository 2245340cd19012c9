"""Part 2 by itself: what is below the age and who speaks to it, and the documents behind the plan."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from pep_admin.pep_form import Document, PaperFacts
from pep_admin.validators.peps import check_part
from pep_admin.vocabulary import Part
from tests.unit.conftest import REVIEW

Make = Callable[..., Document]
TODAY = date(2024, 11, 26)


def told(document: Document, check: str) -> list[tuple[str, str, str, str]]:
    found = check_part(document, Part.EDUCATION, today=TODAY)
    return [(each.code, each.field, each.severity, each.message) for each in found if each.check == check]


@pytest.mark.parametrize(
    ("subject", "on_track", "provision", "spoken_to"),
    [
        ("Maths", "B", "None yet.", True),  # the maths target
        ("Mathematics", "WB", "None yet.", True),
        ("Reading", "B", "None yet.", True),  # the English target
        ("Science", "B", "None yet.", False),
        ("Science", "WB", "None yet.", False),
        ("Science", "ON", "None yet.", True),
        ("Science", "NA", "None yet.", True),
        ("Science", "B", "A science club on Mondays, with the technician.", True),
        ("Religious Education", "B", "His education is steady.", False),
        ("Religious Education", "B", "A religious studies mentor each Friday.", True),
        ("PE", "B", "Extra PE with a coach.", True),
        ("Geography", "B", "Games each day.", False),
    ],
)
def test_what_is_below_is_spoken_to(a_document: Make, subject: str, on_track: str, provision: str, spoken_to: bool) -> None:
    row = {"id": 8, "subject": subject, "current": "4", "expected": None, "on_track": on_track, "progress": None}
    found = told(a_document({"attainment": (row,), "needs_and_provision": provision}), "RD-219")
    message = f"{subject} is below what is expected, and no target or support speaks to it."
    assert found == ([] if spoken_to else [("HB-4.2", "attainment", "warning", message)])


def test_a_target_of_another_kind_may_name_the_subject(a_document: Make) -> None:
    row = {"id": 8, "subject": "Science", "current": "4", "expected": None, "on_track": "B", "progress": None}
    *others, personal = a_document().targets
    document = a_document({"attainment": (row,)}, targets=(*others, replace(personal, outcome="Sam will lead the science club")))
    assert told(document, "RD-219") == []
    without_maths = a_document(targets=(a_document().targets[0], personal), answers={"maths_exception": "Grade 5 already."})
    assert told(without_maths, "RD-219") == []  # “Small group for maths”
    silent = a_document({"needs_and_provision": "A group.", "maths_exception": "Grade 5."}, targets=(others[0], personal))
    assert [message for *_, message in told(silent, "RD-219")] == [
        "Maths is below what is expected, and no target or support speaks to it."]


def paper(kind: str) -> dict[str, Any]:
    return {"id": kind, "kind": kind, "dated_on": None, "where": "The SEN file"}


def came(*reports: bool | None) -> tuple[dict[str, Any], ...]:
    return tuple({"id": number, "name": "Dr Moss", "role": "professional", "took_part": "apologies", "report_received": each}
                 for number, each in enumerate(reports))


@pytest.mark.parametrize(
    ("status", "papers", "attendees", "wants"),
    [
        ("E", ("ehcp",), (), ""), ("E", (), (), "the EHCP"), ("E", ("support_plan",), (), "the EHCP"),
        ("K", ("support_plan",), (), ""), ("K", (), (), "the support plan"), ("N", (), (), ""),
        ("N", (), came(True), "the report that was received"), ("N", ("report",), came(True), ""), ("N", (), came(False, None), ""),
        ("N", ("report",), came(True, True), "the report that was received"),
        ("E", (), came(True), "the EHCP and the report that was received"),
    ],
)  # fmt: skip
def test_the_papers_behind_the_plan_are_listed(
    a_document: Make, status: str, papers: tuple[str, ...], attendees: Any, wants: str
) -> None:
    answers = {"sen_provision": "Speech.", "documents": tuple(map(paper, papers)) or None, "attendees": attendees}
    found = told(a_document(answers, {"sen_status": status}), "RD-238")
    message = f"Please add {wants} as a file, or list it among the documents with where it lies."
    assert found == ([("HB-5.5", "documents", "warning", message)] if wants else [])


@pytest.mark.parametrize(("status", "kinds", "wants"), [
    ("E", ("ehcp",), ""), ("K", ("support_plan",), ""), ("E", ("support_plan", "work"), "the EHCP"), ("K", (), "the support plan"),
])
def test_a_plan_that_is_kept_as_a_file_needs_no_line_in_the_list(
    a_document: Make, status: str, kinds: tuple[str, ...], wants: str
) -> None:
    papers = tuple(PaperFacts(number, kind, "A title", None, "application/pdf", 9, "Tess", TODAY, "C")
                   for number, kind in enumerate(kinds))
    document = replace(a_document({"sen_provision": "Speech.", "documents": None}, {"sen_status": status}), papers=papers)
    found = told(document, "RD-238")
    assert [wants in message for _, _, _, message in found] == ([True] if wants else []) and "A title" not in str(found)


def test_a_form_that_asks_for_no_documents_misses_none(a_document: Make) -> None:
    document = a_document()
    older = replace(document, answers={key: value for key, value in document.answers.items() if key != "documents"},
                    switches=document.switches | {"has_ehcp", "sen_any"})
    assert told(older, "RD-238") == []


@pytest.mark.parametrize(("due_on", "look_on", "next_on", "warned"), [
    (date(2025, 4, 4), None, date(2025, 2, 12), True), (date(2025, 4, 4), date(2025, 2, 12), date(2025, 2, 12), False),
    (date(2025, 4, 4), date(2025, 2, 13), date(2025, 2, 12), True), (date(2025, 2, 12), None, date(2025, 2, 12), False),
    (None, None, date(2025, 2, 12), False), (date(2025, 4, 4), None, None, False),
])
def test_a_target_that_runs_past_the_next_pep_is_looked_at_on_the_way(
    a_document: Make, due_on: date | None, look_on: date | None, next_on: date | None, warned: bool
) -> None:
    first, *others = a_document().targets
    document = a_document(answers={"next_pep_on": next_on}, targets=(replace(first, due_on=due_on, look_on=look_on), *others),
                          next_pep_on=next_on)
    found = [(each.row, each.code, each.severity) for each in check_part(document, Part.EDUCATION, today=TODAY)
             if each.check == "RD-229"]
    assert found == ([(str(first.id), "HB-5.8", "warning")] if warned else [])


@pytest.mark.parametrize(
    ("figures", "says"),
    [
        ((90, 80, 2, None), "8 sessions are neither attended nor missed."),
        ((90, 80, None, 9), "1 session is neither attended nor missed."),
        ((90, 80, 4, 6), ""),
        ((90, 80, None, None), ""),  # nothing was said of those missed
        ((90, 80, 20, 0), ""),  # too many is RD-207's
        ((90, None, 2, 0), ""),
        ((None, 80, 2, 0), ""),
    ],
)
def test_sessions_that_are_neither_attended_nor_missed_are_asked_about(a_document: Make, figures: Any, says: str) -> None:
    row = dict(zip(("possible", "present", "authorised", "unauthorised"), figures, strict=True), id=4,
               figures_to=date(2024, 11, 15))
    rest = " Look at the figures once more: attended and missed together make those that were possible."
    assert told(a_document({"attendance": (row,)}), "RD-241") == (
        [("HB-4.1", "attendance", "warning", says + rest)] if says else [])


@pytest.mark.parametrize(
    ("outcome", "then", "asked"),
    [("MET", "keep", True), ("OVER", "keep", True), ("MET", "close", False), ("MOST", "keep", False), ("OVER", "change", False)],
)
def test_a_target_that_was_achieved_and_goes_on_is_asked_about(a_document: Make, outcome: str, then: str, asked: bool) -> None:
    document = a_document(reviews=(replace(REVIEW, outcome=outcome, next=then),))
    message = ("The last target “Sam will write 100 words about a trip...” was achieved, and yet it is to go on. "
               "If more is to be reached, choose “Change it”; if not, “Close it”.")
    assert told(document, "RD-242") == ([("HB-5.7", "target_reviews", "warning", message)] if asked else [])
