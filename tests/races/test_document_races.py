"""Two real processes that add the same files at the same moment, on both databases: each is kept once, with its bytes."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from pep_admin import models
from pep_admin.permissions import SYSTEM
from tests.races import document_racers
from tests.races.test_money_races import race
from tests.uploads import making
from tests.world import build_world

FILES = 25


@pytest.mark.slow
@pytest.mark.parametrize("behind", ["a PEP", "the child alone"])
def test_of_two_who_add_the_same_file_at_once_one_adds_it(
    both_databases: str, open_session: Callable[..., Session], behind: str
) -> None:
    session = open_session(both_databases)
    world = build_world(session)
    pep = world.delegated_pep()
    session.commit()
    pep_id, child_id = pep.id if behind == "a PEP" else None, world.child_id
    session.rollback()
    files = [making.pdf(f"File {number}") for number in range(FILES)]

    one, two = race(document_racers.add_each, (both_databases, world.teacher, child_id, pep_id, files),
                    (both_databases, world.officer, child_id, pep_id, files))

    assert [number for _, number in one] == [number for _, number in two], "both are told of the same documents"
    assert all(first is not second for (first, _), (second, _) in zip(one, two, strict=True)), "one of the two added each"
    session.expire_all()
    world.act(SYSTEM)
    assert session.scalar(select(func.count(models.Document.id))) == FILES
    assert session.scalar(select(func.count(models.DocumentContent.document_id.distinct()))) == FILES
