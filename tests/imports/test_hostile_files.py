"""Files that are broken, dangerous or not what they should be, handed in as the roll's list and as the register: on screen and by
command each is a sentence, never an error, and nothing is stored."""

from __future__ import annotations

import functools
import io
from collections.abc import Iterable
from pathlib import Path
from urllib.parse import urljoin

import pytest
import sqlalchemy as sa
from click.testing import CliRunner
from sqlalchemy.orm import Session
from werkzeug.datastructures import FileStorage

from pep_admin.cli import main
from pep_admin.imports import workbooks
from pep_admin.models import AuditEvent, Child, Import, School
from tests.imports.making import Xml, workbook
from tests.imports.test_import_screens import IMPORTS, Office, send
from tests.visiting import Page, values_of

pytestmark = pytest.mark.slow  # the quick suite stays under a minute; `make check` runs everything

HEADINGS = {"roll": ("Child ID", "Forename", "Surname", "DOB", "UPN", "Date started", "Legal status"),
            "register": ("URN", "EstablishmentName", "LA (code)", "Town")}
GOOD = {"roll": ("L-9", "Nova", "Newman", "01/05/2012", "B801200005001", "02/10/2024", "C2"),
        "register": ("100001", "Elm School", "351", "Bury")}
KIND = {"roll": "roll", "register": "schools"}
COMMAND = {"roll": "import-roll", "register": "import-schools"}
BOTH = pytest.mark.parametrize("part", ["roll", "register"])


def text(part: str, *rows: Iterable[str]) -> str:
    return "".join(f"{','.join(row)}\n" for row in (HEADINGS[part], *rows))


def good(part: str, **changes: str) -> tuple[str, ...]:
    return tuple((dict(zip(HEADINGS[part], GOOD[part], strict=True)) | changes).values())


@functools.cache
def bomb() -> bytes:
    """Some hundred kilobytes that unpack to more than 100 MB."""
    return workbook([["URN", "DOB"], ["x" * (workbooks.LARGEST_UNPACKED + 1)]])


def broken(part: str) -> dict[str, tuple[bytes, str]]:
    """Whole files that are refused, each with words of the sentence."""
    whole, most = text(part, GOOD[part]), {"roll": 20_000, "register": 75_000}[part]
    return {
        "empty": (b"", "The file is empty"),
        "blanks": (b" \r\n\r\n ", "The file is empty"),
        "headings only": (text(part).encode(), "no row below them"),
        "utf-16": (whole.encode("utf-16"), "UTF-16"),
        "returns alone": (whole.replace("\n", "\r").encode(), "old Macintosh"),
        "nul": (whole.encode() + b"x\x00,y\n", "Line 3 holds a character that no text has"),
        "too few columns": (b"Nothing\nx\n" if part == "register" else b"01/05/2012\n01/05/2013\n", "The file has no column"),
        "a row too many": ((whole + whole.splitlines(keepends=True)[1] * 99_999).encode(), f"more than {most:,} rows"),
        "zip bomb": (bomb(), "unpacks to more"),
        "two sheets": (workbook([HEADINGS[part], GOOD[part]], more_sheets=[[["x"]]]), "2 sheets with something in them"),
        "a formula in a sheet": (workbook([HEADINGS[part], [*GOOD[part][:-1], Xml("<c><f>1+1</f></c>")]]), "holds formulas"),
        "another archive": (b"PK\x03\x04 and nothing behind it", "damaged"),
        "an unclosed quotation": (whole.encode() + b'"x\n', "quotation marks"),
    }


def look(office: Office, part: str, data: bytes) -> Page:
    page = office.olive.get(f"{IMPORTS}new/?kind={KIND[part]}")
    form = page.form(part)
    fields = {**dict(values_of(form)), part: FileStorage(io.BytesIO(data), "x.csv")}
    answer = send(office.olive.client, urljoin(page.url, form.get("action")), fields)
    return Page(office.olive, answer.request.path + "?" + answer.request.query_string.decode(), answer)


def stored(office: Office) -> list[object]:
    return [*office.ask(sa.select(Child.id)), *office.ask(sa.select(School.id)), *office.ask(sa.select(Import.id))]


@BOTH
def test_a_broken_file_comes_back_on_screen_with_a_sentence_beside_it(sqlite_url: str, tmp_path: Path, part: str) -> None:
    office = Office(sqlite_url, tmp_path)
    for name, (data, sentence) in broken(part).items():
        page = look(office, part, data)
        assert page.status == 422 and sentence in page.tree.xpath(f"string(//p[@id='{part}-error'])"), f"{name}: {page.main[:300]}"
        assert stored(office) == [], name


