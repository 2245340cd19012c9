"""What the program does every day by itself: which kinds of jobs, from which hour on, one row a day and kind.

The row's key holds the day, and is there once: of several workers, or of one that is started again, one queues it. What a job does
is job_kinds.py's.
"""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

from sqlalchemy.orm import Session

from pep_admin import outbox
from pep_admin.config import LONDON
from pep_admin.workflow.chasing import REMIND
from pep_admin.workflow.follow_up import FOLLOW_UP

MORNING = time(7)
"""In England: who opens their mail at eight has it before them."""
KINDS = {FOLLOW_UP: MORNING, REMIND: MORNING}


def due_on(day: date) -> dict[str, datetime]:
    """By key, what is done on that day, and from when on by the true clock; a day that the demo stands on is done at once."""
    true = datetime.now(LONDON).date()
    return {f"{kind}:{day:%Y-%m-%d}": datetime.combine(min(day, true), hour, LONDON) for kind, hour in KINDS.items()}


def queue(session: Session, key: str, due_at: datetime) -> None:
    """Queue one of them."""
    job = outbox.queue_job(session, key.rpartition(":")[0], now=due_at, once_key=key)
    job.due_at = due_at


def morning_after(day: date) -> datetime:
    """When mail that was not for that day may go."""
    return datetime.combine(max(day, datetime.now(LONDON).date()) + timedelta(days=1), MORNING, LONDON)
