"""Which gates the head may open and which no one may, and what an opened gate becomes. Each line by hand from the handbook."""

from __future__ import annotations

import ast
import re
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from pep_admin.validators.findings import Finding, Severity, blocking, stopping_signoff
from pep_admin.validators.waivers import NEVER, WAIVABLE, Gate, WaiverFacts, gate_of, let_pass, may_waive, why_never

ROOT = Path(__file__).parents[3] / "pep_admin"
JUDGES = [each for each in ROOT.glob("validators/*.py") if each.stem != "waivers"] + [ROOT / "workflow" / "delegation.py"]
NAMES = re.compile(r"(RD|QA|REL|SMART|PPG|MEET|ATTEND|GOLD)-[\w-]+")
ADVICE = {
    "RD-107", "RD-205", "RD-208", "RD-209", "RD-210", "RD-212", "RD-222", "RD-227", "RD-229", "RD-230", "RD-232", "RD-240",
    "RD-241", "RD-242",
    "RD-303", "RD-304", "RD-305", "RD-306", "RD-315", "RD-406",
    "RD-002", "RD-105", "RD-108", "RD-110", "RD-112", "RD-213", "RD-214", "RD-216", "RD-219", "RD-220", "RD-235", "RD-236",
    "RD-237", "RD-238", "RD-239", "RD-312", "RD-004", "RD-203", "RD-206", "RD-218", "RD-233", "RD-234", "RD-310", "MEET-part1",
    "MEET-plan", "MEET-late", "MEET-two", "MEET-full",
    "RD-407", "RD-408", "RD-409", "RD-410", "PPG-local", "PPG-change", "SMART-whose",
    "PPG-name", "ATTEND-open", "SMART-vague", "SMART-time", "SMART-several", "REL-moved",
    "GOLD-Q02", "GOLD-Q03", "GOLD-Q04", "GOLD-Q05", "GOLD-Q06", "GOLD-Q07", "GOLD-Q09", "GOLD-Q11", "GOLD-Q13", "GOLD-Q14",
    "GOLD-Q16", "GOLD-Q17", "GOLD-Q18", "GOLD-Q21", "GOLD-Q22", "GOLD-Q23", "GOLD-Q25",
}
"""Checks that only ever warn: nothing is held up by them, so nothing is waived."""

NO_MATHS = Finding("RD-224", "HB-5.1", "maths_exception", "There is no Maths target.", part="education")
NO_MEASURE = Finding("RD-225", "HB-5.2", "success_measure", "Target 2 has no measure.", part="education", row="17")
NO_CARER = Finding("RD-308", "HB-4.6", "carer_voice", "The carer's voice is missing.", "signoff", "meeting")


def waiver(finding: Finding, reason: str = "A tutor begins in May") -> WaiverFacts:
    return WaiverFacts(gate_of(finding), finding.message, "Hanna Amt", date(2024, 11, 18), reason)


def named_in(path: Path) -> set[str]:
    texts = (each.value for each in ast.walk(ast.parse(path.read_text(encoding="utf-8"))) if isinstance(each, ast.Constant))
    return {text for text in texts if isinstance(text, str) and NAMES.fullmatch(text)}


# --- which gates -----------------------------------------------------------------------------------------------------------


def test_every_check_that_can_stop_a_pep_was_thought_about_once() -> None:
    named = {check for judge in JUDGES for check in named_in(judge)}
    assert named - ADVICE - set(WAIVABLE) - set(NEVER) == set()
    assert set(WAIVABLE) & set(NEVER) == set() and (set(WAIVABLE) | set(NEVER)) & ADVICE == set()


def test_each_has_its_name_and_its_reason() -> None:
    assert all(name and why for name, why in WAIVABLE.values()) and all(NEVER.values())
    assert len({name for name, _ in WAIVABLE.values()}) == len(WAIVABLE)


@pytest.mark.parametrize(
    ("check", "code"),
    [
        ("RD-001", "HB-2.2"), ("RD-102", "HB-7.1"), ("RD-104", "HB-3.7"), ("RD-201", "HB-7.1"), ("RD-202", "HB-4.6"),
        ("RD-204", "HB-3.14"), ("RD-215", "HB-4.2"), ("RD-217", "HB-4.1"), ("RD-221", "HB-5.7"), ("RD-223", "HB-5.1"),
        ("RD-224", "HB-5.1"), ("RD-225", "HB-5.2"), ("RD-226", "HB-5.2"), ("RD-228", "HB-5.2"), ("RD-231", "HB-4.7"),
        ("RD-301", "HB-2.5"), ("RD-302", "HB-7.1"), ("RD-307", "HB-3.5"), ("RD-308", "HB-4.6"), ("RD-309", "HB-4.6"),
        ("RD-311", "HB-3.9"), ("RD-313", "HB-1.7"), ("SMART-short", "HB-5.2"), ("REL-satisfactory", "HB-6.7"),
    ],
)
def test_the_head_may_open_this_gate(check: str, code: str) -> None:
    for severity in ("blocking", "signoff"):
        assert may_waive(Finding(check, code, "somewhere", "Stop.", severity)), check


