"""A plainly fictional Virtual School, built by the same verbs that people use, standing at 18 Nov 2024.

Only what is invented for showing and trying belongs here; the words are in words.py, the writing of PEPs in writing.py.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from pep_admin.demo import words, writing
from pep_admin.demo.schooling import inspect_schools, keep_calendars
from pep_admin.demo.writing import Office, act_as
from pep_admin.exceptions import PepAdminError
from pep_admin.models import Child, Pep, Person, PpgRequest, School
from pep_admin.permissions import SYSTEM, Actor
from pep_admin.queries import find_term
from pep_admin.school_calendar import year_group
from pep_admin.vocabulary import (
    Decision,
    Grade,
    LegalStatus,
    PersonKind,
    PlacementKind,
    PpgStatus,
    Role,
    SchoolKind,
    SchoolPhase,
    SenStatus,
)
from pep_admin.workflow import delegation, payments, reviews, roll
from pep_admin.workflow import peps as pep_verbs
from pep_admin.workflow.years import open_years

DEMO_DAY = date(2024, 11, 18)
LAUNCHED_ON = date(2024, 9, 9)
SIZES = {"small": 60, "bury": 350, "largest": 2_200, "england": 82_000}
"""Children, by the sizes of the design: a first look, Bury, the largest authority, all of England."""
MOST_WRITTEN = 40
PASSWORD = "fictional-demo-only"  # noqa: S105  # shown on the front of the demo; opens nothing real
CHUNK = 500

Say = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class DemoAccount:
    """A sign-in of the demo: who it is for, and the Person behind it, if any."""

    name: str
    email: str
    roles: frozenset[Role]
    person_id: int | None


def build(session: Session, size: str, say: Say) -> list[DemoAccount]:
    """Fill an empty database with a Virtual School of that size; the accounts that the caller is to make.

    Commits as it goes: a demonstration that was stopped half-way is thrown away, not mended.
    """
    act_as(session, SYSTEM)
    chance = random.Random(2024)  # noqa: S311  # the same demo every time, nothing secret
    open_years(session, actor=SYSTEM)
    schools, workers, carers = _schools(session, SIZES[size]), _workers(session, SIZES[size]), _carers(session, SIZES[size])
    office_people = _office(session)
    session.commit()
    _children(session, SIZES[size], schools, workers, carers, chance, say)
    office = Office(*(Actor(f"person:{each.id}", each.name, frozenset({role}), each.id) for each, role in office_people))
    _autumn(session, office, say)
    return _accounts(session, office_people)


def is_built(session: Session) -> bool:
    """Whether there is a child in the database already."""
    act_as(session, SYSTEM)
    return session.scalar(select(Child.id).limit(1)) is not None


# --- people and places -------------------------------------------------------------------------------------------------


def _name(number: int) -> tuple[str, str]:
    """No two numbers under 550 give the same name."""
    first = number % len(words.FIRST_NAMES)
    return words.FIRST_NAMES[first], words.LAST_NAMES[(first + number // len(words.FIRST_NAMES)) % len(words.LAST_NAMES)]


def _people(session: Session, kind: PersonKind, count: int, start: int, domain: str) -> list[Person]:
    people = []
    for number in range(start, start + count):
        first, last = _name(number)
        address = f"{first}.{last}.{number}@{domain}".lower().replace("ë", "e") if domain else None
        people.append(Person(first_name=first, last_name=last, kind=kind, email=address, phone=f"01632 96{number % 10_000:04d}"))
    session.add_all(people)
    session.flush()
    return people


def _schools(session: Session, children: int) -> list[School]:
    """One school for every five children, at least the twelve of the list; the last has nobody to write to."""
    count = max(len(words.SCHOOLS), min(children // 5, 24_000) if children > len(words.SCHOOLS) * 5 else 0)
    teachers = _people(session, PersonKind.DESIGNATED_TEACHER, count, 300, "school.example")
    heads = _people(session, PersonKind.HEADTEACHER, count, 350, "head.example")
    schools = []
    for number in range(count):
        name, kind, phase = words.SCHOOLS[number % len(words.SCHOOLS)]
        again = number // len(words.SCHOOLS)
        schools.append(
            School(urn=f"{900_000 + number}" if kind != "nursery" else None, name=f"{name} {again + 1}" if again else name,
                   kind=SchoolKind(kind), phase=SchoolPhase(phase), local_authority_code="999", in_borough=number % 9 != 8,
                   town="Fictown", phone=f"01632 95{number % 10_000:04d}", headteacher=heads[number],
                   designated_teacher=None if number == len(words.SCHOOLS) - 1 else teachers[number],
                   finance_reference=f"FIN-{1000 + number}" if number % 12 != 5 else None)
        )
    session.add_all(schools)
    session.flush()
    inspect_schools(session, schools, today=DEMO_DAY)
    keep_calendars(session, schools)
    return schools


def _workers(session: Session, children: int) -> list[Person]:
    return _people(session, PersonKind.SOCIAL_WORKER, max(6, children // 18), 400, "council.example")


def _carers(session: Session, children: int) -> list[Person]:
    return _people(session, PersonKind.CARER, max(20, children // 3), 450, "")


def _office(session: Session) -> list[tuple[Person, Role]]:
    roles = (Role.VS_HEAD, Role.VS_OFFICER, Role.FINANCE)
    people = _people(session, PersonKind.VIRTUAL_SCHOOL, len(roles), 500, "virtualschool.example")
    return list(zip(people, roles, strict=True))


def _children(
    session: Session, count: int, schools: Sequence[School], workers: Sequence[Person], carers: Sequence[Person],
    chance: random.Random, say: Say,
) -> None:
    by_phase: dict[str, list[int]] = {}
    for school in schools:
        by_phase.setdefault(school.phase.value, []).append(school.id)
    worker_ids, carer_ids = [each.id for each in workers], [each.id for each in carers]
    for number in range(count):
        born_on = date(2006, 12, 1) + timedelta(days=int(chance.random() * 365 * 14.6))
        at = by_phase[words.PHASE_OF_GROUP.get(year_group(born_on, LAUNCHED_ON), "primary")]
        entered_on = max(born_on + timedelta(days=60), date(2024, 9, 1) - timedelta(days=int(chance.random() * 1_500)))
        if number % 15 == 14:
            entered_on = date(2024, 10, 14) + timedelta(days=number % 20)
        first, last = _name(number + 3)
        roll.take_into_care(
            session, actor=SYSTEM, today=DEMO_DAY,
            facts={"first_name": first, "last_name": last, "date_of_birth": born_on, "lcs_id": f"DEMO-{number + 1:05d}",
                   "entered_care_on": entered_on, "notified_on": entered_on + timedelta(days=1),
                   "legal_status": (LegalStatus.C2, LegalStatus.V2, LegalStatus.C1)[number % 3],
                   "sen_status": (SenStatus.NONE, SenStatus.SUPPORT, SenStatus.NONE, SenStatus.EHCP)[number % 4]},
            school_id=at[number % len(at)] if number % 23 != 22 else None, social_worker_id=worker_ids[number % len(worker_ids)],
            carer_id=carer_ids[number % len(carer_ids)], placement_kind=PlacementKind.FOSTER,
        )
        if number % CHUNK == CHUNK - 1:
            session.commit()
            session.expunge_all()
            say(f"{number + 1:,} of {count:,} children on the roll")
    session.commit()


# --- the autumn --------------------------------------------------------------------------------------------------------


def _autumn(session: Session, office: Office, say: Say) -> None:
    """Launch, delegate, write, send, grade, release: so that every state of a PEP is there to be looked at."""
    term = find_term(session, "2024-25", "autumn")
    if term is None:
        raise PepAdminError("The autumn term of 2024-25 is not on record.")
    act_as(session, office.officer)
    launched = pep_verbs.launch_term(session, term, actor=office.officer, today=LAUNCHED_ON, now=_at(LAUNCHED_ON))
    session.commit()
    ids = [pep.id for pep in launched.peps]
    say(f"{len(ids):,} PEPs opened for {term.label}")
    to_send = ids[: len(ids) * 5 // 6]
    for start in range(0, len(to_send), CHUNK):
        delegation.delegate_peps(
            session,
            to_send[start : start + CHUNK],
            actor=office.officer,
            now=_at(LAUNCHED_ON + timedelta(days=1)),
            run=f"demo-{start}",
        )
        session.commit()
    sent = _write(session, office, to_send, say)
    _grade(session, office, sent)
    _pay(session, office)
    act_as(session, office.officer)
    pep_verbs.launch_term(session, term, actor=office.officer, today=DEMO_DAY, now=_at(DEMO_DAY))
    session.commit()


def _write(session: Session, office: Office, ids: Sequence[int], say: Say) -> list[int]:
    act_as(session, office.officer)
    ready = session.scalars(
        select(Pep).where(Pep.id.in_(ids), Pep.writer_id.is_not(None), Pep.school_id.is_not(None), Pep.delegated_at.is_not(None))
        .order_by(Pep.id).limit(MOST_WRITTEN)
    ).all()
    sent = []
    for number, pep_id in enumerate([pep.id for pep in ready]):
        act_as(session, office.officer)
        pep = pep_verbs.find_pep(session, pep_id)
        met_on = LAUNCHED_ON + timedelta(days=writing.MEETING_DAYS_AFTER_LAUNCH + number % 10)
        met_on += timedelta(days=(0, 0, 0, 0, 0, 2, 1)[met_on.weekday()])
        unfinished = number % 4 == 3
        writing.write(session, pep, meeting_on=met_on, unfinished=unfinished, money=number % 5 != 4)
        if not unfinished:
            writing.sign_and_send(session, pep, today=met_on + timedelta(days=3), now=_at(met_on + timedelta(days=3)))
            sent.append(pep_id)
        session.commit()
    say(f"{len(ready):,} PEPs written, {len(sent):,} of them sent")
    return sent


def _grade(session: Session, office: Office, sent: Sequence[int]) -> None:
    """Two in three accepted, one in nine sent back, the rest still with the Virtual School."""
    act_as(session, office.officer)
    grades = (Grade.GOLD, Grade.GREEN, Grade.GREEN, Grade.AMBER)
    for number, pep_id in enumerate(sent):
        if number % 9 in (2, 6):
            continue
        if number % 9 == 8:
            say_back = reviews.Grading(Grade.RED, Decision.RETURN, "The targets and the discussion do not fit one another yet.",
                                       "Say in Part 3 what was agreed about each target, and by when.")
        else:
            grade = grades[number % len(grades)]
            say_back = reviews.Grading(grade, Decision.ACCEPT, "The child's own words lead to a target: well done.",
                                       "Next time say how much of the gap has closed." if grade is Grade.AMBER else "")
        reviews.grade_pep(session, pep_id, say_back, actor=office.officer, today=date(2024, 11, 11), now=_at(date(2024, 11, 11)))
        session.commit()


def _pay(session: Session, office: Office) -> None:
    """Finance lets half of what is approved go, and hands it over in one batch."""
    act_as(session, office.finance)
    approved = session.scalars(select(PpgRequest.id).where(PpgRequest.status == PpgStatus.APPROVED).order_by(PpgRequest.id)).all()
    if approved:
        payments.release_requests(session, approved[: (len(approved) + 1) // 2], actor=office.finance, today=date(2024, 11, 13),
                                  now=_at(date(2024, 11, 13)))
        payments.batch_releases(session, actor=office.finance, now=_at(date(2024, 11, 14)))
    session.commit()


def _at(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, 10, 30, tzinfo=UTC)


# --- accounts ----------------------------------------------------------------------------------------------------------


def _accounts(session: Session, office: Sequence[tuple[Person, Role]]) -> list[DemoAccount]:
    """The office, the busiest teacher and social worker, an auditor, an administrator."""
    act_as(session, SYSTEM)
    accounts = [DemoAccount(each.name, f"{role.value.removeprefix('vs_')}@demo.example", frozenset({role}), each.id)
                for each, role in office]
    both = ((Pep.writer_id, Role.DESIGNATED_TEACHER, "teacher"), (Pep.social_worker_id, Role.SOCIAL_WORKER, "worker"))
    for column, role, address in both:
        busiest = session.execute(
            select(column, func.count(Pep.id))
            .where(column.is_not(None))
            .group_by(column)
            .order_by(func.count(Pep.id).desc(), column)
            .limit(1)
        ).first()
        person = session.get(Person, busiest[0]) if busiest else None
        if person is not None:
            accounts.append(DemoAccount(person.name, f"{address}@demo.example", frozenset({role}), person.id))
    accounts.append(DemoAccount("Ada Reader", "auditor@demo.example", frozenset({Role.AUDITOR}), None))
    accounts.append(DemoAccount("Ivo Keys", "administrator@demo.example", frozenset({Role.ADMINISTRATOR}), None))
    return accounts
