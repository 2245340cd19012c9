"""PepModelView: what every list, details page, form and export of the admin inherits from Flask-Admin's ModelView, tamed.

The gate (who may open what, how a verb is run) is gate.py, fields and their reading base_forms.py, the filter bar filters.py,
how values are written formats.py. No noun of the domain is named here.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, ClassVar

from flask import abort, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_admin import expose
from flask_admin.contrib.sqla import ModelView
from sqlalchemy import func, select
from sqlalchemy.orm import Session
from wtforms import Form

from pep_admin import history
from pep_admin.permissions import Actor, Permission, can
from pep_admin.spreadsheet_cells import guarded
from pep_admin.validators import forms
from pep_admin.validators.findings import Finding, blocking
from pep_admin.views import filters, formats
from pep_admin.views.base_forms import PepForm, PepFormConverter, Proposed
from pep_admin.views.csv_files import csv_file, cut_off
from pep_admin.views.details import Change, Link, RelatedTable, names_in, said
from pep_admin.views.gate import Done, PepView
from pep_admin.views.hosting import Host, host, present_actor, whole_id
from pep_admin.views.listing import CappedCount, Column, Listing, list_left

__all__ = ["Done", "Host", "Link", "Listing", "PepModelView", "PepView", "Proposed", "RelatedTable", "host"]

MOST_CHOSEN = 500
MOST_EXPORTED = 5_000
LONGEST_SEARCH = 100


class PepModelView(PepView, ModelView):
    """A ModelView that is closed by default, scoped, versioned, audited and readable. Subclass it for one noun.

    What a subclass says about itself::

        class Peps(PepModelView):
            model = Pep                      # the table
            noun = "peps"                    # endpoint pep_peps, URL {admin.url}/{prefix}/peps/
            title = "PEPs"                   # the menu and the list's heading; `singular` ("PEP") heads one row
            singular = "PEP"
            group = "Children and PEPs"      # the menu's group, unless the host gave a category
            opens = {"index_view": Permission.PEP_READ, "details_view": Permission.PEP_READ,
                     "export": Permission.LIST_EXPORT, "action_view": Permission.PEP_READ,
                     "edit_view": Permission.PEP_EDIT, "create_view": …, "my_own_route": …}
            actions_open = {"grade": Permission.PEP_GRADE}
            records_views = True             # list, details and export are audited before the body leaves (fails closed)
            loads = (joinedload(Pep.child), joinedload(Pep.school))     # loader options of list, details, export
            withheld = {"case_rating": Permission.CASE_READ}   # columns and keys of filters that only their holders are shown

    `opens` maps the *function name* of each route to its permission; a route it does not name is not registered (404).
    Flask-Admin's own attributes keep their meaning: `column_list`, `column_labels`, `column_filters`, `column_searchable_list`,
    `column_sortable_list`, `column_default_sort`, `column_formatters`, `column_details_list`, `column_export_list`,
    `form_columns` (the allow-list of what a post may write), `form_args`, `form_extra_fields`, `on_model_change`, `@action`.
    There is no delete and no inline list edit. Filters: `OneOf`, `Related`, `Case`, `Day`, `Moment`, `Contains` of filters.py.

    In a route (all of PepView, for pages without a table too)::

        self.actor        Actor             who acts (never None inside a route that `opens` names)
        self.db_session   Session           this request's session; the scope is under it
        self.today, self.now                config.today(), config.now()
        self.may(Permission.X) -> bool      to show a button; the route's own permission is the gate
        self.page("pep/peps/x.html", status=200, **context)     renders; templates extend pep/base.html
        self.one_or_404(Model, id, *loader_options) -> Model    scoped; id as text: digits, at most 2147483647
        self.rows_for(ids) -> list[model]   all or nothing: one id missing, malformed or out of scope is 404; > 500 is 400
        self.moved(rows) -> list[model]     those whose posted `version-<id>` is not their row_version (missing counts)
        self.look_at(row, **details)        more about a look: a child's row that came of these two, or was loaded in any other way,
                                            is recorded before the page leaves without a word (looks.py); `lists` are not
        self.record_view("peps.list", rows=…)                   a look at many, audited at once; never under a write
        self.require_fresh()                a re-authentication not older than the host says, else sign-in (GET) or 401 page
        self.say("Saved.", "success")       flash: success | warning | error, shown in the next page's message region
        self.back_to("details_view", id=…)  a redirect (303) to one of this view's own pages
        self.way_to("pep_peps.index_view", **asked_for(status="returned")) -> url or None where not mounted or not open to them

    Running a verb: one call, one commit::

        done = self.commit(submit_pep, pep.id, version=…, today=self.today)      # verb(session, pep.id, actor=…, version=…, …)
        if done.findings:                    # Refused, or a database constraint in plain words: nothing was stored
            return self.page("pep/peps/submit.html", status=422, pep=pep, findings=done.findings)
        self.say("Sent to the Virtual School.")
        return self.back_to("details_view", id=pep.id)

    `commit` passes `session` first and `actor=` by name, begins a write transaction, commits once and rolls back on any
    exception. Refused gives `done.findings` (and an audit event "<verb>" with outcome "refused" and the rules' codes, after the
    rollback; name the row by `subject=`, else the first row among the arguments is meant). NotAllowed is an audited 403,
    NotFound 404, StaleRecord and StaleDataError 409 with what was typed, or, with `keep_stale=True`, `done.saved` (a dict) for a
    page of your own. `done.value` is what the verb returned.

    Bulk actions: `@action("grade", "Grade…")` on `def grade(self, ids)`; it returns a page: the preview. `/action/` has by then
    refused unknown names (404), names not in `actions_open` or not allowed (403, recorded), no row chosen (flash) and ids not all
    in scope (404). The preview's confirm posts to a route of your own; use the macro `confirm_rows(rows)` in the form: it
    writes `rowid` and `version-<id>` for each row. There: `rows = self.rows_for(request.form.getlist("rowid"))`, then
    `if self.moved(rows): return self.page(<the preview again>, status=409, moved=…)`.

    Checks: `check(self, proposed) -> list[Finding]` is called by `validate_form` with an object that reads like the row as it
    would be saved (the form's values over the row's; missing attributes are None). Blocking findings stand beside their field
    and stop the save; the others are shown after it.

    Hooks: `related(row) -> list[RelatedTable]`, `links(row) -> list[Link]` (buttons at the top), `details_context(row)`,
    `make(form) -> Done` (a noun whose rows are made by a verb), `details_template`, `list_template`, `create_template`,
    `edit_template` with blocks to extend (templates/pep/*.html). A choice of rows in a form is `base_forms.RowField`.
    Field macros: see templates/pep/_macros.html. Every form of yours: `{{ ui.hidden() }}` first (CSRF token and who is writing).
    """

    model: Any
    singular: ClassVar[str] = ""
    actions_open: ClassVar[dict[str, Permission]] = {}
    records_views: ClassVar[bool] = False
    withheld: ClassVar[Mapping[str, Permission]] = {}
    loads: ClassVar[Sequence[Any]] = ()

    can_create = can_edit = can_view_details = True  # `opens` decides; these only keep Flask-Admin from hiding things
    can_delete = False
    can_set_page_size = True
    named_filter_urls = True
    page_size = 20
    page_size_options = (20, 50, 100)
    column_display_pk = False
    column_auto_select_related = False
    column_details_list: Any = None
    column_export_list: Any = None
    column_labels: Any = None
    column_default_sort: Any = None
    column_sortable_list: Any = None
    form_columns: Any = None
    form_args: Any = None
    model_form_converter = PepFormConverter
    form_base_class = PepForm
    column_type_formatters = formats.SHOWN
    column_type_formatters_detail = formats.SHOWN
    column_type_formatters_export = formats.EXPORTED
    list_template = "pep/list.html"
    details_template = "pep/details.html"
    create_template = "pep/create.html"
    edit_template = "pep/edit.html"

    def __init__(self, place: Host) -> None:
        ModelView.__init__(self, self.model, place.db, name=self.title, category=place.category or self.group,
                           endpoint=f"pep_{self.noun}", url=place.own_url(self.noun))

    # --- reading, within the scope ---------------------------------------------------------------------------------------

    def get_query(self) -> Any:
        return super().get_query().options(*self.loads)

    def get_count_query(self) -> Any:
        return CappedCount([func.count("*")], session=self.db_session).of(self.model)

    def get_one(self, id: Any) -> Any:
        return self.db_session.scalar(select(self.model).where(self.model.id == whole_id(id)).options(*self.loads))

    def row_or_404(self) -> Any:
        """The row that `?id=` names, once and in digits; 404 otherwise."""
        asked = request.args.getlist("id")
        row = self.get_one(asked[0]) if len(asked) == 1 else None
        if row is None:
            abort(404)
        self.give([row], noted=self.records_views)
        return row

    def rows_for(self, ids: Iterable[Any]) -> list[Any]:
        """The rows of those ids in the ids' order, all of them or 404; more than 500 is 400."""
        wanted = list(dict.fromkeys(whole_id(each) for each in ids))
        if len(wanted) > MOST_CHOSEN:
            abort(400, description=f"Choose at most {MOST_CHOSEN} at a time. Nothing was changed.")
        found = self.db_session.scalars(select(self.model).where(self.model.id.in_(wanted)).options(*self.loads))
        by_id = {row.id: row for row in found}
        if len(by_id) != len(wanted):
            abort(404)
        self.give(by_id.values())
        return [by_id[each] for each in wanted]

    def moved(self, rows: Iterable[Any]) -> list[Any]:
        """Those rows that somebody changed since the page was shown, by the `version-<id>` that it posted."""
        return [row for row in rows if request.form.get(f"version-{row.id}") != str(row.row_version)]

    # --- the list ----------------------------------------------------------------------------------------------------------

    @expose("/")
    def index_view(self) -> ResponseReturnValue:
        """The list: searched, filtered, sorted, a page at a time."""
        listing = self._listing()
        if self.records_views:
            self.record_view(f"{self.noun}.list", object_type=self.noun, rows=len(listing.rows), searched=bool(listing.search),
                             filters=[each.label for each in listing.controls if each.value])
        actions, _ = self.get_actions_list()
        return self.page(self.list_template, listing=listing, actions=actions, get_value=self.get_list_value,
                         row_url=self.row_url, list_url=self._url_of(listing, "index_view"),
                         export_url=self._url_of(listing, "export", export_type="csv"))

    def _listing(self) -> Listing:
        asked = self._get_list_extra_args()
        size = self.get_safe_page_size(asked.page_size)
        column = self._get_column_by_idx(asked.sort)
        sort = column[0] if column and self.is_sortable(str(column[0])) else None

        def read(page: int) -> tuple[int, list[Any]]:
            count, rows = self.get_list(page, sort, bool(asked.sort_desc), asked.search, asked.filters, page_size=size)
            return count or 0, list(rows)

        count, rows = read(asked.page)
        if count and not rows:
            asked.page = (count - 1) // size
            count, rows = read(asked.page)
        listing = Listing(rows, count, asked.page, size, search=asked.search or "", controls=filters.controls(self, asked.filters))
        listing.asked = {
            "search": asked.search or None, "page_size": size if size != self.page_size else None,
            "sort": asked.sort if sort is not None else None, "desc": 1 if sort is not None and asked.sort_desc else None,
            **{each.name: each.value for each in listing.controls if each.value},
        }
        listing.columns = self._columns(listing, sort, bool(asked.sort_desc))
        return listing

    def _columns(self, listing: Listing, sort: Any, desc: bool) -> list[Column]:
        url, found = self._url_of(listing, "index_view"), []
        for index, (name, label) in enumerate(self._list_columns):
            is_sorted = name == sort
            leads = url(sort=index, desc=1 if is_sorted and not desc else None) if self.is_sortable(str(name)) else None
            found.append(Column(str(name), label, leads, ("descending" if desc else "ascending") if is_sorted else None))
        return found

    def _url_of(self, listing: Listing, route: str, **fixed: Any) -> Any:
        """A writer of addresses that keep what the list is asked for, changed as named."""

        def url(**changed: Any) -> str:
            return url_for(f"{self.endpoint}.{route}", **{**listing.asked, **fixed, **changed})

        return url

    def row_url(self, row: Any) -> str | None:
        """The details page of a row, where the one who acts may open it."""
        known = request.environ
        if (key := f"pep_admin.rows.{self.endpoint}") not in known:  # asked once for a page of a hundred rows
            known[key] = url_for(f"{self.endpoint}.details_view") if self.may_open("details_view") else ""
        return f"{known[key]}?id={row.id}" if known[key] else None

    def _apply_sorting(self, query: Any, joins: Any, sort_column: Any, sort_desc: bool) -> Any:
        query, joins = super()._apply_sorting(query, joins, sort_column, sort_desc)
        return query.order_by(self.model.id), joins  # equal rows keep their place from page to page

    def _get_list_extra_args(self) -> Any:
        asked = super()._get_list_extra_args()
        asked.page = min(max(asked.page or 0, 0), 1_000_000)
        # A backslash is a sign of its own to PostgreSQL's LIKE, which refuses a pattern that ends in one.
        asked.search = (asked.search or "").replace("\\", "").strip()[:LONGEST_SEARCH] or None
        return asked

    def _get_list_filter_args(self) -> Any:
        found = []
        for name, value in request.args.items():
            key = name.partition("_")[2] if name.startswith("flt") else ""
            index, each = (self._filter_args or {}).get(key, (None, None))
            if each is not None and self.shows(key) and value.strip() and filters.fits(each, value.strip()):
                found.append((index, str(each.name), value.strip()))
        return found or None

    def get_filter_arg(self, index: int, flt: Any) -> str:
        return flt.key if isinstance(flt, filters.PepFilter) else super().get_filter_arg(index, flt)

    # --- actions on chosen rows ----------------------------------------------------------------------------------------------

    def is_action_allowed(self, name: str) -> bool:
        permission = self.actions_open.get(name)
        return permission is not None and can(present_actor(), permission)

    @expose("/action/", methods=("POST",))
    def action_view(self) -> ResponseReturnValue:
        """A bulk action's preview, on rows that are all in scope."""
        name, ids = request.form.get("action", ""), request.form.getlist("rowid")
        if name not in self._actions_data or name not in self.actions_open:
            abort(404)
        if not self.is_action_allowed(name):
            self.refuse(self.actions_open[name], bulk=name)
        if not ids:
            self.say("Choose at least one row first.", "warning")
            return redirect(list_left() or url_for(".index_view"), code=303)
        self.rows_for(ids)
        return self._actions_data[name][0](ids) or self.back_to("index_view")

    # --- one row -------------------------------------------------------------------------------------------------------------

    @expose("/details/")
    def details_view(self) -> ResponseReturnValue:
        """One row: its fields, what belongs to it, and its history for those who may read that."""
        row = self.row_or_404()
        return self.page(self.details_template, row=row, fields=self.details_of(row), related=self.related(row),
                         links=self.links(row), timeline=self.timeline(row), **self.details_context(row))

    def details_of(self, row: Any) -> list[tuple[str, Any]]:
        """(label, shown value) of `column_details_list`."""
        write, by_type = self.column_formatters_detail or {}, self.column_type_formatters_detail or {}
        return [(label, self._get_list_value(None, row, str(name), write, by_type)) for name, label in self._details_columns
                if self.shows(str(name))]

    def shows(self, name: str) -> bool:
        """Whether a column or a filter, by its key, is shown to the one who acts."""
        return name not in self.withheld or self.may(self.withheld[name])

    def related(self, row: Any) -> list[RelatedTable]:
        """Tables of what belongs to the row."""
        return []

    def links(self, row: Any) -> list[Link]:
        """Buttons at the top of the details page."""
        return [Link("Change", url_for(f"{self.endpoint}.edit_view", id=row.id))] if self.may_open("edit_view") else []

    def details_context(self, row: Any) -> dict[str, Any]:
        """More for a details template of one's own."""
        return {}

    def timeline(self, row: Any) -> list[Change]:
        """What became of the row's fields, newest first; empty for those who may not read history."""
        if not self.may(Permission.HISTORY_READ):
            return []
        entries = history.timeline(self.db_session, row.__tablename__, row.id)
        names = names_in(self.db_session, [(entry, self.model) for entry in entries])
        return [Change.of(entry, self.model, self.column_labels, names) for entry in entries]

    # --- create and edit -------------------------------------------------------------------------------------------------------

    def check(self, proposed: Any) -> list[Finding]:
        """What the validators say of the row as it would be saved."""
        return []

    def validate_form(self, form: Any) -> bool:
        """The fields' own checks, and `check`; what that does not block is kept in `form.advice` and said after the save.

        A field that cannot be read has said so itself; `check` sees None there, and its findings on that field are left out.
        """
        readable = super().validate_form(form)
        wrong = {name: list(each.errors) for name, each in form._fields.items() if each.errors}
        values = {name: None if name in wrong else each.data for name, each in form._fields.items()}
        findings = self.check(Proposed(getattr(form, "_obj", None), values))
        form.advice = [each for each in findings if each.severity != "blocking"]
        self.put_on(form, blocking(findings))
        for name, errors in wrong.items():
            form._fields[name].errors = errors
        return readable and not blocking(findings)

    def put_on(self, form: Any, findings: Iterable[Finding]) -> None:
        """Findings beside their fields; those of no field stand in `form.head`, at the top of the page."""
        form.head = [*getattr(form, "head", ()), *forms.attach(form, findings)]

    @expose("/new/", methods=("GET", "POST"))
    def create_view(self) -> ResponseReturnValue:
        """A new row."""
        return self.new_row(self.create_form(), self.create_template)

    def new_row(self, form: Any, template: str, **context: Any) -> ResponseReturnValue:
        """The page of a new row's form; sent and right, the row is made."""
        if request.method == "POST" and self.validate_form(form):
            if (done := self.make(form)).ok:
                return self._saved(done.value, form, True)
            self.put_on(form, done.findings)
        return self.page(template, form=form, status=422 if request.method == "POST" else 200, **context)

    @expose("/edit/", methods=("GET", "POST"))
    def edit_view(self) -> ResponseReturnValue:
        """The row's own fields; a save over somebody else's newer save shows both and stores nothing."""
        row = self.row_or_404()
        form = self.edit_form(obj=row)
        if request.method != "POST":
            return self.page(self.edit_template, form=form, row=row)
        if request.form.get("row_version") != str(row.row_version):
            return self._both(row, form)
        if self.validate_form(form):
            done = self.commit(self._change, form, row, subject=row, keep_stale=True)
            if done.saved is not None:
                return self._both(self.row_or_404(), form)
            if done.ok:
                return self._saved(row, form, False)
            self.put_on(form, done.findings)
        return self.page(self.edit_template, form=form, row=row, status=422)

    def make(self, form: Any) -> Done[Any]:
        """Save what was typed as a new row; a noun whose rows are made by a verb runs that instead."""
        return self.commit(self._make, form)

    def _make(self, session: Session, form: Form, *, actor: Actor) -> Any:
        row = self.build_new_instance()
        form.populate_obj(row)
        session.add(row)
        self._on_model_change(form, row, True)
        session.flush()
        return row

    def _change(self, session: Session, form: Form, row: Any, *, actor: Actor) -> None:
        form.populate_obj(row)
        self._on_model_change(form, row, False)
        session.flush()

    def _saved(self, row: Any, form: Form, is_created: bool) -> ResponseReturnValue:
        self.after_model_change(form, row, is_created)
        self.say(f"{row} was added." if is_created else f"{row} was saved.")
        for each in getattr(form, "advice", ()):
            self.say(f"Please check: {each.sentence}", "warning")
        return redirect(self.get_save_return_url(row, is_created), code=303)

    def get_save_return_url(self, model: Any, is_created: bool = False) -> str:
        return self.row_url(model) or url_for(f"{self.endpoint}.index_view")

    def _both(self, row: Any, form: Form) -> ResponseReturnValue:
        """409: what stands there now beside what was typed, and the form to decide with."""
        stands = self._edit_form_class(None, obj=row)
        differing = [(each.label.text, said(stands[each.name]), said(each)) for each in form
                     if each.name in stands and said(stands[each.name]) != said(each)]
        return self.page(self.edit_template, form=form, row=row, differing=differing, status=409)

    def handle_view_exception(self, exc: Exception) -> bool:
        return False  # own routes answer for errors; nothing of a database's message reaches a page

    # --- export ----------------------------------------------------------------------------------------------------------------

    @expose("/export/<export_type>/")
    def export(self, export_type: str) -> ResponseReturnValue:
        """The list as CSV, as it is filtered now: at most 5,000 rows, and it says so when there are more."""
        if export_type != "csv":
            abort(404)
        if not self.may_open("export"):
            self.refuse(self.opens["export"])
        asked = self._get_list_extra_args()
        column = self._get_column_by_idx(asked.sort)
        count, rows = self.get_list(0, column[0] if column else None, bool(asked.sort_desc), asked.search, asked.filters,
                                    page_size=MOST_EXPORTED)
        self.record_view(f"{self.noun}.export", object_type=self.noun, rows=len(rows), of=count, searched=bool(asked.search),
                         filters=[name for _, name, _ in asked.filters or ()])
        columns = [(name, label) for name, label in self._export_columns if self.shows(str(name))]
        lines = ([self.get_export_value(row, name) for name, _ in columns] for row in rows)
        return csv_file(self.noun, self.today, [[guarded(str(label)) for _, label in columns], *lines,
                                                *cut_off(MOST_EXPORTED, count or 0)])

    def get_export_value(self, model: Any, name: Any) -> Any:
        value = super().get_export_value(model, name)
        return guarded(value) if isinstance(value, str) and not value.startswith("'") else value
