"""What lies ahead of a child by year group and term: the next stage, and what a year prepares without a move at its end.

What a form then asks is pep_form's, whether a plan is missing validators/schooling.py's.
"""

from __future__ import annotations

from collections.abc import Mapping

from pep_admin.school_calendar import year_number
from pep_admin.school_words import OptionsYear
from pep_admin.vocabulary import TermName

_STAGES: Mapping[str, tuple[str, TermName]] = {
    "N2": ("Reception", TermName.AUTUMN),
    "R": ("Year 1", TermName.SUMMER),
    "6": ("Year 7", TermName.AUTUMN),
    "11": ("what comes after Year 11", TermName.AUTUMN),
    "12": ("Year 13", TermName.SUMMER),
    "13": ("what comes after Year 13", TermName.AUTUMN),
}
"""Where a child goes at the end of that year, and the term from which the move is planned; about a year ahead where the place is
applied for."""


def next_stage(group: str, term: TermName | str, school_ends: bool | None) -> str:
    """Where a child of that year group goes in September, from the term on in which that is planned; "" where nowhere, or not yet.

    `school_ends`: whether the school's last year is this one (None: not known). Where it goes on after Year 6 nobody moves; an
    infant, first or middle school ends in a year of its own.
    """
    to, begins = _STAGES.get(group, ("", TermName.AUTUMN))
    if group == "6" and school_ends is False:
        return ""
    if not to and school_ends:
        to = f"Year {year_number(group) + 1}"
    terms = list(TermName)
    return to if to and terms.index(TermName(term)) >= terms.index(begins) else ""


_AHEAD: Mapping[str, tuple[str, frozenset[TermName]]] = {
    "5": ("Secondary schools: three are visited, and the child’s wishes known, before the applications of Year 6",
          frozenset(TermName)),
    "7": ("How the move went: friends, the key adult, help that must not stop", frozenset({TermName.AUTUMN})),
    "10": ("Work experience, visits to colleges, and a first talk about careers", frozenset({TermName.SPRING, TermName.SUMMER})),
}
"""What a year group prepares, without a move at its end, and in which terms that is asked about."""
FIRST_OF_ADULTHOOD = 9  # the year group from which an EHCP prepares for adult life


_OPTIONS: Mapping[OptionsYear, str] = {
    OptionsYear.YEAR_8: "Courses for Years 9 to 11: choices, advice, doors kept open",
    OptionsYear.YEAR_9: "Courses for Years 10 and 11: choices, advice, doors kept open",
}
"""What is chosen, by the year group in which a school has it chosen."""


def chooses_courses(group: str, term: TermName | str, options_in: str) -> bool:
    """Whether a child of that year group chooses the courses of key stage 4 this term, at a school where that is done in the year
    group `options_in`: from spring on, in that one year alone."""
    return group == OptionsYear(options_in) and TermName(term) is not TermName.AUTUMN


def ahead_of(group: str, term: TermName | str, has_ehcp: bool, options_in: str) -> tuple[str, ...]:
    """What is prepared in that year group and term, in sentences to plan by; () where nothing is."""
    words, terms = _AHEAD.get(group, ("", frozenset()))
    told = [words] if TermName(term) in terms else []
    if chooses_courses(group, term, options_in):
        told.append(_OPTIONS[OptionsYear(options_in)])
    if has_ehcp and year_number(group) >= FIRST_OF_ADULTHOOD:
        told.append("Adult life, as the EHCP’s review asks: work, home, friends, health")
    return tuple(told)
