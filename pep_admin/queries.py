"""Named questions to the database, and the facts that rules ask for.

Facts for rules are read unscoped, as columns and never entities, each with its reason: a teacher's cap check must count the old
school's requests without showing them. Everything that is shown to people is read scoped.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from itertools import pairwise
from typing import Any

from sqlalchemy import Row, case, func, or_, select
from sqlalchemy.orm import Session, joinedload

from pep_admin.circumstances import is_pep_age, scheme_of
from pep_admin.config import LONDON
from pep_admin.models import (
    AcademicYear,
    Allocation,
    Child,
    FundingRelease,
    PaymentLine,
    Pep,
    Person,
    PpgRequest,
    QaReview,
    RecordChange,
    School,
    Term,
)
from pep_admin.money import format_pounds
from pep_admin.permissions import Actor
from pep_admin.school_calendar import TermDates, year_group
from pep_admin.validators.ppg import PpgFacts
from pep_admin.vocabulary import Decision, PepKind, PepStatus, PersonKind, PpgStatus, ReleaseKind, Scheme

Columns = Row[*tuple[Any, ...]]
"""A row of plain columns, whatever they are."""
OPEN_TO_WRITE = (PepStatus.INITIATED, PepStatus.IN_PROGRESS, PepStatus.RETURNED)
ONE_A_TERM = (PepKind.INITIAL, PepKind.TERMLY)
DUE_SOON_DAYS = 14


def _why(reason: str) -> dict[str, str]:
    return {"unscoped": reason}


# --- calendar ------------------------------------------------------------------------------------------------------------


def known_terms(session: Session) -> list[TermDates]:
    """Every term of the Virtual School's calendar, in order."""
    rows = session.execute(
        select(Term.starts_on, Term.ends_on, Term.half_term_from, Term.half_term_to).order_by(Term.starts_on)
    )
    return [TermDates(*row) for row in rows]


def term_of(session: Session, day: date) -> Term | None:
    """The term a day falls in, or the next one to start; None when no term is known then."""
    return session.scalar(select(Term).where(Term.ends_on >= day).order_by(Term.starts_on).limit(1))


def next_deadlines(session: Session) -> dict[int, date]:
    """By term: the PEP deadline of the term after it (HB-1.4); a last term on record has none."""
    terms = session.execute(select(Term.id, Term.deadline_on).order_by(Term.starts_on)).all()
    return {earlier.id: later.deadline_on for earlier, later in pairwise(terms)}


def find_term(session: Session, year: str, name: str) -> Term | None:
    """The term by its year ("2024-25") and name ("autumn")."""
    return session.scalar(select(Term).join(AcademicYear).where(AcademicYear.name == year, Term.name == name))


# --- launch --------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class LaunchCandidate:
    """A child in care on the day of launch, as columns; `why_not` is empty when a PEP is to be opened."""

    child_id: int
    school_id: int | None
    social_worker_id: int | None
    designated_teacher_id: int | None
    entered_care_on: date
    year_group: str
    has_pep_of_term: bool
    has_any_pep: bool
    why_not: str


def launch_candidates(session: Session, term: Term, today: date) -> list[LaunchCandidate]:
    """Every child in care that day, with what launching needs to know of them (HB-1.1, HB-1.4)."""
    of_term = select(Pep.child_id).where(Pep.term_id == term.id, Pep.status != PepStatus.WITHDRAWN).distinct()
    any_pep = select(Pep.child_id).where(Pep.status != PepStatus.WITHDRAWN).distinct()
    rows = session.execute(
        select(
            Child.id, Child.school_id, Child.social_worker_id, School.designated_teacher_id, Child.entered_care_on,
            Child.date_of_birth, Child.year_group_override, Child.id.in_(of_term), Child.id.in_(any_pep),
        )
        .outerjoin(School, Child.school_id == School.id)
        .where(Child.entered_care_on <= today, or_(Child.left_care_on.is_(None), Child.left_care_on > today))
        .order_by(Child.id)
    )
    return [_candidate(row, today) for row in rows]


