"""Late, and whose delay (HB-1.2 to 1.4): on the front page, in the list of PEPs and its filters, on the PEP's page, exported."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from pep_admin import config, queries
from pep_admin.clocks import Whose
from pep_admin.models import Pep
from pep_admin.permissions import SYSTEM
from pep_admin.vocabulary import Decision, Grade, LegalStatus, Part, PepKind, SenStatus
from pep_admin.workflow import delegation, peps, reviews, roll, sections
from tests.visiting import Page
from tests.world import NOW, TODAY, World, accepting, writing

pytestmark = pytest.mark.slow  # the quick suite stays under a minute; `make check` runs everything

FRONT, PEPS = "/admin/", "/admin/pep/peps/"
TERM = "29 Nov 2024 Deadline of Autumn 2024-25"


def cell(page: Page, reference: str) -> str:
    """What the list says of the due day of that PEP."""
    (row,) = [each for each in page.tree.xpath("//main//tbody/tr") if reference in each.text_content()]  # type: ignore[union-attr]  # it is there, or the test fails here
    (due,) = row.xpath("./td[starts-with(@data-label, 'Due')]")
    return " ".join(due.text_content().split())


def listed(enter: Any, **asked: str) -> list[str]:
    """References in the list as the officer sees it with those filters."""
    query = "&".join(f"flt{number}_{key}={value}" for number, (key, value) in enumerate(asked.items()))
    page = enter("officer").get(f"{PEPS}?{query}")
    assert page.status == 200
    return [" ".join(each.text_content().split()) for each in page.tree.xpath("//main//tbody/tr//span[@class='reference']")]


def new_child(world: World, entered_on: date, told_on: date | None, name: str = "Neu") -> Pep:
    """Somebody new in care at the first school, with a first PEP that has not been sent to its writers."""
    child = roll.take_into_care(
        world.session, actor=SYSTEM, today=TODAY, school_id=world.school_id, social_worker_id=world.worker.person_id,
        facts={"first_name": name, "last_name": "Musterkind", "date_of_birth": date(2012, 2, 1), "lcs_id": f"N-{name}",
               "entered_care_on": entered_on, "notified_on": told_on, "legal_status": LegalStatus.C2, "sen_status": SenStatus.NONE},
    )
    return peps.initiate_pep(world.session, child, world.autumn, kind=PepKind.INITIAL, reason="", actor=world.act(world.officer),
                             today=TODAY, now=NOW)


def test_a_first_pep_that_is_not_with_its_writers_in_time_is_late_before_it_is_due(world: World, enter: Any) -> None:
    """By hand: 10 working days from Mon 28 Oct are Mon 11 Nov, from Mon 4 Nov they are Mon 18 Nov, today."""
    late, told_late, today = (
        new_child(world, entered, told, name)
        for entered, told, name in ((date(2024, 10, 28), date(2024, 10, 29), "Spaet"), (date(2024, 10, 28), TODAY, "Nachricht"),
                                    (date(2024, 11, 4), date(2024, 11, 4), "Heute"))
    )
    names, number, late_id = (late.reference, told_late.reference, today.reference), late.id, late.id
    assert late.due_on > TODAY
    world.session.commit()
    officer = enter("officer")
    assert "2 Late" in " ".join(officer.get(FRONT).main.split())
    assert sorted(listed(enter, stage="late")) == sorted(names[:2])
    assert listed(enter, waits_with="opening") == [names[0]] and listed(enter, waits_with="told_late") == [names[1]]
    assert "Late by 7 days: The Virtual School, opening it" in cell(officer.get(PEPS), names[0])
    told = officer.get(f"{PEPS}details/?id={number}").main
    assert "Sent to its writers: Late by 7 days." in told
    assert "It waited with the Virtual School: it was told on 29 Oct 2024, working day 1" in told
    assert "HB-1.2" in told
    delegation.delegate_peps(world.session, [late_id], actor=world.act(world.officer), now=NOW, run="late")
    world.session.commit()
    assert listed(enter, stage="late") == [names[1]]


def test_the_day_that_is_due_is_not_late_and_the_next_is(world: World, enter: Any) -> None:
    reference = world.written_pep(money=False).reference
    world.session.commit()
    config.move_today(date(2024, 11, 29))
    assert cell(enter("officer").get(PEPS), reference) == TERM and listed(enter, stage="late") == []
    config.move_today(date(2024, 11, 30))
    assert cell(enter("officer").get(PEPS), reference) == f"{TERM} Late by 1 day: The school and social care"
    for whose, there in (("school", True), ("social_care", True), ("opening", False), ("writers", False), ("qa", False)):
        assert (reference in listed(enter, waits_with=whose)) is there
    for who in ("teacher", "worker"):
        page = enter(who).get(f"{PEPS}?")
        assert "Late by 1 day" in cell(page, reference)


def test_a_part_that_is_signed_keeps_nobody_waiting(world: World, enter: Any) -> None:
    pep = world.written_pep(money=False)
    number, reference = pep.id, pep.reference
    sections.sign_part(world.session, pep.id, Part.EDUCATION, actor=world.act(world.teacher), today=TODAY, now=NOW)
    world.session.commit()
    config.move_today(date(2024, 12, 2))
    assert reference not in listed(enter, waits_with="school") and reference in listed(enter, waits_with="social_care")
    told = enter("teacher").get(f"{PEPS}details/?id={number}").main
    assert "Signed and sent: Late by 3 days. It waited with social care: Part 1 · Social care not signed, Sara Sozial" in told
    assert "HB-1.4" in told


def test_the_virtual_schools_own_queue_makes_nobody_late(world: World, enter: Any) -> None:
    pep = world.sent_pep(money=False)
    number, reference = pep.id, pep.reference
    world.session.commit()
    config.move_today(date(2024, 12, 18))
    assert cell(enter("officer").get(PEPS), reference) == TERM and reference not in listed(enter, stage="late")
    assert "Late by" not in enter("teacher").get(f"{PEPS}details/?id={number}").main


def test_what_was_held_beyond_its_day_and_sent_back_is_the_virtual_schools_delay(world: World, enter: Any) -> None:
    pep = world.sent_pep(money=False)
    number, reference, day = pep.id, pep.reference, date(2024, 12, 2)
    reviews.grade_pep(world.session, number, accepting(Grade.AMBER, decision=Decision.RETURN), actor=world.act(world.officer),
                      today=day, now=datetime(2024, 12, 2, 9, 0, tzinfo=UTC))
    world.session.commit()
    config.move_today(date(2024, 12, 4))
    assert listed(enter, waits_with="qa") == [reference] and reference not in listed(enter, waits_with="school")
    assert cell(enter("officer").get(PEPS), reference) == f"{TERM} Late by 5 days: The Virtual School, reading it"
    told = enter("teacher").get(f"{PEPS}details/?id={number}").main
    assert "it was sent in time, on 18 Nov 2024, and sent back on 02 Dec 2024." in told


def test_what_was_sent_late_says_so_afterwards_but_waits_no_more(world: World, enter: Any) -> None:
    pep, at = world.written_pep(money=False), datetime(2024, 12, 3, 9, 0, tzinfo=UTC)
    reference = pep.reference
    writing.sign_and_send(world.session, pep, today=at.date(), now=at)
    world.session.commit()
    config.move_today(date(2024, 12, 4))
    assert cell(enter("officer").get(PEPS), reference) == f"{TERM} Done on 03 Dec 2024, 4 days late: The school and social care"
    assert reference not in listed(enter, stage="late") + listed(enter, waits_with="school")


def test_without_a_school_place_the_delay_is_nobodys(world: World, enter: Any) -> None:
    pep = world.written_pep(money=False)
    reference = pep.reference
    for part in (Part.SOCIAL_CARE, Part.MEETING):
        sections.sign_part(world.session, pep.id, part, actor=world.act(world.worker), today=TODAY, now=NOW)
    world.act(SYSTEM)
    pep.school_id = None
    world.session.commit()
    config.move_today(date(2024, 12, 2))
    assert listed(enter, waits_with="no_place") == [reference] and reference not in listed(enter, waits_with="school")


def test_the_spreadsheet_says_how_the_day_came_about_and_who_waited(world: World, enter: Any) -> None:
    world.written_pep(money=False)
    world.session.commit()
    config.move_today(date(2024, 12, 2))
    text = enter("officer").get(f"{PEPS}export/csv/").text
    assert "How that date was worked out" in text and '"Late, waited with"' in text
    assert "Deadline of Autumn 2024-25,The school and social care" in text


def test_the_database_and_the_judgement_agree_on_what_is_late(world: World) -> None:
    """Every open PEP, on every day of ten weeks: late by the one where it is late by the other, and with whom by the filter."""
    world.written_pep(money=False)
    new_child(world, date(2024, 10, 28), date(2024, 10, 29), "Eins")
    new_child(world, date(2024, 11, 15), None, "Zwei")
    world.act(SYSTEM)
    for ahead in range(0, 70, 3):
        day = TODAY + timedelta(days=ahead)
        everyone = world.session.scalars(select(Pep)).all()
        waiting = {pep.id for pep in everyone if pep.status in queries.OPEN_TO_WRITE}
        found = {key: delay for key, delay in queries.delays(world.session, everyone, day).items() if key in waiting}
        assert set(world.session.scalars(select(Pep.id).where(queries.late_now(world.session, day)))) == set(found), day
        for whose in Whose:
            with_them = world.session.scalars(select(Pep.id).where(queries.late_with(world.session, whose, day)))
            assert set(with_them) == {key for key, delay in found.items() if whose in delay.whose}, (day, whose)


def test_the_filter_shows_only_children_whom_the_reader_sees(enter: Any) -> None:
    config.move_today(date(2024, 12, 2))
    assert len(listed(enter, waits_with="school")) == 2
    page = enter("teacher").get(f"{PEPS}?flt0_waits_with=school")
    assert "Robin Musterkind0" in page.main and "Musterkind1" not in page.main
