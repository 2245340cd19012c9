"""Pupil Premium requests before any money moves: writing them, setting money aside, deciding on them.

The counter row (Allocation) is touched only here and in payments.py, only by conditional UPDATE under its CHECK: that is what
holds the caps under a race on both databases (docs/decisions/0004).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import InstrumentedAttribute, Session

from pep_admin import audit, config, queries, signals
from pep_admin.circumstances import said
from pep_admin.exceptions import NotAllowed, NotFound, Refused, StaleRecord
from pep_admin.models import AcademicYear, Allocation, Pep, PpgRequest, School, Target, clean
from pep_admin.money import format_pounds
from pep_admin.pep_form import RequestFacts
from pep_admin.permissions import Actor, Permission, can, require, require_on, writes_part
from pep_admin.validators.findings import Finding, blocking
from pep_admin.validators.ppg import PpgFacts, WorkedOut, check_barred, check_grant, check_request, work_out
from pep_admin.validators.ppg_requests import check_whole
from pep_admin.validators.reopening import is_open
from pep_admin.vocabulary import Part, PepStatus, PpgStatus, Scheme
from pep_admin.workflow import referrals
from pep_admin.workflow.sections import part_changed, require_open
from pep_admin.workflow.taking import all_or_nothing, move_requests, put, refuse, refuse_twice, take_pep, take_requests

WRITTEN = frozenset({"target_id", "category", "description", "provider", "payee_school_id", "payee_name", "quantity", "unit",
                     "unit_cost_pence", "amount_pence", "starts_on", "ends_on", "measure_before", "measure_after",
                     "beyond_ordinary", "other_money", "child_said"})
"""The columns a request's writer may set; everything else is the verbs'."""


def save_request(
    session: Session, pep_id: int, values: Mapping[str, Any], *, actor: Actor, request_id: int | None = None,
    version: int | None = None, today: date | None = None,
) -> tuple[PpgRequest, list[Finding]]:
    """Write a new request or change a draft; the request, with what to look at and what it still lacks before the PEP is sent.

    Raises Refused when a rule of HB-6 forbids it; nothing is stored then, but for a nursery child's referral to the Early Years
    Team (HB-6.3), which the refusal carries with it. Raises NotFound for a target of another PEP.
    """
    require(actor, Permission.REQUEST_WRITE)
    pep = take_pep(session, pep_id, *queries.OPEN_TO_WRITE)
    _require_asker(session, actor, pep)
    require_open(pep, "money")
    found = _draft(session, pep, request_id, version) if request_id is not None else None
    proposed = _proposed(session, pep, found, values)
    if queries.scheme_for(pep) is Scheme.EARLY_YEARS:
        if wrong := check_barred(proposed):
            raise Refused(wrong)
        raise referrals.refuse_early_years(pep, proposed, actor=actor, today=today or config.today())
    if found is None:
        _refuse_same(session, pep, proposed, values)  # before the caps: what was sent twice would be too much the second time
    findings = check_request(proposed, facts=queries.ppg_facts_for(session, [pep])[pep.id][request_id])
    if wrong := blocking(findings):
        raise Refused(wrong)
    if found is None:
        found = PpgRequest(pep_id=pep.id, status=PpgStatus.DRAFT)
        session.add(found)
    if put(found, {key: values[key] for key in WRITTEN & set(values)}) or request_id is None:
        part_changed(session, pep, Part.EDUCATION)
    session.flush()
    audit.record(session, "request.save", found, child_id=pep.child_id)
    return found, [*(each for each in findings if each.severity == "warning"), *check_whole(proposed)]


def _refuse_same(session: Session, pep: Pep, asked: RequestFacts, values: Mapping[str, Any]) -> None:
    same = select(PpgRequest).where(
        PpgRequest.pep_id == pep.id, PpgRequest.status == PpgStatus.DRAFT, PpgRequest.target_id == asked.target_id,
        PpgRequest.description == clean(asked.description), PpgRequest.amount_pence == asked.amount_pence)
    sentence = "This is asked for already, in the same words and for the same sum. Change that one, or say here what is different."
    refuse_twice(session, same, "request-twice", sentence, "description", {key: values[key] for key in WRITTEN & set(values)})


def may_ask(actor: Actor, pep: Pep) -> bool:
    """Whether somebody may ask for this PEP's money: who writes the school's part, after 16 the social worker too (HB-6.2)."""
    worker_asks = queries.scheme_for(pep) is Scheme.POST_16 and writes_part(actor, pep, Part.SOCIAL_CARE)
    return can(actor, Permission.REQUEST_WRITE) and (worker_asks or writes_part(actor, pep, Part.EDUCATION, "money"))


def may_ask_now(actor: Actor, pep: Pep) -> bool:
    """`may_ask`, while the PEP is open to be written and its money with it."""
    return pep.status in queries.OPEN_TO_WRITE and is_open(pep.reopened, "money") and may_ask(actor, pep)


def work_out_request(
    session: Session, pep: Pep, values: Mapping[str, Any], *, actor: Actor, facts: PpgFacts, found: PpgRequest | None = None
) -> WorkedOut:
    """What a new request, or the draft `found`, would come to and leave, as far as it is typed. Nothing is stored.

    `facts` are that request's own, as ppg_facts_for gives them.
    """
    require(actor, Permission.REQUEST_WRITE)
    _require_asker(session, actor, pep)
    return work_out(_proposed(session, pep, found, values), facts=facts)


def _require_asker(session: Session, actor: Actor, pep: Pep) -> None:
    require_on(session, actor, Permission.REQUEST_WRITE, pep.child_id)
    if not may_ask(actor, pep):
        raise NotAllowed(Permission.REQUEST_WRITE.value, "Pupil Premium for this PEP is asked for by somebody else.")


def _draft(session: Session, pep: Pep, request_id: int, version: int | None) -> PpgRequest:
    found = take_requests(session, [request_id])[0]
    if found.pep_id != pep.id:
        raise NotFound
    if found.status is not PpgStatus.DRAFT:
        raise refuse("request-status", "DATA-status", f"This request is “{found.status.label}” and cannot be changed now.")
    if version is not None and found.row_version != version:
        raise StaleRecord({"description": found.description, "amount_pence": found.amount_pence})
    return found


def _proposed(session: Session, pep: Pep, found: PpgRequest | None, values: Mapping[str, Any]) -> RequestFacts:
    """The request as it would stand. Its target must be this PEP's, and a school that is paid must exist; else NotFound."""
    would = {key: values.get(key, getattr(found, key, None)) for key in WRITTEN}
    if would["target_id"] is not None:
        owner = session.scalar(select(Target.pep_id).where(Target.id == would["target_id"]))
        if owner != pep.id:
            raise NotFound
    school = session.get(School, would["payee_school_id"]) if would["payee_school_id"] else None
    if would["payee_school_id"] and school is None:
        raise NotFound
    return RequestFacts(
        id=found.id if found else 0,
        target_id=would["target_id"],
        category=would["category"],
        description=would["description"] or "",
        provider=would["provider"] or "",
        payee=school.name if school else (would["payee_name"] or ""),
        quantity=would["quantity"],
        unit=would["unit"] or "",
        unit_cost_pence=would["unit_cost_pence"],
        amount_pence=would["amount_pence"],
        approved_pence=None,
        status=PpgStatus.DRAFT.value,
        starts_on=would["starts_on"],
        ends_on=would["ends_on"],
        **{key: would[key] or "" for key in ("measure_before", "measure_after", "beyond_ordinary", "other_money", "child_said")},
    )


