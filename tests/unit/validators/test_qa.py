"""A grading: what it must say, and when a PEP may be accepted."""

from __future__ import annotations

from typing import Any

import pytest

from pep_admin.pep_form import FORM
from pep_admin.validators.findings import Finding
from pep_admin.validators.qa import check_grading
from pep_admin.vocabulary import Decision, Grade, PepStatus

BLOCKING = Finding("RD-223", "HB-5.1", "english_exception", "There is no English target.", part="education")
VOICE = Finding("RD-202", "HB-4.6", "child_voice_good", "Sam's voice is missing.", "signoff", "education")
OTHER_SIGNOFF = Finding("RD-999", "HB-7.1", "x", "Something else is open.", "signoff")
WARNING = Finding("RD-230", "HB-5.3", "targets", "All targets are about schoolwork.", "warning")


def judged(**changes: Any) -> list[tuple[str, str, str]]:
    grading: dict[str, Any] = {
        "grade": Grade.GREEN, "decision": Decision.ACCEPT, "feedback": "Clear targets.", "improve": "",
        "status": PepStatus.SUBMITTED, "readiness": [WARNING], "attempts_accepted": False,
    }  # fmt: skip
    findings = check_grading(**{**grading, **changes})
    assert all(finding.severity == "blocking" for finding in findings)
    return [(finding.check, finding.code, finding.field) for finding in findings]


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"grade": Grade.GOLD},
        {"grade": Grade.AMBER, "improve": "Measure the maths target."},
        {"grade": Grade.RED, "improve": "Write the voice down.", "decision": Decision.RETURN},
        {"grade": Grade.RED, "improve": "As said.", "decision": Decision.RETURN, "readiness": [BLOCKING, VOICE]},
        {"grade": None, "decision": Decision.ASK, "feedback": "Which test is it?"},
        {"grade": Grade.AMBER, "decision": Decision.ASK, "feedback": "Which test is it?"},
        {"readiness": [VOICE], "attempts_accepted": True},
        {"readiness": [], "attempts_accepted": True},
        {"grade": Grade.RED, "improve": "As said.", "decision": Decision.RETURN, "sections": {"voice", "targets"}, "form": FORM},
    ],
)
def test_a_whole_grading(changes: dict[str, Any]) -> None:
    assert judged(**changes) == []


@pytest.mark.parametrize(
    ("changes", "finding"),
    [
        ({"status": PepStatus.IN_PROGRESS}, ("QA-status", "HB-7.1", "")),
        ({"status": PepStatus.COMPLETE}, ("QA-status", "HB-7.1", "")),
        ({"grade": None}, ("QA-grade", "HB-7.2", "grade")),
        ({"grade": None, "decision": Decision.RETURN}, ("QA-grade", "HB-7.2", "grade")),
        ({"feedback": " "}, ("QA-feedback", "HB-7.2", "feedback")),
        ({"feedback": "", "decision": Decision.ASK}, ("QA-feedback", "HB-7.2", "feedback")),
        ({"grade": Grade.AMBER}, ("QA-improve", "HB-7.2", "improve")),
        ({"grade": Grade.RED, "decision": Decision.RETURN, "improve": " "}, ("QA-improve", "HB-7.2", "improve")),
        ({"grade": Grade.RED, "improve": "All of it."}, ("QA-red", "HB-7.2", "decision")),
        ({"sections": {"voice"}, "form": FORM}, ("QA-sections", "HB-7.1", "sections")),
        ({"sections": {"voice"}, "form": FORM, "decision": Decision.ASK}, ("QA-sections", "HB-7.1", "sections")),
        ({"sections": {"voice"}, "form": FORM, "decision": Decision.RETURN, "together": 2}, ("QA-sections", "HB-7.1", "sections")),
        ({"sections": {"voice", "x"}, "form": FORM, "decision": Decision.RETURN}, ("QA-sections", "HB-7.1", "sections")),
        ({"sections": {"voice"}, "decision": Decision.RETURN}, ("QA-sections", "HB-7.1", "sections")),
        ({"readiness": [BLOCKING]}, ("RD-223", "HB-5.1", "decision")),
        ({"readiness": [BLOCKING], "attempts_accepted": True}, ("RD-223", "HB-5.1", "decision")),
        ({"readiness": [VOICE]}, ("RD-202", "HB-4.6", "attempts_accepted")),
        ({"readiness": [OTHER_SIGNOFF], "attempts_accepted": True}, ("RD-999", "HB-7.1", "attempts_accepted")),
        ({"readiness": [VOICE, OTHER_SIGNOFF], "attempts_accepted": True}, ("RD-999", "HB-7.1", "attempts_accepted")),
    ],
)
def test_one_thing_stands_against_it(changes: dict[str, Any], finding: tuple[str, str, str]) -> None:
    assert judged(**changes) == [finding]


def sentence(**changes: Any) -> str:
    grading: dict[str, Any] = {
        "grade": Grade.GREEN, "decision": Decision.ACCEPT, "feedback": "Clear.", "improve": "",
        "status": PepStatus.SUBMITTED, "readiness": [], "attempts_accepted": False,
    }  # fmt: skip
    (finding,) = check_grading(**{**grading, **changes})
    return finding.message


def test_the_sentences_fit_the_decision() -> None:
    assert sentence(feedback="").startswith("Write feedback")
    assert sentence(feedback="", decision=Decision.ASK) == "Write the question."
    assert sentence(readiness=[VOICE]).startswith("Sam's voice is missing. To sign it off, confirm")
    assert sentence(readiness=[OTHER_SIGNOFF]) == "It cannot be signed off yet. Something else is open."


def test_a_refusal_repeats_what_is_open() -> None:
    (finding,) = check_grading(
        grade=Grade.GOLD, decision=Decision.ACCEPT, feedback="Good.", improve="", status=PepStatus.SUBMITTED,
        readiness=[BLOCKING], attempts_accepted=False,
    )  # fmt: skip
    assert finding.message == "It cannot be signed off yet. There is no English target."
    assert finding.part == "education"
