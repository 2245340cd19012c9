"""What becomes of a meeting when its child leaves care, or its PEP is closed, taken back or sent back; and of what waits beside it.

It is Mon 18 Nov 2024; the meeting is booked for Tue 26 Nov, 10:00, by the school, and an officer is named to go there.
"""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import pytest
import sqlalchemy as sa

from pep_admin import config
from pep_admin.models import Child, Delivery, MeetingNotice, MeetingSection, Pep, School
from pep_admin.permissions import SYSTEM
from pep_admin.queries.front_page import front_page_counts
from pep_admin.server.worker import run_once
from pep_admin.vocabulary import DeliveryState, PersonKind
from pep_admin.workflow import calls, roll
from tests.integration.test_meetings import ADMIN, OFFICER, TEACHER, TEN, WORKER, Calendars, book, calendars
from tests.integration.test_who_goes import pep
from tests.visiting import Page
from tests.world import NOW, TODAY, World, person

__all__ = ["calendars", "pep"]
pytestmark = pytest.mark.slow  # the quick suite stays under a minute; `make check` runs everything

PLANNED = "26 Nov 2024"


@pytest.fixture
def booked(world: World, pep: int, calendars: Calendars, enter: Any) -> int:
    """Booked by the teacher, who is invited with the social worker; the officer goes there; all of them were told."""
    book(enter("teacher"), pep)
    page = enter("officer").get(f"{ADMIN}/meetings/officer/?pep={pep}")
    assert page.send("officer", officer=str(world.officer.person_id)).status == 200
    assert set(calendars.new()) == {TEACHER, WORKER, OFFICER}
    return pep


def page_of(enter: Any, pep: int, who: str = "officer") -> Page:
    page: Page = enter(who).get(f"{ADMIN}/peps/details/?id={pep}")
    return page


def leaves(world: World, enter: Any, on: str = "18 Nov 2024") -> Page:
    page: Page = enter("officer").get(f"{ADMIN}/children/leave-care/?id={world.child_id}")
    done = page.send("reason", on=on, reason="Went home")
    assert "Leaves care: saved" in done.text, done.main
    return done


def stands(ask: Any, pep: int) -> tuple[datetime | None, int | None]:
    def of(session: Any) -> tuple[datetime | None, int | None]:
        found = session.get_one(Pep, pep)
        return found.meeting_at, found.attending_officer_id
    found: tuple[datetime | None, int | None] = ask(of)
    return found


# --- the child leaves care -------------------------------------------------------------------------------------------------


def test_who_leaves_care_has_no_meeting_planned_any_more(
    world: World, booked: int, calendars: Calendars, enter: Any, ask: Any
) -> None:
    assert "Robin Musterkind0" in enter("officer").get(f"{ADMIN}/meetings/").main
    leaves(world, enter)
    assert stands(ask, booked) == (None, None)
    assert {to: told[0] for to, told in calendars.told().items()} == dict.fromkeys((TEACHER, WORKER, OFFICER), "CANCEL")
    page = page_of(enter, booked)
    assert "No meeting is planned. The child left care on 18 Nov 2024." in page.main and "Ole Amt" not in page.main
    assert PLANNED not in page.main and not page.links("For my calendar (.ics)") and not page.links("Call it off…")
    part3 = enter("worker").get(f"{ADMIN}/peps/section/?id={booked}&section=meeting")
    assert part3.tree.xpath("//input[@name='meeting_at']/@value") in ([], [""]) and "Ole Amt" not in part3.main
    assert "Robin" not in enter("officer").get(f"{ADMIN}/meetings/").main
    assert "Robin" not in enter("officer").get(f"{ADMIN}/week/lines/?whose=all&question=attending").main
    history = enter("officer").get(f"{ADMIN}/peps/history/?id={booked}").main
    assert PLANNED in history, "that it was planned stays in the history"


def test_a_last_meeting_of_who_has_left_is_booked_anew_and_stands(
    world: World, booked: int, calendars: Calendars, enter: Any
) -> None:
    leaves(world, enter)
    calendars.new()
    assert book(enter("worker"), booked, meeting_at="28 Nov 2024 09:00").status == 200
    assert "28 Nov 2024, 09:00" in page_of(enter, booked, "teacher").main
    assert set(calendars.new()) == {TEACHER, WORKER}


