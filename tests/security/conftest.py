"""The house of house.py for the tests of this folder: built once in a run (and worker), a copy for each test."""

from __future__ import annotations

import pathlib
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
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


def _copy_sqlite(template: pathlib.Path, file: pathlib.Path) -> None:
    """Over a file that is in use: the application keeps its connections."""
    with (
        closing(sqlite3.connect(f"file:{template}?mode=ro&immutable=1", uri=True)) as source,
        closing(sqlite3.connect(file)) as copy,
    ):
        source.backup(copy)


@pytest.fixture(scope="session")
def served(tmp_path_factory: pytest.TempPathFactory, built: tuple[pathlib.Path, Plan]) -> Iterator[House]:
    """One application on SQLite for all tests: it has read its templates once."""
    template, plan = built
    folder = tmp_path_factory.mktemp("served")
    file = pathlib.Path(shutil.copy(template, folder / "house.db"))
    house = House(plan, f"sqlite:///{file}", folder, lambda: _copy_sqlite(template, file))
    yield house
    house.close()


@pytest.fixture(scope="session")
def served_on_postgres(
    tmp_path_factory: pytest.TempPathFactory, postgres_server: Any, built_on_postgres: tuple[str, Plan]
) -> Iterator[House]:
    """The same on PostgreSQL."""
    template, plan = built_on_postgres
    url = postgres_server.make(template=template)
    server = sa.create_engine(postgres_server.url, isolation_level="AUTOCOMMIT", poolclass=sa.NullPool)

    def renew() -> None:
        house.close()
        postgres_server.drop(url)
        with server.connect() as connection:
            connection.exec_driver_sql(f"CREATE DATABASE {sa.make_url(url).database} TEMPLATE {sa.make_url(template).database}")

    house = House(plan, url, tmp_path_factory.mktemp("served"), renew)
    yield house
    house.close()
    postgres_server.drop(url)


@pytest.fixture
def house(served: House) -> House:
    """The house on SQLite as it was built."""
    served.restore()
    config.move_today(TODAY)
    return served


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def either_house(request: pytest.FixtureRequest) -> House:
    """The house as it was built: once on SQLite, once on PostgreSQL."""
    if request.param == "sqlite":
        found: House = request.getfixturevalue("house")
        return found
    served: House = request.getfixturevalue("served_on_postgres")
    served.restore()
    config.move_today(TODAY)
    return served
