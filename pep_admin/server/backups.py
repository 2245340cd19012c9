"""The whole database into one checked file while people work, and back again. One file: the data and a manifest that says what
must be found in it. Both ways end in a check; what does not fit its manifest is never called a backup.

SQLite is copied by its own backup call, PostgreSQL by pg_dump and pg_restore. Keys kept in the instance folder are not in it.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import sqlite3
import subprocess
import tempfile
import zipfile
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import URL, Connection, Engine, Select, String, column, create_engine, func, inspect, select, table

from pep_admin.exceptions import PepAdminError
from pep_admin.server.migrations import VERSION_TABLE

DATA, MANIFEST = "database", "manifest.json"
LAYOUT = 1
CHUNK = 1 << 20  # bytes
PASSWORD_NAME = "PGPASSWORD"  # noqa: S105  # the name of a variable

OURS = ("pep_", "account_")  # how the names of our tables begin; another program's in the same database are left alone
WITHOUT_OWNERS = ("--no-owner", "--no-privileges")

Contents = tuple[tuple[str, ...], dict[str, int]]
"""The steps a database has taken, and its rows by table."""


class BackupFailed(PepAdminError):
    """A sentence on why there is no backup, or why nothing was restored."""


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a backup holds: the kind of database, the steps it had taken, when, rows by table, SHA-256 of the data."""

    layout: int
    database: str
    taken_at: str
    steps: tuple[str, ...]
    rows: Mapping[str, int]
    digest: str

    @property
    def total(self) -> int:
        """Rows of all tables together."""
        return sum(self.rows.values())


# --- taking one --------------------------------------------------------------------------------------------------------


def back_up(engine: Engine, file: Path) -> Manifest:
    """Write a checked backup to `file`, which appears only when it is whole; BackupFailed otherwise.

    People may work meanwhile. The backup is as things stood at one instant.
    """
    with _scratch_beside(file) as folder:
        data = folder / DATA
        steps, rows = (_copy_sqlite if engine.dialect.name == "sqlite" else _dump_postgresql)(engine, data)
        now = datetime.now(UTC).isoformat(timespec="seconds")
        manifest = Manifest(LAYOUT, engine.dialect.name, now, steps, rows, _digest(data))
        whole = folder / "whole.zip"
        _pack(whole, data, manifest)
        read_backup(whole)
        os.replace(whole, file)
        _sync(file.parent)
    return manifest


def _copy_sqlite(engine: Engine, data: Path) -> Contents:
    with engine.connect().execution_options(readonly=True) as connection, closing(sqlite3.connect(data)) as copy:
        source = connection.connection.driver_connection
        connection.rollback()
        if not isinstance(source, sqlite3.Connection):
            raise BackupFailed("This SQLite driver cannot copy a database while it is used.")
        source.backup(copy)  # in one step: the write-ahead log lets others write on, and nothing makes it begin again
        copy.execute("PRAGMA journal_mode=DELETE")
    return _contents_of_file(data)


def _contents_of_file(data: Path) -> Contents:
    """What a SQLite file holds, after its own checks of itself."""
    try:
        with closing(sqlite3.connect(data)) as copy:
            whole = copy.execute("PRAGMA integrity_check(1)").fetchone() == ("ok",)
            if not whole or copy.execute("PRAGMA foreign_key_check").fetchone():
                raise BackupFailed("The database is damaged: a copy of it does not pass SQLite's own check.")
    except sqlite3.DatabaseError:
        raise BackupFailed("The data in it is no SQLite database that can be read.") from None
    engine = create_engine(f"sqlite:///{data}")
    try:
        with engine.connect() as connection:
            return _contents(connection)
    finally:
        engine.dispose()


def _dump_postgresql(engine: Engine, data: Path) -> Contents:
    """pg_dump of the very instant whose rows are counted: both read one exported snapshot."""
    with engine.connect().execution_options(isolation_level="REPEATABLE READ") as connection:
        for limit in ("statement_timeout", "idle_in_transaction_session_timeout"):
            connection.exec_driver_sql(f"SET LOCAL {limit} = 0")  # a large dump takes longer than a page may
        snapshot = connection.exec_driver_sql("SELECT pg_export_snapshot()").scalar_one()
        found = _contents(connection)
        _run("pg_dump", engine.url, "--format=custom", f"--snapshot={snapshot}", *WITHOUT_OWNERS, f"--file={data}")
    return found


