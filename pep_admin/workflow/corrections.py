"""Putting right what was entered wrong on the roll: a move is taken back, the days of a period are corrected.

A wrong row goes, the one before it is open again, and what followed the move follows it back. Moves that really happened are
roll.py's; the history keeps both the mistake and its correction, with the reason.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from pep_admin import audit, history
from pep_admin.circumstances import said
from pep_admin.deadlines import format_day
from pep_admin.exceptions import NotFound, Refused
from pep_admin.models import AcademicYear, CareEpisode, CarePlacement, Caseload, Child, Enrolment, Pep, PlannedMove
from pep_admin.permissions import Actor, Permission, require
from pep_admin.queries import OPEN_TO_WRITE
from pep_admin.queries.undoing import Stays, what_stays
from pep_admin.roll_fate import group_a_year_later
from pep_admin.school_calendar import ONE_DAY, academic_year_begins, academic_year_name, year_group
from pep_admin.validators.children import check_child
from pep_admin.validators.findings import Finding, blocking
from pep_admin.vocabulary import NextStep, RollMove
from pep_admin.workflow.follow_up import ask_follow_up
from pep_admin.workflow.roll import move_open_peps
from pep_admin.workflow.taking import refuse

Period = Enrolment | Caseload | CarePlacement | CareEpisode
MODELS: dict[RollMove, Any] = {
    RollMove.SCHOOL: Enrolment, RollMove.WORKER: Caseload, RollMove.HOME: CarePlacement, RollMove.CARE: CareEpisode,
}


@dataclass(frozen=True, slots=True)
class Undoing:
    """The rows that taking back the last move concerns: the wrong one that goes (None where the move ended something and began
    nothing) and the one before it, which is open again (None where the roll had moved on and no school was known: that stays)."""

    wrong: Any | None
    before: Any | None
    stays: Sequence[Stays] = ()
    """What taking it back leaves as it is, for somebody to decide."""

    @property
    def sentences(self) -> list[str]:
        """What would happen, for the page that asks whether it shall."""
        before = self.before
        if before is None:
            return [f"{_words(self.wrong)} is taken off the record. The history keeps it.",
                    "The next setting is not known again, as when the roll moved on."]
        ended = f", as if it had not ended on {format_day(before.ended_on)}" if before.ended_on else ""
        found = [f"{_words(before)}, from {format_day(before.started_on)}, goes on{ended}."]
        if self.wrong is not None:
            found.insert(0, f"{_words(self.wrong)}, from {format_day(self.wrong.started_on)}, is taken off the record. "
                            "The history keeps it.")
        if isinstance(before, Enrolment):
            found.append("A PEP that is still being written goes back to that school: its designated teacher writes it, and the "
                         "school’s part is signed anew.")
        return found


def _words(row: Any) -> str:
    if isinstance(row, Enrolment):
        return row.school.name
    if isinstance(row, Caseload):
        return row.social_worker.name
    if isinstance(row, CarePlacement):
        return f"{row.kind.label} ({row.carer.name})" if row.carer else row.kind.label
    return "The period in care"


def find_undoing(session: Session, child: Child, move: RollMove) -> Undoing | Finding:
    """What would be taken back, and what stays then; or why nothing can be."""
    found = _last_move(session, child, move)
    if isinstance(found, Finding):
        return found
    return replace(found, stays=what_stays(session, child, move, found.wrong, found.before))


def _last_move(session: Session, child: Child, move: RollMove) -> Undoing | Finding:
    model = MODELS[move]
    rows = list(session.scalars(select(model).where(model.child_id == child.id).order_by(model.started_on, model.id)))
    last = rows[-1] if rows else None
    if last is not None and last.ended_on is not None:
        return Undoing(None, last)
    if move is RollMove.CARE or last is None:
        return _nothing(f"There is no {move.label.lower()} to take back.")
    if move is RollMove.SCHOOL and len(rows) > 1 and _was_unknown(session, child, rows[-2]):
        return Undoing(last, None)
    if len(rows) < 2:
        return _nothing(f"Nothing is on record before this one, so there is no {move.label.lower()} to take back. "
                        "Enter the right one as a change from the day on which it began.")
    if rows[-2].ended_on not in (last.started_on, last.started_on - ONE_DAY):
        return _nothing(f"There is a gap before {format_day(last.started_on)}, so this was not a move. "
                        "Enter the right one as a change.")
    return Undoing(last, rows[-2])


def _nothing(message: str) -> Finding:
    return Finding("roll-undo", "DATA-roll", "", message)


def undo_move(session: Session, child: Child, move: RollMove, *, reason: str, actor: Actor, now: datetime) -> Sequence[Stays]:
    """Take the last move of that kind back, with the reason, and say what stays all the same; raises Refused when there is none."""
    require(actor, Permission.CHILD_EDIT)
    if not said(reason):
        raise refuse("roll-undo", "DATA-reason", "Say what was wrong, so that the history can be understood.", "reason")
    found = find_undoing(session, child, move)
    if isinstance(found, Finding):
        raise refuse(found.check, found.code, found.message)
    with session.begin_nested(), history.because(session, reason):
        if found.wrong is not None:
            session.delete(found.wrong)
            session.flush()  # only one may be open
        if found.before is None:
            _without_setting(session, child, now)
        else:
            ended_on, found.before.ended_on = found.before.ended_on, None
            _FOLLOW[move](session, child, found.before, now)
            if move is RollMove.SCHOOL:
                _unroll(session, child, ended_on)
        session.flush()
    ask_follow_up(session)
    audit.record(session, "child.undo_move", child, move=move.value)
    return found.stays


def _rolled(session: Session, child: Child, ended_on: date | None) -> PlannedMove | None:
    """What the roll did for the child when it moved on the day after that one; None where it did nothing then."""
    if ended_on is None:
        return None
    year = academic_year_name(ended_on + ONE_DAY)
    found = select(PlannedMove).join(AcademicYear, PlannedMove.year_id == AcademicYear.id).where(
        PlannedMove.child_id == child.id, PlannedMove.rolled_at.is_not(None), AcademicYear.name == year)
    return session.scalar(found) if ended_on + ONE_DAY == academic_year_begins(year) else None


def _was_unknown(session: Session, child: Child, before: Enrolment) -> bool:
    plan = _rolled(session, child, before.ended_on)
    return plan is not None and plan.step is NextStep.UNKNOWN


def _without_setting(session: Session, child: Child, now: datetime) -> None:
    last = session.scalars(select(Enrolment).where(Enrolment.child_id == child.id)
                           .order_by(Enrolment.started_on.desc(), Enrolment.id.desc()).limit(1)).one()
    child.school, child.setting_unknown_since = None, last.ended_on + ONE_DAY if last.ended_on else None
    move_open_peps(session, child, None, now=now)


def _unroll(session: Session, child: Child, ended_on: date | None) -> None:
    """The roll may move on for this child once more; a year group that it moved is what it was."""
    plan = _rolled(session, child, ended_on)
    if plan is None:
        return
    by_age = year_group(child.date_of_birth, academic_year_begins(plan.year.name))
    if plan.group_before and child.year_group_override == group_a_year_later(plan.group_before, by_age):
        child.year_group_override, child.year_group_reason = plan.group_before, plan.group_reason_before
    plan.rolled_at = plan.group_before = plan.group_reason_before = None


def _back_at_school(session: Session, child: Child, enrolment: Enrolment, now: datetime) -> None:
    enrolment.leaving_reason, child.setting_unknown_since = None, None
    child.school = enrolment.school
    move_open_peps(session, child, enrolment.school, now=now)


def _back_to_worker(session: Session, child: Child, caseload: Caseload, now: datetime) -> None:
    child.social_worker = caseload.social_worker
    for pep in session.scalars(select(Pep).where(Pep.child_id == child.id, Pep.status.in_(OPEN_TO_WRITE))):
        pep.social_worker_id = caseload.social_worker_id


def _back_home(session: Session, child: Child, home: CarePlacement, now: datetime) -> None:
    child.carer = home.carer


def _back_in_care(session: Session, child: Child, episode: CareEpisode, now: datetime) -> None:
    """The home that ended that day with the care is home again."""
    left, episode.end_reason, child.left_care_on = child.left_care_on, None, None
    homes = select(CarePlacement).where(CarePlacement.child_id == child.id)
    home = session.scalars(homes.order_by(CarePlacement.started_on.desc(), CarePlacement.id.desc()).limit(1)).first()
    if home is not None and left is not None and home.ended_on == max(left, home.started_on):
        home.ended_on = None
        _back_home(session, child, home, now)


_FOLLOW: dict[RollMove, Any] = {
    RollMove.SCHOOL: _back_at_school, RollMove.WORKER: _back_to_worker, RollMove.HOME: _back_home, RollMove.CARE: _back_in_care,
}


# --- the days of a period ----------------------------------------------------------------------------------------------


def correct_period(
    session: Session, row: Period, values: Mapping[str, Any], *, reason: str, actor: Actor, today: date
) -> None:
    """Correct a period's days and what else stands in it; one that is open stays open, an ended one ended.

    `values` are columns of the row. Raises Refused where the periods of the child would overlap or stand in no order.
    """
    require(actor, Permission.CHILD_EDIT)
    if not said(reason):
        raise refuse("roll-correct", "DATA-reason", "Say what was wrong, so that the history can be understood.", "reason")
    child = session.scalar(select(Child).where(Child.id == row.child_id))
    if child is None:
        raise NotFound
    if wrong := check_period(session, row, child, values, today=today):
        raise Refused(wrong)
    with session.begin_nested(), history.because(session, reason):
        for name, value in values.items():
            setattr(row, name, value)
        session.flush()
        _AGREE.get(type(row), _nothing_else)(session, child, row)
        session.flush()
    audit.record(session, "child.correct_period", child, object_type=row.__tablename__.removeprefix("pep_"), object_id=row.id,
                 fields=sorted(values))


def check_period(session: Session, row: Period, child: Child, values: Mapping[str, Any], *, today: date) -> list[Finding]:
    """What stands against those days (DATA-dates)."""
    first, last = values.get("started_on", row.started_on), values.get("ended_on", row.ended_on)
    if first is None:
        return [_day("started_on", "Enter the first day.")]
    if (row.ended_on is None) is not (last is None):
        return [_day("ended_on", "A period that goes on has no last day: it ends by a move." if last else
                     "This period has ended. Enter its last day, or take the move back on the child's page.")]
    found = [_day(name, f"{format_day(day)} is still to come.") for name, day in (("started_on", first), ("ended_on", last))
             if day is not None and day > today]
    if first < child.date_of_birth:
        found.append(_day("started_on", f"The child was born on {format_day(child.date_of_birth)}."))
    if last is not None and last < first:
        found.append(_day("ended_on", "The last day cannot be before the first."))
    return found or _overlaps(session, row, first, last)


def _overlaps(session: Session, row: Period, first: date, last: date | None) -> list[Finding]:
    """Periods of one kind may touch on a day of moving, not overlap."""
    model: Any = type(row)
    others = select(model).where(model.child_id == row.child_id, model.id != row.id).order_by(model.started_on)
    for other in session.scalars(others):
        if other.started_on < (last or date.max) and first < (other.ended_on or date.max):
            until = f" to {format_day(other.ended_on)}" if other.ended_on else " on"
            return [_day("started_on", f"{_words(other)} stands there from {format_day(other.started_on)}{until}.")]
    return []


def _day(field: str, message: str) -> Finding:
    return Finding("roll-correct", "DATA-dates", field, message)


def _agree_in_care(session: Session, child: Child, episode: CareEpisode) -> None:
    """The child's own days are those of the last period in care."""
    last = session.scalars(select(CareEpisode).where(CareEpisode.child_id == child.id)
                           .order_by(CareEpisode.started_on.desc(), CareEpisode.id.desc()).limit(1)).one()
    child.entered_care_on, child.left_care_on = last.started_on, last.ended_on


