"""One's own meetings ahead as one file for a calendar: whose they are, and that each is the very entry that was mailed.

It is Mon 18 Nov 2024. The teacher and the first social worker have Robin's PEP, the others Jule's; an officer goes to
Jule's meeting.
"""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import pytest
import sqlalchemy as sa

from pep_admin import config
from pep_admin.models import AuditEvent
from tests.integration.calendar_reader import read_event
from tests.integration.test_meetings import ADMIN, SECRETS, TEN, THREE, WORKER, Calendars, book, calendars
from tests.integration.test_who_goes import pep
from tests.world import World

__all__ = ["calendars", "pep"]
pytestmark = pytest.mark.slow  # the quick suite stays under a minute; `make check` runs everything

FILE = f"{ADMIN}/my_peps/calendar/"


@pytest.fixture
def both(world: World, pep: int, calendars: Calendars, enter: Any) -> int:
    """Robin's is on Tue 26 Nov at 10:00, Jule's on Wed 27 Nov at 15:30, where an officer goes; Jule's PEP."""
    other = world.pep_of(world.other_child_id).id
    world.session.rollback()
    book(enter("teacher"), pep, meeting_how="video", meeting_place="Quiet room")
    book(enter("other_worker"), other, meeting_at="27 Nov 2024 15:30", minutes="90")
    page = enter("officer").get(f"{ADMIN}/meetings/officer/?pep={other}")
    assert page.send("officer", officer=str(world.officer.person_id)).status == 200
    return other


def meetings_of(enter: Any, who: str) -> list[tuple[str, datetime]]:
    """The ids and beginnings of what stands in their file; [] where there is none."""
    answer = enter(who).client.get(FILE)
    if answer.status_code == 404:
        return []
    assert answer.status_code == 200 and answer.mimetype == "text/calendar"
    assert "my-meetings.ics" in answer.headers["Content-Disposition"]
    text = answer.data.decode()
    for secret in (*SECRETS, "Jule", "Birch", "Ole Amt"):
        assert secret.casefold() not in text.casefold(), secret
    head, *rest = text.removesuffix("END:VCALENDAR\r\n").split("BEGIN:VEVENT")
    found = [read_event(f"{head}BEGIN:VEVENT{each}END:VCALENDAR\r\n".encode()) for each in rest]
    return [(each.values["UID"], each.at("DTSTART")) for each in found]


ROBINS, JULES = ("2425-aut-0001-1@pep.example.org", TEN), ("2425-aut-0002-1@pep.example.org", THREE)


@pytest.mark.parametrize(("who", "theirs"), [
    ("teacher", [ROBINS]), ("worker", [ROBINS]), ("other_teacher", [JULES]), ("other_worker", [JULES]), ("officer", [JULES]),
    ("head", []),
])
def test_everybody_gets_their_own_and_nobody_elses(both: int, enter: Any, who: str, theirs: list[tuple[str, datetime]]) -> None:
    assert meetings_of(enter, who) == theirs


def test_several_stand_in_one_file_in_order_of_time(world: World, both: int, pep: int, enter: Any) -> None:
    """The officer is sent to Robin's meeting as well."""
    page = enter("officer").get(f"{ADMIN}/meetings/officer/?pep={pep}")
    assert page.send("officer", officer=str(world.officer.person_id)).status == 200
    assert meetings_of(enter, "officer") == [ROBINS, JULES]


def test_it_is_the_entry_that_was_mailed(both: int, calendars: Calendars, enter: Any, ask: Any) -> None:
    sent = calendars.new()[WORKER]
    event = read_event(enter("worker").client.get(FILE).data)
    for name in ("UID", "SEQUENCE", "DTSTART", "DTEND", "SUMMARY", "DESCRIPTION"):
        assert event.values[name] == sent.values[name], name
    assert event.method == "PUBLISH" and "ATTENDEE" not in event.values
    seen = ask(lambda session: session.scalars(sa.select(AuditEvent).where(AuditEvent.action == "my_peps.calendar")).all())
    assert [(each.actor_name, each.details["rows"], each.child_id) for each in seen] == [("Sara Sozial", 1, None)]


def test_a_moved_meeting_keeps_its_id_and_one_that_is_over_is_gone(both: int, pep: int, enter: Any) -> None:
    book(enter("worker"), pep, meeting_at="12 Dec 2024 09:00")
    assert meetings_of(enter, "teacher") == [(ROBINS[0], datetime(2024, 12, 12, 9, tzinfo=UTC))]
    config.move_today(date(2024, 12, 12))
    assert meetings_of(enter, "teacher") and not meetings_of(enter, "officer"), "on its day it is ahead; Jule's was on 27 Nov"
    config.move_today(date(2024, 12, 13))
    assert meetings_of(enter, "teacher") == []


def test_the_desk_and_the_diary_offer_it_where_there_is_one(both: int, enter: Any) -> None:
    assert enter("teacher").get(f"{ADMIN}/my_peps/").links("My meetings for my calendar (.ics)") == [FILE]
    assert enter("officer").get(f"{ADMIN}/meetings/").links("All my meetings for my calendar (.ics)") == [FILE]
    assert not enter("head").get(f"{ADMIN}/meetings/").links("All my meetings for my calendar (.ics)")
    config.move_today(date(2024, 11, 28))
    assert not enter("teacher").get(f"{ADMIN}/my_peps/").links("My meetings for my calendar (.ics)")
