"""Files whose headings are not ours: matched on a page once, remembered for the team, looked at, changed, forgotten; by command."""

from __future__ import annotations

import io
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import urljoin

import pytest
import sqlalchemy as sa
from click.testing import CliRunner
from sqlalchemy.orm import Session
from werkzeug.datastructures import FileStorage

from pep_admin.cli import main
from pep_admin.imports import headings
from pep_admin.imports.headings import Column, Layout
from pep_admin.models import AuditEvent, Child, ColumnMatch, Import, ImportFile
from pep_admin.vocabulary import Role
from tests.imports.making import workbook
from tests.imports.test_import_screens import IMPORTS, Office, send
from tests.visiting import Page, Visitor, values_of

pytestmark = pytest.mark.slow  # the quick suite stays under a minute; `make check` runs everything

THEIRS = "Person ref;Given;Family;Born;Pupil no;In care from;Order;Team"
ROW = "L-9;Nova;Newman;01/05/2012;B801200005001;02/10/2024;C2;North"
FILE = f"{THEIRS}\n{ROW}\n".encode()
MATCH = {"lcs_id": "1", "first_name": "2", "last_name": "3", "date_of_birth": "4", "upn": "5", "entered_care_on": "6",
         "legal_status": "7"}
"""Of our columns the number of theirs."""


@pytest.fixture
def office(sqlite_url: str, tmp_path: Path) -> Office:
    return Office(sqlite_url, tmp_path)


def look(who: Visitor, data: bytes, kind: str = "roll", part: str = "roll", **typed: str) -> Page:
    page = who.get(f"{IMPORTS}new/?kind={kind}")
    form = page.form(part)
    fields = {**dict(values_of(form)), "whole": "no", **typed, part: FileStorage(io.BytesIO(data), "list.csv")}
    answer = send(who.client, urljoin(page.url, form.get("action")), fields)
    return Page(who, answer.request.path + "?" + answer.request.query_string.decode(), answer)


def match(page: Page, **columns: str) -> Page:
    return page.send("roll-lcs_id", **{f"roll-{key}": place for key, place in columns.items()})


def chosen(page: Page) -> dict[str, str]:
    given = values_of(page.form("roll-lcs_id"))
    return {key.removeprefix("roll-"): value for key, value in given if key.startswith("roll-") and value}


def kept(office: Office) -> dict[str, str]:
    return {row.heading: row.column for row in office.ask(sa.select(ColumnMatch.heading, ColumnMatch.column))}


# --- the page --------------------------------------------------------------------------------------------------------------


def test_columns_with_other_names_are_matched_once_and_remembered(office: Office) -> None:
    page = look(office.olive, FILE)
    assert page.heading == "Match the columns" and "/import_columns/match/?id=1" in page.url
    assert "Born" in page.main and "01/05/2012" in page.main and "Date of birth (must be there)" in page.main
    assert chosen(page) == {} and office.ask(sa.select(Child.id)) == []
    done = match(page, **MATCH)
    assert "New 1" in done.main and "Nova Newman, L-9" in done.main and "“Family” as “Last name”" in done.main
    assert kept(office) == {"Person ref": "lcs_id", "Given": "first_name", "Family": "last_name", "Born": "date_of_birth",
                            "Pupil no": "upn", "In care from": "entered_care_on", "Order": "legal_status"}
    assert "1 child added" in done.send("seal", button=("rows", "all")).main
    again = look(office.olive, FILE)
    assert again.heading.endswith("what would be done") and "Unchanged 1" in again.main, "the second time nobody is asked"


def test_nothing_but_headings_is_remembered_and_nothing_of_the_file_stands_in_logs(office: Office) -> None:
    match(look(office.olive, FILE), **MATCH)
    rows = str(office.ask(sa.select(ColumnMatch))) + str(office.ask(sa.select(AuditEvent.details)))
    assert all(value not in rows for value in ROW.split(";")[:5])
    (event,) = office.ask(sa.select(AuditEvent.details).where(AuditEvent.action == "import.match"))
    assert event.details == {"kind": "roll", "headings": 7}
    looks = office.ask(sa.select(AuditEvent.details).where(AuditEvent.action == "import.read"))
    assert looks[0].details == {"kind": "roll", "columns": True}, "the page with values of the file was recorded"


