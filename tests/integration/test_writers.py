"""Who writes a PEP, and what follows when that changes (HB-2.2 to 2.5): named writer, designated teacher, social worker.

Through the verbs and at the pages. Mail is counted in the outbox: one a person and run, however many PEPs changed hands.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from pep_admin import config
from pep_admin.exceptions import NotAllowed, NotFound, Refused
from pep_admin.models import Delivery, EducationSection, Enrolment, MeetingSection, Pep, Person, RecordChange, School
from pep_admin.permissions import SYSTEM, Actor, owns_part
from pep_admin.vocabulary import LeavingReason, Part, PersonKind, Role, RollMove
from pep_admin.workflow import corrections, delegation, roll, sections
from pep_admin.workflow import peps as pep_verbs
from tests.host.foreign_app import make_council
from tests.visiting import Visitor
from tests.world import NOW, TODAY, World, actor_of, build_world, child, person

pytestmark = pytest.mark.slow  # the quick suite stays under a minute; `make check` runs everything

PEPS, SCHOOLS = "/admin/pep/peps/", "/admin/pep/schools/"
LATER = NOW + timedelta(hours=1)


@pytest.fixture
def newcomer(world: World) -> Actor:
    """Nora, whom Alder School may name as its designated teacher."""
    world.act(SYSTEM)
    found = actor_of(person(world.session, "Nora", "Neu", PersonKind.DESIGNATED_TEACHER), Role.DESIGNATED_TEACHER)
    world.session.commit()
    return found


@pytest.fixture
def enter(world: World, newcomer: Actor, tmp_path: Path) -> Callable[[str], Visitor]:
    """`enter("teacher")`: that person of the world at the pages."""
    config.move_today(TODAY)
    world.session.commit()
    people = {name: getattr(world, name) for name in ("head", "officer", "teacher", "other_teacher", "worker")}
    council = make_council(f"sqlite:///{tmp_path / 'world.db'}", {**people, "newcomer": newcomer})
    return lambda name: Visitor(council.visit(name).client)


def hand_over(world: World, to: Actor | None, *, school_id: int | None = None, run: str = "handed") -> list[Pep]:
    """Make somebody, or nobody, the designated teacher of a school, as the officer does."""
    world.act(world.officer)
    school = world.session.get_one(School, school_id or world.school_id)
    return delegation.name_designated_teacher(world.session, school, to.person_id if to else None, actor=world.officer, now=LATER,
                                              run=run)


def word_to(world: World, who: Actor) -> list[int]:
    """How many PEPs each message to write that was queued an hour later tells that person of."""
    found = sa.select(Delivery).where(Delivery.person_id == who.person_id, Delivery.queued_at == LATER,
                                      Delivery.template == "delegated")
    return [each.arguments["count"] for each in world.session.scalars(found)]


def signature(world: World, pep: Pep, model: Any = EducationSection) -> str | None:
    world.session.expire_all()
    return world.session.scalar(sa.select(model.signed_by).where(model.pep_id == pep.id))


def assert_out_of_sight(world: World, pep: Pep, who: Actor) -> None:
    with pytest.raises(NotFound):
        sections.save_section(world.session, pep.id, "strengths", {"strengths": "Not mine"}, base={}, actor=world.act(who),
                              today=TODAY, now=NOW)


def refusal(verb: Callable[..., Any], *args: Any, **named: Any) -> str:
    with pytest.raises(Refused) as refused:
        verb(*args, **named)
    [finding] = refused.value.findings
    assert finding.code == "HB-2.2"
    return finding.message


# --- naming a writer -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        ({"email": None}, "Otto Anders has no working e-mail address. Put one in under People."),
        ({"bounced_on": TODAY}, "Otto Anders has no working e-mail address. Put one in under People."),
        ({"left_on": TODAY}, "Otto Anders has left. Name another writer."),
    ],
)
def test_nobody_is_named_whom_the_pep_could_not_be_sent_to(world: World, changed: dict[str, Any], sentence: str) -> None:
    pep = world.pep_of()
    someone = world.session.get_one(Person, world.other_teacher.person_id)
    for name, value in changed.items():
        setattr(someone, name, value)
    world.session.flush()
    named = refusal(delegation.name_writer, world.session, pep.id, someone.id, actor=world.act(world.officer))
    assert named == sentence
    assert pep.writer_id == world.teacher.person_id

    pep.writer = someone
    world.session.flush()
    held = delegation.delegate_peps(world.session, [pep.id], actor=world.officer, now=LATER, run="again").held
    assert [finding.message for _, finding in held] == [sentence], "one function says it, for naming and for sending"


def test_the_page_says_so_too_and_keeps_the_old_writer(world: World, enter: Callable[[str], Visitor]) -> None:
    pep, other = world.pep_of().id, world.other_teacher.person_id
    world.session.rollback()
    page = enter("officer").get(f"{PEPS}writer/?id={pep}")
    world.act(SYSTEM)
    world.session.get_one(Person, other).email = None
    world.session.commit()
    wrong = page.send("writer_id", writer_id=str(other))
    assert wrong.status == 422 and "Otto Anders has no working e-mail address. Put one in under People." in wrong.main
    assert world.session.scalar(sa.select(Pep.writer_id).where(Pep.id == pep)) == world.teacher.person_id
    world.session.rollback()


# --- a new designated teacher ----------------------------------------------------------------------------------------------


def test_open_peps_of_the_old_teacher_go_to_the_new_one(world: World, newcomer: Actor) -> None:
    pep = world.pep_of()
    sections.sign_part(world.session, pep.id, Part.EDUCATION, actor=world.act(world.teacher), today=TODAY, now=NOW)
    handed = hand_over(world, newcomer)
    assert [each.id for each in handed] == [pep.id]
    world.session.expunge_all()  # what a session read for one person is not read on by another
    pep = world.pep_of()
    assert pep.writer_id == newcomer.person_id and signature(world, pep) is None
    assert word_to(world, newcomer) == [1]
    changes = world.session.scalars(sa.select(RecordChange.changes).where(RecordChange.table_name == "pep_pep",
                                                                          RecordChange.row_id == pep.id)).all()
    assert [world.teacher.person_id, newcomer.person_id] in [each.get("writer_id") for each in changes]
    world.save(pep, "strengths", newcomer, strengths="Patient with the little ones.")
    assert_out_of_sight(world, pep, world.teacher)


def test_a_pep_with_another_named_writer_stays_with_them(world: World, newcomer: Actor) -> None:
    pep = world.pep_of()
    delegation.name_writer(world.session, pep.id, world.other_teacher.person_id or 0, actor=world.act(world.officer))
    assert hand_over(world, newcomer) == []
    assert pep.writer_id == world.other_teacher.person_id and word_to(world, newcomer) == []


def test_what_was_sent_keeps_its_signature_and_answers_to_who_teaches_now(world: World, newcomer: Actor) -> None:
    pep = world.sent_pep()
    assert hand_over(world, newcomer) == []
    assert pep.writer_id == newcomer.person_id and signature(world, pep) == world.teacher.id
    with pytest.raises(Refused, match="Only those who write this PEP"):
        pep_verbs.recall_pep(world.session, pep.id, actor=world.teacher)


def test_nobody_without_an_address_is_named_where_peps_would_go_to_them(world: World) -> None:
    world.act(world.officer)
    silent = actor_of(person(world.session, "Still", "Leise", PersonKind.DESIGNATED_TEACHER, email=False), Role.DESIGNATED_TEACHER)
    pep = world.delegated_pep()
    with pytest.raises(Refused, match="no working e-mail address"):
        hand_over(world, silent)
    assert pep.writer_id == world.teacher.person_id


def test_somebody_without_an_address_is_named_while_nothing_was_sent_out(session: Session) -> None:
    """Handing it out is held then, with the same reason (HB-2.2)."""
    world = build_world(session)
    world.launch()
    silent = actor_of(person(session, "Still", "Leise", PersonKind.DESIGNATED_TEACHER, email=False), Role.DESIGNATED_TEACHER)
    assert hand_over(world, silent) == [world.pep_of()]
    held = delegation.delegate_peps(session, [world.pep_of().id], actor=world.act(world.officer), now=LATER, run="r").held
    assert [finding.code for _, finding in held] == ["HB-2.2"]


def test_peps_that_were_never_sent_out_change_hands_without_word(session: Session) -> None:
    world = build_world(session)
    world.launch()
    pep = world.pep_of()
    newcomer = actor_of(person(session, "Nora", "Neu", PersonKind.DESIGNATED_TEACHER), Role.DESIGNATED_TEACHER)
    assert hand_over(world, newcomer) == [pep] and pep.writer_id == newcomer.person_id
    assert word_to(world, newcomer) == []


def test_of_many_peps_the_new_teacher_gets_one_message(world: World, newcomer: Actor) -> None:
    """The second school's child moves over first: two open PEPs at Alder School, both sent out."""
    roll.change_school(world.session, child(world.session, world.other_child_id), school_id=world.school_id, on=TODAY,
                       reason=LeavingReason.HOME_MOVE, actor=world.act(world.officer), today=TODAY, now=NOW)
    assert len(hand_over(world, newcomer)) == 2
    assert word_to(world, newcomer) == [2]


