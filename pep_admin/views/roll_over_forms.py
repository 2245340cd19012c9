"""The form of the roll-over: for each child whose school or year group somebody decides, what becomes of it.

What is acceptable is said by workflow/roll_over.py; the page is roll_over.py's.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from wtforms import HiddenField, SelectField
from wtforms.fields.choices import Choice  # type: ignore[attr-defined]  # not yet in types-WTForms
from wtforms.validators import StopValidation

from pep_admin.models import School
from pep_admin.validators.findings import Finding
from pep_admin.views.base_forms import KEPT, PepForm, RowField
from pep_admin.views.child_forms import school_label
from pep_admin.vocabulary import NextStep
from pep_admin.workflow import roll_over
from pep_admin.workflow.roll_over import RollLine

STEPS = [(step.value, step.label) for step in NextStep]
BOTH = "A school is named and the child is to stay. Choose one of the two."


class WordField(SelectField):
    """One of some words, each with its label; there is always one."""

    def __init__(self, label: str, words: Sequence[tuple[str, str]], **kwargs: Any) -> None:
        self.words = words
        super().__init__(label, choices=[], validate_choice=False, **kwargs)

    def iter_choices(self) -> Iterator[Choice]:
        return (Choice(value, label, value == self.data, {}) for value, label in self.words)

    def pre_validate(self, form: Any) -> None:
        if self.data not in {value for value, _ in self.words}:
            raise StopValidation("Choose one from the list.")


class NextSchoolField(RowField):
    """The next school, always looked up by what is typed: a select of all schools in every line would be a very long page.

    Lines that name the same school ask once: `known` is shared by the fields of a form.
    """

    def __init__(self, *args: Any, known: dict[tuple[str, str], Any], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.known = known

    @property
    def options(self) -> None:
        return None

    @property
    def is_named_anew(self) -> bool:
        """Whether something was typed, or one of several that fit was chosen, beside what stood there."""
        return any(str(each).strip() and not str(each).startswith(KEPT) for each in self.raw_data or ())

    def _matching(self, text: str) -> list[Any]:
        key = ("text", text.casefold())
        if key not in self.known:
            found = super()._matching(text)
            exact = [each for each in found if text.casefold() in (each.name.casefold(), self.label_of(each).casefold())]
            self.known[key] = exact if len(exact) == 1 else found
        return list(self.known[key])

    def _by_id(self, text: str, before: Any) -> Any:
        key = ("id", text)
        if key not in self.known:
            self.known[key] = super()._by_id(text, before)
        return self.known[key]


class PlanForm(PepForm):
    """Its fields are named by the child's number: `step_12`, `school_12`, `group_12`, `was_12`; made by `plan_form`."""

    lines: Sequence[RollLine] = ()

    def fields_of(self, line: RollLine) -> dict[str, Any]:
        """The fields of a line, by their kind; those it has not are left out."""
        names = ((kind, f"{kind}_{line.child.id}") for kind in ("step", "school", "group", "was"))
        return {kind: self[name] for kind, name in names if name in self}

    def validate(self, extra_validators: Any = None) -> bool:
        passed = super().validate(extra_validators)
        for fields in (self.fields_of(line) for line in self.lines if line.asks_school):
            step, school = fields["step"], fields["school"]
            if step.data == NextStep.STAYS.value and school.is_named_anew:
                school.errors = [BOTH]
                passed = False
            elif step.data == NextStep.UNKNOWN.value and school.is_named_anew and school.data is not None:
                step.data = NextStep.MOVES.value  # a school that is typed is meant; the page says so if it comes again
        return bool(passed)

    def choices(self) -> dict[int, roll_over.Choice]:
        """What was chosen for each child, once the form is valid."""
        return {line.child.id: _choice(self.fields_of(line)) for line in self.lines}

    def put(self, findings: Iterable[Finding]) -> list[Finding]:
        """Findings of a verb beside the school of their child; those that have no place here are given back."""
        rest = []
        for each in findings:
            if (name := f"school_{each.row}") in self:
                self[name].errors = [*self[name].errors, each.sentence]
            else:
                rest.append(each)
        return rest


def plan_form(lines: Iterable[RollLine], posted: Any = None, *, anew: bool = False) -> PlanForm:
    """The form of those lines that somebody decides, filled with what is planned, or with what was posted; `anew`: what is planned
    now was seen, so that what was posted may be saved over it.
    """
    deciding = [line for line in lines if line.decides]
    known: dict[tuple[str, str], Any] = {}
    fields: dict[str, Any] = {}
    data: dict[str, Any] = {}
    for line in deciding:
        number, choice = line.child.id, line.choice
        if line.asks_school:
            fields[f"step_{number}"] = WordField(f"Where {line.child.name} goes next", STEPS)
            fields[f"school_{number}"] = NextSchoolField(
                f"Next school of {line.child.name}", model=School, criteria=lambda: [School.closed_on.is_(None)],
                order=(School.name,), search=(School.name, School.town, School.urn), label_of=school_label, known=known)
            data |= {f"step_{number}": choice.step.value, f"school_{number}": line.plan.school if line.plan else None}
        if line.by_hand:
            fields[f"group_{number}"] = WordField(f"Year group of {line.child.name}", [
                ("up", f"Up to Year {line.moved}" if line.moved else "By age again"), ("keep", f"Stays Year {line.by_hand}")])
            data[f"group_{number}"] = "keep" if choice.keeps_group else "up"
        fields[f"was_{number}"] = HiddenField()
        data[f"was_{number}"] = choice.text
    made: type[PlanForm] = type("PlanOfAYear", (PlanForm,), fields)
    form = made(posted, data=data)
    form.lines = deciding
    for line in deciding if anew else ():
        form.fields_of(line)["was"].data = line.choice.text
    return form


def _choice(fields: dict[str, Any]) -> roll_over.Choice:
    step, school_id = NextStep.STAYS, None
    if "step" in fields:
        step = NextStep(fields["step"].data)
        school_id = fields["school"].chosen_id if step is NextStep.MOVES else None
    return roll_over.Choice(step, school_id, "group" in fields and fields["group"].data == "keep", fields["was"].data or "")
