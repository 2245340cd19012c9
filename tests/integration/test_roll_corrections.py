"""Moves that were entered by mistake are taken back with all that followed them; a child who left care comes back into it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from pep_admin.exceptions import NotAllowed, Refused
from pep_admin.models import (
    AuditEvent,
    CareEpisode,
    CarePlacement,
    Caseload,
    Child,
    Enrolment,
    PpgRequest,
    RecordChange,
)
from pep_admin.permissions import children_seen
from pep_admin.vocabulary import LeavingReason, LegalStatus, Part, PepKind, PlacementKind, RollMove
from pep_admin.workflow import corrections, peps, roll, sections
from tests.visiting import Visitor
from tests.world import NOW, TODAY, World

pytestmark = pytest.mark.slow  # the quick suite stays under a minute; `make check` runs everything

MOVED = date(2024, 11, 18)
BACK = date(2024, 11, 17)


def child_of(world: World) -> Child:
    return world.session.get_one(Child, world.child_id)


def move_school(world: World, to: int | None = None) -> None:
    roll.change_school(world.session, child_of(world), school_id=to or world.other_school_id, on=MOVED,
                       reason=LeavingReason.HOME_MOVE, actor=world.act(world.officer), today=TODAY, now=NOW)


def take_back(world: World, move: RollMove, reason: str = "The wrong child was open") -> None:
    corrections.undo_move(world.session, child_of(world), move, reason=reason, actor=world.act(world.officer), now=NOW)


def rows(world: World, model: Any) -> list[tuple[Any, ...]]:
    world.act(world.officer)
    wanted = select(model).where(model.child_id == world.child_id).order_by(model.id)
    return [(each.started_on, each.ended_on) for each in world.session.scalars(wanted)]


def seen_by(world: World, teacher: int | None) -> set[int]:
    return set(world.session.connection().execute(children_seen([teacher or -1], [])).scalars())


def test_a_move_to_the_wrong_school_is_taken_back_with_the_pep_and_its_money(world: World) -> None:
    pep = world.written_pep()
    sections.sign_part(world.session, pep.id, Part.EDUCATION, actor=world.act(world.teacher), today=TODAY, now=NOW)
    before = rows(world, Enrolment)
    move_school(world)
    assert world.child_id not in seen_by(world, world.teacher.person_id)

    take_back(world, RollMove.SCHOOL)

    assert rows(world, Enrolment) == before
    assert child_of(world).school_id == world.school_id
    assert (pep.school_id, pep.writer_id) == (world.school_id, world.teacher.person_id)
    assert world.child_id in seen_by(world, world.teacher.person_id)
    assert world.child_id not in seen_by(world, world.other_teacher.person_id)
    assert set(world.session.scalars(select(PpgRequest.payee_school_id))) == {world.school_id}
    enrolment = world.session.scalars(select(Enrolment).where(Enrolment.child_id == world.child_id)).one()
    assert enrolment.leaving_reason is None


def test_a_move_out_of_any_school_is_taken_back(world: World) -> None:
    before = rows(world, Enrolment)
    roll.change_school(world.session, child_of(world), school_id=None, on=MOVED, reason=LeavingReason.EXCLUDED,
                       actor=world.act(world.officer), today=TODAY, now=NOW)
    take_back(world, RollMove.SCHOOL)
    assert (rows(world, Enrolment), child_of(world).school_id) == (before, world.school_id)


def test_another_worker_is_taken_back(world: World) -> None:
    pep, before = world.delegated_pep(), rows(world, Caseload)
    roll.change_social_worker(world.session, child_of(world), person_id=world.other_worker.person_id, on=MOVED,
                              actor=world.act(world.officer), today=TODAY, now=NOW)
    take_back(world, RollMove.WORKER)
    assert rows(world, Caseload) == before
    assert (child_of(world).social_worker_id, pep.social_worker_id) == (world.worker.person_id, world.worker.person_id)


def test_another_home_is_taken_back(world: World) -> None:
    before, carer = rows(world, CarePlacement), child_of(world).carer_id
    roll.change_placement(world.session, child_of(world), kind=PlacementKind.RESIDENTIAL, carer_id=None, on=MOVED,
                          actor=world.act(world.officer), today=TODAY)
    take_back(world, RollMove.HOME)
    assert (rows(world, CarePlacement), child_of(world).carer_id) == (before, carer)


def test_leaving_care_is_taken_back_with_the_home(world: World) -> None:
    before = rows(world, CareEpisode), rows(world, CarePlacement), child_of(world).carer_id
    roll.leave_care(world.session, child_of(world), on=MOVED, reason="Went home", actor=world.act(world.officer), today=TODAY,
                    now=NOW)
    take_back(world, RollMove.CARE)
    assert (rows(world, CareEpisode), rows(world, CarePlacement), child_of(world).carer_id) == before
    assert child_of(world).left_care_on is None


def test_the_history_keeps_the_mistake_the_correction_and_why(world: World) -> None:
    move_school(world)
    take_back(world, RollMove.SCHOOL, "Jule moved, not Robin")
    kept = world.session.scalars(select(RecordChange).where(RecordChange.reason == "Jule moved, not Robin")).all()
    assert {(each.table_name, each.verb) for each in kept} == {
        ("pep_enrolment", "delete"), ("pep_enrolment", "update"), ("pep_child", "update"), ("pep_pep", "update")}
    event = world.session.scalars(select(AuditEvent).where(AuditEvent.action == "child.undo_move")).one()
    assert (event.child_id, event.details) == (world.child_id, {"move": "school"}), "no words of a person in the log"


@pytest.mark.parametrize("move", list(RollMove))
def test_where_nothing_was_moved_nothing_is_taken_back(world: World, move: RollMove) -> None:
    with pytest.raises(Refused) as refusal:
        take_back(world, move)
    assert [each.code for each in refusal.value.findings] == ["DATA-roll"]


def test_what_came_after_a_gap_was_no_move(world: World) -> None:
    move_school(world)
    correct(world, Enrolment, ended_on=date(2024, 11, 15))
    with pytest.raises(Refused, match="There is a gap before 18 Nov 2024"):
        take_back(world, RollMove.SCHOOL)
    assert child_of(world).school_id == world.other_school_id


def test_a_home_that_had_ended_before_the_care_stays_ended(world: World) -> None:
    left(world)
    correct(world, CarePlacement, ended_on=date(2024, 8, 1))
    take_back(world, RollMove.CARE)
    assert rows(world, CarePlacement) == [(date(2023, 2, 1), date(2024, 8, 1))]
    assert child_of(world).carer_id is None


def test_without_a_reason_nothing_is_taken_back(world: World) -> None:
    move_school(world)
    with pytest.raises(Refused):
        take_back(world, RollMove.SCHOOL, "  ")
    assert child_of(world).school_id == world.other_school_id


def test_only_who_corrects_the_roll_takes_back(world: World) -> None:
    move_school(world)
    with pytest.raises(NotAllowed):
        corrections.undo_move(world.session, child_of(world), RollMove.SCHOOL, reason="x", actor=world.act(world.teacher), now=NOW)


# --- back into care ----------------------------------------------------------------------------------------------------------


def left(world: World, on: date = date(2024, 9, 2)) -> Child:
    roll.leave_care(world.session, child_of(world), on=on, reason="Went home", actor=world.act(world.officer), today=TODAY, now=NOW)
    return child_of(world)


def test_who_is_out_of_care_gets_no_home(world: World) -> None:
    left(world)
    before = rows(world, CarePlacement)
    with pytest.raises(Refused, match="left care on 02 Sep 2024"):
        roll.change_placement(world.session, child_of(world), kind=PlacementKind.KINSHIP, carer_id=None, on=TODAY,
                              actor=world.act(world.officer), today=TODAY)
    assert rows(world, CarePlacement) == before


def test_the_next_school_begins_after_the_last_one_ended(world: World) -> None:
    who = {"actor": world.act(world.officer), "today": TODAY, "now": NOW}
    roll.change_school(world.session, child_of(world), school_id=None, on=MOVED, reason=LeavingReason.OTHER, **who)
    with pytest.raises(Refused, match="The last school on record ended on"):
        roll.change_school(world.session, child_of(world), school_id=world.other_school_id, on=MOVED - timedelta(days=1),
                           reason=None, **who)
    roll.change_school(world.session, child_of(world), school_id=world.other_school_id, on=MOVED, reason=None, **who)
    assert child_of(world).school_id == world.other_school_id


def test_care_does_not_end_before_the_home_of_now_began(world: World) -> None:
    roll.change_placement(world.session, child_of(world), kind=PlacementKind.KINSHIP, carer_id=None, on=MOVED,
                          actor=world.act(world.officer), today=TODAY)
    before = rows(world, CarePlacement)
    with pytest.raises(Refused, match="The present home began on"):
        left(world, on=MOVED - timedelta(days=1))
    assert rows(world, CarePlacement) == before and child_of(world).left_care_on is None
    left(world, on=MOVED)
    assert child_of(world).left_care_on == MOVED


def test_who_has_that_social_worker_already_is_not_handed_over(world: World) -> None:
    who = {"actor": world.act(world.officer), "today": TODAY, "now": NOW}
    with pytest.raises(Refused, match="has that social worker already"):
        roll.change_social_worker(world.session, child_of(world), person_id=child_of(world).social_worker_id, on=TODAY, **who)
    assert len(rows(world, Caseload)) == 1


def came_back(world: World, on: date, **more: Any) -> None:
    roll.return_to_care(world.session, child_of(world), **{
        "on": on, "notified_on": None, "legal_status": LegalStatus.C2, "actor": world.act(world.officer), "today": TODAY, **more})


def test_a_child_who_comes_back_has_a_new_period_and_a_new_childs_days(world: World) -> None:
    """Into care again on 14 Oct 2024: 20 school days later is 18 Nov 2024 (HB-1.3, the worked case), before the term's 29 Nov."""
    world.launch()
    old = world.pep_of()
    left(world, on=date(2024, 9, 20))
    peps.withdraw_pep(world.session, old.id, reason="Left care", actor=world.act(world.officer), now=NOW)
    came_back(world, date(2024, 10, 14), placement_kind=PlacementKind.KINSHIP)

    assert rows(world, CareEpisode) == [(date(2023, 2, 1), date(2024, 9, 20)), (date(2024, 10, 14), None)]
    assert (child_of(world).entered_care_on, child_of(world).left_care_on) == (date(2024, 10, 14), None)
    world.launch(on=date(2024, 10, 15))
    pep = world.pep_of()
    assert (pep.kind, pep.due_on) == (PepKind.INITIAL, date(2024, 11, 18))


