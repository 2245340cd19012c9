"""Attainment on the pages: the subjects that are asked, the scale of the child's year, a school's own scale, last term's beside it.

Robin is in Year 8; the autumn PEP is signed off as the demonstration writes it, the spring one is with its writers.
"""

from __future__ import annotations

import io
from collections.abc import Callable
from typing import Any

import pytest
import sqlalchemy as sa
from pypdf import PdfReader

from pep_admin.models import Attainment, Pep
from pep_admin.pep_document import take_part
from pep_admin.permissions import SYSTEM
from pep_admin.vocabulary import Part
from pep_admin.workflow import delegation
from tests.visiting import Page, values_of
from tests.world import NOW, TODAY, World

pytestmark = pytest.mark.slow  # the quick suite stays under a minute; `make check` runs everything

PEPS = "/admin/pep/peps/"
GRID = "/admin/pep/my_peps/figures/?of=attainment"
AT = "At age-related expectation"
Enter = Callable[[str], Any]


@pytest.fixture
def spring(world: World) -> int:
    """The spring PEP of Robin, sent to its writers; the autumn one is signed off."""
    world.graded_pep()
    world.launch(on=TODAY, term="spring")
    pep_id = world.pep_of().id
    delegation.delegate_peps(world.session, [pep_id], actor=world.act(world.officer), now=NOW, run="spring")
    world.session.commit()
    return pep_id


def learning(enter: Enter, pep: int) -> Page:
    page: Page = enter("teacher").get(f"{PEPS}section/?id={pep}&section=learning")
    assert page.status == 200
    return page


def lines(page: Page) -> list[str]:
    """What heads the lines of attainment."""
    found = page.tree.xpath("//fieldset[@id='f-attainment']/fieldset/legend")
    return [" ".join(each.text_content().split()) for each in found]


def beside(page: Page) -> dict[str, str]:
    return {each.get("id").removeprefix("f-").removesuffix("-beside"): each.text_content()
            for each in page.tree.xpath("//main//p[contains(@class, 'beside')]")}


def judged(world: World, pep: int) -> list[tuple[Any, ...]]:
    world.session.expire_all()
    world.act(SYSTEM)
    wanted = sa.select(Attainment.subject, Attainment.current, Attainment.expected, Attainment.target, Attainment.on_track)
    found = [tuple(row) for row in world.session.execute(wanted.where(Attainment.pep_id == pep).order_by(Attainment.position))]
    world.session.commit()
    return found


def test_the_page_asks_for_the_subjects_with_last_terms_judgement_beside_each(enter: Enter, world: World, spring: int) -> None:
    page = learning(enter, spring)
    assert lines(page) == ["English", "Maths", "Science", "Line 4", "Line 5"]
    assert beside(page) == {"attainment-0-current": f"Last term: {AT}", "attainment-1-current": "Last term: Below",
                            "attainment-2-current": f"Last term: {AT}"}
    assert "f-attainment-1-current-beside" in page.tree.xpath("//*[@id='f-attainment-1-current']/@aria-describedby")[0].split()
    saved = page.send("then", button=("then", "stay"), attainment_context="Read.")
    assert "Saved." in saved.main and judged(world, spring) == [], "subjects that the page names are no answers"
    grid = enter("teacher").get(GRID)
    assert set(beside(grid).values()) == {f"Last term: {AT}", "Last term: Below"}


def test_a_value_is_kept_in_the_words_of_the_scale_however_it_was_typed(enter: Enter, world: World, spring: int) -> None:
    for typed in ("ab", "ABOVE", " Above age-related  expectation "):
        page = learning(enter, spring).send("then", button=("then", "stay"), **{
            "attainment-0-current": typed, "attainment-0-expected": "on", "attainment-0-target": "Grade 5"})
        assert page.status == 200
        assert judged(world, spring) == [("English", "Above", AT, "5", "AB")], "and against the age, which the value itself says"


def test_a_schools_own_scale_is_kept_and_asks_for_the_age_beside_it(enter: Enter, world: World, spring: int) -> None:
    page = learning(enter, spring).send("then", button=("then", "stay"), **{"attainment-1-current": "Set 3, B2"})
    [error] = page.tree.xpath("//p[@id='f-attainment-1-on_track-error']")
    assert "“Set 3, B2” is kept as your own scale has it. Choose beside it how that is against the age." in error.text_content()
    assert page.status == 422 and judged(world, spring) == []
    assert page.tree.xpath("//input[@name='attainment-1-current']/@value") == ["Set 3, B2"]
    assert lines(page) == ["English", "Maths", "Science", "Line 4", "Line 5"] and len(beside(page)) == 3, "the page is as it was"
    assert page.send("then", button=("then", "stay"), **{"attainment-1-on_track": "B"}).status == 200
    assert judged(world, spring) == [("Maths", "Set 3, B2", None, None, "B")]


