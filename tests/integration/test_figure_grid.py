"""The grid of attendance and attainment of all one's children: each child saved by itself, errors beside their cells, nothing lost.

In the world every other child is Tess's, at Alder School: with four children Robin Musterkind0 and Robin Musterkind2.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from pep_admin import config
from pep_admin.exceptions import NotAllowed
from pep_admin.models import Attainment, AttendanceSummary, AuditEvent, Pep
from pep_admin.permissions import SYSTEM
from pep_admin.vocabulary import Part
from pep_admin.workflow import figures, sections
from pep_admin.workflow.figures import Lines
from tests.host.foreign_app import make_council
from tests.visiting import Page, Visitor
from tests.world import NOW, TODAY, World, build_world

pytestmark = pytest.mark.slow  # the quick suite stays under a minute; `make check` runs everything

GRID = "/admin/pep/my_peps/figures/"
RIGHT = {"possible": "100", "present": "93", "authorised": "5", "unauthorised": "2", "figures_to": "15 Nov 2024"}


@pytest.fixture
def world(both_databases: str, open_session: Callable[..., Session]) -> World:
    """Four children with an empty PEP each, on either database."""
    world = build_world(open_session(both_databases), children=4)
    world.launch()
    world.session.commit()
    return world


@pytest.fixture
def teacher(world: World, both_databases: str) -> Iterator[Visitor]:
    config.move_today(TODAY)
    council = make_council(both_databases, {"teacher": world.teacher})
    yield Visitor(council.visit("teacher").client)
    with council.app.app_context():
        council.db.session.remove()
        council.db.engine.dispose()


def references(world: World) -> list[str]:
    """Those of Tess's PEPs, in the order of the grid."""
    world.act(SYSTEM)
    found = list(world.session.scalars(sa.select(Pep.reference).where(Pep.school_id == world.school_id).order_by(Pep.id)))
    world.session.rollback()
    return found


def attendance(reference: str, **changed: str) -> dict[str, str]:
    return {f"{reference}--attendance-0-{name}": text for name, text in {**RIGHT, **changed}.items()}


def saved(world: World) -> list[tuple[str, int, int, date]]:
    world.session.expire_all()
    world.act(SYSTEM)
    wanted = sa.select(Pep.reference, AttendanceSummary.possible, AttendanceSummary.present, AttendanceSummary.figures_to)
    found = [tuple(row) for row in world.session.execute(wanted.join(Pep, AttendanceSummary.pep_id == Pep.id).order_by(Pep.id))]
    world.session.rollback()
    return found  # type: ignore[return-value]  # as selected


def errors(page: Page) -> dict[str, str]:
    """By the name of its cell, what is said beside it."""
    assert page.tree is not None
    found = page.tree.xpath("//td//input[@aria-invalid='true'] | //td//select[@aria-invalid='true']")
    return {each.get("name"): " ".join(each.xpath("string(../p[@class='error'])").split()) for each in found}


def value(page: Page, name: str) -> str:
    assert page.tree is not None
    return str(page.tree.xpath("string(//input[@name=$name]/@value)", name=name))


def test_all_children_are_saved_in_one_go_and_nothing_else_is_touched(world: World, teacher: Visitor) -> None:
    first, second = references(world)
    page = teacher.get(GRID)
    assert "Robin Musterkind0" in page.main and "Robin Musterkind2" in page.main and "Jule" not in page.main
    done = page.send("csrf_token", **attendance(first), **attendance(second, present="100", authorised="", unauthorised=""))
    assert done.status == 200 and "Saved for 2 children." in done.main
    assert saved(world) == [(first, 100, 93, date(2024, 11, 15)), (second, 100, 100, date(2024, 11, 15))]
    again = done.send("csrf_token")
    assert "Nothing was changed." in again.main
    world.act(SYSTEM)
    events = world.session.execute(sa.select(AuditEvent.action, AuditEvent.details).where(AuditEvent.action == "pep.write")).all()
    assert [details["fields"] for _, details in events] == [["attendance"], ["attendance"]]


