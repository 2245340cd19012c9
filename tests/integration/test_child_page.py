"""The page of one child as each reads it: what is due, targets, money, timeline, documents, and how the record was kept."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from pep_admin import config
from pep_admin.models import AuditEvent, Child, Pep, SdqScore, SocialCareSection, Suspension
from pep_admin.permissions import SYSTEM, Actor
from pep_admin.vocabulary import (
    CaseRating,
    Decision,
    Grade,
    LeavingReason,
    LegalStatus,
    PepKind,
    PlacementKind,
    Role,
    SdqBy,
    SenStatus,
    SuspensionKind,
)
from pep_admin.workflow import delegation, peps, reviews, roll
from pep_admin.workflow.records import save_record
from tests.host.foreign_app import make_council
from tests.visiting import Page, Visitor
from tests.world import NOW, TODAY, World

pytestmark = pytest.mark.slow  # the quick suite stays under a minute; `make check` runs everything

Enter = Callable[[str], Visitor]
Look = Callable[..., Page]
CHILDREN = "/admin/pep/children/details/"
LONG = "Maximiliana-Theodora-Wilhelmina-Friederike-Aurelia-Konstanze von und zu Hohenschwarzwaldhausen"


@pytest.fixture
def look(world: World, enter: Enter) -> Look:
    """`look("officer", child_id)`: that person at the child's page, after what the world did is saved."""
    def at(who: str, child_id: int, more: str = "") -> Page:
        world.session.commit()
        return enter(who).get(f"{CHILDREN}?id={child_id}{more}")

    return at


def rows(page: Page, caption: str) -> list[list[str]]:
    """The body of the table of that caption, cell by cell."""
    found = page.tree.xpath("//main//table[caption[normalize-space()=$name]]/tbody/tr", name=caption)
    return [[" ".join(cell.text_content().split()) for cell in row] for row in found]


def fact(page: Page, label: str) -> str | None:
    found = page.tree.xpath("//main//dl[@class='facts']/div[dt=$name]/dd", name=label)
    return " ".join(found[0].text_content().split()) if found else None


def panels(page: Page) -> dict[str, str]:
    return {" ".join(each.xpath("string(h3)").split()): " ".join(each.text_content().split())
            for each in page.tree.xpath("//article[contains(@class, 'panel')]")}


def headings(page: Page) -> set[str]:
    return {" ".join(each.text_content().split()) for each in page.tree.xpath("//main//h2")}


def newcomer(world: World, entered_on: date, told_on: date | None, **facts: Any) -> int:
    """Somebody who came into care that day, at school A, of primary age."""
    world.act(SYSTEM)
    known = {"first_name": "Nia", "last_name": "Neuling", "date_of_birth": date(2014, 3, 2), "lcs_id": f"N-{entered_on}",
             "entered_care_on": entered_on, "notified_on": told_on, "legal_status": LegalStatus.C1, "sen_status": SenStatus.NONE}
    child = roll.take_into_care(
        world.session, actor=world.act(world.officer), today=TODAY, facts=known | facts, school_id=world.school_id,
        social_worker_id=world.worker.person_id, placement_kind=PlacementKind.FOSTER)
    return child.id


def opened(world: World, child_id: int, on: date) -> Pep:
    """The child's first PEP."""
    child = world.session.get_one(Child, child_id)
    return peps.initiate_pep(world.session, child, world.autumn, kind=PepKind.INITIAL, reason="", actor=world.act(world.officer),
                             today=on, now=NOW)


# --- who it is ---------------------------------------------------------------------------------------------------------------


@pytest.fixture
def full(world: World) -> World:
    """The first child with a graded PEP and its money, a high SDQ total, a suspension, a second home, and a rated case."""
    pep = world.graded_pep()
    child = world.session.get_one(Child, world.child_id)
    world.act(world.officer)
    child.case_rating, child.known_as = CaseRating.RED, "Robbie"
    for row in (SdqScore(child_id=child.id, total=21, completed_on=date(2024, 11, 4), completed_by=SdqBy.CARER),
                Suspension(child_id=child.id, school_id=world.school_id, kind=SuspensionKind.SUSPENSION, half_days=4,
                           started_on=date(2024, 10, 7), ended_on=date(2024, 10, 8))):
        save_record(world.session, row, actor=world.officer, today=TODAY)
    roll.change_placement(world.session, child, kind=PlacementKind.RESIDENTIAL, carer_id=None, on=date(2024, 9, 2),
                          actor=world.officer, today=TODAY)
    assert pep.grade is Grade.GOLD
    world.session.commit()
    return world


