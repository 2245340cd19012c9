"""The questions about the PEPs of the term: none, no meeting, held and not written, first ones, late because of us, with us,
sent back, meetings to attend.

On which stage a PEP stands is stages.py's, how late it is and with whom it waited clocks.py's.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date, timedelta
from typing import Any

from sqlalchemy import ColumnElement, func, select

from pep_admin.clocks import Clock, Whose
from pep_admin.config import LONDON
from pep_admin.deadlines import format_day
from pep_admin.models import Child, Pep, QaReview
from pep_admin.queries.board import BoardRow
from pep_admin.queries.in_care import of_child_in_care
from pep_admin.queries.lateness import late_clocks
from pep_admin.queries.meetings import DiaryEntry, Goer, meetings_ahead, who_goes, within_a_fortnight
from pep_admin.queries.new_children import day_of
from pep_admin.questions.found import Found, Week, theirs
from pep_admin.stages import Stage
from pep_admin.vocabulary import Decision, PepStatus

OURS = frozenset({Whose.OPENING, Whose.QA})
"""Delays that are the Virtual School's own."""
WRITTEN_AFTER = (Stage.HELD, Stage.SCHOOL, Stage.SOCIAL_CARE)
ONE_WEEK = timedelta(days=7)


def no_pep(week: Week) -> list[Found]:
    """Children of the term without a PEP: as many as the board says. The days are those to the term's deadline, for a child new in
    care to the day by which the first PEP is opened (HB-1.2)."""
    if week.term is None:
        return []
    own = {each.child.id: each.clocks[0].due.on for each in week.new if each.pep is None and each.clocks[0].due is not None}
    found = []
    for row in _on(week, [Stage.NOT_OPENED]):
        due_on = own.get(row.child_id, week.term.deadline_on)
        found.append(_of_board(row, "No PEP is open", days=(due_on - week.today).days, due_on=due_on))
    return found


def no_meeting(week: Week) -> list[Found]:
    """PEPs of any term with their writers and no meeting booked, the first due first. The days are those to the PEP's own day."""
    return _by_due([_of_board(row, f"No meeting is booked; due {format_day(row.due_on)}",
                              days=(row.due_on - week.today).days, due_on=row.due_on)
                    for row in _on_any(week, [Stage.NO_MEETING]) if row.due_on is not None])


def held(week: Week) -> list[Found]:
    """PEPs of any term whose meeting was held and which are not signed, the longest ago first. The days are those since it."""
    rows = [row for row in _on_any(week, WRITTEN_AFTER) if row.meeting_on is not None]
    rows.sort(key=lambda row: (row.meeting_on, row.child_id))
    return [_of_board(row, f"Meeting held on {format_day(row.meeting_on)}. {row.stage.label}",
                      days=(week.today - row.meeting_on).days, due_on=row.due_on) for row in rows if row.meeting_on is not None]


def _on(week: Week, stages: Collection[Stage]) -> list[BoardRow]:
    return [row for row in week.board if row.stage in stages]


def _on_any(week: Week, stages: Collection[Stage]) -> list[BoardRow]:
    """Those of the other terms too: what a term left unfinished is still owed in the next."""
    return [row for row in (*week.board, *week.other_terms) if row.stage in stages]


def _of_board(row: BoardRow, words: str, *, days: int, due_on: date | None) -> Found:
    return Found(words, theirs(row.officer[0] if row.officer else None), row.child_id, row.pep_id, days=days, due_on=due_on)


def _by_due(found: list[Found]) -> list[Found]:
    return sorted(found, key=lambda each: (each.due_on or date.max, each.child_id or 0))


def first_peps(week: Week) -> list[Found]:
    """Children new in care whose tenth working day or twentieth school day (HB-1.2, HB-1.3) is today or later, up to the end of
    next week, with what is not done by then. The days are those left. A day that has gone by is late, and stands elsewhere."""
    end, found = week.sunday + ONE_WEEK, []
    for each in week.new:
        soon = [(clock, clock.due.on) for clock in each.clocks if _runs_out(clock, week.today, end) and clock.due is not None]
        if soon:
            words = "; ".join(f"{clock.title} by {format_day(on)}" for clock, on in soon)
            first = min(on for _, on in soon)
            found.append(Found(words, theirs(each.child.case_officer_id), each.child.id, each.pep.id if each.pep else None,
                               days=(first - week.today).days, due_on=first))
    return _by_due(found)


