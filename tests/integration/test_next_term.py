"""The term after: the last targets come for review (HB-5.7), and what was not used does not roll on (HB-6.1)."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import pytest
from sqlalchemy import select

from pep_admin import queries
from pep_admin.exceptions import NotFound, Refused
from pep_admin.models import Pep, Target, TargetReview
from pep_admin.pep_document import read_document
from pep_admin.permissions import SYSTEM
from pep_admin.vocabulary import Audience, Part, PepKind
from pep_admin.workflow import delegation, progress, sections
from tests.world import World, writing

pytestmark = pytest.mark.slow  # the quick suite stays under a minute; `make check` runs everything

SPRING_DAY = date(2025, 1, 10)
MEETING = date(2025, 2, 3)
LATER = date(2025, 2, 10)
AT = datetime(2025, 2, 10, 10, 30, tzinfo=UTC)


@pytest.fixture
def spring(world: World) -> tuple[World, Pep, Pep]:
    """The autumn PEP signed off with £550.00 asked for, the spring one written, its last targets not looked at."""
    autumn = world.graded_pep()
    world.launch(on=SPRING_DAY, term="spring")
    pep = world.pep_of()
    assert pep.id != autumn.id
    delegation.delegate_peps(world.session, [pep.id], actor=world.act(world.officer), now=AT, run="spring")
    writing.write(world.session, pep, meeting_on=MEETING, money=False)
    return world, autumn, pep


def reviews_of(world: World, pep: Pep) -> list[dict[str, object]]:
    world.act(SYSTEM)
    document = read_document(world.session, pep, audience=Audience.RULES)
    return [{"id": None, "target_id": each.target_id, "outcome": "MET", "what_happened": "Reached in February.",
             "support_effect": "helped", "child_view": "I can do it", "next": "close"} for each in document.reviews]


def test_a_second_pep_of_a_child_is_termly_and_has_the_terms_deadline(spring: tuple[World, Pep, Pep]) -> None:
    _, _, pep = spring
    assert (pep.kind, pep.due_on, pep.reference) == (PepKind.TERMLY, date(2025, 2, 28), "2425-SPR-0001")


def test_no_last_target_is_left_unreviewed(spring: tuple[World, Pep, Pep]) -> None:
    world, _, pep = spring
    with pytest.raises(Refused) as refusal:
        sections.sign_part(world.session, pep.id, Part.EDUCATION, actor=world.act(world.teacher), today=LATER, now=AT)
    assert {(each.check, each.code) for each in refusal.value.findings} == {("RD-221", "HB-5.7")}
    assert len(refusal.value.findings) == 3, "one sentence for each of the three targets"

    world.save(pep, "last_targets", world.teacher, target_reviews=reviews_of(world, pep)[:2])
    with pytest.raises(Refused) as refusal:
        sections.sign_part(world.session, pep.id, Part.EDUCATION, actor=world.teacher, today=LATER, now=AT)
    assert len(refusal.value.findings) == 1

    world.save(pep, "last_targets", world.teacher, target_reviews=reviews_of(world, pep))
    sections.sign_part(world.session, pep.id, Part.EDUCATION, actor=world.teacher, today=LATER, now=AT)
    assert world.session.query(TargetReview).count() == 3


def test_a_target_of_another_child_cannot_be_reviewed(spring: tuple[World, Pep, Pep]) -> None:
    world, _, pep = spring
    world.act(SYSTEM)
    foreign = world.session.scalar(select(Target.id).join(Pep, Target.pep_id == Pep.id).where(Pep.child_id == world.other_child_id))
    with pytest.raises(NotFound):
        world.save(pep, "last_targets", world.teacher, target_reviews=[{**reviews_of(world, pep)[0], "target_id": foreign}])


def test_what_was_not_used_does_not_roll_on(spring: tuple[World, Pep, Pep]) -> None:
    world, autumn, pep = spring
    world.act(SYSTEM)
    facts = queries.ppg_facts_for(world.session, [autumn, pep])
    assert facts[autumn.id][None].left_pence == 50_00
    assert facts[pep.id][None].left_pence == 600_00, "the term's own cap; the year has £1,250.00 left"
    assert facts[pep.id][None].year_taken_pence == 550_00


def test_what_was_noted_between_the_peps_stands_where_the_targets_are_reviewed(spring: tuple[World, Pep, Pep], enter: Any) -> None:
    world, autumn, pep = spring
    target = world.target_of(autumn)
    for day, what, with_child in ((date(2024, 12, 2), "Two of five", False), (date(2025, 1, 20), "I can do four of five", True)):
        progress.note_progress(world.session, target.id, seen_on=day, what=what, with_child=with_child,
                               actor=world.act(world.teacher), today=LATER, now=AT)
    with pytest.raises(Refused) as again:
        progress.note_progress(world.session, target.id, seen_on=date(2024, 12, 2), what="Two of five ", with_child=False,
                               actor=world.act(world.teacher), today=LATER, now=AT)
    assert [each.code for each in again.value.findings] == ["DATA-unique"], "a form sent twice leaves one note"
    number, wording = pep.id, target.outcome
    world.session.commit()
    told = enter("worker").get(f"/admin/pep/peps/section/?id={number}&section=last_targets").main
    assert (f"What was noted on them since {wording} 20 Jan 2025, with the child: I can do four of five Tess Lehrer"
            "02 Dec 2024: Two of five Tess Lehrer") in told.replace(" 02 Dec", "02 Dec")
    assert "What was noted" not in enter("worker").get(f"/admin/pep/peps/section/?id={number}&section=strengths").main
