"""Attainment line by line: which subjects must be there, and when a line must say how the child stands against the age.

What is below and spoken to by nobody is education.py's; the scales and subjects are data (scales.py, attainment_words.py).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from pep_admin.attainment_words import missing_subjects, passed_in, wants_the_age
from pep_admin.pep_form import Document
from pep_admin.validators.answered import asks, listed
from pep_admin.validators.findings import Finding

_DONE_WITH = "grade_4"
"""The exception by which no English, or no Maths, target is set because it is passed (HB-5.1)."""


def subjects_missing(document: Document, rows: Iterable[Mapping[str, Any]] | None = None) -> list[str]:
    """The subjects asked at the child's age of which there is no line; `rows` in the place of those that stand."""
    lines = document.rows("attainment") if rows is None else rows
    passed = passed_in(document.rows("qualifications_held"))
    passed += [subject for subject in ("english", "maths") if document.answer(f"{subject}_exception_kind") == _DONE_WITH]
    return missing_subjects(document.child.year_group, [row.get("subject") or "" for row in lines], passed)


def check_subjects(document: Document) -> Iterator[Finding]:
    """RD-217 (blocking): every subject that is asked has its line, and there is one at least."""
    if not asks(document, "attainment"):
        return
    if missing := subjects_missing(document):
        yield Finding("RD-217", "HB-4.1", "attainment", f"Attainment is missing for {listed(missing)}.")
    elif not document.rows("attainment"):
        yield Finding("RD-217", "HB-4.1", "attainment", "Attainment is missing. Add a line for each subject.")


def check_judgements(document: Document, rows: Iterable[Mapping[str, Any]]) -> Iterator[Finding]:
    """P2.43 (blocking): what must not be stored of posted lines, each told at its column."""
    for number, row in enumerate(rows):
        if why := wants_the_age(row, document.child.year_group, document.year):
            yield Finding("RD-217", "HB-4.1", "attainment", f"Line {number + 1} of “Attainment”: {why}", row=f"{number}-on_track")
