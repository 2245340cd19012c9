"""Questions about PEPs and the groups their statuses and kinds make."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import select
from sqlalchemy.orm import Session

from pep_admin.models import Pep, QaReview
from pep_admin.vocabulary import Decision, PepKind, PepStatus

OPEN_TO_WRITE = (PepStatus.INITIATED, PepStatus.IN_PROGRESS, PepStatus.RETURNED)
UNFINISHED = (*OPEN_TO_WRITE, PepStatus.SUBMITTED)
ONE_A_TERM = (PepKind.INITIAL, PepKind.TERMLY)


def peps_of_term(session: Session, term_id: int, child_ids: Iterable[int]) -> dict[int, list[Pep]]:
    """By child the PEPs of a term that count as its review (decision 0012): no funding PEP, none that was closed as not needed."""
    found: dict[int, list[Pep]] = {}
    wanted = select(Pep).where(Pep.term_id == term_id, Pep.child_id.in_(list(child_ids)), Pep.kind != PepKind.FUNDING,
                               Pep.status != PepStatus.WITHDRAWN)
    for pep in session.scalars(wanted.order_by(Pep.id)):
        found.setdefault(pep.child_id, []).append(pep)
    return found


def last_reviews(session: Session, pep_ids: Iterable[int]) -> dict[int, QaReview]:
    """The newest grading (not question) of each PEP."""
    rows = session.scalars(
        select(QaReview).where(QaReview.pep_id.in_(list(pep_ids)), QaReview.decision != Decision.ASK).order_by(QaReview.id)
    )
    return {review.pep_id: review for review in rows}
