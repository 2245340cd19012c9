"""Whatever is done with money, in whatever order: no cap is passed, no penny is lost, nothing is paid twice (HB-6.1, 6.7).

The steps are drawn by hypothesis and go through the verbs; a ledger of the test's own, kept from what the requests say, is what the
counters and the program's ledger are compared with.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from datetime import datetime, timedelta
from itertools import count
from typing import Any

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy.orm import Session

from pep_admin import queries
from pep_admin.exceptions import PepAdminError
from pep_admin.models import Allocation, FundingRelease, PaymentLine, Pep, PpgRequest
from pep_admin.permissions import SYSTEM
from pep_admin.vocabulary import Decision, Grade, LeavingReason, Part, PepKind, PepStatus, PpgStatus, ReleaseKind
from pep_admin.workflow import delegation, payments, ppg, reviews, roll, sections
from pep_admin.workflow import peps as pep_verbs
from tests.world import NOW, TODAY, World, accepting, child, writing

pytestmark = pytest.mark.slow

BACK = reviews.Grading(Grade.RED, Decision.RETURN, "Say more about the targets.", "Begin with the SDQ.")
_minutes = count(1)


def clock() -> datetime:
    """A minute later each time it is looked at."""
    return NOW + timedelta(minutes=next(_minutes))


def ask_for(world: World, pep: Pep, pence: int) -> None:
    values = world.request_values(pep, payee_school_id=world.school_id, quantity=1, unit_cost_pence=pence, amount_pence=pence)
    ppg.save_request(world.session, pep.id, values, actor=world.act(world.officer))


def send(world: World, pep: Pep, _: int) -> None:
    """Signed by the office where a signature is wanting, then sent."""
    officer = world.act(world.officer)
    for part in Part:
        with suppress(PepAdminError):
            sections.sign_part(world.session, pep.id, part, actor=officer, today=TODAY, now=clock(), reason="On the phone")
    pep_verbs.submit_pep(world.session, pep.id, actor=officer, today=TODAY, now=clock())


def grading(what: reviews.Grading) -> Callable[[World, Pep, int], object]:
    return lambda world, pep, _: reviews.grade_pep(
        world.session, pep.id, what, actor=world.act(world.officer), today=TODAY, now=clock())


def move(world: World, _: int) -> None:
    roll.change_school(world.session, child(world.session, world.child_id), school_id=world.other_school_id, on=TODAY,
                       reason=LeavingReason.HOME_MOVE, actor=world.act(world.officer), today=TODAY, now=NOW)


def cap(name: str) -> Callable[[World, int], object]:
    def change(world: World, pence: int) -> None:
        world.act(SYSTEM)
        setattr(world.autumn.year, name, pence)

    return change


ON_A_PEP: dict[str, Callable[[World, Pep, int], object]] = {
    "ask": ask_for, "send": send, "accept": grading(accepting()), "return": grading(BACK),
    "recall": lambda world, pep, _: pep_verbs.recall_pep(world.session, pep.id, actor=world.act(world.officer)),
    "close": lambda world, pep, _: pep_verbs.withdraw_pep(
        world.session, pep.id, reason="Not needed", actor=world.act(world.officer), now=NOW),
}
ON_A_REQUEST: dict[str, Callable[[World, int, int], object]] = {
    "take_away": lambda world, each, _: ppg.withdraw_request(world.session, each, actor=world.act(world.officer)),
    "decline": lambda world, each, _: ppg.decline_request(
        world.session, each, reason="Not now", actor=world.act(world.officer), today=TODAY),
    "withdraw": lambda world, each, _: ppg.withdraw_approved(
        world.session, each, reason="Not after all", actor=world.act(world.officer), today=TODAY),
    "approve": lambda world, each, pence: ppg.approve_request(
        world.session, each, pence=pence, reason="So much", actor=world.act(world.officer), today=TODAY),
    "release": lambda world, each, _: payments.release_requests(
        world.session, [each], actor=world.act(world.finance), today=TODAY, now=clock()),
}
ON_ALL: dict[str, Callable[[World, int], object]] = {
    "term_cap": cap("ppg_term_cap_pence"), "year_cap": cap("ppg_year_cap_pence"), "move": move,
    "batch": lambda world, _: payments.batch_releases(world.session, actor=world.act(world.finance), now=clock()),
}
STEP = st.one_of(
    st.tuples(st.just("ask"), st.integers(0, 1), st.integers(1, 700_00)),
    *[st.tuples(st.sampled_from(sorted({*ON_A_PEP} - {"ask"})), st.integers(0, 1), st.just(0))] * 2,
    st.tuples(st.sampled_from(sorted(ON_A_REQUEST)), st.integers(0, 5), st.integers(1, 700_00)),
    st.tuples(st.sampled_from(sorted(ON_ALL)), st.just(0), st.integers(0, 1_800_00)),
)


FIRST = (("ask", 0, 300_00), ("ask", 1, 200_00), ("send", 0, 0))
"""Each walk begins with money that is set aside, and more that is asked for."""


class Walk:
    """Two PEPs of one child in one term, and every step that somebody can take with their money."""

    def __init__(self, world: World) -> None:
        self.world, self.session = world, world.session
        first = world.written_pep(money=False)
        second = pep_verbs.initiate_pep(self.session, child(self.session, world.child_id), world.autumn, kind=PepKind.NEED,
                                        reason="More help", actor=world.act(world.officer), today=TODAY, now=NOW)
        delegation.delegate_peps(self.session, [second.id], actor=world.act(world.officer), now=NOW, run="walk")
        writing.write(self.session, second, meeting_on=TODAY, money=False)
        world.act(SYSTEM)
        self.peps = (first.id, second.id)

    def take(self, name: str, place: int, pence: int) -> None:
        """One step; PepAdminError where it is refused."""
        asked = self.requests()
        if name in ON_A_PEP:
            ON_A_PEP[name](self.world, self.session.get_one(Pep, self.peps[place % 2]), pence)
        elif name in ON_A_REQUEST:
            ON_A_REQUEST[name](self.world, asked[place % len(asked)].id if asked else 0, pence)
        else:
            ON_ALL[name](self.world, pence)

    def requests(self) -> list[PpgRequest]:
        actor = self.session.info["actor"]
        self.world.act(SYSTEM)
        found = list(self.session.scalars(sa.select(PpgRequest).where(PpgRequest.pep_id.in_(self.peps)).order_by(PpgRequest.id)))
        self.world.act(actor)
        return found


def books(session: Session, walk: Walk) -> tuple[int, int]:
    """What the requests themselves say is (set aside, released), in pence."""
    asked = walk.requests()
    aside = sum(each.amount_pence for each in asked if each.status is PpgStatus.REQUESTED)
    aside += sum(each.approved_pence or 0 for each in asked if each.status is PpgStatus.APPROVED)
    return aside, sum(each.approved_pence or 0 for each in asked if each.status is PpgStatus.RELEASED)


def in_order(walk: Walk, held_before: int, caps: tuple[int, int]) -> int:
    """What holds after every step; the pence that are held now."""
    session = walk.session
    walk.world.act(SYSTEM)
    session.flush()
    session.expire_all()
    aside, paid = books(session, walk)
    counters = {row.period: row for row in session.scalars(sa.select(Allocation))}
    if aside + paid:
        assert set(counters) == {"2024-25", "2024-25 autumn"}
    for counter in counters.values():
        assert (counter.reserved_pence, counter.released_pence) == (aside, paid)
        assert aside + paid <= counter.cap_pence
    if aside + paid > held_before:
        assert aside + paid <= min(caps), "nothing more was set aside than the caps of now allow"
    ledger: Any = {request: list(rows) for request, rows in _ledger(session).items()}
    assert all(rows == ["release"] for rows in ledger.values()), "each was paid once"
    assert sum(session.scalars(sa.select(FundingRelease.pence).where(FundingRelease.kind == ReleaseKind.RELEASE))) == paid
    lines = list(session.scalars(sa.select(PaymentLine.release_id)))
    assert len(lines) == len(set(lines)), "no payment stands in two batches"
    assert queries.allocation_differences(session) == []
    _beside(walk)
    return aside + paid


def _ledger(session: Session) -> dict[int, list[str]]:
    found: dict[int, list[str]] = {}
    for request, kind in session.execute(sa.select(FundingRelease.request_id, FundingRelease.kind)):
        found.setdefault(request, []).append(kind.value)
    return found


def _beside(walk: Walk) -> None:
    """Money moves by its own moves alone: what is set aside belongs to a PEP that was sent, what is paid to one signed off."""
    status = {pep.id: pep.status for pep in walk.session.scalars(sa.select(Pep).where(Pep.id.in_(walk.peps)))}
    for each in walk.requests():
        if each.status is PpgStatus.REQUESTED:
            assert status[each.pep_id] is PepStatus.SUBMITTED
        if each.status is PpgStatus.APPROVED:
            assert status[each.pep_id] in (PepStatus.SUBMITTED, PepStatus.COMPLETE)
        if each.status is PpgStatus.RELEASED:
            assert status[each.pep_id] is PepStatus.COMPLETE
        if each.status is PpgStatus.DRAFT:
            assert status[each.pep_id] in queries.OPEN_TO_WRITE


@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(st.lists(STEP, min_size=4, max_size=12))
def test_no_walk_passes_a_cap_or_loses_a_penny(world: World, steps: list[tuple[str, int, int]]) -> None:
    whole = world.session.begin_nested()
    try:
        go(world, steps)
    finally:
        whole.rollback()
        world.session.expunge_all()
        world.act(SYSTEM)


def go(world: World, steps: list[tuple[str, int, int]]) -> None:
    walk, held = Walk(world), 0
    caps = {"term_cap": 600_00, "year_cap": 1_800_00}
    for name, place, pence in (*FIRST, *steps):
        step = world.session.begin_nested()
        try:
            walk.take(name, place, pence)
            world.session.flush()
            step.commit()
            if name in caps:
                caps[name] = pence
        except PepAdminError:
            step.rollback()
        held = in_order(walk, held, (caps["term_cap"], caps["year_cap"]))


def test_one_walk_from_the_asking_to_the_bank(world: World) -> None:
    """The walks above do reach the end: £550.00 and £50.00 asked for, sent, accepted, released and put into a batch."""
    walk = Walk(world)
    steps = [("ask", 0, 550_00), ("ask", 0, 50_01), ("ask", 0, 50_00), ("send", 0, 0), ("ask", 1, 1), ("accept", 0, 0),
             ("release", 0, 0), ("release", 0, 0), ("release", 1, 0), ("batch", 0, 0)]
    held, refused = 0, []
    for step in steps:
        try:
            walk.take(*step)
        except PepAdminError:
            refused.append(step)
        held = in_order(walk, held, (600_00, 1_800_00))
    assert (held, books(world.session, walk)) == (600_00, (0, 600_00))
    assert refused == [("ask", 0, 50_01), ("ask", 1, 1)]
    assert world.session.query(PaymentLine).count() == 2
