"""The list of documents over all children: each reader's own, in rows, count, search, filters, sorting and export alike."""

from __future__ import annotations

import csv
import io
from itertools import product

import pytest
from sqlalchemy import select

from pep_admin import models
from pep_admin.models import Child
from pep_admin.permissions import SYSTEM, Actor
from pep_admin.queries.documents import is_listed, listed_for, may_read
from pep_admin.vocabulary import Role
from pep_admin.workflow import documents
from tests.integration.test_documents import DOCUMENTS, Enter, K, an_upload, at_rest, keep
from tests.visiting import Page
from tests.world import NOW, TODAY, World

pytestmark = pytest.mark.slow  # the quick suite stays under a minute; `make check` runs everything

TERM, SCHOOL = "flt1_term", "flt2_school"


def rows(page: Page) -> list[list[str]]:
    assert page.tree is not None
    found = page.tree.xpath("//table[@class='list']/tbody/tr")
    return [[" ".join(cell.text_content().split()) for cell in row.xpath("th|td")] for row in found]


def names(page: Page) -> list[str]:
    return [row[0] for row in rows(page)]


@pytest.fixture
def kept(world: World) -> World:
    """Five documents: four of Robin, of which one is social care's alone and one was taken away by the teacher; one of Jule."""
    pep = world.written_pep()
    keep(world, world.teacher, pep=pep, title="Autumn report", text="one")
    keep(world, world.worker, K.REPORT, pep=pep, school_reads=False, title="Court papers", text="two")
    keep(world, world.officer, K.EHCP, title="The plan", text="three")
    away = keep(world, world.teacher, K.WORK, pep=pep, title="My volcano", text="four").document
    documents.remove_document(world.session, away.id, reason="Another child’s", actor=world.act(world.teacher), now=NOW)
    world.act(SYSTEM)
    jule = world.session.get_one(Child, world.other_child_id)
    documents.add_document(world.session, jule.id, documents.Told(K.CERTIFICATE, "Swimming", school_reads=True), an_upload("five"),
                           most=10**9, actor=world.act(world.officer), today=TODAY, now=NOW)
    at_rest(world)
    return world


@pytest.mark.parametrize(("who", "titles"), [
    ("head", ["Autumn report", "Court papers", "My volcano", "Swimming", "The plan"]),
    ("officer", ["Autumn report", "Court papers", "My volcano", "Swimming", "The plan"]),
    ("auditor", ["Autumn report", "Court papers", "Swimming", "The plan"]),
    ("worker", ["Autumn report", "Court papers", "The plan"]),
    ("teacher", ["Autumn report", "My volcano", "The plan"]),
    ("other_teacher", ["Swimming"]),
    ("other_worker", ["Swimming"]),
])
def test_each_finds_the_documents_of_their_own_children_and_those_that_they_may_know_of(
    kept: World, enter: Enter, who: str, titles: list[str]
) -> None:
    page = enter(who).get(DOCUMENTS)
    assert sorted(names(page)) == titles
    assert ("Court" in page.text) is ("Court papers" in titles)
    for asked in ("search=court", "search=papers", "flt0_kind=report"):
        found = enter(who).get(f"{DOCUMENTS}?{asked}")
        assert names(found) == (["Court papers"] if "Court papers" in titles else []), asked
        assert ("Nothing fits this search." in found.main) is ("Court papers" not in titles)
    number = len(titles)
    assert f"1 to {number}" in page.main, "the count"


@pytest.mark.parametrize("who", ["finance", "administrator"])
def test_who_reads_no_documents_has_no_list(kept: World, enter: Enter, who: str) -> None:
    assert enter(who).get(DOCUMENTS).status == 403
    assert enter(who).get(f"{DOCUMENTS}export/csv/").status == 403


def test_a_row_says_what_a_document_is_and_leads_to_its_page(kept: World, enter: Enter) -> None:
    officer = enter("officer")
    page = officer.get(f"{DOCUMENTS}?search=autumn")
    assert rows(page) == [["Autumn report", "Robin Musterkind0", "School report", "2425-AUT-0001", "—", "18 Nov 2024, 10:30",
                           "Tess Lehrer", rows(page)[0][7], "—"]]
    assert rows(page)[0][7].startswith("PDF, ")
    assert page.link("Autumn report").heading == "Autumn report"
    away = rows(officer.get(f"{DOCUMENTS}?flt3_away=yes"))
    assert [(row[0], row[8]) for row in away] == [("My volcano", "18 Nov 2024, 10:30")]
    assert sorted(names(officer.get(f"{DOCUMENTS}?flt3_away=no"))) == ["Autumn report", "Court papers", "Swimming", "The plan"]


