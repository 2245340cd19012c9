"""The facts by which the clocks of children new in care are told (HB-1.2, HB-1.3): the days of their first PEP.

Set-based, for one child's page or for many. What follows from the facts is clocks.py's.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from pep_admin.circumstances import is_pep_age
from pep_admin.clocks import NewChildFacts, PartSigned
from pep_admin.config import LONDON
from pep_admin.deadlines import Due
from pep_admin.models import PARTS, AcademicYear, Child, Pep, RecordChange
from pep_admin.policy import YearNumbers
from pep_admin.school_calendar import TermDates
from pep_admin.vocabulary import Part, PepKind, PepStatus

SENT = (PepStatus.SUBMITTED, PepStatus.COMPLETE)


def year_of(session: Session, day: date) -> AcademicYear | None:
    """The academic year of that day; where none is on record, the one nearest after it, else the last."""
    years = session.scalars(select(AcademicYear).order_by(AcademicYear.starts_on)).all()
    return next((each for each in years if day <= each.ends_on), years[-1] if years else None)


def is_new_in_care(
    child: Child, first_pep: Pep | None, terms: Sequence[TermDates], *, today: date, numbers: YearNumbers
) -> bool:
    """Whether the two clocks are the child's: in care, of PEP age, and the first PEP of this time in care is still a first one.

    Who came before the first term on record is not new, whatever is missing: what was done then stands elsewhere. `first_pep` is a
    termly one where the twenty school days had run out before its term (workflow/peps.py).
    """
    in_care = child.entered_care_on <= today and (child.left_care_on is None or child.left_care_on > today)
    if not in_care or not terms or child.entered_care_on < terms[0].starts_on:
        return False
    if first_pep is not None:
        return first_pep.kind is not PepKind.TERMLY
    return is_pep_age(child.date_of_birth, today, numbers, has_setting=child.school_id is not None)


def new_child_facts(session: Session, first_peps: Mapping[Child, Pep | None]) -> dict[int, NewChildFacts]:
    """By child id: what the clocks read of each child and the first PEP of this time in care. Four statements however many."""
    ids = [pep.id for pep in first_peps.values() if pep is not None]
    handed, signed = _handed_on(session, ids), _signed(session, ids)
    return {child.id: _facts(child, pep, handed, signed) for child, pep in first_peps.items()}


def _facts(
    child: Child, pep: Pep | None, handed: Mapping[int, date], signed: Mapping[tuple[Part, int], date | None]
) -> NewChildFacts:
    if pep is None:
        return NewChildFacts(child.entered_care_on, child.notified_on)
    who = {Part.EDUCATION: pep.writer}
    parts = tuple(
        PartSigned(part, person.name if (person := who.get(part, pep.social_worker)) else "", signed.get((part, pep.id)))
        for part in Part
    )
    is_sent = pep.status in SENT and pep.submitted_at is not None
    return NewChildFacts(
        entered_on=child.entered_care_on, told_on=child.notified_on, opened_on=pep.initiated_on,
        handed_on=handed.get(pep.id) or day_of(pep.delegated_at), sent_on=day_of(pep.submitted_at) if is_sent else None,
        parts=parts, due=Due(pep.due_on, pep.due_rule, "HB-1.3") if pep.kind is PepKind.INITIAL else None,
        has_school=pep.school_id is not None,
    )


def day_of(at: datetime | None) -> date | None:
    """The English day of an instant."""
    return at.astimezone(LONDON).date() if at else None


def _handed_on(session: Session, pep_ids: Sequence[int]) -> dict[int, date]:
    """The day each PEP was first sent to its writers, from its history: sent again, it carries the later day."""
    moves = select(RecordChange.row_id, RecordChange.changes).where(
        RecordChange.table_name == Pep.__tablename__, RecordChange.row_id.in_(pep_ids))
    found: dict[int, date] = {}
    for pep_id, changes in session.execute(moves.order_by(RecordChange.id)):
        _, at = changes.get("delegated_at", (None, None))
        if at and pep_id not in found:
            found[pep_id] = datetime.fromisoformat(at).astimezone(LONDON).date()
    return found


def _signed(session: Session, pep_ids: Sequence[int]) -> dict[tuple[Part, int], date | None]:
    return {
        (part, pep_id): day_of(signed_at)
        for part, model in PARTS.items()
        for pep_id, signed_at in session.execute(select(model.pep_id, model.signed_at).where(model.pep_id.in_(pep_ids)))
    }
