"""Which national tests a child can have taken by now, in which school year, and which marks each has (P2.45).

Whether a result is missing, and whether an outcome fits its test, is schooling.py's. Pure.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import Any

from pep_admin.form_words import StatutoryTest
from pep_admin.pep_form import Document
from pep_admin.school_calendar import YEAR_GROUPS, year_group
from pep_admin.validators.findings import Finding

FIELD = "statutory_results"
YEAR_OF = {
    StatutoryTest.BASELINE: "R", StatutoryTest.EYFS: "R", StatutoryTest.PHONICS: "1", StatutoryTest.PHONICS_AGAIN: "2",
    StatutoryTest.KEY_STAGE_1: "2", StatutoryTest.TABLES: "4", StatutoryTest.KEY_STAGE_2: "6",
    StatutoryTest.KEY_STAGE_2_JUDGED: "6",
}
"""By test the year group in which it comes first (pep-form 2.2b to 2.7b)."""
MARKS = {
    StatutoryTest.PHONICS: (0, 40), StatutoryTest.PHONICS_AGAIN: (0, 40), StatutoryTest.TABLES: (0, 25),
    StatutoryTest.KEY_STAGE_1: (85, 115), StatutoryTest.KEY_STAGE_2: (80, 120),
}
"""By test the lowest and the highest mark or scaled score."""
_YEAR = re.compile(r"(\d{4})(\s*[-–/]\s*(?:\d\d)?\d\d)?")
_MARK = re.compile(r"(?:[A-Za-z ]+:?\s+)?(\d{1,4})(?:\s*(?:out of|of|/)\s*\d+)?")


def reached(group: str, stand: Sequence[Mapping[str, Any]] = ()) -> list[StatutoryTest]:
    """The tests that a child of that year group may have taken, and those that stand in its lines already."""
    there = {row.get("test") for row in stand}
    return [each for each in StatutoryTest
            if each.value in there or group not in YEAR_GROUPS or _place(group) >= _place(YEAR_OF[each])]


def check_tests(document: Document, rows: Sequence[Mapping[str, Any]]) -> list[Finding]:
    """RD-220 (blocking): a test that the child has not come to, a school year that cannot be, a mark that it does not have."""
    return [Finding("RD-220", "HB-4.1", FIELD, f"Line {number + 1}: {message}", row=f"{number}-{column}")
            for number, row in enumerate(rows) if row.get("test") for column, message in _wrong(document, row)]


def _wrong(document: Document, row: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    test = StatutoryTest(row["test"])
    name = f"the {test.label[0].lower()}{test.label[1:]}"
    if test not in reached(document.child.year_group):
        yield "test", f"{document.child.called} is in Year {document.child.year_group}; {name} come{_s(test)} in {_year(test)}."
    elif message := _wrong_year(document, test, name, str(row.get("taken_in") or "")):
        yield "taken_in", message
    low, high = MARKS.get(test, (0, 0))
    if high and any(not low <= each <= high for each in _marks(str(row.get("result") or ""))):
        yield "result", f"A mark of {name} lies from {low} to {high}."


def _wrong_year(document: Document, test: StatutoryTest, name: str, text: str) -> str:
    found = _YEAR.search(text)
    if found is None:
        return ""
    written, this = int(found[1]), int(document.year[:4])
    if (written if found[2] else written - 1) > this:  # one year alone may be that in which the school year ends
        return f"“{text}” is still to come. Enter the school year in which it was taken, like {document.year}."
    if not date.min.year < written <= this + 1 or _group_then(document, written) < _place(YEAR_OF[test]):
        return f"In {text} {document.child.called} had not come to {_year(test)}, in which {name} come{_s(test)}. Check the year."
    return ""


def _group_then(document: Document, year: int) -> int:
    """The place of the year group in which the child was: by age, or by the one that is on record now, whichever is further on."""
    group, by_age = document.child.year_group, year_group(document.child.date_of_birth, date(year, 9, 1))
    since = int(document.year[:4]) - year
    return max(_place(by_age) if by_age else -1, _place(group) - since if group in YEAR_GROUPS else -1)


def _marks(text: str) -> list[int]:
    """The marks that a result names, like “19 of 25” or “Reading 101, maths 98”; none of a text that says something else."""
    found = (_MARK.fullmatch(piece.strip()) for piece in re.split(r"[,;]", text))
    return [int(each[1]) for each in found if each]


def _place(group: str) -> int:
    return YEAR_GROUPS.index(group)


def _year(test: StatutoryTest) -> str:
    return "Reception" if YEAR_OF[test] == "R" else f"Year {YEAR_OF[test]}"


def _s(test: StatutoryTest) -> str:
    return "" if test is StatutoryTest.KEY_STAGE_2 else "s"
