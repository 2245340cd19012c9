"""SMART targets: what one target lacks (check_target), what the set of them lacks; check_wording comes from wording.py.

Blocking are only blanks, missing pieces and impossible dates; how well something is worded is advice, given as a warning.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date
from typing import Protocol

from pep_admin.circumstances import explained, said, stands
from pep_admin.deadlines import format_day
from pep_admin.pep_form import EXCEPTION_KINDS, EXCEPTION_OTHER, Document, TargetFacts
from pep_admin.validators.findings import Finding
from pep_admin.validators.wording import MOST_QUOTED, is_measurable, left_open, unnamed
from pep_admin.validators.wording import check_wording as check_wording
from pep_admin.vocabulary import ChildAgrees, Part, PepKind, Subject, TargetArea

_EDUCATION = Part.EDUCATION.value


class TargetLike(Protocol):
    """What check_target reads; the Target row and TargetFacts fit."""

    @property
    def id(self) -> int: ...
    @property
    def area(self) -> str: ...
    @property
    def subject(self) -> str: ...
    @property
    def need(self) -> str: ...
    @property
    def outcome(self) -> str: ...
    @property
    def baseline(self) -> str: ...
    @property
    def success_measure(self) -> str: ...
    @property
    def due_on(self) -> date | None: ...
    @property
    def support_what(self) -> str: ...
    @property
    def support_who(self) -> str: ...
    @property
    def support_how_often(self) -> str: ...


# --- one target ------------------------------------------------------------------------------------------------------------

_PIECES = (
    ("need", "need"),
    ("outcome", "outcome"),
    ("baseline", "start (where the child is now)"),
    ("success_measure", "measure (how we will know)"),
    ("due_on", "date"),
    ("support_what", "support (what)"),
    ("support_who", "name of who gives the support"),
    ("support_how_often", "word on how often"),
)
_TEXTS = ("need", "baseline", "success_measure", "support_what", "support_who", "support_how_often")


def check_target(
    target: TargetLike, *, number: int, meeting_on: date | None, year_ends_on: date | None, child_names: Sequence[str] = (),
    opened_on: date | None = None,
) -> list[Finding]:
    """One target by itself: RD-225 its pieces, RD-226 blanks, RD-227 something to see, RD-228 its date, and advice on wording.

    `year_ends_on` is the last day it may be due: the end of the school year, or of the next PEP's term if that is later;
    `opened_on` the first where no meeting is (a PEP for money alone).
    `row` of each finding is the target's id.
    """
    found = [
        *_pieces(target, number),
        *_wording_of(target, number, child_names),
        *_blanks_elsewhere(target, number, child_names),
        *_due(target, number, meeting_on, year_ends_on, opened_on),
    ]
    return [replace(finding, part=_EDUCATION, row=str(target.id)) for finding in found]


def _pieces(target: TargetLike, number: int) -> Iterator[Finding]:
    missing = [(key, word) for key, word in _PIECES if not stands(getattr(target, key))]
    if missing:
        words = [f"no {word}" for _, word in missing]
        listed = ", ".join(words[:-1]) + (" and " if len(words) > 1 else "") + words[-1]
        yield Finding("RD-225", "HB-5.2", missing[0][0], f"Target {number} has {listed}.")


def _wording_of(target: TargetLike, number: int, names: Sequence[str]) -> Iterator[Finding]:
    """The wording's findings, less what the target says in its own fields: its measure and its date."""
    if not said(target.outcome):
        return
    measured = len(target.success_measure.split()) > 2 and is_measurable(unnamed(target.success_measure, names))
    for finding in check_wording(target.outcome, child_names=names, area=target.area, subject=target.subject):
        answered_by_measure = measured and finding.check in ("RD-227", "SMART-vague")
        answered_by_date = target.due_on is not None and finding.check == "SMART-time"
        if not answered_by_measure and not answered_by_date:
            yield replace(finding, message=f"Target {number}: {finding.message}")


def _blanks_elsewhere(target: TargetLike, number: int, names: Sequence[str]) -> Iterator[Finding]:
    for key in _TEXTS:
        text = getattr(target, key)
        if said(text) and (left_in := left_open(unnamed(text, names))):
            message = f"Target {number} still has a blank or a choice left in: “{left_in}”, in “{text[:MOST_QUOTED]}”."
            yield Finding("RD-226", "HB-5.2", key, message)


