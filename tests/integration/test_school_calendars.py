"""School calendars, closures and extra days off on screen, and the due days that follow them. Every day is worked out by hand.

The child comes into care on Mon 14 Oct 2024; on the Virtual School's own calendar (half-term 21 to 25 Oct) the 20 school days of
HB-1.3 end on Mon 18 Nov.
"""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
import sqlalchemy as sa

from pep_admin import queries
from pep_admin.models import AuditEvent, Closure, Inspection, NonWorkingDay, Pep, RecordChange, School, SchoolCalendar
from pep_admin.permissions import SYSTEM
from pep_admin.school_words import ClosureKind, InspectionRegime, OfstedGrade
from pep_admin.vocabulary import LeavingReason, LegalStatus, PepKind, SenStatus
from pep_admin.workflow import calendars, inspections, roll
from pep_admin.workflow import peps as pep_verbs
from tests.world import NOW, TODAY, World, build_world

pytestmark = pytest.mark.slow  # the quick suite stays under a minute; `make check` runs everything

CALENDARS, CLOSURES, DAYS_OFF = (f"/admin/pep/{noun}/" for noun in ("calendars", "closures", "days_off"))
ENTERED, OPENED = date(2024, 10, 14), date(2024, 10, 15)
PLAIN = "20 school days from Mon 14 Oct 2024, skipping 21 to 25 Oct"
# Another authority's: half-term a week later, and Easter too.
TERMS = {
    "autumn_starts_on": "2 Sep 2024", "autumn_ends_on": "20 Dec 2024", "autumn_half_from": "28 Oct 2024",
    "autumn_half_to": "1 Nov 2024", "spring_starts_on": "6 Jan 2025", "spring_ends_on": "11 Apr 2025",
    "spring_half_from": "17 Feb 2025", "spring_half_to": "21 Feb 2025", "summer_starts_on": "28 Apr 2025",
    "summer_ends_on": "22 Jul 2025", "summer_half_from": "26 May 2025", "summer_half_to": "30 May 2025",
}


def take_in(world: World, school_id: int, *, entered: date = ENTERED, name: str = "Neu") -> int:
    facts = {"first_name": name, "last_name": "Musterkind", "date_of_birth": date(2012, 1, 1), "entered_care_on": entered,
             "legal_status": LegalStatus.C2, "sen_status": SenStatus.NONE}
    return roll.take_into_care(world.session, actor=world.act(SYSTEM), today=TODAY, facts=facts, school_id=school_id).id


@pytest.fixture
def child(world: World) -> int:
    """A new child at the first school, without a PEP yet."""
    child_id = take_in(world, world.school_id)
    world.session.commit()
    return child_id


def opened(world: World, child_id: int) -> tuple[date, str]:
    """Launch the autumn; the due day and its sentence."""
    world.launch(OPENED)
    pep = world.pep_of(child_id)
    found = pep.due_on, pep.due_rule
    world.session.commit()
    return found


def year_id(world: World) -> str:
    found = str(world.autumn.year_id)
    world.session.rollback()
    return found


def due(ask: Any, child_id: int) -> tuple[date, str]:
    found: tuple[date, str] = ask(lambda session: tuple(session.execute(
        sa.select(Pep.due_on, Pep.due_rule).where(Pep.child_id == child_id)).one()))
    return found


def calendar_of(world: World, enter: Any, ask: Any, **terms: str) -> int:
    """A calendar of the first school, entered by the officer; its id."""
    page = enter("officer").get(f"{CALENDARS}add/?school={world.school_id}").send("summer_half_to", year=year_id(world), **terms)
    assert page.status == 200 and "was added" in page.main, page.main
    found: int = ask(lambda session: session.scalars(sa.select(SchoolCalendar.id)).one())
    return found


# --- which calendar counts ----------------------------------------------------------------------------------------------


def test_without_any_calendar_the_virtual_schools_own_terms_count(world: World, child: int) -> None:
    assert opened(world, child) == (date(2024, 11, 18), PLAIN)