def _contents(connection: Connection) -> Contents:
    rows = {name: connection.execute(select(func.count()).select_from(table(name))).scalar_one()
            for name in sorted(inspect(connection).get_table_names())}
    taken: Select[str] = select(column("version_num", String)).select_from(table(VERSION_TABLE))
    steps = list(connection.scalars(taken)) if VERSION_TABLE in rows else []
    return tuple(sorted(steps)), rows


# --- looking at one ----------------------------------------------------------------------------------------------------


def read_backup(file: Path) -> Manifest:
    """The manifest of a backup whose data fits it; BackupFailed when the file is none, or was damaged."""
    try:
        with zipfile.ZipFile(file) as packed:
            told = json.loads(packed.read(MANIFEST))
            manifest = Manifest(told["layout"], told["database"], told["taken_at"], tuple(told["steps"]), dict(told["rows"]),
                                told["digest"])
            whole = hashlib.sha256()
            with packed.open(DATA) as data:
                for chunk in iter(lambda: data.read(CHUNK), b""):
                    whole.update(chunk)
    except FileNotFoundError:
        raise BackupFailed(f"There is no file {file}.") from None
    except (OSError, zipfile.BadZipFile, KeyError, TypeError, ValueError):
        raise BackupFailed(f"{file} is not a backup of this program, or it is damaged.") from None
    if whole.hexdigest() != manifest.digest or manifest.layout != LAYOUT:
        raise BackupFailed(f"{file} is damaged: its data does not fit its manifest. Take an older backup.")
    return manifest


# --- putting one back --------------------------------------------------------------------------------------------------


def restore(engine: Engine, file: Path, *, replace: bool = False) -> Manifest:
    """Make the database what the backup says, all or nothing, and check it row by row; BackupFailed leaves it as it was.

    A database that holds rows is only overwritten with `replace`. The program must not run meanwhile.
    """
    manifest = read_backup(file)
    if manifest.database != engine.dialect.name:
        raise BackupFailed(f"The backup is of {_named(manifest.database)}, the database is {_named(engine.dialect.name)}.")
    if not replace and _holds_rows(engine):
        raise BackupFailed("The database holds records already. Say --replace to put the backup in their place.")
    with _scratch_beside(file) as folder:
        data = folder / DATA
        with zipfile.ZipFile(file) as packed, packed.open(DATA) as source, data.open("wb") as copy:
            shutil.copyfileobj(source, copy, CHUNK)
        (_restore_sqlite if manifest.database == "sqlite" else _restore_postgresql)(engine, data, manifest)
    return manifest


def _holds_rows(engine: Engine) -> bool:
    with engine.connect().execution_options(readonly=True) as connection:
        return any(count for name, count in _contents(connection)[1].items() if name != VERSION_TABLE)


def _restore_sqlite(engine: Engine, data: Path, manifest: Manifest) -> None:
    if _contents_of_file(data) != (manifest.steps, dict(manifest.rows)):
        raise BackupFailed("The rows of the backup are not those of its manifest. Take an older backup.")
    database = engine.url.database
    if not database:
        raise BackupFailed("A database in memory cannot be restored.")
    engine.dispose()
    Path(database).parent.mkdir(parents=True, exist_ok=True)
    try:
        with closing(sqlite3.connect(data)) as source, closing(sqlite3.connect(database, timeout=5)) as target:
            source.backup(target)  # one transaction of the target, under its lock
            target.execute("PRAGMA journal_mode=WAL")
    except sqlite3.OperationalError:
        raise BackupFailed("The database is in use. Stop the program and its worker, then restore again.") from None
    found = _contents_of_file(Path(database))
    if found != (manifest.steps, dict(manifest.rows)):
        raise BackupFailed("After restoring, the rows are not those of the manifest. Restore again; the backup itself is sound.")


