"""Exceptions from the English or Maths target that a special school made earlier in the year: they hold until it is over (HB-5.1).

Which of them a PEP may rest on is decided here from its PEP, school and year; the rows are reading.py's, what they answer is
validators/targets.py's.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from pep_admin.circumstances import explained
from pep_admin.config import LONDON
from pep_admin.models import Pep
from pep_admin.pep_form import StandingException
from pep_admin.vocabulary import Subject

_SUBJECTS = (Subject.ENGLISH.value, Subject.MATHS.value)


@dataclass(frozen=True, slots=True)
class Made:
    """An exception with the PEP, the school and the year in which it was made (ids)."""

    pep_id: int
    school_id: int
    year_id: int
    exception: StandingException


Row = tuple[int, int, int, int, str, Mapping[str, Any], str | None, datetime | None]
"""Of a PEP: its id, its child, school and year (ids), its reference, the answers of Part 2, who signed that and when."""


def exceptions_in(rows: Iterable[Row]) -> dict[int, list[Made]]:
    """By child, in the order of the rows: the exceptions that stand in those PEPs."""
    found: dict[int, list[Made]] = defaultdict(list)
    for pep_id, child_id, school_id, year_id, reference, kept, by, at in rows:
        for subject in _SUBJECTS:
            kind, why = kept.get(f"{subject}_exception_kind") or "", kept.get(f"{subject}_exception") or ""
            if explained(why):
                on = at.astimezone(LONDON).date() if at else None
                exception = StandingException(subject, kind, why, reference, by or "", on)
                found[child_id].append(Made(pep_id, school_id, year_id, exception))
    return found


def standing_for(pep: Pep, made: Iterable[Made]) -> tuple[StandingException, ...]:
    """The latest of each subject that this PEP's own school made earlier in its year."""
    latest: Mapping[str, StandingException] = {
        each.exception.subject: each.exception for each in made
        if each.pep_id < pep.id and each.school_id == pep.school_id and each.year_id == pep.term.year_id
    }
    return tuple(latest[subject] for subject in _SUBJECTS if subject in latest)
