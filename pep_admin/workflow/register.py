"""Schools as the national register has them: put on record and brought up to date, set-based, with their history.

What the Virtual School keeps itself (designated teacher, headteacher, payments, judgements) is not among these facts and is never
touched. Reading the register's file is imports/schools.py's.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import date
from typing import Any, NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session

from pep_admin.exceptions import Refused
from pep_admin.models import School
from pep_admin.permissions import Actor, Permission, require
from pep_admin.validators.findings import blocking
from pep_admin.validators.schools import check_school
from pep_admin.vocabulary import SchoolKind, SchoolPhase
from pep_admin.workflow.bulk import RowChange, add_rows, batches, change_rows
from pep_admin.workflow.taking import all_or_nothing

Step = Callable[[int], None]


class SchoolFacts(NamedTuple):
    """What the register says of a school, by the columns of School."""

    urn: str
    name: str
    kind: SchoolKind = SchoolKind.SCHOOL
    phase: SchoolPhase = SchoolPhase.ALL_THROUGH
    local_authority_code: str | None = None
    laestab: str | None = None
    ukprn: str | None = None
    in_borough: bool = True
    town: str | None = None
    postcode: str | None = None
    phone: str | None = None
    head_name: str | None = None
    closed_on: date | None = None


class SchoolEntry(NamedTuple):
    """A school to record: a new one (`school_id` None), or one on record of that version with the facts that stand `before`.

    `successor_urn` is the school that took over from it; None leaves what stands.
    """

    facts: SchoolFacts
    school_id: int | None = None
    row_version: int = 1
    before: SchoolFacts | None = None
    successor_urn: str | None = None


def record_schools(session: Session, entries: Sequence[SchoolEntry], *, actor: Actor, step: Step = lambda count: None) -> None:
    """Add the new schools, change the others, link each to its successor: all or nothing, set-based.

    Raises Refused for facts that cannot be, StaleRecord when a school was changed since it was compared. `step` hears of each
    number of schools that is done.
    """
    require(actor, Permission.SCHOOL_EDIT)
    if wrong := [each for entry in entries for each in blocking(check_school(entry.facts))]:
        raise Refused(wrong)
    with all_or_nothing(session):
        for some in batches([entry for entry in entries if entry.school_id is None]):
            add_rows(session, School, [entry.facts._asdict() for entry in some])
            step(len(some))
        for some in batches([entry for entry in entries if entry.before not in (None, entry.facts)]):
            change_rows(session, School, list(_changes(some)))
            step(len(some))
        for some in batches([entry for entry in entries if entry.successor_urn is not None]):
            _link(session, some)


def differences(before: SchoolFacts, after: SchoolFacts) -> dict[str, tuple[Any, Any]]:
    """Old and new value of each fact that is not the same, by its column."""
    return {name: (old, new) for name, old, new in zip(SchoolFacts._fields, before, after, strict=True) if old != new}


def _changes(entries: Sequence[SchoolEntry]) -> Iterator[RowChange]:
    for entry in entries:
        if entry.school_id is not None and entry.before is not None:
            yield RowChange(entry.school_id, entry.row_version, entry.before._asdict(), entry.facts._asdict())


def _link(session: Session, entries: Sequence[SchoolEntry]) -> None:
    """Point schools to their successors, both read anew: either may just have been added. An unknown successor is passed over."""
    wanted = {entry.facts.urn: entry.successor_urn for entry in entries}
    columns = select(School.id, School.urn, School.row_version, School.successor_id)
    found = session.execute(columns.where(School.urn.in_({*wanted, *wanted.values()})))
    there = {each.urn: each for each in found}
    moves = [(there[urn], there[to].id) for urn, to in wanted.items() if urn in there and to in there]
    change_rows(session, School, [
        RowChange(row.id, row.row_version, {"successor_id": row.successor_id}, {"successor_id": to})
        for row, to in moves if row.successor_id != to
    ])
