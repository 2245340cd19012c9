"""What a grading must hold before it counts (HB-7.1, HB-7.2, HB-4.6). How good a PEP is, is the reviewer's judgement."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from pep_admin.circumstances import said
from pep_admin.pep_form import Form
from pep_admin.validators.findings import Finding, blocking
from pep_admin.validators.reopening import may_be_named
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
    sections: Collection[str] = (),
    form: Form | None = None,
    together: int = 1,
) -> list[Finding]:
    """Everything that stands against this grading, each blocking; `readiness` is what check_readiness found on the PEP.

    Accepting needs every gate closed. Voices that could not be had ("signoff") may be accepted by saying so in
    `attempts_accepted`; the money still waits (HB-4.6). `sections` are what alone is sent back (HB-7.1), of that form; `together`
    is how many PEPs are graded at once.
    """
    return [
        *_status(status),
        *_words(grade, decision, feedback, improve),
        *(_sections(decision, sections, form, together) if sections else ()),
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


def _sections(decision: Decision, sections: Collection[str], form: Form | None, together: int) -> Iterator[Finding]:
    if decision is not Decision.RETURN:
        message = "You ticked sections that have to change, but the PEP is not sent back. Send it back, or take the ticks away."
        yield Finding("QA-sections", "HB-7.1", "sections", message)
    elif together > 1:
        message = "Several PEPs go back whole. To send back some sections alone, grade each PEP by itself."
        yield Finding("QA-sections", "HB-7.1", "sections", message)
    elif form is None or not set(sections) <= set(may_be_named(form)):
        yield Finding("QA-sections", "HB-7.1", "sections", "Choose from the sections of this PEP.")


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