def test_an_officer_sees_who_it_is_and_where_things_stand(full: World, look: Look) -> None:
    page = look("officer", full.child_id)
    assert page.heading == "Robin Musterkind0 known as Robbie"
    assert {label: fact(page, label) for label in ("Year", "Phase", "Care", "School", "At this school since", "Home", "SEN",
                                                   "Case rating", "Social worker", "Latest SDQ total")} == {
        "Year": "9", "Phase": "Secondary", "Care": "In care", "School": "Alder School", "At this school since": "01 Feb 2023",
        "Home": "Children's home, since 02 Sep 2024", "SEN": "No SEN", "Case rating": "Red", "Social worker": "Sara Sozial",
        "Latest SDQ total": "21, 04 Nov 2024. 17 or more: a target must answer it (HB-4.7)",
    }
    reference = full.pep_of().reference
    (title, panel), = panels(page).items()
    assert title == "PEP of Autumn 2024-25"
    assert f"{reference} Signed off Gold" in panel and "The next PEP: 12 Feb 2025" in panel and "Due" not in panel
    assert page.tree.xpath("//main//a[.='Alder School']/@href")[0] == f"/admin/pep/schools/details/?id={full.school_id}"


def test_every_pep_of_the_term_that_is_not_signed_off_is_due_the_soonest_first(world: World, look: Look) -> None:
    """By hand: 20 school days after 18 Nov 2024 are 16 Dec 2024; the termly one is due on 29 Nov 2024."""
    child, termly = world.session.get_one(Child, world.child_id), world.pep_of().reference
    change = peps.initiate_pep(world.session, child, world.autumn, kind=PepKind.CHANGE, reason="New home",
                               actor=world.act(world.officer), today=TODAY, now=NOW).reference
    (first, one), (second, two) = panels(look("officer", world.child_id)).items()
    assert (first, second) == ("PEP of Autumn 2024-25", "PEP of Autumn 2024-25 (after a change)")
    assert f"{termly} Being written" in one and "Due 29 Nov 2024" in one
    assert f"{change} Opened" in two and "Due 16 Dec 2024" in two


def test_what_does_not_apply_to_a_child_is_not_offered(world: World, look: Look) -> None:
    page = look("officer", world.child_id)
    assert "Change home" in page.main and "Next setting not known" not in page.main
    roll.leave_care(world.session, world.session.get_one(Child, world.child_id), on=date(2024, 11, 15), reason="Went home",
                    actor=world.act(world.officer), today=TODAY, now=NOW)
    page = look("officer", world.child_id)
    assert "Returns to care" in page.main and "Change home" not in page.main


@pytest.mark.parametrize(("total", "said"), [
    (16, "16, 04 Nov 2024"), (17, "17, 04 Nov 2024. 17 or more: a target must answer it (HB-4.7)")])
def test_an_sdq_total_is_flagged_from_seventeen_on(world: World, look: Look, total: int, said: str) -> None:
    score = SdqScore(child_id=world.child_id, total=total, completed_on=date(2024, 11, 4), completed_by=SdqBy.CARER)
    save_record(world.session, score, actor=world.act(world.officer), today=TODAY)
    assert fact(look("teacher", world.child_id), "Latest SDQ total") == said


CARE_ONLY = ("Homes", "Social workers", "Periods in care")


@pytest.mark.parametrize(("who", "care", "history", "looks"), [
    ("head", True, True, True), ("officer", True, True, False), ("auditor", True, True, True), ("worker", True, False, False),
    ("teacher", False, False, False),
])
def test_each_sees_what_is_for_them(full: World, look: Look, who: str, care: bool, history: bool, looks: bool) -> None:
    page = look(who, full.child_id)
    told = headings(page)
    assert {"What is due", "Record", "Targets now", "Money left", "Timeline", "Documents", "PEPs", "Schools"} <= told
    assert [each in told for each in CARE_ONLY] == [care] * 3
    assert (("History" in told), ("Who looked" in told)) == (history, looks)
    kinds = {row[1] for row in rows(page, "Timeline, newest first")}
    assert kinds == {"School", "PEP", "Suspension"} | ({"Home", "Social worker", "Care"} if care else set())
    lanes = {each.text for each in page.tree.xpath("//*[name()='svg']/*[name()='text']")}
    assert ("Home" in lanes, "Care" in lanes) == (care, care)
    assert (fact(page, "Home") is not None) is care
    assert ("Children's home" in page.main) is care
    assert (fact(page, "Case rating") is not None) is (who in ("head", "officer", "auditor"))
    assert ("Every look at this page is written down" in page.main) is not looks


