"""How far a job is, as a page says it: in words, as a bar, and whether the page asks for itself again.

Pages of jobs (jobs.py) and of imports show it; what a job is and does is its kind's.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from sqlalchemy.orm import Session

from pep_admin.documents.pdf_batch import PDF_BATCH
from pep_admin.imports import large
from pep_admin.models import Job
from pep_admin.queries.jobs import has_lost_its_worker, has_no_worker
from pep_admin.vocabulary import JobState
from pep_admin.workflow.jobs import ACTIVE

SECONDS = 5
ASKS_FOR = timedelta(hours=2)
"""For so long a page asks for itself again: a forgotten window must not keep a session alive for a whole night."""
TITLES = {PDF_BATCH: "PDFs of PEPs", large.LOOK: "Looking at a file", large.LOAD: "Loading a file"}
THINGS = {PDF_BATCH: ("PEP", "PEPs")}
ROWS = ("row", "rows")
AT_THE_END = {PDF_BATCH: "All are made; the file is being finished.", large.LOOK: "All are compared; the outcome is being written.",
              large.LOAD: "All are compared once more; they are being stored now."}


@dataclass(frozen=True, slots=True)
class Progress:
    """What a page shows of a job; `refresh` is the number of seconds until it asks for itself again, 0 for never."""

    job: Job
    title: str
    sentence: str
    no_worker: bool
    refresh: int
    still: bool

    @property
    def active(self) -> bool:
        return self.job.state in ACTIVE

    @property
    def stopping(self) -> bool:
        return self.active and self.job.cancel_asked_at is not None


def progress_of(session: Session, job: Job, *, still: str = "") -> Progress:
    """How far that job is; `still` is what the address says when somebody wants the page to stand still."""
    no_worker, active = has_no_worker(session, job), job.state in ACTIVE
    is_young = datetime.now(UTC) - job.queued_at < ASKS_FOR
    refresh = SECONDS if active and is_young and not no_worker and not still else 0
    return Progress(job, title_of(job), _sentence(job), no_worker, refresh, bool(still))


def title_of(job: Job) -> str:
    """What a job is called on screen."""
    return TITLES.get(job.kind, job.kind)


def counted(job: Job) -> str:
    """“120 of 400 PEPs”; "" while nobody knows how many there are."""
    if job.total is None:
        return ""
    return f"{job.done:,} of {job.total:,} {THINGS.get(job.kind, ROWS)[job.total != 1]}"


def _sentence(job: Job) -> str:
    if job.state is JobState.QUEUED:
        return _waiting(job)
    if job.state is JobState.RUNNING and job.cancel_asked_at is not None:
        return "It is being stopped."
    if has_lost_its_worker(job):
        return "Nothing has been heard of it for some minutes: its worker may have stopped. It will be taken up again by itself."
    if job.state is JobState.RUNNING:
        at_the_end = job.total is not None and job.done >= job.total
        return AT_THE_END.get(job.kind, "Nearly done.") if at_the_end else f"{counted(job) or 'It has begun'}."
    if job.state is JobState.FAILED:
        return _failed(job)
    return {JobState.DONE: "Done.", JobState.CANCELLED: "It was stopped. Nothing of it was kept."}[job.state]


def _waiting(job: Job) -> str:
    if not job.tries or job.problem is None:
        return "It waits for its turn."
    return f"It did not work at the {('first', 'second')[min(job.tries, 2) - 1]} try, and is tried again by itself."


def _failed(job: Job) -> str:
    """A sentence of the program's where there is one; the name of a defect otherwise, for whoever looks into the log."""
    problem = job.problem or ""
    if " " in problem:
        return problem
    tries = "once" if job.tries == 1 else f"{job.tries} times"
    return (f"It was tried {tries} ({problem}). Ask for it again; if it happens again, tell whoever looks after this system that "
            f"job {job.id} failed.")
