"""The form by which the next academic year is made from one on record: the dates of each of its terms, as proposed or changed.

What is acceptable is said by validators/years.py and workflow/years.py; the page is terms.py's.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from wtforms.validators import InputRequired

from pep_admin.models import AcademicYear
from pep_admin.validators.findings import Finding
from pep_admin.validators.forms import attach
from pep_admin.views.base_forms import DayField, PepForm
from pep_admin.vocabulary import TermName
from pep_admin.workflow.years import DATES, next_year_of

LABELS = {"starts_on": "first day", "ends_on": "last day", "half_term_from": "half-term from", "half_term_to": "half-term to",
          "deadline_on": "PEPs due by"}
NEEDED = ("starts_on", "ends_on", "deadline_on")


class NextYearForm(PepForm):
    """A day field for each date of each term, named `<term>_<date>`: `autumn_starts_on`."""

    names: tuple[TermName, ...] = ()
    head: list[Finding]

    @classmethod
    def of(cls, year: AcademicYear, posted: Any) -> NextYearForm:
        """The form for the year after that one, filled with the moved dates or with what was posted."""
        proposed = next_year_of(year)
        fields = {
            f"{term.name.value}_{key}": DayField(
                f"{term.name.label}: {LABELS[key]}",
                validators=[InputRequired(f"Enter the {LABELS[key]}.")] if key in NEEDED else [],
            )
            for term in proposed.terms for key in DATES
        }
        kind: Any = type("ThisNextYearForm", (cls,), {**fields, "names": tuple(term.name for term in proposed.terms)})
        filled = {f"{term.name.value}_{key}": getattr(term, key) for term in proposed.terms for key in DATES}
        form: NextYearForm = kind(posted, data=filled)
        form.head = []
        return form

    def terms(self) -> Mapping[TermName, Mapping[str, date | None]]:
        """The dates of each term as they were typed."""
        return {name: {key: self[f"{name.value}_{key}"].data for key in DATES} for name in self.names}

    def put(self, findings: Iterable[Finding]) -> None:
        """Findings beside the date of the term that they are about; the rest at the head of the page."""
        for each in findings:
            named = f"{each.row}_{each.field}"
            found = Finding(each.check, each.code, named if each.row and named in self else each.field, each.message, each.severity)
            self.head += attach(self, [found])