def test_the_timeline_is_one_list_newest_first(full: World, look: Look) -> None:
    page, reference = look("officer", full.child_id), full.pep_of().reference
    assert rows(page, "Timeline, newest first") == [
        ["Suspension", "Suspension", "07 Oct 2024", "08 Oct 2024", "4 half days, Alder School"],
        [f"{reference}, Autumn 2024-25", "PEP", "09 Sep 2024", "18 Nov 2024", "Termly. Signed off, Gold"],
        ["Children's home", "Home", "02 Sep 2024", "still", "—"],
        ["In care", "Care", "01 Feb 2023", "still", "—"],
        ["Alder School", "School", "01 Feb 2023", "still", "—"],
        ["Foster home", "Home", "01 Feb 2023", "02 Sep 2024", "Karla Pflege"],
        ["Sara Sozial", "Social worker", "01 Feb 2023", "still", "—"],
    ]
    titles = [each.text for each in page.tree.xpath("//*[name()='svg']//*[name()='rect']/*[name()='title']")]
    assert "Foster home, 01 Feb 2023 to 02 Sep 2024" in titles and "Alder School, 01 Feb 2023, still" in titles
    assert len(titles) == 7


def test_targets_money_and_documents_stand_on_the_page(full: World, look: Look) -> None:
    page, reference = look("teacher", full.child_id), full.pep_of().reference
    targets = rows(page, "Targets now")
    assert [row[0].partition(" ")[0] for row in targets] == ["1", "2", "3"]
    assert {row[1] for row in targets} <= {"Cognition and learning", "Social, emotional and mental health"}
    assert {row[2] for row in targets} == {"28 Mar 2025"} and {row[3] for row in targets} == {"Not looked back on yet"}
    assert {row[4] for row in targets} == {"Nothing yet"}
    assert rows(page, "Money left") == [
        ["Autumn 2024-25", "£600.00", "£550.00", "£0.00", "£50.00"],
        ["Year 2024-25", "£1,800.00", "£550.00", "£0.00", "£1,250.00"],
    ]
    assert rows(page, "Requests that stand") == [["Ten weekly hours of maths tuition", reference, "£550.00", "£550.00", "Approved"]]
    assert rows(page, "PDFs that can be made") == [[f"PDF of {reference}", "Autumn 2024-25", "Signed off", "For the school"]]
    assert rows(look("worker", full.child_id), "PDFs that can be made")[0][3] == (
        "For social care and the Virtual School")
    assert rows(look("auditor", full.child_id), "PDFs that can be made") == []


def test_word_that_was_sent_stands_with_its_day(world: World, look: Look) -> None:
    pep = world.sent_pep()
    returning = reviews.Grading(Grade.AMBER, Decision.RETURN, "Say how.", "The second target.")
    reviews.grade_pep(world.session, pep.id, returning, actor=world.act(world.officer), today=TODAY, now=NOW)
    page = look("officer", world.child_id)
    assert sorted(rows(page, "Word by e-mail")) == [
        ["A PEP has come back to you", pep.reference, "Sara Sozial", "Waiting to be sent"],
        ["A PEP has come back to you", pep.reference, "Tess Lehrer", "Waiting to be sent"],
    ]


def test_a_period_without_requests_still_says_what_could_be_had(world: World, look: Look) -> None:
    page = look("officer", world.child_id)
    assert rows(page, "Money left") == [["Autumn 2024-25", "£600.00", "£0.00", "£0.00", "£600.00"],
                                        ["Year 2024-25", "£1,800.00", "£0.00", "£0.00", "£1,800.00"]]
    assert "No request stands." in page.main
    older = newcomer(world, date(2024, 10, 14), None, date_of_birth=date(2007, 11, 1), first_name="Alt")
    assert rows(look("officer", older), "Money left") == [["Year 2024-25", "£300.00", "£0.00", "£0.00", "£300.00"]]
    small = newcomer(world, date(2024, 10, 15), None, date_of_birth=date(2021, 11, 1))
    assert "from the Early Years Team on request, not from the Virtual School (HB-6.3)" in look("officer", small).main
    grown = newcomer(world, date(2024, 10, 16), None, date_of_birth=date(2006, 8, 31), first_name="Gross")
    assert "Past the end of Year 13, up to which there is Pupil Premium money (HB-6.2)." in look("officer", grown).main