def _candidate(row: Columns, today: date) -> LaunchCandidate:
    child_id, school_id, worker_id, teacher_id, entered_on, born_on, override, of_term, any_pep = row
    of_age = is_pep_age(born_on, today)
    return LaunchCandidate(
        child_id=child_id,
        school_id=school_id,
        social_worker_id=worker_id,
        designated_teacher_id=teacher_id,
        entered_care_on=entered_on,
        year_group=override or year_group(born_on, today),
        has_pep_of_term=bool(of_term),
        has_any_pep=bool(any_pep),
        why_not="" if of_age else "not of PEP age",
    )


# --- money ---------------------------------------------------------------------------------------------------------------


def periods(year: str, term_label: str, scheme: Scheme) -> tuple[str, ...]:
    """The allocation rows a request of that scheme counts against, in the order they are locked."""
    return (year,) if scheme is Scheme.POST_16 else (year, f"{year} {term_label}")


def scheme_for(pep: Pep) -> Scheme:
    """The money a PEP's child falls under, by the year group the PEP was opened with."""
    return scheme_of(pep.year_group)


def ppg_facts_for(session: Session, peps: Iterable[Pep]) -> dict[int, dict[int | None, PpgFacts]]:
    """What the caps leave (HB-6.1, 6.2): by PEP id, then by request id, None standing for a new request.

    Counts every school's requests of the child: drafts of the same PEP, reservations and releases of all. Four statements
    however many PEPs.
    """
    peps = list(peps)
    counters = _counters(session, [pep.child_id for pep in peps])
    requests = _requests(session, [pep.id for pep in peps])
    years = {
        row.id: row
        for row in session.execute(
            select(Term.id, Term.name.label("term"), AcademicYear.name, AcademicYear.ppg_term_cap_pence,
                   AcademicYear.ppg_year_cap_pence, AcademicYear.post16_year_cap_pence)
            .join(AcademicYear).where(Term.id.in_({pep.term_id for pep in peps}))
        )
    }
    return {
        pep.id: {
            own: _facts(pep, years[pep.term_id], counters, requests.get(pep.id, []), own)
            for own in (None, *(row.id for row in requests.get(pep.id, [])))
        }
        for pep in peps
    }


def _counters(session: Session, child_ids: Sequence[int]) -> dict[tuple[int, str], int]:
    found = select(Allocation.child_id, Allocation.period, Allocation.reserved_pence + Allocation.released_pence)
    rows = session.execute(
        found.where(Allocation.child_id.in_(child_ids)), execution_options=_why("HB-6.1: the caps count every school's requests")
    )
    return {(child_id, period): pence for child_id, period, pence in rows}


def _requests(session: Session, pep_ids: Sequence[int]) -> dict[int, list[Columns]]:
    rows = session.execute(
        select(PpgRequest.id, PpgRequest.pep_id, PpgRequest.status, PpgRequest.amount_pence, PpgRequest.approved_pence)
        .where(PpgRequest.pep_id.in_(pep_ids)),
        execution_options=_why("HB-6.1: the caps count every line of a PEP"),
    )
    grouped: dict[int, list[Columns]] = {}
    for row in rows:
        grouped.setdefault(row.pep_id, []).append(row)
    return grouped


def _facts(pep: Pep, year: Columns, counters: dict[tuple[int, str], int], requests: list[Columns], own: int | None) -> PpgFacts:
    scheme = scheme_for(pep)
    drafts = sum(row.amount_pence for row in requests if row.status == PpgStatus.DRAFT and row.id != own)
    counted = sum(_reserved(row) for row in requests if row.id == own)
    taken = {
        period: counters.get((pep.child_id, period), 0) - counted + drafts for period in periods(year.name, year.term.value, scheme)
    }
    school_age = scheme is not Scheme.POST_16
    return PpgFacts(
        scheme=scheme,
        term_label=f"{year.term.label} {year.name}",
        year_label=year.name,
        term_cap_pence=year.ppg_term_cap_pence if school_age else None,
        year_cap_pence=year.ppg_year_cap_pence if school_age else year.post16_year_cap_pence,
        term_taken_pence=taken.get(f"{year.name} {year.term.value}", 0),
        year_taken_pence=taken[year.name],
        has_target=True,
    )


