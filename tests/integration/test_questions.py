"""The Virtual School asks one question of a PEP that was sent, and gets one answer; nothing reopens (HB-7.1)."""

from __future__ import annotations

from typing import Any

import pytest
import sqlalchemy as sa

from pep_admin.exceptions import NotAllowed, NotFound, Refused
from pep_admin.models import AuditEvent, Delivery, EducationSection, Pep, QaReview
from pep_admin.vocabulary import Decision, Grade, PepStatus
from pep_admin.workflow import reviews
from pep_admin.workflow.questions import answer_question
from tests.visiting import Page
from tests.world import NOW, TODAY, World, accepting

pytestmark = pytest.mark.slow  # the quick suite stays under a minute; `make check` runs everything

PEPS = "/admin/pep/peps/"
QUESTION = "Which tutor is it,\nand from when?"
ANSWER = "Ms O’Brien, from 6 January.\n\nShe has the lesson plans."


def ask_it(world: World, pep: Pep, words: str = QUESTION) -> None:
    reviews.grade_pep(world.session, pep.id, reviews.Grading(None, Decision.ASK, words), actor=world.act(world.officer),
                      today=TODAY, now=NOW)


@pytest.fixture
def asked(world: World) -> int:
    """A PEP that was sent and of which something was asked."""
    pep = world.sent_pep()
    ask_it(world, pep)
    number = pep.id
    world.session.commit()
    return number


def page_of(who: Any, pep: int) -> Page:
    found: Page = who.get(f"{PEPS}details/?id={pep}")
    return found


def test_the_question_is_answered_once_and_nothing_reopens(enter: Any, ask: Any, asked: int) -> None:
    teacher, officer = enter("teacher"), enter("officer")
    assert "2425-AUT" in officer.get(f"{PEPS}?flt0_question=open").main
    before = ask(lambda session: session.get_one(Pep, asked).row_version)
    page = page_of(teacher, asked).link("Answer…")
    assert "Which tutor is it," in page.main and "Nothing is opened or signed again for it." in page.main
    after = page.send("answer", answer=ANSWER)
    assert "Your answer is with the Virtual School." in after.main and "She has the lesson plans." in after.main
    assert "Answer…" not in after.main
    kept = ask(lambda session: session.get_one(Pep, asked))
    assert (kept.status, kept.row_version) == (PepStatus.SUBMITTED, before)
    assert ask(lambda session: session.scalar(sa.select(EducationSection.signed_name))) == "Tess Lehrer"
    assert ask(lambda session: session.scalar(sa.select(QaReview.answer))) == ANSWER
    again = page.send("answer", answer="Another thing")
    assert again.status == 422 and "Tess Lehrer has answered this already." in again.main and "Another thing" in again.main
    assert "2425-AUT" in officer.get(f"{PEPS}?flt0_question=answered").main
    assert "2425-AUT" not in officer.get(f"{PEPS}?flt0_question=open").main
    grade = page_of(officer, asked).link("Grade")
    assert "What was asked, and answered" in grade.main and "She has the lesson plans." in grade.main
    events = ask(lambda session: session.scalars(sa.select(AuditEvent.action).where(AuditEvent.action == "pep.answer")).all())
    assert events == ["pep.answer"]


@pytest.mark.parametrize("words", ["", "  ", "-", "n/a"])
def test_an_answer_says_something(enter: Any, ask: Any, asked: int, words: str) -> None:
    wrong = page_of(enter("teacher"), asked).link("Answer…").send("answer", answer=words)
    assert wrong.status == 422 and "Your answer: Write the answer to the question." in wrong.main
    assert ask(lambda session: session.scalar(sa.select(QaReview.answer))) is None


def test_who_owns_a_part_answers_and_nobody_else(enter: Any, ask: Any, asked: int) -> None:
    way = page_of(enter("worker"), asked).link("Answer…").url
    assert enter("officer").get(way).status == 200, "the Virtual School may write down what it was told"
    assert enter("auditor").get(way).status == 403 and enter("finance").get(way).status == 403
    assert enter("other_teacher").get(way).status == 404 and enter("other_worker").get(way).status == 404
    shown = page_of(enter("auditor"), asked)
    assert "Not answered yet" in shown.main and "Answer…" not in shown.main


def test_another_peps_question_and_what_was_no_question_are_not_found(world: World) -> None:
    first, second = world.sent_pep(), world.sent_pep(child_id=world.other_child_id)
    ask_it(world, first)
    number = world.session.scalars(sa.select(QaReview.id)).one()
    given = {"words": "Here", "actor": world.act(world.officer), "now": NOW}
    with pytest.raises(NotFound):
        answer_question(world.session, second.id, number, **given)
    reviews.grade_pep(world.session, second.id, accepting(), actor=world.act(world.officer), today=TODAY, now=NOW)
    graded = world.session.scalars(sa.select(QaReview.id).where(QaReview.pep_id == second.id)).one()
    with pytest.raises(NotFound):
        answer_question(world.session, second.id, graded, **given)
    with pytest.raises(NotAllowed):
        answer_question(world.session, first.id, number, words="Here", actor=world.act(world.auditor), now=NOW)


def test_once_it_was_decided_or_taken_back_no_answer_is_waited_for(world: World) -> None:
    pep = world.sent_pep()
    ask_it(world, pep)
    number = world.session.scalars(sa.select(QaReview.id)).one()
    reviews.grade_pep(world.session, pep.id, accepting(), actor=world.act(world.officer), today=TODAY, now=NOW)
    with pytest.raises(Refused) as refused:
        answer_question(world.session, pep.id, number, words="Here", actor=world.act(world.teacher), now=NOW)
    assert [each.check for each in refused.value.findings] == ["answer-late"]


def test_a_second_question_has_its_own_answer_in_the_same_words_too(world: World) -> None:
    pep = world.sent_pep()
    for _ in range(2):
        ask_it(world, pep)
        last = world.session.scalars(sa.select(QaReview.id).order_by(QaReview.id.desc())).first() or 0
        answer_question(world.session, pep.id, last, words=ANSWER, actor=world.act(world.teacher), now=NOW)
    assert world.session.scalar(sa.select(sa.func.count(QaReview.id)).where(QaReview.answer.is_not(None))) == 2


def test_the_same_question_before_its_answer_is_asked_once(world: World) -> None:
    pep = world.sent_pep()
    before = world.session.scalar(sa.select(sa.func.count(Delivery.id)))
    ask_it(world, pep)
    asked = world.session.scalar(sa.select(sa.func.count(Delivery.id)))
    ask_it(world, pep)
    assert world.session.scalar(sa.select(sa.func.count(QaReview.id))) == 1
    assert world.session.scalar(sa.select(sa.func.count(Delivery.id))) == asked != before


def test_what_was_taken_back_and_sent_again_waits_for_no_old_answer(world: World) -> None:
    pep = world.sent_pep()
    ask_it(world, pep)
    number = world.session.scalars(sa.select(QaReview.id)).one()
    back = reviews.Grading(Grade.AMBER, Decision.RETURN, "Say who.", "Name the tutor.")
    reviews.grade_pep(world.session, pep.id, back, actor=world.act(world.officer), today=TODAY, now=NOW)
    with pytest.raises(Refused):
        answer_question(world.session, pep.id, number, words=ANSWER, actor=world.act(world.teacher), now=NOW)
