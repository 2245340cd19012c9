"""Two real processes that send the same days' reminders at the same moment, on both databases: each goes once."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from pep_admin.models import Delivery, Pep, Reminder
from pep_admin.permissions import SYSTEM
from pep_admin.workflow import delegation
from tests.races import chasing_racers
from tests.races.test_money_races import race
from tests.world import build_world

CHILDREN = 12
DAYS = [date(2024, 10, 28) + timedelta(number) for number in range(43)]
"""To Mon 9 Dec: half-term, 14 and 5 days before, 1 and 7 days late of two teachers and two social workers."""


@pytest.mark.slow
def test_of_two_who_remind_at_once_each_reminder_goes_once(both_databases: str, open_session: Callable[..., Session]) -> None:
    session = open_session(both_databases)
    world = build_world(session, children=CHILDREN)
    world.launch()
    world.act(SYSTEM)
    delegation.delegate_peps(session, session.scalars(sa.select(Pep.id)).all(), actor=world.act(world.officer),
                             now=datetime(2024, 9, 16, 9, tzinfo=UTC), run="r")
    world.act(SYSTEM)
    session.commit()

    one, two = race(chasing_racers.remind_on_each, (both_databases, DAYS), (both_databases, DAYS))

    assert all(0 in pair for pair in zip(one, two, strict=True)), "of the two, one sends a day's"
    # Five steps of each teacher, four of each social worker; three parts of each PEP.
    assert sum(one) + sum(two) == 2 * 5 + 2 * 4
    session.expire_all()
    world.act(SYSTEM)
    mails = sa.select(sa.func.count()).select_from(Delivery).where(Delivery.template == "reminder")
    assert session.scalar(mails) == 2 * 5 + 2 * 4
    assert session.scalar(sa.select(sa.func.count()).select_from(Reminder)) == CHILDREN * (5 + 4 + 4)
