"""Lists of people with their schools, of enrolments and of caseloads: what they would do, and that they act through the verbs."""

from __future__ import annotations

import io
from collections.abc import Sequence
from datetime import date

import pytest
import sqlalchemy as sa

from pep_admin.imports import KINDS, Plan, keeping
from pep_admin.models import AuditEvent, Caseload, Child, Enrolment, Pep, Person, School
from pep_admin.vocabulary import LeavingReason, PersonKind, RowFate
from tests.imports.making import csv_of
from tests.world import NOW, TODAY, World

pytestmark = pytest.mark.slow  # the quick suite stays under a minute; `make check` runs everything

PEOPLE = ("E-mail", "First name", "Last name", "Who they are", "Telephone", "Organisation", "School URN")
ENROLMENTS = ("LCS number", "UPN", "School URN", "First day", "Why they left the last school")
CASELOADS = ("LCS number", "Social worker's e-mail", "From")


def plan(world: World, kind: str, headings: Sequence[str], *rows: Sequence[str], store: bool = False) -> Plan:
    data = csv_of([dict(zip(headings, row, strict=False)) for row in rows], headings=headings)
    world.act(world.officer)
    tables = keeping.open_files(KINDS[kind], {kind: keeping.Given("x.csv", io.BytesIO(data))})
    made = keeping.make_plan(world.session, KINDS[kind], tables, {}, actor=world.officer, today=TODAY)
    if store:
        keeping.load_plan(world.session, KINDS[kind], made, tables, good_rows=False, actor=world.officer, today=TODAY, now=NOW)
        world.session.commit()
    return made


def fates(made: Plan) -> list[str]:
    return [each.fate.value for each in sorted(made.outcome.told, key=lambda told: told.number)]


def why(made: Plan) -> list[tuple[str, str]]:
    return [(column, rule) for each in made.outcome.told for column, _, rule in each.why]


def one(world: World, model: type[Child], row_id: int) -> Child:
    return world.session.scalars(sa.select(model).where(model.id == row_id).execution_options(populate_existing=True)).one()


# --- people ----------------------------------------------------------------------------------------------------------------


def test_people_are_added_and_changed_by_their_address(world: World) -> None:
    rows = [("New.Worker@X.example", "Nia", "New", "Social worker", "0161"), ("", "", "", "", "", "", "")]
    teacher = world.session.get_one(Person, world.teacher.person_id)
    rows[1] = (str(teacher.email), "", "", "", "0200", "", "")
    assert fates(plan(world, "people", PEOPLE, *rows, store=True)) == ["new", "changed"]
    nia = world.session.scalars(sa.select(Person).where(Person.email == "new.worker@x.example")).one()
    assert (nia.name, nia.kind, nia.phone) == ("Nia New", PersonKind.SOCIAL_WORKER, "0161")
    world.session.expire_all()
    assert teacher.phone == "0200" and teacher.kind is PersonKind.DESIGNATED_TEACHER
    assert fates(plan(world, "people", PEOPLE, *rows)) == ["unchanged", "unchanged"]


def test_a_teacher_of_two_schools_takes_over_both_with_their_open_peps(world: World) -> None:
    rows = [("t@x.example", "Tom", "Teach", "Designated teacher", "", "", urn) for urn in ("900101", "900102")]
    made = plan(world, "people", PEOPLE, *rows, store=True)
    assert fates(made) == ["new", "changed"]
    before = world.session.get_one(Person, world.other_teacher.person_id).name
    assert made.outcome.told[1].changes == (("Designated teacher of Birch School", before, "Tom Teach"),)
    tom = world.session.scalars(sa.select(Person).where(Person.email == "t@x.example")).one()
    assert set(world.session.scalars(sa.select(School.designated_teacher_id))) == {tom.id}
    assert {pep.writer_id for pep in world.session.scalars(sa.select(Pep)) if pep.writer_id} == {tom.id}
    assert fates(plan(world, "people", PEOPLE, *rows)) == ["unchanged", "unchanged"]


@pytest.mark.parametrize(("rows", "problems"), [
    ([("", "A", "B", "Carer")], [("E-mail", "DATA-email")]),
    ([("no address", "A", "B", "Carer")], [("E-mail", "DATA-email")]),
    ([("a@x.example", "", "B", "Carer")], [("First name", "DATA-child")]),
    ([("a@x.example", "A", "B", "Wizard")], [("Who they are", "DATA-shape")]),
    ([("a@x.example", "A", "B", "Carer", "", "", "900101")], [("School URN", "DATA-shape")]),
    ([("a@x.example", "A", "B", "Designated teacher", "", "", "123456")], [("School URN", "DATA-urn")]),
    ([("a@x.example", "A", "B", "Carer"), ("A@x.example", "A", "C", "Carer")], [("E-mail", "DATA-unique")] * 2),
    ([(f"{each}@x.example", "A", "B", "Designated teacher", "", "", "900101") for each in "ab"],
     [("School URN", "DATA-unique")] * 2),
])
def test_a_person_who_cannot_be_is_refused_with_the_column(
    world: World, rows: list[tuple[str, ...]], problems: list[tuple[str, str]]
) -> None:
    assert why(plan(world, "people", PEOPLE, *rows)) == problems