# --- setting aside -----------------------------------------------------------------------------------------------------


def ask_for(session: Session, pep: Pep, requests: Sequence[PpgRequest]) -> None:
    """Draft requests become requested, their money set aside under the caps; Refused when somebody else took it first."""
    if not requests:
        return
    total = sum(each.amount_pence for each in requests)
    _open_counters(session, pep)
    for allocation in _counters(session, pep):
        _set_aside(session, pep, allocation, total)
    move_requests(session, requests, PpgStatus.DRAFT, PpgStatus.REQUESTED)


def _set_aside(session: Session, pep: Pep, allocation: Allocation, pence: int) -> None:
    """Count the money on one counter, and bring the counter's cap up to the year's number of now, in one conditional UPDATE.

    A cap that the head changes holds from then on. One that was lowered below what is taken leaves nothing; the counter keeps
    the cap under which that was taken.
    """
    cap = select(_caps(pep)[allocation.period]).where(AcademicYear.id == allocation.year_id).scalar_subquery()
    taken = Allocation.reserved_pence + Allocation.released_pence
    kept = session.scalar(
        update(Allocation).where(Allocation.id == allocation.id, taken + pence <= cap)
        .values(reserved_pence=Allocation.reserved_pence + pence, cap_pence=cap).returning(Allocation.id),
        execution_options={"synchronize_session": False},
    )
    session.expire(allocation)
    if kept is None:
        cap_pence = session.scalar(select(cap)) or 0
        left = max(0, cap_pence - allocation.reserved_pence - allocation.released_pence)
        rule = "HB-6.2" if queries.scheme_for(pep) is Scheme.POST_16 else "HB-6.1"
        raise refuse("RD-403", rule, f"{format_pounds(pence)} is more than what is left for {allocation.period}: "
                     f"{format_pounds(left)} of {format_pounds(cap_pence)}.", "amount")


