"""Where the terms ahead are not on record no due day is guessed: the PEP waits for them, and says so (HB-1.3, HB-1.5)."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from pep_admin.exceptions import Refused
from pep_admin.models import Child, Pep
from pep_admin.permissions import SYSTEM
from pep_admin.vocabulary import LegalStatus, PepKind, PlacementKind, SenStatus
from pep_admin.workflow import peps, roll
from tests.world import World, child

pytestmark = pytest.mark.slow  # the quick suite stays under a minute; `make check` runs everything

IN_JULY = date(2026, 7, 20)
"""2025-26 is the last year on record; its summer term ends in July 2026, before twenty more school days have gone."""
AT = datetime(2026, 7, 20, 9, tzinfo=UTC)


def new_in_care(world: World, on: date) -> Child:
    facts = {"first_name": "Nia", "last_name": "Musterkind8", "date_of_birth": date(2014, 2, 1), "lcs_id": "T-8",
             "entered_care_on": on, "legal_status": LegalStatus.C2, "sen_status": SenStatus.NONE}
    return roll.take_into_care(world.session, facts=facts, placement_kind=PlacementKind.FOSTER, school_id=world.school_id,
                               school_started_on=date(2025, 9, 8), actor=world.act(world.officer), today=IN_JULY)


def open_one(world: World, who: Child, kind: PepKind, *, term: str = "summer", today: date = IN_JULY) -> Pep:
    return peps.initiate_pep(world.session, who, world.term(term, "2025-26"), kind=kind, reason="New home",
                             actor=world.act(world.officer), today=today, now=AT)


@pytest.mark.parametrize("kind", [PepKind.INITIAL, PepKind.TERMLY, PepKind.CHANGE])
def test_a_new_childs_pep_waits_for_the_terms_ahead(world: World, kind: PepKind) -> None:
    nia = new_in_care(world, date(2026, 7, 10))
    with pytest.raises(Refused) as refused:
        open_one(world, nia, kind)
    [finding] = refused.value.findings
    assert (finding.check, finding.code, finding.field) == ("open-terms", "HB-1.3", "kind")
    assert "The term dates from" in finding.message and "are not known" in finding.message and "2026" in finding.message


def test_a_review_for_a_change_waits_for_them_too(world: World) -> None:
    world.act(SYSTEM)
    with pytest.raises(Refused) as refused:
        open_one(world, child(world.session, world.child_id), PepKind.CHANGE)
    assert [each.check for each in refused.value.findings] == ["open-terms"]


def test_a_launch_leaves_that_child_out_and_says_why(world: World) -> None:
    nia = new_in_care(world, date(2026, 7, 10))
    done = peps.launch_term(world.session, world.term("summer", "2025-26"), actor=world.act(world.officer), today=IN_JULY, now=AT)
    assert nia.id not in done.children and world.child_id in done.children
    assert [why for child_id, why in done.skipped if child_id == nia.id] != [] and "are not known" in dict(done.skipped)[nia.id]


def test_where_the_terms_are_known_it_opens_with_its_own_day(world: World) -> None:
    """Entered on Mon 1 Jun 2026, the first school day after the half-term: 20 school days on is Mon 29 Jun 2026."""
    nia = new_in_care(world, date(2026, 6, 1))
    pep = open_one(world, nia, PepKind.INITIAL)
    assert (pep.kind, pep.due_on) == (PepKind.INITIAL, date(2026, 6, 29))


@pytest.mark.parametrize("kind", [PepKind.CHANGE, PepKind.NEED])
def test_a_new_childs_review_for_a_change_is_the_first_pep(world: World, kind: PepKind) -> None:
    """The twenty school days of coming into care win (HB-1.3); the reason is kept."""
    nia = new_in_care(world, date(2026, 6, 1))
    pep = open_one(world, nia, kind)
    assert (pep.kind, pep.due_on, pep.reason) == (PepKind.INITIAL, date(2026, 6, 29), "New home")


def test_extra_money_for_a_new_child_is_no_first_pep(world: World) -> None:
    nia = new_in_care(world, date(2026, 6, 1))
    assert open_one(world, nia, PepKind.FUNDING, today=date(2026, 6, 2)).kind is PepKind.FUNDING
