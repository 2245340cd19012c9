"""Imports on screen, as an officer uses them: choose a file, look, load or not, take the refused rows away."""

from __future__ import annotations

import csv
import io
import logging
from pathlib import Path
from typing import Any
from urllib.parse import urljoin

import pytest
import sqlalchemy as sa
from werkzeug.datastructures import FileStorage
from werkzeug.test import encode_multipart

from pep_admin import create_app
from pep_admin.accounts.creating import create_account
from pep_admin.models import AuditEvent, Import, School
from pep_admin.views import larger_files
from pep_admin.vocabulary import Role, SchoolKind, SchoolPhase
from tests.imports.making import csv_of, school, workbook
from tests.visiting import Page, Visitor, values_of

pytestmark = pytest.mark.slow  # the quick suite stays under a minute; `make check` runs everything

IMPORTS = "/admin/pep/imports/"
PASSWORD = "lantern orchard seven kites"
REGISTER = "Schools from the national register"


def send(client: Any, url: str, fields: dict[str, Any]) -> Any:
    """Post a form with a file, as a browser does; the test client itself would leave large files open."""
    boundary, body = encode_multipart(fields)
    return client.post(url, data=body, content_type=f"multipart/form-data; boundary={boundary}", follow_redirects=True)


class Office:
    """The application with an officer signed in."""

    def __init__(self, url: str, folder: Path) -> None:
        self.app = create_app({"TESTING": True, "PEP_ADMIN_DATABASE_URL": url, "PEP_ADMIN_INSTANCE_FOLDER": str(folder),
                               "PEP_ADMIN_TODAY": "2024-11-18", "PEP_ADMIN_AUTHORITY_CODE": "355"})
        with self.app.app_context():
            session = self.app.extensions["sqlalchemy"].session
            create_account(session, "olive@x.example", "Olive", [Role.VS_OFFICER], PASSWORD, None)
            session.commit()
            session.remove()
        self.olive = Visitor(self.app.test_client())
        self.olive.get("/account/login").send("email", email="olive@x.example", password=PASSWORD)

    def look(self, data: bytes, name: str = "register.csv", **typed: str) -> Page:
        """Choose a file of the register and send it, as the form stands otherwise."""
        page = self.olive.get(IMPORTS).link(f"Choose a file for {REGISTER}")
        form = page.form("register")
        assert form.get("enctype") == "multipart/form-data"
        fields = {**dict(values_of(form)), **typed, "register": FileStorage(io.BytesIO(data), name)}
        answer = send(self.olive.client, urljoin(page.url, form.get("action")), fields)
        return Page(self.olive, answer.request.path + "?" + answer.request.query_string.decode(), answer)

    def ask(self, statement: Any) -> list[Any]:
        with self.app.app_context():
            session = self.app.extensions["sqlalchemy"].session
            found = list(session.connection(execution_options={"readonly": True}).execute(statement).all())
            session.remove()
        return found

    def urns(self) -> list[str]:
        return [row.urn for row in self.ask(sa.select(School.urn).order_by(School.urn))]

    def add(self, **columns: Any) -> None:
        with self.app.app_context():
            session = self.app.extensions["sqlalchemy"].session
            session.connection().execute(sa.insert(School).values(kind=SchoolKind.SCHOOL, phase=SchoolPhase.PRIMARY, **columns))
            session.commit()
            session.remove()


@pytest.fixture
def office(sqlite_url: str, tmp_path: Path) -> Office:
    return Office(sqlite_url, tmp_path)


def test_nothing_is_there_at_first(office: Office) -> None:
    page = office.olive.get(IMPORTS)
    assert page.heading == "Imports" and "Nothing yet." in page.main


