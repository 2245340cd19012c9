"""What makes a school's record acceptable: a name, register numbers in their shape. Who else has the URN is not known here."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Protocol

from pep_admin.validators.children import check_name
from pep_admin.validators.findings import Finding
from pep_admin.validators.identifiers import check_urn

LONGEST_NAME = 200  # characters, as the table holds
_SHAPES = {
    "local_authority_code": (re.compile("[0-9]{3}"), "A local authority's number has three figures, like 351."),
    "laestab": (re.compile("[0-9]{7}"), "An establishment's number has seven figures, the authority's three first, like 3514320."),
    "ukprn": (re.compile("[1-9][0-9]{7}"), "A UKPRN has eight figures, like 10037232."),
}


class SchoolLike(Protocol):
    """What check_school reads; the School row and a row of the register both fit."""

    @property
    def urn(self) -> str | None: ...
    @property
    def name(self) -> str | None: ...


def check_school(school: SchoolLike) -> list[Finding]:
    """Everything that can be said of a school's record by itself; `field` of a finding is the attribute's name."""
    return [*_name(school), *(check_urn(school.urn) if school.urn else ()), *_numbers(school)]


def _name(school: SchoolLike) -> list[Finding]:
    if not (school.name or "").strip():
        return [Finding("SCHOOL-name", "DATA-school", "name", "Enter the school's name.")]
    return check_name(school.name or "", "name", longest=LONGEST_NAME)


def _numbers(school: SchoolLike) -> Iterator[Finding]:
    for field, (shape, message) in _SHAPES.items():
        number = getattr(school, field, None)
        if number and not shape.fullmatch(number):
            yield Finding(f"SCHOOL-{field.replace('_', '-')}", "DATA-school", field, message)
