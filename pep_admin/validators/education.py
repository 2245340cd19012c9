"""What Part 2 by itself has to say: attendance, attainment, the documents behind it, last targets and new ones.

The place at a school and what comes after it are schooling.py's, the wording of a target is targets.py's.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date

from pep_admin.circumstances import said
from pep_admin.deadlines import format_day
from pep_admin.pep_form import Document, TargetFacts, TargetReviewFacts
from pep_admin.school_calendar import academic_year_end
from pep_admin.validators.answered import answer_of, asks, first_words, listed, meeting_day, row_id, stands, warning
from pep_admin.validators.answers import attendance_wrong, sessions_unsaid
from pep_admin.validators.attainment import check_subjects
from pep_admin.validators.findings import Finding
from pep_admin.validators.meetings import Calendar, check_figures_to, check_heard_on, check_possible
from pep_admin.validators.ppg_effects import check_effects
from pep_admin.validators.schooling import check_next_stage, check_school_place, check_suspensions
from pep_admin.validators.targets import check_target, check_target_set
from pep_admin.validators.voices import check_child_voice
from pep_admin.vocabulary import AttendeeRole, OnTrack, Subject, TargetNext, TargetOutcome

_REACHED = (TargetOutcome.MET, TargetOutcome.EXCEEDED)
_BELOW = (OnTrack.WELL_BELOW, OnTrack.BELOW)
_SUBJECT_WORDS = {
    Subject.ENGLISH: frozenset({"english", "reading", "writing", "spelling", "literacy", "phonics", "grammar", "language",
                                "communication"}),
    Subject.MATHS: frozenset({"maths", "math", "mathematics", "number", "numeracy", "arithmetic"}),
}
_ANY_SUBJECT = frozenset({"and", "the", "of", "for", "with", "studies", "education", "skills"})
"""Words of a subject's name that say nothing by themselves."""


def check_education(document: Document, today: date, calendar: Calendar) -> Iterator[Finding]:
    """Part 2's own rules, beside what it must answer; its targets are of it."""
    yield from check_child_voice(document)
    yield from check_subjects(document)
    name, heard_on = document.child.called, document.answer("voice_gathered_on")
    yield from check_heard_on(heard_on, name=name, meeting_on=meeting_day(document), today=today)
    yield from _attendance(document, calendar)
    yield from _last_term(document)
    if document.answer("exclusion_risk") is True:
        message = "You recorded a risk of exclusion. The Virtual School has been told; ask it before anything is decided."
        yield warning("RD-210", "HB-3.6", "exclusion_risk", message)
    yield from check_suspensions(document)
    yield from check_school_place(document)
    yield from _below(document)
    yield from check_next_stage(document)
    yield from _documents(document)
    yield from _reviews(document)
    if "money_to_answer" in document.switches:
        yield from check_effects(document.effects)
    yield from check_targets(document)


def _attendance(document: Document, calendar: Calendar) -> Iterator[Finding]:
    for number, row in enumerate(document.rows("attendance"), start=1):
        if wrong := attendance_wrong(row):
            yield Finding("RD-207", "HB-4.1", "attendance", wrong, row=row_id(row, number))
        elif lost := sessions_unsaid(row):
            message = (f"{'1 session is' if lost == 1 else f'{lost} sessions are'} neither attended nor missed. Look at the "
                       "figures once more: attended and missed together make those that were possible.")
            yield warning("RD-241", "HB-4.1", "attendance", message, row_id(row, number))
        yield from check_figures_to(row.get("figures_to"), meeting_on=meeting_day(document), row=row_id(row, number),
                                    stale_days=document.numbers.figures_stale_days)
        yield from check_possible(row.get("possible"), row.get("figures_to"), year=document.year, calendar=calendar,
                                  row=row_id(row, number))
    if "attendance_low" in document.switches and not said(document.answer("attendance_reasons")):
        message = f"Attendance is below {document.numbers.low_attendance_percent} %. Say what lies behind it and who does what."
        yield warning("RD-209", "HB-7.1", "attendance_reasons", message)


def _last_term(document: Document) -> Iterator[Finding]:
    for number, row in enumerate(document.rows("attendance_last_term"), start=1):
        if wrong := attendance_wrong(row):
            yield Finding("RD-207", "HB-4.1", "attendance_last_term", f"Last term: {wrong}", row=row_id(row, number))


def _reviews(document: Document) -> Iterator[Finding]:
    if "targets_to_review" not in document.switches:
        return
    for review in document.reviews:
        row = str(review.target_id)
        if not _is_reviewed(review):
            message = f"The last target “{first_words(review.wording)}” is not reviewed."
            yield Finding("RD-221", "HB-5.7", "target_reviews", message, row=row)
        elif not said(review.child_view):
            message = f"{document.child.called}'s own view of the last target “{first_words(review.wording)}” is missing."
            yield warning("RD-222", "HB-5.7", "target_reviews", message, row)
        if review.outcome in _REACHED and review.next == TargetNext.KEEP:
            message = (f"The last target “{first_words(review.wording)}” was achieved, and yet it is to go on. "
                       "If more is to be reached, choose “Change it”; if not, “Close it”.")
            yield warning("RD-242", "HB-5.7", "target_reviews", message, row)


