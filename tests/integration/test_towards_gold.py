"""“What would make it Gold” on the check page: folded, linked to its fields, in nobody's way, and no grade."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest

from pep_admin.models import Pep
from pep_admin.vocabulary import PepStatus
from tests.integration.test_pep_screens import signed_pep
from tests.visiting import Visitor
from tests.world import World

pytestmark = pytest.mark.slow  # the quick suite stays under a minute; `make check` runs everything

PEPS = "/admin/pep/peps/"


@pytest.fixture
def pep(world: World) -> int:
    """The PEP of the first child: written, signed, and nothing wanting."""
    made = signed_pep(world).id
    world.session.commit()
    return made


def check(who: Visitor, pep: int) -> Any:
    return who.get(f"{PEPS}check/?id={pep}")


def gold(page: Any) -> dict[str, str]:
    """The sentences of the fold, each with where its link leads."""
    (fold,) = page.tree.xpath("//main//details[@id='gold']")
    assert fold.get("open") is None, "it is folded"
    return {" ".join(each.xpath("string(a)").split()): (each.xpath("a/@href") or [""])[0] for each in fold.xpath(".//li")}


def test_advice_leads_to_its_field_and_is_apart_from_what_must_be_done(
    enter: Callable[[str], Visitor], world: World, pep: int
) -> None:
    world.save(world.session.get_one(Pep, pep), "attendance", world.teacher, attendance_reasons="", attendance=[
        {"id": None, "possible": 60, "present": 40, "figures_to": date(2024, 11, 15)}])  # which Check answers asks about
    world.session.commit()
    page = check(enter("teacher"), pep)
    said = gold(page)
    (steps,) = [each for each in said if each.startswith("Beside Robin's hopes, name the next steps")]
    assert said[steps] == f"{PEPS}section/?id={pep}&section=voice#f-steps_and_helpers"
    listed = [" ".join(each.text_content().split()) for each in page.tree.xpath("//section[contains(@class, 'findings')]//li/a")]
    assert listed and not set(listed) & set(said), "one list says nothing of the other"
    work = next(each for each in said if "work or a certificate" in each)
    assert said[work] == f"/admin/pep/documents/add/?pep={pep}"
    assert all(said.values()), "each leads somewhere"
    for words in ("Nothing here must be done before the PEP is sent", "somebody at the Virtual School reads the whole PEP"):
        assert words in page.main
    (heading,) = page.tree.xpath("//details[@id='gold']/summary/h2")
    assert " ".join(heading.text_content().split()) == f"What would make it Gold ({len(said)})"


def test_a_target_without_its_five_pieces_leads_to_that_target(
    enter: Callable[[str], Visitor], world: World, pep: int
) -> None:
    target = world.target_of(world.session.get_one(Pep, pep))
    target.support_where = target.child_wording = ""
    number, target_id = target.number, target.id
    world.session.commit()
    said = gold(check(enter("teacher"), pep))
    for begins in (f"Target {number} does not say where the support is given.", f"Target {number} is not in "):
        (sentence,) = [each for each in said if each.startswith(begins)]
        assert said[sentence] == f"/admin/pep/targets/write/?id={target_id}"


def test_it_holds_nothing_up_and_goes_with_the_grade(enter: Callable[[str], Visitor], ask: Any, pep: int) -> None:
    page = check(enter("teacher"), pep)
    assert gold(page) and "this PEP can go." in page.main
    assert "Sent to the Virtual School." in page.send().main
    assert ask(lambda session: session.get_one(Pep, pep).status) is PepStatus.SUBMITTED
    assert gold(check(enter("officer"), pep)), "who grades sees it too"
    head = check(enter("head"), pep)
    assert gold(head) and not head.tree.xpath("//details[@id='gold']//a[contains(., 'Waive')]")
    graded = enter("officer").get(f"{PEPS}grade/?id={pep}").send("feedback", grade="green", decision="accept", feedback="Clear.",
                                                                 improve="More of the child's words.")
    assert graded.status == 200 and ask(lambda session: session.get_one(Pep, pep).status) is PepStatus.COMPLETE
    assert "What would make it Gold" not in check(enter("teacher"), pep).main


def test_the_social_workers_side_and_readers_see_the_same_advice_without_links_they_may_not_follow(
    enter: Callable[[str], Visitor], pep: int
) -> None:
    said = gold(check(enter("worker"), pep))
    assert any(each.startswith("Beside Robin's hopes") for each in said) and all(said.values())
    read = check(enter("auditor"), pep)
    assert "Beside Robin's hopes" in read.main
    assert not read.tree.xpath("//details[@id='gold']//a[contains(@href, '/targets/write/') or contains(@href, '/documents/add/')]")


def test_where_nothing_is_left_it_says_who_decides(
    enter: Callable[[str], Visitor], pep: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("pep_admin.views.pep_page.advise_gold", lambda *_: [])
    monkeypatch.setattr("pep_admin.views.pep_page.readiness", lambda *_, **__: [])
    page = check(enter("teacher"), pep)
    assert gold(page) == {}
    assert "Nothing the program can see stands between this PEP and Gold; the Virtual School decides." in page.main


def test_beside_an_open_list_it_does_not_say_that_nothing_is_left(
    enter: Callable[[str], Visitor], world: World, pep: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    world.save(world.session.get_one(Pep, pep), "strengths", world.teacher, achievements=None)
    world.session.commit()
    monkeypatch.setattr("pep_admin.views.pep_page.advise_gold", lambda *_: [])
    page = check(enter("teacher"), pep)
    assert "Must fix" in page.main
    assert "Beside what is listed above, nothing the program can see stands between this PEP and Gold" in page.main
