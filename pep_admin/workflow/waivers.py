"""Letting one PEP pass a gate with a reason, the head's alone; and how that ends: withdrawn, or the PEP is sent back.

Which gates open and what an opened one becomes is validators/waivers.py's. What was done under a waiver stays when it ends.
"""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from pep_admin import audit, queries
from pep_admin.circumstances import explained, said
from pep_admin.exceptions import NotFound, Refused
from pep_admin.models import Pep, Waiver
from pep_admin.permissions import Actor, Permission, require
from pep_admin.validators.findings import Finding, stopping_signoff
from pep_admin.validators.waivers import Gate, gate_of, may_waive, why_never
from pep_admin.vocabulary import PepStatus
from pep_admin.workflow.delegation import delegation_gates
from pep_admin.workflow.payments import release_gates
from pep_admin.workflow.readiness import readiness
from pep_admin.workflow.taking import refuse, take_pep

SENT_BACK = "The PEP was sent back: what is written anew is judged anew."
"""Why waivers end when a PEP is returned."""
REWORDED = "The words that were let pass have changed since; they were waived anew."
"""Why a waiver ends when its gate is waived again."""
LIVE = (PepStatus.INITIATED, PepStatus.IN_PROGRESS, PepStatus.SUBMITTED, PepStatus.RETURNED, PepStatus.COMPLETE)


def standing_gates(session: Session, pep: Pep, *, today: date) -> list[Finding]:
    """What stops this PEP on its way now, less what was waived: being sent to its writers, sent and signed off, or paid for."""
    match pep.status:
        case PepStatus.WITHDRAWN:
            return []
        case PepStatus.INITIATED:
            return delegation_gates(session, pep, today)
        case PepStatus.COMPLETE:
            return release_gates(session, pep)
        case PepStatus.SUBMITTED:
            return stopping_signoff(readiness(session, pep, today=today))
    return [*delegation_gates(session, pep, today), *stopping_signoff(readiness(session, pep, today=today))]


def find_gate(session: Session, pep: Pep, gate: Gate, *, today: date) -> Finding | None:
    """What stands at that gate now, first what may be waived; None where nothing does."""
    found = [each for each in standing_gates(session, pep, today=today) if gate_of(each) == gate]
    return next((each for each in found if may_waive(each)), found[0] if found else None)


def waive_gate(
    session: Session, pep_id: int, gate: Gate, *, reason: str, sentence: str, actor: Actor, today: date, now: datetime,
    school_reads: bool = False,
) -> Waiver:
    """Let one PEP pass one gate. `sentence` is what the head read there; `school_reads`: the school may read the reason.

    Raises Refused where nothing stands at that gate, where no one may open it, where it reads otherwise by now, and without a
    reason.
    """
    require(actor, Permission.GATE_WAIVE)
    pep = take_pep(session, pep_id, *LIVE)
    finding = find_gate(session, pep, gate, today=today)
    _refuse_closed(pep, finding)
    if finding is None or finding.message != sentence:
        raise refuse("waive-moved", "DATA-status", "This has changed since you opened the page. Look at it again as it stands now.")
    if not explained(reason):
        raise refuse("waive-reason", "DATA-reason", "Say in a few words why this PEP may pass here.", "reason")
    _end_same(session, pep, gate, actor=actor, now=now)
    made = Waiver(pep_id=pep.id, check=gate.check, field=gate.field, row_key=gate.row, code=finding.code, sentence=finding.message,
                  reason=reason.strip(), school_reads=school_reads, waived_by=actor.id, waived_name=actor.name, waived_at=now)
    session.add(made)
    session.flush()
    audit.record(session, "pep.waive", pep, check=gate.check, field=gate.field, row=gate.row)
    return made


def _end_same(session: Session, pep: Pep, gate: Gate, *, actor: Actor, now: datetime) -> None:
    """A waiver of that gate that stands although the gate does too was of other words: with a new one it has ended."""
    for waiver in queries.waivers_of(session, [pep.id]).get(pep.id, []):
        if waiver.ended_at is None and (waiver.check, waiver.field, waiver.row_key) == gate:
            _end(session, waiver, REWORDED, actor=actor, now=now)


def _refuse_closed(pep: Pep, finding: Finding | None) -> None:
    if finding is None:
        raise refuse("waive-nothing", "DATA-status", f"Nothing stands in the way of {pep.reference} there: nothing to waive.")
    if why := why_never(finding):
        raise Refused([Finding("waive-never", finding.code, "", why)])


def withdraw_waiver(session: Session, waiver_id: int, *, reason: str, actor: Actor, now: datetime) -> Waiver:
    """Take a waiver back, with the reason: from now on the gate stands again. What was done under it stays done."""
    require(actor, Permission.GATE_WAIVE)
    pep_id = session.scalar(select(Waiver.pep_id).where(Waiver.id == waiver_id))
    if pep_id is None:
        raise NotFound
    take_pep(session, pep_id)
    waiver = session.scalars(select(Waiver).where(Waiver.id == waiver_id).execution_options(populate_existing=True)).one()
    if waiver.ended_at is not None:
        raise refuse("waiver-ended", "DATA-status", f"This waiver has ended already: {waiver.ended_reason}")
    if not said(reason):
        raise refuse("waiver-reason", "DATA-reason", "Say why the waiver is withdrawn.", "reason")
    _end(session, waiver, reason.strip(), actor=actor, now=now)
    return waiver


def end_waivers(session: Session, pep: Pep, *, reason: str, actor: Actor, now: datetime) -> None:
    """Every waiver of a PEP that is taken ends, for a reason that is no person's choice."""
    for waiver in queries.waivers_of(session, [pep.id]).get(pep.id, []):
        if waiver.ended_at is None:
            _end(session, waiver, reason, actor=actor, now=now)


def _end(session: Session, waiver: Waiver, reason: str, *, actor: Actor, now: datetime) -> None:
    waiver.ended_by, waiver.ended_name, waiver.ended_at, waiver.ended_reason = actor.id, actor.name, now, reason
    session.flush()
    audit.record(session, "pep.waiver_end", waiver.pep, check=waiver.check, field=waiver.field, row=waiver.row_key)