# --- what is due -------------------------------------------------------------------------------------------------------------


def test_a_new_childs_clocks_stand_by_the_handbooks_table(world: World, look: Look) -> None:
    """Into care on 14 Oct 2024: to the writers by 28 Oct, signed and sent by 18 Nov, which is today."""
    child = newcomer(world, date(2024, 10, 14), date(2024, 10, 15))
    told = panels(look("worker", child))
    assert list(told) == ["Sent to its writers HB-1.2", "Signed and sent HB-1.3", "First care review HB-3.3",
                          "PEP of Autumn 2024-25"]
    first, second, review, term = told.values()
    assert "Late by 15 working days By 28 Oct 2024" in first and "10 working days from Mon 14 Oct 2024" in first
    assert "It waited with the Virtual School: it was told on 15 Oct 2024, working day 1, and no PEP has been opened." in first
    assert "Due today By 18 Nov 2024" in second and "20 school days from Mon 14 Oct 2024, skipping 21 to 25 Oct" in second
    assert "By 11 Nov 2024" in review and "20 working days from Mon 14 Oct 2024" in review
    assert "There is none yet. Every child in care has one each term (HB-1.4)." in term


def test_the_clocks_count_by_the_year_of_the_pep_as_its_own_page_does(world: World, look: Look) -> None:
    """Into care on Sun 20 Jul 2025: ten working days of 2024-25 end on 1 Aug, eight of 2025-26 on 30 Jul."""
    world.act(SYSTEM)
    term = world.term("autumn", "2025-26")
    term.year.initiate_working_days = 8
    opened_on = date(2025, 9, 3)
    known = {"first_name": "Nia", "last_name": "Neuling", "date_of_birth": date(2014, 3, 2), "lcs_id": "N-25",
             "entered_care_on": date(2025, 7, 20), "legal_status": LegalStatus.C1, "sen_status": SenStatus.NONE}
    nia = roll.take_into_care(
        world.session, actor=world.act(world.officer), today=opened_on, facts=known, school_id=world.school_id,
        social_worker_id=world.worker.person_id, placement_kind=PlacementKind.FOSTER)
    config.move_today(opened_on)
    assert "By 01 Aug 2025" in panels(look("officer", nia.id))["Sent to its writers HB-1.2"]
    peps.initiate_pep(world.session, nia, term, kind=PepKind.INITIAL, reason="", actor=world.act(world.officer), today=opened_on,
                      now=NOW)
    assert "By 30 Jul 2025" in panels(look("officer", nia.id))["Sent to its writers HB-1.2"]


def test_the_clocks_go_with_the_pep(world: World, look: Look) -> None:
    child = newcomer(world, date(2024, 10, 14), date(2024, 10, 15))
    officer = world.act(world.officer)
    opened_on = date(2024, 10, 16)
    at = NOW.replace(month=10, day=17)
    pep = opened(world, child, opened_on)
    delegation.delegate_peps(world.session, [pep.id], actor=officer, now=at, run="run-n")
    first, second, _, term = panels(look("officer", child)).values()
    assert "Done on 17 Oct 2024, in time" in first
    assert "Due today" in second
    assert f"{pep.reference} Being written" in term and "The social worker has not signed Part 1" in term
    assert "must be put right before it can be sent." in term
    config.move_today(date(2024, 11, 20))
    first, second, _, term = panels(look("officer", child)).values()
    assert "Late by 2 school days" in second and "It waited with social care and the school" in second
    assert "Late: it was due on 18 Nov 2024." in term


def test_a_pep_that_came_back_was_with_its_writers_from_the_first_day_on(world: World, look: Look) -> None:
    """Sent to its writers once more, after it was sent back, it carries the later day; the first one counts (HB-1.2)."""
    child = newcomer(world, date(2024, 10, 14), date(2024, 10, 15))
    pep = opened(world, child, date(2024, 10, 16))
    delegation.delegate_peps(world.session, [pep.id], actor=world.officer, now=NOW.replace(month=10, day=17), run="run-n")
    world.sent_pep(child_id=child, money=False)
    returning = reviews.Grading(Grade.AMBER, Decision.RETURN, "Say how.", "The second target.")
    reviews.grade_pep(world.session, pep.id, returning, actor=world.act(world.officer), today=TODAY, now=NOW)
    delegation.delegate_peps(world.session, [pep.id], actor=world.officer, now=NOW, run="run-back")
    first, second, *_ = panels(look("officer", child)).values()
    assert "Done on 17 Oct 2024, in time" in first and "Due today" in second


