"""A list of a hundred rows takes as many statements as one of twenty, for officer and teacher; and the page of a child or a school
with much on it as many as that of one with little."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from pep_admin import create_app
from pep_admin.accounts.creating import create_account
from pep_admin.models import Attendee, Child, Consent, EducationSection, Pep, PpgRequest, School, SdqScore, Suspension
from pep_admin.permissions import SYSTEM
from pep_admin.questions import QUESTIONS
from pep_admin.school_words import ExclusionConcern
from pep_admin.vocabulary import (
    Attendance,
    AttendeeRole,
    ConsentBy,
    ConsentFor,
    LeavingReason,
    PepStatus,
    PlacementKind,
    PpgCategory,
    PpgStatus,
    Role,
    SchoolKind,
    SchoolPhase,
    SdqBy,
    Subject,
    SuspensionKind,
    TargetArea,
)
from pep_admin.workflow import exclusions, ppg, roll, targets
from pep_admin.workflow.records import save_record
from tests.integration.test_child_page import many_peps
from tests.visiting import Visitor
from tests.world import NOW, TODAY, World, build_world

PASSWORD = "a kettle on the window sill"
A_HUNDRED = 101
TARGETS_A_PEP = 11


@pytest.fixture
def world(sqlite_url: str, open_session: Callable[..., Session]) -> World:
    """A hundred and one children with a PEP each; ten of the PEPs have eleven targets and a small request under each."""
    session = open_session(sqlite_url)
    world = build_world(session, children=A_HUNDRED)
    world.launch()
    for pep in session.scalars(sa.select(Pep).order_by(Pep.id).limit(10)).all():
        for number in range(TARGETS_A_PEP):
            target, _ = targets.save_target(
                session, pep.id, {"outcome": f"Will read {number + 2} whole books by the end of the spring term.",
                                  "area": TargetArea.COGNITION, "subject": Subject.ENGLISH}, actor=world.act(world.officer))
            ppg.save_request(session, pep.id, {
                "target_id": target.id, "category": PpgCategory.BOOKS, "description": f"Books, set {number}",
                "provider": "The school",
                "payee_school_id": pep.school_id, "payee_name": None, "quantity": 1, "unit": "set", "unit_cost_pence": 5_00,
                "amount_pence": 5_00}, actor=world.officer)
    for child in session.scalars(sa.select(Child).order_by(Child.id)).all():
        for row in (
            SdqScore(child_id=child.id, total=12, completed_on=date(2024, 9, 2), completed_by=SdqBy.CARER),
            Consent(child_id=child.id, matter=ConsentFor.SLIPS, who_decides=ConsentBy.CARER),
            Suspension(child_id=child.id, school_id=child.school_id, kind=SuspensionKind.SUSPENSION, started_on=date(2024, 10, 7)),
        ):
            save_record(session, row, actor=world.act(world.officer), today=TODAY)
    world.act(SYSTEM)
    session.commit()
    session.close()
    return world


@contextmanager
def counted(engine: sa.Engine) -> Iterator[list[str]]:
    said: list[str] = []

    def hear(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        said.append(statement)

    sa.event.listen(engine, "before_cursor_execute", hear)
    yield said
    sa.event.remove(engine, "before_cursor_execute", hear)


def signed_in(url: str, folder: Any, role: Role, person: int | None) -> tuple[Visitor, sa.Engine]:
    """Somebody of that role at the application on that database, and its engine."""
    app = create_app({"TESTING": True, "PEP_ADMIN_DATABASE_URL": url, "PEP_ADMIN_INSTANCE_FOLDER": str(folder),
                      "PEP_ADMIN_TODAY": "2024-11-18"})
    with app.app_context():
        create_account(app.extensions["sqlalchemy"].session, "who@x.example", "Who", [role], PASSWORD, person)
        app.extensions["sqlalchemy"].session.commit()
        engine = app.extensions["sqlalchemy"].engine
    visitor = Visitor(app.test_client())
    visitor.get("/account/login").send("email", email="who@x.example", password=PASSWORD)
    return visitor, engine


@pytest.mark.slow
@pytest.mark.parametrize("role", [Role.VS_OFFICER, Role.DESIGNATED_TEACHER])
def test_twenty_and_a_hundred_rows_take_the_same_statements(
    world: World, sqlite_url: str, tmp_path: Any, role: Role
) -> None:
    person = world.officer.person_id if role is Role.VS_OFFICER else world.teacher.person_id
    visitor, engine = signed_in(sqlite_url, tmp_path, role, person)
    periods = ("enrolments", "placements", "caseloads", "care_periods") if role is Role.VS_OFFICER else ()
    for noun in ("peps", "targets", "ppg_requests", "sdq", "suspensions", "consents", *periods):
        counts = []
        for size in (20, 100):
            with counted(engine) as said:
                page = visitor.get(f"/admin/pep/{noun}/?page_size={size}")
            counts.append(len(said))
            assert page.status == 200
        shown = len(page.tree.xpath("//main//table[contains(@class, 'list')]/tbody/tr"))
        assert shown == 100 if role is Role.VS_OFFICER else shown > 50, (noun, shown)
        assert counts[0] == counts[1] <= 16, (noun, counts)


def asked(visitor: Visitor, engine: sa.Engine, path: str) -> tuple[int, str]:
    """How many statements a page takes, the second time it is asked for, and what it says."""
    visitor.get(path)
    with counted(engine) as said:
        page = visitor.get(path)
    assert page.status == 200
    return len(said), page.main


@pytest.mark.slow
def test_the_pages_of_a_child_and_of_a_school_take_the_same_statements_however_much_stands_on_them(
    world: World, sqlite_url: str, tmp_path: Any, open_session: Callable[..., Session]
) -> None:
    session = open_session(sqlite_url)
    world.session = session
    first, second, third = session.scalars(sa.select(Child).order_by(Child.id).limit(3)).all()
    many_peps(session, world, 40)
    small = School(name="Small School", kind=SchoolKind.SCHOOL, phase=SchoolPhase.SECONDARY,
                   designated_teacher_id=world.other_teacher.person_id)
    session.add(small)
    session.flush()
    roll.change_school(session, third, school_id=small.id, on=TODAY, reason=LeavingReason.OTHER, actor=world.act(world.officer),
                       today=TODAY, now=NOW)
    ids, schools = (first.id, second.id), (world.school_id, small.id)
    session.commit()
    session.close()
    visitor, engine = signed_in(sqlite_url, tmp_path, Role.VS_HEAD, world.head.person_id)
    (many, long), (few, short) = (asked(visitor, engine, f"/admin/pep/children/details/?id={each}") for each in ids)
    # Beside what is fixed, the newest changes ask for the names of what they point to, once a table: up to five.
    assert max(many, few) <= 87 and abs(many - few) <= 5, (many, few)
    assert long.count("OLD-00") > 40 and "OLD-00" not in short
    (many, long), (few, short) = (asked(visitor, engine, f"/admin/pep/schools/details/?id={each}") for each in schools)
    assert many == few <= 28, (many, few)
    assert long.count("Musterkind") > 45 and short.count("Musterkind") == 1


@pytest.mark.slow
def test_whom_to_meet_takes_the_same_statements_however_many_there_are(
    world: World, sqlite_url: str, tmp_path: Any, open_session: Callable[..., Session]
) -> None:
    def at_schools_out_of_borough(*school_ids: int) -> None:
        session = open_session(sqlite_url)
        session.info["actor"] = SYSTEM
        for school in session.scalars(sa.select(School).where(School.id.in_(school_ids))):
            school.in_borough = False
        session.commit()
        session.close()

    visitor, engine = signed_in(sqlite_url, tmp_path, Role.VS_OFFICER, world.officer.person_id)
    counts = []
    for school_ids in ((), (world.school_id,), (world.school_id, world.other_school_id)):
        at_schools_out_of_borough(*school_ids)
        counts.append(asked(visitor, engine, "/admin/pep/attending/"))
    assert ["of 51" in counts[1][1], "of 101" in counts[2][1]] == [True, True]
    assert counts[0][0] == counts[1][0] == counts[2][0] <= 18, [number for number, _ in counts]


@pytest.mark.slow
@pytest.mark.parametrize("role", [Role.DESIGNATED_TEACHER, Role.SOCIAL_WORKER])
def test_the_desk_and_the_grid_take_the_same_statements_for_three_children_and_for_fifty(
    world: World, sqlite_url: str, tmp_path: Any, open_session: Callable[..., Session], role: Role
) -> None:
    """Tess and Sara have fifty-one; all but three lie elsewhere for the second look."""
    who = world.teacher if role is Role.DESIGNATED_TEACHER else world.worker
    visitor, engine = signed_in(sqlite_url, tmp_path, role, who.person_id)
    paths = ["/admin/pep/my_peps/", *(f"/admin/pep/my_peps/figures/?of={each}" for each in ("attendance", "attainment"))]
    many = [asked(visitor, engine, path) for path in paths]
    assert many[0][1].count("answers to give") >= 25 and "1–25 of 51" in many[0][1]
    session = open_session(sqlite_url)
    session.info["actor"] = SYSTEM
    peps = session.scalars(sa.select(Pep).where(Pep.school_id == world.school_id).order_by(Pep.id)).all()
    for pep in peps[3:]:
        pep.school_id = pep.writer_id = pep.social_worker_id = None
    session.commit()
    session.close()
    few = [asked(visitor, engine, path) for path in paths]
    assert "1–3 of 3" in few[0][1]
    assert [number for number, _ in many] == [number for number, _ in few], (many, few)
    assert few[0][0] <= 80 and few[1][0] <= 35, [number for number, _ in few]
    assert few[2][0] <= 37, "which PEP is last term's, and what it judged"


MOST_OF_A_QUESTION = 52
"""The most statements of a list of the week: that of the money, which reads the PEPs it pays for as documents."""
MOST_OF_THE_WEEK = 165
"""The front page of an officer and the page of all fifteen questions, whatever stands on the roll."""


@pytest.mark.slow
def test_the_questions_of_the_week_take_the_same_statements_however_many_children(
    world: World, sqlite_url: str, tmp_path: Any, open_session: Callable[..., Session]
) -> None:
    """First three children have what each question finds, then sixty."""
    visitor, engine = signed_in(sqlite_url, tmp_path, Role.VS_HEAD, world.head.person_id)
    counts: dict[str, list[int]] = {}
    for numbers in (range(3), range(3, 60)):
        session = open_session(sqlite_url)
        world.session = session
        week_of(world, list(session.scalars(sa.select(Child).order_by(Child.id)).all())[numbers.start : numbers.stop])
        session.commit()
        session.close()
        for path in ("/admin/", "/admin/pep/week/", "/admin/pep/out_of_turn/",
                     *(f"/admin/pep/week/lines/?question={each.key}" for each in QUESTIONS)):
            with counted(engine) as said:
                assert visitor.get(path).status == 200
            own = [each for each in said if "account_" not in each]  # a session notes now and then that it is used
            counts.setdefault(path, []).append(len(own))
    wrong = {path: few_and_many for path, few_and_many in counts.items() if few_and_many[0] != few_and_many[1]}
    assert not wrong, wrong
    most = {path: found[0] for path, found in counts.items()}
    assert max(most.pop("/admin/"), most.pop("/admin/pep/week/")) <= MOST_OF_THE_WEEK
    assert max(most.values()) <= MOST_OF_A_QUESTION, most


def week_of(world: World, children: list[Child]) -> None:
    """Of each three children one is at risk, moves home and is said to be on a reduced timetable, one has left school, and one has
    a high SDQ and a PEP that was sent back; the requests of all are approved and, of every other PEP, released."""
    session = world.session
    for number, child in enumerate(children):
        pep = session.scalars(sa.select(Pep).where(Pep.child_id == child.id)).one()
        match number % 3:
            case 0:
                told = exclusions.Telling(ExclusionConcern.RISK, TODAY, "A fight at lunch", "A key adult")
                exclusions.tell_exclusion_risk(session, child.id, told, actor=world.act(world.officer), today=TODAY)
                roll.change_placement(session, child, kind=PlacementKind.KINSHIP, carer_id=None, on=TODAY, actor=world.officer,
                                      today=TODAY)
                part = session.scalars(sa.select(EducationSection).where(EducationSection.pep_id == pep.id)).one()
                part.answers = {"part_time": True}
                pep.status, pep.meeting_at = PepStatus.IN_PROGRESS, NOW.replace(month=10)
                session.add(Attendee(pep_id=pep.id, name="Ole Amt", role=AttendeeRole.VIRTUAL_SCHOOL,
                                     took_part=Attendance.NO_ANSWER))
            case 1:
                roll.change_school(session, child, school_id=None, on=TODAY, reason=LeavingReason.OTHER,
                                   actor=world.act(world.officer), today=TODAY, now=NOW)
                pep.status, pep.submitted_at = PepStatus.SUBMITTED, NOW
            case _:
                pep.status = PepStatus.RETURNED
        world.act(SYSTEM)
        for score in session.scalars(sa.select(SdqScore).where(SdqScore.child_id == child.id)):
            score.total = 21
        for request in session.scalars(sa.select(PpgRequest).where(PpgRequest.pep_id == pep.id)):
            request.status, request.approved_pence = PpgStatus.APPROVED, request.amount_pence
            request.decided_by, request.decided_name, request.decided_on = world.officer.id, "Ole", TODAY
            if number % 2:
                request.status, request.ends_on = PpgStatus.RELEASED, date(2024, 11, 1)
        child.case_officer_id = world.officer.person_id
        session.flush()