def _restore_postgresql(engine: Engine, data: Path, manifest: Manifest) -> None:
    script, before = data.with_name("restore.sql"), data.with_name("before.sql")
    _run("pg_restore", engine.url, *WITHOUT_OWNERS, f"--file={script}", str(data))
    with engine.connect().execution_options(readonly=True) as connection:
        before.write_text("".join(f"DROP {each} CASCADE;\n" for each in _ours(connection, manifest)))
    engine.dispose()
    _run("psql", engine.url, "--no-psqlrc", "--quiet", "--single-transaction", "--set=ON_ERROR_STOP=1", f"--file={before}",
         f"--file={script}")
    with engine.connect().execution_options(readonly=True) as connection:
        steps, rows = _contents(connection)
    if (steps, {name: rows.get(name) for name in manifest.rows}) != (manifest.steps, dict(manifest.rows)):
        raise BackupFailed("After restoring, the rows are not those of the manifest: something else wrote meanwhile.")


def _ours(connection: Connection, manifest: Manifest) -> Iterator[str]:
    """What makes room for the backup, as DROP names it: tables that it holds or that are ours, of later steps too; functions."""
    quoted = connection.dialect.identifier_preparer.quote
    for name in _contents(connection)[1]:
        if name in manifest.rows or name.startswith(OURS):
            yield f"TABLE {quoted(name)}"
    functions = "SELECT proname FROM pg_proc WHERE pronamespace = current_schema()::regnamespace ORDER BY proname"
    for name in connection.exec_driver_sql(functions).scalars():
        if name.startswith(OURS):
            yield f"FUNCTION {quoted(name)}"


# --- files and programs ------------------------------------------------------------------------------------------------


@contextmanager
def _scratch_beside(file: Path) -> Iterator[Path]:
    """A folder of our own on the same disk, readable by nobody else, gone afterwards."""
    try:
        with tempfile.TemporaryDirectory(prefix=".pep-backup-", dir=file.resolve().parent) as folder:
            yield Path(folder)
    except OSError as problem:
        raise BackupFailed(f"{file.resolve().parent} cannot be written: {problem.strerror}.") from None


def _pack(whole: Path, data: Path, manifest: Manifest) -> None:
    with whole.open("xb") as out:
        os.chmod(whole, 0o600)
        with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, compresslevel=6) as packed:
            packed.write(data, DATA)
            packed.writestr(MANIFEST, json.dumps(asdict(manifest), indent=2, sort_keys=True))
        out.flush()
        os.fsync(out.fileno())


def _digest(data: Path) -> str:
    with data.open("rb") as source:
        return hashlib.file_digest(source, "sha256").hexdigest()


def _sync(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _run(program: str, url: URL, *words: str) -> None:
    """A program of PostgreSQL against that database; the password travels in the environment, not among the words."""
    found = shutil.which(program)
    if found is None:
        raise BackupFailed(f"{program} is not installed: apt-get install postgresql-client.")
    done = subprocess.run([found, *words], env=_environ(url), capture_output=True, text=True, check=False)  # noqa: S603  # a fixed program
    if done.returncode:
        said = done.stderr.splitlines()
        reason = next((line for line in said if "ERROR" in line or "error" in line), f"exit status {done.returncode}")
        raise BackupFailed(f"{program} did not succeed: {reason}")


def _environ(url: URL) -> dict[str, str]:
    host = url.host or url.query.get("host") or ""
    named = {"PGHOST": host if isinstance(host, str) else host[0], "PGPORT": str(url.port or ""), "PGUSER": url.username or "",
             "PGDATABASE": url.database or "", PASSWORD_NAME: url.password or ""}
    return {**os.environ, **{key: value for key, value in named.items() if value}}


def file_name(now: datetime) -> str:
    """Of a backup that is put into a folder: sorted by name they are sorted by time."""
    return f"pep-admin-{now.astimezone(UTC):%Y-%m-%d-%H%M%S}.zip"


def remove_old(folder: Path, keep: int) -> list[Path]:
    """Delete all but the newest `keep` of the backups that `file_name` named; what was deleted."""
    old = sorted(folder.glob("pep-admin-????-??-??-??????.zip"), reverse=True)[keep:]
    for each in old:
        each.unlink()
    return old


def _named(dialect: str) -> str:
    return {"sqlite": "SQLite", "postgresql": "PostgreSQL"}.get(dialect, dialect)
