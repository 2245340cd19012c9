"""The board of the term: each child of the term on one stage, each number its own list, this day last term beside it (HB-7.6)."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from pep_admin import config
from pep_admin.models import Child, Pep, Person
from pep_admin.permissions import SYSTEM
from pep_admin.queries.board import board_of, same_day
from pep_admin.stages import Stage
from pep_admin.vocabulary import Decision, Grade, Part, PepStatus
from pep_admin.workflow import delegation, peps, reviews, roll, sections
from tests.visiting import Page
from tests.world import NOW, TODAY, World, accepting, build_world

pytestmark = pytest.mark.slow  # the quick suite stays under a minute; `make check` runs everything

BOARD = "/admin/pep/board/"


def _six_children(session: Session) -> World:
    """Six children, on six stages by 18 Nov 2024: signed off, with the Virtual School, sent back, signed by the school alone,
    sent out, and one who came after the launch, without a PEP. Even ones are at Alder School."""
    world = build_world(session, children=6)
    world.launch()
    ids = list(session.scalars(sa.select(Child.id).order_by(Child.id)))
    world.graded_pep(child_id=ids[0])
    world.sent_pep(child_id=ids[1])
    returned = world.sent_pep(child_id=ids[2])
    reviews.grade_pep(session, returned.id, accepting(Grade.RED, decision=Decision.RETURN), actor=world.act(world.officer),
                      today=TODAY, now=NOW)
    half = world.written_pep(child_id=ids[3])
    sections.sign_part(session, half.id, Part.EDUCATION, actor=world.act(world.other_teacher), today=TODAY, now=NOW)
    delegation.delegate_peps(session, [world.pep_of(ids[4]).id], actor=world.act(world.officer), now=NOW, run="run-x")
    peps.withdraw_pep(session, world.pep_of(ids[5]).id, reason="Entered in error", actor=world.act(world.officer), now=NOW)
    world.act(SYSTEM)
    return world


@pytest.fixture(scope="module")
def written_world(write_world: Callable[..., tuple[Path, World]]) -> tuple[Path, World]:
    return write_world(_six_children)


@pytest.fixture
def six(world: World) -> World:
    return world


def stages(world: World, day: date = TODAY) -> list[str]:
    world.act(SYSTEM)
    return [row.stage.value for row in board_of(world.session, world.autumn, day, today=TODAY)]


def numbers(page: Page) -> dict[str, dict[str, int]]:
    """By the words of the line and of the column, what stands there."""
    assert page.tree is not None
    found: dict[str, dict[str, int]] = {}
    for row in page.tree.xpath("//table//tbody/tr"):
        cells = {}
        for cell in row.xpath("./td"):
            text = (cell.xpath("string(./a/text())") or cell.xpath("string(./span)")).strip().replace(",", "")
            cells[cell.get("data-label")] = int(text)
        found[" ".join(row.xpath("string(./th)").split())] = cells
    return found


def test_each_child_stands_on_one_stage(six: World) -> None:
    assert stages(six) == ["signed_off", "with_vs", "sent_back", "social_care", "no_meeting", "not_opened"]


def test_a_past_day_is_told_by_the_days_on_record(six: World) -> None:
    """Opened on 9 Sep (the launch), sent out, signed, sent and graded on 18 Nov, as the world's clock stood."""
    assert stages(six, date(2024, 9, 8)) == ["not_opened"] * 6
    assert stages(six, date(2024, 11, 17)) == ["opened"] * 5 + ["not_opened"]
    day_after = board_of(six.session, six.autumn, TODAY, today=date(2024, 11, 19))
    assert [row.stage.value for row in day_after] == stages(six), "sent and sent back on one day is sent back"


def test_what_was_sent_and_came_back_is_told_day_by_day(six: World) -> None:
    """The second one is sent back on the 20th, sent again on the 25th, signed off on the 28th."""
    session, pep = six.session, six.pep_of(list(six.session.scalars(sa.select(Child.id).order_by(Child.id)))[1])

    def at(day: int) -> dict[str, Any]:
        return {"today": date(2024, 11, day), "now": datetime(2024, 11, day, 10, tzinfo=UTC)}

    reviews.grade_pep(session, pep.id, accepting(Grade.AMBER, decision=Decision.RETURN), actor=six.act(six.officer), **at(20))
    six.save(pep, "strengths", six.other_teacher, strengths="Patient, and very good with the little ones")
    for part, who in ((Part.SOCIAL_CARE, six.other_worker), (Part.EDUCATION, six.other_teacher), (Part.MEETING, six.other_worker)):
        sections.sign_part(session, pep.id, part, actor=six.act(who), **at(25))
    peps.submit_pep(session, pep.id, actor=six.act(six.other_teacher), **at(25))
    reviews.grade_pep(session, pep.id, accepting(), actor=six.act(six.officer), **at(28))
    six.act(SYSTEM)
    after = date(2024, 11, 29)
    told = [board_of(session, six.autumn, date(2024, 11, day), today=after)[1].stage.value for day in (17, 18, 20, 24, 25, 28)]
    assert told == ["opened", "with_vs", "sent_back", "sent_back", "with_vs", "signed_off"]


