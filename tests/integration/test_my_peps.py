"""My PEPs: what is mine and about how long, what others owe, the ways on; for a teacher, a social worker, an officer.

The PEPs of the world are written and unsigned; Robin is Tess's at Alder School and Sara's. The world's day is 18 Nov 2024.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from pep_admin.models import Child, Pep
from pep_admin.permissions import SYSTEM
from pep_admin.vocabulary import Decision, Grade, LeavingReason, Part
from pep_admin.workflow import delegation, reviews, roll, sections
from pep_admin.workflow import peps as pep_verbs
from pep_admin.workflow.reviews import Grading
from tests.visiting import Page, Visitor
from tests.world import NOW, TODAY, World, accepting

pytestmark = pytest.mark.slow  # the quick suite stays under a minute; `make check` runs everything

MINE, PEPS = "/admin/pep/my_peps/", "/admin/pep/peps/"
Enter = Callable[[str], Visitor]


def card(page: Page, called: str) -> str:
    """The words of the card of that child."""
    assert page.tree is not None
    found = [each for each in page.tree.xpath("//article") if called in each.xpath("string(.//h3)")]
    assert len(found) == 1, f"{len(found)} cards of {called}: {page.main}"
    return " ".join(found[0].text_content().split())


def pile(page: Page, called: str) -> str:
    """The heading of the pile on which that child's card lies."""
    assert page.tree is not None
    return str(page.tree.xpath("normalize-space(//section[.//article[contains(.//h3, $name)]]/h2)", name=called))


def sign(world: World, part: Part, who: Any, child_id: int = 0) -> None:
    pep = world.pep_of(child_id or world.child_id)
    sections.sign_part(world.session, pep.id, part, actor=world.act(who), today=TODAY, now=NOW)


def sent(world: World) -> Pep:
    return world.sent_pep(money=False)


def test_a_teacher_lands_on_the_desk_and_the_virtual_school_on_the_front_page(world: World, enter: Enter) -> None:
    for who in ("teacher", "worker"):
        assert enter(who).get("/admin/").heading == "My PEPs"
    for who in ("officer", "head", "auditor", "finance", "administrator"):
        assert enter(who).get("/admin/").heading == "What needs doing"
    menu = enter("teacher").get(MINE).tree.xpath("//nav[contains(@class, 'menu-wide')]//a/text()")
    assert "My PEPs" in menu and "Front page" not in menu
    assert "My PEPs" in enter("officer").get("/admin/").tree.xpath("//nav[contains(@class, 'menu-wide')]//a/text()")


def test_what_is_written_is_to_be_signed_and_others_are_named(world: World, enter: Enter) -> None:
    page = enter("teacher").get(MINE)
    assert pile(page, "Robin") == "To do now 1" and "Jule" not in page.main
    told = card(page, "Robin")
    assert "Yours to do" in told and "Robin Musterkind0, Alder School · Autumn 2024-25" in told
    assert "Meeting 28 Oct 2024, 14:00 · Due 29 Nov 2024" in told
    assert "Part 2: to be signed" in told and "About 5 minutes of yours." in told
    assert "Part 1: Sara Sozial has to sign it" in told and "Part 3: Sara Sozial has to sign it" in told
    assert page.link("Sign Part 2, Robin").heading == "Sign Part 2 · Education"
    assert page.link("Check answers, Robin").heading.startswith("Check answers")
    hers = card(enter("worker").get(MINE), "Robin")
    assert "Part 1: to be signed" in hers and "Part 3: to be signed" in hers and "Part 2: Tess Lehrer has to sign it" in hers


def test_what_is_wanted_is_counted_and_the_first_of_it_is_one_press_away(world: World, enter: Enter) -> None:
    pep = world.pep_of()
    world.save(pep, "attendance", world.teacher, behaviour=None)
    world.save(pep, "learning", world.teacher, needs_and_provision=None, attainment_context=None)
    world.save(pep, "meeting", world.worker, chair=None)
    world.session.commit()
    page = enter("teacher").get(MINE)
    told = card(page, "Robin")
    assert "Part 2: 3 answers to give" in told
    assert "About 10 minutes of yours." in told  # two texts of 3 minutes, a choice of half a one, signing 2: 8.5
    assert "Part 3: Sara Sozial has 1 answer to give" in told and "Sign Part 2" not in told
    opened = page.link("Go on: Learning, Robin")
    assert opened.heading == "Learning" and opened.url.startswith(f"{PEPS}section/?id={pep.id}&section=learning")


