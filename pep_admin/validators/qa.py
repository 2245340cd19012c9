"""What a grading must hold before it counts (HB-7.1, HB-7.2, HB-4.6). How good a PEP is, is the reviewer's judgement."""

from __future__ import annotations

from collections.abc import Iterator

from pep_admin.circumstances import said
from pep_admin.validators.findings import Finding, blocking
from pep_admin.vocabulary import Decision, Grade, PepStatus


def check_grading(
    *,
    grade: Grade | None,
    decision: Decision,
    feedback: str,
    improve: str,
    status: PepStatus,
    readiness: list[Finding],
    attempts_accepted: bool,
) -> list[Finding]:
    """Everything that stands against this grading, each blocking; `readiness` is what check_readiness found on the PEP.

    Accepting needs every gate closed. Voices that could not be had ("signoff") may be accepted by saying so in
    `attempts_accepted`; the money still waits (HB-4.6).
    """
    return [
        *_status(status),
        *_words(grade, decision, feedback, improve),
        *(_gates(grade, readiness, attempts_accepted) if decision is Decision.ACCEPT else ()),
    ]


def _status(status: PepStatus) -> Iterator[Finding]:
    if status is not PepStatus.SUBMITTED:
        message = f"Only a PEP that was sent to the Virtual School can be graded; this one is “{status.label}”."
        yield Finding("QA-status", "HB-7.1", "", message)


def _words(grade: Grade | None, decision: Decision, feedback: str, improve: str) -> Iterator[Finding]:
    if grade is None and decision is not Decision.ASK:
        yield Finding("QA-grade", "HB-7.2", "grade", "Choose a grade: Gold, Green, Amber or Red.")
    if not said(feedback):
        what = "Write the question." if decision is Decision.ASK else "Write feedback: school and social worker read it."
        yield Finding("QA-feedback", "HB-7.2", "feedback", what)
    if grade in (Grade.AMBER, Grade.RED) and decision is not Decision.ASK and not said(improve):
        message = "Say how it can be improved; an Amber or Red PEP needs that."
        yield Finding("QA-improve", "HB-7.2", "improve", message)


def _gates(grade: Grade | None, readiness: list[Finding], attempts_accepted: bool) -> Iterator[Finding]:
    if grade is Grade.RED:
        yield Finding("QA-red", "HB-7.2", "decision", "A Red PEP cannot be signed off. Send it back, with what has to change.")
    for finding in blocking(readiness):
        message = f"It cannot be signed off yet. {finding.message}"
        yield Finding(finding.check, finding.code, "decision", message, part=finding.part, row=finding.row)
    for finding in readiness:
        if finding.severity == "signoff" and not (finding.code == "HB-4.6" and attempts_accepted):
            message = _signoff_message(finding)
            yield Finding(finding.check, finding.code, "attempts_accepted", message, part=finding.part, row=finding.row)


def _signoff_message(finding: Finding) -> str:
    if finding.code != "HB-4.6":
        return f"It cannot be signed off yet. {finding.message}"
    return f"{finding.message} To sign it off, confirm that you accept the attempts; or send it back."