def give_back(session: Session, pep: Pep, requests: Sequence[PpgRequest]) -> None:
    """Requested and approved requests become drafts again and let go of what was set aside."""
    _let_go(session, pep, sum(_held(each) for each in requests))
    for status in (PpgStatus.REQUESTED, PpgStatus.APPROVED):
        move_requests(session, [each for each in requests if each.status is status], status, PpgStatus.DRAFT,
                      approved_pence=None, decided_by=None, decided_name=None, decided_on=None)


def withdraw_all(session: Session, pep: Pep, requests: Sequence[PpgRequest]) -> None:
    """Requests that go with a PEP that is not needed."""
    _let_go(session, pep, sum(_held(each) for each in requests))
    for status in (PpgStatus.DRAFT, PpgStatus.REQUESTED, PpgStatus.APPROVED):
        chosen = [each for each in requests if each.status is status]
        move_requests(session, chosen, status, PpgStatus.WITHDRAWN, approved_pence=None, decided_by=None, decided_name=None,
                      decided_on=None)


def _held(request: PpgRequest) -> int:
    if request.status is PpgStatus.REQUESTED:
        return request.amount_pence
    return request.approved_pence or 0 if request.status is PpgStatus.APPROVED else 0


def _let_go(session: Session, pep: Pep, pence: int) -> None:
    if not pence:
        return
    for allocation in _counters(session, pep):
        session.execute(
            update(Allocation).where(Allocation.id == allocation.id).values(reserved_pence=Allocation.reserved_pence - pence),
            execution_options={"synchronize_session": False},
        )
        session.expire(allocation)


def _open_counters(session: Session, pep: Pep) -> None:
    """The counter rows of the child's year and term, made when they are not there; two makers at once make one."""
    year, term = pep.term.year, pep.term
    kind = postgresql if session.get_bind().dialect.name == "postgresql" else sqlite
    rows = [
        {"child_id": pep.child_id, "year_id": year.id, "term_id": None if period == year.name else term.id, "period": period,
         "cap_pence": getattr(year, cap.key), "reserved_pence": 0, "released_pence": 0}
        for period, cap in _caps(pep).items()
    ]
    session.execute(kind.insert(Allocation).values(rows).on_conflict_do_nothing(index_elements=["child_id", "period"]))


def _caps(pep: Pep) -> dict[str, InstrumentedAttribute[int]]:
    """By period: the column of the academic year that caps what the PEP's child may have in it (HB-6.1, 6.2)."""
    year, term = pep.term.year, pep.term
    if queries.scheme_for(pep) is Scheme.POST_16:
        return {year.name: AcademicYear.post16_year_cap_pence}
    return {year.name: AcademicYear.ppg_year_cap_pence, f"{year.name} {term.name.value}": AcademicYear.ppg_term_cap_pence}


def _counters(session: Session, pep: Pep, *, hold: bool = False) -> list[Allocation]:
    """In the order of their ids, so that two verbs never wait for one another crosswise; locked with `hold`."""
    wanted = queries.periods(pep.term.year.name, pep.term.name.value, queries.scheme_for(pep))
    found = select(Allocation).where(Allocation.child_id == pep.child_id, Allocation.period.in_(wanted)).order_by(Allocation.id)
    held = found.with_for_update(of=Allocation) if hold else found
    return list(session.scalars(held.execution_options(populate_existing=True)))


# --- deciding ----------------------------------------------------------------------------------------------------------


def approve_all(session: Session, pep: Pep, requests: Iterable[PpgRequest], *, actor: Actor, today: date) -> None:
    """Approve whole the requests of a PEP that was just accepted; its readiness held them to the caps of now."""
    chosen = list(requests)
    move_requests(session, chosen, PpgStatus.REQUESTED, PpgStatus.APPROVED, approved_pence=PpgRequest.amount_pence,
                  decided_by=actor.id, decided_name=actor.name, decided_on=today)
    for each in chosen:
        audit.record(session, "request.approve", each, child_id=pep.child_id, pence=each.approved_pence)
        signals.announce(session, signals.ppg_approved, request_id=each.id, pence=each.approved_pence)


def _require_left(session: Session, pep: Pep, pence: int) -> None:
    """Refused when the caps of now do not leave that much to be approved. Asked under the counters' lock: two approvals at once
    do not both take the last pounds."""
    _counters(session, pep, hold=True)
    if wrong := check_grant(pence, facts=queries.grant_facts(session, pep)):
        raise Refused(wrong)


