"""A prepared SQLite engine: durable, its references checked, and its transactions beginning as reads or writes as they should."""

from __future__ import annotations

import pathlib
import time
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from pep_admin.exceptions import ConfigError
from pep_admin.server.database import engine_options, prepare, quick_check


@pytest.fixture
def engine(tmp_path: pathlib.Path) -> Any:
    url = f"sqlite:///{tmp_path / 'x.db'}"
    made = sa.create_engine(url, **engine_options(url))
    prepare(made)
    yield made
    made.dispose()


def begun(engine: sa.Engine, **options: Any) -> str:
    said: list[str] = []
    sa.event.listen(engine, "before_cursor_execute", lambda *args: said.append(args[2]))
    with engine.connect().execution_options(**options) as connection:
        connection.exec_driver_sql("SELECT 1")
    return said[0]


@pytest.mark.parametrize(("pragma", "value"), [
    ("journal_mode", "wal"), ("synchronous", 2), ("foreign_keys", 1), ("trusted_schema", 0), ("busy_timeout", 30_000),
])
def test_every_connection_has_the_settings(engine, pragma, value) -> None:
    with engine.connect() as connection:
        assert connection.exec_driver_sql(f"PRAGMA {pragma}").scalar() == value


def test_a_connection_that_was_open_before_is_covered_too(tmp_path) -> None:
    made = sa.create_engine(f"sqlite:///{tmp_path / 'x.db'}")
    with made.connect() as connection:
        assert connection.exec_driver_sql("PRAGMA foreign_keys").scalar() == 0
    prepare(made)
    prepare(made)
    with made.connect() as connection:
        assert connection.exec_driver_sql("PRAGMA foreign_keys").scalar() == 1
    assert begun(made) == "BEGIN IMMEDIATE"
    made.dispose()


def test_outside_a_request_the_write_lock_is_taken_at_once_unless_only_reading(engine) -> None:
    assert begun(engine) == "BEGIN IMMEDIATE"
    assert begun(engine, readonly=True) == "BEGIN"


@pytest.mark.parametrize(("method", "options", "begins"), [
    ("GET", {}, "BEGIN"), ("HEAD", {}, "BEGIN"), ("GET", {"write": True}, "BEGIN IMMEDIATE"), ("POST", {}, "BEGIN IMMEDIATE"),
    ("POST", {"readonly": True}, "BEGIN"), ("POST", {"readonly": True, "write": True}, "BEGIN IMMEDIATE"),
])
def test_in_a_request_the_method_decides(engine, method, options, begins) -> None:
    with Flask("any").test_request_context(method=method):
        assert begun(engine, **options) == begins


def test_a_long_read_does_not_hold_up_a_save(engine) -> None:
    with engine.begin() as connection:
        connection.exec_driver_sql("CREATE TABLE t (x)")
    with engine.connect().execution_options(readonly=True) as reading:
        reading.exec_driver_sql("SELECT * FROM t").all()
        began = time.monotonic()
        with engine.begin() as writing:
            writing.exec_driver_sql("INSERT INTO t VALUES (1)")
        assert time.monotonic() - began < 1
        assert reading.exec_driver_sql("SELECT count(*) FROM t").scalar() == 0  # what it sees does not move under it


def test_another_engine_is_left_alone(engine, tmp_path) -> None:
    other = sa.create_engine(f"sqlite:///{tmp_path / 'other.db'}")
    with other.connect() as connection:
        assert connection.exec_driver_sql("PRAGMA foreign_keys").scalar() == 0
    other.dispose()


def test_another_kind_of_database_is_refused() -> None:
    class Engine:
        class dialect:
            name = "mysql"

    with pytest.raises(ConfigError, match="SQLite or PostgreSQL, not in mysql"):
        prepare(Engine())  # type: ignore[arg-type]  # a stand-in for an engine


def test_values_stay_out_of_error_messages(engine) -> None:
    with engine.begin() as connection:
        connection.exec_driver_sql("CREATE TABLE t (x INTEGER PRIMARY KEY)")
    table = sa.table("t", sa.column("x"))
    with pytest.raises(sa.exc.IntegrityError) as refused, engine.begin() as connection:
        connection.execute(sa.insert(table), [{"x": 77_123}, {"x": 77_123}])
    assert "77123" not in str(refused.value)


def test_a_damaged_file_is_noticed(engine, tmp_path) -> None:
    with engine.begin() as connection:
        connection.exec_driver_sql("CREATE TABLE t (x TEXT)")
        connection.exec_driver_sql("CREATE INDEX i ON t (x)")
        connection.execute(sa.text("INSERT INTO t VALUES (:x)"), [{"x": f"row {number} " * 20} for number in range(500)])
    assert quick_check(engine) is None
    engine.dispose()
    file = tmp_path / "x.db"
    data = bytearray(file.read_bytes())
    data[4096 * 3:4096 * 9] = b"\xff" * 4096 * 6
    file.write_bytes(data)
    assert "damaged" in (quick_check(engine) or "")
    engine.dispose()
    file.write_bytes(b"not a database at all, though it has the name of one" * 100)
    assert "damaged" in (quick_check(engine) or "")


@pytest.mark.postgres
def test_postgres_gives_up_on_what_waits_too_long(postgres_url) -> None:
    made = sa.create_engine(postgres_url, **engine_options(postgres_url))
    prepare(made)
    with made.connect() as connection:
        limits = {"statement_timeout": "2min", "lock_timeout": "30s", "idle_in_transaction_session_timeout": "5min"}
        for name, value in limits.items():
            assert connection.exec_driver_sql(f"SHOW {name}").scalar() == value
    made.dispose()
