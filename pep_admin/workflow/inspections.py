"""Inspections of schools: stored and removed, and whether a school is less than good, kept on its row (HB-3.10).

What an inspection means under the year's rule is validators/inspections.py's. Only these verbs write School.less_than_good.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import date
from typing import Any

from sqlalchemy import inspect, select
from sqlalchemy.orm import Session

from pep_admin import audit, history, queries
from pep_admin.circumstances import said
from pep_admin.exceptions import Refused
from pep_admin.models import Inspection, School
from pep_admin.permissions import Actor, Permission, require
from pep_admin.validators.findings import Finding, blocking
from pep_admin.validators.inspections import Standing, check_inspection, standing
from pep_admin.workflow.bulk import RowChange, change_rows
from pep_admin.workflow.taking import refuse


def save_inspection(session: Session, row: Inspection, *, actor: Actor, today: date) -> Inspection:
    """Store an inspection, new or changed, and judge its school anew. Refused with what is wrong."""
    require(actor, Permission.SCHOOL_EDIT)
    with session.no_autoflush:
        if wrong := blocking(find_wrong(session, row, today=today)):
            raise Refused(wrong)
    fields = sorted(each.key for each in inspect(row).attrs if each.history.has_changes() and each.key != "school")
    session.add(row)
    session.flush()
    audit.record(session, "inspection.save", row, fields=fields)
    judge_schools(session, [row.school_id], today=today)
    return row


def remove_inspection(session: Session, row: Inspection, *, reason: str, actor: Actor, today: date) -> None:
    """Take an inspection that was entered by mistake away, with the reason in the history; its school is judged anew."""
    require(actor, Permission.SCHOOL_EDIT)
    if not said(reason):
        raise refuse("remove-reason", "DATA-reason", "Say why it is taken away.", "reason")
    facts, school_id = audit.facts_of(row), row.school_id
    with history.because(session, reason):
        session.delete(row)
    audit.record(session, "inspection.remove", **facts)
    judge_schools(session, [school_id], today=today)


def judge_schools(session: Session, school_ids: Collection[int] | None = None, *, today: date) -> int:
    """Keep on the row of each of those schools (of all) whether it is less than good by today's rule; how many changed."""
    session.flush()
    columns = select(School.id, School.row_version, School.less_than_good, School.less_than_good_by_hand,
                     School.less_than_good_reason)
    if school_ids is not None:
        columns = columns.where(School.id.in_(school_ids))
    rule, latest, changes = queries.less_than_good_rule(session, today), queries.latest_inspections(session, school_ids), []
    for school_id, version, before, by_hand, reason in session.execute(columns.order_by(School.id).with_for_update(of=School)):
        after = standing(by_hand, reason, latest.get(school_id), rule).less_than_good
        if after != before:
            changes.append(RowChange(school_id, version, {"less_than_good": before}, {"less_than_good": after}))
    if changes:
        change_rows(session, School, changes)
    return len(changes)


def judge_school(session: Session, school: School, *, today: date) -> None:
    """The same for the row of one school that is being saved: its own change and what follows are one."""
    school.less_than_good = standing_of(session, school, today=today).less_than_good


def standing_of(session: Session, school: School, *, today: date) -> Standing:
    """Whether a school is less than good today, with the sentence that says why."""
    with session.no_autoflush:
        latest = queries.latest_inspections(session, [school.id]).get(school.id) if school.id is not None else None
        rule = queries.less_than_good_rule(session, today)
    return standing(school.less_than_good_by_hand, school.less_than_good_reason, latest, rule)


def find_wrong(session: Session, inspection: Any, *, today: date) -> list[Finding]:
    """Everything that is to be said of an inspection as it would be stored, warnings too; it reads like a row of Inspection."""
    found = check_inspection(inspection, today=today)
    twice = select(Inspection.id).where(
        Inspection.school_id == inspection.school_id, Inspection.inspected_on == inspection.inspected_on,
        Inspection.id != (getattr(inspection, "id", None) or 0),
    )
    if inspection.inspected_on is not None and session.scalar(twice) is not None:
        message = "An inspection of that day is on record for this school."
        found.append(Finding("INSP-twice", "DATA-unique", "inspected_on", message))
    return found
