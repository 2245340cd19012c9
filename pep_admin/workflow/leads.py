"""Whether designated teachers still are: asking them, their answers, and what is made of an answer that names somebody else.

Nobody becomes designated teacher by an answer alone: an officer takes it over, by the verbs of people.py and delegation.py.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session, joinedload

from pep_admin import audit, outbox
from pep_admin.circumstances import said
from pep_admin.deadlines import format_day
from pep_admin.exceptions import NotFound, Refused, StaleRecord
from pep_admin.models import LeadQuestion, Person, School
from pep_admin.permissions import Actor, Permission, require
from pep_admin.school_words import LeadAnswer, LeadDecision
from pep_admin.validators.findings import Finding, blocking
from pep_admin.vocabulary import PersonKind
from pep_admin.workflow.address_book import PersonFacts, check_person
from pep_admin.workflow.delegation import name_designated_teacher
from pep_admin.workflow.people import replace_person
from pep_admin.workflow.taking import all_or_nothing, refuse

LEADS = (PersonKind.DESIGNATED_TEACHER, PersonKind.HEADTEACHER, PersonKind.SCHOOL_STAFF)


@dataclass(frozen=True, slots=True)
class Asking:
    """Whom asking concerns: schools with the person who gets a letter, schools that are held and why, and the number of letters."""

    going: tuple[tuple[School, Person], ...]
    held: tuple[tuple[School, Finding], ...]
    mails: int


# --- asking ----------------------------------------------------------------------------------------------------------------


def ask_leads(
    session: Session, school_ids: Iterable[int], *, actor: Actor, now: datetime, run: str, accounts: Collection[int] | None = None,
    dry_run: bool = False,
) -> Asking:
    """Ask the designated teachers of those schools whether they still are: one letter a person a `run`, naming no child.

    `accounts` are the people who can sign in to answer (None: not known here). A school whom nobody can answer for is held. Who
    has not answered yet is asked again, by the same question.
    """
    require(actor, Permission.SCHOOL_EDIT)
    wanted = sorted(set(school_ids))
    schools = list(session.scalars(select(School).where(School.id.in_(wanted)).options(joinedload(School.designated_teacher))
                                   .order_by(School.name, School.id)))
    if len(schools) != len(wanted):
        raise NotFound
    standing = {(each.school_id, each.person_id): each for each in _standing(session, wanted)}
    going, held = [], []
    for school in schools:
        teacher = school.designated_teacher
        problem = _why_not(school, teacher, standing.get((school.id, teacher.id if teacher else 0)), accounts)
        if teacher is None or problem is not None:
            held.append((school, problem or _nobody()))
        else:
            going.append((school, teacher))
    people = {teacher.id: teacher for _, teacher in going}
    if not dry_run and going:
        with all_or_nothing(session):
            for school, teacher in going:
                _ask(session, school, teacher, standing.get((school.id, teacher.id)), actor=actor, now=now)
            for teacher in people.values():
                outbox.queue_mail(session, f"lead:{run}:{teacher.id}", teacher, "lead_asked", now=now)
            session.flush()
    return Asking(tuple(going), tuple(held), len(people))


def _standing(session: Session, school_ids: Collection[int]) -> list[LeadQuestion]:
    """The questions of those schools that wait for an answer, or for what is made of it."""
    waits = or_(LeadQuestion.answered_at.is_(None), (LeadQuestion.answer == LeadAnswer.OTHER) & LeadQuestion.decision.is_(None))
    found = select(LeadQuestion).where(LeadQuestion.school_id.in_(school_ids), waits)
    return list(session.scalars(found.order_by(LeadQuestion.id)))


def _why_not(
    school: School, teacher: Person | None, question: LeadQuestion | None, accounts: Collection[int] | None
) -> Finding | None:
    if teacher is None:
        return _nobody()
    if teacher.left_on is not None:
        return _held(f"{teacher.name} has left. Name another designated teacher.")
    if not teacher.has_working_address:
        return _held(f"{teacher.name} has no working e-mail address. Put one in under People.")
    if accounts is not None and teacher.id not in accounts:
        return _held(f"{teacher.name} has no account to answer with. Ask an administrator to invite them.")
    if question is not None and question.answer is LeadAnswer.OTHER:
        return _held(f"{teacher.name} has named {question.new_name} already. Decide on that first.")
    return _held(f"The school closed on {format_day(school.closed_on)}.") if school.closed_on else None


def _held(message: str) -> Finding:
    return Finding("lead", "HB-2.2", "", message)


def _nobody() -> Finding:
    return _held("Nobody is named as designated teacher.")


def _ask(
    session: Session, school: School, teacher: Person, question: LeadQuestion | None, *, actor: Actor, now: datetime
) -> None:
    if question is None:
        question = LeadQuestion(school_id=school.id, person_id=teacher.id)
        session.add(question)
    question.asked_at, question.asked_by, question.asked_name = now, actor.id, actor.name
    audit.record(session, "school.ask_lead", school, person_id=teacher.id)


# --- answering -------------------------------------------------------------------------------------------------------------


def schools_led_by(session: Session, actor: Actor) -> list[School]:
    """The schools that name the one who acts as their designated teacher."""
    if actor.person_id is None:
        return []
    found = select(School).where(School.designated_teacher_id == actor.person_id)
    return list(session.scalars(found.order_by(School.name, School.id)))


def find_question(session: Session, school: School) -> LeadQuestion | None:
    """What waits for an answer of the school's designated teacher, or what they answered and nobody has decided on."""
    standing = [each for each in _standing(session, [school.id]) if each.person_id == school.designated_teacher_id]
    return standing[-1] if standing else None


