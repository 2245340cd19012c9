"""The board of a term: every child who counts for it with the stage of their PEP, on this day or on one that is past.

A fixed number of statements, however many children. What a stage is, is stages.py's. A past day is told by the days on record: when
a PEP was opened, sent out, sent, sent back and signed off; what was taken back in between is not told by them.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Select, select
from sqlalchemy.orm import Session, aliased

from pep_admin.circumstances import phase_of
from pep_admin.models import PARTS, Child, Pep, Person, QaReview, School, Term
from pep_admin.queries.in_care import of_child_in_care, stays_in_care
from pep_admin.queries.launch import LaunchCandidate, launch_candidates
from pep_admin.queries.new_children import day_of, days_of_moves
from pep_admin.queries.peps import OPEN_TO_WRITE
from pep_admin.stages import Stage, StageFacts, least_far, stage_of
from pep_admin.vocabulary import Decision, Part, PepKind, PepStatus, Phase


@dataclass(frozen=True, slots=True)
class BoardRow:
    """A child of the term: the PEP that is least far, None where none was opened; and by what the board is grouped."""

    child_id: int
    pep_id: int | None
    stage: Stage
    phase: Phase
    school: tuple[int, str] | None
    team: str
    officer: tuple[int, str] | None
    due_on: date | None = None
    meeting_on: date | None = None


def board_of(session: Session, term: Term, day: date, *, today: date) -> list[BoardRow]:
    """Each child once, by their number: who is in care on that day and of PEP age, and whoever has a PEP of the term.

    Who has left care by that day stands on no stage, whatever became of their PEP: the stages add up to the children in care.
    A PEP that was closed as not needed is none, and one for money alone does not count as the term's (decision 0012).
    """
    roll = {each.child_id: each for each in launch_candidates(session, term, day)}
    peps: dict[int, list[Any]] = defaultdict(list)
    for row in _peps(session, term):
        if row.initiated_on <= day:
            peps[row.child_id].append(row)
    wanted = {child_id for child_id, each in roll.items() if not each.why_not} | set(peps)
    past = _Past.of(session, [row.id for rows in peps.values() for row in rows], day) if day < today else None
    known = _children(session, wanted, day)
    return [_row(known[child_id], roll.get(child_id), peps.get(child_id, ()), past, day) for child_id in sorted(known)]


def elsewhere(session: Session, term: Term | None, day: date) -> list[BoardRow]:
    """The PEPs of every other term, earlier or launched ahead, that are not sent to the Virtual School, of children in care: a line
    a PEP, so that what a term leaves unfinished is asked for when the next one has begun."""
    asked = _peps_of(Pep.status.in_(OPEN_TO_WRITE), of_child_in_care(day), *([Pep.term_id != term.id] if term is not None else []))
    rows = session.execute(asked).all()
    known = _children(session, {row.child_id for row in rows}, day)
    return [_row(known[row.child_id], None, [row], None, day) for row in rows if row.child_id in known]


def same_day(term: Term, before: Term, day: date) -> date:
    """The day of the term before that lies as far behind its beginning; its last one where it was shorter."""
    return min(before.starts_on + (day - term.starts_on), before.ends_on)


def term_before(session: Session, term: Term) -> Term | None:
    """The last term that began before this one."""
    return session.scalar(select(Term).where(Term.starts_on < term.starts_on).order_by(Term.starts_on.desc()).limit(1))


def _peps(session: Session, term: Term) -> Sequence[Any]:
    return session.execute(_peps_of(Pep.term_id == term.id, Pep.status != PepStatus.WITHDRAWN)).all()


def _peps_of(*which: ColumnElement[bool]) -> Select[*tuple[Any, ...]]:
    """The reviews among some PEPs, as columns."""
    signed = [model.signed_at.label(part.value) for part, model in PARTS.items()]
    asked = select(Pep.id, Pep.child_id, Pep.kind, Pep.status, Pep.initiated_on, Pep.delegated_at, Pep.meeting_at, Pep.completed_at,
                   Pep.submitted_at, Pep.due_on, Pep.year_group, Pep.school_id, School.name.label("school"), *signed)
    asked = asked.outerjoin(School, Pep.school_id == School.id)
    for model in PARTS.values():
        asked = asked.join(model, model.pep_id == Pep.id)
    return asked.where(Pep.kind != PepKind.FUNDING, *which).order_by(Pep.id)


def _children(session: Session, ids: Iterable[int], day: date) -> dict[int, Any]:
    worker, officer = aliased(Person), aliased(Person)
    asked = (
        select(Child.id, Child.school_id, School.name.label("school"), worker.organisation.label("team"), Child.case_officer_id,
               officer.first_name, officer.last_name)
        .outerjoin(School, Child.school_id == School.id).outerjoin(worker, Child.social_worker_id == worker.id)
        .outerjoin(officer, Child.case_officer_id == officer.id).where(Child.id.in_(set(ids)), stays_in_care(day))
    )
    return {row.id: row for row in session.execute(asked)}


def _row(child: Any, candidate: LaunchCandidate | None, peps: Sequence[Any], past: _Past | None, day: date) -> BoardRow:
    stages = [(stage_of(_facts(row, past), day=day), row) for row in peps]
    stage = least_far([each for each, _ in stages] or [Stage.NOT_OPENED])
    pep = next((row for each, row in stages if each is stage), None)
    group = pep.year_group if pep is not None else candidate.year_group if candidate is not None else ""
    place = pep if pep is not None else child
    return BoardRow(
        child.id, pep.id if pep is not None else None, stage, phase_of(group),
        (place.school_id, place.school) if place.school_id is not None else None, child.team or "",
        (child.case_officer_id, f"{child.first_name} {child.last_name}".strip()) if child.case_officer_id else None,
        *((pep.due_on, day_of(pep.meeting_at)) if pep is not None else (None, None)),
    )


def _facts(row: Any, past: _Past | None) -> StageFacts:
    signed = {part: day_of(getattr(row, part.value)) for part in Part}
    facts = StageFacts(row.kind, row.status, day_of(row.meeting_at), [part for part, on in signed.items() if on is not None])
    if past is None:
        return facts
    return replace(facts, status=past.status_of(row), signed=[part for part, on in signed.items() if on and on <= past.day])


@dataclass(frozen=True, slots=True)
class _Past:
    """What had become of some PEPs by a day that is past, by id: first sent out, every day sent on, every day sent back on."""

    day: date
    handed: Mapping[int, date]
    sendings: Mapping[int, Sequence[date]]
    returned: Mapping[int, Sequence[date]]

    @classmethod
    def of(cls, session: Session, pep_ids: Sequence[int], day: date) -> _Past:
        handed, sendings = days_of_moves(session, pep_ids)
        returned: dict[int, list[date]] = defaultdict(list)
        asked = select(QaReview.pep_id, QaReview.reviewed_on).where(QaReview.decision == Decision.RETURN)
        for pep_id, on in session.execute(asked.where(QaReview.pep_id.in_(pep_ids))):
            returned[pep_id].append(on)
        return cls(day, handed, sendings, returned)

    def status_of(self, row: Any) -> PepStatus:
        """The status that the days on record tell; on one day a PEP is sent before it is sent back, and signed off last."""
        completed = day_of(row.completed_at)
        if completed is not None and completed <= self.day:
            return PepStatus.COMPLETE
        never = date.min
        sent = max((on for on in self.sendings.get(row.id, ()) if on <= self.day), default=never)
        back = max((on for on in self.returned.get(row.id, ()) if on <= self.day), default=never)
        if sent > back:
            return PepStatus.SUBMITTED
        if back > never:
            return PepStatus.RETURNED
        handed = self.handed.get(row.id) or day_of(row.delegated_at)
        return PepStatus.IN_PROGRESS if handed is not None and handed <= self.day else PepStatus.INITIATED
