"""Calendars of schools and authorities, their closures, one-off days off: stored and removed; due days that follow are moved.

Which due day was counted in school days its own sentence says (deadlines.py). A PEP that was sent or closed keeps its day.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, inspect, select
from sqlalchemy.orm import Session

from pep_admin import audit, history, queries
from pep_admin.circumstances import said
from pep_admin.deadlines import Counted, Due, counted_from, due_for_new_child, due_for_term, initiate_by
from pep_admin.exceptions import Refused
from pep_admin.models import Closure, NonWorkingDay, Pep, School, SchoolCalendar, Term
from pep_admin.permissions import Actor, Permission, require
from pep_admin.policy import YearNumbers
from pep_admin.school_calendar import TermDates, TermsUnknown
from pep_admin.validators.calendars import Span, check_calendar, check_closure, check_code, check_day_off
from pep_admin.validators.findings import Finding, blocking
from pep_admin.validators.years import check_among, check_term
from pep_admin.vocabulary import PepKind, PepStatus
from pep_admin.workflow.bulk import RowChange, change_rows
from pep_admin.workflow.taking import refuse

Kept = SchoolCalendar | Closure | NonWorkingDay


@dataclass(frozen=True, slots=True)
class Moved:
    """A due day that moved: the PEP, the day before and after."""

    pep_id: int
    reference: str
    before: date
    after: date


@dataclass(frozen=True, slots=True)
class Recount:
    """What became of the due days: those that moved, and the PEPs whose day stays because the terms it needs are not known."""

    moved: tuple[Moved, ...] = ()
    unknown: tuple[str, ...] = ()


def permission_for(row: Kept | Term) -> Permission:
    """Who may change it: a school's calendar who may change schools, what holds for more than one school who may change terms."""
    calendar = row.calendar if isinstance(row, Closure) else row
    one_school = isinstance(calendar, SchoolCalendar) and (calendar.school is not None or calendar.school_id is not None)
    return Permission.SCHOOL_EDIT if one_school else Permission.TERM_EDIT


def save_calendar(session: Session, row: SchoolCalendar, *, actor: Actor) -> Recount:
    """Store a calendar, new or changed, and count again what was counted by it. Refused with what is wrong."""
    with session.no_autoflush:
        wrong = find_wrong_in_calendar(session, row)
    return _save(session, row, wrong, actor=actor, because=f"The calendar of {_whose(row)}")


def save_closure(session: Session, row: Closure, *, actor: Actor) -> Recount:
    """Store a closure, new or changed, and count again. Refused where it lies in no term, or is on record already."""
    with session.no_autoflush:
        wrong = find_wrong_in_closure(session, row, row.calendar)
    return _save(session, row, wrong, actor=actor, because=f"The closure {row}")


def save_day_off(session: Session, row: NonWorkingDay, *, actor: Actor) -> Recount:
    """Store a one-off day on which nobody works, and count again."""
    return _save(session, row, check_day_off(row.day_on), actor=actor, because=f"The day off {row}")


def save_term(session: Session, row: Term, *, actor: Actor) -> Recount:
    """Store a term of the Virtual School's own calendar; count again where it holds, and move what was due by its deadline."""
    before = inspect(row).attrs.deadline_on.history.deleted
    because = f"The term {row.name.label} {row.year.name}"
    with session.no_autoflush:
        wrong = check_term(row) or check_among(row, [each for each in row.year.terms if each.name is not row.name])
    counted = _save(session, row, wrong, actor=actor, because=because)
    moved = _move_deadline(session, row, before[0], because=f"{because} was changed") if before else ()
    return Recount(counted.moved + moved, counted.unknown)


