"""Who is expected at a meeting ahead when a child moves, a worker changes or care ends: told by their calendars, without a name."""

from __future__ import annotations

from typing import Any

import pytest
import sqlalchemy as sa

from pep_admin.models import Child, MeetingInvitation, Person, School
from pep_admin.permissions import SYSTEM
from pep_admin.server.worker import run_once
from pep_admin.vocabulary import LeavingReason, PersonKind
from pep_admin.workflow import delegation, follow_up, people, roll
from tests.integration.test_meetings import CARER, TEACHER, TEN, WORKER, Calendars, book, calendars, pep
from tests.world import NOW, TODAY, World, person

pytestmark = pytest.mark.slow  # the quick suite stays under a minute; `make check` runs everything

__all__ = ["calendars", "pep"]  # fixtures of the tests of meetings
OTTO, OLGA = "otto.anders@example.org", "olga.zweite@example.org"


@pytest.fixture
def booked(pep: int, calendars: Calendars, enter: Any) -> int:
    """Tess, Sara and Karla are invited to Tue 26 Nov 2024 at 10."""
    book(enter("teacher"), pep)
    assert set(calendars.new()) == {TEACHER, WORKER, CARER}
    return pep


def told(world: World, calendars: Calendars) -> dict[str, str]:
    """By address what calendars are to do, once the worker has looked again and sent it."""
    world.session.commit()
    run_once(calendars.app)
    found = calendars.new()
    assert {event.at("DTSTART") for event in found.values()} <= {TEN}
    return {to: event.method for to, event in found.items()}


def move(world: World, school_id: int | None) -> None:
    world.act(SYSTEM)
    roll.change_school(world.session, world.session.get_one(Child, world.child_id), school_id=school_id, on=TODAY,
                       reason=LeavingReason.HOME_MOVE, actor=world.act(world.officer), today=TODAY, now=NOW)


def test_a_child_who_moves_school_takes_the_meeting_along(world: World, booked: int, calendars: Calendars) -> None:
    move(world, world.other_school_id)
    assert told(world, calendars) == {TEACHER: "CANCEL", OTTO: "REQUEST"}
    assert told(world, calendars) == {}, "each once"


def test_the_next_writer_is_invited_once_there_is_one(world: World, booked: int, calendars: Calendars) -> None:
    move(world, None)
    assert told(world, calendars) == {TEACHER: "CANCEL"}
    move(world, world.other_school_id)
    assert told(world, calendars) == {OTTO: "REQUEST"}
    world.act(SYSTEM)
    roll.change_school(world.session, world.session.get_one(Child, world.child_id), school_id=world.school_id, on=TODAY,
                       reason=LeavingReason.HOME_MOVE, actor=world.act(world.officer), today=TODAY, now=NOW)
    assert told(world, calendars) == {OTTO: "CANCEL", TEACHER: "REQUEST"}, "back again"


def test_another_social_worker_and_another_designated_teacher(world: World, booked: int, calendars: Calendars) -> None:
    world.act(SYSTEM)
    roll.change_social_worker(world.session, world.session.get_one(Child, world.child_id), person_id=world.other_worker.person_id,
                              on=TODAY, actor=world.act(world.officer), today=TODAY, now=NOW)
    assert told(world, calendars) == {WORKER: "CANCEL", OLGA: "REQUEST"}
    world.act(SYSTEM)
    new = person(world.session, "Nina", "Neu", PersonKind.DESIGNATED_TEACHER)
    people.replace_person(world.session, world.teacher.person_id or 0, new.id, on=TODAY, leaves=False,
                          actor=world.act(world.officer), today=TODAY, now=NOW, run="r")
    assert told(world, calendars) == {TEACHER: "CANCEL", "nina.neu@example.org": "REQUEST"}


def test_whom_somebody_chose_not_to_invite_brings_nobody_in_their_place(
    world: World, booked: int, calendars: Calendars, enter: Any
) -> None:
    page = enter("worker").get(f"/admin/pep/meetings/book/?pep={booked}")
    values = page.tree.xpath("//input[@name='people']/@value")
    keeps = [each for each in values if each != str(world.teacher.person_id)]
    page.send("meeting_at", people=keeps)
    assert told(world, calendars) == {TEACHER: "CANCEL"}
    move(world, world.other_school_id)
    assert told(world, calendars) == {}


def test_somebody_else_writes_and_the_designated_teacher_stays_invited(world: World, booked: int, calendars: Calendars) -> None:
    world.act(SYSTEM)
    delegation.name_writer(world.session, booked, person(world.session, "Hilde", "Hilf", PersonKind.SCHOOL_STAFF).id,
                           actor=world.act(world.officer))
    assert told(world, calendars) == {}


def test_care_that_ends_takes_the_meeting_out_of_every_calendar(
    world: World, booked: int, calendars: Calendars, enter: Any
) -> None:
    world.act(SYSTEM)
    roll.leave_care(world.session, world.session.get_one(Child, world.child_id), on=TODAY, reason="Went home",
                    actor=world.act(world.officer), today=TODAY, now=NOW)
    assert told(world, calendars) == {TEACHER: "CANCEL", WORKER: "CANCEL", CARER: "CANCEL"}
    assert told(world, calendars) == {}
    page = book(enter("worker"), booked)
    assert "An invitation goes to" in page.text, "it may be the final one"
    assert told(world, calendars) == {TEACHER: "REQUEST", WORKER: "REQUEST"}, "the carer has nothing to do with it any more"


def test_what_no_verb_told_is_found_in_the_morning_and_a_meeting_that_is_over_wakes_nobody(
    world: World, booked: int, calendars: Calendars
) -> None:
    world.act(SYSTEM)
    world.session.get_one(School, world.school_id).designated_teacher_id = world.other_teacher.person_id
    world.pep_of().writer_id = world.other_teacher.person_id
    after = TEN.date().replace(day=27)
    assert follow_up.follow_up(world.session, today=after, now=NOW, run="late") == {"officers": 0, "invited": 0}
    assert follow_up.follow_up(world.session, today=TODAY, now=NOW, run="morning") == {"officers": 0, "invited": 2}
    assert told(world, calendars) == {TEACHER: "CANCEL", OTTO: "REQUEST"}
    gone = world.session.scalars(sa.select(MeetingInvitation.person_id).where(MeetingInvitation.gone.is_(True))).all()
    assert gone == [world.teacher.person_id]
    assert world.session.get_one(Person, gone[0]).email == TEACHER
