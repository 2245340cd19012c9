"""Whose rows there are: the net under every query, for two actors in a row, aliases, columns, bulk statements and nobody."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import aliased

from pep_admin.exceptions import NoActor, Refused
from pep_admin.models import Child, EducationSection, Pep, PpgRequest, SdqScore, Target
from pep_admin.pep_document import read_document
from pep_admin.permissions import SYSTEM, Actor, audience_for
from pep_admin.vocabulary import Audience, LeavingReason, Part, Role
from pep_admin.workflow import delegation, ppg, roll, sections
from tests.world import NOW, TODAY, World, child


def seen(world: World, who: Actor) -> set[int]:
    world.act(who)
    world.session.expire_all()
    return set(world.session.scalars(select(Child.id)))


def test_each_sees_the_children_of_their_own_school_or_caseload(world: World) -> None:
    one, two = world.child_id, world.other_child_id
    assert seen(world, world.teacher) == {one}
    assert seen(world, world.other_teacher) == {two}
    assert seen(world, world.worker) == {one}
    assert seen(world, world.other_worker) == {two}
    assert seen(world, world.teacher) == {one}, "the cached statement binds the actor anew"
    for who in (world.head, world.officer, world.finance, world.auditor, SYSTEM):
        assert seen(world, who) == {one, two}
    assert seen(world, world.administrator) == set()


@pytest.mark.parametrize("model", [Pep, Target, EducationSection, SdqScore])
def test_rows_that_belong_to_a_child_go_with_it(world: World, model: type) -> None:
    world.act(SYSTEM)
    every = world.session.scalar(select(func.count(model.id)))
    counts = []
    for who in (world.teacher, world.other_teacher):
        world.act(who)
        counts.append(world.session.scalar(select(func.count(model.id))))
    assert 0 < counts[0] < every
    assert sum(counts) == every


def test_an_alias_and_a_join_do_not_get_round_the_scope(world: World) -> None:
    world.act(world.teacher)
    other = aliased(Child)
    assert set(world.session.scalars(select(other.id))) == {world.child_id}
    assert set(world.session.scalars(select(Target.pep_id).join(Pep).join(other, Pep.child_id == other.id).distinct())) == {
        world.pep_of(world.child_id).id
    }


def test_the_row_itself_cannot_be_got_by_its_id(world: World) -> None:
    pep_id = world.pep_of(world.other_child_id).id
    world.session.expunge_all()
    world.act(world.teacher)
    assert world.session.get(Pep, pep_id) is None
    assert world.session.get(Child, world.other_child_id) is None


def test_nobody_reads_nothing(world: World) -> None:
    world.session.expunge_all()
    world.session.info["actor"] = None
    for statement in (select(Child), select(Pep.id), select(func.count(PpgRequest.id))):
        with pytest.raises(NoActor):
            world.session.execute(statement)


def test_several_roles_see_what_each_of_them_sees(world: World) -> None:
    both = Actor("x", "Both", frozenset({Role.DESIGNATED_TEACHER, Role.SOCIAL_WORKER}), world.teacher.person_id)
    assert seen(world, both) == {world.child_id}
    auditor_too = Actor("x", "Both", frozenset({Role.DESIGNATED_TEACHER, Role.AUDITOR}), world.teacher.person_id)
    assert seen(world, auditor_too) == {world.child_id, world.other_child_id}


def test_a_person_without_the_role_sees_nothing_by_being_named(world: World) -> None:
    finance_only = Actor("x", "Teacher's account without the role", frozenset({Role.ADMINISTRATOR}), world.teacher.person_id)
    assert seen(world, finance_only) == set()


def test_a_move_of_school_ends_the_old_teachers_sight_at_once(world: World) -> None:
    pep = world.pep_of(world.child_id)
    roll.change_school(world.session, child(world.session, world.child_id), school_id=world.other_school_id,
                       on=TODAY - timedelta(days=1), reason=LeavingReason.HOME_MOVE, actor=world.act(world.officer), today=TODAY,
                       now=NOW)
    assert seen(world, world.teacher) == set()
    assert seen(world, world.other_teacher) == {world.child_id, world.other_child_id}
    world.act(SYSTEM)
    world.session.refresh(pep)
    assert (pep.school_id, pep.writer_id) == (world.other_school_id, world.other_teacher.person_id)


def test_a_named_writer_who_is_not_the_designated_teacher_sees_that_child_only(world: World) -> None:
    pep = world.pep_of(world.child_id)
    delegation.name_writer(world.session, pep.id, world.other_teacher.person_id or 0, actor=world.act(world.officer))
    assert seen(world, world.other_teacher) == {world.child_id, world.other_child_id}
    assert seen(world, world.teacher) == {world.child_id}


def test_a_social_worker_who_only_teaches_a_child_reads_it_as_the_school_does(world: World) -> None:
    """HB-3.11: the audience follows what somebody is to this child."""
    both = Actor("x", "Both", frozenset({Role.DESIGNATED_TEACHER, Role.SOCIAL_WORKER}), world.teacher.person_id)
    world.act(both)
    pep = world.pep_of()
    world.act(both)
    document = read_document(world.session, pep, audience=audience_for(both, pep.child))
    assert document.answer("confidential_history") is None and "confidential_history" not in document.answers
    assert document.answer("what_school_needs_to_know")
    assert audience_for(world.worker, pep.child) is Audience.CARE


@pytest.mark.parametrize("role", [Role.DESIGNATED_TEACHER, Role.SOCIAL_WORKER])
def test_finance_lends_its_rows_to_no_role_that_reads_children(world: World, role: Role) -> None:
    """Finance sees every row because it may read so little of each; with a teacher's permissions that would be every child."""
    own = world.teacher if role is Role.DESIGNATED_TEACHER else world.worker
    both = Actor("x", "Both", frozenset({role, Role.FINANCE}), own.person_id)
    assert seen(world, both) == {world.child_id}
    assert seen(world, world.finance) == {world.child_id, world.other_child_id}, "finance alone releases for every school"


