"""No English or Maths target (HB-5.1): the list with its reason on the page, and what a special school said holds for its year."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import pytest
from sqlalchemy import select

from pep_admin.exceptions import Refused
from pep_admin.models import Pep, School, Target
from pep_admin.permissions import SYSTEM
from pep_admin.vocabulary import Part, PepStatus, SchoolKind, Subject
from pep_admin.workflow import delegation, reviews, sections, targets
from pep_admin.workflow import peps as pep_verbs
from pep_admin.workflow.readiness import part_findings
from tests.integration.test_next_term import AT, LATER, MEETING, SPRING_DAY, reviews_of
from tests.world import NOW, TODAY, World, accepting, writing

pytestmark = pytest.mark.slow  # the quick suite stays under a minute; `make check` runs everything

PEPS = "/admin/pep/peps/"
NEXT_AUTUMN = date(2025, 9, 8)


def make_special(world: World, kind: SchoolKind = SchoolKind.SPECIAL) -> None:
    world.act(SYSTEM)
    world.session.get_one(School, world.school_id).kind = kind
    world.session.flush()


def without_maths(world: World, pep: Pep) -> None:
    maths = world.session.scalars(select(Target).where(Target.pep_id == pep.id, Target.subject == Subject.MATHS)).one()
    targets.remove_target(world.session, maths.id, actor=world.act(world.teacher))


def autumn_with_an_exception(world: World) -> Pep:
    """Signed off without a Maths target, with the reason."""
    pep = world.written_pep(money=False)
    without_maths(world, pep)
    world.save(pep, "target_exceptions", world.teacher, maths_exception_kind="ehcp_first", maths_exception="Speech comes first")
    writing.sign_and_send(world.session, pep, today=TODAY, now=NOW)
    reviews.grade_pep(world.session, pep.id, accepting(), actor=world.act(world.officer), today=TODAY, now=NOW)
    return pep


def next_pep(world: World, on: date = SPRING_DAY, term: str = "spring") -> Pep:
    """The next PEP, written, without a Maths target and without a word on it."""
    world.launch(on=on, term=term)
    pep = world.pep_of()
    delegation.delegate_peps(world.session, [pep.id], actor=world.act(world.officer), now=AT, run=term)
    writing.write(world.session, pep, meeting_on=MEETING, money=False)
    without_maths(world, pep)
    world.save(pep, "last_targets", world.teacher, target_reviews=reviews_of(world, pep))
    return pep


def sign(world: World, pep: Pep) -> set[str]:
    """Sign Part 2; the checks that stand in the way."""
    try:
        sections.sign_part(world.session, pep.id, Part.EDUCATION, actor=world.act(world.teacher), today=LATER, now=AT)
    except Refused as refusal:
        return {each.check for each in refusal.findings}
    return set()


def test_at_a_special_school_an_exception_holds_for_the_rest_of_the_year(world: World) -> None:
    make_special(world)
    autumn_with_an_exception(world)
    assert sign(world, next_pep(world)) == set()


def test_at_another_school_it_is_asked_for_every_term(world: World) -> None:
    autumn_with_an_exception(world)
    assert sign(world, next_pep(world)) == {"RD-224"}


def test_another_special_school_says_its_own(world: World) -> None:
    make_special(world)
    autumn = autumn_with_an_exception(world)
    pep = next_pep(world)
    world.act(SYSTEM)
    phase = world.session.get_one(School, world.school_id).phase
    other = School(name="Cedar School", urn="900103", kind=SchoolKind.SPECIAL, phase=phase)
    world.session.add(other)
    world.session.flush()
    autumn.school_id = other.id
    world.session.flush()
    assert sign(world, pep) == {"RD-224"}


def test_a_pep_that_was_taken_back_says_nothing_for_the_year(world: World) -> None:
    make_special(world)
    autumn = autumn_with_an_exception(world)
    pep = next_pep(world)
    world.act(SYSTEM)
    autumn.status = PepStatus.RETURNED
    world.session.flush()
    assert sign(world, pep) == {"RD-224"}


def test_with_the_next_year_it_is_over(world: World) -> None:
    make_special(world)
    autumn_with_an_exception(world)
    pep_verbs.launch_term(world.session, world.term("autumn", "2025-26"), actor=world.act(world.officer), today=NEXT_AUTUMN, now=AT)
    pep = world.pep_of()
    handed = datetime(2025, 9, 9, tzinfo=UTC)
    delegation.delegate_peps(world.session, [pep.id], actor=world.act(world.officer), now=handed, run="next")
    writing.write(world.session, pep, meeting_on=date(2025, 9, 30), money=False)
    without_maths(world, pep)
    world.act(SYSTEM)
    found = {each.check for each in part_findings(world.session, pep, Part.EDUCATION, today=date(2025, 10, 1))}
    assert "RD-224" in found


# --- on the pages ----------------------------------------------------------------------------------------------------------


def test_what_still_stands_is_shown_with_whose_and_when(world: World, enter: Any) -> None:
    make_special(world)
    autumn = autumn_with_an_exception(world)
    pep = next_pep(world)
    reference, spring = autumn.reference, pep.id
    world.session.commit()
    told = ("No Maths target: The EHCP puts something else first. Speech comes first. Said in "
            f"{reference}, signed by Tess Lehrer on 18 Nov 2024; it holds for the rest of the academic year.")
    for who in ("teacher", "worker", "officer"):
        assert told in enter(who).get(f"{PEPS}details/?id={spring}").main
        assert told in enter(who).get(f"{PEPS}section/?id={spring}&section=target_exceptions").main
    assert "There is no Maths target" not in enter("teacher").get(f"{PEPS}check/?id={spring}").main


def test_the_exception_is_chosen_from_the_list_on_the_page(world: World, enter: Any) -> None:
    pep = world.written_pep(money=False)
    without_maths(world, pep)
    number = pep.id
    world.session.commit()
    teacher = enter("teacher")
    assert "There is no Maths target. Add one, or say why" in teacher.get(f"{PEPS}check/?id={number}").main
    page = teacher.get(f"{PEPS}section/?id={number}&section=target_exceptions")
    for words in ("Already grade 4 or above", "The EHCP puts something else first", "Not in education", "Other: say what"):
        assert page.main.count(words) == 2  # for English and for Maths
    page.send("maths_exception_kind", maths_exception_kind="other")
    assert "for another reason than those listed. Say which, in a few words." in teacher.get(f"{PEPS}check/?id={number}").main
    again = teacher.get(f"{PEPS}section/?id={number}&section=target_exceptions")
    again.send("maths_exception_kind", maths_exception_kind="not_in_education")
    assert "There is no Maths target: “Not in education”. Say in a few words" in teacher.get(f"{PEPS}check/?id={number}").main
    again = teacher.get(f"{PEPS}section/?id={number}&section=target_exceptions")
    again.send("maths_exception", maths_exception="At home until the new school begins")
    assert "There is no Maths target" not in teacher.get(f"{PEPS}check/?id={number}").main