def test_without_a_teacher_nobody_writes_until_there_is_one(world: World, newcomer: Actor) -> None:
    pep = world.pep_of()
    assert hand_over(world, None) == [pep] and pep.writer_id is None
    assert_out_of_sight(world, pep, world.teacher)
    assert hand_over(world, newcomer, run="second") == [pep] and pep.writer_id == newcomer.person_id
    assert word_to(world, newcomer) == [1], "it had been sent out before, so the new one is told"


def test_somebody_who_has_left_is_no_designated_teacher(world: World, newcomer: Actor) -> None:
    world.session.get_one(Person, newcomer.person_id).left_on = TODAY
    world.session.flush()
    assert refusal(hand_over, world, newcomer) == "Nora Neu has left. Name somebody else."


def test_only_those_who_keep_schools_name_their_teachers(world: World, newcomer: Actor) -> None:
    school = world.session.get_one(School, world.school_id)
    for who in (world.teacher, world.worker, world.finance, world.auditor):
        with pytest.raises(NotAllowed):
            delegation.name_designated_teacher(world.session, school, newcomer.person_id, actor=world.act(who), now=NOW, run="x")


def test_the_school_form_hands_the_peps_over(world: World, newcomer: Actor, enter: Callable[[str], Visitor]) -> None:
    pep = world.pep_of().id
    world.session.rollback()
    page = enter("officer").get(f"{SCHOOLS}edit/?id={world.school_id}")
    after = page.send("designated_teacher", designated_teacher=str(newcomer.person_id), town="Bury")
    assert after.status == 200
    assert "Open PEPs of the school: 1. They are written by Nora Neu now" in after.main
    assert world.session.scalar(sa.select(Pep.writer_id).where(Pep.id == pep)) == newcomer.person_id
    assert world.session.scalar(sa.select(School.town).where(School.id == world.school_id)) == "Bury"
    of_school = (RecordChange.table_name == "pep_school", RecordChange.row_id == world.school_id, RecordChange.verb == "update")
    [change] = world.session.scalars(sa.select(RecordChange.changes).where(*of_school))
    assert set(change) == {"town", "designated_teacher_id"}, "one save is one change"
    told = world.session.scalars(sa.select(Delivery.arguments).where(Delivery.person_id == newcomer.person_id)).all()
    assert [each["count"] for each in told] == [1]
    world.session.rollback()
    section = enter("newcomer").get(f"{PEPS}section/?id={pep}&section=strengths")
    assert section.send("strengths", strengths="Patient with the little ones.").status == 200
    assert enter("teacher").get(f"{PEPS}section/?id={pep}&section=strengths").status == 404
    again = enter("officer").get(f"{SCHOOLS}edit/?id={world.school_id}").send("designated_teacher", town="Bolton")
    assert "Open PEPs" not in again.main, "the same teacher stays: nothing changes hands"


