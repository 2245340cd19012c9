"""Targets that go on from one PEP to the next (HB-5.7): which may be written anew, and the way of one from its first form."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from pep_admin.models import Pep, Target, TargetReview, Term
from pep_admin.validators.last_term import GOES_ON
from pep_admin.vocabulary import PepStatus


@dataclass(frozen=True, slots=True)
class Life:
    """Where a target was first set, None for one that began here, and in which PEPs it went on from here, the oldest first."""

    first: Target | None
    later: tuple[Target, ...]


def kept_target(session: Session, pep: Pep, target_id: int) -> Target | None:
    """That target of an earlier PEP of the same child; None unless the review in this PEP says that it goes on."""
    return session.scalar(
        select(Target).join(Pep, Target.pep_id == Pep.id).join(TargetReview, TargetReview.target_id == Target.id)
        .where(Target.id == target_id, Pep.child_id == pep.child_id, Pep.id < pep.id, TargetReview.pep_id == pep.id,
               TargetReview.next.in_(GOES_ON))
    )


def copy_of(session: Session, pep_id: int, target_id: int) -> Target | None:
    """The target of that PEP in which the earlier one goes on."""
    return session.scalar(select(Target).where(Target.pep_id == pep_id, Target.kept_from_id == target_id))


def life_of_target(session: Session, target: Target) -> Life:
    """Up and down the line of a target, through the PEPs of its child that were not closed as not needed."""
    every = {each.id: each for each in session.scalars(
        select(Target).join(Pep, Target.pep_id == Pep.id)
        .where(Pep.child_id == target.pep.child_id, Pep.status != PepStatus.WITHDRAWN).order_by(Target.pep_id, Target.number)
        .options(joinedload(Target.pep).joinedload(Pep.term).joinedload(Term.year))
    )}
    first = target
    while first.kept_from_id in every:
        first = every[first.kept_from_id]
    line, later = {target.id}, []
    for each in every.values():
        if each.kept_from_id in line:
            line.add(each.id)
            later.append(each)
    return Life(first if first is not target else None, tuple(later))