def test_known_names_and_remembered_ones_are_chosen_already(office: Office) -> None:
    match(look(office.olive, FILE), **MATCH)
    page = look(office.olive, b"Surname,Given,DOB,Pupil no,DOB\nx,y,1,2,3\n")
    assert page.heading == "Match the columns", "which of two same headings is meant, nobody can tell"
    assert chosen(page) == {"last_name": "1", "first_name": "2", "upn": "4"}
    assert page.main.count("DOB (column 3)") == len(MATCH) + 4 and "DOB (column 5)" in page.main
    done = match(page, date_of_birth="5")
    assert "Refused 1" in done.main and kept(office)["Born"] == "date_of_birth" and "DOB" not in kept(office)
    assert look(office.olive, b"Surname,Given,DOB,Pupil no,DOB\nx,y,1,2,3\n").heading == "Match the columns", "asked each time"


def test_the_page_opens_by_itself_only_where_a_needed_column_is_not_known(office: Office) -> None:
    assert "what would be done" in look(office.olive, b"DOB,Vorname\n01/05/2012,Nova\n").heading
    page = look(office.olive, b"DOB,Vorname,Child ID\n01/05/2012,Nova,L-9\n", by_hand="yes")
    assert page.heading == "Match the columns" and chosen(page) == {"date_of_birth": "1", "lcs_id": "3"}
    done = match(page, first_name="2", lcs_id="")
    assert kept(office) == {"Vorname": "first_name", "Child ID": ""}, "what is not to be read is remembered as well"
    assert "not read is “Child ID”" in done.main
    again = done.link("Match the columns by hand")
    assert chosen(again) == {"date_of_birth": "1", "first_name": "2"}
    assert "Child ID" not in kept_after(office, match(again, lcs_id="3"))


def test_a_heading_that_stands_twice_is_chosen_by_its_number_and_not_remembered(office: Office) -> None:
    data = b"Born,Vorname,Born\n01/05/2012,Nova,02/05/2012\n"
    for _ in range(2):
        page = look(office.olive, data)
        assert page.heading == "Match the columns" and "Born (column 3)" in page.main
        done = match(page, date_of_birth="3", first_name="2")
        assert "Refused 1" in done.main and kept(office) == {"Vorname": "first_name"}


def kept_after(office: Office, page: Page) -> dict[str, str]:
    assert page.status == 200
    return kept(office)


@pytest.mark.parametrize(("columns", "field", "sentence"), [
    ({"date_of_birth": ""}, "date_of_birth", "Choose which heading of the file is “Date of birth”"),
    ({"upn": "4"}, "upn", "“Born” is chosen for more than one column"),
    ({"upn": "9"}, "upn", "none of this file"),
    ({"upn": "Pupil no"}, "upn", "none of this file"),
    ({"upn": "99999"}, "upn", "none of this file"),
])
def test_a_match_that_cannot_be_is_refused_beside_its_column(
    office: Office, columns: dict[str, str], field: str, sentence: str
) -> None:
    page = match(look(office.olive, FILE), **{**MATCH, **columns})
    assert page.status == 422 and sentence in page.tree.xpath(f"string(//p[@id='roll-{field}-error'])")
    assert page.tree.xpath("//title[starts-with(., 'Error: ')]") and chosen(page)["first_name"] == "2", "what was chosen is kept"
    assert kept(office) == {} and office.ask(sa.select(Import.awaits_columns))[0].awaits_columns


def test_a_file_without_names_of_columns_or_with_too_few_is_refused_at_once(office: Office) -> None:
    page = look(office.olive, b"L-9,Nova,01/05/2012\nL-8,Nils,01/05/2013\n")
    assert page.heading == "Match the columns" and "01/05/2012" not in str(page.form("roll-lcs_id").xpath(".//option/text()"))
    assert match(page, date_of_birth="3").status == 422, "a date is no heading, and is not remembered as one"
    page = look(office.olive, b"12,01/05/2012\n13,01/05/2013\n")
    assert page.status == 422 and "no column “Date of birth”" in page.main and kept(office) == {}


