"""Recording what comes in about a child between PEPs: SDQ totals, suspensions, consents; new ones and corrections of them.

What makes each acceptable is validators/records.py's. Moves of school, worker and home are roll.py's.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any, TypeVar

from sqlalchemy import func, inspect, select
from sqlalchemy.orm import Session

from pep_admin import audit
from pep_admin.exceptions import NotFound, Refused
from pep_admin.models import Child, Consent, Enrolment, SdqScore, Suspension
from pep_admin.permissions import Actor, Permission, require, require_on
from pep_admin.queries.alerts import suspended_in_year_of
from pep_admin.queries.officer_letters import News
from pep_admin.queries.people import schools_recorded_for
from pep_admin.school_calendar import academic_year_name
from pep_admin.validators.findings import Finding, blocking
from pep_admin.validators.records import MOST_SUSPENDED_HALF_DAYS, SuspensionFacts, check_consent, check_sdq, check_suspension
from pep_admin.workflow.officer_letters import tell_officers_of

Record = TypeVar("Record", SdqScore, Suspension, Consent)


@dataclass(frozen=True, slots=True)
class Kind:
    """Who may write a kind of record, and what is asked of it."""

    permission: Permission
    check: Callable[[Session, Child, date, Any, Actor], list[Finding]]


def save_record(session: Session, row: Record, *, actor: Actor, today: date) -> Record:
    """Store a new record, or the changes of one that stands; Refused with what is wrong, NotFound for a child out of sight."""
    kind = KINDS[type(row)]
    require(actor, kind.permission)
    with session.no_autoflush:
        child: Child | None = session.scalar(select(Child).where(Child.id == row.child_id))
        if child is None:
            raise NotFound
        require_on(session, actor, kind.permission, child.id)
        if wrong := blocking(kind.check(session, child, today, row, actor)):
            raise Refused(wrong)
    is_new = row.id is None
    fields = sorted(each.key for each in inspect(row).attrs if each.history.has_changes() and each.key != "child")
    session.add(row)
    session.flush()
    if isinstance(row, Suspension):
        _tell_of_suspension(session, child, row, is_new=is_new, actor=actor, today=today)
    audit.record(session, f"{row.__tablename__.removeprefix('pep_')}.save", row, fields=fields)
    return row


def _tell_of_suspension(session: Session, child: Child, row: Suspension, *, is_new: bool, actor: Actor, today: date) -> None:
    """Officers get word of each one (HB-3.6), and once a year where the days in law are used up."""
    if is_new:
        tell_officers_of(session, child, News.SUSPENSION, f"suspension:{row.id}", actor=actor, today=today)
    if half_days_lost(session, child.id, row.started_on) >= MOST_SUSPENDED_HALF_DAYS:
        year = academic_year_name(row.started_on)
        tell_officers_of(session, child, News.LONG_SUSPENSION, f"days-lost:{child.id}:{year}", actor=actor, today=today)


def find_wrong(session: Session, row: object, model: type, child: Child, *, actor: Actor, today: date) -> list[Finding]:
    """Everything that is to be said of a record of that child, warnings too; `row` is one of `model`, or reads like one."""
    return KINDS[model].check(session, child, today, row, actor)


def half_days_lost(session: Session, child_id: int, on: date, *, but: int | None = None) -> int:
    """Half days that suspensions took from the child in the academic year of that day; `but` leaves one of them out."""
    wanted = select(func.coalesce(func.sum(Suspension.half_days), 0)).where(
        Suspension.child_id == child_id, *suspended_in_year_of(on), Suspension.id != (but or 0))
    return session.scalar(wanted) or 0


def _sdq(session: Session, child: Child, today: date, row: Any, actor: Actor) -> list[Finding]:
    same = select(SdqScore.total).where(SdqScore.child_id == child.id, SdqScore.completed_on == row.completed_on,
                                        SdqScore.completed_by == row.completed_by, SdqScore.id != _id(row))
    stands = session.scalar(same)
    message = f"A total of that day by the same person is on record already: {stands}. Change that one, or check the day."
    return [*check_sdq(row, born_on=child.date_of_birth, today=today),
            *([] if stands is None else [Finding("SDQ-twice", "DATA-unique", "completed_on", message)])]


def _suspension(session: Session, child: Child, today: date, row: Any, actor: Actor) -> list[Finding]:
    return check_suspension(row, born_on=child.date_of_birth, today=today, facts=_beside(session, child, row, actor))


def _beside(session: Session, child: Child, row: Any, actor: Actor) -> SuspensionFacts:
    """What else is on record beside a suspension."""
    school_id = row.school.id if row.school is not None else row.school_id
    own = schools_recorded_for(session, actor)
    is_own = None if own is None or school_id is None else school_id in own
    if row.started_on is None:
        return SuspensionFacts(own_school=is_own)
    spans = session.execute(select(Suspension.started_on, Suspension.ended_on).where(
        Suspension.child_id == child.id, Suspension.id != _id(row)).order_by(Suspension.started_on))
    stays = list(session.execute(select(Enrolment.school_id, Enrolment.started_on, Enrolment.ended_on).where(
        Enrolment.child_id == child.id)))
    known = [each.school_id for each in stays
             if each.started_on <= row.started_on and (each.ended_on is None or row.started_on <= each.ended_on)]
    return SuspensionFacts(
        half_days=half_days_lost(session, child.id, row.started_on, but=_id(row)),
        spans=tuple((each.started_on, each.ended_on) for each in spans),
        at_school=None if school_id is None or not stays else school_id in known,
        own_school=is_own,
    )


def schools_offered(session: Session, child: Child, actor: Actor) -> frozenset[int] | None:
    """Ids of the schools that a suspension of that child may be of: one's own, for the Virtual School those on the child's record;
    None, and so all, where the record has none."""
    own = schools_recorded_for(session, actor)
    if own is not None:
        return own
    return frozenset(session.scalars(select(Enrolment.school_id).where(Enrolment.child_id == child.id))) or None


def _consent(session: Session, child: Child, today: date, row: Any, actor: Actor) -> list[Finding]:
    same = select(Consent.id).where(Consent.child_id == child.id, Consent.matter == row.matter, Consent.id != _id(row))
    twice = Finding("CON-twice", "DATA-unique", "matter", "There is a line for this matter already. Change that one.")
    return [*check_consent(row, born_on=child.date_of_birth, today=today), *([twice] if session.scalar(same) else [])]


def _id(row: Any) -> int:
    """The id of a record that stands; 0 for a new one."""
    return getattr(row, "id", None) or 0


KINDS: dict[type, Kind] = {
    SdqScore: Kind(Permission.SDQ_EDIT, _sdq),
    Suspension: Kind(Permission.SUSPENSION_EDIT, _suspension),
    Consent: Kind(Permission.CONSENT_EDIT, _consent),
}
