"""The page of what is another in a PEP: than last term, and than when it was sent back."""

from __future__ import annotations

from typing import Any

import pytest

from pep_admin import history
from pep_admin.demo import writing
from pep_admin.pep_document import read_document
from pep_admin.permissions import SYSTEM
from pep_admin.views.pep_history import summed
from pep_admin.vocabulary import Audience, Decision, Grade
from pep_admin.workflow import delegation, reviews
from tests.world import NOW, TODAY, World, build_world

pytestmark = pytest.mark.slow  # the quick suite stays under a minute; `make check` runs everything

PEPS = "/admin/pep/peps/"
STAY = ("then", "stay")
BACK = reviews.Grading(Grade.AMBER, Decision.RETURN, "Say more about the targets.", "Begin with the need.")


@pytest.fixture
def spring(world: World) -> int:
    """The spring PEP of Robin, sent to its writers; the autumn one is signed off."""
    world.graded_pep()
    world.launch(on=TODAY, term="spring")
    number = world.pep_of().id
    delegation.delegate_peps(world.session, [number], actor=world.act(world.officer), now=NOW, run="spring")
    world.session.commit()
    return number


def rows(page: Any, caption: str) -> dict[str, tuple[str, str, str]]:
    """By question: last term's answer, this one's, and what became of it."""
    lines = page.tree.xpath(f"//table[caption='What changed: {caption}']/tbody/tr")
    cells = [[" ".join(cell.text_content().split()) for cell in line.xpath("./th|./td")] for line in lines]
    return {line[0]: (line[1], line[2], line[3]) for line in cells}


def test_what_came_over_waits_and_what_was_written_anew_stands_beside_last_terms(enter: Any, world: World, spring: int) -> None:
    teacher = enter("teacher")
    shown = teacher.get(f"{PEPS}changes/?id={spring}")
    before = rows(shown, "Strengths first")
    assert "What staff like and admire" not in before and "answers are last term’s, and nobody has said yet" in shown.main
    assert [cells[1:] for label, cells in before.items() if label.startswith("Achievements")] == [
        ("Not answered", "Not answered yet")]
    page = teacher.get(f"{PEPS}section/?id={spring}&section=strengths")
    page.send("then", button=("then", "stay"), strengths="Kind to the younger ones", achievements="Ran the book stall")
    after = rows(teacher.get(f"{PEPS}details/?id={spring}").link("What changed"), "Strengths first")
    told = {label: cells for label, cells in after.items() if cells[1] in ("Kind to the younger ones", "Ran the book stall")}
    assert sorted((cells[1], cells[2]) for cells in told.values()) == [
        ("Kind to the younger ones", "Changed"), ("Ran the book stall", "Changed")]
    assert all(cells[0] not in ("Not answered", cells[1]) for cells in told.values())


def test_what_is_said_to_be_still_right_is_counted_and_no_longer_listed(enter: Any, spring: int) -> None:
    teacher = enter("teacher")
    page = teacher.get(f"{PEPS}section/?id={spring}&section=strengths")
    page.send("then", button=("then", "confirm"))
    after = teacher.get(f"{PEPS}changes/?id={spring}")
    assert "What staff like and admire" not in rows(after, "Strengths first")
    assert "the same as last term." in after.main


def test_a_first_pep_has_nothing_to_be_compared_with(enter: Any, world: World) -> None:
    number = world.delegated_pep().id
    world.session.commit()
    page = enter("teacher").get(f"{PEPS}changes/?id={number}")
    assert "There is no earlier PEP to compare this one with" in page.main and "Since it was sent back" not in page.main


def test_the_school_reads_nothing_that_is_withheld(enter: Any, world: World, spring: int) -> None:
    worker = enter("worker")
    page = worker.get(f"{PEPS}section/?id={spring}&section=background")
    words = "Nobody at school knows of this sentence."
    assert page.send("then", button=("then", "stay"), confidential_history=words).status == 200
    assert words in worker.get(f"{PEPS}changes/?id={spring}").main
    shown = enter("teacher").get(f"{PEPS}changes/?id={spring}").text
    assert words not in shown and "onfidential" not in shown