def test_a_file_that_waits_for_its_columns_is_kept_a_day_and_for_one_person(office: Office) -> None:
    page = look(office.olive, FILE)
    listed = office.olive.get(IMPORTS)
    assert "its columns are to be matched" in listed.main
    with office.app.app_context():
        from pep_admin.accounts.creating import create_account

        session = office.app.extensions["sqlalchemy"].session
        create_account(session, "otto@x.example", "Otto", [Role.VS_OFFICER], "lantern orchard seven kites", None)
        session.commit()
        session.remove()
    otto = Visitor(office.app.test_client())
    otto.get("/account/login").send("email", email="otto@x.example", password="lantern orchard seven kites")
    assert otto.get(page.url).status == 404 and otto.get(page.url.replace("match/", "match/x")).status == 404
    for route in ("outcome/?id=1", "mend/?id=1&part=roll"):
        assert office.olive.get(IMPORTS + route).status == 404, "there is no outcome yet"
    assert office.olive.post(f"{IMPORTS}confirm/?id=1", values_of(page.form("roll-lcs_id"))).status == 404
    with office.app.app_context():
        session = office.app.extensions["sqlalchemy"].session
        session.connection().execute(sa.text("UPDATE pep_import SET made_at = '2020-01-01 00:00:00'"))
        session.commit()
        session.remove()
    assert office.olive.get(page.url).status == 404


def test_a_file_that_waits_for_its_columns_can_be_forgotten(office: Office) -> None:
    page = look(office.olive, FILE)
    (discard,) = page.form("roll-lcs_id").xpath(".//button/@formaction")
    assert "forgotten" in office.olive.post(discard, values_of(page.form("roll-lcs_id"))).main
    assert office.ask(sa.select(ImportFile.id)) == [] and office.olive.get(page.url).status == 404


def test_a_workbook_is_matched_as_well(office: Office) -> None:
    page = look(office.olive, workbook([["Ref", "Born"], ["L-9", "01/05/2012"]]))
    assert page.heading == "Match the columns" and "Refused 1" in match(page, date_of_birth="2", lcs_id="1").main


def test_the_match_that_was_looked_at_is_the_one_that_is_loaded(office: Office) -> None:
    done = match(look(office.olive, FILE), **MATCH)
    forget(office.olive.get("/admin/pep/import_columns/"))
    assert "1 child added" in done.send("seal", button=("rows", "all")).main
    assert [row.last_name for row in office.ask(sa.select(Child.last_name))] == ["Newman"]


# --- what is remembered ----------------------------------------------------------------------------------------------------


def forget(page: Page) -> Page:
    form = page.form("forget")
    return page.send("forget", forget=list(form.xpath(".//input[@name='forget']/@value")))


def test_what_is_remembered_is_looked_at_changed_and_forgotten(office: Office) -> None:
    assert "Nothing is remembered" in office.olive.get("/admin/pep/import_columns/").main
    assert "Columns that the team remembers" not in office.olive.get(IMPORTS).main
    match(look(office.olive, FILE), **MATCH)
    page = office.olive.get(IMPORTS).link("Columns that the team remembers")
    assert "The roll, from a list with names" in page.main and "Olive" in page.main and page.main.count("“Family”") == 1
    name = next(row.id for row in office.ask(sa.select(ColumnMatch.id).where(ColumnMatch.heading == "Given")))
    changed = page.send("forget", **{f"column-{name}": "known_as"})
    assert "What is remembered is changed." in changed.main and kept(office)["Given"] == "known_as"
    assert "Nothing was changed." in changed.send("forget").main
    strange = changed.send("forget", **{f"column-{name}": "made_by"})
    assert strange.status == 422 and "Choose a column of the list." in strange.main and kept(office)["Given"] == "known_as"
    assert forget(changed).status == 200 and kept(office) == {}
    stale = changed.send("forget")
    assert stale.status == 422 and "meanwhile" in stale.main
    assert look(office.olive, FILE).heading == "Match the columns"


def test_rows_and_files_that_are_not_there_are_404_or_refused(office: Office) -> None:
    match(look(office.olive, FILE), **MATCH)
    page = office.olive.get("/admin/pep/import_columns/")
    honest = values_of(page.form("forget"))
    for query in ("?kind=x&part=roll", "?kind=roll&part=x", "", "?kind=roll&kind=roll&part=roll"):
        assert office.olive.post(f"/admin/pep/import_columns/change/{query}", honest).status == 404
    assert office.olive.post("/admin/pep/import_columns/change/?kind=schools&part=register", honest).status == 422
    assert len(kept(office)) == 7


# --- the judgement ---------------------------------------------------------------------------------------------------------

LAYOUT = Layout((Column("urn", "URN", ("School URN",), needed=True), Column("name", "Name")))