def test_care_that_did_not_end_after_all_leaves_the_meeting_to_be_booked_anew(
    world: World, booked: int, calendars: Calendars, enter: Any, ask: Any
) -> None:
    """The page that asks says so, and so does the next one, with the way to the PEP; nobody is chased for what nobody knows of."""
    leaves(world, enter)
    calendars.new()
    told = ("The meeting of 2425-AUT-0001 on 26 Nov 2024, 10:00 was called off when care ended. It stays off and has to be booked "
            "anew.")
    page = enter("officer").get(f"{ADMIN}/children/undo/?id={world.child_id}&what=care")
    assert told in page.main and page.links("2425-AUT-0001") == [f"{ADMIN}/peps/details/?id={booked}"]
    done = page.send("reason", reason="The wrong child was open")
    messages = " ".join(" ".join(done.tree.xpath("//*[contains(@class, 'messages')]//text()")).split())
    assert told in messages, messages
    assert done.tree.xpath("//*[contains(@class, 'messages')]//a/@href") == [f"{ADMIN}/peps/details/?id={booked}"]
    assert stands(ask, booked) == (None, None) and calendars.new() == {}
    assert "Not booked yet." in page_of(enter, booked).main and page_of(enter, booked, "teacher").links("Book the meeting…")
    config.move_today(date(2024, 12, 2))
    assert "2425-AUT-0001" in enter("officer").get(f"{ADMIN}/week/lines/?whose=all&question=no_meeting").main


@pytest.mark.parametrize("since", ["booked anew", "booked anew and called off", "called off before", "never booked"])
def test_nothing_is_said_of_a_meeting_that_did_not_go_with_the_care(world: World, pep: int, enter: Any, since: str) -> None:
    if since == "called off before":
        book(enter("teacher"), pep)
        enter("teacher").get(f"{ADMIN}/meetings/call-off/?pep={pep}").send("seen_at")
    if since.startswith("booked anew"):
        book(enter("teacher"), pep)
    leaves(world, enter)
    if since.startswith("booked anew"):
        book(enter("worker"), pep, meeting_at="28 Nov 2024 09:00")
    if since == "booked anew and called off":
        enter("worker").get(f"{ADMIN}/meetings/call-off/?pep={pep}").send("seen_at")
    page = enter("officer").get(f"{ADMIN}/children/undo/?id={world.child_id}&what=care")
    assert "goes on" in page.main and "The meeting of" not in page.main
    assert "called off when care ended" not in page.send("reason", reason="The wrong child was open").text


def test_a_meeting_that_was_held_before_stays_on_record(
    world: World, booked: int, calendars: Calendars, enter: Any, ask: Any
) -> None:
    config.move_today(date(2024, 11, 27))
    leaves(world, enter, "27 Nov 2024")
    assert stands(ask, booked) == (TEN, world.officer.person_id) and calendars.new() == {}
    assert "Ole Amt of the Virtual School was named to go there." in page_of(enter, booked, "worker").main


def test_todays_meeting_is_off_unless_part_3_tells_of_it(world: World, booked: int, enter: Any, ask: Any) -> None:
    """The other child's was this morning, and its Part 3 is signed already; Robin's was to be this afternoon."""
    held = world.pep_of(world.other_child_id)
    held.meeting_at, number = datetime(2024, 11, 18, 9, tzinfo=UTC), held.id
    part3 = world.session.scalars(sa.select(MeetingSection).where(MeetingSection.pep_id == number)).one()
    part3.signed_by, part3.signed_name, part3.signed_at = world.other_worker.id, "Olga Zweite", NOW
    world.pep_of().meeting_at = datetime(2024, 11, 18, 15, tzinfo=UTC)
    for child_id in (world.child_id, world.other_child_id):
        roll.leave_care(world.session, world.session.get_one(Child, child_id), on=TODAY, reason="Went home",
                        actor=world.act(world.officer), today=TODAY, now=NOW)
    world.act(SYSTEM)
    world.session.commit()
    assert stands(ask, booked)[0] is None and stands(ask, number)[0] == datetime(2024, 11, 18, 9, tzinfo=UTC)
    assert "Signed by Olga Zweite" in page_of(enter, number).main, "nothing of it was changed"


def test_of_todays_meeting_that_was_held_nobody_hears_that_it_is_off(
    world: World, booked: int, calendars: Calendars, enter: Any, ask: Any
) -> None:
    """Held and signed this morning; the child leaves care in the afternoon."""
    config.move_today(date(2024, 11, 26))
    part3 = world.session.scalars(sa.select(MeetingSection).where(MeetingSection.pep_id == booked)).one()
    part3.signed_by, part3.signed_name, part3.signed_at = world.worker.id, "Sara Sozial", NOW
    world.act(SYSTEM)
    world.session.commit()
    leaves(world, enter, "26 Nov 2024")
    assert calendars.new() == {} and stands(ask, booked) == (TEN, world.officer.person_id)


# --- who is invited leaves ---------------------------------------------------------------------------------------------------


