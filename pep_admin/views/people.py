"""People: designated teachers, social workers, carers and others, each with one address."""

from __future__ import annotations

from typing import Any

from sqlalchemy import or_, select

from pep_admin.models import Person, School
from pep_admin.permissions import Permission
from pep_admin.validators.children import check_name
from pep_admin.validators.findings import Finding
from pep_admin.validators.forms import Email
from pep_admin.views.base import Link, PepModelView, RelatedTable
from pep_admin.views.filters import Case, OneOf
from pep_admin.vocabulary import PersonKind


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

    def related(self, row: Person) -> list[RelatedTable]:
        found = self.db_session.scalars(
            select(School).where(or_(School.designated_teacher_id == row.id, School.headteacher_id == row.id))
            .order_by(School.name)
        )
        rows = [[self._school(each), "Designated teacher" if each.designated_teacher_id == row.id else "Headteacher"]
                for each in found]
        return [RelatedTable("At schools", ("School", "As"), rows, "Not named by any school.")] if rows else []

    def _school(self, school: School) -> Any:
        url = self.way_to("pep_schools.details_view", id=school.id)
        return Link(school.name, url) if url else school.name
