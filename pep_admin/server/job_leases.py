"""One job's row as a worker holds it: taken under a lease, kept by beats, ended once, given back or given up.

A row is changed by conditional UPDATEs alone, so that of several workers one wins. What a job does is its kind's (job_kinds.py),
the loop worker.py's.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Engine, and_, func, or_, select, update
from sqlalchemy.orm import Session

from pep_admin import audit
from pep_admin.exceptions import NotAllowed, Refused
from pep_admin.models import Job
from pep_admin.permissions import SYSTEM
from pep_admin.queries.jobs import SILENT_AFTER
from pep_admin.server.job_kinds import queue_drop
from pep_admin.server.jobs import JOB_KINDS, Made
from pep_admin.vocabulary import JobState
from pep_admin.workflow.jobs import asker_of

log = logging.getLogger("pep_admin.worker")

MOST_TRIES, FIRST_WAIT = 3, timedelta(seconds=30)
LONGEST_PROBLEM = 200
WORKERS_DIED = "Its worker stopped each time that it was tried. Ask for less at once, or tell whoever looks after this system."


class LeaseLost(Exception):
    """Another worker has the job now: what was done here must not be stored."""


class Stopping(Exception):
    """The worker is to end: the job goes back into the queue."""


class Cancelled(Exception):
    """Who asked for the job has stopped it: nothing of it is stored."""


@dataclass(frozen=True, slots=True)
class Lease:
    """A job that a worker holds."""

    id: int
    kind: str
    payload: Mapping[str, Any]
    tries: int
    holder: str

    @property
    def mine(self) -> tuple[ColumnElement[bool], ...]:
        """The job's row, as long as nobody has taken it over."""
        return Job.id == self.id, Job.holder == self.holder, Job.state == JobState.RUNNING


def due_jobs() -> ColumnElement[bool]:
    """What waits for a worker: jobs that are due, and those whose worker has been silent for too long."""
    now = datetime.now(UTC)
    silent = and_(Job.state == JobState.RUNNING, Job.beat_at < now - SILENT_AFTER)
    return and_(Job.kind.in_(JOB_KINDS), or_(and_(Job.state == JobState.QUEUED, Job.due_at <= now), silent))


def take_job(session: Session, holder: str) -> Lease | None:
    """Claim the oldest job that is due. One whose workers have died one after another is given up: it may be what kills them."""
    asked = select(Job.id, Job.state, Job.beat_at, Job.tries)
    row = session.execute(asked.where(due_jobs()).order_by(Job.due_at, Job.id).limit(1)).first()
    if row is None:
        return None
    now = datetime.now(UTC)
    values: dict[str, Any] = {"state": JobState.RUNNING, "holder": holder, "beat_at": now, "tries": Job.tries + 1, "done": 0}
    if given_up := row.state is JobState.RUNNING and row.tries >= MOST_TRIES:
        values = {"state": JobState.FAILED, "holder": None, "ended_at": now, "problem": WORKERS_DIED}
    unchanged = (Job.id == row.id, Job.state == row.state, Job.beat_at.is_not_distinct_from(row.beat_at))
    claim = update(Job).where(*unchanged).values(values).returning(Job.id, Job.kind, Job.payload, Job.tries)
    won = session.execute(claim.execution_options(synchronize_session=False)).first()
    session.commit()
    if won is not None and given_up:
        log.error("Job %s (%s) was given up: its worker stopped each of %s times.", won.id, won.kind, won.tries)
    return None if won is None or given_up else Lease(won.id, won.kind, dict(won.payload), won.tries, holder)


def note_beat(engine: Engine, lease: Lease, done: int | None, total: int | None) -> None:
    """Note that the worker lives and how far it is, in a short transaction. Raises LeaseLost, and Cancelled where that is asked."""
    known = {name: value for name, value in (("done", done), ("total", total)) if value is not None}
    values = {"beat_at": datetime.now(UTC), **known}
    with engine.execution_options(write=True).begin() as connection:
        beaten = connection.execute(update(Job).where(*lease.mine).values(values).returning(Job.cancel_asked_at)).first()
    if beaten is None:
        raise LeaseLost
    if beaten.cancel_asked_at is not None:
        raise Cancelled


def finish_job(session: Session, lease: Lease, made: Made) -> None:
    """Mark a job as done in the transaction of its writes. Raises Cancelled where it was stopped at the last moment."""
    values = {"state": JobState.DONE, "holder": None, "ended_at": datetime.now(UTC), "problem": None, "result": made.result,
              "file": made.file, "done": func.coalesce(Job.total, Job.done)}
    ended = update(Job).where(*lease.mine, Job.cancel_asked_at.is_(None)).values(values).returning(Job.id)
    if session.execute(ended.execution_options(synchronize_session=False)).first() is None:
        raise Cancelled if session.scalar(select(Job.id).where(*lease.mine)) is not None else LeaseLost
    if made.file is not None:
        queue_drop(session)


def end_job(session: Session, lease: Lease, problem: Exception) -> None:
    """Mark a job that did not come to its end: stopped, refused, given back, or put off. Raises LeaseLost."""
    ended = update(Job).where(*lease.mine).values(holder=None, **_marks_after(lease, problem)).returning(Job.id)
    if session.execute(ended.execution_options(synchronize_session=False)).first() is None:
        raise LeaseLost
    if isinstance(problem, Refused | NotAllowed):
        _record_refusal(session, lease, problem)


def _marks_after(lease: Lease, problem: Exception) -> dict[str, Any]:
    now = datetime.now(UTC)
    match problem:
        case Stopping():
            return {"state": JobState.QUEUED, "tries": lease.tries - 1}
        case Cancelled():
            return {"state": JobState.CANCELLED, "ended_at": now, "problem": None}
        case Refused() | NotAllowed():
            return {"state": JobState.FAILED, "ended_at": now, "problem": str(problem)[:LONGEST_PROBLEM]}
    if lease.tries >= MOST_TRIES:
        return {"state": JobState.FAILED, "ended_at": now, "problem": type(problem).__name__}
    return {"state": JobState.QUEUED, "due_at": now + FIRST_WAIT * 2 ** (lease.tries - 1), "problem": type(problem).__name__}


def _record_refusal(session: Session, lease: Lease, problem: Refused | NotAllowed) -> None:
    """What a job was refused with stands in the audit log, under the name of whoever asked for it."""
    session.info["actor"] = asker_of(lease.payload) if "asker" in lease.payload else SYSTEM
    codes = sorted({each.code for each in problem.findings}) if isinstance(problem, Refused) else [problem.permission]
    audit.record(session, lease.kind, object_type="job", object_id=lease.id, outcome="refused", codes=codes)
