"""One door from the bytes of a file to its rows, by the names of its columns: encodings, line ends, limits, what is refused.

Text (CSV) is read here, workbooks by workbooks.py; both become a Table, whose headings headings.py understands. What a column means
is the matter of each kind of import (schools.py and its like): nothing here knows the domain, and nothing of a file is logged.
"""

from __future__ import annotations

import codecs
import contextlib
import csv
import hashlib
import io
import itertools
import os
import re
from collections.abc import Callable, Container, Generator, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import IO

from pep_admin.exceptions import Refused
from pep_admin.imports.headings import MOST_COLUMNS, Layout, find_places, own_place, plain_heading
from pep_admin.spreadsheet_cells import guarded
from pep_admin.validators.findings import Finding
from pep_admin.workflow.taking import refuse

LARGEST_FILE = 100 * 1024 * 1024
"""Bytes of one file. The whole national register of schools has some 60 million; anything larger is a mistake."""
LONGEST_CELL = 5_000
LONGEST_SAMPLE = 40
WHY = "Why it was not loaded"
"""The last column of a file to mend; it is not read when the file comes back."""

Lines = Callable[[], Generator[tuple[int, list[str]]]]
"""Gives the rows of a file from the first on, each with its number as a spreadsheet counts, anew at each call."""
Places = Callable[[Sequence[str]], Mapping[str, int]]
"""Of a file's headings, where each column of its layout stands, by key; raises Refused where that cannot be told."""

_CHUNK = 1 << 20
_UTF16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
_NOT_IN_WINDOWS_1252 = bytes((0x81, 0x8D, 0x8F, 0x90, 0x9D))
_DELIMITERS = ",;\t"
_KEPT_AS_TEXT = re.compile(r'="([^"]*)"')
_SAVE_AS = "Open it in the spreadsheet and save it as “CSV UTF-8 (comma delimited)”."


@dataclass(frozen=True, slots=True)
class Row:
    """One row: its number as a spreadsheet counts, the cells that are read, by column, and what is wrong with it as a row."""

    number: int
    cells: Mapping[str, str]
    problems: tuple[Finding, ...] = ()

    def __getitem__(self, key: str) -> str:
        """The cell's text without blanks around it; "" where it is empty or the file has no such column."""
        return self.cells.get(key, "")

    @property
    def is_shifted(self) -> bool:
        """Whether its values may stand in the wrong columns, so that nothing should be read from them."""
        return any(not each.field for each in self.problems)


class Table:
    """An opened file: its headings are understood, its rows come one by one, as often as they are asked for.

    `part` names the file among those of its import. `places` says under which heading each column stands. `missing` and `unknown`
    are headings: what the layout would read and the file lacks, what the file has and nobody reads; `renamed` are pairs of a
    heading of ours and the other one under which it is read. `sha256` is the digest of the bytes. Only one walk through the rows at
    a time.
    """

    def __init__(self, part: str, sha256: str, size: int, layout: Layout, lines: Lines, places: Places) -> None:
        self.part, self.sha256, self.size, self.layout, self._lines = part, sha256, size, layout, lines
        self.first, self.headings = _headings(lines)
        if len(self.headings) > MOST_COLUMNS:
            raise _refused("columns", f"The file has more than {MOST_COLUMNS} columns. Leave out what is not meant to be loaded.")
        self.places = places(self.headings)
        read = set(self.places.values())
        self.missing = tuple(each.heading for each in layout.columns if each.key not in self.places)
        self.renamed = tuple((each.heading, self.headings[self.places[each.key]]) for each in layout.columns
                             if each.key in self.places and not own_place(each, self.headings[self.places[each.key]]))
        self.unknown = tuple(name for place, name in enumerate(self.headings) if name and place not in read and name != WHY)

    def rows(self) -> Generator[Row]:
        """The rows below the headings, blank ones left out. Raises Refused where the file cannot be read on."""
        count, most = 0, self.layout.most_rows
        for number, cells in self._below():
            if not any(cells) or not any(cell.strip() for cell in cells):
                continue
            count += 1
            if count > most:
                raise _refused("rows", f"The file has more than {most:,} rows, which is more than this can be. Leave out what is "
                               "not meant to be loaded.", self.part)
            yield self._row(number, cells)

    def samples(self, most: int = 3, within: int = 200) -> list[tuple[str, ...]]:
        """For each heading up to `most` different values of the first rows, cut short, as the file has them."""
        found: list[dict[str, None]] = [{} for _ in self.headings]
        for _, cells in itertools.islice(self._below(), within):
            for values, cell in zip(found, cells, strict=False):
                if (text := " ".join(cell.split())) and len(values) < most:
                    values[text if len(text) <= LONGEST_SAMPLE else f"{text[:LONGEST_SAMPLE]}…"] = None
        return [tuple(values) for values in found]

    def originals(self, numbers: Container[int]) -> Iterator[tuple[int, list[str]]]:
        """The rows of those numbers as they stand in the file, every column."""
        return ((number, cells) for number, cells in self._below() if number in numbers)

    def _below(self) -> Iterator[tuple[int, list[str]]]:
        try:
            yield from ((number, cells) for number, cells in self._lines() if number > self.first)
        except Refused as refused:
            raise Refused(replace(each, field=self.part) for each in refused.findings) from None

    def _row(self, number: int, cells: list[str]) -> Row:
        problems: list[Finding] = []
        found = {}
        for key, place in self.places.items():
            text = cells[place].strip() if place < len(cells) else ""
            if text and (text[0] in "='" or len(text) > LONGEST_CELL):
                text = _plain(key, text, problems)
            found[key] = text
        if len(cells) > len(self.headings) and any(cells[len(self.headings):]):
            message = f"This row has {len(cells)} cells under {len(self.headings)} headings: values may stand in the wrong columns."
            problems.append(Finding("row-cells", "DATA-file", "", message))
        return Row(number, found, tuple(problems))


