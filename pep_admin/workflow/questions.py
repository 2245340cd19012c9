"""Answering what the Virtual School asked of a PEP that was sent (HB-7.1): one question, one answer, and nothing reopens.

Asking is a decision of grading (reviews.py); returning, which reopens parts, too.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from pep_admin import audit
from pep_admin.circumstances import said
from pep_admin.exceptions import NotAllowed, NotFound
from pep_admin.models import Pep, QaReview
from pep_admin.permissions import Actor, Permission, can, require, require_on, takes_part
from pep_admin.vocabulary import Decision, PepStatus
from pep_admin.workflow.taking import refuse, take_pep


def open_question(session: Session, pep: Pep) -> QaReview | None:
    """The question that waits for its answer; None where none does, and once the PEP is no longer with the Virtual School."""
    if pep.status is not PepStatus.SUBMITTED:
        return None
    last = session.scalar(select(QaReview).where(QaReview.pep_id == pep.id).order_by(QaReview.id.desc()).limit(1))
    return last if last is not None and last.decision is Decision.ASK and last.answer is None and _since(pep, last) else None


def answers_for(session: Session, peps: Sequence[Pep]) -> list[tuple[Pep, QaReview]]:
    """What was answered since each of those PEPs was sent, oldest first, for whoever decides on them next."""
    by_id = {pep.id: pep for pep in peps}
    found = select(QaReview).where(QaReview.pep_id.in_(by_id), QaReview.answer.is_not(None)).order_by(QaReview.id)
    return [(by_id[each.pep_id], each) for each in session.scalars(found) if _since(by_id[each.pep_id], each)]


def _since(pep: Pep, review: QaReview) -> bool:
    """Whether it was asked of the PEP as it was sent last."""
    return pep.submitted_at is None or review.reviewed_at >= pep.submitted_at


def may_answer(actor: Actor, pep: Pep) -> bool:
    """Whether somebody may answer for this PEP: who owns a part of it (HB-2.6), and the Virtual School, for what it was told."""
    return can(actor, Permission.PEP_SUBMIT) and takes_part(actor, pep)


def answer_question(session: Session, pep_id: int, review_id: int, *, words: str, actor: Actor, now: datetime) -> QaReview:
    """Answer the question, once. The parts keep their signatures and the PEP its place in the queue.

    Raises Refused for an answer that says nothing, for a second one, and once the PEP is no longer with the Virtual School.
    """
    require(actor, Permission.PEP_SUBMIT)
    pep = take_pep(session, pep_id)
    require_on(session, actor, Permission.PEP_SUBMIT, pep.child_id)
    if not may_answer(actor, pep):
        raise NotAllowed(Permission.PEP_SUBMIT.value, "Whoever writes this PEP answers for it.")
    asked = session.scalar(select(QaReview).where(QaReview.id == review_id, QaReview.pep_id == pep.id))
    if asked is None or asked.decision is not Decision.ASK:
        raise NotFound
    if asked.answer is not None:
        raise refuse("answer-twice", "DATA-status", f"{asked.answered_name} has answered this already.")
    if open_question(session, pep) is not asked:
        raise refuse("answer-late", "DATA-status", f"{pep.reference} is “{pep.status.label}” by now, so this is not waited for.")
    if not said(words):
        raise refuse("answer-empty", "HB-7.1", "Write the answer to the question.", "answer")
    asked.answer, asked.answered_by, asked.answered_name, asked.answered_at = words.strip(), actor.id, actor.name, now
    session.flush()
    audit.record(session, "pep.answer", pep, review=asked.id)
    return asked