def test_a_subject_of_ones_own_that_says_nothing_else_is_not_dropped(enter: Enter, world: World, spring: int) -> None:
    page = learning(enter, spring).send("then", button=("then", "stay"), **{"attainment-3-subject": "Latin"})
    assert page.status == 422 and "“Now” is empty in line 4 of “Attainment”." in page.main
    assert page.tree.xpath("//input[@name='attainment-3-subject']/@value") == ["Latin"]


def test_what_is_told_back_leaves_out_what_nobody_typed(enter: Enter, world: World, spring: int) -> None:
    page = learning(enter, spring)
    fields = [(key, value) for key, value in values_of(page.form("then")) if key not in ("csrf_token", "attainment-1-current")]
    lost = enter("teacher").post(page.url, [*fields, ("csrf_token", "gone"), ("attainment-1-current", "Set 3")])
    told = [" ".join(each.text_content().split()) for each in lost.tree.xpath("//main//dt")]
    judged_lines = [each for each in told if each.startswith("Attainment")]
    assert lost.status == 400 and judged_lines == ["Attainment, line 2: Now"], "the page itself named the subjects"


def test_a_page_that_nobody_touched_takes_no_signature_away(enter: Enter, world: World, spring: int) -> None:
    """What was typed before there were scales stands as it is."""
    for subject in ("English", "Maths", "Science"):
        world.act(SYSTEM)
        world.session.add(Attainment(pep_id=spring, position=0, subject=subject, current="below", on_track="B"))
    world.session.commit()
    row = take_part(world.session, world.session.get_one(Pep, spring), Part.EDUCATION)
    row.signed_at, row.signed_by, row.signed_name = NOW, "person:1", "Tess Lehrer"
    world.session.commit()
    assert learning(enter, spring).send("then", button=("then", "stay")).status == 200
    world.session.expire_all()
    world.act(SYSTEM)
    assert take_part(world.session, world.session.get_one(Pep, spring), Part.EDUCATION).signed_at is not None
    assert {each[1] for each in judged(world, spring)} == {"below"}


def test_part_2_is_not_signed_while_a_subject_is_missing(enter: Enter, world: World, spring: int) -> None:
    check = f"{PEPS}check/?id={spring}"
    assert "Attainment is missing for English, Maths and Science." in enter("teacher").get(check).main
    learning(enter, spring).send("then", button=("then", "stay"), **{"attainment-1-current": "Below"})
    page = enter("teacher").get(check)
    assert "Attainment is missing for English and Science." in page.main
    learning(enter, spring).send("then", button=("then", "stay"), **{
        "attainment-1-current": "on", "attainment-2-current": "wb"})
    assert "Attainment is missing" not in enter("teacher").get(check).main


def test_the_pdf_shows_now_expected_target_and_last_term(enter: Enter, world: World, spring: int) -> None:
    learning(enter, spring).send("then", button=("then", "stay"), **{
        "attainment-1-current": "on", "attainment-1-expected": "ab", "attainment-1-target": "6"})
    answer = enter("teacher").client.get(f"{PEPS}pdf/?id={spring}")
    words = " ".join(" ".join(page.extract_text() for page in PdfReader(io.BytesIO(answer.data)).pages).split())
    assert "Subject Now Expected at the end of the phase Target Last term Against age" in words
    assert f"Maths {AT} Above 6 Below {AT}" in words


def test_what_changed_tells_the_new_judgements_with_the_old(enter: Enter, world: World, spring: int) -> None:
    learning(enter, spring).send("then", button=("then", "stay"), **{"attainment-1-current": "on", "attainment-1-target": "6"})
    page = enter("teacher").get(f"{PEPS}changes/?id={spring}")
    assert f"Subject: Maths; Now: {AT}; Target: 6" in page.main and "Subject: Maths; Now: Below" in page.main


def test_the_verb_keeps_the_words_of_the_scale_too(world: World, spring: int) -> None:
    rows = ({"id": None, "subject": "Maths", "current": "WB", "expected": None, "target": None, "on_track": None},)
    pep = world.session.get_one(Pep, spring)
    world.save(pep, "learning", world.teacher, attainment=rows)
    assert judged(world, spring) == [("Maths", "Well below", None, None, "WB")]
