"""What a teacher is offered for attainment, by the child's year: the subjects that are asked, and the values of the scales.

Offered, never demanded: a school that judges by a scale of its own types it, and says beside it how that is against the age.
"""

from __future__ import annotations

from collections.abc import Mapping

_EARLY = ("Communication and language", "Personal, social and emotional", "Physical development", "Literacy", "Mathematics")
_RECEPTION = (*_EARLY, "Understanding the world", "Expressive arts and design")
_PRIMARY = ("Reading", "Writing", "Maths", "Science")
_LOWER = ("English", "Maths", "Science", "History", "Geography", "Computing", "A language", "Art and design", "Music", "PE",
          "Design and technology", "Religious studies")
_GCSE = ("English language", "Maths", "English literature", "Combined science", "Biology", "Chemistry", "Physics", "History",
         "Geography", "Computer science", "A language", "Art and design", "Music", "Drama", "PE", "Religious studies", "Business")
_AFTER = ("English", "Maths", "Main programme")

_OWN_YEAR = ("Below", "On track", "Above")
_IN_YEAR = ("Pre-key-stage", "Working towards", "Expected", "Greater depth")
_NINE_TO_ONE = ("U", *map(str, range(1, 10)))
_PAIRS = tuple(f"{grade}-{grade}" for grade in range(1, 10))
_VOCATIONAL = ("Level 1 pass", "Level 1 merit", "Level 1 distinction", "Level 2 pass", "Level 2 merit", "Level 2 distinction",
               "Level 2 distinction*")
_ENTRY = ("Entry level 1", "Entry level 2", "Entry level 3", "Functional skills level 1", "Functional skills level 2")
_LEVEL_3 = ("E", "D", "C", "B", "A", "A*", "Pass", "Merit", "Distinction", "Distinction*")

_BY_YEAR: Mapping[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    **dict.fromkeys(("N1", "N2"), (_EARLY, _OWN_YEAR)),
    "R": (_RECEPTION, (*_OWN_YEAR, "Emerging", "Expected")),
    **dict.fromkeys(("1", "2", "3", "4", "5"), (_PRIMARY, _IN_YEAR)),
    "6": ((*_PRIMARY, "Grammar, punctuation and spelling"), _IN_YEAR),
    **dict.fromkeys(("7", "8", "9"), (_LOWER, (*_IN_YEAR[1:], *_NINE_TO_ONE))),
    **dict.fromkeys(("10", "11"), (_GCSE, (*_NINE_TO_ONE, *_PAIRS, *_VOCATIONAL, *_ENTRY))),
    **dict.fromkeys(("12", "13"), (_AFTER, (*_ENTRY, *_NINE_TO_ONE, *_VOCATIONAL, *_LEVEL_3))),
}


def offered(year_group: str) -> Mapping[str, tuple[str, ...]]:
    """By column of an attainment line, what is offered in that year group, lowest value first; nothing for an unknown year."""
    if year_group not in _BY_YEAR:
        return {}
    subjects, values = _BY_YEAR[year_group]
    return {"subject": subjects, "current": values, "expected": values}
