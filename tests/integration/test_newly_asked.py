"""After a save the page goes on, and stays only where an answer has opened a question that was not there before."""

from __future__ import annotations

from typing import Any

import pytest

from pep_admin.vocabulary import Decision
from pep_admin.workflow import reviews
from tests.integration import way
from tests.world import NOW, TODAY, World

pytestmark = pytest.mark.slow  # the quick suite stays under a minute; `make check` runs everything

PEPS = "/admin/pep/peps/"


@pytest.fixture
def pep(world: World) -> int:
    """Opened, nothing written."""
    world.launch(term="spring", on=TODAY)
    number = world.pep_of().id
    world.session.commit()
    return number


def test_a_page_that_is_saved_half_goes_on_without_a_word_of_new_questions(world: World, enter: Any, pep: int) -> None:
    page = way.section(enter("teacher"), str(pep), "setting")
    after = page.send("then", button=("then", "next"), key_adult="Ms Rivers")
    assert "Saved." in after.main and "asks something more" not in after.main
    assert after.heading == "Strengths first"


def test_a_question_that_an_answer_opens_keeps_the_page(world: World, enter: Any, pep: int) -> None:
    page = way.section(enter("teacher"), str(pep), "setting")
    after = page.send("then", button=("then", "next"), part_time="yes")
    assert "Because of what you answered, this page now asks something more." in after.main
    assert after.heading == "The school place"


def test_the_last_signature_that_only_signs_says_that_the_pep_can_go(world: World, enter: Any) -> None:
    number = world.written_pep().id
    world.session.commit()
    teacher, worker = enter("teacher"), enter("worker")
    told = [who.get(f"{PEPS}sign/?id={number}&part={part}").send("csrf_token", button=("then", "only")).main
            for who, part in ((worker, "social_care"), (worker, "meeting"), (teacher, "education"))]
    assert ["It was the last: send the PEP" in each for each in told] == [False, False, True]


def test_what_the_virtual_school_has_begun_to_read_is_not_offered_to_be_taken_back(world: World, enter: Any) -> None:
    pep = world.sent_pep()
    number = pep.id
    world.session.commit()
    assert "Take it back" in enter("teacher").get(f"{PEPS}details/?id={number}").main
    later = NOW.replace(hour=12)
    reviews.grade_pep(world.session, number, reviews.Grading(None, Decision.ASK, "Which tutor is it?"),
                      actor=world.act(world.officer), today=TODAY, now=later)
    world.session.commit()
    assert "Take it back" not in enter("teacher").get(f"{PEPS}details/?id={number}").main


def test_who_is_refused_reads_why(world: World, enter: Any) -> None:
    number = world.written_pep().id
    world.session.commit()
    refused = enter("teacher").get(f"{PEPS}sign/?id={number}&part=social_care")
    assert refused.status == 403 and "Part 1 · Social care is signed by somebody else." in refused.main
