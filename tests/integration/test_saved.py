"""Saved questions: filters of a list under a name, as tabs above it; whose they are, and what an address cannot make of them."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

import pytest
import sqlalchemy as sa

from pep_admin.exceptions import NotAllowed, NotFound, Refused
from pep_admin.models import SavedQuestion
from pep_admin.permissions import SYSTEM, Actor
from pep_admin.queries.saved import saved_questions
from pep_admin.review_words import SavedList
from pep_admin.vocabulary import Role
from pep_admin.workflow import saved
from tests.world import World

pytestmark = pytest.mark.slow  # the quick suite stays under a minute; `make check` runs everything

PAGE = "/admin/pep/saved/"
LATE = {"stage": "late"}


def keep(world: World, who: Actor, *, name: str = "Late ones", shared: bool = False, asked: dict[str, str] = LATE,
         of_list: SavedList = SavedList.PEPS) -> int:
    kept = saved.keep_question(world.session, of_list, asked, name=name, shared=shared, actor=world.act(who)).id
    world.session.commit()
    return kept


def read_by(world: World, who: Actor) -> list[str]:
    world.act(who)
    found = [each.name for each in saved_questions(world.session)]
    world.session.rollback()
    return found


# --- whose they are ----------------------------------------------------------------------------------------------------


def test_ones_own_and_what_is_shared_is_read_and_nothing_else(world: World) -> None:
    keep(world, world.officer, name="Mine")
    keep(world, world.officer, name="Ours", shared=True)
    keep(world, world.head, name="The head's")
    assert read_by(world, world.officer) == ["Mine", "Ours"]
    assert read_by(world, world.head) == ["Ours", "The head's"]
    for who in (world.teacher, world.worker, world.finance, world.auditor):
        assert read_by(world, who) == [], who.name


@pytest.mark.parametrize("who", ["teacher", "worker", "finance", "auditor", "administrator"])
def test_it_is_the_offices_alone(world: World, enter: Any, who: str) -> None:
    kept = keep(world, world.officer, shared=True)
    visitor = enter(who)
    for address in ("", f"change/?id={kept}", "new/?list=peps&flt0_stage=late"):
        assert visitor.get(f"{PAGE}{address}").status == 403, address
    if who not in ("administrator", "finance"):
        assert "Late ones" not in visitor.get("/admin/pep/peps/").text
    for verb in (lambda actor: saved.keep_question(world.session, SavedList.PEPS, LATE, name="x y", shared=False, actor=actor),
                 lambda actor: saved.remove_question(world.session, kept, actor=actor)):
        with pytest.raises(NotAllowed):
            verb(world.act(getattr(world, who)))
        world.session.rollback()


def test_only_the_owner_changes_it_or_takes_it_away_shared_or_not(world: World) -> None:
    own, shared = keep(world, world.officer), keep(world, world.officer, name="Ours", shared=True)
    with pytest.raises(NotFound):
        saved.remove_question(world.session, own, actor=world.act(world.head))
    with pytest.raises(NotAllowed):
        saved.change_question(world.session, shared, name="Theirs", shared=True, actor=world.act(world.head))
    colleague = Actor("person:colleague", "Cora", frozenset({Role.VS_OFFICER}))
    for other in (colleague, world.head):
        with pytest.raises(NotAllowed):
            saved.remove_question(world.session, shared, actor=world.act(other))
    assert saved.remove_question(world.session, shared, actor=world.act(world.officer)) == "Ours"
    saved.change_question(world.session, own, name="Shared now", shared=True, actor=world.act(world.officer))
    assert [each.name for each in saved_questions(world.session)] == ["Shared now"]


# --- what is refused ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("changed", "sentence"), [
    ({"name": " - "}, "Give it a name"), ({"name": "x" * 81}, "At most 80 characters"),
    ({"asked": {}}, "Choose at least one filter"),
])
def test_what_is_no_question(world: World, changed: dict[str, Any], sentence: str) -> None:
    with pytest.raises(Refused, match=sentence):
        keep(world, world.officer, **changed)


def test_one_name_once_for_a_list_and_an_owner(world: World) -> None:
    keep(world, world.officer)
    with pytest.raises(Refused, match="You keep a question “Late ones” of this list already"):
        keep(world, world.officer, name=" Late   ones ")
    keep(world, world.head)
    keep(world, world.officer, of_list=SavedList.CHILDREN, asked={"care": "in"})


def test_no_more_than_fifty(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(saved, "MOST", 1)
    keep(world, world.officer)
    with pytest.raises(Refused, match="You keep 1 questions already"):
        keep(world, world.officer, name="Another")
    keep(world, world.head, name="Another")


# --- the pages ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("address", "heading", "words"), [
    ("/admin/pep/peps/?flt0_stage=late&flt1_kind=termly", "PEPs", "Stage, Kind"),
    ("/admin/pep/children/?flt0_care=in", "Children", "Care"),
    ("/admin/pep/ppg_requests/?flt0_status=approved", "Pupil Premium", "Status"),
    ("/admin/pep/board/children/?by=phase&stage=held", "Term board", "Grouped, Stage"),
])
def test_a_filter_is_kept_and_stands_as_a_tab(world: World, enter: Any, address: str, heading: str, words: str) -> None:
    officer = enter("officer")
    listed = officer.get(address)
    form = listed.link("Save this question…")
    assert f"{heading}, by: {words}." in form.main
    done = form.send("name", name="Of <b>Fridays</b>", shared="y")
    assert "“Of <b>Fridays</b>” is kept." in done.main and "<b>Fridays" not in done.text
    tab = officer.get(address.partition("?")[0] + ("?by=phase" if "board" in address else "")).link("Of <b>Fridays</b>")
    assert tab.status == 200 and tab.url.partition("?")[0] == address.partition("?")[0]
    assert tab.tree.xpath("//nav[@aria-label='Saved questions']//a[@aria-current='page']/text()") == ["Of <b>Fridays</b>"]
    rows = [" ".join(each.text_content().split()) for page in (listed, tab) for each in page.tree.xpath("//main//tbody/tr")]
    assert rows[: len(rows) // 2] == rows[len(rows) // 2 :], "the tab shows what was asked for"
    assert "Of <b>Fridays</b>" in enter("head").get("/admin/pep/week/").main


@pytest.mark.parametrize(("address", "words", "asked"), [
    ("/admin/pep/peps/?search=Robin&flt0_kind=termly", "Kind, search for “Robin”", {"kind": "termly", "search": "Robin"}),
    ("/admin/pep/children/?search=%3Cb%3ERobin&flt0_care=in", "Care, search for “<b>Robin”", {"care": "in", "search": "<b>Robin"}),
    ("/admin/pep/ppg_requests/?search=Alder", "search for “Alder”", {"search": "Alder"}),
])
def test_the_search_word_is_kept_with_the_filters_and_the_tab_asks_for_both(
    world: World, enter: Any, ask: Any, address: str, words: str, asked: dict[str, str]
) -> None:
    officer = enter("officer")
    listed = officer.get(address)
    form = listed.link("Save this question…")
    assert f"by: {words}." in form.main and "Where it is the name of a child, do not share the question." in form.main
    kept = form.send("name", name="Found")
    assert words in kept.main and "<b>Robin" not in kept.text
    assert ask(lambda session: session.scalars(sa.select(SavedQuestion.asked)).all()) == [asked]
    plain = officer.get(address.partition("?")[0])
    tab = plain.link("Found")
    assert tab.tree.xpath("//nav[@aria-label='Saved questions']//a[@aria-current='page']/text()") == ["Found"]
    assert tab.tree.xpath("//input[@name='search']/@value") == [asked["search"]]
    shown = [[" ".join(each.text_content().split()) for each in page.tree.xpath("//main//tbody/tr")] for page in (listed, tab)]
    assert shown[0] == shown[1], "the tab shows what was asked for"
    without = officer.get(address.replace("search=", "nothing="))
    assert not without.tree.xpath("//nav[@aria-label='Saved questions']//a[@aria-current='page']"), "the filters alone are another"
    again = kept.link("Change… Found")
    assert f"by: {words}." in again.main and "do not share the question" in again.main


@pytest.mark.parametrize("asked", [{"search": " "}, {"stage": "late", "search": ""}])
def test_a_search_word_that_says_nothing_asks_nothing(world: World, enter: Any, asked: dict[str, str]) -> None:
    keep(world, world.officer, name="Old one", asked=asked)
    page = enter("officer").get(PAGE)
    assert "so it cannot be asked" in page.main and not page.links("Old one")


def test_a_list_without_a_filter_offers_nothing_to_keep(world: World, enter: Any) -> None:
    for address in ("/admin/pep/peps/", "/admin/pep/peps/?search=+%5C+", "/admin/pep/peps/?flt0_stage=nonsense",
                    "/admin/pep/people/?search=Tess", "/admin/pep/board/children/?search=Robin"):
        page = enter("officer").get(address)
        assert not page.links("Save this question…") and not page.tree.xpath("//nav[@aria-label='Saved questions']"), address


@pytest.mark.parametrize("query", [
    "list=peps&url=" + quote("https://evil.example/"), "list=peps&next=" + quote("//evil.example"), "list=" + quote("https://evil.example"),
    "list=schools&flt0_kind=school", "list=audit_log", "list=peps&list=children&flt0_stage=late", "", "list=../accounts",
])
def test_what_is_no_list_and_no_page_of_ours(world: World, enter: Any, query: str) -> None:
    assert enter("officer").get(f"{PAGE}new/?{query}").status in (400, 404)


@pytest.mark.parametrize("query", [
    "endpoint=pep_accounts.index_view", "_external=1&_scheme=javascript",
    "_anchor=x", "page=9", "search=", "flt0_stage=", "sort=1",
])
def test_only_filters_of_the_list_are_kept(world: World, enter: Any, ask: Any, query: str) -> None:
    page = enter("officer").get(f"{PAGE}new/?list=peps&{query}")
    assert page.status == 200 and "by: no filter." in page.main
    refused = page.send("name", name="Mine")
    assert refused.status == 422 and "Choose at least one filter" in refused.main
    mixed = enter("officer").get(f"{PAGE}new/?list=peps&flt9_stage=late&{query}").send("name", name="Mine")
    assert "is kept" in mixed.main
    assert ask(lambda session: session.scalars(sa.select(SavedQuestion.asked)).all()) == [LATE]


@pytest.mark.parametrize("query", [
    "list=peps&flt0_stage=bogus", "list=peps&flt0_stage=late&flt1_stage=bogus", "list=peps&flt0_nothing=late",
    "list=peps&flt0_stage=javascript:alert(1)", "list=board&stage=bogus", "list=board&by=bogus&stage=late",
])
def test_what_no_filter_offers_is_not_kept_as_no_filter(world: World, enter: Any, ask: Any, query: str) -> None:
    officer = enter("officer")
    assert officer.get(f"{PAGE}new/?{query}").status == 404
    good = officer.get(f"{PAGE}new/?list=peps&flt0_stage=late")
    data = [("csrf_token", good.tree.xpath("//input[@name='csrf_token']/@value")[0]), ("name", "Mine")]
    assert officer.post(f"{PAGE}new/?{query}", data).status == 404
    assert ask(lambda session: session.scalars(sa.select(SavedQuestion)).all()) == []


@pytest.mark.parametrize("asked", [
    {"gone": "1"}, {"stage": "gone"}, {"stage": "late", "gone": "1"}, {"_external": "1", "_scheme": "javascript"},
    {"school": "987654"}, {"_anchor": "x", "stage": "late"}, {},
])
def test_a_filter_that_is_no_longer_there_is_said_and_asks_nothing(world: World, enter: Any, asked: dict[str, str]) -> None:
    """As it stands in the database, whatever came to be there."""
    world.act(SYSTEM)
    world.session.add(SavedQuestion(owner=world.officer.id, owner_name="Ole", of_list=SavedList.PEPS, name="Old one", asked=asked))
    world.session.commit()
    officer = enter("officer")
    page = officer.get(PAGE)
    assert "One of its filters is no longer there, so it cannot be asked." in page.main and not page.links("Old one")
    assert "one of its filters is no longer there" in officer.get("/admin/pep/week/").main
    if asked != {"school": "987654"}:  # above the list, whether a row is there is not looked up
        listed = officer.get("/admin/pep/peps/")
        assert "Old one (one of its filters is no longer there)" in listed.main and not listed.links("Old one")


@pytest.mark.parametrize("asked", [{"by": "x"}, {"stage": "x"}, {"term": "1"}, {"page": "3"}])
def test_nor_of_the_board(world: World, enter: Any, asked: dict[str, str]) -> None:
    keep(world, world.officer, name="Old one", of_list=SavedList.BOARD, asked=asked)
    assert "so it cannot be asked" in enter("officer").get(PAGE).main


def test_renamed_unshared_and_taken_away(world: World, enter: Any, ask: Any) -> None:
    kept = keep(world, world.officer, shared=True)
    officer, head = enter("officer"), enter("head")
    assert head.get(f"{PAGE}change/?id={kept}").status == 403
    form = officer.get(PAGE).link("Change… Late ones")
    wrong = form.send("name", name=" ")
    assert wrong.status == 422 and "Give it a name" in wrong.main
    mark = form.tree.xpath("//main//input[@name='csrf_token']/@value")[0]
    done = officer.post(f"{PAGE}change/?id={kept}", [("csrf_token", mark), ("name", "Mine alone"), ("row_version", "1")])
    assert "“Mine alone” is saved." in done.main
    assert "Mine alone" not in head.get(PAGE).main and head.get(f"{PAGE}change/?id={kept}").status == 404
    stale = officer.post(f"{PAGE}change/?id={kept}", [("csrf_token", mark), ("name", "Again"), ("row_version", "1")])
    assert stale.status == 422 and "changed meanwhile" in stale.main
    gone = done.send("csrf_token")
    assert "“Mine alone” is taken away." in gone.main
    assert ask(lambda session: session.scalars(sa.select(SavedQuestion.id)).all()) == []
