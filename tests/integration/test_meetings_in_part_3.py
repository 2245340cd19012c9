"""A meeting's day that is written in Part 3 itself, and what a page says of one that is booked when something fails.

It is Mon 18 Nov 2024; who is invited is the teacher, the social worker and the carer.
"""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import pytest

from pep_admin import config
from pep_admin.models import Pep
from pep_admin.permissions import SYSTEM
from pep_admin.vocabulary import PepStatus
from tests.integration.calendar_reader import read_event
from tests.integration.test_meetings import ADMIN, CARER, TEACHER, TEN, THREE, WORKER, Calendars, book, calendars, pep
from tests.visiting import Page
from tests.world import World

__all__ = ["calendars", "pep"]
pytestmark = pytest.mark.slow  # the quick suite stays under a minute; `make check` runs everything

UNINVITED = "Nobody was invited to this meeting by mail."
ALL = (TEACHER, WORKER, CARER)
NAMES = "Tess Lehrer, Sara Sozial, Karla Pflege"


def write(enter: Any, pep: int, at: str, *, then: str = "stay", **more: str) -> Page:
    page: Page = enter("worker").get(f"{ADMIN}/peps/section/?id={pep}&section=meeting")
    done = page.send("meeting_at", button=("then", then), meeting_at=at, **more)
    assert done.status == 200, done.main
    return done


def said(page: Page) -> str:
    """The sentences about what was just done."""
    assert page.tree is not None
    return " ".join(" ".join(page.tree.xpath("//*[contains(@class, 'messages')]//text()")).split())


# --- the day is written in Part 3 ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("then", ["stay", "next", "done"])
def test_a_day_to_come_that_is_written_there_invites_nobody_and_says_so(
    pep: int, calendars: Calendars, enter: Any, then: str
) -> None:
    done = write(enter, pep, "26 Nov 2024 10:00", then=then)
    assert calendars.new() == {} and UNINVITED in said(done)
    [way] = done.tree.xpath("//*[contains(@class, 'messages')]//a[.='Invite people…']/@href")
    page = done.visitor.get(way)
    assert page.heading == "Move the meeting"
    assert f"An invitation goes to {NAMES}." in page.send("meeting_at").text
    assert set(calendars.new()) == set(ALL)


def test_it_is_not_said_of_a_day_that_is_over_nor_where_the_day_was_not_written(pep: int, enter: Any) -> None:
    assert UNINVITED in said(write(enter, pep, "18 Nov 2024 15:00")), "today is ahead"
    assert UNINVITED not in said(write(enter, pep, "18 Nov 2024 15:00", meeting_place="Hall"))
    assert UNINVITED not in said(write(enter, pep, "15 Nov 2024 10:00"))
    assert UNINVITED not in said(write(enter, pep, ""))


def test_where_people_are_invited_they_are_named_and_told(pep: int, calendars: Calendars, enter: Any) -> None:
    book(enter("teacher"), pep)
    calendars.new()
    done = write(enter, pep, "27 Nov 2024 15:30")
    assert f"That it was changed is told to {NAMES}." in said(done) and UNINVITED not in said(done)
    assert calendars.told() == dict.fromkeys(ALL, ("REQUEST", 1, THREE))
    assert "told" not in said(write(enter, pep, "27 Nov 2024 15:30", meeting_place="Hall")), "no calendar shows where it is"
    off = write(enter, pep, "")
    assert f"The meeting is off. Word goes to {NAMES}." in said(off)
    assert calendars.told() == dict.fromkeys(ALL, ("CANCEL", 2, THREE))


