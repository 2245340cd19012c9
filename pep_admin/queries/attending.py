"""The facts by which it is told whom the Virtual School should meet (HB-3.10), for every child in care or for one.

A fixed number of statements however many children, plain columns alone; all of it is shown, so it is read within the scope. What
follows from the facts is attending.py's.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from pep_admin.attending import AttendingFacts, AttendingYear, NoteFacts, ToMeet, parse_year_groups, to_meet, why_attend
from pep_admin.config import LONDON
from pep_admin.meeting_words import AttendingNoteKind
from pep_admin.models import AcademicYear, AttendanceSummary, Attendee, AttendingNote, Child, Enrolment, Pep, School, Suspension
from pep_admin.queries.new_children import day_of, year_of
from pep_admin.queries.peps import OPEN_TO_WRITE, UNFINISHED
from pep_admin.queries.terms import day_bounds
from pep_admin.school_calendar import year_group
from pep_admin.vocabulary import Attendance, AttendeeRole, CaseRating, PepStatus

_CHILD = (
    Child.id, Child.date_of_birth, Child.year_group_override, Child.entered_care_on, Child.setting_unknown_since, Child.case_rating,
    Child.sen_status, School.id.label("school_id"), School.name.label("school"), School.in_borough, School.less_than_good,
)


@dataclass(frozen=True, slots=True)
class _Beside:
    """What stands beside the children's own columns, each by child id."""

    since: Mapping[int, date]
    attended: Mapping[int, datetime]
    coming: Mapping[int, datetime]
    notes: Mapping[int, list[NoteFacts]]
    suspended: Mapping[int, int]
    attendance: Mapping[int, tuple[int, int]]


def children_to_meet(session: Session, today: date) -> list[ToMeet]:
    """Whom to meet, in order, of all children in care and of PEP age; nobody while there is no academic year."""
    year = year_of(session, today)
    return to_meet(attending_facts(session, today, year.starts_on), today=today, year=numbers_of(year)) if year else []


def reasons_to_meet(session: Session, today: date, child_id: int, year: AcademicYear | None) -> ToMeet | None:
    """One child, with every reason or none; None for who is not in care or not of PEP age."""
    facts = attending_facts(session, today, year.starts_on, child_id=child_id) if year else []
    return ToMeet(facts[0], why_attend(facts[0], today=today, year=numbers_of(year))) if year and facts else None


def numbers_of(year: AcademicYear) -> AttendingYear:
    """What the reasons read of an academic year."""
    return AttendingYear(year.new_to_roll_days, year.school_move_days, parse_year_groups(year.attend_year_groups))


def attending_facts(session: Session, today: date, year_begins: date, *, child_id: int | None = None) -> list[AttendingFacts]:
    """The facts of every child in care and of PEP age, or of that one; suspensions are counted from `year_begins`."""
    in_care = (Child.entered_care_on <= today, or_(Child.left_care_on.is_(None), Child.left_care_on > today))
    rows = session.execute(
        _of(select(*_CHILD).outerjoin(School, Child.school_id == School.id).where(*in_care), Child.id, child_id).order_by(Child.id))
    beside = _Beside(
        _school_since(session, child_id), _last_attended(session, today, child_id), _coming(session, today, child_id),
        _notes(session, child_id), _suspended(session, year_begins, child_id), _attendance(session, child_id))
    found = []
    for row in rows:
        group = row.year_group_override or year_group(row.date_of_birth, today)
        if group:
            found.append(_facts(row, group, beside))
    return found


def _of(statement: Any, column: Any, child_id: int | None) -> Any:
    """The statement, for that child alone where one is named."""
    return statement if child_id is None else statement.where(column == child_id)


def _facts(row: Any, group: str, beside: _Beside) -> AttendingFacts:
    return AttendingFacts(
        child_id=row.id, year_group=group, entered_care_on=row.entered_care_on, school_id=row.school_id, school=row.school or "",
        school_since=beside.since.get(row.id), unknown_since=row.setting_unknown_since, in_borough=row.in_borough is not False,
        less_than_good=bool(row.less_than_good), case_rating=row.case_rating, sen_status=row.sen_status,
        attendance=beside.attendance.get(row.id), suspensions=beside.suspended.get(row.id, 0),
        notes=tuple(beside.notes.get(row.id, ())), last_attended_on=day_of(beside.attended.get(row.id)),
        meeting_at=beside.coming.get(row.id),
    )