def _is_reviewed(review: TargetReviewFacts) -> bool:
    return all(stands(said_of_it) for said_of_it in (review.outcome, review.what_happened, review.support_effect, review.next))


def check_targets(document: Document) -> Iterator[Finding]:
    """Each target by itself and with the plan behind it, then the targets together."""
    meeting_on, until = meeting_day(document), _targets_until(document)
    for target in document.targets:
        yield from check_target(
            target, number=target.number, meeting_on=meeting_on, year_ends_on=until, child_names=document.child.names,
            opened_on=document.initiated_on,
        )
        if "sen_any" in document.switches and not said(target.from_plan):
            message = f"Target {target.number} does not say which part of the EHCP or support plan it serves."
            yield warning("RD-232", "HB-5.5", "from_plan", message, str(target.id))
        yield from _beyond_the_next(target, answer_of(document, "next_pep_on"))
    yield from check_target_set(document)


def _beyond_the_next(target: TargetFacts, next_on: date | None) -> Iterator[Finding]:
    """RD-229: a target that runs past the next PEP is looked at by then."""
    due_on, look_on = target.due_on, target.look_on
    if next_on is None or due_on is None or due_on <= next_on or (look_on is not None and look_on <= next_on):
        return
    message = f"Target {target.number} runs past the next PEP, {format_day(next_on)}. Add a day to look at it on the way."
    yield warning("RD-229", "HB-5.8", "look_on", message, str(target.id))


def _targets_until(document: Document) -> date:
    """The last day a target may be due (RD-228): of the school year, or of the next PEP's term if that is later.

    While there is no next date, a summer PEP's targets may run into the autumn. Terms are taken as the thirds of a year, on
    the generous side, so that no other authority's calendar makes a date wrong.
    """
    year_end = academic_year_end(document.year)
    next_on: date | None = answer_of(document, "next_pep_on")
    if next_on is None:
        return date(year_end.year, 12, 31) if document.term == "summer" else year_end
    month = 12 if next_on.month >= 9 else 4 if next_on.month <= 4 else 8
    return max(year_end, date(next_on.year, month, 30 if month == 4 else 31))


# --- attainment, and what is listed behind it --------------------------------------------------------------------------------


def _below(document: Document) -> Iterator[Finding]:
    """RD-219: what is below the age has a target or help that speaks to it."""
    for number, row in enumerate(document.rows("attainment"), start=1):
        subject = row.get("subject") or ""
        if row.get("on_track") in _BELOW and not _is_spoken_to(document, subject):
            message = f"{subject} is below what is expected, and no target or support speaks to it."
            yield warning("RD-219", "HB-4.2", "attainment", message, row_id(row, number))


def _is_spoken_to(document: Document, subject: str) -> bool:
    """Whether a target is about that subject, or a target's or the provision's words name it."""
    words = _words(subject)
    kinds = [kind for kind, names in _SUBJECT_WORDS.items() if words & names]
    if any(target.subject in kinds for target in document.targets):
        return True
    names = frozenset().union(*(_SUBJECT_WORDS[kind] for kind in kinds)) if kinds else words - _ANY_SUBJECT or words
    told = _words(document.answer("needs_and_provision") or "").union(*(_told(target) for target in document.targets))
    return bool(names & told)


def _told(target: TargetFacts) -> frozenset[str]:
    return _words(f"{target.need} {target.outcome} {target.support_what}")


def _words(text: str) -> frozenset[str]:
    return frozenset(re.findall(r"[^\W\d_]{2,}", text.casefold()))


def _documents(document: Document) -> Iterator[Finding]:
    """RD-238: the plan behind the needs, and each report that came, are kept as files or listed with where they lie."""
    if not asks(document, "documents"):
        return
    there = [row.get("kind") for row in document.rows("documents")] + [paper.kind for paper in document.papers]
    reports = sum(row.get("role") == AttendeeRole.PROFESSIONAL and row.get("report_received") is True
                  for row in document.rows("attendees"))
    missing = [words for words, is_missing in (
        ("the EHCP", "has_ehcp" in document.switches and "ehcp" not in there),
        ("the support plan", "sen_support" in document.switches and "support_plan" not in there),
        ("the report that was received", there.count("report") < reports),
    ) if is_missing]
    if missing:
        message = f"Please add {listed(missing)} as a file, or list it among the documents with where it lies."
        yield warning("RD-238", "HB-5.5", "documents", message)
