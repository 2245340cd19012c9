"""Somebody's own unfinished texts: of everything, of one PEP, of one page; and what the keeping of one has to know of its PEP.

The net of permissions.py gives nobody another's draft. How one is kept and dropped is workflow/drafts.py's.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Protocol

from sqlalchemy import select
from sqlalchemy.orm import Session

from pep_admin.models import Child, Draft, Pep
from pep_admin.permissions import Actor
from pep_admin.queries.past_scope import because
from pep_admin.vocabulary import PepStatus


def drafts_of(session: Session, actor: Actor, pep_id: int | None = None) -> list[Draft]:
    """The actor's own drafts, the newest first; of one PEP where it is named."""
    asked = select(Draft).where(Draft.owner == actor.id, Draft.spent_at.is_(None))
    if pep_id is not None:
        asked = asked.where(Draft.pep_id == pep_id)
    return list(session.scalars(asked.order_by(Draft.saved_at.desc(), Draft.id.desc())))


class OfPage(Protocol):
    """What says which page a draft is of."""

    @property
    def pep_id(self) -> int | None: ...
    @property
    def child_id(self) -> int: ...
    @property
    def place(self) -> str: ...


def find_draft(session: Session, actor: Actor, page: OfPage) -> Draft | None:
    """The actor's own draft of that page, or None."""
    asked = select(Draft).where(Draft.owner == actor.id, Draft.pep_id == page.pep_id, Draft.child_id == page.child_id,
                                Draft.place == page.place, Draft.spent_at.is_(None))
    return session.scalar(asked)


def drafts_at(session: Session, actor: Actor, pep_ids: Iterable[int], place: str) -> dict[int, Draft]:
    """The actor's own drafts of one place in several PEPs, by the number of the PEP."""
    asked = select(Draft).where(Draft.owner == actor.id, Draft.pep_id.in_(list(pep_ids)), Draft.place == place,
                                Draft.spent_at.is_(None))
    return {each.pep_id: each for each in session.scalars(asked) if each.pep_id is not None}


def in_sight(session: Session, drafts: Iterable[Draft]) -> tuple[dict[int, Pep], dict[int, Child]]:
    """Of what those drafts are, by id, what the one who acts may see: their PEPs, and the children of those that are of no PEP. A
    draft outlives the sight of either."""
    peps = {each.pep_id for each in drafts if each.pep_id is not None}
    children = {each.child_id for each in drafts if each.pep_id is None}
    return ({pep.id: pep for pep in session.scalars(select(Pep).where(Pep.id.in_(peps)))} if peps else {},
            {child.id: child for child in session.scalars(select(Child).where(Child.id.in_(children)))} if children else {})


def status_of_pep(session: Session, pep_id: int) -> PepStatus | None:
    """Where a PEP stands, None where there is none of that id."""
    asked = select(Pep.status).where(Pep.id == pep_id)
    reason = "a text is kept for its writer after the child has moved out of sight, but none of a PEP that was closed"
    return session.scalar(asked.execution_options(**because(reason)))
