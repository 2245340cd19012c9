"""What stands beside a PEP's own rows and goes on changing after it was sent: the child, the names of people, the SDQ totals.

A sent PEP keeps it as it was that day, so that a signature never comes to stand under something its signer did not see. Only the
shape and its JSON are here; what it is filled from is reading.py's, when it is kept freezing.py's.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields, replace
from datetime import date
from typing import Any

from pep_admin.pep_document.values import loaded, stored
from pep_admin.pep_form import ChildFacts, Field, Form
from pep_admin.policy import FormNumbers
from pep_admin.vocabulary import Audience

SDQ_STORE = "rows:SdqScore"
_DATES = tuple(each.name for each in fields(ChildFacts) if each.name.endswith(("_on", "_since", "_birth")))


@dataclass(frozen=True, slots=True)
class Beside:
    """The child as the rules read it, the school's and the writer's names, the SDQ rows that the form shows, the year's
    numbers, the ids of the earlier targets that this PEP looks back on (HB-5.7), and whom each request, by its id,
    asks to be paid."""

    child: ChildFacts
    school: str
    writer: str
    sdq_rows: tuple[Mapping[str, Any], ...]
    numbers: FormNumbers
    targets_to_review: tuple[int, ...]
    payees: Mapping[int, str]

    def child_for(self, audience: Audience) -> ChildFacts:
        """The child as that audience may know it: numbers and legal facts are the office's."""
        if audience not in (Audience.CHILD, Audience.PARENT):
            return self.child
        return replace(self.child, upn=None, lcs_id=None, entered_care_on=None, legal_status=None)


def as_json(beside: Beside, form: Form) -> dict[str, Any]:
    """JSON types only; `from_json` reads it back."""
    child = {key: value.isoformat() if isinstance(value, date) else value for key, value in asdict(beside.child).items()}
    sdq = sdq_field(form)
    return {
        "child": child, "school": beside.school, "writer": beside.writer,
        "sdq_rows": (stored(sdq, beside.sdq_rows) or []) if sdq else [],
        "numbers": asdict(beside.numbers), "targets_to_review": list(beside.targets_to_review),
        "payees": {str(request): name for request, name in beside.payees.items()},
    }


def from_json(facts: Mapping[str, Any], form: Form) -> Beside:
    """What `as_json` wrote."""
    child: dict[str, Any] = {
        key: date.fromisoformat(value) if key in _DATES and value else value for key, value in facts["child"].items()
    }
    sdq = sdq_field(form)
    rows = loaded(sdq, facts["sdq_rows"]) if sdq else ()
    return Beside(ChildFacts(**child), facts["school"], facts["writer"], tuple(rows), _numbers(facts),
                  tuple(facts["targets_to_review"]), {int(request): name for request, name in facts["payees"].items()})


def _numbers(facts: Mapping[str, Any]) -> FormNumbers:
    """Those that were kept; what was sent before all of them were kept has the threshold alone, and the usual others."""
    kept = facts.get("numbers") or {"sdq_threshold": facts["sdq_threshold"]}
    known = {each.name for each in fields(FormNumbers)}
    return FormNumbers(**{name: value for name, value in kept.items() if name in known})


def sdq_field(form: Form) -> Field | None:
    """The field that shows SDQ totals, where the form has one."""
    return next((found for found in form.fields() if found.store == SDQ_STORE), None)