def confirm_lead(session: Session, school_id: int, *, actor: Actor, today: date, now: datetime) -> School:
    """"Yes, I am": the school's designated teacher says so, with the day."""
    school = _own_school(session, school_id, actor)
    question = find_question(session, school)
    if question is not None:
        question.answer, question.answered_at = LeadAnswer.YES, now
        question.new_first_name = question.new_last_name = question.new_email = question.new_from = None
    school.lead_confirmed_on, school.lead_confirmed_by, school.lead_confirmed_name = today, actor.id, actor.name
    session.flush()
    audit.record(session, "school.confirm_lead", school)
    return school


def name_lead(
    session: Session, school_id: int, *, first_name: str, last_name: str, email: str, from_on: date | None, actor: Actor,
    now: datetime,
) -> LeadQuestion:
    """"It is now …": kept for the Virtual School to decide; nothing of a child opens by it, and nobody is written to.

    Raises Refused for what is no name or address, or the own one.
    """
    school = _own_school(session, school_id, actor)
    facts = PersonFacts(email.strip().lower(), first_name.strip(), last_name.strip(), PersonKind.DESIGNATED_TEACHER)
    if wrong := blocking(_check_successor(session, facts, actor)):
        raise Refused(wrong)
    question = find_question(session, school)
    if question is None:
        question = LeadQuestion(school_id=school.id, person_id=actor.person_id, asked_at=now, asked_by=actor.id,
                                asked_name=actor.name)
        session.add(question)
    question.answer, question.answered_at, question.new_from = LeadAnswer.OTHER, now, from_on
    question.new_first_name, question.new_last_name, question.new_email = facts.first_name, facts.last_name, facts.email
    school.lead_confirmed_on = school.lead_confirmed_by = school.lead_confirmed_name = None
    session.flush()
    audit.record(session, "school.name_lead", school)
    return question


def _own_school(session: Session, school_id: int, actor: Actor) -> School:
    require(actor, Permission.LEAD_ANSWER)
    found = session.scalar(
        select(School).where(School.id == school_id, School.designated_teacher_id == (actor.person_id or -1))
        .with_for_update(of=School).execution_options(populate_existing=True)
    )
    if found is None:
        raise NotFound
    return found


def _check_successor(session: Session, facts: PersonFacts, actor: Actor) -> list[Finding]:
    found = check_person(facts)
    for name, what in (("first_name", "first name"), ("last_name", "last name")):
        if not said(getattr(facts, name)):
            found.append(Finding("lead", "HB-2.2", name, f"Enter the {what} of the new designated teacher."))
    if not found and session.scalar(select(Person.id).where(func.lower(Person.email) == facts.email)) == actor.person_id:
        found.append(Finding("lead", "HB-2.2", "email", "This is your own address. Enter that of the person who takes over."))
    return found