# --- a move of school ------------------------------------------------------------------------------------------------------


def moved(world: World, to: int | None, *, child_id: int | None = None, run: str = "") -> None:
    roll.change_school(world.session, child(world.session, child_id or world.child_id), school_id=to, on=TODAY, run=run,
                       reason=LeavingReason.HOME_MOVE, actor=world.act(world.officer), today=TODAY, now=LATER)


def test_a_move_tells_the_new_writer_of_a_pep_that_was_sent_out(world: World) -> None:
    moved(world, world.other_school_id)
    assert word_to(world, world.other_teacher) == [1] and word_to(world, world.teacher) == []


def test_moves_of_one_run_are_one_message(world: World) -> None:
    roll.change_school(world.session, child(world.session, world.other_child_id), school_id=world.school_id, on=TODAY, run="before",
                       reason=LeavingReason.HOME_MOVE, actor=world.act(world.officer), today=TODAY, now=NOW)
    for child_id in (world.child_id, world.other_child_id):
        moved(world, world.other_school_id, child_id=child_id, run="roll-7")
    assert word_to(world, world.other_teacher) == [2]


def test_a_move_between_two_schools_of_one_teacher_needs_no_word(world: World) -> None:
    world.session.get_one(School, world.other_school_id).designated_teacher_id = world.teacher.person_id
    world.session.flush()
    moved(world, world.other_school_id)
    assert word_to(world, world.teacher) == []


