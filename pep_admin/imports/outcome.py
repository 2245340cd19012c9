"""What a file would do, row by row: the outcome that is shown before anything is stored, and the file of refused rows to mend.

An outcome is made by comparing rows with what stands (schools.py and its like) and changes nothing. Keeping it until it is
confirmed is keeping.py's.
"""

from __future__ import annotations

import csv
import hashlib
import io
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from pep_admin.deadlines import format_day
from pep_admin.imports.files import WHY, Table, inert
from pep_admin.validators.findings import Finding
from pep_admin.vocabulary import Labelled, RowFate

ROWS_ON_A_PAGE = 50


class Told(NamedTuple):
    """One row as it is shown; its number is 0 where the file has no row of it. `subject` names what it is about; `changes` are
    (label, old, new) in words, "" for nothing; `why` are (column, sentence, rule). `exact` is what would be stored, for the digest
    alone."""

    number: int
    subject: str
    fate: RowFate
    changes: tuple[tuple[str, str, str], ...] = ()
    why: tuple[tuple[str, str, str], ...] = ()
    part: str = ""
    exact: Any = None


@dataclass(slots=True)
class Outcome:
    """The rows with their fates; `left_out` counts those not asked for, `notes` are sentences about the files as a whole."""

    told: list[Told] = field(default_factory=list)
    left_out: int = 0
    notes: list[str] = field(default_factory=list)

    def add(self, number: int, subject: str, fate: RowFate, *, changes: Iterable[tuple[str, Any, Any]] = (), part: str = "",
            exact: Any = None) -> None:
        """A row that can be stored as it is, or need not be; old and new are values, written here as people read them."""
        shown = tuple((label, in_words(old), in_words(new)) for label, old, new in changes)
        self.told.append(Told(number, subject, fate, shown, (), part, exact))

    def refuse(self, number: int, subject: str, findings: Iterable[Finding], headings: Mapping[str, str], *, part: str = "",
               fate: RowFate = RowFate.REFUSED) -> None:
        """A row that is not stored, or waits for somebody to settle it; `headings` gives the column of a finding's field."""
        why = tuple((headings.get(each.field, ""), each.message, each.code) for each in findings)
        self.told.append(Told(number, subject, fate, (), why, part))

    def counts(self) -> dict[RowFate, int]:
        """How many rows of each fate, in the order of the tabs, none left out."""
        found = Counter(each.fate for each in self.told)
        return {fate: found[fate] for fate in RowFate}

    def digest(self) -> str:
        """The SHA-256 over all that is shown and would be stored: equal outcomes store the same."""
        found = hashlib.sha256()
        for each in self.told:
            found.update(repr(each).encode())
        found.update(str(self.left_out).encode())
        return found.hexdigest()

    def pages(self) -> Iterator[tuple[RowFate, int, list[Any]]]:
        """The rows of each fate, up to fifty a page: (fate, number of the page from 0, rows as JSON)."""
        for fate in RowFate:
            rows = [_as_json(each) for each in sorted(self.told, key=lambda told: told.number) if each.fate is fate]
            for start in range(0, len(rows), ROWS_ON_A_PAGE):
                yield fate, start // ROWS_ON_A_PAGE, rows[start:start + ROWS_ON_A_PAGE]

    def refused_in(self, part: str = "") -> dict[int, str]:
        """Why each refused or waiting row of that file is not stored, by its number."""
        return {each.number: sentences(each) for each in self.told
                if each.part == part and each.fate in (RowFate.REFUSED, RowFate.WAITING)}


def in_words(value: Any) -> str:
    """A value as the pages of an outcome show it; "" for none."""
    if value is None:
        return ""
    if isinstance(value, Labelled):
        return value.label
    if isinstance(value, bool):
        return "Yes" if value else "No"
    return format_day(value) if hasattr(value, "isoformat") else str(value)


def sentences(told: Told) -> str:
    """Why a row is not stored, in one line."""
    return " ".join(f"{column}: {message}" if column else message for column, message, _ in told.why)


def with_their_own(tables: Mapping[str, Table], why: Mapping[str, Mapping[int, str]], joined_by: str) -> dict[str, dict[int, str]]:
    """By the file's part, the rows that are to be mended, `why` by their numbers; where files are joined by a column, with every
    row of the others that is about the same, so that what is taken away can be loaded by itself."""
    found = {part: dict(why.get(part, {})) for part in tables}
    if not joined_by:
        return found
    theirs: dict[str, tuple[str, int]] = {}
    for part, table in tables.items():
        for row in table.rows():
            if row.number in found[part] and (key := " ".join(row[joined_by].split())):
                theirs.setdefault(key, (part, row.number))
    for part, table in tables.items():
        for row in table.rows():
            at = theirs.get(" ".join(row[joined_by].split()))
            if at is not None and at[0] != part:
                found[part].setdefault(row.number, f"Not loaded, because of row {at[1]} in the other file.")
    return found


def file_to_mend(table: Table, why: Mapping[int, str]) -> bytes:
    """Those rows of a file as they came, with a last column that says why: UTF-8 CSV that a spreadsheet opens and obeys in nothing.

    It can be loaded again as it is: the last column is not read, and the marks that keep cells from being formulas are taken off.
    """
    written = io.StringIO()
    sheet = csv.writer(written, lineterminator="\r\n")
    kept = [place for place, heading in enumerate(table.headings) if heading != WHY]
    sheet.writerow([*(inert(table.headings[place]) for place in kept), WHY])
    for number, cells in table.originals(why):
        beyond = cells[len(table.headings):]  # cells under no heading are why the row was refused; they are seen, and refused again
        sheet.writerow([*(inert(cells[place]) if place < len(cells) else "" for place in kept), why[number], *map(inert, beyond)])
    return written.getvalue().encode("utf-8-sig")


def _as_json(told: Told) -> list[Any]:
    return [told.number, told.subject, told.part, told.changes, told.why]
