"""Who did, who looked, who was refused: an append-only log that holds ids and field names, never a child's words.

A verb's event is written in the verb's own transaction (`record`); looks at records are written at once, before the page leaves, on
a short session of their own beside the open read (`record_at_once`, `record_all_at_once`). Old and new values are history.py's.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Engine
from sqlalchemy.orm import Session

from pep_admin.models import AuditEvent, Base, Child, OfPep
from pep_admin.permissions import Actor

ANONYMOUS = "anonymous"


def record(session: Session, action: str, subject: Any = None, *, outcome: str = "done", **details: Any) -> None:
    """Add one event to the session's transaction. `subject` is a row of ours; `details` ids, counts and field names only."""
    session.add(_event(session.info.get("actor"), action, subject, outcome, details, session.info.get("request_id")))


def record_at_once(
    engine: Engine, actor: Actor | None, action: str, subject: Any = None, *, outcome: str = "done",
    request_id: str | None = None, **details: Any,
) -> None:
    """Write one event in a transaction of its own, outside whatever the caller has open; raises when it cannot be written.

    The caller must hold no write transaction on the same engine (SQLite would wait for it).
    """
    _write(engine, [_event(actor, action, subject, outcome, details, request_id)])


def record_all_at_once(
    engine: Engine, actor: Actor | None, events: Iterable[tuple[str, dict[str, Any]]], *, request_id: str | None = None,
) -> None:
    """The same for many events of one moment, in one transaction: the action of each, with its facts and details."""
    _write(engine, [_event(actor, action, None, "done", dict(details), request_id) for action, details in events])


def facts_of(row: Base) -> dict[str, Any]:
    """What an event says of a row: object_type, object_id, and child_id, None for a row that is no child's."""
    return {"object_type": type_of(row), "object_id": getattr(row, "id", None), "child_id": child_of(row)}


def type_of(row: Base) -> str:
    """What an event calls a row's kind: pep, child, ppg_request."""
    return str(row.__tablename__).removeprefix("pep_")


def child_of(row: Any) -> int | None:
    """The id of the child whose record the row is a part of; None where it is no child's."""
    if isinstance(row, Child):
        return row.id
    owner: Any = getattr(row, "pep", None) if isinstance(row, OfPep) else row
    return getattr(owner, "child_id", None)


def _write(engine: Engine, events: Sequence[AuditEvent]) -> None:
    with Session(engine.execution_options(write=True)) as own, own.begin():
        own.add_all(events)


def _event(
    actor: Actor | None, action: str, subject: Any, outcome: str, details: dict[str, Any], request_id: str | None
) -> AuditEvent:
    return AuditEvent(
        at=datetime.now(UTC),
        actor_id=actor.id if actor else ANONYMOUS,
        actor_name=actor.name if actor else "Not signed in",
        roles=" ".join(sorted(actor.roles)) if actor else "",
        action=action,
        object_type=details.pop("object_type", None) or (type_of(subject) if subject is not None else ""),
        object_id=details.pop("object_id", None) or getattr(subject, "id", None),
        child_id=details.pop("child_id", None) or child_of(subject),
        outcome=outcome,
        details=details,
        request_id=request_id,
    )