def test_what_is_right_is_saved_and_what_is_wrong_stays_as_it_was_typed(world: World, teacher: Visitor) -> None:
    first, second = references(world)
    page = teacher.get(GRID).send("csrf_token", **attendance(first), **attendance(second, possible="many", present="120"))
    assert page.status == 422 and "Saved for 1 child, not yet for 1" in page.main
    assert errors(page) == {f"{second}--attendance-0-possible":
                            "Error: Possible sessions: Enter a whole number, like 17. (DATA-shape)"}
    assert value(page, f"{second}--attendance-0-possible") == "many" and value(page, f"{second}--attendance-0-present") == "120"
    assert [each[0] for each in saved(world)] == [first]
    page = page.send("csrf_token", **{f"{second}--attendance-0-possible": "100",
                                      f"{second}--attendance-0-figures_to": "30 Nov 2024"})
    assert page.status == 422 and "Nothing was saved yet" in page.main
    assert errors(page) == {f"{second}--attendance-0-present":
                            "Error: The sessions attended are more than the sessions possible. (HB-4.1)"}
    page = page.send("csrf_token", **{f"{second}--attendance-0-present": "90"})
    assert errors(page) == {f"{second}--attendance-0-figures_to":
                            "Error: Figures up to 30 Nov 2024: that day has not come yet. (DATA-dates)"}
    page = page.send("csrf_token", **{f"{second}--attendance-0-figures_to": ""})
    assert errors(page) == {f"{second}--attendance-0-figures_to": "Error: “Figures up to” is empty. (HB-4.1)"}
    assert page.send("csrf_token", **{f"{second}--attendance-0-figures_to": "15/11/2024"}).status == 200
    assert [each[0] for each in saved(world)] == [first, second]


def test_a_colleagues_figures_and_mine_are_both_shown(world: World, teacher: Visitor) -> None:
    first, second = references(world)
    mine = teacher.get(GRID)
    pep = world.pep_of()
    line = {"id": None, "possible": 100, "present": 50, "authorised": 50, "unauthorised": 0, "figures_to": date(2024, 11, 1)}
    world.save(pep, "attendance", world.officer, attendance=(line,))
    world.session.commit()
    page = mine.send("csrf_token", **attendance(first), **attendance(second))
    assert page.status == 409 and "Saved for 1 child, not yet for 1" in page.main
    assert "Saved meanwhile elsewhere for Robin" in page.main and "Attended: 50" in page.main
    assert value(page, f"{first}--attendance-0-present") == "93"
    assert page.send("csrf_token").status == 200, "saving again keeps mine"
    assert saved(world)[0] == (first, 100, 93, date(2024, 11, 15))


def test_a_signed_part_is_left_out_and_one_signed_meanwhile_keeps_its_signature(world: World, teacher: Visitor) -> None:
    first, second = references(world)
    page = teacher.get(GRID)
    row = sections.take_part(world.session, world.pep_of(), Part.EDUCATION)
    row.signed_by, row.signed_name, row.signed_at = "person:1", "Tess Lehrer", NOW
    world.session.commit()
    late = page.send("csrf_token", **attendance(first), **attendance(second))
    assert late.status == 422 and "Saved for 1 child, not yet for 1" in late.main
    assert f"Part 2 · Education of {first} was signed by Tess Lehrer on 18 Nov 2024." in late.main
    assert value(late, f"{first}--attendance-0-present") == "93", "what was typed is there to copy"
    fresh = teacher.get(GRID)
    assert "Signed already" in fresh.main and f"{first}--base-attendance" not in fresh.text
    assert fresh.link("Robin Musterkind0").heading == "Attendance and behaviour"
    assert [each[0] for each in saved(world)] == [second]
    world.act(SYSTEM)
    assert sections.take_part(world.session, world.pep_of(), Part.EDUCATION).signed_name == "Tess Lehrer"


def test_what_was_typed_for_a_pep_that_is_gone_from_the_desk_is_told(world: World, teacher: Visitor) -> None:
    first, second = references(world)
    page = teacher.get(GRID)
    pep = world.pep_of()
    pep.school_id, pep.writer_id = world.other_school_id, world.other_teacher.person_id
    world.session.commit()
    late = page.send("csrf_token", **attendance(first), **attendance(second))
    assert late.status == 409 and "What you typed and could not be saved" in late.main
    assert f"{first}, Attendance this year, line 1: Attended93" in late.main
    assert [each[0] for each in saved(world)] == [second]


