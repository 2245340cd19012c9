"""Referrals to the Early Years Team (HB-6.3): recorded when money is asked for a nursery child, closed when that team was told.

One that was asked for by mistake, or in the wrong words, is taken away until then.

Whether a child falls under that team is circumstances.py's; requests that the Virtual School does pay are ppg.py's.
"""

from __future__ import annotations

from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from pep_admin import audit, history
from pep_admin.circumstances import explained
from pep_admin.deadlines import format_day
from pep_admin.exceptions import NotAllowed, Refused
from pep_admin.models import EarlyYearsReferral, Pep
from pep_admin.pep_form import RequestFacts
from pep_admin.permissions import Actor, Permission, can, require, require_on
from pep_admin.validators.findings import Finding
from pep_admin.workflow.taking import refuse, take_pep, take_row


def refuse_early_years(pep: Pep, asked: RequestFacts, *, actor: Actor, today: date) -> Refused:
    """The refusal of a nursery child's request (RD-404), which leaves a referral behind; one that says nothing leaves none."""
    pep_id, wanted, pence = pep.id, asked.description.strip(), asked.amount_pence or None
    if not wanted:
        message = "Nursery children's money comes from the Early Years Team. Say what it is for, and it is referred to them."
        return Refused([Finding("RD-404", "HB-6.3", "description", message)])

    def refer(session: Session) -> None:
        record_referral(session, pep_id, wanted=wanted, pence=pence, actor=actor, today=today)

    message = "Nursery children's money comes from the Early Years Team. We have recorded a referral instead."
    return Refused([Finding("RD-404", "HB-6.3", "", message)], instead=refer)


def record_referral(
    session: Session, pep_id: int, *, wanted: str, pence: int | None, actor: Actor, today: date
) -> EarlyYearsReferral:
    """An open referral of the child that says just that: made when there is none, else left as it stands.

    Other words or another sum are another thing to pass on. The PEP's lock keeps a form that was sent twice from making two.
    """
    require(actor, Permission.REQUEST_WRITE)
    pep = take_pep(session, pep_id)
    found = session.scalar(
        select(EarlyYearsReferral).where(
            EarlyYearsReferral.child_id == pep.child_id, EarlyYearsReferral.told_on.is_(None), EarlyYearsReferral.wanted == wanted,
            EarlyYearsReferral.amount_pence.is_not_distinct_from(pence))
    )
    if found is None:
        found = EarlyYearsReferral(child_id=pep.child_id, pep_id=pep.id, wanted=wanted, amount_pence=pence, asked_by=actor.id,
                                   asked_name=actor.name, asked_on=today)
        session.add(found)
        session.flush()
        audit.record(session, "referral.record", found)
    return found


def close_referral(
    session: Session, referral_id: int, *, told_on: date, actor: Actor, today: date, version: int | None = None
) -> EarlyYearsReferral:
    """The Early Years Team has been told, on that day. Raises Refused twice, and for a day that cannot be."""
    require(actor, Permission.REQUEST_DECIDE)
    found = take_row(session, EarlyYearsReferral, referral_id)
    require_on(session, actor, Permission.REQUEST_DECIDE, found.child_id)
    if found.told_on is not None or (version is not None and found.row_version != version):
        raise refuse("referral-told", "DATA-status", "The Early Years Team has been told of this already. Look at it again.")
    if not found.asked_on <= told_on <= today:
        message = f"Enter a day from {format_day(found.asked_on)}, when it was asked for, to today."
        raise refuse("referral-day", "DATA-dates", message, "told_on")
    found.told_on, found.told_by, found.told_name = told_on, actor.id, actor.name
    session.flush()
    audit.record(session, "referral.close", found)
    return found


def is_theirs(actor: Actor, referral: EarlyYearsReferral) -> bool:
    """Whether a referral is somebody's to take away: of who asked for it, and of the Virtual School."""
    return can(actor, Permission.REQUEST_DECIDE) or referral.asked_by == actor.id


def may_remove(actor: Actor, referral: EarlyYearsReferral) -> bool:
    """Whether they may do so now: until the Early Years Team was told."""
    return referral.told_on is None and is_theirs(actor, referral)


def remove_referral(session: Session, referral: EarlyYearsReferral, *, reason: str, actor: Actor) -> None:
    """Take away what was asked for by mistake; the history keeps what it said, and why. What was told to that team stays."""
    require(actor, Permission.REQUEST_WRITE)
    found = take_row(session, EarlyYearsReferral, referral.id)
    require_on(session, actor, Permission.REQUEST_WRITE, found.child_id)
    if found.told_on is not None:
        raise refuse("referral-told", "DATA-status", "The Early Years Team was told of this already. Tell them that it changed.")
    if not is_theirs(actor, found):
        raise NotAllowed(Permission.REQUEST_WRITE.value, "Who asked for this, or the Virtual School, takes it away.")
    if not explained(reason):
        raise refuse("remove-reason", "DATA-reason", "Say in a few words why it is taken away.", "reason")
    facts = audit.facts_of(found)
    with history.because(session, reason):
        session.delete(found)
    audit.record(session, "referral.remove", **facts)
