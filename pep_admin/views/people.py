"""People: designated teachers, social workers, carers and others, each with one address."""

from __future__ import annotations

from typing import Any

from flask import abort, request
from flask.typing import ResponseReturnValue
from flask_admin import expose
from sqlalchemy import or_, select
from sqlalchemy.orm import Session
from wtforms import BooleanField
from wtforms.validators import InputRequired

from pep_admin import signals
from pep_admin.models import Person, School
from pep_admin.permissions import Actor, Permission
from pep_admin.validators.children import check_name
from pep_admin.validators.findings import Finding
from pep_admin.validators.forms import Email
from pep_admin.views import call_notes, repeats
from pep_admin.views.base import Link, PepModelView, RelatedTable
from pep_admin.views.base_forms import DayField, PepForm, RowField
from pep_admin.views.filters import Case, OneOf
from pep_admin.vocabulary import PersonKind
from pep_admin.workflow.grants import GIVERS
from pep_admin.workflow.people import find_hanging, replace_person

REPLACED = frozenset({PersonKind.DESIGNATED_TEACHER, PersonKind.SOCIAL_WORKER, PersonKind.HEADTEACHER, PersonKind.SCHOOL_STAFF,
                      PersonKind.VIRTUAL_SCHOOL})
"""Kinds of people on whom schools, children or PEPs hang."""
MOST_NAMED = 50
"""Children a page names; further ones are counted."""


def replacement_of(person: Person) -> type[PepForm]:
    """The form that asks who takes somebody's place, and from when. Offered are those of the same kind who are here: they must be
    known before what was sent is read, for an answer is read with the list that was shown."""

    class Replacement(PepForm):
        """Who takes the place, and from when."""

        successor = RowField(
            "Who takes the place", [InputRequired("Choose who takes the place.")], model=Person,
            criteria=lambda: [Person.left_on.is_(None), Person.kind == person.kind, Person.id != person.id],
            order=(Person.last_name, Person.first_name), search=(Person.first_name, Person.last_name, Person.email))
        on = DayField("From", [InputRequired("Enter the day from which the other person is responsible.")])
        leaves = BooleanField("The person leaves: nobody can choose them any more")

    return Replacement


class People(PepModelView):
    """Named persons, with one e-mail each."""

    model = Person
    noun = "people"
    title = "People"
    singular = "Person"
    group = "Schools and people"
    opens = {
        "index_view": Permission.PERSON_READ,
        "details_view": Permission.PERSON_READ,
        "create_view": Permission.PERSON_EDIT,
        "edit_view": Permission.PERSON_EDIT,
        "export": Permission.LIST_EXPORT,
        "replace": Permission.PERSON_EDIT,
    }

    column_list = ("name", "kind", "organisation", "email", "phone", "address_works")
    column_details_list = ("kind", "organisation", "email", "phone", "address_works", "bounced_on", "left_on")
    column_export_list = ("last_name", "first_name", "kind", "organisation", "email", "phone", "bounced_on", "left_on")
    column_labels = {
        "name": "Name", "first_name": "First name", "last_name": "Last name", "kind": "Who they are", "email": "E-mail",
        "phone": "Telephone", "organisation": "School or organisation", "bounced_on": "Mail came back on", "left_on": "Left on",
        "address_works": "Mail reaches them",
    }
    column_descriptions = {
        "email": "The link to a PEP goes to this one address, so it must be right (HB-2.2).",
        "bounced_on": "Set when mail came back; empty it once the address is mended.",
        "left_on": "People who have left are no longer offered for choosing.",
    }
    column_formatters = {"address_works": lambda view, context, person, name: person.has_working_address}
    column_sortable_list = (("name", ("last_name", "first_name")), "kind", "organisation", "email")
    column_default_sort = [("last_name", False), ("first_name", False)]
    column_searchable_list = ("last_name", "first_name", "email", "organisation")
    column_filters = (
        OneOf(Person.kind, "Who they are", "kind", PersonKind),
        Case(Person.left_on, "Still here", "here", {
            "yes": ("Still here", lambda column: column.is_(None)),
            "no": ("Left", lambda column: column.is_not(None)),
        }),
        Case(Person.email, "E-mail", "email", {
            "missing": ("No address", lambda column: column.is_(None)),
            "bounced": ("Mail came back", lambda column: Person.bounced_on.is_not(None)),
        }),
    )
    form_columns = ("first_name", "last_name", "kind", "organisation", "email", "phone", "bounced_on", "left_on")
    form_args = {"email": {"validators": [Email()], "filters": [lambda text: text.lower() if text else None]}}

    def check(self, proposed: Any) -> list[Finding]:
        return [*check_name(proposed.first_name or "", "first_name"), *check_name(proposed.last_name or "", "last_name")]

    def _change(self, session: Session, form: Any, row: Person, *, actor: Actor) -> None:
        was_here = row.left_on is None
        super()._change(session, form, row, actor=actor)
        if was_here and row.left_on is not None and row.left_on <= self.today:
            signals.announce(session, signals.person_left, person_id=row.id)

    def links(self, row: Person) -> list[Link]:
        cover = self.way_to("pep_grants.cover", person=row.id) if row.kind in GIVERS and row.left_on is None else None
        url = self.way_to("pep_people.replace", id=row.id) if row.kind in REPLACED else None
        return [*super().links(row), *([Link("Name who stands in…", cover)] if cover else []),
                *([Link("Replace this person…", url)] if url else [])]

    @expose("/replace/", methods=("GET", "POST"))
    def replace(self) -> ResponseReturnValue:
        """Somebody else takes this person's place: what would move, who takes it, from when."""
        person = self.row_or_404()
        if person.kind not in REPLACED:
            abort(404)
        run = repeats.run_of(request.form.get("run", ""))
        form: Any = replacement_of(person)(request.form if request.method == "POST" else None)
        if request.method == "POST" and form.validate():
            done = self.commit(replace_person, person.id, form.successor.chosen_id, on=form.on.data, leaves=form.leaves.data,
                               today=self.today, now=self.now, run=run, subject=person)
            if done.ok:
                self.say(f"{form.successor.data.name} has taken the place of {person.name}.")
                return self.back_to("details_view", id=person.id)
            self.put_on(form, done.findings)
        return self.page("pep/people/replace.html", status=422 if request.method == "POST" else 200, row=person, form=form,
                         hanging=find_hanging(self.db_session, person.id), most=MOST_NAMED, run=run)

    def related(self, row: Person) -> list[RelatedTable]:
        found = self.db_session.scalars(
            select(School).where(or_(School.designated_teacher_id == row.id, School.headteacher_id == row.id))
            .order_by(School.name)
        )
        rows = [[self._school(each), "Designated teacher" if each.designated_teacher_id == row.id else "Headteacher"]
                for each in found]
        named = [RelatedTable("At schools", ("School", "As"), rows, "Not named by any school.")] if rows else []
        return [*named, *call_notes.of_person(self, row)]

    def _school(self, school: School) -> Any:
        url = self.way_to("pep_schools.details_view", id=school.id)
        return Link(school.name, url) if url else school.name
