"""A person's own jobs: one, those of the last days, and whether anybody works on what waits. Nobody sees another's."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from pep_admin.models import Job
from pep_admin.permissions import Actor
from pep_admin.vocabulary import JobState

SHOWN_FOR = timedelta(days=7)
MADE_FILE_KEPT_FOR = timedelta(hours=24)
SILENT_AFTER = timedelta(minutes=2)
"""A job without a beat for so long has lost its worker, and another takes it over."""
WAITS_LONG_AFTER = timedelta(minutes=1)


def find_job(session: Session, job_id: int, actor: Actor) -> Job | None:
    """A job of the actor's own; None for another's."""
    return session.scalar(select(Job).where(Job.id == job_id, Job.made_by == actor.id))


def jobs_of(session: Session, actor: Actor, limit: int = 50) -> list[Job]:
    """The actor's own jobs of the last week, and older ones that have not ended, newest first."""
    recent = or_(Job.queued_at >= datetime.now(UTC) - SHOWN_FOR, Job.state.in_((JobState.QUEUED, JobState.RUNNING)))
    return list(session.scalars(select(Job).where(Job.made_by == actor.id, recent).order_by(Job.id.desc()).limit(limit)))


def has_no_worker(session: Session, job: Job) -> bool:
    """Whether a job that is due has waited for more than a minute while no worker gave a sign of life."""
    now = datetime.now(UTC)
    if job.state is not JobState.QUEUED or now - max(job.queued_at, job.due_at) < WAITS_LONG_AFTER:
        return False
    alive = select(Job.id).where(Job.state == JobState.RUNNING, Job.beat_at >= now - SILENT_AFTER)
    return session.scalar(alive.limit(1)) is None


def has_lost_its_worker(job: Job) -> bool:
    """Whether a running job has been silent for too long."""
    return job.state is JobState.RUNNING and (job.beat_at is None or job.beat_at < datetime.now(UTC) - SILENT_AFTER)


def file_is_kept(job: Job) -> bool:
    """Whether what a job made can still be taken away, by the clock."""
    return job.file is not None and job.ended_at is not None and job.ended_at >= datetime.now(UTC) - MADE_FILE_KEPT_FOR