def test_a_move_takes_the_draft_money_along_and_the_old_schools_signature_off(world: World) -> None:
    """The payee of what is not asked for yet is the child's school; Part 2 is signed by who writes it now (HB-2.4, HB-6.7)."""
    pep = world.written_pep()
    [request] = world.requests_of(pep)
    elsewhere, _ = ppg.save_request(
        world.session, pep.id, world.request_values(pep, payee_school_id=None, payee_name="A tutor", quantity=1,
                                                    unit_cost_pence=5_00, amount_pence=5_00), actor=world.act(world.officer))
    sections.sign_part(world.session, pep.id, Part.EDUCATION, actor=world.act(world.teacher), today=TODAY, now=NOW)
    roll.change_school(world.session, child(world.session, world.child_id), school_id=world.other_school_id, on=TODAY,
                       reason=LeavingReason.HOME_MOVE, actor=world.act(world.officer), today=TODAY, now=NOW)
    world.act(SYSTEM)
    world.session.expire_all()
    assert request.payee_school_id == world.other_school_id
    assert (elsewhere.payee_school_id, elsewhere.payee_name) == (None, "A tutor"), "another payee stays"
    document = read_document(world.session, pep, audience=Audience.RULES)
    assert document.signatures[Part.EDUCATION.value] is None


def test_a_move_that_is_still_to_come_is_refused_and_lets_nobody_in(world: World) -> None:
    with pytest.raises(Refused):
        roll.change_school(world.session, child(world.session, world.child_id), school_id=world.other_school_id,
                           on=TODAY + timedelta(days=1), reason=LeavingReason.HOME_MOVE, actor=world.act(world.officer),
                           today=TODAY, now=NOW)
    assert seen(world, world.other_teacher) == {world.other_child_id}
    assert seen(world, world.teacher) == {world.child_id}
