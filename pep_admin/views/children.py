"""The roll on screen: the list of children, a child's page, and the forms by which one enters, moves and leaves.

Every change of school, worker or home is a verb of workflow/roll.py; the plain form only corrects what was typed wrong.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any

from flask import abort, request
from flask.typing import ResponseReturnValue
from flask_admin import expose
from flask_admin.actions import action
from markupsafe import Markup
from sqlalchemy.orm import joinedload

from pep_admin import config
from pep_admin.deadlines import format_day
from pep_admin.models import Child, Enrolment, Person, School
from pep_admin.permissions import Permission, lent
from pep_admin.queries.undoing import Stays
from pep_admin.validators.children import check_child
from pep_admin.validators.findings import Finding
from pep_admin.views import child_page, formats, repeats
from pep_admin.views.base import Done, Link, PepModelView
from pep_admin.views.base_forms import DayField, LabelField, PepForm
from pep_admin.views.cells import linked
from pep_admin.views.child_forms import (
    NOT_LEFT,
    ChangeHome,
    ChangeSchool,
    ChangeWorker,
    LeaveCare,
    MoveCaseload,
    ReturnToCare,
    TakeBack,
    person_field,
    school_field,
    school_label,
)
from pep_admin.views.child_page import group_of
from pep_admin.views.filters import Case, OneOf, Related
from pep_admin.vocabulary import CaseRating, LegalStatus, PersonKind, PlacementKind, RollMove, SenStatus
from pep_admin.workflow import corrections, people, roll


def care_of(child: Child, view: PepModelView) -> str:
    """Whether the child is in care on this day, in words."""
    left = child.left_care_on
    return "In care" if left is None or left > view.today else f"Left {format_day(left)}"


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
        "return_to_care": Permission.CHILD_EDIT,
        "undo": Permission.CHILD_EDIT,
        "action_view": Permission.CHILD_READ,
        "caseload_confirm": Permission.CHILD_EDIT,
    }
    actions_open = {"caseload": Permission.CHILD_EDIT}
    records_views = True
    withheld = {"case_rating": Permission.CASE_READ, "case_officer": Permission.CASE_READ}
    loads = (joinedload(Child.school), joinedload(Child.social_worker), joinedload(Child.case_officer))

    column_list = ("name", "year_group", "school", "social_worker", "sen_status", "entered_care_on", "care")
    column_details_list = ("known_as", "date_of_birth", "year_group", "upn", "lcs_id", "care", "legal_status",
                           "entered_care_on", "notified_on", "sen_status", "ehcp_review_on", "school", "setting_unknown_since",
                           "social_worker", "carer", "case_officer", "case_rating")
    column_export_list = ("last_name", "first_name", "known_as", "date_of_birth", "year_group", "upn", "lcs_id", "school",
                          "social_worker", "legal_status", "sen_status", "ehcp_review_on", "entered_care_on", "left_care_on",
                          "case_officer", "case_rating")
    column_labels = {
        "name": "Name", "year_group": "Year", "sen_status": "SEN", "entered_care_on": "Came into care", "care": "Care",
        "known_as": "Known as", "date_of_birth": "Date of birth", "upn": "UPN", "lcs_id": "Care record (LCS) number",
        "legal_status": "Legal status", "notified_on": "Virtual School told on", "ehcp_review_on": "Next EHCP review",
        "left_care_on": "Left care on", "first_name": "First name", "last_name": "Last name", "social_worker": "Social worker",
        "school": "School", "setting_unknown_since": "Next setting not known since", "carer": "Carer",
        "year_group_override": "Year group, if not by age",
        "year_group_reason": "Why another year group", "school_id": "School", "social_worker_id": "Social worker",
        "carer_id": "Carer", "case_officer": "Virtual School officer", "case_officer_id": "Virtual School officer",
        "case_rating": "Case rating",
    }
    column_formatters = {
        "year_group": lambda view, context, child, name: group_of(child, view) or formats.NOTHING,
        "care": lambda view, context, child, name: care_of(child, view),
    }
    column_formatters_detail = {
        **column_formatters, "year_group": lambda view, context, child, name: (group_of(child, view) or formats.NOTHING) + (
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
        Case(Child.setting_unknown_since, "Setting", "setting", {
            "unknown": ("Not known yet", lambda column: column.is_not(None)),
            "none": ("No school", lambda column: Child.school_id.is_(None)),
        }),
        Related(Child.school_id, "School", "school", School, order=(School.name,), search=(School.name,), label_of=school_label),
        Related(Child.social_worker_id, "Social worker", "worker", Person, order=(Person.last_name, Person.first_name),
                search=(Person.first_name, Person.last_name), criteria=(Person.kind == PersonKind.SOCIAL_WORKER,)),
        OneOf(Child.sen_status, "SEN", "sen", SenStatus),
        OneOf(Child.legal_status, "Legal status", "legal", LegalStatus),
        OneOf(Child.case_rating, "Case rating", "case_rating", CaseRating),
        Related(Child.case_officer_id, "Virtual School officer", "case_officer", Person,
                order=(Person.last_name, Person.first_name), search=(Person.first_name, Person.last_name),
                criteria=(Person.kind == PersonKind.VIRTUAL_SCHOOL,)),
    )

    form_columns = ("first_name", "last_name", "known_as", "date_of_birth", "upn", "lcs_id", "entered_care_on", "notified_on",
                    "legal_status", "sen_status", "ehcp_review_on", "year_group_override", "year_group_reason", "case_officer",
                    "case_rating")
    form_args = {"case_officer": {
        "criteria": lambda: [NOT_LEFT, Person.kind == PersonKind.VIRTUAL_SCHOOL], "order": (Person.last_name, Person.first_name),
        "search": (Person.first_name, Person.last_name), "blank": "Nobody yet",
    }}
    column_descriptions = {
        "case_rating": "How the Virtual School’s own meetings rate the case; it is not the grade of a PEP (HB-3.10).",
        "known_as": "What the child likes to be called, if not the first name.",
        "upn": "Thirteen characters, from the school's census, like B801200005001.",
        "lcs_id": "The number in the social-care case system.",
        "notified_on": "When the Virtual School was told. The due dates count from coming into care.",
        "year_group_override": "N1, N2, R or 1 to 13, only where the child is taught with another year.",
    }

    details_template = "pep/children/details.html"

    # --- the child's page ------------------------------------------------------------------------------------------------

    def links(self, row: Child) -> list[Link]:
        offered = [
            ("Correct the record", "edit_view"), ("Change school", "change_school"), ("Change social worker", "change_worker"),
            *((("Returns to care", "return_to_care"),) if row.left_care_on
              else (("Change home", "change_home"), ("Leaves care", "leave_care"))),
        ]
        found = [(text, self.way_to(f"{self.endpoint}.{route}", id=row.id)) for text, route in offered]
        if not lent(self.db_session, self.actor, Permission.ALERT_TELL, [row.id]):
            found += [("Tell of an exclusion risk…", self.way_to("pep_exclusion_alerts.tell", child=row.id))]
        return [Link(text, url) for text, url in found if url]

    def details_context(self, row: Child) -> dict[str, Any]:
        return {"child_page": child_page.gather(self, row)}

    def timeline(self, row: Child) -> list[Any]:
        return []  # the page tells the whole record's history, a page at a time

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
            roll.change_school, child, school_id=form.school.chosen_id, on=form.on.data, reason=form.reason.data, today=self.today,
            now=self.now), then=self._who_still_sees)

    def _who_still_sees(self, child: Child, ended: Enrolment | None) -> str:
        """What the school that was left still sees, and how a hand-over note is left."""
        if ended is None:
            return ""
        teacher, school = ended.school.designated_teacher, ended.school.name
        if teacher is not None and child.school is not None and child.school.designated_teacher_id == teacher.id:
            return ""
        if ended.ended_on == self.today and teacher is not None:
            return (f" {teacher.name}, designated teacher of {school}, sees {child.called} until the end of today and can leave a "
                    "hand-over note.")
        return f" {school} no longer sees {child.called}. A hand-over note can still be left for it, on this page."

    @expose("/change-worker/", methods=("GET", "POST"))
    def change_worker(self) -> ResponseReturnValue:
        """Another social worker from a day on."""
        return self._move("Change social worker", ChangeWorker, lambda child, form: self.commit(
            roll.change_social_worker, child, person_id=form.person.chosen_id, on=form.on.data, today=self.today, now=self.now))

    @expose("/change-home/", methods=("GET", "POST"))
    def change_home(self) -> ResponseReturnValue:
        """Another home from a day on."""
        return self._move("Change home", ChangeHome, lambda child, form: self.commit(
            roll.change_placement, child, kind=form.kind.data, carer_id=form.carer.chosen_id, on=form.on.data, today=self.today))

    @expose("/leave-care/", methods=("GET", "POST"))
    def leave_care(self) -> ResponseReturnValue:
        """The end of care."""
        return self._move("Leaves care", LeaveCare, lambda child, form: self.commit(
            roll.leave_care, child, on=form.on.data, reason=form.reason.data, today=self.today, now=self.now))

    @expose("/return-to-care/", methods=("GET", "POST"))
    def return_to_care(self) -> ResponseReturnValue:
        """Care again, after a time out of it."""
        return self._move("Returns to care", ReturnToCare, lambda child, form: self.commit(
            roll.return_to_care, child, on=form.on.data, notified_on=form.notified_on.data, legal_status=form.legal_status.data,
            placement_kind=form.placement_kind.data, carer_id=form.carer.chosen_id, today=self.today))

    @expose("/undo/", methods=("GET", "POST"))
    def undo(self) -> ResponseReturnValue:
        """Take a move back that was entered by mistake: what would happen, then the reason."""
        try:
            move = RollMove(self.asked_once("what"))
        except ValueError:
            abort(404)
        found = corrections.find_undoing(self.db_session, self.row_or_404(), move)
        return self._move(f"Take back: {move.label.lower()}", TakeBack, lambda child, form: self.commit(
            corrections.undo_move, child, move, reason=form.reason.data, now=self.now), also=self._what_stays, undoing=found,
            what_stays=self._what_stays)

    def _what_stays(self, stays: Sequence[Stays]) -> list[Markup]:
        """In sentences what taking a move back leaves as it is, each with the way to its PEP."""
        links = {each.pep.id: linked(each.pep, self.way_to("pep_peps.details_view", id=each.pep.id)) for each in stays}
        return [Markup("{}{}{}").format(each.lead, links[each.pep.id], each.tail) for each in stays]

    @action("caseload", "Move to another social worker…")
    def caseload(self, ids: list[str]) -> ResponseReturnValue:
        """A whole caseload goes to somebody else: who, from when, then all or none."""
        return self._caseload_page(self.rows_for(ids), MoveCaseload(None))

    def _caseload_page(self, rows: Sequence[Child], form: Any, status: int = 200) -> ResponseReturnValue:
        return self.page("pep/children/caseload.html", status=status, rows=rows, form=form, moved=status == 409)

    @expose("/caseload/", methods=("POST",))
    def caseload_confirm(self) -> ResponseReturnValue:
        rows, form = self.rows_for(request.form.getlist("rowid")), MoveCaseload(request.form)
        if self.moved(rows):
            return self._caseload_page(rows, form, 409)
        if not form.validate():
            return self._caseload_page(rows, form, 422)
        done = self.commit(people.move_caseload, [child.id for child in rows], form.person.chosen_id, on=form.on.data,
                           today=self.today, now=self.now, run=repeats.run_of(request.form.get("run", "")))
        if not done.ok:
            self.put_on(form, done.findings)
            return self._caseload_page(rows, form, 422)
        self.say(f"{len(done.value or ())} of {len(rows)} moved to {form.person.data.name}.")
        return self.back_to("index_view")

    def _move(self, title: str, kind: type[PepForm], verb: Callable[[Child, Any], Done[Any]], *,
              then: Callable[[Child, Any], str] = lambda child, value: "",
              also: Callable[[Any], Iterable[Any]] = lambda value: (), **more: Any) -> ResponseReturnValue:
        child, form = self.row_or_404(), kind(request.form if request.method == "POST" else None)
        status = 200
        if request.method == "POST":
            status = 409 if request.form.get("row_version") != str(child.row_version) else 422
            if status == 422 and self.validate_move(form):
                done = verb(child, form)
                if done.ok:
                    self.say(f"{title}: saved for {child.name}.{then(child, done.value)}")
                    for sentence in also(done.value):
                        self.say(sentence, "warning")
                    return self.back_to("details_view", id=child.id)
                self.put_on(form, done.findings)
        return self.page("pep/children/move.html", status=status, row=child, form=form, title=title,
                         moved=status == 409, **more)

    def validate_move(self, form: PepForm) -> bool:
        """The fields' own checks; what the move itself must fulfil is said by its verb."""
        return bool(form.validate())