def _move_deadline(session: Session, term: Term, before: date, *, because: str) -> tuple[Moved, ...]:
    """Give the open PEPs that were due by a term's deadline the new one (HB-1.4); a day that was set by hand stays."""
    due = due_for_term(term.deadline_on, term.label)
    found = queries.peps_due_by(session, term.id, before, due.rule)
    changes = [RowChange(pep_id, version, {"due_on": before, "child_id": child_id}, {"due_on": due.on})
               for pep_id, version, child_id, _ in found]
    moved = tuple(Moved(pep_id, reference, before, due.on) for pep_id, _, _, reference in found)
    _store_moves(session, changes, moved, because=f"{because}, and with it the day by which its PEPs are due.")
    return moved


def remove(session: Session, row: Kept, *, reason: str, actor: Actor) -> Recount:
    """Take a calendar without closures, a closure or a day off away, with the reason in the history; count again."""
    require(actor, permission_for(row))
    if not said(reason):
        raise refuse("remove-reason", "DATA-reason", "Say why it is taken away.", "reason")
    if isinstance(row, SchoolCalendar) and row.closures:
        raise refuse("remove-calendar", "DATA-calendar", "This calendar has closures. Remove them first.")
    what, where, kind = f"{row}", concerned(row), audit.type_of(row)
    facts = audit.facts_of(row)
    with history.because(session, reason):
        session.delete(row)
    audit.record(session, f"{kind}.remove", **facts)
    return count_again(session, where, because=f"Removed: {what}")


@dataclass(frozen=True, slots=True)
class Renumbered:
    """The numbers of an academic year before a change and after it."""

    before: YearNumbers
    after: YearNumbers

    def of(self, how: Counted, kind: PepKind) -> Counted:
        """How a PEP is counted now; a number of days that was not the year's, because somebody wrote another, stays."""
        name = "complete_school_days" if kind is PepKind.INITIAL else "between_school_days"
        days = getattr(self.after, name) if how.days == getattr(self.before, name) else how.days
        return Counted(how.start, days, self.after.counts_first_day)


def count_again(
    session: Session, where: ColumnElement[bool] | None, *, because: str, renumbered: Renumbered | None = None
) -> Recount:
    """Count the due days of open PEPs anew by the calendars as they stand now; `where` narrows which. HB-1.3, HB-1.5.

    Start and number of days are those of each PEP's own sentence, or what `renumbered` makes of them. A day that was set by hand
    stays.
    """
    found = queries.counted_peps(session, where, lock=True)
    if not found:
        return Recount()
    calendars, moved, unknown, changes = queries.Calendars(session), [], [], []
    for pep_id, version, child_id, school_id, reference, due_on, rule, kind in found:
        how = counted_from(rule)
        if how is None:
            continue
        due = _due(calendars, school_id, renumbered.of(how, kind) if renumbered else how)
        if due is None:
            unknown.append(reference)
        elif (due.on, due.rule) != (due_on, rule):
            old, new = {"due_on": due_on, "due_rule": rule, "child_id": child_id}, {"due_on": due.on, "due_rule": due.rule}
            changes.append(RowChange(pep_id, version, old, new))
            moved += [Moved(pep_id, reference, due_on, due.on)] if due.on != due_on else []
    _store_moves(session, changes, moved, because=f"{because}, so the school days were counted anew.")
    return Recount(tuple(moved), tuple(unknown))


def _store_moves(session: Session, changes: Sequence[RowChange], moved: Sequence[Moved], *, because: str) -> None:
    if not changes:
        return
    with history.because(session, because[:500]):
        change_rows(session, Pep, changes)
    children = {change.id: change.old["child_id"] for change in changes}
    for each in moved:
        audit.record(session, "pep.due_day_moved", object_type="pep", object_id=each.pep_id, child_id=children[each.pep_id])


def send_by(session: Session, pep: Pep) -> Due | None:
    """By when a new child's PEP must be with its writers (HB-1.2); None for another PEP, or one that is with them."""
    if pep.kind is not PepKind.INITIAL or pep.status is not PepStatus.INITIATED:
        return None
    year = pep.term.year
    return initiate_by(pep.child.entered_care_on, days=year.initiate_working_days, with_start=year.counts_first_day,
                       is_working_day=queries.is_working_day_in(session))


