"""What Part 3 by itself has to say: the meeting's day, who came, what was agreed, when it is next. The dates are meetings.py's."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from pep_admin.circumstances import said
from pep_admin.deadlines import format_day
from pep_admin.form_words import ChairRole, TargetAgreed
from pep_admin.pep_form import Document
from pep_admin.school_calendar import academic_year_begins
from pep_admin.validators.answered import HERE, answer_of, asks, meeting_day, row_id, stands, warning
from pep_admin.validators.findings import Finding
from pep_admin.validators.meetings import (
    Calendar,
    check_meeting_day,
    check_meeting_span,
    check_next_date,
    check_plan,
    coincides,
)
from pep_admin.validators.voices import check_adult_voices
from pep_admin.vocabulary import Attendance, AttendeeRole, TermName


def check_meeting(document: Document, today: date, calendar: Calendar) -> Iterator[Finding]:
    """Part 3's own rules, beside what it must answer."""
    meeting_on = meeting_day(document)
    yield from check_meeting_day(
        meeting_on,
        entered_care_on=document.child.entered_care_on,
        care_review_on=document.answer("next_care_review_on"),
        today=today,
    )
    yield from check_meeting_span(meeting_on, opened_on=document.initiated_on, year=document.year)
    yield from check_plan(document.answer("meeting_at"), due_on=document.due_on, today=today, calendar=calendar)
    yield from _chair(document)
    if meeting_on is not None and meeting_on <= today:  # of a meeting that is still to come nobody can tell who was there
        yield from _who_came(document)
        yield from _who_was_there(document)
    yield from _ehcp_review(document, today)
    yield from _agreed(document)
    yield from _owners(document)
    yield from check_adult_voices(document)
    reason = document.answer("no_next_pep_reason")
    yield from check_next_date(answer_of(document, "next_pep_on"), reason=reason, meeting_on=meeting_on, calendar=calendar)
    yield from _afterwards(document)
    yield from _lateness(document, today)


def _chair(document: Document) -> Iterator[Finding]:
    """RD-304: school or education staff lead the meeting. Older versions of the form ask just that, not as what they chaired it."""
    role = document.answer("chair_role")
    field, is_from_there = ("chair_role", ChairRole(role).is_education) if role else (
        "chair_from_education", document.answer("chair_from_education") is not False)
    if not is_from_there:
        message = "The chair is not from school or education. Say why in the discussion."
        yield warning("RD-304", "HB-2.6", field, message)


_BODIES = frozenset({"all", "everybody", "everyone", "school", "staff", "school staff", "teachers", "social care", "virtual school",
                     "family"})
"""What is no name, though it stands where one is asked for: nobody who is reminded of it would know that it is theirs."""


def _owners(document: Document) -> Iterator[Finding]:
    """RD-311 (blocking): an action belongs to somebody with a name (P3.30)."""
    for number, row in enumerate(document.rows("actions"), start=1):
        who = " ".join((row.get("who") or "").split()).strip(" .").casefold().removeprefix("the ")
        if who in _BODIES:
            message = f"Action {number} has no owner: “{row['who']}” is no name. Write who does it."
            yield Finding("RD-311", "HB-3.9", "actions", message, row=row_id(row, number))


def _who_came(document: Document) -> Iterator[Finding]:
    """RD-302: the four who always belong there each have a line (blocking), and of everybody who was invited it is said whether
    they came (P3.07). Booking writes “No answer”: while each line has it nobody has told (blocking); beside others it may be."""
    rows = document.rows("attendees")
    if not rows:
        return  # the whole table is missed among the other answers of Part 3
    there = {row.get("role") for row in rows}
    for role, applies in _always(document):
        if applies and role not in there:
            who = role.label.lower().removeprefix("the ")
            message = f"Part 3 still needs who came: the {who} is not among those invited. Add a line, and say how they took part."
            yield Finding("RD-302", "HB-3.2", "attendees", message)
    silent = [(number, row) for number, row in enumerate(rows, start=1) if row.get("took_part") == Attendance.NO_ANSWER]
    for number, row in silent:
        who = row.get("name") or f"line {number}"
        if len(silent) == len(rows):
            yield Finding("RD-302", "HB-3.2", "attendees", f"Part 3 still needs who came: say how {who} took part.",
                          row=row_id(row, number))
        else:
            yield warning("RD-302", "HB-3.2", "attendees", f"“No answer” stands for {who}. Did they come to the meeting?",
                          row_id(row, number))