def test_the_board_adds_up_and_each_number_is_its_list(six: World, enter: Any) -> None:
    officer = enter("officer")
    for by in ("phase", "team", "school", "officer"):
        page = officer.get(f"{BOARD}?by={by}")
        found = numbers(page)
        whole = found.pop("All")
        assert whole["Children"] == 6 and sum(whole[stage.label] for stage in Stage) == 6
        assert {key: sum(line[key] for line in found.values()) for key in whole} == whole, by
        assert page.tree is not None
        for link in page.tree.xpath("//table//tbody//a"):
            shown = officer.get(link.get("href"))
            assert shown.tree is not None
            count = int(re.sub(r"\D", "", str(link.xpath("string(./text())"))))
            assert len(shown.tree.xpath("//tbody/tr")) == count, (by, link.get("href"))


def test_the_lines_are_schools_with_their_children(six: World, enter: Any) -> None:
    found = numbers(enter("officer").get(f"{BOARD}?by=school"))
    assert {name: (line["Children"], line["Signed off"], line["Not opened"]) for name, line in found.items()} == {
        "All": (6, 1, 1), "Alder School": (3, 1, 0), "Birch School": (3, 0, 1)}


def test_teams_and_officers_are_named_where_they_are_on_record(six: World, enter: Any) -> None:
    six.act(SYSTEM)
    six.session.get_one(Person, six.worker.person_id).organisation = "Team North"
    six.session.get_one(Child, six.child_id).case_officer_id = six.officer.person_id
    six.session.commit()
    officer = enter("officer")
    assert set(numbers(officer.get(f"{BOARD}?by=team"))) == {"All", "Team North", "No team on record"}
    found = numbers(officer.get(f"{BOARD}?by=officer"))
    assert (found["Ole Amt"]["Signed off"], found["No officer"]["Children"]) == (1, 5)


def test_what_is_ticked_behind_a_number_goes_to_the_bulk_action(six: World, enter: Any) -> None:
    officer = enter("officer")
    shown = officer.get(f"{BOARD}children/?stage=no_meeting")
    assert shown.heading == "No meeting booked" and "Musterkind4" in shown.main
    number = shown.tree.xpath("//input[@name='rowid']/@value")  # type: ignore[union-attr]  # it is a page
    asked = shown.send("rowid", button=("action", "delegate"), choose=number)
    assert "Send to their writers" in asked.main and asked.status == 200
    none = officer.get(f"{BOARD}children/?stage=not_opened")
    assert "Open one…" in none.main and not none.tree.xpath("//input[@name='rowid']")  # type: ignore[union-attr]  # likewise
    assert "No child stands here now." in officer.get(f"{BOARD}children/?stage=booked").main


def test_each_pep_that_is_still_to_be_sent_says_how_far_its_day_is_off(six: World, enter: Any) -> None:
    """From Mon 18 Nov to Fri 29 Nov 2024: 19 to 22 and 25 to 29 are nine working days."""
    officer = enter("officer")
    assert "29 Nov 2024 9 working days off" in " ".join(officer.get(f"{BOARD}children/?stage=no_meeting").main.split())
    assert "working days off" not in officer.get(f"{BOARD}children/?stage=signed_off").main
    config.move_today(date(2024, 11, 29))
    assert "29 Nov 2024 today" in " ".join(officer.get(f"{BOARD}children/?stage=no_meeting").main.split())


def test_late_is_what_missed_its_day_and_is_not_sent(six: World, enter: Any) -> None:
    assert numbers(enter("officer").get(BOARD))["All"]["Late"] == 0
    config.move_today(date(2024, 12, 9))  # the deadline of the term was 29 November
    officer = enter("officer")
    assert numbers(officer.get(BOARD))["All"]["Late"] == 3
    shown = officer.get(f"{BOARD}children/?stage=late")
    assert shown.main.count("Late by 10 days") == 3 and "Musterkind0" not in shown.main


def test_this_day_last_term_stands_beside(six: World, enter: Any) -> None:
    """Spring begins on 6 Jan 2025; 28 days in is 3 Feb, and 28 days into autumn (2 Sep) is 30 Sep: all six were opened then."""
    spring = six.term("spring")
    assert same_day(spring, six.autumn, date(2025, 2, 3)) == date(2024, 9, 2) + (date(2025, 2, 3) - spring.starts_on)
    assert same_day(spring, six.autumn, date(2025, 12, 1)) == six.autumn.ends_on
    six.session.rollback()
    config.move_today(date(2025, 2, 3))
    page = enter("officer").get(BOARD)
    assert page.heading == "Spring 2024-25" and "In brackets: Autumn 2024-25 on" in page.main
    assert page.tree is not None
    not_sent_out = page.tree.xpath("//tr[@class='whole']/td[@data-label='Not sent out']")[0]
    assert " ".join(not_sent_out.text_content().split()) == "0 (5)"
    earlier = enter("officer").get(f"{BOARD}?term={six.autumn.id}")
    assert numbers(earlier)["All"]["Signed off"] == 1 and "The deadline was" in earlier.main


