"""Reading a Document for a check: whether an answer stands, which day its meeting is, a warning in short. No rule stands here."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from pep_admin.circumstances import said
from pep_admin.pep_form import Document
from pep_admin.validators.findings import Finding
from pep_admin.validators.meetings import day_of
from pep_admin.vocabulary import Attendance

HERE = (Attendance.ATTENDED, Attendance.PART)
"""How somebody was at the meeting."""


def answer_of(document: Document, key: str) -> Any:
    """An answer as posted or stored; the two dates that are columns of the PEP stand on the document itself too."""
    if key in document.answers:
        return document.answers[key]
    return {"meeting_at": document.meeting_at, "next_pep_on": document.next_pep_on}.get(key)


def stands(value: object) -> bool:
    """Whether something is answered: words that say something, a choice, a day, a line."""
    if isinstance(value, str):
        return said(value)
    return value is not None and value != () and value != []


def asks(document: Document, key: str) -> bool:
    """Whether that field is asked in this PEP: its form has it, and it applies. What is not asked is not missed."""
    return key in document.answers


def meeting_day(document: Document) -> date | None:
    """The day of the meeting in England."""
    return day_of(answer_of(document, "meeting_at"))


def row_id(row: Mapping[str, Any], number: int) -> str:
    """The id of a line, or its number while it has none."""
    return str(row.get("id") or number)


def warning(check: str, code: str, field: str, message: str, row: str = "") -> Finding:
    """A finding that is shown and recorded, and stops nothing."""
    return Finding(check, code, field, message, "warning", row=row)


def listed(words: list[str], last: str = "and") -> str:
    """ "one, two and three"."""
    return f" {last} ".join([", ".join(words[:-1]), words[-1]] if len(words) > 1 else words)


def first_words(text: str, count: int = 8) -> str:
    """The beginning of a text, for a sentence about it."""
    words = text.split()
    return " ".join(words[:count]) + ("..." if len(words) > count else "")