def goes_away(world: World, calendars: Calendars, enter: Any, on: str) -> None:
    """The teacher is replaced and leaves that day."""
    world.act(SYSTEM)
    nova = person(world.session, "Nova", "Neu", PersonKind.DESIGNATED_TEACHER)
    world.session.flush()
    number = nova.id
    world.session.commit()
    page = enter("officer").get(f"{ADMIN}/people/replace/?id={world.teacher.person_id}")
    assert "has taken the place of Tess Lehrer" in page.send("successor", successor=str(number), on=on, leaves="y").main
    run_once(calendars.app)  # what follows is a job, which queues the messages


def of_the_teacher(world: World, ask: Any) -> tuple[str, str | None]:
    """State and problem of the message that they are not expected any more."""
    number = world.teacher.person_id
    found = ask(lambda session: session.execute(sa.select(Delivery.state, Delivery.problem).where(
        Delivery.template == "meeting_not_expected", Delivery.person_id == number)).one())
    return found[0].value, found[1]


def test_who_leaves_today_is_still_told_that_they_are_not_expected(
    world: World, booked: int, calendars: Calendars, enter: Any, ask: Any
) -> None:
    goes_away(world, calendars, enter, "18 Nov 2024")
    told = calendars.told()
    assert told[TEACHER][0] == "CANCEL" and told["nova.neu@example.org"][0] == "REQUEST"
    assert of_the_teacher(world, ask)[0] == "sent"


@pytest.mark.parametrize("why", ["left before", "address is gone"])
def test_who_has_left_and_cannot_be_told_waits_for_nobody(
    world: World, booked: int, calendars: Calendars, enter: Any, ask: Any, why: str
) -> None:
    """There is nothing that an officer could do about the calendar of somebody who is gone."""
    if why == "address is gone":
        calendars.office.answers[TEACHER] = "550 no such user"
    goes_away(world, calendars, enter, "18 Nov 2024" if why == "address is gone" else "15 Nov 2024")
    assert TEACHER not in calendars.new()
    assert of_the_teacher(world, ask) == ("not_needed", "The mail server refused the address (550)." if why == "address is gone"
                                          else "Tess Lehrer left on 15 Nov 2024, so nobody expects them there.")
    assert "Tess Lehrer" not in enter("officer").get(f"{ADMIN}/deliveries/?flt0_waits=yes").main
    world.session.execute(sa.update(Delivery).where(Delivery.template == "meeting_not_expected").values(
        state=DeliveryState.NO_ROUTE))
    world.session.commit()
    assert "Tess Lehrer" not in enter("officer").get(f"{ADMIN}/deliveries/?flt0_waits=yes").main, "nor what stood so before"


# --- the PEP is closed, taken back, sent back --------------------------------------------------------------------------------


def test_a_pep_that_is_closed_has_no_meeting_planned_any_more(booked: int, calendars: Calendars, enter: Any, ask: Any) -> None:
    page = enter("officer").get(f"{ADMIN}/peps/withdraw/?id={booked}")
    assert page.send("reason", reason="Entered in error").status == 200
    assert {to: told[0] for to, told in calendars.told().items()} == dict.fromkeys((TEACHER, WORKER, OFFICER), "CANCEL")
    assert stands(ask, booked) == (None, None)
    for who in ("officer", "teacher", "worker"):
        shown = page_of(enter, booked, who).main
        assert PLANNED not in shown and "Virtual School goes there" not in shown, who
    assert enter("teacher").client.get(f"{ADMIN}/meetings/calendar/?pep={booked}").status_code == 404


def test_a_meeting_that_was_held_stays_with_a_pep_that_is_closed(world: World, enter: Any, ask: Any) -> None:
    pep = world.written_pep(money=False)
    held, number = pep.meeting_at, pep.id
    world.session.commit()
    enter("officer").get(f"{ADMIN}/peps/withdraw/?id={number}").send("reason", reason="The next one is open already")
    assert held is not None and stands(ask, number)[0] == held
    assert "28 Oct 2024" in page_of(enter, number).main


def test_a_pep_that_is_taken_back_keeps_its_meeting_and_tells_nobody(
    world: World, calendars: Calendars, enter: Any, ask: Any
) -> None:
    """Its meeting was held, and people had been invited to it: nothing is booked anew or called off, whatever way it comes back."""
    pep = world.written_pep(money=False)
    held, number = pep.meeting_at, pep.id
    pep.attending_officer_id = world.officer.person_id
    world.session.add(MeetingNotice(pep_id=number, uid="held", starts_at=held, minutes=60))
    world.sent_pep(money=False)
    world.session.commit()
    calendars.new()
    back = page_of(enter, number, "teacher")
    form = next(each for each in back.tree.xpath("//main//form") if "recall" in (each.get("action") or ""))
    done = back.visitor.post(form.get("action"), [(key, value) for key, value in form.form_values()])
    assert done.status == 200, done.main
    assert stands(ask, number) == (held, world.officer.person_id) and calendars.new() == {}
    off = ask(lambda session: session.scalar(sa.select(MeetingNotice.called_off_at).where(MeetingNotice.pep_id == number)))
    assert off is None
    shown = page_of(enter, number, "teacher")
    assert "28 Oct 2024" in shown.main
    assert shown.links("Move the meeting…") and "was named to go there" in shown.main and not shown.links("Call it off…")


