"""Reminders: what goes to whom in the coming days, what went, where no meeting is booked by half-term, and word to those above.

Whose turn it is, is queries/chasing.py's, what is sent workflow/chasing.py's, the numbers are the academic year's.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from typing import ClassVar

from flask import request
from flask.typing import ResponseReturnValue
from flask_admin import expose
from sqlalchemy import select
from sqlalchemy.orm import joinedload

from pep_admin import queries
from pep_admin.chasing import ESCALATED, Schedule, step_words
from pep_admin.deadlines import format_long
from pep_admin.models import AcademicYear, Job, Reminder, Term
from pep_admin.permissions import Permission
from pep_admin.queries.chasing import (
    Chased,
    NoMeeting,
    coming_letters,
    is_late,
    late_letters,
    mailed_on,
    parts_chased,
    schedule_of,
    without_meeting,
)
from pep_admin.validators.findings import Finding
from pep_admin.views import repeats
from pep_admin.views.gate import PepView
from pep_admin.views.hosting import can_be_id
from pep_admin.views.out_of_reach import found_now
from pep_admin.vocabulary import JobState
from pep_admin.workflow import chasing

DAYS_AHEAD, DAYS_BACK = 14, 14
MOST_LINES = 200
"""Letters a table shows; further ones are counted."""


class Reminders(PepView):
    """The chase of a term."""

    noun = "reminders"
    title = "Reminders"
    group = "Children and PEPs"
    opens: ClassVar[dict[str, Permission]] = {"index_view": Permission.BOARD_READ, "no_meeting": Permission.BOARD_READ,
                                              "escalate": Permission.PEP_DELEGATE}
    lists: ClassVar[frozenset[str]] = frozenset({"index_view", "no_meeting", "escalate"})

    @expose("/")
    def index_view(self) -> ResponseReturnValue:
        """What is to come, what went, what stands beside it."""
        parts = parts_chased(self.db_session, self.today)
        late = [each for each in parts if is_late(each, self.today)]
        held = _held(parts, self.today)
        unreached = found_now(self)
        coming = coming_letters(parts, self.today, DAYS_AHEAD, mailed_on(self.db_session, self.today))
        self.record_view("reminders.list", object_type="reminders", rows=len(parts))
        begun = self._begun()
        return self.page(
            "pep/reminders/index.html", coming=coming, went=self._went(), late=late, held=held, out=unreached, words=step_words,
            term=begun, schedules=self._schedules(parts), no_meeting=self._missing(begun) if begun else [], last=self._last_run(),
            long_day=format_long, today=self.today, days=DAYS_AHEAD, back=DAYS_BACK, most=MOST_LINES)

    @expose("/no-meeting/")
    def no_meeting(self) -> ResponseReturnValue:
        """The PEPs of the term that have no meeting booked by half-term, and those of which half-term is not known."""
        term = self._begun()
        rows = without_meeting(self.db_session, term, self.today) if term else []
        self.record_view("reminders.no_meeting", object_type="reminders", rows=len(rows))
        by_then = [each for each in rows if each.half_term_on is not None and each.half_term_on <= self.today]
        return self.page("pep/reminders/no_meeting.html", term=term, rows=by_then,
                         unknown=[each for each in rows if each.half_term_on is None],
                         later=sum(each.half_term_on is not None and each.half_term_on > self.today for each in rows))

    @expose("/escalate/", methods=("GET", "POST"))
    def escalate(self) -> ResponseReturnValue:
        """Word to head teachers and team managers of what is late: who gets what, who cannot be told; then it goes."""
        run = repeats.run_of(request.form.get("run", ""))
        findings: tuple[Finding, ...] = ()
        if repeats.was_escalated(self.db_session, run):
            self.say("They were told already. Nothing was sent again.")
            return self.back_to("index_view")
        if request.method == "POST":
            chosen = {int(each) for each in request.form.getlist("person") if can_be_id(each)}
            done = self.commit(chasing.escalate, chosen, today=self.today, now=self.now, run=run)
            if done.value is not None:
                self.say(f"{done.value.escalations} mail{' goes' if done.value.escalations == 1 else 's go'} out shortly.")
                return self.back_to("index_view")
            findings = done.findings
        late = [each for each in parts_chased(self.db_session, self.today) if is_late(each, self.today)]
        self.record_view("reminders.escalate", object_type="reminders", rows=len(late))
        letters = late_letters(late, self.today)
        going = {id(each) for letter in letters for each, _ in letter.lines}
        return self.page("pep/reminders/escalate.html", status=422 if findings else 200, letters=letters, findings=findings,
                         run=run, told=[each for each in late if ESCALATED in each.taken],
                         nobody=[each for each in late if id(each) not in going and ESCALATED not in each.taken], today=self.today)

    def _begun(self) -> Term | None:
        """The latest term that has begun."""
        terms = queries.terms_so_far(self.db_session, self.today)
        return next((each for each in terms if each.starts_on <= self.today), None)

    def _missing(self, term: Term) -> list[NoMeeting]:
        return [each for each in without_meeting(self.db_session, term, self.today)
                if each.half_term_on and each.half_term_on <= self.today]

    def _schedules(self, parts: Sequence[Chased]) -> list[tuple[AcademicYear, Schedule]]:
        """The years whose PEPs are open, and that of today."""
        years = {each.pep.term.year.id: each.pep.term.year for each in parts}
        now = self.db_session.scalar(select(AcademicYear).where(AcademicYear.starts_on <= self.today,
                                                                AcademicYear.ends_on >= self.today))
        if now is not None:
            years[now.id] = now
        return [(year, schedule_of(year)) for year in sorted(years.values(), key=lambda year: year.starts_on)]

    def _went(self) -> Sequence[Reminder]:
        """The words of the last days, the newest first."""
        asked = select(Reminder).where(Reminder.sent_on >= self.today - timedelta(DAYS_BACK), Reminder.sent_on <= self.today)
        return self.db_session.scalars(asked.order_by(Reminder.sent_on.desc(), Reminder.person_id, Reminder.id).options(
            joinedload(Reminder.person), joinedload(Reminder.delivery), joinedload(Reminder.pep)).limit(MOST_LINES + 1)).all()

    def _last_run(self) -> tuple[JobState, date] | None:
        """How the worker's last morning went, and which it was; None where there was none."""
        asked = select(Job.state, Job.once_key).where(Job.kind == chasing.REMIND, Job.once_key.is_not(None))
        row = self.db_session.execute(asked.order_by(Job.once_key.desc()).limit(1)).first()
        return (row.state, date.fromisoformat(row.once_key.rpartition(":")[2])) if row else None


def _held(parts: Sequence[Chased], today: date) -> list[tuple[Chased, date]]:
    """What a note of a call holds back, and until when."""
    return [(each, max(each.held)) for each in parts if each.is_held(today)]