def test_peps_of_an_earlier_time_in_care_make_nobody_an_old_child(world: World) -> None:
    """The autumn's PEP was signed off before the child left; back on 13 Jan 2025, 20 school days end on 10 Feb 2025, by hand:
    13 Jan is the day of entry, then 14-17, 20-24, 27-31 Jan, 3-7 Feb are 19, and Monday 10 Feb is the twentieth."""
    old = world.graded_pep()
    later = date(2025, 1, 14)
    left(world, on=date(2024, 11, 18))
    came_back(world, date(2025, 1, 13), today=later)
    world.launch(on=later, term="spring")
    pep = world.pep_of()
    assert (pep.id != old.id, pep.kind, pep.due_on) == (True, PepKind.INITIAL, date(2025, 2, 10))


@pytest.mark.parametrize(("on", "said"), [
    (date(2024, 8, 30), "began on 02 Sep 2024"), (date(2024, 11, 19), "still to come"),
])
def test_it_comes_back_after_it_left_and_not_before_today(world: World, on: date, said: str) -> None:
    left(world)
    with pytest.raises(Refused) as refusal:
        came_back(world, on)
    assert said in refusal.value.findings[0].message
    assert child_of(world).left_care_on == date(2024, 9, 2)


def test_who_is_in_care_cannot_come_back(world: World) -> None:
    with pytest.raises(Refused, match="in care already"):
        came_back(world, MOVED)


