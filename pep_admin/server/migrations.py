"""The database's tables brought up to date: by `pep-admin migrate`, never by serving.

The steps themselves are in the folder migrations/, in the installed package or beside it in a checkout.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from sqlalchemy import Engine, inspect

VERSION_TABLE = "pep_schema_version"


def folder() -> Path:
    """Where the steps are."""
    package = Path(__file__).resolve().parents[1]
    inside = package / "migrations"
    return inside if inside.is_dir() else package.parent / "migrations"


def upgrade(engine: Engine) -> list[str]:
    """Take every step that the database lacks, all or none; the names of those taken."""
    from alembic import command  # a quarter of a second that only this needs

    missing = pending(engine)
    if missing:
        command.upgrade(_settings(engine), "heads")
    return missing


def pending(engine: Engine) -> list[str]:
    """The names of the steps that the database lacks, oldest first."""
    taken = _taken(engine)
    if taken == _last_of_each_branch():
        return []
    from alembic.script import ScriptDirectory

    scripts = ScriptDirectory.from_config(_settings(engine))
    done = {script.revision for head in taken for script in scripts.iterate_revisions(head, "base")}
    found = [script for script in scripts.walk_revisions("base", "heads") if script.revision not in done]
    return [f"{script.revision} {script.doc.rstrip('.')}" for script in reversed(found)]


def _settings(engine: Engine) -> Any:
    from alembic.config import Config

    settings = Config()
    settings.set_main_option("script_location", str(folder()))
    settings.attributes["engine"] = engine
    return settings


def _taken(engine: Engine) -> set[str]:
    with engine.connect().execution_options(readonly=True) as connection:
        if not inspect(connection).has_table(VERSION_TABLE):
            return set()
        return set(connection.exec_driver_sql(f"SELECT version_num FROM {VERSION_TABLE}").scalars())  # noqa: S608  # our own table


def _last_of_each_branch() -> set[str]:
    """The last step of each branch, from the names of the files (0002_…, a0002_…): enough to see that nothing is missing."""
    last: dict[str, str] = {}
    for file in sorted((folder() / "versions").glob("*.py")):
        revision = file.name.partition("_")[0]
        last[revision.rstrip("0123456789")] = revision
    return set(last.values())
