"""School calendars, their closures and one-off days off: lists, pages, forms. Whatever is saved here counts due days anew.

Which calendar holds and what is acceptable is judged elsewhere; here it is said which due days moved.
"""

from __future__ import annotations

from datetime import date
from typing import Any

from flask import request
from flask.typing import ResponseReturnValue
from flask_admin import expose
from sqlalchemy.orm import Session, joinedload, selectinload
from wtforms.validators import InputRequired

from pep_admin import queries
from pep_admin.deadlines import format_day
from pep_admin.models import AcademicYear, Closure, NonWorkingDay, School, SchoolCalendar
from pep_admin.permissions import Actor, Permission
from pep_admin.school_words import ClosureKind
from pep_admin.validators.calendars import check_day_off
from pep_admin.validators.findings import Finding
from pep_admin.views.base import Link, PepModelView, RelatedTable
from pep_admin.views.filters import Case, Day, OneOf, Related
from pep_admin.views.removing import Removable
from pep_admin.vocabulary import TermName
from pep_admin.workflow import calendars as verbs

MOST_NAMED = 60
"""PEPs whose move is told one by one; the note travels in a cookie, which holds little. The history of each tells it too."""
MOST_LISTED = 200
YEAR = {"order": (AcademicYear.starts_on.desc(),), "search": (AcademicYear.name,),
        "validators": [InputRequired("Choose the academic year.")]}
SCHOOL = {"order": (School.name,), "search": (School.name, School.urn), "validators": [InputRequired("Choose the school.")]}
TERM_DAYS = {f"{name}_{end}": f"{name.label}: {words}" for name in TermName for end, words in
             (("starts_on", "first day"), ("ends_on", "last day"), ("half_from", "half-term from"), ("half_to", "half-term to"))}


def tell(view: PepModelView, recount: verbs.Recount | None) -> None:
    """Say which due days moved, and which could not be counted."""
    if recount is None:
        return
    if moved := recount.moved:
        by_day: dict[date, list[str]] = {}
        for each in moved[:MOST_NAMED]:
            by_day.setdefault(each.after, []).append(each.reference)
        named = "; ".join(f"{', '.join(references)} to {format_day(day)}" for day, references in sorted(by_day.items()))
        more = f"; and {len(moved) - MOST_NAMED} more, each told in its history" if len(moved) > MOST_NAMED else ""
        view.say(f"Due days that moved with it: {named}{more}. PEPs that were sent or signed off keep theirs.")
    if unknown := recount.unknown:
        many = "1 open PEP keeps" if len(unknown) == 1 else f"{len(unknown)} open PEPs keep"
        view.say(f"{many} the due day that stands: the term dates that it takes to count it are not all on record.", "warning")


class Counting(PepModelView):
    """A list whose saves count due days anew; the verbs return what moved."""

    column_details_list: Any = None

    def after_model_change(self, form: Any, model: Any, is_created: bool) -> None:
        tell(self, getattr(form, "recount", None))

    def keep(self, session: Session, row: Any, actor: Actor) -> verbs.Recount:
        """Run the noun's verb."""
        raise NotImplementedError

    def _make(self, session: Session, form: Any, *, actor: Actor) -> Any:
        row = self.build_new_instance()
        with session.no_autoflush:
            form.populate_obj(row)
            self.complete(row, form)
            form.recount = self.keep(session, row, actor)
        return row

    def complete(self, row: Any, form: Any) -> None:
        """Set what the form does not ask on a new row."""

    def _change(self, session: Session, form: Any, row: Any, *, actor: Actor) -> None:
        with session.no_autoflush:
            form.populate_obj(row)
            form.recount = self.keep(session, row, actor)


class Kept(Removable, Counting):
    """A calendar, a closure or a day off: who may change it depends on whose it is."""

    column_details_list: Any = None

    def removing(self) -> Any:
        return verbs.remove, {}

    def after_removal(self, value: Any) -> None:
        tell(self, value)

    def may_change(self, row: Any) -> bool:
        return self.may(verbs.permission_for(row))

    def permit(self, row: Any) -> None:
        if not self.may_change(row):
            self.refuse(verbs.permission_for(row))


