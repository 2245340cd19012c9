"""Every row of a database into an empty one of the other kind: from the SQLite file to PostgreSQL when one machine is outgrown.

Both have taken the same steps; rows keep their ids, so that history, audit log and addresses stay true. What would end in another
number of rows in any table is undone.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Column, Connection, Engine, LargeBinary, MetaData, Table, func, inspect, select, text

from pep_admin.exceptions import PepAdminError
from pep_admin.server.migrations import VERSION_TABLE, pending, upgrade

CHUNK = 1_000
FILES = 10
"""Rows that hold files, which are read and written together: a hundred megabytes where each is as large as a document may be."""
OURS = ("pep_", "account_")


class NotMoved(PepAdminError):
    """A sentence on why nothing was moved."""


def move(source: Engine, target: Engine, say: Callable[[str], Any]) -> int:
    """Copy everything, all or nothing, into a database without tables of ours; the number of rows. The program must not run."""
    if pending(source):
        raise NotMoved("The database that is to be moved is older than the program: run `pep-admin migrate` first.")
    if any(name.startswith(OURS) for name in inspect(target).get_table_names()):
        raise NotMoved("The new database holds tables of the program already: name an empty one.")
    upgrade(target)
    with source.connect().execution_options(readonly=True) as reading, target.begin() as writing:
        moved = sum(_move_table(reading, writing, ours, theirs, say) for ours, theirs in _pairs(reading, writing))
    return moved


def _pairs(reading: Connection, writing: Connection) -> Iterator[tuple[Table, Table]]:
    """Each table as both databases know it, those that others point to first."""
    there, here = MetaData(), MetaData()
    there.reflect(writing)
    here.reflect(reading)
    for theirs in there.sorted_tables:
        if theirs.name.startswith(OURS) and theirs.name != VERSION_TABLE:
            yield here.tables[theirs.name], theirs


def _move_table(reading: Connection, writing: Connection, ours: Table, theirs: Table, say: Callable[[str], Any]) -> int:
    if writing.scalar(select(func.count()).select_from(theirs)):
        raise NotMoved(f"A step of the program put rows into {theirs.name} already: they cannot be moved.")
    later = [column.name for column in theirs.columns if any(key.column.table is theirs for key in column.foreign_keys)]
    holds_files = any(isinstance(column.type, LargeBinary) for column in theirs.columns)
    pointing: list[dict[str, Any]] = []
    count = 0
    for some in reading.execute(select(ours), execution_options={"yield_per": FILES if holds_files else CHUNK}).partitions():
        rows = [_row(each._mapping, theirs) for each in some]
        writing.execute(theirs.insert(), [{**row, **dict.fromkeys(later)} for row in rows])
        pointing += [{"id": row["id"], column: row[column]} for row in rows for column in later if row[column] is not None]
        count += len(rows)
    for row in pointing:  # rows that point to others of their own table, once all are there
        writing.execute(theirs.update().where(theirs.c.id == row["id"]).values(row))
    _count_on(writing, theirs)
    if (found := writing.scalar(select(func.count()).select_from(theirs))) != count:
        raise NotMoved(f"{theirs.name} would have {found} rows instead of {count}: nothing was moved.")
    if count:
        say(f"{count:,} rows of {theirs.name}")
    return count


def _row(row: Mapping[Any, Any], theirs: Table) -> dict[str, Any]:
    return {name: _value(value, theirs.c[name]) for name, value in row.items()}


def _value(value: Any, column: Column[Any]) -> Any:
    """SQLite keeps instants without their zone, which is UTC."""
    return value.replace(tzinfo=UTC) if isinstance(value, datetime) and getattr(column.type, "timezone", False) else value


def _count_on(writing: Connection, table: Table) -> None:
    """The next id follows the highest."""
    if writing.dialect.name == "postgresql" and "id" in table.c:
        sequence = writing.scalar(text("SELECT pg_get_serial_sequence(:name, 'id')"), {"name": table.name})
        highest = writing.scalar(select(func.max(table.c.id)))
        if sequence and highest:
            writing.execute(text("SELECT setval(:sequence, :highest)"), {"sequence": sequence, "highest": highest})