def _runs_out(clock: Clock, today: date, end: date) -> bool:
    return clock.done_on is None and clock.due is not None and today <= clock.due.on <= end


def late_ours(week: Week) -> list[Found]:
    """PEPs that are late and waited with the Virtual School, and children new in care for whom it has opened none in time (HB-1.2).
    The days are those by which they are late; the longest first."""
    late: list[tuple[int, int | None, int | None, Clock]] = [
        (pep.child_id, pep.child.case_officer_id, pep.id, delay) for pep, delay in late_clocks(week.session, week.today)]
    late += [(each.child.id, each.child.case_officer_id, None, each.clocks[0]) for each in week.new
             if each.pep is None and each.clocks[0].late]
    found = [
        Found(delay.waits_for, theirs(officer_id), child_id, pep_id, days=(week.today - delay.due.on).days)
        for child_id, officer_id, pep_id, delay in late if OURS & set(delay.whose) and delay.due is not None
    ]
    return sorted(found, key=lambda each: (-(each.days or 0), each.child_id or 0))


def with_us(week: Week) -> list[Found]:
    """PEPs that were sent and wait to be graded, the longest first. The days are those since they were sent. As on the board, those
    of children who have left care are not among them: they stand with what is left open of those."""
    found = []
    for row in _standing(week, PepStatus.SUBMITTED, of_child_in_care(week.today)):
        sent_on = day_of(row.submitted_at) or week.today
        found.append(Found(f"Sent on {format_day(sent_on)}", theirs(row.case_officer_id), row.child_id, row.id,
                           days=(week.today - sent_on).days))
    return sorted(found, key=lambda each: (-(each.days or 0), each.pep_id or 0))


def sent_back(week: Week) -> list[Found]:
    """PEPs that were sent back and have not come again, the longest first. The days are those since they were sent back."""
    returned = {row.pep_id: row.on for row in week.session.execute(
        select(QaReview.pep_id, func.max(QaReview.reviewed_on).label("on")).join(Pep, QaReview.pep_id == Pep.id)
        .where(QaReview.decision == Decision.RETURN, Pep.status == PepStatus.RETURNED).group_by(QaReview.pep_id)
    )}
    found = []
    for row in _standing(week, PepStatus.RETURNED, of_child_in_care(week.today)):
        on = returned.get(row.id)
        words = f"Sent back on {format_day(on)}" if on else "Reopened"
        found.append(Found(words, theirs(row.case_officer_id), row.child_id, row.id, days=(week.today - on).days if on else None,
                           due_on=row.due_on))
    return sorted(found, key=lambda each: (-(each.days or 0), each.pep_id or 0))


def _standing(week: Week, status: PepStatus, *which: ColumnElement[bool]) -> list[Any]:
    asked = select(Pep.id, Pep.child_id, Pep.submitted_at, Pep.due_on, Child.case_officer_id).join(Child, Pep.child_id == Child.id)
    return list(week.session.execute(asked.where(Pep.status == status, *which).order_by(Pep.id)))


def attending(week: Week) -> list[Found]:
    """Meetings of the next fortnight, today's too, to which somebody of the Virtual School goes, the next first: who is named in
    the diary, else whoever is invited. Where an invited name is nobody's on record, it is the child's officer's. The days are
    those to the meeting."""
    coming = [each for each in meetings_ahead(week.session, week.today) if within_a_fortnight(each.on, week.today)]
    goers = who_goes(week.session, coming)
    return [_meeting(each, goers[each.pep.id], week.today) for each in coming if each.pep.id in goers]


def _meeting(entry: DiaryEntry, goers: Sequence[Goer], today: date) -> Found:
    at, child = entry.at.astimezone(LONDON), entry.pep.child
    words = f"{format_day(entry.on)} at {at:%H:%M}: {' and '.join(each.name for each in goers)}"
    return Found(words, theirs(*(each.person_id for each in goers)), child.id, entry.pep.id,
                 days=(entry.on - today).days, due_on=entry.on)
