"""Every verb in every status of a PEP against a table written by hand (design: the only moves there are), and walks at random."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from datetime import datetime, timedelta
from itertools import count

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from pep_admin import queries
from pep_admin.exceptions import PepAdminError, Refused
from pep_admin.models import Allocation, Pep, PpgRequest
from pep_admin.permissions import SYSTEM
from pep_admin.vocabulary import Decision, Grade, PepStatus, PpgStatus
from pep_admin.workflow import delegation, payments, reviews
from pep_admin.workflow import peps as verbs
from tests.world import NOW, TODAY, World, accepting, writing

pytestmark = pytest.mark.slow

S = PepStatus
BACK = reviews.Grading(Grade.RED, Decision.RETURN, "Say more about the targets.", "Begin with the SDQ.")
QUESTION = reviews.Grading(None, Decision.ASK, "Which tutor is it?")
Move = Callable[[World, Pep], object]
_minutes = count(1)


def clock() -> datetime:
    """A minute later each time it is looked at."""
    return NOW + timedelta(minutes=next(_minutes))


def sign_and_send(world: World, pep: Pep) -> None:
    """What was taken back is signed still; all else is signed first."""
    if pep.status in (S.IN_PROGRESS, S.RETURNED):
        with suppress(Refused):
            writing.sign_and_send(world.session, pep, today=TODAY, now=clock())
            return
    verbs.submit_pep(world.session, pep.id, actor=world.act(world.officer), today=TODAY, now=clock())


def grade(grading: reviews.Grading) -> Move:
    def do(world: World, pep: Pep) -> None:
        reviews.grade_pep(world.session, pep.id, grading, actor=world.act(world.officer), today=TODAY, now=clock())

    return do


def release(world: World, pep: Pep) -> None:
    ids = list(world.session.scalars(select(PpgRequest.id).where(PpgRequest.pep_id == pep.id)))
    payments.release_requests(world.session, ids, actor=world.act(world.finance), today=TODAY, now=NOW)


MOVES: dict[str, Move] = {
    "delegate": lambda world, pep: delegation.delegate_peps(
        world.session, [pep.id], actor=world.act(world.officer), now=NOW, run="again"),
    "write": lambda world, pep: world.save(pep, "strengths", world.officer, strengths=f"Words {pep.row_version}"),
    "send": sign_and_send,
    "recall": lambda world, pep: verbs.recall_pep(world.session, pep.id, actor=world.act(world.officer)),
    "accept": grade(accepting()),
    "return": grade(BACK),
    "ask": grade(QUESTION),
    "withdraw": lambda world, pep: verbs.withdraw_pep(
        world.session, pep.id, reason="Not needed", actor=world.act(world.officer), now=NOW),
    "release": release,
}
TABLE: dict[PepStatus, dict[str, PepStatus]] = {
    S.IN_PROGRESS: {"delegate": S.IN_PROGRESS, "write": S.IN_PROGRESS, "send": S.SUBMITTED, "withdraw": S.WITHDRAWN},
    S.SUBMITTED: {"recall": S.IN_PROGRESS, "accept": S.COMPLETE, "return": S.RETURNED, "ask": S.SUBMITTED, "withdraw": S.WITHDRAWN},
    S.RETURNED: {"delegate": S.RETURNED, "write": S.RETURNED, "send": S.SUBMITTED, "withdraw": S.WITHDRAWN},
    S.COMPLETE: {"release": S.COMPLETE},
    S.WITHDRAWN: {},
}
"""Where each verb leads from each status; what is not in it is refused or held, and moves nothing."""
WAY: dict[PepStatus, tuple[str, ...]] = {
    S.IN_PROGRESS: (),
    S.SUBMITTED: ("send",),
    S.RETURNED: ("send", "return", "write"),  # nothing changed could not be sent again: RD-003
    S.COMPLETE: ("send", "accept"),
    S.WITHDRAWN: ("withdraw",),
}


def walk(world: World, pep: Pep, moves: tuple[str, ...]) -> None:
    for move in moves:
        with suppress(PepAdminError):
            MOVES[move](world, pep)
        world.act(SYSTEM)
        world.session.flush()
        world.session.expire_all()


@pytest.mark.parametrize("status", TABLE)
@pytest.mark.parametrize("move", MOVES)
def test_each_verb_in_each_status_goes_where_the_table_says(world: World, status: PepStatus, move: str) -> None:
    pep = world.written_pep()
    walk(world, pep, WAY[status])
    assert pep.status is status
    walk(world, pep, (move,))
    assert pep.status is TABLE[status].get(move, status)
    assert queries.allocation_differences(world.session) == []


def money_of(status: PepStatus, request: PpgStatus) -> bool:
    """Which states a request may be in beside a PEP's."""
    return request in {
        S.IN_PROGRESS: {PpgStatus.DRAFT}, S.RETURNED: {PpgStatus.DRAFT}, S.SUBMITTED: {PpgStatus.REQUESTED},
        S.COMPLETE: {PpgStatus.APPROVED, PpgStatus.RELEASED}, S.WITHDRAWN: {PpgStatus.WITHDRAWN},
    }[status]


@pytest.mark.slow
@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(moves=st.lists(st.sampled_from(sorted(MOVES)), min_size=3, max_size=9))
def test_no_walk_breaks_the_counters_the_cap_or_the_money_beside_the_status(world: World, moves: list[str]) -> None:
    pep = world.written_pep()
    expected, begun, changed = S.IN_PROGRESS, False, True
    for move in moves:
        walk(world, pep, (move,))
        # A PEP that the Virtual School has begun to read is not taken back; one that it sent back is changed before it goes again.
        if not (move == "recall" and begun) and not (move == "send" and not changed):
            expected = TABLE[expected].get(move, expected)
        begun = expected is S.SUBMITTED and (begun or move == "ask")
        changed = expected is not S.RETURNED or (move == "write" or (changed and move != "return"))
        assert pep.status is expected
        [request] = world.requests_of(pep)
        assert money_of(pep.status, request.status), (pep.status, request.status)
        assert queries.allocation_differences(world.session) == []
        for counter in world.session.scalars(select(Allocation)):
            assert 0 <= counter.reserved_pence + counter.released_pence <= counter.cap_pence
    world.session.rollback()
    world.session.expunge_all()
    world.act(SYSTEM)