def _always(document: Document) -> Iterator[tuple[AttendeeRole, bool]]:
    """Who always belongs to a meeting (P3.07), and whether there is such a person: some children have no school, or no carer."""
    yield AttendeeRole.CHILD, True
    yield AttendeeRole.SOCIAL_WORKER, True
    yield AttendeeRole.DESIGNATED_TEACHER, document.school_id is not None
    yield AttendeeRole.CARER, bool(document.child.carer)


def _who_was_there(document: Document) -> Iterator[Finding]:
    rows = document.rows("attendees")
    here = {row.get("role") for row in rows if row.get("took_part") in HERE}
    wanted = (AttendeeRole.SOCIAL_WORKER, AttendeeRole.DESIGNATED_TEACHER, AttendeeRole.CARER)
    for role in wanted if rows else ():
        if role not in here and not (role is AttendeeRole.CARER and said(document.answer("carer_offered"))):
            message = f"The {role.label.lower()} was not there. How did they take part?"
            yield warning("RD-305", "HB-3.12" if role is AttendeeRole.CARER else "HB-3.1", "attendees", message)
    for number, row in enumerate(rows, start=1):
        absent = row.get("took_part") is not None and row.get("took_part") not in HERE
        if row.get("role") == AttendeeRole.PROFESSIONAL and absent and not row.get("report_received"):
            who = row.get("name") or "A professional"
            message = f"{who} did not come, and there is no report. Was one asked for?"
            if row.get("report_asked"):
                message = f"{who} did not come, and the report that was asked for has not come either."
            yield warning("RD-306", "HB-3.2", "attendees", message, row_id(row, number))


def _afterwards(document: Document) -> Iterator[Finding]:
    missing = [key for key in ("after_how_it_went", "copy_wanted") if not stands(document.answer(key))]
    if missing:
        name = document.child.called
        message = f"Nobody has yet asked {name} how the meeting went or whether they want a copy. It may follow within a week."
        yield warning("RD-315", "HB-3.8", missing[0], message)


def _ehcp_review(document: Document, today: date) -> Iterator[Finding]:
    """RD-216: with an EHCP, one PEP of the academic year is held with its annual review, or within the year's days of it.

    While the review of the year lies ahead, a later PEP may still be; the summer's is the last.
    """
    if not asks(document, "joined_ehcp_review"):
        return
    review_on = document.child.ehcp_review_on
    if review_on is not None and review_on < academic_year_begins(document.year):
        review_on = None  # last year's: that of this year is not known
    within = document.numbers.ehcp_within_days
    joined = document.answer("joined_ehcp_review") is True or coincides(meeting_day(document), review_on, within)
    ahead = review_on is not None and (review_on - today).days > within and document.term != TermName.SUMMER
    if joined or document.ehcp_joined or ahead:
        return
    when = format_day(review_on) if review_on else "its day is not on the child's record"
    message = f"No PEP this year has been joined to the EHCP review ({when})."
    yield warning("RD-216", "HB-3.4", "joined_ehcp_review", message)


def _agreed(document: Document) -> Iterator[Finding]:
    """RD-312: a target that not everyone agreed is changed, or both views stand on record."""
    numbers = {target.id: target.number for target in document.targets}
    for number, row in enumerate(document.rows("targets_agreed"), start=1):
        target = numbers.get(row.get("target_id") or 0)
        if target is not None and row.get("agreed") == TargetAgreed.NOT_AGREED and not said(row.get("views")):
            message = f"Target {target} was not agreed by everyone. Change it, or keep both views on record."
            yield warning("RD-312", "HB-3.9", "targets_agreed", message, row_id(row, number))


def _lateness(document: Document, today: date) -> Iterator[Finding]:
    """RD-002: a PEP that is sent after its day says why. What the Virtual School takes for its own part makes nobody late."""
    due_on = document.due_on
    if due_on is None or (document.sent_on or today) <= due_on or said(document.answer("lateness_reason")):
        return
    rule = f" ({document.due_rule})" if document.due_rule else ""
    message = f"This PEP was due on {format_day(due_on)}{rule}. Say in a sentence why it is late."
    yield warning("RD-002", "HB-1.4", "lateness_reason", message)