def test_a_day_that_is_moved_into_the_past_takes_the_entry_ahead_out(pep: int, calendars: Calendars, enter: Any) -> None:
    """It was held earlier than booked: nobody reads that it was moved to a day that is over, and nobody comes on the 26th."""
    book(enter("teacher"), pep)
    calendars.new()
    done = write(enter, pep, "15 Nov 2024 10:00")
    assert f"Nothing is booked for 26 Nov 2024, 10:00 any more. Word goes to {NAMES}." in said(done)
    assert calendars.told() == dict.fromkeys(ALL, ("CANCEL", 1, TEN))
    assert "on 26 Nov 2024, 10:00 is called off" in calendars.words(WORKER)[-1]
    write(enter, pep, "15 Nov 2024 10:30")
    assert calendars.new() == {}, "once"
    typed_wrong = write(enter, pep, "27 Nov 2024 15:30")
    assert UNINVITED in said(typed_wrong) and calendars.new() == {}


# --- the calendar file -----------------------------------------------------------------------------------------------------


def file_of(enter: Any, pep: int) -> Any:
    return enter("worker").client.get(f"{ADMIN}/meetings/calendar/?pep={pep}")


def test_the_file_of_a_meeting_to_which_nobody_was_invited_yet_is_the_entry_of_the_later_invitation(
    pep: int, calendars: Calendars, enter: Any
) -> None:
    write(enter, pep, "26 Nov 2024 10:00")
    before = read_event(file_of(enter, pep).data).values["UID"]
    book(enter("teacher"), pep)
    assert {each.values["UID"] for each in calendars.new().values()} == {before}
    write(enter, pep, "")
    assert file_of(enter, pep).status_code == 404
    write(enter, pep, "27 Nov 2024 15:30")
    second = read_event(file_of(enter, pep).data).values["UID"]
    calendars.new()
    book(enter("teacher"), pep, meeting_at="27 Nov 2024 15:30")
    assert {each.values["UID"] for each in calendars.new().values()} == {second} and second != before


@pytest.mark.parametrize(("status", "at"), [
    (PepStatus.WITHDRAWN, TEN), (PepStatus.IN_PROGRESS, datetime(2024, 11, 15, 10, tzinfo=UTC)),
])
def test_where_no_meeting_is_planned_there_is_no_file(
    world: World, pep: int, enter: Any, status: PepStatus, at: datetime
) -> None:
    """Closed before such a day was taken out of Part 3; and one that was held."""
    world.act(SYSTEM)
    found = world.session.get_one(Pep, pep)
    found.meeting_at, found.status = at, status
    world.session.commit()
    assert file_of(enter, pep).status_code == 404
    assert not enter("worker").get(f"{ADMIN}/peps/details/?id={pep}").links("For my calendar (.ics)")


# --- what fails, and how it is asked -----------------------------------------------------------------------------------------


def test_what_fails_says_whether_a_meeting_stands(pep: int, enter: Any) -> None:
    none = book(enter("teacher"), pep, meeting_at="15 Nov 2024 10:00")
    assert none.status == 422 and "Nothing was booked yet" in none.main and "stays on" not in none.main
    stale = enter("worker").get(f"{ADMIN}/meetings/book/?pep={pep}")
    book(enter("teacher"), pep)
    for wrong in ("15 Nov 2024 10:00", "some day"):
        failed = book(enter("teacher"), pep, meeting_at=wrong)
        assert failed.status == 422 and "Nothing was booked" not in failed.main
        assert "The meeting stays on 26 Nov 2024, 10:00" in failed.main
    beside = stale.send("meeting_at", meeting_at="28 Nov 2024 09:00")
    assert beside.status == 409 and "Nothing was booked" not in beside.main
    assert "The meeting stays on 26 Nov 2024, 10:00" in beside.main


def test_how_it_is_held_is_asked_in_words_that_fit_before_and_after(pep: int, enter: Any) -> None:
    page = enter("teacher").get(f"{ADMIN}/meetings/book/?pep={pep}")
    assert "How the meeting is held" in page.main and "was held" not in page.main
    config.move_today(date(2024, 11, 20))
    assert "How the meeting is held" in enter("worker").get(f"{ADMIN}/peps/section/?id={pep}&section=meeting").main
