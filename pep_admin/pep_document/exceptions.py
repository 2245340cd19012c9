"""Exceptions from the English or Maths target that a special school made earlier in the year: they hold until it is over (HB-5.1).

Which of them a PEP may rest on is decided here from its PEP, school and year; what they answer is validators/targets.py's.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from pep_admin.config import LONDON
from pep_admin.models import EducationSection, Pep, School, Term
from pep_admin.pep_form import StandingException
from pep_admin.validators.targets import is_exception
from pep_admin.vocabulary import PepStatus, SchoolKind, Subject

_SUBJECTS = (Subject.ENGLISH.value, Subject.MATHS.value)
_SENT = (PepStatus.SUBMITTED, PepStatus.COMPLETE)


@dataclass(frozen=True, slots=True)
class Made:
    """An exception with the PEP, the school and the year in which it was made (ids)."""

    pep_id: int
    school_id: int
    year_id: int
    exception: StandingException


def made_at_special_schools(session: Session, peps: Sequence[Pep]) -> dict[int, list[Made]]:
    """By child, oldest first: the exceptions in PEPs of special schools that were sent and stand so.

    One statement, none where no PEP of the set is of a special school.
    """
    child_ids = [pep.child_id for pep in peps if pep.school is not None and pep.school.kind is SchoolKind.SPECIAL]
    if not child_ids:
        return {}
    asked = (
        select(Pep.id, Pep.child_id, Pep.school_id, Term.year_id, Pep.reference, EducationSection.answers,
               EducationSection.signed_name, EducationSection.signed_at)
        .join(EducationSection, EducationSection.pep_id == Pep.id)
        .join(Term, Term.id == Pep.term_id)
        .join(School, School.id == Pep.school_id)
        .where(Pep.child_id.in_(child_ids), Pep.status.in_(_SENT), School.kind == SchoolKind.SPECIAL)
        .order_by(Pep.id)
    )
    found: dict[int, list[Made]] = defaultdict(list)
    for pep_id, child_id, school_id, year_id, reference, answers, by, at in session.execute(asked):
        for subject in _SUBJECTS:
            kind, why = answers.get(f"{subject}_exception_kind") or "", answers.get(f"{subject}_exception") or ""
            if is_exception(kind, why):
                on = at.astimezone(LONDON).date() if at else None
                exception = StandingException(subject, kind, why, reference, by or "", on)
                found[child_id].append(Made(pep_id, school_id, year_id, exception))
    return found


def standing_for(pep: Pep, made: Iterable[Made]) -> tuple[StandingException, ...]:
    """The latest of each subject that this PEP's own school made earlier in its year."""
    latest: Mapping[str, StandingException] = {
        each.exception.subject: each.exception for each in made
        if each.pep_id < pep.id and each.school_id == pep.school_id and each.year_id == pep.term.year_id
    }
    return tuple(latest[subject] for subject in _SUBJECTS if subject in latest)
