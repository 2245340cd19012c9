"""PDFs of PEPs: of one at once; of many, chosen in the list, by its filters or by a term, as a job, after a preview.

Mixed into the list of PEPs (peps.py), whose filters it reads. What a batch is and who may have it is documents/pdf_batch.py's.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from flask import Response, request, url_for
from flask.typing import ResponseReturnValue
from flask_admin import expose
from flask_admin.actions import action

from pep_admin.documents.pdf_batch import MOST_PDFS, ask_for_batch, look_at_batch
from pep_admin.documents.pdf_engine import PdfFailed
from pep_admin.documents.pdf_name import pdf_name
from pep_admin.documents.pep_pdf import build_pep_pdf
from pep_admin.models import Pep
from pep_admin.pep_document import read_document, with_judgements_before
from pep_admin.permissions import audience_for
from pep_admin.validators.findings import Finding
from pep_admin.views.base import PepModelView
from pep_admin.views.hosting import host, way_back
from pep_admin.vocabulary import Audience, PepStatus

MOST_NAMED = 50
"""PEPs that are left out and named; more are counted."""

if TYPE_CHECKING:
    Base = PepModelView
else:
    Base = object


class Pdfs(Base):
    """The routes and the action of PDFs."""

    _pep: Any

    @expose("/pdf/")
    def pdf(self) -> ResponseReturnValue:
        """The PEP as the actor may read it, as a PDF; a draft says so on every page."""
        pep = self._pep()
        audience, draft = audience_for(self.actor, pep.child), pep.status is not PepStatus.COMPLETE
        read = {pep.id: read_document(self.db_session, pep, audience=audience)}
        document = with_judgements_before(self.db_session, read)[pep.id]
        self.look_at(pep, "pep.pdf", audience=audience.value)
        try:
            made = build_pep_pdf(document, fonts=Path(host().settings["font_folder"]), made_at=self.now, made_by=self.actor.name,
                                 draft=draft)
        except PdfFailed as problem:
            return self.page("pep/peps/pdf_failed.html", status=500, pep=pep, problem=problem)
        name = pdf_name(host().settings["pdf_name"], pep, draft=draft)
        return Response(made.data, mimetype="application/pdf", headers={"Content-Disposition": f'attachment; filename="{name}"'})

    @action("pdfs", "PDFs…")
    def pdfs(self, ids: Sequence[str]) -> ResponseReturnValue:
        return self._preview([row.id for row in self.rows_for(ids)], chosen=ids)

    @expose("/pdfs/", methods=("GET", "POST"))
    def pdf_batch(self) -> ResponseReturnValue:
        """Which PEPs would be in the file, of those that the list's filters find or that were chosen; sent, the job for it."""
        chosen = request.form.getlist("rowid")
        ids = [row.id for row in self.rows_for(chosen)] if chosen else self._found()
        if request.method != "POST":
            return self._preview(ids)
        if request.form.get("seal") != look_at_batch(self.db_session, ids, actor=self.actor).seal:
            return self._preview(ids, chosen=chosen, moved=True, status=409)
        done = self.commit(ask_for_batch, ids)
        if done.value is None:
            return self._preview(ids, chosen=chosen, findings=done.findings, status=422)
        return self._to_the_job(done.value.id)

    def _to_the_job(self, job_id: int) -> ResponseReturnValue:
        self.say("The PDFs are being made. You can go on with other work; the file waits for you here for a day.")
        return Response(status=303, headers={"Location": url_for("pep_jobs.details_view", id=job_id)})

    def _found(self) -> list[int]:
        """The PEPs that the list would show for this address, on all its pages; one more than there may be where there are more."""
        asked = self._get_list_extra_args()
        query: Any = self.db_session.query(Pep.id)
        joins: dict[Any, Any] = {}
        if asked.search:
            query, _, joins, _ = self._apply_search(query, None, joins, {}, asked.search)
        if asked.filters:
            query, _, joins, _ = self._apply_filters(query, None, joins, {}, asked.filters)
        return [row.id for row in query.order_by(Pep.id).limit(MOST_PDFS + 1)]

    def _preview(
        self, ids: Sequence[int], *, chosen: Sequence[str] = (), moved: bool = False, findings: Sequence[Finding] = (),
        status: int = 200,
    ) -> ResponseReturnValue:
        found = look_at_batch(self.db_session, ids, actor=self.actor)
        self.record_view("peps.pdfs_preview", object_type="peps", rows=len(found.ids), chosen=bool(chosen))
        return self.page("pep/peps/pdfs.html", status=status, batch=found, chosen=chosen, moved=moved, findings=findings,
                         most=MOST_PDFS, named=MOST_NAMED, too_many=len(found.ids) > MOST_PDFS,
                         full=found.copies.get(Audience.CARE, 0), school=found.copies.get(Audience.SCHOOL, 0),
                         again=url_for(f"{self.endpoint}.pdf_batch") if chosen else way_back(""))
