"""The page of one school: its people and when they were last seen, the children there, how far their PEPs are, who was there."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from pep_admin import config, create_app
from pep_admin.accounts.creating import create_account
from pep_admin.accounts.models import User
from pep_admin.models import Child, Pep, Person, School
from pep_admin.permissions import SYSTEM
from pep_admin.vocabulary import LeavingReason, PepKind, PersonKind, Role, SchoolKind, SchoolPhase
from pep_admin.workflow import peps, roll
from tests.host.foreign_app import make_council
from tests.integration.conftest import PEOPLE
from tests.integration.test_child_page import LONG, headings, rows
from tests.visiting import Page, Visitor
from tests.world import NOW, TODAY, World, person

pytestmark = pytest.mark.slow  # the quick suite stays under a minute; `make check` runs everything

Look = Callable[..., Page]
SCHOOLS = "/admin/pep/schools/details/"
HERE, BEFORE = "Children in care here", "Children who were here"


@pytest.fixture
def look(world: World, enter: Callable[[str], Visitor]) -> Look:
    """`look("officer", school_id)`: that person at the school's page, after what the world did is saved."""
    def at(who: str, school_id: int) -> Page:
        world.session.commit()
        return enter(who).get(f"{SCHOOLS}?id={school_id}")

    return at


def counts(page: Page) -> dict[str, str]:
    """The PEPs of the term by stage, as the page counts them."""
    found = page.tree.xpath("//h2[@id='stages']/following-sibling::dl/div")
    return {" ".join(each.xpath("string(dt)").split()): " ".join(each.xpath("string(dd)").split()) for each in found}


def test_the_children_stand_with_the_stage_of_this_terms_pep(world: World, look: Look) -> None:
    reference = world.graded_pep(money=False).reference
    page = look("officer", world.school_id)
    assert rows(page, HERE) == [
        ["Robin Musterkind0", "9", "No SEN", "Sara Sozial", reference, "Signed off", "29 Nov 2024 Deadline of Autumn 2024-25",
         "Gold"]]
    assert counts(page) == {"Signed off": "1"}
    assert page.link("Robin Musterkind0").heading.startswith("Robin Musterkind0")
    assert page.link(reference).status == 200


def test_what_is_late_says_so_and_the_counts_lead_to_their_lists(world: World, look: Look) -> None:
    config.move_today(date(2024, 12, 2))
    page = look("officer", world.school_id)
    (row,) = rows(page, HERE)
    assert row[5:] == ["Being written", "29 Nov 2024 Deadline of Autumn 2024-25 Late by 3 days: The school and social care", "—"]
    assert counts(page) == {"Being written": "1, 1 of them late"}
    listed = page.link("1, 1 of them late")
    assert listed.status == 200 and "1–1 of 1" in listed.main and row[4] in listed.main


def test_of_two_peps_of_the_term_the_one_to_be_finished_first_stands_there(world: World, look: Look) -> None:
    child, termly = world.session.get_one(Child, world.child_id), world.pep_of().reference
    peps.initiate_pep(world.session, child, world.autumn, kind=PepKind.CHANGE, reason="New home", actor=world.act(world.officer),
                      today=TODAY, now=NOW)
    (row,) = rows(look("officer", world.school_id), HERE)
    assert row[4:7] == [termly, "Being written", "29 Nov 2024 Deadline of Autumn 2024-25"]


def test_a_child_without_a_pep_of_the_term_says_so(world: World, look: Look) -> None:
    peps.withdraw_pep(world.session, world.pep_of().id, reason="Entered in error", actor=world.act(world.officer), now=NOW)
    opened = peps.initiate_pep(world.session, world.session.get_one(Child, world.child_id), world.autumn, kind=PepKind.FUNDING,
                               reason="A laptop", actor=world.officer, today=TODAY, now=NOW)
    page = look("officer", world.school_id)
    assert rows(page, HERE)[0][4:] == ["None yet", "—", "—", "—"], f"{opened} is for money alone (decision 0012)"
    assert counts(page) == {} and "None is on record for this school yet." in page.main


def test_people_are_those_named_those_of_that_organisation_and_those_who_write(world: World, look: Look) -> None:
    world.act(SYSTEM)
    school = world.session.get_one(School, world.school_id)
    head, staff = person(world.session, "Hedda", "Haupt", PersonKind.HEADTEACHER), person(world.session, "Stan", "Stab",
                                                                                          PersonKind.SCHOOL_STAFF)
    gone, writer = person(world.session, "Gus", "Gegangen", PersonKind.SCHOOL_STAFF), person(world.session, "Wilma", "Wort",
                                                                                             PersonKind.SCHOOL_STAFF)
    carer = person(world.session, "Karl", "Kein", PersonKind.CARER)
    school.headteacher, world.pep_of().writer = head, writer
    staff.organisation = gone.organisation = carer.organisation = "alder school"
    gone.left_on = date(2024, 9, 1)
    told = rows(look("officer", world.school_id), "People")
    assert [row[:3] for row in told] == [
        ["Tess Lehrer", "Designated teacher", "tess.lehrer@example.org"],
        ["Hedda Haupt", "Headteacher", "hedda.haupt@example.org"],
        ["Stan Stab", "Other school staff", "stan.stab@example.org"],
        ["Wilma Wort", "Writes 1 open PEP", "wilma.wort@example.org"],
    ]
    assert {row[3] for row in told} == {"Not known"}, "this host tells nothing of sign-ins"


