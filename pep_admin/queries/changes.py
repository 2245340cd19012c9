"""Changes in a child's life that call for a review out of turn (HB-1.5): school, home, need, money; and what was settled of them.

Computed from the record, a fixed number of statements however many children: what was entered by mistake and taken back is gone
from here too. A review that was opened after the change answers it. Settling is workflow/out_of_turn.py's.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from itertools import pairwise
from typing import Any

from sqlalchemy import and_, or_, select
from sqlalchemy.orm import Session, joinedload

from pep_admin.models import (
    CarePlacement,
    Child,
    Enrolment,
    ExclusionAlert,
    Pep,
    PpgRequest,
    RecordChange,
    School,
    SdqScore,
    SettledChange,
)
from pep_admin.money import format_pounds
from pep_admin.queries.launch import launch_candidates
from pep_admin.queries.new_children import day_of, year_of
from pep_admin.queries.peps import OPEN_TO_WRITE
from pep_admin.queries.terms import day_bounds, term_of
from pep_admin.review_words import ChangeKind
from pep_admin.vocabulary import PepKind, PepStatus, PpgStatus, SenStatus

LOOKED_BACK = timedelta(days=120)
"""How long ago a change may lie that is still offered (ours): by then the term after it has its own PEP."""
OPENS: Mapping[ChangeKind, PepKind] = {
    ChangeKind.SCHOOL: PepKind.CHANGE, ChangeKind.HOME: PepKind.CHANGE, ChangeKind.SEN: PepKind.NEED,
    ChangeKind.SDQ: PepKind.NEED, ChangeKind.RISK: PepKind.NEED, ChangeKind.MONEY: PepKind.FUNDING,
}
"""Which kind of PEP is opened for what."""
MOVES = (ChangeKind.SCHOOL, ChangeKind.HOME)


@dataclass(frozen=True, slots=True)
class Change:
    """What changed for a child, on which day; `kind` and `row_id` name it for good."""

    kind: ChangeKind
    row_id: int
    child_id: int
    on: date
    what: str
    officer_id: int | None = None
    open_peps: tuple[Any, ...] = field(default=(), compare=False)
    """PEPs that are still written and may cover it, as columns id, reference, kind, due_on."""

    @property
    def opens(self) -> PepKind:
        return OPENS[self.kind]

    @property
    def key(self) -> tuple[int, ChangeKind, int]:
        return self.child_id, self.kind, self.row_id


def changes_to_review(session: Session, today: date, *, kinds: Iterable[ChangeKind] = tuple(ChangeKind)) -> list[Change]:
    """What is to be settled, the oldest first: of children in care and of PEP age, what no review was opened after and nobody has
    settled. A change that was settled by a PEP which was then closed as not needed is offered again."""
    wanted, term = set(kinds), term_of(session, today)
    if term is None:
        return []
    children = _children(session, {each.child_id for each in launch_candidates(session, term, today) if not each.why_not})
    since = today - LOOKED_BACK
    found = [
        each for kind, ask in _ASK.items() if kind in wanted
        for each in ask(session, since, today) if each.child_id in children and each.on > children[each.child_id].entered_care_on
    ]
    settled, peps = _settled(session), _peps(session, {each.child_id for each in found})
    return sorted((
        replace(each, officer_id=children[each.child_id].case_officer_id,
                open_peps=tuple(pep for pep in peps[each.child_id] if _may_cover(pep, each)))
        for each in found if each.key not in settled and not any(_answers(pep, each) for pep in peps[each.child_id])
    ), key=lambda each: (each.on, each.child_id, list(ChangeKind).index(each.kind), each.row_id))


def settled_changes(session: Session, since: date) -> list[SettledChange]:
    """What was settled since that day and stands, the newest first."""
    asked = select(SettledChange).where(SettledChange.undone_on.is_(None), SettledChange.settled_on >= since)
    return list(session.scalars(asked.order_by(SettledChange.id.desc()).options(
        joinedload(SettledChange.child), joinedload(SettledChange.pep))))


def settled_of(session: Session, child_id: int, kind: ChangeKind, row_id: int) -> SettledChange | None:
    """How that change was settled, where it was and that stands."""
    return session.scalars(select(SettledChange).where(
        SettledChange.child_id == child_id, SettledChange.kind == kind, SettledChange.row_id == row_id,
        SettledChange.undone_on.is_(None)).order_by(SettledChange.id.desc()).options(joinedload(SettledChange.pep))).first()


def _children(session: Session, ids: set[int]) -> dict[int, Any]:
    rows = session.execute(select(Child.id, Child.entered_care_on, Child.case_officer_id))
    return {row.id: row for row in rows if row.id in ids}


def _settled(session: Session) -> set[tuple[int, ChangeKind, int]]:
    asked = (
        select(SettledChange.child_id, SettledChange.kind, SettledChange.row_id).outerjoin(Pep, SettledChange.pep_id == Pep.id)
        .where(SettledChange.undone_on.is_(None), or_(Pep.id.is_(None), Pep.status != PepStatus.WITHDRAWN))
    )
    return {(child_id, kind, row_id) for child_id, kind, row_id in session.execute(asked)}


def _peps(session: Session, child_ids: set[int]) -> dict[int, list[Any]]:
    """By child every PEP that was not closed as not needed, as columns."""
    asked = select(Pep.id, Pep.child_id, Pep.reference, Pep.kind, Pep.status, Pep.initiated_on, Pep.due_on)
    found: dict[int, list[Any]] = defaultdict(list)
    for row in session.execute(asked.where(Pep.status != PepStatus.WITHDRAWN).order_by(Pep.due_on, Pep.id)):
        if row.child_id in child_ids:
            found[row.child_id].append(row)
    return found


def _answers(pep: Any, change: Change) -> bool:
    """Whether a PEP that was opened since answers the change: any review, for money one for money; on its own day only one that was
    opened beside the term's, for the term's may have been there before."""
    if (pep.kind is PepKind.FUNDING) is not (change.kind is ChangeKind.MONEY):
        return False
    beside = pep.kind not in (PepKind.INITIAL, PepKind.TERMLY)
    return bool(pep.initiated_on > change.on or (beside and pep.initiated_on == change.on))


def _may_cover(pep: Any, change: Change) -> bool:
    return pep.status in OPEN_TO_WRITE and (pep.kind is not PepKind.FUNDING or change.kind is ChangeKind.MONEY)


# --- what changed, by kind ---------------------------------------------------------------------------------------------


def _schools(session: Session, since: date, today: date) -> Iterable[Change]:
    """Another school, and a school that was left for none."""
    asked = (
        select(Enrolment.id, Enrolment.child_id, Enrolment.started_on, Enrolment.ended_on, School.name)
        .join(School, Enrolment.school_id == School.id).order_by(Enrolment.child_id, Enrolment.started_on, Enrolment.id)
        .where(Enrolment.child_id.in_(select(Enrolment.child_id).where(
            or_(Enrolment.started_on.between(since, today), Enrolment.ended_on.between(since, today)))))
    )
    for rows in _by_child(session, asked):
        for before, row in pairwise([None, *rows]):
            if row is not None and since <= row.started_on <= today:
                came_from = f"From {before.name} to {row.name}" if before is not None else f"To {row.name}"
                yield Change(ChangeKind.SCHOOL, row.id, row.child_id, row.started_on, came_from)
        last = rows[-1]
        if last.ended_on is not None and since <= last.ended_on <= today:
            # The id of what began is positive: the end of the same time at school is told apart by its sign.
            yield Change(ChangeKind.SCHOOL, -last.id, last.child_id, last.ended_on, f"Left {last.name}, and no school is known yet")


def _homes(session: Session, since: date, today: date) -> Iterable[Change]:
    asked = (
        select(CarePlacement.id, CarePlacement.child_id, CarePlacement.started_on, CarePlacement.kind)
        .order_by(CarePlacement.child_id, CarePlacement.started_on, CarePlacement.id)
        .where(CarePlacement.child_id.in_(
            select(CarePlacement.child_id).where(CarePlacement.started_on.between(since, today))))
    )
    for rows in _by_child(session, asked):
        for before, row in pairwise([None, *rows]):
            if row is not None and before is not None and since <= row.started_on <= today:
                other = f", before it {before.kind.label}" if before.kind is not row.kind else ""
                yield Change(ChangeKind.HOME, row.id, row.child_id, row.started_on, f"Another home: {row.kind.label}{other}")


def _sen(session: Session, since: date, today: date) -> Iterable[Change]:
    """More support for special needs than before, as long as it stands: what was set by mistake and set back is none."""
    asked = (
        select(RecordChange.id, RecordChange.row_id, RecordChange.at, RecordChange.changes, Child.sen_status)
        .join(Child, Child.id == RecordChange.row_id)
        .where(RecordChange.table_name == Child.__tablename__, RecordChange.verb == "update",
               RecordChange.at >= day_bounds(since)[0], Child.sen_status != SenStatus.NONE).order_by(RecordChange.id)
    )
    order = list(SenStatus)
    moves: dict[int, list[tuple[Any, int, int]]] = defaultdict(list)
    for row in session.execute(asked):
        if "sen_status" in row.changes:
            before, after = (order.index(SenStatus(each)) for each in row.changes["sen_status"])
            moves[row.row_id].append((row, before, after))
    for child_id, found in moves.items():
        first, now = found[0][1], order.index(found[0][0].sen_status)
        raised = [row for row, before, after in found if before < after == now]
        if raised and now > first:
            on = min(day_of(raised[-1].at) or today, today)
            yield Change(ChangeKind.SEN, raised[-1].id, child_id, on, f"{order[now].label}, before it {order[first].label}")


def _sdq(session: Session, since: date, today: date) -> Iterable[Change]:
    """A total from the year's threshold on, where the one before lay below it or there was none (HB-4.7). One that was written in a
    PEP is that PEP's to answer."""
    year = year_of(session, today)
    if year is None:
        return
    asked = select(SdqScore.id, SdqScore.child_id, SdqScore.completed_on, SdqScore.total, SdqScore.pep_id).order_by(
        SdqScore.child_id, SdqScore.completed_on, SdqScore.id)
    recent = select(SdqScore.child_id).where(SdqScore.completed_on.between(since, today), SdqScore.total >= year.sdq_threshold)
    asked = asked.where(SdqScore.completed_on <= today, SdqScore.child_id.in_(recent))
    for rows in _by_child(session, asked):
        last, before = rows[-1], rows[-2] if len(rows) > 1 else None
        is_new = last.pep_id is None and (before is None or before.total < year.sdq_threshold)
        if last.total >= year.sdq_threshold and last.completed_on >= since and is_new:
            what = f"A total of {last.total}" + (f", before it {before.total}" if before is not None else ", the first on record")
            yield Change(ChangeKind.SDQ, last.id, last.child_id, last.completed_on, what)


