"""From bytes to rows: what is read, and what is refused with a sentence, before any kind of import knows of the file."""

from __future__ import annotations

import io
import zipfile

import pytest

from pep_admin.exceptions import Refused
from pep_admin.imports import files, workbooks
from pep_admin.imports.files import Table, inert, open_table
from pep_admin.imports.headings import Column, Layout
from pep_admin.imports.outcome import file_to_mend
from tests.imports.making import Xml, sheet_xml, workbook

COLUMNS = (Column("urn", "URN", ("School URN",), needed=True), Column("name", "Name"), Column("day", "Close Date"))
LAYOUT = Layout(COLUMNS, most_rows=100)


def opened(data: bytes) -> Table:
    return open_table(io.BytesIO(data), LAYOUT)


def cells(data: bytes) -> list[dict[str, str]]:
    return [dict(row.cells) for row in opened(data).rows()]


def refusal(data: bytes) -> str:
    with pytest.raises(Refused) as refused:
        list(opened(data).rows())
    assert {each.code for each in refused.value.findings} == {"DATA-file"}
    return str(refused.value)


# --- text ------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252"])
def test_text_is_read_in_each_encoding(encoding: str) -> None:
    assert cells("URN,Name\r\n1,Café ’s\r\n".encode(encoding)) == [{"urn": "1", "name": "Café ’s"}]


@pytest.mark.parametrize("data", [
    "URN;Name\n1;a\n", "URN\tName\n1\ta\n", "urn , NAME\n1,a\n", "U.R.N.,name\n 1 ,\u00a0a\n", "School URN,Name\n1,a",
    '"URN","Name"\n"1","a"\n', "\n\nURN,Name\n1,a\n", "Other,Name,URN\nx,a,1\n",
])
def test_columns_are_found_by_their_names_however_they_are_written(data: str) -> None:
    assert cells(data.encode()) == [{"urn": "1", "name": "a"}]


def test_what_is_missing_and_what_is_not_read_is_named() -> None:
    table = opened(b"URN,Other,,Why it was not loaded\n1,a,b,c\n")
    assert (table.missing, table.unknown) == (("Name", "Close Date"), ("Other",))


def test_rows_carry_the_numbers_of_a_spreadsheet_and_blank_ones_are_passed_over() -> None:
    table = opened(b'URN,Name\n1,"a\nb"\n\n , \n2,c\n')
    assert [row.number for row in table.rows()] == [2, 5]
    assert [row.number for row in table.rows()] == [2, 5], "a second walk begins anew"


@pytest.mark.parametrize(("data", "sentence"), [
    (b"", "is empty"),
    (b"  \r\n ", "is empty"),
    ("URN,Name\n1,a\n".encode("utf-16"), "saved as UTF-16"),
    ("URN,Name\n1,a\n".encode("utf-16-le"), "saved as UTF-16"),
    (b"URN,Name\r1,a\r2,b\r", "old Macintosh"),
    (b"URN,Name\n1,a\n2,\x00\n", "Line 3 holds a character that no text has"),
    (b"URN,Name\n1,a\n2,\xe9\x81\n", "neither UTF-8 nor Windows-1252 throughout (line 3)"),
    (b"\xef\xbb\xbfURN,Name\n1,\xe9\n", "neither UTF-8 nor Windows-1252"),
    (b'URN,Name\n1,"a\n2,b\n', "quotation marks"),
    (b'URN,Name\n1,"a"b\n', "cannot be read from line 2 on"),
    (b"Name\na\n", "no column “URN”"),
    (b"URN,Name,urn\n1,a,2\n", "Two columns could be “URN”: “URN” (column 1) and “urn” (column 3)"),
    (b"URN,Name,School URN\n1,a,2\n", "Two columns could be “URN”"),
    (b"%PDF-1.7 x", "a PDF"),
    (b"\xd0\xcf\x11\xe0\xa1\xb1", "of the old kind (.xls)"),
    (b"URN,Name\n" + b"1,a\n" * 101, "more than 100 rows"),
    (b"URN,Name," + b",".join(b"c%d" % number for number in range(499)) + b"\n1,a\n", "more than 500 columns"),
])
def test_a_broken_text_is_refused_with_a_sentence(data: bytes, sentence: str) -> None:
    assert sentence in refusal(data)


def test_a_file_may_have_as_many_rows_as_it_says() -> None:
    assert len(cells(b"URN,Name\n" + b"1,a\n" * 100)) == 100


def test_a_file_of_too_many_bytes_is_refused_before_it_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(files, "LARGEST_FILE", 10)
    assert "larger than" in refusal(b"URN,Name\n1,a\n")


@pytest.mark.parametrize(("line", "problem"), [
    (b"1,a,b", "3 cells under 2 headings"), (b"1,=1+1", "holds a formula"), (b"1," + b"x" * 5001, "more than 5,000 characters"),
])
def test_a_row_that_cannot_be_trusted_says_so(line: bytes, problem: str) -> None:
    (row,) = opened(b"URN,Name\n" + line + b"\n").rows()
    (found,) = row.problems
    assert problem in found.message and row.is_shifted == (line == b"1,a,b")


@pytest.mark.parametrize(("cell", "text"), [(b'"=""0123"""', "0123"), (b"'=1", "=1"), (b"'-tis", "-tis"), (b"'tis", "'tis"),
                                            (b"+44 1", "+44 1"), (b"''tis", "'tis")])
