"""The forms of Pupil Premium requests: asking, deciding, releasing; how a form says who is paid, and which columns it fills.

Which page shows a form, and what happens with it, is ppg_requests.py's; what may be asked for is said by the verbs.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from wtforms import SelectField, SelectMultipleField, TextAreaField
from wtforms.fields.choices import Choice  # type: ignore[attr-defined]  # not yet in types-WTForms
from wtforms.validators import InputRequired, Length, StopValidation

from pep_admin.models import Pep, PpgRequest, Target
from pep_admin.money_words import OtherMoney
from pep_admin.validators.ppg import whole_amount
from pep_admin.views.base_forms import LabelField, PepForm, PoundsField
from pep_admin.views.cells import start_of
from pep_admin.views.hosting import whole_id
from pep_admin.vocabulary import Labelled

LONGEST_REASON = 500
NUMBERS = ("quantity", "unit_cost_pence", "amount_pence")
TEXTS = ("description", "provider", "unit")
TOLD = ("starts_on", "ends_on", "measure_before", "measure_after", "beyond_ordinary", "child_said")
"""What a request tells beside its sum; nothing is stored as nothing."""
ORDER = ("target_id", "category", "description", "provider", "starts_on", "ends_on", "measure_before", "measure_after",
         "beyond_ordinary", "other_money", "child_said", "quantity", "unit", "unit_cost_pence", "amount_pence", "payee",
         "payee_school", "payee_name")
"""The order of the page, and so of what is wrong on it; fields that a host adds come last."""


class Payee(Labelled):
    """Who is to be paid, as the form asks it."""

    SCHOOL = "school", "The school of this PEP"
    OTHER_SCHOOL = "other_school", "Another school or setting"
    NAMED = "named", "Somebody else, by name"


class Verdict(Labelled):
    """What is decided on a request."""

    WHOLE = "whole", "Approve what was asked"
    LESS = "less", "Approve less"
    DECLINE = "decline", "Decline"


class TargetField(SelectField):
    """One of the targets of the PEP; one of another PEP's is left to the verb, which does not know it."""

    targets: Sequence[Target] = ()

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(choices=[], coerce=lambda value: whole_id(value) if value else None, validate_choice=False, **kwargs)

    def iter_choices(self) -> Iterator[Choice]:
        yield Choice("", "Choose one", self.data is None, {})
        for each in self.targets:
            label = f"{each.number} · {each.subject.label} · {start_of(each.outcome)}"
            yield Choice(str(each.id), label, self.data == each.id, {})


class OtherMoneyField(SelectMultipleField):
    """What other money was considered, some of the vocabulary; held as its column keeps it: codes with a space between."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(choices=[], validate_choice=False, **kwargs)

    def iter_choices(self) -> Iterator[Choice]:
        for each in OtherMoney:
            yield Choice(each.value, each.label, each.value in (self.data or ()), {})

    def process_data(self, value: Any) -> None:
        self.data = value.split() if isinstance(value, str) else list(value or ())

    def pre_validate(self, form: Any) -> None:
        if set(self.data or ()) - {each.value for each in OtherMoney}:
            raise StopValidation("Choose from the list.")

    @property
    def codes(self) -> str | None:
        """What is stored."""
        return " ".join(each.value for each in OtherMoney if each.value in (self.data or ())) or None


def reason_field(label: str, description: str) -> TextAreaField:
    """A reason in one's own words, as long as its column."""
    fits = Length(max=LONGEST_REASON, message=f"At most {LONGEST_REASON} characters fit here.")
    return TextAreaField(label, [fits], filters=[lambda text: (text or "").strip()], description=description)


class DecideForm(PepForm):
    """One decision, with its reason where one is needed."""

    verdict = LabelField(Verdict, label="Decision", validators=[InputRequired("Choose what is decided.")])
    amount = PoundsField("Amount approved, if less than was asked")
    reason = reason_field("Reason", "Needed to approve less, and to decline. The school reads it.")


class ReasonForm(PepForm):
    """A reason, which the verb asks for."""

    reason = reason_field("Reason", "")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.reason.flags.required = True


class ReleaseForm(PepForm):
    """Why somebody releases what they approved themselves."""

    alone_reason = reason_field("Why you release these alone", "It is kept in the ledger beside each of these payments.")


def in_order(form: Any) -> Any:
    """The form, its fields in the order of the page."""
    form._fields = {name: form._fields[name] for name in dict.fromkeys((*ORDER, *form._fields))}
    return form


def payee_of(row: PpgRequest | None, pep: Pep) -> Payee | None:
    """Which of the three a stored payee is; for a new request the PEP's school, where there is one."""
    if row is not None and row.payee_school_id is None and row.payee_name:
        return Payee.NAMED
    if row is None or row.payee_school_id is None:
        return Payee.SCHOOL if pep.school_id is not None else None
    return Payee.SCHOOL if row.payee_school_id == pep.school_id else Payee.OTHER_SCHOOL


def columns_of(form: Any, pep: Pep) -> dict[str, Any]:
    """The columns as the form says them; an empty amount is worked out, another number that was left empty is nothing,
    which its rule then refuses."""
    numbers = {name: form[name].data for name in NUMBERS}
    numbers["amount_pence"] = whole_amount(*(numbers[name] for name in NUMBERS))
    schools = {Payee.SCHOOL: pep.school_id, Payee.OTHER_SCHOOL: form.payee_school.chosen_id}
    return {
        "target_id": form.target_id.data, "category": form.category.data, "payee_school_id": schools.get(form.payee.data),
        "payee_name": (form.payee_name.data or None) if form.payee.data is Payee.NAMED else None,
        **{name: form[name].data for name in TEXTS}, **{name: value or 0 for name, value in numbers.items()},
        **{name: form[name].data or None for name in TOLD}, "other_money": form.other_money.codes,
    }
