"""What stands beside a PEP's own rows and goes on changing after it was sent: the child, the names of people, the SDQ totals.

A sent PEP keeps it as it was that day, so that a signature never comes to stand under something its signer did not see. Only the
shape and its JSON are here; what it is filled from is reading.py's, when it is kept freezing.py's.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields, replace
from datetime import date
from typing import Any

from pep_admin.pep_document.values import loaded, stored
from pep_admin.pep_form import ChildFacts, Field, Form, RecordFacts, SchoolingFacts, SuspensionFacts
from pep_admin.policy import FormNumbers
from pep_admin.vocabulary import Audience

SDQ_STORE = "rows:SdqScore"
_DATES = frozenset(each.name for kind in (ChildFacts, RecordFacts, SchoolingFacts, SuspensionFacts) for each in fields(kind)
                   if each.name.endswith(("_on", "_since", "_birth")))


@dataclass(frozen=True, slots=True)
class Beside:
    """The child as the rules read it, the school's and the writer's names, the SDQ rows that the form shows, the year's
    numbers, the ids of the earlier targets that this PEP looks back on (HB-5.7), whom each request, by its id, asks to be paid,
    the child's schools and the year's suspensions, whether another PEP of the year was held with the EHCP's review (HB-3.4),
    where the child goes at the end of the year, the ids of the released requests whose effect this PEP tells (HB-6.5), and what
    else of the record is shown."""

    child: ChildFacts
    school: str
    writer: str
    sdq_rows: tuple[Mapping[str, Any], ...]
    numbers: FormNumbers
    targets_to_review: tuple[int, ...]
    payees: Mapping[int, str]
    schooling: tuple[SchoolingFacts, ...] = ()
    suspensions: tuple[SuspensionFacts, ...] = ()
    ehcp_joined: bool = False
    moves_to: str = ""
    money_to_answer: tuple[int, ...] = ()
    record: RecordFacts = field(default_factory=RecordFacts)

    def record_for(self, audience: Audience) -> RecordFacts:
        """The record as that audience may know it: moves, scores and judgements of schools are the office's."""
        if audience not in (Audience.CHILD, Audience.PARENT):
            return self.record
        return replace(self.record, team="", less_than_good=False, homes=0, schools=0, sdq_before=None)

    def child_for(self, audience: Audience) -> ChildFacts:
        """The child as that audience may know it: numbers and legal facts are the office's."""
        if audience not in (Audience.CHILD, Audience.PARENT):
            return self.child
        return replace(self.child, upn=None, lcs_id=None, entered_care_on=None, legal_status=None)


def as_json(beside: Beside, form: Form) -> dict[str, Any]:
    """JSON types only; `from_json` reads it back."""
    child = _plain(asdict(beside.child))
    sdq = sdq_field(form)
    return {
        "child": child, "school": beside.school, "writer": beside.writer,
        "sdq_rows": (stored(sdq, beside.sdq_rows) or []) if sdq else [],
        "numbers": asdict(beside.numbers), "targets_to_review": list(beside.targets_to_review),
        "payees": {str(request): name for request, name in beside.payees.items()},
        "schooling": [_plain(asdict(each)) for each in beside.schooling],
        "suspensions": [_plain(asdict(each)) for each in beside.suspensions],
        "ehcp_joined": beside.ehcp_joined, "moves_to": beside.moves_to,
        "money_to_answer": list(beside.money_to_answer), "record": _plain(asdict(beside.record)),
    }


def _plain(facts: Mapping[str, Any]) -> dict[str, Any]:
    return {key: value.isoformat() if isinstance(value, date) else value for key, value in facts.items()}


def _dated(facts: Mapping[str, Any]) -> dict[str, Any]:
    return {key: date.fromisoformat(value) if key in _DATES and value else value for key, value in facts.items()}


def from_json(facts: Mapping[str, Any], form: Form) -> Beside:
    """What `as_json` wrote, today or before some of it was kept."""
    sdq = sdq_field(form)
    rows = loaded(sdq, facts["sdq_rows"]) if sdq else ()
    return Beside(
        ChildFacts(**_dated(facts["child"])), facts["school"], facts["writer"], tuple(rows), _numbers(facts),
        tuple(facts["targets_to_review"]), {int(request): name for request, name in facts["payees"].items()},
        tuple(SchoolingFacts(**_dated(each)) for each in facts.get("schooling", ())),
        tuple(SuspensionFacts(**_dated(each)) for each in facts.get("suspensions", ())),
        facts.get("ehcp_joined", False), facts.get("moves_to", ""),
        tuple(facts.get("money_to_answer", ())),  # a PEP that was sent before this was asked keeps none
        RecordFacts(**_dated(facts.get("record", {}))),
    )


def _numbers(facts: Mapping[str, Any]) -> FormNumbers:
    """Those that were kept; what was sent before all of them were kept has the threshold alone, and the usual others."""
    kept = facts.get("numbers") or {"sdq_threshold": facts["sdq_threshold"]}
    known = {each.name for each in fields(FormNumbers)}
    return FormNumbers(**{name: value for name, value in kept.items() if name in known})


def sdq_field(form: Form) -> Field | None:
    """The field that shows SDQ totals, where the form has one."""
    return next((found for found in form.fields() if found.store == SDQ_STORE), None)
