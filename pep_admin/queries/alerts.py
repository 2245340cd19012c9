"""What cannot wait, told by the record: who has no school, who was suspended, for how long in the year, who is at risk.

Each of these is asked here once; the questions of the week and the list of alerts read the same. What a PEP says of a reduced
timetable is pep_document's; which of it all is an alert, and what settles one, workflow/alerts.py's.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from pep_admin.deadlines import format_day
from pep_admin.models import AlertAdvice, Enrolment, ExclusionAlert, School, Suspension
from pep_admin.queries.launch import LaunchCandidate
from pep_admin.school_calendar import academic_year_end, academic_year_name, academic_year_start, year_number
from pep_admin.school_words import AlertKind
from pep_admin.validators.records import MOST_SUSPENDED_HALF_DAYS
from pep_admin.vocabulary import SuspensionKind

LOOKED_BACK = timedelta(days=120)
"""A suspension of this academic year is an alert until it is answered, and so is an earlier one that is no older (ours): what a
file of old records brings in is none."""


@dataclass(frozen=True, slots=True)
class Alert:
    """Something about a child that needs the officer's advice; `occurrence` tells it from others of its kind, for good.

    `row_id` is the risk that was told or the suspension, `pep_id` the PEP that says so. `is_half_said`: it rests on an answer that
    another, which may still be being written, would complete.
    """

    kind: AlertKind
    child_id: int
    occurrence: str
    since: date
    what: str
    officer_id: int | None = None
    row_id: int | None = None
    pep_id: int | None = None
    is_half_said: bool = False

    @property
    def key(self) -> tuple[int, AlertKind, str]:
        return self.child_id, self.kind, self.occurrence


@dataclass(frozen=True, slots=True)
class WithoutSchool:
    """A child in care and of PEP age who is at no school: since when, and the last time at one (its id, "" without a name)."""

    child_id: int
    since: date
    entered_care_on: date
    left_id: int | None
    left: str
    of_school_age: bool


def without_school(session: Session, of_age: Collection[LaunchCandidate]) -> list[WithoutSchool]:
    """Those of the children of PEP age who are at no school; the days count from the last one, or from coming into care."""
    asked = select(Enrolment.id, Enrolment.child_id, Enrolment.ended_on, School.name).join(School, Enrolment.school_id == School.id)
    ended = asked.where(Enrolment.ended_on.is_not(None)).order_by(Enrolment.ended_on, Enrolment.id)
    last = {row.child_id: row for row in session.execute(ended)}
    found = []
    for each in of_age:
        if each.school_id is None:
            left = last.get(each.child_id)
            since = max(filter(None, (left.ended_on if left else None, each.entered_care_on)))
            found.append(WithoutSchool(each.child_id, since, each.entered_care_on, left.id if left else None,
                                       left.name if left else "", 0 <= year_number(each.year_group) <= 11))
    return found


def risks_unanswered(session: Session) -> Iterator[Alert]:
    """What was told of a place at risk, or told anew, and has no advice (HB-3.6); what is closed needs none."""
    asked = select(ExclusionAlert.id, ExclusionAlert.child_id, ExclusionAlert.told_on, ExclusionAlert.told_name,
                   ExclusionAlert.concern)
    waiting = asked.where(ExclusionAlert.closed_on.is_(None), ExclusionAlert.awaits_advice.is_(True))
    for row in session.execute(waiting):
        what = f"{row.concern.label}. Told by {row.told_name}"
        yield Alert(AlertKind.RISK, row.child_id, str(row.id), row.told_on, what, row_id=row.id)


def suspensions_unanswered(session: Session, today: date) -> Iterator[Alert]:
    """Suspensions and exclusions without advice (HB-3.6), of this academic year or not long ago."""
    columns = (Suspension.id, Suspension.child_id, Suspension.kind, Suspension.started_on, Suspension.ended_on)
    since = min(academic_year_start(today), today - LOOKED_BACK)
    asked = select(*columns).where(Suspension.started_on.between(since, today), ~advised_on_suspension())
    for row in session.execute(asked):
        until = f" until {format_day(row.ended_on)}" if row.ended_on else ""
        what = f"{row.kind.label} from {format_day(row.started_on)}{until}"
        yield Alert(AlertKind.SUSPENSION, row.child_id, str(row.id), row.started_on, what, row_id=row.id)


def advised_on_suspension() -> Any:
    """The condition that the Virtual School's advice on a suspension is on record: with it, or on the alert."""
    answered = select(AlertAdvice.occurrence).where(AlertAdvice.child_id == Suspension.child_id,
                                                    AlertAdvice.kind == AlertKind.SUSPENSION,
                                                    AlertAdvice.occurrence == func.cast(Suspension.id, AlertAdvice.occurrence.type))
    return func.coalesce(Suspension.advice, "").not_in(("",)) | answered.exists()


def days_lost(session: Session, today: date) -> Iterator[Alert]:
    """Children whose suspensions took the days in law in this academic year, since the one by which they were reached."""
    asked = select(Suspension.child_id, Suspension.started_on, Suspension.half_days)
    gone: dict[int, int] = {}
    year = academic_year_name(today)
    for row in session.execute(asked.where(*suspended_in_year_of(today)).order_by(Suspension.started_on, Suspension.id)):
        before, gone[row.child_id] = gone.get(row.child_id, 0), gone.get(row.child_id, 0) + (row.half_days or 0)
        if before < MOST_SUSPENDED_HALF_DAYS <= gone[row.child_id]:
            yield Alert(AlertKind.DAYS_LOST, row.child_id, year, min(row.started_on, today),
                        f"45 school days or more suspended in {year}, which is the limit in law")


def suspended_in_year_of(day: date) -> tuple[Any, ...]:
    """Conditions for the suspensions that count towards the days of that day's academic year."""
    first, last = academic_year_start(day), academic_year_end(academic_year_name(day))
    return Suspension.kind == SuspensionKind.SUSPENSION, Suspension.started_on.between(first, last)


def advice_since(session: Session, since: date) -> list[AlertAdvice]:
    """What was recorded since that day, the newest first."""
    asked = select(AlertAdvice).where(AlertAdvice.advised_on >= since)
    return list(session.scalars(asked.order_by(AlertAdvice.id.desc())))


def answered(session: Session) -> set[tuple[int, AlertKind, str]]:
    """Every alert on which advice is on record, by its key."""
    rows = session.execute(select(AlertAdvice.child_id, AlertAdvice.kind, AlertAdvice.occurrence))
    return {(child_id, kind, occurrence) for child_id, kind, occurrence in rows}
