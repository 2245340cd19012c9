"""A child leaves a school: its designated teacher reads to the end of the last day and leaves a note; the next school finds it.

Robin is at Alder School with Tess Lehrer, Jule at Birch School with Otto Anders; today is 18 Nov 2024 until a test says otherwise.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from pep_admin import config
from pep_admin.exceptions import NotAllowed, NotFound, Refused
from pep_admin.models import AuditEvent, Child, Delivery, HandoverNote, Pep, Person, School
from pep_admin.permissions import SYSTEM, Actor, Cover, Permission, can, lent, owns_part
from pep_admin.queries.grants import with_grants
from pep_admin.queries.handover import note_of_last_school
from pep_admin.server.worker import run_once
from pep_admin.vocabulary import DeliveryState, LeavingReason, Part, PersonKind, Role, RollMove, SchoolKind, SchoolPhase
from pep_admin.workflow import corrections, grants, handover, peps, questions, roll
from tests.host.foreign_app import Council, make_council
from tests.integration.conftest import PEOPLE
from tests.visiting import Visitor
from tests.world import NOW, TODAY, World, actor_of, child, person

pytestmark = pytest.mark.slow  # the quick suite stays under a minute; `make check` runs everything

ADMIN = "/admin/pep"
TOMORROW, YESTERDAY = TODAY + timedelta(days=1), TODAY - timedelta(days=1)
WORDS = "Reads best alone in the library.\nMrs Kaur meets him at the gate."


def move(world: World, on: date = TODAY, today: date = TODAY, to: int | None = -1, run: str = "") -> None:
    """Robin goes to Birch School, or to that one."""
    roll.change_school(world.session, child(world.session, world.child_id), school_id=world.other_school_id if to == -1 else to,
                       on=on, reason=LeavingReason.HOME_MOVE, actor=world.act(world.officer), today=today, now=NOW, run=run)
    world.session.flush()


def on_day(world: World, who: Actor, day: date = TODAY) -> Actor:
    """Somebody as a request of that day begins."""
    return world.act(with_grants(world.session, replace(who, covers=(), helps=(), leaving=()), day))


def sees(world: World, who: Actor, day: date = TODAY) -> set[int]:
    on_day(world, who, day)
    world.session.expire_all()
    return set(world.session.scalars(sa.select(Child.id)))


def leave(
    world: World, who: Actor, words: str = WORDS, day: date = TODAY, school: int = 0, version: int | None = None
) -> HandoverNote:
    return handover.leave_note(world.session, world.child_id, school or world.school_id, words=words, actor=on_day(world, who, day),
                               today=day, version=version)


def letters(world: World) -> list[Delivery]:
    world.act(SYSTEM)
    return list(world.session.scalars(sa.select(Delivery).where(Delivery.template == "child_leaves")))


# --- sight -----------------------------------------------------------------------------------------------------------------------


def test_the_old_school_sees_the_child_to_the_end_of_the_last_day(world: World) -> None:
    pep = world.written_pep().id
    move(world)
    assert sees(world, world.teacher) == {world.child_id}
    assert world.session.get(Pep, pep) is not None
    assert sees(world, world.teacher, TOMORROW) == set()
    world.session.expunge_all()
    assert world.session.get(Pep, pep) is None
    assert sees(world, world.other_teacher) == {world.child_id, world.other_child_id}


def test_a_move_entered_late_opens_nothing_to_the_old_school(world: World) -> None:
    move(world, on=YESTERDAY)
    assert sees(world, world.teacher) == set()
    assert letters(world) == []
    with pytest.raises(NotFound):
        leave(world, world.teacher)


def test_who_is_back_the_same_day_is_seen_as_before(world: World) -> None:
    move(world)
    corrections.undo_move(world.session, child(world.session, world.child_id), RollMove.SCHOOL, reason="Another child",
                          actor=world.act(world.officer), now=NOW)
    teacher = on_day(world, world.teacher)
    assert teacher.leaving == () and sees(world, world.teacher, TOMORROW) == {world.child_id}
    assert not lent(world.session, teacher, Permission.SUSPENSION_EDIT, [world.child_id])
    assert on_day(world, world.other_teacher).leaving == ()


def test_who_moves_on_and_back_is_at_the_first_school_and_leaves_the_second(world: World) -> None:
    move(world)
    move(world, to=world.school_id)
    assert on_day(world, world.teacher).leaving == ()
    assert on_day(world, world.other_teacher).leaving == (world.child_id,)
    assert sees(world, world.other_teacher, TOMORROW) == {world.other_child_id}


def test_a_child_without_a_school_is_seen_to_the_end_of_the_day_too(world: World) -> None:
    move(world, to=None)
    assert sees(world, world.teacher) == {world.child_id} and sees(world, world.teacher, TOMORROW) == set()


def test_who_stands_in_sees_it_that_day_and_tells(world: World) -> None:
    mia = grants.give_cover(world.session, world.teacher.person_id or 0, grants.Named("mia@example.org", "Mia", "Kollege"),
                            starts_on=TODAY, ends_on=date(2024, 12, 2), actor=world.act(world.teacher), today=TODAY, now=NOW).holder
    stand_in = actor_of(mia, Role.DESIGNATED_TEACHER)
    move(world)
    assert sees(world, stand_in) == {world.child_id} and sees(world, stand_in, TOMORROW) == set()
    assert leave(world, stand_in).noted_name == "Mia Kollege"
    with pytest.raises(NotFound):
        leave(world, stand_in, "Later", TOMORROW)
    assert on_day(world, stand_in).covers == (Cover(world.teacher.person_id or 0, "Tess Lehrer", date(2024, 12, 2)),)


def test_nobody_else_is_asked_whose_last_day_it_is(world: World) -> None:
    move(world)
    for who in (world.officer, world.worker, world.finance, world.auditor, world.administrator):
        assert on_day(world, who).leaving == ()
    without_role = actor_of(world.session.get_one(Person, world.teacher.person_id), Role.SOCIAL_WORKER)
    assert sees(world, without_role) == set()
    handed_in = replace(world.worker, leaving=(world.other_child_id,))
    world.act(handed_in)
    assert set(world.session.scalars(sa.select(Child.id))) == {world.child_id}, "the role decides"


def test_on_the_last_day_they_read_and_leave_a_note_and_nothing_else(world: World) -> None:
    world.sent_pep()
    move(world)
    teacher, pep = on_day(world, world.teacher), world.pep_of()
    open_ones = {each for each in Permission if can(teacher, each)
                 and not lent(world.session, teacher, each, [world.child_id])}
    assert open_ones == {Permission.DASHBOARD, Permission.CHILD_READ, Permission.PEP_READ, Permission.TARGET_READ,
                         Permission.REQUEST_READ, Permission.DOCUMENT_READ, Permission.ALERT_READ, Permission.HANDOVER_WRITE}
    assert owns_part(teacher, pep, Part.EDUCATION), "a PEP that was sent keeps its school, for money and record"
    world.act(teacher)
    with pytest.raises(NotAllowed):
        peps.recall_pep(world.session, pep.id, actor=teacher)
    with pytest.raises(NotAllowed):
        questions.answer_question(world.session, pep.id, 1, words="A tutor", actor=teacher, now=NOW)


def test_an_auditor_who_leads_the_school_leaves_a_note_that_day_alone(world: World) -> None:
    both = replace(world.teacher, roles=frozenset({Role.DESIGNATED_TEACHER, Role.AUDITOR}))
    move(world)
    assert lent(world.session, on_day(world, both), Permission.SUSPENSION_EDIT, [world.child_id]) == {world.child_id}
    assert leave(world, both).words == WORDS
    with pytest.raises(NotAllowed, match="not leave a hand-over note here"):
        leave(world, both, "Later", TOMORROW)


# --- the note --------------------------------------------------------------------------------------------------------------------


def test_it_is_one_for_each_time_at_a_school(world: World) -> None:
    before = leave(world, world.teacher, "He will go to Birch School")
    move(world)
    changed = leave(world, world.teacher)
    assert changed.id == before.id and (changed.words, changed.noted_on, changed.noted_name) == (WORDS, TODAY, "Tess Lehrer")
    assert leave(world, world.teacher).row_version == changed.row_version, "pressed twice"
    back_on = TODAY + timedelta(days=30)
    move(world, back_on, back_on, to=world.school_id)
    again = leave(world, world.teacher, "Was away for a month", back_on)
    assert again.id != changed.id and changed.words == WORDS


@pytest.mark.parametrize(("words", "sentence"), [
    (" - ", "Write down what the next school should know"), ("x" * 5_003, "3 characters too many: 5,000 fit here"),
])
def test_what_is_no_note(world: World, words: str, sentence: str) -> None:
    with pytest.raises(Refused, match=sentence):
        leave(world, world.teacher, words)
    assert world.session.scalar(sa.select(sa.func.count()).select_from(HandoverNote)) == 0


def test_what_somebody_else_wrote_they_change_or_the_virtual_school_does(world: World) -> None:
    note = leave(world, world.teacher)
    stand_in = replace(world.other_teacher, covers=(Cover(world.teacher.person_id or 0, "Tess Lehrer", TOMORROW),))
    world.act(stand_in)
    with pytest.raises(Refused, match="Tess Lehrer wrote the note of this school"):
        handover.leave_note(world.session, world.child_id, world.school_id, words="Mine", actor=stand_in, today=TODAY)
    with pytest.raises(Refused, match="written or changed meanwhile"):
        leave(world, world.teacher, "An old page", version=note.row_version + 1)
    assert leave(world, world.officer, "Mended", TOMORROW, version=note.row_version).noted_name == "Ole Amt"


def test_the_virtual_school_leaves_it_on_their_behalf_on_any_day(world: World) -> None:
    move(world, on=YESTERDAY)
    assert leave(world, world.officer).school_id == world.school_id
    with pytest.raises(NotAllowed, match="to the end of the last day there"):
        leave(world, world.officer, school=987_654)


def test_who_writes_a_pep_but_does_not_lead_the_school_leaves_none(world: World) -> None:
    world.act(SYSTEM)
    world.pep_of().writer_id = world.other_teacher.person_id
    world.session.flush()
    assert world.child_id in sees(world, world.other_teacher)
    with pytest.raises(NotAllowed, match="to the end of the last day there"):
        leave(world, world.other_teacher)
    with pytest.raises(NotAllowed, match="to the end of the last day there"):
        leave(world, world.other_teacher, school=world.other_school_id)


@pytest.mark.parametrize("who", ["worker", "finance", "auditor", "administrator"])
def test_it_is_the_schools_to_write(world: World, who: str) -> None:
    with pytest.raises(NotAllowed):
        leave(world, getattr(world, who))


def test_an_open_pep_shows_the_note_of_the_last_school_alone(world: World) -> None:
    pep = world.delegated_pep()
    leave(world, world.teacher)
    world.act(SYSTEM)
    assert note_of_last_school(world.session, pep) is None, "the child is there still"
    move(world)
    world.act(world.other_teacher)
    found = note_of_last_school(world.session, pep)
    assert found is not None and found.words == WORDS
    world.act(SYSTEM)
    third = School(name="Cedar School", urn="900103", kind=SchoolKind.SCHOOL, phase=SchoolPhase.SECONDARY)
    world.session.add(third)
    world.session.flush()
    move(world, TOMORROW, TOMORROW, to=third.id)
    world.act(SYSTEM)
    assert note_of_last_school(world.session, pep) is None, "Birch School left none"
    move(world, TOMORROW, TOMORROW, to=None)
    world.act(SYSTEM)
    assert note_of_last_school(world.session, pep) is None


# --- word by mail ----------------------------------------------------------------------------------------------------------------


def test_the_teacher_gets_one_mail_a_run_on_the_day_itself(world: World) -> None:
    move(world, run="file-1")
    move(world, to=world.school_id, run="file-1")
    move(world, run="file-1")
    assert [(each.key, each.person_id) for each in letters(world)] == [
        (f"child_leaves:file-1:{world.teacher.person_id}", world.teacher.person_id),
        (f"child_leaves:file-1:{world.other_teacher.person_id}", world.other_teacher.person_id)]


@pytest.mark.parametrize("why", ["no address", "nobody", "leads both"])
def test_who_cannot_be_told_or_need_not_be_gets_none(world: World, why: str) -> None:
    world.act(SYSTEM)
    teacher, (old, new) = world.session.get_one(Person, world.teacher.person_id), (
        world.session.get_one(School, each) for each in (world.school_id, world.other_school_id))
    if why == "no address":
        teacher.email = None
    elif why == "nobody":
        old.designated_teacher = None
    else:
        new.designated_teacher = teacher
    world.session.flush()
    move(world)
    assert letters(world) == []


@pytest.mark.parametrize(("day", "state"), [(TODAY, DeliveryState.SENT), (TOMORROW, DeliveryState.NOT_NEEDED)])
def test_it_goes_on_that_day_or_not_at_all(world: World, council: Council, day: date, state: DeliveryState,
                                            capsys: pytest.CaptureFixture[str]) -> None:
    move(world)
    world.session.commit()
    config.move_today(day)
    council.app.config["PEP_ADMIN_MAIL_BACKEND"] = "console"
    run_once(council.app)
    world.session.expire_all()
    assert [each.state for each in letters(world)] == [state]
    printed = capsys.readouterr().out
    assert ("Subject: A child has left your school" in printed) == (state is DeliveryState.SENT) and "Robin" not in printed


# --- at the pages ----------------------------------------------------------------------------------------------------------------


def test_from_the_move_to_the_next_schools_pep(world: World, council: Council, enter: Callable[[str], Visitor],
                                                ask: Callable[..., Any]) -> None:
    pep = world.delegated_pep().id
    world.session.commit()
    robin, page_of = f"{ADMIN}/children/details/?id={world.child_id}", f"{ADMIN}/peps/details/?id={pep}"
    done = enter("officer").get(robin).link("Change school").send(
        "on", school=str(world.other_school_id), on="18 Nov 2024", reason="home_move")
    assert ("Tess Lehrer, designated teacher of Alder School, sees Robin until the end of today and can leave a hand-over note."
            in done.answer.get_data(as_text=True).replace("&nbsp;", " "))
    teacher = enter("teacher")
    page = teacher.get(robin)
    assert "You can read this record until the end of 18 Nov 2024" in page.main
    assert not [each for text in ("Add a suspension", "Tell the Virtual School…", "Tell of an exclusion risk…", "Add a document…")
                for each in page.links(text)]
    assert teacher.get(page_of).status == 200 and "Sign this part" not in teacher.get(page_of).main
    assert "Musterkind0" in teacher.get(f"{ADMIN}/children/").main
    form = page.link("Leave a hand-over note…")
    assert "Alder School, left on 18 Nov 2024" in form.main
    wrong = form.send("words", words="-")
    assert wrong.status == 422 and "Write down what the next school should know" in wrong.main
    kept = wrong.send("words", words=WORDS)
    assert "The hand-over note is kept." in kept.text and "Mrs Kaur meets him at the gate." in kept.main
    assert "Tess Lehrer, 18 Nov 2024" in kept.main and kept.links("Change the hand-over note…")
    for address in (f"{ADMIN}/suspensions/add/?child={world.child_id}", f"{ADMIN}/exclusion_alerts/tell/?child={world.child_id}",
                    f"{ADMIN}/peps/pdf/?id={pep}"):
        assert teacher.get(address).status == 403, address
    other = enter("other_teacher")
    assert "From the last school" in other.get(page_of).main and "Mrs Kaur" in other.get(page_of).main
    config.move_today(TOMORROW)
    for address in (robin, page_of, f"{ADMIN}/handover_notes/?child={world.child_id}"):
        assert teacher.get(address).status == 404, address
    assert "Mrs Kaur" in enter("worker").get(robin).main and "Mrs Kaur" in other.get(robin).main
    events = ask(lambda session: session.scalars(sa.select(AuditEvent.action).where(AuditEvent.action.like("handover%"))).all())
    assert events == ["handover_note.save"]


def test_a_move_entered_late_says_that_the_school_sees_no_more(world: World, enter: Callable[[str], Visitor]) -> None:
    world.session.rollback()
    officer = enter("officer")
    robin = f"{ADMIN}/children/details/?id={world.child_id}"
    done = officer.get(robin).link("Change school").send(
        "on", school=str(world.other_school_id), on="15 Nov 2024", reason="home_move")
    assert "Alder School no longer sees Robin. A hand-over note can still be left for it, on this page." in done.text
    assert enter("teacher").get(robin).status == 404
    form = done.link("Leave a hand-over note…")
    assert "Alder School, left on 15 Nov 2024" in form.main
    other = form.link("Birch School")
    assert "Birch School" in other.main and "left on" not in other.main
    assert officer.get(f"{ADMIN}/handover_notes/?child={world.child_id}&school=987654").status == 404
    assert "The hand-over note is kept." in form.send("words", words=WORDS).text
    child_of_birch = enter("other_teacher").get(f"{ADMIN}/handover_notes/?child={world.child_id}")
    assert "Birch School" in child_of_birch.main and child_of_birch.status == 200


def test_a_child_who_only_gets_a_school_is_left_by_none(world: World, enter: Callable[[str], Visitor]) -> None:
    move(world, to=None)
    world.session.commit()
    robin = f"{ADMIN}/children/details/?id={world.child_id}"
    done = enter("officer").get(robin).link("Change school").send("on", school=str(world.other_school_id), on="18 Nov 2024")
    assert "saved for Robin" in done.text and "can still be left" not in done.text and "the end of today" not in done.text


def test_what_was_changed_meanwhile_stands_above_what_was_typed(world: World, enter: Callable[[str], Visitor],
                                                                 tmp_path: Path) -> None:
    world.act(SYSTEM)
    mia = actor_of(person(world.session, "Mia", "Kollege", PersonKind.SCHOOL_STAFF), Role.DESIGNATED_TEACHER)
    grants.give_cover(world.session, world.teacher.person_id or 0, grants.Named("mia.kollege@example.org", "Mia", "Kollege"),
                      starts_on=TODAY, ends_on=TOMORROW, actor=world.act(world.teacher), today=TODAY, now=NOW)
    world.session.commit()
    address = f"{ADMIN}/handover_notes/?child={world.child_id}"
    old, officer = enter("teacher").get(address), enter("officer")
    officer.get(address).send("words", words="The office was first")
    late = old.send("words", words=WORDS)
    assert late.status == 422 and "The office was first" in late.main and "Mrs Kaur" in late.text
    house = make_council(f"sqlite:///{tmp_path / 'world.db'}", {**{name: getattr(world, name) for name in PEOPLE}, "mia": mia})
    page = Visitor(house.visit("mia").client).get(address)
    assert "Ole Amt wrote it and can change it" in page.main and not page.tree.xpath("//main//textarea")  # type: ignore[union-attr]  # it is a page
