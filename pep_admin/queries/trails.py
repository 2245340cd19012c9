"""How one child's record was kept: the changes of all its rows, and who looked at it, a page at a time, newest first.

Who may read which is decided by those who ask. What a change or a look is called in words is views/trails.py's.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Generic, TypeVar

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from pep_admin.models import AuditEvent, RecordChange

PAGE = 20
"""Entries on a page of a trail."""
Entry = TypeVar("Entry", RecordChange, AuditEvent)


@dataclass(frozen=True, slots=True)
class Trail(Generic[Entry]):
    """One page of a trail, the first being 1; `count` is of all its entries, `people` of those who left them, `since` the first."""

    entries: tuple[Entry, ...]
    page: int
    count: int
    people: int
    since: datetime | None

    @property
    def pages(self) -> int:
        return max(1, -(-self.count // PAGE))


def changes_of_child(session: Session, child_id: int, *, tables: Collection[str], page: int) -> Trail[RecordChange]:
    """What was changed in those tables of the child's record; a page beyond the last is the last."""
    return _trail(session, RecordChange, page, RecordChange.child_id == child_id, RecordChange.table_name.in_(tables))


def looks_at_child(session: Session, child_id: int, *, page: int) -> Trail[AuditEvent]:
    """What the audit log has of the child: looks, changes and refusals. Lists name no child there."""
    return _trail(session, AuditEvent, page, AuditEvent.child_id == child_id)


def _trail(session: Session, model: type[Entry], page: int, *criteria: Any) -> Trail[Entry]:
    whole = select(func.count(model.id), func.count(model.actor_id.distinct()), func.min(model.at)).where(*criteria)
    count, people, since = session.execute(whole).one()
    page = min(max(page, 1), max(1, -(-count // PAGE)))
    found = select(model).where(*criteria).order_by(model.id.desc()).limit(PAGE).offset((page - 1) * PAGE)
    return Trail(tuple(session.scalars(found)), page, count, people, since)