class Calendars(Kept):
    """Calendars of schools and of authorities, one for each academic year."""

    model = SchoolCalendar
    noun = "calendars"
    title = "School calendars"
    singular = "Calendar of an authority"
    group = "Years and terms"
    opens = {
        "index_view": Permission.SCHOOL_READ, "details_view": Permission.SCHOOL_READ, "create_view": Permission.TERM_EDIT,
        "add": Permission.SCHOOL_EDIT, "edit_view": Permission.SCHOOL_EDIT, "remove": Permission.SCHOOL_EDIT,
    }
    list_template = "pep/calendars/list.html"
    create_template = "pep/calendars/add.html"
    terms = tuple(TermName)
    edit_template = "pep/calendars/edit.html"
    loads = (joinedload(SchoolCalendar.school), joinedload(SchoolCalendar.year), selectinload(SchoolCalendar.closures))
    column_list = ("whose", "year", "follows", "closures")
    column_details_list = ("whose", "year", "follows", "note")
    column_labels = {
        **TERM_DAYS, "whose": "Calendar of", "year": "Academic year", "year_id": "Academic year", "school": "School",
        "school_id": "School", "local_authority_code": "Local authority number", "follows": "Terms", "closures": "Closures",
        "note": "Note", "school.name": "school",
    }
    column_formatters = {
        "follows": lambda view, context, row, name: view.terms_in_words(row),
        "closures": lambda view, context, row, name: str(len(row.closures)),
    }
    column_descriptions = {
        "local_authority_code": "Three figures, like 351. For every school with that number that has no calendar of its own.",
        "note": "Where the dates are from.",
    }
    column_sortable_list = (("whose", "school.name"), ("year", "year.starts_on"))
    column_default_sort = ("year.starts_on", True)
    column_searchable_list = ("school.name", "local_authority_code")
    column_filters = (
        Related(SchoolCalendar.year_id, "Academic year", "year", AcademicYear, order=(AcademicYear.starts_on.desc(),),
                search=(AcademicYear.name,)),
        Case(SchoolCalendar.school_id, "Calendar of", "whose", {
            "school": ("One school", lambda column: column.is_not(None)),
            "authority": ("An authority", lambda column: column.is_(None)),
        }),
        Case(SchoolCalendar.autumn_starts_on, "Terms", "terms", {
            "own": ("Its own", lambda column: column.is_not(None)),
            "follows": ("Those of another", lambda column: column.is_(None)),
        }),
    )
    form_columns = ("year", "local_authority_code", "school", *TERM_DAYS, "note")
    form_args = {"year": YEAR, "school": SCHOOL}

    def terms_in_words(self, row: SchoolCalendar) -> str:
        """Whose terms hold."""
        if not row.follows:
            return "Its own"
        return "Those of its authority, or of the Virtual School" if row.school_id is not None else "Those of the Virtual School"

    def create_form(self, obj: Any = None) -> Any:
        form = super().create_form(obj)
        del form["local_authority_code" if request.endpoint == f"{self.endpoint}.add" else "school"]
        return _together(form)

    def edit_form(self, obj: Any = None) -> Any:
        form = super().edit_form(obj)
        for name in ("year", "local_authority_code", "school"):
            del form[name]
        return _together(form)

    @expose("/add/", methods=("GET", "POST"))
    def add(self) -> ResponseReturnValue:
        """A calendar of one school; `?school=` chooses it beforehand."""
        form = self.create_form()
        if request.method == "GET" and (asked := self.asked_once("school")):
            form.school.data = self.one_or_404(School, asked)
        return self.new_row(form, self.create_template, of_a_school=True)

    def check(self, proposed: Any) -> list[Finding]:
        return verbs.find_wrong_in_calendar(self.db_session, proposed)

    def keep(self, session: Session, row: Any, actor: Actor) -> verbs.Recount:
        return verbs.save_calendar(session, row, actor=actor)

    def related(self, row: SchoolCalendar) -> list[RelatedTable]:
        held = verbs.terms_that_hold(self.db_session, row)
        rows = [[each.starts_on, each.ends_on, each.half_term_from, each.half_term_to] for each in held]
        headings = ("First day", "Last day", "Half-term from", "Half-term to")
        terms = RelatedTable("Terms that hold", headings, rows, "The terms of this year are not on record yet.")
        return [terms, self._closures(row), self._peps(row)]

    def _closures(self, row: SchoolCalendar) -> RelatedTable:
        rows = [[Link(each.kind.label, self.way_to("pep_closures.details_view", id=each.id) or ""), each.starts_on, each.ends_on,
                 each.note] for each in row.closures]
        new = self.way_to("pep_closures.add", calendar=row.id) if self.may_change(row) else None
        return RelatedTable("Closures", ("Kind", "First day", "Last day", "Note"), rows, "No closure yet.",
                            [Link("Add a closure", new)] if new else [])

    def _peps(self, row: SchoolCalendar) -> RelatedTable:
        """References alone: what they are about stands on their own pages."""
        found = queries.counted_peps(self.db_session, verbs.concerned(row)) if self.may(Permission.PEP_READ) else []
        rows = [[Link(each.reference, self.way_to("pep_peps.details_view", id=each.id) or ""), each.due_on, each.due_rule]
                for each in found[:MOST_LISTED]]
        return RelatedTable("Open PEPs with a due day in school days here", ("PEP", "Due", "How that was worked out"), rows,
                            "None now. The others are due by their term’s deadline.")