def test_marks_against_formulas_are_taken_off(cell: bytes, text: str) -> None:
    (row,) = opened(b"URN,Name\n1," + cell + b"\n").rows()
    assert row["name"] == text and row.problems == ()


@pytest.mark.parametrize("text", ["=1+1", "+44", "-1", "@SUM(1)", "\t=1", " =1", "＝1", "'x", "plain", "", "a=1"])
def test_what_is_written_inert_is_read_as_it_was(text: str) -> None:
    written = inert(text)
    assert written.startswith("'") == (text not in ("plain", "", "a=1"))
    (row,) = opened(f'URN,Name\n1,"{written}"\n'.encode()).rows()
    assert row["name"] == text.strip()


def test_the_file_to_mend_has_the_refused_rows_as_they_came_and_can_be_loaded_again() -> None:
    table = opened("Other,URN,Name,Why it was not loaded\nx,1,a,old\ny,2,=1+1,old\nz,3,Café,old\nq,4,b,old,beyond\n".encode())
    data = file_to_mend(table, {3: "Name: a formula", 5: "=wrong"})
    assert data.decode("utf-8-sig").splitlines() == [
        "Other,URN,Name,Why it was not loaded", "y,2,'=1+1,Name: a formula", "q,4,b,=wrong,beyond"]
    again = opened(data)
    assert again.unknown == ("Other",) and [row["name"] for row in again.rows()] == ["=1+1", "b"]


# --- workbooks -------------------------------------------------------------------------------------------------------------


def test_a_workbook_is_read_as_text_would_be() -> None:
    day = Xml('<c t="d"><v>2024-09-01T00:00:00</v></c>')
    data = workbook([["Urn", "NAME", "close date"], [138130, "Café", day], [], ["0123", "b", 45536]])
    table = opened(data)
    assert [(row.number, dict(row.cells)) for row in table.rows()] == [
        (2, {"urn": "138130", "name": "Café", "day": "2024-09-01"}), (4, {"urn": "0123", "name": "b", "day": "45536"})]


def test_headings_may_stand_further_down_and_to_the_right() -> None:
    table = opened(workbook([[], ["", "URN", "Name"], ["", 1, "a"]]))
    assert [(row.number, dict(row.cells)) for row in table.rows()] == [(3, {"urn": "1", "name": "a"})]


FAR = '<c r="XFD{row}" t="inlineStr"><is><t>x</t></is></c>'


@pytest.mark.parametrize(("data", "sentence"), [
    (workbook([["URN"], [Xml("<c><f>1+1</f></c>")]]), "holds formulas"),
    (workbook([["URN"], [Xml("<c><f>1+1</f><v>2</v></c>")]]), "holds formulas"),
    (workbook([["URN"]], more_sheets=[[["URN"]]]), "2 sheets"),
    (workbook([]), "no sheet with anything"),
    (workbook([["URN"], [Xml(FAR.format(row=2))]]), "more than 500 columns"),
    (workbook([["URN"], [Xml(FAR.format(row=1048576).replace("XFD", "A"))]]), "more than 100 rows"),
    (workbook([["URN"]] + [[1]] * 101), "more than 100 rows"),
    (workbook([["URN"]], **{"xl/worksheets/sheetX.xml": sheet_xml([])}).replace(b"sheetX", b"sheet1"), "damaged"),  # twice one name
    (workbook([["Name"], ["a"]]), "no column “URN”"),
    (workbook([["URN"], [1]])[:-30], "damaged"),
    (b"PK\x03\x04 and nothing behind it", "damaged"),
])
def test_a_broken_workbook_is_refused_with_a_sentence(data: bytes, sentence: str) -> None:
    assert sentence in refusal(data)


def test_an_empty_second_sheet_does_no_harm() -> None:
    assert cells(workbook([["URN"], [1]], more_sheets=[[]])) == [{"urn": "1"}]


def packed(members: dict[str, str]) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return made.getvalue()


def test_another_archive_is_no_workbook() -> None:
    assert "not an Excel workbook" in refusal(packed({"schools.csv": "URN\n1\n"}))


def test_a_small_file_that_unpacks_to_very_much_is_refused_before_it_is_opened(monkeypatch: pytest.MonkeyPatch) -> None:
    bomb = workbook([["URN"], ["x" * (workbooks.LARGEST_UNPACKED + 1)]])
    assert len(bomb) < 1_000_000
    monkeypatch.setattr(workbooks, "CalamineWorkbook", None)  # whoever opens it fails
    assert "unpacks to more" in refusal(bomb)


def test_a_member_that_lies_about_its_size_is_not_believed(monkeypatch: pytest.MonkeyPatch) -> None:
    honest = workbook([["URN"], ["x" * 5_000_000]])
    lying = honest.replace((5_000_000 + len(sheet_xml([["URN"], ["x"]])) - 1).to_bytes(4, "little"), (900).to_bytes(4, "little"))
    assert lying != honest and "damaged" in refusal(lying)


def test_a_workbook_with_entities_of_its_own_is_refused() -> None:
    bomb = '<!DOCTYPE x [<!ENTITY a "1111111111"><!ENTITY b "&a;&a;&a;&a;">]>' + sheet_xml([["URN"], [Xml("<c><v>7</v></c>")]])
    assert "damaged" in refusal(workbook([], **{"xl/worksheets/sheet1.xml": bomb}))
