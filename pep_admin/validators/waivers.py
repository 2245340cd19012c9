"""Which gates the head may open for one PEP and which nobody may, each with its reason; and what an opened gate becomes: a warning.

A gate is a check in its place: its field, and its row where it is about a row. What is not named here cannot be waived. Who waives
and when it ends is workflow/waivers.py's.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import NamedTuple

from pep_admin.deadlines import format_day
from pep_admin.validators.findings import Finding

VOICE_CHECKS = {"child": "RD-202", "carer": "RD-308", "social worker": "RD-309"}
"""By which check of the readiness list each voice is missed."""

WAIVABLE: Mapping[str, tuple[str, str]] = {
    "RD-001": ("A writer whom mail reaches", "The Virtual School can write the school's part itself, or hand it over by telephone"),
    "RD-003": ("Changes that were asked for", "What was asked for may turn out not to be there to be had"),
    "RD-101": ("Part 1 confirmed for this term", "The social worker may be away while the meeting cannot wait"),
    "RD-102": ("Answers of Part 1", "An answer may be unknown for a good reason, and the child's plan is still worth having"),
    "RD-104": ("Who gets reports and slips", "It may be settled only at the next care review"),
    "RD-201": ("Answers of Part 2", "An answer may be unknown for a good reason, and the child's plan is still worth having"),
    "RD-202": ("The child's own words", "HB-4.6 leaves it to the head when a child truly cannot be heard"),
    "RD-204": ("Who listened to the child, and when", "Somebody may have listened who cannot be asked any more"),
    "RD-211": ("Details of a suspension", "The other school may not have told them yet"),
    "RD-215": ("The special need and its plan", "The plan may not have come yet from another authority"),
    "RD-217": ("Attainment", "A child who has just come to the country or the school may not have been assessed"),
    "RD-221": ("The last targets looked back on", "Who worked on them may have left, or the child was out of school"),
    "RD-223": ("A target for English", "HB-5.1 knows exceptional circumstances"),
    "RD-224": ("A target for Maths", "HB-5.1 knows exceptional circumstances"),
    "RD-225": ("The pieces of a target", "A first target may have to do before its starting point is known"),
    "RD-226": ("A blank left in a target", "What reads like a blank may be the child's own word"),
    "RD-228": ("The date of a target", "A target may have to run past the year, as with a course of two years"),
    "RD-231": ("A target that answers the SDQ", "Another service may be at work on it already"),
    "RD-301": ("The meeting", "There may be no meeting before the child must have a plan"),
    "RD-302": ("Answers of Part 3", "An answer may be unknown for a good reason, and the child's plan is still worth having"),
    "RD-307": ("How the child took part", "Nobody may be left who knows"),
    "RD-308": ("The carer's own words", "HB-4.6 leaves it to the head when a carer truly cannot be heard, or there is none"),
    "RD-309": ("The social worker's own words", "HB-4.6 leaves it to the head when nobody holds the case"),
    "RD-311": ("Who does what by when", "It may be settled only after the meeting"),
    "RD-313": ("The date of the next PEP", "It may hang on a court or a move that nobody can date"),
    "SMART-short": ("The wording of a target", "A very young child's target may be three words long"),
    "REL-satisfactory": ("A satisfactory PEP before the money", "A child need not wait for help because a form was written thinly"),
}
"""Checks whose gate the head may open: what the gate is called in lists, and why it may be opened."""

NEVER: Mapping[str, str] = {
    "RD-103": "Who holds parental responsibility is the law's to say. Write what is known, even that it is being found out.",
    "RD-106": "The SDQ is statutory. A reason in its place is what the law knows, and it has its own box.",
    "RD-111": "The address is withheld to keep the child safe. Take it out.",
    "RD-207": "Figures that contradict themselves are put right, not let pass.",
    "RD-314": "A date before the meeting it follows contradicts itself. Put it right, or say why there is none.",
    "RD-316": "A signature says who answers for a part. The Virtual School may sign for somebody, with its reason.",
    "RD-401": "Money that serves no target cannot be judged by what it does.",
    "RD-402": "What is not costed cannot be paid.",
    "RD-403": "The limit of the grant is not the Virtual School's to lift.",
    "RD-404": "Money for nursery children is the Early Years Team's.",
    "RD-405": "What the grant never pays for, no one can allow.",
    "PPG-stage": "Money is asked for under what it is for. Choose another category.",
    "PPG-payee": "Somebody has to be paid.",
    "PPG-provider": "Who gives the help is part of what is asked for.",
    "PPG-when": "What is paid for has its time.",
    "PPG-measure": "Money that is held against no measure cannot be judged by what it does.",
    "PPG-more": "The grant pays for what is more than every pupil gets.",
    "PPG-other-money": "What others pay for is asked of them first. That nothing else was there is an answer.",
    "PPG-effect-sum": "Sums that contradict themselves are put right, not let pass.",
    "MEET-hour": "An hour that the clocks leave out does not exist. Enter another.",
    "MEET-link": "A link opens a call to whoever reads the record later. Take it out.",
    "MEET-span": "A day outside the PEP's time is a slip of the pen.",
    "QA-status": "A status moves by its own step alone.",
    "QA-grade": "The grade is the reviewer's own word.",
    "QA-feedback": "School and social worker are owed the feedback.",
    "QA-improve": "School and social worker are owed word of what to improve.",
    "QA-sections": "Tick what has to change, or take the ticks away.",
    "QA-red": "Who finds a Red PEP good enough to sign off grades it better, and says so.",
    "REL-status": "A status moves by its own step alone.",
    "REL-complete": "Money follows a PEP that is signed off: sign it off first.",
    "REL-two-people": "No one pays out alone what they approved. The head may, with a reason that stays in the ledger.",
    "REL-payee": "Without a finance reference there is nowhere to pay to.",
    "REL-in-care": "The grant is for children in care.",
}
"""Checks that no one may waive, and what to do instead."""

NEVER_BY_RULE: Mapping[str, str] = {
    "HB-6.1": NEVER["RD-403"],
    "HB-6.2": NEVER["RD-403"],
    "HB-6.3": NEVER["RD-404"],
    "HB-6.4": NEVER["RD-405"],
    "HB-6.5": NEVER["RD-401"],
    "HB-6.6": NEVER["RD-402"],
}
DATA = "This is what the record needs in order to hold together. Put it right."
"""Why no DATA- rule can be waived."""
UNKNOWN = "This cannot be waived."

LISTING = frozenset({"RD-102", "RD-201", "RD-225", "RD-226", "RD-228", "RD-302", "RD-311", "SMART-short"})
"""Checks whose sentence tells what stands there: a waiver holds for the words or gaps that the head read, for no others."""


class Gate(NamedTuple):
    """Where a finding stands in the way: its check, field and row ("" for none). A voice is one gate, wherever it is missed."""

    check: str
    field: str = ""
    row: str = ""


@dataclass(frozen=True, slots=True)
class WaiverFacts:
    """A waiver that stands: its gate, the sentence that was let pass, by whom (a name), on which day, and why ("" for a reader
    who may not read the reason).
    """

    gate: Gate
    sentence: str
    by: str
    on: date
    reason: str = ""


def gate_of(finding: Finding) -> Gate:
    """The gate at which a finding stands."""
    if finding.check in VOICE_CHECKS.values():
        return Gate(finding.check)
    return Gate(finding.check, finding.field, finding.row)


def why_never(finding: Finding) -> str:
    """Why the gate of that finding cannot be waived, as a sentence; "" where the head may."""
    if finding.check in NEVER:
        return NEVER[finding.check]
    if finding.code.startswith("DATA-"):
        return DATA
    if finding.code in NEVER_BY_RULE:
        return NEVER_BY_RULE[finding.code]
    return "" if finding.check in WAIVABLE else UNKNOWN


def may_waive(finding: Finding) -> bool:
    """Whether the head may let that finding pass: it stops something, and its gate is one that opens."""
    return finding.severity != "warning" and why_never(finding) == ""


def let_pass(findings: Iterable[Finding], waivers: Sequence[WaiverFacts]) -> list[Finding]:
    """The findings in their order, those that a waiver lets pass as warnings that say by whom, when and why."""
    return [_passed(finding, waivers) for finding in findings]


def _passed(finding: Finding, waivers: Sequence[WaiverFacts]) -> Finding:
    if not may_waive(finding):
        return finding
    waiver = next((each for each in waivers if _holds(each, finding)), None)
    return finding if waiver is None else replace(finding, severity="warning", message=_told(waiver, finding))


def _holds(waiver: WaiverFacts, finding: Finding) -> bool:
    same = waiver.gate == gate_of(finding)
    return same and (finding.check not in LISTING or waiver.sentence == finding.message)


def _told(waiver: WaiverFacts, finding: Finding) -> str:
    why = f": “{waiver.reason}”" if waiver.reason else "."
    return f"Waived by {waiver.by} on {format_day(waiver.on)}{why} What was let pass: {finding.message}"
