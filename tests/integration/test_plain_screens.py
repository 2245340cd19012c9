"""The screens of children, schools, people, years, terms, the audit log and the front page, used as people use them."""

from __future__ import annotations

import html
import re
import threading
from collections.abc import Callable, Iterator
from datetime import date
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session
from werkzeug.serving import make_server

from pep_admin import config
from pep_admin.models import (
    AcademicYear,
    AuditEvent,
    CarePlacement,
    Caseload,
    Child,
    Enrolment,
    Pep,
    Person,
    RecordChange,
    School,
    Term,
)
from pep_admin.vocabulary import LeavingReason, PersonKind, PlacementKind, SenStatus, TermName
from tests.host.foreign_app import Council, Visitor, make_council
from tests.world import NOW, TODAY, World, build_world

pytestmark = pytest.mark.slow  # the quick suite stays under a minute; `make check` runs everything

CHILDREN, SCHOOLS, PEOPLE, YEARS, TERMS = (f"/admin/pep/{noun}/" for noun in ("children", "schools", "people", "years", "terms"))
AXE_TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]


def everybody_of(world: World) -> dict[str, Any]:
    return {name: getattr(world, name) for name in (
        "head", "officer", "finance", "auditor", "administrator", "teacher", "other_teacher", "worker", "other_worker")}


@pytest.fixture
def officer(council: Council) -> Visitor:
    return council.visit("officer")


def shown(page: str, label: str) -> str:
    """The value beside a label on a details page."""
    found = re.search(rf"<dt>{re.escape(html.escape(label))}</dt><dd>(.*?)</dd>", page.replace("&#39;", "&#x27;"), re.DOTALL)
    assert found, f"{label} does not stand on the page"
    return re.sub(r"<[^>]+>", "", found[1]).strip()


def table(page: str, caption: str) -> list[list[str]]:
    """The body of a table by its caption, as texts."""
    found = re.search(rf'<caption class="hidden">{re.escape(caption)}</caption>.*?<tbody\b[^>]*>(.*?)</tbody>', page, re.DOTALL)
    return every_row(found[1]) if found else []