def open_table(source: IO[bytes], layout: Layout, *, part: str = "", places: Places | None = None) -> Table:
    """The table in a file that can be wound back: CSV (UTF-8, Windows-1252) or a workbook (.xlsx).

    `places` finds the columns among the headings; without it they are known by their names. Raises Refused with a sentence
    (DATA-file) for everything else, and for a file without the columns that must be there.
    """
    size = source.seek(0, os.SEEK_END)
    source.seek(0)
    head = source.read(4096)
    if not head.strip():
        raise _refused("empty", "The file is empty.")
    if size > LARGEST_FILE:
        raise _refused("size", f"The file is larger than {LARGEST_FILE // 1024**2} MB, which is more than this can be.")
    lines = _lines_of_workbook(source, layout) if head.startswith(b"PK") else _lines_of_text(source, head, layout)
    return Table(part, digest_of(source), size, layout, lines, places or (lambda headings: find_places(headings, layout)))


def digest_of(source: IO[bytes]) -> str:
    """The SHA-256 of a file's bytes in hex."""
    source.seek(0)
    found = hashlib.sha256()
    while chunk := source.read(_CHUNK):
        found.update(chunk)
    return found.hexdigest()


def inert(text: str) -> str:
    """A cell of a file that is read again: guarded, and an apostrophe of its own too, for reading takes exactly one off."""
    return f"'{text}" if text.startswith("'") else guarded(text)


def _plain(key: str, text: str, problems: list[Finding]) -> str:
    """A cell that looks unusual: with the apostrophe of `inert` taken off, a quoted text formula as its text."""
    if text[0] == "'" and inert(text[1:]) == text:
        return text[1:].strip()
    if kept := _KEPT_AS_TEXT.fullmatch(text):
        return kept[1].strip()
    if text[0] == "=":
        problems.append(Finding("cell-formula", "DATA-file", key, "This cell holds a formula. Put its value in its place."))
    elif len(text) > LONGEST_CELL:
        problems.append(Finding("cell-length", "DATA-file", key, f"This cell has more than {LONGEST_CELL:,} characters."))
    return text


# --- headings --------------------------------------------------------------------------------------------------------------


def _headings(lines: Lines) -> tuple[int, tuple[str, ...]]:
    """The number and the cells of the first row with anything in it."""
    with contextlib.closing(lines()) as walk:
        number, cells = next(((number, cells) for number, cells in walk if any(cell.strip() for cell in cells)), (0, []))
    found = [" ".join(cell.split()) for cell in cells]
    while found and not found[-1]:
        found.pop()
    return number, tuple(found)


# --- text --------------------------------------------------------------------------------------------------------------------