def test_a_move_to_no_school_or_to_a_teacher_without_an_address_tells_nobody(world: World) -> None:
    world.session.get_one(Person, world.other_teacher.person_id).email = None
    world.session.flush()
    moved(world, world.other_school_id)
    moved(world, None)
    told = world.session.scalars(sa.select(Delivery).where(Delivery.queued_at == LATER, Delivery.template != "child_leaves"))
    assert told.all() == []


def test_a_move_that_is_taken_back_tells_who_writes_again(world: World) -> None:
    moved(world, world.other_school_id)
    corrections.undo_move(world.session, child(world.session, world.child_id), RollMove.SCHOOL, reason="Wrong child",
                          actor=world.officer, now=LATER)
    schools = sa.select(Enrolment.school_id).where(Enrolment.child_id == world.child_id)
    assert world.session.scalars(schools).all() == [world.school_id]
    assert word_to(world, world.teacher) == [1]


# --- the designated teacher beside the named writer (HB-2.4) -----------------------------------------------------------------


def test_the_designated_teacher_writes_and_signs_beside_the_named_writer(world: World) -> None:
    pep = world.pep_of()
    delegation.name_writer(world.session, pep.id, world.other_teacher.person_id or 0, actor=world.act(world.officer))
    world.save(pep, "strengths", world.teacher, strengths="The designated teacher's words.")
    world.save(pep, "strengths", world.other_teacher, strengths="The named writer's words.")
    sections.sign_part(world.session, pep.id, Part.EDUCATION, actor=world.act(world.teacher), today=TODAY, now=NOW)
    assert signature(world, pep) == world.teacher.id
    for part in (Part.SOCIAL_CARE, Part.MEETING):
        sections.sign_part(world.session, pep.id, part, actor=world.act(world.worker), today=TODAY, now=NOW)
    pep_verbs.submit_pep(world.session, pep.id, actor=world.act(world.teacher), today=TODAY, now=NOW)
    pep_verbs.recall_pep(world.session, pep.id, actor=world.act(world.other_teacher))


def test_a_designated_teacher_who_is_removed_loses_it_at_once(world: World, newcomer: Actor) -> None:
    pep = world.pep_of()
    delegation.name_writer(world.session, pep.id, world.other_teacher.person_id or 0, actor=world.act(world.officer))
    hand_over(world, newcomer)
    assert_out_of_sight(world, pep, world.teacher)
    world.save(pep, "strengths", newcomer, strengths="The new one may.")


