"""Questions about Pupil Premium requests: the life of one, and how many wait for what."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session, joinedload

from pep_admin.models import FundingEffect, FundingRelease, PaymentLine, Pep, PpgRequest, RecordChange
from pep_admin.vocabulary import PepStatus, PpgStatus, ReleaseKind

EFFECT_TOLD = (
    select(FundingEffect.id).join(Pep, FundingEffect.pep_id == Pep.id)
    .where(FundingEffect.request_id == PpgRequest.id, Pep.status != PepStatus.WITHDRAWN).correlate(PpgRequest).exists()
)
"""Whether a PEP says what became of the money of a request (HB-6.5)."""


@dataclass(frozen=True, slots=True)
class RequestStep:
    """One step of a request's life: the status it came to, when, by whom, how much (pence) and why; its ledger row and batch."""

    status: PpgStatus
    at: datetime | date | None
    who: str
    pence: int | None = None
    why: str | None = None
    ledger: FundingRelease | None = None
    line: PaymentLine | None = None


def life_of_request(session: Session, request: PpgRequest, *, with_history: bool) -> list[RequestStep]:
    """The steps of one request in their order; without its history, what the row and the ledger alone tell."""
    own = FundingRelease.request_id == request.id
    ledger = session.execute(
        select(FundingRelease, PaymentLine).outerjoin(PaymentLine, PaymentLine.release_id == FundingRelease.id)
        .options(joinedload(PaymentLine.batch)).where(own).order_by(FundingRelease.id)
    )
    paid = iter([_step_of(release, line) for release, line in ledger])
    moves = _moves(session, request) if with_history else _decision(request)
    steps = [next(paid, step) if _is_paid(before, step) else step for before, step in moves]
    return [*steps, *paid]


def _moves(session: Session, request: PpgRequest) -> list[tuple[PpgStatus | None, RequestStep]]:
    """Every move of its status with the status before it, from its history."""
    entries = session.scalars(
        select(RecordChange).where(RecordChange.table_name == PpgRequest.__tablename__, RecordChange.row_id == request.id)
        .order_by(RecordChange.id)
    )
    return [_move(entry) for entry in entries if "status" in entry.changes]


def _move(entry: RecordChange) -> tuple[PpgStatus | None, RequestStep]:
    old, new = entry.changes["status"]
    pence, why = (entry.changes.get(key, (None, None))[1] for key in ("approved_pence", "decision_reason"))
    if entry.verb == "insert":
        pence = entry.changes["amount_pence"][1]
    return PpgStatus(old) if old else None, RequestStep(PpgStatus(new), entry.at, entry.actor_name, pence, why)


def _is_paid(before: PpgStatus | None, step: RequestStep) -> bool:
    """Whether the ledger tells this move itself: a release, or a release taken back."""
    return PpgStatus.RELEASED in (before, step.status)


def _decision(request: PpgRequest) -> list[tuple[PpgStatus | None, RequestStep]]:
    if request.decided_on is None:
        return []
    status = request.status if request.status in (PpgStatus.DECLINED, PpgStatus.WITHDRAWN) else PpgStatus.APPROVED
    who, why = request.decided_name or "", request.decision_reason
    return [(None, RequestStep(status, request.decided_on, who, request.approved_pence, why))]


def _step_of(release: FundingRelease, line: PaymentLine | None) -> RequestStep:
    status = PpgStatus.RELEASED if release.kind is ReleaseKind.RELEASE else PpgStatus.APPROVED
    return RequestStep(status, release.released_at, release.released_name, release.pence, release.alone_reason, release, line)


def approved_requests(session: Session, limit: int) -> tuple[list[int], int]:
    """Ids of the requests that are approved and not released, the oldest first and at most `limit`, and how many there are."""
    approved = PpgRequest.status == PpgStatus.APPROVED
    ids = session.scalars(select(PpgRequest.id).where(approved).order_by(PpgRequest.id).limit(limit)).all()
    return list(ids), session.scalar(select(func.count(PpgRequest.id)).where(approved)) or 0


def requested_pence(session: Session, pep_ids: Iterable[int]) -> dict[int, int]:
    """What each PEP asks for and nobody has decided on, in pence; PEPs that ask for nothing are left out."""
    rows = session.execute(
        select(PpgRequest.pep_id, func.sum(PpgRequest.amount_pence))
        .where(PpgRequest.pep_id.in_(list(pep_ids)), PpgRequest.status == PpgStatus.REQUESTED)
        .group_by(PpgRequest.pep_id)
    )
    return {pep_id: int(pence) for pep_id, pence in rows}


def effects_of_request(session: Session, request: PpgRequest) -> list[FundingEffect]:
    """What later PEPs say became of that money, the newest first; one that was closed as not needed says nothing."""
    return list(session.scalars(
        select(FundingEffect).join(Pep, FundingEffect.pep_id == Pep.id).options(joinedload(FundingEffect.pep))
        .where(FundingEffect.request_id == request.id, Pep.status != PepStatus.WITHDRAWN).order_by(FundingEffect.id.desc())
    ))
