"""The lines of attainment as a page lays them out: those that stand, then an empty one for each subject that is asked or was judged
last term, with last term's judgement beside “Now”.

How a line is drawn and read back is section_forms.py's, which subjects are asked attainment_words.py's.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from pep_admin.attainment_words import last_of, plain
from pep_admin.pep_form import Document
from pep_admin.validators.attainment import subjects_missing

ATTAINMENT = "attainment"
SUBJECT = "subject"
"""The column that says what a line is about: it heads the line and is no answer by itself."""
BESIDE = "current"
"""The column beside which last term's judgement stands."""


@dataclass(frozen=True, slots=True)
class LaidOut:
    """A line: its row, and whether the page itself names its subject, so that the subject alone says nothing."""

    row: Mapping[str, Any]
    given: bool = False


def laid_out(document: Document, rows: Iterable[Mapping[str, Any]], before: Mapping[str, str]) -> list[LaidOut]:
    """Those lines, and below them the subjects that are still to be judged; `before` is last term's judgement by subject."""
    standing = list(rows)
    there = {plain(row.get(SUBJECT) or "") for row in standing}
    missing = subjects_missing(document, standing)
    wanted = [*missing, *(each for each in before if plain(each) not in {*there, *map(plain, missing)})]
    return [*(LaidOut(row) for row in standing), *(LaidOut({SUBJECT: each}, given=True) for each in wanted)]


def told_beside(before: Mapping[str, str], subject: str) -> str:
    """Last term's judgement of a subject in words, "" where there is none."""
    last = last_of(before, subject)
    return f"Last term: {last}" if last else ""