def test_it_is_searched_by_name_and_child_filtered_and_sorted(kept: World, enter: Enter) -> None:
    officer = enter("officer")
    assert names(officer.get(f"{DOCUMENTS}?search=jule")) == ["Swimming"]
    robins = names(officer.get(f"{DOCUMENTS}?search=musterkind0&sort=0"))
    assert robins == ["Autumn report", "Court papers", "My volcano", "The plan"]
    assert names(officer.get(f"{DOCUMENTS}?flt0_kind=ehcp")) == ["The plan"]
    autumn, spring = kept.term("autumn").id, kept.term("spring").id
    kept.session.rollback()
    assert sorted(names(officer.get(f"{DOCUMENTS}?{TERM}={autumn}"))) == ["Autumn report", "Court papers", "My volcano"]
    assert names(officer.get(f"{DOCUMENTS}?{TERM}={spring}")) == []
    assert names(officer.get(f"{DOCUMENTS}?{SCHOOL}={kept.other_school_id}")) == ["Swimming"]
    both = officer.get(f"{DOCUMENTS}?{SCHOOL}={kept.school_id}&{TERM}={autumn}&search=robin&sort=0")
    assert names(both) == ["Autumn report", "Court papers", "My volcano"], "all at once"
    assert names(officer.get(f"{DOCUMENTS}?sort=0&desc=1"))[0] == "The plan"
    for column in range(9):
        assert officer.get(f"{DOCUMENTS}?sort={column}").status == 200
        assert len(names(officer.get(f"{DOCUMENTS}?sort={column}&desc=1"))) == 5


def test_the_bar_of_the_school_tells_of_no_document_that_it_may_not_know_of(kept: World, enter: Enter) -> None:
    page = enter("teacher").get(DOCUMENTS)
    assert page.tree is not None
    assert "Birch School" not in page.text
    assert not page.links("Export as CSV")


def test_the_export_holds_what_the_list_shows(kept: World, enter: Enter) -> None:
    answer = enter("officer").get(f"{DOCUMENTS}?flt3_away=no").link("Export as CSV")
    table = list(csv.reader(io.StringIO(answer.text.removeprefix("\ufeff"))))
    assert table[0] == ["Document", "Child", "Kind", "PEP", "Its date", "Kept on", "Added by", "Size", "Taken away"]
    assert sorted(row[0] for row in table[1:]) == ["Autumn report", "Court papers", "Swimming", "The plan"]
    (autumn,) = [row for row in table if row[0] == "Autumn report"]
    assert autumn[1:4] == ["Robin Musterkind0", "School report", "2425-AUT-0001"]
    assert "<" not in answer.text


def test_an_empty_list_says_so(world: World, enter: Enter) -> None:
    at_rest(world)
    page = enter("teacher").get(DOCUMENTS)
    assert rows(page) == [] and "No document is kept here yet." in page.main


def test_the_database_judges_each_document_as_the_program_does(kept: World) -> None:
    """Whoever asks, in whatever roles, also of a child without a social worker: what `may_read` and `is_listed` say is listed."""
    kept.session.get_one(Child, kept.other_child_id).social_worker_id = None
    kept.session.scalars(select(models.Document).where(models.Document.title == "Swimming")).one().school_reads = False
    kept.session.flush()
    everybody = [Actor("person:1", "X", frozenset(roles), person)
                 for roles in ({one, other} for one, other in product(Role, Role))
                 for person in (None, kept.worker.person_id, kept.teacher.person_id)]
    judged = 0
    for who in (*everybody, SYSTEM):
        kept.act(SYSTEM)
        rows = kept.session.scalars(select(models.Document)).all()
        right = {each.title for each in rows if may_read(each, each.child, who) and is_listed(each, who)}
        assert set(kept.session.scalars(select(models.Document.title).where(listed_for(who)))) == right, who
        judged += len(right)
    assert judged > 100
