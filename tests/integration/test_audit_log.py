"""Who looked at this child, and what did this account see: the audit log by a child's number and by account."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.visiting import Page, Visitor
from tests.world import World

pytestmark = pytest.mark.slow  # the quick suite stays under a minute; `make check` runs everything

Enter = Callable[[str], Visitor]
LOG, CHILD = "/admin/pep/audit_log/", "/admin/pep/children/details/?id={}"


def told(page: Page) -> list[tuple[str, str, str]]:
    """Who, what, and the child's number, of each event on the page."""
    found = page.tree.xpath("//table[@class='list']/tbody/tr")
    cells = [[" ".join(each.text_content().split()) for each in row] for row in found]
    return [(row[1], row[2], row[5]) for row in cells]


@pytest.fixture
def looked(world: World, enter: Enter) -> World:
    """The teacher looked at the first child, the officer at both."""
    enter("teacher").get(CHILD.format(world.child_id))
    for child in (world.child_id, world.other_child_id):
        enter("officer").get(CHILD.format(child))
    return world


def test_who_looked_at_a_child(looked: World, enter: Enter) -> None:
    page = enter("auditor").get(f"{LOG}?flt0_child={looked.other_child_id}&flt1_what=read")
    assert told(page) == [("Ole Amt", "children.read", str(looked.other_child_id))]
    first = enter("head").get(f"{LOG}?flt0_child={looked.child_id}&flt1_what=children.read")
    assert [row[0] for row in told(first)] == ["Ole Amt", "Tess Lehrer"]


def test_what_an_account_saw(looked: World, enter: Enter) -> None:
    page = enter("auditor").get(f"{LOG}?flt0_account={looked.teacher.id}&flt1_what=read")
    assert told(page) == [("Tess Lehrer", "children.read", str(looked.child_id))]
    assert told(enter("auditor").get(f"{LOG}?flt0_account=person")) == [], "the whole of it, not a part"


def test_a_name_and_a_number_lead_to_all_that_is_theirs(looked: World, enter: Enter) -> None:
    page = enter("auditor").get(f"{LOG}?flt0_what=children.read")
    assert {row[0] for row in told(page.link("Tess Lehrer"))} == {"Tess Lehrer"}
    assert {row[2] for row in told(page.link(str(looked.other_child_id)))} == {str(looked.other_child_id)}


@pytest.mark.parametrize("number", ["987654", "x", "1 or 1=1", "-1", "99999999999", "1.0", "Robin", "%"])
def test_what_nobody_saw_is_said_in_words_and_never_shown_as_everything(looked: World, enter: Enter, number: str) -> None:
    page = enter("auditor").get(f"{LOG}?flt0_child={number}")
    assert page.status == 200 and told(page) == []
    assert "Nothing fits this search: by this log, nobody did, saw or was refused it." in page.main


def test_a_day_that_cannot_be_read_says_that_it_is_not_asked_for(looked: World, enter: Enter) -> None:
    page = enter("auditor").get(LOG)
    (name,) = page.tree.xpath("//form[@role='search']//input[@id=//label[.='From day']/@for]/@name")
    page = page.visitor.get(f"{LOG}?{name}=31+Feb+2020")
    (field,) = page.tree.xpath(f"//input[@name='{name}']")
    assert (field.get("value"), field.get("aria-invalid")) == ("31 Feb 2020", "true")
    said = page.tree.xpath(f"string(//*[@id='{field.get('aria-describedby')}'])")
    assert said == "This was not understood, so it is not asked for."


def test_an_event_is_headed_by_what_it_is(looked: World, enter: Enter) -> None:
    page = enter("auditor").get("/admin/pep/audit_log/details/?id=1")
    assert page.heading.startswith("Event 1: ")
