"""One child's PEP from typing the child in to the payment line and the PDF, through the pages, CSRF on, no verb called by hand.

Expected figures by hand: ten hours at £55.00 are £550.00; £600.00 a term leave £50.00.
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
from tests.visiting import Page, Visitor

VOICE = "I like it when Mr Lumen lets me read to the little ones. Zoë helps me — “loads”."
PASSWORD = "a kettle on the window sill"
ADMIN = "/admin/pep"


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
        assert page.heading == "What needs doing"
        return visitor

    return do


def added(page: Page) -> str:
    """The id of what was just added, from the address of its page."""
    assert page.status == 200 and "id=" in page.url, page.main
    return page.url.rpartition("id=")[2]


def add_person(who: Visitor, first: str, last: str, kind: str, email: str = "") -> str:
    return added(who.get(f"{ADMIN}/people/new/").send("last_name", first_name=first, last_name=last, kind=kind, email=email))


def section(who: Visitor, pep: str, key: str) -> Page:
    page = who.get(f"{ADMIN}/peps/section/?id={pep}&section={key}")
    assert page.status == 200
    return page


def save(page: Page, **typed: Any) -> Page:
    after = page.send("then", button=("then", "stay"), **typed)
    assert after.status == 200, after.main
    assert "Saved." in after.main, after.main
    return after


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
    write_social_care(worker, pep)
    write_education(teacher, pep)
    write_targets_and_money(teacher, pep)
    write_meeting(worker, pep)

    # --- sign and send
    for who, part in ((teacher, "education"), (worker, "social_care"), (worker, "meeting")):
        page = who.get(f"{ADMIN}/peps/sign/?id={pep}&part={part}").send("part")
        assert "is signed." in page.main, page.main
    page = page.send()  # the page of the PEP now offers one thing: to send it
    assert "Sent to the Virtual School." in page.main

    # --- Gold, by the bulk action with its preview; that approves the request
    listing = officer.get(f"{ADMIN}/peps/?flt0_status=submitted")
    preview = listing.send("rowid", button=("action", "grade"), choose=[pep])
    refused = preview.send("feedback", grade="gold", decision="accept")
    assert refused.status == 422 and "HB-7.2" in refused.main
    page = refused.send("feedback", feedback="Led by the child's own words.")
    assert "1 PEP: Gold · accepted" in page.heading

    # --- release, by another person
    head = enter("head", Role.VS_HEAD)
    assert head.get(f"{ADMIN}/ppg_requests/").status == 200
    finance = enter("finance", Role.FINANCE)
    listing = finance.get(f"{ADMIN}/ppg_requests/")
    assert "Musterkind" not in listing.text and "Robin" not in listing.text
    request_id = listing.tree.xpath("//main//input[@name='rowid']/@value")[0]
    preview = listing.send("rowid", button=("action", "release"), choose=[request_id])
    assert "£550.00" in preview.main and "Alder School" in preview.main
    done = preview.send("rowid")
    assert "£550.00" in done.main
    again = finance.get(f"{ADMIN}/ppg_requests/").send("rowid", button=("action", "release"), choose=[request_id])
    assert "released already. Nothing was released again." in again.main
    assert not again.tree.xpath("//main//form[@method='post']"), "there is nothing left to confirm"

    # --- batch and CSV
    page = finance.get(f"{ADMIN}/payments/")
    assert "£550.00" in page.main
    page = finance.get(f"{ADMIN}/payments/batch/").send()
    batch = added(page)
    answer = finance.client.get(f"{ADMIN}/payments/csv/?id={batch}")
    lines = answer.get_data().decode("utf-8-sig").splitlines()
    assert len(lines) == 2
    assert lines[1].endswith(",550.00") and "Alder School" in lines[1] and "FIN-4711" in lines[1]
    assert "Musterkind" not in answer.get_data(as_text=True)

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


def write_social_care(worker: Visitor, pep: str) -> None:
    save(section(worker, pep, "about"), first_language="English", interpreter_needed="no", communicates_by=["speech"],
         permanence_plan="stay", next_care_review_on="12 Dec 2024")
    save(section(worker, pep, "responsibility"), **{
        "parental_responsibility-0-name": "The local authority", "parental_responsibility-0-relation": "Corporate parent",
        "parental_responsibility-0-gets_reports": "yes", "reports_to": "The social worker", "slips_signed_by": "The carer",
    })
    save(section(worker, pep, "health"), **{
        "health_effect_on_learning": "None seen", "emotional_needs": "Quiet when worried", "mental_health_support": "none",
        "sdq-0-total": "12", "sdq-0-completed_on": "1 Oct 2024", "sdq-0-completed_by": "carer",
    })
    save(section(worker, pep, "background"), what_school_needs_to_know="Tell Robin early about changes.",
         confidential_history="Two moves in the first year.", disruption_before_care="weeks")


def write_education(teacher: Visitor, pep: str) -> None:
    save(section(teacher, pep, "strengths"), achievements="Read in assembly", strengths="Patient", leisure_interests="Swimming")
    save(
        section(teacher, pep, "voice"),
        child_voice_good=VOICE,
        child_voice_hard="Fractions",
        child_voice_want="Help with maths",
        voice_gathered_on="4 Nov 2024",
        voice_gathered_by="Tess Lehrer",
        voice_how=["talk_dt"],
        wants_to_attend="all",
        hopes="A vet",
    )
    save(section(teacher, pep, "learning"), **{
        "attainment-0-subject": "English", "attainment-0-current": "Expected", "attainment-0-on_track": "ON",
        "attainment-1-subject": "Maths", "attainment-1-current": "Below", "attainment-1-on_track": "B",
        "attainment_context": "A year behind in maths", "needs_and_provision": "A reading group", "changes_ahead": "None expected",
    })
    save(section(teacher, pep, "attendance"), **{
        "attendance-0-possible": "90", "attendance-0-present": "88", "attendance-0-figures_to": "8 Nov 2024", "behaviour": "none",
        "exclusion_risk": "no",
    })


def write_targets_and_money(teacher: Visitor, pep: str) -> None:
    smart = {"need": "Behind after two schools", "support_what": "Tuition", "support_who": "A tutor", "support_how_often": "Weekly",
             "baseline": "9 of 20 in October", "success_measure": "16 of 20 in March", "due_on": "28 Mar 2025", "area": "cognition"}
    for subject, outcome in (("english", "Robin will read four whole books by the end of the spring term."),
                             ("maths", "Robin will answer 16 of 20 fraction questions by the end of the spring term.")):
        page = teacher.get(f"{ADMIN}/targets/write/?pep={pep}").send("outcome", outcome=outcome, subject=subject, **smart)
        assert page.status == 200, page.main
    page = teacher.get(f"{ADMIN}/peps/details/?id={pep}").link("Ask for Pupil Premium for target 2")
    assert "£600.00" in page.main
    asked = {"category": "TUITION_1", "description": "Ten weekly hours of one-to-one maths", "provider": "A tutor",
             "quantity": "10", "unit": "hour", "unit_cost_pence": "55", "amount_pence": "560"}
    wrong = page.send("amount_pence", **asked)
    assert wrong.status == 422 and "HB-6.6" in wrong.main and "£550.00" in wrong.main
    assert "Ten weekly hours of one-to-one maths" in wrong.text, "what was typed stays"
    page = wrong.send("amount_pence", amount_pence="£550.00")
    assert page.status == 200 and "£550.00" in page.main, page.main
    assert "£50.00" in teacher.get(f"{ADMIN}/peps/details/?id={pep}").main, "left this term"


def write_meeting(worker: Visitor, pep: str) -> None:
    came = {}
    for number, (name, role) in enumerate((("Robin", "child"), ("Sara Sozial", "social_worker"),
                                           ("Tess Lehrer", "designated_teacher"),
                                           ("Karla Pflege", "carer"))):
        if number >= 2:
            save(section(worker, pep, "meeting"), **came)
        came = {f"attendees-{number}-name": name, f"attendees-{number}-role": role, f"attendees-{number}-took_part": "attended"}
    save(section(worker, pep, "meeting"), **came, meeting_at="12 Nov 2024 14:00", meeting_how="in_person", chair="Tess Lehrer",
         chair_from_education="yes", child_attended="whole")
    save(section(worker, pep, "discussion"), discussion="Began with the assembly.", reports_and_slips_discussed="yes")
    save(section(worker, pep, "voices"), carer_voice="Robin talks about school now.", carer_part="Reads every evening",
         social_worker_voice="A steady school is what is needed.")
    save(section(worker, pep, "actions"), **{
        "actions-0-what": "Book the tutor", "actions-0-who": "Tess Lehrer", "actions-0-by_on": "29 Nov 2024",
        "next_pep_on": "12 Feb 2025",
    })
