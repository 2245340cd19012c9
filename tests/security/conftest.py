"""The house of house.py for the tests of this folder: built once in a run (and worker), a copy for each test."""

from __future__ import annotations

import pathlib
import shutil
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session, sessionmaker

from pep_admin import config, history, permissions, signals
from tests.security.house import House, Plan, build
from tests.world import TODAY


def _build(engine: sa.Engine, url: str, folder: pathlib.Path) -> Plan:
    sessions: sessionmaker[Session] = sessionmaker(engine)
    permissions.guard(sessions)
    history.watch(sessions)
    signals.deliver_after_commit(sessions)
    try:
        with sessions() as session:
            return build(session, url, folder)
    finally:
        config.move_today(None)
        engine.dispose()


@pytest.fixture(scope="session")
def built(
    tmp_path_factory: pytest.TempPathFactory, migrated_sqlite: pathlib.Path, open_engine: Callable[[str], sa.Engine]
) -> tuple[pathlib.Path, Plan]:
    """The house in a SQLite file; open the file never, copy it."""
    folder = tmp_path_factory.mktemp("house")
    file = pathlib.Path(shutil.copy(migrated_sqlite, folder / "house.db"))
    url = f"sqlite:///{file}"
    return file, _build(open_engine(url), url, folder)


@pytest.fixture(scope="session")
def built_on_postgres(
    tmp_path_factory: pytest.TempPathFactory, postgres_server: Any, migrated_postgres: str,
    open_engine: Callable[[str], sa.Engine],
) -> Iterator[tuple[str, Plan]]:
    """The house in a PostgreSQL database; connect to it never, copy it."""
    url = postgres_server.make(template=migrated_postgres)
    yield url, _build(open_engine(url), url, tmp_path_factory.mktemp("house"))
    postgres_server.drop(url)


@pytest.fixture(scope="session")
def served(tmp_path_factory: pytest.TempPathFactory, built: tuple[pathlib.Path, Plan]) -> Iterator[House]:
    """One application on SQLite for all tests: it has read its templates once."""
    template, plan = built
    folder = tmp_path_factory.mktemp("served")
    shutil.copy(template, folder / "house.db")
    house = House(plan, f"sqlite:///{folder / 'house.db'}", folder, template)
    yield house
    house.close()


@pytest.fixture
def house(served: House) -> House:
    """The house on SQLite as it was built."""
    served.restore()
    config.move_today(TODAY)
    return served


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def either_house(request: pytest.FixtureRequest, tmp_path: pathlib.Path) -> Iterator[House]:
    """A copy of the house: once on SQLite, once on PostgreSQL."""
    if request.param == "sqlite":
        yield request.getfixturevalue("house")
        return
    url, plan = request.getfixturevalue("built_on_postgres")
    server = request.getfixturevalue("postgres_server")
    copy = server.make(template=url)
    house = House(plan, copy, tmp_path)
    yield house
    house.close()
    server.drop(copy)
