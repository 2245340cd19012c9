"""RD-217 and P2.43: every subject that is asked at the child's age has its line, which says how the child stands where it must."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from pep_admin.pep_form import FORM, Document
from pep_admin.validators.attainment import check_judgements, check_subjects, subjects_missing
from pep_admin.validators.peps import check_part, check_posted
from pep_admin.vocabulary import Part
from tests.unit.conftest import TODAY

Make = Callable[..., Document]


def line(subject: str, current: str = "Expected", on_track: str | None = "ON") -> dict[str, Any]:
    return {"id": None, "subject": subject, "current": current, "expected": None, "target": None, "on_track": on_track}


def told(document: Document) -> list[tuple[str, str, str, str, str]]:
    return [(each.check, each.code, each.severity, each.field, each.message) for each in check_subjects(document)]


@pytest.mark.parametrize(("subjects", "named"), [
    ((), "Reading, Writing and Maths"), (("Maths",), "Reading and Writing"), (("Reading", "Writing", "Science"), "Maths"),
])
def test_the_subjects_that_are_missing_are_named(a_document: Make, subjects: tuple[str, ...], named: str) -> None:
    document = a_document({"attainment": tuple(line(each) for each in subjects)})
    assert told(document) == [("RD-217", "HB-4.1", "blocking", "attainment", f"Attainment is missing for {named}.")]
    assert [each.check for each in check_part(document, Part.EDUCATION, today=TODAY) if each.field == "attainment"] == ["RD-217"]


def test_all_there_is_nothing_to_say(a_document: Make) -> None:
    assert told(a_document({"attainment": tuple(line(each) for each in ("reading", "Writing", "Mathematics"))})) == []


def grown(document: Document, group: str) -> Document:
    return replace(document, child=replace(document.child, year_group=group))


def test_after_year_11_what_is_passed_is_asked_no_more_but_something_is(a_document: Make) -> None:
    def asked(**answers: Any) -> list[str]:
        facts = {"year_group": "12"}
        return [each[-1] for each in told(grown(a_document({"attainment": (), **answers}, facts, phase="P16"), "12"))]

    passed = ({"id": "q", "subject": "English", "level": "GCSE", "grade": "5", "year": "2024"},)
    assert asked() == ["Attainment is missing for English and Maths."]
    assert asked(qualifications_held=passed) == ["Attainment is missing for Maths."]
    nothing_else = "Attainment is missing. Add a line for each subject."
    assert asked(qualifications_held=passed, maths_exception_kind="grade_4") == [nothing_else]
    assert asked(qualifications_held=passed, maths_exception_kind="other") == ["Attainment is missing for Maths."]
    done = {"qualifications_held": passed, "maths_exception_kind": "grade_4", "attainment": (line("Bricklaying", "Pass"),)}
    assert asked(**done) == []


def test_what_is_not_asked_is_not_missed(a_document: Make) -> None:
    document = a_document()
    answers = {key: value for key, value in document.answers.items() if key != "attainment"}
    assert told(replace(document, answers=answers)) == []


def test_lines_of_a_page_take_the_place_of_those_that_stand(a_document: Make) -> None:
    assert subjects_missing(a_document(), []) == ["Reading", "Writing", "Maths"]
    assert subjects_missing(a_document()) == []


@pytest.mark.parametrize(("row", "why"), [
    (line("Reading", "Expected", None), "Choose how Reading is against the age."),
    (line("Science", "Expected", None), ""), (line("Science", "Band 7"), ""),
    (line("Science", "Band 7", None), "“Band 7” is kept as your own scale has it. Choose beside it how that is against the age."),
])
def test_a_line_that_must_say_how_the_child_stands_is_told_at_its_column(a_document: Make, row: dict[str, Any], why: str) -> None:
    rows = (line("Maths"), row)
    found = list(check_judgements(a_document(), rows))
    wanted = [("RD-217", "HB-4.1", "blocking", "attainment", f"Line 2 of “Attainment”: {why}", "1-on_track")] if why else []
    assert [(each.check, each.code, each.severity, each.field, each.message, each.row) for each in found] == wanted
    field = FORM.field("attainment")
    assert check_posted(a_document(), {field.key: field}, {field.key: rows}, today=TODAY) == found
