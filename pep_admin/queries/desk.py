"""The PEPs that lie on somebody's desk: those of which they sign a part, as columns, a fixed number of statements however many.

All of it is shown, so it is read within the scope: what went with a child to another school is gone from the old desk. In which
pile one lies is desk.py's.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import date
from typing import Any

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session, joinedload

from pep_admin.desk import DeskFacts
from pep_admin.models import PARTS, AttendingNote, Pep, QaReview, School, Term
from pep_admin.permissions import Actor, owns_part
from pep_admin.queries.last_term import peps_before
from pep_admin.queries.new_children import day_of
from pep_admin.queries.peps import UNFINISHED
from pep_admin.queries.terms import day_bounds, term_of
from pep_admin.vocabulary import Decision, Part, PepStatus, Role


def desk_of(session: Session, actor: Actor, today: date) -> list[DeskFacts]:
    """Every PEP that is not finished and was not closed, of which the actor signs a part or writes a section, and those signed off
    this term."""
    if actor.person_id is None:
        return []
    signed = [model.signed_at.label(f"signed_{part.value}") for part, model in PARTS.items()]
    wanted = select(Pep.id, Pep.kind, Pep.status, Pep.meeting_at, Pep.due_on, Pep.writer_id, Pep.social_worker_id,
                    School.designated_teacher_id, _question(), *signed).outerjoin(School, Pep.school_id == School.id)
    for model in PARTS.values():
        wanted = wanted.join(model, model.pep_id == Pep.id)
    rows = session.execute(wanted.where(_writes(actor), or_(Pep.status.in_(UNFINISHED), _signed_off(session, today)))).all()
    facts = [_facts(row, actor) for row in rows]
    return [each for each in facts if each.mine & each.wanted or each.helping]


def _writes(actor: Actor) -> Any:
    """`permissions.owns_part` as a condition: of whom the actor may own a part, or was given a section."""
    people = [actor.person_id, *(each.person_id for each in actor.covers)]
    owned = [Pep.writer_id.in_(people), Pep.id.in_([each.pep_id for each in actor.helps])]
    owned += [Pep.social_worker_id.in_(people)] if Role.SOCIAL_WORKER in actor.roles else []
    owned += [School.designated_teacher_id.in_(people)] if Role.DESIGNATED_TEACHER in actor.roles else []
    return or_(*owned)


def _signed_off(session: Session, today: date) -> Any:
    """Signed off since the running term began; before it begins, and where none is known, since the last one did."""
    term = term_of(session, today)
    if term is None or term.starts_on > today:
        term = session.scalar(select(Term).where(Term.starts_on <= today).order_by(Term.starts_on.desc()).limit(1)) or term
    since = term.starts_on if term else today
    return (Pep.status == PepStatus.COMPLETE) & (Pep.completed_at >= day_bounds(since)[0])


def _question() -> Any:
    """The last word on a PEP that was sent, where it is a question without its answer; as `open_question` says of one."""
    last = select(func.max(QaReview.id)).where(QaReview.pep_id == Pep.id).correlate(Pep).scalar_subquery()
    asked = (Pep.status == PepStatus.SUBMITTED, QaReview.decision == Decision.ASK, QaReview.answer.is_(None),
             or_(Pep.submitted_at.is_(None), QaReview.reviewed_at >= Pep.submitted_at))
    return select(QaReview.id).where(QaReview.id == last, *asked).correlate(Pep).scalar_subquery().label("question")


def _facts(row: Any, actor: Actor) -> DeskFacts:
    mine = frozenset(part for part in Part if owns_part(actor, row, part))
    signed = frozenset(part for part in Part if getattr(row, f"signed_{part.value}") is not None)
    return DeskFacts(row.id, row.kind, row.status, mine, signed, day_of(row.meeting_at) if row.meeting_at else None, row.due_on,
                     row.question, tuple(actor.helps_with(row.id)))


def previous_peps(session: Session, pep_ids: Collection[int]) -> dict[int, Pep]:
    """By PEP the one before it that its reader may see; those that follow none are left out."""
    before = {pep_id: ids[0] for pep_id, ids in peps_before(session, pep_ids).items() if ids}
    wanted = select(Pep).where(Pep.id.in_(set(before.values()))).options(joinedload(Pep.term).joinedload(Term.year))
    found = {pep.id: pep for pep in session.scalars(wanted)} if before else {}
    return {pep_id: found[each] for pep_id, each in before.items() if each in found}


def asked_to_attend(session: Session, pep_ids: Collection[int]) -> set[int]:
    """Those of the PEPs to whose meeting the school asks the Virtual School to come (HB-3.10)."""
    wanted = select(AttendingNote.pep_id).where(AttendingNote.pep_id.in_(pep_ids), AttendingNote.cleared_at.is_(None))
    return {each for each in session.scalars(wanted) if each is not None}