def test_who_is_not_new_has_no_clocks(full: World, look: Look) -> None:
    assert list(panels(look("officer", full.child_id))) == ["PEP of Autumn 2024-25"]
    early = newcomer(full, date(2024, 8, 30), None)  # before the first term on record: what was done then stands elsewhere
    assert list(panels(look("officer", early))) == ["PEP of Autumn 2024-25"]


def test_both_clocks_go_when_both_are_done_and_the_term_is_over(world: World, look: Look) -> None:
    child = newcomer(world, date(2024, 10, 14), date(2024, 10, 15))
    opened(world, child, date(2024, 10, 16))
    world.graded_pep(child_id=child, money=False)
    assert list(panels(look("officer", child)))[:2] == ["Sent to its writers HB-1.2", "Signed and sent HB-1.3"]
    config.move_today(date(2025, 1, 7))
    (title, said), = panels(look("officer", child)).items()
    assert (title, "There is none yet" in said) == ("PEP of Spring 2024-25", True)


def test_who_left_care_or_is_too_young_needs_no_pep(world: World, look: Look) -> None:
    left = world.session.get_one(Child, world.other_child_id)
    pep = world.pep_of(left.id)
    peps.withdraw_pep(world.session, pep.id, reason="Went home", actor=world.act(world.officer), now=NOW)
    roll.leave_care(world.session, left, on=date(2024, 11, 1), reason="Went home", actor=world.officer, today=TODAY, now=NOW)
    young = newcomer(world, date(2024, 11, 4), None, date_of_birth=date(2023, 11, 1))
    assert list(panels(look("officer", world.other_child_id)).values()) == ["PEP of Autumn 2024-25 None: not in care."]
    assert list(panels(look("officer", young)).values()) == ["PEP of Autumn 2024-25 None: not of PEP age."]


# --- how the record was kept -------------------------------------------------------------------------------------------------


def test_the_history_is_of_the_whole_record_and_paged(full: World, look: Look) -> None:
    first = look("officer", full.child_id)
    assert len(first.tree.xpath("//ol[@class='timeline']/li")) == 20
    assert "added a suspension" in first.main and "changed the child’s record" in first.main
    seen, page, pages = [], first, 1
    while True:
        seen += [" ".join(each.text_content().split()) for each in page.tree.xpath("//ol[@class='timeline']/li")]
        if not page.tree.xpath("//main//a[@rel='next']"):
            break
        page, pages = page.link("Older"), pages + 1
    assert pages > 2 and len(seen) > 40
    assert f"Kept since {seen[-1][:12]}" in first.main
    assert look("officer", full.child_id, "&history=99999").url.endswith("history=99999")
    for strange in ("0", "-1", "x", "1 OR 1", "99999999999999"):
        assert look("officer", full.child_id, f"&history={strange}").status == 200


def test_no_history_tells_what_is_withheld(world: World, look: Look) -> None:
    pep = world.pep_of()
    kept = world.session.scalars(select(SocialCareSection).where(SocialCareSection.pep_id == pep.id)).one()
    kept.sensitive_answers = kept.sensitive_answers | {"meeting_notes": "Nobody else reads these words."}
    kept.answers = kept.answers | {"strange_answer": "These words are read."}
    page = look("officer", world.child_id)
    assert "Part 1 · Social care" in page.main and "These words are read." in page.text
    assert "Nobody else reads these words." not in page.text


def test_who_audits_and_teaches_reads_the_history_of_what_the_school_reads(full: World, look: Look, tmp_path: Path) -> None:
    """Their homes and workers are withheld as tables, and so is what changed in them (HB-3.11)."""
    roles = frozenset({Role.AUDITOR, Role.DESIGNATED_TEACHER})
    both, known = Actor("person:both", "Bo Both", roles, full.teacher.person_id), full.child_id
    full.session.commit()
    council = make_council(f"sqlite:///{tmp_path / 'world.db'}", {"both": both})

    def whole(page: Page) -> str:
        said = page.main
        while page.tree.xpath("//nav[@aria-label='Further changes']//a[@rel='next']"):
            found = page.tree.xpath("//nav[@aria-label='Further changes']//a[@rel='next']/@href")[0]
            page = page.visitor.get(found)
            said += page.main
        return said

    told, all_of_it = whole(Visitor(council.visit("both").client).get(f"{CHILDREN}?id={known}")), whole(look("auditor", known))
    assert "added a time at a school" in told and "a home" in all_of_it and "a period in care" in all_of_it
    for withheld in ("added a home", "changed a home", "a time with a social worker", "a period in care", "Children's home"):
        assert withheld not in told