def _reserved(row: Columns) -> int:
    """What a request holds in the counters now, in pence."""
    if row.status == PpgStatus.REQUESTED:
        return int(row.amount_pence)
    return int(row.approved_pence or 0) if row.status in (PpgStatus.APPROVED, PpgStatus.RELEASED) else 0


def allocation_differences(session: Session) -> list[str]:
    """Where a counter and what it counts disagree, as sentences; [] when every pound is where it should be."""
    why = _why("reconciliation reads every child's counters")
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
    return [
        f"Child {child_id}, {period}: the counter holds {_pair(counters.get((child_id, period), [0, 0]))}, "
        f"the requests {_pair(held.get((child_id, period), [0, 0]))}."
        for child_id, period in sorted({*held, *counters})
        if held.get((child_id, period), [0, 0]) != counters.get((child_id, period), [0, 0])
    ] + _ledger_differences(session)


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
        execution_options=_why("reconciliation reads every request"),
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


def requested_pence(session: Session, pep_ids: Iterable[int]) -> dict[int, int]:
    """What each PEP asks for and nobody has decided on, in pence; PEPs that ask for nothing are left out."""
    rows = session.execute(
        select(PpgRequest.pep_id, func.sum(PpgRequest.amount_pence))
        .where(PpgRequest.pep_id.in_(list(pep_ids)), PpgRequest.status == PpgStatus.REQUESTED)
        .group_by(PpgRequest.pep_id)
    )
    return {pep_id: int(pence) for pep_id, pence in rows}


def last_reviews(session: Session, pep_ids: Iterable[int]) -> dict[int, QaReview]:
    """The newest grading (not question) of each PEP."""
    rows = session.scalars(
        select(QaReview).where(QaReview.pep_id.in_(list(pep_ids)), QaReview.decision != Decision.ASK).order_by(QaReview.id)
    )
    return {review.pep_id: review for review in rows}


# --- the front page ------------------------------------------------------------------------------------------------------


def front_page_counts(session: Session, actor: Actor, today: date) -> dict[str, int]:
    """How many PEPs and requests the actor sees in each state; the keys are those of the front page."""
    soon = today + timedelta(days=DUE_SOON_DAYS)
    writing = Pep.status.in_(OPEN_TO_WRITE)
    row = session.execute(
        select(
            func.count(case((writing, 1))).label("open"),
            func.count(case((writing & Pep.due_on.between(today, soon), 1))).label("due_soon"),
            func.count(case((writing & (Pep.due_on < today), 1))).label("late"),
            func.count(case((Pep.status == PepStatus.SUBMITTED, 1))).label("with_vs"),
            func.count(case((Pep.status == PepStatus.RETURNED, 1))).label("sent_back"),
            func.count(case((Pep.status == PepStatus.COMPLETE, 1))).label("complete"),
        )
    ).one()
    money = session.execute(
        select(
            func.count(case((PpgRequest.status == PpgStatus.APPROVED, 1))).label("to_release"),
            func.count(case((PpgRequest.status == PpgStatus.REQUESTED, 1))).label("held"),
        )
    ).one()
    return {**row._asdict(), **money._asdict()}


# --- people --------------------------------------------------------------------------------------------------------------

WRITING_KINDS = (PersonKind.DESIGNATED_TEACHER, PersonKind.SCHOOL_STAFF, PersonKind.HEADTEACHER, PersonKind.SOCIAL_WORKER,
                 PersonKind.VIRTUAL_SCHOOL)


def possible_writers(session: Session) -> list[Person]:
    """People who may be named as the writer of a school's part: with a working address, by name (HB-2.2)."""
    return list(
        session.scalars(
            select(Person)
            .where(Person.kind.in_(WRITING_KINDS), Person.email.is_not(None), Person.bounced_on.is_(None), Person.left_on.is_(None))
            .order_by(Person.last_name, Person.first_name)
        )
    )


def day_bounds(day: date) -> tuple[datetime, datetime]:
    """First and one-past-last instant of an English day."""
    return datetime.combine(day, time(), LONDON), datetime.combine(day + timedelta(days=1), time(), LONDON)


# --- the life of a request, and what waits for its money -------------------------------------------------------------------


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
    status = PpgStatus.DECLINED if request.status is PpgStatus.DECLINED else PpgStatus.APPROVED
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
