"""The migrations make exactly the tables of the models, on both databases, and can be gone back on."""

from __future__ import annotations

import io
import re
from collections.abc import Callable, Iterator
from contextlib import redirect_stdout
from pathlib import Path
from typing import Any

import flask_migrate
import pytest
import sqlalchemy as sa
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from flask import Flask
from flask_migrate import Migrate
from flask_sqlalchemy import SQLAlchemy

from pep_admin.accounts.models import AccountsBase
from pep_admin.exceptions import PepAdminError
from pep_admin.models import Base
from pep_admin.server.migrations import VERSION_TABLE

pytestmark = pytest.mark.slow  # the quick suite stays under a minute; `make check` runs everything

MIGRATIONS = Path(__file__).parents[2] / "migrations"
BRANCHES = {"domain": Base.metadata, "accounts": AccountsBase.metadata}
OURS = {name for metadata in BRANCHES.values() for name in metadata.tables}


@pytest.fixture
def engine(empty_database: str, open_engine: Callable[[str], sa.Engine]) -> Iterator[sa.Engine]:
    engine = open_engine(empty_database)
    yield engine
    engine.dispose()


def shape(engine: sa.Engine, table: str) -> dict[str, Any]:
    """All that the database says of a table, in an order of its own."""
    seen = sa.inspect(engine)
    found: dict[str, Any] = {
        "columns": sorted(
            (each["name"], str(each["type"]), each["nullable"], each["default"]) for each in seen.get_columns(table)
        ),
        "key": seen.get_pk_constraint(table),
        "foreign keys": sorted(
            (each["name"], each["constrained_columns"], each["referred_table"], each["referred_columns"], each["options"])
            for each in seen.get_foreign_keys(table)
        ),
        "unique": sorted((each["name"], each["column_names"]) for each in seen.get_unique_constraints(table)),
        "checks": sorted((each["name"], " ".join(each["sqltext"].split())) for each in seen.get_check_constraints(table)),
        "indexes": sorted(
            (each["name"], each["column_names"], bool(each["unique"]), _words(each.get("dialect_options", {})))
            for each in seen.get_indexes(table)
        ),
    }
    if engine.dialect.name == "sqlite":
        with engine.connect() as connection:
            sql = connection.exec_driver_sql("SELECT sql FROM sqlite_master WHERE name = ?", (table,)).scalar_one()
        found["never gives an id twice"] = "AUTOINCREMENT" in sql
    return found


def _words(options: dict[str, Any]) -> dict[str, str]:
    return {key: str(value) for key, value in sorted(options.items())}


def everything_there(engine: sa.Engine) -> set[str]:
    """Names of all tables, indexes, triggers and functions of ours that the database holds."""
    sql = (
        "SELECT name FROM sqlite_master WHERE name NOT LIKE 'sqlite_%'"
        if engine.dialect.name == "sqlite"
        else "SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace "
        "UNION SELECT tgname FROM pg_trigger WHERE NOT tgisinternal "
        "UNION SELECT proname FROM pg_proc WHERE pronamespace = 'public'::regnamespace"
    )
    with engine.connect() as connection:
        return set(connection.exec_driver_sql(sql).scalars())


def test_up_then_down_then_up_again(engine: sa.Engine, migrate: Callable[..., None]) -> None:
    migrate(engine, "upgrade", "heads")
    after_first = everything_there(engine)
    assert after_first >= OURS

    migrate(engine, "downgrade", "base")
    assert {name for name in everything_there(engine) if VERSION_TABLE not in name} == set()

    migrate(engine, "upgrade", "heads")
    assert everything_there(engine) == after_first


def test_alembic_finds_no_difference_from_the_models(engine: sa.Engine, migrate: Callable[..., None]) -> None:
    migrate(engine, "upgrade", "heads")
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"version_table": VERSION_TABLE, "compare_server_default": True})
        assert compare_metadata(context, list(BRANCHES.values())) == []


def test_migrated_tables_are_those_that_the_models_would_make(engine: sa.Engine, migrate: Callable[..., None]) -> None:
    """Also what Alembic does not compare: CHECKs, conditions of partial indexes, AUTOINCREMENT."""
    migrate(engine, "upgrade", "heads")
    migrated = {table: shape(engine, table) for table in OURS}
    migrate(engine, "downgrade", "base")
    for metadata in BRANCHES.values():
        metadata.create_all(engine)
    for table in sorted(OURS):
        assert migrated[table] == shape(engine, table), table


def test_a_host_gets_the_domain_alone_and_keeps_its_own_migrations(engine: sa.Engine, migrate: Callable[..., None]) -> None:
    with engine.begin() as connection:
        connection.exec_driver_sql("CREATE TABLE alembic_version (version_num VARCHAR(32) NOT NULL)")
        connection.exec_driver_sql("INSERT INTO alembic_version VALUES ('the host''s own')")
    migrate(engine, "upgrade", "domain@head")
    tables = set(sa.inspect(engine).get_table_names())
    assert tables == set(Base.metadata.tables) | {VERSION_TABLE, "alembic_version"}
    with engine.connect() as connection:
        assert connection.exec_driver_sql("SELECT version_num FROM alembic_version").scalars().all() == ["the host's own"]


