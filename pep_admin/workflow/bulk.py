"""Many rows of one tracked table added or changed at once: one execution of one statement a thousand rows, with their history.

For verbs that bring in whole files. What a row may hold, and who may do it, is the verb's matter.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple, TypeVar

from sqlalchemy import bindparam, insert, update
from sqlalchemy.orm import Session

from pep_admin import history
from pep_admin.exceptions import StaleRecord
from pep_admin.models import Child, OfChild
from pep_admin.workflow.taking import MANY

Item = TypeVar("Item")


class RowChange(NamedTuple):
    """A row on record in the version that was read, and the old and new value of columns; all of one call name the same columns."""

    id: int
    row_version: int
    old: Mapping[str, Any]
    new: Mapping[str, Any]


def batches(items: Sequence[Item]) -> Iterator[Sequence[Item]]:
    """The items, at most a thousand at a time."""
    return (items[start:start + MANY] for start in range(0, len(items), MANY))


def add_rows(session: Session, model: Any, rows: Sequence[Mapping[str, Any]]) -> list[int]:
    """Add rows of a tracked table, all with the same columns; their ids in the same order. A null column keeps no history."""
    ids: list[int] = []
    for some in batches(rows):
        adding = insert(model).returning(model.id, sort_by_parameter_order=True)
        added = session.scalars(adding, [dict(row) for row in some], execution_options={"history_kept": True}).all()
        history.keep(session, model, [
            (row_id, _child_of(model, row_id, row), {key: (None, value) for key, value in row.items() if value is not None})
            for row_id, row in zip(added, some, strict=True)
        ], verb="insert")
        ids += added
    return ids


def change_rows(session: Session, model: Any, changes: Sequence[RowChange]) -> None:
    """Change rows of a tracked, versioned table, each only in the version that was read.

    Raises StaleRecord where one has moved on. Objects of these rows in the session are expired.
    """
    for some in batches(changes):
        new: dict[str, Any] = {name: bindparam(f"new_{name}") for name in some[0].new}
        # Executed once for all: the ORM's own update of versioned rows would send one statement a row.
        change = (
            update(model).where(model.id == bindparam("that_id"), model.row_version == bindparam("that_version"))
            .values({**new, "row_version": model.row_version + 1})
        )
        rows = [{"that_id": each.id, "that_version": each.row_version, **{f"new_{name}": each.new[name] for name in new}}
                for each in some]
        if session.connection().execute(change, rows).rowcount != len(rows):
            raise StaleRecord
        history.keep(session, model, [(each.id, _child_of(model, each.id, each.old), _differences(each)) for each in some])
    changed = {each.id for each in changes}
    for row in list(session.identity_map.values()):
        if isinstance(row, model) and row.id in changed:
            session.expire(row)


def _differences(change: RowChange) -> dict[str, tuple[Any, Any]]:
    return {name: (change.old[name], new) for name, new in change.new.items() if change.old[name] != new}


def _child_of(model: Any, row_id: int, row: Mapping[str, Any]) -> int | None:
    if issubclass(model, OfChild):
        return int(row["child_id"])
    return row_id if model is Child else None
