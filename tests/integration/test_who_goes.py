"""Who of the Virtual School goes to a meeting: what is to be looked at before anybody is sent, and who is told of it where.

It is Mon 18 Nov 2024; the meetings are in the week from Mon 25 to Sun 1 Dec.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime
from io import BytesIO
from typing import Any

import pytest
import sqlalchemy as sa
from pypdf import PdfReader

from pep_admin import config
from pep_admin.models import Attendee, AuditEvent, Pep, Person
from pep_admin.permissions import SYSTEM
from pep_admin.vocabulary import Attendance, AttendeeRole, PepStatus
from tests.integration.test_meetings import ADMIN, TEN, THREE, TWO_OF_ONE, book
from tests.visiting import Page, Visitor
from tests.world import World

pytestmark = pytest.mark.slow  # the quick suite stays under a minute; `make check` runs everything


@pytest.fixture
def pep(world: World) -> int:
    """The first child's PEP is with its writers; nobody has a meeting booked."""
    world.act(SYSTEM)
    for child_id, worker in ((world.child_id, world.worker), (world.other_child_id, world.other_worker)):
        world.save(world.pep_of(child_id), "meeting", worker, meeting_at=None, meeting_how=None, attendees=None)
    found = world.pep_of().id
    world.act(SYSTEM)
    world.session.commit()
    return found


def at_once(world: World, *, most: int = 5, status: PepStatus = PepStatus.IN_PROGRESS, at: datetime = TEN) -> int:
    """The other child's PEP has its meeting at that time, in that status, and the officer goes there; its id."""
    world.act(SYSTEM)
    world.autumn.year.meetings_a_week = most
    other = world.pep_of(world.other_child_id)
    other.meeting_at, other.status, other.attending_officer_id = at, status, world.officer.person_id
    found = other.id
    world.session.commit()
    return found


def officer_page(enter: Any, pep: int) -> Page:
    return enter("officer").get(f"{ADMIN}/meetings/officer/?pep={pep}")


def named(pep: int) -> Callable[[Any], int | None]:
    return lambda session: session.get_one(Pep, pep).attending_officer_id


def test_two_meetings_at_one_hour_are_asked_about_before_anything_is_kept(world: World, pep: int, enter: Any, ask: Any) -> None:
    book(enter("teacher"), pep)
    at_once(world, at=datetime(2024, 11, 26, 10, 30, tzinfo=UTC))
    ole, twice = str(world.officer.person_id), ("Ole Amt goes to another meeting at that time: 2425-AUT-0002, 26 Nov 2024, "
                                                "10:30 to 11:30.")
    page = officer_page(enter, pep)
    assert twice in page.main, "said beside the officer before anybody chooses"
    first = page.send("officer", officer=ole)
    assert first.status == 422 and ask(named(pep)) is None
    assert "Please check: nothing was saved yet" in first.main and twice in first.main
    assert first.tree.xpath("//option[@selected]/text()") == ["Ole Amt"] and "Send them all the same" in first.main
    done = first.send("officer")
    assert done.status == 200 and ask(named(pep)) == world.officer.person_id
    past = ask(lambda session: [each.details["past"] for each in session.scalars(
        sa.select(AuditEvent).where(AuditEvent.action == "meeting.send_officer", AuditEvent.outcome == "done"))])
    assert past == [["MEET-two"]]
    assert twice in enter("head").get(f"{ADMIN}/meetings/").main, "the diary goes on saying it"


def test_what_was_gone_past_for_one_is_asked_anew_for_another(world: World, pep: int, enter: Any, ask: Any) -> None:
    book(enter("teacher"), pep)
    other = at_once(world)
    page = officer_page(enter, pep).send("officer", officer=str(world.officer.person_id))
    assert page.status == 422
    world.act(SYSTEM)
    world.session.get_one(Pep, other).attending_officer_id = world.head.person_id
    world.session.commit()
    page = page.send("officer", officer=str(world.head.person_id))
    assert page.status == 422 and "Hanna Amt goes to another meeting at that time" in page.main and ask(named(pep)) is None
    assert page.send("officer", officer=str(world.officer.person_id)).status == 200, "who is free is sent without more"
    assert ask(named(pep)) == world.officer.person_id


@pytest.mark.parametrize(("status", "on"), [
    (PepStatus.IN_PROGRESS, date(2024, 11, 25)), (PepStatus.COMPLETE, date(2024, 11, 25)),
    (PepStatus.IN_PROGRESS, date(2024, 11, 29)), (PepStatus.IN_PROGRESS, date(2024, 12, 1)),
    (PepStatus.SUBMITTED, date(2024, 11, 25))])