def _risks(session: Session, since: date, today: date) -> Iterable[Change]:
    """What the Virtual School was told and has not closed (HB-3.6)."""
    asked = select(ExclusionAlert.id, ExclusionAlert.child_id, ExclusionAlert.told_on, ExclusionAlert.concern).where(
        ExclusionAlert.closed_on.is_(None), ExclusionAlert.told_on.between(since, today))
    for row in session.execute(asked):
        yield Change(ChangeKind.RISK, row.id, row.child_id, row.told_on, row.concern.label)


def _money(session: Session, since: date, today: date) -> Iterable[Change]:
    """Approved money for the school that a child has left since: what it was for is to be asked for anew (HB-1.5, HB-6.8)."""
    asked = (
        select(PpgRequest.id, Pep.child_id, Enrolment.ended_on, School.name, PpgRequest.approved_pence)
        .join(Pep, PpgRequest.pep_id == Pep.id).join(Child, Pep.child_id == Child.id)
        .join(Enrolment, and_(Enrolment.child_id == Child.id, Enrolment.school_id == PpgRequest.payee_school_id))
        .join(School, PpgRequest.payee_school_id == School.id)
        .where(PpgRequest.status == PpgStatus.APPROVED, PpgRequest.payee_school_id == Pep.school_id,
               Enrolment.ended_on.between(since, today),
               or_(Child.school_id.is_(None), Child.school_id != PpgRequest.payee_school_id))
        .order_by(PpgRequest.id, Enrolment.ended_on)
    )
    newest = {row.id: row for row in session.execute(asked)}
    for row in newest.values():
        what = f"{format_pounds(row.approved_pence)} is approved for {row.name}, which the child has left"
        yield Change(ChangeKind.MONEY, row.id, row.child_id, row.ended_on, what)


def _by_child(session: Session, asked: Any) -> Iterable[Sequence[Any]]:
    """The rows of each child together."""
    found: dict[int, list[Any]] = defaultdict(list)
    for row in session.execute(asked):
        found[row.child_id].append(row)
    return found.values()


_ASK = {ChangeKind.SCHOOL: _schools, ChangeKind.HOME: _homes, ChangeKind.SEN: _sen, ChangeKind.SDQ: _sdq, ChangeKind.RISK: _risks,
        ChangeKind.MONEY: _money}
