"""The rows of an Excel workbook (.xlsx), looked through before it is opened: a small file may unpack to more than a machine holds.

Values alone are read; a sheet with formulas is refused, because one that was never calculated has no values. Which columns there
are is files.py's matter.
"""

from __future__ import annotations

import io
import re
import zipfile
import zlib
from collections.abc import Callable, Generator
from datetime import date, datetime
from typing import IO, Any
from xml.parsers import expat

from python_calamine import CalamineError, CalamineSheet, CalamineWorkbook

from pep_admin.exceptions import Refused
from pep_admin.imports.headings import MOST_COLUMNS
from pep_admin.workflow.taking import refuse

LARGEST_UNPACKED = 100 * 1024 * 1024
"""Bytes that the members of a workbook may unpack to together."""
MOST_MEMBERS, MOST_CELLS = 1_000, 5_000_000
"""The library that reads the values holds the whole rectangle up to the farthest cell in memory, filled or not."""
_CHUNK = 1 << 20
_REFERENCE = re.compile(r"([A-Z]{1,3})([0-9]{1,7})")
_BROKEN = (zipfile.BadZipFile, zlib.error, expat.ExpatError, EOFError, RuntimeError, NotImplementedError, OSError, ValueError)


def lines_of_workbook(source: IO[bytes], most_rows: int) -> Callable[[], Generator[tuple[int, list[str]]]]:
    """A function that gives the rows of the one filled sheet, each with its number. Raises Refused (DATA-file)."""
    seen = _look_through(source, most_rows)
    try:
        workbook = CalamineWorkbook.from_filelike(seen)
        filled = [sheet for sheet in map(workbook.get_sheet_by_name, workbook.sheet_names) if sheet.height and sheet.width]
    except CalamineError:
        raise _unreadable() from None
    if len(filled) != 1:
        said = f"has {len(filled)} sheets with something in them" if filled else "has no sheet with anything in it"
        raise _refused("sheets", f"The workbook {said}. Save the one sheet that is to be loaded by itself.")
    return lambda: _rows(filled[0])


def _rows(sheet: CalamineSheet) -> Generator[tuple[int, list[str]]]:
    return ((number, [_as_text(cell) for cell in cells]) for number, cells in enumerate(sheet.iter_rows(), start=1))


def _as_text(cell: Any) -> str:
    """A value as CSV would have it: whole numbers without a point, dates like 2024-09-01."""
    if isinstance(cell, bool):
        return "TRUE" if cell else "FALSE"
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    if isinstance(cell, datetime):
        return cell.date().isoformat() if cell.time() == datetime.min.time() else cell.isoformat(" ")
    return cell.isoformat() if isinstance(cell, date) else str(cell)


# --- before it is opened ---------------------------------------------------------------------------------------------------


def _look_through(source: IO[bytes], most_rows: int) -> IO[bytes]:
    """A copy of the workbook with only those members that were unpacked and read to the end.

    Python unpacks no more of a member than the archive's list says, and refuses one whose sum then does not fit: the sizes in the
    list may be believed here, though not by the library that opens the workbook.
    """
    seen = io.BytesIO()
    source.seek(0)
    try:
        with zipfile.ZipFile(source) as packed, zipfile.ZipFile(seen, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as copy:
            _refuse_by_its_list(packed)
            for name in packed.namelist():
                if name.lower().endswith((".xml", ".rels")):
                    _copy(packed, copy, name, _Sheet(most_rows))
    except _BROKEN:
        raise _unreadable() from None
    seen.seek(0)
    return seen


def _refuse_by_its_list(packed: zipfile.ZipFile) -> None:
    names = packed.namelist()
    if "xl/workbook.xml" not in names:
        raise _refused("format", "This is not an Excel workbook (.xlsx) or a CSV file. Unpack it, or save it as one of them.")
    if len(names) != len(set(names)):
        raise _unreadable()
    if len(names) > MOST_MEMBERS or sum(each.file_size for each in packed.infolist()) > LARGEST_UNPACKED:
        raise _too_large()


def _copy(packed: zipfile.ZipFile, copy: zipfile.ZipFile, name: str, sheet: _Sheet) -> None:
    """Copy one member, its XML looked at on the way."""
    with packed.open(name) as member, copy.open(name, "w") as kept:
        while chunk := member.read(_CHUNK):
            sheet.read(chunk)
            kept.write(chunk)
        sheet.read(b"", last=True)


class _Sheet:
    """Walks through one member: how far its filled cells reach, and whether one holds a formula."""

    def __init__(self, most_rows: int) -> None:
        self.most_rows, self.row, self.column, self.rows, self.columns = most_rows, 0, 0, 0, 0
        self.in_cell = False
        self.parser = expat.ParserCreate()
        self.parser.StartElementHandler = self._start
        self.parser.EndElementHandler = self._end
        self.parser.StartDoctypeDeclHandler = self._doctype

    def read(self, chunk: bytes, last: bool = False) -> None:
        self.parser.Parse(chunk, last)

    def _doctype(self, *_: Any) -> None:
        raise _unreadable()  # no spreadsheet writes one; it could make a little text very long

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        name = name.rpartition(":")[2]
        if name == "row":
            self.row, self.column = int(attributes.get("r", self.row + 1)), 0
        elif name == "c":
            self._cell(attributes.get("r"))
        elif self.in_cell:
            self._filled(name)

    def _end(self, name: str) -> None:
        if name.rpartition(":")[2] == "c":
            self.in_cell = False

    def _cell(self, reference: str | None) -> None:
        self.in_cell, self.column = True, self.column + 1
        if reference is not None:
            if not (found := _REFERENCE.fullmatch(reference)):
                raise _unreadable()
            self.row, self.column = int(found[2]), _column_number(found[1])

    def _filled(self, name: str) -> None:
        if name == "f":
            raise _refused("formula", "The workbook holds formulas. Copy the sheet, paste it as values into a new one, save that.")
        self.rows, self.columns = max(self.rows, self.row), max(self.columns, self.column)
        if self.rows > self.most_rows + 1:
            raise _refused("rows", f"The sheet has more than {self.most_rows:,} rows, or something stands far below them. Leave "
                           "out what is not meant to be loaded.")
        if self.columns > MOST_COLUMNS:
            raise _refused("columns", f"The sheet has more than {MOST_COLUMNS} columns. Delete what stands far to the right.")
        if self.rows * self.columns > MOST_CELLS:
            raise _too_large()


def _column_number(letters: str) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - 64
    return number


def _too_large() -> Refused:
    return _refused("unpacked", "The workbook unpacks to more than can be read at once. Save the sheet as “CSV UTF-8 (comma "
                    "delimited)” and load that.")


def _unreadable() -> Refused:
    return _refused("workbook", "The workbook is damaged, protected, or not a real .xlsx file. Open it and save it again as “Excel "
                    "workbook (.xlsx)” or “CSV UTF-8 (comma delimited)”.")


def _refused(check: str, message: str) -> Refused:
    return refuse(f"file-{check}", "DATA-file", message)