def test_a_week_counts_from_monday_to_sunday_what_was_held_in_it_too(
    world: World, pep: int, enter: Any, ask: Any, status: PepStatus, on: date
) -> None:
    """It is Wednesday; Monday's meeting is over, its PEP perhaps sent or signed off by now."""
    book(enter("teacher"), pep, meeting_at="28 Nov 2024 10:00")
    at_once(world, most=1, status=status, at=datetime(on.year, on.month, on.day, 9, tzinfo=UTC))
    config.move_today(date(2024, 11, 27))
    page = officer_page(enter, pep)
    assert "Ole Amt1 of 1, full" in page.main and "Hanna Amt0 of 1" in page.main, page.main
    refused = page.send("officer", officer=str(world.officer.person_id))
    assert refused.status == 422 and TWO_OF_ONE in refused.main and ask(named(pep)) is None
    diary = enter("officer").get(f"{ADMIN}/meetings/").main
    assert "Ole Amt25 Nov 20241 of 1" in diary, diary


@pytest.mark.parametrize(("took_part", "counts"), [
    (Attendance.ATTENDED, True), (Attendance.PART, True), (Attendance.NO_ANSWER, True), (Attendance.APOLOGIES, False)])
def test_who_stands_in_part_3_by_name_has_the_meeting_in_the_week_too(
    world: World, pep: int, enter: Any, took_part: Attendance, counts: bool
) -> None:
    """The officer is named to go there, the head is down by name; whoever sent apologies does not go."""
    book(enter("teacher"), pep, meeting_at="28 Nov 2024 10:00")
    other = at_once(world, at=TEN)
    for name in ("hanna  AMT", "Ole Amt"):
        world.session.add(Attendee(pep_id=other, name=name, role=AttendeeRole.VIRTUAL_SCHOOL, took_part=took_part))
    world.session.commit()
    page = officer_page(enter, pep).main
    assert (f"Hanna Amt{int(counts)} of 5" in page, f"Ole Amt{int(counts)} of 5" in page) == (True, True), page


def test_a_meeting_of_a_pep_that_was_closed_counts_no_more(world: World, pep: int, enter: Any) -> None:
    book(enter("teacher"), pep)
    at_once(world, status=PepStatus.WITHDRAWN, most=1)
    assert officer_page(enter, pep).send("officer", officer=str(world.officer.person_id)).status == 200


def test_a_meeting_moved_to_where_its_officer_has_another_says_so_to_the_virtual_school_alone(
    world: World, pep: int, enter: Any
) -> None:
    book(enter("teacher"), pep)
    at_once(world, at=THREE)
    assert officer_page(enter, pep).send("officer", officer=str(world.officer.person_id)).status == 200
    told = book(enter("officer"), pep, meeting_at="27 Nov 2024 15:30").text
    assert "Ole Amt goes to another meeting at that time: 2425-AUT-0002" in told
    told = book(enter("teacher"), pep, meeting_at="27 Nov 2024 15:00").text
    assert "Saved." in told and "another meeting" not in told and "2425-AUT-0002" not in told


# --- who is told of it, and where ----------------------------------------------------------------------------------------------


def test_school_and_social_worker_read_who_comes_where_they_read_of_the_meeting(world: World, pep: int, enter: Any) -> None:
    book(enter("teacher"), pep)
    for who in ("teacher", "worker"):
        assert "Nobody of the Virtual School is named to go there." in enter(who).get(f"{ADMIN}/peps/details/?id={pep}").main
        assert "Named to come" not in enter(who).get(f"{ADMIN}/peps/section/?id={pep}&section=meeting").main
    assert officer_page(enter, pep).send("officer", officer=str(world.officer.person_id)).status == 200
    for who in ("teacher", "worker"):
        visitor = enter(who)
        assert "Ole Amt of the Virtual School goes there." in visitor.get(f"{ADMIN}/peps/details/?id={pep}").main
        for page in (f"peps/section/?id={pep}&section=meeting", f"peps/whole/?id={pep}"):
            said = visitor.get(f"{ADMIN}/{page}").tree.xpath("//dt[.='Named to come for the Virtual School']/following-sibling::dd")
            assert [each.text_content() for each in said] == ["Ole Amt, Virtual School"], (who, page)
        assert "Ole Amt of the Virtual School is named to go there" in visitor.get(f"{ADMIN}/meetings/book/?pep={pep}").main
        words = " ".join(" ".join(page.extract_text() for page in pdf_of(visitor, pep).pages).split())
        assert "Named to come for the Virtual School Ole Amt, Virtual School" in words, who


def pdf_of(visitor: Visitor, pep: int) -> PdfReader:
    answer = visitor.client.get(f"{ADMIN}/peps/pdf/?id={pep}")
    assert answer.status_code == 200 and answer.mimetype == "application/pdf"
    return PdfReader(BytesIO(answer.data))


def test_what_was_said_of_who_comes_stays_as_it_was_when_the_pep_was_sent(world: World, enter: Any) -> None:
    found = world.written_pep(money=False)
    found.attending_officer_id = world.officer.person_id
    number = world.sent_pep(money=False).id
    world.act(SYSTEM)
    world.session.get_one(Person, world.officer.person_id).last_name = "Anders"
    world.session.commit()
    assert "Ole Amt, Virtual School" in enter("teacher").get(f"{ADMIN}/peps/section/?id={number}&section=meeting").main