@pytest.mark.parametrize(("names", "remembered", "places"), [
    (("URN", "Name"), {}, {"urn": 0, "name": 1}),
    (("Key", "Name"), {"key": "urn"}, {"urn": 0, "name": 1}),
    (("URN", "School URN"), {"schoolurn": ""}, {"urn": 0}),
    (("Name", "URN"), {"name": "urn", "urn": "name"}, {"urn": 0, "name": 1}),
    (("K-E_Y", "Name"), {"key": "urn"}, {"urn": 0, "name": 1}),
])
def test_what_is_remembered_goes_before_a_name(names: Sequence[str], remembered: dict[str, str], places: dict[str, int]) -> None:
    assert headings.find_places(names, LAYOUT, remembered) == places


@pytest.mark.parametrize(("text", "is_name"), [("Name", True), ("LA (code)", True), ("Year 7", True), ("", False), ("-", False),
                                               ("01/05/2012", False), ("12 345", False), ("B801200005001", False)])
def test_figures_dates_and_upns_are_no_headings(text: str, is_name: bool) -> None:
    assert headings.can_be_name(text) is is_name


# --- by command ------------------------------------------------------------------------------------------------------------


@pytest.fixture
def shell(tmp_path: Path, both_databases: str) -> Callable[..., tuple[int, str]]:
    environ = {"PEP_ADMIN_INSTANCE_FOLDER": str(tmp_path / "instance"), "PEP_ADMIN_DATABASE_URL": both_databases,
               "PEP_ADMIN_TODAY": "2024-11-18"}

    def run(*words: object) -> tuple[int, str]:
        done = CliRunner().invoke(main, list(map(str, words)), env=environ)
        assert done.exception is None or isinstance(done.exception, SystemExit), done.exception
        return done.exit_code, done.output

    return run


WORDS = ("--column", "Date of birth=Born", "--column", "LCS number=Person ref", "--column", "Last name=Family",
         "--column", "Entered care=In care from", "--column", "Legal status=Order")


def test_a_command_is_told_which_heading_is_which(tmp_path: Path, shell: Callable[..., tuple[int, str]]) -> None:
    file = tmp_path / "list.csv"
    file.write_bytes(FILE)
    code, said = shell("import-roll", file, "--part-of-roll")
    assert code == 1 and "no column “Date of birth”" in said
    code, said = shell("import-roll", file, "--part-of-roll", *WORDS)
    assert code == 0 and "1 new" in said and "“Born” as “Date of birth”" in said and "Newman" not in said
    for word, sentence in (("Birthday=Born", "There is no column “Birthday”"), ("UPN=Nobody", "No file has a column “Nobody”"),
                           ("UPN", "Last name=Pupil surname")):
        code, said = shell("import-roll", file, *WORDS, "--column", word)
        assert code != 0 and sentence in said and "Traceback" not in said


def test_a_command_uses_what_the_team_remembers(
    tmp_path: Path, shell: Callable[..., tuple[int, str]], both_databases: str, open_session: Callable[..., Session]
) -> None:
    def remember(**rows: Any) -> None:
        with open_session(both_databases) as session:
            for heading, (kind, part, column) in rows.items():
                session.add(ColumnMatch(kind=kind, part=part, heading=heading, plain=heading, column=column, made_by="o",
                                        made_name="Olive", made_at=sa.func.now()))
            session.commit()

    register, header, episodes = (tmp_path / f"{name}.csv" for name in "abc")
    register.write_bytes(b"Key,EstablishmentName,Name\n100001,Elm School,x\n")
    header.write_bytes(b"Number,DOB,UPN\n77,01/05/2012,UN1\n")
    episodes.write_bytes(b"CHILD,DECOM,RNE,LS,DEC\n77,01/02/2023,S,C1,\n")
    assert shell("import-schools", register)[0] == 1 and shell("import-roll", header, episodes)[0] == 1
    remember(key=("schools", "register", "urn"), number=("return", "header", "lcs_id"))
    code, said = shell("import-schools", register)
    assert code == 0 and "1 new" in said
    code, said = shell("import-schools", register, "--column", "EstablishmentName=Name", "--dry-run")
    assert code == 0 and "1 changed" in said, "what the command says goes before the name that the file has as well"
    code, said = shell("import-roll", episodes, header)
    assert code == 0 and "1 new" in said
