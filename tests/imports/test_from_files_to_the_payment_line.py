"""What a Virtual School does first: schools, roll, people, schools attended and caseloads from files, then a term, then the money.

Every file goes in by its page, twice: the second time nothing is new. Then the term is launched for the children who came from the
files, and one of them is walked to the payment line. On both databases.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator, Mapping
from typing import Any
from urllib.parse import urljoin

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.datastructures import FileStorage

from pep_admin import create_app
from pep_admin.models import Child, Person
from pep_admin.permissions import SYSTEM
from pep_admin.vocabulary import Role
from pep_admin.workflow.years import open_years
from tests.imports.making import csv_of, school
from tests.imports.test_import_screens import send
from tests.integration import way
from tests.integration.way import ADMIN
from tests.visiting import Page, Visitor, values_of

pytestmark = pytest.mark.slow

PASSWORD = "a kettle on the window sill"
HEADER = "CHILD,SEX,DOB,ETHNIC,UPN,MOTHER,MC_DOB\n" + "".join(
    f"{number},2,{born},WBRI,{upn},,\n" for number, born, upn in (
        ("71001", "14/05/2011", "B801200005001"), ("71002", "03/02/2015", "UN1"), ("71003", "30/11/2007", "UN1"),
    ))
EPISODES = ("CHILD,DECOM,RNE,LS,CIN,PLACE,PLACE_PROVIDER,DEC,REC,REASON_PLACE_CHANGE,HOME_POST,PL_POST,URN\n"
            "71001,01/02/2023,S,C2,N1,U4,PR1,,,,,,SC012345\n"
            "71002,14/10/2023,S,C2,N1,K2,PR4,,,,,,SC054321\n"
            "71003,02/09/2022,S,V2,N1,U6,PR1,,,,,,\n")
OC2 = "CHILD,DOB,SDQ_SCORE,SDQ_REASON,CONVICTED\n71001,14/05/2011,12,,0\n71002,03/02/2015,21,,0\n71003,30/11/2007,,SDQ3,0\n"
NAMES = ("Child ID,Forename,Surname,DOB,UPN\n71001,Robin,Musterkind,14/05/2011,B801200005001\n"
         "71002,Wren,Beispiel,03/02/2015,\n71003,Finch,Exempel,30/11/2007,\n")
PEOPLE = ("E-mail,First name,Last name,Who they are,School URN\n"
          "tess.lehrer@alder.example,Tess,Lehrer,Designated teacher,900101\n"
          "dora.lehrer@birch.example,Dora,Lehrer,Designated teacher,900102\n"
          "sara.sozial@council.example,Sara,Sozial,Social worker,\n")
ENROLMENTS = "LCS number,School URN,First day\n71001,900101,05/09/2022\n71002,900102,04/09/2023\n71003,900101,05/09/2022\n"
CASELOADS = ("LCS number,Social worker's e-mail,From\n"
             + "".join(f"7100{n},sara.sozial@council.example,01/09/2024\n" for n in (1, 2, 3)))


@pytest.fixture
def app(both_databases: str, tmp_path: Any, open_session: Callable[..., Session]) -> Iterator[Any]:
    """The application standing on 18 Nov 2024, with the years on record as `pep-admin init` puts them there."""
    session = open_session(both_databases)
    open_years(session, actor=SYSTEM)
    session.commit()
    session.close()
    served = create_app({"TESTING": True, "PEP_ADMIN_DATABASE_URL": both_databases, "PEP_ADMIN_INSTANCE_FOLDER": str(tmp_path),
                         "PEP_ADMIN_TODAY": "2024-11-18", "PEP_ADMIN_AUTHORITY_CODE": "355"})
    yield served
    with served.app_context():
        served.extensions["sqlalchemy"].engine.dispose()


@pytest.fixture
def enter(app: Any, make_account: Callable[..., None]) -> Callable[..., Visitor]:
    """`enter("officer", Role.VS_OFFICER, person_id=None)`: a new account, signed in through the page."""

    def do(name: str, *roles: Role, person_id: int | None = None) -> Visitor:
        make_account(f"{name}@office.example", *roles, person_id=person_id, password=PASSWORD)
        visitor = Visitor(app.test_client())
        visitor.get("/account/login").send("email", email=f"{name}@office.example", password=PASSWORD)
        return visitor

    return do


def look(officer: Visitor, kind: str, files: Mapping[str, bytes | str], **typed: str) -> Page:
    """The outcome of those files, as it is shown before anything is stored."""
    page = officer.get(f"{ADMIN}/imports/new/?kind={kind}")
    form = page.form(next(iter(files)))
    given = {part: FileStorage(io.BytesIO(data.encode() if isinstance(data, str) else data), f"{part}.csv")
             for part, data in files.items()}
    blank = {each: FileStorage(io.BytesIO(), "") for each in form.xpath(".//input[@type='file']/@name")}
    answer = send(officer.client, urljoin(page.url, form.get("action")), {**dict(values_of(form)), **typed, **blank, **given})
    shown = Page(officer, f"{answer.request.path}?{answer.request.query_string.decode()}", answer)
    assert shown.status == 200, shown.main
    return shown


def load_twice(officer: Visitor, kind: str, files: Mapping[str, bytes | str], loaded: str, /, **typed: str) -> None:
    """Look, load, and look at the same files again: there is nothing left to load."""
    page = look(officer, kind, files, **typed).send("seal")
    assert loaded in page.main, page.main
    again = look(officer, kind, files, **typed)
    assert "There is nothing to load" in again.main, again.main


def test_from_the_files_to_the_payment_line(
    enter: Callable[..., Visitor], both_databases: str, open_session: Callable[..., Session]
) -> None:
    officer = enter("officer", Role.VS_OFFICER)
    register = csv_of([school(900101, "Alder School"), school(900102, "Birch School")], encoding="windows-1252")
    load_twice(officer, "schools", {"register": register}, "Loaded: 2 schools added, 0 changed.")
    load_twice(officer, "return", {"header": HEADER, "episodes": EPISODES, "oc2": OC2}, "Loaded: 3 children added, 0 changed.")
    assert "Name not known, ref 71002" in officer.get(f"{ADMIN}/children/").main
    load_twice(officer, "roll", {"roll": NAMES}, "Loaded: 0 children added, 3 changed.")
    load_twice(officer, "people", {"people": PEOPLE}, "Loaded: 3 people added, 0 changed.")
    load_twice(officer, "enrolments", {"enrolments": ENROLMENTS}, "3 changed")
    load_twice(officer, "caseloads", {"caseloads": CASELOADS}, "3 changed")

    listing = officer.get(f"{ADMIN}/children/")
    for name in ("Robin Musterkind", "Wren Beispiel", "Finch Exempel"):
        assert name in listing.main
    assert "Name not known" not in listing.main

    page = officer.get(f"{ADMIN}/terms/").link("Autumn 2024-25").link("Launch this term…")
    assert "3 PEPs would be opened" in page.main
    assert "3 PEPs opened" in page.send().heading
    assert "There is nothing to open" in officer.get(f"{ADMIN}/terms/").link("Autumn 2024-25").link("Launch this term…").main

    session = open_session(both_databases)
    child = session.scalars(select(Child).where(Child.lcs_id == "71001")).one()
    teacher_id, worker_id = (session.scalars(select(Person.id).where(Person.first_name == name)).one() for name in ("Tess", "Sara"))
    child_page = f"{ADMIN}/children/details/?id={child.id}"
    session.close()
    found = officer.get(child_page).tree.xpath("//main//a[contains(@href, '/peps/details/')]/@href")
    pep = found[0].rpartition("id=")[2]

    # a return gives no names of carers, and the register no number of finance's: both are typed in
    carer = way.added(officer.get(f"{ADMIN}/people/new/").send("last_name", first_name="Karla", last_name="Pflege", kind="carer"))
    officer.get(child_page).link("Change home").send("carer", kind="foster", carer=carer, on="4 Nov 2024")
    alder = officer.get(f"{ADMIN}/schools/?search=Alder").link("Alder School").url.rpartition("id=")[2]
    page = officer.get(f"{ADMIN}/schools/edit/?id={alder}").send("urn", finance_reference="FIN-4711")
    assert "FIN-4711" in page.main

    preview = officer.get(f"{ADMIN}/peps/").send("rowid", button=("action", "delegate"), choose=[pep])
    assert preview.send("rowid").heading == "1 PEP sent to its writer"
    teacher = enter("teacher", Role.DESIGNATED_TEACHER, person_id=teacher_id)
    worker = enter("worker", Role.SOCIAL_WORKER, person_id=worker_id)
    way.write(teacher, worker, pep)
    way.sign_and_send(teacher, worker, pep)
    way.grade_gold(officer, pep)
    finance = enter("finance", Role.FINANCE)
    way.release(finance, "Alder School")
    lines = way.pay(finance)
    assert len(lines) == 2
    assert lines[1].endswith(",550.00") and "Alder School" in lines[1] and "FIN-4711" in lines[1]
