"""Who is on a reduced timetable, as the newest PEP that says so tells (P2.08, HB-1.5), since when and until when.

The questions of the week list all of them; which is an alert is workflow/alerts.py's.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

from sqlalchemy import JSON, select, type_coerce
from sqlalchemy.orm import Session

from pep_admin.deadlines import format_day
from pep_admin.models import Child, EducationSection, Pep
from pep_admin.pep_document.reading import read_documents
from pep_admin.vocabulary import Audience, PepKind, PepStatus


@dataclass(frozen=True, slots=True)
class ReducedTimetable:
    """What a PEP says: since when, and until when; None where it does not say, or not of every arrangement. `is_planned`: whether
    any arrangement is written down."""

    child_id: int
    pep_id: int
    opened_on: date
    since: date | None
    until: date | None
    is_planned: bool = True

    def has_no_end(self, today: date) -> bool:
        """Whether no end is on record, or the one that is has passed."""
        return self.until is None or self.until < today

    @property
    def words(self) -> str:
        """As people say it."""
        since = f" since {format_day(self.since)}" if self.since else ""
        return f"Reduced timetable{since}, {f'until {format_day(self.until)}' if self.until else 'with no end on record'}"


def reduced_timetables(session: Session, child_ids: Collection[int]) -> list[ReducedTimetable]:
    """Those of the children whom the newest PEP that answers it, of the school where they are, says to be on one, by child.

    A PEP that has just been opened says nothing yet. Whole PEPs are read of those alone that may say so.
    """
    wanted, newest = set(child_ids), dict[int, tuple[int, bool]]()
    said = type_coerce(EducationSection.answers, JSON())["part_time"].as_boolean()
    asked = (
        select(Pep.child_id, Pep.id, said.label("said")).join(EducationSection, EducationSection.pep_id == Pep.id)
        .join(Child, Pep.child_id == Child.id)
        .where(said.is_not(None), Pep.status != PepStatus.WITHDRAWN, Pep.kind != PepKind.FUNDING, Pep.school_id == Child.school_id)
        .order_by(Pep.id)
    )
    for child_id, pep_id, is_so in session.execute(asked):
        newest[child_id] = pep_id, is_so
    ids = [pep_id for child_id, (pep_id, is_so) in newest.items() if is_so and child_id in wanted]
    peps = list(session.scalars(select(Pep).where(Pep.id.in_(ids)).order_by(Pep.child_id))) if ids else []
    documents = read_documents(session, peps, audience=Audience.RULES) if peps else {}
    found = []
    for pep in peps:
        document = documents[pep.id]
        if document.answer("part_time") is not True:
            continue
        rows = document.rows("part_time_plan")
        ends = [row.get("ends_on") for row in rows]
        until = None if not ends or None in ends else max(each for each in ends if each is not None)
        since = min((row["began_on"] for row in rows if row.get("began_on")), default=None)
        found.append(ReducedTimetable(pep.child_id, pep.id, pep.initiated_on, since, until, bool(rows)))
    return found
