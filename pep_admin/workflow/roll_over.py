"""The roll moves on into an academic year: what is planned for each child, and the one act that carries it out.

Before 1 September only plans are kept; a plan opens nothing to the next school. A single child who changes school is roll.py's, a
move that was wrong corrections.py's. Which school ends with which year is judged in circumstances.py.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from pep_admin import audit, history
from pep_admin.deadlines import format_day
from pep_admin.exceptions import NotFound, Refused, StaleRecord
from pep_admin.models import AcademicYear, Child, Enrolment, Pep, PlannedMove, School
from pep_admin.permissions import Actor, Permission, require
from pep_admin.queries import OPEN_TO_WRITE
from pep_admin.queries.roll_over import RollRow, roll_rows
from pep_admin.roll_fate import RollFacts, RollFate, group_a_year_later, roll_fate
from pep_admin.school_calendar import academic_year_begins, academic_year_end, year_group
from pep_admin.validators.findings import Finding
from pep_admin.vocabulary import LeavingReason, NextStep
from pep_admin.workflow.bulk import RowChange, add_rows, change_rows
from pep_admin.workflow.follow_up import ask_follow_up
from pep_admin.workflow.roll import move_open_peps
from pep_admin.workflow.taking import all_or_nothing

USUALLY = {RollFate.MOVES: NextStep.UNKNOWN}
"""What is planned where nobody has said anything; elsewhere a child stays."""


@dataclass(frozen=True, slots=True)
class Choice:
    """What somebody plans for a child; `was` is the text of the plan that they saw."""

    step: NextStep
    school_id: int | None = None
    keeps_group: bool = False
    was: str = ""

    @property
    def text(self) -> str:
        """As PlannedMove writes it."""
        return f"{self.step.value}:{self.school_id or ''}:{'keep' if self.keeps_group else 'up'}"


@dataclass(frozen=True, slots=True)
class RollLine:
    """A child as the roll moves on: the fate by the record with its reason, the year groups on both sides of the day, the plan.

    `by_hand` is a year group that was set by hand, `moved` what it becomes (None: none is set any more).
    """

    child: Child
    enrolment: Enrolment | None
    plan: PlannedMove | None
    fate: RollFate
    why: str
    before: str
    after: str
    by_hand: str = ""
    moved: str | None = None

    @property
    def asks_school(self) -> bool:
        """Whether somebody says what becomes of the school."""
        return self.fate in (RollFate.MOVES, RollFate.ASKED)

    @property
    def decides(self) -> bool:
        """Whether the roll changes anything for this child, or may."""
        return self.fate is not RollFate.DONE and (self.asks_school or bool(self.by_hand))

    @property
    def choice(self) -> Choice:
        """What is planned, or is done where nobody plans anything."""
        if self.plan is not None:
            return Choice(self.plan.step, self.plan.school_id, self.plan.keeps_group)
        return Choice(USUALLY.get(self.fate, NextStep.STAYS))

    @property
    def leaves(self) -> bool:
        """Whether the child leaves the school as things are planned."""
        return self.asks_school and self.choice.step is not NextStep.STAYS


@dataclass(frozen=True, slots=True)
class RollResult:
    """How many moved to a school that is named, how many have none yet, and how many year groups went up."""

    moved: int = 0
    unknown: int = 0
    groups: int = 0
    stayed: int = 0


def years_to_roll_into(session: Session, today: date) -> list[AcademicYear]:
    """The academic year that runs and the one after it, as far as they are on record."""
    every = session.scalars(select(AcademicYear).order_by(AcademicYear.starts_on))
    return [year for year in every if academic_year_end(year.name) >= today][:2]


def find_roll_lines(session: Session, year: AcademicYear, today: date, *, locked: bool = False) -> list[RollLine]:
    """Every child in care who is in a year group on either side of that 1 September, by name."""
    first = academic_year_begins(year.name)
    lines = [_line(row, first) for row in roll_rows(session, year.id, today, locked=locked)]
    return [line for line in lines if line is not None]


def _line(row: RollRow, first: date) -> RollLine | None:
    child, enrolment, plan = row
    is_done = plan is not None and plan.rolled_at is not None
    by_age = year_group(child.date_of_birth, first)
    by_hand = "" if is_done or child.entered_care_on >= first else child.year_group_override or ""
    moved = group_a_year_later(by_hand, by_age) if by_hand else None
    after = moved or (by_age if by_hand or not child.year_group_override else child.year_group_override)
    before = by_hand or year_group(child.date_of_birth, first - timedelta(days=1))
    school = child.school
    judged = roll_fate(RollFacts(
        before, after, school.phase if school else None, school.kind if school else None, school.name if school else "",
        since_new_year=enrolment is not None and enrolment.started_on >= first, is_done=is_done,
    ))
    if judged is None:
        return None
    fate, why = judged
    return RollLine(child, enrolment, plan, fate, why, before, after, by_hand, moved)


def seal_of(lines: Sequence[RollLine]) -> str:
    """A digest of what the roll would do: whoever confirms it means this, and nothing that was planned or moved since."""
    words = [f"{line.child.id}:{line.child.row_version}:{line.fate.value}:{line.choice.text}" for line in lines if line.decides]
    return hashlib.sha256("|".join(words).encode()).hexdigest()


# --- planning --------------------------------------------------------------------------------------------------------------


def plan_moves(session: Session, year: AcademicYear, choices: Mapping[int, Choice], *, actor: Actor, today: date) -> int:
    """Keep what is planned for those children; how many plans changed. Nothing moves.

    A choice that its writer did not touch changes nothing. Raises NotFound for a child for whom there is nothing to choose,
    StaleRecord where somebody else planned otherwise since, Refused with what is wrong (`row` is the child's number).
    """
    require(actor, Permission.CHILD_EDIT)
    lines = {line.child.id: line for line in find_roll_lines(session, year, today, locked=True) if line.decides}
    touched = {child_id: choice for child_id, choice in choices.items() if choice.text != choice.was}
    if set(touched) - set(lines):
        raise NotFound
    if any(lines[child_id].choice.text != choice.was for child_id, choice in touched.items()):
        raise StaleRecord
    if wrong := [each for child_id, choice in touched.items() for each in check_choice(session, lines[child_id], choice)]:
        raise Refused(wrong)
    for child_id, choice in touched.items():
        plan = lines[child_id].plan
        if plan is None:
            plan = PlannedMove(child_id=child_id, year_id=year.id)
            session.add(plan)
        plan.step, plan.school_id, plan.keeps_group = choice.step, choice.school_id, choice.keeps_group
    session.flush()
    if touched:
        audit.record(session, "roll.plan", year, children=len(touched))
    return len(touched)


def check_choice(session: Session, line: RollLine, choice: Choice) -> list[Finding]:
    """What stands against that plan for that child (DATA-roll)."""
    if (choice.step is NextStep.MOVES) is not (choice.school_id is not None):
        return [_wrong(line, "Name the next school, or choose what else becomes of it.")]
    if choice.school_id is None:
        return []
    school = session.get(School, choice.school_id)
    if school is None:
        raise NotFound
    if school.id == line.child.school_id:
        return [_wrong(line, f"{school.name} is the school now. Choose that the child stays there.")]
    if school.closed_on is not None:
        return [_wrong(line, f"{school.name} closed on {format_day(school.closed_on)}.")]
    return []


def _wrong(line: RollLine, message: str) -> Finding:
    return Finding("roll-over", "DATA-roll", "school", message, row=str(line.child.id))


# --- carrying it out ---------------------------------------------------------------------------------------------------------


def check_day(year: AcademicYear, today: date) -> list[Finding]:
    """Moves act at once on who sees a child, so that the roll moves on 1 September or later, and within that year."""
    first, last = academic_year_begins(year.name), academic_year_end(year.name)
    if today < first:
        return [Finding("roll-over-day", "DATA-dates", "", f"{format_day(first)} is still to come. Plan now, and move the roll on "
                        "from that day: until then the schools of today see their children.")]
    if today > last:
        return [Finding("roll-over-day", "DATA-dates", "", f"{year.name} ended on {format_day(last)}.")]
    return []


def roll_over(
    session: Session, year_id: int, *, seal: str, actor: Actor, today: date, now: datetime, run: str
) -> RollResult:
    """Carry out for every child what is planned: all or nothing, set-based, and once. What is done already stays as it is.

    Enrolments end on 31 August, the next begin on 1 September; without a known school the child is marked
    (`setting_unknown_since`). Open PEPs follow as in a single move, with one mail a person a `run`. Raises StaleRecord when
    anything differs from `seal`.
    """
    require(actor, Permission.CHILD_EDIT)
    year = session.get(AcademicYear, year_id)
    if year is None:
        raise NotFound
    if wrong := check_day(year, today):
        raise Refused(wrong)
    lines = [line for line in find_roll_lines(session, year, today, locked=True) if line.decides]
    if not lines:
        return RollResult()
    if seal_of(lines) != seal:
        raise StaleRecord
    if wrong := [each for line in lines for each in check_choice(session, line, line.choice)]:
        raise Refused([Finding(each.check, each.code, "", f"{line_name(lines, each)}: {each.message}") for each in wrong])
    with all_or_nothing(session), history.because(session, f"The roll moved on into {year.name}"):
        result = _carry_out(session, year, lines, now=now, run=run)
    ask_follow_up(session)
    audit.record(session, "roll.roll_over", year, moved=result.moved, unknown=result.unknown, groups=result.groups)
    return result


def line_name(lines: Sequence[RollLine], finding: Finding) -> str:
    """The name of the child whom a finding is about."""
    return next((line.child.name for line in lines if str(line.child.id) == finding.row), "")


@dataclass(frozen=True, slots=True)
class _Act:
    """What is done for one child, read before the first row changes: rows that were changed are not to be read one by one again."""

    child_id: int
    leaves: bool
    school_id: int | None
    goes_up: bool
    plan: dict[str, Any]
    plan_row: tuple[int, int] | None
    enrolment: RowChange | None
    child: RowChange


def _act(line: RollLine, first: date, now: datetime) -> _Act:
    child, choice, plan, open_one = line.child, line.choice, line.plan, line.enrolment
    goes_up = bool(line.by_hand) and not choice.keeps_group
    old = {"school_id": child.school_id, "setting_unknown_since": child.setting_unknown_since,
           "year_group_override": child.year_group_override, "year_group_reason": child.year_group_reason}
    new = dict(old)
    if line.leaves:
        new |= {"school_id": choice.school_id, "setting_unknown_since": first if choice.school_id is None else None}
    if goes_up:
        new |= {"year_group_override": line.moved, "year_group_reason": child.year_group_reason if line.moved else None}
    ended = {"ended_on": first - timedelta(days=1), "leaving_reason": LeavingReason.PHASE}
    return _Act(
        child.id, line.leaves, choice.school_id if line.leaves else None, goes_up,
        {"step": choice.step, "school_id": choice.school_id, "keeps_group": choice.keeps_group, "rolled_at": now,
         "group_before": child.year_group_override if goes_up else None,
         "group_reason_before": child.year_group_reason if goes_up else None},
        (plan.id, plan.row_version) if plan is not None else None,
        RowChange(open_one.id, open_one.row_version, {"child_id": child.id, "ended_on": None, "leaving_reason": None}, ended)
        if line.leaves and open_one is not None else None,
        RowChange(child.id, child.row_version, old, new),
    )


def _carry_out(session: Session, year: AcademicYear, lines: Sequence[RollLine], *, now: datetime, run: str) -> RollResult:
    first, year_id = academic_year_begins(year.name), year.id
    acts = [_act(line, first, now) for line in lines]
    leaving = [act for act in acts if act.leaves]
    change_rows(session, Enrolment, [act.enrolment for act in leaving if act.enrolment is not None])
    add_rows(session, Enrolment, [{"child_id": act.child_id, "school_id": act.school_id, "started_on": first}
                                  for act in leaving if act.school_id is not None])
    change_rows(session, Child, [act.child for act in acts if act.child.old != act.child.new])
    blank = dict.fromkeys(acts[0].plan)
    change_rows(session, PlannedMove, [RowChange(*act.plan_row, {**blank, "child_id": act.child_id}, act.plan)
                                       for act in acts if act.plan_row])
    add_rows(session, PlannedMove, [{"child_id": act.child_id, "year_id": year_id, **act.plan} for act in acts if not act.plan_row])
    for act in acts:
        audit.record(session, "child.roll_over", object_type="child", object_id=act.child_id, child_id=act.child_id,
                     step=act.plan["step"].value, year=year_id)
    _move_peps(session, {act.child_id: act.school_id for act in leaving}, now=now, run=run)
    moved = sum(act.school_id is not None for act in leaving)
    return RollResult(moved, len(leaving) - moved, sum(act.goes_up for act in acts), len(acts) - len(leaving))


def _move_peps(session: Session, schools: Mapping[int, int | None], *, now: datetime, run: str) -> None:
    """The PEPs that are still written follow, as when one child moves."""
    written = select(Pep.child_id).where(Pep.child_id.in_(schools), Pep.status.in_(OPEN_TO_WRITE)).distinct().order_by(Pep.child_id)
    for child_id in session.scalars(written).all():
        school_id = schools[child_id]
        school = session.get(School, school_id) if school_id is not None else None
        move_open_peps(session, session.get_one(Child, child_id), school, now=now, run=run)
