"""Tables and first rows of the example: the plugin's by its own migrations and verbs, the council's by its own."""

from __future__ import annotations

from datetime import date

from alembic import command
from alembic.config import Config
from flask import Flask
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session
from werkzeug.security import generate_password_hash

from examples.host.app import A_DAY_OF_2024, CouncilBase, Employee, Laptop, db
from pep_admin.models import Person, School
from pep_admin.permissions import SYSTEM
from pep_admin.server.migrations import folder
from pep_admin.vocabulary import LegalStatus, PersonKind, PlacementKind, SchoolKind, SchoolPhase
from pep_admin.workflow.roll import take_into_care
from pep_admin.workflow.years import open_years

PASSWORD = "only for the example"  # noqa: S105  # opens nothing but made-up rows


def make_tables(engine: Engine) -> None:
    """The plugin's migrations, without the branch `accounts`; they keep their place in a version table of their own."""
    settings = Config()
    settings.set_main_option("script_location", str(folder()))
    settings.attributes["engine"] = engine
    command.upgrade(settings, "domain@head")
    CouncilBase.metadata.create_all(engine)


def fill(app: Flask) -> None:
    """A school, its people, two children and those who sign in; nothing when there are employees already."""
    with app.app_context():
        make_tables(db.engine)
        session = db.session()
        session.info["actor"] = SYSTEM  # no verb runs, and no child is read, with nobody acting
        if session.scalar(select(Employee.id).limit(1)) is None:
            _fill(session)
            session.commit()
        db.session.remove()


def _fill(session: Session) -> None:
    open_years(session, actor=SYSTEM)
    teacher = Person(first_name="Tom", last_name="Lindqvist", kind=PersonKind.DESIGNATED_TEACHER, email="tom@school.example")
    other = Person(first_name="Ute", last_name="Castellan", kind=PersonKind.DESIGNATED_TEACHER, email="ute@school.example")
    worker = Person(first_name="Sal", last_name="Okonedo", kind=PersonKind.SOCIAL_WORKER, email="sal@council.example")
    carer = Person(first_name="Kit", last_name="Marlowe", kind=PersonKind.CARER)
    near = School(name="Moorside School (fictional)", urn="900801", kind=SchoolKind.SCHOOL, phase=SchoolPhase.SECONDARY,
                  designated_teacher=teacher, finance_reference="V-801")
    far = School(name="Fellside School (fictional)", urn="900802", kind=SchoolKind.SCHOOL, phase=SchoolPhase.SECONDARY,
                 designated_teacher=other, finance_reference="V-802")
    session.add_all([teacher, other, worker, carer, near, far])
    session.flush()
    for first, school in (("Juniper", near), ("Saffron", far)):
        take_into_care(
            session, actor=SYSTEM, today=A_DAY_OF_2024, school_id=school.id, social_worker_id=worker.id, carer_id=carer.id,
            placement_kind=PlacementKind.FOSTER,
            facts={"first_name": first, "last_name": "Fictional", "date_of_birth": date(2010, 3, 9), "lcs_id": f"EX-{school.urn}",
                   "entered_care_on": date(2023, 6, 1), "legal_status": LegalStatus.C2},
        )
    _employees(session, {"tom": teacher, "sal": worker})
    session.add_all([Laptop(label="NM-0001", lent_to="Fay"), Laptop(label="NM-0002")])


def _employees(session: Session, people: dict[str, Person]) -> None:
    jobs = {"olive": "virtual school", "hugh": "virtual school head", "finn": "payments", "tom": "teacher",
            "sal": "social worker", "ida": "internal audit", "fay": "facilities"}
    for login, job in jobs.items():
        person = people.get(login)
        session.add(Employee(login=login, name=person.name if person else login.title(), job=job,
                             password_hash=generate_password_hash(PASSWORD), pep_person_id=person.id if person else None))
