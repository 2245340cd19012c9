"""Two real processes at the same moment, on both databases: a meeting is booked by one of them, and everybody is told once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from datetime import date, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from pep_admin.models import AgreedAction, Delivery, MeetingInvitation, MeetingNotice, Person
from pep_admin.permissions import SYSTEM
from tests.races import meeting_racers
from tests.races.test_money_races import race
from tests.world import build_world

TRIES = 8
FIRST, SECOND = (date(2024, 11, 20) + timedelta(days=n) for n in (0, 20))
"""The days that the one books, and those of the other: never the same one."""


@pytest.mark.slow
def test_of_two_who_book_at_once_one_does_and_each_change_is_told_once(
    both_databases: str, open_session: Callable[..., Session]
) -> None:
    session = open_session(both_databases)
    world = build_world(session, children=1)
    pep = world.written_pep(money=False)
    number, people = pep.id, [world.teacher.person_id, world.worker.person_id]
    action = session.scalars(select(AgreedAction.id).order_by(AgreedAction.id)).first()
    session.commit()
    days = [[first + timedelta(days=n) for n in range(TRIES)] for first in (FIRST, SECOND)]

    (one, ticked), (two, ticked_too) = race(
        meeting_racers.book, *((both_databases, who, number, mine, people, action)
                               for who, mine in zip((world.teacher, world.worker), days, strict=True)))

    assert one + two == TRIES, "each time one of the two"
    assert ticked + ticked_too == 1
    session.expire_all()
    world.act(SYSTEM)
    assert session.scalars(select(MeetingNotice.sequence)).one() == TRIES - 1
    assert sorted(session.scalars(select(MeetingInvitation.person_id))) == sorted(filter(None, people))
    letters = session.execute(select(Delivery.person_id, Delivery.key).where(
        Delivery.template.in_(("meeting", "meeting_moved")))).all()
    assert Counter(each.person_id for each in letters) == dict.fromkeys(people, TRIES)
    assert len({each.key for each in letters}) == 2 * TRIES
    assert session.scalars(select(Person.id).where(Person.id.in_(people))).all()
