"""How the due day of a PEP is shown: the day, the rule and arithmetic that made it, and, where it was missed, with whom it waited.

What is late is clocks.py's, which days tell it queries/lateness.py's.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any

from flask import g
from markupsafe import Markup
from sqlalchemy.orm import Session

from pep_admin import queries
from pep_admin.clocks import Clock
from pep_admin.deadlines import format_day
from pep_admin.models import Pep


def look_at(session: Session, peps: Iterable[Pep], today: date) -> None:
    """Tell the delays of those PEPs once for this request; the cells below show them."""
    g.setdefault("pep_delays", {}).update(queries.delays(session, peps, today))


def delay_of(pep: Pep) -> Clock | None:
    """What `look_at` found of a PEP; None where it is in time."""
    found: Clock | None = g.get("pep_delays", {}).get(pep.id)
    return found


def due_cell(pep: Pep) -> Markup:
    """The due day with how it came about and, where it was missed, by how much and with whom it waited."""
    parts = [Markup("{}").format(format_day(pep.due_on)), Markup('<span class="hint">{}</span>').format(pep.due_rule)]
    if (delay := delay_of(pep)) is not None:
        parts.append(Markup('<span class="late">{}</span>').format(late_words(delay)))
    return Markup('<span class="due">{}</span>').format(Markup(" <br>").join(parts))


def late_words(delay: Clock) -> str:
    """In a few words: "Late by 3 days: the school"."""
    return f"{delay.standing}: {whose_words(delay)}"


def whose_words(delay: Clock) -> str:
    """With whom it waited, several joined by "and"."""
    first, *others = (each.label for each in delay.whose)
    return " and ".join([first, *(f"{each[0].lower()}{each[1:]}" for each in others)])


def waited_with(pep: Pep) -> Any:
    """The same without the count, for a spreadsheet; None where it is in time."""
    delay = delay_of(pep)
    return whose_words(delay) if delay else None
