"""How Alembic finds the database and the tables: for `pep-admin migrate`, for a host's `flask db` and for the alembic command.

Two branches: `domain` (the plugin's tables) and `accounts` (sign-in of the standalone host; a foreign host never gets it). They
keep their place in a version table of our own, so that a host's migrations in the same database are left alone.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import sqlalchemy as sa
from alembic import context
from alembic.operations.ops import CreateTableOp, MigrationScript
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy.sql.elements import conv

from pep_admin.accounts.models import AccountsBase
from pep_admin.config import read_settings
from pep_admin.exceptions import PepAdminError
from pep_admin.models import Answers, Base, Instant, Words
from pep_admin.server.database import engine_options, prepare
from pep_admin.server.migrations import VERSION_TABLE

METADATA = {"domain": Base.metadata, "accounts": AccountsBase.metadata}
PREFIXES = {"domain": "pep_", "accounts": "account_"}
LETTERS = {"domain": "", "accounts": "a"}

config = context.config
asked = context.get_x_argument(as_dictionary=True)
branches = [asked["branch"]] if "branch" in asked else list(METADATA)


def render_item(kind: str, item: Any, autogen: Any) -> str | bool:
    """Our column types as plain SQLAlchemy, so that a migration never depends on today's models."""
    if kind != "type":
        return False
    if isinstance(item, Words):
        return f"sa.String({item.length})" if item.length else "sa.Text()"
    if isinstance(item, Instant):
        return "sa.DateTime(timezone=True)"
    if isinstance(item, sa.Enum):
        return f"sa.String({item.length})"
    if isinstance(item, Answers):
        autogen.imports.add("from sqlalchemy.dialects import postgresql")
        return 'sa.JSON().with_variant(postgresql.JSONB(astext_type=sa.Text()), "postgresql")'
    return False


def include_name(name: str | None, kind: str, _: Any) -> bool:
    """Of the tables in the database only those of the chosen branches: a host's own are not ours to compare."""
    if kind != "table" or name is None:
        return True
    return name != VERSION_TABLE and name.startswith(tuple(PREFIXES[branch] for branch in branches))


def complete(migration: MigrationContext, _: Any, directives: list[MigrationScript]) -> None:
    """What Alembic leaves out of a new script: its number, and the CHECKs of the enums. No difference, no script."""
    if directives and directives[0].upgrade_ops.is_empty():
        config.print_stdout("The tables are as the models say; there is nothing to write.")
        directives.clear()
    elif directives and len(branches) == 1:
        _number(directives[0])
        for operation in directives[0].upgrade_ops.ops:
            if isinstance(operation, CreateTableOp):
                operation.columns = [*operation.columns, *_enum_checks(operation)]


def _enum_checks(table: CreateTableOp) -> Iterator[sa.CheckConstraint]:
    # Written out with their names, which the naming convention would give them only as long as it stays what it is.
    for column in table.columns:
        if isinstance(column, sa.Column) and isinstance(column.type, sa.Enum):
            values = ", ".join(f"'{value}'" for value in column.type.enums)
            yield sa.CheckConstraint(f"{column.name} IN ({values})", name=conv(f"ck_{table.table_name}_{column.type.name}"))


def _number(script: MigrationScript) -> None:
    # The next number of the branch as revision id: 0002, a0002.
    letter = LETTERS[branches[0]]
    known = [each.revision for each in ScriptDirectory.from_config(config).walk_revisions()]
    used = [int(number) for name in known if (number := name.removeprefix(letter)).isdigit() and name == letter + number]
    script.rev_id = f"{letter}{max(used, default=0) + 1:04}"


def find_engine() -> sa.Engine:
    """The caller's engine, a host's Flask-Migrate database, or the one that the settings name."""
    engine = config.attributes.get("engine")
    if isinstance(engine, sa.Engine):
        return engine
    if (engine := _flask_engine()) is not None:
        return engine
    engine = sa.create_engine(_url(), **engine_options(_url()))
    prepare(engine)
    return engine


def _flask_engine() -> sa.Engine | None:
    from flask import current_app, has_app_context

    migrate = current_app.extensions.get("migrate") if has_app_context() else None
    return None if migrate is None else migrate.db.engine


def _url() -> str:
    return config.get_main_option("sqlalchemy.url") or read_settings().database


@contextmanager
def _foreign_keys_paused(connection: sa.Connection) -> Iterator[None]:
    # SQLite rebuilds a table by dropping the old one, which would cascade; the setting cannot change inside a transaction.
    if connection.dialect.name != "sqlite":
        yield
        return
    raw = connection.connection.driver_connection
    before = raw.execute("PRAGMA foreign_keys").fetchone()[0]
    raw.execute("PRAGMA foreign_keys=OFF")
    try:
        yield
    finally:
        raw.execute(f"PRAGMA foreign_keys={before}")


def _refuse_orphans(connection: sa.Connection) -> None:
    if connection.dialect.name == "sqlite" and (rows := connection.exec_driver_sql("PRAGMA foreign_key_check").all()):
        tables = ", ".join(sorted({row[0] for row in rows}))
        raise PepAdminError(f"Rows in {tables} would be left without the rows they belong to. Nothing was changed.")


def _configure(**more: Any) -> None:
    context.configure(
        target_metadata=[METADATA[branch] for branch in branches],
        version_table=VERSION_TABLE,
        include_name=include_name,
        render_item=render_item,
        process_revision_directives=complete,
        user_module_prefix="sa.",
        **more,
    )


def run_online() -> None:
    """All steps in one transaction on both databases: a step that fails leaves the database as it was."""
    with find_engine().execution_options(write=True).connect() as connection, _foreign_keys_paused(connection):
        _configure(connection=connection, transactional_ddl=True, render_as_batch=asked.get("batch") != "no")
        with context.begin_transaction():
            if connection.dialect.name == "postgresql":
                connection.exec_driver_sql("SET LOCAL statement_timeout = 0")  # a page may not take minutes, a migration may
            context.run_migrations()
            _refuse_orphans(connection)


def run_offline() -> None:
    """The SQL instead of the steps, for a database that somebody else administers."""
    _configure(url=_url(), literal_binds=True)
    with context.begin_transaction():
        context.run_migrations()


if context.is_offline_mode():
    run_offline()
else:
    run_online()
