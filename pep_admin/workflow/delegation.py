"""Handing PEPs to their writers (HB-2.1, 2.2): the gate of a named person with a working address, and one mail a person a run.

Who writes follows from who is designated teacher; a change of that is here, a child's change of school is roll.py's.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from pep_admin import audit, outbox, queries
from pep_admin.config import LONDON
from pep_admin.deadlines import format_day
from pep_admin.exceptions import NotFound, Refused
from pep_admin.models import Pep, Person, School
from pep_admin.permissions import Actor, Permission, require
from pep_admin.queries import OPEN_TO_WRITE
from pep_admin.queries.deliveries import DELEGATED
from pep_admin.queries.in_care import days_of_leaving
from pep_admin.validators.findings import Finding, blocking
from pep_admin.validators.waivers import WaiverFacts, let_pass
from pep_admin.vocabulary import Part, PepStatus
from pep_admin.workflow.follow_up import ask_follow_up
from pep_admin.workflow.sections import unsign
from pep_admin.workflow.taking import all_or_nothing, move_peps, refuse, take_pep, take_peps


@dataclass(frozen=True, slots=True)
class Going:
    """A PEP that can go, and to whom; `worker` gets word too where there is an address.

    Where the head waived that a writer can be reached, `writer` is who cannot be, or None, and `waived` says so.
    """

    pep: Pep
    writer: Person | None
    worker: Person | None
    waived: Finding | None = None

    @property
    def reached(self) -> Person | None:
        """The writer, where mail reaches them."""
        return self.writer if self.writer and self.writer.has_working_address else None


@dataclass(frozen=True, slots=True)
class DelegationResult:
    """What went, or would go; what is held and why; how many people get a mail."""

    going: tuple[Going, ...]
    held: tuple[tuple[Pep, Finding], ...]
    mails: int


def delegate_peps(
    session: Session, ids: Iterable[int], *, actor: Actor, now: datetime, run: str, dry_run: bool = False,
    versions: Mapping[int, int] | None = None,
) -> DelegationResult:
    """Send those PEPs to their writers. `run` names this run: the same run never mails a person twice.

    What cannot go is held with its reason and does not stop the others.
    """
    require(actor, Permission.PEP_DELEGATE)
    ids = list(ids)
    peps = _look(session, ids) if dry_run else take_peps(session, ids, versions=versions)
    people, waivers = _people(session, ids), queries.standing_waivers(session, ids)
    left = days_of_leaving(session, ids, now.astimezone(LONDON).date())
    going, held = [], []
    for pep in peps:
        writer, worker = people[pep.id]
        problem = _why_not(pep, writer, waivers.get(pep.id, ()), left.get(pep.id))
        if problem is not None and problem.severity == "blocking":
            held.append((pep, problem))
        else:
            told = worker if worker and worker.has_working_address and (not writer or worker.id != writer.id) else None
            going.append(Going(pep, writer, told, problem))
    mails = _mails(going)
    if not dry_run and going:
        with all_or_nothing(session):
            _send(session, going, mails, now=now, run=run)
    return DelegationResult(tuple(going), tuple(held), len(mails))


def _look(session: Session, ids: list[int]) -> list[Pep]:
    found = list(session.scalars(select(Pep).where(Pep.id.in_(ids)).order_by(Pep.id)))
    if len(found) != len(set(ids)):
        raise NotFound
    return found


def _people(session: Session, ids: list[int]) -> dict[int, tuple[Person | None, Person | None]]:
    """Named writer (by default the school's designated teacher; without a school the social worker) and social worker."""
    rows = session.scalars(
        select(Pep).where(Pep.id.in_(ids)).options(
            joinedload(Pep.writer), joinedload(Pep.social_worker), joinedload(Pep.school).joinedload(School.designated_teacher)
        )
    )
    return {
        pep.id: (pep.writer or (pep.school.designated_teacher if pep.school else pep.social_worker), pep.social_worker)
        for pep in rows
    }


def _why_not(pep: Pep, writer: Person | None, waivers: Sequence[WaiverFacts], left_on: date | None) -> Finding | None:
    """What holds a PEP back; a warning where the head waived it."""
    if pep.status not in OPEN_TO_WRITE:
        return Finding("status", "DATA-status", "", f"It is “{pep.status.label}”.")
    if left_on is not None:
        return Finding("roll-left", "DATA-roll", "", f"The child left care on {format_day(left_on)}. Close the PEP as not needed.")
    problem = _cannot_write(pep, writer)
    return let_pass([problem], waivers)[0] if problem else None


def delegation_gates(session: Session, pep: Pep, today: date) -> list[Finding]:
    """What keeps that PEP from being sent to its writer, less what was waived."""
    writer, _ = _people(session, [pep.id])[pep.id]
    left = days_of_leaving(session, [pep.id], today)
    problem = _why_not(pep, writer, queries.standing_waivers(session, [pep.id]).get(pep.id, ()), left.get(pep.id))
    return blocking([problem] if problem else [])


def _cannot_write(pep: Pep, writer: Person | None) -> Finding | None:
    """What keeps that person from being sent the PEP (HB-2.2); None when nothing does."""
    if writer is None:
        return _no_writer(pep)
    if writer.left_on is not None:
        return Finding("RD-001", "HB-2.2", "writer", f"{writer.name} has left. Name another writer.")
    if not writer.has_working_address:
        return Finding("RD-001", "HB-2.2", "writer", f"{writer.name} has no working e-mail address. Put one in under People.")
    return None


def _no_writer(pep: Pep) -> Finding:
    why = (f"Nobody with a working address is named as designated teacher at {pep.school.name}." if pep.school
           else "This child has no school and no social worker on record.")
    return Finding("RD-001", "HB-2.2", "writer", f"{why} Name the writer first.")


def _mails(going: Iterable[Going]) -> dict[int, tuple[Person, list[int]]]:
    mails: dict[int, tuple[Person, list[int]]] = {}
    for each in going:
        for person in (each.reached, each.worker):
            if person is not None:
                mails.setdefault(person.id, (person, []))[1].append(each.pep.id)
    return mails


def _send(session: Session, going: list[Going], mails: dict[int, tuple[Person, list[int]]], *, now: datetime, run: str) -> None:
    for each in going:
        if each.reached and each.pep.writer_id != each.reached.id:
            each.pep.writer = each.reached
    session.flush()
    move_peps(session, [each.pep for each in going if each.pep.status is PepStatus.INITIATED], PepStatus.IN_PROGRESS,
              delegated_at=now)
    move_peps(session, [each.pep for each in going if each.pep.status is PepStatus.RETURNED], PepStatus.RETURNED, delegated_at=now)
    for person, peps in mails.values():
        _tell_of(session, person, peps, now=now, run=run)
    session.flush()
    for each in going:
        audit.record(session, "pep.delegate", each.pep, person_id=each.reached.id if each.reached else None)


def name_writer(session: Session, pep_id: int, person_id: int, *, actor: Actor, version: int | None = None) -> Pep:
    """Name who writes the school's part of one PEP (HB-2.2); it still has to be sent to them.

    Raises Refused for somebody whom the PEP could not be sent to.
    """
    require(actor, Permission.PEP_EDIT)
    pep = take_pep(session, pep_id, *OPEN_TO_WRITE, version=version)
    person = session.get(Person, person_id)
    if person is None:
        raise NotFound
    if problem := _cannot_write(pep, person):
        raise Refused([problem])
    pep.writer = person
    session.flush()
    ask_follow_up(session)
    audit.record(session, "pep.name_writer", pep, person_id=person.id)
    return pep


def name_designated_teacher(
    session: Session, school: School, person_id: int | None, *, actor: Actor, now: datetime, run: str
) -> list[Pep]:
    """Name who is designated teacher of a school, or nobody; the open PEPs that change hands with it.

    Those are the ones that the last one writes or nobody does. They are unsigned as after a move, and the new one gets word of
    those that were sent out already, once a run. A PEP with another named writer stays. What was sent or signed off changes
    hands too, so that the last one neither sees the children nor takes anything back; the record keeps the name it was written
    under. Raises Refused for somebody who cannot be reached where PEPs that were sent out would go to them (HB-2.2).
    """
    require(actor, Permission.SCHOOL_EDIT)
    before = school.designated_teacher_id
    if person_id == before:
        return []
    with session.no_autoflush:  # what else of the school is being saved with it is one change
        person = session.get(Person, person_id) if person_id is not None else None
        if person is None and person_id is not None:
            raise NotFound
        if person is not None and person.left_on is not None:
            raise refuse("teacher", "HB-2.2", f"{person.name} has left. Name somebody else.", "designated_teacher")
        every = [pep for pep in _of_school(session, school) if pep.writer_id in (before, None) and pep.writer_id != person_id]
        handed = [pep for pep in every if pep.status in OPEN_TO_WRITE]
        _refuse_unreachable(person, handed)
        school.designated_teacher = person
        school.lead_confirmed_on = school.lead_confirmed_by = school.lead_confirmed_name = None  # that was the last one's word
        hand_over(session, every, person)
    session.flush()
    tell_new_writers(session, handed, now=now, run=run)
    ask_follow_up(session)
    audit.record(session, "school.name_designated_teacher", school, person_id=person_id, peps=len(handed))
    for pep in every:
        audit.record(session, "pep.name_writer", pep, person_id=person_id)
    return handed


def _refuse_unreachable(person: Person | None, handed: Iterable[Pep]) -> None:
    if person is not None and not person.has_working_address and any(pep.delegated_at for pep in handed):
        raise refuse("RD-001", "HB-2.2", f"{person.name} has no working e-mail address, and PEPs that are being written would go "
                     "to them. Put one in under People first.", "designated_teacher")


def hand_over(session: Session, peps: Iterable[Pep], writer: Person | None) -> None:
    """Those PEPs get another writer; the school's part of one that is still written is unsigned."""
    for pep in peps:
        pep.writer = writer
        if pep.status in OPEN_TO_WRITE:
            unsign(session, pep, Part.EDUCATION)


def _of_school(session: Session, school: School) -> list[Pep]:
    """The PEPs of that school that were not closed as not needed, locked."""
    return take_peps(session, session.scalars(select(Pep.id).where(Pep.school_id == school.id, Pep.status != PepStatus.WITHDRAWN)))


def tell_new_writers(session: Session, peps: Iterable[Pep], *, now: datetime, run: str) -> None:
    """Word to who writes those PEPs now, where they were sent out before: one mail a person a run, however often this is called."""
    _tell(session, [(pep, pep.writer) for pep in peps], now=now, run=run)


def tell_new_workers(session: Session, peps: Iterable[Pep], *, now: datetime, run: str) -> None:
    """The same to those PEPs' social worker, who writes Parts 1 and 3."""
    _tell(session, [(pep, pep.social_worker) for pep in peps], now=now, run=run)


def _tell(session: Session, handed: Iterable[tuple[Pep, Person | None]], *, now: datetime, run: str) -> None:
    for pep, person in handed:
        if pep.delegated_at is None or person is None or not person.has_working_address:
            continue
        _tell_of(session, person, [pep.id], now=now, run=run)
        session.flush()


def _tell_of(session: Session, person: Person, pep_ids: Iterable[int], *, now: datetime, run: str) -> None:
    """The run's one mail to that person is about those PEPs too."""
    mail = outbox.queue_mail(session, f"delegated:{run}:{person.id}", person, DELEGATED, now=now, peps=[], count=0)
    about = sorted({*mail.arguments.get("peps", ()), *pep_ids})
    mail.arguments = {**mail.arguments, "peps": about, "count": len(about)}
