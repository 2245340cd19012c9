"""*Check answers* in the order of its reader: their own part first and open, what others owe folded after it, with counts."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import pytest

from tests.visiting import Page, Visitor
from tests.world import World

pytestmark = pytest.mark.slow  # the quick suite stays under a minute; `make check` runs everything

PEPS = "/admin/pep/peps/"
Enter = Callable[[str], Visitor]
ONE, TWO, THREE = "Part 1 · Social care", "Part 2 · Education", "Part 3 · The meeting"


@pytest.fixture
def pep(world: World) -> int:
    """A PEP of which each part still wants something, and which nobody has signed."""
    made = world.pep_of()
    world.save(made, "attendance", world.teacher, behaviour=None)
    world.save(made, "meeting", world.worker, chair=None)
    number = made.id
    world.session.commit()
    return number


def heads(page: Page) -> list[tuple[str, bool]]:
    """The headings of the list in their order, each with whether what stands under it is there to see at once."""
    assert page.tree is not None
    found = page.tree.xpath("//main//h2[starts-with(@id, 'wants-')] | //main//details[starts-with(@id, 'wants-')]/summary/h2")
    return [(" ".join(each.text_content().split()), not each.xpath("ancestor::details")) for each in found]


def test_ones_own_part_is_first_and_those_of_others_are_folded_with_their_counts(pep: int, enter: Enter) -> None:
    page = enter("teacher").get(f"{PEPS}check/?id={pep}")
    assert heads(page) == [
        (f"{TWO} (yours)", True),
        (f"{ONE} (Sara Sozial: 1 to fix)", False),
        (f"{THREE} (Sara Sozial: 2 to fix)", False),
    ]
    jumps = [" ".join(each.text_content().split()) for each in page.tree.xpath("//main//nav[@class='jumps']//li")]
    assert jumps[1:] == [f"{ONE} 1 to fix", f"{THREE} 2 to fix"] and jumps[0].startswith(f"{TWO} 2 to fix")
    for key in page.tree.xpath("//main//nav[@class='jumps']//a/@href"):
        assert page.tree.xpath("count(//*[@id=$id])", id=key.removeprefix("#")) == 1


def test_a_social_worker_has_both_parts_open_and_the_schools_folded(pep: int, enter: Enter) -> None:
    page = enter("worker").get(f"{PEPS}check/?id={pep}")
    found = heads(page)
    assert [found[0], found[1]] == [(f"{ONE} (yours)", True), (f"{THREE} (yours)", True)]
    assert found[2][0].startswith(f"{TWO} (Tess Lehrer: 2 to fix") and not found[2][1] and len(found) == 3


def test_who_writes_no_part_sees_all_of_them_open_with_whose_they_are(pep: int, enter: Enter) -> None:
    for who in ("officer", "auditor"):
        page = enter(who).get(f"{PEPS}check/?id={pep}")
        assert heads(page) == [(f"{ONE} (Sara Sozial)", True), (f"{TWO} (Tess Lehrer)", True), (f"{THREE} (Sara Sozial)", True)]


def test_a_refused_sending_is_shown_in_the_same_order(pep: int, enter: Enter) -> None:
    visitor = enter("teacher")
    listed = visitor.get("/admin/pep/my_peps/")
    assert listed.tree is not None
    token = listed.tree.xpath("string(//input[@name='csrf_token']/@value)")
    page = visitor.post(f"{PEPS}send/?id={pep}", [("csrf_token", token)])
    assert page.status == 422 and heads(page)[0] == (f"{TWO} (yours)", True)


def test_sessions_that_nobody_accounts_for_are_asked_about(world: World, enter: Enter) -> None:
    made = world.pep_of()
    number = made.id
    world.save(made, "attendance", world.teacher, attendance=[
        {"id": None, "possible": 90, "present": 80, "authorised": 2, "unauthorised": None, "figures_to": date(2024, 11, 15)}])
    world.session.commit()
    page = enter("teacher").get(f"{PEPS}check/?id={number}")
    assert "8 sessions are neither attended nor missed." in page.main