def test_a_file_is_looked_at_and_then_loaded(office: Office) -> None:
    office.add(urn="100001", name="School 100001", town="Bury")
    page = office.look(csv_of([school(number) for number in range(100_001, 100_061)], encoding="cp1252"))
    assert page.status == 200 and "Nothing is stored yet" in page.main and office.urns() == ["100001"]
    assert "New 59" in page.main and "Changed 1" in page.main and "Refused 0" in page.main
    assert "100002 School 100002" in page.main and "100060" not in page.main
    assert "100060 School 100060" in page.link("Next").main
    changed = page.link("Changed 1")
    assert "Town: Bury → becomes Eccles" in changed.main
    done = changed.send("seal", button=("rows", "all"))
    assert "Loaded: 59 schools added, 1 changed." in done.main and len(office.urns()) == 60
    assert "The rows were shown until the file was loaded" in done.main
    assert REGISTER in office.olive.get(IMPORTS).main and "Go to the schools" in done.main


def test_the_button_says_what_will_happen(office: Office) -> None:
    def button(page: Page) -> str:
        return " ".join(page.form("seal").xpath("string(.//button[@name='rows'])").split())

    office.add(urn="100001", name="School 100001", town="Bury")
    assert button(office.look(csv_of([school(100001), school(100002)]))) == "Add 1, change 1 schools"
    assert button(office.look(csv_of([school(100002), school(100003)]))) == "Add 2 schools"
    assert button(office.look(csv_of([school(100002), school(100003, "=1")]))) == "Add 1 school, without the 1 refused"
    office.look(csv_of([school(100001)])).send("seal", button=("rows", "all"))
    page = office.look(csv_of([school(100001)]))
    assert button(page) == "" and "everything in the file is on record already" in page.main


def test_refused_rows_are_shown_with_column_and_rule_taken_away_and_left_out(office: Office) -> None:
    page = office.look(csv_of([school(100001), school(100002, '=HYPERLINK("x")'), school("7", "<script>x</script>")]))
    assert "Refused 2" in page.main and "EstablishmentName: This cell holds a formula" in page.main and "DATA-urn" in page.main
    assert "<script>x" not in page.text
    answer = office.olive.client.get(next(each for each in page.tree.xpath("//main//a/@href") if "/mend/" in each))
    assert answer.mimetype == "text/csv" and "attachment" in answer.headers["Content-Disposition"]
    rows = list(csv.DictReader(io.StringIO(answer.data.decode("utf-8-sig"))))
    assert [row["EstablishmentName"] for row in rows] == ["'=HYPERLINK(\"x\")", "<script>x</script>"]
    assert "six figures" in rows[1]["Why it was not loaded"]
    refused = page.send("seal", button=("rows", "all"))
    assert refused.status == 422 and "2 rows are refused" in refused.main and office.urns() == []
    assert "Loaded: 1 school added" in refused.send("seal", button=("rows", "good")).main and office.urns() == ["100001"]


def test_what_changed_meanwhile_is_shown_and_not_stored(office: Office) -> None:
    page = office.look(csv_of([school(100001), school(100002)]))
    office.add(urn="100002", name="By hand")
    again = page.send("seal", button=("rows", "all"))
    assert again.status == 409 and "Something has changed since you looked" in again.main and "Changed 1" in again.main
    assert office.urns() == ["100002"]
    assert "1 school added, 1 changed" in again.send("seal", button=("rows", "all")).main


def test_a_file_can_be_forgotten(office: Office) -> None:
    page = office.look(csv_of([school(100001)]))
    (discard,) = page.form("seal").xpath(".//button/@formaction")
    done = office.olive.post(discard, values_of(page.form("seal")))
    assert "forgotten" in done.main and "Looked at, not loaded" not in done.main
    assert office.olive.get(page.url).status == 404 and office.ask(sa.select(Import.id)) == []


@pytest.mark.parametrize(("data", "sentence"), [
    (None, "Choose a file"), (b"", "The file is empty"), ("URN,EstablishmentName\n1,a\n".encode("utf-16"), "UTF-16"),
    (b"URN\n1\n", "no column “EstablishmentName”"), (b"URN,EstablishmentName\r1,a\r", "old Macintosh"),
    (b"URN,EstablishmentName\n" + b"100001,a\n" * 75_001, "more than 75,000 rows"),
    (b'URN,EstablishmentName\n100001,a\n100002,"b\n', "quotation marks"),
])
def test_a_file_that_cannot_be_read_comes_back_with_a_sentence_beside_it(office: Office, data: bytes | None, sentence: str) -> None:
    page = office.look(data or b"", name="" if data is None else "x.csv", authorities="351")
    assert page.status == 422 and sentence in page.main and office.ask(sa.select(Import.id)) == []
    assert page.tree.xpath("string(//p[@id='register-error'])") and page.tree.xpath("//title[starts-with(., 'Error: ')]")
    assert dict(values_of(page.form("register")))["authorities"] == "351", "what was typed is kept"


