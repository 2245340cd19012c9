"""Old and new value of every tracked row, written in the flush that changed it, in the same transaction.

Verbs that change rows set-based say so (`history_kept`) and write their entries with `keep`. Reading a record's timeline is
here too. What people did and looked at is audit.py's.
"""

from __future__ import annotations

import enum
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any, cast

from sqlalchemy import event, insert, inspect, or_, select
from sqlalchemy.orm import ORMExecuteState, Session, UOWTransaction, aliased, sessionmaker
from sqlalchemy.orm.util import identity_key

from pep_admin import models
from pep_admin.exceptions import NoActor
from pep_admin.models import PARTS, Child, OfChild, Pep, PpgRequest, ProgressNote, RecordChange, Target, Tracked, Waiver
from pep_admin.permissions import Actor

JSON_FIELDS = ("answers", "sensitive_answers")
LINES: tuple[Any, ...] = (models.Attainment, models.AttendanceSummary, models.Attendee, models.AgreedAction, models.TargetReview,
                          models.FundingEffect)
"""Rows that are answers of a PEP's parts. SDQ totals are the child's, and told on the child's own page."""


def watch(sessions: sessionmaker[Any] | type[Session]) -> None:
    """Keep the history of every tracked row that those sessions flush."""
    event.listen(sessions, "after_flush", _write)
    event.listen(sessions, "do_orm_execute", _refuse_silent_bulk)


def plain(value: Any) -> Any:
    """A value as history keeps it: JSON types only, dates in ISO, enums by value."""
    if isinstance(value, enum.Enum):
        return value.value
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat()
    if isinstance(value, date):
        return value.isoformat()
    return str(value) if isinstance(value, Decimal) else value


def keep(
    session: Session, model: type[Tracked], entries: Iterable[tuple[int, int | None, Mapping[str, tuple[Any, Any]]]], *,
    verb: str = "update",
) -> None:
    """History of a set-based change: (row id, child id, {field: (old, new)}) for every row that changed; verb: insert, update."""
    rows = [
        _entry(session, model.__table__.name, row_id, child_id, verb,
               {key: [plain(old), plain(new)] for key, (old, new) in changes.items()})
        for row_id, child_id, changes in entries
    ]
    if rows:
        session.execute(insert(RecordChange), rows)


@contextmanager
def because(session: Session, reason: str) -> Iterator[None]:
    """What is flushed inside is kept with the reason that somebody gave for it."""
    session.flush()
    session.info["reason"] = reason.strip()
    try:
        yield
        session.flush()
    finally:
        session.info.pop("reason", None)


def timeline(session: Session, table: str, row_id: int, limit: int = 200) -> list[RecordChange]:
    """The changes of one row, newest first."""
    found = select(RecordChange).where(RecordChange.table_name == table, RecordChange.row_id == row_id)
    return list(session.scalars(found.order_by(RecordChange.id.desc()).limit(limit)))


def last_changes(
    session: Session, model: type[Tracked], ids: Iterable[int], name: str, *, to: enum.Enum | None = None
) -> dict[int, RecordChange]:
    """The newest change of that field of each of those rows (to that value), by row id; a row without one is left out."""
    found = select(RecordChange).where(RecordChange.table_name == model.__table__.name, RecordChange.row_id.in_(list(ids)))
    return {each.row_id: each for each in session.scalars(found.order_by(RecordChange.id))
            if name in each.changes and (to is None or each.changes[name][1] == to.value)}


def timeline_of_pep(session: Session, pep: Pep, limit: int = 300) -> list[RecordChange]:
    """The changes of a PEP, its parts, their lines, targets with their notes, requests, waivers and documents, newest first."""
    kinds: list[Any] = [*PARTS.values(), *LINES, Target, ProgressNote, PpgRequest, Waiver, models.Document]
    whose: list[Any] = [(RecordChange.table_name == Pep.__tablename__) & (RecordChange.row_id == pep.id)]
    for model in kinds:
        ids = select(model.id).where(model.pep_id == pep.id)
        is_row = RecordChange.row_id.in_(ids) | RecordChange.row_id.in_(_taken_out(model, pep)) if model in LINES else (
            RecordChange.row_id.in_(ids))
        whose.append((RecordChange.table_name == model.__tablename__) & is_row)
    return list(session.scalars(select(RecordChange).where(or_(*whose)).order_by(RecordChange.id.desc()).limit(limit)))


def _taken_out(model: Any, pep: Pep) -> Any:
    """The lines of a PEP that are in no table any more: what the history keeps of the end of one says whose it was."""
    end = aliased(RecordChange)
    return select(end.row_id).where(end.child_id == pep.child_id, end.table_name == model.__tablename__, end.verb == "delete",
                                    end.changes["pep_id"][0].as_integer() == pep.id)


def _entry(session: Session, table: str, row_id: int, child_id: int | None, verb: str, changes: dict[str, Any]) -> dict[str, Any]:
    actor: Actor | None = session.info.get("actor")
    if actor is None:
        raise NoActor(f"A row of {table} was changed with nobody acting.")
    return {"at": datetime.now(UTC), "actor_id": actor.id, "actor_name": actor.name,
            "request_id": session.info.get("request_id"), "table_name": table, "row_id": row_id, "child_id": child_id,
            "verb": verb, "changes": changes, "reason": session.info.get("reason")}


def _changes(row: Any, verb: str) -> dict[str, list[Any]]:
    state, found = inspect(row), {}
    for prop in state.mapper.column_attrs:
        if prop.key in row.__untracked__ or prop.key == "id":
            continue
        past = state.attrs[prop.key].history
        old = plain(past.deleted[0]) if past.deleted else None
        new = plain(past.added[0]) if past.added else None
        if verb == "delete":
            old, new = plain(state.dict.get(prop.key)), None
        elif not past.has_changes():
            continue
        if old == new:
            continue
        if prop.key in JSON_FIELDS:
            old, new = old or {}, new or {}
            for key in sorted({*old, *new}):
                if old.get(key) != new.get(key):
                    found[f"{prop.key}.{key}"] = [old.get(key), new.get(key)]
        else:
            found[prop.key] = [old, new]
    return found


def _child_of(session: Session, row: Any) -> int | None:
    if isinstance(row, Child):
        return row.id
    if isinstance(row, OfChild):
        return row.child_id
    pep_id = getattr(row, "pep_id", None)
    if pep_id is None:
        return None
    loaded = inspect(row).dict.get("pep") or session.identity_map.get(identity_key(Pep, pep_id))
    if loaded is not None:
        return cast(int, inspect(loaded).dict["child_id"])
    table = Pep.__table__
    return cast(int, session.execute(select(table.c.child_id).where(table.c.id == pep_id)).scalar_one())


def _write(session: Session, _: UOWTransaction) -> None:
    rows = [
        _entry(
            session, row.__table__.name, inspect(row).mapper.primary_key_from_instance(row)[0], _child_of(session, row), verb, found
        )
        for verb, objects in (("insert", session.new), ("update", session.dirty), ("delete", session.deleted))
        for row in objects
        if isinstance(row, Tracked) and ((found := _changes(row, verb)) or verb != "update")
    ]
    if rows:
        session.execute(insert(RecordChange), rows)


def _refuse_silent_bulk(state: ORMExecuteState) -> None:
    if not (state.is_insert or state.is_update or state.is_delete) or state.bind_mapper is None:
        return
    if issubclass(state.bind_mapper.class_, Tracked) and not state.execution_options.get("history_kept"):
        raise RuntimeError(f"A bulk change of {state.bind_mapper.class_.__name__} would leave no history")