def terms_offered(page: Page) -> list[str]:
    assert page.tree is not None
    return [each.text_content() for each in page.tree.xpath("//select[@id='term']/option")]


def test_a_term_that_was_launched_ahead_can_be_shown(six: World, enter: Any) -> None:
    config.move_today(date(2024, 12, 13))
    assert terms_offered(enter("officer").get(BOARD)) == ["Autumn 2024-25"]
    six.launch(date(2024, 12, 13), "spring")
    six.session.commit()
    spring = six.term("spring").id
    six.session.rollback()
    page = enter("officer").get(BOARD)
    assert page.heading == "Autumn 2024-25" and terms_offered(page) == ["Spring 2024-25", "Autumn 2024-25"]
    ahead = enter("officer").get(f"{BOARD}?term={spring}")
    assert ahead.heading == "Spring 2024-25" and numbers(ahead)["All"]["Not sent out"] == 6


def test_in_the_holidays_the_term_with_unfinished_peps_stays(six: World, enter: Any) -> None:
    """Autumn ends on 20 Dec, spring begins on 6 Jan 2025."""
    config.move_today(date(2024, 12, 27))
    assert enter("officer").get(BOARD).heading == "Autumn 2024-25"
    six.session.execute(sa.update(Pep).where(Pep.status != PepStatus.WITHDRAWN).values(
        status=PepStatus.COMPLETE, grade=Grade.GREEN), execution_options={"history_kept": True})
    six.session.commit()
    assert enter("officer").get(BOARD).heading == "Spring 2024-25"
    config.move_today(date(2025, 1, 6))
    assert enter("officer").get(BOARD).heading == "Spring 2024-25"


def test_who_left_care_with_a_pep_stands_on_no_stage(six: World) -> None:
    """The social worker's part waits; the child left on 15 Nov. On 14 Nov the child was in care still."""
    fourth = list(six.session.scalars(sa.select(Child).order_by(Child.id)))[3]
    roll.leave_care(six.session, fourth, on=date(2024, 11, 15), reason="Home", actor=six.act(six.officer), today=TODAY, now=NOW)
    six.act(SYSTEM)
    assert stages(six) == ["signed_off", "with_vs", "sent_back", "no_meeting", "not_opened"]
    assert (len(stages(six, date(2024, 11, 14))), len(stages(six, date(2024, 11, 15)))) == (6, 5)


def test_who_left_care_without_a_pep_is_not_on_it(six: World, enter: Any) -> None:
    last = list(six.session.scalars(sa.select(Child).order_by(Child.id)))[5]
    roll.leave_care(six.session, last, on=date(2024, 11, 15), reason="Went home", actor=six.act(six.officer), today=TODAY, now=NOW)
    six.act(SYSTEM)
    assert stages(six) == ["signed_off", "with_vs", "sent_back", "social_care", "no_meeting"]


@pytest.mark.parametrize("address", [
    "?term=x&by=y", "?term=99999999999999999999", "?by=school&group=%00", "children/?stage=nothing&page=-1",
    "children/?page=999999", "children/?group=" + "x" * 3000, "children/?by=school&group=999999",
])
def test_a_strange_address_asks_for_nothing(six: World, enter: Any, address: str) -> None:
    assert enter("officer").get(f"{BOARD}{address}").status in (200, 400)


def test_without_a_term_it_says_what_to_do(six: World, enter: Any) -> None:
    config.move_today(date(2020, 1, 1))
    page = enter("officer").get(BOARD)
    assert page.status == 200
    config.move_today(date(2039, 1, 1))
    assert enter("officer").get(BOARD).status == 200


def test_no_pep_of_money_alone_and_none_that_was_closed_counts(six: World) -> None:
    six.act(SYSTEM)
    closed = six.session.scalars(sa.select(Pep).where(Pep.status == PepStatus.WITHDRAWN)).one()
    assert closed.id not in {row.pep_id for row in board_of(six.session, six.autumn, TODAY, today=TODAY)}


def test_a_button_with_nothing_ticked_stays_on_the_list_and_says_so(world: World, enter: Any) -> None:
    page = enter("officer").get("/admin/pep/board/children/?by=school")
    same = page.send("action", button=("action", "delegate"))
    assert same.url.startswith("/admin/pep/board/children/") and "by=school" in same.url
    assert "Choose at least one row first." in same.main
    for strange in ("https://evil.example/", "//evil.example/admin/pep/", "/\\evil.example", "/elsewhere/", "/admin/pep/../../x"):
        assert page.send("action", button=("action", "delegate"), url=strange).url.startswith("/admin/pep/peps/")
