"""What follows by itself from a move, an answer or a day that passes: word of alerts, and who is expected at meetings.

Whatever verb changes the roll, or who answers for a PEP, asks for it in its own transaction; a worker does it a moment later, once
for all that was changed together, and every morning for what nobody did. What is done is alert_letters.py's and invitations.py's.
"""

from __future__ import annotations

from datetime import UTC, date, datetime

from sqlalchemy import inspect
from sqlalchemy.orm import Session

from pep_admin import outbox
from pep_admin.models import Job
from pep_admin.vocabulary import JobState
from pep_admin.workflow.alert_letters import tell_officers
from pep_admin.workflow.invitations import look_again

FOLLOW_UP = "roll.follow_up"
"""The kind of the job that does it."""
_ASKED = "follow_up_asked"


def ask_follow_up(session: Session) -> None:
    """Have it done once this transaction is committed; asked again in the same one, it is one job. The true clock's time."""
    asked = session.info.get(_ASKED)
    if asked is not None and asked[0] is session.get_transaction() and _stands(asked[1]):
        return
    session.info[_ASKED] = session.get_transaction(), outbox.queue_job(session, FOLLOW_UP, now=datetime.now(UTC), at_once=True)


def _stands(job: Job) -> bool:
    """Whether it is queued yet: a savepoint that was rolled back took it away."""
    state = inspect(job)
    return (state.pending or state.persistent) and job.state is JobState.QUEUED


def follow_up(session: Session, *, today: date, now: datetime, run: str, at_once: bool = False) -> dict[str, int]:
    """Do it; how many letters went to officers, and how many people were told of meetings. `run` names this run in the keys of its
    mail, `at_once`: it was asked for in the middle of somebody's work."""
    officers = len(tell_officers(session, today=today, now=now, run=run, at_once=at_once))
    return {"officers": officers, "invited": look_again(session, today=today, now=now)}