# --- deciding --------------------------------------------------------------------------------------------------------------


def find_named(session: Session, question: LeadQuestion) -> Person | None:
    """The person on record who has the address that was named."""
    email = (question.new_email or "").lower()
    return session.scalar(select(Person).where(func.lower(Person.email) == email).order_by(Person.id)) if email else None


def accept_lead(
    session: Session, question_id: int, *, version: int, on: date, leaves: bool, reason: str, actor: Actor, today: date,
    now: datetime, run: str,
) -> Person:
    """The named person is designated teacher from that day. `reason` is how the officer made sure of it.

    With `leaves` they take over all that hangs on the one before, who loses the account (people.py); else this school with its open
    PEPs. Somebody who is not on record is put there. Raises Refused where it cannot be.
    """
    require(actor, Permission.SCHOOL_EDIT)
    require(actor, Permission.PERSON_EDIT)
    question = _undecided(session, question_id, version)
    _require_reason(reason, "Say how you made sure: an address that is typed here opens children’s records to whoever has it.")
    if on > today:
        raise refuse("lead", "DATA-dates", f"{format_day(on)} is still to come. Take it over on the day it happens.", "on")
    school, before = question.school, question.person
    if school.designated_teacher_id != before.id:
        raise refuse("lead", "DATA-status", f"{before.name} is no longer designated teacher of {school.name}, so there is nothing "
                     "to take over. Decline it.")
    with all_or_nothing(session):
        person = _put_on_record(session, question)
        if leaves:
            replace_person(session, before.id, person.id, on=on, leaves=True, actor=actor, today=today, now=now, run=run)
        else:
            name_designated_teacher(session, school, person.id, actor=actor, now=now, run=run)
        _decide(question, LeadDecision.ACCEPTED, reason, actor, now)
        session.flush()
    audit.record(session, "school.accept_lead", school, person_id=person.id, left=leaves)
    return person


def decline_lead(session: Session, question_id: int, *, version: int, reason: str, actor: Actor, now: datetime) -> LeadQuestion:
    """The answer is not taken over, for a reason; the designated teacher stays who it is."""
    require(actor, Permission.SCHOOL_EDIT)
    question = _undecided(session, question_id, version)
    _require_reason(reason, "Say why it is not taken over.")
    _decide(question, LeadDecision.DECLINED, reason, actor, now)
    session.flush()
    audit.record(session, "school.decline_lead", question.school)
    return question


def _undecided(session: Session, question_id: int, version: int) -> LeadQuestion:
    question = session.scalar(
        select(LeadQuestion).where(LeadQuestion.id == question_id).with_for_update(of=LeadQuestion)
        .execution_options(populate_existing=True)
    )
    if question is None:
        raise NotFound
    if question.row_version != version:
        raise StaleRecord
    if question.answer is not LeadAnswer.OTHER or question.decision is not None:
        raise refuse("lead", "DATA-status", "There is nothing to decide here: nobody else is named, or it was decided already.")
    return question


def _require_reason(reason: str, sentence: str) -> None:
    if not said(reason):
        raise refuse("lead", "DATA-reason", sentence, "reason")


def _decide(question: LeadQuestion, decision: LeadDecision, reason: str, actor: Actor, now: datetime) -> None:
    question.decision, question.decided_at, question.decision_reason = decision, now, reason.strip()
    question.decided_by, question.decided_name = actor.id, actor.name


def _put_on_record(session: Session, question: LeadQuestion) -> Person:
    person = find_named(session, question)
    if person is None:
        person = Person(first_name=question.new_first_name or "", last_name=question.new_last_name or "", email=question.new_email,
                        kind=PersonKind.DESIGNATED_TEACHER, organisation=question.school.name)
        session.add(person)
        session.flush()
    elif person.kind not in LEADS:
        raise refuse("lead", "HB-2.2", f"On record, this address is that of {person.name}, {person.kind.label.lower()}. Correct "
                     "the list of people first, or decline.")
    return person
