"""One child's PEP from typing the child in to the payment line and the PDF, through the pages, CSRF on, no verb called by hand.

The steps that follow the first mail, and their figures, are in way.py.
"""

from __future__ import annotations

import io
from collections.abc import Callable
from typing import Any

import pytest
from pypdf import PdfReader
from sqlalchemy import select
from sqlalchemy.orm import Session

from pep_admin import create_app
from pep_admin.models import Delivery, Person
from pep_admin.permissions import SYSTEM
from pep_admin.vocabulary import Role
from pep_admin.workflow.years import open_years
from tests.integration import way
from tests.integration.way import ADMIN, VOICE, added
from tests.visiting import Visitor

PASSWORD = "a kettle on the window sill"


@pytest.fixture
def app(sqlite_url: str, tmp_path: Any, open_session: Callable[..., Session]) -> Any:
    """The application standing on 18 Nov 2024, with the years on record as `pep-admin init` puts them there."""
    session = open_session(sqlite_url)
    open_years(session, actor=SYSTEM)
    session.commit()
    session.close()
    return create_app({"TESTING": True, "PEP_ADMIN_DATABASE_URL": sqlite_url, "PEP_ADMIN_INSTANCE_FOLDER": str(tmp_path),
                       "PEP_ADMIN_TODAY": "2024-11-18"})


@pytest.fixture
def enter(app: Any, make_account: Callable[..., None]) -> Callable[..., Visitor]:
    """`enter("head", Role.VS_HEAD, person_id=None)`: a new account, signed in through the page."""

    def do(name: str, *roles: Role, person_id: int | None = None) -> Visitor:
        make_account(f"{name}@office.example", *roles, person_id=person_id, password=PASSWORD)
        visitor = Visitor(app.test_client())
        page = visitor.get("/account/login").send("email", email=f"{name}@office.example", password=PASSWORD)
        assert page.heading in ("What needs doing", "My PEPs")
        return visitor

    return do


def add_person(who: Visitor, first: str, last: str, kind: str, email: str = "") -> str:
    return added(who.get(f"{ADMIN}/people/new/").send("last_name", first_name=first, last_name=last, kind=kind, email=email))


def test_from_a_child_typed_in_to_the_payment_line_and_the_pdf(
    app: Any, enter: Callable[..., Visitor], sqlite_url: str, open_session: Callable[..., Session]
) -> None:
    officer = enter("officer", Role.VS_OFFICER)

    # --- child and school typed in
    dt = add_person(officer, "Tess", "Lehrer", "designated_teacher", "tess.lehrer@alder.example")
    sw = add_person(officer, "Sara", "Sozial", "social_worker", "sara.sozial@council.example")
    carer = add_person(officer, "Karla", "Pflege", "carer")
    page = officer.get(f"{ADMIN}/schools/new/").send(
        "urn",
        name="Alder School",
        urn="900101",
        kind="school",
        phase="secondary",
        designated_teacher=dt,
        finance_reference="FIN-4711",
    )
    school = added(page)
    page = officer.get(f"{ADMIN}/children/new/").send(
        "date_of_birth", first_name="Robin", last_name="Musterkind", date_of_birth="14 May 2011", lcs_id="T-1",
        entered_care_on="01/02/2023", legal_status="C2", sen_status="N", school=school, school_started_on="5 Sep 2022",
        social_worker=sw, placement_kind="foster", carer=carer,
    )
    added(page)
    assert "14 May 2011" in page.main and "Alder School" in page.main

    # --- launch
    page = officer.get(f"{ADMIN}/terms/").link("Autumn 2024-25").link("Launch this term…")
    assert "1 PEP would be opened" in page.main
    page = page.send()
    assert "1 PEP opened" in page.heading
    again = officer.get(f"{ADMIN}/terms/").link("Autumn 2024-25").link("Launch this term…")
    assert "There is nothing to open" in again.main

    # --- delegate, by the bulk action with its preview
    listing = officer.get(f"{ADMIN}/peps/")
    pep = listing.tree.xpath("//main//input[@name='rowid']/@value")[0]
    preview = listing.send("rowid", button=("action", "delegate"), choose=[pep])
    assert "2 people get one message each" in preview.main
    done = preview.send("rowid")
    assert done.heading == "1 PEP sent to its writer"

    # --- write
    teacher = enter("teacher", Role.DESIGNATED_TEACHER, person_id=int(dt))
    worker = enter("worker", Role.SOCIAL_WORKER, person_id=int(sw))
    way.write(teacher, worker, pep)
    way.sign_and_send(teacher, worker, pep)
    way.grade_gold(officer, pep)

    # --- release, by another person
    head = enter("head", Role.VS_HEAD)
    assert head.get(f"{ADMIN}/ppg_requests/").status == 200
    finance = enter("finance", Role.FINANCE)
    listing = finance.get(f"{ADMIN}/ppg_requests/")
    assert "Musterkind" not in listing.text and "Robin" not in listing.text
    way.release(finance, "Alder School")
    lines = way.pay(finance)
    assert len(lines) == 2
    assert lines[1].endswith(",550.00") and "Alder School" in lines[1] and "FIN-4711" in lines[1]
    assert "Musterkind" not in "".join(lines)

    # --- the PDF holds the child's words
    answer = teacher.client.get(f"{ADMIN}/peps/pdf/?id={pep}")
    assert answer.mimetype == "application/pdf"
    words = " ".join(" ".join(each.extract_text() for each in PdfReader(io.BytesIO(answer.data)).pages).split())
    assert " ".join(VOICE.split()) in words
    assert "Two moves in the first year" not in words, "the confidential history is not the school's to read"

    # --- and what was said on the way
    session = open_session(sqlite_url)
    mails = session.execute(select(Person.email, Delivery.template).join(Delivery.person)).all()
    assert sorted(mails) == [("sara.sozial@council.example", "delegated"), ("tess.lehrer@alder.example", "delegated"),
                             ("tess.lehrer@alder.example", "released")]