def test_the_virtual_school_sees_what_was_done_since_it_sent_the_pep_back(enter: Any, world: World) -> None:
    pep = world.sent_pep()
    reviews.grade_pep(world.session, pep.id, BACK, actor=world.act(world.officer), today=TODAY, now=NOW)
    number = pep.id
    world.session.commit()
    officer = enter("officer")
    assert "Nothing yet." in officer.get(f"{PEPS}changes/?id={number}").main.split("Part 1")[0]
    page = enter("teacher").get(f"{PEPS}section/?id={number}&section=strengths")
    page.send("then", button=("then", "stay"), strengths="Kind to the younger ones")
    after = officer.get(f"{PEPS}changes/?id={number}").main
    assert "Since it was sent back" in after and "Kind to the younger ones" in after and "Tess Lehrer" in after


def test_who_writes_sees_what_was_done_since_as_far_as_they_read_it(enter: Any, world: World) -> None:
    pep = world.sent_pep()
    reviews.grade_pep(world.session, pep.id, BACK, actor=world.act(world.officer), today=TODAY, now=NOW)
    number = pep.id
    world.session.commit()
    teacher, worker, hidden = enter("teacher"), enter("worker"), "Nobody at school knows of this sentence."
    assert "Nothing yet." in teacher.get(f"{PEPS}changes/?id={number}").main
    worker.get(f"{PEPS}section/?id={number}&section=background").send("then", button=STAY, confidential_history=hidden)
    assert "Nothing yet." in teacher.get(f"{PEPS}changes/?id={number}").main, "nor that there is something"
    teacher.get(f"{PEPS}section/?id={number}&section=strengths").send("then", button=STAY, strengths="Kind to the younger ones")
    worker.get(f"{PEPS}section/?id={number}&section=discussion").send("then", button=STAY, discussion="Began with the choir.")
    for visitor in (teacher, worker):
        shown = visitor.get(f"{PEPS}changes/?id={number}").main
        assert "Since it was sent back" in shown and "Kind to the younger ones" in shown and "Began with the choir." in shown
        assert "Every step since" not in shown and hidden not in shown.split("Beside the PEP before")[0]
    assert "onfidential" not in teacher.get(f"{PEPS}changes/?id={number}").text


def test_what_the_program_moves_by_itself_is_not_told_as_a_change(enter: Any, world: World) -> None:
    """The PEP was sent again, and its request with it: of the request nothing was changed."""
    pep = world.sent_pep()
    reviews.grade_pep(world.session, pep.id, BACK, actor=world.act(world.officer), today=TODAY, now=NOW)
    world.save(pep, "strengths", world.teacher, strengths="Kind to the younger ones")
    writing.sign_and_send(world.session, pep, today=TODAY, now=NOW)
    number = pep.id
    world.session.commit()
    shown = enter("officer").get(f"{PEPS}changes/?id={number}")
    captions = shown.tree.xpath("//table/caption[starts-with(., 'Since it was sent back')]/text()")
    assert len(captions) == 1, captions
    assert "Kind to the younger ones" in shown.main


def test_what_is_each_terms_own_is_not_called_new(enter: Any, world: World, spring: int) -> None:
    """The SDQ total of Part 1 was entered in autumn; the day of the meeting and who came are no answers that could change."""
    shown = enter("worker").get(f"{PEPS}changes/?id={spring}")
    labels = {label for caption in ("Health and wellbeing", "The meeting") for label in rows(shown, caption)}
    assert "SDQ score" not in shown.main and not {each for each in labels if each.startswith(("SDQ", "Day and time"))}