# --- what waits beside it ----------------------------------------------------------------------------------------------------


def rung(enter: Any, day: date) -> str:
    config.move_today(day)
    return str(enter("officer").get(f"{ADMIN}/calls/").main)


@pytest.mark.parametrize("about_it", [True, False])
def test_a_follow_up_about_who_has_left_comes_due_no_more(world: World, booked: int, enter: Any, about_it: bool) -> None:
    """About Robin's PEP alone, or about all that the teacher owed, which was Robin's alone."""
    later = date(2024, 11, 20)
    calls.note_call(world.session, world.teacher.person_id or 0, words="Promised it for Wednesday", spoke_on=TODAY,
                    follow_up_on=later, pep_id=booked if about_it else None, actor=world.act(world.officer), today=TODAY)
    world.act(SYSTEM)
    world.session.commit()
    assert "Tess Lehrer" in rung(enter, later)
    leaves(world, enter, "20 Nov 2024")
    assert "Tess Lehrer" not in rung(enter, later) and "Tess Lehrer" not in rung(enter, date(2024, 12, 3))
    assert "Promised it for Wednesday" in page_of(enter, booked).main, "the note itself stays"


def test_a_follow_up_about_who_has_left_holds_back_no_other_call(world: World, booked: int, enter: Any) -> None:
    """The teacher leads both schools: of Robin it was agreed to ring in December; Jule's PEP is late before."""
    world.act(SYSTEM)
    world.session.get_one(School, world.other_school_id).designated_teacher_id = world.teacher.person_id
    world.pep_of(world.other_child_id).writer_id = world.teacher.person_id
    calls.note_call(world.session, world.teacher.person_id or 0, words="Ring in December", spoke_on=TODAY,
                    follow_up_on=date(2024, 12, 10), pep_id=booked, actor=world.act(world.officer), today=TODAY)
    world.act(SYSTEM)
    world.session.commit()
    before = rung(enter, date(2024, 12, 2))
    assert "Rung, and not to be rung before a later day: 1" in before
    leaves(world, enter, "20 Nov 2024")
    after = rung(enter, date(2024, 12, 2))
    assert "Rung, and not to be rung" not in after and "Tess Lehrer" in after and "Jule" in after


def test_what_was_agreed_about_all_still_comes_due_while_another_childs_pep_waits(world: World, booked: int, enter: Any) -> None:
    later = date(2024, 11, 20)
    world.act(SYSTEM)
    world.pep_of(world.other_child_id).writer_id = world.teacher.person_id
    calls.note_call(world.session, world.teacher.person_id or 0, words="About all of it", spoke_on=TODAY, follow_up_on=later,
                    actor=world.act(world.officer), today=TODAY)
    world.act(SYSTEM)
    world.session.commit()
    leaves(world, enter, "18 Nov 2024")
    assert "About all of it" in rung(enter, later)


def test_what_waits_to_be_graded_leaves_who_has_left_to_the_other_list_as_the_board_does(world: World, enter: Any) -> None:
    sent = world.sent_pep(money=False)
    number, reference, other = sent.id, sent.reference, world.sent_pep(money=False, child_id=world.other_child_id).reference
    world.session.commit()

    def lists() -> list[tuple[bool, bool]]:
        """Of each list whether either PEP stands in it: to be graded by question and by list, left care and open."""
        officer = enter("officer")
        pages = [officer.get(f"{ADMIN}/{each}").main for each in (
            "week/lines/?whose=all&question=with_vs", "peps/?flt0_stage=with_vs", "peps/?flt0_stage=left_care")]
        return [(reference in page, other in page) for page in pages]

    def counts() -> tuple[int, int]:
        world.act(world.officer)
        found = front_page_counts(world.session, world.officer, config.today())
        world.session.rollback()
        return found["with_vs"], found["left_care"]

    assert lists() == [(True, True), (True, True), (False, False)] and counts() == (2, 0)
    leaves(world, enter)
    assert lists() == [(False, True), (False, True), (True, False)] and counts() == (1, 1)
    board = enter("officer").get(f"{ADMIN}/board/").main
    assert "1 child of the term" in board
    child = enter("officer").get(f"{ADMIN}/children/details/?id={world.child_id}").main
    assert "Left care with a PEP still open" in child and reference in child
    assert page_of(enter, number).link("Grade").status == 200, "it can still be graded"
