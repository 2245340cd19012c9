"""How each database is opened: the settings of a SQLite file, how its transactions begin, the time limits of PostgreSQL.

Only engines handed to `prepare` are touched, never the Engine class: a plugin must not alter its host's other databases.
"""

from __future__ import annotations

import contextlib
import os
from typing import Any
from weakref import WeakSet

from flask import has_request_context, request
from sqlalchemy import URL, Connection, Engine, event, make_url
from sqlalchemy.exc import DatabaseError, OperationalError

from pep_admin.exceptions import ConfigError

WEB_THREADS = 16
"""Requests that one process answers at once; each may need a second connection beside its own, to record a look."""
BUSY_SECONDS = 30
"""How long a SQLite connection waits for another's write before it gives up."""
POSTGRES_LIMITS = {"statement_timeout": "120s", "lock_timeout": "30s", "idle_in_transaction_session_timeout": "300s"}
READING = ("GET", "HEAD", "OPTIONS")
PRAGMAS = (
    f"busy_timeout={BUSY_SECONDS * 1000}", "journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "trusted_schema=OFF",
)


def engine_options(url: str) -> dict[str, Any]:
    """What `create_engine` is to be given for that address, besides the address."""
    address = make_url(url)
    options: dict[str, Any] = {"hide_parameters": True}
    if address.database not in (None, "", ":memory:"):
        options.update(pool_size=WEB_THREADS, max_overflow=WEB_THREADS)
    if address.get_backend_name() == "sqlite":
        options["connect_args"] = {"timeout": BUSY_SECONDS}
    if address.get_backend_name() == "postgresql":
        limits = " ".join(f"-c {name}={value}" for name, value in POSTGRES_LIMITS.items())
        options.update(connect_args={"options": limits}, pool_pre_ping=True)
    return options


def keep_private(address: URL) -> None:
    """Make the file of a SQLite database that is not there yet, for its owner alone; what SQLite lays beside it takes after it."""
    if address.get_backend_name() != "sqlite" or not address.database or address.database.startswith((":memory:", "file:")):
        return
    with contextlib.suppress(FileExistsError):
        os.close(os.open(address.database, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))


def is_busy_or_full(problem: OperationalError) -> bool:
    """Whether a database said that somebody else holds it for too long, or that its disk is full: it may work in a minute."""
    sqlstate, said = getattr(problem.orig, "sqlstate", None), str(problem.orig)
    return sqlstate in ("55P03", "57014", "53100") or any(word in said for word in ("locked", "busy", "is full"))


_engines: WeakSet[Engine] = WeakSet()
_left_behind: list[Any] = []


def _begin_anew() -> None:
    """In a process that was forked: connections stay the parent's alone. They are not even closed here, or the parent would find
    a PostgreSQL session ended, and a SQLite file without the locks that it relies on."""
    for engine in list(_engines):
        _left_behind.append(engine.pool)
        engine.dispose(close=False)


os.register_at_fork(after_in_child=_begin_anew)


def prepare(engine: Engine) -> None:
    """Make every connection of a SQLite engine durable, checked and honest about its transactions; once is enough.

    A transaction begins as a read (`BEGIN`) in a GET or HEAD request and where the connection has the execution option
    `readonly`; everywhere else, and always with the option `write`, it takes the write lock at once (`BEGIN IMMEDIATE`), so
    that what it reads stays true until it writes. PostgreSQL needs nothing of this. A forked process takes connections of its
    own. Raises ConfigError for any other database.
    """
    _engines.add(engine)
    if engine.dialect.name == "postgresql":
        return
    if engine.dialect.name != "sqlite":
        raise ConfigError(f"pep_admin keeps its records in SQLite or PostgreSQL, not in {engine.dialect.name}.")
    if event.contains(engine, "begin", _begin):
        return
    event.listen(engine, "checkout", _open)
    event.listen(engine, "begin", _begin)


def quick_check(engine: Engine) -> str | None:
    """What SQLite finds wrong with its own file, in a sentence to act on; None when all is well."""
    if engine.dialect.name != "sqlite":
        return None
    try:
        with engine.connect().execution_options(readonly=True) as connection:
            if connection.exec_driver_sql("PRAGMA quick_check(1)").scalar_one() == "ok":
                return None
    except OperationalError:
        raise  # busy or unreadable, which says nothing about the file
    except DatabaseError:
        pass  # so damaged that it cannot even be read
    return ("The database file is damaged. Nothing was started, so that no more is lost: keep a copy of the file, then restore "
            "the last backup.")


def _open(dbapi: Any, record: Any, _: Any) -> None:
    # At each checkout rather than each connect: connections that the pool held before `prepare` are covered too.
    if record.info.get("pep_admin"):
        return
    dbapi.isolation_level = None  # _begin sends the BEGIN; the driver would send none before a SELECT
    cursor = dbapi.cursor()
    for pragma in PRAGMAS:
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()
    record.info["pep_admin"] = True


def _begin(connection: Connection) -> None:
    connection.exec_driver_sql("BEGIN" if _only_reads(connection) else "BEGIN IMMEDIATE")


def _only_reads(connection: Connection) -> bool:
    options = connection.get_execution_options()
    if options.get("write"):
        return False
    return bool(options.get("readonly")) or (has_request_context() and request.method in READING)
