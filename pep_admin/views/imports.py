"""Imports on screen: choose files, look at what they would do, load them or not, take away the rows that are to be mended.

What a file means, and what is stored, is imports/'s. Nothing of a file stands in an address or a log.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from flask import Response, abort, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_admin import expose

from pep_admin.exceptions import NotFound, Refused
from pep_admin.imports import KINDS, Kind, keeping, large, matching
from pep_admin.imports.files import LARGEST_FILE
from pep_admin.imports.outcome import ROWS_ON_A_PAGE
from pep_admin.models import Import
from pep_admin.permissions import Permission
from pep_admin.validators.findings import Finding
from pep_admin.views.gate import PepView
from pep_admin.views.hosting import host, whole_id
from pep_admin.views.job_progress import progress_of
from pep_admin.views.listing import Listing
from pep_admin.vocabulary import RowFate

READ_FIRST = (RowFate.REFUSED, RowFate.WAITING, RowFate.NEW, RowFate.CHANGED, RowFate.UNCHANGED)
"""Which tab a page opens with: the first of these that has a row."""


class Imports(PepView):
    """Files that bring records in: first looked at, then loaded."""

    noun = "imports"
    title = "Imports"
    group = "Records"
    opens = {
        "index_view": Permission.IMPORT_RUN,
        "new": Permission.IMPORT_RUN,
        "outcome": Permission.IMPORT_RUN,
        "confirm": Permission.IMPORT_RUN,
        "discard": Permission.IMPORT_RUN,
        "mend": Permission.IMPORT_RUN,
    }

    @expose("/")
    def index_view(self) -> ResponseReturnValue:
        """What can be loaded, and one's own files of the last day."""
        mine = keeping.imports_of(self.db_session, self.actor)
        return self.page("pep/imports/index.html", kinds=[each for each in KINDS.values() if self.may(each.permission)],
                         waiting=[each for each in mine if each.loaded_at is None],
                         loaded=[each for each in mine if each.loaded_at is not None], titles=KINDS, deed=deed,
                         remembered=bool(matching.matches_of(self.db_session, KINDS.values())))

    # --- a file is handed in ---------------------------------------------------------------------------------------------

    @expose("/new/", methods=("GET", "POST"))
    def new(self) -> ResponseReturnValue:
        """The form for the files of one kind; sent, they are compared and kept for a day, and nothing is stored yet."""
        kind = self._kind(self.asked_once("kind"))
        if request.method != "POST":
            return self._form(kind)
        try:
            kept = self._look(kind, self._files(kind))
        except Refused as refused:
            self.record_at_once("import.look", outcome="refused", object_type="import", kind=kind.key,
                                codes=sorted({each.check for each in refused.findings}))
            return self._form(kind, request.form, refused.findings, 422)
        if kept.awaits_columns:
            return redirect(url_for("pep_import_columns.match", id=kept.id), code=303)
        return self.back_to("outcome", id=kept.id)

    def _look(self, kind: Kind, given: Mapping[str, keeping.Given]) -> Import:
        typed = {each.key: request.form.get(each.key, "") for each in kind.options}
        options = kind.read_options({**typed, "own_authority": host().settings.get("authority_code", "")})
        places = matching.as_remembered(matching.remembered(self.db_session, kind))
        tables = matching.open_known(kind, given, places)
        if tables is None or request.form.get("by_hand"):
            done = self.commit(matching.keep_to_match, kind, given, options)
        elif large.is_large(tables):
            done = self.commit(large.ask_to_look, kind, given, tables, options)
        else:
            plan = keeping.make_plan(self.db_session, kind, tables, options, actor=self.actor, today=self.today)
            done = self.commit(keeping.keep_import, kind, given, tables, options, plan)
        if done.value is None:
            raise Refused(done.findings)
        return done.value

    def _files(self, kind: Kind) -> dict[str, keeping.Given]:
        chosen = {part.key: request.files.get(part.key) for part in kind.parts}
        return {key: keeping.Given(_last_name(file.filename), file.stream) for key, file in chosen.items()
                if file is not None and file.filename}

    def _form(
        self, kind: Kind, typed: Mapping[str, str] | None = None, findings: Sequence[Finding] = (), status: int = 200
    ) -> ResponseReturnValue:
        options = [each.on(self.db_session, self.today) for each in kind.options]
        typed = {each.key: each.default for each in options} if typed is None else typed
        return self.page("pep/imports/new.html", status=status, kind=kind, options=options, typed=typed, findings=findings,
                         megabytes=LARGEST_FILE // 1024**2)

    def _kind(self, key: str) -> Kind:
        if key not in KINDS:
            abort(404)
        if not self.may(KINDS[key].permission):
            self.refuse(KINDS[key].permission)
        return KINDS[key]

    # --- its outcome -----------------------------------------------------------------------------------------------------

    @expose("/outcome/")
    def outcome(self) -> ResponseReturnValue:
        """What the files would do or did: a tab for each fate, fifty rows a page."""
        kept = self._kept()
        return self._progress(kept) if large.at_work(kept) else self._outcome(kept)

    @expose("/confirm/", methods=("POST",))
    def confirm(self) -> ResponseReturnValue:
        """Load what was looked at; 409 with the new outcome where something has changed since, and nothing is stored."""
        kept = self._kept()
        if large.at_work(kept):
            return self._progress(kept, status=409)
        verb = large.ask_to_load if large.is_large_import(kept) else keeping.confirm_import
        done = self.commit(verb, kept.id, shown=request.form.get("seal", ""),
                           good_rows=request.form.get("rows") == "good", today=self.today, now=self.now, subject=kept,
                           keep_stale=True)
        if done.value is not None and done.value.stored:
            self.say(f"Loaded: {said(KINDS[kept.kind], done.value.kept.outcome['counts'])}.")
            return self.back_to("outcome", id=kept.id)
        if done.value is not None and done.value.asked:
            return self.back_to("outcome", id=kept.id)
        moved = not done.findings
        return self._outcome(self._kept(), findings=done.findings, moved=moved, status=409 if moved else 422)

    @expose("/discard/", methods=("POST",))
    def discard(self) -> ResponseReturnValue:
        """Forget files that were only looked at."""
        done = self.commit(keeping.discard_import, self._kept(keeping.find_kept).id)
        if done.ok:
            self.say("The file is forgotten. Nothing was loaded.")
        else:
            self.say(done.findings[0].sentence, "warning")
        return self.back_to("index_view")

    @expose("/mend/")
    def mend(self) -> ResponseReturnValue:
        """The rows that are not stored, as CSV with a last column that says why."""
        kept = self._kept()
        part = self.asked_once("part")
        try:
            content = keeping.rows_to_mend(self.db_session, kept, part)
        except NotFound:
            abort(404)
        self.record_view("import.mend", kept, part=part)
        name = f"to-mend-{kept.id}-{part}.csv"
        return Response(content, mimetype="text/csv", headers={"Content-Disposition": f'attachment; filename="{name}"'})

    def _kept(self, find: Callable[..., Import] = keeping.find_import) -> Import:
        try:
            return find(self.db_session, whole_id(self.asked_once("id")), actor=self.actor)
        except NotFound:
            abort(404)

    def _outcome(
        self, kept: Import, *, findings: Sequence[Finding] = (), moved: bool = False, status: int = 200
    ) -> ResponseReturnValue:
        kind, counts = KINDS[kept.kind], kept.outcome["counts"]
        fate = self._fate(counts)
        listing = self._listing(kept, fate, counts[fate.value])
        self.record_view("import.read", kept, kind=kind.key, fate=fate.value, rows=len(listing.rows))
        moved = moved or large.was_moved(kept)
        return self.page("pep/imports/outcome.html", status=status, kept=kept, kind=kind, counts=counts, fates=RowFate, fate=fate,
                         listing=listing, findings=findings, moved=moved, seal=keeping.seal_of(kept), deed=deed(kind, counts),
                         failed=large.came_to_nothing(kept), said=said(kind, counts),
                         parts={part.key: part for part in kind.parts}, leads_to=self.way_to(kind.leads_to))

    def _progress(self, kept: Import, status: int = 200) -> ResponseReturnValue:
        """How far the job is that looks at large files or loads them."""
        return self.page("pep/imports/working.html", status=status, kept=kept, kind=KINDS[kept.kind],
                         progress=progress_of(self.db_session, kept.job, still=self.asked_once("still")) if kept.job else None)

    def _listing(self, kept: Import, fate: RowFate, count: int) -> Listing:
        listing, page = Listing([], count, 0, ROWS_ON_A_PAGE), self.asked_once("page")
        listing.page = min(int(page) if page.isascii() and page.isdigit() and len(page) < 9 else 0, listing.pages - 1)
        listing.rows = keeping.outcome_page(self.db_session, kept, fate, listing.page)
        return listing

    def _fate(self, counts: Mapping[str, int]) -> RowFate:
        asked = self.asked_once("show")
        if asked in list(RowFate):
            return RowFate(asked)
        return next((each for each in READ_FIRST if counts[each.value]), RowFate.NEW)


def deed(kind: Kind, counts: Mapping[str, int]) -> str:
    """What loading would do, as its button says it: “Add 12, change 3 schools”; "" where there is nothing to do."""
    new, changed = counts[RowFate.NEW], counts[RowFate.CHANGED]
    done = [f"{word} {count:,}" for word, count in (("add", new), ("change", changed)) if count]
    text = ", ".join(done)
    return f"{text[:1].upper()}{text[1:]} {kind.thing[new + changed != 1]}" if done else ""


def said(kind: Kind, counts: Mapping[str, int]) -> str:
    """What was loaded: “12 schools added, 3 changed”."""
    new, changed = counts[RowFate.NEW], counts[RowFate.CHANGED]
    if not new and not changed:
        return "nothing was to be changed"
    return f"{new:,} {kind.thing[new != 1]} added, {changed:,} changed"


def _last_name(path: str | None) -> str:
    """The name of a file without the folders that some browsers send along."""
    return (path or "").replace("\\", "/").rpartition("/")[2]
