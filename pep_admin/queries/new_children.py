"""The facts by which the clocks are told: of children new in care the days of their first PEP (HB-1.2, HB-1.3), of any PEP its own.

Set-based, for one child's page or for many. What follows from the facts is clocks.py's.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from pep_admin.circumstances import is_pep_age
from pep_admin.clocks import NewChildFacts, PartSigned
from pep_admin.config import LONDON
from pep_admin.deadlines import Due
from pep_admin.models import PARTS, AcademicYear, Child, Pep, QaReview, RecordChange
from pep_admin.pep_form import parts_signed
from pep_admin.policy import YearNumbers
from pep_admin.school_calendar import TermDates, academic_year_start
from pep_admin.vocabulary import Decision, Part, PepKind, PepStatus

SENT = (PepStatus.SUBMITTED, PepStatus.COMPLETE)


def year_of(session: Session, day: date) -> AcademicYear | None:
    """The academic year of that day; where none is on record, the one nearest after it, else the last."""
    years = session.scalars(select(AcademicYear).order_by(AcademicYear.starts_on)).all()
    return next((each for each in years if day <= each.ends_on), years[-1] if years else None)


def is_new_in_care(
    child: Child, first_pep: Pep | None, terms: Sequence[TermDates], *, today: date, numbers: YearNumbers
) -> bool:
    """Whether the two clocks are the child's: in care, of PEP age, and the first PEP of this time in care is still a first one.

    Who came before the first academic year on record is not new, whatever is missing: what was done then stands elsewhere.
    `first_pep` is a termly one where the twenty school days had run out before its term (workflow/peps.py).
    """
    in_care = child.entered_care_on <= today and (child.left_care_on is None or child.left_care_on > today)
    if not in_care or not terms or child.entered_care_on < academic_year_start(terms[0].starts_on):
        return False
    if first_pep is not None:
        return first_pep.kind is not PepKind.TERMLY
    return is_pep_age(child.date_of_birth, today, numbers, has_setting=child.school_id is not None)


def new_child_facts(session: Session, first_peps: Mapping[Child, Pep | None]) -> dict[int, NewChildFacts]:
    """By child id: what the clocks read of each child and the first PEP of this time in care. Five statements however many."""
    days = _days_of(session, [pep for pep in first_peps.values() if pep is not None])
    return {child.id: _facts(child, pep, days) for child, pep in first_peps.items()}


def pep_facts(session: Session, peps: Sequence[Pep], rules: Mapping[PepKind, str]) -> dict[int, NewChildFacts]:
    """By PEP id: what the clocks read of each PEP, with its own day and the rule of its kind. Five statements however many.

    Of a PEP for money alone the parts count that are signed in it.
    """
    days, found = _days_of(session, peps), {}
    for pep in peps:
        facts = replace(_facts(pep.child, pep, days), due=Due(pep.due_on, pep.due_rule, rules.get(pep.kind, "HB-1.5")),
                        is_first=pep.kind is PepKind.INITIAL)
        found[pep.id] = replace(facts, parts=tuple(each for each in facts.parts if each.part in parts_signed(pep.kind)))
    return found


@dataclass(frozen=True, slots=True)
class _Days:
    """Of some PEPs, by id: first sent to their writers, every day sent on, last sent back on, and by part signed on."""

    handed: Mapping[int, date]
    sendings: Mapping[int, Sequence[date]]
    returned: Mapping[int, date]
    signed: Mapping[tuple[Part, int], date | None]


def _days_of(session: Session, peps: Sequence[Pep]) -> _Days:
    ids = [pep.id for pep in peps]
    handed, sendings = days_of_moves(session, ids)
    returned = session.execute(
        select(QaReview.pep_id, func.max(QaReview.reviewed_on))
        .where(QaReview.pep_id.in_(ids), QaReview.decision == Decision.RETURN).group_by(QaReview.pep_id)
    )
    return _Days(handed, sendings, {row[0]: row[1] for row in returned}, _signed(session, ids))


def _facts(child: Child, pep: Pep | None, days: _Days) -> NewChildFacts:
    if pep is None:
        return NewChildFacts(child.entered_care_on, child.notified_on)
    who = {Part.EDUCATION: pep.writer}
    parts = tuple(
        PartSigned(part, person.name if (person := who.get(part, pep.social_worker)) else "", days.signed.get((part, pep.id)))
        for part in Part
    )
    is_sent = pep.status in SENT and pep.submitted_at is not None
    return NewChildFacts(
        entered_on=child.entered_care_on, told_on=child.notified_on, opened_on=pep.initiated_on,
        handed_on=days.handed.get(pep.id) or day_of(pep.delegated_at), sent_on=day_of(pep.submitted_at) if is_sent else None,
        parts=parts, due=Due(pep.due_on, pep.due_rule, "HB-1.3") if pep.kind is PepKind.INITIAL else None,
        has_school=pep.school_id is not None, sendings=tuple(days.sendings.get(pep.id, ())), returned_on=days.returned.get(pep.id),
    )


def day_of(at: datetime | None) -> date | None:
    """The English day of an instant."""
    return at.astimezone(LONDON).date() if at else None


def days_of_moves(session: Session, pep_ids: Sequence[int]) -> tuple[dict[int, date], dict[int, list[date]]]:
    """From its history, the day each PEP was first sent to its writers (sent again, it carries the later day), and every day on
    which it was sent to the Virtual School (sent back, it carries none)."""
    moves = select(RecordChange.row_id, RecordChange.changes).where(
        RecordChange.table_name == Pep.__tablename__, RecordChange.row_id.in_(pep_ids))
    handed: dict[int, date] = {}
    sendings: dict[int, list[date]] = defaultdict(list)
    for pep_id, changes in session.execute(moves.order_by(RecordChange.id)):
        if on := _day_in(changes, "delegated_at"):
            handed.setdefault(pep_id, on)
        if on := _day_in(changes, "submitted_at"):
            sendings[pep_id].append(on)
    return handed, sendings


def _day_in(changes: Mapping[str, Sequence[str | None]], name: str) -> date | None:
    """The day that a change gave to an instant."""
    _, at = changes.get(name, (None, None))
    return datetime.fromisoformat(at).astimezone(LONDON).date() if at else None


def _signed(session: Session, pep_ids: Sequence[int]) -> dict[tuple[Part, int], date | None]:
    return {
        (part, pep_id): day_of(signed_at)
        for part, model in PARTS.items()
        for pep_id, signed_at in session.execute(select(model.pep_id, model.signed_at).where(model.pep_id.in_(pep_ids)))
    }
