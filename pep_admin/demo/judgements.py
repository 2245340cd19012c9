"""Attainment of the demonstration: a line for each subject asked in the child's year, on that year's scale; maths is behind.

The words of the other answers are words.py's.
"""

from __future__ import annotations

from typing import NamedTuple

from pep_admin.attainment_words import asked_subjects, offered, plain
from pep_admin.school_calendar import year_number


class Values(NamedTuple):
    """Values of one scale: of a child who is where they should be, who is behind, and what is aimed at."""

    well: str
    behind: str
    aim: str


EARLY = Values("On track", "Below", "On track")
PRIMARY = Values("Expected", "Working towards", "Expected")
LOWER = Values("At age-related expectation", "Below", "At age-related expectation")
GCSE = Values("4", "2", "5")
AFTER = Values("Functional level 1, passed", "Functional level 1, working towards", "Functional level 2, passed")


def _values(group: str) -> Values:
    number = year_number(group)
    return next(values for last, values in ((0, EARLY), (6, PRIMARY), (9, LOWER), (11, GCSE), (13, AFTER)) if number <= last)


def attainment(group: str) -> list[dict[str, str | None]]:
    """The lines of a child of that year group: what is asked, and of older children one subject more; [] for none."""
    asked = asked_subjects(group)
    if not asked:
        return []
    more = [each for each in offered(group, "")["subject"] if each in ("Science", "Combined science") and each not in asked]
    return [_line(subject, _values(group), first=number == 0) for number, subject in enumerate((*asked, *more))]


def _line(subject: str, values: Values, *, first: bool) -> dict[str, str | None]:
    behind = plain(subject) == "maths"
    return {"id": None, "subject": subject, "current": values.behind if behind else values.well, "expected": values.well,
            "target": values.aim if behind or first else None, "on_track": "B" if behind else "ON",
            "progress": "MORE" if first else "EXP"}