def _school_since(session: Session, child_id: int | None) -> dict[int, date]:
    found = _of(select(Enrolment.child_id, Enrolment.started_on).where(Enrolment.ended_on.is_(None)), Enrolment.child_id, child_id)
    return {row.child_id: row.started_on for row in session.execute(found)}


def _last_attended(session: Session, today: date, child_id: int | None) -> dict[int, datetime]:
    """By child, the last meeting until today to which somebody of the Virtual School came, for all of it or a part."""
    _, beyond = day_bounds(today)
    came = (Attendee.role == AttendeeRole.VIRTUAL_SCHOOL, Attendee.took_part.in_((Attendance.ATTENDED, Attendance.PART)))
    found = (
        select(Pep.child_id, func.max(Pep.meeting_at).label("at")).join(Attendee, Attendee.pep_id == Pep.id)
        .where(*came, Pep.meeting_at < beyond, Pep.status != PepStatus.WITHDRAWN).group_by(Pep.child_id)
    )
    return {row.child_id: row.at for row in session.execute(_of(found, Pep.child_id, child_id))}


def _coming(session: Session, today: date, child_id: int | None) -> dict[int, datetime]:
    """By child, the next meeting that is booked, today's too."""
    first, _ = day_bounds(today)
    found = (
        select(Pep.child_id, func.min(Pep.meeting_at).label("at"))
        .where(Pep.meeting_at >= first, Pep.status.in_(UNFINISHED)).group_by(Pep.child_id)
    )
    return {row.child_id: row.at for row in session.execute(_of(found, Pep.child_id, child_id))}


def _notes(session: Session, child_id: int | None) -> dict[int, list[NoteFacts]]:
    """What somebody said and nobody cleared; that a school asks, until its PEP is sent."""
    columns = (AttendingNote.id, AttendingNote.child_id, AttendingNote.kind, AttendingNote.set_name, AttendingNote.set_at,
               AttendingNote.reason)
    stands = or_(AttendingNote.kind != AttendingNoteKind.SCHOOL_ASKS, Pep.status.in_(OPEN_TO_WRITE))
    found = select(*columns).outerjoin(Pep, AttendingNote.pep_id == Pep.id).where(AttendingNote.cleared_at.is_(None), stands)
    notes: dict[int, list[NoteFacts]] = defaultdict(list)
    for row in session.execute(_of(found, AttendingNote.child_id, child_id).order_by(AttendingNote.id)):
        said_on = row.set_at.astimezone(LONDON).date()
        notes[row.child_id].append(NoteFacts(row.id, row.kind, row.set_name, said_on, row.reason))
    return notes


def _suspended(session: Session, since: date, child_id: int | None) -> Counter[int]:
    found = (
        select(Suspension.child_id, func.count(Suspension.id).label("times"))
        .where(Suspension.started_on >= since).group_by(Suspension.child_id)
    )
    return Counter({row.child_id: row.times for row in session.execute(_of(found, Suspension.child_id, child_id))})


def _attendance(session: Session, child_id: int | None) -> dict[int, tuple[int, int]]:
    """(present, possible) of the latest figures of each child rated Red: they stand beside that rating alone."""
    found = (
        select(Pep.child_id, AttendanceSummary.present, AttendanceSummary.possible)
        .join(Pep, AttendanceSummary.pep_id == Pep.id).join(Child, Pep.child_id == Child.id)
        .where(Child.case_rating == CaseRating.RED, Pep.status != PepStatus.WITHDRAWN)
        .order_by(AttendanceSummary.figures_to, AttendanceSummary.id)
    )
    rows = session.execute(_of(found, Pep.child_id, child_id))
    return {row.child_id: (row.present, row.possible) for row in rows}


def asks_of(session: Session, pep_id: int) -> AttendingNote | None:
    """That the school asks the Virtual School to come to that PEP's meeting, where it does."""
    return session.scalar(select(AttendingNote).where(AttendingNote.pep_id == pep_id, AttendingNote.cleared_at.is_(None)))
