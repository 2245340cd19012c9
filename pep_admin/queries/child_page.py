"""What the page of one child is made of, each table once: a fixed number of statements however long the record.

All of it is shown, so it is read within the scope; what only social care's side may read is not asked for otherwise. What a due
day means is clocks.py's, words and links are views/child_page.py's.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from pep_admin.models import (
    Allocation,
    CareEpisode,
    CarePlacement,
    Caseload,
    Child,
    Consent,
    Delivery,
    EarlyYearsReferral,
    Enrolment,
    ExclusionAlert,
    FundingEffect,
    HandoverNote,
    OfChild,
    Pep,
    PpgRequest,
    SdqScore,
    Suspension,
    Target,
    TargetReview,
    Term,
)
from pep_admin.queries.peps import UNFINISHED
from pep_admin.vocabulary import PepKind, PepStatus, TargetNext

Row = TypeVar("Row", bound=OfChild)


@dataclass(slots=True)
class ChildRecord:
    """A child's record, newest first in each list; `homes`, `workers` and `periods` are empty for the school's side."""

    child: Child
    peps: list[Pep]
    enrolments: list[Enrolment]
    sdq: list[SdqScore]
    suspensions: list[Suspension]
    consents: list[Consent]
    requests: list[PpgRequest]
    allocations: list[Allocation]
    targets: list[Target]
    reviews: list[TargetReview]
    deliveries: list[Delivery]
    effects: list[FundingEffect]
    referrals: list[EarlyYearsReferral]
    alerts: list[ExclusionAlert]
    handover: list[HandoverNote]
    homes: list[CarePlacement] = field(default_factory=list)
    workers: list[Caseload] = field(default_factory=list)
    periods: list[CareEpisode] = field(default_factory=list)

    @property
    def home(self) -> CarePlacement | None:
        """Where the child lives now."""
        return next((each for each in self.homes if each.ended_on is None), None)

    @property
    def enrolment(self) -> Enrolment | None:
        """The school the child is at now."""
        return next((each for each in self.enrolments if each.ended_on is None), None)

    def pep_of(self, term: Term | None) -> Pep | None:
        """The PEP that counts as that term's (HB-1.4): the newest that is neither closed as not needed nor for funding alone."""
        return next((pep for pep in self.peps if term is not None and pep.term_id == term.id and counts(pep)), None)

    def unfinished_of(self, term: Term | None) -> list[Pep]:
        """That term's PEPs that are not signed off, the soonest due first: a change or a need may begin another (HB-1.5)."""
        found = [pep for pep in self.peps if term is not None and pep.term_id == term.id and pep.status in UNFINISHED]
        return sorted(found, key=lambda pep: (pep.due_on, pep.id))

    def first_pep(self) -> Pep | None:
        """The first PEP of this time in care; who comes back into it is new again (HB-1.3)."""
        found = [pep for pep in self.peps if counts(pep) and pep.initiated_on >= self.child.entered_care_on]
        return min(found, key=lambda pep: pep.id, default=None)

    def targets_now(self) -> tuple[Pep | None, list[Target]]:
        """The newest PEP that has targets, and those of them that no later PEP has closed (HB-5.7, 5.8)."""
        with_targets = {target.pep_id for target in self.targets}
        pep = next((each for each in self.peps if each.id in with_targets and each.status is not PepStatus.WITHDRAWN), None)
        closed = {review.target_id for review in self.reviews if review.next is TargetNext.CLOSE}
        return pep, [each for each in self.targets if pep is not None and each.pep_id == pep.id and each.id not in closed]


def counts(pep: Pep) -> bool:
    """Whether it is a review of its term at all."""
    return pep.status is not PepStatus.WITHDRAWN and pep.kind is not PepKind.FUNDING


def child_record(session: Session, child: Child, *, care: bool) -> ChildRecord:
    """The record of a child that the one who acts may see; `care`: with what is social care's side's alone (HB-3.11)."""
    peps = list(session.scalars(
        select(Pep).where(Pep.child_id == child.id)
        .options(joinedload(Pep.term).joinedload(Term.year), joinedload(Pep.school), joinedload(Pep.writer),
                 joinedload(Pep.social_worker))
        .order_by(Pep.due_on.desc(), Pep.id.desc())
    ))
    ids = [pep.id for pep in peps]
    record = ChildRecord(
        child=child,
        peps=peps,
        enrolments=enrolments_of(session, child),
        sdq=_of(session, SdqScore, child, SdqScore.completed_on),
        suspensions=_of(session, Suspension, child, Suspension.started_on, Suspension.school),
        consents=list(session.scalars(select(Consent).where(Consent.child_id == child.id).order_by(Consent.id))),
        requests=list(session.scalars(select(PpgRequest).where(PpgRequest.pep_id.in_(ids)).order_by(PpgRequest.id.desc()))),
        allocations=list(session.scalars(
            select(Allocation).where(Allocation.child_id == child.id)
            .options(joinedload(Allocation.year), joinedload(Allocation.term)))),
        targets=list(session.scalars(select(Target).where(Target.pep_id.in_(ids)).order_by(Target.number))),
        reviews=_reviews(session, ids),
        deliveries=list(session.scalars(
            select(Delivery).where(Delivery.pep_id.in_(ids)).options(joinedload(Delivery.person)).order_by(Delivery.id.desc()))),
        effects=list(session.scalars(
            select(FundingEffect).join(Pep, FundingEffect.pep_id == Pep.id)
            .where(FundingEffect.pep_id.in_(ids), Pep.status != PepStatus.WITHDRAWN).order_by(FundingEffect.id))),
        referrals=_of(session, EarlyYearsReferral, child, EarlyYearsReferral.asked_on),
        alerts=_of(session, ExclusionAlert, child, ExclusionAlert.told_on),
        handover=_of(session, HandoverNote, child, HandoverNote.noted_on, HandoverNote.school),
    )
    if care:
        record.homes = _of(session, CarePlacement, child, CarePlacement.started_on, CarePlacement.carer)
        record.workers = _of(session, Caseload, child, Caseload.started_on, Caseload.social_worker)
        record.periods = _of(session, CareEpisode, child, CareEpisode.started_on)
    return record


def enrolments_of(session: Session, child: Child) -> list[Enrolment]:
    """The child's times at school, the newest first."""
    return _of(session, Enrolment, child, Enrolment.started_on, Enrolment.school)


def _of(session: Session, model: type[Row], child: Child, order: Any, *loads: Any) -> list[Row]:
    """The child's rows of one table, newest first, with what they point to."""
    found = select(model).where(model.child_id == child.id).options(*map(joinedload, loads))
    return list(session.scalars(found.order_by(order.desc(), model.id.desc())))  # type: ignore[attr-defined]  # each has an id


def _reviews(session: Session, pep_ids: Sequence[int]) -> list[TargetReview]:
    """What PEPs said of earlier targets, newest first; a PEP that was closed as not needed says nothing."""
    return list(session.scalars(
        select(TargetReview).join(Pep, TargetReview.pep_id == Pep.id)
        .where(TargetReview.pep_id.in_(pep_ids), Pep.status != PepStatus.WITHDRAWN)
        .order_by(TargetReview.pep_id.desc(), TargetReview.id)
    ))
