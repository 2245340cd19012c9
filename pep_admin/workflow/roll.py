"""The roll: taking a child into care, changing school, worker and home, leaving care. A move is a move, with its history.

Only these verbs write a child's current school, social worker and carer, each equal to its open row.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime
from typing import Any, TypeVar

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from pep_admin import audit
from pep_admin.deadlines import format_day
from pep_admin.exceptions import NotFound, Refused
from pep_admin.models import CareEpisode, CarePlacement, Caseload, Child, Enrolment, Pep, Person, PpgRequest, School
from pep_admin.permissions import Actor, Permission, require
from pep_admin.queries import OPEN_TO_WRITE
from pep_admin.queries.peps import UNFINISHED
from pep_admin.validators.children import check_child, check_first_school_day, check_move_day
from pep_admin.validators.findings import Finding, blocking
from pep_admin.vocabulary import LeavingReason, LegalStatus, Part, PlacementKind, PpgStatus
from pep_admin.workflow.calendars import count_again
from pep_admin.workflow.delegation import tell_new_workers, tell_new_writers
from pep_admin.workflow.follow_up import ask_follow_up
from pep_admin.workflow.handover import tell_leaving
from pep_admin.workflow.meetings import drop_plan
from pep_admin.workflow.sections import unsign
from pep_admin.workflow.taking import refuse, take_peps

_Row = TypeVar("_Row", School, Person)


def take_into_care(
    session: Session, *, actor: Actor, today: date, facts: Mapping[str, Any], school_id: int | None = None,
    school_started_on: date | None = None, social_worker_id: int | None = None, carer_id: int | None = None,
    placement_kind: PlacementKind | None = None,
) -> Child:
    """A new child on the roll, with the first episode, school, worker and home. `facts` are columns of Child.

    Raises Refused with what is wrong in the facts; nothing is stored then.
    """
    require(actor, Permission.CHILD_EDIT)
    child = Child(**facts)
    wrong = blocking(check_child(child, today=today))
    wrong += check_first_school_day(school_started_on, born=child.date_of_birth, today=today)
    wrong += _left_over(school_id, school_started_on, carer_id, placement_kind)
    wrong += _on_the_roll(session, child)
    if wrong:
        raise Refused(wrong)
    with session.begin_nested():
        session.add(child)
        session.flush()
        session.add(CareEpisode(child_id=child.id, started_on=child.entered_care_on))
        if school_id is not None:
            _enrol(session, child, _one(session, School, school_id), school_started_on or child.entered_care_on)
        if social_worker_id is not None:
            _assign(session, child, _one(session, Person, social_worker_id), child.entered_care_on)
        if placement_kind is not None:
            _place(session, child, placement_kind, carer_id, child.entered_care_on)
        session.flush()
    ask_follow_up(session)
    audit.record(session, "child.take_into_care", child)
    return child


def _left_over(
    school_id: int | None, school_started_on: date | None, carer_id: int | None, placement_kind: PlacementKind | None
) -> list[Finding]:
    """What would be lost, because what it belongs to was not given."""
    found = []
    if school_started_on is not None and school_id is None:
        found.append(Finding("roll-school", "DATA-roll", "school", "Choose the school too, or leave its first day empty."))
    if carer_id is not None and placement_kind is None:
        found.append(Finding("roll-home", "DATA-roll", "placement_kind", "Choose the kind of home too: the carer goes with it."))
    return found


def _on_the_roll(session: Session, child: Child) -> list[Finding]:
    """A child without any number who has the name and birthday of one on record is asked about: it may be the same."""
    if child.lcs_id or child.upn or not (child.first_name and child.last_name):
        return []
    same = select(Child.id).where(
        func.lower(Child.first_name) == child.first_name.lower(), func.lower(Child.last_name) == child.last_name.lower(),
        Child.date_of_birth == child.date_of_birth)
    if session.scalar(same.limit(1)) is None:
        return []
    message = ("A child of this name and date of birth is on record already. If this is another child, give the number of the care "
               "record.")
    return [Finding("roll-twice", "DATA-unique", "lcs_id", message)]


def change_school(
    session: Session, child: Child, *, school_id: int | None, on: date, reason: LeavingReason | None, actor: Actor, today: date,
    now: datetime, run: str = "",
) -> Enrolment | None:
    """End the open enrolment and start one at the new school the same day, or none. Gives back the one that ended.

    Open PEPs go to the new school and its writer, who gets word of those that were sent out already, once a `run` (a move by itself
    is one). Part 2 loses the old one's signature, and drafts that were to be paid to the old school are to be paid to the new. Sent
    and signed-off ones keep the old school for money and record. Its designated teacher, who sees the child to the end of the last
    day, gets word where that is today, once a run.
    """
    require(actor, Permission.CHILD_EDIT)
    now_open = session.scalar(select(Enrolment).where(Enrolment.child_id == child.id, Enrolment.ended_on.is_(None)))
    _check_day(child, on, now_open.started_on if now_open else None, "school", today, _last_ended(session, Enrolment, child))
    if school_id is not None and school_id == child.school_id:
        raise refuse("roll-school", "DATA-roll", f"{child.called} is already at that school.", "school_id")
    if now_open and reason is None:
        raise refuse("roll-school", "HB-4.1", "Say why the child left the last school.", "reason")
    with session.begin_nested():
        if now_open:
            now_open.ended_on, now_open.leaving_reason = on, reason
            session.flush()
        school = _one(session, School, school_id) if school_id is not None else None
        child.school = school
        if school is not None:
            _enrol(session, child, school, on)
            child.setting_unknown_since = None
        move_open_peps(session, child, school, now=now, run=run)
        if now_open:
            tell_leaving(session, now_open, school, today=today, now=now, run=run or f"move-{child.id}-{now:%Y%m%d%H%M%S%f}")
    ask_follow_up(session)
    audit.record(session, "child.change_school", child, fields=["school_id"])
    return now_open


def move_open_peps(session: Session, child: Child, school: School | None, *, now: datetime, run: str = "") -> None:
    """The PEPs that are still written go to another school, and who writes them now gets word of what was sent out already."""
    peps = session.scalars(select(Pep).where(Pep.child_id == child.id, Pep.status.in_(OPEN_TO_WRITE)).order_by(Pep.id)).all()
    writers = {pep.id: pep.writer_id for pep in peps}
    for pep in peps:
        _move_pep(session, pep, school)
    session.flush()
    count_again(session, Pep.id.in_(writers), because="The child moved to another school")
    handed = [pep for pep in peps if pep.writer_id != writers[pep.id]]
    tell_new_writers(session, handed, now=now, run=run or f"move-{child.id}-{now:%Y%m%d%H%M%S%f}")


def _move_pep(session: Session, pep: Pep, school: School | None) -> None:
    """Its school, its writer, and to whom drafts are paid; Part 2 is unsigned."""
    paid_to_the_old = select(PpgRequest).where(
        PpgRequest.pep_id == pep.id, PpgRequest.status == PpgStatus.DRAFT, PpgRequest.payee_school_id == pep.school_id
    )
    for request in session.scalars(paid_to_the_old):
        request.payee_school = school  # without a school nobody is to be paid: that stops the sending until somebody is named
    pep.school, pep.writer = school, school.designated_teacher if school else None
    unsign(session, pep, Part.EDUCATION)


def change_social_worker(
    session: Session, child: Child, *, person_id: int | None, on: date, actor: Actor, today: date, now: datetime, run: str = ""
) -> None:
    """Hand the child over to another social worker from a day; open PEPs go with the child, with word of those that were sent out
    already, once a `run` (a change by itself is one)."""
    require(actor, Permission.CHILD_EDIT)
    now_open = session.scalar(select(Caseload).where(Caseload.child_id == child.id, Caseload.ended_on.is_(None)))
    _check_day(child, on, now_open.started_on if now_open else None, "social worker", today, _last_ended(session, Caseload, child))
    if person_id is not None and person_id == child.social_worker_id:
        raise refuse("roll-worker", "DATA-roll", f"{child.called} has that social worker already.", "person")
    with session.begin_nested():
        if now_open:
            now_open.ended_on = on
            session.flush()
        child.social_worker = None
        if person_id is not None:
            _assign(session, child, _one(session, Person, person_id), on)
        peps = session.scalars(select(Pep).where(Pep.child_id == child.id, Pep.status.in_(OPEN_TO_WRITE)).order_by(Pep.id)).all()
        for pep in peps:
            pep.social_worker = child.social_worker
        session.flush()
        tell_new_workers(session, peps, now=now, run=run or f"worker-{child.id}-{now:%Y%m%d%H%M%S%f}")
    ask_follow_up(session)
    audit.record(session, "child.change_social_worker", child, fields=["social_worker_id"])


def change_placement(
    session: Session, child: Child, *, kind: PlacementKind, carer_id: int | None, on: date, actor: Actor, today: date
) -> None:
    """A move of home: the open placement ends and a new one begins the same day. Only who is in care has one."""
    require(actor, Permission.CHILD_EDIT)
    if child.left_care_on is not None and child.left_care_on <= today:
        raise refuse("roll-home", "DATA-roll", f"{child.called} left care on {format_day(child.left_care_on)}. If the child is "
                     "back, enter the return to care, with the home.", "on")
    now_open = session.scalar(select(CarePlacement).where(CarePlacement.child_id == child.id, CarePlacement.ended_on.is_(None)))
    _check_day(child, on, now_open.started_on if now_open else None, "home", today, in_care=True)
    with session.begin_nested():
        if now_open:
            now_open.ended_on = on
            session.flush()
        _place(session, child, kind, carer_id, on)
        session.flush()
    ask_follow_up(session)
    audit.record(session, "child.change_placement", child, fields=["carer_id"])


def leave_care(session: Session, child: Child, *, on: date, reason: str, actor: Actor, today: date, now: datetime) -> None:
    """The child leaves care: the episode and the home end, a meeting that is still ahead is off, and who was invited to it is told
    so. School and worker stay, so that an open PEP may be the final one; who holds its meeting all the same books it anew."""
    require(actor, Permission.CHILD_EDIT)
    now_open = session.scalar(select(CarePlacement).where(CarePlacement.child_id == child.id, CarePlacement.ended_on.is_(None)))
    if child.left_care_on is not None:
        raise refuse("roll-leave", "DATA-roll", f"{child.called} left care on {format_day(child.left_care_on)}.", "on")
    _check_day(child, on, now_open.started_on if now_open else None, "home", today, in_care=True)
    with session.begin_nested():
        child.left_care_on = on
        for episode in session.scalars(select(CareEpisode).where(CareEpisode.child_id == child.id, CareEpisode.ended_on.is_(None))):
            episode.ended_on, episode.end_reason = on, reason
        if now_open:
            now_open.ended_on = on
        child.carer = None
        session.flush()
        unfinished = session.scalars(select(Pep.id).where(Pep.child_id == child.id, Pep.status.in_(UNFINISHED))).all()
        for pep in take_peps(session, unfinished):
            drop_plan(session, pep, today=today, now=now)
    audit.record(session, "child.leave_care", child, fields=["left_care_on"])


def return_to_care(
    session: Session, child: Child, *, on: date, notified_on: date | None, legal_status: LegalStatus, actor: Actor, today: date,
    placement_kind: PlacementKind | None = None, carer_id: int | None = None,
) -> None:
    """A child who left care comes back: a new period, whose days count as a new child's do (HB-1.2, 1.3).

    The earlier periods stay on record; school and social worker are those on record until they are changed.
    """
    require(actor, Permission.CHILD_EDIT)
    if child.left_care_on is None:
        raise refuse("roll-return", "DATA-roll", f"{child.called} is in care already.", "on")
    _check_day(child, on, child.left_care_on, "time out of care", today)
    with session.begin_nested():
        child.entered_care_on, child.left_care_on = on, None
        child.notified_on, child.legal_status = notified_on, legal_status
        if wrong := blocking(check_child(child, today=today)):
            raise Refused([each if each.field != "entered_care_on" else replace(each, field="on") for each in wrong])
        session.add(CareEpisode(child_id=child.id, started_on=on))
        if placement_kind is not None:
            _place(session, child, placement_kind, carer_id, on)
        session.flush()
    ask_follow_up(session)
    audit.record(session, "child.return_to_care", child, fields=["entered_care_on", "left_care_on"])


def _check_day(
    child: Child, on: date, since: date | None, what: str, today: date, last_ended: date | None = None, *, in_care: bool = False
) -> None:
    """A move acts at once, on who may see the child and who is paid: it is entered on its day or later, never before."""
    wrong = check_move_day(on, what=what, born=child.date_of_birth, today=today, since=since, last_ended=last_ended,
                           entered=child.entered_care_on if in_care else None)
    if wrong:
        raise Refused(wrong)


def _last_ended(session: Session, model: type[Enrolment] | type[Caseload], child: Child) -> date | None:
    return session.scalar(select(func.max(model.ended_on)).where(model.child_id == child.id))


def _enrol(session: Session, child: Child, school: School, on: date) -> None:
    session.add(Enrolment(child_id=child.id, school_id=school.id, started_on=on))
    child.school = school


def _assign(session: Session, child: Child, worker: Person, on: date) -> None:
    session.add(Caseload(child_id=child.id, social_worker_id=worker.id, started_on=on))
    child.social_worker = worker


def _place(session: Session, child: Child, kind: PlacementKind, carer_id: int | None, on: date) -> None:
    carer = _one(session, Person, carer_id) if carer_id is not None else None
    session.add(CarePlacement(child_id=child.id, kind=kind, carer_id=carer_id, started_on=on))
    child.carer = carer


def _one(session: Session, model: type[_Row], row_id: int) -> _Row:
    found = session.get(model, row_id)
    if found is None:
        raise NotFound
    return found