def test_a_schools_own_terms_count_before_its_authoritys_and_those_before_the_virtual_schools(
    world: World, child: int, enter: Any, ask: Any
) -> None:
    """Three children of one day: 24 Sep + 20 school days. VS: half-term 21-25 Oct, so 29 Oct. The authority: half-term from 28 Oct,
    so 22 Oct. The school's own: shut on 7 Oct as well, 23 Oct."""
    session, began = world.session, date(2024, 9, 24)
    third = School(name="Cedar School", kind="school", phase="secondary", local_authority_code="352")
    session.add(third)
    session.get_one(School, world.school_id).local_authority_code = "352"
    session.flush()
    ids = [take_in(world, at, entered=began, name=name)
           for at, name in ((world.other_school_id, "A"), (third.id, "B"), (world.school_id, "C"))]
    session.commit()
    page = enter("head").get(f"{CALENDARS}new/").send("summer_half_to", year=year_id(world), local_authority_code="352", **TERMS)
    assert page.heading == "Local authority 352, 2024-25"
    own = calendar_of_school(world, enter, ask)
    enter("officer").get(f"{CLOSURES}add/?calendar={own}").send(
        "starts_on", kind="inset", starts_on="7 Oct 2024", ends_on="7 Oct 2024")
    world.launch(OPENED)
    world.session.commit()
    counted = "20 school days from Tue 24 Sep 2024"
    assert [due(ask, child_id) for child_id in ids] == [
        (date(2024, 10, 29), f"{counted}, skipping 21 to 25 Oct"),
        (date(2024, 10, 22), f"{counted}, on the calendar of authority 352"),
        (date(2024, 10, 23), f"{counted}, skipping 7 Oct, on the school’s own calendar"),
    ]


def calendar_of_school(world: World, enter: Any, ask: Any) -> int:
    """A calendar of the first school that follows its authority's."""
    enter("officer").get(f"{CALENDARS}add/?school={world.school_id}").send("summer_half_to", year=year_id(world))
    found: int = ask(lambda session: session.scalars(
        sa.select(SchoolCalendar.id).where(SchoolCalendar.school_id == world.school_id)).one())
    return found


def test_a_review_for_a_change_is_counted_by_the_schools_calendar_too(world: World, child: int, enter: Any, ask: Any) -> None:
    """HB-1.5: from Mon 18 Nov 2024, with Mon 9 Dec shut."""
    own = calendar_of(world, enter, ask)
    enter("officer").get(f"{CLOSURES}add/?calendar={own}").send(
        "starts_on", kind="closure", starts_on="9 Dec 2024", ends_on="9 Dec 2024")
    opened(world, child)  # the first PEP, without which a review for a change is the first itself
    pep = pep_verbs.initiate_pep(
        world.session, world.session.get_one(pep_verbs.Child, child), world.autumn, kind=PepKind.CHANGE, reason="A new carer",
        actor=world.act(world.officer), today=TODAY, now=NOW)
    # 19-22 Nov 4, 25-29 Nov 9, 2-6 Dec 14, 10-13 Dec 18, 16 Dec 19, 17 Dec 20.
    assert (pep.due_on, pep.due_rule) == (
        date(2024, 12, 17), "20 school days from Mon 18 Nov 2024, skipping 9 Dec, on the school’s own calendar")


# --- what moves when a calendar changes ---------------------------------------------------------------------------------


