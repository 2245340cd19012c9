"""Letting money go, once (HB-6.7, 7.4), and handing it to finance in a batch whose lines never change.

The releaser is not the approver. A release is a conditional UPDATE, a ledger row unique per request, the counter, the outbox
and the audit, in one transaction.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import func, insert, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session, joinedload

from pep_admin import audit, outbox, queries, signals
from pep_admin.exceptions import StaleRecord
from pep_admin.models import (
    Allocation,
    Child,
    FundingRelease,
    PaymentBatch,
    PaymentLine,
    Pep,
    PpgRequest,
    School,
    Term,
)
from pep_admin.pep_document import read_document, read_documents
from pep_admin.permissions import Actor, Permission, require
from pep_admin.validators.findings import Finding, blocking
from pep_admin.validators.peps import voices_missing
from pep_admin.validators.ppg import ReleaseFacts, check_pep_pays, check_release
from pep_admin.validators.waivers import let_pass
from pep_admin.vocabulary import Audience, PaymentMethod, PpgStatus, ReleaseKind, Role
from pep_admin.workflow.taking import all_or_nothing, move_requests, refuse, take_peps, take_requests


@dataclass(frozen=True, slots=True)
class ReleaseResult:
    """What was let go, or would be, what is held and why, the total in pence, what the head waived for what goes, and what is to be
    looked at before it goes."""

    released: tuple[PpgRequest, ...]
    held: tuple[tuple[PpgRequest, tuple[Finding, ...]], ...]
    pence: int
    waived: tuple[tuple[PpgRequest, tuple[Finding, ...]], ...] = ()
    doubts: tuple[tuple[PpgRequest, tuple[Finding, ...]], ...] = ()

    @property
    def by_payee(self) -> list[tuple[str, int, int]]:
        """(payee, requests, pence), by name."""
        sums: dict[str, tuple[int, int]] = {}
        for each in self.released:
            count, pence = sums.get(each.payee, (0, 0))
            sums[each.payee] = (count + 1, pence + (each.approved_pence or 0))
        return [(payee, count, pence) for payee, (count, pence) in sorted(sums.items())]


def release_requests(
    session: Session, ids: Iterable[int], *, actor: Actor, today: date, now: datetime, alone_reason: str = "",
    versions: Mapping[int, int] | None = None, dry_run: bool = False,
) -> ReleaseResult:
    """Let the money of those requests go. What may not go is held with its findings and does not stop the others.

    Releasing the same selection again releases nothing and says so: every request is then held as released already.
    """
    require(actor, Permission.FUNDING_RELEASE)
    ids = set(ids)
    if not dry_run:  # a row of the ledger holds on to its PEP, so the PEPs are locked first, as everywhere
        take_peps(session, session.scalars(select(PpgRequest.pep_id).where(PpgRequest.id.in_(ids))))
    requests = take_requests(session, ids)
    for each in requests:
        if (versions or {}).get(each.id, each.row_version) != each.row_version and each.status is PpgStatus.APPROVED:
            raise StaleRecord({"status": each.status.label})
    judged = judge_releases(session, requests, actor=actor, today=today, alone_reason=alone_reason)
    going, held, waived, doubts = [], [], [], []
    for each in requests:
        found, passed = judged[each.id]
        if wrong := blocking(passed):
            held.append((each, tuple(wrong)))
            continue
        going.append(each)
        waived += [(each, tuple(passed))] if passed else []
        doubts += [(each, tuple(found))] if (found := [one for one in found if one.severity == "warning"]) else []
    pence = sum(each.approved_pence or 0 for each in going)
    if not dry_run and going:
        with all_or_nothing(session):
            _let_go(session, going, actor=actor, now=now, alone_reason=alone_reason)
        signals.announce(session, signals.funding_released, request_ids=[each.id for each in going], pence=pence)
    return ReleaseResult(tuple(going), tuple(held), pence, tuple(waived), tuple(doubts))


def judge_releases(
    session: Session, requests: Sequence[PpgRequest], *, actor: Actor, today: date, alone_reason: str = ""
) -> dict[int, tuple[list[Finding], list[Finding]]]:
    """By request id: everything that its release meets, and what blocks or, waived by the head, would block it. Set-based."""
    facts = release_facts(session, requests, actor=actor, today=today, alone_reason=alone_reason)
    waivers = queries.standing_waivers(session, {each.pep_id for each in requests})
    found = {each.id: check_release(facts[each.id]) for each in requests}
    return {each.id: (found[each.id], let_pass(blocking(found[each.id]), waivers.get(each.pep_id, ()))) for each in requests}


def release_facts(
    session: Session, requests: Sequence[PpgRequest], *, actor: Actor, today: date, alone_reason: str
) -> dict[int, ReleaseFacts]:
    """What the rules of release read, by request id; set-based."""
    peps = {
        pep.id: pep
        for pep in session.scalars(
            select(Pep).where(Pep.id.in_({each.pep_id for each in requests}))
            .options(joinedload(Pep.child), joinedload(Pep.term).joinedload(Term.year))
        )
    }
    documents = read_documents(session, peps.values(), audience=Audience.RULES)
    schools = {
        school.id: school
        for school in session.scalars(select(School).where(School.id.in_({each.payee_school_id for each in requests} - {None})))
    }
    return {
        each.id: ReleaseFacts(
            pep_status=peps[each.pep_id].status,
            grade=peps[each.pep_id].grade,
            satisfactory_grades=peps[each.pep_id].term.year.satisfactory_grades,
            request_status=each.status,
            approved_by=each.decided_by,
            releaser_id=actor.id,
            releaser_is_head=Role.VS_HEAD in actor.roles,
            alone_reason=alone_reason.strip(),
            child_in_care=_in_care(peps[each.pep_id].child, today),
            payee_has_finance_reference=_payable(schools.get(each.payee_school_id or 0), each),
            voices_missing=voices_missing(documents[each.pep_id]),
            school_left=_left(peps[each.pep_id], schools.get(each.payee_school_id or 0)),
        )
        for each in requests
    }


def release_gates(session: Session, pep: Pep) -> list[Finding]:
    """What of a signed-off PEP holds back the money that waits beside it, less what was waived."""
    waiting = PpgRequest.status.in_((PpgStatus.REQUESTED, PpgStatus.APPROVED))
    if session.scalar(select(PpgRequest.id).where(PpgRequest.pep_id == pep.id, waiting).limit(1)) is None:
        return []
    missing = voices_missing(read_document(session, pep, audience=Audience.RULES))
    found = check_pep_pays(status=pep.status, grade=pep.grade, satisfactory_grades=pep.term.year.satisfactory_grades,
                           voices_missing=missing)
    return blocking(let_pass(found, queries.standing_waivers(session, [pep.id]).get(pep.id, ())))


def _in_care(child: Child, today: date) -> bool:
    return child.left_care_on is None or child.left_care_on > today


def _left(pep: Pep, payee: School | None) -> str:
    """The name of the PEP's school, where it is paid and is the child's no more."""
    return payee.name if payee is not None and payee.id == pep.school_id != pep.child.school_id else ""


def _payable(school: School | None, request: PpgRequest) -> bool:
    """A school is paid by its finance reference; another payee by name, on invoice."""
    return bool(school.finance_reference) if school else bool(request.payee_name)


def _let_go(session: Session, going: Sequence[PpgRequest], *, actor: Actor, now: datetime, alone_reason: str) -> None:
    moved = move_requests(session, going, PpgStatus.APPROVED, PpgStatus.RELEASED)
    if len(moved) != len(going):
        raise StaleRecord  # under the locks of take_requests this is somebody outside these verbs
    found = (
        select(FundingRelease.request_id, func.count(FundingRelease.id).label("times"))
        .where(FundingRelease.request_id.in_(moved), FundingRelease.kind == ReleaseKind.RELEASE)
        .group_by(FundingRelease.request_id)
    )
    past = {row.request_id: row.times for row in session.execute(found)}
    session.execute(
        insert(FundingRelease),
        [
            {"request_id": each.id, "pep_id": each.pep_id, "kind": ReleaseKind.RELEASE, "number": past.get(each.id, 0) + 1,
             "pence": each.approved_pence, "approved_by": each.decided_by, "released_by": actor.id, "released_name": actor.name,
             "released_at": now, "alone_reason": alone_reason.strip() or None if each.decided_by == actor.id else None}
            for each in going
        ],
    )
    _count(session, going)
    _tell(session, going, now)
    for each in going:
        audit.record(session, "funding.release", each, child_id=each.pep.child_id, pence=each.approved_pence)


def _count(session: Session, going: Sequence[PpgRequest]) -> None:
    """Move the counters from reserved to released, each row once, in the order of their ids."""
    sums: dict[tuple[int, str], int] = {}
    for each in going:
        pep = each.pep
        for period in queries.periods(pep.term.year.name, pep.term.name.value, queries.scheme_for(pep)):
            sums[pep.child_id, period] = sums.get((pep.child_id, period), 0) + (each.approved_pence or 0)
    rows = session.execute(
        select(Allocation.id, Allocation.child_id, Allocation.period)
        .where(Allocation.child_id.in_({child for child, _ in sums})).order_by(Allocation.id)
    )
    for row_id, child_id, period in rows:
        pence = sums.get((child_id, period))
        if pence:
            session.execute(
                update(Allocation).where(Allocation.id == row_id)
                .values(reserved_pence=Allocation.reserved_pence - pence, released_pence=Allocation.released_pence + pence),
                execution_options={"synchronize_session": False},
            )


def _tell(session: Session, going: Sequence[PpgRequest], now: datetime) -> None:
    """One message a designated teacher: money for your school was released; which and how much stands behind sign-in."""
    sums: dict[int, list[PpgRequest]] = {}
    for each in going:
        if each.payee_school and each.payee_school.designated_teacher_id:
            sums.setdefault(each.payee_school.designated_teacher_id, []).append(each)
    for requests in sums.values():
        teacher = requests[0].payee_school.designated_teacher if requests[0].payee_school else None
        if teacher is not None and teacher.has_working_address:
            key = f"released:{min(each.id for each in requests)}:{now:%Y%m%d%H%M%S%f}:{teacher.id}"
            outbox.queue_mail(session, key, teacher, "released", now=now, count=len(requests))


# --- batches -----------------------------------------------------------------------------------------------------------


def batch_releases(session: Session, *, actor: Actor, now: datetime) -> PaymentBatch:
    """Put all released money that no batch holds into one, its lines frozen, by payee and then PEP reference.

    Raises Refused when there is nothing, or when somebody made a batch of it a moment ago.
    """
    require(actor, Permission.PAYMENT_BATCH)
    waiting = queries.unbatched_releases(session)
    if not waiting:
        raise refuse("batch-empty", "HB-6.7", "There is no released money waiting for a batch.")
    lines = _lines(session, waiting)
    batch = PaymentBatch(
        reference=_batch_reference(session, now), made_by=actor.id, made_name=actor.name, made_at=now, line_count=len(lines),
        total_pence=sum(line.pence for line in lines), digest=digest_of_lines(lines), lines=lines,
    )
    try:
        with all_or_nothing(session):
            session.add(batch)
            session.flush()
    except IntegrityError as error:
        sentence = "Somebody made a batch of this money a moment ago. Look at the list again."
        raise refuse("batch-race", "DATA-status", sentence) from error
    audit.record(session, "payment.batch", batch, lines=len(lines), pence=batch.total_pence)
    signals.announce(session, signals.payment_batch_built, batch_id=batch.id, pence=batch.total_pence)
    return batch


def _lines(session: Session, releases: Sequence[FundingRelease]) -> list[PaymentLine]:
    requests = {
        each.id: each
        for each in session.scalars(
            select(PpgRequest).where(PpgRequest.id.in_([release.request_id for release in releases]))
            .options(joinedload(PpgRequest.payee_school), joinedload(PpgRequest.pep))
        )
    }
    ordered = sorted(releases, key=lambda each: (requests[each.request_id].payee, requests[each.request_id].pep.reference, each.id))
    return [_line(number, release, requests[release.request_id]) for number, release in enumerate(ordered, start=1)]


def _line(number: int, release: FundingRelease, request: PpgRequest) -> PaymentLine:
    school = request.payee_school
    return PaymentLine(
        release_id=release.id, number=number, payee=request.payee, payee_urn=school.urn if school else None,
        finance_reference=school.finance_reference if school else None,
        payment_method=school.payment_method if school else PaymentMethod.INVOICE,
        pep_reference=request.pep.reference, pence=release.pence,
    )


def digest_of_lines(lines: Sequence[PaymentLine]) -> str:
    """SHA-256 over the lines' canonical JSON, in hex: a line changed later no longer fits its batch."""
    kept = [
        [line.number, line.payee, line.payee_urn, line.finance_reference, line.payment_method.value, line.pep_reference, line.pence]
        for line in lines
    ]
    return hashlib.sha256(json.dumps(kept, separators=(",", ":")).encode()).hexdigest()


def _batch_reference(session: Session, now: datetime) -> str:
    """Such as PB-20241118-1: the day and the day's number."""
    stem = f"PB-{now:%Y%m%d}-"
    return f"{stem}{(session.scalar(select(func.count(PaymentBatch.id)).where(PaymentBatch.reference.startswith(stem))) or 0) + 1}"