def test_an_option_that_cannot_be_is_told_beside_its_field(office: Office) -> None:
    page = office.look(csv_of([school(100001)]), authorities="Bury")
    assert page.status == 422 and "three figures" in page.tree.xpath("string(//p[@id='authorities-error'])")


def test_the_wanted_schools_alone(office: Office) -> None:
    page = office.look(csv_of([school(100001), school(100002, authority="207")]), authorities="207", which="open")
    assert "New 1" in page.main and "1 other row left out, as you asked" in page.main


def test_a_workbook_does_as_well(office: Office) -> None:
    page = office.look(workbook([["URN", "EstablishmentName"], [100001, "Ash"]]), name="ash.xlsx")
    assert "100001 Ash" in page.main and "the file lacks “LA (code)”" in page.main


def test_the_name_of_a_file_is_shown_as_it_is_and_stands_nowhere_else(office: Office, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    page = office.look(csv_of([school(100001, "Quixotic")]), name="C:/x/<b>Robin & Co.csv")
    assert ": <b>Robin & Co.csv (" in page.main and "<b>Robin" not in page.text
    details = " ".join(str(row) for row in office.ask(sa.select(AuditEvent.details)))
    for told in (page.url, details, caplog.text):
        assert "Robin" not in told and "Quixotic" not in told


def test_files_may_be_larger_than_a_page_but_not_without_end(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    padded = csv_of([school(100001) | {"Other": "x" * 4_000} for _ in range(700)])
    assert len(padded) > office.app.config["MAX_CONTENT_LENGTH"]
    assert office.look(padded).status == 200
    nobody = send(office.app.test_client(), f"{IMPORTS}new/?kind=schools", {"register": FileStorage(io.BytesIO(padded), "x.csv")})
    assert nobody.status_code == 413, "for those who may load alone"
    monkeypatch.setattr(larger_files, "LARGEST_FILE", 1_400_000)
    page = office.look(padded)
    assert page.status == 413 and "Nothing was read" in page.main


def test_pages_that_are_asked_for_strangely_are_there_or_404(office: Office) -> None:
    page = office.look(csv_of([school(number) for number in range(100_001, 100_061)]))
    for query in ("&page=1", "&page=99999999", "&page=-1", "&page=x", "&show=x", "&show=new&show=changed", "&page=9999999999999"):
        assert office.olive.get(page.url + query).status == 200
    for path in ("outcome/?id=99", "outcome/?id=x", "outcome/", "mend/?id=1", "mend/?id=1&part=links", "mend/?id=1&part=x", "new/",
                 "new/?kind=x", "new/?kind=schools&kind=schools"):
        assert office.olive.get(IMPORTS + path).status == 404, path
    assert office.olive.client.get(f"{IMPORTS}confirm/?id=1").status_code == 405


def test_looking_at_an_outcome_is_recorded(office: Office) -> None:
    page = office.look(csv_of([school(100001)]))
    page.link("Refused 0")
    seen = office.ask(sa.select(AuditEvent.details).where(AuditEvent.action == "import.read").order_by(AuditEvent.id))
    assert [(row.details["fate"], row.details["rows"]) for row in seen] == [("new", 1), ("refused", 0)]


def test_the_worker_ends_what_was_kept_for_a_day(office: Office) -> None:
    from pep_admin.server.worker import run_once

    office.look(csv_of([school(100001)]))
    with office.app.app_context():
        session = office.app.extensions["sqlalchemy"].session
        session.connection().execute(sa.text("UPDATE pep_import SET made_at = '2020-01-01 00:00:00'"))
        session.connection().execute(sa.text("UPDATE pep_job SET due_at = '2020-01-01 00:00:00'"))
        session.commit()
        session.remove()
    assert run_once(office.app) == 1 and office.ask(sa.select(Import.id)) == []
