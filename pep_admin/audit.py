"""Who did, who looked, who was refused: an append-only log that holds ids and field names, never a child's words.

A verb's event is written in the verb's own transaction (`record`); a view of a record is written at once, on a short session of
its own beside the open read, before the page leaves (`record_at_once`). Old and new values are history.py's.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Engine
from sqlalchemy.orm import Session

from pep_admin.models import AuditEvent
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
    with Session(engine.execution_options(write=True)) as own, own.begin():
        own.add(_event(actor, action, subject, outcome, details, request_id))


def _event(
    actor: Actor | None, action: str, subject: Any, outcome: str, details: dict[str, Any], request_id: str | None
) -> AuditEvent:
    child_id = details.pop("child_id", None) or getattr(subject, "child_id", None)
    if child_id is None and subject is not None and subject.__class__.__name__ == "Child":
        child_id = subject.id
    return AuditEvent(
        at=datetime.now(UTC),
        actor_id=actor.id if actor else ANONYMOUS,
        actor_name=actor.name if actor else "Not signed in",
        roles=" ".join(sorted(actor.roles)) if actor else "",
        action=action,
        object_type=details.pop("object_type", None) or (subject.__tablename__.removeprefix("pep_") if subject is not None else ""),
        object_id=details.pop("object_id", None) or getattr(subject, "id", None),
        child_id=child_id,
        outcome=outcome,
        details=details,
        request_id=request_id,
    )
