"""Recording what comes in about a child between PEPs: SDQ totals, suspensions, consents; new ones and corrections of them.

What makes each acceptable is validators/records.py's. Moves of school, worker and home are roll.py's.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import TypeVar

from sqlalchemy import func, inspect, select
from sqlalchemy.orm import Session

from pep_admin import audit
from pep_admin.exceptions import NotFound, Refused
from pep_admin.models import Child, Consent, SdqScore, Suspension
from pep_admin.permissions import Actor, Permission, require, require_on
from pep_admin.school_calendar import academic_year_end, academic_year_name, academic_year_start
from pep_admin.validators.findings import Finding, blocking
from pep_admin.validators.records import check_consent, check_sdq, check_suspension
from pep_admin.vocabulary import SuspensionKind

Record = TypeVar("Record", SdqScore, Suspension, Consent)


@dataclass(frozen=True, slots=True)
class Kind:
    """Who may write a kind of record, and what is asked of it."""

    permission: Permission
    check: Callable[[Session, Child, date, object], list[Finding]]


def save_record(session: Session, row: Record, *, actor: Actor, today: date) -> Record:
    """Store a new record, or the changes of one that stands; Refused with what is wrong, NotFound for a child out of sight."""
    kind = KINDS[type(row)]
    require(actor, kind.permission)
    with session.no_autoflush:
        child: Child | None = session.scalar(select(Child).where(Child.id == row.child_id))
        if child is None:
            raise NotFound
        require_on(session, actor, kind.permission, child.id)
        if wrong := blocking(kind.check(session, child, today, row)):
            raise Refused(wrong)
    fields = sorted(each.key for each in inspect(row).attrs if each.history.has_changes() and each.key != "child")
    session.add(row)
    session.flush()
    audit.record(session, f"{row.__tablename__.removeprefix('pep_')}.save", row, fields=fields)
    return row


def find_wrong(session: Session, row: object, model: type, child: Child, *, today: date) -> list[Finding]:
    """Everything that is to be said of a record of that child, warnings too; `row` is one of `model`, or reads like one."""
    return KINDS[model].check(session, child, today, row)


def half_days_lost(session: Session, child_id: int, on: date, *, but: int | None = None) -> int:
    """Half days that suspensions took from the child in the academic year of that day; `but` leaves one of them out."""
    first, last = academic_year_start(on), academic_year_end(academic_year_name(on))
    wanted = select(func.coalesce(func.sum(Suspension.half_days), 0)).where(
        Suspension.child_id == child_id, Suspension.kind == SuspensionKind.SUSPENSION, Suspension.started_on.between(first, last),
        Suspension.id != (but or 0),
    )
    return session.scalar(wanted) or 0


def _sdq(session: Session, child: Child, today: date, row: object) -> list[Finding]:
    return check_sdq(row, born_on=child.date_of_birth, today=today)  # type: ignore[arg-type]  # reads like a row


def _suspension(session: Session, child: Child, today: date, row: object) -> list[Finding]:
    started_on = getattr(row, "started_on", None)
    others = half_days_lost(session, child.id, started_on, but=getattr(row, "id", None)) if started_on else 0
    return check_suspension(row, born_on=child.date_of_birth, today=today, other_half_days=others)  # type: ignore[arg-type]  # likewise


def _consent(session: Session, child: Child, today: date, row: object) -> list[Finding]:
    return check_consent(row, born_on=child.date_of_birth, today=today)  # type: ignore[arg-type]  # likewise


KINDS: dict[type, Kind] = {
    SdqScore: Kind(Permission.SDQ_EDIT, _sdq),
    Suspension: Kind(Permission.SUSPENSION_EDIT, _suspension),
    Consent: Kind(Permission.CONSENT_EDIT, _consent),
}
