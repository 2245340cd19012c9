"""The roll moves on in September: planned before, carried out once from the day on, with schools, sight, PEPs and history."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

import pytest
from sqlalchemy import event, select
from sqlalchemy.orm import Session

from pep_admin import config
from pep_admin.exceptions import NotAllowed, NotFound, Refused, StaleRecord
from pep_admin.models import AcademicYear, AuditEvent, Child, Delivery, Enrolment, PlannedMove, RecordChange, School
from pep_admin.permissions import SYSTEM, children_seen
from pep_admin.roll_fate import RollFate
from pep_admin.vocabulary import (
    LeavingReason,
    LegalStatus,
    NextStep,
    PersonKind,
    RollMove,
    SchoolKind,
    SchoolPhase,
    SenStatus,
)
from pep_admin.workflow import corrections, roll, roll_over
from pep_admin.workflow.roll_over import Choice
from tests.host.foreign_app import Council
from tests.visiting import Visitor
from tests.world import World, person

pytestmark = pytest.mark.slow  # a world with more children, made anew for each

IN_JULY, IN_SEPTEMBER = date(2025, 7, 10), date(2025, 9, 2)
LAST, FIRST = date(2025, 8, 31), date(2025, 9, 1)
NOW = datetime(2025, 9, 2, 9, 0, tzinfo=UTC)
ROLL_PAGE = "/admin/pep/roll_over/"


@pytest.fixture
def roll_world(world: World) -> World:
    """A primary school with Pia in Year 6, Paul in Year 6 by hand who is a year older, Petra in Year 4; Sam in Year 11 and Sia in
    Year 13 at the secondary school; a nursery child; all until August 2025. A second secondary school to go to."""
    session = world.session
    world.act(SYSTEM)
    teacher = person(session, "Petra", "Primar", PersonKind.DESIGNATED_TEACHER)
    primary = School(name="Dale Primary School", urn="900103", kind=SchoolKind.SCHOOL, phase=SchoolPhase.PRIMARY,
                     designated_teacher=teacher)
    nursery = School(name="Acorns", kind=SchoolKind.NURSERY, phase=SchoolPhase.EARLY_YEARS)
    session.add_all([primary, nursery])
    session.flush()
    for name, born, school_id, by_hand in (
        ("Pia", date(2014, 3, 1), primary.id, None), ("Paul", date(2013, 3, 1), primary.id, "6"),
        ("Petra", date(2016, 3, 1), primary.id, None), ("Sam", date(2009, 3, 1), world.school_id, None),
        ("Sia", date(2007, 3, 1), world.school_id, None), ("Nana", date(2021, 3, 1), nursery.id, None),
        ("Loni", date(2014, 4, 1), None, None), ("Baby", date(2024, 4, 1), None, None),
    ):
        roll.take_into_care(
            session, actor=SYSTEM, today=IN_JULY, school_id=school_id, school_started_on=date(2024, 9, 2) if school_id else None,
            social_worker_id=world.worker.person_id,
            facts={"first_name": name, "last_name": "Rollend", "date_of_birth": born, "lcs_id": f"R-{name}",
                   "entered_care_on": date(2024, 5, 1), "legal_status": LegalStatus.C2, "sen_status": SenStatus.NONE,
                   "year_group_override": by_hand, "year_group_reason": "Came late from abroad" if by_hand else None})
    session.commit()
    return world


def child(world: World, name: str) -> Child:
    world.act(SYSTEM)
    return world.session.scalars(select(Child).where(Child.lcs_id == f"R-{name}")).one()


def school(world: World, name: str) -> School:
    return world.session.scalars(select(School).where(School.name == name)).one()


def year(world: World, name: str = "2025-26") -> AcademicYear:
    return world.session.scalars(select(AcademicYear).where(AcademicYear.name == name)).one()


def fates(world: World, today: date = IN_JULY) -> dict[str, tuple[RollFate, str, str]]:
    world.act(world.officer)
    return {line.child.first_name: (line.fate, line.before, line.after)
            for line in roll_over.find_roll_lines(world.session, year(world), today)}


def plan(world: World, today: date = IN_JULY, **choices: Choice) -> int:
    world.act(world.officer)
    lines = {line.child.first_name: line for line in roll_over.find_roll_lines(world.session, year(world), today)}
    wanted = {lines[name].child.id: replace(choice, was=lines[name].choice.text) for name, choice in choices.items()}
    return roll_over.plan_moves(world.session, year(world), wanted, actor=world.officer, today=today)


def move_on(world: World, today: date = IN_SEPTEMBER, seal: str | None = None, **more: Any) -> roll_over.RollResult:
    actor = world.act(more.pop("actor", world.officer))
    if seal is None:
        seal = roll_over.seal_of(roll_over.find_roll_lines(world.session, year(world), today))
    return roll_over.roll_over(world.session, year(world).id, seal=seal, actor=actor, today=today, now=NOW, run="roll-1", **more)


def enrolments(world: World, name: str) -> list[tuple[int, date, date | None, LeavingReason | None]]:
    found = select(Enrolment).where(Enrolment.child_id == child(world, name).id).order_by(Enrolment.started_on, Enrolment.id)
    return [(each.school_id, each.started_on, each.ended_on, each.leaving_reason) for each in world.session.scalars(found)]


def seen_by(world: World, teacher: int | None) -> set[int]:
    return set(world.session.connection().execute(children_seen([teacher or -1], [])).scalars())


def to_birch(world: World) -> Choice:
    return Choice(NextStep.MOVES, world.other_school_id)


# --- what the record says ------------------------------------------------------------------------------------------------


def test_every_child_in_care_is_named_by_what_would_happen(roll_world: World) -> None:
    assert fates(roll_world) == {
        "Pia": (RollFate.MOVES, "6", "7"), "Paul": (RollFate.MOVES, "6", "7"), "Petra": (RollFate.STAYS, "4", "5"),
        "Sam": (RollFate.MOVES, "11", "12"), "Sia": (RollFate.LEAVES, "13", ""), "Nana": (RollFate.MOVES, "N2", "R"),
        "Loni": (RollFate.NO_SCHOOL, "6", "7"), "Robin": (RollFate.STAYS, "9", "10"), "Jule": (RollFate.STAYS, "9", "10"),
    }, "Baby is in no year group on either side"


def test_who_is_not_in_care_is_not_taken_along(roll_world: World) -> None:
    roll.leave_care(roll_world.session, child(roll_world, "Pia"), on=date(2025, 7, 1), reason="Went home", today=IN_JULY,
                    actor=roll_world.act(roll_world.officer), now=NOW)
    assert "Pia" not in fates(roll_world)


def test_the_year_that_runs_and_the_next_are_offered(roll_world: World) -> None:
    names = [each.name for each in roll_over.years_to_roll_into(roll_world.session, IN_JULY)]
    assert names == ["2024-25", "2025-26"]
    assert [each.name for each in roll_over.years_to_roll_into(roll_world.session, IN_SEPTEMBER)] == ["2025-26"]


# --- planning ---------------------------------------------------------------------------------------------------------------


def test_a_plan_opens_nothing_and_moves_nobody(roll_world: World) -> None:
    assert plan(roll_world, Pia=to_birch(roll_world)) == 1
    assert child(roll_world, "Pia").school_id == school(roll_world, "Dale Primary School").id
    assert child(roll_world, "Pia").id not in seen_by(roll_world, roll_world.other_teacher.person_id)
    assert [event.details for event in roll_world.session.scalars(select(AuditEvent).where(AuditEvent.action == "roll.plan"))] == [
        {"children": 1}]


def test_what_cannot_be_planned_is_refused_with_all_that_was_chosen(roll_world: World) -> None:
    closed = school(roll_world, "Birch School")
    closed.closed_on = date(2025, 7, 1)
    roll_world.session.flush()
    stays = school(roll_world, "Dale Primary School")
    with pytest.raises(Refused) as refusal:
        plan(roll_world, Pia=Choice(NextStep.MOVES, stays.id), Paul=Choice(NextStep.MOVES), Sam=Choice(NextStep.MOVES, closed.id))
    said = {each.row: each.message for each in refusal.value.findings}
    assert said == {
        str(child(roll_world, "Pia").id): "Dale Primary School is the school now. Choose that the child stays there.",
        str(child(roll_world, "Paul").id): "Name the next school, or choose what else becomes of it.",
        str(child(roll_world, "Sam").id): "Birch School closed on 01 Jul 2025.",
    }
    assert roll_world.session.scalars(select(PlannedMove)).all() == []


def test_a_plan_over_another_that_was_not_seen_is_refused_and_an_untouched_one_changes_nothing(roll_world: World) -> None:
    plan(roll_world, Pia=to_birch(roll_world))
    pia, unseen = child(roll_world, "Pia").id, "unknown::up"
    who = {"actor": roll_world.act(roll_world.officer), "today": IN_JULY}
    with pytest.raises(StaleRecord):
        roll_over.plan_moves(roll_world.session, year(roll_world), {pia: Choice(NextStep.STAYS, was=unseen)}, **who)
    assert roll_over.plan_moves(roll_world.session, year(roll_world), {pia: Choice(NextStep.UNKNOWN, was=unseen)}, **who) == 0
    assert roll_world.session.scalars(select(PlannedMove.step)).one() is NextStep.MOVES


def test_nothing_is_planned_for_who_stays_anyway(roll_world: World) -> None:
    who = {"actor": roll_world.act(roll_world.officer), "today": IN_JULY}
    with pytest.raises(NotFound):
        roll_over.plan_moves(roll_world.session, year(roll_world), {
            child(roll_world, "Petra").id: Choice(NextStep.MOVES, roll_world.other_school_id)}, **who)


@pytest.mark.parametrize("who", ["teacher", "worker", "finance", "auditor", "administrator"])
def test_only_the_office_plans_and_moves_the_roll_on(roll_world: World, who: str) -> None:
    with pytest.raises(NotAllowed):
        move_on(roll_world, actor=getattr(roll_world, who), seal="x")
    with pytest.raises(NotAllowed):
        roll_over.plan_moves(roll_world.session, year(roll_world), {}, actor=getattr(roll_world, who), today=IN_JULY)


# --- carrying it out --------------------------------------------------------------------------------------------------------


def test_before_the_first_of_september_nothing_moves_and_after_the_year_neither(roll_world: World) -> None:
    for today, said in ((date(2025, 8, 31), "01 Sep 2025 is still to come"), (date(2026, 9, 1), "2025-26 ended on 31 Aug 2026")):
        with pytest.raises(Refused, match=said):
            move_on(roll_world, today)
    assert child(roll_world, "Pia").school_id is not None


def test_the_roll_moves_on_as_planned(roll_world: World) -> None:
    primary, nursery = school(roll_world, "Dale Primary School").id, school(roll_world, "Acorns").id
    plan(roll_world, Pia=to_birch(roll_world), Sam=Choice(NextStep.STAYS))

    assert move_on(roll_world) == roll_over.RollResult(moved=1, unknown=2, groups=1, stayed=1)

    began, ended = date(2024, 9, 2), (LAST, LeavingReason.PHASE)
    assert enrolments(roll_world, "Pia") == [(primary, began, *ended), (roll_world.other_school_id, FIRST, None, None)]
    assert enrolments(roll_world, "Nana") == [(nursery, began, *ended)]
    assert enrolments(roll_world, "Sam") == [(roll_world.school_id, began, None, None)]
    assert enrolments(roll_world, "Petra") == [(primary, began, None, None)]
    standing = {name: (each.school_id, each.setting_unknown_since, each.year_group_override, each.year_group_reason)
                for name in ("Pia", "Paul", "Sam", "Nana", "Loni") for each in [child(roll_world, name)]}
    assert standing == {
        "Pia": (roll_world.other_school_id, None, None, None), "Paul": (None, FIRST, "7", "Came late from abroad"),
        "Sam": (roll_world.school_id, None, None, None), "Nana": (None, FIRST, None, None), "Loni": (None, None, None, None)}


def test_sight_goes_with_the_school_at_once(roll_world: World) -> None:
    plan(roll_world, Pia=to_birch(roll_world))
    old, new = school(roll_world, "Dale Primary School").designated_teacher_id, roll_world.other_teacher.person_id
    pia, paul, petra = (child(roll_world, name).id for name in ("Pia", "Paul", "Petra"))
    assert {pia, paul, petra} <= seen_by(roll_world, old)
    move_on(roll_world)
    assert {pia, paul, petra} & seen_by(roll_world, old) == {petra}
    assert {pia, paul, petra} & seen_by(roll_world, new) == {pia}


def test_a_second_time_does_nothing_more(roll_world: World) -> None:
    plan(roll_world, Pia=to_birch(roll_world))
    move_on(roll_world)
    changes = len(roll_world.session.scalars(select(RecordChange.id)).all())
    assert move_on(roll_world) == roll_over.RollResult()
    assert len(roll_world.session.scalars(select(RecordChange.id)).all()) == changes
    assert {name for name, (fate, *_) in fates(roll_world, IN_SEPTEMBER).items() if fate is RollFate.DONE} == {
        "Pia", "Paul", "Sam", "Nana"}


def test_a_year_group_by_hand_may_stay_and_then_stays_for_good(roll_world: World) -> None:
    plan(roll_world, Paul=Choice(NextStep.STAYS, keeps_group=True))
    move_on(roll_world)
    assert child(roll_world, "Paul").year_group_override == "6"
    move_on(roll_world)
    assert child(roll_world, "Paul").year_group_override == "6"


def test_what_was_not_seen_is_not_done(roll_world: World) -> None:
    roll_world.act(roll_world.officer)
    seal = roll_over.seal_of(roll_over.find_roll_lines(roll_world.session, year(roll_world), IN_SEPTEMBER))
    plan(roll_world, Pia=to_birch(roll_world))
    with pytest.raises(StaleRecord):
        move_on(roll_world, seal=seal)


def test_a_school_that_closed_since_it_was_planned_stops_all(roll_world: World) -> None:
    plan(roll_world, Pia=to_birch(roll_world))
    school(roll_world, "Birch School").closed_on = date(2025, 8, 1)
    roll_world.session.flush()
    with pytest.raises(Refused, match="Pia Rollend: Birch School closed on 01 Aug 2025"):
        move_on(roll_world)
    assert child(roll_world, "Paul").school_id is not None, "all or nothing"


def test_open_peps_go_along_with_one_mail_a_person(roll_world: World) -> None:
    pep = roll_world.delegated_pep()  # Robin's, at Alder School
    robin = roll_world.session.get_one(Child, roll_world.child_id)
    robin.date_of_birth = date(2009, 5, 14)  # in Year 11 until August
    roll_world.session.flush()
    plan(roll_world, Robin=to_birch(roll_world), Pia=to_birch(roll_world))
    before = len(roll_world.session.scalars(select(Delivery.id)).all())
    move_on(roll_world)
    assert (pep.school_id, pep.writer_id) == (roll_world.other_school_id, roll_world.other_teacher.person_id)
    mails = roll_world.session.scalars(select(Delivery).order_by(Delivery.id)).all()[before:]
    assert [(each.person_id, each.key) for each in mails] == [
        (roll_world.other_teacher.person_id, f"delegated:roll-1:{roll_world.other_teacher.person_id}")]


def test_history_and_audit_say_why_and_of_which_child(roll_world: World) -> None:
    plan(roll_world, Pia=to_birch(roll_world))
    move_on(roll_world)
    pia = child(roll_world, "Pia").id
    kept = roll_world.session.scalars(select(RecordChange).where(
        RecordChange.reason == "The roll moved on into 2025-26", RecordChange.child_id == pia)).all()
    assert {(each.table_name, each.verb) for each in kept} == {
        ("pep_enrolment", "update"), ("pep_enrolment", "insert"), ("pep_child", "update"), ("pep_planned_move", "update")}
    [moved] = [each for each in kept if each.table_name == "pep_child"]
    assert (moved.row_id, list(moved.changes)) == (pia, ["school_id"])
    wanted = select(AuditEvent).where(AuditEvent.action == "child.roll_over", AuditEvent.child_id == pia)
    told = roll_world.session.scalars(wanted).one()
    assert told.details == {"step": "moves", "year": year(roll_world).id}


# --- a child for whom it was wrong -------------------------------------------------------------------------------------------


def take_back(world: World, name: str) -> None:
    corrections.undo_move(world.session, child(world, name), RollMove.SCHOOL, reason="Repeats the year",
                          actor=world.act(world.officer), now=NOW)


@pytest.mark.parametrize(("name", "choice"), [("Pia", "birch"), ("Pia", "unknown"), ("Paul", "birch"), ("Paul", "unknown")])
def test_it_is_taken_back_for_one_child_with_the_year_group(roll_world: World, name: str, choice: str) -> None:
    before = enrolments(roll_world, name), child(roll_world, name).year_group_override, child(roll_world, name).year_group_reason
    if choice == "birch":
        plan(roll_world, **{name: to_birch(roll_world)})
    move_on(roll_world)
    assert enrolments(roll_world, name) != before[0]

    take_back(roll_world, name)

    stands = child(roll_world, name)
    assert (enrolments(roll_world, name), stands.year_group_override, stands.year_group_reason) == before
    assert stands.school_id == school(roll_world, "Dale Primary School").id and stands.setting_unknown_since is None
    assert fates(roll_world, IN_SEPTEMBER)[name][0] is RollFate.MOVES, "the roll may move on once more for this one"
    assert move_on(roll_world).unknown == (1 if choice == "unknown" else 0)


@pytest.mark.parametrize("on", [FIRST, date(2025, 9, 2)])
def test_a_school_named_later_clears_the_mark_and_is_taken_back_to_not_known(roll_world: World, on: date) -> None:
    move_on(roll_world)
    roll.change_school(roll_world.session, child(roll_world, "Pia"), school_id=roll_world.other_school_id, on=on, reason=None,
                       actor=roll_world.act(roll_world.officer), today=IN_SEPTEMBER, now=NOW)
    assert child(roll_world, "Pia").setting_unknown_since is None
    take_back(roll_world, "Pia")
    assert (child(roll_world, "Pia").school_id, child(roll_world, "Pia").setting_unknown_since) == (None, FIRST)
    take_back(roll_world, "Pia")
    assert child(roll_world, "Pia").school_id == school(roll_world, "Dale Primary School").id


# --- at the pages --------------------------------------------------------------------------------------------------------------


def test_an_officer_plans_in_july_and_moves_the_roll_on_in_september(
    roll_world: World, council: Council, enter: Callable[[str], Visitor], ask: Callable[..., Any]
) -> None:
    ids = {name: child(roll_world, name).id for name in ("Pia", "Paul", "Sam", "Nana")}
    roll_world.session.rollback()
    config.move_today(IN_JULY)
    officer = enter("officer")
    page = officer.get(ROLL_PAGE)
    assert page.heading == "Roll-over in September: into 2025-26"
    assert "01 Sep 2025 is still to come" in page.main and "Sia Rollend" in page.main and "01 Mar 2025" in page.main
    typed = {f"school_{ids['Pia']}": "900102", f"step_{ids['Sam']}": "stays", f"group_{ids['Paul']}": "keep"}
    saved = page.send(f"step_{ids['Pia']}", **typed)
    assert "3 plans saved. Nobody has moved yet." in saved.main
    would = saved.send(f"step_{ids['Pia']}", button=("go_on", "yes"))
    assert "The roll cannot move on now" in would.main and "Birch School" in would.main
    assert would.tree is not None and would.tree.xpath("//main//form") == []

    config.move_today(IN_SEPTEMBER)
    would = officer.get(f"{ROLL_PAGE}confirm/")
    done = would.send("seal")
    assert ("The roll has moved on into 2025-26. To the school that was named: 1. Next setting not known: 2. Stayed: 1."
            in done.main), done.main
    again = would.send("seal")
    assert "had moved on into 2025-26 already. Nothing was done twice." in again.main
    assert ask(lambda session: session.get_one(Child, ids["Pia"]).school_id) == roll_world.other_school_id
    front = officer.get("/admin/").link("Next setting not known")
    assert "Paul Rollend" in front.main and "Nana Rollend" in front.main and "Pia Rollend" not in front.main
    details = officer.get(f"/admin/pep/children/details/?id={ids['Nana']}")
    assert "Next setting not known since01 Sep 2025" in details.main
    back = details.link("Take the last one back").send("reason", reason="Stays a year in nursery")
    assert "saved for Nana Rollend" in back.main
    assert "Next setting not known since—" in back.main


def test_what_fits_nothing_or_too_much_is_said_beside_its_child_and_all_is_kept(
    roll_world: World, council: Council, enter: Callable[[str], Visitor], ask: Callable[..., Any]
) -> None:
    ids = {name: child(roll_world, name).id for name in ("Pia", "Paul", "Sam", "Nana")}
    roll_world.session.rollback()
    config.move_today(IN_JULY)
    page = enter("officer").get(ROLL_PAGE)
    wrong = page.send(f"step_{ids['Pia']}", **{
        f"school_{ids['Pia']}": "Nowhere", f"school_{ids['Paul']}": "school", f"step_{ids['Sam']}": "stays",
        f"school_{ids['Sam']}": "Birch", f"school_{ids['Nana']}": "Dale"})
    assert wrong.status == 422
    assert "Nobody and nothing here fits what you typed" in wrong.main and "More than one fits what you typed" in wrong.main
    assert "A school is named and the child is to stay. Choose one of the two." in wrong.main
    assert 'value="Nowhere"' in wrong.text
    assert ask(lambda session: session.scalars(select(PlannedMove.id)).all()) == []
    step = wrong.send(f"step_{ids['Pia']}", **{
        f"school_{ids['Pia']}": "", f"school_{ids['Paul']}": ["school", str(roll_world.other_school_id)]})
    assert "3 plans saved" in step.main, step.main
    plans = ask(lambda session: {each.child_id: (each.step, each.school_id) for each in session.scalars(select(PlannedMove))})
    dale = ask(lambda session: session.scalars(select(School.id).where(School.name == "Dale Primary School")).one())
    assert plans == {ids["Paul"]: (NextStep.MOVES, roll_world.other_school_id), ids["Sam"]: (NextStep.STAYS, None),
                     ids["Nana"]: (NextStep.MOVES, dale)}, "what was right on the first page is kept through the second"


def test_who_planned_meanwhile_is_not_overwritten_unseen(
    roll_world: World, council: Council, enter: Callable[[str], Visitor], ask: Callable[..., Any]
) -> None:
    pia = child(roll_world, "Pia").id
    roll_world.session.rollback()
    config.move_today(IN_JULY)
    first, second = enter("officer").get(ROLL_PAGE), enter("head").get(ROLL_PAGE)
    assert "1 plan saved" in first.send(f"step_{pia}", **{f"school_{pia}": "Birch"}).main
    late = second.send(f"step_{pia}", **{f"step_{pia}": "stays"})
    assert late.status == 409 and "Planned now: Birch School" in late.main
    assert ask(lambda session: session.scalars(select(PlannedMove.step)).one()) is NextStep.MOVES
    assert "1 plan saved" in late.send(f"step_{pia}").main
    assert ask(lambda session: session.scalars(select(PlannedMove.step)).one()) is NextStep.STAYS


def test_the_button_of_an_old_page_does_nothing(
    roll_world: World, council: Council, enter: Callable[[str], Visitor], ask: Callable[..., Any]
) -> None:
    pia = child(roll_world, "Pia").id
    roll_world.session.rollback()
    config.move_today(IN_SEPTEMBER)
    officer = enter("officer")
    old = officer.get(f"{ROLL_PAGE}confirm/")
    officer.get(ROLL_PAGE).send(f"step_{pia}", **{f"school_{pia}": "Birch"})
    late = old.send("seal")
    assert late.status == 409 and "Nothing was done" in late.main
    assert ask(lambda session: session.get_one(Child, pia).school_id) is not None
    assert officer.get(f"{ROLL_PAGE}?year=999").status == 404


@pytest.mark.parametrize("children", [20, 350])
def test_as_many_statements_for_350_children_as_for_20(
    both_databases: str, open_session: Callable[..., Session], children: int
) -> None:
    from tests.world import build_world

    session = open_session(both_databases)
    world = replace(build_world(session, children=2), session=session)
    world.act(SYSTEM)
    primary = School(name="Dale Primary School", urn="900103", kind=SchoolKind.SCHOOL, phase=SchoolPhase.PRIMARY)
    session.add(primary)
    session.flush()
    for number in range(children):
        roll.take_into_care(session, actor=SYSTEM, today=IN_JULY, school_id=primary.id, facts={
            "first_name": f"P{number}", "last_name": "Viele", "date_of_birth": date(2014, 3, 1), "lcs_id": f"V-{number}",
            "entered_care_on": date(2024, 5, 1), "legal_status": LegalStatus.C2, "sen_status": SenStatus.NONE})
    session.commit()
    plan(world, **{f"P{number}": to_birch(world) for number in range(children // 2)})
    session.commit()
    said: list[str] = []
    event.listen(session.get_bind(), "before_cursor_execute", lambda _c, _cursor, statement, *_: said.append(statement))
    assert move_on(world) == roll_over.RollResult(moved=children // 2, unknown=children - children // 2)
    session.commit()
    assert len(said) <= 40, len(said)