def test_a_closure_moves_the_open_due_day_says_so_and_keeps_its_reason(world: World, child: int, enter: Any, ask: Any) -> None:
    assert opened(world, child)[0] == date(2024, 11, 18)
    own = calendar_of(world, enter, ask)
    assert due(ask, child) == (date(2024, 11, 18), PLAIN), "a calendar that only follows changes nothing, nor does it put its name"
    page = enter("officer").get(f"{CLOSURES}add/?calendar={own}").send(
        "starts_on", kind="inset", starts_on="1 Nov 2024", ends_on="1 Nov 2024")
    assert "Due days that moved with it: 2425-AUT-0003 to 19 Nov 2024." in page.main
    assert "2425-AUT-0003" in page.main and "Musterkind" not in page.main
    assert due(ask, child) == (
        date(2024, 11, 19), "20 school days from Mon 14 Oct 2024, skipping 21 to 25 Oct and 1 Nov, on the school’s own calendar")
    reason, changes, whose = ask(lambda session: tuple(session.execute(
        sa.select(RecordChange.reason, RecordChange.changes, RecordChange.child_id)
        .where(RecordChange.table_name == "pep_pep", RecordChange.verb == "update").order_by(RecordChange.id.desc())).first()))
    assert reason == "The closure INSET day, 01 Nov 2024 was entered, so the school days were counted anew."
    assert changes["due_on"] == ["2024-11-18", "2024-11-19"] and whose == child
    pep, *event = ask(lambda session: tuple(session.execute(
        sa.select(AuditEvent.object_id, AuditEvent.child_id, AuditEvent.actor_id)
        .where(AuditEvent.action == "pep.due_day_moved")).one()))
    assert event == [child, world.officer.id]
    assert "21 to 25 Oct and 1 Nov" in enter("officer").get(f"/admin/pep/peps/details/?id={pep}").main


def test_it_moves_back_when_the_closure_is_changed_or_removed(world: World, child: int, enter: Any, ask: Any) -> None:
    opened(world, child)
    own, officer = calendar_of(world, enter, ask), enter("officer")
    officer.get(f"{CLOSURES}add/?calendar={own}").send("starts_on", kind="closure", starts_on="1 Nov 2024", ends_on="1 Nov 2024")
    closure = ask(lambda session: session.scalars(sa.select(Closure.id)).one())
    page = officer.get(f"{CLOSURES}edit/?id={closure}").send("starts_on", starts_on="31 Oct 2024")
    assert "2425-AUT-0003 to 20 Nov 2024" in page.main
    page = officer.get(f"{CLOSURES}remove/?id={closure}").send("reason", reason=" ")
    assert page.status == 422 and "Say why it is taken away" in page.main and due(ask, child)[0] == date(2024, 11, 20)
    page = officer.get(f"{CLOSURES}remove/?id={closure}").send("reason", reason="The school stayed open")
    assert "2425-AUT-0003 to 18 Nov 2024" in page.main and due(ask, child) == (date(2024, 11, 18), PLAIN)
    assert ask(lambda session: session.scalar(sa.select(RecordChange.reason).where(
        RecordChange.table_name == "pep_closure", RecordChange.verb == "delete"))) == "The school stayed open"


def test_sent_and_complete_peps_and_days_set_by_hand_stay(world: World, child: int, enter: Any, ask: Any) -> None:
    others = [take_in(world, world.school_id, name=name) for name in "ABC"]
    opened(world, child)
    for child_id, status in zip(others[:2], ("submitted", "complete"), strict=True):
        world.session.execute(sa.text("UPDATE pep_pep SET status = :status WHERE child_id = :child"),
                              {"status": status, "child": child_id})
    world.session.commit()
    by_hand = ask(lambda session: session.scalar(sa.select(Pep.id).where(Pep.child_id == others[2])))
    enter("officer").get(f"/admin/pep/peps/edit/?id={by_hand}").send("due_rule", due_on="22 Nov 2024")
    assert due(ask, others[2]) == (date(2024, 11, 22), f"Set by hand, in place of: {PLAIN}")
    own = calendar_of(world, enter, ask)
    enter("officer").get(f"{CLOSURES}add/?calendar={own}").send(
        "starts_on", kind="closure", starts_on="1 Nov 2024", ends_on="1 Nov 2024")
    assert [due(ask, child_id)[0].day for child_id in (child, *others)] == [19, 18, 18, 22]
    assert due(ask, world.child_id) == (date(2024, 11, 29), "Deadline of Autumn 2024-25")


