"""Values as English words for documents: dates, moments, year groups, choices by their labels.

The same whatever the machine's language. Only how a value is written stands here, never which one.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from typing import Any

from pep_admin.config import LONDON
from pep_admin.money import format_pounds
from pep_admin.pep_form import Field, Kind
from pep_admin.vocabulary import Labelled

_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_YEAR_GROUPS = {"N1": "Nursery 1", "N2": "Nursery 2", "R": "Reception"}


def date_words(day: date) -> str:
    """01 Sep 2024, whatever the machine's language."""
    return f"{day.day:02d} {_MONTHS[day.month - 1]} {day.year}"


def moment_words(at: datetime) -> str:
    """An aware instant as England's clocks show it: 18 Nov 2024, 14:00."""
    local = at.astimezone(LONDON)
    return f"{date_words(local.date())}, {local:%H:%M}"


def year_words(year_group: str) -> str:
    """Year 5, Reception, Nursery 2; "" when there is none."""
    return _YEAR_GROUPS.get(year_group) or (f"Year {year_group}" if year_group.isdigit() else year_group)


def value_words(found: Field, value: Any) -> str:
    """A value other than rows as a reader expects it, "" when there is none."""
    if value is None or value == () or value == "":
        return ""
    labels = dict(found.choices)
    written: dict[Kind, Callable[[Any], str]] = {
        Kind.DATE: date_words,
        Kind.MOMENT: moment_words,
        Kind.MONEY: format_pounds,
        Kind.YES_NO: lambda said: "Yes" if said else "No",
        Kind.ONE_OF: lambda code: labels.get(str(code), str(code)),
        Kind.MANY_OF: lambda codes: ", ".join(labels.get(str(code), str(code)) for code in codes),
    }
    return written.get(found.kind, str)(value)


def label_of(words: type[Labelled], code: str) -> str:
    """The label of a stored value; the value itself when the vocabulary no longer has it."""
    try:
        return words(code).label
    except ValueError:
        return code
