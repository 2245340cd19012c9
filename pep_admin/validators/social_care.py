"""What Part 1 by itself has to say: the SDQ, whom to ring, a move of home in sight, the schools so far."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from pep_admin.circumstances import said, schooling_gaps
from pep_admin.pep_form import Document
from pep_admin.school_calendar import months_before
from pep_admin.validators.answered import asks, meeting_day, stands, warning
from pep_admin.validators.findings import Finding
from pep_admin.validators.meetings import Calendar

ENOUGH_CONTACTS = 2


def check_social_care(document: Document, today: date, calendar: Calendar) -> Iterator[Finding]:
    """Part 1's own rules, beside what it must answer."""
    yield from _home(document)
    yield from _sdq(document, today)
    if "sdq_high" in document.switches and not said(document.answer("strategies_for_school")):
        message = "The SDQ is high, but no strategies for school are written."
        yield warning("RD-107", "HB-4.7", "strategies_for_school", message)
    yield from _contacts(document)
    yield from _home_move(document)
    yield from _schooling(document)


def _home(document: Document) -> Iterator[Finding]:
    """RD-102: where the child lives and since when is read from the record (P1.15), which the Virtual School keeps."""
    child = document.child
    if not child.home or child.home_since is None:
        message = f"The record does not say in what home {child.called} lives, and since when. Ask the Virtual School to put it in."
        yield Finding("RD-102", "HB-7.1", "home", message)


def _sdq(document: Document, today: date) -> Iterator[Finding]:
    """RD-106: a score of the year's months before the meeting (before today while there is none), or a reason."""
    if "sdq_due" not in document.switches or stands(document.answer("sdq_missing_reason")):
        return
    meeting_on = meeting_day(document)
    months = document.numbers.sdq_valid_months
    since = months_before(min(meeting_on, today) if meeting_on else today, months)
    dates = [row.get("completed_on") for row in document.rows("sdq") if row.get("total") is not None]
    if not any(done_on and since <= done_on <= today for done_on in dates):
        last = "twelve months" if months == 12 else f"{months} months" if months > 1 else "month"
        message = f"There is no SDQ score from the last {last}, and no reason for that."
        yield Finding("RD-106", "HB-4.7", "sdq", message)


def _contacts(document: Document) -> Iterator[Finding]:
    """RD-105: two people who answer in school hours."""
    count = len(document.rows("emergency_contacts"))
    if asks(document, "emergency_contacts") and count < ENOUGH_CONTACTS:
        given = "Only one emergency contact is" if count else "No emergency contact is"
        yield warning("RD-105", "DATA-contacts", "emergency_contacts", f"{given} given; two are safer.")


def _home_move(document: Document) -> Iterator[Finding]:
    """RD-110: a move of home that is in sight is planned with school."""
    if asks(document, "placement_change_plan") and not said(document.answer("placement_change_plan")):
        on: date | None = document.answer("placement_change_on")
        when = f" in {on:%B %Y}" if on else ""
        message = f"A move of home is expected{when}; the plan does not say how school stays steady."
        yield warning("RD-110", "HB-4.3", "placement_change_plan", message)


def _schooling(document: Document) -> Iterator[Finding]:
    """RD-108: weeks at no school that nobody accounts for, and schools that were left without a reason on record."""
    if asks(document, "schooling_gaps") and not said(document.answer("schooling_gaps")):
        for gap in schooling_gaps(document.schooling):
            message = f"{gap.weeks} weeks of school between {gap.after} and {gap.before} are not accounted for."
            yield warning("RD-108", "HB-4.1", "schooling_gaps", message)
    for each in document.schooling:
        if each.ended_on is not None and not each.reason:
            message = f"{each.school} has no reason for leaving on the child's record. The Virtual School can add it there."
            yield warning("RD-108", "HB-4.1", "schooling", message)
