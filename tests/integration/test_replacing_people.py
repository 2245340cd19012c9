"""A designated teacher or social worker leaves, or a caseload is handed over: what hangs on the person moves, with its access."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from sqlalchemy import select

from pep_admin import signals
from pep_admin.exceptions import NotAllowed, Refused
from pep_admin.models import Caseload, Child, Delivery, Pep, Person, School
from pep_admin.pep_document import read_document
from pep_admin.permissions import children_seen
from pep_admin.vocabulary import Audience, Part, PersonKind
from pep_admin.workflow import people, sections
from tests.visiting import Visitor
from tests.world import NOW, TODAY, World, person

pytestmark = pytest.mark.slow  # the quick suite stays under a minute; `make check` runs everything

TODAY_IS = date(2024, 11, 18)


def replace(world: World, who: Any, successor: Person | int, **changed: Any) -> people.Hanging:
    values = {"on": TODAY_IS, "leaves": True, "actor": world.act(world.officer), "today": TODAY, "now": NOW, "run": "r1"}
    return people.replace_person(world.session, who.person_id, getattr(successor, "id", successor), **{**values, **changed})


@pytest.fixture
def new_teacher(world: World) -> Person:
    world.act(world.officer)
    made = person(world.session, "Nova", "Neu", PersonKind.DESIGNATED_TEACHER)
    world.session.flush()
    return made


@pytest.fixture
def new_worker(world: World) -> Person:
    world.act(world.officer)
    made = person(world.session, "Willa", "Neu", PersonKind.SOCIAL_WORKER)
    world.session.flush()
    return made


def taught(world: World, who: int | None) -> set[int]:
    return set(world.session.connection().execute(children_seen([who or -1], [])).scalars())


def test_a_teacher_who_leaves_hands_over_school_peps_and_sight(world: World, new_teacher: Person) -> None:
    pep = world.written_pep()
    sections.sign_part(world.session, pep.id, Part.EDUCATION, actor=world.act(world.teacher), today=TODAY, now=NOW)
    mails = len(world.session.scalars(select(Delivery.id)).all())

    moved = replace(world, world.teacher, new_teacher)

    assert [school.id for school in moved.teaches_at] == [world.school_id] and [each.id for each in moved.writes] == [pep.id]
    assert world.session.get_one(School, world.school_id).designated_teacher_id == new_teacher.id
    assert pep.writer_id == new_teacher.id
    assert world.session.get_one(Person, world.teacher.person_id).left_on == TODAY_IS
    assert (taught(world, world.teacher.person_id), taught(world, new_teacher.id)) == (set(), {world.child_id})
    queued = world.session.scalars(select(Delivery).order_by(Delivery.id)).all()[mails:]
    assert [(each.person_id, each.template, each.arguments["count"]) for each in queued] == [(new_teacher.id, "delegated", 1)]


@pytest.mark.parametrize("signed_off", [False, True])
def test_who_left_neither_sees_nor_takes_back_what_was_sent_and_the_record_keeps_the_name(
    world: World, new_teacher: Person, signed_off: bool
) -> None:
    pep = world.graded_pep() if signed_off else world.sent_pep()
    mails = len(world.session.scalars(select(Delivery.id)).all())
    replace(world, world.teacher, new_teacher)

    assert pep.writer_id == new_teacher.id
    assert taught(world, world.teacher.person_id) == set()
    document = read_document(world.session, pep, audience=Audience.RULES)
    assert (document.writer, all(document.signatures.values())) == ("Tess Lehrer", True)
    assert len(world.session.scalars(select(Delivery.id)).all()) == mails, "nothing is to be written"


def test_a_social_worker_who_leaves_hands_over_the_children_with_their_dates(world: World, new_worker: Person) -> None:
    world.delegated_pep()
    replace(world, world.worker, new_worker, leaves=False)
    wanted = select(Caseload).where(Caseload.child_id == world.child_id).order_by(Caseload.id)
    assert [(each.social_worker_id, each.ended_on) for each in world.session.scalars(wanted)] == [
        (world.worker.person_id, TODAY_IS), (new_worker.id, None)]
    assert world.session.get_one(Child, world.child_id).social_worker_id == new_worker.id
    assert set(world.session.scalars(select(Pep.social_worker_id).where(Pep.child_id == world.child_id))) == {new_worker.id}
    assert world.session.get_one(Person, world.worker.person_id).left_on is None
    told = select(Delivery.person_id, Delivery.template).order_by(Delivery.id.desc()).limit(1)
    assert tuple(world.session.execute(told).one()) == (new_worker.id, "delegated")


def test_a_host_hears_of_somebody_who_left_after_the_commit(world: World, new_teacher: Person) -> None:
    heard: list[int] = []

    def listen(sender: Any, person_id: int) -> None:
        heard.append(person_id)

    with signals.person_left.connected_to(listen):
        replace(world, world.teacher, new_teacher)
        assert heard == []
        world.session.commit()
    assert heard == [world.teacher.person_id]


def test_nobody_hears_that_somebody_left_who_stays(world: World, new_teacher: Person) -> None:
    heard: list[int] = []

    def listen(sender: Any, person_id: int) -> None:
        heard.append(person_id)

    with signals.person_left.connected_to(listen):
        replace(world, world.teacher, new_teacher, leaves=False)
        world.session.commit()
    assert heard == []


def test_a_head_and_an_officer_hand_over_what_names_them(world: World) -> None:
    world.act(world.officer)
    heads = [person(world.session, name, "Kopf", PersonKind.HEADTEACHER) for name in ("Ada", "Bea")]
    world.session.flush()
    school, child = world.session.get_one(School, world.school_id), world.session.get_one(Child, world.child_id)
    school.headteacher, child.case_officer_id = heads[0], world.officer.person_id
    world.session.flush()
    people.replace_person(world.session, heads[0].id, heads[1].id, on=TODAY_IS, leaves=True, actor=world.officer, today=TODAY,
                          now=NOW, run="r2")
    moved = replace(world, world.officer, world.head.person_id, leaves=False)
    assert (school.headteacher_id, child.case_officer_id) == (heads[1].id, world.head.person_id)
    assert [each.id for each in moved.officer_of] == [world.child_id]


def test_it_is_entered_on_its_day_and_not_before(world: World, new_teacher: Person) -> None:
    with pytest.raises(Refused, match="19 Nov 2024 is still to come"):
        replace(world, world.teacher, new_teacher, on=date(2024, 11, 19))


@pytest.mark.parametrize(("successor", "said"), [("worker", "of the same kind"), ("teacher", "somebody else")])
def test_only_somebody_of_the_same_kind_takes_the_place(world: World, successor: str, said: str) -> None:
    with pytest.raises(Refused, match=said):
        replace(world, world.teacher, getattr(world, successor).person_id)


def test_a_day_before_one_childs_worker_began_stops_all(world: World, new_worker: Person) -> None:
    world.act(world.officer)
    before = world.session.scalars(select(Caseload.ended_on).order_by(Caseload.id)).all()
    with pytest.raises(Refused, match="Musterkind0"):
        replace(world, world.worker, new_worker, on=date(2023, 1, 1))
    assert world.session.scalars(select(Caseload.ended_on).order_by(Caseload.id)).all() == before


def test_a_teacher_replaces_nobody(world: World, new_teacher: Person) -> None:
    with pytest.raises(NotAllowed):
        replace(world, world.teacher, new_teacher, actor=world.act(world.teacher))


# --- at the pages ------------------------------------------------------------------------------------------------------------


def test_an_officer_replaces_a_teacher_at_the_page(enter: Callable[[str], Visitor], ask: Callable[..., Any], world: World) -> None:
    officer, teacher = enter("officer"), world.teacher.person_id
    page = officer.get(f"/admin/pep/people/details/?id={teacher}").link("Replace this person…")
    assert "Alder School" in page.main
    empty = page.send("successor")
    assert empty.status == 422 and "Choose who takes the place." in empty.main
    offered = [[each.text for each in shown.form("successor").xpath(".//select[@name='successor']/option")]
               for shown in (page, empty)]
    assert offered[0] == offered[1] and len(offered[0]) == 2, "the same list again: the other teacher, and nobody yet"
    done = page.send("successor", successor=str(world.other_teacher.person_id), on="18 Nov 2024", leaves="y")
    assert "Otto Anders has taken the place of Tess Lehrer." in done.main
    assert ask(lambda session: set(session.scalars(select(School.designated_teacher_id)))) == {world.other_teacher.person_id}


def test_a_caseload_is_moved_from_the_list(enter: Callable[[str], Visitor], ask: Callable[..., Any], world: World) -> None:
    officer = enter("officer")
    page = officer.get("/admin/pep/children/").send("rowid", button=("action", "caseload"), choose=["1", "2"])
    assert "Move 2 children to another social worker" in page.heading
    assert "New social worker (optional)" not in page.main
    nobody = page.send("person", on="18 Nov 2024")
    assert nobody.status == 422 and "Choose the social worker who takes these children." in nobody.main
    done = page.send("person", person=str(world.other_worker.person_id), on="18 Nov 2024")
    assert "1 of 2 moved to Olga Zweite." in done.main, "the other child was hers already"
    assert ask(lambda session: set(session.scalars(select(Child.social_worker_id)))) == {world.other_worker.person_id}

    stale = page.send("person", person=str(world.worker.person_id), on="18 Nov 2024")
    assert stale.status == 409 and "Somebody changed these records meanwhile" in stale.main
