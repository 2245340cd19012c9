"""Long work that a person asks for: asked as a job, stopped again. Nobody has more than a few at a time.

What a job does, and who may take away what it made, is its kind's matter; server/worker.py runs it. Times are the true clock's.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from pep_admin import audit, outbox
from pep_admin.exceptions import NotFound
from pep_admin.models import Job
from pep_admin.permissions import Actor
from pep_admin.vocabulary import JobState, Role
from pep_admin.workflow.taking import refuse

MOST_AT_ONCE = 5
"""Jobs of one person that wait or run: a button that is pressed again and again fills no queue."""
ACTIVE = (JobState.QUEUED, JobState.RUNNING)

CleanUp = Callable[[Session, Mapping[str, Any]], None]
CLEAN_UPS: dict[str, CleanUp] = {}
"""What a job that was stopped leaves to be taken away, by kind: `clean_up(session, payload)`."""


def cleans_up(kind: str) -> Callable[[CleanUp], CleanUp]:
    """Register what takes away what was prepared for a job of that kind that was stopped."""

    def register(clean_up: CleanUp) -> CleanUp:
        CLEAN_UPS[kind] = clean_up
        return clean_up

    return register


def ask_job(session: Session, kind: str, *, actor: Actor, total: int | None = None, **payload: Any) -> Job:
    """A job of the actor's own, done as them: with the roles that they have when it begins. The caller has judged whether they may.

    Raises Refused when five of theirs are waiting or running.
    """
    mine = select(func.count()).select_from(Job).where(Job.made_by == actor.id, Job.state.in_(ACTIVE))
    if session.scalar(mine) >= MOST_AT_ONCE:  # type: ignore[operator]  # a count is never None
        message = f"{MOST_AT_ONCE} pieces of your background work are waiting or running. Wait for one of them, or stop it."
        raise refuse("jobs-many", "DATA-status", message)
    asker = {"id": actor.id, "name": actor.name, "roles": sorted(actor.roles), "person": actor.person_id}
    job = outbox.queue_job(session, kind, now=datetime.now(UTC), asker=asker, **payload)
    job.made_by, job.made_name, job.total = actor.id, actor.name, total
    session.flush()
    return job


def asker_of(payload: Mapping[str, Any]) -> Actor:
    """Who asked for a job, with the roles that they had then."""
    asker = payload["asker"]
    return Actor(asker["id"], asker["name"], frozenset(Role(each) for each in asker["roles"]), asker["person"])


def cancel_job(session: Session, job_id: int, *, actor: Actor) -> Job:
    """Stop a job of one's own: at once while it waits, else at its next beat. Raises Refused when it has ended already."""
    job = session.scalar(
        select(Job).where(Job.id == job_id, Job.made_by == actor.id).with_for_update().execution_options(populate_existing=True)
    )
    if job is None:
        raise NotFound
    if job.state not in ACTIVE:
        raise refuse("job-ended", "DATA-status", "It had ended already, so nothing was stopped.")
    job.cancel_asked_at = job.cancel_asked_at or datetime.now(UTC)
    if job.state is JobState.QUEUED:
        _stop_waiting(session, job)
    audit.record(session, "job.cancel", job, kind=job.kind)
    return job


def _stop_waiting(session: Session, job: Job) -> None:
    """End a job that no worker holds; one that takes it at this moment sees the request at its first beat."""
    waiting = update(Job).where(Job.id == job.id, Job.state == JobState.QUEUED)
    ended = waiting.values(state=JobState.CANCELLED, ended_at=datetime.now(UTC), problem=None).returning(Job.id)
    session.flush()
    if session.execute(ended.execution_options(synchronize_session=False)).first() is not None:
        clean_up(session, job.kind, job.payload)
    session.refresh(job)


def clean_up(session: Session, kind: str, payload: Mapping[str, Any]) -> None:
    """Take away what was prepared for a job that was stopped."""
    if kind in CLEAN_UPS:
        CLEAN_UPS[kind](session, payload)
