"""The lines of a table as they are posted: which were sent, which of them say something, and findings of them at the page's lines.

What stands in a line is read by section_forms.py.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from pep_admin.pep_form import FORM, Field, Kind
from pep_admin.validators.findings import Finding
from pep_admin.views.answer_words import LOOKED_AT
from pep_admin.views.attainment_lines import SUBJECT

GIVEN = "given"
"""What marks a line whose subject the page itself names: the subject alone is no answer then."""
MOST_LINES = 60
DECLARED = {found.key: found for found in FORM.fields()}
"""The questions of the document as it is declared today, by key."""


def numbers_in(found: Field, form: Mapping[str, Any]) -> list[int]:
    """The numbers of the lines that were posted, in order."""
    pattern = re.compile(rf"{re.escape(found.key)}-([0-9]{{1,3}})-[a-z_]+")
    return sorted({int(match[1]) for key in form if (match := pattern.fullmatch(key))})[:MOST_LINES]


def said_in(found: Field, form: Mapping[str, Any]) -> list[int]:
    """The numbers of the lines that count, in order: once anything is typed in one. What it looks back on, and a subject that the
    page names, come along by themselves."""
    told = []
    for number in numbers_in(found, form):
        given = {SUBJECT} if f"{found.key}-{number}-{GIVEN}" in form else set()
        keys = [column.key for column in found.columns if column.key not in LOOKED_AT | given]
        told += [number] if any(form.get(f"{found.key}-{number}-{key}", "").strip() for key in keys) else []
    return told


def at_lines(findings: Iterable[Finding], form: Mapping[str, Any]) -> list[Finding]:
    """Findings of lines, which are counted without those that say nothing, at the lines of the page."""
    shown = []
    for each in findings:
        found, (place, _, column) = DECLARED.get(each.field), each.row.partition("-")
        numbers = said_in(found, form) if found and found.kind is Kind.ROWS and column and place.isdigit() else []
        if numbers and int(place) < len(numbers):
            number, counted = numbers[int(place)], int(place) + 1
            message = re.sub(rf"\b([Ll]ine) {counted} of\b", rf"\g<1> {number + 1} of", each.message)
            each = replace(each, row=f"{number}-{column}", message=message)
        shown.append(each)
    return shown