def _together(form: Any) -> Any:
    """The days of the terms go together, all or none: no single one of them is called optional."""
    for name in TERM_DAYS:
        form[name].flags.hidden = True
    return form


class Closures(Kept):
    """Days of a term on which a school is shut to its pupils."""

    model = Closure
    noun = "closures"
    title = "Closures"
    singular = "Closure"
    list_template = "pep/calendars/closures.html"
    group = "Years and terms"
    opens = {
        "index_view": Permission.SCHOOL_READ, "details_view": Permission.SCHOOL_READ, "add": Permission.SCHOOL_EDIT,
        "edit_view": Permission.SCHOOL_EDIT, "remove": Permission.SCHOOL_EDIT,
    }
    loads = (joinedload(Closure.calendar).joinedload(SchoolCalendar.school),
             joinedload(Closure.calendar).joinedload(SchoolCalendar.year))
    column_list = ("starts_on", "ends_on", "kind", "calendar", "note")
    column_details_list = ("calendar", "kind", "starts_on", "ends_on", "note")
    column_labels = {"calendar": "Calendar", "calendar_id": "Calendar", "kind": "Kind", "starts_on": "First day",
                     "ends_on": "Last day", "note": "Note"}
    column_descriptions = {
        "ends_on": "The same day again for a single one.",
        "note": "What it is for. Asked for where the kind is “Other”.",
    }
    column_sortable_list = ("starts_on", "ends_on", "kind")
    column_default_sort = ("starts_on", True)
    column_searchable_list = ("note",)
    column_filters = (
        OneOf(Closure.kind, "Kind", "kind", ClosureKind), Day(Closure.ends_on, "On or after", "from", after=True),
        Day(Closure.starts_on, "On or before", "to", after=False),
    )
    form_columns = ("kind", "starts_on", "ends_on", "note")

    @expose("/add/", methods=("GET", "POST"))
    def add(self) -> ResponseReturnValue:
        """A closure in the calendar that `?calendar=` names."""
        calendar = self.one_or_404(SchoolCalendar, self.asked_once("calendar"))
        self.permit(calendar)
        form: Any = self.create_form()
        form.calendar_of = calendar
        page = self.way_to("pep_calendars.details_view", id=calendar.id)
        return self.new_row(form, "pep/add_to.html", parent=calendar, parent_url=page)

    def check(self, proposed: Any) -> list[Finding]:
        calendar = proposed.calendar or self.one_or_404(SchoolCalendar, self.asked_once("calendar"))
        return verbs.find_wrong_in_closure(self.db_session, proposed, calendar)

    def complete(self, row: Any, form: Any) -> None:
        row.calendar = form.calendar_of

    def keep(self, session: Session, row: Any, actor: Actor) -> verbs.Recount:
        return verbs.save_closure(session, row, actor=actor)

    def get_save_return_url(self, model: Any, is_created: bool = False) -> str:
        return self.way_to("pep_calendars.details_view", id=model.calendar_id) or super().get_save_return_url(model, is_created)


class DaysOff(Kept):
    """One-off days on which nobody works in England; the usual bank holidays are known."""

    model = NonWorkingDay
    noun = "days_off"
    title = "Extra days off"
    singular = "Extra day off"
    group = "Years and terms"
    opens = {
        "index_view": Permission.TERM_READ, "details_view": Permission.TERM_READ, "create_view": Permission.TERM_EDIT,
        "edit_view": Permission.TERM_EDIT, "remove": Permission.TERM_EDIT,
    }
    list_template = "pep/calendars/days_off.html"
    column_list = column_details_list = ("day_on", "name")
    column_labels = {"day_on": "Day", "name": "What for"}
    column_descriptions = {"name": "Such as “Bank holiday for the coronation”."}
    column_sortable_list = ("day_on", "name")
    column_default_sort = ("day_on", True)
    column_searchable_list = ("name",)
    column_filters = (Day(NonWorkingDay.day_on, "On or after", "from", after=True),
                      Day(NonWorkingDay.day_on, "On or before", "to", after=False))
    form_columns = ("day_on", "name")
    form_args = {"name": {"validators": [InputRequired("Say what the day is for.")]}}

    def check(self, proposed: Any) -> list[Finding]:
        return check_day_off(proposed.day_on)

    def keep(self, session: Session, row: Any, actor: Actor) -> verbs.Recount:
        return verbs.save_day_off(session, row, actor=actor)
