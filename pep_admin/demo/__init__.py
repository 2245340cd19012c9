"""A plainly fictional Virtual School, built by the same verbs that people use, standing at 18 Nov 2024.

Only what is invented for showing and trying belongs here: words.py has the words, cast.py the children with a story, autumn.py the
term, writing.py the writing of PEPs.
"""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import zip_longest
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from pep_admin.demo import words
from pep_admin.demo.autumn import CHUNK, DEMO_DAY, LAUNCHED_ON, Say, play
from pep_admin.demo.cast import CAST, Part
from pep_admin.demo.schooling import inspect_schools, keep_calendars
from pep_admin.demo.writing import Office, act_as
from pep_admin.models import CareTeam, Child, Pep, Person, School
from pep_admin.permissions import SYSTEM, Actor
from pep_admin.school_calendar import year_group
from pep_admin.vocabulary import LegalStatus, PersonKind, PlacementKind, Role, SchoolKind, SchoolPhase, SenStatus
from pep_admin.workflow import roll
from pep_admin.workflow.years import open_years

SIZES = {"small": 60, "bury": 350, "largest": 2_200, "england": 82_000}
"""Children, by the sizes of the design: a first look, Bury, the largest authority, all of England."""
ALSO_WRITTEN = {"small": 8, "bury": 60}
"""PEPs that are written beside those of the cast; the sizes above write no more than Bury's."""
PASSWORD = "fictional-demo-only"  # noqa: S105  # shown on the front of the demo; opens nothing real


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
    open_years(session, actor=SYSTEM)
    schools, workers, carers = _schools(session, SIZES[size]), _workers(session, SIZES[size]), _carers(session, SIZES[size])
    office_people = _office(session)
    session.commit()
    [officer] = [person for person, role in office_people if role is Role.VS_OFFICER]
    made = _children(session, SIZES[size], schools, workers, carers, officer, say)
    office = Office(*(Actor(f"person:{each.id}", each.name, frozenset({role}), each.id) for each, role in office_people))
    cast = {part.key: child_id for part, child_id in zip(CAST, made, strict=False)}
    play(session, office, cast, ALSO_WRITTEN.get(size, ALSO_WRITTEN["bury"]), say)
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
                   kind=SchoolKind(kind), phase=SchoolPhase(phase), local_authority_code="999", in_borough=number % 9 not in (4, 8),
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
    """Social workers in their teams. The last team has no manager on record, the last worker no team."""
    workers = _people(session, PersonKind.SOCIAL_WORKER, max(6, children // 18), 400, "council.example")
    managers = _people(session, PersonKind.PROFESSIONAL, len(words.CARE_TEAMS) - 1, 90_000, "council.example")
    for number, worker in enumerate(workers[:-1]):
        worker.organisation = words.CARE_TEAMS[number % len(words.CARE_TEAMS)]
    for name, manager in zip_longest(words.CARE_TEAMS, managers):
        if manager is not None:
            manager.organisation = name
        session.add(CareTeam(name=name, manager=manager))
    session.flush()
    return workers


def _carers(session: Session, children: int) -> list[Person]:
    return _people(session, PersonKind.CARER, max(20, children // 3), 450, "")


def _office(session: Session) -> list[tuple[Person, Role]]:
    roles = (Role.VS_HEAD, Role.VS_OFFICER, Role.FINANCE)
    people = _people(session, PersonKind.VIRTUAL_SCHOOL, len(roles), 500, "virtualschool.example")
    return list(zip(people, roles, strict=True))


def _children(
    session: Session, count: int, schools: Sequence[School], workers: Sequence[Person], carers: Sequence[Person], officer: Person,
    say: Say,
) -> list[int]:
    """The ids of the children: the cast first, then as many more as are wanted, by number."""
    chance = random.Random(2024)  # noqa: S311  # the same demo every time, nothing secret
    by_phase: dict[str, list[int]] = {}
    for school in schools:
        by_phase.setdefault(school.phase.value, []).append(school.id)
    school_ids, worker_ids, carer_ids = ([each.id for each in rows] for rows in (schools, workers, carers))
    officer_id, made = officer.id, []
    for number in range(count):
        if number < len(CAST):
            new = _of_the_cast(CAST[number], number, school_ids, officer_id)
        else:
            new = _by_number(number, by_phase, chance)
        child = roll.take_into_care(
            session, actor=SYSTEM, today=DEMO_DAY, social_worker_id=worker_ids[number % len(worker_ids)],
            carer_id=carer_ids[number % len(carer_ids)], **new,
        )
        made.append(child.id)
        if number % CHUNK == CHUNK - 1:
            session.commit()
            session.expunge_all()
            say(f"{number + 1:,} of {count:,} children on the roll")
    session.commit()
    return made


def _of_the_cast(part: Part, number: int, school_ids: Sequence[int], officer_id: int) -> dict[str, Any]:
    first, last = _name(number + 3)
    facts = {"first_name": first, "last_name": last, "date_of_birth": part.born_on, "lcs_id": f"DEMO-{number + 1:05d}",
             "entered_care_on": part.entered_on, "notified_on": part.notified_on or part.entered_on + timedelta(days=1),
             "legal_status": LegalStatus.C2, "sen_status": SenStatus.NONE, **part.facts}
    if "case_rating" in part.facts:
        facts["case_officer_id"] = officer_id
    return {"facts": facts, "school_id": None if part.school is None else school_ids[part.school],
            "placement_kind": part.placement}


def _by_number(number: int, by_phase: Mapping[str, Sequence[int]], chance: random.Random) -> dict[str, Any]:
    born_on = date(2006, 12, 1) + timedelta(days=int(chance.random() * 365 * 14.6))
    at = by_phase[words.PHASE_OF_GROUP.get(year_group(born_on, LAUNCHED_ON), "primary")]
    entered_on = max(born_on + timedelta(days=60), date(2024, 9, 1) - timedelta(days=int(chance.random() * 1_500)))
    if number % 15 == 14:
        entered_on = date(2024, 10, 14) + timedelta(days=number % 20)
    first, last = _name(number + 3)
    facts = {"first_name": first, "last_name": last, "date_of_birth": born_on, "lcs_id": f"DEMO-{number + 1:05d}",
             "entered_care_on": entered_on, "notified_on": entered_on + timedelta(days=1),
             "legal_status": (LegalStatus.C2, LegalStatus.V2, LegalStatus.C1)[number % 3],
             "sen_status": (SenStatus.NONE, SenStatus.SUPPORT, SenStatus.NONE, SenStatus.EHCP)[number % 4]}
    return {"facts": facts, "school_id": at[number % len(at)] if number % 23 != 22 else None,
            "placement_kind": PlacementKind.FOSTER}


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