def test_the_role_alone_is_not_enough(world: World) -> None:
    """An account that names the designated teacher as its person, but holds another role, does not write for the school."""
    pep = world.pep_of()
    delegation.name_writer(world.session, pep.id, world.other_teacher.person_id or 0, actor=world.act(world.officer))
    for roles in ({Role.AUDITOR, Role.SOCIAL_WORKER}, {Role.FINANCE}, {Role.SOCIAL_WORKER}):
        other_hat = replace(world.teacher, roles=frozenset(roles))
        assert not any(owns_part(other_hat, pep, part) for part in Part)
        with pytest.raises((NotAllowed, NotFound)):
            sections.save_section(world.session, pep.id, "strengths", {"strengths": "No"}, base={}, actor=world.act(other_hat),
                                  today=TODAY, now=NOW)


# --- who writes down the meeting (HB-2.5) ------------------------------------------------------------------------------------


@pytest.mark.parametrize("who", ["teacher", "worker"])
def test_teacher_and_social_worker_write_down_the_meeting(world: World, who: str) -> None:
    pep = world.pep_of()
    saved = world.save(pep, "discussion", getattr(world, who), discussion="Robin spoke first, about the school trip.")
    assert saved.changed == ("discussion",)


def test_a_named_writer_takes_notes_too_and_a_stranger_does_not(world: World) -> None:
    pep = world.pep_of()
    assert_out_of_sight(world, pep, world.other_teacher)
    delegation.name_writer(world.session, pep.id, world.other_teacher.person_id or 0, actor=world.act(world.officer))
    world.save(pep, "discussion", world.other_teacher, discussion="The named writer.")


def test_part_3_is_signed_by_the_social_worker_and_a_note_of_the_teacher_takes_that_away(world: World) -> None:
    pep = world.pep_of()
    with pytest.raises(NotAllowed):
        sections.sign_part(world.session, pep.id, Part.MEETING, actor=world.act(world.teacher), today=TODAY, now=NOW)
    sections.sign_part(world.session, pep.id, Part.MEETING, actor=world.act(world.worker), today=TODAY, now=NOW)
    assert signature(world, pep, MeetingSection) == world.worker.id
    world.save(pep, "discussion", world.teacher, discussion="One more thing was said.")
    assert signature(world, pep, MeetingSection) is None


def test_part_1_stays_the_social_workers(world: World) -> None:
    pep = world.pep_of()
    with pytest.raises(NotAllowed):
        world.save(pep, "about", world.teacher, first_language="German")


def test_what_is_withheld_from_school_the_teacher_neither_reads_nor_writes_in_part_3(world: World) -> None:
    pep = world.pep_of()
    world.save(pep, "discussion", world.worker, adults_only_notes="CANARY of the adults")
    with pytest.raises(NotFound):
        world.save(pep, "discussion", world.teacher, adults_only_notes="Mine")
    two_hats = replace(world.teacher, roles=frozenset({Role.DESIGNATED_TEACHER, Role.AUDITOR}))
    with pytest.raises(NotFound):
        world.save(pep, "discussion", two_hats, adults_only_notes="Mine")


def test_the_teacher_finds_part_3_theirs_to_write_and_the_social_workers_to_sign(
    world: World, enter: Callable[[str], Visitor]
) -> None:
    world.act(SYSTEM)
    pep = world.pep_of()
    world.save(pep, "discussion", world.worker, adults_only_notes="CANARY of the adults")
    world.session.commit()
    pep = pep.id
    world.session.rollback()
    teacher = enter("teacher")
    page = teacher.get(f"{PEPS}details/?id={pep}")
    cards = [" ".join(card.text_content().split()) for card in page.tree.xpath("//*[@class='parts']/article")]
    assert ["The social worker signs it." in card for card in cards] == [False, False, True]
    assert ["Sign this part" in card for card in cards] == [False, True, False]
    section = teacher.get(f"{PEPS}section/?id={pep}&section=discussion")
    assert "CANARY" not in section.text and section.form("discussion") is not None
    after = section.send("discussion", discussion="Notes of the meeting, by the school.")
    assert after.status == 200
    assert "Notes of the meeting, by the school." in enter("worker").get(f"{PEPS}section/?id={pep}&section=discussion").text
    assert teacher.get(f"{PEPS}section/?id={pep}&section=about").tree.xpath("//main//form") == []


