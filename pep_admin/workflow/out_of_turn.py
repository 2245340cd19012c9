"""Settling what calls for a review out of turn (HB-1.5): a PEP of its kind is opened, an open one covers it, or none is needed; and
the first PEP of a child new in care, opened and sent out in one step (HB-1.2).

What is to be settled is queries/changes.py's. How a PEP is opened is peps.py's, how it is sent out delegation.py's.
"""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from pep_admin import audit
from pep_admin.circumstances import said
from pep_admin.deadlines import format_day
from pep_admin.exceptions import NotFound, Refused
from pep_admin.models import Child, Pep, SettledChange
from pep_admin.permissions import Actor, Permission, require
from pep_admin.queries import OPEN_TO_WRITE, term_of
from pep_admin.queries.changes import Change, changes_to_review
from pep_admin.review_words import ChangeKind, Settling
from pep_admin.validators.findings import Finding
from pep_admin.vocabulary import PepKind
from pep_admin.workflow.delegation import DelegationResult, delegate_peps
from pep_admin.workflow.peps import initiate_pep
from pep_admin.workflow.taking import all_or_nothing, refuse, take_pep, take_row


def settle_change(
    session: Session, child_id: int, kind: ChangeKind, row_id: int, *, how: Settling | None, reason: str = "",
    pep_id: int | None = None, actor: Actor, today: date, now: datetime,
) -> SettledChange:
    """Settle one change: `how` (None: nothing was chosen), with the PEP that covers it for one that is joined, and the reason for
    one that needs none.

    Raises Refused where nothing is chosen, for a change that is settled or no longer on record, a PEP that cannot cover it, a
    reason that is not said, and for whatever opening a PEP is refused.
    """
    require(actor, Permission.PEP_OPEN)
    if how is Settling.JOINED and pep_id is not None:
        take_pep(session, pep_id, *OPEN_TO_WRITE)
    child = _take_child(session, child_id)
    change = _standing(session, child_id, kind, row_id, today)
    if how is None:
        raise refuse("settle-how", "HB-1.5", "Choose what follows from it.", "how")
    if how is Settling.WAVED and not said(reason):
        raise refuse("settle-reason", "DATA-reason", "Say why no review is needed.", "reason")
    if how is Settling.JOINED and pep_id not in {pep.id for pep in change.open_peps}:
        raise refuse("settle-pep", "HB-1.5", "Choose one of the child's PEPs that are still being written.", "how")
    with all_or_nothing(session):
        _end_earlier(session, change, actor, today)
        if how is Settling.OPENED:
            pep_id = _opened(session, child, change, reason, actor=actor, today=today, now=now)
        settled = SettledChange(
            child_id=child_id, kind=kind, row_id=row_id, happened_on=change.on, what=change.what, how=how,
            pep_id=pep_id if how is not Settling.WAVED else None, reason=reason.strip(), settled_by=actor.id,
            settled_name=actor.name, settled_on=today)
        session.add(settled)
        session.flush()
    audit.record(session, "change.settle", settled, kind=kind.value, how=how.value, pep=settled.pep_id)
    return settled


def _take_child(session: Session, child_id: int) -> Child:
    """The child's row, locked: two who settle one change go one after the other."""
    child = session.scalar(select(Child).where(Child.id == child_id).with_for_update(of=Child))
    if child is None:
        raise NotFound
    return child


def _standing(session: Session, child_id: int, kind: ChangeKind, row_id: int, today: date) -> Change:
    found = next((each for each in changes_to_review(session, today, kinds=[kind]) if each.key == (child_id, kind, row_id)), None)
    if found is None:
        raise refuse("settle-gone", "DATA-status", "This is settled already, or no longer on record. Look at the list again.")
    return found


def _end_earlier(session: Session, change: Change, actor: Actor, today: date) -> None:
    """What was settled by a PEP that was closed as not needed is settled no more."""
    asked = select(SettledChange).where(SettledChange.child_id == change.child_id, SettledChange.kind == change.kind,
                                        SettledChange.row_id == change.row_id, SettledChange.undone_on.is_(None))
    for earlier in session.scalars(asked):
        earlier.undone_on, earlier.undone_by, earlier.undone_name = today, actor.id, actor.name
    session.flush()


def _opened(session: Session, child: Child, change: Change, reason: str, *, actor: Actor, today: date, now: datetime) -> int:
    """A PEP of the kind that the change asks for; what changed is its reason where no other is given."""
    term = term_of(session, today)
    if term is None:
        raise refuse("open-term", "HB-1.4", "No term is on record for today. Put the term dates in first.")
    why = reason.strip() if said(reason) else f"{change.kind.label}, {format_day(change.on)}: {change.what}"[:500]
    return initiate_pep(session, child, term, kind=change.opens, reason=why, actor=actor, today=today, now=now).id


def offer_again(session: Session, settled_id: int, *, actor: Actor, today: date) -> SettledChange:
    """Take a settling back: the change is offered again. Raises Refused where a PEP was opened for it: that is closed instead."""
    require(actor, Permission.PEP_OPEN)
    settled = take_row(session, SettledChange, settled_id)
    if settled.undone_on is not None:
        raise refuse("settle-undone", "DATA-status", f"{settled.undone_name} took this back on {format_day(settled.undone_on)}.")
    if settled.how is Settling.OPENED:
        message = "A PEP was opened for this. Close that as not needed, and it is offered again."
        raise refuse("settle-opened", "DATA-status", message)
    settled.undone_on, settled.undone_by, settled.undone_name = today, actor.id, actor.name
    session.flush()
    audit.record(session, "change.offer_again", settled, kind=settled.kind.value)
    return settled


def open_first_pep(
    session: Session, child_id: int, *, run: str, actor: Actor, today: date, now: datetime
) -> tuple[Pep, DelegationResult]:
    """Open the first PEP of a child new in care and send it to its writers, in one step (HB-1.2). Where nobody can be sent it, it
    is open and the result says what is wanting. `run` as for `delegate_peps`."""
    require(actor, Permission.PEP_OPEN)
    require(actor, Permission.PEP_DELEGATE)
    child, term = _take_child(session, child_id), term_of(session, today)
    if term is None:
        raise Refused([Finding("open-term", "HB-1.4", "", "No term is on record for today. Put the term dates in first.")])
    pep = initiate_pep(session, child, term, kind=PepKind.INITIAL, reason="", actor=actor, today=today, now=now)
    return pep, delegate_peps(session, [pep.id], actor=actor, now=now, run=run)