# --- at the pages ------------------------------------------------------------------------------------------------------------

CHILD = "/admin/pep/children/details/?id=1"


def test_an_officer_takes_a_wrong_move_back_from_the_childs_page(enter: Callable[[str], Visitor], ask: Callable[..., Any]) -> None:
    officer = enter("officer")
    moved = officer.get(CHILD).link("Change school").send("on", school="2", on="18 Nov 2024", reason="home_move")
    assert "Birch School" in moved.main

    page = moved.link("Take the last one back")
    assert "Birch School, from 18 Nov 2024, is taken off the record." in page.main
    assert "Alder School, from 01 Feb 2023, goes on, as if it had not ended on 18 Nov 2024." in page.main

    empty = page.send("reason", reason="")
    assert empty.status == 422 and "Say what was wrong" in empty.main
    done = page.send("reason", reason="Jule moved, not Robin")

    assert "Move of school" in done.main or "Take back" in done.main
    assert ask(lambda session: session.get_one(Child, 1).school_id) == 1
    assert "Jule moved, not Robin" in done.main, "the history says why"
    again = officer.get("/admin/pep/children/undo/?id=1&what=school")
    assert "no move of school to take back" in again.main


def test_a_child_comes_back_into_care_at_the_page(enter: Callable[[str], Visitor], ask: Callable[..., Any]) -> None:
    officer = enter("officer")
    gone = officer.get(CHILD).link("Leaves care").send("on", on="02 Sep 2024", reason="Went home")
    back = gone.link("Returns to care").send("on", on="14 Oct 2024", legal_status="C2", placement_kind="kinship")
    assert "14 Oct 2024" in back.main
    assert ask(lambda session: session.get_one(Child, 1).entered_care_on) == date(2024, 10, 14)
    assert "Periods in care" in back.main


