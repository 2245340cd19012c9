"""What is recorded about a child between PEPs: SDQ totals, suspensions, consents. Each is a list, a page and a form.

They are entered from the child's page or from their list; storing is workflow/records.py's one verb.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar

from flask import request
from flask.typing import ResponseReturnValue
from flask_admin import expose
from sqlalchemy import ColumnElement
from sqlalchemy.orm import Session, joinedload
from wtforms.validators import InputRequired, NumberRange

from pep_admin.models import Child, Consent, School, SdqScore, Suspension
from pep_admin.permissions import Actor, Permission
from pep_admin.validators.findings import Finding
from pep_admin.views.filters import Day, OneOf, Related
from pep_admin.views.of_a_child import OfAChild
from pep_admin.vocabulary import ConsentDecision, ConsentFor, SdqBy, SuspensionKind, SuspensionReason
from pep_admin.workflow.records import find_wrong, save_record, schools_offered


class ChildRecords(OfAChild):
    """A table whose rows belong to a child; a new one is entered from the child's page."""

    column_details_list: Any = None
    column_export_list: Any = None
    edit_permission: ClassVar[Permission]

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        cls.opens = {"index_view": Permission.CHILD_READ, "details_view": Permission.CHILD_READ, "export": Permission.LIST_EXPORT,
                     "add": cls.edit_permission, "edit_view": cls.edit_permission}

    @expose("/add/", methods=("GET", "POST"))
    def add(self) -> ResponseReturnValue:
        """A new record of the child that `?child=` names."""
        child = self._child()
        form: Any = self.create_form()
        form.whose = child
        page = self.way_to("pep_children.details_view", id=child.id)
        return self.new_row(form, "pep/records/add.html", parent=child, parent_url=page)

    def _child(self) -> Child:
        return self.one_or_404(Child, self.asked_once("child"))

    def check(self, proposed: Any) -> list[Finding]:
        return find_wrong(self.db_session, proposed, self.model, proposed.child or self._child(), actor=self.actor,
                          today=self.today)

    def _make(self, session: Session, form: Any, *, actor: Actor) -> Any:
        row: Any = self.build_new_instance()
        form.populate_obj(row)
        row.child_id = form.whose.id
        return save_record(session, row, actor=actor, today=self.today)

    def _change(self, session: Session, form: Any, row: Any, *, actor: Actor) -> None:
        form.populate_obj(row)
        save_record(session, row, actor=actor, today=self.today)


class SdqScores(ChildRecords):
    """Totals of the strengths and difficulties questionnaire (HB-4.7)."""

    model = SdqScore
    noun = "sdq"
    title = "SDQ totals"
    singular = "SDQ total"
    edit_permission = Permission.SDQ_EDIT
    loads = (joinedload(SdqScore.child),)
    column_list = ("completed_on", "child", "total", "completed_by")
    column_details_list = column_export_list = ("child", "completed_on", "total", "completed_by")
    column_labels = {**OfAChild.labels, "total": "Total", "completed_on": "Filled in on", "completed_by": "Filled in by"}
    column_default_sort = ("completed_on", True)
    column_descriptions = {
        "total": "0 to 40. Only the total is kept, never the questions. A high one must be answered by a target (HB-4.7).",
    }
    column_sortable_list = (("child", "child.last_name"), "total", "completed_on")
    column_filters = (
        OneOf(SdqScore.completed_by, "Filled in by", "by", SdqBy), Day(SdqScore.completed_on, "On or after", "from", after=True),
    )
    form_columns = ("total", "completed_on", "completed_by")
    form_args = {"total": {"validators": [InputRequired("Enter the total."),
                                          NumberRange(0, 40, "An SDQ total is a whole number from 0 to 40.")]}}