def test_only_the_schools_concerned_are_counted_anew(world: World, child: int, enter: Any, ask: Any) -> None:
    elsewhere = take_in(world, world.other_school_id, name="A")
    opened(world, child)
    own = calendar_of(world, enter, ask)
    enter("officer").get(f"{CLOSURES}add/?calendar={own}").send(
        "starts_on", kind="closure", starts_on="1 Nov 2024", ends_on="1 Nov 2024")
    assert [due(ask, child_id)[0].day for child_id in (child, elsewhere)] == [19, 18]
    child_row = world.session.get_one(pep_verbs.Child, child)
    roll.change_school(world.session, child_row, school_id=world.other_school_id, on=TODAY, reason=LeavingReason.HOME_MOVE,
                       actor=world.act(world.officer), today=TODAY, now=NOW)
    world.session.commit()
    assert due(ask, child) == (date(2024, 11, 18), PLAIN), "a child who moves is counted by the new school's calendar"


def test_terms_and_extra_days_off_move_due_days_as_well(world: World, child: int, enter: Any, ask: Any) -> None:
    opened(world, child)
    head = enter("head")
    page = head.get(f"{DAYS_OFF}new/").send("day_on", day_on="30 Oct 2024", name="A coronation")
    assert "2425-AUT-0003 to 19 Nov 2024" in page.main
    term = ask(lambda session: session.scalar(sa.text("SELECT id FROM pep_term WHERE starts_on = '2024-09-02'")))
    page = head.get(f"/admin/pep/terms/edit/?id={term}").send(
        "half_term_to", half_term_from="28 Oct 2024", half_term_to="1 Nov 2024")
    assert "2425-AUT-0003 to 18 Nov 2024" in page.main, "the day off lies in the half-term now"
    assert due(ask, child)[1] == "20 school days from Mon 14 Oct 2024, skipping 28 Oct to 1 Nov"
    page = head.get(f"/admin/pep/terms/edit/?id={term}").send("ends_on", ends_on="20 Jan 2025")
    assert "Spring cannot begin on 06 Jan 2025: Autumn ends on 20 Jan 2025." in page.text
    day = ask(lambda session: session.scalars(sa.select(NonWorkingDay.id)).one())
    page = head.get(f"{DAYS_OFF}remove/?id={day}").send("reason", reason="Put off")
    assert "was removed" in page.main and "Due days" not in page.main


def test_a_calendar_that_reaches_too_short_moves_nothing_and_says_so(world: World, child: int, enter: Any, ask: Any) -> None:
    """From Tue 1 Jul 2025, the last school day of a calendar that ends on 11 Jul is the eighth."""
    late = take_in(world, world.school_id, entered=date(2024, 10, 14), name="A")
    world.launch(OPENED)
    world.session.execute(sa.text("UPDATE pep_pep SET due_on = '2025-09-16', due_rule = '20 school days from Tue 01 Jul 2025' "
                                  "WHERE child_id = :child"), {"child": late})
    world.session.execute(sa.text("UPDATE pep_term SET starts_on = '2025-10-06' WHERE starts_on = '2025-09-01'"))
    world.session.commit()
    page = enter("officer").get(f"{CALENDARS}add/?school={world.school_id}").send(
        "summer_half_to", year=year_id(world), **(TERMS | {"summer_ends_on": "11 Jul 2025"}))
    assert "1 open PEP keeps the due day that stands" in page.main
    assert due(ask, late) == (date(2025, 9, 16), "20 school days from Tue 01 Jul 2025")


def test_a_new_childs_pep_says_by_when_its_writers_have_it_and_counts_extra_days_off(
    world: World, child: int, enter: Any, ask: Any
) -> None:
    opened(world, child)
    enter("head").get(f"{DAYS_OFF}new/").send("day_on", day_on="17 Oct 2024", name="A coronation")
    pep = ask(lambda session: session.scalar(sa.select(Pep.id).where(Pep.child_id == child)))
    page = enter("officer").get(f"/admin/pep/peps/details/?id={pep}").main
    assert "By 29 Oct 2024: 10 working days from Mon 14 Oct 2024, skipping 17 Oct (HB-1.2)" in page


# --- the screens --------------------------------------------------------------------------------------------------------


