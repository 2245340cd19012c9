"""Questions to the ledger: whether counters and requests agree with it, what is released and what the next batch would hold."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sqlalchemy import case, func, select
from sqlalchemy.orm import Session, joinedload

from pep_admin.circumstances import scheme_of
from pep_admin.models import AcademicYear, Allocation, Child, FundingRelease, PaymentLine, Pep, PpgRequest, Term
from pep_admin.money import format_pounds
from pep_admin.queries.caps import periods
from pep_admin.queries.past_scope import because
from pep_admin.vocabulary import PpgStatus, ReleaseKind


def allocation_differences(session: Session) -> list[str]:
    """Where a counter and what it counts disagree, as sentences; [] when every pound is where it should be."""
    why = because("reconciliation reads every child's counters")
    held: dict[tuple[int, str], list[int]] = {}
    rows = session.execute(
        select(Pep.child_id, Pep.year_group, AcademicYear.name, Term.name.label("term"), PpgRequest.status,
               func.sum(case((PpgRequest.status == PpgStatus.REQUESTED, PpgRequest.amount_pence),
                             else_=PpgRequest.approved_pence)).label("pence"))
        .select_from(PpgRequest).join(Pep, PpgRequest.pep_id == Pep.id).join(Term, Pep.term_id == Term.id).join(AcademicYear)
        .where(PpgRequest.status.in_((PpgStatus.REQUESTED, PpgStatus.APPROVED, PpgStatus.RELEASED)))
        .group_by(Pep.child_id, Pep.year_group, AcademicYear.name, Term.name, PpgRequest.status),
        execution_options=why,
    )
    for row in rows:
        for period in periods(row.name, row.term.value, scheme_of(row.year_group)):
            pair = held.setdefault((row.child_id, period), [0, 0])
            pair[row.status == PpgStatus.RELEASED] += int(row.pence)
    counters = {
        (row.child_id, row.period): [row.reserved_pence, row.released_pence]
        for row in session.execute(
            select(Allocation.child_id, Allocation.period, Allocation.reserved_pence, Allocation.released_pence),
            execution_options=why,
        )
    }
    wrong = [each for each in sorted({*held, *counters}) if held.get(each, [0, 0]) != counters.get(each, [0, 0])]
    called = _references(session, {child_id for child_id, _ in wrong})
    return [
        f"{called[child_id]}, {period}: the counter holds {_pair(counters.get((child_id, period), [0, 0]))}, "
        f"the requests {_pair(held.get((child_id, period), [0, 0]))}."
        for child_id, period in wrong
    ] + _ledger_differences(session)


def _references(session: Session, child_ids: Iterable[int]) -> dict[int, str]:
    """What each child is called where no name may stand: the number of its care record, else our own."""
    rows = session.execute(select(Child.id, Child.lcs_id).where(Child.id.in_(list(child_ids))),
                           execution_options=because("reconciliation names children by reference"))
    return {child_id: f"Child ref {lcs_id}" if lcs_id else f"Child {child_id}" for child_id, lcs_id in rows}


def _pair(pence: Sequence[int]) -> str:
    return f"{format_pounds(pence[0])} reserved and {format_pounds(pence[1])} released"


def _ledger_differences(session: Session) -> list[str]:
    """Requests whose status and ledger disagree: released without a row, or a row without a release."""
    sign = case((FundingRelease.kind == ReleaseKind.VOID, -FundingRelease.pence), else_=FundingRelease.pence)
    ledger = (
        select(FundingRelease.request_id, func.sum(sign).label("pence"))
        .where(FundingRelease.kind != ReleaseKind.RETURN).group_by(FundingRelease.request_id).subquery()
    )
    should = case((PpgRequest.status == PpgStatus.RELEASED, PpgRequest.approved_pence), else_=0)
    rows = session.execute(
        select(PpgRequest.id, should.label("should"), func.coalesce(ledger.c.pence, 0).label("pence"))
        .outerjoin(ledger, ledger.c.request_id == PpgRequest.id)
        .where(should != func.coalesce(ledger.c.pence, 0)),
        execution_options=because("reconciliation reads every request"),
    )
    return [
        f"Request {row.id}: {format_pounds(int(row.should))} should be released, the ledger holds {format_pounds(int(row.pence))}."
        for row in rows
    ]


def unbatched_releases(session: Session) -> list[FundingRelease]:
    """Released money that no payment batch holds yet and no void has taken back, in the order of the ledger."""
    voided = select(FundingRelease.request_id, FundingRelease.number).where(FundingRelease.kind == ReleaseKind.VOID).subquery()
    return list(
        session.scalars(
            select(FundingRelease)
            .outerjoin(PaymentLine, PaymentLine.release_id == FundingRelease.id)
            .outerjoin(voided, (voided.c.request_id == FundingRelease.request_id) & (voided.c.number == FundingRelease.number))
            .where(FundingRelease.kind == ReleaseKind.RELEASE, PaymentLine.id.is_(None), voided.c.request_id.is_(None))
            .order_by(FundingRelease.id)
        )
    )


@dataclass(frozen=True, slots=True)
class Waiting:
    """Released money that no batch holds: requests, pence, by payee, and a mark that changes whenever it does."""

    count: int
    pence: int
    by_payee: tuple[tuple[str, int, int], ...]
    mark: str


def waiting_for_batch(session: Session) -> Waiting:
    """What the next payment batch would hold."""
    releases = unbatched_releases(session)
    asked = select(PpgRequest).where(PpgRequest.id.in_({each.request_id for each in releases}))
    requests = {each.id: each for each in session.scalars(asked.options(joinedload(PpgRequest.payee_school)))}
    sums: dict[str, tuple[int, int]] = {}
    for each in releases:
        count, pence = sums.get(requests[each.request_id].payee, (0, 0))
        sums[requests[each.request_id].payee] = (count + 1, pence + each.pence)
    total, by_payee = sum(each.pence for each in releases), tuple((payee, *both) for payee, both in sorted(sums.items()))
    return Waiting(len(releases), total, by_payee, f"{len(releases)}-{total}-{releases[-1].id if releases else 0}")