def test_what_all_of_it_comes_to_stands_before_the_single_steps(enter: Any, world: World) -> None:
    """Two savings of one answer are one line, an answer that was put back as it was none; a line that came or went is told."""
    pep = world.sent_pep()
    reviews.grade_pep(world.session, pep.id, BACK, actor=world.act(world.officer), today=TODAY, now=NOW)
    number, teacher = pep.id, enter("teacher")
    world.session.commit()

    def write(section: str, **words: str) -> None:
        page = teacher.get(f"{PEPS}section/?id={number}&section={section}")
        assert page.send("then", button=("then", "stay"), **words).status == 200

    first = teacher.get(f"{PEPS}section/?id={number}&section=strengths").tree.xpath("string(//*[@name='strengths'])").strip()
    write("strengths", strengths="Kind", achievements="Ran the book stall")
    write("strengths", strengths="Kind to the younger ones")
    write("strengths", achievements="")
    shown = enter("officer").get(f"{PEPS}changes/?id={number}")
    lines = {tuple(" ".join(cell.text_content().split()) for cell in line.xpath("./th|./td"))
             for line in shown.tree.xpath("//table[starts-with(caption, 'Since it was sent back')]/tbody/tr")}
    assert ("What staff like and admire", first, "Kind to the younger ones") in lines
    assert not [line for line in lines if line[1] == line[2]], "what was put back as it was is no change"
    assert not [line for line in lines if "book stall" in " ".join(line) or line[2] == "Kind"]
    assert "Every step since" in shown.main and "Ran the book stall" in shown.main


def test_an_answer_that_no_history_shows_is_told_without_its_words(enter: Any, world: World) -> None:
    pep = world.sent_pep()
    reviews.grade_pep(world.session, pep.id, BACK, actor=world.act(world.officer), today=TODAY, now=NOW)
    number = pep.id
    world.session.commit()
    words = "Nobody reads this sentence in a history."
    enter("worker").get(f"{PEPS}section/?id={number}&section=background").send(
        "then", button=("then", "stay"), confidential_history=words)
    shown = enter("officer").get(f"{PEPS}changes/?id={number}").main
    assert "An answer that no history shows was changed." in shown and words not in shown.split("Beside the PEP before")[0]


@pytest.mark.parametrize("stays", [True, False])
def test_a_line_that_was_taken_out_is_in_the_history_of_its_pep_alone(
    both_databases: str, open_session: Any, stays: bool
) -> None:
    """By the verb, on both databases: who was invited in Part 3; a line that came and went since comes to nothing."""
    session = open_session(both_databases)
    world = build_world(session)
    pep, other = world.sent_pep(money=False), world.written_pep(money=False, child_id=world.other_child_id)
    reviews.grade_pep(session, pep.id, BACK, actor=world.act(world.officer), today=TODAY, now=NOW)
    world.act(world.worker)
    document = read_document(session, pep, audience=Audience.CARE)
    actions = [dict(row) for row in document.rows("actions")]
    row = {"id": None, "what": "Order the laptop", "who": "Ann Lee", "by_on": TODAY}
    world.save(pep, "actions", world.worker, actions=[*actions, row])
    if not stays:
        again = read_document(session, pep, audience=Audience.CARE).rows("actions")
        world.save(pep, "actions", world.worker, actions=[dict(each) for each in again if each["what"] != row["what"]])
    world.act(SYSTEM)
    found = history.timeline_of_pep(session, pep)
    told = [(each.verb, each.changes["what"]) for each in found if "what" in each.changes and "laptop" in str(each.changes["what"])]
    assert told == ([("insert", [None, row["what"]])] if stays else [
        ("delete", [row["what"], None]), ("insert", [None, row["what"]])])
    back = next(each for each in found if each.changes.get("status", [""])[-1] == "returned")
    net = summed([each for each in found if each.id > back.id])
    assert [each.changes["what"] for each in net if "what" in each.changes] == ([[None, row["what"]]] if stays else [])
    assert not [each for each in history.timeline_of_pep(session, other) if "laptop" in str(each.changes)]
