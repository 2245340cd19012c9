"""Work in the background that a person asked for: their own jobs, how far each is, stopping it, taking away what it made.

What a job does is its kind's (server/job_kinds.py); nobody sees another's.
"""

from __future__ import annotations

from pathlib import Path
from typing import NoReturn

from flask import abort, send_file
from flask.typing import ResponseReturnValue
from flask_admin import expose

from pep_admin.documents.pdf_batch import PDF_BATCH, may_still_have
from pep_admin.imports import large
from pep_admin.models import Job
from pep_admin.permissions import Permission
from pep_admin.queries import jobs
from pep_admin.server.made_files import find_file
from pep_admin.views.gate import PepView
from pep_admin.views.hosting import host, whole_id
from pep_admin.views.job_progress import counted, progress_of, title_of
from pep_admin.vocabulary import JobState
from pep_admin.workflow.jobs import cancel_job


class Jobs(PepView):
    """One's own jobs of the last days."""

    noun = "jobs"
    title = "Background work"
    group = "Records"
    opens = {
        "index_view": Permission.JOB_OWN,
        "details_view": Permission.JOB_OWN,
        "cancel": Permission.JOB_OWN,
        "file": Permission.JOB_OWN,
    }

    @expose("/")
    def index_view(self) -> ResponseReturnValue:
        """One's own jobs of the last week, newest first."""
        mine = jobs.jobs_of(self.db_session, self.actor)
        return self.page("pep/jobs/list.html", jobs=mine, title_of=title_of, counted=counted, is_kept=jobs.file_is_kept)

    @expose("/details/")
    def details_view(self) -> ResponseReturnValue:
        """One job: what, since when, how far, what came of it."""
        job = self._job()
        progress = progress_of(self.db_session, job, still=self.asked_once("still"))
        return self.page("pep/jobs/details.html", job=job, progress=progress, has_file=self._path(job) is not None,
                         is_pdfs=job.kind == PDF_BATCH, outcome=self._outcome(job))

    @expose("/cancel/", methods=("POST",))
    def cancel(self) -> ResponseReturnValue:
        """Stop it: at once while it waits, else as soon as the worker looks up."""
        done = self.commit(cancel_job, self._job().id)
        if done.value is None:
            self.say(done.findings[0].sentence, "warning")
        elif done.value.state is JobState.CANCELLED:
            self.say("It was stopped. Nothing of it was kept.")
        else:
            self.say("It is being stopped.")
        return self.back_to("details_view", id=self._job().id)

    @expose("/file/")
    def file(self) -> ResponseReturnValue:
        """What it made, for whoever asked alone, as long as they may read all that is in it; recorded before it leaves."""
        job = self._job()
        path = self._path(job)
        if path is None or job.kind != PDF_BATCH:
            abort(404, description="This file is not here any more: files are kept for a day. Ask for it again.")
        if not self.may(Permission.PEP_PDF):
            self.refuse(Permission.PEP_PDF)
        if not may_still_have(self.db_session, job.result, actor=self.actor):
            self._refuse_file(job)
        self.record_view("job.file", job, peps=job.result["made"])
        ended = job.ended_at or job.queued_at
        return send_file(path, mimetype="application/zip", as_attachment=True, download_name=f"peps-{ended:%Y-%m-%d}.zip")

    def _refuse_file(self, job: Job) -> NoReturn:
        self.record_at_once("job.file", job, outcome="refused")
        abort(403, description="Not all of these PEPs are yours to read any more. Ask for the PDFs again: you get those that are.")

    def _path(self, job: Job) -> Path | None:
        return find_file(Path(host().settings["made_folder"]), job.file) if jobs.file_is_kept(job) else None

    def _job(self) -> Job:
        found = jobs.find_job(self.db_session, whole_id(self.asked_once("id")), self.actor)
        if found is None:
            abort(404)
        return found

    def _outcome(self, job: Job) -> str | None:
        """Where the outcome of an import stands that the job looked at or loaded."""
        if job.kind not in (large.LOOK, large.LOAD) or job.state is JobState.CANCELLED:
            return None
        return self.way_to("pep_imports.outcome", id=job.payload["import"])
