"""What needs an officer's advice at once, all five kinds in one list, and recording that advice, which settles one.

Computed from the record: an alert is there as long as what it tells is so and nobody has answered it; what comes again is another.
Of a risk that somebody told, the advice is recorded with it (exclusions.py). Word to officers is alert_letters.py's.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from pep_admin import audit
from pep_admin.deadlines import format_day
from pep_admin.exceptions import NotFound, Refused
from pep_admin.models import AlertAdvice, Child
from pep_admin.pep_document import reduced_timetables
from pep_admin.permissions import Actor, Permission, require
from pep_admin.queries import launch_candidates, term_of
from pep_admin.queries.alerts import (
    Alert,
    answered,
    days_lost,
    risks_unanswered,
    suspensions_unanswered,
    without_school,
)
from pep_admin.school_words import AlertKind
from pep_admin.validators.exclusions import check_advice
from pep_admin.workflow.taking import refuse

ONE_DAY = timedelta(days=1)


def find_alerts(session: Session, today: date) -> list[Alert]:
    """Every alert on children in care that waits for advice, the longest first. A fixed number of statements."""
    asked = select(Child.id, Child.case_officer_id).where(
        Child.entered_care_on <= today, or_(Child.left_care_on.is_(None), Child.left_care_on > today))
    officers = {row.id: row.case_officer_id for row in session.execute(asked)}
    done = answered(session)
    found = [
        replace(each, officer_id=officers[each.child_id]) for each in _every(session, today)
        if each.child_id in officers and each.key not in done
    ]
    return sorted(found, key=lambda each: (each.since, list(AlertKind).index(each.kind), each.child_id, each.occurrence))


def _every(session: Session, today: date) -> Iterator[Alert]:
    yield from risks_unanswered(session)
    yield from suspensions_unanswered(session, today)
    yield from days_lost(session, today)
    yield from _of_schooling(session, today)


def _of_schooling(session: Session, today: date) -> Iterator[Alert]:
    """No school: the last one ended, or there is none though the child is of school age; and a reduced timetable that has no end,
    or whose end has passed."""
    term = term_of(session, today)
    of_age = [each for each in launch_candidates(session, term, today) if not each.why_not] if term is not None else []
    for none in without_school(session, of_age):
        if none.of_school_age or none.left_id is not None:
            what = f"Left {none.left}, and no school is known" if none.left else "Came into care, and no school is known"
            yield Alert(AlertKind.NO_SCHOOL, none.child_id, f"{none.left_id or 0} {none.entered_care_on.isoformat()}",
                        min(none.since, today), what)
    at_school = {each.child_id for each in of_age if each.school_id is not None}
    for part in reduced_timetables(session, at_school):
        if part.has_no_end(today):
            since = part.until + ONE_DAY if part.until else min(part.since or part.opened_on, today)
            began = part.since.isoformat() if part.since else f"PEP {part.pep_id}"
            passed = "; that day has passed" if part.until else ""
            yield Alert(AlertKind.PART_TIME, part.child_id, f"{began} {part.until.isoformat() if part.until else 'open'}", since,
                        f"{part.words}{passed}", pep_id=part.pep_id, is_half_said=not part.is_planned)


def advice_on(session: Session, child_id: int, kind: AlertKind, occurrence: str) -> AlertAdvice | None:
    """The advice that is on record on that alert."""
    return session.scalar(select(AlertAdvice).where(
        AlertAdvice.child_id == child_id, AlertAdvice.kind == kind, AlertAdvice.occurrence == occurrence))


def record_advice(
    session: Session, child_id: int, kind: AlertKind, occurrence: str, *, advice: str, advised_on: date | None, actor: Actor,
    today: date, version: int | None = None,
) -> AlertAdvice:
    """The Virtual School says what it advised or did on an alert and when, which settles it; saying it again corrects it, and the
    history keeps both.

    `version` is that of the advice which the page showed, None where there was none. Raises Refused for what is not said, for an
    alert that is no more, and where somebody recorded advice meanwhile; NotFound for a child out of sight.
    """
    require(actor, Permission.ALERT_ADVISE)
    child = session.scalar(select(Child).where(Child.id == child_id).with_for_update(of=Child))
    if child is None or kind is AlertKind.RISK:
        raise NotFound
    row = advice_on(session, child_id, kind, occurrence)
    if row is None:
        row = _row_for(session, child_id, kind, occurrence, today)
    elif version != row.row_version:
        message = f"{row.advised_name} has recorded advice meanwhile, on {format_day(row.advised_on)}: {row.advice}"
        raise refuse("alert-moved", "DATA-status", message)
    if wrong := check_advice(advice, advised_on, told_on=row.since_on, today=today, since="when it began"):
        raise Refused(wrong)
    row.advice, row.advised_on, row.advised_by, row.advised_name = advice.strip(), advised_on or today, actor.id, actor.name
    session.add(row)
    session.flush()
    audit.record(session, "alert.advise", row, kind=kind.value)
    return row


def _row_for(session: Session, child_id: int, kind: AlertKind, occurrence: str, today: date) -> AlertAdvice:
    alert = next((each for each in find_alerts(session, today) if each.key == (child_id, kind, occurrence)), None)
    if alert is None:
        raise refuse("alert-gone", "DATA-status", "This is answered already, or no longer so. Look at the list again.")
    return AlertAdvice(child_id=child_id, kind=kind, occurrence=occurrence, since_on=alert.since, what=alert.what[:500])
