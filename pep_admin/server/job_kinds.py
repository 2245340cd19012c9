"""The kinds of jobs: each is a few lines around one verb or one piece of making. What they share is jobs.py's.

worker.py imports this, so that every worker knows them.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from flask import current_app
from sqlalchemy import update
from sqlalchemy.orm import Session

from pep_admin import config, outbox
from pep_admin.documents.pdf_batch import PDF_BATCH, result_of
from pep_admin.documents.pep_archive import Making, write_archive
from pep_admin.imports import large
from pep_admin.imports.keeping import DROP_OLD, drop_old
from pep_admin.models import Job
from pep_admin.permissions import SYSTEM, Permission
from pep_admin.queries.jobs import MADE_FILE_KEPT_FOR
from pep_admin.server import made_files
from pep_admin.server.jobs import Beat, Made, job_kind, read_only, require_asker
from pep_admin.workflow.chasing import REMIND, send_reminders
from pep_admin.workflow.drafts import DROP_OLD as DROP_OLD_DRAFTS
from pep_admin.workflow.drafts import drop_old as drop_old_drafts
from pep_admin.workflow.follow_up import FOLLOW_UP, follow_up

DROP_MADE = "jobs.drop_made"


@job_kind(DROP_OLD)
def _drop_old_imports(session: Session, payload: Mapping[str, Any], beat: Beat) -> None:
    """Files that were brought in to be loaded are kept for a day."""
    drop_old(session)


@job_kind(DROP_OLD_DRAFTS)
def _drop_old_drafts(session: Session, payload: Mapping[str, Any], beat: Beat) -> None:
    """And texts that were never saved, for a term."""
    drop_old_drafts(session, now=config.now())


@job_kind(DROP_MADE)
def _drop_made_files(session: Session, payload: Mapping[str, Any], beat: Beat) -> None:
    """So are those that were made, and what a worker that was killed left of one."""
    before = datetime.now(UTC) - MADE_FILE_KEPT_FOR
    made_files.drop_older(_made_folder(), before)
    gone = update(Job).where(Job.file.is_not(None), Job.ended_at < before).values(file=None)
    session.execute(gone.execution_options(synchronize_session=False))


@job_kind(REMIND)
def _remind(session: Session, payload: Mapping[str, Any], beat: Beat) -> Made:
    """Each morning's reminders; of a morning that was missed, today's."""
    done = send_reminders(session, actor=SYSTEM, today=config.today(), now=config.now())
    return Made({"reminders": done.reminders, "escalations": done.escalations})


@job_kind(FOLLOW_UP)
def _follow_up(session: Session, payload: Mapping[str, Any], beat: Beat) -> Made:
    """What follows from moves and answers, and each morning from the day."""
    return Made(dict(follow_up(session, today=config.today(), now=config.now(), run=str(payload["job"]),
                               at_once=bool(payload.get("at_once")))))


def queue_drop(session: Session) -> None:
    """Have the folder of made files swept when what is made now has been kept long enough."""
    job = outbox.queue_job(session, DROP_MADE, now=datetime.now(UTC))
    job.due_at = job.queued_at + MADE_FILE_KEPT_FOR


@job_kind(PDF_BATCH)
def _make_pdfs(session: Session, payload: Mapping[str, Any], beat: Beat) -> Made:
    """PDFs of many PEPs, as the one who asked reads them now, in one archive."""
    asker = require_asker(session, payload, Permission.PEP_PDF)
    settings = current_app.extensions["pep_admin"].settings
    making = Making(Path(settings["font_folder"]), config.now(), asker.name, settings["pdf_name"])

    def step(done: int, total: int) -> None:
        beat(done, total)
        require_asker(session, payload, Permission.PEP_PDF)  # an account that is closed meanwhile gets nothing

    with made_files.new_file(_made_folder()) as path:
        entries = write_archive(session, payload["peps"], path, job_id=payload["job"], actor=asker, making=making, step=step)
    return Made(result_of(entries), path.name)


@job_kind(large.LOOK)
def _look_at_files(session: Session, payload: Mapping[str, Any], beat: Beat) -> None:
    """Compare large files with what stands."""
    asker = require_asker(session, payload, Permission.IMPORT_RUN)
    read_only(session)
    large.look(session, payload["import"], actor=asker, today=config.today(), beat=beat)


@job_kind(large.LOAD)
def _load_files(session: Session, payload: Mapping[str, Any], beat: Beat) -> Made:
    """Load large files that were looked at."""
    asker = require_asker(session, payload, Permission.IMPORT_RUN)
    read_only(session)
    stored = large.load(session, payload, actor=asker, today=config.today(), now=config.now(), beat=beat)
    return Made({"stored": stored})


def _made_folder() -> Path:
    return Path(current_app.extensions["pep_admin"].settings["made_folder"])
