"""A PEP's own life: opening (a term's launch, or one), sending, recalling, closing as not needed.

Writing is sections.py's, handing out delegation.py's, grading reviews.py's, money ppg.py's and payments.py's.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from pep_admin import audit, queries, signals
from pep_admin.circumstances import said
from pep_admin.deadlines import Due, counted_from, due_for_new_child, due_for_term, set_by_hand
from pep_admin.exceptions import NotFound, Refused
from pep_admin.models import AcademicYear, Child, Pep, PpgRequest, QaReview, Term
from pep_admin.pep_document import current_form_version, freeze, open_parts, thaw
from pep_admin.permissions import Actor, Permission, require, require_on, takes_part
from pep_admin.queries import LaunchCandidate
from pep_admin.school_calendar import SchoolDays, TermsUnknown
from pep_admin.validators.findings import Finding, blocking
from pep_admin.validators.meetings import day_of
from pep_admin.validators.peps import check_due
from pep_admin.vocabulary import Part, PepKind, PepStatus, PpgStatus
from pep_admin.workflow import ppg
from pep_admin.workflow.drafts import drop_drafts_of
from pep_admin.workflow.follow_up import ask_follow_up
from pep_admin.workflow.inspections import judge_schools
from pep_admin.workflow.meetings import drop_plan
from pep_admin.workflow.readiness import readiness
from pep_admin.workflow.sections import sign_part
from pep_admin.workflow.taking import all_or_nothing, move_peps, refuse, take_pep, take_term


@dataclass(frozen=True, slots=True)
class LaunchResult:
    """What a launch did, or would do: references opened (child ids in a dry run), how many had one, who was left out and why."""

    opened: tuple[str, ...] = ()
    children: tuple[int, ...] = ()
    already: int = 0
    skipped: tuple[tuple[int, str], ...] = ()
    peps: tuple[Pep, ...] = field(default=(), compare=False)


def launch_term(
    session: Session, term: Term, *, actor: Actor, today: date, now: datetime, dry_run: bool = False
) -> LaunchResult:
    """Open one PEP for every child of PEP age in care that day who lacks one in the term (HB-1.4, HB-2.1).

    Safe to repeat, and to run twice at once: the term's row is locked, and the second finds nothing left to open.
    """
    require(actor, Permission.TERM_LAUNCH)
    term = term if dry_run else take_term(session, term.id)
    if today > term.ends_on:
        raise refuse("launch-past", "HB-1.4", f"{term.label} ended before today; launch the term that is running or comes next.")
    candidates = queries.launch_candidates(session, term, today)
    missing = [each for each in candidates if not each.why_not and not each.has_pep_of_term]
    known, unknown = _openings(session, term, missing, today=today)
    left_out = {each.child_id: each.why_not for each in candidates if each.why_not and not each.has_pep_of_term} | unknown
    outcome = LaunchResult(
        children=tuple(each.child.child_id for each in known),
        already=sum(each.has_pep_of_term for each in candidates),
        skipped=tuple((each.child_id, left_out[each.child_id]) for each in candidates if each.child_id in left_out),
    )
    if dry_run or not known:
        return outcome
    peps = _open_all(session, term, known, today=today, now=now)
    judge_schools(session, today=today)  # a new academic year may have another rule of what is less than good
    term.launched_at = term.launched_at or now
    session.flush()
    audit.record(session, "term.launch", term, opened=len(peps), already=outcome.already, left_out=len(outcome.skipped))
    return LaunchResult(tuple(pep.reference for pep in peps), outcome.children, outcome.already, outcome.skipped, tuple(peps))


@dataclass(frozen=True, slots=True)
class _Opening:
    """A PEP that can be opened: for whom, of which kind, and its day."""

    child: LaunchCandidate
    kind: PepKind
    due: Due


def _openings(
    session: Session, term: Term, children: Sequence[LaunchCandidate], *, today: date, beside: PepKind | None = None,
    as_first: bool = False,
) -> tuple[list[_Opening], dict[int, str]]:
    """What can be opened, and by child id why not: where the day would be counted into terms that nobody has entered.

    `beside` opens them as that kind, beside the term's own; but a child who is new in care has the first PEP first (HB-1.3).
    `as_first` where somebody opens a first PEP knowingly: its day is the child's own, however long it is past.
    """
    calendars, known, unknown = queries.Calendars(session), [], {}
    for child in children:
        days = calendars.days_for(child.school_id)
        try:
            due, is_new = _due(child, term, days, as_first=as_first)
            kind = PepKind.INITIAL if is_new else PepKind.TERMLY
            if beside and not (is_new and beside in FOR_A_NEW_CHILD_TOO):
                kind, due = beside, _due_beside(today, term, days)
        except TermsUnknown as problem:
            unknown[child.child_id] = str(problem)
            continue
        known.append(_Opening(child, kind, due))
    return known, unknown


FOR_A_NEW_CHILD_TOO = (PepKind.CHANGE, PepKind.NEED)
"""Reasons for a review that a first PEP answers as well."""


def _open_all(
    session: Session, term: Term, openings: Sequence[_Opening], *, today: date, now: datetime, reason: str | None = None,
) -> list[Pep]:
    """New PEPs with their parts."""
    form, year = current_form_version(session, now), term.year
    number = _last_number(session, term)
    peps = [
        Pep(
            reference=_reference(year, term, number + step), child_id=each.child.child_id, term=term,
            school_id=each.child.school_id,
            writer_id=each.child.designated_teacher_id, social_worker_id=each.child.social_worker_id, form_version=form,
            kind=each.kind, status=PepStatus.INITIATED, year_group=each.child.year_group, initiated_on=today,
            due_on=each.due.on, due_rule=each.due.rule, reason=reason,
        )
        for step, each in enumerate(openings, start=1)
    ]
    session.add_all(peps)
    session.flush()
    open_parts(session, peps)
    return peps


def _due(child: LaunchCandidate, term: Term, days: SchoolDays, *, as_first: bool = False) -> tuple[Due, bool]:
    """The term's deadline; for a child newly in care the 20 school days of the child's school win (HB-1.3).

    Newly in care: no PEP yet, and those school days had not run out when the term began (or `as_first`). Where the calendar does
    not reach back (a child in care since before the first term on record), the term's deadline holds. Raises TermsUnknown where it
    does not reach forward: a day worked out then would be a guess.
    """
    of_term = due_for_term(term.deadline_on, term.label)
    if child.has_any_pep:
        return of_term, False
    try:
        of_child = _counted(child.entered_care_on, term.year.complete_school_days, term.year, days)
    except TermsUnknown as problem:
        if problem.day > term.ends_on:
            raise
        return of_term, False
    return (of_child, True) if as_first or of_child.on >= term.starts_on else (of_term, False)


def _counted(start: date, number: int, year: AcademicYear, days: SchoolDays) -> Due:
    return due_for_new_child(start, days=number, with_start=year.counts_first_day, is_school_day=days.is_school_day,
                             whose_on=days.whose_on)


def _due_beside(today: date, term: Term, days: SchoolDays) -> Due:
    """A review out of turn is due in school days of its own number (HB-1.5; the number is ours). Raises TermsUnknown."""
    return _counted(today, term.year.between_school_days, term.year, days)


def _last_number(session: Session, term: Term) -> int:
    return session.scalar(select(func.count(Pep.id)).where(Pep.term_id == term.id)) or 0


def _reference(year: AcademicYear, term: Term, number: int) -> str:
    """Such as 2425-AUT-0042: unique, in the order of opening, and says nothing of the child."""
    return f"{year.name[2:4]}{year.name[5:7]}-{term.name.value[:3].upper()}-{number:04d}"


def initiate_pep(
    session: Session, child: Child, term: Term, *, kind: PepKind, reason: str, actor: Actor, today: date, now: datetime
) -> Pep:
    """Open one PEP for one child out of the launch: an initial or termly one, or beside it one for a change, need or funding.

    Raises Refused when the child has the term's PEP already (HB-1.4), or a reason is wanting, or a funding PEP is open (HB-1.5).
    """
    require(actor, Permission.PEP_OPEN)
    term = take_term(session, term.id)
    if kind not in queries.ONE_A_TERM and not said(reason):
        raise refuse("open-reason", "HB-1.5", "Say what has changed, or why another PEP is needed.", "reason")
    found = next((each for each in queries.launch_candidates(session, term, today) if each.child_id == child.id), None)
    if found is None:
        raise refuse("open-care", "HB-1.1", f"{child.called} is not in care today, so no PEP can be opened.")
    if found.why_not:
        raise refuse("open-age", "HB-1.1", f"{child.called} is {found.why_not}.")
    if kind in queries.ONE_A_TERM and found.has_pep_of_term:
        raise refuse("open-twice", "HB-1.4", f"{child.called} has a PEP for {term.label} already.", "kind")
    if kind is PepKind.FUNDING:
        _refuse_second_funding(session, child)
    beside = None if kind in queries.ONE_A_TERM else kind
    openings, unknown = _openings(session, term, [found], today=today, beside=beside, as_first=kind is PepKind.INITIAL)
    if unknown:
        raise refuse("open-terms", "HB-1.3", f"{unknown[child.id]} Then this PEP can be opened.", "kind")
    pep = _open_all(session, term, openings, today=today, now=now, reason=reason.strip() or None)[0]
    audit.record(session, "pep.open", pep)
    return pep


def _refuse_second_funding(session: Session, child: Child) -> None:
    """Extra money is asked for in the funding PEP that is open; `row` of the finding is that PEP."""
    is_open = Pep.status.not_in((PepStatus.COMPLETE, PepStatus.WITHDRAWN))
    found = session.scalar(select(Pep).where(Pep.child_id == child.id, Pep.kind == PepKind.FUNDING, is_open))
    if found is not None:
        message = f"{child.called} has a funding PEP that is open: {found.reference} ({found.status.label})."
        raise Refused([Finding("open-funding", "HB-1.5", "kind", f"{message} Ask for the money there.", row=str(found.id))])


# --- sending -----------------------------------------------------------------------------------------------------------


def submit_pep(session: Session, pep_id: int, *, actor: Actor, today: date, now: datetime, version: int | None = None) -> Pep:
    """Send a signed PEP to the Virtual School; its requests go with it and their money is set aside.

    Raises Refused with every gate that is not met; nothing has changed then.
    """
    require(actor, Permission.PEP_SUBMIT)
    pep = take_pep(session, pep_id, PepStatus.IN_PROGRESS, PepStatus.RETURNED, version=version)
    require_on(session, actor, Permission.PEP_SUBMIT, pep.child_id)
    if not takes_part(actor, pep):
        raise refuse("submit-who", "HB-2.6", "Only those who write this PEP, or the Virtual School, may send it.")
    if wrong := blocking(readiness(session, pep, today=today)):
        raise Refused(wrong)
    with all_or_nothing(session):
        ppg.ask_for(session, pep, _requests(session, pep, PpgStatus.DRAFT))
        freeze(session, pep)
        move_peps(session, [pep], PepStatus.SUBMITTED, submitted_at=now)
    audit.record(session, "pep.submit", pep)
    signals.announce(session, signals.pep_submitted, pep_id=pep.id)
    return pep


def sign_and_send(
    session: Session, pep_id: int, part: Part, *, actor: Actor, today: date, now: datetime, reason: str = ""
) -> Pep:
    """Sign a part, and send the PEP where nothing stops it any more: the last signature sends (HB-2.6).

    Where others are still to sign, or a gate is open, the part is signed and the PEP stays; its status tells. Raises Refused for
    what the part itself needs, and where the money that goes with the PEP cannot be set aside: then nothing is signed.
    """
    pep = sign_part(session, pep_id, part, actor=actor, today=today, now=now, reason=reason)
    if blocking(readiness(session, pep, today=today)):
        return pep
    return submit_pep(session, pep_id, actor=actor, today=today, now=now)


def recall_pep(session: Session, pep_id: int, *, actor: Actor, version: int | None = None) -> Pep:
    """Take a sent PEP back before the Virtual School has begun on it; the money set aside is given back."""
    require(actor, Permission.PEP_SUBMIT)
    pep = take_pep(session, pep_id, PepStatus.SUBMITTED, version=version)
    require_on(session, actor, Permission.PEP_SUBMIT, pep.child_id)
    if not takes_part(actor, pep):
        raise refuse("recall-who", "HB-2.6", "Only those who write this PEP may take it back.")
    if why := why_not_recalled(session, pep):
        raise refuse("recall-late", "HB-7.1", f"{why} Ask them to send it back.")
    with all_or_nothing(session):
        ppg.give_back(session, pep, _requests(session, pep, PpgStatus.REQUESTED, PpgStatus.APPROVED))
        thaw(session, pep)
        move_peps(session, [pep], PepStatus.IN_PROGRESS, submitted_at=None)
    audit.record(session, "pep.recall", pep)
    return pep


def why_not_recalled(session: Session, pep: Pep) -> str:
    """What the Virtual School has done with a PEP that was sent, so that it cannot be taken back; "" where it can."""
    if pep.submitted_at is None:
        return ""
    begun = select(QaReview.id).where(QaReview.pep_id == pep.id, QaReview.reviewed_at > pep.submitted_at)
    if session.scalar(begun.limit(1)) is not None:
        return "The Virtual School has begun to read this PEP."
    return "The Virtual School has approved money here already." if _requests(session, pep, PpgStatus.APPROVED) else ""


def withdraw_pep(
    session: Session, pep_id: int, *, reason: str, actor: Actor, now: datetime, version: int | None = None
) -> Pep:
    """Close a PEP that is not needed (left care, entered in error); its requests are withdrawn with it, and a meeting
    that is still ahead is off."""
    require(actor, Permission.PEP_WITHDRAW)
    pep = take_pep(session, pep_id, PepStatus.INITIATED, PepStatus.IN_PROGRESS, PepStatus.SUBMITTED, PepStatus.RETURNED,
                   version=version)
    if not said(reason):
        raise refuse("withdraw-reason", "DATA-reason", "Say why this PEP is not needed.", "reason")
    with all_or_nothing(session):
        ppg.withdraw_all(session, pep, _requests(session, pep, PpgStatus.DRAFT, PpgStatus.REQUESTED, PpgStatus.APPROVED))
        drop_plan(session, pep, today=day_of(now) or now.date(), now=now)
        freeze(session, pep)
        move_peps(session, [pep], PepStatus.WITHDRAWN, closing_reason=reason.strip())
        drop_drafts_of(session, [pep.id])
    ask_follow_up(session)
    audit.record(session, "pep.withdraw", pep)
    return pep


def change_pep(session: Session, pep_id: int, values: Mapping[str, Any], *, actor: Actor, version: int | None = None) -> Pep:
    """Change columns of the PEP itself (when it is due, how that came about, why it was opened), until it is signed off or closed.

    Raises Refused for a due day outside the PEP's time (DATA-due); a day that stays may be what it is.
    """
    require(actor, Permission.PEP_EDIT)
    pep = take_pep(session, pep_id, *queries.OPEN_TO_WRITE, PepStatus.SUBMITTED, version=version)
    due_on = values.get("due_on", pep.due_on)
    if due_on != pep.due_on and (wrong := check_due(due_on, opened_on=pep.initiated_on, year=pep.term.year.name)):
        raise Refused(wrong)
    if due_on != pep.due_on and values.get("due_rule", pep.due_rule) == pep.due_rule and counted_from(pep.due_rule):
        values = {**values, "due_rule": set_by_hand(pep.due_rule)}  # else the sentence would tell how another day was counted
    for name, value in values.items():
        setattr(pep, name, value)
    session.flush()
    audit.record(session, "pep.change", pep, fields=sorted(values))
    return pep


def find_pep(session: Session, pep_id: int) -> Pep:
    """The PEP inside the actor's scope; NotFound otherwise."""
    found = session.scalar(select(Pep).where(Pep.id == pep_id))
    if found is None:
        raise NotFound
    return found


def _requests(session: Session, pep: Pep, *statuses: PpgStatus) -> list[PpgRequest]:
    return list(
        session.scalars(
            select(PpgRequest).where(PpgRequest.pep_id == pep.id, PpgRequest.status.in_(statuses)).order_by(PpgRequest.id)
            .with_for_update(of=PpgRequest).execution_options(populate_existing=True)
        )
    )