def test_a_host_may_keep_our_tables_with_flask_migrate(tmp_path: Path) -> None:
    """The `flask db upgrade` of a host of its own, told where our steps are."""
    app = Flask(__name__)
    app.config["SQLALCHEMY_DATABASE_URI"] = f"sqlite:///{tmp_path / 'host.db'}"
    db = SQLAlchemy(app)
    Migrate(app, db, directory=str(MIGRATIONS))
    with app.app_context():
        flask_migrate.upgrade(revision="domain@head")
        assert set(sa.inspect(db.engine).get_table_names()) == set(Base.metadata.tables) | {VERSION_TABLE}
        db.engine.dispose()


def test_rows_without_their_parents_stop_a_migration(
    open_engine: Callable[[str], sa.Engine], migrate: Callable[..., None], tmp_path: Path
) -> None:
    engine = open_engine(f"sqlite:///{tmp_path / 'orphans.db'}")
    migrate(engine, "upgrade", "heads")
    raw = engine.raw_connection()
    raw.execute("PRAGMA foreign_keys=OFF")
    raw.execute("INSERT INTO pep_care_episode (child_id, started_on, row_version) VALUES (99, '2024-09-01', 1)")
    raw.commit()
    raw.invalidate()
    with pytest.raises(PepAdminError, match="Rows in pep_care_episode"):
        migrate(engine, "upgrade", "heads")


def test_files_that_were_looked_at_outlive_the_step_that_matches_columns(engine: sa.Engine, migrate: Callable[..., None]) -> None:
    """Up: a file kept before is known by the names of its columns. Down: one without an outcome, which waits for a match, goes."""
    def rows() -> list[Any]:
        with engine.connect() as connection:
            kept = connection.execute(sa.text("SELECT id FROM pep_import ORDER BY id")).scalars().all()
            return [*kept, *connection.execute(sa.text("SELECT import_id FROM pep_import_file ORDER BY id")).scalars()]

    def keep(more: str = "", value: str = "") -> None:
        with engine.begin() as connection:
            number = connection.execute(sa.text(
                "INSERT INTO pep_import (kind, made_by, made_name, made_at, options, outcome, digest" + more + ") VALUES "
                "('roll', 'o', 'O', '2024-11-18 10:00:00', '{}', '{}', ''" + value + ") RETURNING id")).scalar_one()
            connection.execute(sa.text("INSERT INTO pep_import_file (import_id, part, name, sha256, size, content) VALUES "
                                       "(:id, 'roll', 'x', '', 1, :content)"), {"id": number, "content": b"x"})

    migrate(engine, "upgrade", "0003")
    keep()
    migrate(engine, "upgrade", "0004")
    with engine.connect() as connection:
        assert connection.execute(sa.text("SELECT awaits_columns FROM pep_import")).scalar_one() in (0, False)
        assert connection.execute(sa.text("SELECT places FROM pep_import_file")).scalar_one() is None
    keep(", awaits_columns", ", " + ("true" if engine.dialect.name == "postgresql" else "1"))
    assert rows() == [1, 2, 1, 2]
    migrate(engine, "downgrade", "0003")
    assert rows() == [1, 1]


def test_a_migration_leaves_foreign_keys_watched(
    open_engine: Callable[[str], sa.Engine], migrate: Callable[..., None], tmp_path: Path
) -> None:
    engine = open_engine(f"sqlite:///{tmp_path / 'watched.db'}")
    migrate(engine, "upgrade", "heads")
    with engine.connect() as connection:
        assert connection.exec_driver_sql("PRAGMA foreign_keys").scalar_one() == 1


def test_the_sql_can_be_printed_for_somebody_else_to_run() -> None:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.set_main_option("sqlalchemy.url", "postgresql+psycopg://")
    config.output_buffer = printed = io.StringIO()
    with redirect_stdout(printed):
        command.upgrade(config, "heads", sql=True)
    assert set(re.findall(r"CREATE TABLE (\w+)", printed.getvalue())) == OURS | {VERSION_TABLE}
    assert "CREATE TRIGGER pep_audit_event_no_update" in printed.getvalue()


def test_revisions_are_numbered_named_in_words_and_stand_in_one_line_per_branch() -> None:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    scripts = ScriptDirectory.from_config(config)
    assert len(scripts.get_heads()) == len(BRANCHES)
    for branch in BRANCHES:
        letter = "" if branch == "domain" else "a"
        line = [each.revision for each in scripts.walk_revisions(base="base", head=f"{branch}@head")][::-1]
        assert line == [f"{letter}{number:04}" for number in range(1, len(line) + 1)]
    for each in scripts.walk_revisions():
        assert re.fullmatch(rf"{each.revision}_[a-z][a-z0-9_]+\.py", Path(each.path).name)