class Suspensions(ChildRecords):
    """Suspensions and permanent exclusions (HB-3.6)."""

    model = Suspension
    noun = "suspensions"
    title = "Suspensions"
    singular = "Suspension"
    edit_permission = Permission.SUSPENSION_EDIT
    loads = (joinedload(Suspension.child), joinedload(Suspension.school))
    column_list = ("started_on", "child", "school", "kind", "ended_on", "half_days", "told_us_on")
    column_details_list = ("child", "school", "kind", "started_on", "ended_on", "half_days", "reason", "second_reason",
                           "third_reason", "told_us_on", "work_set", "sixth_day_provision", "back_to_school_talk_on", "advice")
    column_export_list = ("child", "school", "kind", "started_on", "ended_on", "half_days", "reason", "told_us_on")
    column_labels = {
        **OfAChild.labels, "school": "School", "school_id": "School", "kind": "Kind", "started_on": "First day",
        "ended_on": "Last day", "half_days": "Half days lost",
        "reason": "Reason", "second_reason": "Second reason", "third_reason": "Third reason",
        "told_us_on": "Virtual School told on", "work_set": "Work was set", "sixth_day_provision": "Provision from the sixth day",
        "back_to_school_talk_on": "Talk on coming back", "advice": "Advice given by the Virtual School",
    }
    column_descriptions = {
        "half_days": "Sessions: a whole day is two, a lunch-time one.",
        "told_us_on": "The Virtual School is told at once (HB-3.6).",
        "sixth_day_provision": "Full-time education is due from the sixth day on; for a child in care, sooner is expected.",
        "ended_on": "Leave it empty while it is not known, and for a permanent exclusion.",
    }
    column_sortable_list = (("child", "child.last_name"), ("school", "school.name"), "kind", "started_on", "half_days")
    column_filters = (
        OneOf(Suspension.kind, "Kind", "kind", SuspensionKind), OneOf(Suspension.reason, "Reason", "reason", SuspensionReason),
        Related(Suspension.school_id, "School", "school", School, order=(School.name,), search=(School.name,)),
        Day(Suspension.started_on, "On or after", "from", after=True),
        Day(Suspension.started_on, "On or before", "to", after=False),
    )
    form_columns = ("school", "kind", "started_on", "ended_on", "half_days", "reason", "second_reason", "third_reason",
                    "told_us_on", "work_set", "sixth_day_provision", "back_to_school_talk_on", "advice")
    form_args = {"school": {"order": (School.name,), "search": (School.name, School.urn),
                            "validators": [InputRequired("Choose the school.")]},
                 "half_days": {"validators": [NumberRange(1, 400, "Enter 1 to 400 half days.")]}}

    def get_form(self) -> Any:
        made: Any = super().get_form()
        made.school.kwargs["criteria"] = self._of_the_child
        return made

    def _of_the_child(self) -> Sequence[ColumnElement[bool]]:
        """The schools that are offered: those that a suspension of the child on the page may be of."""
        child = self.row_or_404().child if "id" in request.args else self._child()
        offered = schools_offered(self.db_session, child, self.actor)
        return [] if offered is None else [School.id.in_(offered)]


class Consents(ChildRecords):
    """Who decides what for a child, and what was decided (HB-3.7)."""

    model = Consent
    noun = "consents"
    title = "Consents"
    singular = "Consent"
    edit_permission = Permission.CONSENT_EDIT
    loads = (joinedload(Consent.child),)
    column_list = ("matter", "child", "who_decides", "decision", "given_on", "days_notice")
    column_default_sort = ("id", True)
    column_details_list = ("child", "matter", "who_decides", "decision", "given_on", "days_notice", "conditions")
    column_export_list = column_details_list
    column_labels = {
        **OfAChild.labels, "matter": "Matter", "who_decides": "Who decides", "decision": "Decision", "given_on": "Decided on",
        "conditions": "Conditions", "days_notice": "Notice needed, in days",
    }
    column_descriptions = {
        "matter": "One line for each matter; change it when the decision changes.",
        "conditions": "This records a consent; it is not the consent itself.",
    }
    column_sortable_list = (("child", "child.last_name"), "matter", "decision", "given_on")
    column_filters = (
        OneOf(Consent.matter, "Matter", "matter", ConsentFor), OneOf(Consent.decision, "Decision", "decision", ConsentDecision),
    )
    form_columns = ("matter", "who_decides", "decision", "given_on", "days_notice", "conditions")
    form_args = {"days_notice": {"validators": [NumberRange(0, 365, "Enter 0 to 365 days.")]}}