def test_who_looked_is_told_in_words(full: World, look: Look, enter: Enter, council: Any) -> None:
    look("teacher", full.child_id)
    enter("finance").get(f"{CHILDREN}?id={full.child_id}")
    page = look("head", full.child_id)
    told = rows(page, "Who looked, newest first")
    assert told[0][1:] == ["Fine Amt", "Finance approver", "Was refused the child’s record"]
    assert told[1][1:] == ["Tess Lehrer", "Designated teacher", "Read the child’s record"]
    assert "If Robbie asks who has read or changed this record, this is the answer" in page.main
    log = page.link("All of it in the audit log")
    assert log.status == 200 and "Tess Lehrer" in log.main and "Robbie" not in log.main
    with council.app.app_context():
        assert council.db.session.scalar(select(AuditEvent.action).order_by(AuditEvent.id.desc()).limit(1)) == "audit_log.list"


# --- nothing, much, and long -------------------------------------------------------------------------------------------------


def test_a_child_with_nothing_on_record(world: World, look: Look) -> None:
    world.act(SYSTEM)
    child = Child(date_of_birth=date(2014, 1, 1), entered_care_on=date(2024, 11, 11), legal_status=LegalStatus.C1, lcs_id="X-1")
    world.session.add(child)
    world.session.flush()
    page = look("head", child.id)
    assert page.status == 200 and page.heading == "Name not known, ref X-1"
    for sentence in ("No target has been set yet.", "No request stands.", "Nothing is on record yet.", "No PEP yet.",
                     "There is no PEP of which a PDF could be made here.", "No message about one of these PEPs alone.",
                     "No school on record.", "No home on record.", "Nobody has looked yet; you are the first."):
        assert sentence in page.main, sentence
    assert page.tree.xpath("//*[name()='svg']") == []
    assert fact(page, "Latest SDQ total") == "None on record"
    assert look("head", child.id).main.count("Read the child’s record") == 1


def test_forty_peps_and_a_long_name(world: World, look: Look) -> None:
    many_peps(world.session, world, 40)
    child = world.session.get_one(Child, world.child_id)
    child.last_name = LONG
    page = look("officer", world.child_id)
    assert page.status == 200 and LONG in page.heading
    assert len(rows(page, "PEPs")) == 41 and len(rows(page, "PDFs that can be made")) == 8
    assert len(rows(page, "PDFs that can be made, earlier")) == 33
    assert len([row for row in rows(page, "Timeline, newest first") if row[1] == "PEP"]) == 41


def many_peps(session: Session, world: World, count: int) -> None:
    """Reviews because of need, signed off long ago, one a week before the first PEP of the world."""
    world.act(SYSTEM)
    pattern = world.pep_of()
    for number in range(count):
        day = date(2024, 9, 2) - timedelta(days=7 * number)
        session.add(Pep(
            reference=f"OLD-{number:04d}", child_id=world.child_id, term_id=pattern.term_id, school_id=world.school_id,
            form_version_id=pattern.form_version_id, kind=PepKind.NEED, status=peps.PepStatus.COMPLETE, year_group="9",
            initiated_on=day, due_on=day, due_rule="By hand", completed_at=NOW, grade=Grade.GREEN))
    session.commit()


def test_a_further_school_stands_as_a_line_of_its_own(world: World, look: Look) -> None:
    child = world.session.get_one(Child, world.child_id)
    roll.change_school(world.session, child, school_id=world.other_school_id, on=date(2024, 11, 11), reason=LeavingReason.HOME_MOVE,
                       actor=world.act(world.officer), today=TODAY, now=NOW)
    page = look("officer", world.child_id)
    assert fact(page, "At this school since") == "11 Nov 2024"
    assert [row[:4] for row in rows(page, "Timeline, newest first") if row[1] == "School"] == [
        ["Birch School", "School", "11 Nov 2024", "still"], ["Alder School", "School", "01 Feb 2023", "11 Nov 2024"]]