@pytest.mark.parametrize(
    ("check", "code", "because"),
    [
        ("RD-403", "HB-6.1", "limit of the grant"), ("RD-403", "HB-6.2", "limit of the grant"),
        ("RD-405", "HB-6.4", "never pays for"),
        ("RD-404", "HB-6.3", "Early Years"), ("RD-402", "HB-6.6", "costed"), ("RD-401", "HB-6.5", "no target"),
        ("RD-225", "HB-6.5", "no target"), ("RD-103", "HB-3.7", "law"), ("RD-106", "HB-4.7", "statutory"),
        ("RD-111", "HB-3.11", "safe"),
        ("RD-207", "HB-4.1", "contradict"), ("RD-314", "HB-1.7", "contradicts"), ("RD-316", "HB-2.6", "signature"),
        ("RD-301", "DATA-dates", "Put it right"), ("MEET-span", "DATA-meeting", "slip"), ("PEP-day", "DATA-dates", "Put it right"),
        ("status", "DATA-status", "Put it right"), ("QA-status", "HB-7.1", "status"), ("QA-red", "HB-7.2", "grades it better"),
        ("QA-grade", "HB-7.2", "reviewer"), ("QA-feedback", "HB-7.2", "owed"), ("QA-improve", "HB-7.2", "owed"),
        ("REL-status", "HB-6.7", "status"), ("REL-complete", "HB-6.7", "signed off"),
        ("REL-two-people", "DATA-two-people", "ledger"),
        ("REL-payee", "DATA-payee", "finance reference"), ("REL-in-care", "DATA-in-care", "in care"),
        ("PPG-payee", "HB-6.7", "paid"), ("RD-999", "HB-7.1", "cannot be waived"),
    ],
)
def test_no_one_may_open_this_gate(check: str, code: str, because: str) -> None:
    finding = Finding(check, code, "somewhere", "Stop.")
    assert not may_waive(finding) and because in why_never(finding)
    assert let_pass([finding], [waiver(finding)]) == [finding], "and a waiver of it, however it came there, opens nothing"


def test_what_only_warns_is_not_waived() -> None:
    assert not may_waive(replace(NO_MATHS, severity="warning"))


# --- what an opened gate becomes ---------------------------------------------------------------------------------------------


def test_a_waived_gate_is_a_warning_that_says_by_whom_when_and_why() -> None:
    [passed] = let_pass([NO_MATHS], [waiver(NO_MATHS)])
    told = "Waived by Hanna Amt on 18 Nov 2024: “A tutor begins in May” What was let pass: There is no Maths target."
    assert passed == replace(NO_MATHS, severity="warning", message=told)


def test_who_may_not_read_the_reason_is_told_by_whom_and_when() -> None:
    [passed] = let_pass([NO_MATHS], [waiver(NO_MATHS, reason="")])
    assert passed.message == "Waived by Hanna Amt on 18 Nov 2024. What was let pass: There is no Maths target."


@pytest.mark.parametrize(
    "other",
    [
        replace(NO_MEASURE, row="18", message="Target 3 has no measure."),  # another target's
        replace(NO_MEASURE, field="need", message="Target 2 has no need."),  # another piece of the same target
        replace(NO_MEASURE, message="Target 2 has no measure and no date."),  # more is missing than was let pass
        replace(NO_MEASURE, check="RD-226"),  # another gate in the same place
    ],
)
def test_a_waiver_opens_its_own_gate_alone(other: Finding) -> None:
    assert let_pass([NO_MEASURE, other], [waiver(NO_MEASURE)])[1] == other
    assert let_pass([NO_MEASURE, other], [waiver(NO_MEASURE)])[0].severity == "warning"


def test_the_same_sentence_in_another_place_is_another_gate() -> None:
    blank = Finding("RD-226", "HB-5.2", "need", "There is still a blank left in.", part="education", row="17")
    others = [replace(blank, row="18"), replace(blank, field="baseline")]
    assert let_pass([blank, *others], [waiver(blank)])[1:] == others


@pytest.mark.parametrize(("check", "field", "read", "now"), [
    ("RD-226", "outcome", "Target 1 still has a blank left in: “XXXX”.", "Target 1 still has a blank left in: “______”."),
    ("RD-228", "due_on", "Target 1 is due on 01 Dec 2025.", "Target 1 is due on 01 Jan 2040."),
    ("SMART-short", "outcome", "Target 1: “Read more” is too short.", "Target 1: “Be good” is too short."),
])
def test_a_waiver_is_of_the_words_that_the_head_read(check: str, field: str, read: str, now: str) -> None:
    was = Finding(check, "HB-5.2", field, read, part="education", row="17")
    assert let_pass([was], [waiver(was)])[0].severity == "warning"
    changed = replace(was, message=now)
    assert let_pass([changed], [waiver(was)]) == [changed]


@pytest.mark.parametrize("severity", ["blocking", "signoff"])
def test_a_voice_is_one_gate_wherever_it_is_missed_and_however_it_is_said(severity: Severity) -> None:
    at_release = Finding("RD-308", "HB-4.6", "", "The carer's voice is missing from the PEP. The money waits.")
    assert gate_of(NO_CARER) == gate_of(at_release) == Gate("RD-308")
    for stop in (replace(NO_CARER, severity=severity, message="Said otherwise."), at_release):
        assert let_pass([stop], [waiver(NO_CARER)])[0].severity == "warning"
    assert let_pass([replace(NO_CARER, check="RD-309")], [waiver(NO_CARER)])[0].severity == "signoff", "another voice waits"


def test_the_others_keep_their_place() -> None:
    first, last = Finding("RD-313", "HB-1.7", "next_pep_on", "No date."), Finding("RD-316", "HB-2.6", "", "Not signed.")
    found = let_pass([first, NO_MATHS, last], [waiver(NO_MATHS)])
    assert (found[0], found[2]) == (first, last) and found[1].check == "RD-224"


def test_what_stops_sign_off_is_more_than_what_stops_the_record() -> None:
    found = [NO_MATHS, NO_CARER, replace(NO_MEASURE, severity="warning")]
    assert stopping_signoff(found) == [NO_MATHS, NO_CARER] and blocking(found) == [NO_MATHS]