def find_wrong_in_calendar(session: Session, calendar: Any) -> list[Finding]:
    """What is to be said of a calendar as it would be stored; it reads like a SchoolCalendar."""
    year, row_id = calendar.year, getattr(calendar, "id", None) or 0
    found = check_code(calendar.local_authority_code) if calendar.school is None else []
    if year is None:
        return found
    for_whom = (SchoolCalendar.school_id == calendar.school.id) if calendar.school is not None else (
        SchoolCalendar.local_authority_code == calendar.local_authority_code)
    twice = select(SchoolCalendar.id).where(SchoolCalendar.year_id == year.id, for_whom, SchoolCalendar.id != row_id)
    if session.scalar(twice) is not None:
        message = f"There is a calendar for {year.name} already. Change that one."
        found.append(Finding("CAL-twice", "DATA-unique", "year", message))
    code = calendar.school.local_authority_code if calendar.school is not None else None
    followed = queries.Calendars(session).in_force(year.id, None, code).terms
    return found + check_calendar(calendar, first=year.starts_on, last=year.ends_on, year=year.name,
                                  closed=_closed(session, row_id), followed=followed)


def find_wrong_in_closure(session: Session, closure: Any, calendar: SchoolCalendar) -> list[Finding]:
    """What is to be said of a closure of that calendar as it would be stored; it reads like a Closure."""
    others = _closed(session, calendar.id, but=getattr(closure, "id", None))
    return check_closure(closure, terms=terms_that_hold(session, calendar), others=others)


def terms_that_hold(session: Session, calendar: SchoolCalendar) -> tuple[TermDates, ...]:
    """The terms by which a calendar counts: its own, or those of the one it follows."""
    if own := queries.terms_of(calendar):
        return own
    code = calendar.school.local_authority_code if calendar.school else None
    return queries.Calendars(session).in_force(calendar.year_id, None, code).terms


def _due(calendars: queries.Calendars, school_id: int | None, how: Counted) -> Due | None:
    counting = calendars.days_for(school_id)
    try:
        return due_for_new_child(how.start, days=how.days, with_start=how.with_start, is_school_day=counting.is_school_day,
                                 whose_on=counting.whose_on)
    except TermsUnknown:
        return None


def _save(session: Session, row: Any, findings: list[Finding], *, actor: Actor, because: str) -> Recount:
    require(actor, permission_for(row))
    if wrong := blocking(findings):
        raise Refused(wrong)
    what = "entered" if inspect(row).transient or inspect(row).pending else "changed"
    fields = sorted(each.key for each in inspect(row).attrs if each.history.has_changes())
    session.add(row)
    session.flush()
    audit.record(session, f"{audit.type_of(row)}.save", row, fields=fields)
    return count_again(session, concerned(row), because=f"{because} was {what}")


def concerned(row: Kept | Term) -> ColumnElement[bool] | None:
    """The PEPs that a calendar can count; None for all."""
    calendar = row.calendar if isinstance(row, Closure) else row
    if not isinstance(calendar, SchoolCalendar):
        return None
    if calendar.school_id is not None:
        return Pep.school_id == calendar.school_id
    return Pep.school_id.in_(select(School.id).where(School.local_authority_code == calendar.local_authority_code))


def _closed(session: Session, calendar_id: int, *, but: int | None = None) -> list[Span]:
    found = select(Closure.starts_on, Closure.ends_on).where(Closure.calendar_id == calendar_id, Closure.id != (but or 0))
    return [(first, last) for first, last in session.execute(found.order_by(Closure.starts_on))]


def _whose(row: SchoolCalendar) -> str:
    return f"{row.school.name if row.school else f'authority {row.local_authority_code}'}, {row.year.name},"
