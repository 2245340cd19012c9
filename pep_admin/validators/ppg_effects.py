"""What became of money that was released: its effect is written down at the next PEP, and what was left of it (HB-6.5, 6.8).

Who asked for the money and what it cost is ppg.py's. The facts come in as they stand in the document.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from pep_admin.circumstances import said
from pep_admin.money import format_pounds
from pep_admin.money_words import MoneyGiven
from pep_admin.pep_form import FundingEffectFacts
from pep_admin.validators.answered import first_words
from pep_admin.validators.findings import Finding

FIELD = "funding_effects"


def check_effects(effects: Sequence[FundingEffectFacts]) -> Iterator[Finding]:
    """RD-408 for each release of which nothing was said yet, and HB-6.8 where the use was changed with nobody's word. Warnings."""
    for each in effects:
        row, pounds = str(each.request_id), format_pounds(each.released_pence)
        if not each.given:
            message = f"{pounds} was released for “{first_words(each.description)}” ({each.set_in}), and its effect is not " \
                      "written down yet."
            yield Finding("RD-408", "HB-6.5", FIELD, message, "warning", row=row)
        elif each.given == MoneyGiven.OTHER and not said(each.change_agreed_by):
            message = f"The {pounds} for “{first_words(each.description)}” went to something else. Say who at the Virtual School " \
                      "agreed to that."
            yield Finding("PPG-change", "HB-6.8", FIELD, message, "warning", row=row)


def check_sums(rows: Sequence[Mapping[str, Any]], effects: Sequence[FundingEffectFacts]) -> Iterator[Finding]:
    """DATA-effect-sum (blocking): spent and left make what was released, to the penny; nothing was spent on what was
    not given; and nothing is told of other money."""
    released = {each.request_id: each.released_pence for each in effects}
    for number, row in enumerate(rows):
        spent, unspent, whole = row.get("spent_pence"), row.get("unspent_pence"), released.get(row.get("request_id") or 0)
        if whole is None:
            message = f"Line {number + 1}: this PEP does not tell what became of that money. Open the page again."
            yield Finding("PPG-effect-sum", "DATA-effect-sum", FIELD, message, row=f"{number}-request_id")
            continue
        if row.get("given") == MoneyGiven.NOT_GIVEN and spent:
            message = f"Line {number + 1}: {format_pounds(spent)} was spent, but “{MoneyGiven.NOT_GIVEN.label}” is chosen. Say " \
                      "what was given, or that nothing was spent."
            yield Finding("PPG-effect-sum", "DATA-effect-sum", FIELD, message, row=f"{number}-spent_pence")
        if spent is None or unspent is None or spent + unspent == whole:
            continue
        message = f"Line {number + 1}: {format_pounds(spent)} spent and {format_pounds(unspent)} left make " \
                  f"{format_pounds(spent + unspent)}, but {format_pounds(whole)} was released."
        yield Finding("PPG-effect-sum", "DATA-effect-sum", FIELD, message, row=f"{number}-unspent_pence")
