"""The forms of moves: another school, worker or home, leaving care and coming back, and why a move is taken back.

Whom they offer is here; what a move must fulfil is said by its verb in workflow/.
"""

from __future__ import annotations

from typing import Any

from wtforms import BooleanField, StringField
from wtforms.validators import InputRequired, Length

from pep_admin.models import Person, School
from pep_admin.views.base_forms import DayField, LabelField, PepForm, RowField
from pep_admin.vocabulary import LeavingReason, LegalStatus, PersonKind, PlacementKind

NOT_LEFT = Person.left_on.is_(None)


def school_field(label: str, **more: Any) -> RowField:
    """A school to choose, of those that are open."""
    return RowField(label, model=School, criteria=lambda: [School.closed_on.is_(None)], order=(School.name,),
                    search=(School.name, School.urn), label_of=school_label, **more)


def person_field(label: str, kind: PersonKind, **more: Any) -> RowField:
    """A person of one kind to choose, of those who have not left."""
    return RowField(label, model=Person, criteria=lambda: [NOT_LEFT, Person.kind == kind],
                    order=(Person.last_name, Person.first_name), search=(Person.first_name, Person.last_name, Person.email), **more)


def school_label(school: School) -> str:
    return f"{school.name}, {school.town}" if school.town else school.name


class ChangeSchool(PepForm):
    """A move to another school, or out of any; one of the two is said, so that a school that was not chosen is no move out."""

    school = school_field("New school", blank="Choose the school")
    no_school = BooleanField("No school at present")
    on = DayField("First day there, or without a school",
                  [InputRequired("Enter the first day at the new school, or the first without one.")])
    reason = LabelField(LeavingReason, label="Why the child left the last school")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.school.flags.required = self.reason.flags.required = True  # the page does not call optional what is asked for

    def validate(self, extra_validators: Any = None) -> bool:
        fits = super().validate(extra_validators)
        if self.school.errors or (self.school.data is None) == self.no_school.data:
            return fits
        wrong = "Choose the new school, or tick “No school at present”."
        if self.no_school.data:
            wrong = "You chose a school and ticked “No school at present”. Leave one of the two out."
        self.school.errors = [wrong]
        return False


class MoveCaseload(PepForm):
    """The social worker who takes a whole caseload."""

    person = person_field("New social worker", PersonKind.SOCIAL_WORKER,
                          validators=[InputRequired("Choose the social worker who takes these children.")])
    on = DayField("From", [InputRequired("Enter the day from which the new social worker is responsible.")])


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


class ReturnToCare(PepForm):
    """A new period in care."""

    on = DayField("First day in care again", [InputRequired("Enter the day on which the child came into care again.")])
    notified_on = DayField("Virtual School told on", description="The due dates count from the day of coming into care.")
    legal_status = LabelField(LegalStatus, label="Legal status", validators=[InputRequired("Choose the legal status.")])
    placement_kind = LabelField(PlacementKind, label="Kind of home", blank="Not known yet")
    carer = person_field("Carer", PersonKind.CARER, blank="Nobody named")


class TakeBack(PepForm):
    """Why a move was wrong."""

    reason = StringField("What was wrong", [InputRequired("Say what was wrong, so that the history can be understood."),
                                            Length(max=500)])