@BOTH
def test_a_broken_file_is_a_sentence_and_status_one_by_command(
    session: Session, sqlite_url: str, tmp_path: Path, part: str
) -> None:
    environ = {"PEP_ADMIN_INSTANCE_FOLDER": str(tmp_path / "instance"), "PEP_ADMIN_DATABASE_URL": sqlite_url,
               "PEP_ADMIN_TODAY": "2024-11-18"}
    file = tmp_path / "x.csv"
    for name, (data, sentence) in broken(part).items():
        file.write_bytes(data)
        done = CliRunner().invoke(main, [COMMAND[part], str(file)], env=environ)
        assert done.exit_code == 1 and sentence in done.output and "Traceback" not in done.output, f"{name}: {done.output}"
        assert done.exception is None or isinstance(done.exception, SystemExit), name
    assert [session.scalar(sa.select(sa.func.count(model.id))) for model in (Child, School, AuditEvent)] == [0, 0, 0]


@pytest.fixture
def office(sqlite_url: str, tmp_path: Path) -> Office:
    return Office(sqlite_url, tmp_path)


@BOTH
def test_columns_that_nobody_reads_are_named_and_passed_over(office: Office, part: str) -> None:
    page = look(office, part, f"Extra,{text(part).strip()},More\nx,{','.join(GOOD[part])},=1+1\n".encode())
    assert "New 1" in page.main and "Refused 0" in page.main and "not read are “Extra”, “More”" in page.main


@BOTH
def test_cells_beyond_the_headings_refuse_their_row(office: Office, part: str) -> None:
    page = look(office, part, text(part, [*GOOD[part], "beyond"]).encode())
    count = len(HEADINGS[part])
    assert "Refused 1" in page.main and f"This row has {count + 1} cells under {count} headings" in page.main


def test_a_needed_column_that_is_missing_is_asked_for(office: Office) -> None:
    assert look(office, "roll", b"Child ID,Forename\nL-9,Nova\n").heading == "Match the columns"
    assert look(office, "register", b"URN,Town\n100001,Bury\n").heading == "Match the columns"


@pytest.mark.parametrize(("part", "rows", "sentence"), [
    ("roll", [good("roll", Surname="=HYPERLINK(1)")], "Last name: This cell holds a formula"),
    ("roll", [good("roll", DOB="=TODAY()")], "Date of birth: This cell holds a formula"),
    ("roll", [good("roll", **{"Child ID": '"=cmd|\' /C calc\'!A0"'})], "LCS number: This cell holds a formula"),
    ("roll", [good("roll", DOB="19/11/2024")], "Date of birth:"),
    ("roll", [good("roll", DOB="31/02/2012")], "Date of birth:"),
    ("roll", [good("roll"), good("roll", **{"Child ID": "L-8"})], "DATA-unique"),
    ("register", [good("register", Town="=1+1")], "Town: This cell holds a formula"),
    ("register", [good("register"), good("register", EstablishmentName="Twin")], "DATA-unique"),
])
def test_a_row_that_is_dangerous_or_cannot_be_is_refused_by_its_column(
    office: Office, part: str, rows: list[tuple[str, ...]], sentence: str
) -> None:
    page = look(office, part, text(part, *rows).encode()).link(f"Refused {len(rows)}")
    assert page.status == 200 and sentence in page.main and "nothing to load" in page.main
    assert page.send("seal", button=("rows", "all")).status == 422
    assert office.ask(sa.select(Child.id)) == [] and office.ask(sa.select(School.id)) == []


def test_a_second_child_with_the_upn_of_one_on_record_is_refused(office: Office) -> None:
    look(office, "roll", text("roll", good("roll")).encode()).send("seal", button=("rows", "all"))
    page = look(office, "roll", text("roll", good("roll", **{"Child ID": "L-8"})).encode())
    assert "Refused 1" in page.main and "UPN:" in page.main and len(office.ask(sa.select(Child.id))) == 1


def test_a_list_of_as_many_children_as_there_may_be_is_looked_at(sqlite_url: str, tmp_path: Path) -> None:
    """The largest authority has some 2,200 children in care; the list may hold nearly ten times as many."""
    rows = [good("roll", **{"Child ID": f"L-{number}", "UPN": ""}) for number in range(20_000)]
    file = tmp_path / "x.csv"
    file.write_text(text("roll", *rows))
    environ = {"PEP_ADMIN_INSTANCE_FOLDER": str(tmp_path / "instance"), "PEP_ADMIN_DATABASE_URL": sqlite_url,
               "PEP_ADMIN_TODAY": "2024-11-18"}
    done = CliRunner().invoke(main, ["import-roll", str(file), "--dry-run"], env=environ)
    assert done.exit_code == 0 and "20,000 new" in done.output
