"""What a teacher is asked for attainment, by the child's year: the subjects, which of them must be there, the words that the page
offers; and one line of it as it is kept, its values in the words of the scale.

The scales themselves are scales.py's. Offered, never demanded: a school that judges by a scale of its own types it, and says
beside it how that is against the age.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

from pep_admin.scales import AGE, LATER, NOW, in_words, meant, on_scale, scales_of
from pep_admin.vocabulary import OnTrack

_PRIME = ("Communication and language", "Personal, social and emotional", "Physical development")
_EARLY = (*_PRIME, "Literacy", "Mathematics")
_RECEPTION = (*_EARLY, "Understanding the world", "Expressive arts and design")
_PRIMARY = ("Reading", "Writing", "Maths", "Science")
_LOWER = ("English", "Maths", "Science", "History", "Geography", "Computing", "A language", "Art and design", "Music", "PE",
          "Design and technology", "Religious studies")
_GCSE = ("English language", "Maths", "English literature", "Combined science", "Biology", "Chemistry", "Physics", "History",
         "Geography", "Computer science", "A language", "Art and design", "Music", "Drama", "PE", "Religious studies", "Business")
_AFTER = ("English", "Maths", "Main programme")

_BY_YEAR: Mapping[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    **dict.fromkeys(("N1", "N2"), (_EARLY, _PRIME)),
    "R": (_RECEPTION, _EARLY),
    **dict.fromkeys(("1", "2", "3", "4", "5"), (_PRIMARY, _PRIMARY[:3])),
    "6": ((*_PRIMARY, "Grammar, punctuation and spelling"), _PRIMARY[:3]),
    **dict.fromkeys(("7", "8", "9"), (_LOWER, _LOWER[:3])),
    **dict.fromkeys(("10", "11"), (_GCSE, _GCSE[:2])),
    **dict.fromkeys(("12", "13"), (_AFTER, _AFTER[:2])),
}
"""By year group the subjects that are offered, and those that must be there (pep-form, section 2)."""
COLUMNS = {"current": NOW, "expected": LATER, "target": LATER}
"""The columns of a line whose values are of a scale, and of which."""

_SAME = {
    "mathematics": "maths", "math": "maths", "numeracy": "maths", "english language": "english", "gcse english": "english",
    "gcse maths": "maths", "combined science": "science", "biology": "science", "chemistry": "science", "physics": "science",
    "communication": "communication and language", "speech and language": "communication and language",
    "personal, social and emotional development": "personal, social and emotional", "psed": "personal, social and emotional",
    "physical": "physical development",
}
"""Other names under which a subject stands on a line; a part of science is science."""
_PART_OF = {"reading": "english", "writing": "english"}
"""Subjects that a line for the whole stands for."""
CORE = frozenset({"english", "maths", "reading", "writing", "literacy"})
"""English and maths, of which it is always said how the child stands against the age (P2.43)."""
_PASSED = re.compile(r"(?:grade )?(?:[4-9]|a\*|[abc])(?: .*)?")


def plain(subject: str) -> str:
    """A subject by the one name that it has here, however it was written."""
    name = " ".join(subject.split()).casefold()
    return _SAME.get(name, name)


def last_of(judged: Mapping[str, str], subject: str) -> str:
    """What was judged of a subject among those judgements, by whatever name it stands there; "" where it was not."""
    return next((now for name, now in judged.items() if plain(name) == plain(subject)), "") if subject.strip() else ""


def asked_subjects(year_group: str) -> tuple[str, ...]:
    """The subjects that must be there in that year group; none for an unknown one."""
    return _BY_YEAR[year_group][1] if year_group in _BY_YEAR else ()


def missing_subjects(year_group: str, subjects: Iterable[str], passed: Iterable[str] = ()) -> list[str]:
    """The subjects that must be there of which none of those lines is. `passed`: those that a young person has done with, which are
    asked no more after Year 11."""
    there = {plain(each) for each in subjects}
    if year_group in ("12", "13"):
        there |= {plain(each) for each in passed}
    return [each for each in asked_subjects(year_group) if not {plain(each), _PART_OF.get(plain(each), plain(each))} & there]


def passed_in(held: Iterable[Mapping[str, Any]]) -> list[str]:
    """The subjects of those qualifications (P2.47) that are passed as English and maths must be: grade 4, or C in its day."""
    return [row.get("subject") or "" for row in held if _PASSED.fullmatch(" ".join((row.get("grade") or "").casefold().split()))]


def offered(year_group: str, year: str) -> Mapping[str, tuple[str, ...]]:
    """By column of an attainment line, what is offered in that year group and academic year, lowest value first; nothing for an
    unknown year group."""
    if year_group not in _BY_YEAR:
        return {}
    found = {"subject": _BY_YEAR[year_group][0]}
    for column, of in COLUMNS.items():
        every = (value.label for scale in scales_of(year_group, year, of) for value in (*scale.values, *scale.unplaced))
        found[column] = tuple(dict.fromkeys(every))
    return found


def kept(row: Mapping[str, Any], year_group: str, year: str) -> dict[str, Any]:
    """A line as it is kept: values in the words of the scale, and against the age what “now” itself says of it, where nobody said.

    What is of no scale stays as it was typed.
    """
    line = dict(row)
    for column, of in COLUMNS.items():
        if line.get(column):
            line[column] = in_words(line[column], year_group, year, of)
    if line.get("on_track") is None and (said := against_age(line.get("current"), year_group, year)) is not None:
        line["on_track"] = said.value
    if line.get("on_track") == OnTrack.NOT_ASSESSED and "current" in line and not line["current"]:
        line["current"] = OnTrack.NOT_ASSESSED.label
    return line


def against_age(current: str | None, year_group: str, year: str) -> OnTrack | None:
    """What a judgement says by itself of how the child stands against the age; None where its scale does not say.

    The words of scale 2.1 say it in every year group; its codes only where it is the scale, since elsewhere a B is a grade.
    """
    values = meant(current, year_group, year)
    if not values and current:
        values = tuple(each for each in (*AGE.values, *AGE.unplaced) if _words(current) in map(_words, (each.label, *each.also)))
    return values[0].against_age if len(values) == 1 else None


def wants_the_age(row: Mapping[str, Any], year_group: str, year: str) -> str:
    """Why a line must say how the child stands against the age and does not, as a sentence; "" where it does, or need not (P2.43):
    English and maths always say so, and what is of no scale of the year group."""
    current, subject = row.get("current"), row.get("subject")
    if row.get("on_track") is not None or not current:
        return ""
    if not on_scale(current, year_group, year):
        return f"“{current}” is kept as your own scale has it. Choose beside it how that is against the age."
    return f"Choose how {subject} is against the age." if subject and not CORE.isdisjoint({plain(subject)}) else ""


def _words(text: str) -> str:
    return " ".join(text.casefold().split())
