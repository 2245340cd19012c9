"""The roll on screen: the list of children, a child's page, and the forms by which one enters, moves and leaves.

Every change of school, worker or home is a verb of workflow/roll.py; the plain form only corrects what was typed wrong.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import request
from flask.typing import ResponseReturnValue
from flask_admin import expose
from sqlalchemy import select
from sqlalchemy.orm import joinedload
from wtforms import StringField
from wtforms.validators import InputRequired, Length

from pep_admin import config
from pep_admin.deadlines import format_day
from pep_admin.models import CarePlacement, Caseload, Child, Enrolment, Pep, Person, School, SdqScore
from pep_admin.permissions import Permission, audience_for
from pep_admin.school_calendar import year_group
from pep_admin.validators.children import check_child
from pep_admin.validators.findings import Finding
from pep_admin.views import formats
from pep_admin.views.base import Done, Link, PepModelView, RelatedTable
from pep_admin.views.base_forms import DayField, LabelField, PepForm, RowField
from pep_admin.views.filters import Case, OneOf, Related
from pep_admin.vocabulary import Audience, LeavingReason, LegalStatus, PersonKind, PlacementKind, SenStatus
from pep_admin.workflow import roll

NOT_LEFT = Person.left_on.is_(None)


def school_field(label: str, **more: Any) -> RowField:
    """A school to choose, of those that are open."""
    return RowField(label, model=School, criteria=lambda: [School.closed_on.is_(None)], order=(School.name,),
                    search=(School.name, School.urn), label_of=_school_label, **more)


def person_field(label: str, kind: PersonKind, **more: Any) -> RowField:
    """A person of one kind to choose, of those who have not left."""
    return RowField(label, model=Person, criteria=lambda: [NOT_LEFT, Person.kind == kind],
                    order=(Person.last_name, Person.first_name), search=(Person.first_name, Person.last_name, Person.email), **more)


def _school_label(school: School) -> str:
    return f"{school.name}, {school.town}" if school.town else school.name


def group_of(child: Child, view: PepModelView) -> str:
    """The year group today, or the one that was set by hand."""
    return child.year_group_override or year_group(child.date_of_birth, view.today) or formats.NOTHING


def care_of(child: Child, view: PepModelView) -> str:
    """Whether the child is in care on this day, in words."""
    left = child.left_care_on
    return "In care" if left is None or left > view.today else f"Left {format_day(left)}"


class ChangeSchool(PepForm):
    """A move to another school, or out of any."""

    school = school_field("New school", blank="No school at present")
    on = DayField("First day there", [InputRequired("Enter the first day at the new school.")])
    reason = LabelField(LeavingReason, label="Why the child left the last school")


class ChangeWorker(PepForm):
    """Another social worker."""

    person = person_field("New social worker", PersonKind.SOCIAL_WORKER, blank="Nobody at present")
    on = DayField("From", [InputRequired("Enter the day from which the new social worker is responsible.")])


class ChangeHome(PepForm):
    """Another home."""

    kind = LabelField(PlacementKind, label="Kind of home", validators=[InputRequired("Choose the kind of home.")])
    carer = person_field("Carer", PersonKind.CARER, blank="Nobody named")
    on = DayField("From", [InputRequired("Enter the day of the move.")])


class LeaveCare(PepForm):
    """The end of care."""

    on = DayField("Last day in care", [InputRequired("Enter the last day in care.")])
    reason = StringField("Reason", [InputRequired("Say why the child leaves care."), Length(max=200)])


class Children(PepModelView):
    """Children in care, and those who were."""

    model = Child
    noun = "children"
    title = "Children"
    singular = "Child"
    group = "Children and PEPs"
    opens = {
        "index_view": Permission.CHILD_READ,
        "details_view": Permission.CHILD_READ,
        "create_view": Permission.CHILD_EDIT,
        "edit_view": Permission.CHILD_EDIT,
        "export": Permission.LIST_EXPORT,
        "change_school": Permission.CHILD_EDIT,
        "change_worker": Permission.CHILD_EDIT,
        "change_home": Permission.CHILD_EDIT,
        "leave_care": Permission.CHILD_EDIT,
    }
    records_views = True
    loads = (joinedload(Child.school), joinedload(Child.social_worker))

    column_list = ("name", "year_group", "school", "social_worker", "sen_status", "entered_care_on", "care")
    column_details_list = ("known_as", "date_of_birth", "year_group", "upn", "lcs_id", "care", "legal_status",
                           "entered_care_on", "notified_on", "sen_status", "ehcp_review_on", "school", "social_worker", "carer")
    column_export_list = ("last_name", "first_name", "known_as", "date_of_birth", "year_group", "upn", "lcs_id", "school",
                          "social_worker", "legal_status", "sen_status", "ehcp_review_on", "entered_care_on", "left_care_on")
    column_labels = {
        "name": "Name", "year_group": "Year", "sen_status": "SEN", "entered_care_on": "Came into care", "care": "Care",
        "known_as": "Known as", "date_of_birth": "Date of birth", "upn": "UPN", "lcs_id": "Care record (LCS) number",
        "legal_status": "Legal status", "notified_on": "Virtual School told on", "ehcp_review_on": "Next EHCP review",
        "left_care_on": "Left care on", "first_name": "First name", "last_name": "Last name", "social_worker": "Social worker",
        "school": "School", "carer": "Carer", "year_group_override": "Year group, if not by age",
        "year_group_reason": "Why another year group", "school_id": "School", "social_worker_id": "Social worker",
        "carer_id": "Carer",
    }
    column_formatters = {
        "year_group": lambda view, context, child, name: group_of(child, view),
        "care": lambda view, context, child, name: care_of(child, view),
    }
    column_formatters_detail = {
        **column_formatters, "year_group": lambda view, context, child, name: group_of(child, view) + (
            f" (set by hand: {child.year_group_reason})" if child.year_group_override else ""),
    }
    column_sortable_list = (("name", ("last_name", "first_name")), ("school", "school.name"),
                            ("social_worker", "social_worker.last_name"), "sen_status", "entered_care_on")
    column_default_sort = [("last_name", False), ("first_name", False)]
    column_searchable_list = ("last_name", "first_name", "known_as", "upn", "lcs_id")
    column_filters = (
        Case(Child.left_care_on, "Care", "care", {
            "in": ("In care now", lambda column: column.is_(None) | (column > config.today())),
            "left": ("Left care", lambda column: column <= config.today()),
        }),
        Related(Child.school_id, "School", "school", School, order=(School.name,), search=(School.name,), label_of=_school_label),
        Related(Child.social_worker_id, "Social worker", "worker", Person, order=(Person.last_name, Person.first_name),
                search=(Person.first_name, Person.last_name), criteria=(Person.kind == PersonKind.SOCIAL_WORKER,)),
        OneOf(Child.sen_status, "SEN", "sen", SenStatus),
        OneOf(Child.legal_status, "Legal status", "legal", LegalStatus),
    )

    form_columns = ("first_name", "last_name", "known_as", "date_of_birth", "upn", "lcs_id", "entered_care_on", "notified_on",
                    "legal_status", "sen_status", "ehcp_review_on", "year_group_override", "year_group_reason")
    column_descriptions = {
        "known_as": "What the child likes to be called, if not the first name.",
        "upn": "Thirteen characters, from the school's census, like B801200005001.",
        "lcs_id": "The number in the social-care case system.",
        "notified_on": "When the Virtual School was told. The due dates count from coming into care.",
        "year_group_override": "N1, N2, R or 1 to 13, only where the child is taught with another year.",
    }

    # --- the child's page ------------------------------------------------------------------------------------------------

    def links(self, row: Child) -> list[Link]:
        offered = [
            ("Correct the record", "edit_view"), ("Change school", "change_school"), ("Change social worker", "change_worker"),
            ("Change home", "change_home"), *([] if row.left_care_on else [("Leaves care", "leave_care")]),
        ]
        found = [(text, self.way_to(f"{self.endpoint}.{route}", id=row.id)) for text, route in offered]
        return [Link(text, url) for text, url in found if url]

    def related(self, row: Child) -> list[RelatedTable]:
        tables = [self._peps(row), self._enrolments(row)]
        if audience_for(self.actor, row) is Audience.CARE:
            tables += [self._homes(row), self._workers(row)]
        return [*tables, self._sdq(row)]

    def _peps(self, child: Child) -> RelatedTable:
        found = self.db_session.scalars(
            select(Pep).where(Pep.child_id == child.id).options(joinedload(Pep.term), joinedload(Pep.school))
            .order_by(Pep.due_on.desc(), Pep.id.desc())
        )
        rows = [[self._link(pep.reference, "pep_peps.details_view", id=pep.id), pep.term.label, pep.kind, pep.status, pep.due_on,
                 pep.school, pep.grade] for pep in found]
        opened = self.way_to("pep_peps.open_pep", child=child.id)
        return RelatedTable("PEPs", ("Reference", "Term", "Kind", "Status", "Due", "School", "Grade"), rows, "No PEP yet.",
                            [Link("Open a PEP", opened)] if opened else [])

    def _enrolments(self, child: Child) -> RelatedTable:
        found = self.db_session.scalars(
            select(Enrolment).where(Enrolment.child_id == child.id).options(joinedload(Enrolment.school))
            .order_by(Enrolment.started_on.desc())
        )
        rows = [[self._link(each.school.name, "pep_schools.details_view", id=each.school_id), each.started_on, each.ended_on,
                 each.leaving_reason] for each in found]
        return RelatedTable("Schools", ("School", "From", "To", "Why it ended"), rows, "No school on record.")

    def _homes(self, child: Child) -> RelatedTable:
        found = self.db_session.scalars(
            select(CarePlacement).where(CarePlacement.child_id == child.id).options(joinedload(CarePlacement.carer))
            .order_by(CarePlacement.started_on.desc())
        )
        rows = [[each.kind, each.carer, each.started_on, each.ended_on] for each in found]
        return RelatedTable("Homes", ("Kind", "Carer", "From", "To"), rows, "No home on record.")

    def _workers(self, child: Child) -> RelatedTable:
        found = self.db_session.scalars(
            select(Caseload).where(Caseload.child_id == child.id).options(joinedload(Caseload.social_worker))
            .order_by(Caseload.started_on.desc())
        )
        rows = [[each.social_worker, each.started_on, each.ended_on] for each in found]
        return RelatedTable("Social workers", ("Social worker", "From", "To"), rows, "No social worker on record.")

    def _sdq(self, child: Child) -> RelatedTable:
        found = self.db_session.scalars(
            select(SdqScore).where(SdqScore.child_id == child.id).order_by(SdqScore.completed_on.desc())
        )
        rows = [[each.completed_on, each.total, each.completed_by] for each in found]
        return RelatedTable("SDQ totals", ("Date", "Total", "Filled in by"), rows, "No SDQ total on record.")

    def _link(self, text: str, endpoint: str, **values: Any) -> Any:
        url = self.way_to(endpoint, **values)
        return Link(text, url) if url else text

    # --- a new child, and corrections ------------------------------------------------------------------------------------

    def check(self, proposed: Any) -> list[Finding]:
        return check_child(proposed, today=self.today)

    def get_create_form(self) -> Any:
        return type("NewChild", (super().get_create_form(),), {
            "school": school_field("School", blank="No school at present"),
            "school_started_on": DayField("First day at this school", description="Left empty: the day of coming into care."),
            "social_worker": person_field("Social worker", PersonKind.SOCIAL_WORKER, blank="Nobody yet"),
            "placement_kind": LabelField(PlacementKind, label="Kind of home", blank="Not known yet"),
            "carer": person_field("Carer", PersonKind.CARER, blank="Nobody named"),
        })

    def make(self, form: Any) -> Done[Any]:
        return self.commit(
            roll.take_into_care, today=self.today, facts={name: form[name].data for name in self.form_columns},
            school_id=form.school.chosen_id, school_started_on=form.school_started_on.data,
            social_worker_id=form.social_worker.chosen_id, carer_id=form.carer.chosen_id, placement_kind=form.placement_kind.data,
        )

    # --- moves -------------------------------------------------------------------------------------------------------------

    @expose("/change-school/", methods=("GET", "POST"))
    def change_school(self) -> ResponseReturnValue:
        """Another school from a day on."""
        return self._move("Change school", ChangeSchool, lambda child, form: self.commit(
            roll.change_school, child, school_id=form.school.chosen_id, on=form.on.data, reason=form.reason.data, today=self.today))

    @expose("/change-worker/", methods=("GET", "POST"))
    def change_worker(self) -> ResponseReturnValue:
        """Another social worker from a day on."""
        return self._move("Change social worker", ChangeWorker, lambda child, form: self.commit(
            roll.change_social_worker, child, person_id=form.person.chosen_id, on=form.on.data, today=self.today))

    @expose("/change-home/", methods=("GET", "POST"))
    def change_home(self) -> ResponseReturnValue:
        """Another home from a day on."""
        return self._move("Change home", ChangeHome, lambda child, form: self.commit(
            roll.change_placement, child, kind=form.kind.data, carer_id=form.carer.chosen_id, on=form.on.data, today=self.today))

    @expose("/leave-care/", methods=("GET", "POST"))
    def leave_care(self) -> ResponseReturnValue:
        """The end of care."""
        return self._move("Leaves care", LeaveCare, lambda child, form: self.commit(
            roll.leave_care, child, on=form.on.data, reason=form.reason.data, today=self.today))

    def _move(self, title: str, kind: type[PepForm], verb: Callable[[Child, Any], Done[Any]]) -> ResponseReturnValue:
        child, form = self.row_or_404(), kind(request.form if request.method == "POST" else None)
        status = 200
        if request.method == "POST":
            status = 409 if request.form.get("row_version") != str(child.row_version) else 422
            if status == 422 and self.validate_move(form):
                done = verb(child, form)
                if done.ok:
                    self.say(f"{title}: saved for {child.name}.")
                    return self.back_to("details_view", id=child.id)
                self.put_on(form, done.findings)
        return self.page("pep/children/move.html", status=status, row=child, form=form, title=title,
                         moved=status == 409)

    def validate_move(self, form: PepForm) -> bool:
        """The fields' own checks; what the move itself must fulfil is said by its verb."""
        return bool(form.validate())
