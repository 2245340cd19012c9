"""The small world of tests/world.py as a file to copy: built once in a run (and worker), with both children's PEPs written."""

from __future__ import annotations

import pathlib
import shutil
from collections.abc import Callable
from dataclasses import replace

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from tests.world import World, build_world


@pytest.fixture(scope="session")
def written_world(
    tmp_path_factory: pytest.TempPathFactory, migrated_sqlite: pathlib.Path, open_engine: Callable[[str], sa.Engine]
) -> tuple[pathlib.Path, World]:
    """A SQLite file with the world in it, its PEPs written and unsigned; open the file never, copy it."""
    from sqlalchemy.orm import sessionmaker

    from pep_admin import history, permissions, signals

    file = pathlib.Path(shutil.copy(migrated_sqlite, tmp_path_factory.mktemp("world") / "pep.db"))
    engine = open_engine(f"sqlite:///{file}")
    sessions = sessionmaker(engine)
    permissions.guard(sessions)
    history.watch(sessions)
    signals.deliver_after_commit(sessions)
    with sessions() as session:
        world = build_world(session)
        for child_id in (world.child_id, world.other_child_id):
            world.written_pep(money=False, child_id=child_id)
        session.commit()
    engine.dispose()
    return file, world


@pytest.fixture
def world(tmp_path: pathlib.Path, written_world: tuple[pathlib.Path, World], open_session: Callable[..., Session]) -> World:
    """The written world, a copy of the test's own, in a session of SYSTEM."""
    file, world = written_world
    session = open_session(f"sqlite:///{shutil.copy(file, tmp_path / 'world.db')}")
    return replace(world, session=session)
