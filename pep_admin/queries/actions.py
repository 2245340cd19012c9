"""Actions that were agreed at meetings (HB-3.9): whose they are, which are open or done, and what a child's last PEPs left open.

All of it is shown, so it is read within the scope: of a child who has moved the old school reads no action. Ticking one off is
workflow/actions.py's.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from sqlalchemy import ColumnElement, and_, func, or_, select
from sqlalchemy.orm import Session, contains_eager, joinedload

from pep_admin.models import AgreedAction, Child, Pep
from pep_admin.permissions import Actor
from pep_admin.vocabulary import PepStatus

DONE_FOR = timedelta(days=120)
"""How long an action that was done is still listed: about a term."""


@dataclass(frozen=True, slots=True)
class ActionPage:
    """One page of actions, and how many there are of that sort in all."""

    rows: Sequence[AgreedAction]
    count: int


def named(actor: Actor) -> ColumnElement[bool]:
    """Whether the actor, or whom they stand in for, is named in an action's "who" by their whole name."""
    names = [" ".join(name.split()) for name in (actor.name, *(each.name for each in actor.covers)) if name.strip()]
    # Two ways, because SQLite lowers no other letters than those of English.
    found = [or_(AgreedAction.who.contains(name, autoescape=True),
                 func.lower(AgreedAction.who).contains(name.lower(), autoescape=True)) for name in names]
    return or_(*found) if found else AgreedAction.id.is_(None)


def is_open() -> ColumnElement[bool]:
    return AgreedAction.done_on.is_(None)


def actions_of(
    session: Session, *, mine: Actor | None, done: bool, today: date, page: int, on_a_page: int
) -> ActionPage:
    """A page of the open actions, the earliest due first, or of those that were done lately, the latest first; of every child in
    care that the scope holds, or only those in which `mine` is named."""
    wanted = [Pep.status != PepStatus.WITHDRAWN, or_(Child.left_care_on.is_(None), Child.left_care_on > today),
              AgreedAction.done_on > today - DONE_FOR if done else is_open()]
    if mine is not None:
        wanted.append(named(mine))
    asked = select(AgreedAction).join(AgreedAction.pep).join(Pep.child).where(and_(*wanted))
    count = session.scalar(select(func.count()).select_from(asked.with_only_columns(AgreedAction.id).subquery())) or 0
    order: tuple[Any, ...] = (AgreedAction.by_on, AgreedAction.id)
    if done:
        order = (AgreedAction.done_on.desc(), AgreedAction.id.desc())
    rows = session.scalars(asked.options(contains_eager(AgreedAction.pep).contains_eager(Pep.child)).order_by(*order)
                           .limit(on_a_page).offset(page * on_a_page)).all()
    return ActionPage(rows, count)


def open_before(session: Session, pep: Pep) -> Sequence[AgreedAction]:
    """What was agreed in the child's earlier PEPs and is not done, the earliest due first: it is looked at first at this one."""
    asked = select(AgreedAction).join(AgreedAction.pep).where(
        Pep.child_id == pep.child_id, Pep.id < pep.id, Pep.status != PepStatus.WITHDRAWN, is_open())
    return session.scalars(asked.options(joinedload(AgreedAction.pep)).order_by(AgreedAction.by_on, AgreedAction.id)).all()