def test_each_core_subject_has_its_row_and_a_cleared_row_is_taken_away(world: World, teacher: Visitor) -> None:
    first, _ = references(world)

    def stands() -> list[tuple[str, str]]:
        world.session.expire_all()
        world.act(SYSTEM)
        wanted = sa.select(Attainment.subject, Attainment.current).order_by(Attainment.id)
        found = [tuple(row) for row in world.session.execute(wanted)]
        world.session.rollback()
        return found  # type: ignore[return-value]  # as selected

    page = teacher.get(f"{GRID}?of=attainment")
    subjects = page.tree.xpath("//tr[.//a[contains(., 'Musterkind0')]]/td[@data-label='Subject']")
    assert [each.text_content().strip() for each in subjects] == ["English", "Maths", "Science"]
    cells = {f"{first}--attainment-1-current": "Grade 4", f"{first}--attainment-2-current": "Grade 5"}
    page = page.send("csrf_token", **cells, **{f"{first}--attainment-1-on_track": "ON"})
    own = "Error: “Grade 5” is kept as your own scale has it. Choose beside it how that is against the age. (HB-4.1)"
    assert errors(page) == {f"{first}--attainment-2-on_track": own}
    assert page.tree.xpath(f"//input[@name='{first}--attainment-2-current']/@value") == ["Grade 5"], "nothing typed is lost"
    assert stands() == []
    page = page.send("csrf_token", **{f"{first}--attainment-2-on_track": "B"})
    assert page.status == 200 and stands() == [("Maths", "Grade 4"), ("Science", "Grade 5")]
    cleared = {f"{first}--attainment-0-{name}": "" for name in ("current", "expected", "target", "on_track", "progress")}
    assert page.send("csrf_token", **cleared).status == 200 and stands() == [("Science", "Grade 5")]


def test_the_words_of_the_childs_year_are_offered_and_none_is_demanded(world: World, teacher: Visitor) -> None:
    """Robin is in Year 8. Each box names a list that is there once, in the grid and on the page of the section."""
    [reference, _] = references(world)
    number = 1
    for page in (teacher.get(f"{GRID}?of=attainment"), teacher.get(f"/admin/pep/peps/section/?id={number}&section=learning")):
        assert page.tree is not None
        lists = page.tree.xpath("//datalist/@id")
        named = page.tree.xpath("//main//input/@list")
        assert named and len(set(lists)) == len(lists) and set(named) <= set(lists)
        [words] = {tuple(page.tree.xpath("//datalist[@id=$one]/option/@value", one=one)) for one in named if "current" in one}
        assert words == ("Well below", "Below", "At age-related expectation", "Above", "Not assessed yet")
        [later] = {tuple(page.tree.xpath("//datalist[@id=$one]/option/@value", one=one)) for one in named if "target" in one}
        assert later[:4] == words[:4] and later[-2:] == ("9", "Not entered")
    grid = teacher.get(f"{GRID}?of=attainment")
    line = f"{reference}--attainment-0"
    done = grid.send("csrf_token", **{f"{line}-current": "B3 of our own", f"{line}-on_track": "ON"})
    assert "Saved for 1 child" in done.main, "a school's own scale is taken"


def test_only_what_is_declared_is_taken(world: World, teacher: Visitor) -> None:
    first, _ = references(world)
    page = teacher.get(GRID)
    honest = [(each.get("name"), each.get("value") or "") for each in page.form("csrf_token").xpath(".//input[@name]")]
    typed = attendance(first) | {f"{first}--attendance-0-pep_id": "2", f"{first}--behaviour": "serious",
                                 f"{first}--base-behaviour": "x",
                                 "9999-AUT-0001--attendance-0-possible": "5", "attendance-0-possible": "7"}
    data = [(name, text) for name, text in honest if name not in typed] + list(typed.items())
    assert teacher.post(GRID, data).status == 409, "a PEP that is not theirs is told, not taken"
    assert len(saved(world)) == 1
    world.act(SYSTEM)
    assert world.session.scalars(sa.select(AttendanceSummary.pep_id)).one() == world.pep_of().id


@pytest.mark.parametrize("asked", ["?of=money", "?of=attainment&of=attendance"])
def test_a_strange_grid(world: World, teacher: Visitor, asked: str) -> None:
    assert teacher.get(f"{GRID}{asked}").status == (404 if "money" in asked else 200)


def test_a_list_of_figures_is_the_writers_alone(world: World) -> None:
    wanted: list[Any] = [Lines(world.pep_of().id, (), "")]
    with pytest.raises(NotAllowed):
        figures.record_each(world.session, "attendance", "attendance", wanted, actor=world.act(world.worker), today=TODAY)
