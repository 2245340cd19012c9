"""Named leads: whom the Virtual School asked whether they still are designated teacher, what they answered, what was made of it.

Their own page is my_lead.py; what is asked, kept and decided is workflow/leads.py's.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from flask import request
from flask.typing import ResponseReturnValue
from flask_admin import expose
from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.orm import joinedload
from wtforms import BooleanField, StringField
from wtforms.validators import InputRequired, Length

from pep_admin import queries
from pep_admin.models import Child, LeadQuestion, School
from pep_admin.permissions import Permission
from pep_admin.school_words import LeadAnswer
from pep_admin.views import repeats
from pep_admin.views.base import MOST_CHOSEN, Link, PepModelView
from pep_admin.views.base_forms import DayField, PepForm
from pep_admin.views.cells import posted_version
from pep_admin.views.filters import Case, Day, Related, asked_for
from pep_admin.views.formats import parse_day
from pep_admin.views.gate import PepView
from pep_admin.views.hosting import host, whole_id
from pep_admin.workflow.leads import accept_lead, ask_leads, decline_lead, find_named
from pep_admin.workflow.people import find_hanging


def _question(*criteria: ColumnElement[bool]) -> ColumnElement[bool]:
    """Whether such a question stands to the person whom the school names now."""
    mine = (LeadQuestion.school_id == School.id, LeadQuestion.person_id == School.designated_teacher_id)
    return select(LeadQuestion.id).where(*mine, *criteria).correlate(School).exists()


TO_DECIDE = (LeadQuestion.answer == LeadAnswer.OTHER, LeadQuestion.decision.is_(None))
LEAD_FILTERS = (
    Case(School.lead_confirmed_on, "Named lead", "lead", {
        "confirmed": ("Confirmed", lambda column: column.is_not(None)),
        "never": ("Not confirmed", lambda column: column.is_(None)),
        "waiting": ("Asked and not answered", lambda column: _question(LeadQuestion.answered_at.is_(None))),
        "other": ("Somebody else named", lambda column: _question(*TO_DECIDE)),
    }),
    Day(School.lead_confirmed_on, "Lead last confirmed on or before", "lead_before", after=False),
    Day(School.lead_confirmed_on, "Lead confirmed on or after", "lead_from", after=True),
)
"""What the list of schools can be narrowed by."""


class Acceptance(PepForm):
    """From when the other person is designated teacher, and how the officer knows."""

    on = DayField("From", [InputRequired("Enter the day from which the other person is responsible.")])
    leaves = BooleanField("The one before leaves: the other person takes over all that hangs on them, and their account is closed")
    reason = StringField("How you made sure", [InputRequired("Say how you made sure."), Length(max=500)],
                         description="A call to the school office at a number you knew before, say. An address that somebody types "
                                     "here opens children’s records to whoever has it.")


class Declining(PepForm):
    """Why not."""

    reason = StringField("Why it is not taken over", [InputRequired("Say why it is not taken over."), Length(max=500)])


def asking_page(view: PepView, schools: Sequence[School], since: date | None = None) -> ResponseReturnValue:
    """Who would be asked and who cannot be; nothing is sent yet."""
    planned = ask_leads(view.db_session, [school.id for school in schools], actor=view.actor, now=view.now, run="", dry_run=True,
                        accounts=_accounts(view, schools))
    return view.page("pep/leads/ask.html", planned=planned, schools=schools, since=since, most=MOST_CHOSEN, run=repeats.run_of(""),
                     knows_accounts=host().account_holders is not None)


def _accounts(view: PepView, schools: Sequence[School]) -> set[int] | None:
    holders = host().account_holders
    teachers = [school.designated_teacher_id for school in schools if school.designated_teacher_id is not None]
    return holders(view.db_session, teachers) if holders else None


class Leads(PepModelView):
    """One question to one person about one school."""

    model = LeadQuestion
    noun = "leads"
    title = "Named leads"
    singular = "Named lead"
    group = "Schools and people"
    opens = {
        "index_view": Permission.SCHOOL_READ,
        "details_view": Permission.SCHOOL_READ,
        "ask": Permission.SCHOOL_EDIT,
        "accept": Permission.SCHOOL_EDIT,
        "decline": Permission.SCHOOL_EDIT,
    }
    loads = (joinedload(LeadQuestion.school), joinedload(LeadQuestion.person))
    list_template = "pep/leads/list.html"
    column_list = ("school", "person", "asked_at", "answer", "answered_at", "new_name", "decision")
    column_details_list = ("school", "person", "asked_at", "asked_name", "answer", "answered_at", "new_name", "new_email",
                           "new_from", "decision", "decided_at", "decided_name", "decision_reason")
    column_labels = {
        "school": "School", "school_id": "School", "person": "Designated teacher", "person_id": "Designated teacher",
        "asked_at": "Asked", "asked_name": "Asked by", "answer": "Answer", "answered_at": "Answered", "new_name": "Named instead",
        "new_first_name": "First name", "new_last_name": "Last name", "new_email": "E-mail", "new_from": "From",
        "decision": "Decision", "decided_at": "Decided", "decided_name": "Decided by", "decision_reason": "How it was decided",
    }
    column_sortable_list = (("school", "school.name"), ("person", "person.last_name"), "asked_at", "answered_at")
    column_default_sort = ("asked_at", True)
    column_filters = (
        Case(LeadQuestion.answered_at, "State", "state", {
            "waiting": ("Waiting for an answer", lambda column: column.is_(None)),
            "decide": ("To be decided", lambda column: TO_DECIDE[0] & TO_DECIDE[1]),
            "yes": ("Still is", lambda column: LeadQuestion.answer == LeadAnswer.YES),
            "decided": ("Decided", lambda column: LeadQuestion.decision.is_not(None)),
        }),
        Related(LeadQuestion.school_id, "School", "school", School, order=(School.name,), search=(School.name,)),
    )
    form_columns = ("answer",)

    def links(self, row: LeadQuestion) -> list[Link]:
        if row.answer is not LeadAnswer.OTHER or row.decision is not None:
            return []
        offered = [("Take it over…", "accept"), ("Decline…", "decline")]
        found = [(text, self.way_to(f"{self.endpoint}.{route}", id=row.id)) for text, route in offered]
        return [Link(text, url) for text, url in found if url]

    @expose("/ask/", methods=("GET", "POST"))
    def ask(self) -> ResponseReturnValue:
        """Schools with children in care whose lead has not been confirmed lately: who would be asked; then the letters."""
        if request.method != "POST":
            since = self._since()
            return asking_page(self, self._unconfirmed(since), since)
        chosen = [whole_id(each) for each in request.form.getlist("rowid")[:MOST_CHOSEN]]
        schools = self.db_session.scalars(select(School).where(School.id.in_(chosen))).all()
        done = self.commit(ask_leads, chosen, now=self.now, run=repeats.run_of(request.form.get("run", "")),
                           accounts=_accounts(self, schools))
        asked = done.value
        if asked is not None:
            self.say(f"{len(asked.going)} school{'' if len(asked.going) == 1 else 's'} asked, {asked.mails} "
                     f"letter{'' if asked.mails == 1 else 's'}." + (f" Held: {len(asked.held)}." if asked.held else ""))
        return self.back_to("index_view", **asked_for(state="waiting"))

    def _since(self) -> date:
        """The day that the address names, else the first of the term that runs or ran last."""
        try:
            return parse_day(self.asked_once("since"))
        except ValueError:
            terms = [term.starts_on for term in queries.known_terms(self.db_session) if term.starts_on <= self.today]
            return max(terms, default=self.today)

    def _unconfirmed(self, since: date) -> Sequence[School]:
        in_care = select(Child.school_id).where(or_(Child.left_care_on.is_(None), Child.left_care_on > self.today))
        found = select(School).where(
            School.id.in_(in_care), or_(School.lead_confirmed_on.is_(None), School.lead_confirmed_on < since))
        return self.db_session.scalars(found.order_by(School.name, School.id).limit(MOST_CHOSEN)).all()

    @expose("/accept/", methods=("GET", "POST"))
    def accept(self) -> ResponseReturnValue:
        """The person named takes over: what would move, from when, how the officer made sure."""
        row = self.row_or_404()
        form = Acceptance(request.form if request.method == "POST" else None,
                          data={"on": row.new_from if row.new_from and row.new_from <= self.today else self.today})
        run = repeats.run_of(request.form.get("run", ""))
        if request.method == "POST" and form.validate():
            done = self.commit(accept_lead, row.id, subject=row, version=posted_version(), on=form.on.data, leaves=form.leaves.data,
                               reason=form.reason.data, today=self.today, now=self.now, run=run)
            if done.value is not None:
                self.say(f"{done.value.name} is designated teacher of {row.school.name} now. Whoever keeps accounts invites them.")
                return self.back_to("details_view", id=row.id)
            self.put_on(form, done.findings)
        return self.page("pep/leads/accept.html", status=422 if request.method == "POST" else 200, row=row, form=form, run=run,
                         named=find_named(self.db_session, row), hanging=find_hanging(self.db_session, row.person_id))

    @expose("/decline/", methods=("GET", "POST"))
    def decline(self) -> ResponseReturnValue:
        """The answer is not taken over: why."""
        row, form = self.row_or_404(), Declining(request.form if request.method == "POST" else None)
        if request.method == "POST" and form.validate():
            done = self.commit(decline_lead, row.id, subject=row, version=posted_version(), reason=form.reason.data, now=self.now)
            if done.ok:
                self.say(f"{row.person.name} stays designated teacher of {row.school.name}.")
                return self.back_to("details_view", id=row.id)
            self.put_on(form, done.findings)
        return self.page("pep/leads/decline.html", status=422 if request.method == "POST" else 200, row=row, form=form)
