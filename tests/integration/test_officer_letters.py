"""Word to a child's officer of what cannot wait (HB-3.6): each once, naming no child, and to nobody who is it no longer."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
import sqlalchemy as sa

from pep_admin.models import Child, Delivery, ExclusionAlert, Suspension
from pep_admin.permissions import SYSTEM, Actor
from pep_admin.school_words import ExclusionConcern
from pep_admin.server.worker import run_once
from pep_admin.vocabulary import DeliveryState, SuspensionKind
from pep_admin.workflow import exclusions
from pep_admin.workflow.records import save_record
from tests.host.foreign_app import Council
from tests.integration.post_office import PostOffice, text_of
from tests.world import TODAY, World

pytestmark = pytest.mark.slow  # the quick suite stays under a minute; `make check` runs everything

OFFICER, HEAD = "ole.amt@example.org", "hanna.amt@example.org"
MONDAY, TUESDAY = date(2024, 11, 11), date(2024, 11, 12)


@pytest.fixture
def world(world: World, council: Council, post_office: PostOffice) -> World:
    """The officer has the first child; nothing else waits to be sent."""
    world.act(SYSTEM)
    world.session.get_one(Child, world.child_id).case_officer_id = world.officer.person_id
    world.session.execute(sa.update(Delivery).values(state=DeliveryState.SENT))
    world.session.commit()
    council.app.config.update(post_office.settings, PEP_ADMIN_BASE_URL="https://pep.example.org")
    return world


def told(**changed: Any) -> exclusions.Telling:
    return exclusions.Telling(**{"concern": ExclusionConcern.RISK, "since_on": TODAY, "happened": "Robin fought at lunch",
                                 "tried": "A key adult", **changed})


def tell(world: World, who: Actor) -> ExclusionAlert:
    return exclusions.tell_exclusion_risk(world.session, world.child_id, told(), actor=world.act(who), today=TODAY)


def suspend(world: World, first: date, last: date, half_days: int, who: Actor | None = None) -> Suspension:
    row = Suspension(child_id=world.child_id, school_id=world.school_id, kind=SuspensionKind.SUSPENSION, started_on=first,
                     ended_on=last, half_days=half_days)
    return save_record(world.session, row, actor=world.act(who or world.teacher), today=TODAY)


def arrived(world: World, council: Council, office: PostOffice) -> list[str]:
    """The words of the letters that come now; they go to the officer and name nobody."""
    world.session.commit()
    before = len(office.received)
    run_once(council.app)
    found = [text_of(message) for to, message in office.received[before:] if to == [OFFICER]]
    assert len(found) == len(office.received) - before
    assert not [text for text in found if any(name in text for name in ("Robin", "Musterkind", "Alder", "lunch"))]
    assert all("https://pep.example.org/admin/pep/from_mail/?message=" in text and "&to=alerts" in text for text in found)
    return found


def test_a_risk_is_told_at_once_and_what_is_new_again(world: World, council: Council, post_office: PostOffice) -> None:
    alert = tell(world, world.teacher)
    [letter] = arrived(world, council, post_office)
    assert "a child’s place at school is at risk" in letter
    for _ in range(2):
        exclusions.add_to_alert(world.session, alert.id, told(happened="Again today"), actor=world.act(world.worker), today=TODAY)
    assert len(arrived(world, council, post_office)) == 1, "pressed twice, told once"


def test_a_suspension_is_told_once_and_the_limit_of_the_law_once_a_year(
    world: World, council: Council, post_office: PostOffice
) -> None:
    """From 2 Sep to 8 Nov 2024 there are 45 days of school, half-term left out: 90 half days."""
    first = suspend(world, date(2024, 9, 2), date(2024, 11, 8), 88)
    [letter] = arrived(world, council, post_office)
    assert "a suspension or an exclusion was put on record" in letter
    first.half_days = 89
    save_record(world.session, first, actor=world.act(world.teacher), today=TODAY)
    assert arrived(world, council, post_office) == [], "a correction is no news below 45 days"
    suspend(world, MONDAY, MONDAY, 1)
    letters = arrived(world, council, post_office)
    assert len(letters) == 2 and "suspended for 45 school days or more" in "".join(letters)
    suspend(world, TUESDAY, TUESDAY, 1)
    assert len(arrived(world, council, post_office)) == 1


def test_who_tells_it_themselves_is_not_told(world: World, council: Council, post_office: PostOffice) -> None:
    tell(world, world.officer)
    suspend(world, MONDAY, MONDAY, 2, world.officer)
    assert arrived(world, council, post_office) == []
    world.act(SYSTEM)
    world.session.get_one(Child, world.child_id).case_officer_id = None
    world.session.flush()
    suspend(world, TUESDAY, TUESDAY, 2)
    assert arrived(world, council, post_office) == []


def test_a_child_without_an_officer_is_every_officers(world: World, council: Council, post_office: PostOffice) -> None:
    """Ole and Hanna each have a child; the first child is nobody's. One letter a person for each thing that is told (HB-3.6)."""
    def letters() -> dict[str, list[str]]:
        world.session.commit()
        before = len(post_office.received)
        run_once(council.app)
        found: dict[str, list[str]] = {}
        for [to], message in post_office.received[before:]:
            found.setdefault(to, []).append(text_of(message))
        assert not [name for texts in found.values() for name in ("Robin", "Musterkind", "Alder") if name in "".join(texts)]
        return found

    world.act(SYSTEM)
    nobodys, oles = (world.session.get_one(Child, each) for each in (world.child_id, world.other_child_id))
    nobodys.case_officer_id, oles.case_officer_id = None, world.officer.person_id
    other = Child(first_name="Tove", last_name="Beispiel", date_of_birth=date(2012, 3, 1), entered_care_on=date(2024, 9, 2),
                  legal_status=oles.legal_status, case_officer_id=world.head.person_id)
    world.session.add(other)
    letters()  # that Tove has no school
    tell(world, world.teacher)
    for [letter] in (found := letters()).values():
        assert "place at school is at risk" in letter and "You are the officer" not in letter
        assert "That child has no officer, so every officer is told." in letter
    assert set(found) == {OFFICER, HEAD}

    suspend(world, date(2024, 9, 2), date(2024, 11, 8), 90)
    assert {to: len(texts) for to, texts in letters().items()} == {OFFICER: 2, HEAD: 2}, "it, and that it makes 45 days"
    suspend(world, MONDAY, MONDAY, 2, world.officer)
    assert {to: len(texts) for to, texts in letters().items()} == {HEAD: 1}, "who says so themselves need not be told"

    suspend(world, TUESDAY, TUESDAY, 2)
    nobodys.case_officer_id = world.head.person_id
    assert {to: len(texts) for to, texts in letters().items()} == {HEAD: 1}, "taken on meanwhile"


def test_whose_child_it_is_no_longer_gets_nothing(world: World, council: Council, post_office: PostOffice) -> None:
    tell(world, world.teacher)
    world.act(SYSTEM)
    world.session.get_one(Child, world.child_id).case_officer_id = world.head.person_id
    assert arrived(world, council, post_office) == []
    assert world.session.scalars(sa.select(Delivery.problem).where(Delivery.template == "officer_told")).one() == (
        "Somebody else is the child's officer now.")
