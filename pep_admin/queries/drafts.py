"""Somebody's own unfinished texts: of everything, of one PEP, of one page; and what the keeping of one has to know of its PEP.

The net of permissions.py gives nobody another's draft. How one is kept and dropped is workflow/drafts.py's.
"""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import select
from sqlalchemy.orm import Session

from pep_admin.models import Draft, Pep
from pep_admin.permissions import Actor
from pep_admin.queries.past_scope import because
from pep_admin.vocabulary import PepStatus


def drafts_of(session: Session, actor: Actor, pep_id: int | None = None) -> list[Draft]:
    """The actor's own drafts, the newest first; of one PEP where it is named."""
    asked = select(Draft).where(Draft.owner == actor.id, Draft.spent_at.is_(None))
    if pep_id is not None:
        asked = asked.where(Draft.pep_id == pep_id)
    return list(session.scalars(asked.order_by(Draft.saved_at.desc(), Draft.id.desc())))


def find_draft(session: Session, actor: Actor, pep_id: int, place: str) -> Draft | None:
    """The actor's own draft of that page, or None."""
    asked = select(Draft).where(Draft.owner == actor.id, Draft.pep_id == pep_id, Draft.place == place, Draft.spent_at.is_(None))
    return session.scalar(asked)


def peps_in_sight(session: Session, pep_ids: Iterable[int]) -> dict[int, Pep]:
    """By id, those of the PEPs that the one who acts may see: a draft outlives the sight of its PEP."""
    wanted = set(pep_ids)
    return {pep.id: pep for pep in session.scalars(select(Pep).where(Pep.id.in_(wanted)))} if wanted else {}


def status_of_pep(session: Session, pep_id: int) -> PepStatus | None:
    """Where a PEP stands, None where there is none of that id."""
    asked = select(Pep.status).where(Pep.id == pep_id)
    reason = "a text is kept for its writer after the child has moved out of sight, but none of a PEP that was closed"
    return session.scalar(asked.execution_options(**because(reason)))
