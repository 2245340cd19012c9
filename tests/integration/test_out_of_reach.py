"""People out of reach: everybody for whom a part of an open PEP waits, and why nothing brings them to it (HB-2.2)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
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


def test_the_page_and_the_reminders_count_alike_who_gets_no_mail_and_who_has_no_account(world: World, enter: Any) -> None:
    world.act(SYSTEM)
    _bounced(world)
    world.session.commit()
    officer = enter("officer")
    page = officer.get(PAGE)
    assert page.tree is not None
    counts = {" ".join(each.text_content().split()).rsplit(" ", 1)[0]: int(each.text_content().split()[-1])
              for each in page.tree.xpath("//main//h2")}
    silent = sum(count for why, count in counts.items() if why not in ("No account", "Has never signed in"))
    assert counts["Mail came back"] == 1 and silent == 1
    told = officer.get("/admin/pep/reminders/").main
    assert f"No mail reaches: {silent}." in told
    assert f"Mail reaches, but without an account or never signed in: {sum(counts.values()) - silent}." in told


def test_where_nobody_is_named_the_school_is_rung(world: World, enter: Any) -> None:
    world.act(SYSTEM)
    school = world.session.get_one(School, world.school_id)
    school.designated_teacher_id, school.phone = None, "01632 950011"
    for pep in world.session.scalars(sa.select(Pep).where(Pep.school_id == world.school_id)):
        pep.writer_id = None
    world.session.commit()
    assert "01632 950011" in enter("officer").get(PAGE).main


def test_who_has_no_account_is_named_before_a_pep_is_sent(world: World, enter: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    pep_id = world.pep_of(world.child_id).id
    teacher = world.teacher.person_id
    world.session.rollback()
    officer = enter("officer")
    known = officer.client.application.extensions
    place = known["pep_admin"]
    send = [("action", "delegate"), ("rowid", str(pep_id)), ("csrf_token", officer.get("/admin/pep/peps/").form("action").xpath(
        ".//input[@name='csrf_token']/@value")[0])]
    monkeypatch.setitem(known, "pep_admin", replace(place, account_holders=lambda session, ids: set(ids) - {teacher}))
    shown = officer.post("/admin/pep/peps/action/", send).main
    assert "1 of them has no account: the message arrives, but Tess Lehrer cannot sign in" in shown
    monkeypatch.setitem(known, "pep_admin", replace(place, account_holders=lambda session, ids: set(ids)))
    assert "no account" not in officer.post("/admin/pep/peps/action/", send).main


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
