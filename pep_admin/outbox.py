"""Mail and background jobs as rows, queued in the caller's own transaction: what is rolled back was never announced.

server/worker.py runs them. A message is rendered when it is sent, from its template and ids; nothing here names a child.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from pep_admin.models import Delivery, Job, Person


def queue_mail(session: Session, key: str, person: Person | None, template: str, *, now: datetime, pep_id: int | None = None,
               **arguments: Any) -> Delivery:
    """One message to one person, once per `key`: the same key again gives back the message that is there.

    Without a person, whom it goes to is asked when it is sent, of what is registered for the template (server/addressing.py).
    """
    found = session.scalar(select(Delivery).where(Delivery.key == key))
    if found is None:
        found = Delivery(key=key, person=person, template=template, pep_id=pep_id, arguments=arguments, queued_at=now, due_at=now)
        session.add(found)
    return found


def was_queued(session: Session, beginning: str) -> bool:
    """Whether any message was queued under a key that begins so."""
    return session.scalar(select(Delivery.id).where(Delivery.key.startswith(beginning, autoescape=True)).limit(1)) is not None


def queue_job(session: Session, kind: str, *, now: datetime, once_key: str | None = None, **payload: Any) -> Job:
    """One job, once per `once_key` where one is given."""
    found = session.scalar(select(Job).where(Job.once_key == once_key)) if once_key else None
    if found is None:
        found = Job(kind=kind, once_key=once_key, payload=payload, queued_at=now, due_at=now)
        session.add(found)
    return found