def test_the_piles_follow_the_way_of_a_pep(world: World, enter: Enter) -> None:
    sign(world, Part.EDUCATION, world.teacher)
    world.session.commit()
    page = enter("teacher").get(MINE)
    assert pile(page, "Robin") == "Waiting for others 1" and "Your part done" in card(page, "Robin")
    sign(world, Part.SOCIAL_CARE, world.worker)
    sign(world, Part.MEETING, world.worker)
    world.session.commit()
    page = enter("teacher").get(MINE)
    assert pile(page, "Robin") == "To do now 1" and "Every part is signed." in card(page, "Robin")
    done = page.send()
    assert "Sent to the Virtual School." in done.main
    page = enter("worker").get(MINE)
    assert pile(page, "Robin") == "Sent to the Virtual School 1" and "Sent on 18 Nov 2024." in card(page, "Robin")
    reviews.grade_pep(world.session, world.pep_of().id, accepting(Grade.GOLD), actor=world.act(world.officer), today=TODAY,
                      now=NOW)
    world.session.commit()
    page = enter("worker").get(MINE)
    assert pile(page, "Robin") == "Signed off this term 1" and "Signed off on 18 Nov 2024." in card(page, "Robin")


def test_what_was_signed_off_before_this_term_or_closed_lies_there_no_more(world: World, enter: Enter) -> None:
    pep = world.graded_pep(money=False)
    pep.completed_at = NOW - timedelta(days=120)
    other = world.pep_of(world.other_child_id).id
    pep_verbs.withdraw_pep(world.session, other, reason="Not needed", actor=world.act(world.officer), now=NOW)
    world.session.commit()
    for who in ("teacher", "other_teacher"):
        page = enter(who).get(MINE)
        assert "Nothing lies here: you write no part of a PEP just now." in page.main
        assert "Attendance and attainment of all" not in page.main


def test_sent_back_says_for_what(world: World, enter: Enter) -> None:
    pep = sent(world)
    reviews.grade_pep(world.session, pep.id, Grading(grade=Grade.RED, decision=Decision.RETURN, feedback="Thin.",
                                                     improve="Say what was agreed, and by when."),
                      actor=world.act(world.officer), today=TODAY, now=NOW)
    world.session.commit()
    for who in ("teacher", "worker"):
        told = card(enter(who).get(MINE), "Robin")
        assert "Sent back to you" in told and "Sent back to you for: Say what was agreed, and by when." in told


def test_a_question_comes_back_to_the_desk_until_it_is_answered(world: World, enter: Enter) -> None:
    asked = Grading(grade=None, decision=Decision.ASK, feedback="Who is the key adult now?", improve="")
    reviews.grade_pep(world.session, sent(world).id, asked, actor=world.act(world.officer), today=TODAY, now=NOW)
    world.session.commit()
    page = enter("teacher").get(MINE)
    assert pile(page, "Robin") == "To do now 1" and "You are asked something" in card(page, "Robin")
    assert "The Virtual School asks: Who is the key adult now?" in card(page, "Robin")
    assert page.link("Answer the question about Robin").send("answer", answer="Ms O’Brien").status == 200
    for who in ("teacher", "worker"):
        assert pile(enter(who).get(MINE), "Robin") == "Sent to the Virtual School 1"


def test_last_terms_pep_stands_beside_it_with_its_pdf(world: World, enter: Enter) -> None:
    world.graded_pep(money=False)
    world.launch(on=world.term("spring").starts_on, term="spring")
    world.session.commit()
    page = enter("teacher").get(MINE)
    assert page.tree.xpath("count(//article)") == 2
    told = next(each for each in page.tree.xpath("//article") if "Spring" in each.text_content())
    words = " ".join(told.text_content().split())
    assert "Opened" in words and "The Virtual School has not sent it to its writers yet. You can begin all the same." in words
    assert "from last term to look at" in words
    assert "The PEP before: Autumn 2024-25, Robin" in words, "which may be of the same term"
    first = told.xpath(".//a[contains(., 'Autumn 2024-25')]/@href")
    assert [enter("teacher").get(each).answer.mimetype for each in first] == ["text/html", "application/pdf"]


