"""What the processes of the chase's races do: past a barrier for each day, both send that day's reminders."""

from __future__ import annotations

from datetime import date, datetime
from multiprocessing.queues import Queue
from multiprocessing.synchronize import Barrier
from typing import Any

from pep_admin.permissions import SYSTEM
from pep_admin.workflow import chasing
from tests.races.money_racers import PATIENCE, open_session


def remind_on_each(url: str, days: list[date], barrier: Barrier, out: Queue[Any]) -> None:
    """Send the reminders of the days in turn, each in a transaction of its own; puts how many mails each day had."""
    told = []
    for day in days:
        with open_session(url, SYSTEM) as session:
            barrier.wait(PATIENCE)
            done = chasing.send_reminders(session, actor=SYSTEM, today=day, now=datetime(day.year, day.month, day.day).astimezone())
            session.commit()
            told.append(len(done.letters))
    out.put(told)
