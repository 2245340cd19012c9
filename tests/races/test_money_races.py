"""Two real processes at the same moment, on both databases: money goes once, and never over the cap (HB-6.1, 6.7)."""

from __future__ import annotations

import multiprocessing
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from pep_admin import queries
from pep_admin.models import Allocation, FundingRelease, Pep, PpgRequest
from pep_admin.permissions import SYSTEM
from pep_admin.vocabulary import Part, PepKind, PpgStatus
from pep_admin.workflow import delegation, ppg, reviews, sections
from pep_admin.workflow import peps as pep_verbs
from tests.races import money_racers
from tests.world import NOW, TODAY, World, accepting, build_world, writing

PAIRS = 60
LINES_A_PEP = 10


def race(target: Callable[..., None], *calls: tuple[Any, ...]) -> list[Any]:
    """Run one function in a process for each of the argument lists, all past the same barrier; what they put out."""
    spawn = multiprocessing.get_context("spawn")
    barrier, out = spawn.Barrier(len(calls)), spawn.Queue()
    runners = [spawn.Process(target=target, args=(*call, barrier, out)) for call in calls]
    for runner in runners:
        runner.start()
    results = [out.get(timeout=300) for _ in runners]
    for runner in runners:
        runner.join(timeout=60)
        assert runner.exitcode == 0
    return results


def approved_lines(world: World) -> list[int]:
    """Sixty approved requests of £10.00: ten on each of six children's PEPs."""
    ids: list[int] = []
    for child_id in world.session.scalars(select(Pep.child_id).order_by(Pep.id)).all():
        pep = world.written_pep(money=False, child_id=child_id)
        for number in range(LINES_A_PEP):
            ppg.save_request(world.session, pep.id, world.request_values(pep, description=f"Book {number} of the set", quantity=1,
                             unit="item", unit_cost_pence=10_00, amount_pence=10_00), actor=world.act(world.officer))
        writing.sign_and_send(world.session, pep, today=TODAY, now=NOW)
        reviews.grade_pep(world.session, pep.id, accepting(), actor=world.act(world.officer), today=TODAY, now=NOW)
        world.act(SYSTEM)
        ids += [each.id for each in world.requests_of(pep)]
        world.session.commit()
    return ids


@pytest.mark.slow
def test_of_sixty_pairs_of_simultaneous_releases_each_request_is_released_once(
    both_databases: str, open_session: Callable[..., Session]
) -> None:
    session = open_session(both_databases)
    world = build_world(session, children=PAIRS // LINES_A_PEP)
    world.launch()
    session.commit()
    world.act(SYSTEM)
    ids = approved_lines(world)
    assert len(ids) == PAIRS
    second = replace(world.finance, id="person:second-finance", name="Second Finance")
    session.rollback()

    (_, one), (_, two) = race(money_racers.release_all, (both_databases, world.finance, ids), (both_databases, second, ids))

    assert sorted(one + two) == ids, "every request was released, and by one of the two only"
    session.expire_all()
    world.act(SYSTEM)
    assert session.scalar(select(func.count(FundingRelease.id))) == PAIRS
    assert session.scalar(select(func.sum(FundingRelease.pence))) == PAIRS * 10_00
    assert set(session.scalars(select(PpgRequest.status))) == {PpgStatus.RELEASED}
    assert queries.allocation_differences(session) == []


@pytest.mark.slow
def test_of_sixty_pairs_of_a_release_and_a_withdrawal_one_happens(
    both_databases: str, open_session: Callable[..., Session]
) -> None:
    session = open_session(both_databases)
    world = build_world(session, children=PAIRS // LINES_A_PEP)
    world.launch()
    session.commit()
    world.act(SYSTEM)
    ids = approved_lines(world)
    session.rollback()

    calls = (("release", both_databases, world.finance, ids), ("withdraw", both_databases, world.officer, ids))
    results = dict(race(money_racers.act, *calls))

    assert sorted(results["released"] + results["withdrawn"]) == ids, "each was released or withdrawn, and never both"
    session.expire_all()
    world.act(SYSTEM)
    assert session.scalar(select(func.sum(Allocation.reserved_pence))) == 0, "what was set aside was given back or let go, once"
    assert session.scalar(select(func.count(FundingRelease.id))) == len(results["released"])
    assert queries.allocation_differences(session) == []


@pytest.mark.slow
def test_of_sixty_pairs_of_simultaneous_requests_of_350_pounds_one_gets_through(
    both_databases: str, open_session: Callable[..., Session]
) -> None:
    session = open_session(both_databases)
    world = build_world(session, children=1)
    world.launch()
    termly = world.written_pep(money=False)
    other = pep_verbs.initiate_pep(session, termly.child, world.autumn, kind=PepKind.NEED, reason="More help is needed",
                                   actor=world.act(world.officer), today=TODAY, now=NOW)
    delegation.delegate_peps(session, [other.id], actor=world.act(world.officer), now=NOW, run="second")
    writing.write(session, other, meeting_on=TODAY, money=False)
    for pep in (termly, other):
        ppg.save_request(session, pep.id, world.request_values(pep, quantity=10, unit_cost_pence=35_00, amount_pence=350_00),
                         actor=world.act(world.officer))
        teacher, worker = writing.people_of(pep)
        for part, who in ((Part.EDUCATION, teacher), (Part.SOCIAL_CARE, worker), (Part.MEETING, worker)):
            sections.sign_part(session, pep.id, part, actor=world.act(who), today=TODAY, now=NOW)
    session.commit()
    world.act(SYSTEM)
    calls = [(both_databases, world.officer, pep.id, PAIRS) for pep in (termly, other)]
    session.rollback()

    results = dict(race(money_racers.submit_again_and_again, *calls))

    assert [a + b for a, b in zip(results[termly.id], results[other.id], strict=True)] == [1] * PAIRS
    session.expire_all()
    assert set(session.scalars(select(Allocation.reserved_pence))) == {0}, "every pound set aside was given back"
    assert queries.allocation_differences(session) == []


@pytest.mark.slow
def test_two_launches_at_once_make_one(both_databases: str, open_session: Callable[..., Session]) -> None:
    session = open_session(both_databases)
    world = build_world(session, children=8)
    term_id = world.autumn.id
    session.rollback()

    opened = race(money_racers.launch, *[(both_databases, world.officer, term_id)] * 2)

    assert sorted(opened) == [0, 8]
    world.act(SYSTEM)
    assert session.scalar(select(func.count(Pep.id))) == 8
