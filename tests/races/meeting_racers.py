"""What each of two racing processes does with a meeting: both booked it from the same page, both press at the same moment.

Imported by name in a fresh process, so nothing of a test's own state is shared with it.
"""

from __future__ import annotations

from datetime import date, datetime
from multiprocessing.queues import Queue
from multiprocessing.synchronize import Barrier
from typing import Any
from zoneinfo import ZoneInfo

from pep_admin import config
from pep_admin.exceptions import PepAdminError
from pep_admin.models import Pep
from pep_admin.pep_document import read_document
from pep_admin.permissions import Actor, audience_for
from pep_admin.workflow import actions, meetings
from tests.races.money_racers import PATIENCE, TODAY, open_session


def book(
    url: str, actor: Actor, pep_id: int, days: list[date], people: list[int], action_id: int, barrier: Barrier, out: Queue[Any]
) -> None:
    """Book the meeting for each of those days in turn, and tick the action off; puts how often each of both was this one's."""
    config.move_today(TODAY)
    booked = ticked = 0
    for day in days:
        with open_session(url, actor) as session:
            pep = session.get_one(Pep, pep_id)
            document = read_document(session, pep, audience=audience_for(actor, pep.child))
            base = {"meeting_at": document.digests["meeting_at"]}
            session.rollback()
            barrier.wait(PATIENCE)
            at = datetime(day.year, day.month, day.day, 10, tzinfo=ZoneInfo("Europe/London"))
            done = meetings.book_meeting(session, pep_id, meetings.Booking({"meeting_at": at}, base, 60, frozenset(people)),
                                         actor=actor, today=TODAY, now=config.now())
            session.commit()
            booked += done.written.conflicts is None
            barrier.wait(PATIENCE)
    with open_session(url, actor) as session:
        barrier.wait(PATIENCE)
        try:
            actions.finish_action(session, action_id, actor=actor, today=TODAY)
            session.commit()
            ticked = 1
        except PepAdminError:
            session.rollback()
    out.put((booked, ticked))
