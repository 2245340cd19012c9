"""Which heading of a file is which column: by our names, by what was remembered of the same source, or as somebody has chosen.

Judgement alone: it takes headings and gives places, or says what is wrong. Opening files is files.py's; what is remembered for the
team, and the step at which somebody chooses, are matching.py's.
"""

from __future__ import annotations

import functools
import re
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

from pep_admin.exceptions import Refused
from pep_admin.validators.findings import Finding

MOST_COLUMNS = 500
"""Of a file of any kind: each heading is offered for each of our columns, and no list of a system has a tenth of that."""

Remembered = Mapping[str, str]
"""By plain heading the key of the column that stands under it, "" for a heading that is not to be read."""
NOTHING: Remembered = MappingProxyType({})
NOT_READ = ""
_VALUE = re.compile(r"[\d\s.,:/\\-]+|[a-z][0-9]{11}[0-9a-z]", re.IGNORECASE | re.ASCII)
"""Figures, dates and UPNs: a first row that holds them holds no names of columns, and must not be remembered as such."""


@dataclass(frozen=True)
class Column:
    """A column that an import reads: its `key` in a Row, its heading, others that mean the same, and whether it must be there."""

    key: str
    heading: str
    also: tuple[str, ...] = ()
    needed: bool = False

    @functools.cached_property
    def names(self) -> frozenset[str]:
        """The plain headings by which it is known."""
        return frozenset(plain_heading(each) for each in (self.heading, *self.also))


@dataclass(frozen=True, slots=True)
class Layout:
    """What one file of an import holds; more than `most_rows` rows are refused."""

    columns: tuple[Column, ...]
    most_rows: int = 20_000

    def heading(self, key: str) -> str:
        """The heading of a column by its key; the key itself where there is none."""
        return next((each.heading for each in self.columns if each.key == key), key)

    @property
    def needed(self) -> tuple[Column, ...]:
        """The columns that must be there."""
        return tuple(each for each in self.columns if each.needed)


def plain_heading(text: str) -> str:
    """A heading without what people write differently: case, blanks, punctuation. “LA (code)” and “la_code” are the same."""
    return "".join(each for each in unicodedata.normalize("NFKC", text).casefold() if each.isalnum())


def own_place(column: Column, heading: str) -> bool:
    """Whether the column is known by that heading without anybody's word."""
    return plain_heading(heading) in column.names


def can_be_name(heading: str) -> bool:
    """Whether that may be the name of a column: not nothing, and neither figures, a date nor a UPN."""
    return bool(plain_heading(heading)) and not _VALUE.fullmatch(heading)


def find_places(headings: Sequence[str], layout: Layout, remembered: Remembered = NOTHING) -> dict[str, int]:
    """Where each column of the layout stands; Refused when one that must be there does not, or one could be two headings."""
    found, problems = {}, []
    for column, places in _candidates(headings, layout, remembered):
        if len(places) > 1:
            which = " and ".join(f"“{headings[place]}” (column {place + 1})" for place in places)
            problems.append(Finding("file-doubled", "DATA-file", column.key, f"Two columns could be “{column.heading}”: {which}. "
                                    "Keep one of them."))
        elif places:
            found[column.key] = places[0]
        elif column.needed:
            problems.append(Finding("file-column", "DATA-file", column.key, f"The file has no column “{column.heading}”. "
                                    "Its first row must hold the names of the columns."))
    if problems:
        raise Refused(problems)
    return found


def suggest_places(headings: Sequence[str], layout: Layout, remembered: Remembered = NOTHING) -> dict[str, int]:
    """Where each column would stand as far as that can be told; for a page on which somebody chooses."""
    return {column.key: places[0] for column, places in _candidates(headings, layout, remembered) if len(places) == 1}


def check_places(headings: Sequence[str], layout: Layout, chosen: Mapping[str, int]) -> list[Finding]:
    """What is wrong with places that somebody has chosen, at the columns' keys: a needed column without a heading, a heading for
    two columns, and one that the file does not have."""
    problems, taken = [], Counter(chosen.values())
    for column in layout.columns:
        place = chosen.get(column.key)
        if place is None:
            if column.needed:
                message = f"Choose which heading of the file is “{column.heading}”: without it the file cannot be read."
                problems.append(Finding("match-needed", "DATA-file", column.key, message))
        elif not 0 <= place < len(headings) or not can_be_name(headings[place]):
            message = f"The heading chosen for “{column.heading}” is none of this file. Choose one of the list."
            problems.append(Finding("match-strange", "DATA-file", column.key, message))
        elif taken[place] > 1:
            message = f"“{headings[place]}” is chosen for more than one column, also for “{column.heading}”. Choose it once."
            problems.append(Finding("match-doubled", "DATA-file", column.key, message))
    return problems


def learnt(headings: Sequence[str], layout: Layout, chosen: Mapping[str, int]) -> dict[str, str | None]:
    """What a choice teaches, by heading: the key under which it is read, "" where our names would read it and the choice does not,
    None where our names say the same, so that nothing needs to be remembered.

    A heading that the file has twice teaches nothing: next time it could not be told apart either.
    """
    key_at = {place: key for key, place in chosen.items()}
    times, found = Counter(map(plain_heading, headings)), dict[str, str | None]()
    for place, heading in enumerate(headings):
        if times[plain_heading(heading)] > 1 or not can_be_name(heading):
            continue
        key = key_at.get(place, NOT_READ)
        by_name = next((each.key for each in layout.columns if own_place(each, heading)), NOT_READ)
        found[heading] = None if key == by_name else key
    return found


def _candidates(headings: Sequence[str], layout: Layout, remembered: Remembered) -> list[tuple[Column, list[int]]]:
    """For each column the places where it may stand: what is remembered of a heading goes before its name."""
    there: dict[str, list[int]] = defaultdict(list)
    for place, heading in enumerate(headings):
        if plain := plain_heading(heading):
            there[plain].append(place)
    found = []
    for column in layout.columns:
        told = {plain for plain, key in remembered.items() if key == column.key}
        named = {plain for plain in column.names if plain not in remembered}
        found.append((column, sorted(place for plain in (told | named) for place in there.get(plain, ()))))
    return found