def _agree_at_home(session: Session, child: Child, home: CarePlacement) -> None:
    if home.ended_on is None:
        child.carer_id = home.carer_id


def _nothing_else(session: Session, child: Child, row: Period) -> None:
    return None


_AGREE: dict[type, Any] = {CareEpisode: _agree_in_care, CarePlacement: _agree_at_home}


# --- the child's own facts ---------------------------------------------------------------------------------------------


def correct_child(session: Session, child: Child, facts: Mapping[str, Any], *, reason: str, actor: Actor, today: date) -> None:
    """Put right what a child's record says; `facts` are columns of Child, but not its school, worker, carer or last day in care.

    Another day of coming into care is the first day of the period that goes on. Sent PEPs keep what they were sent with. Raises
    Refused with what is wrong; nothing is stored then.
    """
    require(actor, Permission.CHILD_EDIT)
    facts, changed = dict(facts), sorted(facts)
    if not reason.strip():
        raise refuse("roll-correct", "DATA-reason", "Say what was wrong, so that the history can be understood.", "reason")
    with session.begin_nested(), history.because(session, reason), session.no_autoflush:
        entered = facts.pop("entered_care_on", None) or child.entered_care_on
        now_open = select(CareEpisode).where(CareEpisode.child_id == child.id, CareEpisode.ended_on.is_(None))
        period = session.scalars(now_open).first()
        for name, value in facts.items():
            setattr(child, name, value)
        if entered != child.entered_care_on:
            child.entered_care_on = entered
            if period is None or (wrong := check_period(session, period, child, {"started_on": entered}, today=today)):
                raise Refused(wrong if period else [_day("entered_care_on", "The child is not in care now.")])
            period.started_on = entered
        if wrong := blocking(check_child(child, today=today)):
            raise Refused(wrong)
        session.flush()
    audit.record(session, "child.correct", child, fields=changed)
