"""People out of reach: everybody for whom a part of an open PEP waits, and why nothing brings them to it (HB-2.2)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
import sqlalchemy as sa

from pep_admin.models import Pep, Person, School
from pep_admin.permissions import SYSTEM
from pep_admin.queries.out_of_reach import out_of_reach
from pep_admin.vocabulary import Part
from pep_admin.workflow import grants, sections
from tests.world import NOW, TODAY, World

pytestmark = pytest.mark.slow  # the quick suite stays under a minute; `make check` runs everything

PAGE = "/admin/pep/out_of_reach/"
HERE = datetime(2024, 11, 1, 9, tzinfo=UTC)


def listed(world: World, *, without: tuple[str, ...] = (), never: tuple[str, ...] = ()) -> dict[str, str]:
    """By name the reason; everybody has an account and was here but those."""
    world.session.flush()
    world.act(SYSTEM)
    ids = {name: getattr(world, name).person_id for name in ("teacher", "other_teacher", "worker", "other_worker")}
    found = out_of_reach(
        world.session, today=TODAY, accounts=lambda asked: set(asked) - {ids[name] for name in without},
        seen=lambda asked: {each: None if each in {ids[name] for name in never} else HERE for each in asked})
    return {each.person.name if each.person else each.school.name if each.school else "no worker": each.why.value for each in found}


def teacher_of(world: World) -> Person:
    return world.session.get_one(Person, world.teacher.person_id)


def _left(world: World) -> None:
    teacher_of(world).left_on = TODAY


def _no_address(world: World) -> None:
    teacher_of(world).email = None


def _bounced(world: World) -> None:
    teacher_of(world).bounced_on = TODAY


@pytest.mark.parametrize(("what", "why"), [(_left, "left"), (_no_address, "no_address"), (_bounced, "bounced")])
def test_why_a_teacher_is_out_of_reach(world: World, what: Callable[[World], None], why: str) -> None:
    assert listed(world) == {}
    world.act(SYSTEM)
    what(world)
    assert listed(world) == {"Tess Lehrer": why}


def test_without_an_account_and_who_was_never_here(world: World) -> None:
    assert listed(world, without=("worker",), never=("teacher",)) == {"Sara Sozial": "no_account", "Tess Lehrer": "never_here"}


def test_where_nobody_is_named_the_school_is(world: World) -> None:
    world.act(SYSTEM)
    world.session.get_one(School, world.school_id).designated_teacher_id = None
    for pep in world.session.scalars(sa.select(Pep).where(Pep.school_id == world.school_id)):
        pep.writer_id = pep.social_worker_id = None
    assert listed(world) == {"Alder School": "nobody", "no worker": "nobody"}


def test_what_is_signed_waits_for_nobody(world: World) -> None:
    pep = world.written_pep()
    sections.sign_part(world.session, pep.id, Part.EDUCATION, actor=world.act(world.teacher), today=TODAY, now=NOW)
    _bounced(world)
    assert listed(world) == {}


def test_a_host_that_says_nothing_of_accounts_is_believed(world: World) -> None:
    assert out_of_reach(world.session, today=TODAY, accounts=None, seen=None) == []


def test_the_page_names_them_with_the_way_to_mend_it(world: World, enter: Any) -> None:
    world.act(SYSTEM)
    _bounced(world)
    teacher_of(world).phone = "01632 960123"
    world.session.commit()
    officer = enter("officer")
    page = officer.get(PAGE)
    assert "Mail came back 1" in page.main and "01632 960123" in page.main and "2425-AUT-" in page.main
    assert page.link("Tess Lehrer").heading == "Tess Lehrer"
    assert enter("teacher").get(PAGE).status == 403
    world.act(SYSTEM)
    teacher_of(world).bounced_on = None
    world.session.commit()
    assert "Everybody for whom a PEP waits can be reached." in officer.get(PAGE).main


def test_a_colleague_who_was_asked_for_a_section_is_listed_until_the_part_is_signed(world: World) -> None:
    pep = world.written_pep(money=False)
    grant = grants.give_sections(world.session, pep.id, grants.Named("mia.kollege@example.org", "Mia", "Kollege"), ("strengths",),
                                 ends_on=TODAY, actor=world.act(world.teacher), today=TODAY, now=NOW)
    world.act(SYSTEM)

    def without_account() -> dict[str, list[str]]:
        world.act(SYSTEM)
        found = out_of_reach(world.session, today=TODAY, accounts=lambda asked: set(asked) - {grant.holder_id}, seen=None)
        return {each.person.name: [pep.reference for pep, _ in each.peps] for each in found if each.person}

    assert without_account() == {"Mia Kollege": [pep.reference]}
    sections.sign_part(world.session, pep.id, Part.EDUCATION, actor=world.act(world.teacher), today=TODAY, now=NOW)
    assert without_account() == {}
