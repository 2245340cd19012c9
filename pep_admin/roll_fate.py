"""What the record says of a child's school when the roll moves on in September: who moves, who stays, and where it does not tell.

Values in, findings out; who is moved, and that somebody says so, is workflow/roll_over.py's.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from pep_admin.school_calendar import YEAR_GROUPS
from pep_admin.vocabulary import Labelled, SchoolKind, SchoolPhase


class RollFate(Labelled):
    """What the record says of a child's school when the roll moves on into an academic year, in the order of the page."""

    MOVES = "moves", "At the end of what their school teaches"
    ASKED = "asked", "The record does not tell whether the school goes on"
    STAYS = "stays", "Stay at their school"
    NO_SCHOOL = "no_school", "Without a school"
    LEAVES = "leaves", "At the end of Year 13"
    DONE = "done", "Moved on already"


@dataclass(frozen=True, slots=True)
class RollFacts:
    """A child on the last day of one academic year and the first of the next, and the school they are at (None: at none).

    `before` and `after` are year groups, by the birthday or as set by hand; `since_new_year`: at this school only since the new
    year began; `is_done`: the roll has moved on for this child.
    """

    before: str
    after: str
    phase: SchoolPhase | None
    kind: SchoolKind | None = None
    school_name: str = ""
    since_new_year: bool = False
    is_done: bool = False


def group_a_year_later(by_hand: str, by_age_then: str) -> str | None:
    """A year group that was set by hand, one up; None where none has to be set any more: it is that of the age, or past Year 13."""
    place = YEAR_GROUPS.index(by_hand) + 1 if by_hand in YEAR_GROUPS else len(YEAR_GROUPS)
    moved = YEAR_GROUPS[place] if place < len(YEAR_GROUPS) else None
    return None if moved == by_age_then else moved


def roll_fate(facts: RollFacts) -> tuple[RollFate, str] | None:
    """What the record says of the child's school in the new year, and why; None for who is in no year group then and was in none.

    A school tells by its phase which year is its last. An infant or first school is known by its name alone; a secondary school
    may have a sixth form, so that its Year 11 leaves unless somebody says otherwise.
    """
    if facts.is_done:
        return RollFate.DONE, ""
    if facts.after == "":
        return (RollFate.LEAVES, "") if facts.before == YEAR_GROUPS[-1] else None
    if facts.phase is None:
        return RollFate.NO_SCHOOL, "No school on record"
    if facts.since_new_year:
        return RollFate.STAYS, ""
    if facts.kind is SchoolKind.NURSERY:
        return _after_early_years(facts)
    return _LAST_YEARS[facts.phase](facts)


def _after_early_years(facts: RollFacts) -> tuple[RollFate, str]:
    return (RollFate.STAYS, "") if facts.after in ("N1", "N2") else (RollFate.MOVES, "The setting is for early years")


def _after_primary(facts: RollFacts) -> tuple[RollFate, str]:
    words = frozenset(re.findall(r"[a-z]+", facts.school_name.casefold()))
    through = words & {"primary", "junior", "juniors"}
    if YEAR_GROUPS.index(facts.after) > YEAR_GROUPS.index("6"):
        return RollFate.MOVES, "Year 6 is the last at a primary school"
    if facts.after == "3" and words & {"infant", "infants"} and not through:
        return RollFate.MOVES, "Year 2 is the last at an infant school"
    if facts.after == "5" and "first" in words and not through:
        return RollFate.MOVES, "Year 4 is the last at a first school"
    if facts.after == "3" and not through and "first" not in words:
        return RollFate.ASKED, "Year 2 may be the last: the record does not tell infant and primary schools apart"
    return RollFate.STAYS, ""


def _after_secondary(facts: RollFacts) -> tuple[RollFate, str]:
    if facts.after == "12" and facts.kind is SchoolKind.SCHOOL:
        return RollFate.MOVES, "Year 11 is the last but for a sixth form"
    if facts.after in ("8", "9") and "middle" in facts.school_name.casefold().split():
        return RollFate.ASKED, "A middle school ends with Year 7 or 8: the record does not tell"
    return _after_all_through(facts)


def _after_all_through(facts: RollFacts) -> tuple[RollFate, str]:
    if facts.after == "12":
        return RollFate.ASKED, "Year 11 may be the last: the record does not tell"
    return RollFate.STAYS, ""


_LAST_YEARS: Mapping[SchoolPhase, Callable[[RollFacts], tuple[RollFate, str]]] = {
    SchoolPhase.EARLY_YEARS: _after_early_years,
    SchoolPhase.PRIMARY: _after_primary,
    SchoolPhase.SECONDARY: _after_secondary,
    SchoolPhase.ALL_THROUGH: _after_all_through,
    SchoolPhase.POST_16: lambda _: (RollFate.STAYS, ""),
}
