"""Letting the money of Pupil Premium requests go: which may, what would go where, and the deed, in one commit (HB-6.7).

What holds a payment is validators/ppg.py's, said by workflow/payments.py; the list they are chosen in is ppg_requests.py's.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Any

from flask import request
from flask.typing import ResponseReturnValue
from flask_admin import expose
from flask_admin.actions import action

from pep_admin import queries
from pep_admin.models import PpgRequest
from pep_admin.views.base import MOST_CHOSEN, PepModelView
from pep_admin.views.cells import posted_versions
from pep_admin.views.request_forms import ReleaseForm
from pep_admin.vocabulary import Role
from pep_admin.workflow import payments


class Releasing(PepModelView):
    """The steps by which money goes, on the view of the requests."""

    column_details_list: Any = None
    column_export_list: Any = None

    @action("release", "Release funding…")
    def release(self, ids: Sequence[str]) -> ResponseReturnValue:
        return self.require_fresh() or self._preview(self.rows_for(ids))

    @expose("/release-all/")
    def release_all(self) -> ResponseReturnValue:
        """The preview of all that is approved, at most MOST_CHOSEN at a time."""
        ids, count = queries.approved_requests(self.db_session, MOST_CHOSEN)
        if not ids:
            self.say("No approved request is waiting for its money.", "warning")
            return self.back_to("index_view")
        return self.require_fresh() or self._preview(self.rows_for(ids), left_out=count - len(ids))

    def _preview(
        self, rows: Sequence[PpgRequest], *, status: int = 200, form: ReleaseForm | None = None, **more: Any
    ) -> ResponseReturnValue:
        plan = partial(payments.release_requests, self.db_session, [row.id for row in rows], actor=self.actor, today=self.today,
                       now=self.now, dry_run=True)
        planned = plan()
        alone = plan(alone_reason="given").released if Role.VS_HEAD in self.actor.roles else ()
        rows = self.rows_for(row.id for row in rows)  # read anew in one statement, with what belongs to each
        return self.page("pep/requests/release.html", status=status, rows=rows, planned=planned, form=form or ReleaseForm(),
                         alone=[each for each in alone if each not in planned.released], **more)

    @expose("/release/", methods=("POST",))
    def release_confirm(self) -> ResponseReturnValue:
        """Let the money go that the preview showed, in one commit."""
        if stop := self.require_fresh():
            return stop
        rows, form = self.rows_for(request.form.getlist("rowid")), ReleaseForm(request.form)
        ids = [row.id for row in rows]
        if not form.validate():
            return self._preview(rows, status=422, form=form)
        done = self.commit(payments.release_requests, ids, today=self.today, now=self.now, alone_reason=form.alone_reason.data,
                           versions=posted_versions(ids), keep_stale=True)
        rows = self.rows_for(ids)
        if done.value is None:
            return self._preview(rows, status=409, moved=True, form=form)
        return self.page("pep/requests/released.html", outcome=done.value, rows=rows)
