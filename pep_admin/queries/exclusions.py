"""Questions about alerts of exclusion (HB-3.6): the open one of a child, of many, all of a child. Read within the scope."""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import select
from sqlalchemy.orm import Session

from pep_admin.models import ExclusionAlert


def open_alert_of(session: Session, child_id: int) -> ExclusionAlert | None:
    """The alert about that child that the Virtual School has not closed."""
    return session.scalar(select(ExclusionAlert).where(ExclusionAlert.child_id == child_id, ExclusionAlert.closed_on.is_(None)))


def open_alerts(session: Session, child_ids: Collection[int]) -> dict[int, ExclusionAlert]:
    """By child, the open alert of each that has one."""
    found = select(ExclusionAlert).where(ExclusionAlert.child_id.in_(child_ids), ExclusionAlert.closed_on.is_(None))
    return {each.child_id: each for each in session.scalars(found)}