def test_what_is_wrong_in_a_calendar_stands_beside_its_field_and_what_was_typed_stays(world: World, enter: Any, ask: Any) -> None:
    officer, year = enter("officer"), year_id(world)
    path = f"{CALENDARS}add/?school={world.school_id}"
    for changed, said in (({"spring_starts_on": "20 Dec 2024"}, "begins before the last one has ended"),
                          ({"summer_half_to": "1 Aug 2025"}, "The half-term lies outside the term"),
                          ({"autumn_starts_on": "", "autumn_ends_on": ""}, "Enter all three terms"),
                          ({"autumn_starts_on": "31 Feb 2024"}, "is not in the calendar")):
        page = officer.get(path).send("summer_half_to", year=year, **(TERMS | changed))
        assert page.status == 422 and said in page.main, changed
        assert all(f'value="{text}"' in page.text for text in changed.values() if text)
    assert ask(lambda session: session.scalars(sa.select(SchoolCalendar)).all()) == []
    calendar_of(world, enter, ask, **TERMS)
    page = officer.get(path).send("summer_half_to", year=year)
    assert page.status == 422 and "There is a calendar for 2024-25 already. Change that one." in page.main


def test_an_authoritys_calendar_is_the_heads_and_there_once(world: World, enter: Any, ask: Any) -> None:
    head, year = enter("head"), year_id(world)
    page = head.get(f"{CALENDARS}new/").send("summer_half_to", year=year, local_authority_code="35")
    assert page.status == 422 and "three figures, like 351" in page.main
    assert head.get(f"{CALENDARS}new/").send("summer_half_to", year=year, local_authority_code="352").status == 200
    page = head.get(f"{CALENDARS}new/").send("summer_half_to", year=year, local_authority_code="352")
    assert page.status == 422 and "already" in page.main
    found = ask(lambda session: session.scalars(sa.select(SchoolCalendar.id)).one())
    officer = enter("officer")
    for path in (f"{CALENDARS}edit/?id={found}", f"{CALENDARS}remove/?id={found}", f"{CLOSURES}add/?calendar={found}"):
        assert officer.get(path).status == 403, path
    page = officer.get(f"{CALENDARS}details/?id={found}")
    assert page.status == 200 and "Change" not in page.main and "Add a closure" not in page.main
    assert "02 Sep 2024" in page.main, "the terms that it follows"
    page = head.get(f"{CLOSURES}add/?calendar={found}").send(
        "starts_on", kind="other", starts_on="5 Dec 2024", ends_on="5 Dec 2024", note="Election")
    closure = ask(lambda session: session.scalars(sa.select(Closure.id)).one())
    assert officer.get(f"{CLOSURES}edit/?id={closure}").status == 403 == officer.get(f"{CLOSURES}remove/?id={closure}").status
    page = head.get(f"{CALENDARS}remove/?id={found}").send("reason", reason="Wrong number")
    assert page.status == 422 and "Remove them first" in page.main


def test_closures_are_refused_beside_their_field(world: World, enter: Any, ask: Any) -> None:
    own, officer = calendar_of(world, enter, ask), enter("officer")
    path = f"{CLOSURES}add/?calendar={own}"
    for typed, said in (
        ({"kind": "inset", "starts_on": "23 Dec 2024", "ends_on": "23 Dec 2024"}, "does not lie inside one term"),
        ({"kind": "inset", "starts_on": "21 Oct 2024", "ends_on": "25 Oct 2024"}, "shut then anyway"),
        ({"kind": "other", "starts_on": "5 Dec 2024", "ends_on": "5 Dec 2024"}, "Say what the closure is for"),
        ({"kind": "", "starts_on": "5 Dec 2024", "ends_on": "5 Dec 2024"}, "Choose one"),
    ):
        page = officer.get(path).send("starts_on", **typed)
        assert page.status == 422 and said in page.main, typed
    officer.get(path).send("starts_on", kind="inset", starts_on="5 Dec 2024", ends_on="6 Dec 2024")
    page = officer.get(path).send("starts_on", kind="closure", starts_on="6 Dec 2024", ends_on="6 Dec 2024")
    assert page.status == 422 and "A closure of 05 Dec 2024 to 06 Dec 2024 is on record" in page.main
    assert ask(lambda session: session.scalar(sa.select(sa.func.count(Closure.id)))) == 1
    assert "INSET day" in officer.get(f"{CLOSURES}?flt0_kind=inset").main
    assert "Nothing fits" in officer.get(f"{CLOSURES}?flt0_kind=closure").main
    assert "Nothing fits" in officer.get(f"{CLOSURES}?flt1_from=7+Dec+2024").main