def every_row(page: str) -> list[list[str]]:
    """The cells of every plain table row, as texts."""
    return [[re.sub(r"<[^>]+>", "", cell).strip() for cell in re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", row, re.DOTALL)]
            for row in re.findall(r"<tr\b[^>]*>(.*?)</tr>", page, re.DOTALL)]


NEW_CHILD = {"first_name": "Zoë", "last_name": "O'Brien", "date_of_birth": "29/02/2012", "upn": "", "lcs_id": "L-77",
             "entered_care_on": "4 November 2024", "legal_status": "C1", "sen_status": "K"}


# --- children ------------------------------------------------------------------------------------------------------------


def test_nothing_that_was_chosen_for_a_new_child_is_dropped_unsaid(officer: Visitor, world: World, ask: Any) -> None:
    people = ask(lambda session: dict(session.execute(sa.select(Person.last_name, Person.id)).all()))
    for more, said in (({"carer": str(people["Pflege"])}, "Choose the kind of home too: the carer goes with it."),
                       ({"school_started_on": "11 Nov 2024"}, "Choose the school too, or leave its first day empty.")):
        answer = officer.send(f"{CHILDREN}new/", **NEW_CHILD, **more)
        assert answer.status_code == 422 and said in answer.text


def test_a_child_without_a_number_who_may_be_on_record_is_asked_about(officer: Visitor, ask: Any) -> None:
    def count() -> int:
        return ask(lambda session: session.scalar(sa.select(sa.func.count(Child.id))))  # type: ignore[no-any-return]  # a fixture's answer has no type

    new = {key: value for key, value in NEW_CHILD.items() if key not in ("lcs_id", "upn")}
    assert officer.send(f"{CHILDREN}new/", **new).status_code == 303
    stood = count()
    again = officer.send(f"{CHILDREN}new/", **{**new, "last_name": new["last_name"].upper()})
    assert again.status_code == 422 and "If this is another child, give the number of the care record." in again.text
    assert count() == stood
    for other in ({"lcs_id": "T-77"}, {"date_of_birth": "01 Mar 2012"}, {"first_name": "Zora"}):
        assert officer.send(f"{CHILDREN}new/", **{**new, **other}).status_code == 303
    assert count() == stood + 3


def test_a_child_is_taken_into_care_with_school_worker_and_home(officer: Visitor, world: World, ask: Any) -> None:
    people = ask(lambda session: dict(session.execute(sa.select(Person.last_name, Person.id)).all()))
    answer = officer.send(f"{CHILDREN}new/", **NEW_CHILD, school=str(world.school_id), school_started_on="11 Nov 2024",
                          social_worker=str(people["Zweite"]), placement_kind="kinship", carer=str(people["Pflege"]))
    assert answer.status_code == 303
    page = officer.get(answer.location).text
    assert "O&#39;Brien was added." in page
    assert shown(page, "Date of birth") == "29 Feb 2012" and shown(page, "Year") == "8" and shown(page, "SEN") == "SEN support"
    assert shown(page, "School") == "Alder School" and shown(page, "Social worker") == "Olga Zweite"
    assert shown(page, "Carer") == "Karla Pflege"
    assert table(page, "Schools") == [["Alder School", "11 Nov 2024", "—", "—"]]
    assert table(page, "Homes") == [["Relative or friend", "Karla Pflege", "04 Nov 2024", "—"]]
    assert table(page, "Social workers") == [["Olga Zweite", "04 Nov 2024", "—"]]
    child_id = int(answer.location.rpartition("=")[2])
    assert ask(lambda session: session.scalars(
        sa.select(AuditEvent.actor_id).where(AuditEvent.action == "child.take_into_care", AuditEvent.child_id == child_id)).all()
    ) == [world.officer.id]


def test_a_child_that_cannot_be_is_refused_and_the_text_kept(officer: Visitor, ask: Any) -> None:
    before = ask(lambda session: session.scalar(sa.select(sa.func.count()).select_from(Child)))
    wrong = NEW_CHILD | {"date_of_birth": "01 Jan 2030", "upn": "XX", "legal_status": "ZZ", "lcs_id": "T-0"}
    answer = officer.send(f"{CHILDREN}new/", **wrong, school="9999")
    assert answer.status_code == 422
    for sentence in ("The date of birth, 01 Jan 2030, is still to come.", "A UPN has 13 characters", "Choose one from the list.",
                     "Another record already has this"):
        assert sentence in answer.text
    assert 'value="Zoë"' in answer.text and 'value="O&#39;Brien"' in answer.text
    assert ask(lambda session: session.scalar(sa.select(sa.func.count()).select_from(Child))) == before


def test_a_doubtful_child_is_saved_and_the_doubt_said(officer: Visitor) -> None:
    answer = officer.send(f"{CHILDREN}new/", **(NEW_CHILD | {"sen_status": "E", "upn": "Z801200005001"}))
    page = officer.get(answer.location).text
    assert "Please check: Enter the date of the next EHCP review" in page and "/rules/#HB-3.4" in page
    assert "first letter of this UPN does not fit" in page


@pytest.mark.parametrize(("day", "said"), [
    ("28 Feb 2012", "The first day at this school cannot be before birth, 29 Feb 2012."),
    ("19 Nov 2025", "19 Nov 2025 is more than a year ahead. Please check the year."),
    ("18 Nov 2025", None),
])
def test_a_first_day_at_a_school_lies_between_birth_and_a_year_from_now(
    officer: Visitor, world: World, ask: Any, day: str, said: str | None
) -> None:
    before = ask(lambda session: session.scalar(sa.select(sa.func.count()).select_from(Child)))
    answer = officer.send(f"{CHILDREN}new/", **NEW_CHILD, school=str(world.school_id), school_started_on=day)
    assert (answer.status_code, said is None or said in answer.text) == (303 if said is None else 422, True)
    if said:
        assert f'value="{day}"' in answer.text and 'id="school_started_on-error"' in answer.text
    after = ask(lambda session: session.scalar(sa.select(sa.func.count()).select_from(Child)))
    assert after == before + (said is None)


def test_a_childs_history_names_schools_and_people(officer: Visitor, world: World, ask: Any) -> None:
    path = f"{CHILDREN}change-school/?id={world.child_id}"
    version = re.search(r'name="row_version" value="(\d+)"', officer.get(path).text)
    assert version
    officer.send(path, school=str(world.other_school_id), on="18/11/2024", reason="home_move", row_version=version[1])
    pages = [officer.get(f"{CHILDREN}details/?id={world.child_id}&history={number}").text for number in (1, 99)]
    assert ["School", "Alder School", "Birch School"] in every_row(pages[0]), "the newest page"
    assert ["Social worker", "—", "Sara Sozial"] in every_row(pages[1]), "the oldest: there is no page 99"


def test_a_school_that_is_gone_is_another_school_in_a_history(officer: Visitor, world: World) -> None:
    changes = {"school_id": [987_654, world.school_id], "carer_id": [987_654, None]}
    world.session.add(RecordChange(at=NOW, actor_id="x", actor_name="X", table_name="pep_child", row_id=world.child_id,
                                   child_id=world.child_id, verb="update", changes=changes))
    world.session.commit()
    answer = officer.get(f"{CHILDREN}details/?id={world.child_id}")
    assert answer.status_code == 200
    assert ["School", "another school", "Alder School"] in every_row(answer.text)
    assert ["Carer", "another person", "—"] in every_row(answer.text)


def test_a_school_that_was_not_chosen_is_no_move_out_of_school(officer: Visitor, world: World, ask: Any) -> None:
    path = f"{CHILDREN}change-school/?id={world.child_id}"
    version = re.search(r'name="row_version" value="(\d+)"', officer.get(path).text)
    assert version
    typed = {"on": "18/11/2024", "reason": "home_move", "row_version": version[1]}
    silent = officer.send(path, school="", **typed)
    assert silent.status_code == 422 and "Choose the new school, or tick “No school at present”." in silent.text
    assert "/rules/#DATA-shape" in silent.text, "what the form itself refuses ends in a rule too"
    both = officer.send(path, school=str(world.other_school_id), no_school="y", **typed)
    assert both.status_code == 422 and "Leave one of the two out." in both.text
    assert ask(lambda session: session.get_one(Child, world.child_id).school_id) == world.school_id
    assert officer.send(path, school="", no_school="y", **typed).status_code == 303
    assert ask(lambda session: session.get_one(Child, world.child_id).school_id) is None


def test_a_child_changes_school(officer: Visitor, world: World, ask: Any) -> None:
    path = f"{CHILDREN}change-school/?id={world.child_id}"
    version = re.search(r'name="row_version" value="(\d+)"', officer.get(path).text)
    assert version
    early = officer.send(path, school=str(world.other_school_id), on="01 Jan 2020", reason="choice", row_version=version[1])
    assert early.status_code == 422 and "the change cannot be before that." in early.text and 'value="01 Jan 2020"' in early.text
    silent = officer.send(path, school=str(world.other_school_id), on="18/11/2024", row_version=version[1])
    assert silent.status_code == 422 and "/rules/#HB-4.1" in silent.text
    assert "Say why the child left the last school. (<a" in silent.text
    done = officer.send(path, school=str(world.other_school_id), on="18/11/2024", reason="home_move", row_version=version[1])
    assert done.status_code == 303
    assert ask(lambda session: session.execute(
        sa.select(Enrolment.school_id, Enrolment.ended_on, Enrolment.leaving_reason)
        .where(Enrolment.child_id == world.child_id).order_by(Enrolment.id)).all()
    ) == [(world.school_id, date(2024, 11, 18), LeavingReason.HOME_MOVE), (world.other_school_id, None, None)]
    stale = officer.send(path, school=str(world.school_id), on="18/11/2024", reason="choice", row_version=version[1])
    assert stale.status_code == 409 and "This record was changed while you had it open" in stale.text


def test_the_old_schools_teacher_loses_sight_and_the_new_ones_gains_it(council: Council, officer: Visitor, world: World) -> None:
    path = f"{CHILDREN}details/?id={world.child_id}"
    assert (council.visit("teacher").get(path).status_code, council.visit("other_teacher").get(path).status_code) == (200, 404)
    move(officer, world, "change-school", school=str(world.other_school_id), on="17 Nov 2024", reason="choice")
    assert (council.visit("teacher").get(path).status_code, council.visit("other_teacher").get(path).status_code) == (404, 200)


def move(officer: Visitor, world: World, which: str, **typed: str) -> None:
    path = f"{CHILDREN}{which}/?id={world.child_id}"
    version = re.search(r'name="row_version" value="(\d+)"', officer.get(path).text)
    assert version
    assert officer.send(path, **typed, row_version=version[1]).status_code == 303


def test_a_child_changes_worker_and_home_and_leaves_care(council: Council, officer: Visitor, world: World, ask: Any) -> None:
    people = ask(lambda session: dict(session.execute(sa.select(Person.last_name, Person.id)).all()))
    move(officer, world, "change-worker", person=str(people["Zweite"]), on="11 Nov 2024")
    move(officer, world, "change-home", kind="residential", carer="", on="12 Nov 2024")
    assert ask(lambda session: session.scalars(sa.select(Caseload.social_worker_id).where(
        Caseload.child_id == world.child_id, Caseload.ended_on.is_(None))).all()) == [people["Zweite"]]
    assert ask(lambda session: session.scalars(sa.select(CarePlacement.kind).where(
        CarePlacement.child_id == world.child_id, CarePlacement.ended_on.is_(None))).all()) == [PlacementKind.RESIDENTIAL]
    assert council.visit("worker").get(f"{CHILDREN}details/?id={world.child_id}").status_code == 404
    move(officer, world, "leave-care", on="15 Nov 2024", reason="Went home")
    page = officer.get(f"{CHILDREN}details/?id={world.child_id}").text
    assert shown(page, "Care") == "Left 15 Nov 2024" and shown(page, "Carer") == "—"
    assert "leave-care" not in page
    assert "Musterkind0" in officer.get(f"{CHILDREN}?flt0_care=left").text
    assert "Musterkind0" not in officer.get(f"{CHILDREN}?flt0_care=in").text


def test_a_persons_choice_holds_only_people_of_that_kind(officer: Visitor, world: World, ask: Any) -> None:
    teacher = ask(lambda session: session.scalars(sa.select(Person.id).where(Person.last_name == "Lehrer")).one())
    page = officer.get(f"{CHILDREN}change-worker/?id={world.child_id}").text
    assert "Sara Sozial" in page and "Tess Lehrer" not in page
    version = re.search(r'name="row_version" value="(\d+)"', page)
    assert version
    answer = officer.send(f"{CHILDREN}change-worker/?id={world.child_id}", person=str(teacher), on="18 Nov 2024",
                          row_version=version[1])
    assert answer.status_code == 422 and "Choose one from the list." in answer.text


def test_correcting_a_record_stands_in_its_history(council: Council, officer: Visitor, world: World) -> None:
    path = f"{CHILDREN}edit/?id={world.child_id}"
    version = re.search(r'name="row_version" value="(\d+)"', officer.get(path).text)
    assert version
    officer.send(path, first_name="Robin", last_name="Musterkind0", date_of_birth="15 May 2011", lcs_id="T-0",
                 entered_care_on="01 Feb 2023", notified_on="02 Feb 2023", legal_status="E1", sen_status="N",
                 row_version=version[1])
    page = officer.get(f"{CHILDREN}details/?id={world.child_id}").text
    assert ["Date of birth", "14 May 2011", "15 May 2011"] in every_row(page)
    assert ["Legal status", "Full care order (C2)", "Placement order (E1)"] in every_row(page)
    assert "History" in council.visit("auditor").get(f"{CHILDREN}details/?id={world.child_id}").text
    assert "History" not in council.visit("teacher").get(f"{CHILDREN}details/?id={world.child_id}").text


def test_a_teacher_sees_the_child_but_not_earlier_homes_nor_what_may_be_changed(council: Council, world: World) -> None:
    page = council.visit("teacher").get(f"{CHILDREN}details/?id={world.child_id}").text
    assert "PEPs</h2>" in page and "Homes</h2>" not in page and "Social workers</h2>" not in page
    assert "change-school" not in page and "Correct the record" not in page and "/admin/pep/schools/" not in page
    worker = council.visit("worker").get(f"{CHILDREN}details/?id={world.child_id}").text
    assert "Homes</h2>" in worker and "change-school" not in worker
    assert council.visit("teacher").get(f"{CHILDREN}change-school/?id={world.child_id}").status_code == 403
    assert council.visit("finance").get(CHILDREN).status_code == 403


def test_the_childs_page_lists_its_peps(officer: Visitor, world: World, ask: Any) -> None:
    rows = table(officer.get(f"{CHILDREN}details/?id={world.child_id}").text, "PEPs")
    reference = ask(lambda session: session.scalars(sa.select(Pep.reference).where(Pep.child_id == world.child_id)).one())
    assert [row[:2] for row in rows] == [[reference, "Autumn 2024-25"]]


# --- schools and people --------------------------------------------------------------------------------------------------


def test_a_school_is_added_and_found(officer: Visitor, ask: Any) -> None:
    teacher = ask(lambda session: session.scalars(sa.select(Person.id).where(Person.last_name == "Anders")).one())
    answer = officer.send(f"{SCHOOLS}new/", name="Chesham Primary", urn="105283", kind="school", phase="primary", town="Bury",
                          payment_method="journal", options_in="9", designated_teacher=str(teacher), in_borough="y")
    assert answer.status_code == 303
    page = officer.get(answer.location).text
    assert shown(page, "URN") == "105283" and shown(page, "In the borough") == "Yes"
    assert shown(page, "Paid by") == "Journal transfer" and shown(page, "Designated teacher") == "Otto Anders"
    assert shown(page, "Designated teacher's e-mail") == "otto.anders@example.org"
    assert "Chesham Primary" in officer.get(SCHOOLS, search="105283").text
    assert "Chesham" not in officer.get(f"{SCHOOLS}?flt1_phase=secondary").text


@pytest.mark.parametrize("urn", ["12345", "ABCDEF", "012345", "10 528"])
def test_a_urn_of_another_shape_is_refused(officer: Visitor, urn: str) -> None:
    answer = officer.send(f"{SCHOOLS}new/", name="Chesham", urn=urn, kind="school", phase="primary", payment_method="bacs",
                          options_in="9")
    assert answer.status_code == 422 and "A URN has six figures" in answer.text


def test_a_school_lists_the_children_in_care_there(officer: Visitor, world: World) -> None:
    rows = table(officer.get(f"{SCHOOLS}details/?id={world.school_id}").text, "Children in care here")
    assert [row[0] for row in rows] == ["Robin Musterkind0"]


def test_a_person_needs_a_name_and_one_whole_address(officer: Visitor, ask: Any) -> None:
    wrong = officer.send(f"{PEOPLE}new/", first_name="Ann", last_name="Bell", kind="social_worker", email="ann@")
    assert wrong.status_code == 422 and "Enter one whole e-mail address" in wrong.text
    taken = officer.send(f"{PEOPLE}new/", first_name="Ann", last_name="Bell", kind="social_worker", email="Tess.Lehrer@example.org")
    assert taken.status_code == 422 and "Another record already has this" in taken.text
    answer = officer.send(f"{PEOPLE}new/", first_name="Ann", last_name="Bell", kind="social_worker", email="Ann.Bell@Example.org")
    page = officer.get(answer.location).text
    assert shown(page, "E-mail") == "ann.bell@example.org" and shown(page, "Mail reaches them") == "Yes"
    row_id = answer.location.rpartition("=")[2]
    officer.send(f"{PEOPLE}edit/?id={row_id}", first_name="Ann", last_name="Bell", kind="social_worker",
                 email="ann.bell@example.org", bounced_on="17 Nov 2024", row_version="1")
    assert shown(officer.get(f"{PEOPLE}details/?id={row_id}").text, "Mail reaches them") == "No"
    assert ask(lambda session: session.get_one(Person, int(row_id)).kind) is PersonKind.SOCIAL_WORKER
    assert "Ann Bell" in officer.get(f"{PEOPLE}?flt2_email=bounced").text


def this_year(session: Session) -> int:
    return session.scalars(sa.select(AcademicYear.id).where(AcademicYear.name == "2024-25")).one()


# --- years and terms -----------------------------------------------------------------------------------------------------


def test_the_numbers_of_a_year_are_typed_in_pounds(council: Council, ask: Any) -> None:
    head, year = council.visit("head"), ask(this_year)
    page = head.get(f"{YEARS}details/?id={year}").text
    assert shown(page, "PPG for a child in a term, up to") == "£600.00"
    assert shown(page, "PPG for a child in the year, up to") == "£1,800.00"
    fields = {"name": "2024-25", "starts_on": "01 Sep 2024", "ends_on": "31 Aug 2025", "ppg_term_cap_pence": "650",
              "ppg_year_cap_pence": "£1,950.00", "post16_year_cap_pence": "300.00", "grant_per_child_pence": "2,570",
              "sdq_threshold": "17", "initiate_working_days": "10", "complete_school_days": "20", "graded_rule": "any",
              "card_rule": "any", "new_to_roll_days": "60", "school_move_days": "45", "attend_year_groups": "N2, Year 6 and 11",
              "between_school_days": "20", "first_group": "N1", "last_day": "year_13", "satisfactory_grades": "green",
              "sdq_from_age": "4", "sdq_to_age": "16", "sdq_valid_months": "12", "low_attendance_percent": "95",
              "figures_stale_days": "28", "ehcp_within_days": "14", "remind_days_before": "14 and 5", "remind_days_after": "",
              "escalate_after_days": "10", "send_reminders": "y", "meetings_a_week": "5", "row_version": "1"}
    for key, bad in (("ppg_term_cap_pence", "600.005"), ("ppg_term_cap_pence", "1e3"), ("ppg_year_cap_pence", "NaN"),
                     ("sdq_threshold", "17.5"), ("sdq_threshold", "99999999999"), ("name", "2024-26"),
                     ("ends_on", "01 Sep 2023"), ("ppg_year_cap_pence", "100"), ("attend_year_groups", "6 to 14"),
                     ("new_to_roll_days", "soon"), ("remind_days_before", "14, soon"), ("escalate_after_days", "91")):
        answer = head.send(f"{YEARS}edit/?id={year}", **(fields | {key: bad}))
        assert answer.status_code == 422, (key, bad)
        assert f'value="{bad}"' in answer.text
    for bad, said in (("-1", "not below 0"), ("2147483648", "not above 2,147,483,647"), ("99999999999", "not above 2,147,483,647"),
                      ("17.5", "Enter a whole number, like 17.")):
        page = head.send(f"{YEARS}edit/?id={year}", **(fields | {"sdq_threshold": bad})).text
        beside = re.search(r'id="sdq_threshold-error">(.*?)</p>', page)
        assert beside and beside[1].count("Enter a whole number") == 1 and said in beside[1]
    assert head.send(f"{YEARS}edit/?id={year}", **fields).status_code == 303
    assert ask(lambda session: session.get_one(AcademicYear, year).ppg_year_cap_pence) == 195_000
    assert council.visit("officer").get(f"{YEARS}edit/?id={year}").status_code == 403


def test_a_term_must_lie_in_its_year_and_is_there_once(council: Council, ask: Any) -> None:
    head, year = council.visit("head"), ask(this_year)
    fields = {"year": str(year), "name": "autumn", "starts_on": "02 Sep 2024", "ends_on": "20 Dec 2024",
              "deadline_on": "29 Nov 2024"}
    twice = head.send(f"{TERMS}new/", **fields)
    assert twice.status_code == 422 and "contradict itself or another record" in twice.text
    assert "UNIQUE" not in twice.text and "INSERT" not in twice.text
    for key, bad, sentence in (("starts_on", "02 Sep 2023", "lies outside 2024-25"),
                               ("ends_on", "01 Sep 2024", "must come after the first"),
                               ("deadline_on", "01 Aug 2024", "cannot be due before the term begins"),
                               ("half_term_from", "21 Oct 2024", "Enter both days of the half-term")):
        answer = head.send(f"{TERMS}new/", **(fields | {key: bad}))
        assert answer.status_code == 422 and sentence in answer.text, key


@pytest.fixture
def unlaunched(sqlite_url: str, open_session: Callable[..., Session]) -> World:
    """Three children in care and no PEP; the third is too young for one."""
    world = build_world(open_session(sqlite_url), children=3)
    young = world.session.scalars(sa.select(Child).order_by(Child.id.desc())).first()
    assert young is not None
    young.date_of_birth = date(2024, 1, 5)
    young.entered_care_on = date(2024, 2, 1)
    world.session.commit()
    return world


def test_launching_a_term_is_previewed_confirmed_and_told(unlaunched: World, sqlite_url: str) -> None:
    config.move_today(TODAY)
    council = make_council(sqlite_url, everybody_of(unlaunched))
    officer = council.visit("officer")
    term_id = unlaunched.autumn.id
    unlaunched.session.rollback()
    path = f"{TERMS}launch/?id={term_id}"
    preview = officer.get(path).text
    numbers = [shown(preview, label) for label in ("Would be opened", "Have one already", "Left out")]
    assert numbers == ["2", "0", "1"]
    assert [row[0] for row in table(preview, "Children who get a PEP")] == ["Robin Musterkind0", "Jule Musterkind1"]
    assert table(preview, "Children left out") == [["Robin Musterkind2", "05 Jan 2024", "Not of PEP age"]]
    assert unlaunched.session.scalar(sa.select(sa.func.count()).select_from(Pep)) == 0
    unlaunched.session.rollback()
    done = officer.send(path)
    assert done.status_code == 200 and shown(done.text, "Opened now") == "2" and shown(done.text, "Left out") == "1"
    again = officer.send(path)
    assert shown(again.text, "Opened now") == "0" and shown(again.text, "Had one already") == "2"
    assert "launching again changes nothing" in again.text
    assert unlaunched.session.scalar(sa.select(sa.func.count()).select_from(Pep)) == 2
    unlaunched.session.rollback()
    assert "There is nothing to open" in officer.get(path).text
    assert council.visit("teacher").get(path).status_code == 403


def test_a_term_that_is_over_cannot_be_launched(council: Council, officer: Visitor, ask: Any) -> None:
    spring = ask(lambda session: session.scalars(sa.select(Term.id).join(AcademicYear).where(
        Term.name == TermName.SPRING, AcademicYear.name == "2024-25")).one())
    config.move_today(date(2025, 8, 1))
    page = officer.get(f"{TERMS}launch/?id={spring}").text
    assert "This term cannot be launched now" in page and "ended before today" in page and "<button class=\"button\"" not in page
    assert officer.send(f"{TERMS}launch/?id={spring}").status_code == 422


# --- the audit log and the front page ------------------------------------------------------------------------------------


def test_the_audit_log_reads_and_records_its_readers(council: Council, world: World, ask: Any) -> None:
    council.visit("teacher").get(f"{CHILDREN}details/?id={world.child_id}")
    auditor = council.visit("auditor")
    page = auditor.get("/admin/pep/audit_log/", flt0_who="Tess", flt1_what="children").text
    assert "children.read" in page and "Tess Lehrer" in page and "1–1 of 1<" in page
    assert "Musterkind" not in page
    event = ask(lambda session: session.scalars(sa.select(AuditEvent.id).where(AuditEvent.action == "children.read")).one())
    assert shown(auditor.get("/admin/pep/audit_log/details/", id=str(event)).text, "Child's number") == str(world.child_id)
    assert ask(lambda session: session.scalar(
        sa.select(sa.func.count()).select_from(AuditEvent).where(AuditEvent.action.in_(("audit_log.list", "audit_log.read"))))) == 2
    assert "Nothing fits" in auditor.get("/admin/pep/audit_log/", flt4_to="01 Jan 2020").text
    assert council.visit("officer").get("/admin/pep/audit_log/").status_code == 403
    assert council.visit("administrator").get("/admin/pep/audit_log/").status_code == 403


def test_the_front_page_shows_each_their_own(council: Council) -> None:
    def cards(who: str) -> dict[str, str]:
        page = council.visit(who).get("/admin/").text
        found = re.findall(r'<p class="card-number">(\d+)</p>\s*<p class="card-text">(.*?)</p>', page)
        return {re.sub(r"<[^>]+>", "", text): number for number, text in found}

    assert cards("officer")["Being written"] == "2"
    assert council.visit("teacher").get("/admin/").location.endswith("/admin/pep/my_peps/")
    assert set(cards("finance")) == {"Money asked for", "Money to release"}
    assert cards("administrator") == {}
    assert council.visit().get("/admin/").status_code == 302


def test_the_front_page_says_that_no_term_is_left_to_those_who_see_the_years(council: Council) -> None:
    def says(who: str) -> bool:
        return "No term is on record for today or later." in council.visit(who).get("/admin/").text

    assert not says("head")
    config.move_today(date(2029, 9, 3))
    assert says("head") and says("officer") and not says("finance")


@pytest.mark.parametrize("day", [TODAY, date(2024, 12, 5)])
def test_the_numbers_of_the_front_page_lead_to_the_rows_they_count(council: Council, officer: Visitor, day: date) -> None:
    config.move_today(day)
    page = officer.get("/admin/").text
    links = re.findall(r'<p class="card-number">([\d,]+)</p>\s*<p class="card-text"><a href="([^"]+)">', page)
    assert len(links) == 12 and sum(number != "0" for number, _ in links) >= 2
    for number, url in links:
        listed = officer.get(url.replace("&amp;", "&")).text
        if url == "/admin/pep/alerts/":  # a page of its own: lines, and no pager; its numbers are test_alerts.py's
            assert number == "0" and "<tbody" not in listed.split("<main", 1)[1].split("</main>")[0], url
            continue
        assert (f"of {number}<" in listed) if number != "0" else ("Nothing fits" in listed), url


def test_the_menu_holds_only_what_may_be_opened(council: Council) -> None:
    def menu(who: str) -> set[str]:
        page = council.visit(who).get("/admin/").text
        return set(re.findall(r'<li><a href="(/admin/[^"]*)"', page.split('class="menu-small"')[0]))

    assert {"/admin/pep/children/", "/admin/pep/audit_log/"} <= menu("head")
    assert "/admin/pep/audit_log/" not in menu("officer") and "/admin/pep/schools/" not in menu("teacher")
    assert menu("administrator") == {"/admin/", "/admin/pep/rules/"}
    for who in ("head", "officer", "finance", "auditor", "teacher", "worker", "administrator"):
        assert all(council.visit(who).get(url).status_code == 200 for url in menu(who)), who


def test_nothing_can_be_deleted(council: Council, officer: Visitor, world: World) -> None:
    for path in (CHILDREN, SCHOOLS, PEOPLE, YEARS, TERMS):
        assert officer.send(f"{path}delete/", id="1").status_code == 404
        assert officer.send(f"{path}ajax/update/", list_form_pk="1", name="x").status_code == 404
        assert officer.send(f"{path}action/", rowid="1", action="delete").status_code == 404


def test_every_change_through_the_screens_has_its_history(officer: Visitor, world: World, ask: Any) -> None:
    officer.send(f"{SCHOOLS}new/", name="Chesham Primary", kind="school", phase="primary", payment_method="bacs",
                 options_in="9")
    entry = ask(lambda session: session.execute(
        sa.select(RecordChange.actor_id, RecordChange.verb, RecordChange.request_id).where(RecordChange.table_name == "pep_school")
        .order_by(RecordChange.id.desc())).first())
    assert entry[:2] == (world.officer.id, "insert") and re.fullmatch(r"[0-9a-f]{32}", entry[2])
    assert ask(lambda session: session.scalars(sa.select(School.name).order_by(School.id.desc())).first()) == "Chesham Primary"


# --- in a browser --------------------------------------------------------------------------------------------------------


@pytest.fixture
def served(council: Council) -> Iterator[str]:
    """The council's application on a free port of this machine."""
    server = make_server("127.0.0.1", 0, council.app, threaded=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join(timeout=10)
    server.server_close()


@pytest.mark.browser
@pytest.mark.slow
@pytest.mark.parametrize("width", [1280, 375])
def test_the_screens_break_no_rule_of_accessibility(served: str, page: Any, world: World, width: int) -> None:
    from axe_playwright_python.sync_playwright import Axe

    page.set_viewport_size({"width": width, "height": 900})
    page.goto(f"{served}/door/?as=head&back=/admin/")

    def judge(what: str) -> None:
        result = Axe().run(page, options={"runOnly": AXE_TAGS})
        assert [(each["id"], each["nodes"][0]["html"]) for each in result.response["violations"]] == [], what
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), f"{what} is wider than the window"

    for path in ("/admin/", CHILDREN, f"{CHILDREN}?search=nobody", f"{CHILDREN}details/?id={world.child_id}", f"{CHILDREN}new/",
                 f"{CHILDREN}change-school/?id={world.child_id}", f"{SCHOOLS}details/?id={world.school_id}", f"{YEARS}edit/?id=1",
                 f"{TERMS}launch/?id=1",
                 "/admin/pep/audit_log/"):
        page.goto(f"{served}{path}")
        judge(path)
    page.goto(f"{served}{SCHOOLS}edit/?id={world.school_id}")


@pytest.mark.browser
@pytest.mark.slow
def test_a_form_with_errors_breaks_no_rule_of_accessibility(served: str, browser: Any, world: World) -> None:
    """On a page of its own: the browser notes an answer of 422 in its console, which is meant here."""
    from axe_playwright_python.sync_playwright import Axe

    page = browser.new_page(viewport={"width": 375, "height": 900}, locale="en-GB")
    page.goto(f"{served}/door/?as=officer&back={SCHOOLS}edit/?id={world.school_id}")
    page.fill("#name", "")
    page.fill("#closed_on", "31/02/2024")
    page.click("main button[type=submit]")
    page.locator(".summary:focus").wait_for()
    assert page.title().startswith("Error: ")
    result = Axe().run(page, options={"runOnly": AXE_TAGS})
    assert [(each["id"], each["nodes"][0]["html"]) for each in result.response["violations"]] == []
    page.click('a[href="#closed_on"]')
    page.locator("#closed_on:focus").wait_for()
    page.context.close()


@pytest.mark.browser
@pytest.mark.slow
def test_a_double_press_saves_once_and_typing_is_not_left_by_mistake(served: str, page: Any, world: World, ask: Any) -> None:
    page.goto(f"{served}/door/?as=officer&back={SCHOOLS}new/")
    page.fill("#name", "Pressed Twice")
    page.select_option("#kind", "school")
    page.select_option("#phase", "primary")
    page.select_option("#payment_method", "bacs")
    asked: list[str] = []
    page.once("dialog", lambda dialog: (asked.append(dialog.type), dialog.dismiss()))
    page.evaluate("document.querySelector('.brand').click()")
    page.wait_for_timeout(300)
    assert asked == ["beforeunload"] and page.url.endswith("/new/")
    page.evaluate("for (let i = 0; i < 2; i++) document.querySelector('main form').requestSubmit()")
    page.wait_for_url("**/details/**")
    assert ask(lambda session: session.scalar(
        sa.select(sa.func.count()).select_from(School).where(School.name == "Pressed Twice"))) == 1


@pytest.mark.browser
@pytest.mark.slow
def test_sen_is_kept_by_a_browser_that_only_opens_and_saves(served: str, page: Any, world: World, ask: Any) -> None:
    world.session.get_one(Child, world.child_id).sen_status = SenStatus.EHCP
    world.session.commit()
    page.goto(f"{served}/door/?as=officer&back={CHILDREN}edit/?id={world.child_id}")
    page.click("main button[type=submit]")
    page.wait_for_url("**/details/**")
    assert ask(lambda session: session.get_one(Child, world.child_id).sen_status) is SenStatus.EHCP