def test_who_has_left_is_named_nowhere(world: World) -> None:
    world.session.add(Person(first_name="Gone", last_name="Away", kind=PersonKind.DESIGNATED_TEACHER, email="gone@x.example",
                             left_on=date(2024, 9, 1)))
    world.session.commit()
    assert why(plan(world, "people", PEOPLE, ("gone@x.example", "", "", "", "", "", "900101"))) == [("School URN", "HB-2.2")]


# --- enrolments ------------------------------------------------------------------------------------------------------------


def test_a_child_at_another_school_moves_there_with_the_reason(world: World) -> None:
    rows = [("T-0", "", "900102", "18-11-2024", "Moved home")]
    made = plan(world, "enrolments", ENROLMENTS, *rows, store=True)
    assert fates(made) == ["changed"]
    assert made.outcome.told[0].changes == (("School", "Alder School", "Birch School"), ("From", "01 Feb 2023", "18 Nov 2024"))
    child = one(world, Child, world.child_id)
    assert child.school_id == world.other_school_id
    old, new = world.session.scalars(sa.select(Enrolment).where(Enrolment.child_id == child.id).order_by(Enrolment.id))
    assert (old.ended_on, old.leaving_reason, new.started_on) == (TODAY, LeavingReason.HOME_MOVE, TODAY)
    assert world.session.scalars(sa.select(AuditEvent).where(AuditEvent.action == "child.change_school")).one().child_id == child.id
    assert fates(plan(world, "enrolments", ENROLMENTS, *rows)) == ["unchanged"]


@pytest.mark.parametrize(("row", "problem"), [
    (("", "", "900102", "18-11-2024", "Other"), ("LCS number", "DATA-child")),
    (("T-99", "", "900102", "18-11-2024", "Other"), ("LCS number", "DATA-child")),
    (("T-0", "", "123456", "18-11-2024", "Other"), ("School URN", "DATA-urn")),
    (("T-0", "", "", "18-11-2024", "Other"), ("School URN", "DATA-roll")),
    (("T-0", "", "900102", "", "Other"), ("First day", "DATA-roll")),
    (("T-0", "", "[clear]", "18-11-2024", "Other"), ("School URN", "DATA-roll")),
    (("T-0", "", "900102", "[Clear]", "Other"), ("First day", "DATA-roll")),
    (("T-0", "", "900102", "19-11-2024", "Other"), ("First day", "DATA-dates")),
    (("T-0", "", "900102", "31-01-2023", "Other"), ("First day", "DATA-dates")),
    (("T-0", "", "900102", "18-11-2024", ""), ("Why they left the last school", "HB-4.1")),
    (("T-0", "", "900102", "18-11-2024", "Bored"), ("Why they left the last school", "DATA-shape")),
])
def test_a_move_that_cannot_be_is_refused_with_the_column(world: World, row: tuple[str, ...], problem: tuple[str, str]) -> None:
    assert why(plan(world, "enrolments", ENROLMENTS, row)) == [problem]


def test_two_rows_of_a_child_or_two_numbers_that_do_not_fit_are_refused(world: World) -> None:
    world.session.get_one(Child, world.other_child_id).upn = "B801200005001"
    world.session.commit()
    move = ("900102", "18-11-2024", "Other")
    assert why(plan(world, "enrolments", ENROLMENTS, ("T-0", "", *move), ("T-0", "", *move))) == [("LCS number", "DATA-unique")] * 2
    assert why(plan(world, "enrolments", ENROLMENTS, ("T-0", "b801200005001", *move))) == [("UPN", "DATA-child")]


def test_another_first_day_at_the_same_school_waits_for_a_correction_by_hand(world: World) -> None:
    made = plan(world, "enrolments", ENROLMENTS, ("T-0", "", "900101", "01-09-2023", ""))
    assert [each.fate for each in made.outcome.told] == [RowFate.WAITING] and "01 Feb 2023" in made.outcome.told[0].why[0][1]


# --- caseloads -------------------------------------------------------------------------------------------------------------


def test_a_child_is_handed_over_to_another_social_worker(world: World) -> None:
    worker = world.session.get_one(Person, world.other_worker.person_id)
    rows = [("T-0", str(worker.email).upper(), "18/11/2024")]
    made = plan(world, "caseloads", CASELOADS, *rows, store=True)
    assert fates(made) == ["changed"] and made.outcome.told[0].changes[0][2] == worker.name
    assert one(world, Child, world.child_id).social_worker_id == worker.id
    now = world.session.scalars(sa.select(Caseload).where(Caseload.child_id == world.child_id, Caseload.ended_on.is_(None))).one()
    assert (now.social_worker_id, now.started_on) == (worker.id, TODAY)
    assert fates(plan(world, "caseloads", CASELOADS, *rows)) == ["unchanged"]


def test_only_a_social_worker_on_record_gets_a_caseload(world: World) -> None:
    teacher = world.session.get_one(Person, world.teacher.person_id)
    for email in ("nobody@x.example", str(teacher.email)):
        assert why(plan(world, "caseloads", CASELOADS, ("T-0", email, "18-11-2024"))) == [("Social worker's e-mail", "DATA-email")]
    assert why(plan(world, "caseloads", CASELOADS, ("T-0", "[clear]", "18-11-2024"))) == [("Social worker's e-mail", "DATA-roll")]
