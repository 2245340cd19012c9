"""A sent PEP keeps the child, the names and the SDQ totals of that day, on the page, in the PDF and for the rules; a PEP that is
being written again follows the child again. And what a withdrawn PEP said of the last targets does not count (HB-5.7)."""

from __future__ import annotations

import io
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
from pypdf import PdfReader
from sqlalchemy import select

from pep_admin.documents.pep_pdf import build_pep_pdf
from pep_admin.models import Child, FrozenFacts, Pep, Person, School, SdqScore
from pep_admin.pep_document import read_document
from pep_admin.pep_form import Document
from pep_admin.permissions import SYSTEM
from pep_admin.policy import FormNumbers
from pep_admin.vocabulary import Audience, Decision, Grade, LeavingReason, PlacementKind, SenStatus
from pep_admin.workflow import delegation, peps, reviews, roll
from tests.integration.test_next_term import AT, LATER, MEETING, SPRING_DAY, reviews_of
from tests.world import NOW, TODAY, World, accepting, writing

pytestmark = pytest.mark.slow  # the quick suite stays under a minute; `make check` runs everything

MOVED = date(2024, 11, 18)


def read(world: World, pep: Pep, audience: Audience = Audience.RULES) -> Document:
    world.act(SYSTEM)
    world.session.expire_all()
    return read_document(world.session, pep, audience=audience)


def change_everything(world: World) -> None:
    """Another school, worker, home and SEN status; new names for the child, the school and the writer; another SDQ total."""
    world.act(world.officer)
    child = world.session.get_one(Child, world.child_id)
    officer = {"actor": world.officer, "today": MOVED}
    roll.change_school(world.session, child, school_id=world.other_school_id, on=MOVED, reason=LeavingReason.HOME_MOVE,
                       **officer, now=NOW)
    roll.change_social_worker(world.session, child, person_id=world.other_worker.person_id, on=MOVED, now=NOW, **officer)
    roll.change_placement(world.session, child, kind=PlacementKind.RESIDENTIAL, carer_id=None, on=MOVED, **officer)
    child.last_name, child.known_as, child.sen_status = "Umbenannt", "Neu", SenStatus.EHCP
    world.session.get_one(School, world.school_id).name = "Renamed Academy"
    world.session.get_one(Person, world.teacher.person_id).last_name = "Verheiratet"
    world.session.flush()


def facts_of(document: Document) -> tuple[object, ...]:
    return (document.child, document.school, document.writer, document.switches, dict(document.answers), document.record)


def test_a_sent_pep_does_not_follow_the_child(world: World) -> None:
    pep = world.sent_pep()
    before = {audience: facts_of(read(world, pep, audience)) for audience in Audience}

    change_everything(world)

    assert {audience: facts_of(read(world, pep, audience)) for audience in Audience} == before
    assert read(world, pep).child.last_name == "Musterkind0"
    assert "sen_any" not in read(world, pep).switches


def test_a_pep_that_was_sent_before_all_numbers_were_kept_keeps_its_threshold(world: World) -> None:
    """Its total is 12; what it kept is the threshold alone, and the other numbers were the usual ones."""
    pep = world.sent_pep()
    assert "sdq_high" not in read(world, pep).switches
    row = world.session.scalars(select(FrozenFacts).where(FrozenFacts.pep_id == pep.id)).one()
    row.facts = {**{key: value for key, value in row.facts.items() if key != "numbers"}, "sdq_threshold": 12}
    world.session.flush()
    document = read(world, pep)
    assert "sdq_high" in document.switches
    assert document.numbers == FormNumbers(sdq_threshold=12)


@pytest.mark.parametrize("sent", [False, True])
def test_the_childs_own_copy_holds_no_numbers_of_the_office(world: World, sent: bool) -> None:
    pep = world.sent_pep() if sent else world.written_pep()
    for audience, known in ((Audience.CHILD, False), (Audience.PARENT, False), (Audience.SCHOOL, True), (Audience.CARE, True)):
        child = read(world, pep, audience).child
        told = [value is not None for value in (child.lcs_id, child.entered_care_on, child.legal_status)]
        assert told == [known] * 3, audience


def test_its_pdf_says_what_was_signed(world: World, tmp_path: Path) -> None:
    pep = world.graded_pep()
    change_everything(world)

    made = build_pep_pdf(read(world, pep, Audience.CARE), fonts=tmp_path, made_at=NOW, made_by="Ole Amt", draft=False)
    text = "\n".join(page.extract_text() for page in PdfReader(io.BytesIO(made.data)).pages)

    assert "Sara Sozial" in text and "Olga Zweite" not in text
    assert "Alder School" in text and "Renamed Academy" not in text
    assert "Umbenannt" not in text


def sent_back(world: World, pep: Pep) -> None:
    reviews.grade_pep(world.session, pep.id, accepting(Grade.AMBER, decision=Decision.RETURN), actor=world.act(world.officer),
                      today=TODAY, now=NOW)


def recalled(world: World, pep: Pep) -> None:
    peps.recall_pep(world.session, pep.id, actor=world.act(world.officer))


@pytest.mark.parametrize("take_back", [recalled, sent_back])
def test_a_pep_that_is_written_again_follows_the_child_again(
    world: World, take_back: Callable[[World, Pep], None]
) -> None:
    pep = world.sent_pep()
    change_everything(world)

    take_back(world, pep)

    assert read(world, pep).child.last_name == "Umbenannt"
    assert "has_ehcp" in read(world, pep).switches
    assert world.session.scalar(select(FrozenFacts.id)) is None


def test_sent_again_it_keeps_the_second_day(world: World) -> None:
    pep = world.sent_pep(money=False)
    recalled(world, pep)
    world.session.get_one(Child, world.child_id).known_as = "Rob"
    peps.submit_pep(world.session, pep.id, actor=world.act(world.officer), today=TODAY, now=NOW)
    world.act(SYSTEM)
    world.session.get_one(Child, world.child_id).known_as = "Later"

    assert read(world, pep).child.called == "Rob"


def test_a_later_total_of_the_same_day_does_not_change_what_was_sent(world: World) -> None:
    pep = world.sent_pep()
    before = read(world, pep).answer("sdq")
    assert before and before[0]["total"] == 12

    world.act(SYSTEM)
    for each in world.session.scalars(select(SdqScore).where(SdqScore.child_id == world.child_id)):
        each.total = 39
    world.session.flush()

    assert read(world, pep).answer("sdq") == before
    assert "sdq_high" not in read(world, pep).switches


def test_a_closed_pep_keeps_the_day_it_was_closed(world: World) -> None:
    pep = world.delegated_pep()
    peps.withdraw_pep(world.session, pep.id, reason="Entered in error", actor=world.act(world.officer), now=NOW)
    change_everything(world)
    assert read(world, pep).child.social_worker == "Sara Sozial"


def test_what_a_withdrawn_pep_said_of_the_last_targets_does_not_count(world: World) -> None:
    world.graded_pep()
    world.launch(on=SPRING_DAY, term="spring")
    first = world.pep_of()
    delegation.delegate_peps(world.session, [first.id], actor=world.act(world.officer), now=AT, run="spring")
    writing.write(world.session, first, meeting_on=MEETING, money=False)
    world.save(first, "last_targets", world.teacher, target_reviews=reviews_of(world, first))
    peps.withdraw_pep(world.session, first.id, reason="Opened for the wrong child", actor=world.act(world.officer), now=NOW)

    world.launch(on=LATER, term="spring")
    second = world.pep_of()

    assert second.id != first.id
    assert len(read(world, second).reviews) == 3, "the autumn's three targets are looked back on after all"