def test_an_extra_day_off_is_a_weekday_that_is_not_free_already_and_is_there_once(world: World, enter: Any, ask: Any) -> None:
    head = enter("head")
    for day, said in (("26 Aug 2024", "a bank holiday already"), ("7 Sep 2024", "a weekend"), ("", "Enter a date")):
        page = head.get(f"{DAYS_OFF}new/").send("day_on", day_on=day, name="Jubilee")
        assert page.status == 422 and said in page.main, day
    head.get(f"{DAYS_OFF}new/").send("day_on", day_on="6 Sep 2024", name="Jubilee")
    page = head.get(f"{DAYS_OFF}new/").send("day_on", day_on="6 Sep 2024", name="Jubilee")
    assert page.status == 422 and "Another record already has this" in page.main
    assert enter("officer").get(f"{DAYS_OFF}new/").status == 403


def test_lists_filter_and_a_calendar_changed_meanwhile_is_not_removed(world: World, enter: Any, ask: Any) -> None:
    own, officer = calendar_of(world, enter, ask), enter("officer")
    assert "Alder School" in officer.get(CALENDARS).main
    assert "Nothing fits" in officer.get(f"{CALENDARS}?flt1_whose=authority").main
    assert "Alder School" in officer.get(f"{CALENDARS}?flt2_terms=follows").main
    assert "Nothing fits" in officer.get(f"{CALENDARS}?flt2_terms=own").main
    assert "Alder School" in officer.get(f"{CALENDARS}?search=alder").main
    stale = officer.get(f"{CALENDARS}remove/?id={own}")
    officer.get(f"{CALENDARS}edit/?id={own}").send("note", note="By telephone")
    page = stale.send("reason", reason="Not theirs")
    assert page.status == 409 and "This record was changed elsewhere" in page.main
    page = officer.get(f"{CALENDARS}remove/?id={own}").send("reason", reason="Not theirs")
    assert page.status == 200 and ask(lambda session: session.scalar(sa.select(sa.func.count(SchoolCalendar.id)))) == 0


def test_either_database_counts_moves_and_judges_alike(both_databases: str, open_session: Any) -> None:
    session = open_session(both_databases)
    world = build_world(session)
    child_id = take_in(world, world.school_id)
    world.launch(OPENED)
    calendar = SchoolCalendar(year=world.autumn.year, school=session.get_one(School, world.school_id))
    calendars.save_calendar(session, calendar, actor=world.act(world.officer))
    day = date(2024, 11, 1)
    closure = Closure(calendar=calendar, kind=ClosureKind.INSET, starts_on=day, ends_on=day)
    moved = calendars.save_closure(session, closure, actor=world.officer).moved
    assert [(each.before, each.after) for each in moved] == [(date(2024, 11, 18), date(2024, 11, 19))]
    session.commit()
    assert world.pep_of(child_id).due_on == date(2024, 11, 19)
    found = Inspection(school_id=world.school_id, inspected_on=date(2024, 10, 8), regime=InspectionRegime.GRADED,
                       leadership=OfstedGrade.INADEQUATE)
    inspections.save_inspection(session, found, actor=world.act(world.officer), today=TODAY)
    session.commit()
    assert session.get_one(School, world.school_id).less_than_good is True
    rule = queries.less_than_good_rule(session, TODAY)
    asked = sa.select(Inspection.id).where(queries.is_less_than_good(rule), queries.is_latest())
    assert session.scalars(asked).all() == [found.id]
