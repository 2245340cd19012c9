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
from pep_admin.vocabulary import Audience

SDQ_STORE = "rows:SdqScore"
_DATES = tuple(each.name for each in fields(ChildFacts) if each.name.endswith(("_on", "_since", "_birth")))


@dataclass(frozen=True, slots=True)
class Beside:
    """The child as the rules read it, the school's and the writer's names, the SDQ rows that the form shows, the year's SDQ
    threshold (HB-4.7), the ids of the earlier targets that this PEP looks back on (HB-5.7), whom each request, by its id, asks to
    be paid, and the ids of the released requests whose effect this PEP tells (HB-6.5)."""

    child: ChildFacts
    school: str
    writer: str
    sdq_rows: tuple[Mapping[str, Any], ...]
    sdq_threshold: int
    targets_to_review: tuple[int, ...]
    payees: Mapping[int, str]
    money_to_answer: tuple[int, ...] = ()

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
        "sdq_threshold": beside.sdq_threshold, "targets_to_review": list(beside.targets_to_review),
        "payees": {str(request): name for request, name in beside.payees.items()},
        "money_to_answer": list(beside.money_to_answer),
    }


def from_json(facts: Mapping[str, Any], form: Form) -> Beside:
    """What `as_json` wrote."""
    child: dict[str, Any] = {
        key: date.fromisoformat(value) if key in _DATES and value else value for key, value in facts["child"].items()
    }
    sdq = sdq_field(form)
    rows = loaded(sdq, facts["sdq_rows"]) if sdq else ()
    return Beside(ChildFacts(**child), facts["school"], facts["writer"], tuple(rows), facts["sdq_threshold"],
                  tuple(facts["targets_to_review"]), {int(request): name for request, name in facts["payees"].items()},
                  tuple(facts.get("money_to_answer", ())))  # a PEP that was sent before this was asked keeps none


def sdq_field(form: Form) -> Field | None:
    """The field that shows SDQ totals, where the form has one."""
    return next((found for found in form.fields() if found.store == SDQ_STORE), None)
