"""People of the little world at the pages of an application that serves its database, and a look at what stands there."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy.orm import Session

from pep_admin import config
from pep_admin.permissions import SYSTEM
from tests.host.foreign_app import Council, make_council
from tests.integration.post_office import PostOffice, opened
from tests.visiting import Visitor
from tests.world import TODAY, World

PEOPLE = ("head", "officer", "finance", "auditor", "administrator", "teacher", "other_teacher", "worker", "other_worker")


@pytest.fixture
def council(world: World, tmp_path: Path) -> Council:
    """A host's application on the world's database, on the world's day."""
    config.move_today(TODAY)
    return make_council(f"sqlite:///{tmp_path / 'world.db'}", {name: getattr(world, name) for name in PEOPLE})


@pytest.fixture
def enter(council: Council) -> Callable[[str], Visitor]:
    """`enter("teacher")`: that person of the world at the pages."""
    return lambda name: Visitor(council.visit(name).client)


@pytest.fixture
def ask(world: World) -> Callable[[Callable[[Session], Any]], Any]:
    """`ask(question)`: what stands in the database now; holds no transaction open afterwards."""

    def answer(question: Callable[[Session], Any]) -> Any:
        try:
            world.session.expire_all()
            world.act(SYSTEM)
            return question(world.session)
        finally:
            world.session.rollback()

    return answer


@pytest.fixture
def post_office() -> Iterator[PostOffice]:
    """A mail server of the test's own."""
    with opened(PostOffice()) as office:
        yield office
