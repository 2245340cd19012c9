"""Days that cannot be meant; the child's name on a sent PEP's page; whose page of signing it is; what is called optional."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest

from pep_admin.exceptions import Refused
from pep_admin.models import Child
from pep_admin.vocabulary import PepStatus
from pep_admin.workflow import delegation
from tests.integration.test_next_term import AT, MEETING, SPRING_DAY
from tests.visiting import Visitor
from tests.world import World, writing

pytestmark = pytest.mark.slow

PEPS = "/admin/pep/peps"
Enter = Callable[[str], Visitor]
SDQ = {"id": None, "total": 12, "completed_by": "carer"}
ACTION = {"id": None, "what": "Order the books", "who": "Ms Lehrer"}


@pytest.mark.parametrize(("section", "key", "day"), [
    ("health", "sdq", date(2024, 11, 19)), ("health", "sdq", date(2011, 5, 13)),  # tomorrow; the child was born on 14 May 2011
    ("about", "next_care_review_on", date(2099, 1, 1)), ("about", "next_care_review_on", date(2011, 5, 13)),
    ("actions", "actions", date(2099, 1, 1)), ("actions", "actions", date(1950, 1, 1)),
    ("actions", "next_pep_on", date(2099, 1, 1)),
])
def test_a_day_that_cannot_be_meant_is_refused_and_nothing_is_stored(world: World, section: str, key: str, day: date) -> None:
    pep = world.written_pep(money=False)
    before = world.session.connection().exec_driver_sql("SELECT count(*) FROM pep_record_change").scalar_one()
    with pytest.raises(Refused, match=r"heck the year\.|still to come\.|was born on 14 May 2011"):
        world.save(pep, section, world.worker, **{key: _answer(key, day)})
    assert world.session.connection().exec_driver_sql("SELECT count(*) FROM pep_record_change").scalar_one() == before


@pytest.mark.parametrize(("section", "key", "day"), [
    ("health", "sdq", date(2020, 11, 18)), ("actions", "actions", date(2025, 7, 1)), ("actions", "next_pep_on", date(2025, 2, 10)),
])
def test_an_honest_day_is_taken(world: World, section: str, key: str, day: date) -> None:
    pep = world.written_pep(money=False)
    assert world.save(pep, section, world.worker, **{key: _answer(key, day)}).changed == (key,)


@pytest.mark.parametrize(("day", "taken"), [(date(2024, 11, 18), True), (date(2024, 11, 19), False)])
def test_attendance_is_told_up_to_a_day_that_has_come(world: World, day: date, taken: bool) -> None:
    pep = world.written_pep(money=False)
    line = {"id": None, "possible": 100, "present": 90, "figures_to": day}
    if taken:
        assert world.save(pep, "attendance", world.teacher, attendance=(line,)).changed == ("attendance",)
        return
    with pytest.raises(Refused, match=r"Line 1 .*that day has not come yet\."):
        world.save(pep, "attendance", world.teacher, attendance=(line,))


def _answer(key: str, day: date) -> Any:
    return {"sdq": ({**SDQ, "completed_on": day},), "actions": ({**ACTION, "by_on": day},)}.get(key, day)


@pytest.mark.parametrize(("typed", "status"), [("18 Nov 2099", 422), ("18 Nov 2025", 200), ("13 May 2011", 422)])
def test_a_plan_is_reviewed_in_the_childs_life_and_within_two_years(enter: Enter, typed: str, status: int) -> None:
    page = enter("officer").get("/admin/pep/children/edit/?id=1").send("ehcp_review_on", ehcp_review_on=typed, sen_status="E")
    assert page.status == status
    assert ("more than two years ahead" in page.main or "was born on 14 May 2011" in page.main) is (status == 422)


def test_a_sent_peps_page_names_the_child_as_on_its_day_and_as_now(world: World, enter: Enter) -> None:
    pep = world.sent_pep().id
    world.act(world.officer)
    world.session.get_one(Child, world.child_id).last_name = "Umbenannt"
    world.session.commit()
    page = enter("officer").get(f"{PEPS}/details/?id={pep}")
    assert "Robin Musterkind0 (now Robin Umbenannt)" in page.main


@pytest.mark.parametrize(("who", "part", "status"), [
    ("teacher", "education", 200), ("teacher", "meeting", 403), ("teacher", "social_care", 403),
    ("worker", "education", 403), ("worker", "meeting", 200), ("worker", "social_care", 200), ("officer", "meeting", 200),
])
def test_the_page_of_signing_is_for_whose_part_it_is(world: World, enter: Enter, who: str, part: str, status: int) -> None:
    pep = world.pep_of().id
    world.session.commit()
    assert enter(who).get(f"{PEPS}/sign/?id={pep}&part={part}").status == status


def test_a_reason_that_is_asked_for_is_not_called_optional(world: World, enter: Enter) -> None:
    world.graded_pep()
    request = world.requests_of(world.pep_of())[0].id
    world.session.commit()
    page = enter("officer").get(f"/admin/pep/ppg_requests/withdraw-approved/?id={request}")
    assert page.status == 200 and "(optional)" not in page.main


def test_last_targets_that_wait_are_not_called_optional(world: World, enter: Enter) -> None:
    world.graded_pep()
    world.launch(on=SPRING_DAY, term="spring")
    pep = world.pep_of()
    delegation.delegate_peps(world.session, [pep.id], actor=world.act(world.officer), now=AT, run="spring")
    writing.write(world.session, pep, meeting_on=MEETING, money=False)
    assert pep.status is PepStatus.IN_PROGRESS
    pep_id = pep.id
    world.session.commit()
    page = enter("teacher").get(f"{PEPS}/section/?id={pep_id}&section=last_targets")
    assert page.tree is not None
    heading = page.tree.xpath("string(//main//legend[contains(., 'Last targets')])")
    assert "Last targets, reviewed with the child" in heading and "(optional)" not in heading