def test_a_host_tells_when_people_were_last_seen(world: World, tmp_path: Path) -> None:
    world.session.commit()
    config.move_today(TODAY)
    asked: list[list[int]] = []

    def last_seen(person_ids: Any) -> dict[int, datetime | None]:
        asked.append(list(person_ids))
        return {world.teacher.person_id or 0: datetime(2024, 11, 15, 9, 5, tzinfo=UTC)}

    people = {name: getattr(world, name) for name in PEOPLE}
    council = make_council(f"sqlite:///{tmp_path / 'world.db'}", people, last_seen=last_seen)
    page = Visitor(council.visit("officer").client).get(f"{SCHOOLS}?id={world.school_id}")
    assert rows(page, "People") == [["Tess Lehrer", "Designated teacher; writes 1 open PEP", "tess.lehrer@example.org",
                                     "15 Nov 2024, 09:05"]]
    assert asked == [[world.teacher.person_id]], "once, for all of them"


def test_the_standalone_host_knows_its_accounts(world: World, tmp_path: Path) -> None:
    world.act(SYSTEM)
    school = world.session.get_one(School, world.school_id)
    school.headteacher = person(world.session, "Hedda", "Haupt", PersonKind.HEADTEACHER)
    school.headteacher.email, ids = "hedda@x.example", (world.teacher.person_id, world.officer.person_id)
    world.session.commit()
    app = create_app({"TESTING": True, "PEP_ADMIN_DATABASE_URL": f"sqlite:///{tmp_path / 'world.db'}",
                      "PEP_ADMIN_INSTANCE_FOLDER": str(tmp_path), "PEP_ADMIN_TODAY": "2024-11-18"})
    with app.app_context():
        session = app.extensions["sqlalchemy"].session
        for mail, role, who in (("tess@x.example", Role.DESIGNATED_TEACHER, ids[0]), ("ole@x.example", Role.VS_OFFICER, ids[1])):
            create_account(session, mail, mail, [role], "a kettle on the window sill", who)
        session.commit()
    visitor = Visitor(app.test_client())
    visitor.get("/account/login").send("email", email="ole@x.example", password="a kettle on the window sill")

    def seen() -> list[str]:
        return [row[3] for row in rows(visitor.get(f"{SCHOOLS}?id={ids_of_school}"), "People")]

    ids_of_school = world.school_id
    assert seen() == ["Never", "No account"]
    with app.app_context():
        session = app.extensions["sqlalchemy"].session
        teacher = session.scalars(select(User).where(User.email == "tess@x.example")).one()
        teacher.current_login_at = datetime(2024, 7, 1, 8, 30, tzinfo=UTC)
        session.commit()
    assert seen() == ["01 Jul 2024, 09:30", "No account"], "by the clock in England"
    with app.app_context():
        session = app.extensions["sqlalchemy"].session
        session.scalars(select(User).where(User.email == "tess@x.example")).one().active = False
        session.commit()
    assert seen() == ["No account", "No account"]


def test_who_was_there_is_for_the_virtual_school(world: World, look: Look) -> None:
    child = world.session.get_one(Child, world.child_id)
    roll.change_school(world.session, child, school_id=world.other_school_id, on=date(2024, 11, 11), reason=LeavingReason.HOME_MOVE,
                       actor=world.act(world.officer), today=TODAY, now=NOW)
    page = look("head", world.school_id)
    assert rows(page, HERE) == [] and "No child in care is here now." in page.main
    assert rows(page, BEFORE) == [["Robin Musterkind0", "01 Feb 2023", "11 Nov 2024", "Moved home"]]
    assert rows(look("officer", world.other_school_id), BEFORE) == []
    audited = look("auditor", world.school_id)
    assert audited.status == 200 and BEFORE not in headings(audited) and "Robin" not in audited.main
    assert [look(who, world.school_id).status for who in ("teacher", "worker", "finance", "administrator")] == [403] * 4


def test_what_to_know_of_a_school_stands_first(world: World, look: Look) -> None:
    world.act(SYSTEM)
    after = School(name="Nachher", kind=SchoolKind.SCHOOL, phase=SchoolPhase.PRIMARY)
    bare = School(name=LONG, kind=SchoolKind.ALTERNATIVE, phase=SchoolPhase.SECONDARY, in_borough=False, less_than_good=True,
                  closed_on=date(2024, 8, 31), successor=after)
    world.session.add(bare)
    world.session.flush()
    page = look("officer", bare.id)
    assert page.status == 200 and page.heading == LONG
    assert [each.text for each in page.tree.xpath("//section[h2='To know']//li")] == [
        "Closed on 31 Aug 2024, followed by Nachher", "Judged less than good", "Out of the borough",
        "No designated teacher is named: nobody gets its PEPs (HB-2.2)"]
    for sentence in ("Nobody of this school is on record.", "No child in care is here now.", "Nobody on record has left it.",
                     "None is on record for this school yet."):
        assert sentence in page.main
    assert page.tree.xpath("//section[h2='To know']") and not look("officer", world.school_id).tree.xpath("//section[h2='To know']")


def test_mail_that_comes_back_is_something_to_know(world: World, look: Look) -> None:
    world.act(SYSTEM)
    world.session.get_one(Person, world.teacher.person_id).bounced_on = date(2024, 11, 1)
    assert "Mail does not reach the designated teacher (HB-2.2)" in look("officer", world.school_id).main
    assert world.session.scalar(select(Pep.id).limit(1)) is not None
