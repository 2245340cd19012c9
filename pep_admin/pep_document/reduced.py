"""Who is on a reduced timetable: what the newest PEP of each child says in Part 2, asked before whole PEPs are read.

It only finds; whether the answer holds for the child, and what the plan says, is told by the document.
"""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import JSON, select, type_coerce
from sqlalchemy.orm import Session

from pep_admin.models import EducationSection

KEY = "part_time"


def with_reduced_timetable(session: Session, pep_ids: Collection[int]) -> list[int]:
    """Of those PEPs, the ones whose Part 2 says that the child is on a reduced timetable (P2.08)."""
    said = type_coerce(EducationSection.answers, JSON())[KEY].as_boolean()
    wanted = set(pep_ids)
    return [each for each in session.scalars(select(EducationSection.pep_id).where(said.is_(True))) if each in wanted]
