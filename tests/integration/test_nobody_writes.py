"""A child without a school, whose Part 2 nobody writes: each page says why, who may, and how somebody is named (HB-2.2)."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from pep_admin.models import Child, Pep
from pep_admin.vocabulary import LeavingReason
from pep_admin.workflow import roll
from tests.visiting import Page, Visitor
from tests.world import NOW, TODAY, World

pytestmark = pytest.mark.slow  # the quick suite stays under a minute; `make check` runs everything

PEPS = "/admin/pep/peps/"
Enter = Callable[[str], Visitor]
WHY = "Nobody is named to write Part 2. Without a school the social worker writes it, or an officer of the Virtual School."


@pytest.fixture
def pep(world: World) -> int:
    """The PEP of a child who has left the school for none."""
    number = world.pep_of().id
    child = world.session.get_one(Child, world.child_id)
    roll.change_school(world.session, child, school_id=None, on=TODAY, reason=LeavingReason.OTHER, actor=world.act(world.officer),
                       today=TODAY, now=NOW)
    world.session.commit()
    return number


def late(page: Page) -> list[str]:
    assert page.tree is not None
    return [" ".join(each.text_content().split()) for each in page.tree.xpath("//main//*[contains(@class, 'panel-late')]")]


def test_the_social_worker_is_told_whom_to_call(pep: int, enter: Enter) -> None:
    visitor = enter("worker")
    asked = f"{WHY} Call the Virtual School and ask them to name you, or one of their officers."
    assert asked in late(visitor.get(f"{PEPS}details/?id={pep}"))
    page = visitor.get(f"{PEPS}section/?id={pep}&section=voice")
    assert late(page) == [asked]
    assert "Nobody writes this part yet; you read it here." in page.main and "by somebody else" not in page.main
    desk = visitor.get("/admin/pep/my_peps/").main
    assert "nobody is named to write it. Tell the Virtual School." in desk
    assert "Without a school you may write it, or one of their officers: they name who does." in desk


def test_the_office_is_led_to_the_page_where_the_social_worker_is_offered_first(pep: int, enter: Enter, world: World) -> None:
    visitor = enter("officer")
    for page in (visitor.get(f"{PEPS}section/?id={pep}&section=voice"), visitor.get(f"{PEPS}details/?id={pep}")):
        assert f"{WHY} Name who writes it" in late(page)
        offered = page.link("Name who writes it")
    assert offered.tree is not None
    first = offered.tree.xpath("//select[@name='writer_id']/option")[0]
    assert first.text_content().startswith("Sozial, Sara")
    named = offered.send("writer_id")
    assert not [each for each in late(named) if each.startswith("Nobody")], "whom the page offers first is named by its button"
    assert world.session.get_one(Pep, pep, populate_existing=True).writer_id == world.worker.person_id
    world.session.commit()
    page = enter("worker").get(f"{PEPS}section/?id={pep}&section=voice")
    assert "Nobody writes" not in page.main and page.form("child_voice_good") is not None


def test_where_somebody_writes_nothing_is_said(world: World, enter: Enter) -> None:
    number = world.pep_of().id
    world.session.commit()
    for who in ("officer", "worker"):
        assert not [each for each in late(enter(who).get(f"{PEPS}details/?id={number}")) if "Nobody" in each]
