"""Which heading of a file is which column: the step between choosing a file and its outcome, and what the team remembers of it.

What may be matched with what is imports/'s. The pages of imports themselves are imports.py's.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from flask import abort, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_admin import expose

from pep_admin.exceptions import NotFound, Refused
from pep_admin.imports import KINDS, keeping, large, matching
from pep_admin.imports.kinds import Kind, Part
from pep_admin.models import Import
from pep_admin.permissions import Permission
from pep_admin.validators.findings import Finding
from pep_admin.views.gate import PepView
from pep_admin.views.hosting import whole_id

_ROW = re.compile(r"column-([1-9][0-9]{0,9})", re.ASCII)
_COLUMN = re.compile(r"[1-9][0-9]{0,3}", re.ASCII)


class ImportColumns(PepView):
    """The columns of other people's files."""

    noun = "import_columns"
    title = "Remembered columns"
    group = "Records"
    in_menu = False
    opens = {"index_view": Permission.IMPORT_RUN, "change": Permission.IMPORT_RUN, "match": Permission.IMPORT_RUN}

    @expose("/")
    def index_view(self) -> ResponseReturnValue:
        """What the team remembers, by kind and file."""
        return self._remembered()

    @expose("/change/", methods=("POST",))
    def change(self) -> ResponseReturnValue:
        """Give remembered headings of one file other columns, or forget them."""
        kind, part = self._part()
        forgotten = set(request.form.getlist("forget"))
        wanted = {int(found[1]): None if found[1] in forgotten else value
                  for name, value in request.form.items() if (found := _ROW.fullmatch(name))}
        done = self.commit(matching.change_matches, kind, part.key, wanted)
        if done.value is None:
            return self._remembered(done.findings, 422)
        self.say("What is remembered is changed." if done.value else "Nothing was changed.")
        return self.back_to("index_view")

    @expose("/match/", methods=("GET", "POST"))
    def match(self) -> ResponseReturnValue:
        """Say which heading of a kept file is which column; sent, the file is compared, and nothing is stored yet."""
        kept = self._kept()
        if request.method != "POST":
            return self._form(kept)
        try:
            self._settle(kept, chosen := self._chosen(KINDS[kept.kind]))
        except Refused as refused:
            return self._form(self._kept(), chosen, refused.findings, 422)
        return redirect(url_for("pep_imports.outcome", id=kept.id), code=303)

    def _settle(self, kept: Import, chosen: Mapping[str, Mapping[str, int]]) -> None:
        kind, tables = KINDS[kept.kind], matching.open_matched(self.db_session, kept, chosen)
        if large.is_large(tables):
            done = self.commit(large.ask_to_look_as_matched, kept.id, tables, subject=kept)
        else:
            plan = keeping.make_plan(self.db_session, kind, tables, kept.options, actor=self.actor, today=self.today)
            done = self.commit(matching.settle_columns, kept.id, tables, plan, subject=kept)
        if not done.ok:
            raise Refused(done.findings)

    def _chosen(self, kind: Kind) -> dict[str, dict[str, int]]:
        """Places from 0 by part and column, as posted; -1 for what is no column's number, nothing where nothing was chosen."""
        given = {part.key: {each.key: request.form.get(f"{part.key}-{each.key}", "") for each in part.layout.columns}
                 for part in kind.parts}
        return {part: {key: int(value) - 1 if _COLUMN.fullmatch(value) else -1 for key, value in columns.items() if value}
                for part, columns in given.items()}

    def _form(
        self, kept: Import, chosen: Mapping[str, Mapping[str, int]] | None = None, findings: Sequence[Finding] = (),
        status: int = 200,
    ) -> ResponseReturnValue:
        files = matching.to_match(self.db_session, kept)
        self.record_view("import.read", kept, kind=kept.kind, columns=True)
        return self.page("pep/imports/match.html", status=status, kept=kept, kind=KINDS[kept.kind], files=files, findings=findings,
                         chosen={each.part.key: each.suggested for each in files} if chosen is None else chosen)

    def _remembered(self, findings: Sequence[Finding] = (), status: int = 200) -> ResponseReturnValue:
        kinds = [each for each in KINDS.values() if self.may(each.permission)]
        matches = matching.matches_of(self.db_session, kinds)
        return self.page("pep/imports/remembered.html", status=status, findings=findings, kinds=kinds, matches=matches,
                         typed=request.form)

    def _kept(self) -> Import:
        try:
            return matching.find_to_match(self.db_session, whole_id(self.asked_once("id")), actor=self.actor)
        except NotFound:
            abort(404)

    def _part(self) -> tuple[Kind, Part]:
        kind = KINDS.get(self.asked_once("kind"))
        part = next((each for each in kind.parts if each.key == self.asked_once("part")), None) if kind else None
        if kind is None or part is None:
            abort(404)
        return kind, part