@pytest.mark.parametrize("what", ["", "status", "school&what=home"])
def test_what_is_no_move_is_not_there(enter: Callable[[str], Visitor], what: str) -> None:
    assert enter("officer").get(f"/admin/pep/children/undo/?id=1&what={what}").status == 404


# --- the days of a period ----------------------------------------------------------------------------------------------------


def correct(world: World, model: Any, *, row: int = 0, reason: str = "Typed wrong", **values: Any) -> None:
    world.act(world.officer)
    found = world.session.scalars(select(model).where(model.child_id == world.child_id).order_by(model.id)).all()[row]
    corrections.correct_period(world.session, found, values, reason=reason, actor=world.officer, today=TODAY)


def test_the_days_of_a_school_are_corrected_up_to_the_next_one(world: World) -> None:
    move_school(world)
    correct(world, Enrolment, started_on=date(2023, 3, 1), ended_on=date(2024, 11, 15))
    assert rows(world, Enrolment) == [(date(2023, 3, 1), date(2024, 11, 15)), (MOVED, None)]


@pytest.mark.parametrize(("row", "values", "said"), [
    (0, {"ended_on": date(2024, 11, 19)}, "still to come"),
    (0, {"ended_on": date(2023, 1, 1)}, "before the first"),
    (0, {"ended_on": None}, "has ended"),
    (1, {"ended_on": MOVED}, "goes on has no last day"),
    (1, {"started_on": date(2024, 11, 1)}, "Alder School stands there from 01 Feb 2023 to 18 Nov 2024"),
    (0, {"started_on": date(2010, 1, 1)}, "was born on 14 May 2011"),
    (0, {"started_on": None}, "Enter the first day"),
])
def test_days_that_cannot_be_are_refused_and_nothing_moves(world: World, row: int, values: dict[str, Any], said: str) -> None:
    move_school(world)
    before = rows(world, Enrolment)
    with pytest.raises(Refused) as refusal:
        correct(world, Enrolment, row=row, **values)
    assert said in refusal.value.findings[0].message
    assert rows(world, Enrolment) == before


def test_the_childs_own_days_agree_with_the_corrected_period_in_care(world: World) -> None:
    correct(world, CareEpisode, started_on=date(2023, 1, 30))
    assert child_of(world).entered_care_on == date(2023, 1, 30)
    left(world)
    correct(world, CareEpisode, ended_on=date(2024, 9, 1))
    assert child_of(world).left_care_on == date(2024, 9, 1)


def test_the_carer_of_the_home_now_is_the_childs_carer(world: World) -> None:
    correct(world, CarePlacement, carer_id=None, kind=PlacementKind.RESIDENTIAL)
    assert child_of(world).carer_id is None


def test_the_carer_of_an_earlier_home_is_not_the_childs_now(world: World) -> None:
    now = child_of(world).carer_id
    roll.change_placement(world.session, child_of(world), kind=PlacementKind.KINSHIP, carer_id=now, on=MOVED,
                          actor=world.act(world.officer), today=TODAY)
    correct(world, CarePlacement, row=0, carer_id=None)
    assert child_of(world).carer_id == now


def test_periods_may_touch_on_the_day_of_the_move(world: World) -> None:
    move_school(world)
    correct(world, Enrolment, row=0, ended_on=date(2024, 11, 15))
    correct(world, Enrolment, row=0, ended_on=MOVED)
    assert rows(world, Enrolment) == [(date(2023, 2, 1), MOVED), (MOVED, None)]


def test_a_correction_wants_its_reason(world: World) -> None:
    with pytest.raises(Refused, match="Say what was wrong"):
        correct(world, Enrolment, reason=" ", started_on=date(2023, 3, 1))


def test_an_officer_corrects_a_day_at_the_page(enter: Callable[[str], Visitor], ask: Callable[..., Any]) -> None:
    page = enter("officer").get("/admin/pep/enrolments/details/?id=1").link("Correct")
    kept = page.send("started_on", started_on="01 Jan 2010", reason_of_correction="Typed wrong")
    assert kept.status == 422 and "was born on 14 May 2011" in kept.main
    kept.send("started_on", started_on="01 Mar 2023")
    assert ask(lambda session: session.scalar(select(Enrolment.started_on).where(Enrolment.id == 1))) == date(2023, 3, 1)
