"""A small world to test in, made through the verbs: two schools, their teachers, a social worker, the office, a child or more.

`World.written_pep()` has a PEP filled in by its writers up to, but not including, whatever step a test is about.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from pep_admin.demo import writing
from pep_admin.models import Child, Pep, Person, PpgRequest, School, Target, Term
from pep_admin.pep_document import read_document
from pep_admin.permissions import SYSTEM, Actor, audience_for
from pep_admin.queries import find_term
from pep_admin.vocabulary import (
    Decision,
    Grade,
    LegalStatus,
    PepStatus,
    PersonKind,
    PlacementKind,
    PpgCategory,
    Role,
    SchoolKind,
    SchoolPhase,
    SenStatus,
    Subject,
)
from pep_admin.workflow import delegation, ppg, reviews, roll, sections
from pep_admin.workflow import peps as pep_verbs
from pep_admin.workflow.years import open_years

LAUNCH_DAY = date(2024, 9, 9)
MEETING_DAY = date(2024, 10, 28)
TODAY = date(2024, 11, 18)
NOW = datetime(2024, 11, 18, 10, 30, tzinfo=UTC)


def person(session: Session, first: str, last: str, kind: PersonKind, *, email: bool = True) -> Person:
    found = Person(first_name=first, last_name=last, kind=kind, email=f"{first}.{last}@example.org".lower() if email else None)
    session.add(found)
    session.flush()
    return found


def actor_of(who: Person, *roles: Role) -> Actor:
    return Actor(f"person:{who.id}", who.name, frozenset(roles), who.id)


@dataclass
class World:
    """Ids and actors; rows are read anew in whatever session is used."""

    session: Session
    head: Actor
    officer: Actor
    finance: Actor
    auditor: Actor
    administrator: Actor
    teacher: Actor
    other_teacher: Actor
    worker: Actor
    other_worker: Actor
    school_id: int
    other_school_id: int
    child_id: int
    other_child_id: int

    # --- acting --------------------------------------------------------------------------------------------------------

    def act(self, who: Actor) -> Actor:
        self.session.info["actor"] = who
        return who

    @property
    def autumn(self) -> Term:
        return self.term("autumn")

    def term(self, name: str, year: str = "2024-25") -> Term:
        found = find_term(self.session, year, name)
        assert found is not None
        return found

    def launch(self, on: date = LAUNCH_DAY, term: str = "autumn") -> pep_verbs.LaunchResult:
        return pep_verbs.launch_term(self.session, self.term(term), actor=self.act(self.officer), today=on, now=NOW)

    def pep_of(self, child_id: int | None = None) -> Pep:
        self.act(SYSTEM)
        found = self.session.scalar(select(Pep).where(Pep.child_id == (child_id or self.child_id)).order_by(Pep.id.desc()))
        assert found is not None
        return found

    def delegated_pep(self, child_id: int | None = None) -> Pep:
        """Launched where need be, and sent to its writer."""
        self.launch()
        pep = self.pep_of(child_id)
        if pep.status is not PepStatus.INITIATED:
            return pep
        delegation.delegate_peps(self.session, [pep.id], actor=self.act(self.officer), now=NOW, run="run-1")
        return pep

    def written_pep(self, *, money: bool = True, child_id: int | None = None) -> Pep:
        """Both writers have filled in everything; nothing is signed. Written already where the world came written."""
        if self.session.scalar(select(Pep.id).limit(1)) is None:
            self.delegated_pep(child_id)
        pep = self.pep_of(child_id)
        if pep.meeting_at is None:
            if pep.status is PepStatus.INITIATED:
                delegation.delegate_peps(self.session, [pep.id], actor=self.act(self.officer), now=NOW, run=f"run-{pep.id}")
            writing.write(self.session, pep, meeting_on=MEETING_DAY, money=False)
        if money and not self.requests_of(pep):
            maths = self.session.scalars(select(Target).where(Target.pep_id == pep.id, Target.subject == Subject.MATHS)).one()
            ppg.save_request(self.session, pep.id, self.request_values(pep, target_id=maths.id), actor=self.act(self.officer))
        self.act(SYSTEM)
        return pep

    def sent_pep(self, *, money: bool = True, child_id: int | None = None) -> Pep:
        pep = self.written_pep(money=money, child_id=child_id)
        writing.sign_and_send(self.session, pep, today=TODAY, now=NOW)
        self.act(SYSTEM)
        return pep

    def graded_pep(self, grade: Grade = Grade.GOLD, *, money: bool = True, child_id: int | None = None) -> Pep:
        pep = self.sent_pep(money=money, child_id=child_id)
        reviews.grade_pep(self.session, pep.id, accepting(grade), actor=self.act(self.officer), today=TODAY, now=NOW)
        self.act(SYSTEM)
        return pep

    def requests_of(self, pep: Pep) -> list[PpgRequest]:
        self.session.expire_all()
        return list(self.session.scalars(select(PpgRequest).where(PpgRequest.pep_id == pep.id).order_by(PpgRequest.id)))

    def target_of(self, pep: Pep) -> Target:
        found = self.session.scalar(select(Target).where(Target.pep_id == pep.id).order_by(Target.number))
        assert found is not None
        return found

    def save(self, pep: Pep, section: str, actor: Actor, **values: Any) -> Any:
        """Save fields of one section as the actor, from a page filled in just now."""
        self.act(actor)
        document = read_document(self.session, pep, audience=audience_for(actor, pep.child))
        base = {key: document.digests.get(key, "") for key in values}
        return sections.save_section(self.session, pep.id, section, values, base=base, actor=actor, today=TODAY, now=NOW)

    def request_values(self, pep: Pep, **changed: Any) -> dict[str, Any]:
        """Ten hours at £55.00 under the PEP's first target, for the child's school."""
        values = {
            "target_id": self.target_of(pep).id,
            "category": PpgCategory.TUITION_1,
            "description": "Ten weekly hours of maths tuition",
            "provider": "A tutor",
            "payee_school_id": pep.school_id,
            "payee_name": None,
            "quantity": 10,
            "unit": "hour",
            "unit_cost_pence": 55_00,
            "amount_pence": 550_00,
            "starts_on": date(2024, 11, 25),
            "ends_on": date(2025, 2, 10),
            "measure_before": "14 of 40 questions",
            "measure_after": "32 of 40 questions",
            "beyond_ordinary": "Nobody else in the class is taught alone",
            "other_money": "ehcp school",
            "child_said": "I would like that",
        }
        return values | changed


def accepting(grade: Grade = Grade.GOLD, **changed: Any) -> reviews.Grading:
    return reviews.Grading(**{"grade": grade, "decision": Decision.ACCEPT, "feedback": "A clear plan, led by the child's words.",
                              "improve": "Say how the gap closes.", **changed})


def build_world(session: Session, *, children: int = 2) -> World:
    """Two schools with a teacher each; the first child at the first school, every other one at the second."""
    session.info["actor"] = SYSTEM
    open_years(session, actor=SYSTEM)
    kinds = PersonKind
    teacher, other_teacher = (person(session, "Tess", "Lehrer", kinds.DESIGNATED_TEACHER),
                              person(session, "Otto", "Anders", kinds.DESIGNATED_TEACHER))
    worker, other_worker = (
        person(session, "Sara", "Sozial", kinds.SOCIAL_WORKER), person(session, "Olga", "Zweite", kinds.SOCIAL_WORKER))
    head, officer, money = (person(session, name, "Amt", kinds.VIRTUAL_SCHOOL) for name in ("Hanna", "Ole", "Fine"))
    carer = person(session, "Karla", "Pflege", kinds.CARER, email=False)
    school, other = (
        School(
            name=name, urn=urn, kind=SchoolKind.SCHOOL, phase=SchoolPhase.SECONDARY, designated_teacher=dt, finance_reference=ref
        )
        for name, urn, dt, ref in (("Alder School", "900101", teacher, "FIN-A"), ("Birch School", "900102", other_teacher, "FIN-B"))
    )
    session.add_all([school, other])
    session.flush()
    made = [
        roll.take_into_care(
            session,
            actor=SYSTEM,
            today=TODAY,
            facts={
                "first_name": ("Robin", "Jule")[number % 2],
                "last_name": f"Musterkind{number}",
                "date_of_birth": date(2011, 5, 14),
                "lcs_id": f"T-{number}",
                "entered_care_on": date(2023, 2, 1),
                "notified_on": date(2023, 2, 2),
                "legal_status": LegalStatus.C2,
                "sen_status": SenStatus.NONE,
            },
            school_id=(school, other)[number % 2].id,
            social_worker_id=(worker, other_worker)[number % 2].id,
            carer_id=carer.id,
            placement_kind=PlacementKind.FOSTER,
        ).id
        for number in range(children)
    ]
    session.commit()
    return World(
        session,
        actor_of(head, Role.VS_HEAD),
        actor_of(officer, Role.VS_OFFICER),
        actor_of(money, Role.FINANCE),
        Actor("person:auditor", "Ada Auditor", frozenset({Role.AUDITOR})),
        Actor("person:admin", "Ivo", frozenset({Role.ADMINISTRATOR})),
        actor_of(teacher, Role.DESIGNATED_TEACHER),
        actor_of(other_teacher, Role.DESIGNATED_TEACHER),
        actor_of(worker, Role.SOCIAL_WORKER),
        actor_of(other_worker, Role.SOCIAL_WORKER),
        school.id,
        other.id,
        made[0],
        made[1] if children > 1 else 0,
    )


def child(session: Session, child_id: int) -> Child:
    found = session.get(Child, child_id)
    assert found is not None
    return found