def _lines_of_text(source: IO[bytes], head: bytes, layout: Layout) -> Lines:
    _refuse_other_formats(head)
    encoding = _encoding(source, head)

    def lines(delimiter: str) -> Generator[tuple[int, list[str]]]:
        source.seek(0)
        text = io.TextIOWrapper(source, encoding=encoding, newline="")
        reader = csv.reader(text, delimiter=delimiter, strict=True)
        try:
            yield from enumerate(reader, start=1)
        except csv.Error:
            raise _refused("quotes", f"The file cannot be read from line {reader.line_num} on: the quotation marks there, or in a "
                           "line before, do not fit.") from None
        finally:
            text.detach()

    best = max(_DELIMITERS, key=lambda each: _known(lambda: lines(each), layout))
    return lambda: lines(best)


def _known(lines: Lines, layout: Layout) -> tuple[int, int]:
    """How many columns of the layout would be found, then how many headings there are; the first of equals is taken."""
    try:
        headings = _headings(lines)[1]
    except Refused:
        return -1, 0  # refused in its turn, if this is the delimiter that is taken
    names = {plain_heading(each) for each in headings}
    return sum(not names.isdisjoint(column.names) for column in layout.columns), len(headings)


def _refuse_other_formats(head: bytes) -> None:
    if head.startswith(b"\xd0\xcf\x11\xe0"):
        raise _refused("format", "This is a workbook of the old kind (.xls), or one with a password. Open it and save it as “Excel "
                       "workbook (.xlsx)” without a password, or as “CSV UTF-8 (comma delimited)”.")
    if head.startswith(b"%PDF"):
        raise _refused("format", "This is a PDF, from which no rows can be read. Ask for the table as CSV or .xlsx.")
    if head.startswith(_UTF16) or head.count(0) > len(head) // 4:
        raise _refused("encoding", f"The text of this file is saved as UTF-16 (“Unicode text”). {_SAVE_AS}")


def _encoding(source: IO[bytes], head: bytes) -> str:
    """UTF-8 where every byte fits it, else Windows-1252; looked at once from end to end, so that no row surprises later."""
    marked, seen = head.startswith(codecs.BOM_UTF8), _Bytes()
    source.seek(0)
    while chunk := source.read(_CHUNK):
        seen.read(chunk)
    if seen.nul:
        raise _refused("nul", f"Line {seen.nul} holds a character that no text has (NUL). {_SAVE_AS}")
    if seen.returns and seen.lines == 1:
        raise _refused("line-ends", f"The lines of this file end in the way of old Macintosh programs. {_SAVE_AS}")
    if seen.is_utf8():
        return "utf-8-sig" if marked else "utf-8"
    if marked or seen.strange:
        where = f" (line {seen.strange})" if seen.strange else ""
        raise _refused("encoding", f"The text of this file is neither UTF-8 nor Windows-1252 throughout{where}. {_SAVE_AS}")
    return "cp1252"


class _Bytes:
    """What a walk through the bytes of a text has met; `nul` and `strange` are the lines of the first of their kind, 0 for none."""

    def __init__(self) -> None:
        self.decoder, self.fits = codecs.getincrementaldecoder("utf-8")(), True
        self.lines, self.returns, self.nul, self.strange = 1, False, 0, 0

    def read(self, chunk: bytes, last: bool = False) -> None:
        try:
            if self.fits:
                self.decoder.decode(chunk, last)
        except UnicodeDecodeError:
            self.fits = False
        self.nul = self.nul or self._line_of(chunk, b"\x00")
        self.strange = self.strange or self._line_of(chunk, _NOT_IN_WINDOWS_1252)
        self.returns = self.returns or b"\r" in chunk
        self.lines += chunk.count(b"\n")

    def is_utf8(self) -> bool:
        self.read(b"", last=True)
        return self.fits

    def _line_of(self, chunk: bytes, wanted: bytes) -> int:
        places = [place for each in wanted if (place := chunk.find(each)) >= 0]
        return self.lines + chunk[:min(places)].count(b"\n") if places else 0


def _lines_of_workbook(source: IO[bytes], layout: Layout) -> Lines:
    from pep_admin.imports.workbooks import lines_of_workbook  # a library that most files do not need

    return lines_of_workbook(source, layout.most_rows)


def _refused(check: str, message: str, part: str = "") -> Refused:
    return refuse(f"file-{check}", "DATA-file", message, part)