def approve_request(
    session: Session, request_id: int, *, pence: int, reason: str, actor: Actor, today: date, version: int | None = None
) -> PpgRequest:
    """Approve one request of a signed-off PEP, whole or, with a reason, less; what is not approved is given back."""
    require(actor, Permission.REQUEST_DECIDE)
    pep, found = _to_decide(session, request_id, version)
    if not 0 < pence <= found.amount_pence:
        sentence = f"Approve between £0.01 and the {format_pounds(found.amount_pence)} that was asked."
        raise refuse("approve-amount", "HB-6.1", sentence, "amount")
    if pence < found.amount_pence and not said(reason):
        raise refuse("approve-less", "HB-6.8", "Say why less is approved than was asked.", "reason")
    _require_left(session, pep, pence)
    with all_or_nothing(session):
        _let_go(session, pep, found.amount_pence - pence)
        move_requests(session, [found], PpgStatus.REQUESTED, PpgStatus.APPROVED, approved_pence=pence, decided_by=actor.id,
                      decided_name=actor.name, decided_on=today, decision_reason=reason.strip() or None)
    audit.record(session, "request.approve", found, child_id=pep.child_id, pence=pence)
    signals.announce(session, signals.ppg_approved, request_id=found.id, pence=pence)
    return found


def decline_request(
    session: Session, request_id: int, *, reason: str, actor: Actor, today: date, version: int | None = None
) -> PpgRequest:
    """Say no to one request, with the reason; its money is given back."""
    require(actor, Permission.REQUEST_DECIDE)
    pep, found = _to_decide(session, request_id, version)
    if not said(reason):
        raise refuse("decline-reason", "DATA-reason", "Say why the request is declined; the school reads it.", "reason")
    with all_or_nothing(session):
        _let_go(session, pep, found.amount_pence)
        move_requests(session, [found], PpgStatus.REQUESTED, PpgStatus.DECLINED, decided_by=actor.id, decided_name=actor.name,
                      decided_on=today, decision_reason=reason.strip())
    audit.record(session, "request.decline", found, child_id=pep.child_id)
    return found


def withdraw_approved(
    session: Session, request_id: int, *, reason: str, actor: Actor, today: date, version: int | None = None
) -> PpgRequest:
    """Take back what was approved and has not gone, with the reason; its money is given back, once."""
    require(actor, Permission.REQUEST_DECIDE)
    pep, found = _to_decide(session, request_id, version, PpgStatus.APPROVED)
    if not said(reason):
        raise refuse("withdraw-reason", "DATA-reason", "Say why the money is not paid after all; the school reads it.", "reason")
    pence = _held(found)
    with all_or_nothing(session):
        moved = move_requests(session, [found], PpgStatus.APPROVED, PpgStatus.WITHDRAWN, approved_pence=None, decided_by=actor.id,
                              decided_name=actor.name, decided_on=today, decision_reason=reason.strip())
        if moved != [found.id]:
            raise StaleRecord  # under the locks that were taken this is somebody outside these verbs
        _let_go(session, pep, pence)
    audit.record(session, "request.withdraw_approved", found, child_id=pep.child_id, pence=pence)
    return found


DECIDED_FROM = {
    PpgStatus.REQUESTED: "only a requested one is decided on",
    PpgStatus.APPROVED: "only an approved one, whose money has not gone, can be withdrawn",
}


def _to_decide(
    session: Session, request_id: int, version: int | None, status: PpgStatus = PpgStatus.REQUESTED
) -> tuple[Pep, PpgRequest]:
    pep_id = session.scalar(select(PpgRequest.pep_id).where(PpgRequest.id == request_id))
    if pep_id is None:
        raise NotFound
    pep = take_pep(session, pep_id, PepStatus.SUBMITTED, PepStatus.COMPLETE)
    found = take_requests(session, [request_id])[0]
    if version is not None and found.row_version != version:
        raise refuse("request-moved", "DATA-status", "Somebody decided on this request a moment ago. Look at it again.")
    if found.status is not status:
        sentence = f"This request is “{found.status.label}”; {DECIDED_FROM[status]}."
        raise refuse("request-status", "DATA-status", sentence)
    return pep, found


def withdraw_request(session: Session, request_id: int, *, actor: Actor) -> PpgRequest:
    """The writer takes a draft request away again; its row stays, as withdrawn."""
    require(actor, Permission.REQUEST_WRITE)
    pep_id = session.scalar(select(PpgRequest.pep_id).where(PpgRequest.id == request_id))
    if pep_id is None:
        raise NotFound
    pep = take_pep(session, pep_id, *queries.OPEN_TO_WRITE)
    _require_asker(session, actor, pep)
    require_open(pep, "money")
    found = take_requests(session, [request_id])[0]
    if found.status is not PpgStatus.DRAFT:
        raise refuse("request-status", "DATA-status", f"This request is “{found.status.label}” and cannot be taken away now.")
    part_changed(session, pep, Part.EDUCATION)
    move_requests(session, [found], PpgStatus.DRAFT, PpgStatus.WITHDRAWN)
    audit.record(session, "request.withdraw", found, child_id=pep.child_id)
    return found


