"""Files for the tests of imports, made here: CSV of the national register's shape, workbooks down to their XML."""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from xml.sax.saxutils import escape

OPEN_SCHOOL: Mapping[str, str] = {
    "URN": "138130", "LA (code)": "355", "LA (name)": "Salford", "EstablishmentNumber": "7025", "EstablishmentName": "Ash Academy",
    "TypeOfEstablishment (code)": "44", "TypeOfEstablishment (name)": "Academy special converter",
    "EstablishmentStatus (code)": "1", "EstablishmentStatus (name)": "Open", "OpenDate": "01-01-2000", "CloseDate": "",
    "PhaseOfEducation (code)": "0", "PhaseOfEducation (name)": "Not applicable", "StatutoryLowAge": "9", "StatutoryHighAge": "19",
    "UKPRN": "10037232",
    "LastChangedDate": "18-07-2024", "Town": "Eccles", "Postcode": "M30 9DY", "TelephoneNum": "01234567890",
    "HeadTitle (name)": "Mrs", "HeadFirstName": "Jo", "HeadLastName": "Muster",
}
CLOSED_SCHOOL: Mapping[str, str] = OPEN_SCHOOL | {
    "URN": "140134", "LA (code)": "207", "EstablishmentNumber": "4320", "EstablishmentName": "Birch School",
    "TypeOfEstablishment (code)": "34", "TypeOfEstablishment (name)": "Academy converter", "EstablishmentStatus (code)": "2",
    "EstablishmentStatus (name)": "Closed", "CloseDate": "31-12-2022", "PhaseOfEducation (code)": "4",
    "PhaseOfEducation (name)": "Secondary", "StatutoryLowAge": "11", "StatutoryHighAge": "18", "UKPRN": "10043056",
    "Town": "London", "Postcode": "W8 7AF", "TelephoneNum": "", "HeadTitle (name)": "",
}


def csv_of(rows: Iterable[Mapping[str, str]], *, headings: Sequence[str] = (), encoding: str = "utf-8") -> bytes:
    """A CSV file of those rows, its columns those of the first."""
    found = list(rows)
    written = io.StringIO()
    sheet = csv.DictWriter(written, headings or list(found[0]), restval="", extrasaction="ignore")
    sheet.writeheader()
    sheet.writerows(found)
    return written.getvalue().encode(encoding)


def school(urn: int | str, name: str = "", /, **more: str) -> dict[str, str]:
    """An open school's row; `more` by the beginning of the heading: town, status, closed…"""
    names = {"town": "Town", "status": "EstablishmentStatus (code)", "closed": "CloseDate", "authority": "LA (code)",
             "phone": "TelephoneNum", "changed": "LastChangedDate"}
    return {**OPEN_SCHOOL, "URN": str(urn), "EstablishmentName": name or f"School {urn}",
            **{names[key]: value for key, value in more.items()}}


Rows = Sequence[Sequence[Any]]


def workbook(rows: Rows, *, more_sheets: Sequence[Rows] = (), **members: str | bytes) -> bytes:
    """An .xlsx of those rows; a cell is text, a number, or `Xml` of the cell itself. `members` replace or add files in it."""
    sheets = [rows, *more_sheets]
    parts: dict[str, str | bytes] = {
        "[Content_Types].xml": _content_types(len(sheets)),
        "_rels/.rels": _rels([("officeDocument", "xl/workbook.xml")]),
        "xl/workbook.xml": _workbook(len(sheets)),
        "xl/_rels/workbook.xml.rels": _rels([("worksheet", f"worksheets/sheet{n}.xml") for n in range(1, len(sheets) + 1)]),
        **{f"xl/worksheets/sheet{n}.xml": sheet_xml(each) for n, each in enumerate(sheets, start=1)},
        **members,
    }
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return packed.getvalue()


class Xml(str):
    """A cell as it stands in the sheet's XML."""


MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
RELATIONS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"


def sheet_xml(rows: Sequence[Sequence[Any]]) -> str:
    written = "".join(f'<row r="{number}">{"".join(map(_cell, row))}</row>' for number, row in enumerate(rows, start=1))
    return f'<worksheet xmlns="{MAIN}"><sheetData>{written}</sheetData></worksheet>'


def _cell(value: Any) -> str:
    if isinstance(value, Xml):
        return value
    if isinstance(value, int | float):
        return f"<c><v>{value}</v></c>"
    return f'<c t="inlineStr"><is><t>{escape(str(value))}</t></is></c>' if value else "<c/>"


def _workbook(count: int) -> str:
    sheets = "".join(f'<sheet name="S{n}" sheetId="{n}" r:id="rId{n}"/>' for n in range(1, count + 1))
    return f'<workbook xmlns="{MAIN}" xmlns:r="{RELATIONS}"><sheets>{sheets}</sheets></workbook>'


def _rels(targets: Sequence[tuple[str, str]]) -> str:
    links = "".join(f'<Relationship Id="rId{n}" Type="{RELATIONS}/{kind}" Target="{target}"/>'
                    for n, (kind, target) in enumerate(targets, start=1))
    return f'<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">{links}</Relationships>'


def _content_types(count: int) -> str:
    kind = "application/vnd.openxmlformats-officedocument.spreadsheetml"
    numbers = range(1, count + 1)
    sheets = "".join(f'<Override PartName="/xl/worksheets/sheet{n}.xml" ContentType="{kind}.worksheet+xml"/>' for n in numbers)
    return ('<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
            '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
            f'<Default Extension="xml" ContentType="application/xml"/>{sheets}'
            f'<Override PartName="/xl/workbook.xml" ContentType="{kind}.sheet.main+xml"/></Types>')