def _due(
    target: TargetLike, number: int, meeting_on: date | None, year_ends_on: date | None, opened_on: date | None
) -> Iterator[Finding]:
    due_on = target.due_on
    if due_on is None:
        return
    if meeting_on and due_on < meeting_on:
        message = f"Target {number} is due on {format_day(due_on)}, before the meeting on {format_day(meeting_on)}."
        yield Finding("RD-228", "HB-5.2", "due_on", message)
    elif opened_on and not meeting_on and due_on < opened_on:
        message = f"Target {number} is due on {format_day(due_on)}, before this PEP was opened on {format_day(opened_on)}."
        yield Finding("RD-228", "HB-5.2", "due_on", message)
    elif year_ends_on and due_on > year_ends_on:
        message = f"Target {number} is due on {format_day(due_on)}; {format_day(year_ends_on)} is the latest day it can be."
        yield Finding("RD-228", "HB-5.2", "due_on", message)


def check_progress_note(what: str, seen_on: date, *, opened_on: date, today: date) -> list[Finding]:
    """HB-5.8: a note on a target says something, and its day lies between the opening of the target's PEP and today."""
    found = []
    if not said(what):
        message = "Say what was seen: what the child does now, in figures where there are any."
        found.append(Finding("TARGET-note", "HB-5.8", "what", message))
    if not opened_on <= seen_on <= today:
        opened = f"the PEP was opened on {format_day(opened_on)}"
        message = f"{format_day(seen_on)} cannot be: {opened}, and today is {format_day(today)}."
        found.append(Finding("TARGET-note-day", "HB-5.8", "seen_on", message))
    return found


# --- the set ---------------------------------------------------------------------------------------------------------------


def check_target_set(document: Document) -> list[Finding]:
    """The targets together: RD-223, RD-224 English and Maths or why not, RD-230 balance, RD-231 a high SDQ answered,
    TARGET-child the child asked.

    The literacy and number targets of the early years count as English and Maths. A funding PEP needs one target of any kind.
    """
    if document.kind == PepKind.FUNDING:
        message = "There is no target yet. Extra money serves a target: add the one it is for."
        return [] if document.targets else [_of_set("RD-225", "HB-6.5", "targets", message)]
    return [*_english_and_maths(document), *_balance(document.targets), *_sdq_answered(document), *_child_asked(document)]


def _of_set(check: str, code: str, field: str, message: str) -> Finding:
    return Finding(check, code, field, message, part=_EDUCATION)


def _english_and_maths(document: Document) -> Iterator[Finding]:
    for check, subject in (("RD-223", Subject.ENGLISH), ("RD-224", Subject.MATHS)):
        field = f"{subject.value}_exception"
        has_one = any(target.subject == subject for target in document.targets)
        still_stands = any(each.subject == subject for each in document.exceptions)
        kind = document.answer(f"{field}_kind")
        if has_one or still_stands or explained(document.answer(field)):
            continue
        message = f"There is no {subject.label} target. Add one, or say why this term is an exception."
        if kind == EXCEPTION_OTHER:
            message = f"There is no {subject.label} target, for another reason than those listed. Say which, in a few words."
        elif kind:
            sort = dict(EXCEPTION_KINDS)[kind]
            message = f"There is no {subject.label} target: “{sort}”. Say in a few words what that is in this child's case."
        yield _of_set(check, "HB-5.1", field, message)


def _balance(targets: Sequence[TargetFacts]) -> Iterator[Finding]:
    if len(targets) < 2:
        return
    schoolwork = all(target.subject != Subject.OTHER or target.area == TargetArea.COGNITION for target in targets)
    difficulties = not any(target.is_strength for target in targets)
    about = " and ".join(word for word, holds in (("schoolwork", schoolwork), ("difficulties", difficulties)) if holds)
    if about:
        message = f"All targets are about {about}. Is there something personal, or a strength to grow?"
        yield replace(_of_set("RD-230", "HB-5.3", "targets", message), severity="warning")


def _child_asked(document: Document) -> Iterator[Finding]:
    """TARGET-child: the child helps to find the targets (HB-5.9); one sentence for all of which nobody says so."""
    unasked = [str(target.number) for target in document.targets if target.child_agrees in ("", ChildAgrees.NOT_ASKED)]
    if unasked:
        which = f"target{'' if len(unasked) == 1 else 's'} {' and '.join(filter(None, (', '.join(unasked[:-1]), unasked[-1])))}"
        name = document.child.called
        message = f"It is not said whether {name} agrees with {which}. Ask {name}, and write down how they would say it."
        yield replace(_of_set("TARGET-child", "HB-5.9", "targets", message), severity="warning")


def _sdq_answered(document: Document) -> Iterator[Finding]:
    if "sdq_high" not in document.switches or any(target.answers_sdq for target in document.targets):
        return
    if not explained(document.answer("sdq_answer_reason")):
        message = "The SDQ is high: mark a target as answering it, or say what is being done instead."
        yield _of_set("RD-231", "HB-4.7", "sdq_answer_reason", message)
