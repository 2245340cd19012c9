"""The periods of children's lives as lists: schools, homes, social workers, time in care. Moves are made on the child's page; here
the days of a period are corrected.
"""

from __future__ import annotations

from typing import Any, ClassVar

from sqlalchemy.orm import Session, joinedload
from wtforms import StringField
from wtforms.validators import InputRequired, Length

from pep_admin.models import CareEpisode, CarePlacement, Caseload, Child, Enrolment, Person, School
from pep_admin.permissions import Actor, Permission
from pep_admin.validators.findings import Finding
from pep_admin.views.base import Link
from pep_admin.views.filters import Case, Day, OneOf, Related
from pep_admin.views.of_a_child import OfAChild
from pep_admin.vocabulary import LeavingReason, PersonKind, PlacementKind
from pep_admin.workflow.corrections import check_period, correct_period

WHO: dict[str, Any] = {"order": (Person.last_name, Person.first_name), "search": (Person.first_name, Person.last_name)}


class Periods(OfAChild):
    """Rows from one day to another that belong to a child."""

    opens: ClassVar[dict[str, Permission]] = {
        "index_view": Permission.PERIOD_READ, "details_view": Permission.PERIOD_READ, "export": Permission.LIST_EXPORT,
        "edit_view": Permission.CHILD_EDIT,
    }
    column_details_list: Any = None
    column_export_list: Any = None
    labels: ClassVar[dict[str, str]] = {**OfAChild.labels, "started_on": "From", "ended_on": "To"}

    def get_edit_form(self) -> Any:
        reason = StringField("What was wrong", [InputRequired("Say what was wrong, so that the history can be understood."),
                                                Length(max=500)])
        return type("Correction", (super().get_edit_form(),), {"reason_of_correction": reason})

    def check(self, proposed: Any) -> list[Finding]:
        values = {name: getattr(proposed, name) for name in ("started_on", "ended_on")}
        child = self.one_or_404(Child, str(proposed.child_id))
        return check_period(self.db_session, proposed._row, child, values, today=self.today)

    def _change(self, session: Session, form: Any, row: Any, *, actor: Actor) -> None:
        values = {name: form[name].data for name in self.form_columns}
        correct_period(session, row, values, reason=form.reason_of_correction.data, actor=actor, today=self.today)

    def links(self, row: Any) -> list[Link]:
        return [Link("Correct", url) for url in [self.way_to(f"{self.endpoint}.edit_view", id=row.id)] if url]


def filters_of(model: Any) -> tuple[Any, ...]:
    """What every list of periods can be narrowed by."""
    return (
        Case(model.ended_on, "Now", "now", {
            "yes": ("Going on", lambda column: column.is_(None)), "no": ("Ended", lambda column: column.is_not(None)),
        }),
        Day(model.started_on, "Began on or after", "from", after=True),
        Day(model.started_on, "Began on or before", "to", after=False),
    )


class Enrolments(Periods):
    """Which child is at which school, from when to when."""

    model = Enrolment
    noun = "enrolments"
    title = "Schools attended"
    singular = "School attended"
    loads = (joinedload(Enrolment.child), joinedload(Enrolment.school))
    column_list = ("started_on", "child", "school", "ended_on", "leaving_reason")
    column_details_list = column_export_list = ("child", "school", "started_on", "ended_on", "leaving_reason")
    column_labels = {**Periods.labels, "school": "School", "leaving_reason": "Why it ended"}
    column_sortable_list = (("child", "child.last_name"), ("school", "school.name"), "started_on", "ended_on")
    column_filters = (
        Related(Enrolment.school_id, "School", "school", School, order=(School.name,), search=(School.name,)),
        OneOf(Enrolment.leaving_reason, "Why it ended", "why", LeavingReason), *filters_of(Enrolment),
    )
    form_columns = ("started_on", "ended_on", "leaving_reason")


class Placements(Periods):
    """Which child lives where, from when to when."""

    model = CarePlacement
    noun = "placements"
    title = "Homes"
    singular = "Home"
    loads = (joinedload(CarePlacement.child), joinedload(CarePlacement.carer))
    column_list = ("started_on", "child", "kind", "carer", "ended_on")
    column_details_list = column_export_list = ("child", "kind", "carer", "started_on", "ended_on")
    column_labels = {**Periods.labels, "kind": "Kind", "carer": "Carer"}
    column_sortable_list = (("child", "child.last_name"), "kind", "started_on", "ended_on")
    column_filters = (OneOf(CarePlacement.kind, "Kind", "kind", PlacementKind), *filters_of(CarePlacement))
    form_columns = ("started_on", "ended_on", "kind", "carer")
    form_args = {"carer": {**WHO, "criteria": lambda: [Person.kind == PersonKind.CARER], "blank": "Nobody named"}}


class Caseloads(Periods):
    """Which social worker is responsible for which child, from when to when."""

    model = Caseload
    noun = "caseloads"
    title = "Caseloads"
    singular = "Caseload"
    loads = (joinedload(Caseload.child), joinedload(Caseload.social_worker))
    column_list = ("started_on", "child", "social_worker", "ended_on")
    column_details_list = column_export_list = ("child", "social_worker", "started_on", "ended_on")
    column_labels = {**Periods.labels, "social_worker": "Social worker"}
    column_sortable_list = (("child", "child.last_name"), ("social_worker", "social_worker.last_name"), "started_on", "ended_on")
    column_filters = (
        Related(Caseload.social_worker_id, "Social worker", "worker", Person,
                criteria=(Person.kind == PersonKind.SOCIAL_WORKER,), **WHO),
        *filters_of(Caseload),
    )
    form_columns = ("started_on", "ended_on")


class CarePeriods(Periods):
    """When a child was in care."""

    model = CareEpisode
    noun = "care_periods"
    title = "Periods in care"
    singular = "Period in care"
    loads = (joinedload(CareEpisode.child),)
    column_list = ("started_on", "child", "ended_on", "end_reason")
    column_details_list = column_export_list = ("child", "started_on", "ended_on", "end_reason")
    column_labels = {**Periods.labels, "end_reason": "Why it ended"}
    column_sortable_list = (("child", "child.last_name"), "started_on", "ended_on")
    column_filters = filters_of(CareEpisode)
    form_columns = ("started_on", "ended_on", "end_reason")