def test_what_others_have_to_look_at_is_not_called_ready_to_be_signed(world: World, enter: Enter) -> None:
    world.graded_pep(money=False)
    world.launch(on=world.term("spring").starts_on, term="spring")
    world.session.commit()
    page = enter("teacher").get(MINE)
    told = next(" ".join(each.text_content().split()) for each in page.tree.xpath("//article") if "Spring" in each.text_content())
    owed = told.split("From others:")[1]
    assert re.search(r"Part 1: Sara Sozial has (\d+ answers? to give and )?\d+ answers? from last term to look at", owed)


def test_asking_the_virtual_school_to_come_and_telling_of_a_risk_are_one_press_away(world: World, enter: Enter) -> None:
    world.act(SYSTEM)
    world.pep_of().meeting_at = None  # of one that is over nobody is asked
    world.session.commit()
    visitor = enter("teacher")
    asked = visitor.get(MINE).link("Ask the Virtual School to come to the meeting of Robin").send("reason", reason="Please")
    assert asked.status == 200
    assert "The school asks the Virtual School to come." in card(visitor.get(MINE), "Robin")
    told = visitor.get(MINE).link("Tell of an exclusion risk: Robin").send(
        "happened", concern="risk", since_on="18 Nov 2024", happened="A fight", tried="A talk")
    assert told.status == 200
    assert "Exclusion risk: told on 18 Nov 2024. Read it for Robin" in card(visitor.get(MINE), "Robin")
    assert "Ask the Virtual School to come" not in card(enter("worker").get(MINE), "Robin"), "the school asks (HB-3.10)"


def test_a_move_takes_the_pep_from_the_old_desk_to_the_new(world: World, enter: Enter) -> None:
    world.act(SYSTEM)
    roll.change_school(world.session, world.session.get_one(Child, world.child_id), school_id=world.other_school_id, on=TODAY,
                       reason=LeavingReason.OTHER, actor=world.act(world.officer), today=TODAY, now=NOW)
    world.session.commit()
    left = enter("teacher").get(MINE)
    assert "Nothing lies here" in left.main and "Robin leaves your school today." in left.main
    assert left.link("leave a hand-over note on Robin").heading == "Hand-over note"
    assert "Robin" in enter("other_teacher").get(MINE).main


def test_an_officer_who_writes_for_a_child_finds_it_on_their_desk(world: World, enter: Enter) -> None:
    assert "Nothing lies here" in enter("officer").get(MINE).main
    delegation.name_writer(world.session, world.pep_of().id, world.officer.person_id or 0, actor=world.act(world.head))
    world.session.commit()
    told = card(enter("officer").get(MINE), "Robin")
    assert "Part 2: to be signed" in told and "Part 1: Sara Sozial has to sign it" in told
    assert "Part 2: Ole Amt has to sign it" in card(enter("worker").get(MINE), "Robin")


def test_a_pep_that_nobody_writes_says_whom_to_tell(world: World, enter: Enter) -> None:
    pep = world.pep_of()
    pep.writer_id = pep.school_id = None
    world.session.commit()
    assert "Part 2: nobody is named to write it. Tell the Virtual School." in card(enter("worker").get(MINE), "Robin")
    pep = world.pep_of()
    pep.social_worker_id, pep.school_id = None, world.school_id
    world.session.commit()
    assert "Part 1: no social worker is on record. Tell the Virtual School." in card(enter("teacher").get(MINE), "Robin")


def test_a_strange_page_is_the_first_or_the_last(world: World, enter: Enter) -> None:
    for asked in ("9", "-1", "x", "99999999999999"):
        assert "1–1 of 1" in enter("teacher").get(f"{MINE}?page={asked}").main


def test_names_are_text_however_long_and_strange(world: World, enter: Enter) -> None:
    world.act(SYSTEM)
    child = world.session.get_one(Child, world.child_id)
    child.first_name, child.last_name = "<b>Ro</b>", "M" * 90
    world.session.commit()
    page = enter("teacher").get(MINE)
    assert "<b>Ro</b>" in page.main and page.tree.xpath("count(//article//b)") == 0
